"""What was last observed about each person: the dated observations of one variable, source by source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.ids import first_ids, id_index, ids_in, labels_of, require_shared
from recoverynet.instants import as_instant, as_length
from recoverynet.kernels.spells import UNKNOWN_CODE, current_code, settle
from recoverynet.tables.columns import instants_of_column, stripped

SOURCES = ("self", "worker", "peer", "external", "perceived")
OWN_SOURCES = ("self", "worker", "peer", "external")
"""The sources used unless others are named: how a third party perceives somebody is not among them."""
UNKNOWN = "unknown"
SourceRule = Literal["latest", "priority"]


@dataclass(frozen=True)
class Looks:
    """Every observation of one variable, one a person, source and instant, sorted by source, person and time.

    Attributes
    ----------
    people : pandas.Index
        Ids the codes in ``person`` stand for.
    values : tuple of str
        Words the codes in ``code`` stand for; −1 is unknown.
    person, source, code : integer arrays
    time : int64 array
        Microseconds since 1970 (UTC), or the number of the wave.
    tz : str or tzinfo
        Time zone the instants came in.
    """

    people: pd.Index
    values: tuple[str, ...]
    person: np.ndarray
    source: np.ndarray
    time: np.ndarray
    code: np.ndarray
    tz: object

    def before(self, limit: int) -> Looks:
        """Those before an instant."""
        keep = self.time < limit
        return Looks(self.people, self.values, self.person[keep], self.source[keep], self.time[keep], self.code[keep], self.tz)

    def current(self, person: np.ndarray, time: np.ndarray, *, n_sources: int, lasting: int | None, rule: SourceRule) -> np.ndarray:
        """Code that holds for each person code and time; −1 where nobody knows, or the person code is −1."""
        return current_code(
            self.person,
            self.source,
            self.time,
            self.code,
            person,
            time,
            n_sources=n_sources,
            valid_for=lasting,
            latest=rule == "latest",
        )


def look_up(observations: pd.DataFrame, variable: str, sources: Sequence[str], allowed: Sequence[str] | None = None) -> Looks:
    """The looks at one variable by some sources; raises SchemaError for a frame without observations."""
    observations = as_observations(observations)
    _require_columns(observations, ("person_id", "observed_at", "variable", "value", "source"))
    said_by = _codes_in(SOURCES, observations["source"])
    wanted = np.isin(SOURCES, sources)[said_by] & (observations["variable"] == variable).to_numpy(dtype=bool)
    rows = observations[wanted]
    when = instants_of_column(rows["observed_at"], "Column 'observed_at'")
    return looks_from(rows, microseconds_of(when), sources, allowed, when.dt.tz)


def as_observations(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with ids and words as the tables hold them, whatever type they came in."""
    frame = ids_in(frame, ("person_id", "observed_at", "variable", "source"), "observations", ids=("person_id",))
    words = [name for name in ("variable", "value", "source") if name in frame.columns and frame[name].dtype != "str"]
    return frame.assign(**{name: stripped(frame[name]) for name in words}) if words else frame


def looks_from(rows: pd.DataFrame, time: np.ndarray, sources: Sequence[str], allowed: Sequence[str] | None, tz: object) -> Looks:
    """The looks that rows with a person_id, value and source make up, at the times given."""
    if rows["person_id"].isna().any():
        raise SchemaError(f"{int(rows['person_id'].isna().sum())} observations do not say whom they are about.")
    person, people = pd.factorize(rows["person_id"], sort=True)
    if allowed is None:
        code, values = pd.factorize(rows["value"], sort=True)
        code = np.where(rows["value"] == UNKNOWN, UNKNOWN_CODE, code)
    else:
        values = pd.Index(allowed)
        code = _codes_in(allowed, rows["value"])
        code = np.where(code == values.get_indexer(pd.Index([UNKNOWN]))[0], UNKNOWN_CODE, code)
    source = _codes_in(sources, rows["source"])
    order = np.lexsort((time, person, source))
    owner = source.astype(np.int64)[order] * max(len(people), 1) + person[order]
    owner, settled_time, settled_code = settle(owner, time[order], code.astype(np.int64)[order])
    return Looks(
        pd.Index(people), tuple(values), owner % max(len(people), 1), owner // max(len(people), 1), settled_time, settled_code, tz
    )


