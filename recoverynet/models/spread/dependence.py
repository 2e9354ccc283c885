"""Which rows of a model may depend on each other, and the covariance that allows for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from recoverynet.errors import SchemaError
from recoverynet.kernels.hazard import BinaryFit, Link, cluster_sums, fit_binary, row_scores
from recoverynet.kernels.network_errors import closeness, of_groups, of_tied_people
from recoverynet.models.spread.risk_set import RiskSet
from recoverynet.results import Check

REACH = 2
"""Steps up to which people may depend on each other."""

MOST_NEAR = 0.25
"""Share of all pairs within reach above which the sum over them tells little from nothing."""

FEWEST_GROUPS = 8
"""Groups below which an error by group means nothing."""

WORDS = ("person", "network", "component", "model")


@dataclass(frozen=True, eq=False)
class Dependence:
    """Which rows may depend on each other.

    Attributes
    ----------
    kind : {"person", "network", "groups", "model"}
    of : str
        What is counted for the covariance, in the plural.
    near : sparse (n, n) or None
        1 for people near each other, and for oneself.
    groups : int array (N,) or None
        Group of every row, the rows left out of the fit among them.
    """

    kind: Literal["person", "network", "groups", "model"] = "person"
    of: str = "people"
    near: sparse.csr_array | None = None
    groups: np.ndarray | None = None

    def n_clusters(self, person: np.ndarray, used: np.ndarray) -> int:
        """People, or groups, among the rows used."""
        return len(np.unique(person if self.groups is None else self.groups[used]))

    def checks(self) -> list[Check]:
        """Whether enough people are far from each other for errors under network dependence."""
        if self.near is None:
            return []
        share = self.near.nnz / self.near.shape[0] ** 2
        detail = f"{share:.0%} of pairs are within {REACH} steps" + ("; group by a place instead" if share > MOST_NEAR else "")
        return [Check("people far enough apart for the covariance", share <= MOST_NEAR, detail)]


BY_PERSON = Dependence()


def dependence_of(risk: RiskSet, errors: str) -> Dependence:
    """Which rows of a risk set may depend on each other; SchemaError where nobody knows of such a thing."""
    if errors == "person":
        return BY_PERSON
    if errors == "model":
        return Dependence("model")
    if errors == "network":
        return Dependence("network", near=closeness(risk.panel.networks, REACH))
    if errors == "component":
        ties = closeness(risk.panel.networks, 1)
        return Dependence("groups", "components", groups=connected_components(ties, directed=False)[1][risk.rows.person])
    known = [*risk.panel.covariates, *risk.panel.people.columns]
    if not isinstance(errors, str) or errors not in known:
        raise SchemaError(
            f"errors must be one of {', '.join(map(repr, WORDS))}, or a covariate to group by"
            f"{' (' + ', '.join(map(repr, known)) + ')' if known else ''}; got {errors!r}."
        )
    levels = np.nan_to_num(risk.covariates([errors], categories=(errors,)).values, nan=-1.0)
    if not levels.shape[1]:
        raise SchemaError(f"{errors!r} is the same for everybody, so that no groups can be made of it; take errors='person'.")
    codes = np.unique(levels, axis=0, return_inverse=True)[1].ravel()
    return Dependence("groups", f"groups of {errors!r}", groups=_unknown_alone(codes, levels, risk.rows.person))


def _unknown_alone(codes: np.ndarray, levels: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Whoever is of no known group makes one with nobody else."""
    unknown = (levels < 0).any(axis=1)
    return np.unique(np.where(unknown, codes.max(initial=0) + 1 + person, codes), return_inverse=True)[1]


def fit_dependent(
    design: np.ndarray, outcome: np.ndarray, person: np.ndarray, used: np.ndarray, *, link: Link, errors: Dependence
) -> BinaryFit:
    """The fit with the covariance asked for.

    Parameters
    ----------
    design : float array (N, K)
    outcome : array (N,) of 0 and 1
    person : int array (N,)
        Whose rows they are, as places in the panel.
    used : bool array
        Which of all rows these N are.
    link : {"logit", "cloglog"}
    errors : Dependence

    Returns
    -------
    BinaryFit
    """
    people, code = np.unique(person, return_inverse=True)
    fit = fit_binary(design, outcome, link=link, cluster=None if errors.kind == "model" else code)
    if errors.kind in ("person", "model") or not fit.converged:
        return fit
    scores, bread = row_scores(design, outcome, fit.beta, link)
    sums = cluster_sums(scores, code, len(people))
    if errors.near is not None:
        return fit._replace(covariance=of_tied_people(sums, bread, sparse.csr_array(errors.near[people][:, people])))
    groups = np.unique(np.zeros(0) if errors.groups is None else errors.groups[used], return_inverse=True)[1]
    both = np.unique(np.column_stack([code, groups]), axis=0, return_inverse=True)[1].ravel()
    by_group, by_both = (cluster_sums(scores, each, int(each.max()) + 1) for each in (groups, both))
    return fit._replace(covariance=of_groups(sums, by_group, by_both, bread))
