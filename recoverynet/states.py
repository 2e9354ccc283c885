"""States of recovery over time: several, reversible, and known only where someone has looked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.kernels.spells import FOREVER, join_runs, segments
from recoverynet.observed import (
    OWN_SOURCES,
    Looks,
    SourceRule,
    checked_rule,
    checked_sources,
    instant_in,
    look_up,
    microseconds_in,
    value_at,
)
from recoverynet.observed import UNKNOWN as UNKNOWN

STATE_VARIABLE = "state"


@dataclass(frozen=True)
class StateScheme:
    """Which states can a person be in, and which of them count as using?

    Parameters
    ----------
    states : tuple of str
        Every state, ``"unknown"`` included, in the order they are shown.
    using : frozenset of str
        States in which the person is using as before. Being stable on opioid substitution is not among them.

    Raises
    ------
    SchemaError
        ``"unknown"`` is missing, a state is named twice, or ``using`` names one that is not in ``states``.

    Examples
    --------
    >>> from recoverynet import StateScheme
    >>> StateScheme(states=("smoking", "stopped", "unknown"), using={"smoking"}).states
    ('smoking', 'stopped', 'unknown')
    """

    states: tuple[str, ...] = ("using", "reduced", "ost_stable", "abstinent", "in_recovery", UNKNOWN)
    using: frozenset[str] = frozenset({"using"})

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", tuple(self.states))
        object.__setattr__(self, "using", frozenset(self.using))
        if UNKNOWN not in self.states or len(set(self.states)) < len(self.states):
            raise SchemaError(f"A scheme names each state once and includes 'unknown'; got {self.states}.")
        self.require(self.using)

    def require(self, names: Iterable[str]) -> None:
        """Raise SchemaError unless every name is a known state other than unknown."""
        wrong = sorted(set(names) - (set(self.states) - {UNKNOWN}))
        if wrong:
            known = ", ".join(state for state in self.states if state != UNKNOWN)
            raise SchemaError(f"{', '.join(map(repr, wrong))} cannot be used here; the states are {known}.")


RECOVERY_STATES = StateScheme()
"""The states of the design: using, reduced, ost_stable, abstinent, in_recovery, unknown."""


@dataclass(frozen=True)
class Norm:
    """Which states hold the norm in question?

    Abstinence is one norm among several: whoever runs the analysis says which states hold it.

    Parameters
    ----------
    name : str
        Name of the norm, used for columns and labels.
    holds : set of str
        States in which a person holds the norm.
    scheme : StateScheme
        The states there are.

    Raises
    ------
    SchemaError
        ``holds`` is empty, or names an unknown state.

    Examples
    --------
    >>> from recoverynet import Norm
    >>> recovery = Norm("recovery", holds={"abstinent", "in_recovery", "ost_stable"})
    >>> recovery.held(["abstinent", "using", "unknown"])
    array([ 1.,  0., nan])
    """

    name: str
    holds: frozenset[str]
    scheme: StateScheme = RECOVERY_STATES

    def __post_init__(self) -> None:
        if isinstance(self.holds, str):
            raise SchemaError(f"holds must be a set of states, such as {{{self.holds!r}}}.")
        object.__setattr__(self, "holds", frozenset(self.holds))
        if not self.holds:
            raise SchemaError(f"The norm {self.name!r} must be held in at least one state.")
        self.scheme.require(self.holds)

    def held(self, states: Iterable[str] | pd.Series | np.ndarray) -> np.ndarray:
        """1.0 where a state holds the norm, 0.0 where it does not, NaN where it is unknown or missing.

        Parameters
        ----------
        states : sequence of str

        Returns
        -------
        numpy.ndarray of float, same length
        """
        series = pd.Series(list(states), dtype="object")
        known = series.notna() & (series != UNKNOWN)
        return np.where(known, series.isin(self.holds).astype(float), np.nan)


RECOVERY_NORM = Norm("recovery", frozenset({"abstinent", "in_recovery", "ost_stable"}))
"""The norm used where none is named: abstinent, in recovery, or stable on opioid substitution."""


def spells(
    observations: pd.DataFrame,
    *,
    scheme: StateScheme = RECOVERY_STATES,
    valid_for: object | None = "90D",
    sources: Sequence[str] = OWN_SOURCES,
    conflict: SourceRule | None = None,
    until: object | None = None,
) -> pd.DataFrame:
    """In which state was each person, from when until when, and who says so?

    Parameters
    ----------
    observations : pandas.DataFrame
        Columns person_id, observed_at (tz-aware), variable, value, source, as in ``record.observations``;
        only rows whose variable is ``"state"`` are used.
    scheme : StateScheme
        The states there are.
    valid_for : str or pandas.Timedelta or None
        How long an observation holds where nobody looks again; afterwards the state is ``"unknown"``. The
        default is a quarter, the usual distance of two reviews. ``None``: until the next observation, however
        late.
    sources : sequence of {"self", "worker", "peer", "external", "perceived"}
        Whose word counts, the first having priority. ``"perceived"`` is used only where it is named here.
    conflict : {None, "priority", "latest"}
        None (default) keeps one set of spells a person and source. Otherwise one set a person, merged as
        :func:`state_at` does.
    until : instant, optional
        End of observation: spells are cut there, later observations left out, and what follows a person's
        last observation is listed as unknown up to it. Default: a last spell ends ``valid_for`` after its
        last observation and nothing is said of the time after it.

    Returns
    -------
    pandas.DataFrame
        One row a spell, by person, source and time: ``person_id``, ``source`` (the name of the rule where
        sources were merged), ``state``, ``start``, ``end``. Half-open [start, end) and without gaps from a
        person's first observation on; two spells that follow each other differ in state. ``end`` is NaT where
        nothing ends the spell (``valid_for=None`` without ``until``). People never observed have no row.

    Raises
    ------
    SchemaError
        A column is missing, an instant is naive, a state is not in the scheme, a source or a rule is unknown,
        or ``valid_for`` is not a positive length of time.

    Notes
    -----
    States are reversible: a lapse is a spell like any other. Where one source says two different things at
    the same instant the state is unknown from then on, whatever the order of the rows.

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> own = rn.spells(record.observations, sources=["self"], until="2011-05-01")
    >>> own[own["person_id"] == "ben"][["state", "start", "end"]]
           state                     start                       end
    2  abstinent 2011-03-01 00:00:00+00:00 2011-04-10 00:00:00+01:00
    3      using 2011-04-10 00:00:00+01:00 2011-05-01 00:00:00+01:00
    """
    sources, lasting = checked_sources(sources), microseconds_in(valid_for)
    rule = None if conflict is None else checked_rule(conflict)
    looks = look_up(observations, STATE_VARIABLE, sources, scheme.states)
    limit = None if until is None else instant_in(until, looks.tz)
    looks = looks if limit is None else looks.before(limit)
    owner = looks.person * len(sources) + looks.source
    order = np.lexsort((looks.time, owner))
    owner, code, start, end = segments(owner[order], looks.time[order], looks.code[order], lasting, limit)
    person, names = owner // len(sources), np.array(sources, dtype=object)[owner % len(sources)]
    if rule is not None:
        person, start, end = _cut_at_every_bound(person, start, end, looks)
        code = looks.current(person, start, n_sources=len(sources), lasting=lasting, rule=rule)
        person, code, start, end = join_runs(person, code, start, end)
        names = np.full(len(person), rule, dtype=object)
    return pd.DataFrame(
        {
            "person_id": pd.Series(looks.people[person], dtype="str"),
            "source": pd.Series(names, dtype="str"),
            "state": pd.Series(np.array([*scheme.states, UNKNOWN], dtype=object)[code], dtype="str"),
            "start": _stamps(start, looks),
            "end": _stamps(end, looks),
        }
    )


def _cut_at_every_bound(
    person: np.ndarray, start: np.ndarray, end: np.ndarray, looks: Looks
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The shortest intervals between any two bounds of a person's spells, or looks that confirm one."""
    owner = np.concatenate([person, person, looks.person])
    bound = np.concatenate([start, end, looks.time])
    order = np.lexsort((bound, owner))
    owner, bound = owner[order], bound[order]
    inner = (owner[1:] == owner[:-1]) & (bound[1:] > bound[:-1])
    return owner[:-1][inner], bound[:-1][inner], bound[1:][inner]


