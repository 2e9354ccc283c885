"""From a record to the panel that is asked about spread: waves, ties, states, surroundings, a placebo."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.arguments import list_of_names, whole_number
from recoverynet.errors import NotEstimableError, RecoveryNetWarning, SchemaError, TimeOrderError
from recoverynet.graphs.contact_graph import ContactGraph
from recoverynet.graphs.panel import NetworkPanel, panel
from recoverynet.instants import as_instant, as_length
from recoverynet.models.spread.positions import position_names, with_positions
from recoverynet.models.spread.spread_terms import (
    Placebo,
    PlaceboOutcome,
    adjusted_for,
    read_placebo,
    surroundings_of,
    with_placebo,
)
from recoverynet.observed import OWN_SOURCES, SourceRule
from recoverynet.states import RECOVERY_NORM, STATE_VARIABLE, UNKNOWN, Norm
from recoverynet.tables.consent import Agreed, Purpose, UnknownConsent, consenting
from recoverynet.tables.layouts import PEOPLE
from recoverynet.tables.measurable import engine_of
from recoverynet.tables.period import record_of_period
from recoverynet.tables.record import RecoveryRecord, Window
from recoverynet.tables.relational.on_engine import EngineName, RecordOnEngine
from recoverynet.tables.relational.start import EngineSettings

MONTHS = {"month": 1, "quarter": 3}
VALID_FOR = "90D"
LEAST_KNOWN, LEAST_SEEN, LEAST_WAVES = 0.5, 0.2, 3


@dataclass(frozen=True, eq=False)
class SpreadPanel:
    """A panel, and how it wants to be asked whether a norm spreads.

    Attributes
    ----------
    panel : NetworkPanel
        Its covariates hold those of ``surroundings`` as well.
    adjust, surroundings : tuple of str
        Names of covariates, as :func:`recoverynet.evidence_ladder` takes them.
    placebo : str or None
        Behaviour of the panel that cannot spread: 1, 0, NaN where unknown.
    every : {"month", "quarter", "half"}
        Length of a wave; ``"half"`` of the window where it is too short for three months.
    roles, roles_left_out : tuple of str
        Roles of the people in it, and those left out because no state is on record for most of them.
    notes : tuple of str
        What was chosen, and why, in plain sentences that count nobody.
    agreed : Agreed or None
        Who agreed to be counted; None where nobody was asked.
    """

    panel: NetworkPanel
    adjust: tuple[str, ...] = ()
    surroundings: tuple[str, ...] = ()
    placebo: str | None = None
    every: str = "wave"
    roles: tuple[str, ...] = ()
    roles_left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    agreed: Agreed | None = None

    @property
    def asked(self) -> dict[str, object]:
        """Arguments for :func:`recoverynet.evidence_ladder`, by name."""
        return {"adjust": self.adjust, "surroundings": self.surroundings, "placebo": self.placebo}


def spread_panel(
    record: RecoveryRecord,
    *,
    norm: Norm = RECOVERY_NORM,
    window: tuple[object, object] | None = None,
    every: str | None = None,
    roles: Sequence[str] | None = None,
    valid_for: str = VALID_FOR,
    conflict: SourceRule = "priority",
    adjust: Sequence[str] | None = None,
    surroundings: Sequence[str] | None = None,
    placebo: Placebo | None = None,
    positions: int = 0,
    purpose: Purpose | None = "research",
    unknown_consent: UnknownConsent = "count",
    engine: EngineName | EngineSettings | None = None,
) -> SpreadPanel:
    """Which panel does this record give to ask whether a norm spreads, and what should be adjusted for?

    Parameters
    ----------
    record : RecoveryRecord
    norm : Norm
        Which states hold the norm. Default: abstinent, in recovery, or stable on opioid substitution.
    window : (start, end), optional
        Half-open period looked at. Default: that of the record.
    every : {"month", "quarter", "half"}, optional
        Length of a wave. Default: a month where there are three or more and at least half of all
        person-months have a known state; else a quarter on the same terms; else a half of the window. Short
        waves keep what came before apart from what came after.
    roles : sequence of str, optional
        Whose ties and states are looked at. Default: the roles in which at least a fifth of people have a
        state on record. Of the others (often workers and family) nothing could be said but that it is not
        known.
    valid_for : str
        How long an observation of a state holds. Default ``"90D"``.
    conflict : {"latest", "priority"}
        Who is believed where sources differ, as for :func:`recoverynet.state_at`. Default: people themselves, as everywhere
        and in reports. The calibration asks with ``"latest"``: it matters here when somebody changed, and an older word of their
        own hides it (strong influence is found in 19 of 30 synthetic records instead of 14, and nothing more without).
    adjust : sequence of str, optional
        Columns of people to adjust for. Default: those of role, sex, age_band, substance and area that vary
        and are filled in for at least four people in five.
    surroundings : sequence of str, optional
        What surroundings people share at a wave: ``"provider"`` (of the treatment episode they are in),
        ``"group_norm"`` (the norm of the group they went to most often), ``"main_group"`` (that group itself), or columns
        of people. Default: provider and group_norm, each where there are two or more.
    placebo : str or mapping, optional
        An outcome that cannot spread between people. ``"housing.status=settled"``: words that count as 1,
        separated by commas; ``"health.physical>=12"``; ``"health.physical"``: at or above its median. Or a
        mapping of one name to words, a number or None: ``{"housing.status": {"settled"}}``. Default: none.
    positions : int
        Coordinates of the first wave's network to adjust for besides, for traits nobody recorded that drew its ties; 3 are
        usual. Default 0, none. See :func:`recoverynet.with_positions`.
    purpose : {"research", "evaluation", "care"} or None
        What it is asked for: whoever did not agree to it is no part of the panel, nor anybody's contact in it. Default
        research; None: everybody, where consent was seen to before.
    unknown_consent : {"count", "leave_out"}
        What to do with people whose answer is not recorded. Default: count them; see
        :func:`recoverynet.tables.consent.consenting`.
    engine : {"duckdb", "spark"} or EngineSettings, optional
        Where the ties of each wave are added up. Default: here.

    Returns
    -------
    SpreadPanel

    Raises
    ------
    SchemaError
        An argument is not known, a column is not in the record, or the placebo cannot be read.
    TimeOrderError
        The window does not end after it starts.
    NotEstimableError
        Nothing in the record is dated, hardly anybody's state is on record, nobody agreed, or positions are asked for and the first
        wave holds no tie.

    Notes
    -----
    A tie at a wave is contact shared in it. The state of a wave is that at its end: what the person said of it last, no
    longer than ``valid_for`` before, or, where that no longer counts, what a worker, else a peer, else an outside source saw
    last; with ``conflict="latest"`` whoever of them looked last. Where ``valid_for`` is longer than a wave,
    it is known less exactly when somebody changed, which pulls estimates towards none.

    A window cuts the record as :func:`recoverynet.tables.period.record_of_period` says; looked back on are observations up
    to ``valid_for`` before it.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.models.spread.spread_panel import spread_panel
    >>> spread_panel(rn.load_sample("five_people")).panel
    <NetworkPanel undirected: 4 people, 2 waves, behaviour: recovery>
    """
    if not isinstance(record, RecoveryRecord):
        raise SchemaError(f"Expected a RecoveryRecord, as recoverynet.read_record(folder) gives it; got a {type(record).__name__}.")
    adjust, surroundings = _names(adjust, surroundings)
    read = read_placebo(record, placebo)
    bounds = _bounds(record, window)
    agreed = None if purpose is None else consenting(record, purpose, unknown_consent=unknown_consent)
    whole = record if agreed is None else agreed.record
    record = record_of_period(whole, bounds)
    kept = _roles_seen(record, norm, roles)
    looked_back = record_of_period(whole, bounds, look_back=as_length(valid_for, "valid_for"))
    there = engine_of(looked_back, engine)
    waves, length = _waves(looked_back, norm, bounds, every, kept, read, there, valid_for=valid_for, conflict=conflict)
    waves = with_placebo(waves, read)
    around = surroundings_of(record, waves, surroundings, there)
    waves = replace(waves, covariates={**waves.covariates, **around})
    given = tuple(around) if surroundings is None else tuple(surroundings)
    used = adjusted_for(waves, adjust)
    if whole_number(positions, "positions", 0):
        waves, used = with_positions(waves, positions), (*used, *position_names(positions))
    empty = [f"Wave {wave} holds no tie." for wave, ties in enumerate(waves.networks, start=1) if not ties.nnz]
    notes = (_on_waves(waves, length, valid_for, conflict), *empty, *(() if read is None else (read.words,)))
    others = [] if roles is not None else [role for role in record.people["role"].unique() if role not in kept]
    out = tuple(role for role in PEOPLE["role"].choices if role in others)
    return SpreadPanel(waves, used, given, read.name if read else None, length, kept, out, notes, agreed)


def _names(
    adjust: Sequence[str] | None, surroundings: Sequence[str] | None
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Names asked for, each once; one word stands for itself, None for the usual ones."""
    one, other = ((names,) if isinstance(names, str) else names for names in (adjust, surroundings))
    found = None if one is None else list_of_names(one, "adjust")
    if other is None:
        return found, None
    return found, list_of_names(other, "surroundings", apart_from=found or (), other="adjust")


