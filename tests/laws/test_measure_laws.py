"""Laws the measures obey whatever the data: names, order, dates and scales carry no meaning of their own."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.continuity import continuity_of_care
from recoverynet.measures.coverage import coverage_over_time
from recoverynet.measures.important_people import ImportantPeopleScheme, RatedItem
from recoverynet.measures.nice import nice_qs11_statement2, nice_qs23_statement7
from recoverynet.measures.recovery_contacts import recovery_contacts
from recoverynet.tables.layouts import LINKAGE

N_PEOPLE, N_OCCASIONS = 60, 150
STATES = ("using", "reduced", "ost_stable", "abstinent", "in_recovery", "unknown")


def made_up_record(seed: int) -> rn.RecoveryRecord:
    """Sixty people, a few groups and a year of contacts, at random."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2011-01-01", tz="Europe/London")

    def days(n: int, most: int = 365) -> pd.DatetimeIndex:
        hours = pd.to_timedelta(rng.integers(0, most * 24, n), unit="h")
        return pd.DatetimeIndex(start + hours)

    ids = [f"p{i:02d}" for i in range(N_PEOPLE)]
    people = pd.DataFrame(
        {
            "person_id": ids,
            "role": rng.choice(["client", "peer", "worker", "community"], N_PEOPLE, p=[0.7, 0.1, 0.1, 0.1]),
            "sex": rng.choice(["F", "M"], N_PEOPLE),
        }
    )
    groups = pd.DataFrame(
        {
            "group_id": [f"g{i}" for i in range(6)],
            "name": "a group",
            "kind": ["mutual_aid", "recovery_cafe", "treatment", "other", "other", "peer_support"],
            "norm": ["recovery", "recovery", "unknown", "using", "mixed", "using"],
        }
    )
    kind = rng.choice(["meeting", "call", "one_to_one", "social"], N_OCCASIONS)
    occasions = pd.DataFrame(
        {
            "occasion_id": [f"o{i}" for i in range(N_OCCASIONS)],
            "started_at": days(N_OCCASIONS),
            "kind": kind,
            "group_id": np.where(kind == "meeting", rng.choice(groups["group_id"], N_OCCASIONS), None),
        }
    )
    took_part = rng.random((N_OCCASIONS, N_PEOPLE - 5)) < 0.04
    occasion, person = np.nonzero(took_part)
    participation = pd.DataFrame({"occasion_id": occasions["occasion_id"].to_numpy()[occasion], "person_id": np.array(ids)[person]})
    begun = days(N_PEOPLE, 200).normalize()
    ended = (begun + pd.to_timedelta(rng.integers(5, 120, N_PEOPLE), unit="D")).to_series().mask(rng.random(N_PEOPLE) < 0.2)
    episodes = pd.DataFrame({"person_id": ids, "started_on": begun, "ended_on": ended.array, "provider": "north"})
    stages = list(LINKAGE["stage"].choices)
    linkage = pd.DataFrame(
        {
            "client_id": rng.choice(ids, 200),
            "group_id": rng.choice(groups["group_id"], 200),
            "stage": rng.choice(stages, 200),
            "at": days(200),
        }
    ).drop_duplicates()
    observations = pd.DataFrame(
        {
            "person_id": rng.choice(ids, 150),
            "observed_at": days(150),
            "variable": "state",
            "value": rng.choice(STATES[:-1], 150),
            "source": "self",
        }
    ).drop_duplicates(["person_id", "observed_at"])
    released = pd.DataFrame(
        {"person_id": ids[:40:2], "observed_at": days(20), "variable": "custody.status", "value": "released", "source": "worker"}
    )
    observations = pd.concat([observations, released], ignore_index=True)
    people["substance"] = rng.choice(np.array(["alcohol", "opiate_crack", "other", None], dtype=object), N_PEOPLE)
    return rn.RecoveryRecord(
        people,
        occasions,
        participation,
        episodes=episodes,
        groups=groups,
        linkage=linkage,
        observations=observations,
        window=(start, start + pd.DateOffset(days=365)),
    )


def renamed(record: rn.RecoveryRecord, names: dict[str, str], order: np.ndarray) -> rn.RecoveryRecord:
    """The same record with other ids and its people in another order."""
    tables = {}
    for name, table in record.tables().items():
        columns = [c for c in ("person_id", "client_id", "by_person_id", "worker_id") if c in table]
        tables[name] = table.assign(**{c: table[c].map(names) for c in columns})
    tables["people"] = tables["people"].iloc[order]
    return record.with_tables(**tables)


