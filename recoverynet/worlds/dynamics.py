"""How states and ties of a planted world move from wave to wave; worlds/worlds.py explains the arguments."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy import sparse

from recoverynet.errors import SchemaError

Odds = tuple[float, float]
N_CAFES = 8
CAFE_OPENS, CAFE_STAYS_OPEN = 0.10, 0.85
SHARE_OPEN = CAFE_OPENS / (CAFE_OPENS + 1.0 - CAFE_STAYS_OPEN)
LATENT_LEVELS = {"logit": 2, "threshold": 5}
SAMPLED_SHIFTS = 64


@dataclass(frozen=True)
class Dials:
    """Every argument of simulate_panel but the randomness."""

    n: int
    n_waves: int
    mean_degree: float
    base_gain: float
    base_loss: float
    influence: float
    homophily_state: float
    homophily_covariate: Odds
    latent: Odds
    surroundings: Odds
    ties_change: float
    missing: float
    missing_ties: float
    mechanism: str
    directed: bool

    def check(self) -> None:
        """Raise SchemaError for the first argument out of its range."""
        pairs = (*self.homophily_covariate, *self.latent, *self.surroundings)
        odds = np.array([self.influence, self.homophily_state, *pairs], dtype=float)
        shares = np.array([self.ties_change, self.missing, self.missing_ties], dtype=float)
        rules = [
            (self.n >= 2 and self.n_waves >= 1, "n must be 2 or more and n_waves 1 or more"),
            (0 < self.mean_degree < self.n - 1, "mean_degree must lie between 0 and n − 1"),
            (0 < self.base_gain < 1 and 0 < self.base_loss < 1, "base_gain and base_loss are chances"),
            (len(pairs) == 6, "homophily_covariate, latent and surroundings are pairs of odds ratios"),
            (np.isfinite(odds).all() and (odds > 0).all(), "odds ratios must be above 0; 1 means no effect"),
            (
                (shares >= 0).all() and (shares <= 1).all() and self.missing < 1 and self.missing_ties < 1,
                "ties_change, missing and missing_ties are shares from 0 to 1, and not all may be missing",
            ),
            (self.mechanism in LATENT_LEVELS, "mechanism must be 'logit' or 'threshold'"),
        ]
        for holds, rule in rules:
            if not holds:
                given = ", ".join(f"{item.name}={getattr(self, item.name)!r}" for item in fields(self))
                raise SchemaError(f"{rule}; got {given}.")


@dataclass(frozen=True)
class Traits:
    """What people and places bring along: arrays (n,), and opening (n_waves, cafés)."""

    covariate: np.ndarray
    latent: np.ndarray
    cafe: np.ndarray
    cafe_open: np.ndarray
    threshold: np.ndarray

    def shift(self, dials: Dials, wave: int) -> np.ndarray:
        """What traits and an open café add to the log odds of gaining, and take from those of losing."""
        answer: np.ndarray = (
            np.log(dials.homophily_covariate[1]) * (self.covariate - 0.5)
            + np.log(dials.latent[1]) * (self.latent - 0.5)
            + np.log(dials.surroundings[1]) * (self.cafe_open[wave, self.cafe] - SHARE_OPEN)
        )
        return answer


def drawn_traits(dials: Dials, rng: np.random.Generator) -> Traits:
    """The traits of people and the opening of cafés, drawn at random."""
    levels = LATENT_LEVELS[dials.mechanism]
    is_open = np.empty((dials.n_waves, N_CAFES), dtype=bool)
    is_open[0] = rng.random(N_CAFES) < SHARE_OPEN
    for wave in range(1, dials.n_waves):
        is_open[wave] = rng.random(N_CAFES) < np.where(is_open[wave - 1], CAFE_STAYS_OPEN, CAFE_OPENS)
    return Traits(
        covariate=rng.integers(0, 2, dials.n).astype(float),
        latent=rng.integers(0, levels, dials.n) / (levels - 1),
        cafe=rng.integers(0, N_CAFES, dials.n),
        cafe_open=is_open,
        threshold=rng.uniform(0.2, 0.8, dials.n),
    )


def history(dials: Dials, traits: Traits, rng: np.random.Generator) -> tuple[list[sparse.csr_array], np.ndarray, np.ndarray]:
    """Networks, norm and placebo of every wave, before anything goes missing."""
    n = dials.n
    recovery, placebo = np.empty((2, n, dials.n_waves), dtype=bool)
    recovery[:, 0] = _long_run_states(dials, traits, dials.influence, rng)
    placebo[:, 0] = _long_run_states(dials, traits, 1.0, rng)
    networks: list[sparse.csr_array] = []
    codes = np.empty(0, dtype=np.int64)
    for wave in range(dials.n_waves):
        tie_odds = TieOdds(dials, traits, recovery[:, wave], placebo[:, wave])
        share = dials.ties_change if wave else 1.0
        if share > 0:
            kept = codes[rng.random(len(codes)) >= share]
            formed = _new_ties(n, dials.mean_degree * share, tie_odds, dials.directed, rng)
            codes = np.union1d(kept, formed)
            networks.append(matrix(codes if dials.directed else _both_ways(codes, n), n))
        else:
            networks.append(networks[-1])
        if wave + 1 < dials.n_waves:
            pull = np.log(dials.influence) * _felt_exposure(dials, traits, networks[-1], recovery[:, wave])
            shift = traits.shift(dials, wave)
            recovery[:, wave + 1] = _next_states(dials, recovery[:, wave], shift, pull, rng)
            placebo[:, wave + 1] = _next_states(dials, placebo[:, wave], shift, 0.0, rng)
    return networks, recovery, placebo


def _long_run_states(dials: Dials, traits: Traits, influence: float, rng: np.random.Generator) -> np.ndarray:
    """States drawn at the share each person would reach if everybody saw the average exposure."""
    shift = traits.shift(dials, 0)
    loss = _chance(_logit(dials.base_loss) - shift)
    share = np.full(dials.n, 0.5)
    for _ in range(20):
        gain = _chance(_logit(dials.base_gain) + shift + np.log(influence) * share.mean())
        share = gain / (gain + loss)
    return rng.random(dials.n) < share


def _next_states(
    dials: Dials, held: np.ndarray, shift: np.ndarray, pull: np.ndarray | float, rng: np.random.Generator
) -> np.ndarray:
    gain = _chance(_logit(dials.base_gain) + shift + pull)
    keep = 1.0 - _chance(_logit(dials.base_loss) - shift)
    return rng.random(dials.n) < np.where(held, keep, gain)


def _felt_exposure(dials: Dials, traits: Traits, network: sparse.csr_array, held: np.ndarray) -> np.ndarray:
    named = np.diff(network.indptr)
    share = (network @ held.astype(float)) / np.maximum(named, 1)
    answer: np.ndarray = (share >= traits.threshold).astype(float) if dials.mechanism == "threshold" else share
    return answer


@dataclass(frozen=True)
class TieOdds:
    """Odds of a tie between two people at one wave, but for the constant that gives the mean degree."""

    dials: Dials
    traits: Traits
    recovery: np.ndarray
    placebo: np.ndarray

    @property
    def _logs(self) -> tuple[float, float, float, float]:
        dials = self.dials
        return tuple(np.log([dials.homophily_state, dials.homophily_covariate[0], dials.latent[0], dials.surroundings[0]]))

    @property
    def ceiling(self) -> float:
        """Odds that no pair of people exceeds."""
        state, covariate, latent, cafe = np.maximum(self._logs, 0.0)
        return float(np.exp(2 * state + covariate + latent + cafe))

    def of(self, ego: np.ndarray, alter: np.ndarray) -> np.ndarray:
        """Odds for each pair."""
        traits, (state, covariate, latent, cafe) = self.traits, self._logs
        total = np.zeros(len(ego))
        if state:
            total += state * (self.recovery[ego] == self.recovery[alter])
            total += state * (self.placebo[ego] == self.placebo[alter])
        if covariate:
            total += covariate * (traits.covariate[ego] == traits.covariate[alter])
        if latent:
            total += latent * (1.0 - np.abs(traits.latent[ego] - traits.latent[alter]))
        if cafe:
            total += cafe * (traits.cafe[ego] == traits.cafe[alter])
        return np.exp(total)


def _new_ties(n: int, mean_degree: float, tie_odds: TieOdds, directed: bool, rng: np.random.Generator) -> np.ndarray:
    """Codes ego × n + alter of independent ties, sorted, each pair once where undirected.

    A thinned Poisson process over dyads: exactly independent ties without ever listing all n² pairs.
    """
    scale = _scale(n, mean_degree, tie_odds)
    highest = np.log1p(scale * tie_odds.ceiling)
    n_dyads = n * (n - 1) if directed else n * (n - 1) // 2
    count = rng.poisson(n_dyads * highest)
    ego = rng.integers(0, n, count)
    alter = rng.integers(0, n - 1, count)
    alter += alter >= ego
    kept = rng.random(count) * highest < np.log1p(scale * tie_odds.of(ego, alter))
    ego, alter = ego[kept], alter[kept]
    if not directed:
        ego, alter = np.minimum(ego, alter), np.maximum(ego, alter)
    return np.unique(ego * n + alter)


def _both_ways(codes: np.ndarray, n: int) -> np.ndarray:
    return np.sort(np.concatenate([codes, codes % n * n + codes // n]))


def _scale(n: int, mean_degree: float, tie_odds: TieOdds) -> float:
    """The factor on the odds that gives the mean degree, solved on an even sample of dyads."""
    n_shifts = min(SAMPLED_SHIFTS, n - 1)
    shifts = 1 + np.arange(n_shifts) * ((n - 1) // n_shifts)
    ego = np.tile(np.arange(n), n_shifts)
    odds = tie_odds.of(ego, (ego + np.repeat(shifts, n)) % n)
    density = mean_degree / (n - 1)
    scale = density / odds.mean()
    for _ in range(4):
        scale *= density / (scale * odds / (1.0 + scale * odds)).mean()
    return float(scale)


def matrix(codes: np.ndarray, n: int) -> sparse.csr_array:
    """The 0/1 matrix of sorted codes ego × n + alter."""
    pointers = np.searchsorted(codes, np.arange(n + 1) * n)
    return sparse.csr_array((np.ones(len(codes)), codes % n, pointers), shape=(n, n))


def _chance(log_odds: np.ndarray) -> np.ndarray:
    answer: np.ndarray = 1.0 / (1.0 + np.exp(-log_odds))
    return answer


def _logit(chance: float) -> float:
    return float(np.log(chance / (1.0 - chance)))
