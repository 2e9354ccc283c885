"""Selection or influence, for the evidence ladder: does a co-evolution model of ties and a norm need influence?"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtri

from recoverynet.errors import NotEstimableError, RecoveryNetWarning, SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.saom.fit import fit_saom
from recoverynet.models.saom.fitted import SaomFit
from recoverynet.models.saom.specification import Specification, TermLike
from recoverynet.randomness import RandomSource

NETWORK = "ties"


@dataclass(frozen=True, eq=False)
class InfluenceGivenSelection:
    """How strongly do people move towards the norm of those they are tied to, choosing their like allowed for?

    Attributes
    ----------
    log_odds, std_error : float
        Of avAlt: contacts going from none to all holding the norm, per opportunity to change; NaN without an answer.
    fit : SaomFit or None
    reason : str or None
        Why there is no answer.
    """

    log_odds: float = np.nan
    std_error: float = np.nan
    fit: SaomFit | None = None
    reason: str | None = None

    def bounds(self, one_sided: float = 0.95) -> tuple[float, float]:
        """Lower and upper one-sided bound of the log odds ratio."""
        reach = float(ndtri(one_sided)) * self.std_error
        return self.log_odds - reach, self.log_odds + reach


def influence_given_selection(
    panel: NetworkPanel, name: str, held: np.ndarray, terms: Sequence[str], *, direction: str = "out", rng: RandomSource = None
) -> InfluenceGivenSelection:
    """Fit ties and a norm together; ``held`` (n, W) is 1, 0 or NaN, ``terms`` are covariates to adjust for.

    Ties go by density, reciprocity, transitivity and likeness in the norm and in every term; the norm by a trend, the
    average of those a person is tied to (avAlt), and every term that is a number.
    """
    if direction != "out" and panel.directed:
        return InfluenceGivenSelection(reason="the model looks at ties that people have, not at those they receive")
    numeric = [term for term in terms if panel.covariates[term].dtype.kind in "biuf"]
    ties: list[TermLike] = ["density", *(["recip"] if panel.directed else []), "transTrip", ("simX", name)]
    ties += [("simX" if term in numeric else "sameX", term) for term in terms]
    steps: list[TermLike] = ["linear", ("avAlt", NETWORK), *[("effFrom", term) for term in numeric]]
    waves = replace(panel, behaviour={name: held}, states=None, norm=None, network=NETWORK)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecoveryNetWarning)
        try:
            fit = fit_saom(waves, Specification({NETWORK: ties}, {name: steps}), rng=rng)
        except (NotEstimableError, SchemaError) as error:
            return InfluenceGivenSelection(reason=str(error))
    if not fit.converged:
        return InfluenceGivenSelection(fit=fit, reason=fit.convergence)
    row: Any = fit.to_frame().set_index("effect").loc["avAlt"]
    return InfluenceGivenSelection(float(row["estimate"]), float(row["std_error"]), fit)
