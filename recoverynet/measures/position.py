"""Position: how many ties a person has, whom they can reach, who they lie between and how free they are."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.graphs.person_network import PersonNetwork
from recoverynet.kernels.ego_structure import burt, clustering, core_numbers, pattern
from recoverynet.kernels.eigenvector import eigenvector_centrality
from recoverynet.kernels.shortest_paths import paths_by_hops, paths_by_length
from recoverynet.measures.layers import layer_frame, layers_of

COUNTS = ("degree", "degree_in", "degree_out", "n_reached", "n_reached_by", "core")
STRENGTHS = ("strength", "strength_in", "strength_out")


def position(
    network: PersonNetwork | NetworkPanel, *, weighted: bool = True, distance: Literal["hops", "inverse_strength"] = "hops"
) -> pd.DataFrame:
    """How is each person placed in the network: how many ties, how near others, how much in between?

    Parameters
    ----------
    network : PersonNetwork or NetworkPanel
        n people; strengths are larger for stronger ties and are never read as distances.
    weighted : bool
        Whether strengths count in constraint, effective size, efficiency, hierarchy and eigenvector. Default
        True; otherwise every tie counts 1 there.
    distance : {"hops", "inverse_strength"}
        Length of a tie in betweenness and closeness: 1 each (default), or 1 / strength, so that strong ties
        are short.

    Returns
    -------
    pandas.DataFrame indexed by person_id, or by (person_id, wave) for a panel
        Every person. Somebody not present has counts and strengths of 0 and NaN elsewhere. Columns:

        - ``present``: whether the person was there (always for a network).
        - ``degree``: people tied to, in whichever direction; ``degree_in`` those who name the person,
          ``degree_out`` those the person names. All three are the same where ties have no direction.
        - ``strength``: summed strength of ties, both directions together; ``strength_in``, ``strength_out``.
        - ``n_reached``, ``n_reached_by``: people the person can reach along ties, and who can reach the
          person.
        - ``betweenness``: share of the shortest paths between two others that pass through the person,
          averaged over pairs of others (0 to 1); 0 without ties, NaN with fewer than three people.
        - ``closeness``: along ties from the person, ``closeness_in``: along ties towards; (r / (n − 1)) · (r
          / Σd) over the r people reached at summed distance Σd; 0 where nobody is reached, NaN with one
          person.
        - ``eigenvector``: being named by people who are themselves named, largest value 1 in each connected
          part, so not comparable between parts; NaN without ties, and where it is not determined (see Notes).
        - ``core``: largest k such that the person is one of a set of people each tied to k others of the set.
        - ``constraint``: how far a person's ties all lead back to the same people (Burt); ``effective_size``:
          alters less the redundant ones; ``efficiency``: effective_size / degree; ``hierarchy``: how far the
          constraint comes from one alter. NaN without ties; hierarchy is 1 with one alter.
        - ``clustering``: share of the pairs of a person's alters that are tied; NaN with fewer than two
          alters.

    Raises
    ------
    SchemaError
        Something else than a network, or an unknown distance.

    Notes
    -----
    Agrees with networkx 3 and igraph 1 where they define the same thing, and differs, on purpose, here:

    - ``closeness`` of somebody without ties is 0, as in networkx; igraph gives NaN. igraph does not scale by
      the share of people reached. networkx's closeness on directed networks is ``closeness_in``.
    - ``constraint`` and ``effective_size`` count alters in either direction, as igraph does; networkx gives
      NaN to people who are named and name nobody. Without alters all three give NaN.
    - ``clustering`` with fewer than two alters is NaN, as in igraph; networkx gives 0. ``core`` and
      ``clustering`` ask only whether two people are tied, in either direction; networkx counts a mutual tie
      twice for cores and has another clustering for directed networks.
    - ``eigenvector`` takes each connected part by itself; networkx and igraph spread one vector over all
      parts, in which small parts vanish. With directed ties it is not determined where a part has no
      strongly connected component of two people or more, or two of them with the same leading eigenvalue; networkx
      then fails or depends on the start.

    A position describes the record. A dense network is not better than an open one, nor central better than
    peripheral: who the alters are decides (see :func:`composition`). Recorded contacts are not all contacts,
    and betweenness and eigenvector change much with a few missing ties.

    References
    ----------
    Brandes, U. (2001). A faster algorithm for betweenness centrality. Journal of Mathematical Sociology 25,
    163-177. https://doi.org/10.1080/0022250X.2001.9990249

    Burt, R. S. (1992). Structural Holes. Harvard University Press.

    Wasserman, S. & Faust, K. (1994). Social Network Analysis. Cambridge University Press.
    https://doi.org/10.1017/CBO9780511815478

    Examples
    --------
    >>> import recoverynet as rn
    >>> network = rn.project(rn.ContactGraph(rn.load_sample("five_people")))
    >>> rn.position(network)[["degree", "strength", "betweenness", "clustering"]].round(2)
               degree  strength  betweenness  clustering
    person_id
    ann             3       4.0         0.33        0.33
    ben             2       3.0         0.00        1.00
    cat             2       4.0         0.00        1.00
    dev             1       1.0         0.00         NaN
    eve             0       0.0         0.00         NaN
    """
    if distance not in ("hops", "inverse_strength"):
        raise SchemaError(f"distance must be 'hops' or 'inverse_strength'; got {distance!r}.")
    measured = []
    for layer in layers_of(network):
        here = np.flatnonzero(layer.present)
        inner = layer.weights if layer.present.all() else sparse.csr_array(layer.weights[here][:, here])
        found = _one_network(inner, layer.directed, weighted, distance)
        measured.append({"present": layer.present, **_spread(found, here, len(layer.present))})
    return layer_frame(network, measured)


def _one_network(weights: sparse.csr_array, directed: bool, weighted: bool, distance: str) -> dict[str, np.ndarray]:
    """Every column but ``present`` for people who are all there."""
    ties = sparse.csr_array((weights > 0).astype(np.float64))
    degree_in, degree_out = ties.sum(axis=0), ties.sum(axis=1)
    strength_in, strength_out = weights.sum(axis=0), weights.sum(axis=1)
    return {
        "degree": np.diff(pattern(weights).indptr),
        "degree_in": degree_in,
        "degree_out": degree_out,
        "strength": strength_in + strength_out if directed else strength_out,
        "strength_in": strength_in,
        "strength_out": strength_out,
        **_paths(weights if distance == "inverse_strength" else None, ties),
        "eigenvector": eigenvector_centrality(weights if weighted else ties, directed=directed),
        "core": core_numbers(weights),
        **burt(weights, weighted=weighted),
        "clustering": clustering(weights),
    }


def _paths(strengths: sparse.csr_array | None, ties: sparse.csr_array) -> dict[str, np.ndarray]:
    """Betweenness and closeness; ties are 1 / strength long where strengths are given, else 1."""
    if strengths is None:
        paths = paths_by_hops(ties)
    else:
        lengths = strengths.copy()
        lengths.data = 1.0 / strengths.data
        paths = paths_by_length(lengths)
    n = ties.shape[0]
    pairs = (n - 1) * (n - 2)
    return {
        "n_reached": paths.reached,
        "n_reached_by": paths.reached_by,
        "betweenness": paths.between / pairs if n > 2 else np.full(n, np.nan),
        "closeness": _closeness(paths.reached, paths.distance),
        "closeness_in": _closeness(paths.reached_by, paths.distance_by),
    }


def _closeness(reached: np.ndarray, summed: np.ndarray) -> np.ndarray:
    """Wasserman and Faust's closeness for networks in several parts."""
    others = len(reached) - 1
    if others < 1:
        return np.full(len(reached), np.nan)
    answer: np.ndarray = np.divide(reached**2, others * summed, out=np.zeros(len(reached)), where=reached > 0)
    return answer


def _spread(found: dict[str, np.ndarray], here: np.ndarray, n_people: int) -> dict[str, np.ndarray]:
    """The columns of those present among all people; for the others counts are 0 and the rest NaN."""
    columns = {}
    for name, values in found.items():
        column = np.full(n_people, 0.0 if name in (*COUNTS, *STRENGTHS) else np.nan)
        column[here] = values
        columns[name] = column.astype(np.int64) if name in COUNTS else column
    return columns
