"""Every chance to gain or lose a norm, with what contacts held before: where all spread models start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.expectation import expected_states
from recoverynet.kernels.transitions import LaggedExposure, RiskRows, Transition, lagged_exposure, risk_rows, ties_of
from recoverynet.measures.behaviours import Behaviour, norm_values
from recoverynet.measures.exposure import known_ties
from recoverynet.models.spread.reasons import Reason
from recoverynet.results import Check

Isolates = Literal["nan", "zero"]
TRANSITIONS = ("gain", "loss", "holding")
HAPPENED = {"gain": "gained it", "loss": "lost it", "holding": "held it at the next wave"}
BUILT_IN = ("n_alters", "history")


class TermColumns(NamedTuple):
    """Terms of a model, their values in each row (NaN where unknown), of levels the category, and of categories the first level."""

    terms: list[str]
    values: np.ndarray
    level_of: dict[str, str]
    first_of: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class RiskSet:
    """Who could change when, who did, and what their contacts held before.

    Attributes
    ----------
    panel : NetworkPanel
    name : str
        Name of the behaviour.
    held : float array (n, W)
    source, source_held : the same of the norm contacts are looked at for
    transition : {"gain", "loss", "holding"}
    lag : int
    direction : {"out", "in", "mutual"}
    rows : RiskRows
        One row a person and pair of neighbouring waves at which they were at risk and both states are known.
    seen : LaggedExposure
        What contacts held, arrays (n, W) standing at the wave of the outcome.
    reason : Reason or None
        Why nothing can be learnt from it; None where something can.
    steps : int array (N,) or None
        Waves from the start of each row to its outcome; None where that is one everywhere.
    """

    panel: NetworkPanel
    name: str
    held: np.ndarray
    source: str
    source_held: np.ndarray
    transition: Transition
    lag: int
    direction: str
    rows: RiskRows
    seen: LaggedExposure
    reason: Reason | None
    steps: np.ndarray | None = None

    def at(self, values: np.ndarray) -> np.ndarray:
        """An (n, W) array that stands at the wave of the outcome, read off row by row."""
        answer: np.ndarray = values[self.rows.person, self.rows.column]
        return answer

    @property
    def n_never_at_risk(self) -> int:
        """People seen at two neighbouring waves at least once, and never at risk at the first of the two."""
        if self.transition == "holding":
            return 0
        seen = risk_rows(self.held, "holding", self.panel.present).person
        return len(np.setdiff1d(seen, self.rows.person))

    def covariates(self, names: Sequence[str], *, categories: Sequence[str] = (), beside: Sequence[str] = ()) -> TermColumns:
        """Named covariates row by row; those that vary over time as they stood a wave before the outcome.

        Parameters
        ----------
        names : sequence of str
            Covariates or other behaviours of the panel, columns of its people, or ``"n_alters"`` (contacts of
            known state) and ``"history"`` (share of earlier known waves at which the person held the norm).
        categories : sequence of str
            Names whose numbers are codes. Words are taken as categories anyway.
        beside : sequence of str
            Terms that the model has of itself, whether or not this fit has them: no covariate may bear the name of one.

        Returns
        -------
        Columns
            A category becomes one term a level but the first.

        Raises
        ------
        SchemaError
            A covariate nobody knows of, or one that bears the name of another term.
        """
        parts = [_terms(self, name, name in categories) for name in names]
        terms = [term for part in parts for term in part.terms]
        both = [term for place, term in enumerate(terms) if term in beside or term in terms[:place]]
        if both:
            raise SchemaError(
                f"A covariate is called {both[0]!r}, as another term of the model is: nobody could tell them apart. Give the "
                "covariate another name."
            )
        values = [part.values for part in parts]
        level_of = {term: category for part in parts for term, category in part.level_of.items()}
        first_of = {category: level for part in parts for category, level in part.first_of.items()}
        return TermColumns(terms, np.column_stack(values) if values else np.empty((len(self.rows.person), 0)), level_of, first_of)

    def frame(self) -> pd.DataFrame:
        """The rows as a table.

        Returns
        -------
        pandas.DataFrame indexed by (person_id, wave), the wave being that of the outcome
            ``outcome`` (1 or 0), ``exposure`` (share of contacts of known state who held the norm),
            ``n_alters``, ``n_observed``, ``n_holding``.
        """
        person, column, outcome = self.rows
        people, waves = self.panel.people.index[person], self.panel.waves.index[column]
        names = ("exposure", "n_alters", "n_observed", "n_holding")
        columns = {name: self.at(values) for name, values in zip(names, self.seen, strict=True)}
        index = pd.MultiIndex.from_arrays([people, waves], names=["person_id", "wave"])
        frame = pd.DataFrame({"outcome": outcome, **columns}, index=index)
        return frame.astype({"outcome": int, "n_alters": int, "n_observed": int, "n_holding": int})


def risk_set(
    panel: NetworkPanel,
    behaviour: Behaviour = None,
    *,
    transition: Transition = "gain",
    lag: int = 1,
    direction: str = "out",
    weighted: bool = False,
    isolates: Isolates = "nan",
    exposure_to: Behaviour = None,
    unknown: Literal["leave_out", "expected"] = "leave_out",
) -> RiskSet:
    """Who could gain (or lose) the norm when, did they, and what did their contacts hold before?

    Parameters
    ----------
    panel : NetworkPanel
    behaviour : str, Norm, array (n, W) or None
        A norm: 1 holds it, 0 does not, NaN unknown. Default: the panel's norm.
    transition : {"gain", "loss", "holding"}
        Gaining among those who do not hold it (default), losing among those who do, or holding it at the next
        wave among everybody.
    lag : int
        Waves from exposure to outcome, 1 or more.
    direction : {"out", "in", "mutual"}
        Exposed to people named (default), people who name one, or both at once.
    weighted : bool
        Weigh contacts by the strength of the tie. Default: all count alike.
    isolates : {"nan", "zero"}
        Exposure of somebody without contacts: unknown (default) or 0. Where nobody knows of their
        contacts, or of their contacts' states, it is unknown either way.
    exposure_to : behaviour, optional
        What contacts hold, where that is another norm than the outcome. Default: the same.
    unknown : {"leave_out", "expected"}
        Contacts of unknown state leave the denominator (default), or count at the state expected of them; see
        :func:`recoverynet.kernels.expectation.expected_states`.

    Returns
    -------
    RiskSet

    Raises
    ------
    SchemaError
        Unknown behaviour or argument.
    """
    require_words(transition, direction, isolates, lag, unknown)
    name, held = norm_values(panel, behaviour)
    source, source_held = (name, held) if exposure_to is None else norm_values(panel, exposure_to)
    ties = ties_of(panel.networks, direction, directed=panel.directed, weighted=weighted)
    states = expected_states(source_held) if unknown == "expected" else source_held
    seen = lagged_exposure(ties, np.where(panel.present, states, np.nan), int(lag))
    if isolates == "zero":
        alone = (seen.n_alters == 0) & known_ties(panel, direction, int(lag))
        seen = seen._replace(share=np.where(alone, 0.0, seen.share))
    given = {"transition": transition, "lag": int(lag), "direction": direction, "seen": seen}
    any_tie = any(network.nnz for network in panel.networks)
    return at_risk(panel, name, held, **given, any_tie=any_tie, source=(source, source_held))  # type: ignore[arg-type]


def at_risk(
    panel: NetworkPanel,
    name: str,
    held: np.ndarray,
    *,
    transition: Transition,
    lag: int,
    direction: str,
    seen: LaggedExposure,
    any_tie: bool,
    source: tuple[str, np.ndarray] | None = None,
) -> RiskSet:
    """The risk set of a norm, given what contacts held.

    Parameters
    ----------
    panel, name, held, transition, lag, direction, seen
        As the attributes of :class:`RiskSet`.
    any_tie : bool
        Whether anybody had a contact at any wave.
    source : (name, float array (n, W)), optional
        What contacts are looked at for. Default: the same norm.
    """
    rows = risk_rows(held, transition, panel.present)
    inside = rows.column >= lag
    rows = RiskRows(*(values[inside] for values in rows))
    reason = reason_of(panel, held, name, transition, rows, seen, lag, any_tie)
    looked_for = (name, held) if source is None else source
    return RiskSet(panel, name, held, *looked_for, transition, int(lag), direction, rows, seen, reason)


def require_words(transition: object, direction: object, isolates: object, lag: object, unknown: object = "leave_out") -> None:
    """Raise SchemaError for an argument of a risk set that there is not."""
    for word, given, allowed in (
        ("transition", transition, TRANSITIONS),
        ("direction", direction, ("out", "in", "mutual")),
        ("isolates", isolates, ("nan", "zero")),
        ("unknown", unknown, ("leave_out", "expected")),
    ):
        if given not in allowed:
            raise SchemaError(f"{word} must be one of {', '.join(map(repr, allowed))}; got {given!r}.")
    whole_number(lag, "lag", 1, ", since what comes at the same time cannot have come before", of="waves")


def waves_in_words(number: int) -> str:
    """A number of waves: ``1 wave``, ``2 waves``."""
    return f"{number} wave{'s' * (number != 1)}"


def coverage_checks(risk: RiskSet) -> list[Check]:
    """How many people are at risk, and how much is known of their contacts."""
    alters, observed = risk.at(risk.seen.n_alters).sum(), risk.at(risk.seen.n_observed).sum()
    n_at_risk, n_never = len(np.unique(risk.rows.person)), risk.n_never_at_risk
    n_unseen = risk.panel.n_people - n_at_risk - n_never
    detail = f"{n_at_risk:,} people at risk at some wave, {n_never:,} never, {n_unseen:,} not seen so"
    unknown = 1 - observed / alters if alters else np.nan
    return [
        Check("everybody seen twice in a row", n_unseen == 0, detail),
        Check("states of contacts known", bool(unknown == 0), f"{unknown:.0%} of contacts unknown"),
    ]


def reason_of(
    panel: NetworkPanel,
    held: np.ndarray,
    name: str,
    transition: str,
    rows: RiskRows,
    seen: LaggedExposure,
    lag: int,
    any_tie: bool | None = None,
) -> Reason | None:
    """Why nothing can be learnt from these rows; None where something can. ``any_tie``: by default, as the panel says."""
    any_tie = any(network.nnz for network in panel.networks) if any_tie is None else any_tie
    share = seen.share[rows.person, rows.column]
    n_rows, happened = len(rows.person), rows.outcome.sum()
    if panel.n_waves < lag + 1:
        return Reason("too_few_waves", has=waves_in_words(panel.n_waves), back=waves_in_words(lag), needed=lag + 1)
    if not np.isfinite(held).any():
        return Reason("state_unknown", name=name)
    known = held[np.isfinite(held)]
    if (known == known[0]).all():
        return Reason("all_hold" if known[0] else "none_hold", name=name)
    if n_rows == 0:
        return Reason("nobody_twice", transition=transition, name=name)
    if happened in (0, n_rows):
        return Reason("all_alike", who="everybody" if happened else "nobody", happened=HAPPENED[transition], n_rows=n_rows)
    if not any_tie:
        n_unknown = sum(int(unknown.sum()) for unknown in panel.missing)
        return Reason("no_tie_known", n_unknown=n_unknown) if n_unknown else Reason("no_ties")
    if not np.isfinite(share).any():
        return Reason("exposure_undefined")
    return None


def _terms(risk: RiskSet, name: str, category: bool) -> TermColumns:
    """One covariate as numbers, or as one term a level."""
    panel, (person, column, _) = risk.panel, risk.rows
    if name in BUILT_IN and any(name in known for known in (panel.covariates, panel.behaviour, panel.people.columns)):
        raise SchemaError(
            f"The panel holds a covariate {name!r}, and what is called {name!r} here is worked out from the panel: give the "
            "covariate another name."
        )
    if name == "n_alters":
        return TermColumns([name], risk.at(risk.seen.n_observed)[:, None], {})
    if name == "history":
        return _history(risk)
    if name in panel.covariates:
        values = np.asarray(panel.covariates[name])
    elif name in panel.behaviour:
        values = np.asarray(panel.behaviour[name])
    elif name in panel.people.columns:
        values = panel.people[name].to_numpy()
    else:
        known = [*panel.covariates, *panel.behaviour, *panel.people.columns, *BUILT_IN]
        raise SchemaError(f"Nobody knows of a covariate {name!r}; there are {', '.join(map(repr, known))}.")
    row = values[person] if values.ndim == 1 else values[person, column - 1]
    if not category and pd.api.types.is_numeric_dtype(row.dtype):
        return TermColumns([name], row.astype(np.float64)[:, None], {})
    codes, levels = pd.factorize(pd.Series(row, dtype=object), sort=True)
    if not len(levels):
        return TermColumns([name], np.full((len(row), 1), np.nan), {})
    words = [f"{level:g}" if isinstance(level, float) else f"{level}" for level in levels]
    terms = [f"{name}: {word}" for word in words[1:]]
    marks = (codes[:, None] == np.arange(1, len(levels))).astype(np.float64)
    marks[codes < 0] = np.nan
    return TermColumns(terms, marks, dict.fromkeys(terms, name), {name: words[0]})


def _history(risk: RiskSet) -> TermColumns:
    """Share of waves before the last at which the norm was held, and whether none is known (then 0)."""
    known = np.isfinite(risk.held)
    before = np.cumsum(np.nan_to_num(risk.held), axis=1), np.cumsum(known, axis=1)
    person, column, _ = risk.rows
    earlier = np.maximum(column - 2, 0)
    held, seen = (np.where(column >= 2, total[person, earlier], 0.0) for total in before)
    return TermColumns(["history", "history unknown"], np.column_stack([held / np.maximum(seen, 1), seen == 0]), {})
