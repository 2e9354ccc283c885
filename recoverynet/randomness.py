"""One way in for randomness: the keyword ``rng``, resolved once at the public door (SPEC 7)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from recoverynet.errors import SchemaError

RandomSource: TypeAlias = "None | int | np.random.SeedSequence | np.random.Generator"


def resolve_rng(rng: RandomSource = None) -> np.random.Generator:
    """Which generator does this call draw from?

    Parameters
    ----------
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        ``None`` draws fresh entropy; a seed gives the same numbers each time; a generator is used as it is.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    SchemaError
        For anything else, negative seeds, ``numpy.random.RandomState`` and the ``numpy.random`` module included.
    """
    if isinstance(rng, bool) or not (
        rng is None or isinstance(rng, int | np.integer | np.random.SeedSequence | np.random.Generator)
    ):
        raise SchemaError(
            f"rng must be None, an integer seed, a numpy SeedSequence or a numpy Generator; got {type(rng).__name__}."
        )
    if isinstance(rng, int | np.integer) and rng < 0:
        raise SchemaError(f"rng as a seed is a whole number, 0 or more; got {rng!r}.")
    return np.random.default_rng(rng)


def spawn(rng: RandomSource, n_runs: int) -> list[np.random.Generator]:
    """Which independent generator does each of ``n_runs`` runs draw from?

    One child a run, so that an answer does not depend on how many workers shared the runs.

    Parameters
    ----------
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        The parent.
    n_runs : int
        Number of children, 0 or more.

    Returns
    -------
    list of numpy.random.Generator
    """
    return resolve_rng(rng).spawn(n_runs)
