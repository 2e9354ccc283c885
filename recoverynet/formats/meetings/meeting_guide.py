"""Meeting Guide: the meeting list of code4recovery's specification, as found on fellowships' sites."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import Imported
from recoverynet.formats.json_feed import read_feed
from recoverynet.formats.meetings.listing import MeetingList, count_unknown, number_between
from recoverynet.formats.meetings.times import SUNDAY_FIRST, clock_of, days_of, minutes_between, on_days
from recoverynet.formats.particulars import said
from recoverynet.tables.schema import require_time_zone

_OF_PERSONS = {
    **{f"contact_{number}_{what}": f"contact {what}s" for number in (1, 2, 3) for what in ("name", "email", "phone")},
    **dict.fromkeys(("email", "entity_email", "feedback_emails"), "e-mail addresses"),
    **dict.fromkeys(("phone", "entity_phone"), "telephone numbers"),
    **dict.fromkeys(("venmo", "square", "paypal"), "payment handles"),
    **dict.fromkeys(("conference_url", "conference_phone"), "links and numbers of online rooms"),
    **dict.fromkeys(("conference_url_notes", "conference_phone_notes"), "notes on online rooms"),
    **dict.fromkeys(("edit_url", "feedback_url"), "links to edit or comment"),
}
_READ = frozenset(
    [
        "slug",
        "name",
        "day",
        "time",
        "end_time",
        "timezone",
        "formatted_address",
        "address",
        "city",
        "state",
        "postal_code",
        "country",
        "region",
        "sub_region",
        "regions",
        "types",
        "notes",
        "location",
        "location_notes",
        "latitude",
        "longitude",
        "coordinates",
        "approximate",
        "group",
        "group_notes",
        "url",
        "entity",
        "entity_url",
        "entity_website_url",
        "website",
        "updated",
        "id",
    ]
)
_ROOM_FIELDS = ("conference_url", "conference_phone")


def read_meeting_guide(path: str | Path, *, tz: str = "Europe/London", fellowship: str | None = None) -> Imported:
    """Which meetings does this list hold, when and where, for whom?

    Parameters
    ----------
    path : path
        A JSON file of the Meeting Guide specification: an array of meetings, or an object with the array under
        ``meetings`` or ``data``.
    tz : str
        IANA time zone of meetings that do not say theirs.
    fellowship : str, optional
        Whose list it is (``"AA"``). Default: not said; the format does not tell.

    Returns
    -------
    Imported
        The table ``groups``, one row a meeting, its id the slug; besides the usual columns ``types`` (codes as listed),
        ``part_of`` (the group that holds the meeting), ``address``, ``website``, ``notes``. The report counts what was
        dropped and why.

    Raises
    ------
    SchemaError
        The file is missing, empty, no JSON, a web page, or holds no list of meetings; or ``tz`` is no time zone.

    Notes
    -----
    ``day`` counts from 0 = Sunday, as a number, a text or a list; without a day a meeting is by appointment. A meeting on
    several days has a recurrence instead of a weekday. Times may be written 19:30 or 7:30 PM. A meeting can be joined
    online where it names a link or a telephone number of a room; the link itself, with meeting ids and pass codes, is
    dropped. ``TC`` (closed at its place for the time being) with a room meets online only; without one it is not
    meeting, and neither is an online meeting (``ONL``) without link or number. Wheelchair access is said only of
    meetings that can be gone to. Contact names, telephone numbers, e-mail addresses and payment handles are dropped, and
    so is every note in which such a thing, or a name to ask for, is found. Kind is ``mutual_aid``, norm ``recovery``.

    References
    ----------
    Code for Recovery. Meeting Guide JSON specification. https://github.com/code4recovery/spec

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     feed = pathlib.Path(folder) / "meetings.json"
    ...     _ = feed.write_text(json.dumps([{"slug": "a", "name": "Early", "day": 0, "time": "7:30 AM", "address": "1 High St"}]))
    ...     rn.read_meeting_guide(feed).tables["groups"][["group_id", "weekday", "start_time"]].values.tolist()
    [['a', 'sunday', '07:30']]
    """
    require_time_zone(tz, "tz")
    feed, source = read_feed(path), Path(path).name
    entries = meetings_in(feed.content, source)
    listing = MeetingList("meeting_guide", source, n_entries=len(entries), notes=list(feed.mended))
    zoneless = sum(1 for entry in entries if isinstance(entry, dict) and not said(entry.get("timezone")))
    if zoneless:
        listing.notes.append(f"{zoneless:,} of {len(entries):,} meetings name no time zone and were taken to be in {tz}.")
    for entry in entries:
        if not isinstance(entry, dict):
            listing.leave_out("the entry is no meeting but a bare value")
        elif not said(entry.get("name")):
            listing.leave_out("the entry has no name")
        else:
            listing.add(_group(entry, listing, tz, fellowship))
    count_unknown(listing, (entry for entry in entries if isinstance(entry, dict)), _READ | set(_OF_PERSONS))
    return listing.imported(tz)


def meetings_in(content: Any, source: str) -> list[Any]:
    """The array of meetings of a feed, bare or in an envelope; raises SchemaError where there is none."""
    if isinstance(content, dict):
        content = next((content[name] for name in ("meetings", "data", "results") if isinstance(content.get(name), list)), content)
    if not isinstance(content, list):
        raise SchemaError(f"{source} holds no list of meetings; expected an array of objects with slug, name, day and time.")
    known = [entry for entry in content if isinstance(entry, dict) and {"slug", "name", "day", "time"} & set(entry)]
    if content and not known:
        titles = ", ".join(sorted({str(name) for entry in content[:50] if isinstance(entry, dict) for name in entry})[:8])
        raise SchemaError(f"{source} holds no meetings of the Meeting Guide form; its entries have {titles or 'no fields'}.")
    return content


def _group(entry: dict[str, Any], listing: MeetingList, tz: str, fellowship: str | None) -> dict[str, Any]:
    types = _types(entry)
    online = any(said(entry.get(name)) for name in _ROOM_FIELDS)
    in_person = _in_person(entry, types)
    inactive = not online and ("TC" in types or ("ONL" in types and not in_person))
    for name, what in _OF_PERSONS.items():
        listing.door.drop(what, entry.get(name), "never taken in")
    return {
        "group_id": str(entry["slug"]).strip() if said(entry.get("slug")) else _made_id(entry, listing),
        "name": listing.door.text("names of meetings", entry["name"], public=True) or "(name left out)",
        "kind": "mutual_aid",
        "fellowship": fellowship,
        "norm": "recovery",
        **_when(entry, listing, tz),
        **_where(entry, listing),
        "online": online,
        "in_person": in_person,
        "access": "wheelchair" if "X" in types and in_person else None,
        "women_only": True if "W" in types else None,
        "newcomers_welcome": True if types & {"BE", "B/NEWCOMER", "NEWCOMER"} else None,
        "closed_temporarily": inactive,
        "types": ", ".join(sorted(types)) or None,
        "part_of": listing.door.text("names of groups", entry.get("group"), public=True),
        "website": listing.door.link("links", entry.get("url")),
        "notes": _notes(entry, listing),
    }


def _types(entry: dict[str, Any]) -> set[str]:
    given = entry.get("types")
    listed = given if isinstance(given, list) else str(given or "").split(",")
    return {str(one).strip().upper() for one in listed if said(one)}


def _in_person(entry: dict[str, Any], types: set[str]) -> bool | None:
    """Whether one can go there; not where the place is closed, or where only a town is named and a room online."""
    if "TC" in types:
        return False
    exact = str(entry.get("approximate", "")).strip().lower() not in ("yes", "true", "1")
    placed = said(entry.get("address")) or said(entry.get("formatted_address")) or said(entry.get("location"))
    if placed and exact:
        return not ("ONL" in types and not said(entry.get("address")) and not said(entry.get("formatted_address")))
    return False if "ONL" in types or any(said(entry.get(name)) for name in _ROOM_FIELDS) else None


def _made_id(entry: dict[str, Any], listing: MeetingList) -> str:
    listing.notes.append("an entry has no slug and was given an id made of its name.")
    return "-".join("".join(sign if sign.isalnum() else " " for sign in str(entry["name"]).lower()).split()) or "meeting"


def _when(entry: dict[str, Any], listing: MeetingList, tz: str) -> dict[str, Any]:
    weekday = recurrence = start = minutes = None
    if said(entry.get("day")):
        days, wrong = days_of(entry["day"], SUNDAY_FIRST, 0)
        listing.read("days", days or None, f"none of 0 (Sunday) to 6 ({', '.join(map(str, wrong[:3]))})")
        weekday, recurrence = on_days(days)
    if said(entry.get("time")):
        start = listing.read("times", clock_of(entry["time"]), "no time of day")
    if start is not None and said(entry.get("end_time")):
        end = listing.read("end times", clock_of(entry["end_time"]), "no time of day")
        minutes = None if end is None else minutes_between(start, end)
    return {
        "weekday": weekday,
        "recurrence": recurrence,
        "start_time": None if start is None else f"{start:%H:%M}",
        "duration_min": minutes,
        "timezone": _zone(entry, listing, tz),
    }


def _zone(entry: dict[str, Any], listing: MeetingList, tz: str) -> str:
    if not said(entry.get("timezone")):
        return tz
    try:
        require_time_zone(entry["timezone"], "timezone")
    except SchemaError:
        listing.read("time zones", None, f"no time zone; taken to be {tz}")
        return tz
    return str(listing.read("time zones", entry["timezone"], ""))


def _where(entry: dict[str, Any], listing: MeetingList) -> dict[str, Any]:
    lat, lon = entry.get("latitude"), entry.get("longitude")
    if not said(lat) and isinstance(entry.get("coordinates"), str) and entry["coordinates"].count(",") == 1:
        lat, lon = entry["coordinates"].split(",")
    place: dict[str, float | None] = {"lat": None, "lon": None}
    if said(lat) and said(lon):
        both = number_between(lat, -90, 90), number_between(lon, -180, 180)
        if listing.read("places on the map", None if None in both else both, "out of the range of latitude and longitude"):
            place = dict(zip(("lat", "lon"), both, strict=True))
    parts = [entry.get(name) for name in ("address", "city", "state", "postal_code", "country") if said(entry.get(name))]
    whole = entry.get("formatted_address") if said(entry.get("formatted_address")) else ", ".join(map(str, parts))
    regions = entry.get("regions")
    area = entry.get("region") or (regions[-1] if isinstance(regions, list) and regions else None) or entry.get("city")
    address = listing.door.text("addresses", whole, public=True)
    return {
        **place,
        "place": listing.door.text("places", entry.get("location"), public=True) or address,
        "address": address,
        "area": str(area) if said(area) else None,
    }


def _notes(entry: dict[str, Any], listing: MeetingList) -> str | None:
    kept = [listing.door.text("notes", entry.get(name)) for name in ("notes", "location_notes", "group_notes")]
    return " ".join(text for text in kept if text) or None
