"""Ids by one door: text in every table and every answer, whatever type a column came in."""

from __future__ import annotations

import inspect
import re
import uuid
import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetError, SchemaError, UnknownPersonError
from recoverynet.ids import first_ids, id_index, ids_of_column, labels_of, one_id, require_shared
from recoverynet.measures.autocorrelation import autocorrelation
from recoverynet.measures.coverage import coverage_over_time
from recoverynet.measures.exposure_by import exposure_by_relation
from recoverynet.measures.important_people import RatedItem
from recoverynet.measures.recovery_contacts import recovery_contacts
from recoverynet.observed import value_at
from recoverynet.worlds.worlds import simulate_panel


def arrow(kind: pa.DataType) -> pd.ArrowDtype:
    return pd.ArrowDtype(kind)


NUMBERS = pa.dictionary(pa.int32(), pa.int64())
TYPES: dict[str, Callable[[pd.Series], pd.Series]] = {
    "text": lambda ids: ids.astype("str"),
    "object text": lambda ids: ids.astype("str").astype(object),
    "space around": lambda ids: " " + ids.astype("str") + " ",
    "whole": lambda ids: ids.astype("int64"),
    "small": lambda ids: ids.astype("int8"),
    "unsigned": lambda ids: ids.astype("uint64"),
    "float": lambda ids: ids.astype("float64"),
    "float32": lambda ids: ids.astype("float32"),
    "nullable": lambda ids: ids.astype("Int64"),
    "nullable float": lambda ids: ids.astype("Float64"),
    "category of numbers": lambda ids: ids.astype("int64").astype("category"),
    "category of text": lambda ids: ids.astype("str").astype("category"),
    "objects": lambda ids: ids.astype("int64").astype(object),
    "mixed": lambda ids: pd.Series([str(one) if one % 2 else float(one) for one in ids], ids.index, dtype=object, name=ids.name),
    "Arrow whole": lambda ids: ids.astype("int64").astype(arrow(pa.int64())),
    "Arrow float": lambda ids: ids.astype("float64").astype(arrow(pa.float64())),
    "Arrow text": lambda ids: ids.astype("str").astype(arrow(pa.string())),
    "Arrow view of text": lambda ids: ids.astype("str").astype(arrow(pa.string_view())),
    "Arrow dictionary": lambda ids: pd.Series(
        pd.array(pa.array(ids.astype("int64")).dictionary_encode(), dtype=arrow(NUMBERS)), index=ids.index, name=ids.name
    ),
    "string": lambda ids: ids.astype("str").astype("string"),
}
WALKED = ("whole", "float", "nullable", "category of numbers", "mixed", "Arrow whole", "Arrow text")
PEOPLE = {"ann": 1, "ben": 2, "cat": 3, "dev": 4, "eve": 5, "x1": 6}
GROUPS = {"g1": 11, "g2": 12, "g3": 13}
ID_COLUMNS = {
    "person_id",
    "ego_id",
    "alter_id",
    "alter_a",
    "alter_b",
    "client_id",
    "by_person_id",
    "worker_id",
    "other_id",
    "perceived_by",
}
N, WAVES = 60, 4


