"""Goodness of fit on made-up ends of periods: what is counted, what is left out, what p is where the model is right."""

import itertools
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from recoverynet.errors import SchemaError
from recoverynet.kernels.autocorrelation import moran
from recoverynet.models.saom import fit_quality
from recoverynet.models.saom.auxiliary import STATISTICS
from recoverynet.models.saom.ends import Ending, PeriodEnd
from recoverynet.models.saom.fit_quality import GoodnessOfFit, goodness_of_fit

A_FIT = SimpleNamespace(setting=None, theta=None)
"""Ends of periods are made up here, so that nothing of the fit is read."""


def network(rng, n, density, directed=True):
    matrix = rng.random((n, n)) < density
    np.fill_diagonal(matrix, False)
    if not directed:
        matrix = np.triu(matrix) | np.triu(matrix).T
    return sparse.csr_array(matrix.astype(np.int8))


def unknown(n, pairs=()):
    matrix = np.zeros((n, n), dtype=bool)
    for i, j in pairs:
        matrix[i, j] = True
    return sparse.csr_array(matrix)


class MadeUp:
    """Ends of periods drawn without any model."""

    def __init__(self, rng, *, runs=200, n=20, periods=2, groups=(None,), directed=True, behaviours=("drink",),
                 density=0.12, simulated_density=None, missing=(), behaviour_missing=()):  # fmt: skip
        self.n_runs, self.rng, self.behaviours = runs, rng, behaviours
        plain = partial(network, rng, n, density, directed)
        self.epochs = []
        for group, period in itertools.product(groups, range(1, periods + 1)):
            bare = PeriodEnd(
                period=period, group=group, directed=directed, ranges={name: (1, 4) for name in behaviours},
                start=Ending(plain(), self._levels(n)), end=Ending(plain(), {}), unknown_ties=unknown(n, missing),
                unknown={name: np.isin(np.arange(n), behaviour_missing) for name in behaviours},
            )  # fmt: skip
            self.epochs.append(replace(bare, end=bare.known(plain(), self._levels(n))))
        chosen = density if simulated_density is None else simulated_density
        self.drawn = [
            [epoch.known(network(rng, n, chosen, directed), self._levels(n)) for epoch in self.epochs] for _ in range(runs)
        ]

    def _levels(self, n):
        return {name: self.rng.integers(1, 5, n) for name in self.behaviours}


@pytest.fixture
def judge(monkeypatch):
    def run(ends, statistics=STATISTICS, **arguments):
        drawn = iter(ends.drawn)
        monkeypatch.setattr(fit_quality, "observed_ends", lambda fit: ends.epochs)
        monkeypatch.setattr(fit_quality, "simulated_ends", lambda fit, observed, n, rng: itertools.islice(drawn, n))
        return goodness_of_fit(A_FIT, statistics, n_simulations=ends.n_runs, rng=1, quiet=True, **arguments)

    return run


def test_one_row_a_statistic_with_every_column(judge):
    result = judge(MadeUp(np.random.default_rng(1)))
    assert isinstance(result, GoodnessOfFit)
    frame = result.to_frame()
    assert list(frame.index) == ["outdegree", "indegree", "geodesic", "triads", "behaviour drink", "moran drink"]
    assert list(frame.columns) == ["distance", "p", "rank", "n_values", "n_left_out", "n_simulations"]
    assert frame["p"].between(1 / 201, 1).all()
    assert frame.loc["behaviour drink", "rank"] == 3
    assert result.n_people == 20 and result.reason is None
    words = result.summary()
    assert "the fitted model" in words and "worst fit on" in words and "200 simulations" in repr(result)


