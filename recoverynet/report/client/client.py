"""One client's links to recovery communities on two printed sides, to be read together with the client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from recoverynet.by_row import each_row
from recoverynet.draw.contact_strip import contact_strip, describe_contact_strip
from recoverynet.draw.ego_map import describe_ego_map, ego_map, shown_rows
from recoverynet.instants import as_length, day_in_words
from recoverynet.measures.client_links import ClientLinks, client_links
from recoverynet.measures.client_words import blind_spot_in_words, prompt_in_words, reason_in_words
from recoverynet.measures.doors import Wishes
from recoverynet.measures.introductions import fitting_groups, introductions
from recoverynet.measures.meetings import next_meetings
from recoverynet.measures.prompts import prompts
from recoverynet.report import wording
from recoverynet.report.client.wording import Callings, group_rows, map_frame, people_rows
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.report import Report
from recoverynet.report.sections import KeyFigure, ReportWriter, Section
from recoverynet.tables.record import RecoveryRecord, require_record

MOST_PEOPLE, MOST_GROUPS, MOST_MEETINGS = 14, 8, 10
LANES = (("recovery", "Recovery"), ("service", "Services"), ("other", "Others"), ("using", "Using"))
_POLICY = DisclosurePolicy.none(reason="one client's page, for the worker who holds the case")


@dataclass(frozen=True)
class _Page:
    """What the sections of one page are made from."""

    record: RecoveryRecord
    links: ClientLinks
    doors: pd.DataFrame
    callings: Callings
    wishes: Wishes
    roles: Mapping[str, str]


def client_report(
    record: RecoveryRecord,
    client_id: str,
    *,
    at: object = None,
    window: object = "90D",
    n: int = 3,
    wishes: Wishes | None = None,
    names: Mapping[str, str] | None = None,
) -> Report:
    """Who in this client's life carries recovery, who has gone quiet, and who could walk them through a door this week?

    Parameters
    ----------
    record : RecoveryRecord
        The whole record, or the small one that :meth:`recoverynet.tables.store.RecordStore.around` gives.
    client_id : str
        One client.
    at : instant, optional
        The day of the page. Default: the end of the record.
    window : str or timedelta
        Length of the window that counts as now. Default: a quarter.
    n : int
        Doors suggested at most. Default 3.
    wishes : Wishes, optional
        What must be so for a group to suit; see :class:`recoverynet.Wishes`.
    names : mapping of pseudonym to name, optional
        Unlocked with :func:`recoverynet.tables.names.read_names`. Default: nobody is named.

    Returns
    -------
    Report
        For the audience ``"case_holder"``, with the sections ``now``, ``map``, ``talk``, ``doors``, ``contacts``,
        ``week``, ``people`` and ``unseen``. It shows itself in a notebook and is saved as .html, to be read and printed on
        two sides at most; it is saved in no other form.

    Raises
    ------
    UnknownPersonError
        The record does not know the client, or knows them in another role.
    TimeOrderError
        ``at`` lies outside the record.
    SchemaError
        An argument cannot be read.

    Notes
    -----
    The page holds what :func:`recoverynet.client_links`, :func:`recoverynet.introductions`, :func:`recoverynet.prompts`
    and :func:`recoverynet.next_meetings` answer, and nothing else. People the record does not hold are called by what
    they are to the client, never by an id; those who did not agree are never named.

    Examples
    --------
    >>> import recoverynet as rn
    >>> report = rn.client_report(rn.load_sample("five_people"), "ann")
    >>> report.audience, len(report.sections)
    ('case_holder', 8)
    """
    require_record(record, "client_report()")
    when = at if at is not None or record.window is None else record.window[1]
    links = client_links(record, client_id, at=when, window=window)
    wishes = wishes or Wishes()
    doors = introductions(record, client_id, at=links.at, n=n, wishes=wishes, fill=True)
    roles = dict(zip(record.people["person_id"], record.people["role"], strict=True))
    page = _Page(record, links, doors, Callings(links, names), wishes, roles)
    writer = ReportWriter(_POLICY)
    makers = (_now, _map, _talk, _doors, _contacts, _week, _people, _unseen)
    called = page.callings.names.get(links.client_id, f"Client {links.client_id}")
    last = links.at - pd.Timedelta(microseconds=1)
    return Report(
        title=called,
        subtitle=f"Links to recovery communities as on record up to {day_in_words(last)}",
        sections=tuple(make(writer, page) for make in makers),
        period=f"Window: the {as_length(window, 'window').days} days up to {day_in_words(last)}",
        policy=_POLICY,
        audience="case_holder",
        kind_in_words="One client's page",
    )


def _now(writer: ReportWriter, page: _Page) -> Section:
    section = writer.section("now", "At a glance")
    links = page.links
    days = links.window.days
    last = links.last_recovery_contact
    since = KeyFigure("none", "recovery contact on record", f"in the last {4 * days} days")
    if not pd.isna(last):
        number = int(links.days_since_recovery)
        since = KeyFigure(wording.plural(number, "day"), "since the last recovery contact", day_in_words(last))
    fewer = "as many as" if not links.change else f"{abs(links.change)} {'more' if links.change > 0 else 'fewer'} than"
    outside = KeyFigure("none", "tie on record", "no contact in the window, nobody named")
    if links.n_ties:
        share = f"{links.n_outside_services} of {links.n_ties}"
        outside = KeyFigure(share, "ties are outside services", "workers and treatment groups apart")
    n_doors = len(page.doors)
    ties = "tie" if links.n_recovery == 1 else "ties"
    section.key_figures(
        [
            since,
            KeyFigure(str(links.n_recovery), f"recovery {ties} in {days} days", f"{fewer} in the {days} days before"),
            outside,
            KeyFigure(str(n_doors), f"{'door' if n_doors == 1 else 'doors'} suggested", "people who could go along"),
        ]
    )
    return section.finish()


def _map(writer: ReportWriter, page: _Page) -> Section:
    section = writer.section("map", "Who is around")
    frame = map_frame(page.links, page.callings)
    if frame.empty:
        section.say(
            "No contact is on record and nobody was named, so there is nobody to draw yet. Groups and introducers are below."
        )
        return section.finish()
    left_out = len(frame) - len(shown_rows(frame))
    caption = "Nearer the middle is closer. Full lines: in touch in the window; dotted: not. Letters stand in the lists."
    if left_out:
        caption += f" {wording.plural(left_out, 'tie')} further out did not fit."
    section.figure(partial(ego_map, frame), alt=describe_ego_map(frame), caption=caption)
    return section.finish()


def _talk(writer: ReportWriter, page: _Page) -> Section:
    section = writer.section("talk", "Worth talking about")
    if page.links.safe_contact is False:
        section.note("**Not safe to contact.** No calls, letters, messages or visits. Talk when they come in.", "caution")
    found = prompts(page.record, page.links.client_id, at=page.links.at, links=page.links)
    section.points([prompt_in_words(prompt, page.callings.short()) for prompt in found])
    if not found:
        section.say("None of the rules for a prompt holds today.")
    return section.finish()


def _doors(writer: ReportWriter, page: _Page) -> Section:
    section = writer.section("doors", "Doors, and who could go along")
    lines = []
    for row in each_row(page.doors):
        place = _where(row) or "place not recorded"
        when = f"{row.next_at:%A} {row.next_at.day} {row.next_at:%B}, {row.local_start}"
        lines.append(f"**{row.name}**, {when}, {place}. {reason_in_words(row, page.callings.names, page.roles)}")
    section.points(lines)
    if not lines:
        section.say("Nobody who has agreed to introduce people, has room this month and goes to a group that suits is on record.")
    elif page.doors["steps"].isna().all():
        section.say("Nobody the client knows, or their acquaintances know, can introduce them at present; these people can.")
    return section.finish()


def _where(meeting: Any) -> str:
    """Where a meeting is: its place, or online; nothing where neither is recorded."""
    if isinstance(meeting.place, str):
        return meeting.place
    return "online" if pd.notna(meeting.online) and bool(meeting.online) else ""


def _contacts(writer: ReportWriter, page: _Page) -> Section:
    section = writer.section("contacts", "Contacts over time")
    links = page.links
    if links.contacts.empty:
        section.say(f"No contact is on record in the {2 * links.window.days} days up to this page.")
        return section.finish()
    service = {*links.people.loc[links.people["through_service"], "person_id"]}
    service |= {*links.groups.loc[links.groups["through_service"], "group_id"]}
    lane = [
        "service" if who in service else carries if carries in ("recovery", "using") else "other"
        for who, carries in zip(links.contacts["id"], links.contacts["carries"], strict=True)
    ]
    frame = pd.DataFrame({"when": links.contacts["started_at"], "lane": lane, "layer": links.contacts["layer"]})
    section.figure(
        partial(contact_strip, frame, lanes=LANES, start=links.at - 2 * links.window, end=links.at, split=links.at - links.window),
        alt=describe_contact_strip(frame, lanes=LANES),
        caption="Circles: contacts with a person; diamonds: meetings of a group. Grey ground: before the window.",
    )
    return section.finish()


def _week(writer: ReportWriter, page: _Page) -> Section:
    section = writer.section("week", "The coming seven days")
    links, groups = page.links, page.record.groups
    goes_there = (links.groups["n_contacts"] > 0) & (links.groups["carries"] != "using")
    own = set(links.groups.loc[goes_there, "group_id"])
    suggested = set(page.doors["group_id"])
    suiting = fitting_groups(page.record, links.client_id, at=links.at, wishes=page.wishes, apart=links.apart)
    fitting = {group.group_id for group in suiting}
    coming = next_meetings(groups[groups["group_id"].isin(own | suggested | fitting)], at=links.at, tz=page.record.tz)
    why = {group: "suits" for group in fitting} | dict.fromkeys(suggested, "suggested") | dict.fromkeys(own, "goes there")
    order = {"goes there": 0, "suggested": 1, "suits": 2}
    ranks = coming["group_id"].map(lambda group: order[why[group]])
    kept = coming[ranks.rank(method="first") <= MOST_MEETINGS]
    rows = [
        (
            f"{row.starts_at:%a} {row.starts_at.day} {row.starts_at:%b}, {row.starts_at:%H:%M}",
            row.name,
            _where(row) or "–",
            wording.label(row.kind),
            why[row.group_id],
        )
        for row in each_row(kept)
    ]
    section.listing("Meetings in the coming seven days", ("When", "Group", "Where", "Kind", "Why it is here"), rows)
    if not rows:
        section.say("No group of the record that the client goes to, or that suits them, has a meeting with a known day and time.")
    elif len(kept) < len(coming):
        section.say(f"{wording.plural(len(coming) - len(kept), 'more meeting')} of groups that suit in these days.")
    return section.finish()


def _people(writer: ReportWriter, page: _Page) -> Section:
    section = writer.section("people", "People and groups")
    links = page.links
    heads = ("", "Who", "Carries", "Tie", "Last contact", "Consent")
    section.listing("People around the client", heads, people_rows(links, page.callings, MOST_PEOPLE))
    more = len(links.people) - MOST_PEOPLE
    if more > 0:
        section.say(f"{wording.plural(more, 'more person', 'more people')} with an earlier contact, or named only.")
    of_groups = ("", "Group", "Carries", "Step", "Last there")
    section.listing("Groups around the client", of_groups, group_rows(links, page.callings, MOST_GROUPS))
    if links.people.empty and links.groups.empty:
        section.say("No person and no group is on record with this client.")
    return section.finish()


def _unseen(writer: ReportWriter, page: _Page) -> Section:
    section = writer.section("unseen", "What this page cannot see")
    section.points([blind_spot_in_words(spot) for spot in page.links.blind_spots])
    return section.finish()
