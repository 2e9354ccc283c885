"""What leads to a person or into a closed room, and what does not."""

from __future__ import annotations

import pytest

from recoverynet.formats.particulars import Dropped, public_link, told_by


@pytest.mark.parametrize(
    "text",
    [
        "Call Mary on 07700 900123",
        "contact: sam@example.org",
        "Zoom https://zoom.us/j/123456789?pwd=abc",
        "Meeting ID: 123 456 789",
        "passcode serenity",
        "ring 780-424-5900",
        "+44 1632 960123",
        "Ask for Jane at the desk",
        "Venmo @group-six",
        "send to $BobSmith",
        "at Josh's house",
        "chaired by Peter",
    ],
)
def test_what_leads_to_somebody(text: str) -> None:
    assert told_by(text)


@pytest.mark.parametrize(
    "text",
    [
        "Side door, up the stairs",
        "Open last Saturday of the month 2011",
        "Every 2nd and 4th week, 7:30 pm",
        "8406 118 Avenue, room 12",
        "Wheelchair access at 10530 - 106 St",
        "See https://www.example.org/meetings/12",
        "Contact us for details",
        "St Mary's church hall",
        "Basic Text Study",
        "Ring Bell",
        "",
    ],
)
def test_what_does_not(text: str) -> None:
    assert told_by(text, public="Avenue" in text or " St" in text or "Study" in text) == ""


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("http://edmontonaa.org/meeting-detail?Id=6", True),
        ("www.example.org", True),
        ("https://zoom.us/j/99", False),
        ("https://meet.google.com/abc", False),
        ("https://user:secret@example.org", False),
        ("https://example.org/?email=a@b.org", False),
        ("javascript:alert(1)", False),
        ("mailto:a@b.org", False),
        ("not a link", False),
    ],
)
def test_links_of_pages_for_everybody(link: str, kept: bool) -> None:
    assert bool(public_link(link)) is kept


def test_the_door_counts_what_it_drops() -> None:
    door = Dropped("list.json")
    assert (
        door.text("notes", " Side \n door ") == "Side door"
        and door.text("notes", "call Sam") is None
        and door.text("notes", None) is None
    )
    door.drop("e-mail addresses", "a@b.org", "never taken in")
    assert [(row.what, row.n_in, row.n_out) for row in door.rows()] == [("notes", 2, 1), ("e-mail addresses", 1, 0)]
