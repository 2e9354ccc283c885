"""The contacts of one month in a synthetic area: meetings, appointments, calls and company."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recoverynet.worlds.area.people import Episodes, People
from recoverynet.worlds.area.places import Places
from recoverynet.worlds.area.plan import CLIENT, COMMUNITY, PEER, WORKER, AreaPlan
from recoverynet.worlds.area.ties import RELATIVE, SUPPORT, Memberships, Ties

KINDS = ("meeting", "one_to_one", "call", "text", "outreach", "social")
MEETING, ONE_TO_ONE, CALL, TEXT, OUTREACH, SOCIAL = range(6)
PARTS = ("", "attendee", "host", "facilitator", "sponsor", "introducer")
NO_PART, ATTENDEE, HOST, FACILITATOR, SPONSOR, INTRODUCER = range(6)
SETTINGS = ("", "venue", "clinic", "phone", "street", "café", "home", "online")
NO_SETTING, VENUE, CLINIC, PHONE, STREET, CAFE, HOME, ONLINE = range(8)


@dataclass(frozen=True)
class Contacts:
    """Occasions as arrays of one entry each, and who took part in them as positions and parts."""

    day: np.ndarray
    minute: np.ndarray
    kind: np.ndarray
    group: np.ndarray
    duration: np.ndarray
    setting: np.ndarray
    occasion: np.ndarray
    person: np.ndarray
    part: np.ndarray


def together(parts: list[Contacts]) -> Contacts:
    """Several lots of contacts as one, occasions numbered on."""
    offsets = np.cumsum([0] + [len(part.day) for part in parts[:-1]])
    numbered = [part.occasion + offset for part, offset in zip(parts, offsets, strict=True)]
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("day", "minute", "kind", "group", "duration", "setting", "person", "part")
    }
    return Contacts(occasion=np.concatenate(numbered), **columns)


def meetings_of(
    plan: AreaPlan, people: People, places: Places, episodes: Episodes, members: Memberships, month: int, rng: np.random.Generator
) -> Contacts:
    """Who of those on record was at which meeting of the month; meetings without any are left out."""
    first, after = plan.month_starts[month], plan.month_starts[month + 1]
    days = [held[(held >= first) & (held < after)] for held in places.meeting_days]
    group = np.repeat(np.arange(len(days)), [len(of) for of in days])
    day = np.concatenate(days)
    present = people.present(plan, month)
    there = present[members.person] & (~places.treatment[members.group] | episodes.in_treatment[members.person, month])
    use = np.flatnonzero(there & (members.start < after) & (members.end > first))
    counts = np.bincount(group, minlength=len(days))
    begins = np.concatenate([[0], np.cumsum(counts)])
    size = counts[members.group[use]]
    member = np.repeat(use, size)
    meeting = np.repeat(begins[members.group[use]], size) + _counting_up(size)
    came = (
        (rng.random(len(member)) < members.attend[member])
        & (day[meeting] >= members.start[member])
        & (day[meeting] < members.end[member])
    )
    member, meeting = member[came], meeting[came]
    person, part = members.person[member], np.full(len(member), ATTENDEE)
    meeting, person, part = _with_introducers(members, present, member, meeting, person, part)
    meeting, person, part = _with_facilitators(people, places, group, meeting, person, part)
    held, occasion = np.unique(meeting, return_inverse=True)
    online = places.groups["online"].to_numpy(dtype=bool)[group[held]]
    return Contacts(
        day=day[held],
        minute=places.minute[group[held]],
        kind=np.full(len(held), MEETING),
        group=group[held],
        duration=places.groups["duration_min"].to_numpy()[group[held]].astype(float),
        setting=np.where(online, ONLINE, VENUE),
        occasion=occasion,
        person=person,
        part=part,
    )


def _counting_up(sizes: np.ndarray) -> np.ndarray:
    """0, 1, … for each run of a given size, one run after the other."""
    answer: np.ndarray = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return answer


def _with_introducers(
    members: Memberships, present: np.ndarray, member: np.ndarray, meeting: np.ndarray, person: np.ndarray, part: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Those who walk somebody in are at that person's first meeting, unless they have left by then."""
    walked = np.flatnonzero(members.introducer[member] >= 0)
    newcomer, first = np.unique(member[walked], return_index=True)
    at, by = meeting[walked[first]], members.introducer[newcomer]
    members.introducer[newcomer] = -1
    at, by = at[present[by]], by[present[by]]
    meeting, person = np.concatenate([at, meeting]), np.concatenate([by, person])
    part = np.concatenate([np.full(len(at), INTRODUCER), part])
    _, once = np.unique(np.stack([meeting, person]), axis=1, return_index=True)
    return meeting[once], person[once], part[once]


