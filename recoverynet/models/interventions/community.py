"""The community a what-if starts from: people with their states, ties and groups, and what the record says of rates."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import NotEstimableError
from recoverynet.kernels.reversible_spread.courses import DRAWN, UNKNOWN, Community
from recoverynet.measures.doors import BARRIERS as DOORS_SHUT
from recoverynet.measures.doors import Wishes

MONTH_DAYS = 30.4375
WITHOUT_LIMIT = 10**9
USUAL_TIES_ENDING = 0.05
BARRIERS = ("", "closed", *DOORS_SHUT, "distance")
"""Why somebody cannot be brought to a group: nothing, it does not go on, it does not suit, or it is too far away."""


class AtStart(NamedTuple):
    """What clients' contacts hold at the start.

    Attributes
    ----------
    mean_contacts, share_linked : float
        Contacts holding the norm (a group by its share), and going to a recovery group, of clients who do not hold it.
    exposure : (float array, float array)
        Share of contacts (a group person by person) who hold it, of clients who do not hold it and of those who do; NaN where
        nobody is known.
    """

    mean_contacts: float
    share_linked: float
    exposure: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class RecordedRates:
    """What a record says about moving between states, leaving groups and following introductions.

    Attributes
    ----------
    states : tuple of str
    holds : boolean array (K,)
    moves : float array (K, K)
        Person-months in a row's state that were in the column's a month later; of a panel, a wave later.
    by_wave : bool
        Whether moves and ties are those of waves, how far apart must be said elsewhere.
    left, stayed : int
        Links to recovery groups that had ended, or not, six weeks later.
    closures : dict of {"offered", "accepted"} to (followed, not followed)
    start : AtStart
        What clients' contacts hold at the start.
    n_months : float
        Months the record covers.
    ties_gone, ties_stayed : int
        Ties between people that had ended, or not, ``tie_months`` later.
    tie_months : float
    """

    states: tuple[str, ...]
    holds: np.ndarray
    moves: np.ndarray
    left: int
    stayed: int
    closures: dict[str, tuple[int, int]]
    start: AtStart
    n_months: float
    ties_gone: int = 0
    ties_stayed: int = 0
    tie_months: float = 1.0
    by_wave: bool = False

    @property
    def exposure(self) -> tuple[np.ndarray, np.ndarray]:
        """Shares of contacts who hold the norm at the start, of clients who do not hold it and of those who do."""
        return self.start.exposure

    @property
    def knows_ties(self) -> bool:
        """Whether it was seen how ties between people end."""
        return self.ties_gone + self.ties_stayed > 0

    def draw_base(self, wave_months: float, n_runs: int, rng: np.random.Generator) -> np.ndarray:
        """Chances a month of moving (R, K, K), drawn from Dirichlet distributions of what was seen; a state nobody was in stays."""
        base = np.zeros((n_runs, len(self.states), len(self.states)))
        for row, seen in enumerate(self.moves):
            if seen.sum() == 0:
                base[:, row, row] = 1.0
                continue
            ever = seen > 0
            base[:, row, ever] = rng.dirichlet(seen[ever], n_runs)
            away = 1.0 - base[:, row, row]
            monthly = 1.0 - (1.0 - away) ** (1.0 / wave_months if self.by_wave else 1.0)
            base[:, row] *= np.where(away > 0, monthly / np.where(away > 0, away, 1.0), 0.0)[:, None]
            base[:, row, row] = 1.0 - monthly
        return base

    def draw_leaving(self, n_runs: int, rng: np.random.Generator) -> np.ndarray:
        """Chances a month that a link ends (R,), by Jeffreys' prior and what was seen of six weeks."""
        six_weeks = rng.beta(self.left + 0.5, self.stayed + 0.5, n_runs)
        return 1.0 - (1.0 - six_weeks) ** (MONTH_DAYS / 42.0)

    def draw_ties_ending(self, wave_months: float, n_runs: int, rng: np.random.Generator) -> np.ndarray:
        """Chances a month that a tie gives way to another (R,), by Jeffreys' prior; ``USUAL_TIES_ENDING`` where none was seen."""
        if not self.knows_ties:
            return np.full(n_runs, USUAL_TIES_ENDING)
        gone = rng.beta(self.ties_gone + 0.5, self.ties_stayed + 0.5, n_runs)
        return 1.0 - (1.0 - gone) ** (1.0 / (wave_months if self.by_wave else self.tie_months))

    def draw_closure(self, kind: str, n_runs: int, rng: np.random.Generator) -> np.ndarray:
        """Shares of proposals that are followed by going (R,), by Jeffreys' prior."""
        followed, not_followed = self.closures.get(kind, (0, 0))
        if followed + not_followed == 0:
            raise NotEstimableError(
                f"The record has no proposal {kind} whose end is known, so that it cannot say how often people then go. "
                "Declare closure as a share, such as closure=(0.2, 0.5)."
            )
        return rng.beta(followed + 0.5, not_followed + 0.5, n_runs)


