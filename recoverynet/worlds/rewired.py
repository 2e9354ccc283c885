"""Three further families of worlds, whose constants were frozen before any was run, and placebos of four makes.

``rewired``: ties move one at a time between waves, among friends of friends, people of one's place and strangers, and are
accepted by homophily odds on states at the *start* of the interval; the pull of a place on everybody in it drifts from wave
to wave. ``attended``: people go to meetings; those at one meeting become tied, somebody's draw to others follows their popularity,
and the norm is gained by the *number* of contacts holding it, saturating; the mood of a meeting wanders, and hits everybody there.

``returning``: people come and go, so that states are unknown for waves on end; ties come from being named, from one's place and
from strangers, and the norm is gained where two contacts of three hold it, more of them adding nothing.

Every constant stands in this module and was fixed on 29 November 2026: those of the first two before a world of either had been
drawn, those of the third when the rule of the ladder had been changed for missing states, and before a world of it had been drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.states import RECOVERY_NORM
from recoverynet.worlds.worlds import STRENGTHS, World

Make = Literal["ideal", "half", "own", "coin"]
MAKES: tuple[Make, ...] = ("ideal", "half", "own", "coin")
N_WAVES, N_PLACES, DEGREE = 6, 10, 3
GAIN, LOSS = 0.10, 0.10
OWN_GAIN, OWN_LOSS = 0.20, 0.08
MOVES_A_PERSON = 1.0
AMONG_FRIENDS, AMONG_PLACE = 0.4, 0.4
DRIFT_SPREAD, DRIFT_KEEPS = 0.7, 0.6
MEETING_SIZE, GOES_ELSEWHERE = 26, 0.15
SATURATION = 1.0
ENOUGH, AWAY_STAYS = 2, 0.6


@dataclass(frozen=True)
class Truth:
    """What is planted: odds, each 1 where there is none of it.

    Attributes
    ----------
    influence : odds of gaining the norm, all contacts holding it against none
    state, trait, latent_tie : odds of accepting a tie to somebody alike in state, in the recorded, in the hidden trait
    trait_outcome, latent_outcome : odds of gaining the norm of those who have the trait
    drift : bool, whether the pull of places wanders
    moves : proposals of a changed tie a person and wave
    """

    influence: float = 1.0
    state: float = 1.0
    trait: float = 1.0
    trait_outcome: float = 1.0
    latent_tie: float = 1.0
    latent_outcome: float = 1.0
    drift: bool = False
    moves: float = MOVES_A_PERSON


@dataclass(frozen=True)
class _People:
    trait: np.ndarray
    latent: np.ndarray
    place: np.ndarray


def rewired_panel(
    n: int, truth: Truth, *, family: str = "rewired", missing: float = 0.0, make: Make = "ideal", rng: RandomSource = None
) -> NetworkPanel:
    """What would we see in a world of one of these families?

    Parameters
    ----------
    n : int
        People, 30 or more.
    truth : Truth
        What is planted.
    family : {"rewired", "attended", "returning"}
        How ties and influence come about; see the module.
    missing : float in [0, 1)
        Share of person-waves whose states nobody recorded: at random; in ``returning`` for waves on end, below 0.71.
    make : {"ideal", "half", "own", "coin"}
        The placebo: it carries the hidden trait at the odds of the norm; at their square root; has a turnover of its own and
        no trait; or is a fair coin at every wave.
    rng : source of randomness

    Returns
    -------
    NetworkPanel
        Behaviours ``recovery`` and ``placebo``; covariates ``observed_trait`` (n,) and ``place`` (n, waves), codes from 0.

    Raises
    ------
    SchemaError
        An argument is out of its range.
    """
    most = 1 / (2 - AWAY_STAYS) if family == "returning" else 1.0
    if family not in FAMILIES or make not in MAKES or n < 30 or not 0 <= missing < most:
        raise SchemaError(
            f"A world needs a family among {', '.join(FAMILIES)}, a make among {', '.join(MAKES)}, 30 people or more and missing "
            f"from 0 to below {most:.2g}; got family={family!r}, make={make!r}, n={n!r}, missing={missing!r}."
        )
    generator = resolve_rng(rng)
    places = max(n // MEETING_SIZE, 2) if family == "attended" else N_PLACES
    people = _People(generator.integers(0, 2, n), generator.integers(0, 2, n), generator.integers(0, places, n))
    history = _history(people, truth, family, make, places, generator)
    unseen = _away(n, missing, generator) if family == "returning" else generator.random((n, N_WAVES)) < missing
    return _seen(*history, people, unseen)


def _away(n: int, missing: float, rng: np.random.Generator) -> np.ndarray:
    """Waves at which people are not seen: as many of them at each, and who was away is likelier to be away still."""
    leaves = missing * (1 - AWAY_STAYS) / (1 - missing)
    away = np.zeros((n, N_WAVES), dtype=bool)
    away[:, 0] = rng.random(n) < missing
    for wave in range(1, N_WAVES):
        away[:, wave] = rng.random(n) < np.where(away[:, wave - 1], AWAY_STAYS, leaves)
    return away


def _history(
    people: _People, truth: Truth, family: str, make: Make, places: int, rng: np.random.Generator
) -> tuple[list[np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
    """Ties as alters (n, DEGREE), norm, placebo and place, wave by wave."""
    n = len(people.trait)
    held, other = np.empty((2, n, N_WAVES), dtype=bool)
    place, pull = np.tile(people.place[:, None], N_WAVES), np.zeros((2, places))
    held[:, 0], other[:, 0] = rng.random(n) < 0.45, rng.random(n) < 0.45
    alters = _first_ties(people.place, rng)
    kept: list[np.ndarray] = []
    for wave in range(N_WAVES):
        if family == "attended" and wave:
            moves = rng.random(n) < GOES_ELSEWHERE
            place[:, wave] = np.where(moves, rng.integers(0, places, n), place[:, wave - 1])
        pull = DRIFT_KEEPS * pull + DRIFT_SPREAD * rng.normal(size=pull.shape) * truth.drift
        kept.append(alters.copy())
        if wave + 1 < N_WAVES:
            start = held[:, wave], other[:, wave]
            around = place[:, wave]
            shift = np.log(truth.trait_outcome) * (people.trait - 0.5) + np.log(truth.latent_outcome) * (people.latent - 0.5)
            felt = np.log(truth.influence) * _felt(held[:, wave], alters, family)
            held[:, wave + 1] = _next(start[0], shift + pull[0, around], felt, GAIN, LOSS, rng)
            other[:, wave + 1] = _placebo(start[1], people, truth, pull[1, around], make, rng)
            alters = _rewired(alters, people, truth, start, around, family, rng)
    return kept, held, other, place


def _felt(held: np.ndarray, alters: np.ndarray, family: str) -> np.ndarray:
    """Share of contacts holding the norm; in meetings their number, each further one less; of who returns, whether enough do."""
    count = held[alters].sum(axis=1)
    if family == "returning":
        answer: np.ndarray = (count >= ENOUGH).astype(float)
        return answer
    answer = count / DEGREE if family == "rewired" else (1 - np.exp(-SATURATION * count)) / (1 - np.exp(-SATURATION * DEGREE))
    return answer


def _placebo(held: np.ndarray, people: _People, truth: Truth, pull: np.ndarray, make: Make, rng: np.random.Generator) -> np.ndarray:
    if make == "coin":
        return rng.random(len(held)) < 0.5
    share = {"ideal": 1.0, "half": 0.5, "own": 0.0}[make]
    latent = share * np.log(truth.latent_outcome) * (people.latent - 0.5)
    observed = np.log(truth.trait_outcome) * (people.trait - 0.5) * (make != "own")
    rates = (OWN_GAIN, OWN_LOSS) if make == "own" else (GAIN, LOSS)
    return _next(held, latent + observed + pull * (make != "own"), 0.0, *rates, rng)


def _next(
    held: np.ndarray, shift: np.ndarray, felt: np.ndarray | float, gain: float, loss: float, rng: np.random.Generator
) -> np.ndarray:
    """States a wave on: traits and places act on gaining and losing, influence on gaining only."""
    gains = 1 / (1 + np.exp(-(np.log(gain / (1 - gain)) + shift + felt)))
    losses = 1 / (1 + np.exp(-(np.log(loss / (1 - loss)) - shift)))
    answer: np.ndarray = rng.random(len(held)) < np.where(held, 1 - losses, gains)
    return answer


def _first_ties(place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Everybody names three others, half of them of their own place."""
    n = len(place)
    alters = rng.integers(0, n, (n, DEGREE))
    near = rng.random((n, DEGREE)) < 0.5
    alters = np.where(near, _of_place(np.repeat(place, DEGREE), place, rng).reshape(n, DEGREE), alters)
    return np.where(alters == np.arange(n)[:, None], (alters + 1) % n, alters)


