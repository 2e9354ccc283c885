"""The catalogue of effects of stochastic actor-oriented models, by RSiena short name, and the door for one's own."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.kernels.saom.actor_model import RATE_COVARIATE, RATE_IN, RATE_MUTUAL, RATE_OUT, RATE_OUT_INVERSE
from recoverynet.kernels.saom.effects.behaviour import BEHAVIOUR_EFFECTS
from recoverynet.kernels.saom.effects.covariate import COVARIATE_EFFECTS
from recoverynet.kernels.saom.effects.declared import OWN, Effect
from recoverynet.kernels.saom.effects.structure import STRUCTURE_EFFECTS
from recoverynet.kernels.saom.own_effects import compiled_statistic

TIE_EFFECTS: dict[str, Effect] = {effect.name: effect for effect in (*STRUCTURE_EFFECTS, *COVARIATE_EFFECTS)}
STEP_EFFECTS: dict[str, Effect] = {effect.name: effect for effect in BEHAVIOUR_EFFECTS}
RATE_EFFECTS: dict[str, Effect] = {
    effect.name: effect
    for effect in (
        Effect(
            "RateX", RATE_COVARIATE, "exp(α v_i)", "people with higher values change more often", covariate=True, undirected=True
        ),
        Effect("outRate", RATE_OUT, "exp(α x_i+)", "people with many ties change more often", undirected=True),
        Effect("inRate", RATE_IN, "exp(α x_+i)", "people whom many are tied to change more often"),
        Effect("recipRate", RATE_MUTUAL, "exp(α Σ_j x_ij x_ji)", "people with many returned ties change more often"),
        Effect("outRateInv", RATE_OUT_INVERSE, "exp(α / (x_i+ + 1))", "people with few ties change more often", undirected=True),
    )
}

UNDIRECTED_IN_RSIENA = {
    "gwesp": "gwespFF (RSiena has the one name for undirected networks, the other for directed ones)",
    "transTriads": "transTrip (RSiena's transTriads, of undirected networks, has twice its parameter)",
}
"""Names that RSiena has for undirected networks only, and what to write instead."""


@dataclass(frozen=True)
class OwnEffect:
    """A researcher's own effect on ties; made by :func:`own_effect`.

    Attributes
    ----------
    effect : Effect
    statistic : compiled function
    """

    effect: Effect
    statistic: Callable[[int, np.ndarray, np.ndarray], float]

    @property
    def name(self) -> str:
        """Name in tables."""
        return self.effect.name


def own_effect(
    statistic: Callable[[int, np.ndarray, np.ndarray], float], name: str, *, formula: str = "", sentence: str = ""
) -> OwnEffect:
    """How can an effect that the catalogue lacks join a model?

    Parameters
    ----------
    statistic : function of (ego, ties, values)
        s_i, a float: ``ego`` is the person's number from 0, ``ties`` the network as an (n, n) array of 0 and 1 (from
        row to column), ``values`` the covariate or behaviour that the term refers to (n,), centred (zeros without one).
        Plain Python on numbers and NumPy arrays that numba can compile; it must not change its arguments.
    name : str
        Name in tables; not one of the catalogue.
    formula, sentence : str
        s_i in mathematical signs, and what a positive parameter means.

    Returns
    -------
    OwnEffect
        To be used as a term of :class:`~recoverynet.models.saom.specification.Specification`: alone, or in a pair with
        the covariate it refers to.

    Raises
    ------
    SchemaError
        The name is taken or the function cannot be compiled.

    Notes
    -----
    The change statistic is s_i with the tie minus s_i without it, so that there is nothing to get wrong; it is asked
    twice for every possible tie, and everybody is looked at: time per ministep grows with the number of people.

    Examples
    --------
    >>> import recoverynet as rn
    >>> def popular_few(ego, ties, values):
    ...     return min(ties[ego].sum(), 3.0)
    >>> rn.own_effect(popular_few, "upToThree").name
    'upToThree'
    """
    if not isinstance(name, str) or not name:
        raise SchemaError(f"name is the name of the effect in tables, such as 'upToThree'; got {name!r}.")
    if name in TIE_EFFECTS or name in STEP_EFFECTS or name in RATE_EFFECTS:
        raise SchemaError(f"{name!r} is an effect of the catalogue; give your own effect another name.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what numba thinks of the function: it compiles or it does not
            compiled = compiled_statistic(statistic)
    except Exception as error:
        raise SchemaError(
            f"{getattr(statistic, '__name__', 'The function')} must be a function of (ego, ties, values) that numba can "
            f"compile to one returning a float: {_why(error)}"
        ) from error
    effect = Effect(name, 0, formula or "own", sentence or "own effect", kind=OWN, covariate=True, undirected=True)
    return OwnEffect(effect, compiled)


def _why(error: Exception) -> str:
    """What a compiler complains of, without the stages it was in."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("Failed in", "During:", "File ", "def ", "<source", "^", "-"))]
    return " ".join((told or lines or [type(error).__name__])[:2])


