"""A client's people and groups as circles of closeness: where each stands, its shape and its words."""

from __future__ import annotations

import math
from typing import Any

from recoverynet.web.views import ClientView
from recoverynet.web.words import CARRIES, STATUS, since, who

RINGS = (120, 215, 310)


def ego_map(view: ClientView) -> dict[str, Any]:
    """Nodes and edges of the map, each with a place and words, as JSON can hold them.

    Parameters
    ----------
    view : ClientView

    Returns
    -------
    dict
        ``nodes`` (``id``, ``label``, ``layer``, ``carries``, ``quiet``, ``says``, ``x``, ``y``) and ``edges``.
    """
    people = [_person(row) for row in view.people]
    groups = [_group(row) for row in view.groups]
    nodes = [*people, *groups]
    for ring, radius in enumerate(RINGS, 1):
        _placed([node for node in nodes if node["ring"] == ring], radius, ring)
    return {"nodes": nodes, "rings": RINGS}


def _placed(nodes: list[dict[str, Any]], radius: int, ring: int) -> None:
    """Spread some nodes over a circle, what carries the same beside each other."""
    order = list(CARRIES)
    nodes.sort(key=lambda node: (order.index(node["carries"]), node["id"]))
    for place, node in enumerate(nodes):
        angle = 2 * math.pi * (place + 0.37 * ring) / len(nodes) - math.pi / 2
        node["x"], node["y"] = round(radius * math.cos(angle)), round(radius * math.sin(angle))


def _person(row: Any) -> dict[str, Any]:
    state = (
        f", state {row.state.replace('_', ' ')}{' as the client sees it' if row.perceived else ''}"
        if row.state != "unknown"
        else ""
    )
    says = (
        f"{_first_up(who(row.person_id, row.role))}: {CARRIES[row.carries].lower()}{state}. Last contact {since(row.days_since)}."
    )
    return {
        "id": f"person:{row.person_id}",
        "label": row.person_id,
        "layer": "person",
        "carries": row.carries,
        "quiet": row.status in ("quiet", "named"),
        "ring": row.ring,
        "says": says,
    }


def _group(row: Any) -> dict[str, Any]:
    says = f"{row.name}: {CARRIES[row.carries].lower()} group. {STATUS[row.status]}; last there {since(row.days_since)}."
    ring = {"current": 1, "new": 2}.get(row.status, 3)
    return {
        "id": f"group:{row.group_id}",
        "label": row.name,
        "layer": "group",
        "carries": row.carries,
        "quiet": row.status in ("quiet", "planned"),
        "ring": ring,
        "says": says,
    }


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