def _stamps(time: np.ndarray, looks: Looks) -> pd.Series:
    """Instants in the time zone of the observations; an end that nobody set is NaT."""
    missing = np.iinfo(np.int64).min
    moments = np.where(time == FOREVER, missing, time).astype("datetime64[us]")
    return pd.Series(pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(looks.tz))  # type: ignore[arg-type]


def state_at(
    observations: pd.DataFrame,
    when: object,
    *,
    people: Iterable[str] | None = None,
    scheme: StateScheme = RECOVERY_STATES,
    valid_for: object | None = "90D",
    sources: Sequence[str] = OWN_SOURCES,
    conflict: SourceRule = "priority",
) -> pd.Series:
    """In which state was each person at one moment, as far as anybody had looked?

    Parameters
    ----------
    observations : pandas.DataFrame
        As for :func:`spells`.
    when : instant, or a sequence of one a person
        The moment asked about; an observation at that very instant counts. Naive ones are local time of the
        observations. A sequence needs ``people`` and stands in their order.
    people : sequence of str, optional
        Who to answer for, in this order. Default: everyone with a state observation of these sources, by id.
    scheme, valid_for, sources
        As for :func:`spells`.
    conflict : {"priority", "latest"}
        Which source is believed where several know: the first in the order of ``sources`` (default), or the
        one that looked last (the first in order where two looked at the same instant). A source that does not
        know, or whose observation has run out, leaves the word to the others.

    Returns
    -------
    pandas.Series of str
        Named ``state``, indexed by person_id; ``"unknown"`` where nobody has looked, or not for
        ``valid_for``.

    Raises
    ------
    SchemaError
        As for :func:`spells`; or ``when`` is a sequence that does not match ``people``.

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> rn.state_at(record.observations, "2011-04-05", people=record.people["person_id"]).tolist()
    ['abstinent', 'abstinent', 'in_recovery', 'unknown', 'unknown']
    >>> rn.state_at(record.observations, "2011-04-05", sources=["worker", "self"]).tolist()
    ['reduced', 'abstinent', 'in_recovery']
    """
    states = value_at(
        observations,
        STATE_VARIABLE,
        when,
        people=people,
        valid_for=valid_for,
        sources=sources,
        conflict=conflict,
        allowed=scheme.states,
    )
    return states.fillna(UNKNOWN).rename("state")
