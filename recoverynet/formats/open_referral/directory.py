"""HSDS 3 and Open Referral UK: a directory of services as groups one can be walked into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recoverynet.formats.group_kinds import kind_of_group
from recoverynet.formats.imported import Imported
from recoverynet.formats.meetings.listing import MeetingList, number_between
from recoverynet.formats.open_referral.documents import Offer, read_directory
from recoverynet.formats.open_referral.schedules import times_of
from recoverynet.formats.particulars import said
from recoverynet.tables.schema import require_time_zone

_PERSONS = {"contacts": "contacts", "phones": "telephone numbers", "email": "e-mail addresses", "assurer_email": "e-mail addresses",
            "attention": "names on addresses", "updated_by": "names of editors"}  # fmt: skip
_DEFUNCT, _NOT_NOW = ("defunct",), ("inactive", "temporarily closed")


def read_open_referral(path: str | Path, *, tz: str = "Europe/London", kind: str | None = None) -> Imported:
    """Which services does this directory hold, where, when and for whom?

    Parameters
    ----------
    path : path
        A JSON file (a service, an array of them, an organisation with its services, services at locations, or a page
        with ``contents``), or a folder of CSV with services.csv and the tables beside it.
    tz : str
        IANA time zone of schedules that name none; a bare offset names none.
    kind : str, optional
        What sort of groups these are, as in the table groups. Default: what their names say, else ``other``.

    Returns
    -------
    Imported
        The table ``groups``, one row a service, place and schedule: a service open at two times is two rows, which share
        ``part_of``. Besides the usual columns ``address``, ``status``, ``languages``, ``eligibility``. The report counts
        what was dropped and why.

    Raises
    ------
    SchemaError
        There is nothing to read, it holds no services, or ``tz`` is no time zone.

    Notes
    -----
    ``opens_at`` is the clock of the place; a ``Z`` behind it, as many exports write, is left aside. ``valid_to`` is the
    last day in the standard and the day after here. A status of inactive or temporarily closed is a group not meeting at
    present; defunct services are left out and counted. Contacts, telephone numbers and e-mail addresses are dropped.

    References
    ----------
    Open Referral. Human Services Data Specification 3.0. https://docs.openreferral.org

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> import recoverynet as rn
    >>> times = {"freq": "MONTHLY", "byday": "1SA", "opens_at": "09:00:00", "closes_at": "17:00:00"}
    >>> service = {"id": "s", "name": "Recovery café", "status": "active", "schedules": [times]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     feed = pathlib.Path(folder) / "service.json"
    ...     _ = feed.write_text(json.dumps(service))
    ...     rn.read_open_referral(feed).tables["groups"][["kind", "recurrence", "start_time"]].values.tolist()
    [['recovery_cafe', 'FREQ=MONTHLY;BYDAY=1SA', '09:00']]
    """
    require_time_zone(tz, "tz")
    directory = read_directory(path)
    listing = MeetingList("open_referral", directory.source, what="services", n_entries=directory.n_services, notes=directory.notes)
    seen: set[int] = set()
    for offer in directory.offers:
        if str(offer.service.get("status", "")).strip().lower() in _DEFUNCT:
            if id(offer.service) not in seen:
                listing.leave_out("the service is defunct")
        elif not said(offer.service.get("name")):
            if id(offer.service) not in seen:
                listing.leave_out("the service has no name")
        else:
            for number, schedule in enumerate(offer.schedules or ({},), start=1):
                listing.add(_group(offer, schedule, number, listing, tz, kind))
        if id(offer.service) not in seen:
            _drop_persons(offer, listing)
        seen.add(id(offer.service))
    guessed = sum(1 for row in listing.rows if kind is None and row["kind"] == "other")
    if guessed:
        listing.notes.append(f"the names of {guessed:,} groups do not say what sort they are; their kind is 'other'.")
    return listing.imported(tz)


def _group(offer: Offer, schedule: dict[str, Any], number: int, listing: MeetingList, tz: str, kind: str | None) -> dict[str, Any]:
    service, location, door = offer.service, offer.location, listing.door
    said_kind, fellowship, norm = kind_of_group(f"{service['name']} {service.get('alternate_name') or ''}")
    row = {
        "group_id": (offer.key or str(service["name"])) + (f"-t{number}" if len(offer.schedules) > 1 else ""),
        "name": door.text("names of services", service["name"], public=True) or "(name left out)",
        "kind": kind or said_kind or "other",
        "fellowship": fellowship or None,
        "norm": norm or None,
        **times_of(schedule, listing, tz),
        **_where(location, listing),
        "access": "; ".join(_texts(location.get("accessibility"), "description", "accessibility")) or None,
        "closed_temporarily": str(service.get("status", "")).strip().lower() in _NOT_NOW,
        "status": str(service["status"]) if said(service.get("status")) else None,
        "languages": ", ".join(_texts(service.get("languages"), "name", "code")) or None,
        "eligibility": _eligibility(service),
        "part_of": offer.key if len(offer.schedules) > 1 else None,
        "website": door.link("links", service.get("url")),
    }
    return row


def _where(location: dict[str, Any], listing: MeetingList) -> dict[str, Any]:
    lat, lon = location.get("latitude"), location.get("longitude")
    place: dict[str, float | None] = {"lat": None, "lon": None}
    if said(lat) and said(lon):
        both = number_between(lat, -90, 90), number_between(lon, -180, 180)
        if listing.read("places on the map", None if None in both else both, "out of the range of latitude and longitude"):
            place = dict(zip(("lat", "lon"), both, strict=True))
    addresses = location.get("addresses")
    first = addresses[0] if isinstance(addresses, list) and addresses and isinstance(addresses[0], dict) else {}
    parts = [str(first[name]) for name in ("address_1", "address_2", "city", "postal_code") if said(first.get(name))]
    sort = str(location.get("location_type") or "").lower()
    address = listing.door.text("addresses", ", ".join(parts), public=True)
    return {
        **place,
        "place": listing.door.text("places", location.get("name"), public=True) or address,
        "address": address,
        "area": str(first["city"]) if said(first.get("city")) else None,
        "online": True if sort == "virtual" else None,
        "in_person": {"physical": True, "virtual": False}.get(sort),
    }


def _texts(value: Any, *names: str) -> list[str]:
    found = value if isinstance(value, list) else []
    texts = [next((str(one[name]) for name in names if said(one.get(name))), "") for one in found if isinstance(one, dict)]
    return list(dict.fromkeys(text for text in texts if text))


def _eligibility(service: dict[str, Any]) -> str | None:
    parts = [str(service["eligibility_description"])] if said(service.get("eligibility_description")) else []
    youngest, oldest = service.get("minimum_age"), service.get("maximum_age")
    if said(youngest) or said(oldest):
        low, high = (f"{float(str(age)):g}" if number_between(age, 0, 150) is not None else None for age in (youngest, oldest))
        parts += [f"ages {low or '0'} to {high}" if high else f"from age {low}"] if low or high else []
    return "; ".join(parts) or None


def _drop_persons(offer: Offer, listing: MeetingList) -> None:
    """Count everything that leads to a person, wherever it stands in the service or its place."""
    for value in (offer.service, offer.location):
        for name, found in _walk(value):
            if name in _PERSONS:
                for one in found if isinstance(found, list) else [found]:
                    listing.door.drop(_PERSONS[name], one, "never taken in")


def _walk(value: Any, depth: int = 0) -> list[tuple[str, Any]]:
    if depth > 12:
        return []
    if isinstance(value, list):
        return [pair for one in value for pair in _walk(one, depth + 1)]
    if not isinstance(value, dict):
        return []
    inner = [pair for name, one in value.items() if name not in _PERSONS for pair in _walk(one, depth + 1)]
    return [*value.items(), *inner]
