"""Who took part in what, and when: the temporal two-mode graph of people and occasions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError, TimeOrderError
from recoverynet.graphs.person_network import people_frame
from recoverynet.instants import as_instant, day_in_words
from recoverynet.kernels.incidence import incidence_in_order
from recoverynet.shown import card
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.relational.on_engine import RecordOnEngine


class Biadjacency(NamedTuple):
    """A person × occasion matrix with the index of its rows and columns.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (n_people, n_occasions)
        1.0 where the person took part.
    people : pandas.Index
        Person ids, one a row.
    occasions : pandas.Index
        Occasion ids, one a column.
    """

    matrix: sparse.csr_array
    people: pd.Index
    occasions: pd.Index


class _Timeline(NamedTuple):
    """A record's participations in order of time, shared by every window of it.

    ``people_at[first[k]:first[k + 1]]`` are the rows of the people at occasion k, in order.
    """

    occasions: pd.DataFrame
    started: np.ndarray
    people_at: np.ndarray
    first: np.ndarray
    people: pd.DataFrame


_FROM_RECORD: Any = None  # a bound that is not given is taken from the record


@dataclass(frozen=True, repr=False)
class ContactGraph:
    """Who took part in which contact, over which period?

    Parameters
    ----------
    record : RecoveryRecord
        Every person of the record is in the graph, those without any contact included.
    start, end : instants, optional
        Half-open window [start, end); an occasion belongs to the window its start falls in. Default: every
        occasion.
    on_engine : RecordOnEngine, optional
        The same record on an engine, which then adds up the ties. Default: they are added up here.

    Attributes
    ----------
    record : RecoveryRecord
    people : pandas.Index of person ids, in the order of the table
    occasions : pandas.DataFrame
        The occasions of the window in order of time (and id where two start together), with a fresh row
        index.
    start, end : pandas.Timestamp
        Bounds of the window.

    Raises
    ------
    TimeOrderError
        ``end`` does not stand after ``start``.
    SchemaError
        A bound is not a date.

    Examples
    --------
    >>> import recoverynet as rn
    >>> graph = rn.ContactGraph(rn.load_sample("five_people"))
    >>> graph.biadjacency().matrix.shape[0]
    5
    """

    record: RecoveryRecord
    start: pd.Timestamp = _FROM_RECORD
    end: pd.Timestamp = _FROM_RECORD
    on_engine: RecordOnEngine | None = field(default=None, kw_only=True, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.record, RecoveryRecord):
            raise SchemaError(
                f"ContactGraph takes a RecoveryRecord, such as load_sample('riverside') or read_record('my_folder'); got "
                f"{type(self.record).__name__}."
            )
        starts = self.record.occasions["started_at"]
        default = self.record.window
        first = default[0] if default else pd.Timestamp(0, tz=self.record.tz)
        last = default[1] if default else first + pd.DateOffset(days=1)
        if len(starts) and self.start is None:
            first = min(first, starts.min())
        if len(starts) and self.end is None:
            last = max(last, starts.max() + pd.Timedelta(microseconds=1))
        start = first if self.start is None else as_instant(self.start, self.record.tz)
        end = last if self.end is None else as_instant(self.end, self.record.tz)
        if not start < end:
            raise TimeOrderError(f"The window must end after it starts; it runs from {start} to {end}.")
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)

    def between(self, start: object, end: object) -> ContactGraph:
        """The same people with the occasions of the record that start in [start, end), and no others.

        Parameters
        ----------
        start, end : instant
            Dates, texts or timestamps; naive ones are local time of the record.

        Returns
        -------
        ContactGraph

        Raises
        ------
        TimeOrderError
            ``end`` does not stand after ``start``.
        """
        tz = self.record.tz
        window = ContactGraph(self.record, as_instant(start, tz), as_instant(end, tz), on_engine=self.on_engine)
        window.__dict__["_timeline"] = self._timeline
        return window

    @cached_property
    def _timeline(self) -> _Timeline:
        record = self.record
        occasions = record.occasions.sort_values(["started_at", "occasion_id"], ignore_index=True)
        people = people_frame(record.people)
        occasion = pd.Index(occasions["occasion_id"]).get_indexer(record.participation["occasion_id"])
        person = people.index.get_indexer(pd.Index(record.participation["person_id"]))
        order = np.lexsort((person, occasion))
        first = np.concatenate([[0], np.cumsum(np.bincount(occasion, minlength=len(occasions)))])
        started = pd.DatetimeIndex(occasions["started_at"]).as_unit("us").asi8
        return _Timeline(occasions, started, person[order].astype(np.int32), first.astype(np.int32), people)

    @cached_property
    def _rows(self) -> slice:
        """The occasions of the window among all."""
        bounds = pd.DatetimeIndex([self.start, self.end]).as_unit("us").asi8
        return slice(*np.searchsorted(self._timeline.started, bounds))

    @property
    def people(self) -> pd.Index:
        """Person ids in the order of the people table."""
        return self._timeline.people.index

    @property
    def people_table(self) -> pd.DataFrame:
        """What is known of the people, indexed by person_id."""
        return self._timeline.people

    @cached_property
    def occasions(self) -> pd.DataFrame:
        """The occasions of the window, in order of time."""
        return self._timeline.occasions.iloc[self._rows].reset_index(drop=True)

    @cached_property
    def _biadjacency(self) -> Biadjacency:
        rows, timeline = self._rows, self._timeline
        first = timeline.first[rows.start : rows.stop + 1]
        inside = timeline.people_at[first[0] : first[-1]]
        matrix = incidence_in_order(inside, first - first[0], len(self.people))
        return Biadjacency(matrix, self.people, pd.Index(self.occasions["occasion_id"], name="occasion_id"))

    def biadjacency(self) -> Biadjacency:
        """The person × occasion matrix with the index of its rows and columns.

        Returns
        -------
        Biadjacency
            ``matrix`` (csr, 1.0 where the person took part), ``people``, ``occasions``. Computed once; do not
            change it.
        """
        return self._biadjacency

    def participation(self) -> pd.DataFrame:
        """One row a person and occasion of the window, with what is known of the occasion.

        Returns
        -------
        pandas.DataFrame
            Columns person_id, occasion_id, part and those of the occasions table.
        """
        return self.record.participation.merge(self.occasions, on="occasion_id", how="inner")

    def _repr_html_(self) -> str:
        last = self.end - pd.Timedelta(microseconds=1)
        kinds = self.occasions["kind"].value_counts().rename("contacts").to_frame().rename_axis("kind")
        kinds["people, on average"] = (
            self.participation().groupby("kind")["person_id"].size().reindex(kinds.index, fill_value=0) / kinds["contacts"]
        ).round(1)
        facts = [("people", len(self.people)), ("contacts", len(self.occasions)), ("participations", self._biadjacency.matrix.nnz)]
        return card(f"Contact graph, {day_in_words(self.start)} to {day_in_words(last)}", facts, kinds)

    def __repr__(self) -> str:
        last = self.end - pd.Timedelta(microseconds=1)
        return (
            f"<ContactGraph {day_in_words(self.start)} to {day_in_words(last)}: {len(self.people):,} people, "
            f"{len(self.occasions):,} occasions, {self._biadjacency.matrix.nnz:,} participations>"
        )
