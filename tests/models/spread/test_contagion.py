"""Contagion tests: size on exchangeable data, power on planted influence, exactness, reasons."""

import dataclasses
import io
import math
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.spread.contagion import NULLS, contagion_test
from recoverynet.models.spread.risk_set import risk_set
from recoverynet.worlds.worlds import simulate_panel


def make_panel(networks, held, *, directed=True, **more):
    waves = pd.RangeIndex(1, len(networks) + 1, name="wave")
    waves = pd.DataFrame({"start": pd.NaT, "end": pd.NaT}, index=waves)
    return NetworkPanel(
        people=pd.DataFrame(index=[f"p{i}" for i in range(len(held))]),
        waves=waves,
        directed=directed,
        networks=tuple(sparse.csr_array(each, dtype=float) for each in networks),
        behaviour={"norm": np.asarray(held, dtype=float)},
        **more,
    )


@pytest.mark.slow
@pytest.mark.parametrize("null", ["labels", "rewiring", "time_shuffle"])
def test_p_is_valid_where_nothing_spreads_and_nobody_chooses(null):
    n_worlds = 200
    p = np.array(
        [
            contagion_test(simulate_panel(60, base_gain=0.2, rng=seed), null=null, n_permutations=99, rng=seed).p
            for seed in range(n_worlds)
        ]
    )
    assert np.isfinite(p).all() and (p > 0).all()
    for level in (0.01, 0.05, 0.10):
        assert (p <= level).mean() <= level + 3 * sqrt(level * (1 - level) / n_worlds)
    # Not so careful either that it could never be low.
    assert (p <= 0.5).mean() > 0.4


@pytest.mark.parametrize("null", sorted(NULLS))
def test_planted_influence_is_found(null):
    low = [
        contagion_test(simulate_panel(650, influence=8.0, rng=seed), null=null, n_permutations=99, rng=seed).p for seed in range(5)
    ]
    assert np.median(low) <= 0.05


@pytest.mark.slow
def test_labels_cannot_tell_likeness_from_influence_unless_told():
    tests = [
        [contagion_test(panel, within=within, n_permutations=99, rng=1).p for within in ((), ("observed_trait",))]
        for panel in (simulate_panel(400, homophily_covariate=(6.0, 6.0), rng=seed) for seed in range(60))
    ]
    naive, told = (np.array(tests) <= 0.05).mean(axis=0)
    assert naive > 0.3
    assert told <= 0.05 + 3 * sqrt(0.05 * 0.95 / 60)


def test_few_courses_are_all_looked_at():
    # A path a → b → c → d: d holds throughout, c gains, and there are twelve ways to place those two courses.
    network = np.diag([1.0, 1, 1], k=1)
    held = np.array([[0, 0], [0, 0], [0, 1], [1, 1]])
    test = contagion_test(make_panel([network] * 2, held), "norm", n_permutations=999, rng=1)
    assert test.exact and test.n_permutations == 12
    assert test.observed == pytest.approx(1.0)
    values = []
    for gainer in range(4):
        for holder in range(4):
            if gainer == holder:
                continue
            exposure = {i: float(i + 1 == holder) for i in range(3) if i != holder}
            others = [value for i, value in exposure.items() if i != gainer]
            values.append(exposure[gainer] - np.mean(others) if gainer in exposure and others else np.nan)
    np.testing.assert_allclose(np.sort(test.draws), np.sort(values), atol=1e-12)
    # An arrangement without a value counts as extreme.
    assert test.p == pytest.approx(np.mean(~(np.array(values) < 1.0 - 1e-9)))


def test_drawing_many_comes_close_to_looking_at_all():
    panel = simulate_panel(7, n_waves=3, base_gain=0.4, base_loss=0.4, mean_degree=2, rng=2)
    every = contagion_test(panel, n_permutations=6000, rng=1)
    drawn = contagion_test(panel, n_permutations=every.n_permutations - 1, rng=1)
    assert every.exact and not drawn.exact
    assert drawn.p == pytest.approx(every.p, abs=0.04)