def moved(record: rn.RecoveryRecord, weeks: int) -> rn.RecoveryRecord:
    """The same record with every date the same number of weeks later, by the local clock."""
    shift = pd.DateOffset(days=7 * weeks)
    tables = {}
    for name, table in record.tables().items():
        dated = [c for c in table if isinstance(table[c].dtype, pd.DatetimeTZDtype)]
        tables[name] = table.assign(**{c: table[c] + shift for c in dated})
    later = record.window[0] + shift, record.window[1] + shift
    return rn.RecoveryRecord(**tables, window=later, tz=record.tz)


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return made_up_record(17)


@pytest.fixture(scope="module")
def network(record: rn.RecoveryRecord) -> rn.PersonNetwork:
    return rn.project(rn.ContactGraph(record))


@pytest.fixture(scope="module")
def states(record: rn.RecoveryRecord) -> pd.Series:
    seen = record.observations[record.observations["variable"] == "state"]
    known = seen.sort_values("observed_at").drop_duplicates("person_id", keep="last")
    return known.set_index("person_id")["value"]


BREAKS = ("2011-01-01", "2011-05-01", "2011-09-01", "2012-01-01")


def waves_of(record: rn.RecoveryRecord) -> rn.NetworkPanel:
    return rn.panel(rn.ContactGraph(record), breaks=BREAKS)


PERSON_MEASURES = {
    "position": lambda record: rn.position(rn.project(rn.ContactGraph(record)), distance="inverse_strength"),
    "position in waves": lambda record: rn.position(waves_of(record)),
    "composition in waves": lambda record: rn.composition(waves_of(record), weighted=True),
    "turnover": lambda record: rn.turnover(waves_of(record)),
    "group_portfolio": rn.group_portfolio,
}
TABLES = {
    "aftercare_coverage": lambda record: rn.aftercare_coverage(record, by="sex"),
    "coverage_over_time": coverage_over_time,
    "linkage_funnel": lambda record: rn.linkage_funnel(record, add_participation=True),
    "nice_qs11_statement2": nice_qs11_statement2,
    "nice_qs23_statement7": nice_qs23_statement7,
    "continuity_of_care": lambda record: continuity_of_care(record, by="sex"),
}


@pytest.fixture(scope="module")
def others(record: rn.RecoveryRecord) -> tuple[rn.RecoveryRecord, dict[str, str]]:
    rng = np.random.default_rng(2)
    ids = record.people["person_id"].to_numpy()
    names = dict(zip(ids, [f"q{i:02d}" for i in rng.permutation(len(ids))], strict=True))
    return renamed(record, names, rng.permutation(len(ids))), names


@pytest.mark.slow
@pytest.mark.parametrize("measure", PERSON_MEASURES)
def test_other_names_and_another_order_permute_the_rows(
    measure: str, record: rn.RecoveryRecord, others: tuple[rn.RecoveryRecord, dict[str, str]]
) -> None:
    function, (other, names) = PERSON_MEASURES[measure], others
    frame = function(record).rename(index=names)
    again = function(other)
    assert again.index.get_level_values(0).unique().tolist() == other.people["person_id"].tolist()
    pd.testing.assert_frame_equal(frame.loc[again.index], again, rtol=1e-8, atol=1e-9)
    assert frame.select_dtypes("number").notna().any().all(), "every column says something here"


@pytest.mark.parametrize("measure", TABLES)
def test_other_names_change_no_table(
    measure: str, record: rn.RecoveryRecord, others: tuple[rn.RecoveryRecord, dict[str, str]]
) -> None:
    pd.testing.assert_frame_equal(TABLES[measure](record), TABLES[measure](others[0]))


@pytest.mark.parametrize("measure", TABLES)
def test_shuffled_rows_change_no_table(measure: str, record: rn.RecoveryRecord) -> None:
    rng = np.random.default_rng(3)
    tables = {name: table.sample(frac=1, random_state=rng) for name, table in record.tables().items()}
    pd.testing.assert_frame_equal(TABLES[measure](record), TABLES[measure](record.with_tables(**tables)))


LASTING = ("aftercare_coverage", "linkage_funnel", "nice_qs11_statement2", "nice_qs23_statement7", "continuity_of_care")


