"""Effects on behaviour: what person i strives for in z_i, given those i is tied to.

Symbols: z is behaviour with the mean over people and waves taken off; v a covariate, centred likewise; r the range of
the behaviour, m the mean similarity; sim_ij = 1 − |z_i − z_j| / r. Averages over nobody are 0. Each effect is one
function: s_i when z_i goes d steps (−1, 0 or 1) while everybody else stays, read from :class:`Around`. Its change
statistic is s_i at d minus s_i at 0.
"""

from __future__ import annotations

from typing import NamedTuple

from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.declared import Effect, StepCode


class Around(NamedTuple):
    """What person i sees of the behaviour around them.

    Attributes
    ----------
    z : float
        Own behaviour, centred.
    out, into, mutual : int
        Numbers of people i is tied to, who are tied to i, and both; those of unknown behaviour left out of averages.
    mean_out, mean_into, mean_mutual : int
        What sums are divided by in averages of others' behaviour: people of unknown behaviour included where they count at
        the mean.
    out_sum, in_sum, mutual_sum, most, least : float
        Sums of their centred behaviour, largest and smallest among those i is tied to (0 without any).
    far, lower, equal : float
        Among those i is tied to: Σ_j |z_i − z_j|, and numbers of those below and level with i.
    mutual_far, mutual_lower, mutual_equal : float
        The same among those who are tied to i as well.
    above, below : float
        Σ_j max(z_j − z_i, 0) and Σ_j max(z_i − z_j, 0) among those i is tied to.
    alters_in : float
        Sum of the indegrees of those i is tied to.
    degree_out, degree_in, degree_mutual : int
        Degrees, people of unknown behaviour included.
    """

    z: float
    out: float
    into: float
    mutual: float
    mean_out: float
    mean_into: float
    mean_mutual: float
    out_sum: float
    in_sum: float
    mutual_sum: float
    most: float
    least: float
    far: float
    lower: float
    equal: float
    mutual_far: float
    mutual_lower: float
    mutual_equal: float
    above: float
    below: float
    alters_in: float
    degree_out: float
    degree_in: float
    degree_mutual: float


def _declare(
    name: str, code: int, formula: str, sentence: str, *, linear: bool = False, covariate: bool = False, undirected: bool = True
) -> Effect:
    return Effect(name, code, formula, sentence, linear=linear, covariate=covariate, undirected=undirected)


LINEAR = _declare("linear", StepCode.LINEAR, "z_i", "values drift up", linear=True)
QUAD = _declare("quad", StepCode.QUAD, "z_i²", "high values go higher and low ones lower; negative: people are drawn to the middle")
AV_SIM = _declare("avSim", StepCode.AV_SIM, "Σ_j x_ij (sim_ij − m) / x_i+", "people become like those they are tied to, on average")
TOT_SIM = _declare(
    "totSim", StepCode.TOT_SIM, "Σ_j x_ij (sim_ij − m)", "people become like those they are tied to, the more the more of them"
)
AV_ALT = _declare(
    "avAlt", StepCode.AV_ALT, "z_i Σ_j x_ij z_j / x_i+", "people move towards the average of those they are tied to", linear=True
)
TOT_ALT = _declare(
    "totAlt", StepCode.TOT_ALT, "z_i Σ_j x_ij z_j", "people move with the sum of those they are tied to", linear=True
)
AV_REC_ALT = _declare(
    "avRecAlt",
    StepCode.AV_REC_ALT,
    "z_i Σ_j x_ij x_ji z_j / Σ_j x_ij x_ji",
    "people move towards the average of those with whom ties are returned",
    linear=True,
    undirected=False,
)
AV_IN_ALT = _declare(
    "avInAlt",
    StepCode.AV_IN_ALT,
    "z_i Σ_j x_ji z_j / x_+i",
    "people move towards the average of those tied to them",
    linear=True,
    undirected=False,
)
TOT_IN_ALT = _declare(
    "totInAlt",
    StepCode.TOT_IN_ALT,
    "z_i Σ_j x_ji z_j",
    "people move with the sum of those tied to them",
    linear=True,
    undirected=False,
)
MAX_ALT = _declare(
    "maxAlt", StepCode.MAX_ALT, "z_i max_j(x_ij z_j)", "people move towards the highest of those they are tied to", linear=True
)
MIN_ALT = _declare(
    "minAlt", StepCode.MIN_ALT, "z_i min_j(x_ij z_j)", "people move towards the lowest of those they are tied to", linear=True
)
POP_ALT = _declare(
    "popAlt", StepCode.POP_ALT, "z_i Σ_j x_ij x_+j / x_i+", "people tied to popular others have higher values", linear=True
)
AV_ATT_HIGHER = _declare(
    "avAttHigher",
    StepCode.AV_ATT_HIGHER,
    "Σ_j x_ij (1 − max(z_j − z_i, 0) / r) / x_i+",
    "people move towards those they are tied to who are higher",
)
AV_ATT_LOWER = _declare(
    "avAttLower",
    StepCode.AV_ATT_LOWER,
    "Σ_j x_ij (1 − max(z_i − z_j, 0) / r) / x_i+",
    "people move towards those they are tied to who are lower",
)
AV_SIM_RECIP = _declare(
    "avSimRecip",
    StepCode.AV_SIM_RECIP,
    "Σ_j x_ij x_ji (sim_ij − m) / Σ_j x_ij x_ji",
    "people become like those with whom ties are returned, on average",
    undirected=False,
)
TOT_SIM_RECIP = _declare(
    "totSimRecip",
    StepCode.TOT_SIM_RECIP,
    "Σ_j x_ij x_ji (sim_ij − m)",
    "people become like those with whom ties are returned",
    undirected=False,
)
INDEG = _declare(
    "indeg", StepCode.INDEG, "z_i x_+i", "people whom many are tied to have higher values", linear=True, undirected=False
)
OUTDEG = _declare("outdeg", StepCode.OUTDEG, "z_i x_i+", "people with many ties have higher values", linear=True)
RECIP_DEG = _declare(
    "recipDeg",
    StepCode.RECIP_DEG,
    "z_i Σ_j x_ij x_ji",
    "people with many returned ties have higher values",
    linear=True,
    undirected=False,
)
ISOLATE = _declare("isolate", StepCode.ISOLATE, "z_i I(x_+i = 0)", "people whom nobody is tied to have higher values", linear=True)
EFF_FROM = _declare(
    "effFrom",
    StepCode.EFF_FROM,
    "z_i v_i",
    "people with higher values of the covariate have higher values",
    linear=True,
    covariate=True,
)

