"""Rules of choosing side by side: the same runs, differences with intervals, what each costs, and who gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recoverynet.arguments import list_of_names
from recoverynet.draw.dots import draw_dots
from recoverynet.errors import SchemaError
from recoverynet.models.interventions.courses import ArmSetting, Courses, Simulated, answer_fields, basis_of, ends_of, run_arms
from recoverynet.models.interventions.declared import (
    RULE_WORDS,
    RULES,
    Champion,
    GroupClosed,
    Intervention,
    Introduction,
    NewGroup,
    require_interventions,
)
from recoverynet.models.interventions.source import SpreadSource
from recoverynet.randomness import RandomSource
from recoverynet.results import settings_of

if TYPE_CHECKING:
    from recoverynet.draw.dots import Axes

NOBODY = "nobody"
AS_PLANNED = "as planned"
OUTCOMES = {"holding": "held", "linked": "linked"}


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Comparison(Simulated):
    """Which way of choosing links most people, and does more of them good?

    Parameters
    ----------
    arms : mapping of rule to Courses
        ``"nobody"`` first: the course without any intervention.
    costs : mapping of rule to (hours, pounds)
        Arrays over runs.
    """

    arms: Mapping[str, Courses]
    costs: Mapping[str, tuple[np.ndarray, np.ndarray]]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules compared with doing nothing."""
        return tuple(name for name in self.arms if name != NOBODY)

    def differences(self, rule: str, outcome: str = "holding", *, than: str = NOBODY, place: int = 0) -> np.ndarray:
        """Clients more than under another rule, in each run at the end; ``place`` is a subgroup's."""
        one, other = (getattr(self.arms[name], OUTCOMES[outcome])[:, -1, place] for name in (rule, than))
        answer: np.ndarray = (one - other).astype(float)
        return answer

    def to_frame(self) -> pd.DataFrame:
        """What does each rule change at the end, and at what cost?

        Returns
        -------
        pandas.DataFrame indexed by rule
            ``proposed``, ``followed``, ``unfilled`` (means over runs: proposals for whom nobody and no group could be found);
            ``linked``, ``linked_low``, ``linked_high`` and ``gained``, ``gained_low``, ``gained_high`` (clients more than
            without interventions: going to a recovery group, holding the norm); ``best`` (share of runs in which the rule gains
            most; ties shared); ``hours``, ``pounds`` (means); ``hours_per_linked``, ``hours_per_gained``, ``pounds_per_linked``,
            ``pounds_per_gained`` (NaN where the lower end of the difference is not above 0); ``n`` and ``basis``.
        """
        best = self._best()
        rows = {name: self._row(name) | {"best": best.get(name, np.nan)} for name in self.arms}
        frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("rule")
        return frame.assign(n=self.n_people, basis=basis_of(self.supposition))

    def _row(self, name: str) -> dict[str, Any]:
        proposed, followed, unfilled = self.arms[name].done.sum(axis=1).mean(axis=0)
        row: dict[str, Any] = {"proposed": proposed, "followed": followed, "unfilled": unfilled}
        hours, pounds = (float(values.mean()) for values in self.costs[name])
        for outcome, word in (("linked", "linked"), ("holding", "gained")):
            found = self.differences(name, outcome)
            low, high = ends_of(found, self.level)
            row |= {word: found.mean(), f"{word}_low": low, f"{word}_high": high}
            for unit, cost in (("hours", hours), ("pounds", pounds)):
                row[f"{unit}_per_{word}"] = cost / found.mean() if low > 0 and cost > 0 else np.nan
        return row | {"hours": hours, "pounds": pounds}

    def _best(self) -> dict[str, float]:
        """In which share of runs each rule gains most clients; where several do, each has its part."""
        if not self.rules:
            return {}
        gains = np.column_stack([self.differences(name) for name in self.rules])
        top = gains == gains.max(axis=1, keepdims=True)
        shares = (top / top.sum(axis=1, keepdims=True)).mean(axis=0)
        return dict(zip(self.rules, shares.tolist(), strict=True))

    def between(self) -> pd.DataFrame:
        """How far apart are two rules, on the same luck?

        Returns
        -------
        pandas.DataFrame
            One row a pair: ``rule``, ``than``, ``outcome``, ``difference`` (clients), ``low``, ``high``, ``told_apart`` (0 lies
            outside).
        """
        rows = []
        for place, rule in enumerate(self.rules):
            for other in self.rules[place + 1 :]:
                for outcome in OUTCOMES:
                    found = self.differences(rule, outcome, than=other)
                    low, high = ends_of(found, self.level)
                    rows.append((rule, other, outcome, found.mean(), low, high, bool(low > 0 or high < 0)))
        return pd.DataFrame(rows, columns=["rule", "than", "outcome", "difference", "low", "high", "told_apart"])

    def who_gains(self) -> pd.DataFrame:
        """Who is linked and who gains the norm more than without, by sex, age band, substance and area?

        Returns
        -------
        pandas.DataFrame
            One row a rule, column (``by``) and ``level``: ``n`` (clients in it), ``linked`` and ``gained`` per 100 of them with
            ``_low`` and ``_high``.
        """
        rows = []
        for rule in self.rules:
            for place, (by, level) in enumerate(self.levels):
                n = int(self.n_level[place])
                row: dict[str, Any] = {"rule": rule, "by": by, "level": level, "n": n}
                for outcome, word in (("linked", "linked"), ("holding", "gained")):
                    found = 100.0 * self.differences(rule, outcome, place=place) / n if n else np.full(1, np.nan)
                    low, high = ends_of(found, self.level)
                    row |= {word: found.mean(), f"{word}_low": low, f"{word}_high": high}
                rows.append(row)
        return pd.DataFrame(rows)

    def courses_frame(self) -> pd.DataFrame:
        """Month by month, every rule: ``course``, ``outcome``, ``month``, ``mean``, ``low``, ``high``, ``n``, as a figure takes
        it.
        """
        rows = []
        for name, course in self.arms.items():
            for outcome, word in OUTCOMES.items():
                values = getattr(course, word)[:, :, 0].astype(float)
                low, high = ends_of(values, self.level)
                told = "without" if name == NOBODY else name
                months = np.arange(values.shape[1])
                rows.append(
                    pd.DataFrame(
                        {"course": told, "outcome": outcome, "month": months, "mean": values.mean(axis=0), "low": low, "high": high}
                    )
                )
        return pd.concat(rows, ignore_index=True).assign(n=self.n_people)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Rules as dots with intervals, in new Axes where none are given."""
        return draw_dots(dots_frame(self.to_frame(), "gained"), supposition=self.supposition, people=self.n_people, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", "clients who hold the norm, and who go to a recovery group, at the end, more than without interventions"

    def _headline(self) -> str:
        frame = self.to_frame().drop(index=NOBODY)
        if frame.empty:
            return "nothing but the course without interventions was asked for"
        name = str(frame["gained"].idxmax())
        top = frame.loc[name]
        within = f"({top['gained_low']:+.0f} to {top['gained_high']:+.0f})"
        said = f"{name}: {top['gained']:+.1f} clients hold the norm {within}, {top['linked']:+.1f} more are linked"
        return said + (", supposing what passes between people" if self.supposition else "")


def dots_frame(frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Rules as a figure takes them: ``label``, ``value``, ``low``, ``high``, best first."""
    kept = frame.drop(index=NOBODY, errors="ignore").sort_values(outcome, ascending=False, kind="stable")
    labels = [RULE_WORDS.get(str(name), str(name)) for name in kept.index]
    return pd.DataFrame({"label": labels, "value": kept[outcome], "low": kept[f"{outcome}_low"], "high": kept[f"{outcome}_high"]})