def test_few_rewirings_are_all_looked_at():
    """Two ties, 0 → 2 and 1 → 3: they can only end the other way round, and then who gained was less exposed."""
    network = np.zeros((4, 4))
    network[0, 2] = network[1, 3] = 1.0
    test = contagion_test(make_panel([network] * 2, np.array([[0, 1], [0, 0], [1, 1], [0, 0]])), "norm", null="rewiring", rng=1)
    assert test.exact and test.n_permutations == 2
    assert sorted(test.draws) == pytest.approx([-1.0, 1.0]) and test.observed == pytest.approx(1.0)
    assert test.p == pytest.approx(0.5)


@pytest.mark.parametrize(("n", "degree", "directed", "seed"), [(8, 1.2, True, 6), (9, 1.8, False, 4), (9, 1.8, False, 10)])
def test_drawing_many_rewirings_comes_close_to_looking_at_all(n, degree, directed, seed):
    panel = simulate_panel(n, n_waves=3, base_gain=0.4, base_loss=0.4, mean_degree=degree, directed=directed, rng=seed)
    every = contagion_test(panel, null="rewiring", n_permutations=8000, rng=1)
    drawn = contagion_test(panel, null="rewiring", n_permutations=every.n_permutations - 1, rng=1)
    assert every.exact and not drawn.exact and every.n_permutations > 50
    assert drawn.p == pytest.approx(every.p, abs=3.5 * sqrt(0.25 / every.n_permutations))


def test_relabelling_people_leaves_what_is_observed():
    panel = simulate_panel(80, influence=3.0, ties_change=0.2, rng=3)
    order = np.random.default_rng(0).permutation(80)
    other = make_panel([each[order][:, order] for each in panel.networks], panel.behaviour["recovery"][order])
    for null in NULLS:
        one = contagion_test(panel, null=null, n_permutations=19, rng=1)
        two = contagion_test(other, "norm", null=null, n_permutations=19, rng=1)
        assert one.observed == pytest.approx(two.observed)


def test_same_seed_same_answer():
    panel = simulate_panel(80, influence=3.0, rng=4)
    for null in NULLS:
        one, two = (contagion_test(panel, null=null, n_permutations=49, rng=7) for _ in range(2))
        np.testing.assert_array_equal(one.draws, two.draws)
        assert one.p == two.p and one.settings["seed"]["entropy"] == 7


def test_groups_and_presence_keep_courses_apart():
    rng = np.random.default_rng(5)
    groups = np.repeat(["a", "b"], 20)
    network = (rng.random((40, 40)) < 0.15) * (groups[:, None] == groups) * (1 - np.eye(40))
    held = (rng.random((40, 4)) < np.where(groups == "a", 0.1, 0.9)[:, None]).astype(float)
    pooled = contagion_test(make_panel([network] * 4, held), "norm", n_permutations=199, rng=1)
    apart = contagion_test(make_panel([network] * 4, held, groups=groups), "norm", n_permutations=199, rng=1)
    assert pooled.p < 0.02 and apart.p > 0.05
    assert pooled.observed == apart.observed


def test_edge_reversal_turns_round_with_the_ties():
    panel = simulate_panel(650, influence=8.0, rng=6)
    networks = tuple(sparse.csr_array(each.T) for each in panel.networks)
    turned = dataclasses.replace(panel, networks=networks)
    one, other = (contagion_test(each, null="edge_reversal", n_permutations=99, rng=1) for each in (panel, turned))
    assert one.observed == pytest.approx(-other.observed)
    assert one.low > 0 and other.high < 0
    assert one.low < one.observed < one.high
    out, into = (rn.fit_hazard(panel, link="logit", direction=way).estimate for way in ("out", "in"))
    assert one.observed == pytest.approx(out - into, rel=1e-5)


def test_edge_reversal_interval_covers_nothing_where_ties_go_both_ways():
    panel = simulate_panel(300, influence=4.0, directed=False, rng=7)
    both = dataclasses.replace(panel, directed=True)
    test = contagion_test(both, null="edge_reversal", n_permutations=49, rng=1)
    assert (test.observed, test.low, test.high) == pytest.approx((0, 0, 0), abs=1e-6)


