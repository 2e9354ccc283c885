"""Worlds of known truth: panels in which influence, homophily and shared surroundings are planted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.states import RECOVERY_NORM
from recoverynet.worlds.dynamics import Dials, Odds, Traits, drawn_traits, history, matrix

Mechanism = Literal["logit", "threshold"]
NO_EFFECT: Odds = (1.0, 1.0)


def simulate_panel(
    n: int,
    *,
    n_waves: int = 6,
    mean_degree: float = 3.0,
    base_gain: float = 0.09,
    base_loss: float = 0.12,
    influence: float = 1.0,
    homophily_state: float = 1.0,
    homophily_covariate: Odds = NO_EFFECT,
    latent: Odds = NO_EFFECT,
    surroundings: Odds = NO_EFFECT,
    ties_change: float = 0.0,
    missing: float = 0.0,
    missing_ties: float = 0.0,
    mechanism: Mechanism = "logit",
    directed: bool = True,
    rng: RandomSource = None,
) -> NetworkPanel:
    """What would we see if we knew how the norm spreads, or that it does not spread at all?

    Parameters
    ----------
    n : int
        Number of people, 2 or more.
    n_waves : int
        Number of waves, 1 or more; drawn a month apart.
    mean_degree : float
        People each person names on average (pairs a person stands in where undirected), below n − 1.
    base_gain, base_loss : float in (0, 1)
        Chance of gaining the norm from one wave to the next with no exposure, and of losing it, for a person
        in the middle of every trait.
    influence : float
        Odds ratio of gaining the norm when exposure (the share of named people who hold it) goes from 0 to 1;
        1 is no influence. Nobody named counts as no exposure. Losing the norm is never influenced.
    homophily_state : float
        Odds ratio of a new tie to somebody in the same state over somebody in the other, for the norm and for
        the placebo behaviour each.
    homophily_covariate : (tie odds, outcome odds)
        For the observed binary trait: odds ratio of a tie within over across, and odds ratio of gaining (its
        inverse for losing) of those who have the trait over those who have not.
    latent : (tie odds, outcome odds)
        The same for a trait nobody observes. Two levels under ``"logit"``; five under ``"threshold"``, where
        the odds ratios are those between the outermost levels.
    surroundings : (tie odds, outcome odds)
        Everybody belongs to one of 8 cafés, each open in some waves and mostly open again in the next: odds
        ratio of a tie within over across cafés, and odds ratio of gaining (its inverse for losing) when one's
        café is open.
    ties_change : float in [0, 1]
        Share of ties dropped before each wave after the first, as many being formed anew; 0 keeps the first
        network.
    missing : float in [0, 1)
        Share of person-waves at random whose behaviours nobody recorded.
    missing_ties : float in [0, 1)
        Share of person-waves at random whose ties nobody recorded.
    mechanism : {"logit", "threshold"}
        How exposure acts: in proportion, or all at once where it reaches the person's own threshold, spread
        evenly from 0.2 to 0.8.
    directed : bool
        Whether a tie is a nomination; people are influenced by those they name.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        Source of randomness.

    Returns
    -------
    NetworkPanel
        Behaviour ``recovery`` (the norm) and ``placebo`` (shares homophily, traits and surroundings, and has
        no influence); covariates ``observed_trait`` (n,) of 0 and 1, ``cafe`` (n,) codes from 0,
        ``cafe_open`` (n, n_waves) of 0 and 1, whose value at a wave acts on the change from that wave to the
        next. The latent trait is not in it. Waves are dated as months from January 2010.

    Raises
    ------
    SchemaError
        An argument is out of its range.
    TypeError
        ``rng`` is none of the sources named.

    Notes
    -----
    With E the exposure at wave t and c, u, o the trait, latent trait (0 to 1) and open café of a person,
    logit P(gain) = logit(base_gain) + log(influence) E + s and logit P(loss) = logit(base_loss) − s, where
    s = (c − ½) log(covariate) + (u − ½) log(latent) + (o − 0.4) log(surroundings): 0.4 is the share of cafés
    open in the long run. States at the first wave are drawn near the long-run share for each person's s. Ties
    are independent given traits and states, each formed with odds k · Π(tie odds of what is shared), k giving
    the mean degree. States are reversible throughout.

    Examples
    --------
    >>> from recoverynet.worlds.worlds import simulate_panel
    >>> simulate_panel(100, influence=4.0, rng=1)
    <NetworkPanel directed: 100 people, 6 waves, behaviour: recovery, placebo>
    """
    dials = Dials(
        n,
        n_waves,
        mean_degree,
        base_gain,
        base_loss,
        influence,
        homophily_state,
        homophily_covariate,
        latent,
        surroundings,
        ties_change,
        missing,
        missing_ties,
        mechanism,
        directed,
    )
    dials.check()
    generator = resolve_rng(rng)
    traits = drawn_traits(dials, generator)
    networks, recovery, placebo = history(dials, traits, generator)
    return _observed(dials, traits, networks, {"recovery": recovery, "placebo": placebo}, generator)


def _observed(
    dials: Dials, traits: Traits, networks: list[sparse.csr_array], behaviours: dict[str, np.ndarray], rng: np.random.Generator
) -> NetworkPanel:
    """The panel an analyst would hold: no latent trait, and what is missing is missing."""
    n, n_waves = dials.n, dials.n_waves
    unseen = rng.random((n, n_waves)) < dials.missing
    silent = rng.random((n, n_waves)) < dials.missing_ties
    starts = pd.date_range("2010-01-01", periods=n_waves + 1, freq="MS", tz="Europe/London")
    wave = pd.RangeIndex(1, n_waves + 1, name="wave")
    return NetworkPanel(
        people=pd.DataFrame(index=pd.Index([f"p{i:05d}" for i in range(1, n + 1)], name="person_id")),
        waves=pd.DataFrame({"start": starts[:-1], "end": starts[1:]}, index=wave),
        networks=tuple(_without(network, silent[:, t], dials.directed) for t, network in enumerate(networks)),
        directed=dials.directed,
        behaviour={name: np.where(unseen, np.nan, held.astype(float)) for name, held in behaviours.items()},
        norm=RECOVERY_NORM,
        covariates={
            "observed_trait": traits.covariate,
            "cafe": traits.cafe.astype(float),
            "cafe_open": traits.cafe_open[:, traits.cafe].T.astype(float),
        },
        missing=tuple(_unknown_rows(silent[:, t], dials.directed) for t in range(n_waves)),
    )


def _without(network: sparse.csr_array, silent: np.ndarray, directed: bool) -> sparse.csr_array:
    """The ties that somebody reported: those of a silent ego are gone; where undirected, those of either."""
    if not silent.any():
        return network
    ties = network.tocoo()
    kept = ~silent[ties.row] & (directed | ~silent[ties.col])
    return sparse.csr_array((ties.data[kept], (ties.row[kept], ties.col[kept])), shape=network.shape)


def _unknown_rows(silent: np.ndarray, directed: bool) -> sparse.csr_array:
    """Ties nobody knows of: the rows of silent people and, where undirected, their columns."""
    n, quiet = len(silent), np.flatnonzero(silent)
    rows, cols = np.repeat(quiet, n), np.tile(np.arange(n), len(quiet))
    if not directed:
        rows, cols = np.concatenate([rows, cols]), np.concatenate([cols, rows])
    codes = np.unique(rows[rows != cols] * n + cols[rows != cols])
    return matrix(codes, n).astype(bool)


STRENGTHS: dict[str, float] = {"none": 1.0, "weak": 1.5, "medium": 2.0, "strong": 4.0}
"""Influence as the odds ratio of gaining the norm when exposure goes from 0 to 1."""

WORLD_ADJUST = ("observed_trait",)
"""The covariate a fair analysis of any world adjusts for."""

WORLD_SURROUNDINGS = ("cafe_open",)
"""The covariate that holds the shared surroundings of any world."""

WORLD_PLACEBO = "placebo"
"""The behaviour of any world that cannot spread."""


@dataclass(frozen=True)
class World:
    """One world of known truth.

    Attributes
    ----------
    name : str
        ``"kind/strength"``, such as ``"surroundings/none"``.
    kind : str
        What confounds in it.
    strength : {"none", "weak", "medium", "strong"}
        How strong the influence is: odds ratio 1, 1.5, 2 or 4.
    reach : {"within", "beyond", "record"}
        Whether an observational method can be expected to hold its error rate there; "record" for worlds kept the way
        a service keeps them (:mod:`recoverynet.worlds.record_worlds`).
    tuning : bool
        Whether constants may be tuned on it; False for the second mechanism, which only ever checks them.
    description : str
        The confounding in plain words.
    settings : mapping
        Arguments of :func:`simulate_panel`, or of :func:`recoverynet.synthetic_record`.
    """

    name: str
    kind: str
    strength: str
    reach: str
    tuning: bool
    description: str
    settings: Mapping[str, Any]

    @property
    def influence(self) -> float:
        """Odds ratio of gaining the norm when exposure goes from 0 to 1."""
        return STRENGTHS[self.strength]


_STATE = {"homophily_state": 3.0, "ties_change": 0.3}
_KINDS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("plain", "within", "no confounding, ties that stay", {}),
    ("changing_ties", "within", "three ties in ten change before each wave", {"ties_change": 0.3}),
    ("state_homophily", "within", "people choose others in their own state", _STATE),
    ("covariate_homophily", "within", "an observed trait shapes ties and outcome", {"homophily_covariate": (3.0, 3.0)}),
    (
        "surroundings",
        "within",
        "cafés that open and close shape ties and outcome; who goes where is observed",
        {"surroundings": (10.0, 3.0)},
    ),
    ("missing_values", "within", "30 % of states are missing at random", {"missing": 0.3}),
    ("latent_1.5", "within", "an unobserved trait shapes ties (odds 1.5) and outcome (odds 1.5)", {"latent": (1.5, 1.5)}),
    ("latent_2", "within", "an unobserved trait shapes ties (odds 2) and outcome (odds 2)", {"latent": (2.0, 2.0)}),
    (
        "state_and_surroundings",
        "within",
        "homophily on the state, cafés and ties that change",
        {**_STATE, "surroundings": (10.0, 3.0)},
    ),
    (
        "latent_2_changing_ties",
        "within",
        "an unobserved trait (2, 2) and ties that change",
        {"latent": (2.0, 2.0), "ties_change": 0.3},
    ),
    (
        "everything",
        "within",
        "all of these at once, the unobserved trait at 1.5 and 30 % missing",
        {**_STATE, "homophily_covariate": (3.0, 3.0), "surroundings": (10.0, 3.0), "latent": (1.5, 1.5), "missing": 0.3},
    ),
    ("latent_3_3", "beyond", "an unobserved trait shapes ties (odds 3) and outcome (odds 3)", {"latent": (3.0, 3.0)}),
    ("latent_6_3", "beyond", "an unobserved trait shapes ties (odds 6) and outcome (odds 3)", {"latent": (6.0, 3.0)}),
    ("latent_6_6", "beyond", "an unobserved trait shapes ties (odds 6) and outcome (odds 6)", {"latent": (6.0, 6.0)}),
)
_THRESHOLD_KINDS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("threshold_latent_1.5", "within", "thresholds; an unobserved trait of five levels (1.5, 1.5)", {"latent": (1.5, 1.5)}),
    ("threshold_latent_2", "within", "thresholds; an unobserved trait of five levels (2, 2)", {"latent": (2.0, 2.0)}),
    (
        "threshold_state_homophily",
        "within",
        "thresholds; homophily on the state, unobserved trait (2, 2)",
        {**_STATE, "latent": (2.0, 2.0)},
    ),
    (
        "threshold_everything",
        "within",
        "thresholds; all at once, the unobserved trait at 2 and 30 % missing",
        {**_STATE, "homophily_covariate": (3.0, 3.0), "surroundings": (10.0, 3.0), "latent": (2.0, 2.0), "missing": 0.3},
    ),
    ("threshold_latent_6_6", "beyond", "thresholds; an unobserved trait of five levels (6, 6)", {"latent": (6.0, 6.0)}),
)


def _catalogue() -> dict[str, World]:
    worlds = {}
    for kinds, mechanism in ((_KINDS, "logit"), (_THRESHOLD_KINDS, "threshold")):
        for kind, reach, description, dials in kinds:
            for strength, influence in STRENGTHS.items():
                settings = {**dials, "influence": influence, "mechanism": mechanism}
                name = f"{kind}/{strength}"
                worlds[name] = World(name, kind, strength, reach, mechanism == "logit", description, settings)
    return worlds


WORLDS: dict[str, World] = _catalogue()
"""Every world by name: 14 kinds of confounding, 5 under the second mechanism, each at four strengths."""


def simulate_world(name: str, n: int = 650, *, missing: float | None = None, rng: RandomSource = None) -> NetworkPanel:
    """What would we see in the world called ``name``?

    Parameters
    ----------
    name : str
        A key of ``WORLDS``, such as ``"latent_2/none"``.
    n : int
        Number of people.
    missing : float in [0, 1), optional
        Share of states missing at random, instead of that of the world.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        Source of randomness.

    Returns
    -------
    NetworkPanel
        As :func:`simulate_panel` returns it: 6 waves, mean degree 3, 9 % base gain.

    Raises
    ------
    SchemaError
        There is no such world, or an argument is out of its range.
    TypeError
        ``rng`` is none of the sources named.

    Examples
    --------
    >>> from recoverynet.worlds.worlds import simulate_world
    >>> simulate_world("surroundings/none", 100, rng=1).n_waves
    6
    """
    if name not in WORLDS:
        kinds = ", ".join(dict.fromkeys(world.kind for world in WORLDS.values()))
        raise SchemaError(
            f"There is no world called {name!r}. A name is a kind and a strength, as in 'plain/none'; kinds "
            f"are {kinds}; the strengths {', '.join(STRENGTHS)}."
        )
    settings = dict(WORLDS[name].settings)
    if missing is not None:
        settings["missing"] = missing
    return simulate_panel(n, rng=rng, **settings)


def worlds_table(worlds: Mapping[str, World] = WORLDS) -> pd.DataFrame:
    """Which worlds of known truth are there, and what is planted in each?

    Parameters
    ----------
    worlds : mapping of name to World
        Default: the panels. ``recoverynet.worlds.record_worlds.EVERY_WORLD`` has those kept as records too.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``world``: ``kind``, ``strength``, ``influence`` (odds ratio), ``reach``, ``tuning``,
        ``description``, ``settings`` (arguments of :func:`simulate_panel`, or of
        :func:`recoverynet.synthetic_record`, as text).
    """
    rows = [
        {
            "world": world.name,
            "kind": world.kind,
            "strength": world.strength,
            "influence": world.influence,
            "reach": world.reach,
            "tuning": world.tuning,
            "description": world.description,
            "settings": ", ".join(f"{key}={value!r}" for key, value in world.settings.items()),
        }
        for world in worlds.values()
    ]
    return pd.DataFrame(rows).set_index("world")
