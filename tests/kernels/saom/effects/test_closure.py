"""Effects of others around a pair: what a tie changes and counts for, by loops over everybody else."""

import numpy as np
import pytest
from dense_effects import contribution, tie_effect
from driving import pair_in, random_network, with_and_without

from recoverynet.kernels.saom.effects import closure
from recoverynet.kernels.saom.effects.declared import TieCode

WHOLE = {
    "transTrip": closure.trans_trip_change,
    "transMedTrip": closure.trans_med_trip_change,
    "transRecTrip": closure.trans_rec_trip_change,
    "cycle3": closure.cycle3_change,
    "balance": closure.balance_change,
    "between": closure.between_tie,
    "inStructEq": closure.in_struct_eq_tie,
}
OWN_TERM = {"transTies": closure.trans_ties_change, "gwespFF": closure.gwesp_ff_change}
STATISTICS = {"balance": closure.balance_tie, "between": closure.between_tie, "inStructEq": closure.in_struct_eq_tie}


def pairs_of_networks(directed=True):
    rng = np.random.default_rng(4)
    for density in (0.2, 0.45, 0.7):
        x = random_network(rng, 6, density, directed=directed)
        for i, j in np.argwhere(~np.eye(6, dtype=bool)):
            yield x, i, j, *with_and_without(x, i, j, directed=directed)


@pytest.mark.parametrize("directed", [True, False])
def test_changes_are_what_the_tie_adds_to_s(directed):
    for x, i, j, there, away in pairs_of_networks(directed):
        for name in WHOLE if directed else ("transTrip", "balance"):
            more = {"b": 0.37} if name in ("balance", "inStructEq") else {}
            expected = tie_effect(name, there, i, **more) - tie_effect(name, away, i, **more)
            assert WHOLE[name](pair_in(x, i, j), more.get("b", 0.0)) == pytest.approx(expected, abs=1e-9), name


def test_what_is_added_later_is_left_out():
    """transTies and gwespFF: the tie's own term; nbrDist2: whom j brings within two steps, less j where j was there."""
    for x, i, j, there, away in pairs_of_networks():
        for name, change in OWN_TERM.items():
            assert change(pair_in(x, i, j), 40.0) == pytest.approx(contribution(name, there, i, j, p=40.0)), name
        brought = sum(x[j, h] * (1 - x[i, h]) for h in range(6) if h not in (i, j))
        was = any(away[i, h] * away[h, j] for h in range(6))
        assert closure.nbr_dist2_change(pair_in(x, i, j), 0.0) == brought - was


def test_contributions_of_ties_that_are_there():
    for x, i, j, *_ in pairs_of_networks():
        for name, statistic in STATISTICS.items():
            if x[i, j]:
                assert statistic(pair_in(x, i, j), 0.37) == pytest.approx(contribution(name, x, i, j, b=0.37)), name


def test_each_further_partner_counts_for_less():
    """gwespFF: Σ_k (1 − e^−α)^k over the partners, counted from 0."""
    for partners in range(-1, 5):
        for alpha in (0.0, 0.25, 2.0):
            expected = sum((1.0 - np.exp(-alpha)) ** k for k in range(partners))
            assert closure.partners_weight(TieCode.GWESP_FF, partners, 100 * alpha) == pytest.approx(expected)
        assert closure.partners_weight(TieCode.TRANS_TIES, partners, 69.0) == (partners > 0)
