"""Numbers for the parameters of an actor-oriented model, given in order, by name, or by a fit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.models.saom.columns import Parameter

Values: TypeAlias = "Sequence[float] | Mapping[Any, float] | Any"
"""Numbers in the order of the parameters, a mapping of names to numbers, or a fit with its table."""


def theta_of(parameters: Sequence[Parameter], given: Values) -> np.ndarray:
    """θ in order, from a sequence, a mapping or a fit.

    Raises
    ------
    SchemaError
        A parameter has no number, or several; a name is unknown; a number is not one, or a rate is negative.
    """
    table = getattr(given, "table", None)
    if isinstance(table, pd.DataFrame):
        given = {each.label: value for each, value in _rows(table) if each.label in {own.label for own in parameters}}
    theta = _by_name(parameters, given) if isinstance(given, Mapping) else _in_order(parameters, given)
    wrong = [each.label for each, value in zip(parameters, theta, strict=True) if not math.isfinite(value)]
    if wrong:
        raise SchemaError(f"Parameters are finite numbers; that of {', '.join(wrong)} is not.")
    below = [each.label for each, value in zip(parameters, theta, strict=True) if each.effect == "Rate" and value < 0]
    if below:
        raise SchemaError(f"A basic rate is 0 or more changes a person and period; {', '.join(below)} is negative.")
    return theta


def _rows(table: pd.DataFrame) -> list[tuple[Parameter, float]]:
    """Parameters and estimates of a fit, rates it was conditional on included."""
    return [
        (
            Parameter(
                row["dependent"],
                row["effect"],
                row["covariate"],
                row["type"],
                None if pd.isna(row["period"]) else int(row["period"]),
                None if pd.isna(row.get("group")) else row["group"],
            ),
            float(row["estimate"]),
        )
        for _, row in table.iterrows()
    ]


def _in_order(parameters: Sequence[Parameter], given: object) -> np.ndarray:
    try:
        theta = np.asarray(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise SchemaError(f"Parameters are numbers in order, a mapping of names to numbers, or a fit: {error}") from error
    if theta.shape != (len(parameters),):
        raise SchemaError(
            f"The model has {len(parameters)} parameters, in this order: {_listed(parameters)}. Got "
            f"{theta.size if theta.ndim == 1 else f'an array of shape {theta.shape}'}."
        )
    return theta.copy()


def _by_name(parameters: Sequence[Parameter], given: Mapping[Any, float]) -> np.ndarray:
    theta = np.array([np.nan if each.fixed is None else each.fixed for each in parameters])
    told: dict[int, object] = {}
    for key, value in given.items():
        for place in _places(parameters, key):
            if place in told:
                raise SchemaError(f"{parameters[place].label} is given twice, as {told[place]!r} and as {key!r}.")
            told[place] = key
            try:
                theta[place] = float(value)
            except (TypeError, ValueError) as error:
                raise SchemaError(f"The parameter {key!r} must be a number; got {value!r}.") from error
    without = [each for place, each in enumerate(parameters) if place not in told and each.fixed is None]
    if without:
        raise SchemaError(f"These parameters have no number: {_listed(without)}. The model has: {_listed(parameters)}.")
    return theta


def _places(parameters: Sequence[Parameter], key: object) -> list[int]:
    """Where the parameter of a name stands; a rate without its period is that of all periods."""
    found = [place for place, each in enumerate(parameters) if _is_called(each, key)]
    exact = [place for place in found if parameters[place].label == key]
    found = exact or found
    if not found:
        near = get_close_matches(str(key), [name for each in parameters for name in _names(each)], n=2, cutoff=0.5)
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise SchemaError(f"The model has no parameter {key!r}.{hint} It has: {_listed(parameters)}.")
    several = {(each.dependent, each.effect) for each in (parameters[place] for place in found)}
    if len(found) > 1 and (len(several) > 1 or parameters[found[0]].effect != "Rate"):
        raise SchemaError(
            f"{key!r} names several parameters: {_listed([parameters[place] for place in found])}. Give their labels, or what "
            "they refer to, as in ('simX', 'drink') or ('density', 'friend', 'creation')."
        )
    return found


def _names(parameter: Parameter) -> tuple[str, str, str]:
    return parameter.label, parameter.label.removeprefix(f"{parameter.dependent}: "), parameter.effect


def _is_called(parameter: Parameter, key: object) -> bool:
    if isinstance(key, str):
        return key in _names(parameter)
    if not isinstance(key, tuple) or len(key) not in (2, 3) or key[0] != parameter.effect:
        return False
    return key[1] in (parameter.covariate, parameter.dependent) and (len(key) == 2 or key[2] == parameter.type)


def _listed(parameters: Sequence[Parameter]) -> str:
    return "; ".join(each.label for each in parameters)