def compare_interventions(
    source: SpreadSource,
    interventions: Sequence[Intervention] | Intervention,
    *,
    rules: Sequence[str] | None = None,
    horizon: int = 18,
    n_runs: int = 1000,
    rng: RandomSource = None,
    turnover: bool = True,
    level: float = 0.95,
    workers: int | None = None,
    quiet: bool | None = None,
) -> Comparison:
    """Which way of choosing whom to introduce does most, at what cost, and for whom?

    Parameters
    ----------
    source : SpreadSource
        A community with its rates; see :func:`recoverynet.spread_source`.
    interventions : sequence of interventions, or one
        What is done. Introductions that name no clients are made under every rule; everything else is the same under all.
    rules : sequence of str, optional
        ``"random"``, ``"degree"`` (most contacts), ``"nomination"`` (a contact of somebody drawn at random), ``"survey"`` (a
        fifth are asked, most contacts among those seen), ``"isolated"`` (fewest contacts) and ``"mentor"`` (where somebody of
        the same sex and area who agreed to introduce others goes). ``"nobody"`` is always there. Default: all, or, without
        introductions, ``"as planned"``.
    horizon, n_runs, rng, turnover, level, workers, quiet
        As for :func:`recoverynet.simulate_spread`.

    Returns
    -------
    Comparison
        ``to_frame()`` (a row a rule), ``between()``, ``who_gains()``, ``plot()``.

    Raises
    ------
    SchemaError
        No intervention is given; a rule is unknown; otherwise as for :func:`recoverynet.simulate_spread`.
    UnknownPersonError
        The plan names somebody who is not on the record.
    NotEstimableError
        The record cannot say how proposals are followed, and the plan does not.

    Notes
    -----
    Every rule meets the same runs: the same draws of rates, and the same luck of every person in every month. Rules choose among
    clients who go to no recovery group, by place and ties, and by no number about a person's chances. Whoever was asked is not
    asked again for three months.

    References
    ----------
    Cohen, R., Havlin, S. & ben-Avraham, D. (2003). Efficient immunization strategies for computer networks and populations.
    Physical Review Letters 91, 247901. https://doi.org/10.1103/PhysRevLett.91.247901

    Examples
    --------
    >>> import recoverynet as rn
    >>> source = rn.spread_source(rn.load_sample("riverside"), rn.DeclaredRates(attending=0.02))
    >>> plan = rn.Introduction(per_month=4.35)
    >>> found = rn.compare_interventions(source, plan, rules=["random", "isolated"], horizon=6, n_runs=20, rng=1, quiet=True)
    >>> found.to_frame().index.tolist()
    ['nobody', 'random', 'isolated']
    """
    every = require_interventions(interventions)
    if not every:
        raise SchemaError("The plan is empty: it names no intervention. Give at least one, such as Introduction(per_month=4.35).")
    setting = ArmSetting(source, horizon, n_runs, turnover, level, workers, quiet)
    plans = arms_of(every, rules)
    arms = run_arms(setting, plans, rng)
    return Comparison(
        question=f"Who holds {source.norm.name!r} in {setting.horizon} months, by how clients are chosen?",
        settings=settings_of(rules=tuple(plans), horizon=setting.horizon, n_runs=setting.n_runs, turnover=turnover, level=level),
        arms=arms,
        costs={name: costs_of(plans[name], arms[name], setting.horizon) for name in plans},
        **answer_fields(setting, arms[NOBODY]),  # type: ignore[arg-type]
    )


