"""Effects of degrees: what a tie changes is s_i with it less s_i without, in every pair of random small networks."""

import numpy as np
import pytest
from dense_effects import contribution, tie_effect
from driving import pair_in, random_network, with_and_without

from recoverynet.kernels.saom.effects import degrees
from recoverynet.kernels.saom.effects.declared import TieCode

CHANGES = {
    "density": degrees.density_change,
    "recip": degrees.recip_change,
    "inPop": degrees.in_pop_change,
    "inPopSqrt": degrees.in_pop_sqrt_change,
    "outPop": degrees.out_pop_change,
    "outPopSqrt": degrees.out_pop_sqrt_change,
    "inAct": degrees.in_act_change,
    "inActSqrt": degrees.in_act_sqrt_change,
    "outAct": degrees.out_act_change,
    "outActSqrt": degrees.out_act_sqrt_change,
    "reciAct": degrees.reci_act_change,
    "outIso": degrees.out_iso_change,
    "outTrunc": degrees.out_trunc_change,
}
UNDIRECTED = ("density", "inPop", "inPopSqrt", "outAct", "outActSqrt", "outIso", "outTrunc")
PARAMETERS = {"reciAct": (1.0, 2.0), "outTrunc": (1.0, 3.0)}
TIES = {
    "inPop": TieCode.IN_POP,
    "inPopSqrt": TieCode.IN_POP_SQRT,
    "outPop": TieCode.OUT_POP,
    "outPopSqrt": TieCode.OUT_POP_SQRT,
    "inAct": TieCode.IN_ACT,
    "inActSqrt": TieCode.IN_ACT_SQRT,
    "outAct": TieCode.OUT_ACT,
    "outActSqrt": TieCode.OUT_ACT_SQRT,
    "reciAct": TieCode.RECI_ACT,
}


@pytest.mark.slow
@pytest.mark.parametrize("directed", [True, False])
def test_changes_are_what_the_tie_adds_to_s(directed):
    rng = np.random.default_rng(1)
    for density in (0.0, 0.3, 0.6):
        x = random_network(rng, 5, density, directed=directed)
        for i, j in np.argwhere(~np.eye(5, dtype=bool)):
            there, away = with_and_without(x, i, j, directed=directed)
            for name in CHANGES if directed else UNDIRECTED:
                for p in PARAMETERS.get(name, (1.0,)):
                    expected = tie_effect(name, there, i, p=p) - tie_effect(name, away, i, p=p)
                    assert CHANGES[name](pair_in(x, i, j), p) == pytest.approx(expected, abs=1e-12), name


def test_contributions_of_ties_that_are_there():
    rng = np.random.default_rng(2)
    for _ in range(3):
        x, start = random_network(rng, 5, 0.5), random_network(rng, 5, 0.5)
        for i, j in np.argwhere(x > 0):
            for name, code in TIES.items():
                for p in PARAMETERS.get(name, (1.0,)):
                    found = degrees.degree_tie(code, pair_in(x, i, j, start), p)
                    assert found == pytest.approx(contribution(name, x, i, j, p=p)), name


def test_degrees_at_the_start_stand_in_where_the_parameter_is_0():
    rng = np.random.default_rng(3)
    x, start = random_network(rng, 6, 0.5), random_network(rng, 6, 0.5)
    for i, j in np.argwhere(x > 0):
        seen = pair_in(x, i, j, start)
        assert degrees.degree_tie(TieCode.OUT_POP_SQRT, seen, 0.0) == start[j].sum()  # no root, as RSiena has it
        assert degrees.degree_tie(TieCode.IN_ACT_SQRT, seen, 0.0) == pytest.approx(np.sqrt(start[:, i].sum()))
