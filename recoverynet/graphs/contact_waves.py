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
from recoverynet.tables.layouts import PEOPLE


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
) -> dict[str, Any]:
    """The fields of a panel made of contacts; the arguments are those of :func:`recoverynet.panel`."""
    if not isinstance(graph, ContactGraph):
        raise SchemaError(f"panel() takes a ContactGraph: panel(ContactGraph(record), breaks=…); got a {type(graph).__name__}.")
    used, rule, lasting = checked_sources(sources), checked_rule(conflict), microseconds_in(valid_for)
    record, people = graph.record, graph.people_table
    table = record.observations if observations is None else as_observations(observations)
    if observations is not None and "person_id" in table.columns:
        observed = pd.Index(table["person_id"].dropna().unique())
        require_shared(observed, people.index, "the observations", "the people of the contacts")
    waves = wave_windows(breaks, record.tz)
    people = people if roles is None else people[people["role"].isin(_known_roles(roles))]
    networks = tuple(
        project(graph, window=window, weighting=weighting, half_life=half_life, min_weight=min_weight).among(people.index).weights
        for window in zip(waves["start"], waves["end"], strict=True)
    )
    moments = list(pd.DatetimeIndex(waves["end"]).as_unit("us").asi8 - 1)
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
    )


def _known_roles(roles: str | Iterable[str]) -> set[str]:
    wanted = {roles} if isinstance(roles, str) else set(roles)
    if not wanted <= set(PEOPLE["role"].choices):
        raise SchemaError(f"roles may be {', '.join(PEOPLE['role'].choices)}; got {roles!r}.")
    return wanted
