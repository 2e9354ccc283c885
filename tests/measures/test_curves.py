"""How fast a norm comes and goes in everybody: by hand, by going through people one by one, and against scipy."""

import numpy as np
import pytest
from scipy import optimize, sparse, stats

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures.curves import bass_fit, hazard_curve, prevalence_curve

NAN = np.nan


def test_hazard_curve(panel):
    frame = hazard_curve(panel)
    # at risk at 2: ann, cat, dev, gus (ben and fay held it when first seen)
    # at 3: cat, dev, gus; at 4: gus alone
    assert frame["n_at_risk"].tolist() == [0, 4, 3, 1]
    assert frame["n_gained"].tolist() == [0, 1, 1, 1]
    np.testing.assert_allclose(frame["hazard"], [NAN, 1 / 4, 1 / 3, 1.0])
    assert frame["n_adopted"].tolist() == [1, 3, 4, 5] and (frame["n_people"] == 6).all()
    np.testing.assert_allclose(frame["growth"], [NAN, 2.0, 1 / 3, 1 / 4])
    assert (frame["low"][1:] <= frame["hazard"][1:]).all() and (frame["hazard"][1:] <= frame["high"][1:]).all()


def test_prevalence_counts_losses_and_returns(panel):
    frame = prevalence_curve(panel)
    assert frame["n_known"].tolist() == [5, 5, 6, 5] and frame["n_unknown"].tolist() == [2, 2, 1, 2]
    assert frame["n_holding"].tolist() == [1, 3, 3, 4]
    assert frame["n_gained"].tolist() == [0, 1, 0, 2] and frame["n_lost"].tolist() == [0, 0, 1, 1]
    assert frame["n_could_gain"].tolist() == [0, 3, 2, 2] and frame["n_could_lose"].tolist() == [0, 1, 3, 3]


def test_first_gains_add_up_to_the_hazards():
    rng = np.random.default_rng(8)
    held = (rng.random((300, 8)) < 0.15).astype(float)
    ring = np.roll(np.eye(300), 1, axis=1)
    panel = rn.NetworkPanel.from_adjacency([ring] * 8, behaviour={"recovery": held})
    curve = hazard_curve(panel)
    survived = (1 - curve["hazard"].fillna(0)).cumprod()
    np.testing.assert_allclose(1 - curve["share_adopted"], survived * (1 - held[:, 0].mean()))


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (np.zeros((7, 4)), "nobody was seen to gain"),
        (np.ones((7, 4)), "nobody was seen to gain"),
        (np.full((7, 4), NAN), "ever known"),
    ],
)
def test_bass_says_why_there_is_no_curve(panel, held, reason):
    frame = bass_fit(panel, held)
    assert frame["estimate"].isna().all() and frame["reason"].str.contains(reason).all()


def test_bass_needs_three_waves(panel):
    ties, held = panel.networks[0].toarray(), panel.behaviour["recovery"]
    two = rn.NetworkPanel.from_adjacency([ties] * 2, behaviour={"recovery": held[:, :2]}, directed=True)
    assert bass_fit(two)["reason"].str.contains("3 waves").all()
    three = rn.NetworkPanel.from_adjacency([ties] * 3, behaviour={"recovery": held[:, :3]}, directed=True)
    assert not bass_fit(three)["reason"].str.contains("3 waves", na=False).any()


def courses(seed, n=60, n_waves=5):
    rng = np.random.default_rng(seed)
    held = np.where(rng.random((n, n_waves)) < 0.25, NAN, rng.random((n, n_waves)) < 0.3)
    present = rng.random((n, n_waves)) < 0.8
    ring = np.roll(np.eye(n), 1, axis=1)
    return rn.NetworkPanel.from_adjacency([ring] * n_waves, behaviour={"recovery": held}, present=present), held, present


