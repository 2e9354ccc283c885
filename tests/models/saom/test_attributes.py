"""Constants of several groups: over the pairs of each group, put together, as RSiena's group objects have them."""

import numpy as np
import pytest
from dense_effects import mean_similarity

import recoverynet as rn
from recoverynet.models.saom.attributes import attributes_of

HOUSES = np.array([0] * 5 + [1] * 7)


@pytest.fixture
def panel() -> rn.NetworkPanel:
    """Two houses, ties unknown (NaN) and fixed (10, 11), a behaviour and a covariate with values unknown."""
    rng = np.random.default_rng(5)
    same = HOUSES[:, None] == HOUSES
    waves = []
    for _ in range(3):
        ties = ((rng.random((12, 12)) < 0.35) & same).astype(float)
        ties[same & (rng.random((12, 12)) < 0.15)] = np.nan
        fixed = same & (rng.random((12, 12)) < 0.1)
        ties[fixed] = rng.choice([10.0, 11.0], int(fixed.sum()))
        np.fill_diagonal(ties, 0)
        waves.append(ties)
    drink = rng.integers(1, 6, (12, 3)).astype(float)
    drink[3, 1] = np.nan
    age = np.where(np.arange(12) == 6, np.nan, rng.integers(20, 60, 12).astype(float))
    return rn.NetworkPanel.from_adjacency(
        waves, network="contact", behaviour={"drink": drink}, covariates={"age": age}, groups=HOUSES
    )


def constants(panel: rn.NetworkPanel):  # type: ignore[no-untyped-def]
    return attributes_of(panel, used=["age"], behaviours=["drink"], pairs=[], bounds={})


def test_similarity_is_over_the_pairs_of_each_house_with_one_range(panel: rn.NetworkPanel) -> None:
    found = constants(panel)
    drink, age = panel.behaviour["drink"], np.asarray(panel.covariates["age"], dtype=float)
    within = [drink[house == HOUSES, wave] for wave in range(2) for house in (0, 1)]
    reach = np.nanmax(drink) - np.nanmin(drink)
    assert found.similarities[found.names.index("drink")] == pytest.approx(mean_similarity(within, reach), abs=1e-12)
    ages = [age[house == HOUSES] for house in (0, 1)]
    assert found.similarities[found.names.index("age")] == pytest.approx(
        mean_similarity(ages, np.nanmax(age) - np.nanmin(age)), abs=1e-12
    )


@pytest.mark.parametrize(("effect", "by_column"), [("balance", True), ("inStructEq", False)])
def test_disagreement_about_a_third_is_over_known_ties_of_each_house_fixed_ones_as_they_are(
    panel: rn.NetworkPanel, effect: str, by_column: bool
) -> None:
    """RSiena: over the columns of every start of a period, 2 · ones · zeros of known ties, by known · (known − 1)."""
    above = below = 0.0
    for wave in range(2):
        for house in (0, 1):
            here = np.flatnonzero(house == HOUSES)
            ties = (panel.networks[wave].toarray() > 0).astype(float)
            ties[panel.missing[wave].toarray() > 0] = np.nan
            ties = ties[np.ix_(here, here)] if by_column else ties[np.ix_(here, here)].T
            np.fill_diagonal(ties, np.nan)
            ones, known = np.nansum(ties, axis=0), np.isfinite(ties).sum(axis=0)
            above += float((2 * ones * (known - ones)).sum())
            below += float((known * (known - 1)).sum())
    assert constants(panel).disagreement[effect] == pytest.approx(above / below, abs=1e-12)