BEHAVIOUR_EFFECTS = (
    LINEAR,
    QUAD,
    AV_SIM,
    TOT_SIM,
    AV_ALT,
    TOT_ALT,
    AV_REC_ALT,
    AV_IN_ALT,
    TOT_IN_ALT,
    MAX_ALT,
    MIN_ALT,
    POP_ALT,
    AV_ATT_HIGHER,
    AV_ATT_LOWER,
    AV_SIM_RECIP,
    TOT_SIM_RECIP,
    INDEG,
    OUTDEG,
    RECIP_DEG,
    ISOLATE,
    EFF_FROM,
)
IN_STEPS = tuple(int(each.code) for each in (AV_SIM, TOT_SIM, AV_SIM_RECIP, TOT_SIM_RECIP, AV_ATT_HIGHER, AV_ATT_LOWER))
"""Effects whose endowment and creation parts count distances in steps, as RSiena has it."""


@lean()
def _mean(total: float, count: float) -> float:
    return total / count if count > 0 else 0.0


@lean()
def _distance(far: float, lower: float, equal: float, count: float, d: int) -> float:
    """Σ_j |z_i + d − z_j|: each step takes i nearer to those on that side and further from all others."""
    if d == 0:
        return far
    if d > 0:
        return far + 2.0 * (lower + equal) - count
    return far + count - 2.0 * lower


@lean()
def _similar(code: int, a: Around, d: int, r: float, m: float) -> float:
    if code == StepCode.AV_SIM or code == StepCode.TOT_SIM:
        total = a.out * (1.0 - m) - _distance(a.far, a.lower, a.equal, a.out, d) / r
        return _mean(total, a.out) if code == StepCode.AV_SIM else total
    total = a.mutual * (1.0 - m) - _distance(a.mutual_far, a.mutual_lower, a.mutual_equal, a.mutual, d) / r
    return _mean(total, a.mutual) if code == StepCode.AV_SIM_RECIP else total


@lean()
def _attracted(code: int, a: Around, d: int, r: float) -> float:
    if a.out == 0:
        return 0.0
    higher = a.out - a.lower - a.equal
    if code == StepCode.AV_ATT_HIGHER:
        short = a.above - (higher if d > 0 else 0.0) + (higher + a.equal if d < 0 else 0.0)
    else:
        short = a.below + (a.lower + a.equal if d > 0 else 0.0) - (a.lower if d < 0 else 0.0)
    return 1.0 - short / r / a.out


@lean()
def behaviour_statistic(code: int, a: Around, d: int, r: float, m: float, v: float) -> float:
    """s_i when z_i goes d steps, for the effect with this code; v is i's value of the covariate it refers to."""
    z = a.z + d
    if code == StepCode.LINEAR:
        return z
    if code == StepCode.QUAD:
        return z * z
    if code == StepCode.AV_SIM or code == StepCode.TOT_SIM or code == StepCode.AV_SIM_RECIP or code == StepCode.TOT_SIM_RECIP:
        return _similar(code, a, d, r, m)
    if code == StepCode.AV_ATT_HIGHER or code == StepCode.AV_ATT_LOWER:
        return _attracted(code, a, d, r)
    return z * influence(code, a, v)


@lean()
def influence(code: int, a: Around, v: float) -> float:
    """What z_i is multiplied with in the effects that are linear in z_i."""
    if code == StepCode.AV_ALT:
        return _mean(a.out_sum, a.mean_out)
    if code == StepCode.TOT_ALT:
        return a.out_sum
    if code == StepCode.AV_REC_ALT:
        return _mean(a.mutual_sum, a.mean_mutual)
    if code == StepCode.AV_IN_ALT:
        return _mean(a.in_sum, a.mean_into)
    if code == StepCode.TOT_IN_ALT:
        return a.in_sum
    if code == StepCode.MAX_ALT:
        return a.most
    if code == StepCode.MIN_ALT:
        return a.least
    if code == StepCode.POP_ALT:
        return _mean(a.alters_in, a.degree_out)
    if code == StepCode.INDEG:
        return float(a.degree_in)
    if code == StepCode.OUTDEG:
        return float(a.degree_out)
    if code == StepCode.RECIP_DEG:
        return float(a.degree_mutual)
    if code == StepCode.ISOLATE:
        return 1.0 if a.degree_in == 0 else 0.0
    if code == StepCode.EFF_FROM:
        return v
    return 1.0
