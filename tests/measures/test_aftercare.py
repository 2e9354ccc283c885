"""Aftercare coverage worked by hand: whose treatment ended, what was observed, what counts as after."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.aftercare import aftercare_coverage

WIDE = ("2010-10-01", "2011-08-01")
OTHERS = ["n_censored", "n_not_ended", "n_continuing", "n_left_out"]


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return replace(rn.load_sample("five_people"), window=WIDE)


def clinic(episodes: list[tuple], contacts: list[tuple], *, window: tuple = ("2011-01-01", "2012-01-01")) -> rn.RecoveryRecord:
    """A record of clients with episodes (id, start, end, exit reason) and calls from one peer (id, when)."""
    ids = sorted({row[0] for row in episodes})
    people = pd.DataFrame({"person_id": [*ids, "peer"], "role": ["client"] * len(ids) + ["peer"]})
    occasions = pd.DataFrame(
        {"occasion_id": [f"o{i}" for i in range(len(contacts))], "started_at": [when for _, when in contacts], "kind": "call"}
    )
    participation = pd.DataFrame(
        {
            "occasion_id": [f"o{i}" for i in range(len(contacts)) for _ in range(2)],
            "person_id": [one for who, _ in contacts for one in (who, "peer")],
        }
    )
    table = pd.DataFrame(episodes, columns=["person_id", "started_on", "ended_on", "exit_reason"])
    return rn.RecoveryRecord(people, occasions, participation, episodes=table, window=window)


def phase(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame.set_index("phase").loc[name]


def test_five_people(record: rn.RecoveryRecord) -> None:
    # ann: 10 January to 31 March, meetings on 1 and 8 March and 5 April (after); eve: none; ben goes on.
    coverage = aftercare_coverage(record)
    assert coverage["phase"].tolist() == ["90 days before", "during", "within 28 days after", "within 90 days after"]
    assert coverage["n_clients"].tolist() == [2, 2, 2, 2]
    assert coverage["n_covered"].tolist() == [0, 1, 1, 1]
    assert coverage["n_not_ended"].tolist() == [1, 1, 1, 1]
    assert phase(coverage, "during")["share"] == 0.5
    low, high = phase(coverage, "during")[["low", "high"]]
    assert (low, high) == (pytest.approx(0.0945312), pytest.approx(0.9054688))


def test_what_was_not_observed_is_left_out_and_counted() -> None:
    # The record runs from 1 March to 12 April: only eve's 28 days (11 March to 7 April) lie inside it.
    coverage = aftercare_coverage(rn.load_sample("five_people"))
    assert coverage["n_clients"].tolist() == [0, 0, 1, 0]
    assert coverage["n_censored"].tolist() == [2, 2, 1, 2]
    assert coverage["share"].isna().tolist() == [True, True, False, True]
    assert phase(coverage, "within 28 days after")["share"] == 0.0


def test_the_last_day_is_during_and_the_next_is_after() -> None:
    spell = [("a", "2011-03-01", "2011-04-30", "completed")]
    for when, during, after in (
        ("2011-04-30T23:30", 1, 0),
        ("2011-05-01T00:10", 0, 1),
        ("2011-05-28T23:59", 0, 1),
        ("2011-05-29T00:00", 0, 0),
        ("2011-03-01T00:05", 1, 0),
    ):
        coverage = aftercare_coverage(clinic(spell, [("a", when)]), horizons=(28,), before=None)
        assert coverage["n_covered"].tolist() == [during, after], when


def test_days_are_local_days() -> None:
    # 30 April 23:30 UTC is already 1 May in London, where summer time holds.
    spell = [("a", "2011-03-01", "2011-04-30", "completed")]
    coverage = aftercare_coverage(clinic(spell, [("a", "2011-04-30T23:30Z")]), horizons=(28,), before=None)
    assert coverage["n_covered"].tolist() == [0, 1]


@pytest.mark.parametrize(("end_of_window", "n_clients"), [("2011-05-29", 1), ("2011-05-28T18:00", 0), ("2011-05-28", 0)])
def test_follow_up_is_observed_to_its_last_midnight(end_of_window: str, n_clients: int) -> None:
    spell = [("a", "2011-03-01", "2011-04-30", "completed")]
    record = clinic(spell, [("a", "2011-05-02")], window=("2011-01-01", end_of_window))
    after = phase(aftercare_coverage(record, horizons=(28,)), "within 28 days after")
    assert (after["n_clients"], after["n_censored"]) == (n_clients, 1 - n_clients)


@pytest.mark.parametrize(("started_on", "n_clients"), [("2011-04-01", 1), ("2011-03-31", 0)])
def test_before_treatment_is_observed_from_the_first_day_of_the_record(started_on: str, n_clients: int) -> None:
    """1 April is the 91st day of a record that begins on 1 January."""
    spell = [("a", started_on, "2011-06-01", "completed")]
    assert phase(aftercare_coverage(clinic(spell, [])), "90 days before")["n_clients"] == n_clients


def test_each_client_once_by_the_episode_that_ended_last() -> None:
    record = clinic(
        [
            ("a", "2011-01-10", "2011-02-01", "completed"),
            ("a", "2011-05-01", "2011-06-01", "completed"),
            ("b", "2011-01-10", None, None),
            ("b", "2011-03-01", "2011-04-01", "transferred"),
            ("c", "2011-02-01", "2011-03-01", "Died"),
            ("d", "2011-02-01", None, None),
        ],
        [("a", "2011-02-10"), ("a", "2011-06-10"), ("c", "2011-02-02")],
    )
    after = phase(aftercare_coverage(record, horizons=(28,)), "within 28 days after")
    assert (after["n_clients"], after["n_covered"]) == (1, 1)
    assert after[OTHERS].tolist() == [0, 1, 1, 1]  # d never ended, b had another episode under way, c died
    kept = aftercare_coverage(record, horizons=(28,), leave_out_exits=())
    assert phase(kept, "during")[["n_clients", "n_covered"]].tolist() == [2, 1]


def test_treatment_that_goes_on_elsewhere_has_not_ended() -> None:
    ended = ("a", "2011-01-10", "2011-04-30", "transferred")
    for begins, n_continuing in (("2011-05-01", 1), ("2011-05-21", 1), ("2011-05-22", 0)):
        coverage = aftercare_coverage(clinic([ended, ("a", begins, None, None)], []), horizons=(28,))
        assert phase(coverage, "within 28 days after")["n_continuing"] == n_continuing, begins
    strict = aftercare_coverage(clinic([ended, ("a", "2011-05-01", None, None)], []), continues_within=0)
    assert (strict["n_continuing"] == 0).all()


def test_own_observation_window_on_request(record: rn.RecoveryRecord) -> None:
    people = record.people.assign(
        left_on=record.people["left_on"].mask(record.people["person_id"] == "ann", pd.Timestamp("2011-04-20", tz=record.tz))
    )
    shorter = record.with_tables(people=people)
    assert phase(aftercare_coverage(shorter), "within 28 days after")["n_clients"] == 2
    own = aftercare_coverage(shorter, observed="person")
    assert phase(own, "within 28 days after")[["n_clients", "n_censored"]].tolist() == [1, 1]
    assert phase(own, "90 days before")["n_clients"] == 0  # nobody was observed before they joined


def test_subgroups_add_up_to_everybody(record: rn.RecoveryRecord) -> None:
    counts = ["n_clients", "n_covered", *OTHERS]
    whole = aftercare_coverage(record).set_index("phase")[counts]
    for by in ("sex", "provider", "substance", "exit_reason"):
        parts = aftercare_coverage(record, by=by).groupby("phase", sort=False)[counts].sum()
        pd.testing.assert_frame_equal(parts, whole)
    levels = aftercare_coverage(record, by="exit_reason")["level"].drop_duplicates().tolist()
    assert levels == ["completed", "dropped_out", "not recorded"]


def test_other_contacts_can_be_asked_about(record: rn.RecoveryRecord) -> None:
    quiz = pd.DataFrame({"person_id": ["eve"], "started_at": [pd.Timestamp("2011-03-20", tz="UTC")]})
    coverage = aftercare_coverage(record, contacts=quiz)
    assert coverage["n_covered"].tolist() == [0, 0, 1, 1]


def test_a_wider_horizon_never_covers_fewer_of_the_same_people() -> None:
    rng = np.random.default_rng(8)
    start = pd.Timestamp("2011-01-01") + pd.to_timedelta(rng.integers(0, 100, 60), unit="D")
    end = start + pd.to_timedelta(rng.integers(0, 80, 60), unit="D")
    episodes = [(f"p{i}", start[i], end[i], None) for i in range(60)]
    whom = rng.integers(0, 60, 90)
    contacts = [
        (f"p{w}", pd.Timestamp("2011-01-01") + pd.Timedelta(hours=int(h)))
        for w, h in zip(whom, rng.integers(0, 24 * 300, 90), strict=True)
    ]
    coverage = aftercare_coverage(clinic(episodes, contacts), horizons=(7, 28, 90), before=None)
    assert coverage["n_clients"].nunique() == 1
    after = coverage["n_covered"].tolist()[1:]
    assert after == sorted(after) and after[0] < after[-1]
    assert coverage["share"].between(coverage["low"], coverage["high"]).all()


def test_a_record_without_episodes_has_no_denominator() -> None:
    five = rn.load_sample("five_people")
    coverage = aftercare_coverage(five.with_tables(episodes=five.episodes.iloc[:0]))
    assert coverage["n_clients"].tolist() == [0, 0, 0, 0]
    assert coverage[["share", "low", "high"]].isna().all().all()


@pytest.mark.parametrize(
    "bad",
    [
        {"by": "shoe_size"},
        {"horizons": (0,)},
        {"horizons": (28.5,)},
        {"before": -1},
        {"continues_within": -1},
        {"observed": "always"},
        {"roles": ("friend",)},
        {"leave_out_exits": "died"},
        {"contacts": pd.DataFrame({"person_id": ["ann"]})},
    ],
)
def test_bad_arguments_are_explained(record: rn.RecoveryRecord, bad: dict) -> None:
    with pytest.raises(rn.SchemaError, match="must|is a whole number of days|roles are|needs the columns"):
        aftercare_coverage(record, **bad)
