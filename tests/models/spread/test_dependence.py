"""Errors where rows of different people depend on each other: groups, tied people, and levels held."""

import dataclasses

import numpy as np
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.kernels.network_errors import closeness, of_tied_people
from recoverynet.worlds.shared_months import shared_months
from recoverynet.worlds.worlds import simulate_panel


def test_two_steps_over_a_chain():
    chain = sparse.csr_array(np.eye(5, k=1))
    assert (closeness([chain], 2).toarray() == (np.abs(np.subtract.outer(range(5), range(5))) <= 2)).all()


def test_errors_of_tied_people_are_never_below_those_by_person():
    sums, bread = np.array([[1.0], [-1.0], [1.0], [1.0]]), np.eye(1)
    apart = of_tied_people(sums, bread, sparse.csr_array(np.eye(4)))[0, 0]
    against = sparse.csr_array(np.kron(np.eye(2), np.ones((2, 2)))[:4, :4])
    assert apart == pytest.approx(4 * 4 / 3)
    assert of_tied_people(sums[:2], bread, sparse.csr_array(np.ones((2, 2))))[0, 0] == pytest.approx(2 * 2 / 1)
    assert of_tied_people(sums, bread, against)[0, 0] >= apart


def test_errors_by_place_are_wider_where_months_are_shared_and_estimates_the_same():
    panel = shared_months(320, places=20, rng=1)
    alone, place = (rn.fit_hazard(panel, link="logit", errors=each) for each in ("person", "place"))
    assert place.estimate == alone.estimate and place.std_error > alone.std_error
    assert any(check.name == "groups of 'place' enough for the covariance" and check.passed is False for check in place.checks)


def test_what_cannot_group_is_told():
    panel = simulate_panel(300, influence=3.0, rng=4)
    assert "1 components are too few" in rn.fit_hazard(panel, errors="component").reason
    assert "2 groups of 'cafe_open' are too few" in rn.fit_hazard(panel, errors="cafe_open").reason
    for wrong in ("house", None):
        with pytest.raises(SchemaError, match="errors must be one of 'person', 'network', 'component', 'model'"):
            rn.fit_hazard(panel, errors=wrong)
    alike = dataclasses.replace(panel, covariates={"place": np.full(300, "one", dtype=object)})
    with pytest.raises(SchemaError, match="'place' is the same for everybody"):
        rn.fit_hazard(alike, errors="place")


@pytest.mark.slow
def test_errors_by_place_hold_their_level_where_people_share_months():
    asked = ("person", "network", "place")
    fits = [
        [rn.fit_hazard(panel, link="logit", errors=each) for each in asked] for panel in (shared_months(rng=s) for s in range(120))
    ]
    above = np.mean([[fit.estimate > 1.645 * fit.std_error for fit in row] for row in fits], axis=0)
    assert above[0] > 0.08 and above[1] < 0.12 and above[2] < 0.10
