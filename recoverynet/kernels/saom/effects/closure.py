"""Changes and tie statistics of the effects that look at others around the pair: closure, positions, balance."""

from __future__ import annotations

import math

from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.declared import Pair, TieCode

_small = lean()


@_small
def partners_weight(code: int, partners: int, parameter: float) -> float:
    """c_ij of transTies (whether there is a shared partner) and gwespFF (each further one counting for less)."""
    if partners <= 0:
        return 0.0
    if code == TieCode.TRANS_TIES:
        return 1.0
    decay = math.exp(parameter / 100.0)
    return decay * (1.0 - (1.0 - 1.0 / decay) ** partners)


@_small
def trans_trip_change(t: Pair, p: float) -> float:
    """The tie as the one that closes, and as the first step of another."""
    return float(t.two_paths + t.shared_out)


@_small
def trans_ties_change(t: Pair, p: float) -> float:
    """Whether the tie closes anything; what it does for other ties is added later."""
    return partners_weight(TieCode.TRANS_TIES, t.two_paths, p)


@_small
def trans_med_trip_change(t: Pair, p: float) -> float:
    """Those tied to both."""
    return float(t.shared_in)


@_small
def trans_rec_trip_change(t: Pair, p: float) -> float:
    """The tie as the one to be closed, and as the first step of a returned one."""
    return float(t.back * t.two_paths + t.shared_kept)


@_small
def cycle3_change(t: Pair, p: float) -> float:
    """Ways back from the other in two steps."""
    return float(t.back_paths)


@_small
def gwesp_ff_change(t: Pair, p: float) -> float:
    """What the partners shared with the other count for."""
    return partners_weight(TieCode.GWESP_FF, t.two_paths, p)


@_small
def nbr_dist2_change(t: Pair, p: float) -> float:
    """Person j is no longer two steps away; those j is tied to now are, but those near already, who are taken off later."""
    return float(t.alter_out - t.back - t.shared_out) - (1.0 if t.two_paths > 0 else 0.0)


@_small
def balance_tie(t: Pair, b: float) -> float:
    """Σ_h over all others of b − |x_ih − x_jh|."""
    return (t.n_people - 2) * b - (t.ego_out - t.tied) - (t.alter_out - t.back) + 2.0 * t.shared_out


@_small
def balance_change(t: Pair, b: float) -> float:
    """The term of j, and x_ij as seen in the terms of i's other contacts: 2 x_kj − 1 for each k."""
    return balance_tie(t, b) + 2.0 * t.two_paths - (t.ego_out - t.tied)


@_small
def between_tie(t: Pair, p: float) -> float:
    """Those tied to i and not to j."""
    return float(t.ego_in - t.back - t.shared_in)


@_small
def in_struct_eq_tie(t: Pair, b: float) -> float:
    """Σ_h over all others of b − |x_hi − x_hj|."""
    return (t.n_people - 2) * b - (t.ego_in - t.back) - (t.alter_in - t.tied) + 2.0 * t.shared_in