# --- the door itself


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_column_becomes_the_same_text(kind: str) -> None:
    ids = pd.Series([7, 100, 7], index=[3, 1, 2], name="person_id")
    found = ids_of_column(TYPES[kind](ids), "The ids")
    assert found.tolist() == ["7", "100", "7"] and found.dtype == "str"
    assert found.index.tolist() == [3, 1, 2] and found.name == "person_id"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["007", "NA", " 7 ", "", None], ["007", "NA", "7", None, None]),
        (pd.Series([12345678901234567, None], dtype="Int64"), ["12345678901234567", None]),
        ([12345678901234567, "12345678901234568"], ["12345678901234567", "12345678901234568"]),
        (pd.Series([1.0, np.nan]), ["1", None]),
        (pd.Series([1, pd.NA, None, np.nan, pd.NaT], dtype=object), ["1", None, None, None, None]),
        ([Decimal("12345678901234567"), Decimal("3.00")], ["12345678901234567", "3"]),
        ([uuid.UUID(int=5)], ["00000000-0000-0000-0000-000000000005"]),
        (pd.Series([0, -1]), ["0", "-1"]),
        (pd.Series([], dtype=object), []),
    ],
)  # fmt: skip
def test_what_ids_look_like_survives(values: Any, text: list[str | None]) -> None:
    found = ids_of_column(values if isinstance(values, pd.Series) else pd.Series(values, dtype=object), "The ids")
    assert [None if pd.isna(one) else one for one in found] == text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.Series([1.5, 2.0]), "1 of 2 are not, the first being 1.5, which is no whole number"),
        (pd.Series([1e17]), "too long to be exact"),
        (pd.Series([16777217.0, 3.0]).astype("float32"), "too long to be exact"),
        (pd.Series([np.inf]), "no whole number"),
        (pd.Series([True, False]), "a bool"),
        (pd.Series([True, "a"], dtype=object), "a bool"),
        (pd.Series([True, None], dtype="boolean"), "a bool"),
        (pd.Series(pd.to_datetime(["2011-03-07"])), "Timestamp"),
        (pd.Series([b"ann"]), "bytes"),
        (pd.Series([["ann"]]), "list"),
        (pd.Series([1 + 2j]), "complex"),
        (pd.Series([Decimal("1.5")]), "no whole number"),
    ],
)
def test_what_is_no_id_is_refused(values: pd.Series, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        ids_of_column(values, "The ids")


def test_several_ids_are_several() -> None:
    assert id_index(pd.DataFrame({"person_id": [2.0, 1.0]}), "people").tolist() == ["2", "1"]
    assert id_index(pd.DataFrame(index=[2, 1]), "people").tolist() == ["2", "1"]
    assert id_index((number for number in (3, 4)), "people").tolist() == ["3", "4"]
    assert id_index([], "people").tolist() == []
    for wrong, words in (("ann", r"takes several ids, even of one: \['ann'\]"), ({"a": 1}, "several ids"), (7, "several ids")):
        with pytest.raises(SchemaError, match=words):
            id_index(wrong, "people")
    with pytest.raises(SchemaError, match="1 of 2 ids are missing, the first in row 1"):
        id_index(["ann", None], "people")
    with pytest.raises(SchemaError, match="one id a row"):
        id_index(pd.MultiIndex.from_tuples([("a", 1)]), "people")
    with pytest.raises(SchemaError, match="is missing"):
        one_id(np.nan)


def test_labels_that_count_are_labels_only_where_they_are_the_ids() -> None:
    assert labels_of(pd.RangeIndex(3)) is None
    assert labels_of(pd.RangeIndex(3), ["1", "2", "3"]) is None
    assert labels_of(pd.RangeIndex(3), ["2", "0", "1"]).tolist() == ["0", "1", "2"]
    assert labels_of(pd.RangeIndex(1, 4)).tolist() == ["1", "2", "3"]


def test_two_sides_that_do_not_meet_are_shown() -> None:
    ours, theirs = pd.Index(["7", "8"]), pd.Index(["007", "009", "010", "011"])
    with pytest.raises(
        UnknownPersonError, match="hold '7', '8', .* are '007', '009', '010' and so on.*'7' and '007' look like one id"
    ):
        require_shared(ours, theirs, "the contacts", "the people of the record")
    with pytest.raises(UnknownPersonError, match="look like one id"):
        require_shared(ours, theirs, "the contacts", "the people of the record", unlike=True)
    require_shared(pd.Index(["ann"]), pd.Index(["dev", "eve"]), "these", "those", unlike=True)
    require_shared(pd.Index([]), theirs, "these", "those")
    assert first_ids(["a"]) == "'a'"


# --- the whole public door


def numbered(frame: pd.DataFrame, kind: str = "text", columns: set[str] = ID_COLUMNS) -> pd.DataFrame:
    """A table of the sample whose people are numbers, held in one of the types."""
    known = PEOPLE | GROUPS
    put = {}
    for name in frame.columns:
        if name in columns or name == "group_id":
            ids = frame[name].map(known)
            put[name] = TYPES[kind](ids) if ids.notna().all() else ids.astype("Int64").astype("str").mask(ids.isna())
    return frame.assign(**put)


SAMPLE = rn.load_sample("five_people")
TABLES = {name: frame for name, frame in SAMPLE.tables().items() if len(frame)}
RECORD = rn.RecoveryRecord(**{name: numbered(frame) for name, frame in TABLES.items()}, window=SAMPLE.window)
BREAKS = ["2011-03-01", "2011-04-01", "2011-05-01"]


def world() -> rn.NetworkPanel:
    made = simulate_panel(N, n_waves=WAVES, influence=3.0, rng=3)
    return rn.NetworkPanel.from_adjacency(
        made.networks, behaviour={"recovery": made.behaviour["recovery"]}, covariates=made.covariates,
        people=[str(number) for number in range(1, N + 1)],
    )  # fmt: skip


WORLD = world()
HELD = WORLD.behaviour["recovery"]
ORDER = np.random.default_rng(8).permutation(N)


def by_number(values: np.ndarray, kind: str) -> Any:
    """Values by person, in another order, their ids held in one of the types."""
    index = pd.Index(TYPES[kind](pd.Series(ORDER + 1)), name="person_id")
    frame = pd.DataFrame(values[ORDER].reshape(N, -1), index=index)
    return frame.set_axis(range(1, frame.shape[1] + 1), axis=1) if values.ndim == 2 else frame[0]


def contacts(kind: str) -> pd.DataFrame:
    return numbered(recovery_contacts(SAMPLE), kind)


def observations(kind: str) -> pd.DataFrame:
    return numbered(SAMPLE.observations, kind)


def nominations(kind: str, *, strangers: bool = False) -> pd.DataFrame:
    table = SAMPLE.nominations
    return numbered(table if strangers else table[table["alter_id"] != "x1"], kind)


def states_of(kind: str) -> pd.Series:
    known = rn.state_at(SAMPLE.observations, "2011-04-05")
    return known.set_axis(pd.Index(TYPES[kind](pd.Series(known.index.map(PEOPLE)))), axis=0)


def people_given(kind: str) -> pd.Series:
    return TYPES[kind](pd.Series([3, 1, 2]))


def weights(kind: str) -> pd.DataFrame:
    labels = pd.Index(TYPES[kind](pd.Series([3, 1, 2])))
    return pd.DataFrame([[0, 2, 1], [2, 0, 0], [1, 0, 0]], index=labels, columns=labels)


MOMENTS = ["2011-03-02", "2011-04-20", "2011-05-20"]
SCHEME = rn.ImportantPeopleScheme(contact=RatedItem("contact_frequency"))
NETWORK = rn.project(rn.ContactGraph(RECORD))
STATE_ROWS = SAMPLE.observations["variable"] == "state"
PLACEBO = np.where(np.isnan(HELD), np.nan, np.roll(HELD, 7, axis=0))


def panel_of(kind: str) -> rn.NetworkPanel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rn.NetworkPanel.from_nominations(
            nominations(kind), observations(kind)[STATE_ROWS], breaks=BREAKS, norm=rn.states.RECOVERY_NORM
        )


def composed(kind: str) -> pd.DataFrame:
    """The composition of the sample by person and wave, its ids held in one of the types."""
    frame = rn.composition(rn.panel(rn.ContactGraph(SAMPLE), breaks=BREAKS))
    ids = TYPES[kind](pd.Series(frame.index.get_level_values("person_id").map(PEOPLE)))
    return frame.set_axis(pd.MultiIndex.from_arrays([ids, frame.index.get_level_values("wave")], names=frame.index.names))


def typed(kind: str) -> pd.DataFrame:
    """Types of network of the sample, their ids held in one of the types."""
    frame = composed(kind)
    return rn.network_types(composed("text")).set_axis(frame.index)


def given_behaviour(ask: Callable[..., Any], **options: Any) -> Callable[[str], Any]:
    """A function of a panel with the behaviour given as a labelled frame."""
    return lambda kind: ask(WORLD, by_number(HELD, kind), **options)


CASES: dict[str, list[Callable[[str], Any]]] = {
    "RecoveryRecord": [
        lambda kind: rn.RecoveryRecord(**{name: numbered(frame, kind) for name, frame in TABLES.items()}, window=SAMPLE.window),
        lambda kind: rn.RecoveryRecord(
            **{name: numbered(frame, kind).set_index(frame.columns[0]) for name, frame in TABLES.items()}, window=SAMPLE.window
        ),
    ],
    "spells": [lambda kind: rn.spells(observations(kind)), lambda kind: rn.spells(observations(kind).set_index("person_id"))],
    "state_at": [
        lambda kind: rn.state_at(observations(kind), "2011-04-05"),
        lambda kind: rn.state_at(observations(kind), "2011-04-05", people=people_given(kind)),
        lambda kind: rn.state_at(observations("text"), "2011-04-05", people=people_given(kind).tolist()),
        lambda kind: rn.state_at(
            observations(kind), pd.Series(MOMENTS, index=pd.Index(people_given(kind))[[1, 0, 2]]), people=people_given(kind)
        ),
    ],
    "value_at": [lambda kind: value_at(observations(kind), "wellbeing.quality_of_life", "2011-04-02", people=people_given(kind))],
    "PersonNetwork": [
        lambda kind: rn.PersonNetwork(weights(kind), [1, 2, 3]),
        lambda kind: rn.PersonNetwork(weights(kind), people_given(kind)),
        lambda kind: rn.PersonNetwork(weights(kind), pd.DataFrame({"person_id": people_given(kind), "age": [30, 40, 50]})),
        lambda kind: NETWORK.among(people_given(kind)),
    ],
    "EgoNetworks": [
        lambda kind: (made := rn.ego_networks(RECORD)) and rn.EgoNetworks(
            made.egos.set_axis(pd.Index(TYPES[kind](pd.Series(made.egos.index.astype(int)))), axis=0),
            made.alters.assign(ego_id=TYPES[kind](made.alters["ego_id"].astype(int))), made.alter_ties,
        ).network(TYPES[kind](pd.Series([1])).iloc[0]),
    ],
    "ego_networks": [lambda kind: rn.ego_networks(RECORD, egos=people_given(kind)).alters,
                     lambda kind: rn.ego_networks(NETWORK, egos=people_given(kind)).alters],
    "NetworkPanel": [
        panel_of,
        lambda kind: rn.NetworkPanel.from_nominations(nominations(kind), observations("text")[STATE_ROWS], breaks=BREAKS,
                                                      norm=rn.states.RECOVERY_NORM, people=people_given(kind)),
        lambda kind: rn.NetworkPanel.from_adjacency([weights(kind), weights(kind)], people=[1, 2, 3],
                                                    behaviour={"drink": weights(kind).iloc[:, :2].set_axis([1, 2], axis=1)}),
        lambda kind: rn.NetworkPanel(**{**vars(WORLD), "people": WORLD.people, "behaviour": {"recovery": by_number(HELD, kind)},
                                        "covariates": {"x": by_number(np.arange(N), kind)}}),
    ],
    "panel": [lambda kind: rn.panel(rn.ContactGraph(RECORD), observations(kind), breaks=BREAKS)],
    "composition": [lambda kind: rn.composition(NETWORK, states=states_of(kind)),
                    lambda kind: rn.composition(NETWORK, states=states_of(kind).to_frame()),
                    lambda kind: rn.composition(rn.ego_networks(RECORD), states=states_of(kind), perceived=False)],
    "important_people": [
        lambda kind: rn.important_people(nominations(kind, strangers=True), scheme=SCHEME, people=people_given("text")),
        lambda kind: rn.important_people(nominations("text", strangers=True), scheme=SCHEME, people=people_given(kind)),
        lambda kind: rn.important_people(nominations(kind).assign(wave="1"), scheme=SCHEME),
        lambda kind: rn.important_people(rn.ego_networks(RECORD), scheme=SCHEME, people=people_given(kind)),
    ],
    "instrument_scores": [lambda kind: rn.instrument_scores(observations(kind))],
    "score_change": [lambda kind: rn.score_change(observations(kind))],
    "tie_kinds": [
        lambda kind: rn.tie_kinds(nominations(kind, strangers=True), people=people_given("text")),
        lambda kind: rn.tie_kinds(nominations(kind).set_index(["ego_id", "alter_id"])),
        lambda kind: rn.tie_kinds(nominations("text", strangers=True), people=people_given(kind)),
    ],
    "recovery_diversity": [
        lambda kind: rn.recovery_diversity(nominations(kind, strangers=True), people=people_given("text")),
        lambda kind: rn.recovery_diversity(nominations("text", strangers=True), observations=observations(kind)),
        lambda kind: rn.recovery_diversity(nominations("text", strangers=True), people=people_given(kind)),
    ],
    "network_types": [lambda kind: rn.network_types(composed(kind))],
    "network_type_moves": [
        lambda kind: rn.network_type_moves(typed(kind)),
        lambda kind: rn.network_type_moves(typed(kind).reset_index()),
    ],
    "group_portfolio": [
        lambda kind: rn.group_portfolio(RECORD, importance=pd.DataFrame({
            "person_id": people_given(kind), "group_id": TYPES[kind](pd.Series([11, 12, 11])), "importance": [1, 2, 3]})),
    ],
    "turnover": [lambda kind: rn.turnover(panel_of(kind))],
    "aftercare_coverage": [lambda kind: rn.aftercare_coverage(RECORD, contacts=contacts(kind)),
                           lambda kind: rn.aftercare_coverage(RECORD, contacts=contacts(kind).set_index("person_id"))],
    "coverage_over_time": [lambda kind: coverage_over_time(RECORD, contacts=contacts(kind))],
    "exposure": [
        lambda kind: rn.exposure(rn.ContactGraph(RECORD), breaks=BREAKS, observations=observations(kind)),
        given_behaviour(rn.exposure),
    ],
    "exposure_by_relation": [
        lambda kind: exposure_by_relation(nominations(kind), observations(kind), breaks=BREAKS, lag=0),
        lambda kind: exposure_by_relation(
            nominations("text"), observations("text"), breaks=BREAKS, lag=0, people=people_given(kind)
        ),
    ],
    "adoption": [given_behaviour(rn.adoption)],
    "thresholds": [given_behaviour(rn.thresholds)],
    "adopter_categories": [given_behaviour(rn.adopter_categories)],
    "bass_fit": [given_behaviour(rn.bass_fit)],
    "norm_clustering": [
        given_behaviour(rn.norm_clustering, n_permutations=9, rng=1),
        lambda kind: rn.norm_clustering(WORLD.at(2), by_number(HELD[:, 1], kind), n_permutations=9, rng=1),
    ],
    "autocorrelation": [lambda kind: autocorrelation(WORLD.at(2), by_number(HELD[:, 1], kind), n_permutations=9, rng=1)],
    "contagion_test": [given_behaviour(rn.contagion_test, n_permutations=19, rng=1)],
    "dyadic_influence": [given_behaviour(rn.dyadic_influence),
                         lambda kind: rn.dyadic_influence(WORLD, placebo=by_number(PLACEBO, kind))],
    "fit_hazard": [given_behaviour(rn.fit_hazard), lambda kind: rn.fit_hazard(WORLD, exposure_to=by_number(HELD, kind))],
    "double_negative_control": [
        lambda kind: rn.double_negative_control(WORLD, by_number(HELD, kind), outcome_control=by_number(PLACEBO, kind),
                                                exposure_control=by_number(PLACEBO[:, ::-1], kind)),
    ],
    "friends_of_friends": [given_behaviour(rn.friends_of_friends),
                           lambda kind: rn.friends_of_friends(WORLD, by=by_number(PLACEBO, kind))],
    "fit_sisa": [given_behaviour(rn.fit_sisa)],
    "network_autocorrelation": [
        lambda kind: rn.network_autocorrelation(WORLD.at(2), by_number(np.cos(np.arange(N)), kind),
                                                by_number(np.sin(np.arange(2 * N)).reshape(N, 2), kind)),
        lambda kind: rn.network_autocorrelation(WORLD, by_number(np.cos(np.arange(N)), kind), wave=1),
    ],
    "matched_estimate": [given_behaviour(rn.matched_estimate)],
    "linkage_tokens": [
        lambda kind: rn.linkage_tokens(
            pd.DataFrame({"person_id": people_given(kind), "first_initial": ["J", "K", "L"], "birth_date": ["1980-03-07"] * 3}),
            key="only for this example",
        )
    ],
    "evidence_ladder": [lambda kind: rn.evidence_ladder(WORLD, behaviour=by_number(HELD, kind), placebo=by_number(PLACEBO, kind),
                                                        n_permutations=9, rng=1)],
}  # fmt: skip
NO_PEOPLE_IN_THEM = {
    "Instrument",
    "instruments",
    "AgencyNetwork",
    "ClientLinks",
    "CountTable",
    "PeopleLinks",
    "RecordStore",
    "StateScheme",
    "TwoAgencies",
    "next_meetings",
    "plan_meetings",
}
"""What takes a frame or series in which no person is named, or is only made by a function of the door."""
OF_AGENCIES = {"link_people", "linkage_errors"}
"""What takes people of two agencies, whose ids are made text as ``linkage_tokens`` makes them."""


def plain(result: Any) -> Any:
    """An answer as something that can be compared."""
    if isinstance(result, rn.RecoveryRecord):
        return {name: plain(frame) for name, frame in result.tables().items()}
    if isinstance(result, rn.PersonNetwork):
        return [result.person_ids.tolist(), result.weights.toarray().tolist(), plain(result.people)]
    if isinstance(result, rn.NetworkPanel):
        held = {name: values.tolist() for name, values in result.behaviour.items()}
        return repr([result.person_ids.tolist(), [each.toarray().tolist() for each in result.networks], held])
    if isinstance(result, pd.DataFrame | pd.Series):
        return result.reset_index().astype(object).where(lambda frame: frame.notna(), None).values.tolist()
    return plain(result.to_frame())


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize(("name", "place"), [(name, place) for name, cases in CASES.items() for place in range(len(cases))])
def test_numbers_for_people_answer_as_text_does(name: str, place: int) -> None:
    case = CASES[name][place]
    wanted = plain(case("text"))
    assert wanted, "an empty answer compares nothing"
    for kind in WALKED:
        assert plain(case(kind)) == wanted, kind


BY_NAME: dict[str, Callable[[rn.RecoveryRecord, pd.DataFrame], Any]] = {
    "exposure": lambda record, seen: rn.exposure(rn.ContactGraph(record), breaks=BREAKS, observations=seen)["exposure"],
    "state_at": lambda record, seen: rn.state_at(seen, "2011-04-05"),
    "panel": lambda record, seen: pd.Series(rn.panel(rn.ContactGraph(record), seen, breaks=BREAKS).behaviour["recovery"].ravel()),
    "aftercare_coverage": lambda record, seen: rn.aftercare_coverage(record, contacts=recovery_contacts(record))["n_covered"],
}


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize("name", BY_NAME)
def test_the_answers_are_those_of_the_names(name: str) -> None:
    ours, theirs = BY_NAME[name](RECORD, observations("float")), BY_NAME[name](SAMPLE, SAMPLE.observations)
    assert theirs.notna().any() and plain(ours.reset_index(drop=True)) == plain(theirs.reset_index(drop=True))


def test_every_door_function_that_takes_people_is_walked_through() -> None:
    names = ("people", "egos", "observations", "nominations", "contacts", "states", "person_ids")
    missing = []
    for name in (each for each in rn.__all__ if getattr(rn, each).__module__ != "recoverynet.errors"):
        thing = getattr(rn, name)
        made_by = [getattr(thing, each) for each in ("from_nominations", "from_adjacency") if hasattr(thing, each)]
        takes = [one for ask in (thing, *made_by) for one in inspect.signature(ask).parameters.values()]
        frames = [one.name for one in takes if one.name in names or re.search(r"DataFrame|Series|Behaviour", str(one.annotation))]
        if frames and name not in CASES and name not in NO_PEOPLE_IN_THEM | OF_AGENCIES:
            missing.append(f"{name}({', '.join(frames)})")
    assert not missing, f"give each a case above: {missing}"


# --- where nobody matches, both sides' first ids


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize(
    "ask",
    [
        lambda: rn.state_at(SAMPLE.observations, "2011-04-05", people=[1, 2, 3]),
        lambda: value_at(SAMPLE.observations, "wellbeing.quality_of_life", "2011-04-05", people=[1, 2, 3]),
        lambda: rn.panel(rn.ContactGraph(RECORD), SAMPLE.observations, breaks=BREAKS),
        lambda: rn.exposure(rn.ContactGraph(RECORD), breaks=BREAKS, observations=SAMPLE.observations),
        lambda: rn.NetworkPanel.from_nominations(nominations("text"), SAMPLE.observations, breaks=BREAKS),
        lambda: rn.NetworkPanel.from_nominations(nominations("text"), breaks=BREAKS, people=["ann", "ben"]),
        lambda: exposure_by_relation(nominations("text"), SAMPLE.observations, breaks=BREAKS, lag=0),
        lambda: rn.composition(NETWORK, states=rn.state_at(SAMPLE.observations, "2011-04-05")),
        lambda: rn.aftercare_coverage(RECORD, contacts=recovery_contacts(SAMPLE)),
        lambda: coverage_over_time(RECORD, contacts=recovery_contacts(SAMPLE)),
        lambda: rn.important_people(nominations("text"), scheme=SCHEME, people=["ann", "ben"]),
        lambda: rn.norm_clustering(NETWORK, pd.Series({"ann": 1.0, "ben": 0.0})),
        lambda: rn.network_autocorrelation(NETWORK, pd.Series({"ann": 1.0, "ben": 0.0})),
        lambda: rn.adoption(WORLD, pd.DataFrame(HELD, index=[f"p{number}" for number in range(N)])),
        lambda: NETWORK.among(["ann", "ben"]),
        lambda: rn.ego_networks(RECORD, egos=["ann", "ben"]),
    ],
)  # fmt: skip
def test_where_nobody_matches_both_sides_are_shown(ask: Callable[[], Any]) -> None:
    with pytest.raises(RecoveryNetError) as told:
        ask()
    assert isinstance(told.value, UnknownPersonError)
    assert re.search(r"'1'", str(told.value)) and re.search(r"'ann'|'p0'", str(told.value)), str(told.value)


def test_people_nobody_has_looked_at_are_unknown_and_no_fault() -> None:
    assert rn.state_at(SAMPLE.observations, "2011-04-05", people=["dev", "eve"]).tolist() == ["unknown", "unknown"]
    assert rn.state_at(SAMPLE.observations, "2011-04-05", people=["x1"]).tolist() == ["unknown"]


def test_riverside_with_numbers_for_people() -> None:
    """Contacts of people numbered: the same coverage as by their names, and not 0."""
    record = rn.load_sample("riverside")
    number = pd.Series(range(1, len(record.people) + 1), index=record.people["person_id"])
    named = {
        name: frame.assign(**{each: frame[each].map(number).astype("Int64") for each in ID_COLUMNS & set(frame.columns)})
        for name, frame in record.tables().items() if name not in ("nominations", "alter_ties")
    }  # fmt: skip
    ours = rn.RecoveryRecord(**named, window=record.window)
    met = recovery_contacts(record)
    met = met.assign(person_id=met["person_id"].map(number).astype(float))
    found = rn.aftercare_coverage(ours, contacts=met).set_index("phase")
    wanted = rn.aftercare_coverage(record).set_index("phase")
    assert found["n_covered"].tolist() == wanted["n_covered"].tolist()
    assert found.loc["within 28 days after", "n_covered"] > 0
