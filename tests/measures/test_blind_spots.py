"""What a client's page must not be taken to say, each on a record made for it."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.blind_spots import BlindSpot

TZ = "Europe/London"
AT = "2011-06-01"


def spots(contacts: list[str] = (), *, consent: bool | None = None, end: str = AT, **tables: pd.DataFrame) -> dict[str, BlindSpot]:  # type: ignore[assignment]
    """Blind spots of ann on 1 June 2011 by their codes; contacts are calls with cat."""
    n = len(contacts)
    record = rn.RecoveryRecord(
        pd.DataFrame({"person_id": ["ann", "cat"], "role": ["client", "peer"], "consent_care": [consent, None]}),
        pd.DataFrame({"occasion_id": [f"o{i}" for i in range(n)], "started_at": list(contacts), "kind": "call"}),
        pd.DataFrame({"occasion_id": [f"o{i}" for i in range(n)] * 2, "person_id": ["ann"] * n + ["cat"] * n}),
        window=("2010-01-01", end), tz=TZ, **tables,
    )  # fmt: skip
    found = rn.client_links(record, "ann", at=AT).blind_spots
    assert len({spot.code for spot in found}) == len(found)
    return {spot.code: spot for spot in found}


def on(day: str) -> pd.Timestamp:
    return pd.Timestamp(day, tz=TZ)


@pytest.mark.parametrize(("consent", "is_said"), [(False, True), (True, False), (None, False)])
def test_only_a_refusal_is_a_refusal(consent: bool | None, is_said: bool) -> None:
    assert ("care_consent" in spots(consent=consent)) == is_said


def test_a_record_that_ends_before_the_day_says_when() -> None:
    assert "record_ends" not in spots()
    assert spots(end="2011-05-31")["record_ends"].on == on("2011-05-31")


def test_weeks_without_an_entry() -> None:
    """90 days are 13 weeks, the last one cut short; two calls in one week and one in another leave eleven."""
    assert (spots()["weeks_without_entry"].n, spots()["weeks_without_entry"].of) == (13, 13)
    found = spots(["2011-05-30", "2011-05-27", "2011-05-20", "2011-02-01"])["weeks_without_entry"]
    assert (found.n, found.of) == (11, 13)
    assert spots(["2011-03-03"])["weeks_without_entry"].n == 12, "the first day of the window"
    assert spots(["2011-05-25T00:01", "2011-05-25"])["weeks_without_entry"].n == 11, "a week ago to the minute is the week before"


def test_the_last_entry_of_any_table_within_four_windows() -> None:
    assert spots()["no_entry"].on == on("2011-06-01") - pd.Timedelta(days=360)
    assert (spots(["2011-05-20", "2011-04-01"])["last_entry"].on, spots(["2011-05-20"])["last_entry"].source) == (
        on("2011-05-20"), "contacts",
    )  # fmt: skip
    step = pd.DataFrame({"client_id": ["ann"], "group_id": ["aa"], "stage": ["offered"], "at": ["2011-05-21"]})
    groups = pd.DataFrame({"group_id": ["aa"], "name": ["AA"], "kind": ["mutual_aid"]})
    found = spots(["2011-05-20"], linkage=step, groups=groups)["last_entry"]
    assert (found.on, found.source) == (on("2011-05-21"), "linkage")
    old = step.assign(at="2010-06-05")
    assert "no_entry" in spots(linkage=old, groups=groups), "361 days ago is further back than is looked"
    assert "last_entry" in spots(linkage=old.assign(at="2010-06-06"), groups=groups)


def test_whom_the_client_named_and_whose_state_nobody_knows() -> None:
    named = pd.DataFrame({"ego_id": "ann", "alter_id": ["x1", "x2"], "asked_at": "2011-05-01", "perceived_state": ["using", None]})
    found = spots(["2011-05-20"], nominations=named)
    assert (found["last_interview"].n, found["last_interview"].on) == (2, on("2011-05-01")) and "no_interview" not in found
    assert (found["states_unknown"].n, found["states_unknown"].of) == (2, 3), "x2 and cat"
    assert "states_unknown" not in spots(nominations=named.iloc[:1]) and "no_interview" in spots()


def test_how_lately_anybody_looked_how_the_client_is() -> None:
    looks = pd.DataFrame(
        {
            "person_id": "ann", "observed_at": ["2011-04-01", "2011-05-01", "2011-05-10", "2011-05-12"],
            "variable": ["state", "state", "state", "employment.status"], "value": ["using", "using", "abstinent", "none"],
            "source": ["worker", "self", "perceived", "self"], "perceived_by": [None, None, "cat", None],
        }
    )  # fmt: skip
    own = spots(observations=looks)["own_state"]
    assert (own.on, own.source) == (on("2011-05-01"), "self"), "what somebody else supposes is no look"
    assert spots(observations=looks.iloc[2:])["own_state"] == BlindSpot("own_state")
    assert "meetings" in spots()