def _bounds(record: RecoveryRecord, window: tuple[object, object] | None) -> Window:
    if window is None:
        if record.window is None:
            raise NotEstimableError("Nothing in this record is dated, so nothing can be said about what came before what.")
        return record.window
    start, end = (as_instant(bound, record.tz) for bound in window)
    if not start < end:
        raise TimeOrderError(f"The window must end after it starts; got {start} to {end}.")
    return start, end


def _roles_seen(record: RecoveryRecord, norm: Norm, roles: Sequence[str] | None) -> tuple[str, ...]:
    """The roles asked for, or those in which enough people have a state on record."""
    if roles is not None:
        return (roles,) if isinstance(roles, str) else tuple(roles)
    table = record.observations
    kept = (table["variable"] == STATE_VARIABLE) & table["source"].isin(OWN_SOURCES) & (table["value"] != UNKNOWN)
    seen = record.people["person_id"].isin(table.loc[kept, "person_id"])
    share = seen.groupby(record.people["role"]).mean()
    found = tuple(role for role in PEOPLE["role"].choices if share.get(role, 0.0) >= LEAST_SEEN)
    if not found:
        raise NotEstimableError(
            f"Hardly anybody's state is on record ({int(seen.sum())} of {len(seen)} people), so nothing can "
            "be said about how it spreads. Record states of more people; in Python, spread_panel(record, roles=[…]) looks "
            "all the same at roles that you name."
        )
    return found


