"""What a record says of rates, and the community a what-if starts from: moments of what is drawn, and arrays worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recoverynet.errors import NotEstimableError
from recoverynet.kernels.reversible_spread.courses import Community
from recoverynet.models.interventions.community import (
    AtStart,
    RecordedRates,
    both_ways,
    contacts_at_start,
    keys_of,
    starting_states,
)

NOWHERE = AtStart(0.0, 0.0, (np.empty(0), np.empty(0)))
N_RUNS = 4000


def seen(**more: object) -> RecordedRates:
    """Of 40 person-months using 8 led to abstinent and 2 to ost; of abstinent all stayed; nobody was ever on ost."""
    given = {
        "states": ("using", "abstinent", "ost"), "holds": np.array([False, True, True]),
        "moves": np.array([[30.0, 8, 2], [0, 20, 0], [0, 0, 0]]), "left": 6, "stayed": 14, "closures": {"offered": (3, 9)},
        "start": NOWHERE, "n_months": 12.0,
    }  # fmt: skip
    return RecordedRates(**{**given, **more})  # type: ignore[arg-type]


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_chances_of_moving_have_the_moments_of_what_was_seen() -> None:
    """Dirichlet(30, 8, 2): means 3/4, 1/5, 1/20, variance m (1 − m) / 41; who was never seen to move stays."""
    base = seen().draw_base(1.0, N_RUNS, rng())
    np.testing.assert_allclose(base.sum(axis=2), 1.0)
    np.testing.assert_allclose(base[:, 0].mean(axis=0), [0.75, 0.2, 0.05], atol=0.01)
    np.testing.assert_allclose(base[:, 0].var(axis=0), [0.75 * 0.25 / 41, 0.2 * 0.8 / 41, 0.05 * 0.95 / 41], rtol=0.1)
    np.testing.assert_allclose(base[:, 1:], np.broadcast_to(np.eye(3)[1:], (N_RUNS, 2, 3)), atol=1e-12)


def test_three_months_of_a_chance_are_the_wave_it_was_seen_in_and_go_where_they_went() -> None:
    by_wave = seen(by_wave=True).draw_base(3.0, 50, rng())
    whole = seen().draw_base(3.0, 50, rng())
    np.testing.assert_allclose(by_wave[:, 0, 0] ** 3, whole[:, 0, 0])
    np.testing.assert_allclose(by_wave[:, 0, 1] / by_wave[:, 0, 2], whole[:, 0, 1] / whole[:, 0, 2])
    np.testing.assert_allclose(by_wave.sum(axis=2), 1.0)


def test_six_weeks_of_leaving_are_told_by_the_month() -> None:
    """Jeffreys: Beta(6.5, 14.5) of six weeks, 42 days of months of 30.4375."""
    monthly = seen().draw_leaving(N_RUNS, rng())
    six_weeks = 1 - (1 - monthly) ** (42 / 30.4375)
    assert six_weeks.mean() == pytest.approx(6.5 / 21, abs=0.006)
    assert six_weeks.var() == pytest.approx(6.5 * 14.5 / (21**2 * 22), rel=0.1)


def test_ties_end_as_was_seen_and_as_is_usual_where_nothing_was() -> None:
    quarter = seen(ties_gone=9, ties_stayed=21, tie_months=3.0)
    assert quarter.knows_ties and not seen().knows_ties
    gone = 1 - (1 - quarter.draw_ties_ending(2.0, N_RUNS, rng())) ** 3
    assert gone.mean() == pytest.approx(9.5 / 31, abs=0.006)
    waves = seen(ties_gone=9, ties_stayed=21, tie_months=3.0, by_wave=True)
    np.testing.assert_allclose(1 - (1 - waves.draw_ties_ending(2.0, N_RUNS, rng())) ** 2, gone)
    assert (seen().draw_ties_ending(2.0, 3, rng()) == 0.05).all()


def test_proposals_are_followed_as_often_as_was_seen() -> None:
    followed = seen().draw_closure("offered", N_RUNS, rng())
    assert followed.mean() == pytest.approx(3.5 / 13, abs=0.006) and followed.var() == pytest.approx(
        3.5 * 9.5 / (169 * 14), rel=0.1
    )
    with pytest.raises(NotEstimableError, match="no proposal accepted"):
        seen().draw_closure("accepted", 5, rng())
    assert np.isfinite(seen(closures={"offered": (0, 1)}).draw_closure("offered", 5, rng())).all()


def test_a_key_is_of_the_id_and_of_nothing_else() -> None:
    one, other = keys_of(pd.Index(["a", "b", "c"])), keys_of(pd.Index(["c", "a"]))
    assert (other == one[[2, 0]]).all() and len(set(one.tolist())) == 3 and one.dtype == np.uint64


@pytest.mark.parametrize("directed", [False, True])
def test_ties_run_both_ways_where_they_have_no_direction_and_nobody_is_tied_to_themselves(directed: bool) -> None:
    ties = sparse.csr_array(np.array([[5, 2, 0], [3, 0, 0], [0, 1.0, 0]]))
    pointers, columns, strength = both_ways(ties, directed)
    read = sparse.csr_array((strength, columns, pointers), shape=(3, 3)).toarray()
    assert read.tolist() == ([[0, 2, 0], [3, 0, 0], [0, 1, 0]] if directed else [[0, 3, 0], [3, 0, 1], [0, 1, 0]])
    assert len(strength) == (read > 0).sum()


def test_clients_of_unknown_state_are_drawn_as_known_clients_are_and_others_stay_unknown() -> None:
    codes = np.array([0, 0, 1, -1, 2, -1])
    state, drawn = starting_states(codes, np.array([1, 1, 1, 1, 0, 0], bool), 3)
    assert state.tolist() == [0, 0, 1, -2, 2, -1]
    np.testing.assert_allclose(drawn, [2 / 3, 1, 1])
    with pytest.raises(NotEstimableError, match="No client's state"):
        starting_states(codes, np.array([0, 0, 0, 1, 1, 0], bool)[[0, 1, 2, 3, 5, 5]], 3)


def community(state: list[int], ties: np.ndarray, active: np.ndarray, client: list[bool], recovery: list[bool]) -> Community:
    pointers, columns, strength = both_ways(sparse.csr_array(ties), directed=True)
    blank = dict.fromkeys(Community._fields)
    return Community(**{  # type: ignore[arg-type]
        **blank, "state": np.array(state), "holds": np.array([False, True]), "indptr": pointers, "indices": columns,
        "strength": strength, "active": active, "client": np.array(client), "recovery": np.array(recovery),
    })  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_what_contacts_hold_at_the_start_person_by_person(seed: int) -> None:
    """Contacts holding: ties by strength, a group by the share of its others; exposure: person by person, of those known."""
    generator = np.random.default_rng(seed)
    n, n_groups = 12, 3
    state = generator.integers(-1, 2, n)
    ties = generator.integers(1, 4, (n, n)) * (generator.random((n, n)) < 0.15) * (1.0 - np.eye(n))
    active, client, recovery = generator.random((n, n_groups)) < 0.4, generator.random(n) < 0.8, np.array([True, False, True])
    found = contacts_at_start(community(state.tolist(), ties, active, client.tolist(), recovery.tolist()))
    counts, linked, exposed = [], [], {0: [], 1: []}
    for i in range(n):
        if not client[i] or state[i] < 0:
            continue
        known = [j for j in range(n) if ties[i, j] and state[j] >= 0]
        total = sum(ties[i, j] * (state[j] == 1) for j in known)
        met = [float(state[j] == 1) for j in known]
        for g in range(n_groups):
            others = [j for j in range(n) if active[j, g] and j != i and state[j] >= 0]
            if active[i, g] and others:
                total += np.mean([state[j] == 1 for j in others])
                met += [float(state[j] == 1) for j in others]
        exposed[state[i]].append(np.mean(met) if met else np.nan)
        if state[i] == 0:
            counts.append(total)
            linked.append((active[i] & recovery).any())
    assert found.mean_contacts == pytest.approx(np.mean(counts)) and found.share_linked == pytest.approx(np.mean(linked))
    for number in (0, 1):
        np.testing.assert_allclose(found.exposure[number], exposed[number])


def test_where_every_client_holds_the_norm_there_is_nothing_to_account_for() -> None:
    found = contacts_at_start(community([1, 1], np.array([[0, 1.0], [1, 0]]), np.zeros((2, 1), bool), [True] * 2, [True]))
    assert (found.mean_contacts, found.share_linked) == (0.0, 0.0) and found.exposure[1].tolist() == [1, 1]
