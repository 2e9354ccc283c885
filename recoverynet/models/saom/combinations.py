"""What every reading of a fitted actor-oriented model shares: it says first whether the fit can be read at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from recoverynet.errors import SchemaError
from recoverynet.kernels.saom.actor_model import PART, VARIABLE, WEIGHT
from recoverynet.kernels.saom.effects.declared import EVAL
from recoverynet.models.saom.fitted import SaomFit, checked_fit
from recoverynet.models.saom.specification import Term, as_term, is_rate
from recoverynet.results import Check

CONVERGED = "the fit converged"


def of_fit(fit: SaomFit) -> dict[str, Any]:
    """Fields that a reading takes over from its fit: people, checks, and what is wrong with it."""
    return {
        "n_people": fit.n_people,
        "n_dropped": fit.n_dropped,
        "checks": (Check(CONVERGED, fit.converged, fit.convergence),),
        "warning": None if fit.converged else fit.convergence,
    }


def sums(fit: SaomFit, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Combinations of parameters and their standard errors (delta method).

    Parameters
    ----------
    fit : SaomFit
    weights : float array (rows, parameters)

    Returns
    -------
    (float array (rows,), float array (rows,))
        Σ_k w_k θ_k and its standard error; parameters held fixed have none, and nothing has any where the estimation
        did not end.
    """
    held = np.array([each.fixed is not None for each in fit.setting.parameters])
    covariance = np.where(held[:, None] | held[None, :], 0.0, fit.covariance)
    variance = np.einsum("rk,kl,rl->r", weights, covariance, weights)
    return weights @ fit.theta, np.sqrt(np.maximum(variance, 0.0))


def short_labels(fit: SaomFit, places: Sequence[int]) -> list[str]:
    """Parameters without the name of what they are about."""
    chosen = [fit.setting.parameters[place] for place in places]
    return [each.label.removeprefix(f"{each.dependent}: ") for each in chosen]


def terms_of(fit: SaomFit, dependent: str) -> list[tuple[int, Term]]:
    """Terms on a network or behaviour, rates apart, with the places of their parameters."""
    specification = fit.setting.specification
    given = {**specification.network, **specification.behaviour}[dependent]
    terms = [each for each in map(as_term, given) if not is_rate(each)]
    places = [place for place, each in enumerate(fit.setting.parameters) if each.dependent == dependent and each.type != "rate"]
    return list(zip(places, terms, strict=True))


def eval_columns(columns: np.ndarray, variable: int | None = None) -> list[int]:
    """Columns that count for every choice and have a parameter of their own."""
    return [
        place
        for place, column in enumerate(columns)
        if column[WEIGHT] >= 0 and column[PART] == EVAL and (variable is None or column[VARIABLE] == variable)
    ]


def behaviour_place(fit: SaomFit, behaviour: str) -> int:
    """Place of a modelled behaviour; raises SchemaError with those there are."""
    names = list(checked_fit(fit).setting.specification.behaviour)
    if behaviour not in names:
        raise SchemaError(f"The model has no behaviour {behaviour!r} that changes; it has {', '.join(map(repr, names)) or 'none'}.")
    return names.index(behaviour)


def assumed(fit: SaomFit, left_out: Sequence[str], also: str) -> tuple[str, ...]:
    """What a table takes for granted, the terms it does not show included."""
    said = (f"Left out, and to be read beside it: {', '.join(left_out)}.",) if left_out else ()
    return (also, *said, *fit.assumptions)


def left_out_of(fit: SaomFit, dependent: str, used: Sequence[int], attribute: str | None) -> tuple[str, ...]:
    """Terms on a network or behaviour that are not among those used; only those about an attribute, where one is given."""
    found = [
        place
        for place, term in terms_of(fit, dependent)
        if place not in used and (attribute is None or attribute in [each.about for each in (term, *term.times)])
    ]
    return tuple(short_labels(fit, found))
