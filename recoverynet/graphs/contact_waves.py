"""Contacts cut into waves: the ties of each, and what was known of everybody at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.graphs.contact_graph import ContactGraph
from recoverynet.graphs.panel_shape import settled
from recoverynet.graphs.projection import Weighting, project
from recoverynet.graphs.waves import codes_by_wave, outcomes_by_wave, presence, wave_windows, words_by_wave
from recoverynet.ids import require_shared
from recoverynet.observed import SourceRule, as_observations, checked_rule, checked_sources, look_up, microseconds_in
from recoverynet.states import STATE_VARIABLE, Norm
from recoverynet.tables.consent import Purpose, UnknownConsent, consenting
from recoverynet.tables.layouts import PEOPLE
from recoverynet.tables.record import RecoveryRecord


def contact_waves(
    graph: ContactGraph,
    observations: pd.DataFrame | None,
    *,
    breaks: Iterable[object],
    norm: Norm,
    weighting: Weighting,
    valid_for: object | None,
    sources: Sequence[str],
    conflict: SourceRule,
    half_life: object | None,
    min_weight: float,
    roles: str | Iterable[str] | None,
    outcomes: Mapping[str, Iterable[str] | None] | Sequence[str],
    purpose: Purpose | None,
    unknown_consent: UnknownConsent,
) -> dict[str, Any]:
    """The fields of a panel made of contacts; the arguments are those of :func:`recoverynet.panel`."""
    if not isinstance(graph, ContactGraph):
        raise SchemaError(f"panel() takes a ContactGraph: panel(ContactGraph(record), breaks=…); got a {type(graph).__name__}.")
    used, rule, lasting = checked_sources(sources), checked_rule(conflict), microseconds_in(valid_for)
    record, people = graph.record, graph.people_table
    table = record.observations if observations is None else _of_these_people(observations, people.index)
    waves = wave_windows(breaks, record.tz)
    people = people if roles is None else people[people["role"].isin(_known_roles(roles))]
    people, notes = _who_agreed(record, people, purpose, unknown_consent)
    networks = tuple(
        project(graph, window=window, weighting=weighting, half_life=half_life, min_weight=min_weight).among(people.index).weights
        for window in zip(waves["start"], waves["end"], strict=True)
    )
    moments = (pd.DatetimeIndex(waves["end"]).as_unit("us").asi8 - 1).tolist()
    looks = look_up(table, STATE_VARIABLE, used, norm.scheme.states)
    codes = codes_by_wave(looks, people.index, moments, n_sources=len(used), lasting=[lasting] * len(waves), rule=rule)
    behaviour = outcomes_by_wave(table, outcomes, people.index, moments, sources=used, lasting=lasting, rule=rule)
    settings = {
        "made_from": "contacts",
        "weighting": weighting,
        "valid_for": valid_for,
        "sources": used,
        "conflict": conflict,
        "half_life": half_life,
        "min_weight": min_weight,
        "roles": roles,
        "purpose": purpose,
        "unknown_consent": unknown_consent,
    }
    return settled(
        people,
        waves,
        networks,
        directed=False,
        behaviour=behaviour,
        norm=norm,
        settings=settings,
        states=words_by_wave(codes, norm.scheme, people.index),
        present=presence(people, waves),
        notes=notes,
    )


def _who_agreed(
    record: RecoveryRecord, people: pd.DataFrame, purpose: Purpose | None, unknown_consent: UnknownConsent
) -> tuple[pd.DataFrame, list[str]]:
    """The people who agreed to the purpose, and how many did not, in a sentence."""
    if purpose is None:
        return people, []
    agreed = people.index.isin(consenting(record, purpose, unknown_consent=unknown_consent).record.people["person_id"])
    if agreed.all():
        return people, []
    or_unknown = ", or their answer is not recorded" if unknown_consent == "leave_out" else ""
    told = f"{int((~agreed).sum()):,} of {len(people):,} people are left out: they did not agree to {purpose}{or_unknown}."
    return people[agreed], [told]


def _of_these_people(observations: pd.DataFrame, people: pd.Index) -> pd.DataFrame:
    """Observations as the tables hold them; raises UnknownPersonError where they are of nobody of the contacts."""
    table = as_observations(observations)
    if "person_id" in table.columns:
        require_shared(pd.Index(table["person_id"].dropna().unique()), people, "the observations", "the people of the contacts")
    return table


def _known_roles(roles: str | Iterable[str]) -> set[str]:
    wanted = {roles} if isinstance(roles, str) else set(roles)
    if not wanted <= set(PEOPLE["role"].choices):
        raise SchemaError(f"roles may be {', '.join(PEOPLE['role'].choices)}; got {roles!r}.")
    return wanted