@dataclass(frozen=True, eq=False)
class StandingCommunity:
    """A community as it stands, with the names of people, groups and subgroups.

    Attributes
    ----------
    community : Community
        Arrays; people in order of their ids.
    person_ids, group_ids : pandas.Index
    group_names : dict of str to str
    levels : tuple of (column, level)
        Subgroups; the first is everybody.
    n_level : int array (L,)
        Clients in each.
    seen : RecordedRates
    willing : dict of str to float
        How many introductions a month each introducer agreed to and has room for.
    refused : dict of str to str
        Why others may not introduce.
    n_left_out : int
        People who did not agree to be counted.
    source_in_words : str
    barrier : int array (n, G)
        What keeps each client from each group: a place in ``BARRIERS``, or 0 where nothing does.
    reach : Wishes
        What must be so of any group that somebody is brought to.
    middles : mapping of area to (lat, lon)
        The middle of its groups, where they have coordinates.
    """

    community: Community
    person_ids: pd.Index
    group_ids: pd.Index
    group_names: dict[str, str]
    group_areas: tuple[str | None, ...]
    person_areas: np.ndarray
    women: np.ndarray
    on_ost: np.ndarray
    levels: tuple[tuple[str, str], ...]
    n_level: np.ndarray
    seen: RecordedRates
    willing: dict[str, float]
    refused: dict[str, str]
    n_left_out: int
    source_in_words: str
    barrier: np.ndarray
    reach: Wishes = Wishes()
    middles: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def n_clients(self) -> int:
        """Clients the answer is about."""
        return int(self.community.client.sum())


def keys_of(person_ids: pd.Index) -> np.ndarray:
    """A number a person that only their id settles."""
    return np.array(
        [int.from_bytes(hashlib.blake2b(str(each).encode(), digest_size=8).digest(), "little") for each in person_ids],
        dtype=np.uint64,
    )


def both_ways(ties: sparse.spmatrix | sparse.csr_array, directed: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, columns and strengths of ties; both ways where undirected."""
    csr = sparse.csr_array(ties if directed else ties.maximum(ties.T))
    csr.setdiag(0)
    csr.eliminate_zeros()
    csr.sort_indices()
    return csr.indptr.astype(np.int64), csr.indices.astype(np.int64), csr.data.astype(np.float64)


def starting_states(codes: np.ndarray, client: np.ndarray, n_states: int) -> tuple[np.ndarray, np.ndarray]:
    """States with clients of unknown state marked to be drawn, and the cumulative shares of known clients they are drawn from."""
    known = client & (codes >= 0)
    if not known.any():
        raise NotEstimableError("No client's state is on record at the start, so that there is nothing to go on from.")
    shares = np.bincount(codes[known], minlength=n_states) / known.sum()
    state = np.where(codes >= 0, codes, np.where(client, DRAWN, UNKNOWN)).astype(np.int64)
    return state, np.cumsum(shares)


def contacts_at_start(at: Community) -> AtStart:
    """What the contacts of clients whose state is known hold at the start."""
    known = at.state >= 0
    held = np.where(known, at.holds[np.maximum(at.state, 0)], False)
    asked = at.client & known
    ties = sparse.csr_array((at.strength, at.indices, at.indptr), shape=(len(held), len(held)))
    counted = sparse.csr_array(((at.strength > 0).astype(float), at.indices, at.indptr), shape=ties.shape)
    active = at.active.astype(float)
    holding, of = active.T @ held, active.T @ known
    others_of = np.maximum(of - 1, 0)
    share = np.where(of > 1, holding / np.maximum(others_of, 1), 0.0)
    met_held = counted @ held.astype(float) + active @ holding - active.sum(axis=1) * held
    met = counted @ known.astype(float) + active @ others_of
    exposure = np.where(met > 0, met_held / np.maximum(met, 1.0), np.nan)
    linked = (at.active & at.recovery).any(axis=1)
    not_yet = asked & ~held
    mean, going = 0.0, 0.0
    if not_yet.any():
        mean = float((ties @ held.astype(float) + active @ share)[not_yet].mean())
        going = float(linked[not_yet].mean())
    return AtStart(mean, going, (exposure[not_yet], exposure[asked & held]))
