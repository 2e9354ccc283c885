"""Effects of the ties themselves: what person i sees in the shape of the network around a tie to j.

Symbols: x_ij is 1 where i is tied to j; x_i+ and x_+i are out- and indegree. Each effect is two functions of a
:class:`~recoverynet.kernels.saom.effects.declared.Pair` (t) and its internal parameter (p): ``…_change`` is s_i with the tie
minus s_i without it, ``…_tie`` the term c_ij of s_i = Σ_j x_ij c_ij. Where the tie bears on other terms of s_i in ways
that counts do not tell, that part is added later (``closing_weights`` in kernels/saom/nearby.py).
"""

from __future__ import annotations

import math

import numpy as np

from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.closure import (
    balance_change,
    balance_tie,
    between_tie,
    cycle3_change,
    gwesp_ff_change,
    in_struct_eq_tie,
    nbr_dist2_change,
    partners_weight,
    trans_med_trip_change,
    trans_rec_trip_change,
    trans_ties_change,
    trans_trip_change,
)
from recoverynet.kernels.saom.effects.declared import (
    IN_IN,
    IN_OUT,
    KEPT,
    NEAR_DISTANCE_TWO,
    OUT_IN,
    OUT_OUT,
    TIES,
    Effect,
    Pair,
    TieCode,
)
from recoverynet.kernels.saom.effects.degrees import (
    degree_tie,
    density_change,
    in_act_change,
    in_act_sqrt_change,
    in_pop_change,
    in_pop_sqrt_change,
    out_act_change,
    out_act_sqrt_change,
    out_iso_change,
    out_pop_change,
    out_pop_sqrt_change,
    out_trunc_change,
    reci_act_change,
    recip_change,
)
from recoverynet.kernels.saom.pairs import over_options

