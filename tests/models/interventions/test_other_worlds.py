"""What-ifs against worlds that another generator made: log-odds and one stream of luck, where courses have hazards and hashes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import recoverynet as rn
from recoverynet.models.interventions.courses import ends_of
from recoverynet.worlds.worlds import simulate_panel

N, MONTHS, N_WORLDS = 300, 6, 200
PLAN = (rn.NewGroup(group_id="new", capacity=N, hosts=0), rn.Introduction(per_month=25, group_id="new", closure=0.6))
LEAVING = 0.1


class Realised(NamedTuple):
    """Clients who hold the norm, and who are linked, at the end: with the plan less without."""

    holding: int
    linked: int


def logit(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))


def gained_under(share: np.ndarray, linked: np.ndarray, influence: float, attending: float) -> np.ndarray:
    """The worlds' own law: log-odds of a gain move with the share of contacts; going adds a chance of its own."""
    plain = 1 / (1 + np.exp(-(logit(0.09) + np.log(influence) * share)))
    return np.minimum(plain + attending * linked, 1.0)


def realised(panel: rn.NetworkPanel, influence: float, attending: float, seed: int) -> Realised:
    """One future of a world, twice, on one luck: introductions to a new group, and none."""
    ties = panel.networks[-1].toarray()
    named = ties.sum(axis=1)
    ends = []
    for planned in (True, False):
        luck = np.random.default_rng(seed)
        held, linked = panel.behaviour["recovery"][:, -1] == 1, np.zeros(N, dtype=bool)
        asked = np.full(N, -100)
        for month in range(1, MONTHS + 1):
            leaves, moves, follows, order = luck.random((4, N))
            linked &= leaves >= LEAVING
            if planned:
                free = np.flatnonzero(~linked & (month - asked > 3))
                chosen = free[np.argsort(order[free])][:25]
                asked[chosen] = month
                linked[chosen[follows[chosen] < 0.6]] = True
            inside = linked.sum() - linked
            met = ties @ held + np.where(linked, (linked & held).sum() - held, 0)
            of = named + np.where(linked, inside, 0)
            share = met / np.maximum(of, 1)
            gain = gained_under(share, linked, influence, attending)
            held = np.where(held, moves >= 0.12, moves < gain)
        ends.append((held.sum(), linked.sum()))
    return Realised(int(ends[0][0] - ends[1][0]), int(ends[0][1] - ends[1][1]))


def told(panel: rn.NetworkPanel, attending: tuple[float, float], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Differences in courses that start from a fit to what was seen of the world."""
    rates = rn.FittedRates(
        rn.fit_hazard(panel, isolates="zero"), loss=rn.fit_hazard(panel, transition="loss", isolates="zero"), attending=attending,
        leaving=LEAVING, ties_ending=0.0,
    )  # fmt: skip
    found = rn.simulate_spread(
        rn.spread_source(panel, rates),
        interventions=PLAN,
        horizon=MONTHS,
        n_runs=200,
        rng=seed,
        turnover=False,
        workers=1,
        quiet=True,
    )
    return tuple((getattr(found.with_it, name) - getattr(found.without, name))[:, -1, 0] for name in ("held", "linked"))


def world(seed: int, influence: float) -> rn.NetworkPanel:
    return simulate_panel(N, n_waves=6, influence=influence, rng=seed)


@pytest.mark.slow
def test_intervals_cover_what_is_planted_by_another_generator() -> None:
    covered = np.zeros((N_WORLDS, 2), dtype=bool)
    for seed in range(N_WORLDS):
        draw = np.random.default_rng(50_000 + seed)
        influence, attending = np.exp(draw.uniform(0.0, np.log(4.0))), draw.uniform(0.0, 0.3)
        panel = world(seed, influence)
        real = realised(panel, influence, attending, 90_000 + seed)
        for place, (differences, truth) in enumerate(zip(told(panel, (0.0, 0.3), seed), real, strict=True)):
            low, high = ends_of(differences, 0.95)
            covered[seed, place] = low <= truth <= high
    shares = covered.mean(axis=0)
    assert (shares >= 0.92).all() and (shares <= 0.98).all(), shares


@pytest.mark.slow
def test_where_nothing_spreads_and_going_does_nothing_no_plan_works_beyond_chance() -> None:
    works = 0
    for seed in range(N_WORLDS):
        panel = world(1000 + seed, 1.0)
        low, high = ends_of(told(panel, (0.0, 0.0), seed)[0], 0.95)
        works += low > 0 or high < 0
    assert works <= 19  # 10 in 200 and three standard errors


def test_one_world_for_the_plain_run() -> None:
    panel = world(3, 4.0)
    held, linked = told(panel, (0.2, 0.2), 3)
    real = realised(panel, 4.0, 0.2, 3)
    assert held.min() <= real.holding <= held.max() and linked.min() <= real.linked <= linked.max()
    assert held.mean() > 3
