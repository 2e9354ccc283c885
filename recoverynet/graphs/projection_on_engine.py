"""The one-mode projection of a record whose contacts stay on an engine: ties are added up there, and only they come here."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import RecoveryNetWarning
from recoverynet.graphs.person_network import PersonNetwork, people_frame
from recoverynet.instants import as_length, as_window
from recoverynet.tables.relational.on_engine import RecordOnEngine

LARGE_OCCASION = 500


def project_on_engine(
    record: RecordOnEngine, *, window: tuple[object, object] | None, weighting: str, half_life: object | None, min_weight: float
) -> PersonNetwork:
    """As :func:`recoverynet.project`, by which its arguments were checked."""
    start, end = record.contact_window() if window is None else as_window(window, record.tz)
    length = None if half_life is None else as_length(half_life, "half_life")
    crowds = record.large_occasions(start, end, LARGE_OCCASION)
    if crowds["n_large"]:
        said = crowds_in_words(crowds["n_large"], f"the largest with {crowds['largest']:,}", crowds["n_pairs"])
        warnings.warn(said, RecoveryNetWarning, stacklevel=4)
    if weighting == "duration" and crowds["n_unknown"]:
        said = f"{crowds['n_unknown']:,} of {crowds['n_occasions']:,} occasions have no duration and add nothing to the ties."
        warnings.warn(said, RecoveryNetWarning, stacklevel=4)
    ties = record.ties(start, end, weighting=weighting, half_life=length, min_weight=min_weight)
    settings = projection_settings(start, end, weighting, half_life, min_weight)
    weights = symmetric_ties(ties["a"].to_numpy(), ties["b"].to_numpy(), ties["weight"].to_numpy(), len(record.people))
    return PersonNetwork.trusted(weights, people_frame(record.people), directed=False, settings=settings)


def symmetric_ties(one: np.ndarray, other: np.ndarray, weight: np.ndarray, n_people: int) -> sparse.csr_array:
    """The matrix of ties that are each named once; people without any are rows without entries."""
    both = np.concatenate([one, other]), np.concatenate([other, one])
    matrix = sparse.coo_array((np.concatenate([weight, weight]), both), shape=(n_people, n_people)).tocsr()
    matrix.sort_indices()
    return matrix


def projection_settings(start: Any, end: Any, weighting: str, half_life: object | None, min_weight: float) -> dict[str, Any]:
    """The arguments of a projection as its network keeps them."""
    half = None if half_life is None else str(pd.Timedelta(half_life))  # type: ignore[arg-type]
    return {"window": (start, end), "weighting": weighting, "half_life": half, "min_weight": min_weight}


def crowds_in_words(n_large: int, largest: str, n_pairs: int) -> str:
    """What is said of occasions so large that being there may not be contact."""
    return (
        f"{n_large} {'occasion has' if n_large == 1 else 'occasions have'} more than {LARGE_OCCASION} people, {largest}; together "
        f"they make {n_pairs:,} pairs. Being in so large a crowd may not be contact: consider leaving them out."
    )
