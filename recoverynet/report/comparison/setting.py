"""What a comparison starts from: this period, the same a year before, and whom both are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from recoverynet.errors import NotEstimableError, SchemaError, TimeOrderError
from recoverynet.instants import as_instant
from recoverynet.report import wording
from recoverynet.report.comparison.figures import ASKED, NO, YES, MainFigure
from recoverynet.report.evaluation.setting import EvaluationSetting, make_setting
from recoverynet.states import Norm
from recoverynet.tables.consent import UnknownConsent
from recoverynet.tables.record import RecoveryRecord, Window
from recoverynet.tables.reported_on import ReportedOn, reported_on

YEAR = pd.DateOffset(years=1)
SHORTEST = pd.Timedelta(days=28)
"""The shortest period chosen unasked so that a year before it is on the record."""
LATE = pd.Timedelta(days=14)
"""How much later than the year-before period the record may begin: the first contact is seldom on the first day."""
UNITS = ("provider", "area")
UNIT_WORDS = {"provider": ("provider", "providers"), "area": ("area", "areas")}
EQUITY = ("sex", "age_band", "substance", "area", "ethnicity")
SAME, JOINED, LEFT = "Same people", "Joined since", "Left since"


@dataclass(frozen=True, eq=False)
class YearComparison:
    """A period beside the same a year before.

    Attributes
    ----------
    now : Setting
        The period reported on.
    before : Setting or None
        The same period a year before; None where it cannot be compared.
    why_not : str
        Why there is no year before, in a sentence; empty where there is one.
    by : {"provider", "area"}
        Which units stand beside each other.
    chosen : ReportedOn
        Whom the report is about.
    equity : tuple of str
        Columns of people by which gaps are told.
    n_on_record : int
        Clients on the record, whether the report is about them or not.
    """

    now: EvaluationSetting
    before: EvaluationSetting | None
    why_not: str
    by: str
    chosen: ReportedOn
    equity: tuple[str, ...]
    n_on_record: int
    _answers: dict[tuple[str, int], pd.Series] = field(default_factory=dict)

    @property
    def settings(self) -> list[EvaluationSetting]:
        """The year before, where there is one, and now."""
        return [self.now] if self.before is None else [self.before, self.now]

    @cached_property
    def same(self) -> pd.Index:
        """Clients under observation in both periods."""
        return self.now.clients[:0] if self.before is None else self.now.clients.intersection(self.before.clients)

    def answers(self, figure: MainFigure, setting: EvaluationSetting) -> pd.Series:
        """1.0 or 0.0 for every client of a period that a figure can be asked of, worked out once."""
        key = figure.name, id(setting)
        if key not in self._answers:
            self._answers[key] = figure.answers(setting)
        return self._answers[key]

    def counts(self, figure: MainFigure, setting: EvaluationSetting, levels: pd.Series, order: list[str]) -> pd.DataFrame:
        """How many do and do not, by level: one row a level in the order given."""
        answers = self.answers(figure, setting)
        level = levels.reindex(answers.index)
        rows = {name: ((answers == 1) & (level == name), (answers == 0) & (level == name)) for name in order}
        return pd.DataFrame({name: [int(part.sum()) for part in parts] for name, parts in rows.items()}, index=[YES, NO]).T

    def asked(self, figure: MainFigure, setting: EvaluationSetting) -> pd.Series:
        """For every client ``ASKED``, or why a figure cannot be asked of them."""
        reasons = pd.Series(ASKED, index=setting.clients) if figure.why_not is None else figure.why_not(setting)
        return reasons.mask(setting.clients.isin(self.answers(figure, setting).index), ASKED)

    def standing(self, setting: EvaluationSetting) -> pd.Series:
        """Whether each client of one of the periods is in the other as well."""
        alone = JOINED if setting is self.now else LEFT
        return pd.Series(np.where(setting.clients.isin(self.same), SAME, alone), index=setting.clients)

    def label(self, setting: EvaluationSetting) -> str:
        """A period in few words, such as ``Jan–Jun 2011``."""
        return "" if setting.window is None else wording.short_period(*setting.window)

    def units(self, setting: EvaluationSetting) -> pd.Series:
        """Provider or area of each client of a period, missing where it is not recorded.

        With several providers in the period, that of the treatment begun last.
        """
        if self.by == "area":
            return setting.client_rows["area"]
        episodes = setting.record.episodes
        if setting.window is not None:
            start, end = setting.window
            episodes = episodes[~((episodes["started_on"] >= end) | (episodes["ended_on"] < start))]
        latest = episodes.sort_values("started_on", kind="stable").drop_duplicates("person_id", keep="last")
        return setting.told(latest.set_index("person_id")["provider"].reindex(setting.clients))


def make_comparison(
    record: RecoveryRecord,
    *,
    norm: Norm,
    window: tuple[object, object] | None,
    by: str,
    valid_for: str,
    unknown_consent: UnknownConsent,
    area: str | None,
    provider: str | None,
    clients: Sequence[str] | None,
    smallest_shown: int,
) -> YearComparison:
    """Resolve what was asked for; raises as :func:`recoverynet.comparison_report` says."""
    if not isinstance(record, RecoveryRecord):
        raise SchemaError(f"A comparison is made from a RecoveryRecord; got {type(record).__name__}.")
    if by not in UNITS:
        raise SchemaError(f"by says what stands beside each other: {' or '.join(map(repr, UNITS))}; got {by!r}.")
    bounds = _window(record, window)
    usual = {"norm": norm, "n_periods": 1, "breaks": None, "by": (), "valid_for": valid_for, "unknown_consent": unknown_consent}
    usual |= {"smallest_shown": smallest_shown}
    chosen = reported_on(record, window=bounds, area=area, provider=provider, clients=clients)
    now = make_setting(chosen.record, window=bounds, **usual)  # type: ignore[arg-type]
    earlier = bounds[0] - YEAR, bounds[1] - YEAR
    before, why_not = None, _not_covered(record, earlier)
    if not why_not:
        try:
            then = reported_on(record, window=earlier, area=area, provider=provider, clients=clients)
            before = make_setting(then.record, window=earlier, **usual)  # type: ignore[arg-type]
        except NotEstimableError:
            why_not = f"Nobody this report is about was under observation a year before ({wording.period(*earlier)})."
    rows = now.client_rows
    equity = tuple(name for name in EQUITY if name in rows.columns and rows[name].notna().any() and name != _held_fixed(area))
    n_on_record = int((record.people["role"] == "client").sum())
    return YearComparison(now, before, why_not, by, chosen, equity, n_on_record)


def _held_fixed(area: str | None) -> str:
    return "" if area is None else "area"


def _window(record: RecoveryRecord, window: tuple[object, object] | None) -> Window:
    """The period asked for; unasked, up to a year at the end of the record, shorter where that leaves a year before."""
    if record.window is None:
        raise NotEstimableError("No contact or observation of the record is dated, so no period can be compared with another.")
    if window is None:
        first, end = record.window
        start = max(end - YEAR, first)
        return (max(start, first + YEAR), end) if end - (first + YEAR) >= SHORTEST else (start, end)
    bounds = tuple(as_instant(bound, record.tz) for bound in window)
    if len(bounds) != 2 or not bounds[0] < bounds[1]:
        raise TimeOrderError(f"A window is a start and a later end; got {window!r}.")
    if bounds[0] + YEAR < bounds[1]:
        raise TimeOrderError(
            "A period that is compared with the same a year before is no longer than a year, or the two would share days; got "
            f"{wording.period(*bounds)}. Choose a later first day."
        )
    return bounds[0], bounds[1]


def _not_covered(record: RecoveryRecord, earlier: Window) -> str:
    """Why the year before is not on the record; empty where it is."""
    first = record.window[0] if record.window is not None else earlier[1]
    if first - LATE <= earlier[0]:
        return ""
    where = "after" if first >= earlier[1] else "within"
    return (
        f"The record begins on {wording.day(first)}, {where} the same period a year before ({wording.period(*earlier)}): there "
        "is nothing this period could be compared with."
    )
