"""The rearrangements behind a contagion test: who holds, who is tied to whom, when people gain, which way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.kernels.contagion import (
    Slots,
    activation_slopes,
    activations,
    every_rewired_slots,
    gain_contrasts,
    rewired_slots,
    slots_of,
)
from recoverynet.kernels.hazard import fit_binary, independent_columns, refit_binary, separating_terms, telling_levels
from recoverynet.kernels.significance import arrangements, n_arrangements
from recoverynet.kernels.transitions import ties_of
from recoverynet.models.spread.reasons import Reason
from recoverynet.models.spread.risk_set import RiskSet, risk_set
from recoverynet.results import Check

WAY = {"out": "named", "in": "who name one"}


class Run(NamedTuple):
    """What a null gives: the value observed, its draws, whether they are all there are, and checks."""

    observed: float
    draws: np.ndarray
    exact: bool = False
    checks: tuple[Check, ...] = ()
    reason: Reason | None = None


def _slots(risk: RiskSet, weighted: bool) -> Slots:
    ties = ties_of(risk.panel.networks, risk.direction, directed=risk.panel.directed, weighted=weighted)
    return slots_of(ties, directed=_one_way(risk))


def _one_way(risk: RiskSet) -> bool:
    """Whether a tie says nothing about the way back."""
    return risk.panel.directed and risk.direction != "mutual"


def _seen(risk: RiskSet) -> np.ndarray:
    """States of people while they are there."""
    return np.where(risk.panel.present, risk.held, np.nan)


def _strata(risk: RiskSet, keys: Sequence[np.ndarray]) -> np.ndarray:
    """Codes of people between whom things may be dealt: alike in every key, and of the same group."""
    columns = [pd.factorize(pd.Series(key, dtype=object), use_na_sentinel=False)[0] for key in keys]
    if risk.panel.groups is not None:
        columns.append(pd.factorize(pd.Series(risk.panel.groups, dtype=object), use_na_sentinel=False)[0])
    return np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1].ravel()


def labels(risk: RiskSet, n_permutations: int, rng: np.random.Generator, *, weighted: bool, within: Sequence[str]) -> Run:
    """Whole courses of states dealt anew among people present at the same waves and alike in ``within``."""
    slots, held = _slots(risk, weighted), _seen(risk)
    alike = [_fixed(risk, name) for name in within]
    strata = _strata(risk, [np.unique(risk.panel.present, axis=0, return_inverse=True)[1].ravel(), *alike])
    course = np.unique(held, axis=0, return_inverse=True, equal_nan=True)[1].ravel()
    orders, exact = _orders(strata, course, n_permutations, rng)
    state = 0.0 if risk.transition == "gain" else 1.0
    stay = np.arange(len(held))[None, :]
    fixed = slots.indptr, slots.indices[None, :], slots.tie[None, :], slots.strength, held
    observed = float(gain_contrasts(*fixed, stay, risk.lag, state)[0])
    draws = gain_contrasts(*fixed, orders, risk.lag, state)
    n_alone = int((np.bincount(strata)[strata] == 1).sum())
    check = Check("everybody has somebody to be dealt with", n_alone == 0, f"{n_alone:,} people have nobody")
    return Run(observed, draws, exact, (check,))


def _fixed(risk: RiskSet, name: str) -> np.ndarray:
    """A covariate of people that does not change over waves."""
    panel = risk.panel
    if name in panel.covariates:
        values = np.asarray(panel.covariates[name])
        if values.ndim == 1:
            return values
        raise SchemaError(f"within= needs what does not change over waves; {name!r} does.")
    if name in panel.people.columns:
        return panel.people[name].to_numpy()
    known = [*panel.covariates, *panel.people.columns]
    words = ", ".join(map(repr, known)) or "none"
    raise SchemaError(f"Nobody knows of a covariate {name!r}; there are {words}.")


def _orders(strata: np.ndarray, kinds: np.ndarray, n_permutations: int, rng: np.random.Generator) -> tuple[np.ndarray, bool]:
    """Rows saying whose value each person is given, within strata; every distinct one where they are few."""
    members = [np.flatnonzero(strata == code) for code in range(strata.max(initial=-1) + 1)]
    if len(strata) <= 1000 and prod(n_arrangements(kinds[each]) for each in members) <= n_permutations:
        giver = {kind: person for person, kind in reversed(list(enumerate(kinds.tolist())))}
        blocks = [arrangements(kinds[each]) for each in members]
        rows = []
        for chosen in product(*blocks):
            row = np.arange(len(strata))
            for each, order in zip(members, chosen, strict=True):
                row[each] = [giver[kind] for kind in order.tolist()]
            rows.append(row)
        return np.array(rows), True
    orders = np.tile(np.arange(len(strata)), (n_permutations, 1))
    for each in members:
        orders[:, each] = rng.permuted(orders[:, each], axis=1)
    return orders, False


def rewiring(risk: RiskSet, n_permutations: int, rng: np.random.Generator, *, weighted: bool) -> Run:
    """Ties swapped at random, everybody keeping how many they have and how long each lasts."""
    slots, held = _slots(risk, weighted), _seen(risk)
    state = 0.0 if risk.transition == "gain" else 1.0
    stay = np.arange(len(held))[None, :]
    observed = gain_contrasts(slots.indptr, slots.indices[None, :], slots.tie[None, :], slots.strength, held, stay, risk.lag, state)
    every = every_rewired_slots(slots, n_permutations, directed=_one_way(risk))
    ends, ties = every or rewired_slots(slots, n_permutations, rng, directed=_one_way(risk))
    draws = gain_contrasts(slots.indptr, ends, ties, slots.strength, held, stay, risk.lag, state)
    moved = float((ends != slots.indices).mean())
    if moved == 0:
        return _no_run(Reason("no_swap"))
    said = f"{len(draws):,} arrangements in all" if every else f"{moved:.0%} of ties end elsewhere on average"
    check = Check("the network can be rewired", bool(every) or moved > 0.5, said)
    return Run(float(observed[0]), draws, every is not None, (check,))


def time_shuffle(risk: RiskSet, n_permutations: int, rng: np.random.Generator) -> Run:
    """Waves of first gain dealt anew among people seen over the same waves who gained the norm."""
    slots, seen = _slots(risk, weighted=False), activations(_seen(risk))
    movers = np.flatnonzero((seen.entered >= 0) & (seen.active > seen.entered) & (seen.active <= seen.left))
    if len(movers) < 2:
        who = "one person is" if len(movers) else "nobody is"
        return _no_run(Reason("too_few_gainers", who=who, name=risk.name))
    times = seen.active[movers]
    strata = _strata(risk, [seen.entered, seen.left])[movers]
    strata = np.unique(strata, return_inverse=True)[1]
    orders, exact = _orders(strata, times, n_permutations, rng)
    fixed = slots.indptr, slots.indices, slots.tie, slots.strength, *seen, movers
    observed = float(activation_slopes(*fixed, times[None, :], risk.lag)[0])
    if np.isnan(observed):
        return _no_run(Reason("no_slope"))
    draws = activation_slopes(*fixed, times[orders], risk.lag)
    n_free = int((np.bincount(strata)[strata] > 1).sum())
    detail = f"{n_free:,} of {len(movers):,} people who gained it"
    check = Check("waves of gain can be dealt", n_free == len(movers), detail)
    return Run(observed, draws, exact, (check,))


def edge_reversal(risk: RiskSet, n_permutations: int, rng: np.random.Generator) -> Run:
    """Exposure to people named against exposure to people who name one; bootstrap of people."""
    if not risk.panel.directed:
        return _no_run(Reason("no_direction"))
    n = risk.panel.n_people
    counts = rng.multinomial(n, np.full(n, 1 / n), size=n_permutations).astype(np.float64)
    found = []
    for way in ("out", "in"):
        one = _one_way_estimate(risk, way, counts)
        if one is None:
            return _no_run(Reason("no_way_estimate", way=WAY[way]))
        found.append(one)
    draws = found[0].draws - found[1].draws
    lost = int(np.isnan(draws).sum())
    checks = [Check("every bootstrap sample has an estimate", lost == 0, f"{lost:,} of {len(draws):,} have none")]
    alike = sorted({wave for one in found for wave in one.left_out})
    if alike:
        checks.append(Check("both outcomes at every wave", False, f"left out, all alike: wave {', '.join(map(str, alike))}"))
    return Run(found[0].estimate - found[1].estimate, draws, False, tuple(checks))


class _Estimate(NamedTuple):
    """Log odds of gaining per exposure one way, the same in every bootstrap sample, and waves that say nothing."""

    estimate: float
    draws: np.ndarray
    left_out: tuple[int, ...]


def _one_way_estimate(risk: RiskSet, way: str, counts: np.ndarray) -> _Estimate | None:
    """Log odds of gaining per exposure one way, and in every bootstrap sample; None where there is none.

    Every wave has its own level, so that a wave in which all or nobody gained holds nothing to learn of exposure: it is
    left out, of a bootstrap sample too.
    """
    one = risk_set(risk.panel, risk.held, lag=risk.lag, direction=way)
    share = one.at(one.seen.share)
    used = np.isfinite(share)
    if not used.any():
        return None
    waves, code = np.unique(one.rows.column[used], return_inverse=True)
    outcome, share, person = one.rows.outcome[used], share[used], one.rows.person[used]
    told = telling_levels(code, outcome, np.ones((1, len(code))))[0]
    rows = told[code]
    design, outcome = _with_levels(share[rows], code[rows]), outcome[rows]
    if not design.shape[0] or not independent_columns(design)[1] or len(outcome) <= design.shape[1]:
        return None
    fit = fit_binary(design, outcome)
    if not fit.converged or (fit.suspect and separating_terms(design, outcome).any()):
        return None
    draws = _redrawn(share[rows], code[rows], outcome, counts[:, person[rows]])
    return _Estimate(float(fit.beta[1]), draws, tuple(int(wave) for wave in risk.panel.waves.index[waves[~told]]))


def _with_levels(share: np.ndarray, code: np.ndarray) -> np.ndarray:
    """A constant, the exposure, and a level of every wave but the first."""
    return np.column_stack([np.ones(len(code)), share, (code[:, None] == np.unique(code)[1:]).astype(np.float64)])


def _redrawn(share: np.ndarray, code: np.ndarray, outcome: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The estimate in every bootstrap sample, each without the waves that hold one outcome only in it; NaN without one."""
    told = telling_levels(code, outcome, weights)
    found = np.full(len(weights), np.nan)
    patterns, kind = np.unique(told, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        runs, rows = np.flatnonzero(kind.ravel() == number), pattern[code]
        design = _with_levels(share[rows], code[rows])
        if rows.sum() > design.shape[1] and independent_columns(design)[1]:
            start = fit_binary(design, outcome[rows]).beta
            found[runs] = refit_binary(design, outcome[rows], weights[np.ix_(runs, rows)], start)[:, 1]
    return found


def _no_run(reason: Reason) -> Run:
    return Run(np.nan, np.empty(0), reason=reason)
