"""Effects of who two people are: their values of a covariate or behaviour, or of a covariate of the pair.

Symbols: v_i and v_j (v and w in the functions) are the values of ego and alter, the mean over all people taken off (raw
− mean); r is the range of the covariate (``reach``), m the mean similarity; ``known`` tells whether both values are
known. A value nobody knows is the mean; similarity with somebody unknown is that with the mean in simulations, and left
out of statistics; nobody unknown is the same as anybody (sameX). Each contribution depends on the pair alone, so that
change statistic and tie statistic are the same function where both values are known.
"""

from __future__ import annotations

from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.declared import COVARIATE, DYADIC, Effect
from recoverynet.kernels.saom.pairs import over_values

_small = lean()


def _declare(name: str, code: int, formula: str, sentence: str, *, interaction: str = "dyadic", undirected: bool = True) -> Effect:
    return Effect(name, code, formula, sentence, kind=COVARIATE, covariate=True, interaction=interaction, undirected=undirected)


ALT_X = _declare("altX", 0, "Σ_j x_ij v_j", "people tie to those with higher values")
ALT_SQ_X = _declare("altSqX", 1, "Σ_j x_ij v_j²", "people tie to those with values far from the mean")
EGO_X = _declare("egoX", 2, "x_i+ v_i", "people with higher values have more ties", interaction="ego")
EGO_SQ_X = _declare("egoSqX", 3, "x_i+ v_i²", "people with values far from the mean have more ties", interaction="ego")
SIM_X = _declare("simX", 4, "Σ_j x_ij (sim_ij − m), sim_ij = 1 − |v_i − v_j| / r", "people tie to those like them")
SAME_X = _declare("sameX", 5, "Σ_j x_ij I(v_i = v_j)", "people tie to those with the same value")
DIFF_X = _declare("diffX", 6, "Σ_j x_ij (v_j − v_i)", "people tie to those with higher values than their own", undirected=False)
ABS_DIFF_X = _declare("absDiffX", 7, "Σ_j x_ij |v_i − v_j|", "people tie to those unlike them")
EGO_PLUS_ALT_X = _declare("egoPlusAltX", 8, "Σ_j x_ij (v_i + v_j)", "pairs with higher values are tied")
HIGHER = _declare(
    "higher",
    9,
    "Σ_j x_ij (I(v_i > v_j) + I(v_i = v_j) / 2)",
    "people tie to those with lower values than their own",
    undirected=False,
)
EGO_X_ALT_X = _declare("egoXaltX", 10, "Σ_j x_ij v_i v_j", "people with high values tie to each other, as do those with low")
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
def covariate_changes(code, values, known, a, options, found, ego, reach, m, delta, e):  # type: ignore[no-untyped-def]
    """Write the contribution of a tie to the person of every option into row e of ``delta``."""
    if code == 0:
        _alt_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 1:
        _alt_sq_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 2:
        _ego_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 3:
        _ego_sq_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 4:
        _sim_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 5:
        _same_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 6:
        _diff_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 7:
        _abs_diff_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 8:
        _ego_plus_alt_x(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 9:
        _higher(values, known, a, options, found, ego, reach, m, delta, e)
    elif code == 10:
        _ego_x_alt_x(values, known, a, options, found, ego, reach, m, delta, e)


@lean()
def covariate_tie(code: int, v: float, w: float, known: bool, reach: float, m: float) -> float:
    """c_ij of a tie that is there: its change statistic, but that pairs with an unknown value count for nothing in it.

    Level for ``higher``; as RSiena has it.
    """
    if not known and code >= 4:
        return 0.5 if code == 9 else 0.0
    if code == 0:
        return alt_x_change(v, w, known, reach, m)
    if code == 1:
        return alt_sq_x_change(v, w, known, reach, m)
    if code == 2:
        return ego_x_change(v, w, known, reach, m)
    if code == 3:
        return ego_sq_x_change(v, w, known, reach, m)
    if code == 4:
        return sim_x_change(v, w, known, reach, m)
    if code == 5:
        return same_x_change(v, w, known, reach, m)
    if code == 6:
        return diff_x_change(v, w, known, reach, m)
    if code == 7:
        return abs_diff_x_change(v, w, known, reach, m)
    if code == 8:
        return ego_plus_alt_x_change(v, w, known, reach, m)
    if code == 9:
        return higher_change(v, w, known, reach, m)
    return ego_x_alt_x_change(v, w, known, reach, m)