def arms_of(every: tuple[Intervention, ...], rules: Sequence[str] | None) -> dict[str, tuple[Intervention, ...]]:
    """The plan under every rule; SchemaError where a rule is unknown or has nothing to choose."""
    chosen = [each for each in every if isinstance(each, Introduction) and not each.clients]
    if rules is not None:
        names = [name for name in list_of_names(rules, "rules") if name != NOBODY]
        wrong = [name for name in names if name not in RULES]
        if wrong:
            raise SchemaError(f"rules names {', '.join(map(repr, wrong))}; rules are {', '.join(RULES)}.")
        if names and not chosen:
            raise SchemaError(
                "rules choose whom to introduce, and the plan has no introduction that leaves it open. Leave rules out."
            )
    else:
        names = [name for name in RULES if name != NOBODY] if chosen else []
    arms: dict[str, tuple[Intervention, ...]] = {NOBODY: ()}
    for name in names:
        arms[name] = tuple(replace(each, rule=name) if each in chosen else each for each in every)
    if not names:
        arms[AS_PLANNED] = every
    return arms


def costs_of(plan: tuple[Intervention, ...], course: Courses, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Hours and pounds of a plan in each run (R,): by proposals made, and by months a group runs."""
    made = course.done[:, :, 0].sum(axis=1).astype(float)
    asked = [(_asked(each, horizon), each) for each in plan if isinstance(each, Introduction | Champion | NewGroup)]
    total = sum(count for count, _ in asked)
    hours, pounds = np.zeros((2, len(made)))
    for count, each in asked:
        if isinstance(each, Introduction | Champion) and total > 0:
            hours += made * count / total * each.hours
            pounds += made * count / total * each.pounds
    for part in plan:
        months = max(horizon - getattr(part, "start", 1) + 1, 0)
        if isinstance(part, NewGroup):
            hours, pounds = hours + months * part.hours_per_month, pounds + months * part.pounds_per_month
        elif isinstance(part, GroupClosed):
            hours, pounds = hours - months * part.hours_saved_per_month, pounds - months * part.pounds_saved_per_month
    return hours, pounds


def _asked(each: Introduction | Champion | NewGroup, horizon: int) -> float:
    """Proposals an intervention asks for over the horizon."""
    left = max(horizon - each.start + 1, 0)
    if isinstance(each, NewGroup):
        return each.joins_per_month * left
    if isinstance(each, Champion):
        return each.per_month * left
    if each.rule == NOBODY:
        return 0.0
    return float(len(each.clients)) if each.clients else each.per_month * min(left, each.months or left)