RING = np.roll(np.eye(6), 1, axis=1)
MIXED = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 1]], dtype=float)


@pytest.mark.parametrize("null", sorted(NULLS))
@pytest.mark.parametrize(
    ("networks", "held", "words"),
    [
        ([RING], MIXED[:, :1], "1 wave"),
        ([RING] * 3, np.zeros((6, 3)), "nobody holds"),
        ([RING] * 3, np.ones((6, 3)), "everybody holds"),
        ([RING] * 3, np.full((6, 3), np.nan), "nobody's state"),
        ([np.zeros((6, 6))] * 3, MIXED, "no ties"),
    ],
)
def test_bad_input_gives_a_reason(null, networks, held, words):
    test = contagion_test(make_panel(networks, held), "norm", null=null, n_permutations=19, rng=1)
    assert np.isnan(test.p) and words in test.reason and words in repr(test)
    assert test.null == NULLS[null]


def test_undirected_ties_cannot_be_reversed():
    test = contagion_test(simulate_panel(60, directed=False, rng=8), null="edge_reversal", rng=1)
    assert np.isnan(test.p) and np.isnan(test.low) and "no direction" in test.reason


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"null": "luck"}, "null must be"),
        ({"n_permutations": 0}, "n_permutations"),
        ({"alternative": "both"}, "alternative must be"),
        ({"null": "time_shuffle", "transition": "loss"}, "looks at gaining"),
        ({"null": "rewiring", "within": ["observed_trait"]}, "belongs to null='labels'"),
        ({"within": ["cafe_open"]}, "does not change over waves"),
        ({"within": ["height"]}, "Nobody knows"),
    ],
)
def test_wrong_arguments_are_told(arguments, words):
    with pytest.raises(SchemaError, match=words):
        contagion_test(simulate_panel(40, rng=9), **{"n_permutations": 9, **arguments})


def test_losing_the_norm_is_tested_too():
    panel = simulate_panel(300, influence=3.0, rng=10)
    opposite = dataclasses.replace(panel, behaviour={"using": 1 - panel.behaviour["recovery"]})
    loss = contagion_test(panel, transition="loss", n_permutations=99, rng=1)
    gain = contagion_test(opposite, "using", n_permutations=99, rng=1)
    assert loss.observed == pytest.approx(gain.observed) and loss.p == gain.p


def test_edge_reversal_is_held_against_no_difference():
    test = contagion_test(simulate_panel(300, influence=4.0, rng=1), null="edge_reversal", n_permutations=99, rng=1)
    assert test.expected == 0.0 and test.to_frame()["expected"].iloc[0] == 0.0
    assert test.p == pytest.approx(((test.draws <= 0).sum() + 1) / 100)
    assert "bootstrap samples" in repr(test)
    ax = test.plot()
    assert any(np.allclose(line.get_xdata(), 0) for line in ax.lines)
    ax.figure.savefig(io.BytesIO())
    box, frame = ax.xaxis.label.get_window_extent(), ax.figure.bbox
    assert frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0
    assert math.isnan(contagion_test(simulate_panel(300, rng=1), n_permutations=9, rng=1).null_value)


def test_a_test_without_an_answer_draws_its_reason():
    test = contagion_test(simulate_panel(50, directed=False, rng=1), null="edge_reversal")
    assert "no direction" in " ".join(text.get_text().replace("\n", " ") for text in test.plot().texts)


@pytest.mark.parametrize(
    "asked",
    [
        {"null": "time_shuffle", "weighted": True},
        {"null": "edge_reversal", "weighted": True},
        {"null": "edge_reversal", "direction": "in"},
    ],
)
def test_what_a_null_leaves_out_of_account_is_refused(asked):
    with pytest.raises(SchemaError, match="contacts alike|leave direction alone"):
        contagion_test(simulate_panel(60, rng=1), **asked)


