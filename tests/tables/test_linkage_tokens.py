"""Tokens of what is recorded of a person: the same however it is written, none of what says nothing, and bad input."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.tables.linkage_tokens import TOKEN_COLUMNS, without_tokens

KEY = "only for this test"


def tokens(**columns: object) -> pd.Series:
    return rn.linkage_tokens(pd.DataFrame({"person_id": ["x"], **{k: [v] for k, v in columns.items()}}), key=KEY).iloc[0]


@pytest.mark.parametrize(
    ("column", "one", "other", "parts"),
    [
        ("first_initial", "j", " Jo", ["first"]),
        ("first_initial", "Ö", "o", ["first"]),
        ("birth_date", "07/03/1980", "1980-03-07", ["day", "month", "year"]),
        ("birth_date", pd.Timestamp("1980-03-07"), "1980-03-07 00:00", ["day", "month", "year"]),
        ("sex", "male", "M", ["sex"]),
        ("sex", "1", "M", ["sex"]),
        ("postcode", "s2 4qr", "S2 4", ["district", "sector"]),
        ("postcode", "SW1A1AA", "sw1a  1", ["district", "sector"]),
    ],
)
def test_the_same_thing_written_otherwise_is_the_same_token(column, one, other, parts):
    first, second = tokens(**{column: one}), tokens(**{column: other})
    for part in parts:
        assert first[f"linkage_{part}"] == second[f"linkage_{part}"] and str(first[f"linkage_{part}"]).startswith("t")


@pytest.mark.parametrize(
    ("column", "nothing"),
    [("sex", "U"), ("sex", "9"), ("sex", ""), ("postcode", "ZZ99 3VZ"), ("postcode", "NFA"), ("postcode", "unknown"),
     ("first_initial", "-"), ("first_initial", None)],
)  # fmt: skip
def test_what_says_nothing_makes_no_token(column, nothing):
    assert tokens(**{column: nothing})[list(TOKEN_COLUMNS)].isna().all()


def test_day_and_month_are_comparable_and_other_kinds_are_not():
    swapped = tokens(birth_date="1980-03-07"), tokens(birth_date="1980-07-03")
    assert swapped[0]["linkage_day"] == swapped[1]["linkage_month"]
    alike = tokens(first_initial="M", second_initial="M", sex="M")
    assert alike["linkage_first"] == alike["linkage_second"] != alike["linkage_sex"]


def test_other_keys_have_other_fingerprints_and_tokens():
    frame = pd.DataFrame({"person_id": ["x"], "sex": ["F"]})
    one, other = rn.linkage_tokens(frame, key=KEY).iloc[0], rn.linkage_tokens(frame, key=KEY + "!").iloc[0]
    assert one["linkage_key"] != other["linkage_key"] and one["linkage_sex"] != other["linkage_sex"]


def test_tokens_leave_a_table():
    assert list(without_tokens(pd.DataFrame(columns=["person_id", "linkage_first", "linkage_token", "sex"]))) == [
        "person_id",
        "sex",
    ]


@pytest.mark.parametrize(
    ("frame", "match", "error"),
    [
        ({"name": ["x"]}, "person_id", rn.SchemaError),
        ({"person_id": ["x"], "shoe": [43]}, "nothing to make tokens of", rn.SchemaError),
        ({"person_id": ["x", "x"], "sex": ["F", "F"]}, "repeat a person_id", rn.SchemaError),
        ({"person_id": ["x", None], "sex": ["F", "F"]}, "have no person_id", rn.SchemaError),
        ({"person_id": ["x"], "birth_date": ["spring"]}, "cannot be read", rn.NotEstimableError),
    ],
)
def test_bad_particulars_are_said(frame, match, error):
    with pytest.raises(error, match=match):
        rn.linkage_tokens(pd.DataFrame(frame), key=KEY)


def test_a_short_key_is_refused():
    with pytest.raises(rn.SchemaError, match="at least 16 bytes"):
        rn.linkage_tokens(pd.DataFrame({"person_id": ["x"], "sex": ["F"]}), key="short")


PLAIN = [f"19{year}-03-07" for year in range(60, 70)]


def many(*dates: object, **more: object) -> pd.DataFrame:
    births = [*PLAIN, *dates]
    return pd.DataFrame({"person_id": [f"p{at}" for at in range(len(births))], "birth_date": births, **more})


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("1880-05-01", "1 before 1900"),
        ("0080-05-01", "1 before 1900"),
        ("1899-12-30", "1 before 1900"),
        ("01/05/2090", "1 after today"),
        ("9999-12-31", "1 after today"),
        ("1900-01-01", "1 that systems fill in, such as 1 January 1900"),
        ("11/11/1911", "1 that systems fill in"),
        ("31/02/1980", "1 that cannot be read"),
        ("07/03/80", "1 that cannot be read"),
    ],
)
def test_a_birth_date_that_cannot_be_right_makes_no_token_and_is_counted(date, said):
    with pytest.warns(rn.RecoveryNetWarning, match=f"1 of 11 birth dates are not used .* cannot be right: {said}"):
        made = rn.linkage_tokens(many(date), key=KEY)
    assert made.loc[10, list(TOKEN_COLUMNS)].isna().all() and pd.isna(made.loc[10, "linkage_key"])
    assert made.loc[:9, "linkage_year"].notna().all()


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/London"])
def test_dates_that_are_no_text_are_held_to_the_same(zone):
    births = pd.Series(pd.to_datetime([*PLAIN, "1880-05-01", "2090-05-01", None])).dt.tz_localize(zone)
    with pytest.warns(rn.RecoveryNetWarning, match="2 of 12 .* 1 before 1900, 1 after today"):
        made = rn.linkage_tokens(many(None, None, None).assign(birth_date=births), key=KEY)
    assert made["linkage_day"].notna().tolist() == [True] * 10 + [False] * 3


def test_nobody_is_known_before_they_were_born():
    frame = many("2011-03-08", "2011-03-07", "2011-03-09", known_on=["2011-03-07"] * 12 + [None])
    with pytest.warns(rn.RecoveryNetWarning, match="1 of 13 .* 1 after the day the person was first known"):
        made = rn.linkage_tokens(frame, key=KEY)
    assert made["linkage_year"].isna().tolist() == [False] * 10 + [True, False, False]
    assert not [name for name in made if "known" in name]


def test_dates_most_of_which_cannot_be_right_are_refused():
    with pytest.raises(rn.NotEstimableError, match="11 of 21 birth dates cannot be right: 11 before 1900"):
        rn.linkage_tokens(many(*["1880-05-01"] * 11), key=KEY)


def test_dates_that_can_be_right_pass_in_silence(recwarn):
    rn.linkage_tokens(many("1900-01-02", "1970-01-01", str(pd.Timestamp.now().date()), "", None, "  "), key=KEY)
    assert not [one for one in recwarn if issubclass(one.category, rn.RecoveryNetWarning)]
