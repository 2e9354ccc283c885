"""Worlds of known truth kept the way a service keeps them: whole records, asked as an analyst would ask them.

The worlds of :mod:`recoverynet.worlds.worlds` are panels. Here the truth lies behind a record of
:func:`recoverynet.synthetic_record`: contacts dated, states seen with gaps and sometimes mistaken, people who come and
go; and the panel is made of it by :func:`recoverynet.spread_panel`.
"""

from __future__ import annotations

from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.models.spread.spread_panel import SpreadPanel, spread_panel
from recoverynet.randomness import RandomSource
from recoverynet.worlds.area.synthetic import synthetic_record
from recoverynet.worlds.rewired import UNSEEN_WORLDS, unseen_world
from recoverynet.worlds.worlds import STRENGTHS, WORLD_ADJUST, WORLD_PLACEBO, WORLD_SURROUNDINGS, WORLDS, World, simulate_world

RECORD_PLACEBO = "housing.status=settled"
"""The outcome of a synthetic record that cannot spread."""

USUAL_LOSS = 0.15
"""Share of observations and forms lost at random in a record, on top of the gaps every service has."""

_KINDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("record", "a service's record; people choose others in their own state", {"homophily": 2.0}),
    (
        "record_surroundings",
        "a record; in some months an area favours recovery, and which months is not recorded",
        {"homophily": 2.0, "surroundings": 2.0},
    ),
    (
        "record_latent_2",
        "a record; an unobserved trait shapes ties (odds 2) and outcome (odds 2)",
        {"homophily": 2.0, "latent": (2.0, 2.0)},
    ),
)


def _catalogue() -> dict[str, World]:
    worlds = {}
    for kind, description, dials in _KINDS:
        for strength, influence in STRENGTHS.items():
            name, settings = f"{kind}/{strength}", {**dials, "influence": influence}
            worlds[name] = World(name, kind, strength, "record", False, description, settings)
    return worlds


RECORD_WORLDS: dict[str, World] = _catalogue()
"""Every world kept as a record, by name: 3 kinds, each at four strengths."""

EVERY_WORLD: dict[str, World] = {**WORLDS, **RECORD_WORLDS, **UNSEEN_WORLDS}
"""Panels first, then records, then the families on which nothing was tuned."""


def world_asked(name: str, n: int = 650, *, missing: float | None = None, rng: RandomSource = None) -> SpreadPanel:
    """What would an analyst hold in the world called ``name``, and how would they ask it whether the norm spreads?

    Parameters
    ----------
    name : str
        A key of ``EVERY_WORLD``, such as ``"latent_2/none"`` or ``"record/strong"``.
    n : int
        Number of people; of a record its clients, who have 250 others around them.
    missing : float in [0, 1), optional
        Share of states missing at random instead of that of the world; of a record the share of observations and forms
        lost, 0.15 by default.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        Source of randomness.

    Returns
    -------
    SpreadPanel
        Six waves as :func:`recoverynet.worlds.worlds.simulate_world` draws them; of a record the months of a year and a
        half, with everything :func:`recoverynet.spread_panel` adjusts for by default, housing as placebo, and
        whoever looked last believed.

    Raises
    ------
    SchemaError
        There is no such world, or an argument is out of its range.
    TypeError
        ``rng`` is none of the sources named.

    Examples
    --------
    >>> from recoverynet.worlds.record_worlds import world_asked
    >>> world_asked("plain/none", 100, rng=1).placebo
    'placebo'
    """
    if name in WORLDS:
        panel = simulate_world(name, n, missing=missing, rng=rng)
        return SpreadPanel(panel, WORLD_ADJUST, WORLD_SURROUNDINGS, WORLD_PLACEBO)
    if name in UNSEEN_WORLDS:
        return SpreadPanel(unseen_world(name, n, missing=missing, rng=rng), WORLD_ADJUST, ("place",), WORLD_PLACEBO)
    if name not in RECORD_WORLDS:
        kinds = ", ".join(dict.fromkeys(world.kind for world in EVERY_WORLD.values()))
        raise SchemaError(
            f"There is no world called {name!r}. A name is a kind and a strength, as in 'record/none'; kinds are "
            f"{kinds}; the strengths {', '.join(STRENGTHS)}."
        )
    lost = USUAL_LOSS if missing is None else missing
    record = synthetic_record(n, missing=lost, rng=rng, **RECORD_WORLDS[name].settings)
    return spread_panel(record, placebo=RECORD_PLACEBO, conflict="latest", purpose=None)
