"""Effects of who two people are: their values of a covariate or behaviour, or of a covariate of the pair.

Symbols: v_i and v_j are the values of ego and alter, the mean over all people taken off (raw − mean); r is the range of
the covariate, m the mean similarity. A value nobody knows is the mean; similarity with somebody unknown counts as m.
Each contribution depends on the pair alone, so that change statistic and tie statistic are the same function.
"""

from __future__ import annotations

import numba

from recoverynet.kernels.effects.declared import COVARIATE, DYADIC, Effect


def _declare(name: str, code: int, formula: str, sentence: str, *, interaction: str = "dyadic", undirected: bool = True) -> Effect:
    return Effect(name, code, formula, sentence, kind=COVARIATE, covariate=True, interaction=interaction,
                  undirected=undirected)


ALT_X = _declare("altX", 0, "Σ_j x_ij v_j", "people tie to those with higher values")
ALT_SQ_X = _declare("altSqX", 1, "Σ_j x_ij v_j²", "people tie to those with values far from the mean")
EGO_X = _declare("egoX", 2, "x_i+ v_i", "people with higher values have more ties", interaction="ego")
EGO_SQ_X = _declare("egoSqX", 3, "x_i+ v_i²", "people with values far from the mean have more ties", interaction="ego")
SIM_X = _declare("simX", 4, "Σ_j x_ij (sim_ij − m), sim_ij = 1 − |v_i − v_j| / r", "people tie to those like them")
SAME_X = _declare("sameX", 5, "Σ_j x_ij I(v_i = v_j)", "people tie to those with the same value")
DIFF_X = _declare("diffX", 6, "Σ_j x_ij (v_j − v_i)", "people tie to those with higher values than their own",
                  undirected=False)
ABS_DIFF_X = _declare("absDiffX", 7, "Σ_j x_ij |v_i − v_j|", "people tie to those unlike them")
EGO_PLUS_ALT_X = _declare("egoPlusAltX", 8, "Σ_j x_ij (v_i + v_j)", "pairs with higher values are tied")
HIGHER = _declare("higher", 9, "Σ_j x_ij (I(v_i > v_j) + I(v_i = v_j) / 2)", "people tie to those with lower values than "
                  "their own", undirected=False)
EGO_X_ALT_X = _declare("egoXaltX", 10, "Σ_j x_ij v_i v_j", "people with high values tie to each other, as do those with low")
X = Effect("X", 0, "Σ_j x_ij (w_ij − mean of w)", "people tie where the covariate of the pair is high", kind=DYADIC,
           covariate=True, undirected=True, interaction="dyadic")

COVARIATE_EFFECTS = (
    ALT_X, ALT_SQ_X, EGO_X, EGO_SQ_X, SIM_X, SAME_X, DIFF_X, ABS_DIFF_X, EGO_PLUS_ALT_X, HIGHER, EGO_X_ALT_X, X,
)


@numba.njit(cache=True, nogil=True)
def covariate_change(code: int, v: float, w: float, known: bool, reach: float, m: float) -> float:
    """Contribution of a tie from somebody with value v to somebody with value w.

    ``known`` tells whether both values are known; ``reach`` is the range r of the covariate.
    """
    if code == 0:
        return w
    if code == 1:
        return w * w
    if code == 2:
        return v
    if code == 3:
        return v * v
    if code == 4:
        return 1.0 - abs(v - w) / reach - m if known else 0.0
    if code == 5:
        return 1.0 if known and v == w else 0.0
    if code == 6:
        return w - v
    if code == 7:
        return abs(v - w)
    if code == 8:
        return v + w
    if code == 9:
        return 1.0 if v > w else (0.5 if v == w else 0.0)
    return v * w
