"""A plan in a TOML file: what would be done, over how long, and what is assumed of rates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from recoverynet.arguments import as_path, whole_number
from recoverynet.errors import SchemaError
from recoverynet.measures.doors import Wishes
from recoverynet.models.interventions.declared import KINDS, Intervention, in_range, require_interventions
from recoverynet.models.interventions.fitted import OTHER_RATES
from recoverynet.models.interventions.rates import DeclaredRates
from recoverynet.untrusted.structured import parse_toml

TOP = ("title", "horizon_months", "runs", "seed", "turnover", "placebo", "model", "rules", "rates", "reach", "vary", "intervention")
MODELS = ("hazard", "sisa")
REACH = ("max_km", "access", "days", "online")
EXAMPLE = '[[intervention]]\nkind = "introduction"\nper_month = 4.35'


@dataclass(frozen=True)
class InterventionPlan:
    """What would be done, over how long, and what is assumed?

    Attributes
    ----------
    interventions : tuple of interventions
    rates : DeclaredRates
    rules : tuple of str or None
        Rules of choosing to compare; None for all.
    vary : mapping or None
        Assumptions to vary; None for the usual ones.
    title : str
    horizon, runs, seed : int
    turnover : bool
    placebo : str or None
        An outcome that cannot spread, by which the evidence ladder is asked; None leaves it unasked.
    model : {"hazard", "sisa"} or None
        The model of contacts, fitted to the record, whose rates are drawn; None where they are declared.
    reach : Wishes
        What must be so of every group that people are brought to.
    """

    interventions: tuple[Intervention, ...]
    rates: DeclaredRates
    rules: tuple[str, ...] | None = None
    vary: Mapping[str, tuple[float, ...]] | None = None
    title: str = "What if?"
    horizon: int = 18
    runs: int = 1000
    seed: int = 0
    turnover: bool = True
    placebo: str | None = None
    model: str | None = None
    reach: Wishes = Wishes()


def read_plan(path: str | Path) -> InterventionPlan:
    r"""Which interventions does a plan in a TOML file declare, and on what assumptions?

    Parameters
    ----------
    path : str or pathlib.Path
        A TOML file: ``title``, ``horizon_months``, ``runs``, ``seed``, ``turnover``, ``placebo``, ``model``, ``rules``; a table
        ``[rates]`` with the parameters of :class:`DeclaredRates`; a table ``[reach]`` with ``max_km``, ``access``, ``days`` or
        ``online`` of :class:`recoverynet.Wishes`; a table ``[vary]`` of lists; and one ``[[intervention]]`` each, with ``kind``
        (``"introduction"``, ``"group"``, ``"champion"``, ``"bridge_removed"``, ``"group_closed"``, ``"hours_moved"``) and its
        parameters.

    Returns
    -------
    InterventionPlan

    Raises
    ------
    SchemaError
        The file cannot be read, is empty, holds a word that is not known or a value out of its range, or two interventions
        contradict each other.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import recoverynet as rn
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "plan.toml"
    >>> _ = file.write_text('[[intervention]]\nkind = "introduction"\nper_month = 4.35\n')
    >>> rn.read_plan(file).interventions[0].per_month
    4.35
    """
    file = as_path(path, "read_plan()")
    if not file.is_file():
        raise SchemaError(f"There is no plan {file.name!r}. A plan is a TOML file; the shortest is:\n{EXAMPLE}")
    return plan_of(parse_toml(file.read_text(encoding="utf-8", errors="replace"), f"The plan {file.name!r}"))


def plan_of(content: Mapping[str, Any]) -> InterventionPlan:
    """The plan that the content of a TOML file declares; SchemaError where it cannot be one."""
    _require_known(content, TOP, "The plan")
    rows = content.get("intervention", [])
    if not isinstance(rows, list) or not rows:
        raise SchemaError(f"The plan is empty: it names no intervention. Add one, such as:\n{EXAMPLE}")
    rules, vary = content.get("rules"), content.get("vary")
    if rules is not None and not isinstance(rules, list):
        raise SchemaError(f'rules of the plan is a list, such as ["random", "isolated"]; got {rules!r}.')
    for name, kind in (("title", str), ("placebo", str), ("turnover", bool)):
        if name in content and not isinstance(content[name], kind):
            raise SchemaError(f"{name} of the plan is {'true or false' if kind is bool else 'a text'}; got {content[name]!r}.")
    model = content.get("model")
    if model is not None and model not in MODELS:
        raise SchemaError(f"model of the plan is {' or '.join(map(repr, MODELS))}, or left out; got {model!r}.")
    return InterventionPlan(
        interventions=require_interventions([_intervention(row, place) for place, row in enumerate(rows, 1)]),
        rates=_rates(content.get("rates", {}), model),
        rules=None if rules is None else tuple(rules),
        vary=None if vary is None else _vary(vary),
        title=content.get("title", "What if?"),
        horizon=whole_number(content.get("horizon_months", 18), "horizon_months of the plan", 1),
        runs=whole_number(content.get("runs", 1000), "runs of the plan", 20, ", for an interval"),
        seed=whole_number(content.get("seed", 0), "seed of the plan", 0),
        turnover=content.get("turnover", True),
        placebo=content.get("placebo"),
        model=model,
        reach=_reach(content.get("reach", {})),
    )


def _require_known(content: object, known: tuple[str, ...], where: str) -> None:
    if not isinstance(content, Mapping):
        raise SchemaError(f"{where} is a table of names and values; got {content!r}.")
    wrong = [name for name in content if name not in known]
    if wrong:
        raise SchemaError(f"{where} has {', '.join(map(repr, wrong))}, which is not known; it may have {', '.join(known)}.")


def _intervention(row: object, place: int) -> Intervention:
    where = f"Intervention {place} of the plan"
    if not isinstance(row, Mapping) or row.get("kind") not in KINDS:
        kind = row.get("kind") if isinstance(row, Mapping) else row
        raise SchemaError(f"{where} needs a kind: {', '.join(KINDS)}; got {kind!r}.")
    made = KINDS[row["kind"]]
    names = tuple(field.name for field in fields(made))
    _require_known(row, ("kind", *names), where)
    needed = [field.name for field in fields(made) if field.default is MISSING and field.name not in row]
    if needed:
        raise SchemaError(f"{where}, a {row['kind'].replace('_', ' ')}, needs {', '.join(needed)}.")
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items() if name != "kind"
    }
    for field in fields(made):
        if (
            str(field.type).startswith("str")
            and field.name in given
            and field.name != "closure"
            and not isinstance(given[field.name], str)
        ):
            raise SchemaError(f"{where}: {field.name} is a text; got {given[field.name]!r}.")
    try:
        return made(**given)
    except SchemaError as error:
        raise SchemaError(f"{where}: {error}") from None


def _reach(content: object) -> Wishes:
    _require_known(content, REACH, "[reach] of the plan")
    given = dict(content)  # type: ignore[call-overload]
    for name in ("access", "days"):
        if name in given and not (isinstance(given[name], list) and all(isinstance(word, str) for word in given[name])):
            raise SchemaError(f'{name} in [reach] of the plan is a list of words, such as ["step-free"]; got {given[name]!r}.')
    if "max_km" in given:
        in_range(given["max_km"], "max_km in [reach] of the plan", 0.01, math.inf)
    if not isinstance(given.get("online", True), bool):
        raise SchemaError(f"online in [reach] of the plan is true or false; got {given['online']!r}.")
    return Wishes(**given)


def _rates(content: object, model: str | None) -> DeclaredRates:
    names = tuple(field.name for field in fields(DeclaredRates))
    _require_known(content, OTHER_RATES if model else names, "[rates] of a plan with a model" if model else "[rates] of the plan")
    return DeclaredRates(**{name: tuple(value) if isinstance(value, list) else value for name, value in content.items()})  # type: ignore[attr-defined]


def _vary(content: object) -> dict[str, tuple[float, ...]]:
    _require_known(content, ("transmission", "attending", "leaving", "closure"), "[vary] of the plan")
    for name, values in content.items():  # type: ignore[attr-defined]
        if not isinstance(values, list):
            raise SchemaError(f"{name} in [vary] of the plan is a list of numbers, such as [0.0, 0.05]; got {values!r}.")
        for value in values:
            in_range(value, f"A value of {name} in [vary] of the plan")
    return {name: tuple(values) for name, values in content.items()}  # type: ignore[attr-defined]
