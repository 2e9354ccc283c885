"""How would the order of rules change if an assumption were otherwise? Where does the answer tip?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from recoverynet.draw.tipping import draw_tipping
from recoverynet.errors import SchemaError
from recoverynet.models.interventions.comparison import NOBODY, compare_interventions
from recoverynet.models.interventions.courses import basis_of, ends_of
from recoverynet.models.interventions.declared import Champion, Intervention, Introduction, in_range, require_interventions
from recoverynet.models.interventions.rates import DeclaredRates
from recoverynet.models.interventions.source import SpreadSource
from recoverynet.progress import track
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.results import Result, settings_of

if TYPE_CHECKING:
    from recoverynet.draw.tipping import Axes

VARIED = {"transmission": (0.0, 0.02, 0.06), "attending": (0.0, 0.05, 0.1), "leaving": (0.05, 0.3), "closure": (0.1, 0.6)}
"""What is varied, and over which chances a month (closure: shares)."""


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class TippingPoints(Result):
    """Which assumption would change which rule is best, and where?

    Parameters
    ----------
    table : pandas.DataFrame
        See :meth:`to_frame`.
    supposition : bool
        Whether the spread part is supposed.
    """

    table: pd.DataFrame
    supposition: bool

    def to_frame(self) -> pd.DataFrame:
        """What does each rule gain under each value of each assumption?

        Returns
        -------
        pandas.DataFrame
            One row an ``assumption``, ``value`` and ``rule``: ``gained``, ``low``, ``high`` (clients holding the norm at the
            end, more than without), ``place`` (1 gains most), ``leads`` (its mean is the highest and the difference to the
            second excludes 0), and ``basis``.
        """
        return self.table.copy()

    def tips(self) -> pd.DataFrame:
        """Between which values of an assumption does the rule with the highest mean change?

        Returns
        -------
        pandas.DataFrame
            One row an assumption: ``assumption``, ``lowest`` and ``highest`` value tried, ``best`` (rule with the highest mean
            at the lowest value), ``tips_between`` (two values, or missing), ``then`` (the rule after), ``ever_leads`` (whether
            any rule is told apart from the next at any value).
        """
        rows = []
        for name, part in self.table.groupby("assumption", sort=False):
            top = part[part["place"] == 1].sort_values("value")
            values, best = top["value"].tolist(), top["rule"].tolist()
            at = next((place for place in range(1, len(best)) if best[place] != best[0]), None)
            between = None if at is None else (values[at - 1], values[at])
            rows.append(
                (name, values[0], values[-1], best[0], between, None if at is None else best[at], bool(part["leads"].any()))
            )
        return pd.DataFrame(rows, columns=["assumption", "lowest", "highest", "best", "tips_between", "then", "ever_leads"])

    def plot(self, ax: Axes | None = None) -> Axes:
        """What each rule gains along the assumption that moves it most, in new Axes where none are given."""
        spans = self.table.groupby("assumption", sort=False)["gained"].agg(lambda gained: gained.max() - gained.min())
        return draw_tipping(self.table, assumption=str(spans.idxmax()), supposition=self.supposition, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", "clients who hold the norm at the end, more than without interventions, under each assumption"

    def _headline(self) -> str:
        tips = self.tips()
        led = tips.loc[tips["ever_leads"], "assumption"].tolist()
        return (
            f"a rule is told apart from the next under some value of {', '.join(led)}"
            if led
            else "no rule is told apart from the next under any value tried"
        )


def tipping_points(
    source: SpreadSource,
    interventions: Sequence[Intervention] | Intervention,
    *,
    vary: Mapping[str, Sequence[float]] | None = None,
    rules: Sequence[str] | None = None,
    horizon: int = 18,
    n_runs: int = 200,
    rng: RandomSource = None,
    turnover: bool = True,
    workers: int | None = None,
    quiet: bool | None = None,
) -> TippingPoints:
    """How does the order of rules change under each assumption, one at a time?

    Parameters
    ----------
    source : SpreadSource
        What a fitted model says of contacts is not ours to vary; everything else is.
    interventions, rules, horizon, rng, turnover, workers, quiet
        As for :func:`recoverynet.compare_interventions`.
    vary : mapping of assumption to values, optional
        Of ``"transmission"``, ``"attending"``, ``"leaving"`` (chances a month), ``"closure"`` (share of proposals followed).
        Default: ``VARIED``, all four.
    n_runs : int
        Runs a value. Default 200.

    Returns
    -------
    TippingPoints
        ``to_frame()``, ``tips()``, ``plot()``.

    Raises
    ------
    SchemaError
        An assumption is unknown, has fewer than two values, or one out of its range; otherwise as
        for :func:`recoverynet.compare_interventions`.
    UnknownPersonError, NotEstimableError
        As for :func:`recoverynet.compare_interventions`.

    Examples
    --------
    >>> import recoverynet as rn
    >>> source = rn.spread_source(rn.load_sample("riverside"), rn.DeclaredRates())
    >>> plan = rn.Introduction(per_month=4.35)
    >>> tried = {"attending": (0.0, 0.1)}
    >>> found = rn.tipping_points(source, plan, vary=tried, rules=["random"], horizon=3, n_runs=20, rng=1, quiet=True)
    >>> found.to_frame()["assumption"].unique().tolist()
    ['attending']
    """
    every = require_interventions(interventions)
    asked = _asked(source, vary)
    seed = int(resolve_rng(rng).integers(2**63))
    parts = []
    for name, value in track([(name, value) for name, values in asked.items() for value in values], "assumptions", quiet=quiet):
        there, plan = _under(source, every, name, value)
        found = compare_interventions(
            there, plan, rules=rules, horizon=horizon, n_runs=n_runs, rng=seed, turnover=turnover, workers=workers, quiet=True
        )
        parts.append(_rows(found, name, value))
    return TippingPoints(
        question="How would the order of rules change if an assumption were otherwise?",
        assumptions=found.assumptions,
        settings=settings_of(
            vary={name: tuple(values) for name, values in asked.items()}, horizon=horizon, n_runs=n_runs, turnover=turnover
        ),
        n_people=found.n_people,
        n_dropped=found.n_dropped,
        checks=found.checks,
        table=pd.concat(parts, ignore_index=True).assign(basis=basis_of(source.supposition)),
        supposition=source.supposition,
    )


def _asked(source: SpreadSource, vary: Mapping[str, Sequence[float]] | None) -> dict[str, tuple[float, ...]]:
    if not isinstance(source, SpreadSource):
        raise SchemaError(f"A what-if starts from what spread_source() gives; got {type(source).__name__}.")
    declared = isinstance(source.rates, DeclaredRates)
    ours = {name: values for name, values in VARIED.items() if declared or name != "transmission"}
    asked = ours if vary is None else vary
    wrong = [name for name in asked if name not in ours]
    if wrong or not asked:
        fitted = "" if declared else " (transmission is the fitted model's to say)"
        raise SchemaError(f"vary holds values of {', '.join(ours)}{fitted}; got {', '.join(map(repr, wrong)) or 'nothing'}.")
    for name, values in asked.items():
        if isinstance(values, str) or not isinstance(values, Sequence) or len(values) < 2:
            raise SchemaError(f"vary of {name} is two values or more, such as (0.0, 0.05); got {values!r}.")
        for value in values:
            in_range((value, value), f"A value of {name} in vary")
    return {name: tuple(sorted(float(value) for value in values)) for name, values in asked.items()}


def _under(
    source: SpreadSource, every: tuple[Intervention, ...], name: str, value: float
) -> tuple[SpreadSource, tuple[Intervention, ...]]:
    """Source and plan with one assumption set."""
    if name != "closure":
        changed: dict[str, Any] = {name: value}
        return replace(source, rates=replace(source.rates, **changed)), every
    return source, tuple(replace(each, closure=value) if isinstance(each, Introduction | Champion) else each for each in every)


def _rows(found: object, name: str, value: float) -> pd.DataFrame:
    """What each rule gains under one value."""
    frame = found.to_frame().drop(index=NOBODY)  # type: ignore[attr-defined]
    order = frame["gained"].rank(ascending=False, method="first").astype(int)
    leads = pd.Series(False, index=frame.index)
    if len(frame) > 1:
        first, second = order.idxmin(), order[order == 2].index[0]
        low, _ = ends_of(found.differences(first, than=second), 0.95)  # type: ignore[attr-defined]
        leads[first] = bool(low > 0)
    return pd.DataFrame(
        {
            "assumption": name,
            "value": value,
            "rule": frame.index,
            "gained": frame["gained"].to_numpy(),
            "low": frame["gained_low"].to_numpy(),
            "high": frame["gained_high"].to_numpy(),
            "place": order.to_numpy(),
            "leads": leads.to_numpy(),
        }
    )