@pytest.mark.parametrize("measure", LASTING)
@pytest.mark.parametrize("weeks", [13, 104])
def test_the_same_life_later_gives_the_same_table(measure: str, weeks: int, record: rn.RecoveryRecord) -> None:
    frame, later = (TABLES[measure](one).drop(columns=["start", "end"], errors="ignore") for one in (record, moved(record, weeks)))
    pd.testing.assert_frame_equal(frame, later)
    assert (frame.filter(regex="^n_(clients|supported|seen|reached)$").sum() > 0).all()


@pytest.mark.slow
def test_scales_of_strength_do_not_matter(network: rn.PersonNetwork, states: pd.Series) -> None:
    louder = rn.PersonNetwork(network.weights * 7.5, network.people)
    one, other = rn.position(network), rn.position(louder)
    same = [name for name in one if not name.startswith("strength")]
    pd.testing.assert_frame_equal(one[same], other[same], rtol=1e-9)
    np.testing.assert_allclose(other["strength"], 7.5 * one["strength"])
    far, near = (rn.position(net, distance="inverse_strength") for net in (network, louder))
    pd.testing.assert_series_equal(far["betweenness"], near["betweenness"])
    np.testing.assert_allclose(near["closeness"], 7.5 * far["closeness"])
    shares = [name for name in rn.composition(network, states=states) if not name.startswith("strength")]
    one, other = (rn.composition(net, states=states, weighted=True)[shares] for net in (network, louder))
    pd.testing.assert_frame_equal(one, other, rtol=1e-12)


def test_turning_every_tie_swaps_in_and_out() -> None:
    rng = np.random.default_rng(4)
    weights = rng.gamma(2, 1, (40, 40)) * (rng.random((40, 40)) < 0.07)
    np.fill_diagonal(weights, 0)
    ids = [f"p{i}" for i in range(40)]
    one = rn.position(rn.PersonNetwork(weights, ids, directed=True))
    other = rn.position(rn.PersonNetwork(weights.T, ids, directed=True))
    swapped = {"degree_in": "degree_out", "strength_in": "strength_out", "closeness_in": "closeness", "n_reached_by": "n_reached"}
    swap = swapped | {theirs: ours for ours, theirs in swapped.items()}
    same = [name for name in one if name != "eigenvector"]
    pd.testing.assert_frame_equal(one[same], other.rename(columns=swap)[same], rtol=1e-9)
    assert not np.allclose(one["closeness"], one["closeness_in"])


def test_an_undirected_network_is_one_with_every_tie_both_ways(network: rn.PersonNetwork) -> None:
    both_ways = rn.PersonNetwork(network.weights, network.people, directed=True)
    one, other = rn.position(network), rn.position(both_ways)
    same = [name for name in one if name not in ("strength", "eigenvector")]
    pd.testing.assert_frame_equal(one[same], other[same], rtol=1e-9)


def test_no_ties_no_shares(network: rn.PersonNetwork, states: pd.Series) -> None:
    alone = rn.PersonNetwork(0 * network.weights, network.people)
    frame = rn.composition(alone, states=states)
    assert (frame[["n_alters", "n_known", "n_recovery_ties"]] == 0).all().all()
    assert frame.filter(regex="share|ei_norm|iqv|entropy").isna().all().all()
    frame = rn.position(alone)
    assert frame[["constraint", "effective_size", "efficiency", "hierarchy", "clustering", "eigenvector"]].isna().all().all()
    assert (frame[["degree", "strength", "betweenness", "closeness", "core"]] == 0).all().all()


def test_somebody_new_and_alone_changes_nobody_else(network: rn.PersonNetwork, states: pd.Series) -> None:
    n = network.n_people
    wider = np.zeros((n + 1, n + 1))
    wider[:n, :n] = network.weights.toarray()
    more = rn.PersonNetwork(wider, [*network.person_ids, "new"])
    one, other = rn.position(network), rn.position(more).iloc[:n]
    same = [name for name in one if name not in ("betweenness", "closeness", "closeness_in")]
    pd.testing.assert_frame_equal(one[same], other[same], rtol=1e-9)
    np.testing.assert_allclose(other["betweenness"] * n * (n - 1), one["betweenness"] * (n - 1) * (n - 2))
    np.testing.assert_allclose(other["closeness"] * n, one["closeness"] * (n - 1))


