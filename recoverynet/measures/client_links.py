"""One client's links to recovery communities at a date: people, groups, the ways there, and what cannot be seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from recoverynet.measures.blind_spots import BlindSpot, blind_spots
from recoverynet.measures.client_ties import GroupTie, PersonTie, framed, group_ties, person_ties
from recoverynet.measures.kept_apart import KeptApart, keep_apart
from recoverynet.measures.moment import Moment, moment_of, require_client
from recoverynet.measures.record_index import Occasion, RecordIndex, index_of
from recoverynet.measures.ways_to_groups import Way, ways_to_groups
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.record import RecoveryRecord

CARRIES = ("recovery", "supportive", "neutral", "using", "unknown")
"""What a tie may carry, in the order it is told."""


_OPEN_PARTS = ("host", "facilitator", "sponsor", "introducer")


class Contact(NamedTuple):
    """One row of the contacts of a client; see :func:`client_links`."""

    started_at: Any
    kind: str
    layer: str
    id: str
    carries: str


@dataclass(frozen=True)
class SoleLink:
    """The one person or group that every recovery link of a client depends on.

    Attributes
    ----------
    layer : {"person", "group"}
    id : str
        person_id or group_id.
    n_contacts : int
        Recovery contacts in the window that went through it: all there were.
    """

    layer: str
    id: str
    n_contacts: int


class LinkRows(NamedTuple):
    """The rows of the frames of :class:`ClientLinks`, which are made of them when somebody asks for them."""

    people: tuple[PersonTie, ...]
    groups: tuple[GroupTie, ...]
    ways: tuple[Way, ...]
    contacts: tuple[Contact, ...]
    tz: str


@dataclass(frozen=True, repr=False, eq=False)
class ClientLinks:
    """Who in this person's life carries recovery, who has gone quiet, and what can the record not see?

    Attributes
    ----------
    client_id : str
    at : pandas.Timestamp
        The moment looked at: rows dated at or after it are not used.
    window : pandas.Timedelta
        Length of the window that ends at ``at``, and of the one before it.
    people : pandas.DataFrame
        One row a person met or named; see :func:`client_links`.
    groups : pandas.DataFrame
        One row a group.
    ways : pandas.DataFrame
        One row a recovery group: how far it is, and through whom.
    contacts : pandas.DataFrame
        One row a contact of the two windows.
    found : Found
        The rows of these frames as they were found.
    n_recovery, n_recovery_before : int
        Recovery ties (people and groups) with a contact in the window, and in the window before it.
    gained, lost : tuple of str
        Ids of the recovery ties of one window and not of the other.
    last_recovery_contact : pandas.Timestamp or NaT
    days_since_recovery : float
        Since the latest contact with a person or group that carries recovery; NaN where none is on record in the four
        windows looked at.
    n_ties, n_outside_services : int
        Ties with a contact in the window or named in the latest interview, and those of them that are neither a
        worker nor a treatment group.
    sole_link : SoleLink or None
    safe_contact : bool or None
        None where it is not recorded.
    blind_spots : tuple of BlindSpot

    Examples
    --------
    >>> import recoverynet as rn
    >>> rn.client_links(rn.load_sample("five_people"), "eve", at="2011-04-12")
    <ClientLinks 'eve', 2011-04-12: 0 people, 1 groups, 0 recovery ties in 90 days>
    """

    client_id: str
    at: pd.Timestamp
    window: pd.Timedelta
    found: LinkRows
    n_recovery: int
    n_recovery_before: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    last_recovery_contact: pd.Timestamp
    days_since_recovery: float
    n_ties: int
    n_outside_services: int
    sole_link: SoleLink | None
    safe_contact: bool | None
    blind_spots: tuple[BlindSpot, ...]
    apart: KeptApart = field(repr=False)

    @cached_property
    def people(self) -> pd.DataFrame:
        """One row a person met or named."""
        return framed(self.found.people, PersonTie, self.found.tz)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """One row a group."""
        return framed(self.found.groups, GroupTie, self.found.tz)

    @cached_property
    def ways(self) -> pd.DataFrame:
        """One row a recovery group: how far it is, and through whom."""
        return framed(self.found.ways, Way, self.found.tz)

    @cached_property
    def contacts(self) -> pd.DataFrame:
        """One row a contact of the two windows."""
        return framed(self.found.contacts, Contact, self.found.tz)

    @property
    def change(self) -> int:
        """Recovery ties of the window, less those of the window before."""
        return self.n_recovery - self.n_recovery_before

    @property
    def only_through_services(self) -> bool | None:
        """Whether every tie is a worker or a treatment group; None where there is no tie at all."""
        return None if self.n_ties == 0 else self.n_outside_services == 0

    def counts(self) -> pd.DataFrame:
        """How many people and groups carry what, and how many of them had a contact in the window.

        Returns
        -------
        pandas.DataFrame indexed by what a tie carries
            recovery, supportive, neutral, using, unknown; columns ``people``, ``groups``, ``people_in_contact``,
            ``groups_in_contact``.
        """
        columns = {}
        for name, frame in (("people", self.people), ("groups", self.groups)):
            columns[name] = frame["carries"].value_counts()
            columns[f"{name}_in_contact"] = frame.loc[frame["n_contacts"] > 0, "carries"].value_counts()
        table = pd.DataFrame(columns, index=pd.Index(CARRIES, name="carries")).fillna(0).astype(int)
        return table[["people", "groups", "people_in_contact", "groups_in_contact"]]

    def to_frame(self) -> pd.DataFrame:
        """Every tie in one table: people first, then groups.

        Returns
        -------
        pandas.DataFrame
            Columns ``layer`` (person or group), ``id`` and those that people and groups share: ``carries``,
            ``through_service``, ``status``, ``last_contact``, ``days_since``, ``n_contacts``, ``n_before``.
        """
        shared = ["carries", "through_service", "status", "last_contact", "days_since", "n_contacts", "n_before"]
        parts = [
            self.people.rename(columns={"person_id": "id"}).assign(layer="person"),
            self.groups.rename(columns={"group_id": "id"}).assign(layer="group"),
        ]
        return pd.concat([part[["layer", "id", *shared]] for part in parts], ignore_index=True)

    def to_dict(self) -> dict[str, Any]:
        """The facts that are single values, by name.

        Returns
        -------
        dict
        """
        names = (
            "client_id", "at", "n_recovery", "n_recovery_before", "change", "gained", "lost", "last_recovery_contact",
            "days_since_recovery", "n_ties", "n_outside_services", "only_through_services", "safe_contact",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        return (
            f"<ClientLinks {self.client_id!r}, {self.at:%Y-%m-%d}: {len(self.found.people)} people, "
            f"{len(self.found.groups)} groups, {self.n_recovery} recovery ties in {self.window.days} days>"
        )


def client_links(
    record: RecoveryRecord, client_id: str, *, at: object, window: object = "90D", norm: Norm = RECOVERY_NORM
) -> ClientLinks:
    """Who in this client's life carries recovery at a date, who has gone quiet, and what can the record not see?

    Parameters
    ----------
    record : RecoveryRecord
        The whole record, or the small one that :meth:`recoverynet.tables.store.RecordStore.around` gives.
    client_id : str
        One client.
    at : instant
        The day looked at; a date is its first moment. Rows dated at or after it are not used.
    window : str or timedelta
        Length of the window that counts as now, and of the one it is compared with; a day or longer. Default: a
        quarter. Ties are looked for four windows back.
    norm : Norm
        Which states carry recovery. Default: abstinent, in recovery, or stable on opioid substitution.

    Returns
    -------
    ClientLinks
        ``people``, one row a person the client met as a person (one to one, by phone, out and about) or named when
        last asked, the latest contact first:

        - ``person_id``, ``known`` (whether the record holds them), ``role`` (``"not_on_record"`` for others),
          ``relation`` (as the client named it), ``parts`` (as what they took part: host, sponsor, introducer).
        - ``carries``: recovery, supportive, neutral, using or unknown; ``because``: recorded_state, perceived_state,
          role, sponsor, support or nothing_known.
        - ``state``, ``state_on``, ``perceived``: state, its date, and whether it is how the client sees them.
        - ``through_service``: a worker. ``last_contact``, ``days_since``: local days, NaN where never met.
        - ``n_contacts``, ``n_before``: contacts in the window and the one before. ``status``: new, current, quiet,
          or named (never met on record).
        - ``ring``: 1 close to 3 further out, ``closeness`` as said. ``quality``: strong, tenuous or strained;
          ``support`` and ``support_direction`` as said, ``named_on`` when.
        - ``consent_basis``: as noted in the interview, else consented, refused, in_role (a worker) or not_recorded;
          ``may_be_named``.

        ``groups``, one row a group they went to or were linked to: ``group_id``, ``name``, ``kind``, ``norm``,
        ``carries``, ``through_service`` (treatment), ``last_contact``, ``days_since``, ``n_contacts``, ``n_before``,
        ``status`` (planned where only a linkage step names it), ``stage`` and ``stage_at`` (the latest linkage step),
        ``open`` (meets at present).

        ``ways``, one row a recovery group that meets at present: ``group_id``, ``name``, ``kind``, ``steps`` (1 goes
        there, 2 through one person, 3 through two, NaN further away than that), ``through`` (a tuple of person ids).

        ``contacts``, one row a contact of the two windows in order of time: ``started_at``, ``kind``, ``layer``
        (person or group), ``id``, ``carries``.

        The rest are single facts; see :class:`ClientLinks`.

    Raises
    ------
    UnknownPersonError
        The record does not know the client, or knows them in another role.
    TimeOrderError
        ``at`` lies before the record begins or more than a window after it ends, or ``window`` is shorter than a day.
    SchemaError
        ``at`` or ``window`` cannot be read.

    Notes
    -----
    - People met at meetings are not listed: a meeting is a place. Going there is a tie to the group.
    - A tie carries *using* where the person is known or said to use, or to support use; *recovery* where they hold
      the norm, or are a peer, community member or sponsor of unknown state; *supportive* where the client says so,
      or for a worker; *neutral* where something is known and none of these; else *unknown*.
    - What services wrote about other clients and about family is not looked at: their state is what this client says
      of it. What the client said holds for half a year, what is recorded of peers for 90 days.
    - People in ``separations`` with the client are nowhere in the answer, and no way leads through them; of two others
      who must be kept apart from each other only one is shown.
    - The way to a group of mutual aid ends with somebody who has agreed to introduce others; the way to another group
      with such a person or with somebody the client knows. Nobody who refused consent is on it.
    - A recovery contact is one with a person or group that carries recovery here. So a friend in recovery counts, whom
      :func:`recoverynet.measures.recovery_contacts.recovery_contacts` cannot know, and a peer known to use does not.
    - ``sole_link``: the only recovery tie of the window, else a person who was at every one of its recovery contacts.

    References
    ----------
    Hartman, A. (1978). Diagrammatic assessment of family relationships. Social Casework 59, 465-476.
    https://doi.org/10.1177/104438947805900803

    Examples
    --------
    >>> import recoverynet as rn
    >>> links = rn.client_links(rn.load_sample("five_people"), "ann", at="2011-04-12")
    >>> links.people[["person_id", "carries", "because"]].to_numpy().tolist()[:2]
    [['dev', 'supportive', 'role'], ['ben', 'recovery', 'perceived_state']]
    >>> links.n_recovery, links.days_since_recovery
    (1, 7.0)
    """
    index, moment = index_of(record), moment_of(record, at, window)
    client = require_client(index, client_id)
    client_id = client.person_id
    mine = index.occasions_of(client_id, moment.furthest, moment.at)
    people = person_ties(index, client_id, moment, mine, norm)
    apart = keep_apart(record, client_id, moment.at, [tie.person_id for tie in people])
    people = [tie for tie in people if tie.person_id not in apart.hidden]
    groups = group_ties(index, client_id, moment, mine)
    ways = ways_to_groups(index, client_id, moment, people, groups, apart)
    reached = _recovery_occasions(index, client_id, mine, people, groups)
    last: Any = index.instant(reached[-1].time) if reached else pd.NaT
    contacts = _contacts(index, client_id, mine, people, groups, moment)
    now, earlier = _recovery_ids(people, groups, "n_contacts"), _recovery_ids(people, groups, "n_before")
    tied = [tie for tie in people if tie.status != "quiet"] + [tie for tie in groups if tie.n_contacts]
    return ClientLinks(
        client_id=client_id,
        at=moment.at,
        window=moment.window,
        found=LinkRows(tuple(people), tuple(groups), tuple(ways), tuple(contacts), record.tz),
        n_recovery=len(now),
        n_recovery_before=len(earlier),
        gained=tuple(sorted(set(now) - set(earlier))),
        lost=tuple(sorted(set(earlier) - set(now))),
        last_recovery_contact=last,
        days_since_recovery=moment.days_since(last),
        n_ties=len(tied),
        n_outside_services=sum(not tie.through_service for tie in tied),
        sole_link=_sole_link(index, client_id, now, [occasion for occasion in reached if moment.counts([occasion.time])[0]]),
        safe_contact=client.safe_contact,
        blind_spots=blind_spots(record, index, client, moment, mine, people),
        apart=apart,
    )


def _recovery_occasions(
    index: RecordIndex, client_id: str, mine: Collection[Occasion], people: Collection[PersonTie], groups: Collection[GroupTie]
) -> list[Occasion]:
    """The occasions on which the client met somebody, or went to a group, that carries recovery; in order of time."""
    carriers = {tie.person_id for tie in people if tie.carries == "recovery"}
    meetings = {tie.group_id for tie in groups if tie.carries == "recovery"}

    def counts(occasion: Occasion) -> bool:
        if not occasion.is_personal:
            return occasion.group_id in meetings
        return any(other in carriers for other, _ in index.others_at(occasion, client_id))

    return [occasion for occasion in mine if counts(occasion)]


def _recovery_ids(people: Collection[PersonTie], groups: Collection[GroupTie], column: str) -> dict[str, str]:
    """Ids of recovery ties with a contact, and the layer of each."""
    met = {tie.person_id: "person" for tie in people if tie.carries == "recovery" and getattr(tie, column)}
    return met | {tie.group_id: "group" for tie in groups if tie.carries == "recovery" and getattr(tie, column)}


def _sole_link(index: RecordIndex, client_id: str, now: Mapping[str, str], reached: list[Occasion]) -> SoleLink | None:
    """The one recovery tie there is, else a person tied to the client who was at every recovery contact of the window."""
    if len(now) == 1:
        ((one, layer),) = now.items()
        return SoleLink(layer, one, len(reached))
    if len(now) < 2 or len(reached) < 2:
        return None
    there = [_openly_at(index, occasion, client_id) for occasion in reached]
    always = set.intersection(*there) & {person for person, layer in now.items() if layer == "person"}
    return SoleLink("person", min(always), len(reached)) if always else None


def _openly_at(index: RecordIndex, occasion: Occasion, client_id: str) -> set[str]:
    """Who else was there: of a meeting only those who ran it, came as sponsor or introducer, or have agreed to introduce."""
    others = index.others_at(occasion, client_id)
    return {other for other, part in others if occasion.is_personal or part in _OPEN_PARTS or other in index.willing}


def _contacts(
    index: RecordIndex,
    client_id: str,
    mine: Collection[Occasion],
    people: Collection[PersonTie],
    groups: Collection[GroupTie],
    moment: Moment,
) -> list[Contact]:
    """Every contact of the two windows with a person or group shown, in order of time."""
    carries = {tie.person_id: tie.carries for tie in people}
    of_group = {tie.group_id: tie.carries for tie in groups}
    rows = []
    for occasion in mine:
        if not any(moment.counts([occasion.time])):
            continue
        when = index.instant(occasion.time)
        if occasion.group_id is not None:
            rows.append(Contact(when, occasion.kind, "group", occasion.group_id, of_group[occasion.group_id]))
        elif occasion.is_personal:
            others = sorted({other for other, _ in index.others_at(occasion, client_id)} & set(carries))
            rows += [Contact(when, occasion.kind, "person", other, carries[other]) for other in others]
    return sorted(rows, key=lambda row: (row.started_at, row.id, row.kind))
