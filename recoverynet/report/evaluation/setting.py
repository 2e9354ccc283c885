"""What every section of an evaluation starts from: the record, its clients and what was asked for."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar, cast

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import NotEstimableError, RecoveryNetWarning, SchemaError, TimeOrderError
from recoverynet.graphs.contact_graph import ContactGraph
from recoverynet.graphs.panel import NetworkPanel, panel
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.graphs.projection import project
from recoverynet.graphs.projection_on_engine import symmetric_ties
from recoverynet.instants import as_instant
from recoverynet.kernels.incidence import weighted_product
from recoverynet.measures.recovery_contacts import PERSONAL_KINDS, recovery_contacts
from recoverynet.measures.subgroups import people_with_role
from recoverynet.report import wording
from recoverynet.report.disclosure.counted import Counted
from recoverynet.report.disclosure.labels import rare_pooled, with_rare_labels_pooled
from recoverynet.report.disclosure.policy import CountTable
from recoverynet.report.disclosure.summary import SummaryTable
from recoverynet.report.evaluation.asked import breaks_of, columns_asked, require_length
from recoverynet.states import STATE_VARIABLE, UNKNOWN, Norm, state_at
from recoverynet.tables.consent import Agreed, UnknownConsent, consenting
from recoverynet.tables.measurable import engine_of
from recoverynet.tables.period import observed_within, record_of_period
from recoverynet.tables.record import RecoveryRecord, Window
from recoverynet.tables.relational.contact_facts import ContactFacts
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.relational.start import EngineSettings, as_settings

DAYS_IN_QUARTERS, DAYS_IN_MONTHS = 270, 45
Measured = TypeVar("Measured")
UNDATED = "no contact or observation is dated"


FEWEST_BROKEN_DOWN, FEWEST_IN_WORDS = 50, "fifty"
"""Fewest clients (or cases) of a part of the record that are told apart further: of fewer nearly every figure would be hidden."""
CLIENTS = Counted("clients")
"""The clients a report is about: whoever is counted in several of its tables is named from here."""


@dataclass(frozen=True, eq=False)
class EvaluationSetting:
    """One evaluation: a record, a window, and what was asked for.

    Attributes
    ----------
    agreed : Agreed
        The whole record of those who agreed to be counted, and how many did not.
    norm : Norm
        Which states hold the norm.
    window : (start, end) or None
        Half-open period reported on; None where nothing in the record is dated.
    breaks : tuple of instants
        The periods compared: one more than there are periods; empty without a window.
    by : tuple of str
        Columns of people (or episodes) by which links are broken down.
    valid_for : str
        How long an observation of a state holds.
    by_was_asked : bool
        Whether they were named by whoever asked: all main tables are broken down by them then.
    smallest_shown : int
        Labels that fewer clients have are pooled, so that no text of the record is about a few people.
    engine : EngineSettings or None
        Where what grows with contacts is added up; None: here.
    """

    agreed: Agreed
    norm: Norm
    window: Window | None
    breaks: tuple[pd.Timestamp, ...]
    by: tuple[str, ...]
    valid_for: str
    smallest_shown: int
    by_was_asked: bool = False
    engine: EngineSettings | None = None
    _found: dict[tuple[object, ...], tuple[object, Any]] = field(default_factory=dict, init=False, repr=False)

    def once(self, measure: Callable[..., Measured], of: object, **asked: object) -> Measured:
        """What a measure says of one of the records (or panels) here: worked out once, though sections are rehearsed and written.

        Nobody may write into what it gives.
        """
        key = (measure, id(of), *sorted(asked.items()))
        if key not in self._found:
            self._found[key] = of, measure(of, **asked)  # what it is of stays, or its id could become another's
        found: Measured = self._found[key][1]
        return found

    @property
    def as_written(self) -> RecoveryRecord:
        """The record of those who agreed with its labels as they stand: for measures that read them, and never to be printed."""
        return self.agreed.record

    @cached_property
    def whole(self) -> RecoveryRecord:
        """The record of those who agreed over all its time, rare labels pooled: for looking back, and for nothing else."""
        return with_rare_labels_pooled(self.as_written, self.clients, self.smallest_shown, window=self.window)

    def told(self, labels: pd.Series) -> pd.Series:
        """Labels by client as they may be told: those of too few pooled, however they were worked out."""
        return rare_pooled(labels, labels.index, self.smallest_shown)

    @cached_property
    def record(self) -> RecoveryRecord:
        """The record of the period: all that a report of it is made of."""
        return record_of_period(self.whole, self.window)

    @cached_property
    def looked_back(self) -> RecoveryRecord:
        """The record of the period with the observations before it that still count in it."""
        return record_of_period(self.whole, self.window, look_back=pd.Timedelta(self.valid_for))

    @property
    def looked_back_as_written(self) -> RecoveryRecord:
        """The same with its labels as they stand: what the fingerprint of a report is of."""
        return record_of_period(self.as_written, self.window, look_back=pd.Timedelta(self.valid_for))

    @cached_property
    def linked(self) -> RecoveryRecord:
        """The record of the period with the steps of the clients reported on, who may be fewer than those on the record."""
        linkage = self.record.linkage
        kept = linkage["client_id"].isin(self.clients)
        return self.record if kept.all() else self.record.keeping(linkage=linkage[kept])

    @cached_property
    def measured(self) -> RecoveryRecord | RecordOnEngine:
        """The same, on the engine where one was asked for."""
        return engine_of(self.linked, self.engine) or self.linked

    @cached_property
    def over_window(self) -> RecoveryRecord | RecordOnEngine:
        """The record of the period, under observation for all of it."""
        if isinstance(self.measured, RecordOnEngine):
            return self.measured.with_window(self.window)
        return self.record.keeping(window=self.window)

    @cached_property
    def facts(self) -> ContactFacts | None:
        """What the engine knows of contacts; None where they are here."""
        return self.measured.facts() if isinstance(self.measured, RecordOnEngine) else None

    @property
    def has_contacts(self) -> bool:
        """Whether anybody took part in anything in the period."""
        return not self.record.participation.empty if self.facts is None else self.facts.n_participations > 0

    @cached_property
    def n_rows(self) -> dict[str, int]:
        """Rows of every table of the period."""
        here = {name: len(table) for name, table in self.record.tables().items()}
        if self.facts is None:
            return here
        return here | {"occasions": self.facts.n_occasions, "participation": self.facts.n_participations}

    @cached_property
    def clients(self) -> pd.Index:
        """Ids of the clients under observation in the period, in the order of the table."""
        people = self.as_written.people
        here = (people["role"] == "client") & observed_within(people, self.window)
        answer: pd.Index = pd.Index(people.loc[here.to_numpy(dtype=bool), "person_id"], name="person_id")
        return answer

    @property
    def n_clients(self) -> int:
        """Number of clients under observation in the period."""
        return len(self.clients)

    @cached_property
    def client_rows(self) -> pd.DataFrame:
        """The clients' rows of the people table, indexed by person id."""
        return self.record.people.set_index("person_id").loc[self.clients]

    @cached_property
    def people(self) -> pd.DataFrame:
        """The people table, indexed by person id."""
        return self.record.people.set_index("person_id")

    @property
    def period(self) -> str:
        """The window in words."""
        return UNDATED if self.window is None else wording.period(*self.window)

    @cached_property
    def graph(self) -> ContactGraph:
        """The contacts of the window."""
        there = self.measured if isinstance(self.measured, RecordOnEngine) else None
        graph = ContactGraph(self.looked_back, on_engine=there)
        return graph if self.window is None else graph.between(*self.window)

    @cached_property
    def in_contact(self) -> pd.Index:
        """Ids of those who took part in anything."""
        if self.facts is not None:
            return self.facts.people_seen()
        answer: pd.Index = pd.Index(self.graph.participation()["person_id"].unique())
        return answer

    @cached_property
    def kinds(self) -> pd.DataFrame:
        """Occasions by kind: ``n``, and ``n_with`` those with a client."""
        if self.facts is not None:
            return self.facts.kinds(self.clients)
        occasions, attended = self.graph.occasions, self.graph.participation()
        theirs = attended.loc[attended["person_id"].isin(self.clients), "occasion_id"]
        with_client = occasions["occasion_id"].isin(theirs).astype("int64")
        return cast(pd.DataFrame, with_client.groupby(occasions["kind"].astype("str")).agg(n="size", n_with="sum"))

    @cached_property
    def personal_ties(self) -> sparse.csr_array:
        """Who shared an occasion other than a meeting with whom, in the order of the people table."""
        if self.facts is not None:
            ties = self.facts.ties_at(PERSONAL_KINDS)
            return symmetric_ties(
                ties["a"].to_numpy(), ties["b"].to_numpy(), ties["n"].to_numpy(dtype=float), len(self.record.people)
            )
        matrix = self.graph.biadjacency().matrix
        personal = self.graph.occasions["kind"].isin(PERSONAL_KINDS).to_numpy()
        kept = sparse.csr_array(matrix[:, np.flatnonzero(personal)])
        return weighted_product(kept, np.ones(kept.shape[1]))

    @cached_property
    def network(self) -> PersonNetwork:
        """Who shared an occasion with whom in the window."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecoveryNetWarning)
            return project(self.graph)

    @cached_property
    def everybody_reached(self) -> pd.DataFrame:
        """Anybody in contact with the recovery community in the period: ``person_id``, ``through``, ``kind`` (of the group)."""
        if isinstance(self.measured, RecordOnEngine):
            return self.measured.reached()
        contacts = recovery_contacts(self.record).merge(self.record.occasions[["occasion_id", "group_id"]], on="occasion_id")
        contacts = contacts.merge(self.record.groups[["group_id", "kind"]], on="group_id", how="left")
        return contacts[["person_id", "through", "kind"]].drop_duplicates(ignore_index=True)

    @cached_property
    def reached(self) -> pd.DataFrame:
        """The clients among them."""
        return self.everybody_reached[self.everybody_reached["person_id"].isin(self.clients)]

    @property
    def unseen_contact(self) -> str:
        """Why contact with the recovery community cannot be seen, in a clause; empty where it can."""
        if not self.has_contacts:
            return "no contact is on record"
        if self.everybody_reached.empty:
            return (
                "of the contacts on record none is a meeting of a recovery group, or with a peer or a member of the recovery "
                "community"
            )
        return ""

    @cached_property
    def observations(self) -> pd.DataFrame:
        """The observations of clients in the period."""
        table = self.record.observations
        return table[table["person_id"].isin(self.clients)]

    @cached_property
    def states_seen(self) -> pd.DataFrame:
        """Their observations of a state, how others perceive them and "unknown" left out."""
        table = self.observations
        kept = (table["variable"] == STATE_VARIABLE) & (table["source"] != "perceived") & (table["value"] != "unknown")
        return table[kept]

    @cached_property
    def waves(self) -> NetworkPanel | None:
        """Ties and states in each of the periods compared; None where there are fewer than two."""
        if len(self.breaks) < 3:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecoveryNetWarning)
            return panel(self.graph, breaks=self.breaks, norm=self.norm, valid_for=self.valid_for, purpose=None)

    @cached_property
    def periods(self) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
        """Label, start and end of each of the periods compared."""
        pairs = zip(self.breaks[:-1], self.breaks[1:], strict=True)
        return [(wording.short_period(start, end), start, end) for start, end in pairs]

    @cached_property
    def steps(self) -> tuple[Literal["month", "quarter"], list[tuple[pd.Timestamp, pd.Timestamp]]]:
        """Calendar steps for curves over time: ``"month"`` or ``"quarter"``, and those the window touches."""
        if self.window is None:
            return "month", []
        start, end = self.window
        every: Literal["month", "quarter"] = "quarter" if (end - start).days >= DAYS_IN_QUARTERS else "month"
        frequency = "QS" if every == "quarter" else "MS"
        first = start.tz_localize(None).to_period("Q" if every == "quarter" else "M").start_time.tz_localize(start.tz)
        edges = pd.date_range(first, end, freq=frequency)
        bounds = [max(first, start), *(edge for edge in edges if start < edge < end), end]
        return every, list(zip(bounds[:-1], bounds[1:], strict=True))

    def states(self, when: pd.Timestamp, people: Iterable[str]) -> pd.Series:
        """State of each person at the last moment before an instant."""
        moment = when - pd.Timedelta(microseconds=1)
        table = self.looked_back.observations
        known = state_at(table, moment, scheme=self.norm.scheme, valid_for=self.valid_for)
        return known.reindex(pd.Index(people, name="person_id"), fill_value=UNKNOWN)

    def under_observation(self, when: pd.Timestamp) -> pd.Index:
        """Clients under observation or in treatment on any day of the month or quarter ending at an instant.

        The same clients as in coverage over time, so that no difference between two tables is a few people.
        """
        moment = when - pd.Timedelta(microseconds=1)
        starts = [start for start, end in self.steps[1] if start < when <= end]
        first = (starts or [moment])[-1].normalize()
        own, episodes = self.people.loc[self.clients], self.record.episodes
        here = ~(own["joined_on"] > moment) & ~(own["left_on"] <= first)
        open_then = (episodes["started_on"] <= moment) & ~(episodes["ended_on"] < first)
        treated = self.clients.isin(episodes.loc[open_then.astype(bool), "person_id"])
        return self.clients[here.to_numpy(dtype=bool) | treated]

    def count_table(self, counts: pd.DataFrame | pd.Series, **words: Any) -> CountTable:
        """A table of counts of clients over the period, unless the words say otherwise."""
        return CountTable(counts, **(self._usual_words() | words))

    def share_table(self, shares: Mapping[str, tuple[int, int]], **words: Any) -> CountTable:
        """A table of "n of N" clients over the period, unless the words say otherwise."""
        return CountTable.of_shares(shares, **(self._usual_words() | words))

    def summary_table(self, values: pd.DataFrame, **words: Any) -> SummaryTable:
        """A table of means or medians over the period."""
        return SummaryTable(values, **(self._usual_words() | words))

    def _usual_words(self) -> dict[str, str]:
        return {"population": "Clients", "denominator": "all clients", "period": self.period}

    def here(self, when: pd.Timestamp) -> Counted:
        """Clients under observation on the last day before an instant, as tables of the report name them."""
        return CLIENTS.who(f"here {last_day(when)}")

    def count_clients(self, ids: pd.Series) -> int:
        """How many different clients are among the ids."""
        return int(self.clients.isin(pd.Series(ids, dtype="str").unique()).sum())


def last_day(when: pd.Timestamp) -> str:
    """The day before an instant, as facts of the clients name it."""
    return str((when - pd.Timedelta(microseconds=1)).date())


def make_setting(
    record: RecoveryRecord,
    *,
    norm: Norm,
    window: tuple[object, object] | None,
    n_periods: int,
    breaks: Sequence[object] | None,
    by: Sequence[str] | None,
    valid_for: str,
    smallest_shown: int,
    unknown_consent: UnknownConsent = "count",
    engine: object | None = None,
) -> EvaluationSetting:
    """Resolve what was asked for; SchemaError or TimeOrderError where it does not fit the record."""
    if not isinstance(record, RecoveryRecord):
        raise SchemaError(f"An evaluation is made from a RecoveryRecord; got {type(record).__name__}.")
    if not isinstance(norm, Norm):
        raise SchemaError(f"norm must be a Norm, such as Norm('recovery', holds={{'abstinent'}}); got {norm!r}.")
    if not people_with_role(record, ("client",)).size:
        raise SchemaError(
            "An evaluation is about clients, and nobody in the people table has the role 'client'. If your "
            'table uses another word, map it in a mapping file: [people.columns] role = { from = "type", '
            "values = "
            '{ service_user = "client" } }.'
        )
    require_length(valid_for)
    bounds = record.window if window is None else tuple(as_instant(bound, record.tz) for bound in window)
    if bounds is not None and (len(bounds) != 2 or not bounds[0] < bounds[1]):
        raise TimeOrderError(f"A window is a start and a later end; got {window!r}.")
    agreed = consenting(record, "evaluation", unknown_consent=unknown_consent)
    columns = columns_asked(agreed.record, by)
    asked = None if engine is None else as_settings(engine)
    compared = breaks_of(bounds, n_periods, breaks, record.tz)
    setting = EvaluationSetting(agreed, norm, bounds, compared, columns, valid_for, smallest_shown, by is not None, asked)
    if not setting.n_clients:
        asked_of: Any = agreed.roles.loc["client"]
        n_asked = int(asked_of.sum())
        raise NotEstimableError(
            f"There is no client to report on: of {n_asked:,} on the record {int(asked_of['n_declined']):,} did "
            f"not agree to evaluation, and nobody else was under observation in the period ({setting.period})."
        )
    return setting