def test_one_person_who_gained_it_is_one_person():
    ties, held = np.ones((6, 6)) - np.eye(6), np.zeros((6, 3))
    held[0, 1:] = held[1] = 1
    panel = NetworkPanel.from_adjacency([ties] * 3, behaviour={"y": held})
    assert contagion_test(panel, "y", null="time_shuffle", n_permutations=9, rng=1).reason.startswith("one person is seen")


def with_dull_waves(panel, waves):
    """The same panel with nobody seen to gain the norm at some waves: they hold what they held the wave before."""
    held = panel.behaviour["recovery"].copy()
    for wave in waves:
        kept = held[:, wave].copy()
        held[:, wave] = np.where((held[:, wave - 1] == 0) & (kept == 1), np.nan, kept)
    return rn.NetworkPanel(**{**vars(panel), "states": None, "norm": None, "behaviour": {"recovery": held}})


@pytest.mark.parametrize("waves", [(2,), (1, 3), (5,)])
def test_edge_reversal_leaves_out_waves_in_which_nobody_gains(waves):
    panel = with_dull_waves(simulate_panel(300, influence=4.0, rng=1), waves)
    test = contagion_test(panel, null="edge_reversal", n_permutations=49, rng=1)
    assert test.reason is None and np.isfinite(test.p) and np.isfinite(test.draws).mean() > 0.9
    said = {check.name: check.detail for check in test.checks}["both outcomes at every wave"]
    assert said == f"left out, all alike: wave {', '.join(str(wave + 1) for wave in waves)}"


def test_a_wave_that_says_nothing_changes_no_estimate():
    """The answer is that of the rows of the other waves: by hand, two logits without the wave."""
    import statsmodels.api as sm

    panel = with_dull_waves(simulate_panel(300, influence=4.0, rng=1), (2,))
    test = contagion_test(panel, null="edge_reversal", n_permutations=9, rng=1)
    found = []
    for way in ("out", "in"):
        rows = risk_set(panel, "recovery", direction=way).frame().reset_index()
        rows = rows[np.isfinite(rows["exposure"]) & (rows["wave"] != 3)]
        design = np.column_stack([rows["exposure"], pd.get_dummies(rows["wave"]).astype(float)])
        found.append(sm.Logit(rows["outcome"].to_numpy(float), design).fit(disp=0).params[0])
    assert test.observed == pytest.approx(found[0] - found[1], abs=1e-6)


def test_edge_reversal_of_few_gains_a_wave_keeps_its_samples():
    """One gain in a wave is missing from 37 % of bootstrap samples: they lose the wave, and not their estimate."""
    panel = simulate_panel(300, influence=4.0, rng=1)
    held = panel.behaviour["recovery"].copy()
    gained = np.flatnonzero((held[:, 1] == 0) & (held[:, 2] == 1))
    held[gained[1:], 2] = np.nan
    few = rn.NetworkPanel(**{**vars(panel), "states": None, "norm": None, "behaviour": {"recovery": held}})
    test = contagion_test(few, null="edge_reversal", n_permutations=99, rng=1)
    assert np.isfinite(test.draws).all()


def test_rearrangements_without_a_value_count_as_extreme_and_it_is_said():
    """Two of six people have contacts: dealt to the others, a course leaves the statistic without a value."""
    ties = np.zeros((6, 6))
    ties[0, 2] = ties[1, 3] = 1
    held = np.zeros((6, 2))
    held[2], held[0, 1] = 1, 1
    test = contagion_test(
        NetworkPanel.from_adjacency([ties] * 2, behaviour={"y": held}, directed=True), "y", n_permutations=500, rng=1
    )
    without = np.isnan(test.draws)
    assert 0 < without.sum() < len(without)
    (check,) = [each for each in test.checks if each.name == "every rearrangement has a value"]
    assert check.passed is False and f"{without.sum():,} of {len(without):,}" in check.detail and "extreme" in check.detail
    extreme = without | (test.draws >= test.observed - 1e-9)
    assert test.p == pytest.approx(extreme.mean() if test.exact else (extreme.sum() + 1) / (len(without) + 1))
