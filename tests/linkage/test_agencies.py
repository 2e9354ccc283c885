"""What is to be linked: who may be compared, and everything that speaks against it first; made by hand, with nothing compared."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.linkage.agencies import Agency, agencies_of
from recoverynet.tables.linkage_tokens import KEY_COLUMN, TOKEN_COLUMNS

N = 12
ASKED = {"purpose": "evaluation", "unknown_consent": "count", "roles": ("client",)}


def record(
    letter: str, *, n: int = N, consent: tuple | None = None, day: str = "2011-03-07", value: str | None = None
) -> rn.RecoveryRecord:
    ids = [f"{letter}{number}" for number in range(n)]
    people = pd.DataFrame({"person_id": [*ids, "w" + letter], "role": ["client"] * n + ["worker"]})
    people["consent_evaluation"] = [None] * (n + 1) if consent is None else [*consent, None]
    seen = pd.DataFrame({"person_id": ids[:1], "observed_at": "2011-04-01", "variable": "state", "value": value, "source": "self"})
    return rn.RecoveryRecord(
        people,
        pd.DataFrame({"occasion_id": ["o"], "started_at": [day], "kind": ["meeting"]}),
        pd.DataFrame({"occasion_id": ["o"], "person_id": ids[:1]}),
        observations=None if value is None else seen,
    )


def tokens(letter: str, *, n: int = N, key: str = "k", first: int = 0, **blank: int) -> pd.DataFrame:
    """Tokens of people counted from ``first``; everybody has their own of everything, and shares no other with anybody.

    ``blank`` (``year=3``) empties one column of so many people.
    """
    frame = pd.DataFrame({"person_id": [f"{letter}{number}" for number in range(n)], KEY_COLUMN: key})
    for column in TOKEN_COLUMNS:
        frame[column] = [f"t{column}{first + number}" for number in range(n)]
    for part, count in blank.items():
        frame.loc[: count - 1, f"linkage_{part}"] = None
    return frame


def made(records: dict | None = None, given: dict | None = None, **more: object) -> list[Agency]:
    records = {"north": record("n"), "south": record("s", day="2011-03-08")} if records is None else records
    given = {"north": tokens("n"), "south": tokens("s", first=6)} if given is None else given
    return agencies_of(records, given, **{**ASKED, **more})  # type: ignore[arg-type]


def test_people_of_the_roles_who_agreed_and_have_a_token_are_compared() -> None:
    """Three declined, one has not been asked; of those left two have no token at all."""
    consent = (*[False] * 3, None, *[True] * 8)
    nothing = tokens("n")
    nothing.loc[[4, 5], list(TOKEN_COLUMNS)] = None
    records = {"north": record("n", consent=consent), "south": record("s", consent=(True,) * N, day="2011-03-08")}
    north, south = made(records, {"north": nothing, "south": tokens("s", first=6)})
    assert (north.name, north.n_people, north.n_declined, north.n_without) == ("north", 12, 3, 2)
    assert north.tokens["person_id"].tolist() == ["n3", *[f"n{number}" for number in range(6, 12)]]
    assert list(north.tokens) == ["person_id", KEY_COLUMN, *TOKEN_COLUMNS]
    assert (south.n_people, south.n_declined, south.n_without, len(south.tokens)) == (12, 0, 0, 12)
    strict, _ = made(records, {"north": tokens("n"), "south": tokens("s", first=6)}, unknown_consent="leave_out")
    assert strict.n_declined == 4 and "wn" not in strict.tokens["person_id"].tolist()


def test_tokens_may_stand_among_the_people() -> None:
    records = {
        name: one.with_tables(people=one.people.merge(tokens(name[0], first=6 * (name == "south")), on="person_id", how="left"))
        for name, one in {"north": record("n"), "south": record("s", day="2011-03-08")}.items()
    }
    assert [len(one.tokens) for one in agencies_of(records, None, **ASKED)] == [12, 12]  # type: ignore[arg-type]


def refused(words: str, error: type[Exception] = SchemaError, **given: object) -> None:
    with pytest.raises(error, match=words):
        made(**given)  # type: ignore[arg-type]


def test_half_of_an_agency_must_have_a_birth_date_and_an_initial() -> None:
    half = tokens("n", year=6)
    assert len(made(given={"north": half, "south": tokens("s", first=6)})) == 2
    refused(
        "5 have a birth date and an initial", NotEstimableError, given={"north": tokens("n", year=7), "south": tokens("s", first=6)}
    )
    both = {"north": tokens("n", first=0), "south": tokens("s", first=6)}
    both["north"].loc[:8, "linkage_first"] = None
    assert len(made(given=both)) == 2, "the second initial will do"
    both["north"].loc[:8, "linkage_second"] = None
    refused("3 have a birth date", NotEstimableError, given=both)


def test_two_agencies_or_more_with_names_and_tokens_of_their_own() -> None:
    north, south = record("n"), record("s", day="2011-03-08")
    refused("two agencies or more", records={"north": north})
    refused("two agencies or more", records=[north, south])
    refused("a name of its own", records={"north": north, "north ": south})
    refused("a name of its own", records={"north": north, " ": south})
    refused("'west'.*none of the agencies north, south", given={"west": tokens("w")})
    refused("no common column", given={})
    refused("no column person_id", given={"north": tokens("n").drop(columns="person_id"), "south": tokens("s")})
    refused("have no row", given={"north": tokens("n").iloc[:0], "south": tokens("s")})
    refused("None of the 12 people", given={"north": tokens("x"), "south": tokens("s")})


def test_one_row_a_person_unless_it_is_the_same_twice() -> None:
    twice = pd.concat([tokens("n"), tokens("n").iloc[:1]])
    assert len(made(given={"north": twice, "south": tokens("s", first=6)})[0].tokens) == 12
    other = pd.concat([tokens("n"), tokens("n", first=40).iloc[:1]])
    refused("name 1 person more than once", given={"north": other, "south": tokens("s", first=6)})
    more = pd.concat([tokens("n"), tokens("n", first=40).iloc[:2]])
    refused("name 2 people more than once", given={"north": more, "south": tokens("s", first=6)})


def test_one_key_for_all() -> None:
    mixed = pd.concat([tokens("n").iloc[:6], tokens("n", key="other").iloc[6:]])
    refused("several keys", given={"north": mixed, "south": tokens("s", first=6)})
    refused("different keys", given={"north": tokens("n"), "south": tokens("s", key="other", first=6)})


def test_agencies_that_share_no_token_at_all_have_other_keys_whatever_they_say() -> None:
    refused("share not one token of 12 people", given={"north": tokens("n"), "south": tokens("s", first=50)})
    few = {"north": record("n", n=9), "south": record("s", n=9, day="2011-03-08")}
    assert len(made(few, {"north": tokens("n", n=9), "south": tokens("s", n=9, first=50)})) == 2, "of nine people it may be chance"


def test_the_same_agency_is_not_linked_to_itself() -> None:
    north = record("n")
    refused(
        "are the same agency: 12 of 12",
        records={"north": north, "south": north},
        given={"north": tokens("n"), "south": tokens("n")},
    )
    again = replace(north)
    refused("are the same agency", records={"north": north, "south": again}, given={"north": tokens("n"), "south": tokens("n")})
    # under other ids: everybody agrees, and so do the times of all contacts
    given = {"north": tokens("n"), "south": tokens("s")}
    refused("under other ids: 12 of 12", records={"north": north, "south": record("s")}, given=given)
    assert len(made({"north": north, "south": record("s", day="2011-03-08")}, given)) == 2, "contacts at other times are others'"


def test_records_count_days_ask_consent_and_write_states_alike() -> None:
    north, south = record("n"), record("s", day="2011-03-08")
    refused("north: Europe/London, south: Europe/Paris", records={"north": north, "south": replace(south, tz="Europe/Paris")})
    asked = record("s", consent=(True,) * N, day="2011-03-08")
    refused("north never recorded who agrees", records={"north": north, "south": asked})
    assert made({"north": north, "south": asked}, {"north": tokens("n"), "south": tokens("s", first=6)}, purpose="care")
    refused("south: sober", records={"north": record("n", value="using"), "south": record("s", value="sober", day="2011-03-08")})


def test_a_birth_date_that_a_system_fills_in_tells_nobody_apart() -> None:
    """More than one in five, and more than five."""
    n = 30
    records = {"north": record("n", n=n), "south": record("s", n=n, day="2011-03-08")}
    for same, refuse in ((6, False), (7, True)):
        filled = tokens("n", n=n)
        for part in ("year", "month", "day"):
            filled.loc[: same - 1, f"linkage_{part}"] = "tfilled"
        given = {"north": filled, "south": tokens("s", n=n, first=6)}
        if refuse:
            refused("7 of 30 people of north have the same birth date", NotEstimableError, records=records, given=given)
        else:
            assert len(made(records, given)) == 2


def test_one_kind_of_token_that_is_not_there_is_said_as_all_of_them_are() -> None:
    for column in ("linkage_sector", KEY_COLUMN):
        refused(f"no linkage tokens.*{column}", given={"north": tokens("n").drop(columns=column), "south": tokens("s", first=6)})


def test_one_kind_of_token_shared_is_enough_to_go_on_and_contacts_of_nobody_are_not_the_same() -> None:
    south = tokens("s", first=50).assign(linkage_sex=tokens("s")["linkage_sex"])
    assert len(made(given={"north": tokens("n"), "south": south})) == 2
    silent = {
        name: replace(one, occasions=one.occasions.iloc[:0], participation=one.participation.iloc[:0])
        for name, one in {"north": record("n"), "south": record("s")}.items()
    }
    assert len(made(silent, {"north": tokens("n"), "south": tokens("s")})) == 2


def test_where_nobody_was_asked_nobody_is_left_and_consent_is_asked_for_in_words_there_are() -> None:
    asked = {"north": record("n"), "south": record("s", consent=(True,) * N, day="2011-03-08")}
    with pytest.raises(NotEstimableError, match="Nobody on the record may be counted"):
        made(asked, unknown_consent="leave_out")
    refused("purpose", purpose="fun")
    refused("unknown_consent", unknown_consent="guess")
