"""Whom a report is about, in words."""

from __future__ import annotations

from recoverynet.tables.reported_on import ReportedOn


def whom_in_words(chosen: ReportedOn) -> dict[str, str]:
    """The setting that says who was chosen, and what became of the others; empty where the report is about everybody."""
    if chosen.is_everybody:
        return {}
    return {
        "Clients reported on": f"{_chosen(chosen)}. Other clients are in no figure, nor are contacts with them; people of "
        "other roles are counted where they were in touch with somebody reported on."
    }


def whom_sentence(chosen: ReportedOn | None) -> str:
    """The same as one short sentence behind a subtitle; empty where the report is about everybody."""
    return "" if chosen is None or chosen.is_everybody else f" Reported on: {_chosen(chosen)}."


def _chosen(chosen: ReportedOn) -> str:
    parts = ["on a list that is not part of this report"] if chosen.listed else []
    parts += [f"of the area “{chosen.area}”"] if chosen.area is not None else []
    parts += [f"treated by “{chosen.provider}” in the period"] if chosen.provider is not None else []
    return f"clients {', '.join(parts)}"
