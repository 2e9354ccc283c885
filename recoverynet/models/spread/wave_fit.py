"""A fit of a yes-or-no outcome from wave to wave, and what it says of kinds of people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from recoverynet.arguments import require_level, whole_number
from recoverynet.draw.results import Axes, draw_estimates
from recoverynet.errors import SchemaError
from recoverynet.models.spread.fitted_rows import WAVE, FittedRows
from recoverynet.models.spread.marginal_effects import difference_row, effects_table
from recoverynet.models.spread.predictions import (
    Predictions,
    TimeToEvent,
    group_table,
    incidence_tables,
    profile_checks,
    profile_table,
    quiet_checks,
)
from recoverynet.models.spread.profiles import Profiles, read_profiles
from recoverynet.results import Check, Estimates, empty_table

APART = ("constant", WAVE)
Others = Literal["observed", "mean"]
OF_GROUPS = "What the model says is true of people of a kind on average, and not of anybody in particular."
NOT_A_COURSE = (
    "The profile stays as it is from wave to wave, its contacts' states among it, and what nobody recorded takes the share it had "
    "among those at risk at each wave."
)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class WaveFit(Estimates):
    """A model of a yes-or-no outcome from wave to wave, with what it says of kinds of people.

    Attributes
    ----------
    outcome : str
        What happens, in words ("gaining 'recovery'").
    jump : tuple of str or None
        Two terms whose difference is in focus.
    """

    outcome: str = ""
    jump: tuple[str, str] | None = None
    _rows: FittedRows | None = field(default=None, metadata={"plain": False})
    _ids: pd.Index = field(default_factory=lambda: pd.Index([]), metadata={"plain": False})

    def predict(
        self, profiles: Profiles | None = None, *, by: str = WAVE, others: Others = "observed", level: float | None = None
    ) -> Predictions:
        """How likely is it for people of a kind, and does the model say what was seen?

        Parameters
        ----------
        profiles : pandas.DataFrame, mapping or sequence of mappings, optional
            One row a kind of people, with terms of the model as columns: ``exposure`` (0 to 1), or ``n_holding`` (0, 1, 2, 3 or
            more) of a model that counts contacts, what was adjusted for, ``wave``. Default: groups of the people fitted to.
        by : str
            Without profiles: what makes the groups, ``"wave"`` (default) or a term.
        others : {"observed", "mean"}
            What a profile leaves open is averaged over the person-waves as observed (default), or set to its mean.
        level : float, optional
            Coverage of intervals. Default: that of the fit.

        Returns
        -------
        Predictions
            ``to_frame()`` with ``probability``, ``std_error``, ``low``, ``high``, ``n_people``, ``n_rows``, of groups ``observed``,
            and ``withheld``. All missing, with a ``reason``, where the model has no answer.

        Raises
        ------
        SchemaError
            A column, level or value the fit knows nothing of; an empty table; ``by``, ``others`` or ``level`` not among those
            allowed.
        DisclosureError
            A row is a person of the panel.

        Notes
        -----
        No chance is given for a named person: a model of a network tells kinds of people apart, and a number beside a name would be
        read as a score. A table with ids is refused, and so is any that names a ``person_id``. Levels and groups of fewer than
        10 people are withheld.

        The probability is the mean of F(xβ) over the rows with the profile put in, its standard error by the delta method with the
        covariance of the fit, and its interval symmetrical on the scale of the link, so that it stays between 0 and 1. It is not
        what would happen were contacts changed, unless the fit's assumptions hold.
        """
        level = self._require("others", others, level)
        if self._rows is None:
            answer: Predictions = self._unanswered(
                Predictions, level, self._table_of_nothing(["probability", "std_error", "low", "high"])
            )
            return answer
        if profiles is None:
            table, checks = group_table(self._rows, by, level), tuple[Check, ...]()
        else:
            asked = read_profiles(self._rows, profiles, self._ids)
            table, checks = profile_table(self._rows, asked, others, level), profile_checks(self._rows, asked)
        words = f"probability of {self.outcome} from one wave to the next"
        return Predictions(
            **self._shared(checks, others=others, by=by if profiles is None else None), estimand=words, table=table, level=level
        )

    def marginal_effects(self, *, at: Others = "observed", discrete: bool = True, level: float | None = None) -> Estimates:
        """By how many points of a hundred does each term change the chance?

        Parameters
        ----------
        at : {"observed", "mean"}
            Averaged over the person-waves (default), or at the mean of every term.
        discrete : bool
            A term that is no or yes, and a level of a category, changes from 0 to 1 (default), a level against the first. False
            takes the derivative of every term. Numbers are always derivatives: of exposure, the slope of the chance.
        level : float, optional
            Coverage of intervals. Default: that of the fit.

        Returns
        -------
        Estimates
            Differences of probabilities, one row a term but the constant and waves; standard errors by the delta method.

        Raises
        ------
        SchemaError
            ``at`` or ``level`` not among those allowed.

        Notes
        -----
        Mean over rows of f(xβ) b, or of F(xβ) with the term at 1 less that with it at 0. The same numbers as statsmodels'
        ``get_margeff`` (``dummy=discrete``) but for categories of three levels or more, of which it moves one mark and leaves the
        others as they are.
        """
        level = self._require("at", at, level)
        settings = {**self.settings, "at": at, "discrete": discrete, "level": level}
        table = empty_table([str(name) for name, kind in zip(self.table.index, self._kinds, strict=True) if kind not in APART])
        if self._rows is not None:
            table = effects_table(self._rows, at, discrete, level)
            if self.jump:
                table = pd.concat([table, difference_row(self._rows, self.focus, self.jump[1], self.jump[0], at, level)])
        counts = {name: getattr(self, name) for name in ("n_people", "n_dropped", "n_rows", "n_events", "n_people_ever", "reason")}
        return Estimates(
            question=self.question,
            estimand=f"change in the probability of {self.outcome} from one wave to the next, as a share of 1",
            assumptions=(*self.assumptions, OF_GROUPS),
            settings=settings,
            checks=self.checks,
            table=table,
            focus=self.focus,
            level=level,
            **counts,
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Every term with its interval, the one in focus first, waves last and the constant left out; in new Axes by default."""
        kinds = np.array(self._kinds)
        order = np.lexsort([kinds == WAVE, self.table.index != self.focus])
        frame = self.to_frame().iloc[order[kinds[order] != "constant"]]
        return draw_estimates(
            frame, ratio=self.ratio, level=self.level, people=self.n_people, reason=self.reason, focus=self.focus, ax=ax
        )

    @property
    def _kinds(self) -> list[str]:
        """What sort of term each row of the table is, whatever it is called."""
        kinds = [] if self._rows is None else [self._rows.terms[column].kind for column in self._rows.kept]
        return [*kinds, *["value"] * (len(self.table) - len(kinds))]

    def _require(self, name: str, others: str, level: float | None) -> float:
        if others not in ("observed", "mean"):
            raise SchemaError(f"{name} says how what is left open stands: as 'observed' or at its 'mean'; got {others!r}.")
        return require_level(self.level if level is None else level)

    def _shared(self, checks: tuple[Check, ...], **asked: object) -> dict[str, Any]:
        """What every answer out of this fit carries."""
        return {
            "question": f"How likely is {self.outcome}, for people of which kind?",
            "assumptions": (*self.assumptions, OF_GROUPS),
            "settings": {**self.settings, **{name: value for name, value in asked.items() if value is not None}},
            "n_people": self.n_people,
            "n_dropped": self.n_dropped,
            "checks": (*self.checks, *checks),
        }

    def _unanswered(self, kind: type, level: float, table: pd.DataFrame, **more: object) -> Any:
        shared = self._shared(())
        return kind(**shared, estimand=f"probability of {self.outcome}", table=table, level=level, reason=self.reason, **more)

    @staticmethod
    def _table_of_nothing(columns: list[str]) -> pd.DataFrame:
        return pd.DataFrame({name: pd.Series(dtype=float) for name in columns}, index=pd.Index([], name="profile"))


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class HazardFit(WaveFit):
    """A hazard of gaining or losing a norm, or a model of holding it, with what it says of kinds of people.

    Attributes
    ----------
    transition : {"gain", "loss", "holding"}
    """

    transition: str = "gain"

    def time_to_event(
        self, profiles: Profiles | None = None, *, waves: int | None = None, others: Others = "observed", level: float | None = None
    ) -> TimeToEvent:
        """By when has it happened to how many, among people of which kind?

        Parameters
        ----------
        profiles : pandas.DataFrame, mapping or sequence of mappings, optional
            As in :meth:`predict`, without ``wave``. Default: no contact, half of them and all of them holding the norm.
        waves : int, optional
            Waves to look ahead. Default, and at most where each wave has a level of its own: those of the fit.
        others : {"observed", "mean"}
            As in :meth:`predict`.
        level : float, optional
            Coverage of intervals. Default: that of the fit.

        Returns
        -------
        TimeToEvent
            ``to_frame()`` with ``hazard``, ``incidence``, ``std_error``, ``low``, ``high`` by profile and number of waves, and
            ``medians``: waves until it has happened to half, missing where it has not.

        Raises
        ------
        SchemaError
            The fit is of holding the norm, which is no event; a profile as in :meth:`predict`; more waves than have a level.
        DisclosureError
            A row is a person of the panel.

        Notes
        -----
        1 − mean of Π(1 − hazard at each wave), the intervals on the scale log(−log(1 − incidence)); without terms it is the
        life-table estimate and its standard error Greenwood's. Everybody starts at risk at the first wave; the profile stays as it
        is, and an event later undone still counts. It describes kinds of people at the hazards seen and foretells nobody's course.
        """
        level = self._require("others", others, level)
        if self.transition == "holding":
            raise SchemaError("Holding a norm is a state and not an event; fit transition='gain' or 'loss' and ask that fit.")
        if self._rows is None:
            nothing = self._table_of_nothing(["hazard", "incidence", "std_error", "low", "high"])
            answer: TimeToEvent = self._unanswered(
                TimeToEvent, level, nothing, medians=self._table_of_nothing(["median", "low", "high"])
            )
            return answer
        asked = read_profiles(self._rows, self._usual_profiles() if profiles is None else profiles, self._ids, without=(WAVE,))
        ahead = _waves_ahead(self._rows, waves)
        table, medians = incidence_tables(self._rows, asked, others, ahead, level)
        checks = (*profile_checks(self._rows, asked), *quiet_checks(self._rows))
        shared = self._shared(checks, others=others, waves=ahead)
        shared = {
            **shared,
            "question": f"By when do people come to {self.outcome}?",
            "assumptions": (*shared["assumptions"], NOT_A_COURSE),
        }
        words = f"share of people at risk at the start to whom {self.outcome} has happened by each wave"
        return TimeToEvent(**shared, estimand=words, table=table, medians=medians, level=level)

    def _usual_profiles(self) -> list[dict[str, float]]:
        if self.jump:
            return [{"n_holding": float(number)} for number in range(4)]
        return [{"exposure": share} for share in (0.0, 0.5, 1.0)]


def _waves_ahead(rows: FittedRows, waves: int | None) -> int:
    fitted = len(rows.waves) + len(rows.quiet)
    ahead = fitted if waves is None else whole_number(waves, "waves", 1)
    if rows.wave_effects and ahead > fitted:
        raise SchemaError(
            f"{fitted} waves have a hazard in this fit; got waves={ahead}. Ask for fewer, or fit with wave_effects=False, "
            "which takes the hazard to stay as it is."
        )
    return ahead