def value_at(
    observations: pd.DataFrame,
    variable: str,
    when: object,
    *,
    people: Iterable[str] | None = None,
    valid_for: object | None = "90D",
    sources: Sequence[str] = OWN_SOURCES,
    conflict: SourceRule = "priority",
    allowed: Sequence[str] | None = None,
) -> pd.Series:
    """What was last observed about each person at one moment, where it still holds?

    Parameters
    ----------
    observations : pandas.DataFrame
        Columns person_id, observed_at (tz-aware), variable, value, source, as in ``record.observations``.
        Ids may be numbers: 7 and 7.0 are ``"7"``.
    variable : str
        Which variable, such as ``"employment.status"``.
    when : instant, or a sequence of one a person
        The moment asked about; an observation at that very instant counts. Naive ones are local time of the
        observations. A sequence needs ``people`` and stands in their order; where it is missing so is the
        answer.
    people : sequence of ids, optional
        Who to answer for, in this order. Default: everyone the sources observed, by id.
    valid_for : str or pandas.Timedelta or None
        How long an observation holds; ``None``: until the next one. The default is a quarter.
    sources : sequence of {"self", "worker", "peer", "external", "perceived"}
        Whose word counts, the first having priority. ``"perceived"`` only where named.
    conflict : {"priority", "latest"}
        Which source is believed where several know.
    allowed : sequence of str, optional
        Values there may be; default any.

    Returns
    -------
    pandas.Series of str
        Named after the variable, indexed by person_id; missing where nobody has looked, the observation has
        run out or says ``"unknown"``, or one source said two things at the same instant.

    Raises
    ------
    SchemaError
        A column is missing, an instant is naive, a value is not allowed, a source or rule is unknown,
        ``valid_for`` is not a positive length of time, or ``when`` does not match ``people``.
    UnknownPersonError
        Nobody asked about was ever observed, and their ids are written otherwise than those of the people observed.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.observed import value_at
    >>> record = rn.load_sample("five_people")
    >>> value_at(record.observations, "wellbeing.quality_of_life", "2011-04-02").to_dict()
    {'ann': '13', 'ben': '12'}
    """
    sources, rule, lasting = checked_sources(sources), checked_rule(conflict), microseconds_in(valid_for)
    observations = as_observations(observations)
    looks = look_up(observations, variable, sources, allowed)
    index = pd.Index(looks.people, name="person_id", dtype="str") if people is None else id_index(people, "people")
    observed = pd.Index(observations["person_id"].dropna().unique())
    if len(index) > 1:
        require_shared(index, observed, "the people asked about", "the people observed", unlike=True)
    if isinstance(when, pd.Series) and people is not None:
        when = _one_a_person(when, index)
    if isinstance(when, pd.Series | pd.Index | np.ndarray | list | tuple):
        if people is None or len(when) != len(index):
            raise SchemaError(
                f"One moment a person needs the people they belong to; got {len(when)} moments for "
                f"{'nobody named' if people is None else f'{len(index)} people'}."
            )
        time = _instants(when, looks.tz)
    else:
        time = np.full(len(index), instant_in(when, looks.tz))
    code = looks.current(looks.people.get_indexer(index), time, n_sources=len(sources), lasting=lasting, rule=rule)
    words = np.array([*looks.values, None], dtype=object)
    return pd.Series(words[code], index=index, name=variable, dtype="str")


def _one_a_person(when: pd.Series, people: pd.Index) -> pd.Series:
    """Moments in the order of the people they are labelled with; those whose labels only count stand in order already."""
    labels = labels_of(when.index, people)
    if labels is None or labels.equals(people):
        return when
    strange = people.difference(labels)
    if len(strange) or labels.has_duplicates:
        raise SchemaError(
            f"when has labels other than the people: {len(strange):,} of {len(people):,} people have no moment, such as "
            f"{first_ids(strange, 1) or first_ids(labels[labels.duplicated()], 1)}; it is labelled {first_ids(labels)}. Index it "
            "by person_id, or take the labels off with .to_numpy()."
        )
    return when.set_axis(labels).loc[people]


def _instants(when: object, tz: object) -> np.ndarray:
    """Microseconds of several instants; a missing one becomes a time before every look."""
    given = when if isinstance(when, pd.Series) else pd.Series(when, name="when")
    stamps = pd.DatetimeIndex(instants_of_column(given, "when", tz))
    return np.where(stamps.isna(), np.iinfo(np.int64).min, stamps.as_unit("us").asi8)


def instant_in(value: object, tz: object) -> int:
    """Microseconds since 1970 of one instant; a naive one is local time in ``tz``."""
    return int(pd.DatetimeIndex([as_instant(value, tz)]).as_unit("us").asi8[0])


def microseconds_of(instants: pd.Series) -> np.ndarray:
    """Microseconds since 1970 of a column of tz-aware instants."""
    what = f"Column {instants.name!r}"
    read = instants_of_column(instants, what)
    if read.isna().any():
        raise SchemaError(f"{what} must be filled in; {int(read.isna().sum())} rows are empty.")
    return pd.DatetimeIndex(read).as_unit("us").asi8


def microseconds_in(valid_for: object | None) -> int | None:
    """A positive length of time in microseconds, None for ever."""
    if valid_for is None:
        return None
    return int(as_length(valid_for, "valid_for") // pd.Timedelta(1, "us"))


def checked_sources(sources: Sequence[str]) -> tuple[str, ...]:
    """Sources that exist, each once."""
    named = (sources,) if isinstance(sources, str) else tuple(sources)
    if not named or len(set(named)) < len(named) or not set(named) <= set(SOURCES):
        raise SchemaError(f"sources names each source once, out of {', '.join(SOURCES)}; got {sources!r}.")
    return named


def checked_rule(conflict: str) -> SourceRule:
    """A rule that exists."""
    if conflict not in ("priority", "latest"):
        raise SchemaError(f"conflict must be 'priority' or 'latest'; got {conflict!r}.")
    return conflict  # type: ignore[return-value]


def _require_columns(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise SchemaError(
            f"Observations need the columns {', '.join(names)}; {', '.join(absent)} is not among "
            f"{', '.join(map(str, frame.columns)) or 'none'}."
        )


def _codes_in(known: Sequence[str], values: pd.Series) -> np.ndarray:
    """Place of each value among the known ones; raises SchemaError where one is not among them."""
    code, words = pd.factorize(values, use_na_sentinel=False)
    place = pd.Index(known).get_indexer(words)[code]
    if (place < 0).any():
        wrong = values[place < 0]
        raise SchemaError(
            f"Column {values.name!r} of the observations holds {len(wrong)} values that are not known, the "
            "first being "
            f"{wrong.iloc[0]!r} (row {wrong.index[0]}); it may be {', '.join(known)}."
        )
    return place
