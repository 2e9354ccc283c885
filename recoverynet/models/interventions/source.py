"""What a what-if starts from: a community as it stands, how its states move, and how far the evidence carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.reversible_spread.courses import SHARED, Community
from recoverynet.measures.behaviours import norm_values
from recoverynet.measures.doors import Wishes
from recoverynet.models.interventions.actor_rates import actor_rates
from recoverynet.models.interventions.community import (
    RecordedRates,
    StandingCommunity,
    both_ways,
    contacts_at_start,
    keys_of,
    starting_states,
)
from recoverynet.models.interventions.declared import in_range
from recoverynet.models.interventions.fitted import FittedRates
from recoverynet.models.interventions.from_record import standing_of
from recoverynet.models.interventions.rates import DeclaredRates, RateSource
from recoverynet.models.ladder.verdict import EvidenceLadder
from recoverynet.models.saom.fitted import SaomFit
from recoverynet.states import RECOVERY_NORM, Norm
from recoverynet.tables.record import RecoveryRecord

LEVEL_OF_SPREAD = 3


@dataclass(frozen=True, eq=False, repr=False)
class SpreadSource:
    """A community as it stands, how its states move, and how far the evidence carries.

    Attributes
    ----------
    standing : Standing
    rates : DeclaredRates or FittedRates
    norm : Norm
    ladder_level : int or None
        Level the evidence ladder reached; None where it was not asked.
    behaviour : str
        What the norm is called in a panel.
    """

    standing: StandingCommunity
    rates: RateSource
    norm: Norm
    ladder_level: int | None
    behaviour: str

    @property
    def mode(self) -> int:
        """How the kernel reads contacts."""
        return self.rates.mode if isinstance(self.rates, FittedRates) else SHARED

    @property
    def counts_by_strength(self) -> bool:
        """Whether contacts count by the strength of the tie; those of a fitted model as in its fit."""
        return not isinstance(self.rates, FittedRates) or self.rates.weighted

    @property
    def supposition(self) -> bool:
        """Whether the part that passes between people is supposed: the ladder did not reach level 3."""
        return self.ladder_level is None or self.ladder_level < LEVEL_OF_SPREAD

    @property
    def ladder_in_words(self) -> str:
        """How far the evidence carries what passes between people, in one sentence."""
        if self.ladder_level is None:
            return "What passes between people is a supposition: the evidence ladder was not asked."
        if self.supposition:
            return (
                f"What passes between people is a supposition: the evidence ladder reached level {self.ladder_level} of 4, and "
                f"level {LEVEL_OF_SPREAD} is where it would be more."
            )
        return f"What passes between people is consistent with the evidence ladder (level {self.ladder_level} of 4), and no more."

    @property
    def rates_in_words(self) -> str:
        """Where each rate comes from, in one sentence."""
        if isinstance(self.rates, FittedRates):
            return (
                f"How the norm is gained and lost, and what contacts do, is drawn from {self.rates.in_words()}, doubt and all; "
                f"going to a recovery group adds {_said(self.rates.attending)} a month, as declared."
            )
        own = "the record's own, less what contacts and groups account for"
        gain = own if self.rates.gain is None else f"{_said(self.rates.gain)} as declared"
        loss = "the record's own" if self.rates.loss is None else f"{_said(self.rates.loss)} as declared"
        return (
            f"Chances a month: of a gain {gain}; of a loss {loss}; each contact who holds the norm adds "
            f"{_said(self.rates.transmission)} to the chance of a gain, "
            f"and going to a recovery group {_said(self.rates.attending)}, as declared."
        )

    def __repr__(self) -> str:
        there = f"{self.standing.n_clients:,} clients, {len(self.standing.group_ids)} groups"
        return f"<SpreadSource {there}, {self.standing.source_in_words}>"


def _said(value: object) -> str:
    low, high = in_range(value, "A rate", 0.0, np.inf)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def spread_source(
    community: RecoveryRecord | NetworkPanel,
    rates: RateSource | None = None,
    *,
    norm: Norm = RECOVERY_NORM,
    ladder: EvidenceLadder | None = None,
    reach: Wishes | None = None,
) -> SpreadSource:
    """From which people, ties, groups and rates would a what-if start?

    Parameters
    ----------
    community : RecoveryRecord or NetworkPanel
        A record: people who agreed to evaluation, as they stand at its end. A panel: its last wave; everybody is a client, and
        there are no groups but those a plan opens. Waves lie a month apart, or as far as ``wave_months`` of the fitted rates says.
    rates : DeclaredRates or FittedRates, optional
        How states move. Default: the record's own rates, and nothing passes between people.
    norm : Norm
        Which states hold the norm. For a panel its own norm is used.
    ladder : EvidenceLadder, optional
        What the evidence ladder says of the same record. Where it is missing or below level 3, everything that rests on
        transmission is called a supposition.
    reach : Wishes, optional
        What must be so of every group of a record that people are brought to: ``access``, ``days``, ``online``, and, where it is
        not in the client's area, ``max_km`` from the middle of the groups of that area. Default: nothing.

    Returns
    -------
    SpreadSource

    Raises
    ------
    SchemaError
        Something else is given.
    NotEstimableError
        There is no client whose state is known.

    Examples
    --------
    >>> import recoverynet as rn
    >>> rn.spread_source(rn.load_sample("five_people")).supposition
    True
    """
    asked = DeclaredRates() if rates is None else rates
    if not isinstance(asked, DeclaredRates | FittedRates):
        raise SchemaError(f"rates is DeclaredRates(...) or FittedRates(fit, wave_months=...); got {type(asked).__name__}.")
    if reach is not None and not isinstance(reach, Wishes):
        raise SchemaError(f"reach is Wishes(...), such as Wishes(max_km=5); got {type(reach).__name__}.")
    if ladder is not None and not isinstance(ladder, EvidenceLadder):
        raise SchemaError(f"ladder is what evidence_ladder() gives; got {type(ladder).__name__}.")
    level = None if ladder is None else ladder.level
    if isinstance(community, RecoveryRecord):
        _require_same(asked, norm.name, norm.name)
        return SpreadSource(standing_of(community, norm, reach), asked, norm, level, norm.name)
    if isinstance(community, NetworkPanel):
        name, values = norm_values(community, None)
        held = community.norm or norm
        _require_same(asked, name, held.name)
        return SpreadSource(_of_panel(community, values), asked, held, level, name)
    raise SchemaError(f"A what-if starts from a RecoveryRecord or a NetworkPanel; got {type(community).__name__}.")


def _require_same(rates: RateSource, behaviour: str, norm: str) -> None:
    """Refuse a model of something else than the what-if is about."""
    about = rates.about if isinstance(rates, FittedRates) else None
    if about is not None and about not in (behaviour, norm):
        raise SchemaError(f"The model was fitted to {about!r}, and the what-if is of {norm!r}. Fit it to the same norm.")
    if isinstance(rates, FittedRates) and isinstance(rates.fit, SaomFit):
        actor_rates(rates.fit, behaviour)


def _of_panel(panel: NetworkPanel, values: np.ndarray) -> StandingCommunity:
    """The last wave of a panel: two states, nobody in a group."""
    order = np.argsort(np.array([str(each) for each in panel.people.index]), kind="stable")
    ids = pd.Index([str(panel.people.index[place]) for place in order], name="person_id")
    waves = np.where(np.isnan(values[order]), -1, values[order]).astype(int)
    n, everybody = len(ids), np.ones(len(ids), dtype=bool)
    state, drawn = starting_states(waves[:, -1], everybody, 2)
    ties = panel.networks[-1][order][:, order]
    community = Community(
        keys_of(ids), state, drawn, np.array([False, True]), *both_ways(ties, panel.directed), np.zeros((n, 0), dtype=bool),
        np.zeros(n, dtype=np.int64), everybody, np.zeros(0, dtype=bool), np.zeros((n, 0), dtype=bool), np.zeros((n, 0)),
        np.full((n, 2), -1, dtype=np.int64), np.zeros((0, 2), dtype=np.int64), np.zeros(n), np.zeros((n, 1), dtype=np.int64),
    )  # fmt: skip
    moves = np.zeros((2, 2))
    for before, now in zip(waves.T[:-1], waves.T[1:], strict=True):
        both = (before >= 0) & (now >= 0)
        np.add.at(moves, (before[both], now[both]), 1.0)
    gone, kept = _ties_kept(panel)
    seen = RecordedRates(
        ("not holding", "holding"),
        community.holds,
        moves,
        0,
        0,
        {},
        contacts_at_start(community),
        float(waves.shape[1]),
        gone,
        kept,
        by_wave=True,
    )
    return StandingCommunity(
        community, ids, pd.Index([], dtype=object), {}, (), np.full(n, None), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool),
        (("all", "all"),), np.array([n]), seen, {}, {}, 0, "the last wave of a panel",
        np.zeros((n, 0), dtype=np.int64),
    )  # fmt: skip


def _ties_kept(panel: NetworkPanel) -> tuple[int, int]:
    """Ties that were gone, and that were still there, a wave later, where both waves know of them."""
    gone = kept = 0
    for wave, (before, now) in enumerate(zip(panel.networks, panel.networks[1:], strict=False)):
        was, there = (before != 0).astype(float), (now != 0).astype(float)
        for unknown in (panel.missing or ())[wave : wave + 2]:
            was = was - was.multiply(unknown.astype(float))
        both = int(was.multiply(there).sum())
        gone, kept = gone + int(was.sum()) - both, kept + both
    return gone, kept
