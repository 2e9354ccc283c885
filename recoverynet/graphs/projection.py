"""From contacts to ties: the one-mode projection of the contact graph onto people."""

from __future__ import annotations

import warnings
from typing import Any, Literal

import numpy as np

from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.graphs.contact_graph import ContactGraph
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.graphs.projection_on_engine import LARGE_OCCASION, crowds_in_words, project_on_engine, projection_settings
from recoverynet.instants import as_length, as_window
from recoverynet.kernels.decay import half_life_decay
from recoverynet.kernels.incidence import newman, shared_over_smaller, shared_over_union, weighted_product
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.store import RecordStore

Weighting = Literal["newman", "count", "jaccard", "overlap", "duration"]
WEIGHTINGS: tuple[str, ...] = ("newman", "count", "jaccard", "overlap", "duration")


def project(
    graph: ContactGraph | RecordStore | RecordOnEngine,
    *,
    window: tuple[object, object] | None = None,
    weighting: Weighting = "newman",
    half_life: object | None = None,
    min_weight: float = 0.0,
) -> PersonNetwork:
    """Who is tied to whom through shared contacts, and how strongly?

    Parameters
    ----------
    graph : ContactGraph or RecordStore
        Contacts of n people. The ties of a store are added up on its engine, and only they are brought here.
    window : (start, end), optional
        Half-open window [start, end) of occasions to use. Default: the window of the graph, or of the store.
    weighting : {"newman", "count", "jaccard", "overlap", "duration"}
        How shared occasions add up to a strength; see Notes. The default keeps large meetings from
        dominating.
    half_life : str or pandas.Timedelta, optional
        Time after which a contact counts half, measured back from the end of the window (``"90D"``). Default:
        no decay.
    min_weight : float
        Ties weaker than this are left out, 0 or more.

    Returns
    -------
    PersonNetwork
        Undirected, with every person of the graph, those without contacts included. ``settings`` names the
        arguments.

    Raises
    ------
    SchemaError
        Unknown weighting, a half-life that is not a positive time, a negative ``min_weight``.
    TimeOrderError
        The window does not end after it starts.
    EngineError
        The engine of a store cannot start, or went away.

    Warns
    -----
    RecoveryNetWarning
        An occasion has more than 500 people (it alone makes over 100,000 pairs); or, for
        ``weighting="duration"``, some occasions have no duration and add nothing.

    Notes
    -----
    With n_k people at occasion k, decay d_k (1, or 0.5 to the power age / half-life) and t_k minutes:

    - newman: Σ_k d_k / (n_k − 1) over occasions both attended. A person's strengths add up to the (decayed)
      number of occasions they shared with anybody, however large those were (Newman 2001).
    - count: Σ_k d_k.
    - jaccard: Σ_k d_k over occasions both attended, divided by Σ_k d_k over occasions either attended.
    - overlap: the same sum divided by the smaller of the two people's own sums.
    - duration: Σ_k d_k t_k, in minutes.

    Computed as one sparse product, without ever listing pairs: an occasion of 2,000 people takes about 2,000²
    entries of the result (48 MB, and a little over twice that while it is made) and no more. Assumes that
    being at the same occasion is contact; in a large meeting it may not be.

    References
    ----------
    Newman, M. E. J. (2001). Scientific collaboration networks. II. Physical Review E 64, 016132.
    https://doi.org/10.1103/PhysRevE.64.016132

    Examples
    --------
    >>> import recoverynet as rn
    >>> network = rn.project(rn.ContactGraph(rn.load_sample("five_people")))
    >>> network.n_people
    5
    """
    if weighting not in WEIGHTINGS:
        raise SchemaError(f"weighting must be one of {', '.join(WEIGHTINGS)}; got {weighting!r}.")
    if not min_weight >= 0:
        raise SchemaError(f"min_weight must be 0 or more; got {min_weight!r}.")
    if isinstance(graph, RecordStore):
        graph = graph.on_engine
    if isinstance(graph, RecordOnEngine):
        return project_on_engine(graph, window=window, weighting=weighting, half_life=half_life, min_weight=min_weight)
    if not isinstance(graph, ContactGraph):
        raise SchemaError(f"project() takes a ContactGraph: project(ContactGraph(record)); got {type(graph).__name__}.")
    if window is not None:
        graph = graph.between(*as_window(window, graph.record.tz))
    if graph.on_engine is not None:
        bounds, there = (graph.start, graph.end), graph.on_engine
        return project_on_engine(there, window=bounds, weighting=weighting, half_life=half_life, min_weight=min_weight)
    decay = _decay(graph, half_life)
    matrix = graph.biadjacency().matrix
    _warn_of_large_occasions(graph, matrix.indices)
    if weighting == "newman":
        weights = newman(matrix, decay)
    elif weighting == "jaccard":
        weights = shared_over_union(matrix, decay)
    elif weighting == "overlap":
        weights = shared_over_smaller(matrix, decay)
    elif weighting == "count":
        weights = weighted_product(matrix, decay)
    else:
        weights = weighted_product(matrix, decay * _minutes(graph))
    if min_weight > 0:
        weights.data[weights.data < min_weight] = 0.0
        weights.eliminate_zeros()
    settings = projection_settings(graph.start, graph.end, weighting, half_life, min_weight)
    return PersonNetwork.trusted(weights, graph.people_table, directed=False, settings=settings)


def _decay(graph: ContactGraph, half_life: object | None) -> np.ndarray:
    if half_life is None:
        return np.ones(len(graph.occasions))
    length = as_length(half_life, "half_life")
    age: Any = (graph.end - graph.occasions["started_at"]) / length  # type: ignore[operator]
    return half_life_decay(age.to_numpy(), 1.0)


def _minutes(graph: ContactGraph) -> np.ndarray:
    minutes = graph.occasions["duration_min"]
    if minutes.isna().any():
        warnings.warn(
            f"{int(minutes.isna().sum()):,} of {len(minutes):,} occasions have no duration and add nothing to the ties.",
            RecoveryNetWarning,
            stacklevel=3,
        )
    return minutes.fillna(0.0).to_numpy()


def _warn_of_large_occasions(graph: ContactGraph, occasion_codes: np.ndarray) -> None:
    sizes = np.bincount(occasion_codes, minlength=1)
    large = np.flatnonzero(sizes > LARGE_OCCASION)
    if len(large):
        pairs = int((sizes[large] * (sizes[large] - 1) // 2).sum())
        largest = f"the first being {graph.occasions['occasion_id'].iloc[large[0]]!r} with {sizes[large[0]]:,}"
        warnings.warn(crowds_in_words(len(large), largest, pairs), RecoveryNetWarning, stacklevel=3)
