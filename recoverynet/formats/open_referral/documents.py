"""Directory exports of every shape brought to one: services, each with where and when it is offered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.formats.json_feed import read_feed
from recoverynet.formats.particulars import said
from recoverynet.tables.raw import ROW
from recoverynet.tables.sources import Folder

Fields = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """One service at one place, or nowhere in particular.

    Attributes
    ----------
    service, location : dict
        Fields as the standard names them; the location is empty where none is said.
    schedules : list of dict
        Of the service at this place, else of the service, else of the place.
    """

    service: Fields
    location: Fields = field(default_factory=dict)
    schedules: tuple[Fields, ...] = ()
    key: str = ""


@dataclass
class Directory:
    """A directory on its way in."""

    source: str
    n_services: int
    offers: list[Offer]
    notes: list[str] = field(default_factory=list)


def read_directory(path: str | Path) -> Directory:
    """Which services does this export hold, whatever its shape?

    Raises
    ------
    SchemaError
        It holds none.
    """
    path = Path(path)
    if path.is_dir():
        return _from_tables(path)
    if path.suffix.lower() == ".csv":
        raise SchemaError(f"{path.name} is one table of a directory; give the folder it lies in, with services.csv and the others.")
    feed = read_feed(path)
    services, notes = list(_services(feed.content)), list(feed.mended)
    if not services and not _is_empty(feed.content):
        raise SchemaError(
            f"{path.name} holds no services. Expected a service, an array of them, an organisation with services, or a page "
            "with contents, as HSDS 3 and Open Referral UK write them."
        )
    notes += _page_notes(feed.content)
    offers = [offer for service, at in services for offer in _offers(service, at)]
    return Directory(path.name, len(services), offers, notes)


def _is_empty(content: Any) -> bool:
    return content == [] or (isinstance(content, dict) and any(content.get(name) == [] for name in ("services", "contents")))


def _services(content: Any) -> Iterator[tuple[Fields, list[Fields] | None]]:
    """Every service of a document, with the places the document itself gives where it is a list of those."""
    if isinstance(content, list):
        for one in content:
            yield from _services(one)
        return
    if not isinstance(content, dict):
        return
    if isinstance(content.get("service"), dict):
        yield content["service"], [content]
        return
    for name in ("contents", "services", "service_at_locations"):
        inner = content.get(name)
        if isinstance(inner, list) and (name != "service_at_locations" or not said(content.get("name"))):
            for one in inner:
                yield from _services(one)
            return
    if said(content.get("name")) and ("status" in content or "schedules" in content or "service_at_locations" in content):
        yield content, None


def _page_notes(content: Any) -> list[str]:
    if not isinstance(content, dict) or "contents" not in content:
        return []
    pages, page = content.get("total_pages"), content.get("page_number")
    if isinstance(pages, int) and pages > 1:
        total = content.get("total_items")
        return [f"this is page {page} of {pages}; the whole directory holds {total} entries, and the other pages are not here."]
    return []


def _offers(service: Fields, at: list[Fields] | None) -> list[Offer]:
    places = at if at is not None else _dicts(service.get("service_at_locations"))
    own = tuple(_dicts(service.get("schedules")))
    if not places:
        return [Offer(service, {}, own, str(service.get("id") or ""))]
    made = []
    for number, place in enumerate(places, start=1):
        given = place.get("location")
        location: Fields = given if isinstance(given, dict) else {}
        schedules = tuple(_dicts(place.get("schedules"))) or own or tuple(_dicts(location.get("schedules")))
        key = str(service.get("id") or "") + (f"-{number}" if len(places) > 1 else "")
        made.append(Offer(service, location, schedules, key))
    return made


def _dicts(value: Any) -> list[Fields]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _from_tables(path: Path) -> Directory:
    """A folder of CSV, one a kind of thing, joined by their ids."""
    tables = _tables(path)
    if "services" not in tables:
        held = ", ".join(sorted(tables)) or "no CSV"
        raise SchemaError(f"The folder {path.name!r} holds no services.csv; it holds {held}. HSDS 3 in CSV has one file a table.")
    languages, schedules = tables.get("languages", []), tables.get("schedules", [])
    places = tables.get("service_at_locations", tables.get("service_at_location", []))
    locations = {row.get("id"): _with_parts(row, tables) for row in tables.get("locations", [])}
    offers = []
    for service in tables["services"]:
        whole = {**service, "languages": [row for row in languages if row.get("service_id") == service.get("id")]}
        whole["schedules"] = _owned(schedules, "service_id", service.get("id"), but="service_at_location_id")
        at = [row for row in places if row.get("service_id") == service.get("id")]
        for row in at:
            row["location"] = locations.get(row.get("location_id"), {})
            row["schedules"] = _owned(schedules, "service_at_location_id", row.get("id"))
        offers += _offers(whole, at or None)
    return Directory(path.name, len(tables["services"]), offers)


def _tables(path: Path) -> dict[str, list[Fields]]:
    folder = Folder(path)
    tables = {}
    for name in folder.names:
        raw = folder.read(name, ("id", "name", "service_id", "location_id"))
        if raw.table is not None:
            rows = raw.table.drop_columns([ROW]).to_pylist()
            plural = {"service": "services", "location": "locations", "schedule": "schedules", "address": "addresses"}
            tables[plural.get(name, name)] = rows
    return tables


def _with_parts(location: Fields, tables: dict[str, list[Fields]]) -> Fields:
    return {
        **location,
        "addresses": _owned(tables.get("addresses", []), "location_id", location.get("id")),
        "accessibility": _owned(tables.get("accessibility", []), "location_id", location.get("id")),
        "schedules": _owned(tables.get("schedules", []), "location_id", location.get("id")),
    }


def _owned(rows: list[Fields], column: str, key: object, but: str = "") -> list[Fields]:
    return [row for row in rows if row.get(column) == key and key is not None and not (but and said(row.get(but)))]
