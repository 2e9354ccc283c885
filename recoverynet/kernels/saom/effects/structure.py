"""Effects of the ties themselves: what person i sees in the shape of the network around a tie to j.

Symbols: x_ij is 1 where i is tied to j; x_i+ and x_+i are out- and indegree. Each effect is two functions of a
:class:`~recoverynet.kernels.saom.effects.declared.Pair` (t) and its internal parameter (p): ``…_change`` is s_i with the tie
minus s_i without it, ``…_tie`` the term c_ij of s_i = Σ_j x_ij c_ij. Where the tie bears on other terms of s_i in ways
that counts do not tell, that part is added later (``closing_weights`` in kernels/saom/nearby.py).
"""

from __future__ import annotations

import math

from recoverynet.kernels.saom.compiled import lean
from recoverynet.kernels.saom.effects.declared import IN_IN, IN_OUT, KEPT, NEAR_DISTANCE_TWO, OUT_IN, OUT_OUT, TIES, Effect, Pair
from recoverynet.kernels.saom.pairs import over_options

_small = lean()

DENSITY = Effect("density", 0, "Σ_j x_ij", "how readily people have ties at all", undirected=True, interaction="dyadic")
RECIP = Effect("recip", 1, "Σ_j x_ij x_ji", "people return ties", interaction="dyadic")
TRANS_TRIP = Effect(
    "transTrip",
    2,
    "Σ_jh x_ij x_ih x_hj",
    "people tie to those their contacts are tied to, the more the more of them",
    paths=OUT_OUT | OUT_IN,
    undirected=True,
)
TRANS_TIES = Effect(
    "transTies",
    3,
    "Σ_j x_ij max_h(x_ih x_hj)",
    "people tie to those whom at least one contact is tied to",
    paths=OUT_OUT | OUT_IN,
    closure=TIES,
    undirected=True,
)
TRANS_MED_TRIP = Effect(
    "transMedTrip", 4, "Σ_jh x_hi x_ij x_hj", "people stand between those who are tied", paths=IN_OUT, interaction="dyadic"
)
TRANS_REC_TRIP = Effect(
    "transRecTrip", 5, "Σ_jh x_ij x_ji x_ih x_hj", "closing of triangles goes with returned ties", paths=OUT_OUT | OUT_IN | KEPT
)
CYCLE3 = Effect("cycle3", 6, "Σ_jh x_ij x_jh x_hi", "people close circles of three", paths=IN_IN, scale=1 / 3, interaction="dyadic")
GWESP_FF = Effect(
    "gwespFF",
    7,
    "Σ_j x_ij e^α (1 − (1 − e^−α)^t_ij), t_ij = Σ_h x_ih x_hj, α = p/100; a tie counts for its own term only",
    "people tie to those their contacts are tied to, each further one counting for less; as in "
    "RSiena, what a tie does for other ties is left out",
    paths=OUT_OUT,
    parameter=69.0,
    undirected=True,
)
IN_POP = Effect(
    "inPop", 8, "Σ_j x_ij x_+j", "people tie to those many others tie to", alter_in=True, undirected=True, interaction="dyadic"
)
IN_POP_SQRT = Effect(
    "inPopSqrt",
    9,
    "Σ_j x_ij √x_+j",
    "people tie to those many others tie to, with diminishing returns",
    alter_in=True,
    undirected=True,
    interaction="dyadic",
)
OUT_POP = Effect(
    "outPop",
    10,
    "Σ_j x_ij x_j+",
    "people tie to those who have many ties themselves",
    alter_out=True,
    parameter=1.0,
    interaction="dyadic",
)
OUT_POP_SQRT = Effect(
    "outPopSqrt",
    11,
    "Σ_j x_ij √x_j+",
    "people tie to those who have many ties, with diminishing returns; with p = 0 the statistic is Σ_j x_ij x_j+(start)",
    alter_out=True,
    interaction="dyadic",
)
IN_ACT = Effect("inAct", 12, "x_i+ x_+i", "people whom many are tied to have more ties", parameter=1.0, interaction="ego")
IN_ACT_SQRT = Effect(
    "inActSqrt",
    13,
    "x_i+ √x_+i",
    "people whom many are tied to have more ties, with diminishing returns; with p = 0 the statistic takes indegrees at the start",
    interaction="ego",
)
OUT_ACT = Effect("outAct", 14, "x_i+²", "people with many ties add more", undirected=True)
OUT_ACT_SQRT = Effect(
    "outActSqrt", 15, "x_i+ √x_i+", "people with many ties add more, with diminishing returns", parameter=1.0, undirected=True
)
RECI_ACT = Effect("reciAct", 16, "x_i+ (Σ_j x_ij x_ji)^(1/p)", "people with many returned ties have more ties", parameter=1.0)
OUT_ISO = Effect("outIso", 17, "I(x_i+ = 0)", "people stay without ties", ego_statistic=True, parameter=1.0, undirected=True)
OUT_TRUNC = Effect("outTrunc", 18, "min(x_i+, p)", "people have up to p ties", ego_statistic=True, parameter=1.0, undirected=True)
NBR_DIST2 = Effect(
    "nbrDist2",
    19,
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
    20,
    "Σ_j x_ij Σ_h≠i,j (b − |x_ih − x_jh|), b the mean of |x_ih − x_jh|",
    "people tie to those who have the same contacts",
    paths=OUT_OUT | OUT_IN,
    alter_out=True,
    undirected=True,
)
BETWEEN = Effect(
    "between", 21, "Σ_jh x_hi x_ij (1 − x_hj)", "people stand between others who are not tied", paths=IN_OUT, interaction="dyadic"
)
IN_STRUCT_EQ = Effect(
    "inStructEq",
    22,
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


@_small
def partners_weight(code: int, partners: int, parameter: float) -> float:
    """c_ij of transTies (whether there is a shared partner) and gwespFF (each further one counting for less)."""
    if partners <= 0:
        return 0.0
    if code == 3:
        return 1.0
    decay = math.exp(parameter / 100.0)
    return decay * (1.0 - (1.0 - 1.0 / decay) ** partners)


@_small
def density_change(t: Pair, p: float) -> float:
    """One tie more."""
    return 1.0


@_small
def recip_change(t: Pair, p: float) -> float:
    """Whether the other is tied to ego."""
    return float(t.back)


@_small
def trans_trip_change(t: Pair, p: float) -> float:
    """The tie as the one that closes, and as the first step of another."""
    return float(t.two_paths + t.shared_out)


@_small
def trans_ties_change(t: Pair, p: float) -> float:
    """Whether the tie closes anything; what it does for other ties is added later."""
    return partners_weight(3, t.two_paths, p)


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
    return partners_weight(7, t.two_paths, p)


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
    return (others + 1) * (mutual + t.back) ** (1.0 / p) - others * mutual ** (1.0 / p)


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
def structure_changes(code, people, options, found, ego, mutual, p, delta, e):  # type: ignore[no-untyped-def]
    """Write s_i with the tie minus s_i without it, for every option, into row e of ``delta``."""
    if code == 0:
        _density(people, options, found, ego, mutual, p, delta, e)
    elif code == 1:
        _recip(people, options, found, ego, mutual, p, delta, e)
    elif code == 2:
        _trans_trip(people, options, found, ego, mutual, p, delta, e)
    elif code == 3:
        _trans_ties(people, options, found, ego, mutual, p, delta, e)
    elif code == 4:
        _trans_med_trip(people, options, found, ego, mutual, p, delta, e)
    elif code == 5:
        _trans_rec_trip(people, options, found, ego, mutual, p, delta, e)
    elif code == 6:
        _cycle3(people, options, found, ego, mutual, p, delta, e)
    elif code == 7:
        _gwesp_ff(people, options, found, ego, mutual, p, delta, e)
    elif code == 8:
        _in_pop(people, options, found, ego, mutual, p, delta, e)
    elif code == 9:
        _in_pop_sqrt(people, options, found, ego, mutual, p, delta, e)
    elif code == 10:
        _out_pop(people, options, found, ego, mutual, p, delta, e)
    elif code == 11:
        _out_pop_sqrt(people, options, found, ego, mutual, p, delta, e)
    elif code == 12:
        _in_act(people, options, found, ego, mutual, p, delta, e)
    elif code == 13:
        _in_act_sqrt(people, options, found, ego, mutual, p, delta, e)
    elif code == 14:
        _out_act(people, options, found, ego, mutual, p, delta, e)
    elif code == 15:
        _out_act_sqrt(people, options, found, ego, mutual, p, delta, e)
    elif code == 16:
        _reci_act(people, options, found, ego, mutual, p, delta, e)
    elif code == 17:
        _out_iso(people, options, found, ego, mutual, p, delta, e)
    elif code == 18:
        _out_trunc(people, options, found, ego, mutual, p, delta, e)
    elif code == 19:
        _nbr_dist2(people, options, found, ego, mutual, p, delta, e)
    elif code == 20:
        _balance(people, options, found, ego, mutual, p, delta, e)
    elif code == 21:
        _between(people, options, found, ego, mutual, p, delta, e)
    elif code == 22:
        _in_struct_eq(people, options, found, ego, mutual, p, delta, e)


@_small
def _degree_tie(code: int, t: Pair, p: float) -> float:
    """Tie statistics of the effects that degrees alone decide."""
    if code == 8:
        return float(t.alter_in)
    if code == 9:
        return math.sqrt(t.alter_in)
    if code == 10:
        return float(t.alter_out)
    if code == 11:
        return float(t.alter_out_start) if p == 0.0 else math.sqrt(t.alter_out)
    if code == 12:
        return float(t.ego_in)
    if code == 13:
        return math.sqrt(t.ego_in_start) if p == 0.0 else math.sqrt(t.ego_in)
    if code == 14:
        return float(t.ego_out)
    if code == 15:
        return math.sqrt(t.ego_out)
    return float(t.ego_mutual) ** (1.0 / p)


@lean()
def structure_tie(code: int, t: Pair, p: float) -> float:
    """c_ij of a tie that is there, for the effect with this code; 0 for effects that are no sum over ties."""
    if code == 0:
        return 1.0
    if code == 1:
        return float(t.back)
    if code == 2:
        return float(t.two_paths)
    if code in (3, 7):
        return partners_weight(code, t.two_paths, p)
    if code == 4:
        return float(t.shared_in)
    if code == 5:
        return float(t.back * t.two_paths)
    if code == 6:
        return float(t.back_paths)
    if code < 17:
        return _degree_tie(code, t, p)
    if code == 20:
        return balance_tie(t, p)
    if code == 21:
        return between_tie(t, p)
    if code == 22:
        return in_struct_eq_tie(t, p)
    return 0.0


@lean()
def structure_ego(code: int, out: int, at_two: int, p: float) -> float:
    """s_i of the effects that are no sum over ties; ``at_two`` people are exactly two steps away."""
    if code == 17:
        return 1.0 if out == 0 else 0.0
    if code == 18:
        return min(float(out), p)
    if code == 19:
        return float(at_two)
    return 0.0
