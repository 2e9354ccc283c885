"""A specification as the columns and parameters of a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.kernels.saom.actor_model import (
    AT_MEAN,
    ATTRIBUTE,
    CLOSURE,
    CODE,
    CONDITION,
    DEGREE_CAP,
    DIRECTED,
    FIRST,
    KIND,
    N_CLASSES,
    N_FIELDS,
    N_OWN,
    N_PARAMETERS,
    N_SLOTS,
    ON_EGO,
    PART,
    PATHS,
    SLOT,
    VARIABLE,
    WEIGHT,
    ActorModel,
)
from recoverynet.kernels.saom.effects.declared import DYADIC, EVAL, INTERACTION, OWN
from recoverynet.models.saom.attributes import Attributes
from recoverynet.models.saom.effects import OwnEffect
from recoverynet.models.saom.specification import PARTS, Specification, Term, effect_of, is_rate

MOST_CLASSES = 2048
EGO_ONLY = ("egoX", "egoSqX")


@dataclass(frozen=True)
class Parameter:
    """One number that is estimated, or held fixed.

    Attributes
    ----------
    dependent, effect, covariate, type : str
        As in the table of a fit; type is "rate", "eval", "endow" or "creation".
    period : int or None
        Period of a basic rate, counted from 1.
    group : object
        Group of a basic rate where several are pooled, else None.
    start : float or None
        Value to start from; None where a default will do.
    fixed : float or None
        Value it is held at.
    """

    dependent: str
    effect: str
    covariate: str = ""
    type: str = "eval"
    period: int | None = None
    group: object = None
    start: float | None = None
    fixed: float | None = None

    @property
    def label(self) -> str:
        """A short name for tables and messages."""
        if self.effect == "Rate":
            of = f", {self.group}" if self.group is not None else ""
            return f"{self.dependent}: rate, period {self.period}{of}"
        part = "" if self.type in ("eval", "rate") else f" ({self.type})"
        return f"{self.dependent}: {self.effect} {self.covariate}".strip() + part


@dataclass
class ModelColumns:
    """Columns of a model in the making.

    Attributes
    ----------
    parameters : list of Parameter
    rate_places : dict of (epoch, variable) to place in θ
    own : list of compiled functions
    """

    parameters: list[Parameter] = field(default_factory=list)
    rate_places: dict[tuple[int, int], int] = field(default_factory=dict)
    own: list[Callable[..., float]] = field(default_factory=list)
    ties: list[list[int]] = field(default_factory=list)
    numbers: list[tuple[float, float]] = field(default_factory=list)
    n_slots: int = 0
    behaviours: list[list[int]] = field(default_factory=list)
    rates: list[list[int]] = field(default_factory=list)
    paths: int = 0
    by_value: set[int] = field(default_factory=set)
    by_degree: list[bool] = field(default_factory=lambda: [False, False])
    one_by_one: bool = False


def build_columns(
    specification: Specification, attributes: Attributes, epochs: Sequence[tuple[object, int]], condition: int
) -> ModelColumns:
    """Columns and parameters in the order of a table: the network first, its rates first.

    ``epochs`` are (group, period) in order; ``condition`` the variable whose basic rates are not estimated (−1: none).
    """
    columns = ModelColumns()
    for variable, (name, terms) in enumerate(specification.terms.items()):
        for epoch, (group, period) in enumerate(epochs):
            if variable != condition:
                columns.rate_places[epoch, variable] = len(columns.parameters)
                columns.parameters.append(Parameter(name, "Rate", type="rate", period=period, group=group))
        for term in [each for each in terms if is_rate(each)]:
            _add_rate(columns, term, name, variable, attributes)
        for term in [each for each in terms if not is_rate(each)]:
            if variable == 0:
                _add_tie_term(columns, term, name, attributes)
            else:
                _add_step_term(columns, term, name, variable, attributes)
    return columns


def _parameter(columns: ModelColumns, term: Term, dependent: str, type_: str) -> int:
    about = " × ".join(each.about for each in (term, *term.times) if each.about is not None)
    columns.parameters.append(Parameter(dependent, term.name, about, type_, start=term.start, fixed=term.fixed))
    return len(columns.parameters) - 1


def _blank() -> list[int]:
    column = [0] * N_FIELDS
    for place in (ATTRIBUTE, SLOT, FIRST, FIRST + 1, FIRST + 2, WEIGHT):
        column[place] = -1
    return column


def _add_rate(columns: ModelColumns, term: Term, name: str, variable: int, attributes: Attributes) -> None:
    column, effect = _blank(), effect_of(term, "network")
    column[CODE], column[VARIABLE] = effect.code, variable
    column[WEIGHT] = _parameter(columns, term, name, "rate")
    if effect.covariate:
        column[ATTRIBUTE] = attributes.place(str(term.about))
    columns.rates.append(column)


def _add_tie_term(columns: ModelColumns, term: Term, name: str, attributes: Attributes) -> None:
    weight = _parameter(columns, term, name, term.type)
    if not term.times:
        _add_tie_column(columns, term, weight, attributes)
        return
    parts = [_add_tie_column(columns, each, -1, attributes) for each in (term, *term.times)]
    column = _blank()
    column[KIND], column[PART], column[WEIGHT] = INTERACTION, PARTS[term.type], weight
    column[FIRST : FIRST + len(parts)] = parts
    columns.ties.append(column)
    columns.numbers.append((0.0, 1.0))


def _add_tie_column(columns: ModelColumns, term: Term, weight: int, attributes: Attributes) -> int:
    effect = effect_of(term, "network")
    column = _blank()
    column[CODE], column[KIND], column[WEIGHT] = effect.code, effect.kind, weight
    column[PART] = PARTS[term.type] if weight >= 0 else EVAL
    column[ON_EGO] = int(effect.ego_statistic)
    number = effect.parameter if term.parameter is None else float(term.parameter)
    if effect.name in ("balance", "inStructEq"):
        number = attributes.disagreement[effect.name]
    if effect.kind == OWN and isinstance(term.effect, OwnEffect):
        column[CODE] = len(columns.own)
        columns.own.append(term.effect.statistic)
        columns.one_by_one = True
    if effect.kind == DYADIC:
        column[ATTRIBUTE] = attributes.dyadic_place(str(term.about))
        columns.one_by_one = True
    elif effect.covariate:
        column[ATTRIBUTE] = attributes.place(term.about, words=effect.name == "sameX")
        if effect.name not in EGO_ONLY:
            columns.by_value.add(column[ATTRIBUTE])
    if effect.closure:
        column[SLOT], column[CLOSURE] = columns.n_slots, effect.closure
        columns.n_slots += 1
    columns.paths |= effect.paths
    columns.by_degree[0] |= effect.alter_in
    columns.by_degree[1] |= effect.alter_out
    columns.ties.append(column)
    columns.numbers.append((number, effect.scale))
    return len(columns.ties) - 1


def _add_step_term(columns: ModelColumns, term: Term, name: str, variable: int, attributes: Attributes) -> None:
    weight = _parameter(columns, term, name, term.type)
    parts = []
    for each in (term, *term.times):
        effect, column = effect_of(each, "behaviour"), _blank()
        column[CODE], column[VARIABLE], column[PART] = effect.code, variable, PARTS[term.type]
        column[WEIGHT] = -1 if term.times else weight
        if effect.covariate:
            column[ATTRIBUTE] = attributes.place(str(each.about))
        parts.append(len(columns.behaviours))
        columns.behaviours.append(column)
    if term.times:
        column = _blank()
        column[KIND], column[VARIABLE], column[PART], column[WEIGHT] = INTERACTION, variable, PARTS[term.type], weight
        column[FIRST : FIRST + len(parts)] = parts
        columns.behaviours.append(column)


def build_model(
    columns: ModelColumns,
    attributes: Attributes,
    *,
    directed: bool,
    n_people: int,
    most_degree: int,
    condition: int,
    by_class: bool | None,
    unknown_alters: str,
) -> ActorModel:
    """The arrays kernels read. ``by_class`` looks at people out of reach class by class (None: where that is quicker)."""
    strides, n_classes, cap = _classes(columns, attributes, n_people, most_degree, by_class)
    whole = np.zeros(9, np.int64)
    whole[PATHS], whole[DIRECTED], whole[N_CLASSES], whole[DEGREE_CAP] = columns.paths, directed, n_classes, cap
    whole[N_PARAMETERS], whole[N_OWN], whole[CONDITION] = len(columns.parameters), len(columns.own), condition
    whole[N_SLOTS], whole[AT_MEAN] = columns.n_slots, unknown_alters == "mean"
    rows = attributes.behaviour_rows
    return ActorModel(
        ties=_table(columns.ties, N_FIELDS),
        numbers=np.array(columns.numbers, float).reshape(-1, 2),
        attributes=attributes.for_kernels(),
        strides=strides,
        behaviours=_table(columns.behaviours, N_FIELDS),
        rows=np.array(rows, np.int64),
        bounds=attributes.bounds.astype(np.int64).reshape(-1, 2),
        centres=attributes.centres[rows].astype(float),
        rates=_table(columns.rates, N_FIELDS),
        whole=whole,
    )


def _table(rows: Sequence[Sequence[int]], width: int) -> np.ndarray:
    return np.array(rows, np.int64).reshape(-1, width)


def _classes(
    columns: ModelColumns, attributes: Attributes, n_people: int, most_degree: int, by_class: bool | None
) -> tuple[np.ndarray, int, int]:
    """Strides of the class number, number of classes (0: look at everybody) and the degree cap."""
    strides = np.zeros(len(attributes.names) + 2, np.int64)
    cap = 2 * most_degree + 8
    sizes = {place: attributes.n_categories[place] for place in sorted(columns.by_value)}
    for place, used in zip((len(strides) - 2, len(strides) - 1), columns.by_degree, strict=True):
        if used:
            sizes[place] = cap
    n_classes = 1
    for place, size in sizes.items():
        strides[place] = n_classes
        n_classes *= size
    possible = not columns.one_by_one and n_classes <= MOST_CLASSES
    if by_class and not possible:
        raise SchemaError(
            "People out of reach differ one by one in this model: it has a covariate of pairs, an own effect, or covariates "
            f"of more values than {MOST_CLASSES} classes hold."
        )
    wanted = possible and n_classes * 2 < n_people if by_class is None else by_class
    return (strides, n_classes, cap) if wanted else (np.zeros_like(strides), 0, cap)


def parameter_frame(parameters: Sequence[Parameter]) -> pd.DataFrame:
    """One row a parameter: dependent, effect, covariate, type, period, group."""
    frame = pd.DataFrame([vars(each) for each in parameters])
    frame["period"] = frame["period"].astype("Int64")
    return frame[["dependent", "effect", "covariate", "type", "period", "group"]]