DENSITY = Effect(
    "density", TieCode.DENSITY, "Σ_j x_ij", "how readily people have ties at all", undirected=True, interaction="dyadic"
)
RECIP = Effect("recip", TieCode.RECIP, "Σ_j x_ij x_ji", "people return ties", interaction="dyadic")
TRANS_TRIP = Effect(
    "transTrip",
    TieCode.TRANS_TRIP,
    "Σ_jh x_ij x_ih x_hj",
    "people tie to those their contacts are tied to, the more the more of them",
    paths=OUT_OUT | OUT_IN,
    undirected=True,
)
TRANS_TIES = Effect(
    "transTies",
    TieCode.TRANS_TIES,
    "Σ_j x_ij max_h(x_ih x_hj)",
    "people tie to those whom at least one contact is tied to",
    paths=OUT_OUT | OUT_IN,
    closure=TIES,
    undirected=True,
)
TRANS_MED_TRIP = Effect(
    "transMedTrip",
    TieCode.TRANS_MED_TRIP,
    "Σ_jh x_hi x_ij x_hj",
    "people stand between those who are tied",
    paths=IN_OUT,
    interaction="dyadic",
)
TRANS_REC_TRIP = Effect(
    "transRecTrip",
    TieCode.TRANS_REC_TRIP,
    "Σ_jh x_ij x_ji x_ih x_hj",
    "closing of triangles goes with returned ties",
    paths=OUT_OUT | OUT_IN | KEPT,
)
CYCLE3 = Effect(
    "cycle3", TieCode.CYCLE3, "Σ_jh x_ij x_jh x_hi", "people close circles of three", paths=IN_IN, scale=1 / 3, interaction="dyadic"
)
GWESP_FF = Effect(
    "gwespFF",
    TieCode.GWESP_FF,
    "Σ_j x_ij e^α (1 − (1 − e^−α)^t_ij), t_ij = Σ_h x_ih x_hj, α = p/100; a tie counts for its own term only",
    "people tie to those their contacts are tied to, each further one counting for less; as in "
    "RSiena, what a tie does for other ties is left out",
    paths=OUT_OUT,
    parameter=69.0,
    undirected=True,
)
IN_POP = Effect(
    "inPop",
    TieCode.IN_POP,
    "Σ_j x_ij x_+j",
    "people tie to those many others tie to",
    alter_in=True,
    undirected=True,
    interaction="dyadic",
)
IN_POP_SQRT = Effect(
    "inPopSqrt",
    TieCode.IN_POP_SQRT,
    "Σ_j x_ij √x_+j",
    "people tie to those many others tie to, with diminishing returns",
    alter_in=True,
    undirected=True,
    interaction="dyadic",
)
OUT_POP = Effect(
    "outPop",
    TieCode.OUT_POP,
    "Σ_j x_ij x_j+",
    "people tie to those who have many ties themselves",
    alter_out=True,
    parameter=1.0,
    interaction="dyadic",
)
OUT_POP_SQRT = Effect(
    "outPopSqrt",
    TieCode.OUT_POP_SQRT,
    "Σ_j x_ij √x_j+",
    "people tie to those who have many ties, with diminishing returns; with p = 0 the statistic is Σ_j x_ij x_j+(start)",
    alter_out=True,
    interaction="dyadic",
)
IN_ACT = Effect(
    "inAct", TieCode.IN_ACT, "x_i+ x_+i", "people whom many are tied to have more ties", parameter=1.0, interaction="ego"
)
IN_ACT_SQRT = Effect(
    "inActSqrt",
    TieCode.IN_ACT_SQRT,
    "x_i+ √x_+i",
    "people whom many are tied to have more ties, with diminishing returns; with p = 0 the statistic takes indegrees at the start",
    interaction="ego",
)
OUT_ACT = Effect("outAct", TieCode.OUT_ACT, "x_i+²", "people with many ties add more", undirected=True)
OUT_ACT_SQRT = Effect(
    "outActSqrt",
    TieCode.OUT_ACT_SQRT,
    "x_i+ √x_i+",
    "people with many ties add more, with diminishing returns",
    parameter=1.0,
    undirected=True,
)
RECI_ACT = Effect(
    "reciAct", TieCode.RECI_ACT, "x_i+ (Σ_j x_ij x_ji)^(1/p)", "people with many returned ties have more ties", parameter=1.0
)
OUT_ISO = Effect(
    "outIso", TieCode.OUT_ISO, "I(x_i+ = 0)", "people stay without ties", ego_statistic=True, parameter=1.0, undirected=True
)
OUT_TRUNC = Effect(
    "outTrunc", TieCode.OUT_TRUNC, "min(x_i+, p)", "people have up to p ties", ego_statistic=True, parameter=1.0, undirected=True
)
NBR_DIST2 = Effect(
    "nbrDist2",
    TieCode.NBR_DIST2,
    "#{h : x_ih = 0, max_j(x_ij x_jh) > 0}",
    "people keep many others at two steps",
    paths=OUT_OUT | OUT_IN,
    closure=NEAR_DISTANCE_TWO,
    alter_out=True,
    ego_statistic=True,
    undirected=True,
)
BALANCE = Effect(
    "balance",
    TieCode.BALANCE,
    "Σ_j x_ij Σ_h≠i,j (b − |x_ih − x_jh|), b the mean of |x_ih − x_jh|",
    "people tie to those who have the same contacts",
    paths=OUT_OUT | OUT_IN,
    alter_out=True,
    undirected=True,
)
BETWEEN = Effect(
    "between",
    TieCode.BETWEEN,
    "Σ_jh x_hi x_ij (1 − x_hj)",
    "people stand between others who are not tied",
    paths=IN_OUT,
    interaction="dyadic",
)
IN_STRUCT_EQ = Effect(
    "inStructEq",
    TieCode.IN_STRUCT_EQ,
    "Σ_j x_ij Σ_h≠i,j (b − |x_hi − x_hj|), b the mean of |x_hi − x_hj|",
    "people tie to those whom the same others tie to",
    paths=IN_OUT,
    alter_in=True,
    interaction="dyadic",
)

STRUCTURE_EFFECTS = (
    DENSITY,
    RECIP,
    TRANS_TRIP,
    TRANS_TIES,
    TRANS_MED_TRIP,
    TRANS_REC_TRIP,
    CYCLE3,
    GWESP_FF,
    IN_POP,
    IN_POP_SQRT,
    OUT_POP,
    OUT_POP_SQRT,
    IN_ACT,
    IN_ACT_SQRT,
    OUT_ACT,
    OUT_ACT_SQRT,
    RECI_ACT,
    OUT_ISO,
    OUT_TRUNC,
    NBR_DIST2,
    BALANCE,
    BETWEEN,
    IN_STRUCT_EQ,
)