def _waves(
    record: RecoveryRecord,
    norm: Norm,
    bounds: Window,
    every: str | None,
    roles: tuple[str, ...],
    placebo: PlaceboOutcome | None,
    there: RecordOnEngine | None,
    **states: Any,
) -> tuple[NetworkPanel, str]:
    """The panel in the shortest waves that hold enough, or in those asked for."""
    if every not in (None, "half", *MONTHS):
        raise SchemaError(f"every must be 'month', 'quarter' or 'half'; got {every!r}.")
    outcomes = {} if placebo is None else {placebo.variable: placebo.words_counted}
    graph = ContactGraph(record, on_engine=there)
    for length in [*MONTHS, "half"] if every is None else [every]:
        breaks = _breaks(bounds, length)
        if every is None and length != "half" and len(breaks) <= LEAST_WAVES:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecoveryNetWarning)
            found = panel(graph, breaks=breaks, norm=norm, roles=roles, outcomes=outcomes, purpose=None, **states)
        if every is not None or length == "half" or known_share(found) >= LEAST_KNOWN:
            break
    return found, length


def _breaks(bounds: Window, length: str) -> list[pd.Timestamp]:
    """Whole months or quarters from the start of the window; what is left over at its end is in none."""
    start, end = bounds
    if length == "half":
        return [start, start + (end - start) / 2, end]
    found = [start]
    while (following := start + pd.DateOffset(months=MONTHS[length] * len(found))) <= end:
        found.append(following)
    return found if len(found) > 1 else [start, end]


def known_share(waves: NetworkPanel) -> float:
    """Share of person-waves present whose state is known."""
    held = next(iter(waves.behaviour.values()))
    return float(np.isfinite(held[waves.present]).mean()) if waves.present.any() else 0.0


def _on_waves(waves: NetworkPanel, length: str, valid_for: str, conflict: str) -> str:
    days = pd.Timedelta(valid_for).days
    what = {"half": "half of the window"}.get(length, f"calendar {length}" if length in MONTHS else length)
    believed = "whoever looked last" if conflict == "latest" else "the person, then a worker, a peer, an outside source,"
    return (
        f"A wave is a {what}, which makes {waves.n_waves}; an observation of a state counts for {days} days, and where sources "
        f"differ {believed} is believed."
    )
