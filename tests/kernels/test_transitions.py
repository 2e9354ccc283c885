"""Risk rows, lagged exposure and future ties on networks small enough to work out by hand."""

import numpy as np
from scipy import sparse

from recoverynet.kernels.transitions import future_ties, lagged_exposure, risk_rows, ties_of

HELD = np.array([[0, 0, 1, 0], [1, np.nan, 0, 0], [0, 1, 1, np.nan], [1, 1, 0, 1.0]])


def network(*arcs, n=4):
    matrix = np.zeros((n, n))
    for ego, alter, *strength in arcs:
        matrix[ego, alter] = strength[0] if strength else 1.0
    return sparse.csr_array(matrix)


def test_gains_and_losses_by_hand():
    gain = risk_rows(HELD, "gain")
    assert list(zip(gain.person, gain.column, gain.outcome, strict=True)) == [(0, 1, 0), (2, 1, 1), (0, 2, 1), (1, 3, 0), (3, 3, 1)]
    loss = risk_rows(HELD, "loss")
    assert list(zip(loss.person, loss.column, loss.outcome, strict=True)) == [(3, 1, 0), (2, 2, 0), (3, 2, 1), (0, 3, 1)]
    both = risk_rows(HELD, "holding")
    assert len(both.person) == len(gain.person) + len(loss.person)
    assert both.outcome.sum() == gain.outcome.sum() + (1 - loss.outcome).sum()


def test_only_people_present_at_both_waves_are_at_risk():
    present = np.ones((4, 4), dtype=bool)
    present[0, 1] = False
    assert (0, 1) not in set(zip(*risk_rows(HELD, "gain", present)[:2], strict=True))
    assert (0, 2) not in set(zip(*risk_rows(HELD, "gain", present)[:2], strict=True))


def test_lagged_exposure_looks_back_and_leaves_out_unknown_alters():
    ties = [network((0, 1), (0, 3), (0, 2)), network((0, 1), (0, 2), (3, 0)), network(), network()]
    seen = lagged_exposure(ties, HELD)
    assert np.isnan(seen.share[:, 0]).all()
    assert seen.share[0, 1] == 2 / 3 and seen.n_holding[0, 1] == 2
    assert seen.share[0, 2] == 1 and seen.n_alters[0, 2] == 2 and seen.n_observed[0, 2] == 1
    assert seen.share[3, 2] == 0 and np.isnan(seen.share[1, 2])
    two_back = lagged_exposure(ties, HELD, lag=2)
    assert np.isnan(two_back.share[:, :2]).all() and two_back.share[0, 2] == 2 / 3


def test_strength_weighs_the_share_but_not_the_counts():
    ties = ties_of([network((0, 1, 3.0), (0, 2, 1.0))] * 4, "out", directed=True, weighted=True)
    seen = lagged_exposure(ties, HELD)
    assert seen.share[0, 1] == 0.75 and seen.n_holding[0, 1] == 1 and seen.n_alters[0, 1] == 2


def test_incoming_and_mutual_ties():
    arcs = [network((0, 1), (1, 0), (2, 0))] * 4
    incoming = ties_of(arcs, "in", directed=True)[0].toarray()
    assert incoming[0].tolist() == [0, 1, 1, 0]
    assert ties_of(arcs, "mutual", directed=True)[0].toarray()[0].tolist() == [0, 1, 0, 0]
    assert ties_of(arcs, "in", directed=False)[0].toarray()[0].tolist() == [0, 1, 0, 0]


def test_future_ties_are_new_and_later():
    ties = [network((0, 1)), network((0, 2)), network((0, 1), (0, 3)), network((0, 2))]
    found = [each.toarray()[0].tolist() for each in future_ties(ties)]
    assert found == [[0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]]
    late = [each.toarray()[0].tolist() for each in future_ties(ties, after="outcome")]
    assert late == [[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], "2 was met while the outcome came about"


def test_ties_that_never_change_have_no_future():
    assert all(each.nnz == 0 for each in future_ties([network((0, 1), (2, 3))] * 3))