def test_counts_add_up(network: rn.PersonNetwork, states: pd.Series, record: rn.RecoveryRecord) -> None:
    frame = rn.composition(network, states=states)
    assert (frame["n_alters"] == frame["n_known"] + frame["n_unknown"]).all()
    assert frame["n_alters"].sum() == 2 * network.n_ties
    assert frame["n_alters"].tolist() == rn.position(network)["degree"].tolist()
    np.testing.assert_allclose(frame["share_norm"] * frame["n_known"], frame["n_recovery_ties"].where(frame["n_known"] > 0))
    coverage = rn.aftercare_coverage(record, by="sex")
    parts = ["n_clients", "n_censored", "n_not_ended", "n_continuing", "n_left_out"]
    clients = (record.people["role"] == "client").sum()
    assert (coverage.groupby("phase")[parts].sum().sum(axis=1) == clients).all()
    funnel = rn.linkage_funnel(record)
    assert (funnel["n_reached"] == funnel["n_reached_offered"] + funnel["n_without_offer"]).all()
    assert (funnel["n_reached_offered"] <= funnel["n_offered"]).all()


def test_the_other_norm_is_the_other_share(network: rn.PersonNetwork, states: pd.Series) -> None:
    one = rn.Norm("one", holds={"abstinent", "in_recovery"})
    other = rn.Norm("other", holds={"using", "reduced", "ost_stable"})
    held, not_held = (rn.composition(network, states=states, norm=norm) for norm in (one, other))
    np.testing.assert_allclose(held["share_norm"] + not_held["share_norm"], 1 + 0 * held["share_norm"])
    pd.testing.assert_frame_equal(held[["ei_norm", "iqv", "entropy"]], not_held[["ei_norm", "iqv", "entropy"]])


def test_waves_turned_around_swap_gained_and_lost() -> None:
    rng = np.random.default_rng(9)
    first, second = ((rng.random((30, 30)) < 0.1).astype(float) for _ in range(2))
    for ties in (first, second):
        np.fill_diagonal(ties, 0)
    words = pd.DataFrame(rng.choice(STATES, (30, 2)), columns=[1, 2], index=[str(i + 1) for i in range(30)])

    def frame(order: tuple[int, int]) -> pd.DataFrame:
        plain = rn.NetworkPanel.from_adjacency([(first, second)[i] for i in order], directed=True)
        known = words.iloc[:, list(order)].set_axis([1, 2], axis=1)
        return rn.turnover(rn.NetworkPanel(plain.people, plain.waves, plain.networks, states=known))

    there, back = frame((0, 1)), frame((1, 0))
    for one, other in (("gained", "lost"), ("before", "after"), ("joined", "left"), ("kept_began", "kept_ended")):
        for kind in ("n", "recovery", "using"):
            if f"{kind}_{one}" in there:
                pd.testing.assert_series_equal(there[f"{kind}_{one}"], back[f"{kind}_{other}"], check_names=False)
    pd.testing.assert_series_equal(there["jaccard"], back["jaccard"])


def test_more_contacts_never_cover_fewer(record: rn.RecoveryRecord) -> None:
    contacts = recovery_contacts(record)
    some = contacts.sample(frac=0.5, random_state=np.random.default_rng(5))
    for function in (rn.aftercare_coverage, coverage_over_time):
        whole, part = function(record), function(record, contacts=some)
        assert (whole["n_covered"] >= part["n_covered"]).all()
        assert whole["n_covered"].sum() > part["n_covered"].sum()
        pd.testing.assert_series_equal(whole["n_clients"], part["n_clients"])


def test_turning_a_scale_turns_the_index() -> None:
    circle = pd.DataFrame({"ego_id": ["a", "a", "b"], "alter_id": ["x", "y", "x"], "wave": 1, "mood": [1, 4, 2]})
    codes = {1: 1, 2: 2, 3: 3, 4: 4}
    one, other = (
        rn.important_people(circle, scheme=ImportantPeopleScheme(general_support=RatedItem("mood", numbers)))
        for numbers in (codes, {code: -number for code, number in codes.items()})
    )
    pd.testing.assert_series_equal(one["general_support_mean"], -other["general_support_mean"])
    pd.testing.assert_series_equal(one["general_support_highest"], -other["general_support_lowest"], check_names=False)
