"""What an answer of the ladder was made from, as numbers and names: panel, people, gains, ties, adjustment, the placebo."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.ladder.findings import PLACEBO, Footing, Rung
from recoverynet.models.spread.risk_set import RiskSet


@dataclass(frozen=True, kw_only=True)
class PanelShape:
    """How large a panel is, how dense, and how much of it is unknown.

    Attributes
    ----------
    n_people, n_waves : int
    contacts_a_person : float
        Contacts a person present at a wave has (named, where ties have a direction); NaN where nobody is present.
    share_states_unknown, share_ties_unknown : float
        Of people present at a wave, and of the ties that could be among those present.
    """

    n_people: int
    n_waves: int
    contacts_a_person: float
    share_states_unknown: float
    share_ties_unknown: float


@dataclass(frozen=True, kw_only=True)
class PlaceboUsed:
    """What the placebo was, and what it could have seen.

    Attributes
    ----------
    name : str
    n_rows, n_events : int
        Person-waves at risk of the placebo and gains of it.
    odds_ratio, low, high : float
        Of the placebo itself.
    contrast, contrast_low, contrast_high : float
        The norm's odds ratio divided by the placebo's, with the one-sided bounds it was judged by.
    sees : float
        Its power: the odds ratio it would show in four cases of five.
    reason_code : str or None
        Why it could not be used; None where it could.
    """

    name: str
    n_rows: int
    n_events: int
    odds_ratio: float
    low: float
    high: float
    contrast: float
    contrast_low: float
    contrast_high: float
    sees: float
    reason_code: str | None


@dataclass(frozen=True, kw_only=True)
class Used:
    """Everything a verdict was made from, so that no reader need take it out of a sentence.

    Attributes
    ----------
    panel : Shape
    behaviour, direction : str
    n_people, n_rows, n_events : int
        People, person-waves and gains behind the adjusted estimate.
    n_people_at_risk, n_people_never_at_risk : int
        People at risk of a gain at some wave, and people seen who never were.
    adjust, surroundings : tuple of str
    positions : int
        Coordinates of the first wave's network among ``adjust``.
    margin : float
    n_permutations : int
    placebo : PlaceboUsed or None
        None where none was named.
    seed : mapping or None
    versions : mapping of package to version
    """

    panel: PanelShape
    behaviour: str
    direction: str
    n_people: int
    n_rows: int
    n_events: int
    n_people_at_risk: int
    n_people_never_at_risk: int
    adjust: tuple[str, ...]
    surroundings: tuple[str, ...]
    positions: int
    margin: float
    n_permutations: int
    placebo: PlaceboUsed | None
    seed: Mapping[str, Any] | None
    versions: Mapping[str, str]


def shape_of(panel: NetworkPanel, held: np.ndarray) -> PanelShape:
    """How large, how dense and how well known a panel is; ``held`` (n, W) is the norm."""
    seen = int(panel.present.sum())
    ties = sum(int(network.nnz) for network in panel.networks)
    here = panel.present.sum(axis=0).astype(float)
    possible = float((here * (here - 1)).sum())
    unknown = sum(int(missing.nnz) for missing in panel.missing)
    return PanelShape(
        n_people=panel.n_people,
        n_waves=panel.n_waves,
        contacts_a_person=ties / seen if seen else math.nan,
        share_states_unknown=1.0 - float(np.isfinite(held[panel.present]).mean()) if seen else math.nan,
        share_ties_unknown=min(unknown / possible, 1.0) if possible else math.nan,
    )


def used_of(risk: RiskSet, footing: Footing, rungs: Sequence[Rung], settings: Mapping[str, Any]) -> Used:
    """What an answer was made from.

    Parameters
    ----------
    risk : RiskSet
    footing : Footing
        Of the adjusted estimate.
    rungs : sequence of Rung
    settings : mapping
        As they were asked for.

    Returns
    -------
    Used
    """
    named = settings.get("placebo")
    return Used(
        panel=shape_of(risk.panel, risk.held),
        behaviour=risk.name,
        direction=risk.direction,
        n_people=footing.n_people,
        n_rows=footing.n_rows,
        n_events=footing.n_events,
        n_people_at_risk=len(np.unique(risk.rows.person)),
        n_people_never_at_risk=risk.n_never_at_risk,
        adjust=tuple(settings["adjust"]),
        surroundings=tuple(settings["surroundings"]),
        positions=int(settings["positions"]),
        margin=float(settings["margin"]),
        n_permutations=int(settings["n_permutations"]),
        placebo=None if named is None else _placebo_used(str(named), rungs),
        seed=settings.get("seed"),
        versions=settings["versions"],
    )


def _placebo_used(name: str, rungs: Sequence[Rung]) -> PlaceboUsed:
    found = next((rung for rung in rungs if rung.name == PLACEBO), None)
    numbers = ("odds_ratio", "low", "high", "contrast", "contrast_low", "contrast_high", "sees")
    return PlaceboUsed(
        name=name,
        n_rows=0 if found is None else found.n_rows,
        n_events=0 if found is None else found.n_events,
        reason_code=None if found is None or found.reason is None else found.reason.code,
        **{number: math.nan if found is None else float(getattr(found, number)) for number in numbers},
    )
