"""What an effect of a stochastic actor-oriented model says of itself, and what a tie looks like to one.

An effect is a number s_i(x) that person i may strive for. Two small functions stand side by side for each effect on
ties: its *change statistic*, s_i with the tie i → j minus s_i without it, and its *tie statistic* c_ij, with
s_i = Σ_j x_ij c_ij. Both read a :class:`Pair`: what is near i and j. An effect on behaviour needs one function, s_i
itself, at z_i and one step away.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

OUT_OUT, OUT_IN, IN_OUT, IN_IN, KEPT = 1, 2, 4, 8, 16
"""Two-step paths that a Pair counts: i → h → j, i → h ← j, i ← h → j, i ← h ← j; KEPT: i ↔ h ← j."""

EVAL, ENDOWMENT, CREATION = 0, 1, 2
STRUCTURE, COVARIATE, DYADIC, OWN, INTERACTION = 0, 1, 2, 3, 4
TIES, NEAR_DISTANCE_TWO = 1, 2
"""How the tie i → j bears on other terms of s_i (``closure``): through shared partners; through who is two steps away."""


class TieCode(IntEnum):
    """Effects of the ties themselves."""

    DENSITY = 0
    RECIP = 1
    TRANS_TRIP = 2
    TRANS_TIES = 3
    TRANS_MED_TRIP = 4
    TRANS_REC_TRIP = 5
    CYCLE3 = 6
    GWESP_FF = 7
    IN_POP = 8
    IN_POP_SQRT = 9
    OUT_POP = 10
    OUT_POP_SQRT = 11
    IN_ACT = 12
    IN_ACT_SQRT = 13
    OUT_ACT = 14
    OUT_ACT_SQRT = 15
    RECI_ACT = 16
    OUT_ISO = 17
    OUT_TRUNC = 18
    NBR_DIST2 = 19
    BALANCE = 20
    BETWEEN = 21
    IN_STRUCT_EQ = 22


class CovariateCode(IntEnum):
    """Effects of a covariate or behaviour on ties."""

    ALT_X = 0
    ALT_SQ_X = 1
    EGO_X = 2
    EGO_SQ_X = 3
    SIM_X = 4
    SAME_X = 5
    DIFF_X = 6
    ABS_DIFF_X = 7
    EGO_PLUS_ALT_X = 8
    HIGHER = 9
    EGO_X_ALT_X = 10


class StepCode(IntEnum):
    """Effects on behaviour."""

    LINEAR = 0
    QUAD = 1
    AV_SIM = 2
    TOT_SIM = 3
    AV_ALT = 4
    TOT_ALT = 5
    AV_REC_ALT = 6
    AV_IN_ALT = 7
    TOT_IN_ALT = 8
    MAX_ALT = 9
    MIN_ALT = 10
    POP_ALT = 11
    AV_ATT_HIGHER = 12
    AV_ATT_LOWER = 13
    AV_SIM_RECIP = 14
    TOT_SIM_RECIP = 15
    INDEG = 16
    OUTDEG = 17
    RECIP_DEG = 18
    ISOLATE = 19
    EFF_FROM = 20


class Pair(NamedTuple):
    """What person i sees of a tie to j, present or not.

    Attributes
    ----------
    tied, back : int
        x_ij and x_ji.
    two_paths, shared_out, shared_in, back_paths, shared_kept : int
        Numbers of h with i → h → j, i → h ← j, i ← h → j, i ← h ← j and i ↔ h ← j.
    ego_out, ego_in, ego_mutual, alter_out, alter_in : int
        Degrees as they are, the tie i → j included where present.
    ego_in_start, ego_out_start, alter_out_start : int
        Degrees at the start of the period; used by statistics only.
    n_people : int
    """

    tied: int
    back: int
    two_paths: int
    shared_out: int
    shared_in: int
    back_paths: int
    shared_kept: int
    ego_out: int
    ego_in: int
    ego_mutual: int
    alter_out: int
    alter_in: int
    ego_in_start: int
    ego_out_start: int
    alter_out_start: int
    n_people: int


@dataclass(frozen=True)
class Effect:
    """One effect: its RSiena short name and what it needs.

    Attributes
    ----------
    name : str
        RSiena short name.
    code : int
        Its number in the dispatching functions of its module.
    kind : int
        STRUCTURE, COVARIATE, DYADIC or OWN; for behaviour effects 0.
    formula : str
        s_i in mathematical signs.
    sentence : str
        What a positive parameter means, in plain words.
    paths : int
        Two-step paths it counts, as a sum of OUT_OUT, OUT_IN, …
    closure : int
        Whether the change depends on other ties of i through j: 0, TIES or NEAR_DISTANCE_TWO.
    alter_in, alter_out : bool
        Whether people out of reach differ by these degrees.
    ego_statistic : bool
        Whether s_i is no sum over ties; such an effect has no endowment or creation part.
    parameter : float
        Default of the internal effect parameter.
    covariate : bool
        Whether it refers to a covariate or behaviour.
    undirected : bool
        Whether it makes sense in undirected networks.
    interaction : str
        "ego", "dyadic" or "": whether a product of change statistics is itself a change statistic.
    scale : float
        Factor of its statistic in the method of moments (RSiena divides 3-cycles by three).
    linear : bool
        For behaviour effects: whether s_i is z_i times something that does not depend on z_i.
    """

    name: str
    code: int
    formula: str
    sentence: str
    kind: int = STRUCTURE
    paths: int = 0
    closure: int = 0
    alter_in: bool = False
    alter_out: bool = False
    ego_statistic: bool = False
    parameter: float = 0.0
    covariate: bool = False
    undirected: bool = False
    interaction: str = ""
    scale: float = 1.0
    linear: bool = False
