"""BMLT: meeting search results of the Basic Meeting List Toolbox, which Narcotics Anonymous uses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import Imported
from recoverynet.formats.json_feed import read_feed
from recoverynet.formats.meetings.listing import MeetingList, count_unknown, number_between
from recoverynet.formats.meetings.times import SUNDAY_FIRST, clock_of, days_of, length_of, on_days
from recoverynet.formats.particulars import said
from recoverynet.tables.schema import require_time_zone

_OF_PERSONS = {
    **dict.fromkeys(("email_contact", "contact_email_1", "contact_email_2"), "e-mail addresses"),
    **dict.fromkeys(("contact_phone_1", "contact_phone_2"), "contact telephone numbers"),
    **dict.fromkeys(("contact_name_1", "contact_name_2"), "contact names"),
    **dict.fromkeys(("virtual_meeting_link", "phone_meeting_number"), "links and numbers of online rooms"),
    "virtual_meeting_additional_info": "notes on online rooms",
}
_ADDRESS = (
    "location_street", "location_city_subsection", "location_neighborhood", "location_municipality", "location_sub_province",
    "location_province", "location_postal_code_1", "location_nation",
)  # fmt: skip
_READ = frozenset(
    [
        "id_bigint",
        "weekday_tinyint",
        "day",
        "venue_type",
        "start_time",
        "duration_time",
        "time_zone",
        "formats",
        "format_shared_id_list",
        "lang_enum",
        "longitude",
        "latitude",
        "meeting_name",
        "location_text",
        "location_info",
        "comments",
        "published",
    ]
) | set(_ADDRESS)
_UNUSED_BY_DESIGN = frozenset(["distance_in_km", "distance_in_miles"])
_IN_PERSON, _VIRTUAL, _HYBRID = "1", "2", "3"
_WOMEN, _WHEELCHAIR, _BEGINNERS, _CLOSED_NOW = "W", "WCHR", "BEG", "TC"
_USUAL_KEYS = {"W": _WOMEN, "WC": _WHEELCHAIR, "B": _BEGINNERS, "BEG": _BEGINNERS, "TC": _CLOSED_NOW, "VM": "VM", "HY": "HY"}


def read_bmlt(
    path: str | Path, *, formats: str | Path | None = None, tz: str = "Europe/London", fellowship: str | None = "NA"
) -> Imported:
    """Which meetings does this search result hold, when and where, for whom?

    Parameters
    ----------
    path : path
        A JSON file of GetSearchResults: an array of meetings, or an object with ``meetings`` (and ``formats``).
    formats : path, optional
        A JSON file of GetFormats, which says what the letters under ``formats`` mean on this server. Default: those in
        the envelope, where there are any.
    tz : str
        IANA time zone of meetings that do not say theirs.
    fellowship : str, optional
        Whose list it is; the toolbox is that of Narcotics Anonymous.

    Returns
    -------
    Imported
        The table ``groups``, one row a meeting, its id ``bmlt-`` and the number of the server; besides the usual columns
        ``types`` (names of formats), ``address``, ``notes``. The report counts what was dropped and why.

    Raises
    ------
    SchemaError
        The file is missing, empty, no JSON, a web page, a list of formats or of something else; or ``tz`` is no time
        zone.

    Notes
    -----
    ``weekday_tinyint`` counts from 1 = Sunday (``day`` of the newer form from 0). ``venue_type`` is 1 in person, 2
    online, 3 both; without it the formats VM, HY and TC say so, and a meeting with a street is in person. An online
    meeting without link or number is not meeting at present. Wheelchair access is said only of meetings that can be gone
    to. Links and numbers of rooms, contact names, numbers and addresses are dropped, and so are notes that hold such
    things. Kind is ``mutual_aid``, norm ``recovery``.

    References
    ----------
    BMLT. Semantic workshop and API. https://bmlt.app

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> import recoverynet as rn
    >>> entry = {"id_bigint": "7", "meeting_name": "Noon", "weekday_tinyint": "2", "start_time": "12:00:00"}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     feed = pathlib.Path(folder) / "search.json"
    ...     _ = feed.write_text(json.dumps([entry]))
    ...     rn.read_bmlt(feed).tables["groups"][["group_id", "weekday", "start_time"]].values.tolist()
    [['bmlt-7', 'monday', '12:00']]
    """
    require_time_zone(tz, "tz")
    feed, source = read_feed(path), Path(path).name
    entries, own_formats = _search_result(feed.content, source)
    listing = MeetingList("bmlt", source, n_entries=len(entries), notes=list(feed.mended))
    meanings = _meanings(own_formats if formats is None else _format_list(formats))
    if not meanings:
        listing.notes.append("the list says not what the letters of its formats mean; the usual ones were assumed.")
    for entry in entries:
        if not isinstance(entry, dict):
            listing.leave_out("the entry is no meeting but a bare value")
        elif not said(entry.get("meeting_name")) and not said(entry.get("weekday_tinyint")) and not said(entry.get("day")):
            listing.leave_out("the entry has neither name nor day")
        else:
            listing.add(_group(entry, listing, meanings, tz, fellowship))
    known = _READ | set(_OF_PERSONS) | _UNUSED_BY_DESIGN
    count_unknown(listing, (entry for entry in entries if isinstance(entry, dict)), known)
    return listing.imported(tz)


def looks_like_bmlt(content: Any) -> bool:
    """Whether a feed is of the Basic Meeting List Toolbox rather than of the Meeting Guide form."""
    entries = content.get("meetings") if isinstance(content, dict) else content
    first = next((entry for entry in entries if isinstance(entry, dict)), {}) if isinstance(entries, list) else {}
    return bool({"id_bigint", "weekday_tinyint", "meeting_name", "service_body_bigint", "key_string"} & set(first)) or (
        isinstance(content, dict) and {"meetings", "formats"} <= set(content)
    )


def _search_result(content: Any, source: str) -> tuple[list[Any], list[Any]]:
    formats: list[Any] = []
    if isinstance(content, dict) and isinstance(content.get("meetings"), list):
        formats = content["formats"] if isinstance(content.get("formats"), list) else []
        content = content["meetings"]
    if not isinstance(content, list):
        raise SchemaError(f"{source} holds no search result: expected an array of meetings, or an object with meetings.")
    first = next((entry for entry in content if isinstance(entry, dict)), {})
    if "key_string" in first:
        raise SchemaError(f"{source} is a list of formats, not of meetings; give it as formats beside a search result.")
    fields = {"id_bigint", "weekday_tinyint", "meeting_name", "service_body_bigint", "day", "start_time"}
    if content and not fields & set(first):
        titles = ", ".join(sorted(map(str, first))[:8]) or "no fields"
        raise SchemaError(f"{source} holds no search result of BMLT; its entries have {titles}.")
    return content, formats


def _format_list(path: str | Path) -> list[Any]:
    content = read_feed(path).content
    if not isinstance(content, list) or not all(isinstance(one, dict) and "key_string" in one for one in content):
        raise SchemaError(f"{Path(path).name} is no list of formats: expected an array of objects with key_string and name_string.")
    return content


def _meanings(formats: list[Any]) -> dict[str, tuple[str, str]]:
    """What each key of a format means on this server: its name, and its code across servers."""
    return {
        str(one["key_string"]): (str(one.get("name_string") or one["key_string"]), str(one.get("world_id") or ""))
        for one in formats
        if isinstance(one, dict) and said(one.get("key_string"))
    }


def _group(
    entry: dict[str, Any], listing: MeetingList, meanings: Mapping[str, tuple[str, str]], tz: str, fellowship: str | None
) -> dict[str, Any]:
    keys = [key.strip() for key in str(entry.get("formats") or "").split(",") if key.strip()]
    codes = {meanings[key][1] or key for key in keys if key in meanings} | {
        _USUAL_KEYS.get(key, "") for key in keys if key not in meanings
    }
    room = said(entry.get("virtual_meeting_link")) or said(entry.get("phone_meeting_number"))
    online, in_person = _venue(entry, codes, room)
    for name, what in _OF_PERSONS.items():
        listing.door.drop(what, entry.get(name), "never taken in")
    door = listing.door
    address = door.text("addresses", ", ".join(str(entry[n]) for n in _ADDRESS if said(entry.get(n))), public=True)
    notes = [door.text("notes", entry.get(name)) for name in ("location_info", "comments")]
    return {
        "group_id": f"bmlt-{entry['id_bigint']}" if said(entry.get("id_bigint")) else "bmlt-without-number",
        "name": door.text("names of meetings", entry.get("meeting_name"), public=True) or "NA Meeting",
        "kind": "mutual_aid",
        "fellowship": fellowship,
        "norm": "recovery",
        **_when(entry, listing, tz),
        **_on_the_map(entry, listing),
        "place": door.text("places", entry.get("location_text"), public=True) or address,
        "address": address,
        "area": str(entry["location_municipality"]) if said(entry.get("location_municipality")) else None,
        "online": online,
        "in_person": in_person,
        "access": "wheelchair" if _WHEELCHAIR in codes and in_person else None,
        "women_only": True if _WOMEN in codes else None,
        "newcomers_welcome": True if _BEGINNERS in codes else None,
        "closed_temporarily": (online and not in_person and not room) or (_CLOSED_NOW in codes and not online),
        "types": ", ".join(sorted(meanings[key][0] if key in meanings else key for key in keys)) or None,
        "notes": " ".join(text for text in notes if text) or None,
    }


def _venue(entry: dict[str, Any], codes: set[str], room: bool) -> tuple[bool, bool | None]:
    """Whether a meeting can be joined online, and whether it can be gone to."""
    venue = str(entry.get("venue_type") or "").strip()
    if venue in (_IN_PERSON, _VIRTUAL, _HYBRID):
        return venue != _IN_PERSON, venue != _VIRTUAL
    online = room or bool(codes & {"VM", "HY"})
    closed = bool(codes & {_CLOSED_NOW, "VM"}) and "HY" not in codes
    placed = said(entry.get("location_street")) or said(entry.get("location_text"))
    return online, False if closed else True if placed else None


def _when(entry: dict[str, Any], listing: MeetingList, tz: str) -> dict[str, Any]:
    weekday = recurrence = start = minutes = None
    given, first = (entry.get("weekday_tinyint"), 1) if said(entry.get("weekday_tinyint")) else (entry.get("day"), 0)
    if said(given):
        days, wrong = days_of(given, SUNDAY_FIRST, first)
        listing.read("days", days or None, f"none of {first} (Sunday) to {first + 6} ({', '.join(map(str, wrong[:3]))})")
        weekday, recurrence = on_days(days)
    if said(entry.get("start_time")):
        start = listing.read("times", clock_of(entry["start_time"]), "no time of day")
    if said(entry.get("duration_time")) and str(entry["duration_time"]).strip("0:"):
        minutes = listing.read("durations", length_of(entry["duration_time"]), "no length of up to a day")
    zone = str(entry["time_zone"]) if said(entry.get("time_zone")) else tz
    try:
        require_time_zone(zone, "time_zone")
    except SchemaError:
        zone = tz
        listing.read("time zones", None, f"no time zone; taken to be {tz}")
    clock = None if start is None else f"{start:%H:%M}"
    return {"weekday": weekday, "recurrence": recurrence, "start_time": clock, "duration_min": minutes, "timezone": zone}


def _on_the_map(entry: dict[str, Any], listing: MeetingList) -> dict[str, Any]:
    lat, lon = entry.get("latitude"), entry.get("longitude")
    if not (said(lat) and said(lon)) or str(lat).strip("0.") == str(lon).strip("0.") == "":
        return {"lat": None, "lon": None}
    both = number_between(lat, -90, 90), number_between(lon, -180, 180)
    found = listing.read("places on the map", None if None in both else both, "out of the range of latitude and longitude")
    return dict(zip(("lat", "lon"), found or (None, None), strict=True))
