"""Two agencies that partly know the same people: as many shared, moved and mistaken as asked, and the truth of who is who."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.worlds import two_agencies as module


def both_of(agencies: module.TwoAgencies) -> pd.DataFrame:
    """What north (``_n``) and south (``_s``) wrote of those both know."""
    known = {}
    for name, frame in agencies.particulars.items():
        mine = agencies.truth[agencies.truth["agency"] == name]
        known[name] = frame.merge(mine, on="person_id").set_index("true_id")
    return known["north"].merge(known["south"], left_index=True, right_index=True, suffixes=("_n", "_s"))


FIELDS = ["first_initial", "second_initial", "birth_date", "sex"]


def test_as_many_are_shared_as_asked_and_without_errors_they_agree() -> None:
    agencies = rn.two_agencies(200, shared=0.3, errors=0.0, moved=0.0, no_postcode=0.0, rng=1)
    assert agencies.truth["true_id"].duplicated().sum() == 60 and agencies.truth["true_id"].nunique() == 340
    assert not agencies.truth.duplicated(["agency", "person_id"]).any()
    both = both_of(agencies)
    assert len(both) == 60 and all((both[f"{name}_n"] == both[f"{name}_s"]).all() for name in [*FIELDS, "postcode"])
    assert both["person_id_n"].str.startswith("n").all() and both["person_id_s"].str.startswith("s").all()
    assert (both["person_id_n"].str[1:] != both["person_id_s"].str[1:]).mean() > 0.9, "in an order of their own"
    assert rn.two_agencies(50, shared=0.0, rng=1).truth["true_id"].nunique() == 100


def test_movers_have_another_postcode_and_nothing_else_at_the_other() -> None:
    both = both_of(rn.two_agencies(1500, shared=1.0, errors=0.0, moved=0.4, no_postcode=0.0, rng=2))
    differs = (both["postcode_n"] != both["postcode_s"]).mean()
    assert differs == pytest.approx(0.4, abs=0.05) and all((both[f"{name}_n"] == both[f"{name}_s"]).all() for name in FIELDS)


def test_some_have_no_postcode_at_each() -> None:
    agencies = rn.two_agencies(2000, no_postcode=0.25, rng=3)
    assert all(frame["postcode"].isna().mean() == pytest.approx(0.25, abs=0.04) for frame in agencies.particulars.values())


def test_errors_are_as_many_as_asked_and_likelier_where_names_are_strange_to_the_writer() -> None:
    """Compared with what is true: a wrong initial is the right one by chance in one case of 26, a sex never."""
    people = module._everybody(20_000, np.random.default_rng(4))
    written = module._written(people, 0.05, 3.0, 0.0, np.random.default_rng(5))
    white = people["ethnicity"] == "white"
    wrong = {name: written[name] != people[name] for name in FIELDS}
    assert wrong["sex"][white].mean() == pytest.approx(0.05, abs=0.008)
    assert wrong["sex"][~white].mean() == pytest.approx(0.15, abs=0.02)
    assert wrong["first_initial"][white].mean() == pytest.approx(0.05 * 25 / 26, abs=0.008)
    assert 0.04 < wrong["birth_date"][white].mean() < 0.055
    assert set(written["sex"]) == {"M", "F"}
    both = (wrong["first_initial"] & wrong["second_initial"])[white].mean()
    assert both == pytest.approx(0.0023, abs=0.0015), "each by itself"


@pytest.mark.parametrize("seed", range(3))
def test_a_mistaken_birth_date_is_swapped_or_wrong_in_a_part(seed: int) -> None:
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("1971-05-09")
    found = [module._mistaken(day, rng) for _ in range(600)]
    swapped = [each == pd.Timestamp("1971-09-05") for each in found]
    assert np.mean(swapped) == pytest.approx(0.3, abs=0.07)
    for each in found:
        differing = [each.year != 1971, each.month != 5, each.day != 9]
        assert sum(differing) <= 1 or each == pd.Timestamp("1971-09-05")
        assert each.year in (1961, 1970, 1971, 1972, 1981)
    late = {module._mistaken(pd.Timestamp("1972-02-29"), rng) for _ in range(300)}
    assert all(each.day <= 28 or each.month == 2 for each in late), "a day there is in every month and year"


def test_ages_are_of_grown_people_and_bands_are_theirs() -> None:
    people = module._everybody(5000, np.random.default_rng(6))
    age = (pd.Timestamp("2011-03-07") - people["birth_date"]).dt.days / 365.25
    assert age.min() >= 17.99 and age.max() <= 80.01 and age.mean() == pytest.approx(42.5, abs=0.8)
    assert (people["sex"] == "M").mean() == pytest.approx(0.68, abs=0.03)
    assert (people["ethnicity"] == "white").mean() == pytest.approx(0.8, abs=0.025)
    agencies = rn.two_agencies(300, errors=0.0, rng=7)
    record, written = agencies.records["north"], agencies.particulars["north"]
    years = (pd.Timestamp("2011-03-07") - written["birth_date"]).dt.days / 365.25
    expected = [next(name for low, name in ((65, "65+"), (55, "55-64"), (45, "45-54"), (35, "35-44"), (25, "25-34"), (0, "18-24"))
                     if each >= low) for each in years]  # fmt: skip
    assert record.people["age_band"].tolist() == expected and record.people["sex"].tolist() == written["sex"].tolist()


def test_everybody_has_an_episode_and_one_meeting_of_six() -> None:
    record = rn.two_agencies(62, rng=8).records["south"]
    assert record.participation["person_id"].is_unique and len(record.participation) == 62 == len(record.episodes)
    assert sorted(record.participation["occasion_id"].value_counts()) == [2] + [6] * 10
    assert (record.occasions["started_at"].dt.tz_convert("Europe/London").dt.hour.isin([18, 19])).all()
    assert set(record.episodes["provider"]) == {"south"} and not {"first_initial", "birth_date", "postcode"} & set(record.people)


def test_what_is_written_is_read_back(tmp_path) -> None:  # type: ignore[no-untyped-def]
    agencies = rn.two_agencies(20, rng=9)
    agencies.write(tmp_path)
    assert len(pd.read_csv(tmp_path / "truth.csv")) == 40 and (tmp_path / "north" / "particulars.csv").exists()
    assert len(rn.read_record(tmp_path / "south").people) == 20


@pytest.mark.parametrize(
    "wrong", [{"n_people": 9}, {"shared": 1.1}, {"errors": 0.31}, {"moved": -0.1}, {"no_postcode": True}, {"unequal": 0.5}]
)
def test_numbers_out_of_range(wrong: dict) -> None:
    with pytest.raises(rn.SchemaError, match=next(iter(wrong))):
        rn.two_agencies(**{"n_people": 20, **wrong})