def effects_catalogue() -> pd.DataFrame:
    """Which effects can be put into a stochastic actor-oriented model, and what does each mean?

    Returns
    -------
    pandas.DataFrame
        One row an effect: ``effect`` (RSiena short name), ``dependent`` ("network", "behaviour" or "rate"), ``formula``
        (s_i; for rate effects what the rate is multiplied by), ``meaning`` of a positive parameter, ``refers_to``
        ("covariate", "network" or ""), ``types`` it may have, ``parameter`` (default of the internal parameter p),
        ``directed_only``, ``people_out_of_reach`` ("alike", "by class" or "one by one": how people without structure in
        common are looked at).

    See Also
    --------
    own_effect : an effect that is not in the list

    Examples
    --------
    >>> import recoverynet as rn
    >>> catalogue = rn.effects_catalogue()
    >>> catalogue.set_index("effect").loc["recip", "formula"]
    'Σ_j x_ij x_ji'
    """
    rows = [_row(effect, "network") for effect in TIE_EFFECTS.values()]
    rows += [_row(effect, "behaviour") for effect in STEP_EFFECTS.values()]
    rows += [_row(effect, "rate") for effect in RATE_EFFECTS.values()]
    return pd.DataFrame(rows)


def _row(effect: Effect, dependent: str) -> dict[str, object]:
    refers = "covariate" if effect.covariate else ""
    if dependent == "behaviour" and not effect.covariate and effect.name not in ("linear", "quad"):
        refers = "network"
    types = "rate" if dependent == "rate" else ("eval" if effect.ego_statistic else "eval, endow, creation")
    reach = ""
    if dependent == "network":
        reach = "one by one" if effect.name == "X" else "alike"
        if effect.alter_in or effect.alter_out or (effect.covariate and effect.name != "X"):
            reach = "by class"
    return {
        "effect": effect.name,
        "dependent": dependent,
        "formula": effect.formula,
        "meaning": effect.sentence,
        "refers_to": refers,
        "types": types,
        "parameter": effect.parameter,
        "directed_only": not effect.undirected,
        "people_out_of_reach": reach,
    }


def known_effect(name: str, among: dict[str, Effect], kind: str) -> Effect:
    """The effect of this short name; raises SchemaError with the nearest names."""
    if name in among:
        return among[name]
    if kind == "network" and name in UNDIRECTED_IN_RSIENA:
        raise SchemaError(f"{name} is called {UNDIRECTED_IN_RSIENA[name]} here.")
    near = get_close_matches(name, among, n=3, cutoff=0.5) or [other for other in among if name.lower() in other.lower()][:3]
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    other = "network" if kind == "behaviour" else "behaviour"
    elsewhere = STEP_EFFECTS if kind == "network" else TIE_EFFECTS
    if name in elsewhere:
        hint = f" It is an effect on the {other}."
    raise SchemaError(f"There is no {kind} effect called {name!r}.{hint} effects_catalogue() lists them all.")