_density, _recip, _trans_trip, _trans_ties, _trans_med_trip, _trans_rec_trip, _cycle3, _gwesp_ff = map(
    over_options,
    (
        density_change,
        recip_change,
        trans_trip_change,
        trans_ties_change,
        trans_med_trip_change,
        trans_rec_trip_change,
        cycle3_change,
        gwesp_ff_change,
    ),
)
_in_pop, _in_pop_sqrt, _out_pop, _out_pop_sqrt, _in_act, _in_act_sqrt, _out_act, _out_act_sqrt = map(
    over_options,
    (
        in_pop_change,
        in_pop_sqrt_change,
        out_pop_change,
        out_pop_sqrt_change,
        in_act_change,
        in_act_sqrt_change,
        out_act_change,
        out_act_sqrt_change,
    ),
)
_reci_act, _out_iso, _out_trunc, _nbr_dist2, _balance, _between, _in_struct_eq = map(
    over_options,
    (reci_act_change, out_iso_change, out_trunc_change, nbr_dist2_change, balance_change, between_tie, in_struct_eq_tie),
)


@lean()
def structure_changes(
    code: int, people: np.ndarray, options: np.ndarray, found: int, ego: int, mutual: int, p: float, delta: np.ndarray, e: int
) -> None:
    """Write s_i with the tie minus s_i without it, for every option, into row e of ``delta``."""
    if code == TieCode.DENSITY:
        _density(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.RECIP:
        _recip(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.TRANS_TRIP:
        _trans_trip(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.TRANS_TIES:
        _trans_ties(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.TRANS_MED_TRIP:
        _trans_med_trip(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.TRANS_REC_TRIP:
        _trans_rec_trip(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.CYCLE3:
        _cycle3(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.GWESP_FF:
        _gwesp_ff(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.IN_POP:
        _in_pop(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.IN_POP_SQRT:
        _in_pop_sqrt(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.OUT_POP:
        _out_pop(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.OUT_POP_SQRT:
        _out_pop_sqrt(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.IN_ACT:
        _in_act(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.IN_ACT_SQRT:
        _in_act_sqrt(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.OUT_ACT:
        _out_act(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.OUT_ACT_SQRT:
        _out_act_sqrt(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.RECI_ACT:
        _reci_act(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.OUT_ISO:
        _out_iso(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.OUT_TRUNC:
        _out_trunc(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.NBR_DIST2:
        _nbr_dist2(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.BALANCE:
        _balance(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.BETWEEN:
        _between(people, options, found, ego, mutual, p, delta, e)
    elif code == TieCode.IN_STRUCT_EQ:
        _in_struct_eq(people, options, found, ego, mutual, p, delta, e)


@lean()
def structure_tie(code: int, t: Pair, p: float) -> float:
    """c_ij of a tie that is there, for the effect with this code; 0 for effects that are no sum over ties."""
    if code == TieCode.DENSITY:
        return 1.0
    if code == TieCode.RECIP:
        return float(t.back)
    if code == TieCode.TRANS_TRIP:
        return float(t.two_paths)
    if code == TieCode.TRANS_TIES or code == TieCode.GWESP_FF:
        return partners_weight(code, t.two_paths, p)
    if code == TieCode.TRANS_MED_TRIP:
        return float(t.shared_in)
    if code == TieCode.TRANS_REC_TRIP:
        return float(t.back * t.two_paths)
    if code == TieCode.CYCLE3:
        return float(t.back_paths)
    if code < TieCode.OUT_ISO:
        return degree_tie(code, t, p)
    if code == TieCode.BALANCE:
        return balance_tie(t, p)
    if code == TieCode.BETWEEN:
        return between_tie(t, p)
    if code == TieCode.IN_STRUCT_EQ:
        return in_struct_eq_tie(t, p)
    return 0.0


@lean()
def structure_creation(code: int, t: Pair, p: float) -> float:
    """c_ij of a tie that was gained, for creation parts: ego's own degrees are those at the start, as RSiena has it."""
    if code == TieCode.IN_ACT:
        return float(t.ego_in_start)
    if code == TieCode.OUT_ACT:
        return float(t.ego_out_start)
    if code == TieCode.OUT_ACT_SQRT:
        return math.sqrt(t.ego_out_start)
    return structure_tie(code, t, p)


@lean()
def structure_ego(code: int, out: int, at_two: int, p: float) -> float:
    """s_i of the effects that are no sum over ties; ``at_two`` people are exactly two steps away."""
    if code == TieCode.OUT_ISO:
        return 1.0 if out == 0 else 0.0
    if code == TieCode.OUT_TRUNC:
        return min(float(out), p)
    if code == TieCode.NBR_DIST2:
        return float(at_two)
    return 0.0