def _of_place(wanted: np.ndarray, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Somebody at each of the places wanted."""
    order = np.argsort(place, kind="stable")
    size = np.bincount(place, minlength=place.max() + 1)
    first = np.cumsum(size) - size
    answer: np.ndarray = order[first[wanted] + (rng.random(len(wanted)) * size[wanted]).astype(int)]
    return answer


def _naming(egos: np.ndarray, alters: np.ndarray, otherwise: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Somebody who names each ego; where nobody does, the one given otherwise."""
    order = np.argsort(alters.ravel(), kind="stable")
    named = np.bincount(alters.ravel(), minlength=len(alters))
    chosen = (np.cumsum(named) - named)[egos] + (rng.random(len(egos)) * named[egos]).astype(int)
    return np.where(named[egos] > 0, order[np.minimum(chosen, len(order) - 1)] // DEGREE, otherwise)


def _rewired(
    alters: np.ndarray,
    people: _People,
    truth: Truth,
    start: tuple[np.ndarray, np.ndarray],
    place: np.ndarray,
    family: str,
    rng: np.random.Generator,
) -> np.ndarray:
    """Ties after the proposals of an interval, one at a time, accepted by the odds of likeness at its start."""
    n = len(place)
    popular = np.repeat(np.arange(n), 1 + np.bincount(alters.ravel(), minlength=n))
    egos = rng.integers(0, n, rng.poisson(truth.moves * n))
    slots, third = rng.integers(0, DEGREE, (3, len(egos))), rng.random(len(egos))
    near = _of_place(place[egos], place, rng)
    near = (np.where(third < AMONG_FRIENDS, _naming(egos, alters, near, rng), near) if family == "returning" else near).tolist()
    far = (popular[rng.integers(0, len(popular), len(egos))] if family == "attended" else rng.integers(0, n, len(egos))).tolist()
    logs = [np.log(ratio) for ratio in (truth.state, truth.state, truth.trait, truth.latent_tie)]
    pairs = zip(logs, (*start, people.trait, people.latent), strict=True)
    alike = [(log, values.tolist()) for log, values in pairs if log]
    accept = np.log(1 / np.maximum(rng.random(len(egos)), 1e-300) - 1).tolist()
    ties = alters.tolist()
    plan = zip(egos.tolist(), *slots.tolist(), third.tolist(), near, far, accept, strict=True)
    for ego, slot, by, on, kind, of_place, stranger, bar in plan:
        friends = kind < AMONG_FRIENDS and family == "rewired"
        new = ties[ties[ego][by]][on] if friends else of_place if kind < AMONG_FRIENDS + AMONG_PLACE else stranger
        if new == ego or new in ties[ego]:
            continue
        old = ties[ego][slot]
        gain = sum(log * ((values[ego] == values[new]) - (values[ego] == values[old])) for log, values in alike)
        if bar > -gain:
            ties[ego][slot] = new
    return np.array(ties)


def _seen(
    kept: list[np.ndarray], held: np.ndarray, other: np.ndarray, place: np.ndarray, people: _People, unseen: np.ndarray
) -> NetworkPanel:
    """The panel an analyst would hold."""
    n = len(place)
    starts = pd.date_range("2010-01-01", periods=N_WAVES + 1, freq="MS", tz="Europe/London")
    networks = []
    for alters in kept:
        ties = sparse.coo_array((np.ones(n * DEGREE), (np.repeat(np.arange(n), DEGREE), alters.ravel())), shape=(n, n)).tocsr()
        ties.data[:] = 1.0
        networks.append(ties)
    return NetworkPanel(
        people=pd.DataFrame(index=pd.Index([f"p{i:05d}" for i in range(1, n + 1)], name="person_id")),
        waves=pd.DataFrame({"start": starts[:-1], "end": starts[1:]}, index=pd.RangeIndex(1, N_WAVES + 1, name="wave")),
        networks=tuple(networks),
        directed=True,
        behaviour={name: np.where(unseen, np.nan, value.astype(float)) for name, value in (("recovery", held), ("placebo", other))},
        norm=RECOVERY_NORM,
        covariates={"observed_trait": people.trait.astype(float), "place": place.astype(float)},
        missing=tuple(sparse.csr_array((n, n), dtype=bool) for _ in kept),
    )


STATE: dict[str, object] = {"state": 3.0}
TRAIT: dict[str, object] = {"trait": 3.0, "trait_outcome": 3.0}
KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "plain": ("within", {}),
    "state": ("within", STATE),
    "trait": ("within", TRAIT),
    "changing": ("within", {"moves": 3.0}),
    "drift": ("within", {"drift": True}),
    "latent_2_2": ("within", {"latent_tie": 2.0, "latent_outcome": 2.0}),
    "everything": ("within", {**STATE, **TRAIT, "drift": True}),
    "latent_3_3": ("beyond", {"latent_tie": 3.0, "latent_outcome": 3.0}),
    "latent_6_6": ("beyond", {"latent_tie": 6.0, "latent_outcome": 6.0}),
}
"""What confounds in each kind of world of a family, with its reach."""

FAMILIES = {
    "rewired": "ties rewired one at a time; places that drift where said",
    "attended": "ties from meetings and popularity; influence saturates",
    "returning": "ties to those who name one; two contacts of three are enough; people away for waves on end",
}


def _catalogue() -> dict[str, World]:
    worlds = {}
    for family, words in FAMILIES.items():
        for kind, (reach, truth) in KINDS.items():
            for make in MAKES:
                for strength, influence in STRENGTHS.items():
                    called = f"{family}_{kind}" + ("" if make == "ideal" else f"_{make}")
                    settings = {**truth, "influence": influence, "family": family, "make": make}
                    name = f"{called}/{strength}"
                    worlds[name] = World(name, called, strength, reach, False, f"{words}; {kind}; placebo: {make}", settings)
    return worlds


UNSEEN_WORLDS: dict[str, World] = _catalogue()
"""Every world of these families by name, with placebos of four makes, at four strengths."""


def unseen_world(name: str, n: int, *, missing: float | None = None, rng: RandomSource = None) -> NetworkPanel:
    """The panel of a world of these families by its name."""
    settings = dict(UNSEEN_WORLDS[name].settings)
    family, make = settings.pop("family"), settings.pop("make")
    return rewired_panel(n, Truth(**settings), family=family, missing=missing or 0.0, make=make, rng=rng)
