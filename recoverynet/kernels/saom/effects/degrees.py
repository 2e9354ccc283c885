"""Changes and tie statistics of the effects that the pair itself and degrees alone decide."""

from __future__ import annotations

import math

from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.declared import Pair, TieCode

_small = lean()


@_small
def density_change(t: Pair, p: float) -> float:
    """One tie more."""
    return 1.0


@_small
def recip_change(t: Pair, p: float) -> float:
    """Whether the other is tied to ego."""
    return float(t.back)


@_small
def in_pop_change(t: Pair, p: float) -> float:
    """The other's indegree with the tie."""
    return float(t.alter_in - t.tied + 1)


@_small
def in_pop_sqrt_change(t: Pair, p: float) -> float:
    """Root of the other's indegree with the tie."""
    return math.sqrt(t.alter_in - t.tied + 1)


@_small
def out_pop_change(t: Pair, p: float) -> float:
    """The other's outdegree."""
    return float(t.alter_out)


@_small
def out_pop_sqrt_change(t: Pair, p: float) -> float:
    """Root of the other's outdegree."""
    return math.sqrt(t.alter_out)


@_small
def in_act_change(t: Pair, p: float) -> float:
    """Ego's indegree."""
    return float(t.ego_in)


@_small
def in_act_sqrt_change(t: Pair, p: float) -> float:
    """Root of ego's indegree."""
    return math.sqrt(t.ego_in)


@_small
def out_act_change(t: Pair, p: float) -> float:
    """(o + 1)² − o², o being the number of other ties."""
    return 2.0 * (t.ego_out - t.tied) + 1.0


@_small
def out_act_sqrt_change(t: Pair, p: float) -> float:
    """(o + 1)^1.5 − o^1.5."""
    others = t.ego_out - t.tied
    return (others + 1) * math.sqrt(others + 1) - others * math.sqrt(others)


@_small
def reci_act_change(t: Pair, p: float) -> float:
    """Both the number of ties and, where the other returns it, of returned ties go up."""
    others, mutual = t.ego_out - t.tied, t.ego_mutual - t.tied * t.back
    answer: float = (others + 1) * (mutual + t.back) ** (1.0 / p) - others * mutual ** (1.0 / p)
    return answer


@_small
def out_iso_change(t: Pair, p: float) -> float:
    """Nobody with a tie is without ties."""
    return -1.0 if t.ego_out == t.tied else 0.0


@_small
def out_trunc_change(t: Pair, p: float) -> float:
    """min(o + 1, p) − min(o, p)."""
    others = t.ego_out - t.tied
    return min(others + 1.0, p) - min(float(others), p)


@_small
def degree_tie(code: int, t: Pair, p: float) -> float:
    """Tie statistics of the effects that degrees alone decide."""
    if code == TieCode.IN_POP:
        return float(t.alter_in)
    if code == TieCode.IN_POP_SQRT:
        return math.sqrt(t.alter_in)
    if code == TieCode.OUT_POP:
        return float(t.alter_out)
    if code == TieCode.OUT_POP_SQRT:
        return float(t.alter_out_start) if p == 0.0 else math.sqrt(t.alter_out)
    if code == TieCode.IN_ACT:
        return float(t.ego_in)
    if code == TieCode.IN_ACT_SQRT:
        return math.sqrt(t.ego_in_start) if p == 0.0 else math.sqrt(t.ego_in)
    if code == TieCode.OUT_ACT:
        return float(t.ego_out)
    if code == TieCode.OUT_ACT_SQRT:
        return math.sqrt(t.ego_out)
    answer: float = float(t.ego_mutual) ** (1.0 / p)
    return answer
