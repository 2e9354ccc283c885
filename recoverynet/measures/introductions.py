"""Who could walk a client into which group: people who have agreed to, have room this month and go there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.instants import as_length
from recoverynet.measures.client_links import ClientLinks
from recoverynet.measures.client_ties import PersonTie, framed, person_ties
from recoverynet.measures.client_words import reason_in_words
from recoverynet.measures.doors import Door, Wishes, doors
from recoverynet.measures.kept_apart import KeptApart, keep_apart
from recoverynet.measures.moment import QUARTER, Moment, moment_of, require_client
from recoverynet.measures.record_index import Group, Person, RecordIndex, index_of
from recoverynet.measures.ways_to_groups import ACTIVE_WITHIN, go_betweens, one_step_away
from recoverynet.states import RECOVERY_NORM
from recoverynet.tables.record import RecoveryRecord


class IntroductionRow(NamedTuple):
    """One row of :func:`introductions`."""

    group_id: str
    name: str
    kind: str
    next_at: Any
    local_start: str
    weekday: str | None
    place: str | None
    area: str | None
    online: bool | None
    access: str | None
    distance_km: float
    same_area: bool | None
    introducer_id: str
    introducer_role: str
    steps: float
    via_id: str | None
    last_there: Any
    capacity_left: float
    stage: str | None
    stage_at: Any
    reason: str


def introductions(
    record: RecoveryRecord,
    client_id: str,
    *,
    at: object,
    n: int = 5,
    wishes: Wishes | None = None,
    active_within: object = ACTIVE_WITHIN,
    fill: bool = False,
) -> pd.DataFrame:
    """Who could introduce this client to which group in the coming days?

    Parameters
    ----------
    record : RecoveryRecord
        The whole record, or the small one that :meth:`recoverynet.tables.store.RecordStore.around` gives.
    client_id : str
        One client.
    at : instant
        The day looked at; rows dated at or after it are not used.
    n : int
        How many groups at most, 1 or more.
    wishes : Wishes, optional
        Days, access, distance and the like. Default: what the record says of sex, area and opioid substitution.
    active_within : str or timedelta
        Whoever took part within this time goes to a group at present. Default: six weeks.
    fill : bool
        Whether to go on with consenting people the client does not know yet where those within two steps open fewer than
        ``n`` groups. Default: no; they are named only where nobody within two steps could introduce the client anywhere.

    Returns
    -------
    pandas.DataFrame
        One row a group, in order of its next meeting: ``group_id``, ``name``, ``kind``, ``next_at``, ``local_start``,
        ``weekday``, ``place``, ``area``, ``online``, ``access``; ``distance_km`` and ``same_area`` (missing where not
        known); ``introducer_id``, ``introducer_role``; ``steps`` (1 known to the client, 2 known to somebody the client
        knows, NaN not known yet) and ``via_id`` (that somebody); ``last_there``; ``capacity_left`` (introductions of
        this month, this one included); ``stage`` and ``stage_at`` (the latest step towards the group, if any);
        ``reason`` (one sentence).

    Raises
    ------
    UnknownPersonError
        The record does not know the client, or knows them in another role.
    TimeOrderError
        ``at`` lies before the record begins or more than 90 days after it ends.
    SchemaError
        ``n`` is below 1, or another argument cannot be read.

    Notes
    -----
    An introducer has ``introducer_consent``, has not left, may safely be contacted, has introduced fewer people this
    calendar month than ``max_introductions`` (one where no number is recorded), and took part in the group lately.
    Introductions agreed and not yet made count against the month.

    A group suits where it belongs to the recovery community, meets within a fortnight, welcomes newcomers, fits sex
    and opioid substitution, and the client neither goes there nor said no within 90 days. Of several introducers of a
    group the nearest is named, then the one with most room. Nobody in ``separations`` with the client is named, and
    neither is anybody who knows them; a group of theirs, or one that meets in the same place at the same hour, is not
    proposed. What would suit two clients kept apart is proposed to one of them only.

    This lists doors; it ranks nobody.

    References
    ----------
    Manning, V. et al. (2012). Does active referral by a doctor or 12-step peer improve 12-step meeting attendance? Drug
    and Alcohol Dependence 126, 131-137. https://doi.org/10.1016/j.drugalcdep.2012.05.004

    Examples
    --------
    >>> import recoverynet as rn
    >>> doors = rn.introductions(rn.load_sample("riverside"), "c0012", at="2011-06-01", n=3)
    >>> bool(doors["introducer_id"].notna().all())
    True
    """
    n = whole_number(n, "n", 1)
    within = as_length(active_within, "active_within")
    options = introduction_options(record, client_id, at=at, wishes=wishes or Wishes(), within=within, fill=fill)
    return framed(best_doors(options, int(n)), IntroductionRow, record.tz)


def best_doors(options: Iterable[IntroductionRow], n: int) -> list[IntroductionRow]:
    """One introduction a group, the first there is, of as many groups as asked for; in order of their next meeting."""
    best: dict[str, IntroductionRow] = {}
    for option in options:
        best.setdefault(option.group_id, option)
    rows = sorted(list(best.values())[:n], key=lambda row: (row.next_at, row.group_id))
    return [row._replace(reason=reason_in_words(row)) for row in rows]


def introduction_options(
    record: RecoveryRecord,
    client_id: str,
    *,
    at: object,
    wishes: Wishes,
    within: pd.Timedelta,
    fill: bool = False,
    links: ClientLinks | None = None,
) -> list[IntroductionRow]:
    """Everybody who could walk the client into a group that suits them, the nearest first; people not known yet as told.

    ``links`` is what :func:`recoverynet.client_links` answered for the same client and day with a window of a quarter.
    """
    index, moment = index_of(record), moment_of(record, at, QUARTER)
    client = require_client(index, client_id)
    people, apart = _around(record, index, client, moment) if links is None else (links.found.people, links.apart)
    tied = go_betweens(people)
    beyond = one_step_away(index, client.person_id, tied, moment, apart)
    suiting = {door.group.group_id: door for door in doors(index, client, moment.at, wishes, apart)}
    room = room_this_month(index, moment.at)
    guides = [guide for guide in room if guide != client.person_id and apart.may_introduce(guide)]
    steps = {guide: 1.0 if guide in tied else 2.0 for guide in guides if guide in tied or guide in beyond}

    def options_of(some: Iterable[str]) -> list[IntroductionRow]:
        since = moment.at - within
        went = ((guide, *there) for guide in some for there in index.groups_of(guide, since, moment.at).items())
        seen = [(guide, group, time) for guide, group, time in went if group in suiting]
        return [
            _option(suiting[group], index.people[guide], steps.get(guide), beyond.get(guide), last, room[guide])
            for (guide, group, _), last in zip(seen, index.instants([time for *_, time in seen]), strict=True)
        ]

    near = [] if fill else options_of(steps)
    return sorted(near or options_of(guides), key=_nearest_first)


def _around(record: RecoveryRecord, index: RecordIndex, client: Person, moment: Moment) -> tuple[list[PersonTie], KeptApart]:
    """The people around a client whom one view may show, and who is kept apart."""
    mine = index.occasions_of(client.person_id, moment.furthest, moment.at)
    people = person_ties(index, client.person_id, moment, mine, RECOVERY_NORM)
    apart = keep_apart(record, client.person_id, moment.at, [tie.person_id for tie in people])
    return [tie for tie in people if tie.person_id not in apart.hidden], apart


def fitting_groups(record: RecoveryRecord, client_id: str, *, at: pd.Timestamp, wishes: Wishes, apart: KeptApart) -> list[Group]:
    """Groups that suit a client and may be proposed to them, with or without an introducer, the soonest first."""
    index = index_of(record)
    return [door.group for door in doors(index, require_client(index, client_id), at, wishes, apart)]


def _option(door: Door, guide: Person, steps: float | None, via: str | None, last: pd.Timestamp, room: float) -> IntroductionRow:
    group = door.group
    return IntroductionRow(
        group_id=group.group_id,
        name=group.name,
        kind=group.kind,
        next_at=door.next_at,
        local_start=door.local_start,
        weekday=group.weekday,
        place=group.place,
        area=group.area,
        online=group.online,
        access=group.access,
        distance_km=door.distance_km,
        same_area=door.same_area,
        introducer_id=guide.person_id,
        introducer_role=guide.role,
        steps=np.nan if steps is None else steps,
        via_id=via if steps == 2.0 else None,
        last_there=last,
        capacity_left=room,
        stage=door.stage,
        stage_at=door.stage_at,
        reason="",
    )


def _nearest_first(option: IntroductionRow) -> tuple[Any, ...]:
    """Known people before others, groups of the client's area before others, sooner before later; then most room."""
    steps = option.steps if option.steps == option.steps else np.inf
    return steps, option.same_area is not True, option.next_at, option.group_id, -option.capacity_left, option.introducer_id


def room_this_month(index: RecordIndex, at: pd.Timestamp) -> dict[str, float]:
    """Who has agreed to introduce others, may be asked to and has room this month, and for how many more."""
    made = introduced_this_month(index, at)
    room = {person: _agreed(index.people[person]) - made.get(person, 0) for person in sorted(index.willing)}
    return {person: left for person, left in room.items() if left >= 1 and _may_be_asked(index.people[person], at)}


def _agreed(person: Person) -> float:
    """How many introductions a month somebody agreed to: one where they agreed and no number is recorded."""
    return 1.0 if person.max_introductions is None else float(person.max_introductions)


def _may_be_asked(person: Person, at: pd.Timestamp) -> bool:
    return person.safe_contact is not False and not (person.left_on is not None and person.left_on <= at)


def introduced_this_month(index: RecordIndex, at: pd.Timestamp) -> dict[str, int]:
    """How many clients each person introduced, or agreed to introduce, in the calendar month up to ``at``."""
    begun = at.normalize().replace(day=1)
    made = {(by, client, group) for when, by, client, group in index.taken if begun <= when <= at}
    return Counter(by for by, _, _ in made)