def test_details_are_sums_over_periods_of_what_can_be_counted_by_hand(judge):
    ends = MadeUp(np.random.default_rng(2), runs=40)
    result = judge(ends)
    ties = [epoch.end.network.toarray() for epoch in ends.epochs]
    sent = result.details("outdegree")
    assert sent["observed"].tolist() == [sum((one.sum(axis=1) <= k).sum() for one in ties) for k in range(9)]
    drawn = [sum((end.network.sum(axis=1) <= 2).sum() for end in run) for run in ends.drawn]
    assert sent.loc["2", "mean"] == pytest.approx(np.mean(drawn))
    assert sent.loc["2", ["low", "high"]].tolist() == pytest.approx(np.quantile(drawn, [0.05, 0.95]))
    levels = np.concatenate([epoch.end.behaviour["drink"] for epoch in ends.epochs])
    assert result.details("behaviour")["observed"].tolist() == [(levels == level).sum() for level in range(1, 5)]
    assert result.details("triads")["observed"].sum() == 2 * 20 * 19 * 18 / 6
    distances = result.details("geodesic")["observed"]
    assert distances["1"] == sum(one.sum() for one in ties) and distances["5"] + distances["farther"] == 2 * 380
    likeness = [float(moran(epoch.end.network.astype(float), epoch.end.behaviour["drink"])) for epoch in ends.epochs]
    assert result.details("moran drink")["observed"].tolist() == pytest.approx([np.mean(likeness)])


def test_one_period_is_that_period_alone(judge):
    ends = MadeUp(np.random.default_rng(3), runs=30)
    second = judge(ends, "outdegree", period=2).details("outdegree")
    assert second["observed"]["0"] == (ends.epochs[1].end.network.sum(axis=1) == 0).sum()
    with pytest.raises(SchemaError, match="no period 3; there are 1, 2"):
        judge(ends, "outdegree", period=3)


@pytest.mark.slow
def test_p_is_uniform_where_the_observed_is_drawn_like_the_simulated_and_small_where_not(judge):
    rng = np.random.default_rng(4)
    ps = [judge(MadeUp(rng, runs=39, n=12, periods=1), ("outdegree", "geodesic", "moran")).to_frame()["p"] for _ in range(150)]
    for _, values in pd.concat(ps).groupby(level=0):
        for level in (0.05, 0.1, 0.5):
            assert (values <= level).mean() <= level + 3 * np.sqrt(level * (1 - level) / len(values))
        assert stats.kstest(values - rng.random(len(values)) / 40, "uniform").pvalue > 0.001
    wrong = judge(MadeUp(rng, runs=99, simulated_density=0.3), ("outdegree", "triads"))
    assert wrong.to_frame()["p"].tolist() == pytest.approx([0.01, 0.01])


def test_unknown_ties_and_values_are_left_out_of_both(judge):
    pairs = [(0, j) for j in range(1, 20)]
    ends = MadeUp(np.random.default_rng(5), runs=30, periods=1, missing=pairs, behaviour_missing=(0, 1))
    result = judge(ends)
    matrix = ends.epochs[0].end.network.toarray().copy()
    matrix[0] = 0
    assert result.details("outdegree")["observed"]["0"] == (matrix.sum(axis=1) == 0).sum()
    assert result.details("behaviour")["observed"].sum() == result.details("behaviour")["mean"].sum() == 18
    known = sparse.csr_array(matrix[2:, 2:].astype(float))
    expected = float(moran(known, ends.epochs[0].end.behaviour["drink"][2:]))
    assert result.details("moran")["observed"].iloc[0] == pytest.approx(expected)
    said = {check.name: check for check in result.checks}
    assert said["ties are known at both ends"].passed is False
    assert "19 of 380" in said["ties are known at both ends"].detail
    assert "2 of 20" in said["drink is known at both ends"].detail


def test_groups_are_added_up(judge):
    ends = MadeUp(np.random.default_rng(6), runs=30, n=8, groups=("elm", "oak", "ash"), periods=2)
    result = judge(ends, ("triads", "behaviour"))
    assert result.n_people == 24
    assert result.details("triads")["observed"].sum() == 6 * 8 * 7 * 6 / 6