@pytest.mark.parametrize("seed", range(3))
def test_the_hazard_counts_people_one_by_one(seed):
    panel, held, present = courses(seed)
    held = np.where(present, held, NAN)
    frame = hazard_curve(panel, level=0.8)
    for wave in range(5):
        at_risk = gained = 0
        for row in held:
            known = np.flatnonzero(np.isfinite(row))
            holding = np.flatnonzero(row == 1)
            first = holding[0] if len(holding) else 99
            if len(known) and known[0] < wave <= known[-1] and first >= wave:
                at_risk, gained = at_risk + 1, gained + (first == wave)
        assert frame.iloc[wave][["n_at_risk", "n_gained"]].tolist() == [at_risk, gained]
        if at_risk:
            low, high = stats.binomtest(int(gained), at_risk).proportion_ci(0.8, method="wilson")
            np.testing.assert_allclose(frame.iloc[wave][["hazard", "low", "high"]].astype(float), [gained / at_risk, low, high])
    assert (frame["n_people"] == np.isfinite(held).any(axis=1).sum()).all()


@pytest.mark.parametrize("seed", range(3))
def test_prevalence_counts_who_is_there_one_by_one(seed):
    panel, held, present = courses(seed)
    frame = prevalence_curve(panel, level=0.9)
    for wave in range(5):
        here = present[:, wave]
        now, unknown = held[here, wave], np.isnan(held[here, wave])
        low, high = stats.binomtest(int((now == 1).sum()), int((~unknown).sum())).proportion_ci(0.9, method="wilson")
        expected = [here.sum(), (~unknown).sum(), (now == 1).sum(), np.nanmean(now), low, high, unknown.sum()]
        np.testing.assert_allclose(frame.iloc[wave, :7].astype(float), expected)
        moves = [(held[i, wave - 1], held[i, wave]) for i in range(60) if wave and here[i] and present[i, wave - 1]]
        counts = [sum(a == s and b in (0, 1) and (b == e if e is not None else True) for a, b in moves)
                  for s, e in ((0, None), (0, 1), (1, None), (1, 0))]  # fmt: skip
        assert frame.iloc[wave, 7:].tolist() == counts


def test_who_gains_in_the_last_period_makes_its_hazard_1(panel):
    """dev was seen and never gained: taken to gain at wave 4. Nobody else is left then."""
    frame = hazard_curve(panel, last_period_adopts=True)
    assert frame["hazard"].iloc[-1] == 1 and frame["share_adopted"].iloc[-1] == 1
    np.testing.assert_allclose(bass_fit(panel, last_period_adopts=True)["n_people"], 6)


def test_gains_late_are_gains_and_a_level_is_a_share(panel):
    """Somebody who gains at the last wave alone, and somebody at the second alone."""
    for wave in (1, 3):
        held = np.zeros((7, 4))
        held[0, wave:] = 1
        assert not bass_fit(panel, held)["reason"].str.contains("nobody was seen", na=False).any()
    for curve in (hazard_curve, prevalence_curve):
        assert curve(panel).index.tolist() == [1, 2, 3, 4] and curve(panel).index.name == "wave"
        with pytest.raises(SchemaError, match="level"):
            curve(panel, level=1.5)


def test_bass_gives_back_the_two_rates_of_its_own_curve():
    """5,000 people who gain as the curve says, but for rounding; the errors are those of scipy's least squares."""

    def curve(t, p, q):
        return (1 - np.exp(-(p + q) * t)) / (1 + q / p * np.exp(-(p + q) * t))

    waves = np.arange(1, 9)
    counts = np.rint(5000 * curve(waves, 0.04, 0.5)).astype(int)
    held = (np.arange(5000)[:, None] < counts).astype(float)
    ring = sparse.csr_array((np.ones(5000), (np.arange(5000), np.roll(np.arange(5000), 1))))
    frame = bass_fit(rn.NetworkPanel.from_adjacency([ring] * 8, behaviour={"recovery": held}))
    np.testing.assert_allclose(frame["estimate"], [0.04, 0.5], rtol=2e-3)
    _, covariance = optimize.curve_fit(curve, waves, counts / 5000, p0=(0.05, 0.4))
    np.testing.assert_allclose(frame["std_error"], np.sqrt(np.diag(covariance)), rtol=1e-3)
    assert frame["n_waves"].tolist() == [8, 8] and frame["n_people"].tolist() == [5000, 5000] and frame["reason"].isna().all()
