"""Who is near somebody, and what is seen of a tie to each (pairs.py): against products of matrices, and wiped afterwards."""

import numpy as np
import pytest
from dense_effects import tie_effect
from driving import pair_in, random_panel, started, with_and_without

from recoverynet.kernels.saom.actor_model import COUNTS, IN_MARK, N_NEAR, NEAR, OUT_MARK, PATHS, TOUCHED
from recoverynet.kernels.saom.effects.declared import IN_IN, IN_OUT, KEPT, OUT_IN, OUT_OUT
from recoverynet.kernels.saom.nearby import closing_weights, forget, look_around
from recoverynet.kernels.saom.pairs import pair_of
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification

EVERY = OUT_OUT | OUT_IN | IN_OUT | IN_IN | KEPT
CLOSING = Specification({"friend": ["density", "transTies", "nbrDist2"]}, {"drink": ["linear"]})


@pytest.fixture(scope="module")
def places():
    """States of eight people with few ties and with many, their networks, and the model they stand in."""
    found = []
    for density in (0.1, 0.3, 0.6):
        panel = random_panel(np.random.default_rng(6), 8, density=density)
        setting = saom_setting(panel, CLOSING, by_class=False)
        found.append((started(setting), panel.networks[0].toarray(), setting.model))
    return found


@pytest.mark.parametrize("paths", [0, OUT_OUT, OUT_IN, IN_OUT, IN_IN, KEPT, EVERY])
def test_two_step_paths_are_counted_and_those_reached_are_listed_once(places, paths):
    for state, x, _ in places:
        people, used = state.people, state.used
        both = x * x.T
        for ego in range(8):
            mutual = look_around(people, state.pool, used, paths, ego)
            steps = [x[ego] @ x, x[ego] @ x.T, x[:, ego] @ x, x[:, ego] @ x.T, both[ego] @ x.T]
            counted = np.array([step * bool(paths & which) for which, step in zip((1, 2, 4, 8, 16), steps, strict=True)])
            np.testing.assert_array_equal(people[:, COUNTS : COUNTS + 5].T, counted)
            np.testing.assert_array_equal(people[:, [OUT_MARK, IN_MARK]].T, [x[ego], x[:, ego]])
            assert mutual == both[ego].sum()
            reached = (x[ego] + x[:, ego] + counted.sum(axis=0)) > 0
            reached[ego] = False
            listed = people[: used[N_NEAR], NEAR].tolist()
            assert sorted(listed) == np.flatnonzero(reached).tolist()
            np.testing.assert_array_equal(people[:, TOUCHED], reached | (np.arange(8) == ego))
            forget(people, used, state.through, ego)
            assert not people[:, OUT_MARK : COUNTS + 5].any() and used[N_NEAR] == 0


def test_a_pair_is_read_off_what_was_counted(places):
    for state, x, _ in places:
        for ego in range(8):
            mutual = look_around(state.people, state.pool, state.used, EVERY, ego)
            for j in range(8):
                if j != ego:
                    assert pair_of(state.people, ego, j, mutual) == pair_in(x, ego, j)
            forget(state.people, state.used, state.through, ego)


def test_what_a_tie_does_for_other_ties_is_summed_for_everybody_near(places):
    """All that the tie changes less its own term: the closing of it (transTies), and being near itself (nbrDist2)."""
    for state, x, model in places:
        for ego in range(8):
            look_around(state.people, state.pool, state.used, int(model.whole[PATHS]), ego)
            closing_weights(model.ties, model.numbers, state.people, state.pool, state.used, state.through, ego)
            for j in range(8):
                if j == ego:
                    continue
                there, away = with_and_without(x, ego, j)
                closes, brings = (tie_effect(name, there, ego) - tie_effect(name, away, ego) for name in ("transTies", "nbrDist2"))
                seen = pair_in(x, ego, j)
                assert state.through[0, j] == closes - (seen.two_paths > 0)
                alone = seen.alter_out - seen.back - seen.shared_out - (seen.two_paths > 0)
                assert state.through[1, j] == alone - brings
                assert state.people[j, TOUCHED] or not state.through[:, j].any()
            forget(state.people, state.used, state.through, ego)
            assert not state.through.any() and not state.people[:, TOUCHED].any()