def _with_facilitators(
    people: People, places: Places, group: np.ndarray, meeting: np.ndarray, person: np.ndarray, part: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A worker runs each treatment group; elsewhere the first peer or member of the community there hosts."""
    able = np.isin(people.role[person], (PEER, COMMUNITY)) & (part == ATTENDEE) & ~places.using[group[meeting]]
    rows = np.flatnonzero(able)
    _, first = np.unique(meeting[rows], return_index=True)
    part = part.copy()
    part[rows[first]] = FACILITATOR
    run = np.unique(meeting[places.treatment[group[meeting]]])
    team = people.of_role(WORKER)
    worker = team[group[run] % len(team)]
    return (
        np.concatenate([meeting, run]),
        np.concatenate([person, worker]),
        np.concatenate([part, np.full(len(run), FACILITATOR)]),
    )


def contacts_of_two(
    plan: AreaPlan, people: People, episodes: Episodes, ties: Ties, month: int, rng: np.random.Generator
) -> Contacts:
    """Appointments and calls with workers, outreach, and the company of friends, peers and family."""
    here = people.present(plan, month) & people.recorded
    client = people.role == CLIENT
    treated = np.flatnonzero(client & here & episodes.in_treatment[:, month] & (people.worker >= 0))
    seen = np.repeat(treated, rng.poisson(1.0, len(treated)))
    rung = np.repeat(treated, rng.poisson(0.22, len(treated)))
    away = np.flatnonzero(client & here & ~episodes.in_treatment[:, month])
    met = np.repeat(away, rng.poisson(0.05, len(away)))
    outreach = rng.choice(np.flatnonzero(here & np.isin(people.role, (WORKER, PEER))), len(met))
    active = np.flatnonzero((ties.start <= month) & (ties.end > month) & here[ties.one] & here[ties.other])
    rate = np.array([0.75, 1.2, 0.7])[ties.kind[active]]
    tie = np.repeat(active, rng.poisson(rate))
    kind = rng.choice([CALL, TEXT, SOCIAL, ONE_TO_ONE], len(tie), p=[0.33, 0.22, 0.33, 0.12])
    lots = (
        (seen, people.worker[seen], np.full(len(seen), ONE_TO_ONE), HOST),
        (rung, people.worker[rung], np.full(len(rung), CALL), NO_PART),
        (met, outreach, np.full(len(met), OUTREACH), HOST),
        (ties.one[tie], ties.other[tie], kind, np.where(ties.kind[tie] == SUPPORT, SPONSOR, NO_PART)),
    )
    return together([_pairs(plan, people, month, one, other, kinds, part, rng) for one, other, kinds, part in lots])


def _pairs(
    plan: AreaPlan,
    people: People,
    month: int,
    one: np.ndarray,
    other: np.ndarray,
    kind: np.ndarray,
    part: np.ndarray | int,
    rng: np.random.Generator,
) -> Contacts:
    """Contacts of two people each: workers on weekdays from nine to five, others from ten to nine."""
    n = len(one)
    first, after = plan.month_starts[month], plan.month_starts[month + 1]
    day = rng.integers(first, after, n)
    at_work = people.role[other] == WORKER
    weekday = (plan.start.weekday() + day) % 7
    shift = np.where(at_work & (weekday > 4), np.where(day + 2 < after, 7 - weekday, -2), 0)
    hour = np.where(at_work, rng.integers(9, 17, n), rng.integers(10, 21, n))
    typical = np.array([90.0, 45.0, 12.0, 2.0, 20.0, 90.0])[kind]
    duration = np.maximum(1, np.rint(typical * rng.lognormal(0.0, 0.35, n) / 5) * 5)
    where = np.array([VENUE, CAFE, PHONE, PHONE, STREET, HOME])[kind]
    where = np.where(at_work & (kind == ONE_TO_ONE), CLINIC, where)
    parts = np.stack([np.full(n, NO_PART), np.broadcast_to(part, n)], axis=1)
    return Contacts(
        day=day + shift,
        minute=hour * 60 + 15 * rng.integers(0, 4, n),
        kind=kind,
        group=np.full(n, -1),
        duration=np.where(rng.random(n) < 0.1, np.nan, duration),
        setting=where,
        occasion=np.repeat(np.arange(n), 2),
        person=np.stack([one, other], axis=1).ravel(),
        part=parts.ravel(),
    )


def relatives_as_ties(people: People, n_months: int, ties: Ties) -> None:
    """Family members keep in touch with the client they belong to throughout."""
    family = np.flatnonzero(people.relative_of >= 0)
    ties.add(people.relative_of[family], family, RELATIVE, 0, np.full(len(family), n_months))