def test_ties_without_direction_have_one_degree_and_four_triads(judge):
    result = judge(MadeUp(np.random.default_rng(7), directed=False, runs=40))
    assert list(result.to_frame().index)[:3] == ["degree", "geodesic", "triads"]
    assert list(result.details("triads").index) == ["no tie", "one tie", "two ties", "three ties"]
    assert result.details("triads")["observed"].sum() == 2 * 20 * 19 * 18 / 6


def test_a_function_of_the_user_alone_and_beside_others(judge):
    ends = MadeUp(np.random.default_rng(8), runs=30)

    def ties_and_heavy(ties, behaviour):
        return pd.Series({"ties": ties.sum(), "heavy": np.nansum(behaviour["drink"] >= 4)})

    alone = judge(ends, {"ties and heavy": ties_and_heavy})
    beside = judge(ends, ["outdegree", {"ties and heavy": ties_and_heavy}])
    assert list(alone.details("ties and heavy").index) == ["ties", "heavy"]
    assert list(beside.to_frame().index) == ["outdegree", "ties and heavy"]
    assert alone.details("ties and heavy")["observed"]["ties"] == sum(e.end.network.sum() for e in ends.epochs)
    assert beside.to_frame().loc["ties and heavy", "p"] == alone.to_frame().loc["ties and heavy", "p"]


def test_what_cannot_be_counted_is_told(judge):
    ends = MadeUp(np.random.default_rng(9), runs=5, behaviours=())
    assert list(judge(ends).to_frame().index) == ["outdegree", "indegree", "geodesic", "triads"]
    for asked, words in [
        (("moran",), "needs a behaviour"), (("outdegrees",), "'outdegrees' is not a statistic. Known"),
        ((), "No statistic was named"), ({"one": lambda ties, behaviour: ties.sum()}, "one-dimensional"),
        ({"one": 3}, "must be a function"), (("triads", "triads"), "there twice"),
        ({"odd": lambda ties, behaviour: np.ones(ties.nnz)}, "must always give"),
    ]:  # fmt: skip
        with pytest.raises(SchemaError, match=words):
            judge(ends, asked)
    with pytest.raises(SchemaError, match="'moran' was not counted; there are 'outdegree'"):
        judge(ends, "outdegree").details("moran")


def test_a_value_that_no_simulation_reaches_is_a_check(judge):
    ends = MadeUp(np.random.default_rng(10), runs=60, density=0.3, simulated_density=0.03)
    failed = [check for check in judge(ends, "outdegree").checks if check.passed is False]
    assert any("always" in check.detail for check in failed)


def test_too_few_simulations_give_no_p_and_a_reason(judge):
    result = judge(MadeUp(np.random.default_rng(11), runs=4), "triads")
    assert np.isnan(result.to_frame()["p"]).all()
    assert result.reason and "No answer" in result.summary()


def test_many_ties_are_counted_at_levels_that_reach_them(judge):
    ends = MadeUp(np.random.default_rng(12), runs=20, n=40, density=0.6)
    levels = [int(level) for level in judge(ends, "outdegree").details("outdegree").index]
    assert len(levels) <= 9 and levels[-1] == max(int(e.start.network.sum(axis=1).max()) for e in ends.epochs)


@pytest.mark.parametrize("statistic", [None, "outdegree", "geodesic", "triads", "behaviour", "moran"])
def test_every_statistic_has_a_figure(judge, statistic):
    result = judge(MadeUp(np.random.default_rng(13), runs=60))
    axes = result.plot(statistic)
    words = " ".join(text.get_text() for text in axes.texts)
    assert "60 simulations" in words and "n = 20 people" in words and "p = " in words


def test_the_whole_answer_can_be_written_down(judge):
    import json

    plain = judge(MadeUp(np.random.default_rng(14), runs=10), ("outdegree", "moran")).to_dict()
    assert json.loads(json.dumps(plain))["tests"][0]["statistic"] == "outdegree"
