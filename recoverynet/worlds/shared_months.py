"""Worlds in which nothing spreads and people fare alike for a month: what errors by person make too small."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.special import expit

from recoverynet.arguments import number_within, whole_number
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.randomness import RandomSource, resolve_rng

WAVES, BASE = 6, -1.6


def shared_months(
    n: int = 640, *, places: int = 40, named: int = 8, within: float = 0.9, shock: float = 1.2, rng: RandomSource = None
) -> NetworkPanel:
    """What would we see if nothing spread, and everybody of a place had the same good or bad months?

    Parameters
    ----------
    n : int
        People, spread evenly over places.
    places : int
    named : int
        People each person names; ties go both ways, so that contacts are nearly twice as many.
    within : float in [0, 1]
        Share of those named who are of one's place.
    shock : float
        Standard deviation of what a place at a wave adds to the log odds of gaining the norm and takes off those of losing it,
        drawn anew at every wave. 0: everybody for themselves.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator

    Returns
    -------
    NetworkPanel
        Six waves of one network, behaviour ``recovery`` and covariate ``place``.

    Raises
    ------
    SchemaError
        A number that is out of its range.
    """
    n, places, named = whole_number(n, "n", 4), whole_number(places, "places", 1), whole_number(named, "named", 1)
    within, shock = (
        number_within(within, "within", -1e-9, 1.0 + 1e-9, such_as=0.9),
        number_within(shock, "shock", -1e-9, 10.0, such_as=1.2),
    )
    generator = resolve_rng(rng)
    place = np.arange(n) % places
    ties = _ties(place, named, within, generator)
    held = np.zeros((n, WAVES))
    held[:, 0] = generator.random(n) < 0.35
    for wave in range(1, WAVES):
        month = shock * generator.normal(size=places)[place]
        luck = generator.random(n)
        held[:, wave] = np.where(held[:, wave - 1] == 1, luck > expit(BASE - month), luck < expit(BASE + month))
    words = np.array([f"place {number + 1}" for number in range(places)], dtype=object)[place]
    return NetworkPanel.from_adjacency([ties] * WAVES, behaviour={"recovery": held}, covariates={"place": words})


def _ties(place: np.ndarray, named: int, within: float, rng: np.random.Generator) -> sparse.csr_array:
    """Whom everybody names, as ties that go both ways."""
    n, ends = len(place), []
    for person in range(n):
        near = np.flatnonzero((place == place[person]) & (np.arange(n) != person))
        inside = min(int(rng.binomial(named, within)), len(near))
        far = rng.choice(n, min(named - inside, n), replace=False)
        ends += [(person, int(other)) for other in (*rng.choice(near, inside, replace=False), *far) if other != person]
    row, column = np.array(ends).T
    both = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(n, n))
    return sparse.csr_array(((both + both.T) > 0).astype(float))
