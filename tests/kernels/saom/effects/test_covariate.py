"""What a covariate makes of a tie: by its formula where both values are known, and as RSiena has it where one is not."""

import numpy as np
import pytest
from dense_effects import BOTH_VALUES, contribution

from recoverynet.kernels.saom.effects.covariate import COVARIATE_EFFECTS, covariate_changes, covariate_tie
from recoverynet.kernels.saom.effects.declared import COVARIATE

EFFECTS = [each for each in COVARIATE_EFFECTS if each.kind == COVARIATE]
VALUES = np.array([-1.5, -0.5, -0.5, 0.0, 2.0])
PAIRS = np.ones((5, 5))


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.name)
def test_contributions_and_changes_are_those_of_the_formula(effect):
    for i in range(5):
        others = [j for j in range(5) if j != i]
        expected = [contribution(effect.name, PAIRS, i, j, v=VALUES, r=3.5, m=0.4) for j in others]
        found = [covariate_tie(effect.code, VALUES[i], VALUES[j], True, 3.5, 0.4) for j in others]
        assert found == pytest.approx(expected)
        options, delta = np.array([[*others, 0], [1] * 5]), np.full((2, 5), 9.0)
        values, known = np.array([VALUES + 7, VALUES]), np.ones((2, 5), bool)
        covariate_changes(effect.code, values, known, 1, options, 4, i, 3.5, 0.4, delta, 1)
        assert delta[1, :4] == pytest.approx(expected)
        assert delta[1, 4] == 9.0 and (delta[0] == 9.0).all()


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.name)
def test_an_unknown_value_is_the_mean_in_choices_and_counts_for_nothing_in_statistics_of_both(effect):
    v = np.array([2.0, 0.0, 0.0, 1.0, 1.0])
    for known in ([True, False, True, True, True], [False, True, True, True, True]):
        both = known[0] and known[1]
        plain = contribution(effect.name, PAIRS, 0, 1, v=v, r=3.5, m=0.4)
        in_statistics = 0.0 if effect.name in BOTH_VALUES else 0.5 if effect.name == "higher" else plain
        assert covariate_tie(effect.code, v[0], v[1], both, 3.5, 0.4) == pytest.approx(in_statistics)
        delta, options = np.zeros((1, 2)), np.array([[1, 2], [1, 1]])
        zeros = np.zeros((1, 5))
        covariate_changes(effect.code, zeros, np.array([known]), 0, options, 2, 0, 3.5, 0.4, delta, 0)
        same = contribution(effect.name, PAIRS, 0, 1, v=zeros[0], r=3.5, m=0.4)
        assert delta[0, 0] == (0.0 if effect.name == "sameX" else pytest.approx(same))  # nobody unknown is the same as anybody
