"""The tests whose error rates are tabulated: each says of a panel whether it would speak of spread.

Every one is asked as an analyst would ask it, at the 5 % level, one-sided where it has a side, adjusting for what the
world lets an analyst observe where it can adjust. Permutation tests draw 99 arrangements: p = (M + 1) / 100 keeps its
size, and power is lost by a little only. ``None`` means that the test could not be tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from recoverynet.kernels.hazard import Link
from recoverynet.measures.autocorrelation import autocorrelation
from recoverynet.measures.clustering import norm_clustering
from recoverynet.models.autocorrelation import network_autocorrelation
from recoverynet.models.ladder.ladder import reaches_spread
from recoverynet.models.spread.contagion import Null, contagion_test
from recoverynet.models.spread.dyadic import dyadic_influence
from recoverynet.models.spread.hazard import fit_hazard
from recoverynet.models.spread.matching import matched_estimate
from recoverynet.models.spread.sisa import fit_sisa
from recoverynet.models.spread.spread_panel import SpreadPanel
from recoverynet.results import Estimates
from recoverynet.worlds.rewired import OWN_GAIN, OWN_LOSS

NORM = "recovery"
ALPHA, DRAWS, ONE_SIDED = 0.05, 99, 0.90
Answer = bool | None
Test = Callable[[SpreadPanel, np.random.Generator], Answer]


def _at_most_alpha(p: float) -> Answer:
    return None if math.isnan(p) else p <= ALPHA


def _above_nothing(found: Estimates) -> Answer:
    """Whether the lower one-sided 95 % bound, that of a 90 % interval, is above 0."""
    return None if math.isnan(found.low) else found.low > 0


def _terms(asked: SpreadPanel) -> tuple[str, ...]:
    """Everything there is to adjust for."""
    return (*asked.adjust, *asked.surroundings)


def ladder(asked: SpreadPanel, rng: np.random.Generator, *, positions: int = 0, own: bool = False) -> Answer:
    """Does the evidence ladder reach level 3, "consistent with spread"?

    ``positions`` coordinates of the first network are adjusted for. With ``own`` the placebo has dynamics of its own and carries
    nothing of any trait.
    """
    placebo = _own_placebo(asked.panel.behaviour[NORM], rng) if own else asked.placebo
    return reaches_spread(asked.panel, NORM, asked.adjust, asked.surroundings, placebo, positions=positions, rng=rng)


def _own_placebo(held: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A state that everybody gains and loses by chance alone, unknown where that of the norm is."""
    other = np.empty(held.shape)
    other[:, 0] = rng.random(len(held)) < OWN_GAIN / (OWN_GAIN + OWN_LOSS)
    for wave in range(1, held.shape[1]):
        other[:, wave] = rng.random(len(held)) < np.where(other[:, wave - 1] == 1, 1 - OWN_LOSS, OWN_GAIN)
    return np.where(np.isfinite(held), other, np.nan)


def permutation(asked: SpreadPanel, rng: np.random.Generator, *, null: Null) -> Answer:
    """Is p at most 0.05 under this null of :func:`recoverynet.contagion_test`?"""
    return _at_most_alpha(contagion_test(asked.panel, NORM, null=null, n_permutations=DRAWS, rng=rng).p)


def hazard(asked: SpreadPanel, rng: np.random.Generator, *, link: Link, adjusted: bool) -> Answer:
    """Does lagged exposure raise the hazard of gaining the norm?"""
    terms = _terms(asked) if adjusted else ()
    return _above_nothing(fit_hazard(asked.panel, NORM, link=link, adjust=terms, level=ONE_SIDED))


def clustering(asked: SpreadPanel, rng: np.random.Generator) -> Answer:
    """Do tied people hold the norm together more often than chance at the last wave (Christakis–Fowler, one step)?"""
    panel = asked.panel
    last = norm_clustering(panel.at(panel.n_waves), panel.behaviour[NORM][:, -1], max_distance=1, n_permutations=DRAWS, rng=rng)
    return _at_most_alpha(float(last["p"].iloc[0]))


def moran(asked: SpreadPanel, rng: np.random.Generator) -> Answer:
    """Is Moran's I of the norm at the last wave above chance?"""
    panel = asked.panel
    found = autocorrelation(
        panel.at(panel.n_waves), panel.behaviour[NORM][:, -1], n_permutations=DRAWS, alternative="alike", rng=rng
    )
    return _at_most_alpha(float(found.xs("moran", level="statistic")["p"].iloc[0]))


def dyadic(asked: SpreadPanel, rng: np.random.Generator) -> Answer:
    """Does the lagged state of the alter raise that of the ego (GEE, clustered on ego)?"""
    return _above_nothing(dyadic_influence(asked.panel, NORM, adjust=_terms(asked), level=ONE_SIDED))


def sisa(asked: SpreadPanel, rng: np.random.Generator) -> Answer:
    """Is the rate of transmission per contact holding the norm above nothing?"""
    return _above_nothing(fit_sisa(asked.panel, NORM, level=ONE_SIDED))


def matched(asked: SpreadPanel, rng: np.random.Generator) -> Answer:
    """Do those exposed gain the norm more often than matched others?"""
    return _above_nothing(matched_estimate(asked.panel, NORM, on=_terms(asked), level=ONE_SIDED))


def autocorrelated(asked: SpreadPanel, rng: np.random.Generator) -> Answer:
    """Does the norm at the last wave go with that of contacts beyond what the terms make of it (lag model)?"""
    wave = asked.panel.n_waves
    found = network_autocorrelation(asked.panel, NORM, _numbers(asked), wave=wave, information="observed", level=ONE_SIDED)
    return _above_nothing(found)


def _numbers(asked: SpreadPanel) -> pd.DataFrame:
    """What there is to adjust for at the last wave, as numbers: of words a column a level but the first."""
    columns = {name: np.asarray(asked.panel.covariates[name]) for name in _terms(asked)}
    last = {name: values if values.ndim == 1 else values[:, -1] for name, values in columns.items()}
    return pd.get_dummies(pd.DataFrame(last, index=asked.panel.person_ids), drop_first=True, dtype=float)


TESTS: dict[str, Test] = {
    "evidence ladder": ladder,
    "lagged logit, adjusted": partial(hazard, link="logit", adjusted=True),
    "lagged logit, not adjusted": partial(hazard, link="logit", adjusted=False),
    "hazard (cloglog), adjusted": partial(hazard, link="cloglog", adjusted=True),
    "label permutation": partial(permutation, null="labels"),
    "time shuffle": partial(permutation, null="time_shuffle"),
    "clustering by separation": clustering,
    "Moran's I": moran,
    "matched estimate": matched,
    "SISa transmission": sisa,
    "edge reversal": partial(permutation, null="edge_reversal"),
    "rewiring": partial(permutation, null="rewiring"),
    "dyadic model (GEE)": dyadic,
    "network autocorrelation": autocorrelated,
}
"""Every test by the name it has in the table, the quick ones first."""

POSITION_TESTS: dict[str, Test] = {
    "ladder": ladder,
    "ladder, 3 positions": partial(ladder, positions=3),
    "ladder, own placebo": partial(ladder, own=True),
    "ladder, own placebo, 3 positions": partial(ladder, own=True, positions=3),
}
"""The ladder with and without coordinates of the first network, by the names of a table of its own."""
