"""What a tie carries by every rule in its turn, which look at somebody's state is told, and the latest step towards a group."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.client_ties import (
    SeenState,
    _carries,
    _consent,
    _Gathered,
    _latest_known,
    _Look,
    _ring,
    _state_told,
    _status,
    framed,
    latest_interview,
    latest_steps,
)
from recoverynet.measures.moment import Moment
from recoverynet.measures.record_index import Person, index_of
from recoverynet.measures.ways_to_groups import Way
from recoverynet.states import RECOVERY_NORM

TZ = "Europe/London"
AT = pd.Timestamp("2011-06-01", tz=TZ)
MOMENT = Moment(AT, pd.Timedelta(days=90))


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=TZ)


def tie(*relations: str, parts: tuple[str, ...] = (), **said: object) -> _Gathered:
    return _Gathered(relations=list(relations), parts=set(parts), said=said)


def state(word: str, *, perceived: bool = False) -> SeenState:
    return SeenState(word, AT, perceived)


UNSEEN = state("unknown")


@pytest.mark.parametrize(
    ("role", "known", "seen", "carries"),
    [
        ("peer", tie(), state("using"), ("using", "recorded_state")),
        ("peer", tie(support="recovery"), state("using", perceived=True), ("using", "perceived_state")),
        ("family", tie(support="use"), state("abstinent"), ("recovery", "recorded_state")),
        ("family", tie(support="use"), UNSEEN, ("using", "support")),
        ("peer", tie(support="using"), UNSEEN, ("using", "support")),
        ("peer", tie(support="recovery"), UNSEEN, ("recovery", "role")),
        ("community", tie(), UNSEEN, ("recovery", "role")),
        ("peer", tie(), state("reduced"), ("neutral", "recorded_state")),
        ("client", tie("sponsor"), UNSEEN, ("recovery", "sponsor")),
        ("client", tie(parts=("sponsor",)), UNSEEN, ("recovery", "sponsor")),
        ("client", tie("sponsor"), state("reduced"), ("neutral", "recorded_state")),
        ("family", tie(support="abstinence"), state("reduced"), ("supportive", "support")),
        ("family", tie(support_direction="received"), UNSEEN, ("supportive", "support")),
        ("family", tie(support_direction="both"), UNSEEN, ("supportive", "support")),
        ("worker", tie(support="none"), UNSEEN, ("supportive", "role")),
        ("family", tie(support="none"), UNSEEN, ("neutral", "support")),
        ("family", tie(support_direction="given"), UNSEEN, ("neutral", "support")),
        ("family", tie(support_direction="neither"), UNSEEN, ("neutral", "support")),
        ("family", tie(), UNSEEN, ("unknown", "nothing_known")),
    ],
)
def test_the_first_rule_that_holds_says_what_a_tie_carries(role: str, known: _Gathered, seen: SeenState, carries: tuple) -> None:
    assert _carries(role, known, seen, RECOVERY_NORM) == carries


@pytest.mark.parametrize(
    ("now", "before", "ever", "status"),
    [(1, 1, True, "current"), (1, 0, True, "new"), (0, 2, True, "quiet"), (0, 0, False, "named")],
)
def test_a_tie_is_new_current_quiet_or_never_met(now: int, before: int, ever: bool, status: str) -> None:
    assert _status(now, before, ever, otherwise="named") == status


@pytest.mark.parametrize(
    ("closeness", "n_contacts", "ring"),
    [
        (1.0, 90, 3),
        (2.19, 90, 3),
        (2.21, 0, 2),
        (3.39, 0, 2),
        (3.41, 0, 1),
        (5.0, 0, 1),
        (0.9, 13, 1),
        (5.1, 12, 2),
        (np.nan, 3, 3),
    ],
)
def test_rings_are_thirds_of_the_scale_and_else_of_how_often(closeness: float, n_contacts: int, ring: int) -> None:
    """0.3 and 0.6 of the way from 1 to 5 are 2.2 and 3.4; 90 days are 12.9 weeks."""
    assert _ring(closeness, n_contacts, MOMENT) == ring


def person(role: str = "client", consent: bool | None = None) -> Person:
    blank = dict.fromkeys(Person._fields)
    return Person(**{**blank, "person_id": "x", "role": role, "consent_care": consent})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "who", "basis", "named"),
    [
        ("consented", None, "consented", True), ("not_asked", None, "not_asked", False), (None, None, "not_recorded", False),
        (None, person("worker", False), "in_role", True), ("told", person("worker"), "told", True),
        ("consented", person(consent=False), "refused", False), (None, person(consent=True), "consented", True),
        (None, person(), "not_recorded", True), ("not_asked", person(), "not_asked", True),
    ],
)  # fmt: skip
def test_whose_name_may_be_looked_up_and_on_what_basis(said: str | None, who: Person | None, basis: str, named: bool) -> None:
    assert _consent(tie(consent_basis=said) if said else tie(), who) == (basis, named)


def look(on: str, value: str, source: str = "self") -> _Look:
    return _Look(day(on), value, source, None)


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([look("2011-05-01", "using"), look("2011-05-03", "abstinent")], "abstinent"),
        ([look("2011-05-03", "abstinent"), look("2011-05-01", "using")], "abstinent"),
        ([look("2011-05-03", "abstinent"), look("2011-05-03", "using")], None),  # two things at once
        ([look("2011-05-03", "abstinent"), look("2011-05-03", "using"), look("2011-05-04", "using")], "using"),
        ([look("2011-05-03", "abstinent"), look("2011-05-03", "using"), look("2011-05-01", "reduced", "worker")], "reduced"),
        ([look("2011-05-03", "unknown"), look("2011-05-01", "using", "worker")], "using"),
        ([look("2011-05-01", "abstinent"), look("2011-05-02", "using", "worker")], "using"),  # whoever looked last
        (
            [look("2011-05-02", "using", "worker"), look("2011-05-02", "abstinent")],
            "abstinent",
        ),  # of one moment, in their own words
        ([look("2011-05-02", "using", "perceived"), look("2011-05-02", "reduced", "worker")], "reduced"),
        ([], None),
    ],
)
def test_whoever_looked_last_is_believed(looks: list[_Look], told: str | None) -> None:
    for order in itertools.permutations(looks):
        found = _latest_known(list(order))
        assert (None if found is None else found.state) == told
        assert found is None or found.perceived is False


def test_a_perception_is_told_as_one() -> None:
    assert _latest_known([look("2011-05-02", "using", "perceived")]) == SeenState("using", day("2011-05-02"), True)


@pytest.mark.parametrize(
    ("asked", "seen", "told"),
    [
        ("2011-05-20", SeenState("using", day("2011-05-10"), False), "reduced"),
        ("2011-05-20", SeenState("using", day("2011-05-20"), False), "reduced"),
        ("2011-05-20", SeenState("using", day("2011-05-21"), False), "using"),
        ("2011-05-20", SeenState("unknown", None, False), "reduced"),
        ("2010-11-30", SeenState("unknown", None, False), "reduced"),  # half a year: 183 days before 1 June
        ("2010-11-29", SeenState("unknown", None, False), "unknown"),
    ],
)
def test_the_later_of_what_is_recorded_and_what_the_client_said(asked: str, seen: SeenState, told: str) -> None:
    found = _state_told(tie(perceived_state="reduced", asked_at=day(asked)), seen, MOMENT)
    assert found.state == told and found.perceived == (told == "reduced")
    assert _state_told(tie(perceived_state="unknown", asked_at=day(asked)), seen, MOMENT) is seen


def test_what_is_heard_first_stands_and_later_rows_fill_in() -> None:
    gathered = _Gathered()
    gathered.hear({"relation": "friend", "closeness": None, "support": "recovery"})
    gathered.hear({"relation": None, "closeness": 4.0, "support": "use"})
    gathered.hear({"relation": "cousin", "closeness": 1.0, "support": None})
    assert gathered.relations == ["friend", "cousin"] and gathered.said["closeness"] == 4 and gathered.said["support"] == "recovery"


def record(**tables: pd.DataFrame) -> rn.RecoveryRecord:
    return rn.RecoveryRecord(
        pd.DataFrame({"person_id": ["ann"], "role": ["client"]}),
        pd.DataFrame({"occasion_id": ["o"], "started_at": ["2011-01-10"], "kind": ["meeting"], "group_id": ["a"]}),
        pd.DataFrame({"occasion_id": ["o"], "person_id": ["ann"]}),
        groups=pd.DataFrame({"group_id": ["a", "b"], "name": ["A", "B"], "kind": "mutual_aid"}),
        window=("2010-01-01", "2011-07-01"),
        tz=TZ,
        **tables,
    )


def test_the_latest_interview_is_that_of_the_last_local_day_before() -> None:
    asked = ["2011-05-01 10:00", "2011-05-20 00:10", "2011-05-20 18:00", "2011-05-20 18:00", "2011-06-01 00:00"]
    rows = pd.DataFrame({"ego_id": "ann", "alter_id": ["old", "pal", "mum", "mum", "new"], "asked_at": asked,
                         "relation": ["x", "pal", "nurse", "mother", "y"]})  # fmt: skip
    found = latest_interview(index_of(record(nominations=rows)), "ann", AT)
    assert [(alter, said["relation"]) for alter, said in found] == [("mum", "mother"), ("mum", "nurse"), ("pal", "pal")]
    assert latest_interview(index_of(record(nominations=rows)), "ann", day("2011-05-01")) == []
    assert latest_interview(index_of(record()), "ann", AT) == []


def test_the_latest_step_of_one_moment_is_the_furthest_and_the_end_is_out() -> None:
    steps = pd.DataFrame(
        [("a", "accepted", "2011-03-05"), ("a", "offered", "2011-03-05"), ("b", "attended", "2011-03-01"),
         ("b", "declined", "2011-05-01"), ("b", "offered", "2011-06-01")],
        columns=["group_id", "stage", "at"],
    ).assign(client_id="ann")  # fmt: skip
    index = index_of(record(linkage=steps))
    found = latest_steps(index, "ann", day("2011-03-01"), AT)
    assert found == {"a": ("accepted", day("2011-03-05")), "b": ("declined", day("2011-05-01"))}
    assert latest_steps(index, "ann", day("2011-03-05"), day("2011-05-01")) == {"a": ("accepted", day("2011-03-05"))}


def test_columns_keep_their_types_however_few_rows_there_are() -> None:
    rows = [Way("a", "A", "mutual_aid", 2.0, ("x",))]
    whole, empty = framed(rows, Way, TZ), framed([], Way, TZ)
    assert list(whole) == list(empty) == list(Way._fields)
    for name in ("group_id", "name", "steps"):
        assert whole[name].dtype == empty[name].dtype
    assert whole["through"].tolist() == [("x",)] and whole["steps"].dtype == "float64"
