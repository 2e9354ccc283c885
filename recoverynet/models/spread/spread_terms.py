"""What a panel is asked about spread with: covariates to adjust for, shared surroundings, a placebo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.states import STATE_VARIABLE
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.relational.on_engine import RecordOnEngine

Placebo = str | Mapping[str, Iterable[str] | float | None]
ADJUST = ("role", "sex", "age_band", "substance", "area")
USUAL_SURROUNDINGS, SURROUNDINGS = ("provider", "group_norm"), ("provider", "group_norm", "main_group")
NOT_IN_TREATMENT, NO_GROUP = "not in treatment", "no group"
LEAST_FILLED = 0.8
_WRITTEN = re.compile(r"\s*([\w.]+)\s*(?:(>=|=)\s*(.+?))?\s*")


@dataclass(frozen=True)
class PlaceboOutcome:
    """An outcome that cannot spread, as a yes or no.

    Attributes
    ----------
    variable : str
        As in the observations.
    words_counted : tuple of str or None
        Values that count as 1, where it holds words.
    least : float or None
        Number from which on it counts as 1; None takes the median of those known.
    """

    variable: str
    words_counted: tuple[str, ...] | None = None
    least: float | None = None

    @property
    def name(self) -> str:
        """Name of the behaviour in the panel: the variable and, for words, those that count."""
        if self.words_counted is not None:
            return f"{self.variable} = {' or '.join(self.words_counted)}"
        return f"{self.variable} ≥ {'median' if self.least is None else format(self.least, 'g')}"

    @property
    def words(self) -> str:
        """What it is compared with, in a sentence."""
        return f"The placebo, an outcome taken not to spread between people, is {self.name}."


def read_placebo(record: RecoveryRecord, given: Placebo | None) -> PlaceboOutcome | None:
    """The placebo as asked for; SchemaError where the record does not hold it as a yes or no."""
    if given is None:
        return None
    variable, counted = _parsed(given)
    values = record.observations.loc[record.observations["variable"] == variable, "value"]
    if variable == STATE_VARIABLE or values.empty:
        known = sorted(set(record.observations["variable"]) - {STATE_VARIABLE})
        raise SchemaError(
            f"The placebo {variable!r} is not an outcome of this record; its outcomes are {', '.join(map(repr, known)) or 'none'}."
        )
    if isinstance(counted, tuple):
        strange = sorted(set(counted) - set(values))
        if strange:
            raise SchemaError(
                f"{variable!r} never has the value {', '.join(map(repr, strange))}; it has "
                f"{', '.join(map(repr, sorted(set(values))[:12]))}."
            )
        return PlaceboOutcome(variable, words_counted=counted)
    if pd.to_numeric(values, errors="coerce").isna().any():
        raise SchemaError(
            f"{variable!r} holds words, so say which of them count: '{variable}=word' with one or more of "
            f"{', '.join(map(repr, sorted(set(values))[:12]))}."
        )
    return PlaceboOutcome(variable, least=counted)


def _parsed(given: Placebo) -> tuple[str, tuple[str, ...] | float | None]:
    """Name, and the words that count or the number from which on it counts."""
    if isinstance(given, Mapping):
        if len(given) != 1:
            raise SchemaError(f"One outcome serves as placebo; got {len(given)}.")
        name, counted = next(iter(given.items()))
        if counted is None or isinstance(counted, int | float | np.number):
            return str(name), None if counted is None else float(counted)
        return str(name), (counted,) if isinstance(counted, str) else tuple(sorted(map(str, counted)))
    found = _WRITTEN.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise SchemaError(
            f"A placebo is written as 'housing.status=settled', 'health.physical>=12' or 'health.physical'; got {given!r}."
        )
    name, sign, value = found.groups()
    if sign is None:
        return name, None
    if sign == "=":
        return name, tuple(sorted(word.strip() for word in value.split(",")))
    try:
        return name, float(value)
    except ValueError:
        raise SchemaError(f"After >= a placebo needs a number; got {value!r}.") from None


def with_placebo(waves: NetworkPanel, placebo: PlaceboOutcome | None) -> NetworkPanel:
    """The panel with the placebo as a behaviour of 1, 0 and NaN under its own name."""
    if placebo is None:
        return waves
    values = waves.behaviour[placebo.variable]
    if placebo.words_counted is None:
        known = values[np.isfinite(values)]
        least = placebo.least if placebo.least is not None else float(np.median(known)) if len(known) else np.nan
        values = np.where(np.isnan(values), np.nan, values >= least)
    others = {name: array for name, array in waves.behaviour.items() if name != placebo.variable}
    return replace(waves, behaviour={**others, placebo.name: values})


def adjusted_for(waves: NetworkPanel, given: Sequence[str] | None) -> tuple[str, ...]:
    """The covariates asked for, or the usual ones that vary and are filled in for enough people."""
    if given is not None:
        names = (given,) if isinstance(given, str) else tuple(given)
        wrong = [name for name in names if name not in waves.covariates]
        if wrong:
            raise SchemaError(
                f"adjust names {', '.join(map(repr, wrong))}; the columns of people that are filled in are "
                f"{', '.join(map(repr, waves.covariates))}."
            )
        return names
    usual = [pd.Series(waves.covariates[name], name=name) for name in ADJUST if name in waves.covariates]
    return tuple(str(each.name) for each in usual if each.nunique() > 1 and each.notna().mean() >= LEAST_FILLED)


def surroundings_of(
    record: RecoveryRecord, waves: NetworkPanel, given: Sequence[str] | None, there: RecordOnEngine | None = None
) -> dict[str, np.ndarray]:
    """Surroundings people share, as words (n, W) by name, but for those that are columns of people.

    ``there`` is the record on an engine, which then counts who went to which group how often.
    """
    names = USUAL_SURROUNDINGS if given is None else (given,) if isinstance(given, str) else tuple(given)
    wrong = [name for name in names if name not in (*SURROUNDINGS, *waves.covariates)]
    if wrong:
        raise SchemaError(
            f"surroundings names {', '.join(map(repr, wrong))}; it may name "
            f"{', '.join(map(repr, SURROUNDINGS))} or one of {', '.join(map(repr, waves.covariates))}."
        )
    makers = {"provider": _providers, "group_norm": _group_norms, "main_group": _main_groups}
    found = {name: makers[name](record, waves, there) for name in names if name in makers}
    return {name: words for name, words in found.items() if given is not None or len(np.unique(words)) > 2}


def _providers(record: RecoveryRecord, waves: NetworkPanel, _: RecordOnEngine | None) -> np.ndarray:
    """Provider of the episode a person is in at a wave, the one begun last where there are several."""
    table = record.episodes.dropna(subset=["provider"]).sort_values("started_on", kind="stable")
    place = waves.person_ids.get_indexer(pd.Index(table["person_id"]))
    words = np.full((waves.n_people, waves.n_waves), NOT_IN_TREATMENT, dtype=object)
    for column, (start, end) in enumerate(zip(waves.waves["start"], waves.waves["end"], strict=True)):
        inside = (table["started_on"] < end) & (table["ended_on"].isna() | (table["ended_on"] > start))
        rows = inside.to_numpy() & (place >= 0)
        words[place[rows], column] = table["provider"].to_numpy(dtype=object)[rows]
    return words


def _group_norms(record: RecoveryRecord, waves: NetworkPanel, there: RecordOnEngine | None) -> np.ndarray:
    """Norm of the group a person went to most often in a wave."""
    norms = record.groups.set_index("group_id")["norm"].astype("object").fillna("unknown")
    norm_of = {**norms.to_dict(), NO_GROUP: NO_GROUP}
    groups = _main_groups(record, waves, there)
    return np.array([norm_of.get(group, "unknown") for group in groups.ravel()], dtype=object).reshape(groups.shape)


def _main_groups(record: RecoveryRecord, waves: NetworkPanel, there: RecordOnEngine | None) -> np.ndarray:
    """Group a person went to most often in a wave, the first by id where several tie."""
    words = np.full((waves.n_people, waves.n_waves), NO_GROUP, dtype=object)
    times = _visits(record, waves) if there is None else there.visits(zip(waves.waves["start"], waves.waves["end"], strict=True))
    times = times[times["person_id"].isin(waves.person_ids)]
    most = times.sort_values(["times", "group_id"], ascending=[False, True]).drop_duplicates(["person_id", "wave"])
    words[waves.person_ids.get_indexer(pd.Index(most["person_id"])), most["wave"]] = most["group_id"].to_numpy(dtype=object)
    return words


def _visits(record: RecoveryRecord, waves: NetworkPanel) -> pd.DataFrame:
    """How often everybody went to each group in each wave: ``person_id``, ``group_id``, ``wave`` (from 0), ``times``."""
    held = record.occasions.dropna(subset=["group_id"])[["occasion_id", "group_id", "started_at"]]
    went = record.participation[["occasion_id", "person_id"]].merge(held, on="occasion_id")
    ends = pd.IntervalIndex.from_arrays(waves.waves["start"], waves.waves["end"], closed="left")
    went = went.assign(wave=ends.get_indexer(pd.Index(went["started_at"])))
    return went[went["wave"] >= 0].groupby(["person_id", "group_id", "wave"]).size().rename("times").reset_index()
