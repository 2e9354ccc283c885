"""Effects of who two people are: their values of a covariate or behaviour, or of a covariate of the pair.

Symbols: v_i and v_j (v and w in the functions) are the values of ego and alter, the mean over all people taken off (raw
− mean); r is the range of the covariate (``reach``), m the mean similarity; ``known`` tells whether both values are
known. A value nobody knows is the mean; similarity with somebody unknown is that with the mean in simulations, and left
out of statistics; nobody unknown is the same as anybody (sameX). Each contribution depends on the pair alone, so that
change statistic and tie statistic are the same function where both values are known.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.declared import COVARIATE, DYADIC, CovariateCode, Effect
from recoverynet.kernels.saom.pairs import over_values

_small = lean()


def _declare(name: str, code: int, formula: str, sentence: str, *, interaction: str = "dyadic", undirected: bool = True) -> Effect:
    return Effect(name, code, formula, sentence, kind=COVARIATE, covariate=True, interaction=interaction, undirected=undirected)


ALT_X = _declare("altX", CovariateCode.ALT_X, "Σ_j x_ij v_j", "people tie to those with higher values")
ALT_SQ_X = _declare("altSqX", CovariateCode.ALT_SQ_X, "Σ_j x_ij v_j²", "people tie to those with values far from the mean")
EGO_X = _declare("egoX", CovariateCode.EGO_X, "x_i+ v_i", "people with higher values have more ties", interaction="ego")
EGO_SQ_X = _declare(
    "egoSqX", CovariateCode.EGO_SQ_X, "x_i+ v_i²", "people with values far from the mean have more ties", interaction="ego"
)
SIM_X = _declare(
    "simX", CovariateCode.SIM_X, "Σ_j x_ij (sim_ij − m), sim_ij = 1 − |v_i − v_j| / r", "people tie to those like them"
)
SAME_X = _declare("sameX", CovariateCode.SAME_X, "Σ_j x_ij I(v_i = v_j)", "people tie to those with the same value")
DIFF_X = _declare(
    "diffX", CovariateCode.DIFF_X, "Σ_j x_ij (v_j − v_i)", "people tie to those with higher values than their own", undirected=False
)
ABS_DIFF_X = _declare("absDiffX", CovariateCode.ABS_DIFF_X, "Σ_j x_ij |v_i − v_j|", "people tie to those unlike them")
EGO_PLUS_ALT_X = _declare("egoPlusAltX", CovariateCode.EGO_PLUS_ALT_X, "Σ_j x_ij (v_i + v_j)", "pairs with higher values are tied")
HIGHER = _declare(
    "higher",
    CovariateCode.HIGHER,
    "Σ_j x_ij (I(v_i > v_j) + I(v_i = v_j) / 2)",
    "people tie to those with lower values than their own",
    undirected=False,
)
EGO_X_ALT_X = _declare(
    "egoXaltX", CovariateCode.EGO_X_ALT_X, "Σ_j x_ij v_i v_j", "people with high values tie to each other, as do those with low"
)
X = Effect(
    "X",
    0,
    "Σ_j x_ij (w_ij − mean of w)",
    "people tie where the covariate of the pair is high",
    kind=DYADIC,
    covariate=True,
    undirected=True,
    interaction="dyadic",
)

COVARIATE_EFFECTS = (ALT_X, ALT_SQ_X, EGO_X, EGO_SQ_X, SIM_X, SAME_X, DIFF_X, ABS_DIFF_X, EGO_PLUS_ALT_X, HIGHER, EGO_X_ALT_X, X)


@_small
def alt_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """The value of the other."""
    return w


@_small
def alt_sq_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """Its square."""
    return w * w


@_small
def ego_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """Ego's value."""
    return v


@_small
def ego_sq_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """Its square."""
    return v * v


@_small
def sim_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """How much more alike they are than two people on average."""
    return 1.0 - abs(v - w) / reach - m


@_small
def same_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """Whether they have the same value."""
    return 1.0 if known and v == w else 0.0


@_small
def diff_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """How much higher the other is."""
    return w - v


@_small
def abs_diff_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """How far they are apart."""
    return abs(v - w)


@_small
def ego_plus_alt_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """Their sum."""
    return v + w


@_small
def higher_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """Whether ego is higher; half if level."""
    return 1.0 if v > w else (0.5 if v == w else 0.0)


@_small
def ego_x_alt_x_change(v: float, w: float, known: bool, reach: float, m: float) -> float:
    """Their product."""
    return v * w


_alt_x, _alt_sq_x, _ego_x, _ego_sq_x, _sim_x, _same_x, _diff_x, _abs_diff_x, _ego_plus_alt_x, _higher, _ego_x_alt_x = map(
    over_values,
    (
        alt_x_change,
        alt_sq_x_change,
        ego_x_change,
        ego_sq_x_change,
        sim_x_change,
        same_x_change,
        diff_x_change,
        abs_diff_x_change,
        ego_plus_alt_x_change,
        higher_change,
        ego_x_alt_x_change,
    ),
)


@lean()
def covariate_changes(
    code: int,
    values: np.ndarray,
    known: np.ndarray,
    a: int,
    options: np.ndarray,
    found: int,
    ego: int,
    reach: float,
    m: float,
    delta: np.ndarray,
    e: int,
) -> None:
    """Write the contribution of a tie to the person of every option into row e of ``delta``."""
    if code == CovariateCode.ALT_X:
        _alt_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.ALT_SQ_X:
        _alt_sq_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.EGO_X:
        _ego_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.EGO_SQ_X:
        _ego_sq_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.SIM_X:
        _sim_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.SAME_X:
        _same_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.DIFF_X:
        _diff_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.ABS_DIFF_X:
        _abs_diff_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.EGO_PLUS_ALT_X:
        _ego_plus_alt_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.HIGHER:
        _higher(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == CovariateCode.EGO_X_ALT_X:
        _ego_x_alt_x(values, known, a, options, found, ego, reach, m, delta, e)


@lean()
def covariate_tie(code: int, v: float, w: float, known: bool, reach: float, m: float) -> float:
    """c_ij of a tie that is there: its change statistic, but that pairs with an unknown value count for nothing in it.

    Level for ``higher``; as RSiena has it.
    """
    if not known and code >= CovariateCode.SIM_X:
        return 0.5 if code == CovariateCode.HIGHER else 0.0
    if code == CovariateCode.ALT_X:
        return alt_x_change(v, w, known, reach, m)
    if code == CovariateCode.ALT_SQ_X:
        return alt_sq_x_change(v, w, known, reach, m)
    if code == CovariateCode.EGO_X:
        return ego_x_change(v, w, known, reach, m)
    if code == CovariateCode.EGO_SQ_X:
        return ego_sq_x_change(v, w, known, reach, m)
    if code == CovariateCode.SIM_X:
        return sim_x_change(v, w, known, reach, m)
    if code == CovariateCode.SAME_X:
        return same_x_change(v, w, known, reach, m)
    if code == CovariateCode.DIFF_X:
        return diff_x_change(v, w, known, reach, m)
    if code == CovariateCode.ABS_DIFF_X:
        return abs_diff_x_change(v, w, known, reach, m)
    if code == CovariateCode.EGO_PLUS_ALT_X:
        return ego_plus_alt_x_change(v, w, known, reach, m)
    if code == CovariateCode.HIGHER:
        return higher_change(v, w, known, reach, m)
    return ego_x_alt_x_change(v, w, known, reach, m)
