"""Networks in the languages of other programs: networkx, igraph, GraphML, GEXF.

Works on raw strengths, a frame of people and a direction, so that the network itself stays free of them. On
the way out every tie carries ``strength`` (larger is closer) and ``distance`` (1 / strength) under those
names and never ``weight``, which one program reads as strength and the next as length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.atomic import write_text
from recoverynet.errors import SchemaError

if TYPE_CHECKING:
    import igraph
    import networkx

    NetworkxGraph: TypeAlias = networkx.Graph
    IgraphGraph: TypeAlias = igraph.Graph

PERSON_ID = "person_id"
STRENGTH, DISTANCE = "strength", "distance"


class RawNetwork(NamedTuple):
    """Strengths, people in their order, and whether ties have a direction."""

    weights: sparse.csr_array
    people: pd.DataFrame
    directed: bool


def to_networkx(weights: sparse.csr_array, people: pd.DataFrame, directed: bool) -> NetworkxGraph:
    """A networkx Graph or DiGraph: nodes are person ids in order, missing attributes are left out."""
    import networkx as nx

    return _to_networkx(nx.DiGraph() if directed else nx.Graph(), weights, people, directed, plain=False)


def _to_networkx(
    graph: NetworkxGraph, weights: sparse.csr_array, people: pd.DataFrame, directed: bool, *, plain: bool
) -> NetworkxGraph:
    graph.add_nodes_from(zip(people.index, _attributes(people, plain=plain), strict=True))
    one, other, strength = _tie_list(weights, directed)
    ids = people.index.to_numpy(dtype=object)
    graph.add_edges_from(
        (ids[i], ids[j], {STRENGTH: s, DISTANCE: 1.0 / s})
        for i, j, s in zip(one.tolist(), other.tolist(), strength.tolist(), strict=True)
    )
    return graph


def from_networkx(graph: NetworkxGraph, *, strength: str | None = STRENGTH) -> RawNetwork:
    """Strengths and people of a networkx graph; raises SchemaError where it is no network of people."""
    if graph.is_multigraph():
        raise SchemaError(
            "The graph may hold several ties between two people (a multigraph); add them up first, for "
            "instance into a "
            "networkx.Graph with one strength an edge."
        )
    nodes = list(graph.nodes)
    place = {node: row for row, node in enumerate(nodes)}
    ends = np.array([(place[u], place[v]) for u, v in graph.edges], dtype=np.int64).reshape(-1, 2)
    found = [1.0] * len(ends) if strength is None else [data.get(strength) for *_, data in graph.edges(data=True)]
    offered = {name for *_, data in graph.edges(data=True) for name in data} if None in found else set()
    attributes = pd.DataFrame([graph.nodes[node] for node in nodes], index=range(len(nodes)))
    return _raw([str(node) for node in nodes], attributes, ends, found, graph.is_directed(), strength, offered)


def to_igraph(weights: sparse.csr_array, people: pd.DataFrame, directed: bool) -> IgraphGraph:
    """An igraph Graph: vertices in order, ``name`` and ``person_id`` the ids, missing attributes None."""
    import igraph as ig

    if "name" in people.columns:
        raise SchemaError("igraph keeps the ids in the vertex attribute 'name'; rename the column 'name' of the people.")
    one, other, strength = _tie_list(weights, directed)
    graph = ig.Graph(n=len(people), edges=np.column_stack([one, other]).tolist(), directed=directed)
    graph.vs["name"] = graph.vs[PERSON_ID] = people.index.tolist()
    for name, values in people.items():
        graph.vs[str(name)] = _native(values)
    graph.es[STRENGTH], graph.es[DISTANCE] = strength.tolist(), (1.0 / strength).tolist()
    return graph


def from_igraph(graph: IgraphGraph, *, strength: str | None = STRENGTH) -> RawNetwork:
    """Strengths and people of an igraph Graph; ids are ``name``, else ``person_id``, else numbers."""
    if graph.has_multiple():
        raise SchemaError("The graph holds several ties between two people; add them up first (graph.simplify).")
    names = graph.vertex_attributes()
    key = next((name for name in ("name", PERSON_ID) if name in names), None)
    ids = [str(value) for value in graph.vs[key]] if key else [str(row) for row in range(graph.vcount())]
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    if strength is None:
        found: list[Any] = [1.0] * len(ends)
    else:
        found = graph.es[strength] if strength in graph.edge_attributes() else [None] * len(ends)
    attributes = pd.DataFrame({name: graph.vs[name] for name in names if name != "name"}, index=range(len(ids)))
    return _raw(ids, attributes, ends, found, graph.is_directed(), strength, set(graph.edge_attributes()))


def write_graphml(path: str | Path, weights: sparse.csr_array, people: pd.DataFrame, directed: bool) -> None:
    """The network as a GraphML file; instants become ISO text, missing attributes are left out."""
    import networkx as nx

    graph = _to_networkx(nx.DiGraph() if directed else nx.Graph(), weights, people, directed, plain=True)
    nx.write_graphml(graph, Path(path))


def read_graphml(path: str | Path, *, strength: str | None = STRENGTH) -> RawNetwork:
    """The network in a GraphML file; raises SchemaError where it holds no network of people."""
    import networkx as nx

    try:
        graph = nx.read_graphml(Path(path))
    except (nx.NetworkXError, SyntaxError, ValueError) as error:
        raise SchemaError(f"{Path(path).name!r} is not a GraphML file that can be read: {error}") from error
    return from_networkx(graph, strength=strength)


def write_gexf(path: str | Path, weights: sparse.csr_array, people: pd.DataFrame, directed: bool) -> None:
    """The network as a GEXF file, the same bytes for the same network."""
    import networkx as nx

    graph = _to_networkx(nx.DiGraph() if directed else nx.Graph(), weights, people, directed, plain=True)
    text = "\n".join(nx.generate_gexf(graph))
    # networkx writes the day into the file
    dated = re.compile(r' lastmodifieddate="[^"]*"')
    write_text(path, '<?xml version="1.0" encoding="utf-8"?>\n' + dated.sub("", text) + "\n")


def _tie_list(weights: sparse.csr_array, directed: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    entries = weights.tocoo()
    keep = np.ones(entries.nnz, dtype=bool) if directed else entries.row < entries.col
    return entries.row[keep], entries.col[keep], entries.data[keep]


def _attributes(people: pd.DataFrame, *, plain: bool) -> Iterator[dict[str, Any]]:
    """One dictionary a person: the id, and every column that is not missing."""
    columns = {str(name): _native(values, plain=plain) for name, values in people.items()}
    for row, person_id in enumerate(people.index):
        known = {name: values[row] for name, values in columns.items() if values[row] is not None}
        yield {PERSON_ID: person_id, **known}


def _native(values: pd.Series, *, plain: bool = False) -> list[Any]:
    """Python's own types, None where missing; plain: text, number or truth only, of one type a column."""
    found = [None if missing else value for value, missing in zip(values.tolist(), values.isna(), strict=True)]
    if not plain:
        return found
    found = [value.isoformat() if isinstance(value, pd.Timestamp) else value for value in found]
    kinds = {type(value) for value in found if value is not None}
    if len(kinds) > 1 or not kinds <= {str, int, float, bool}:
        found = [None if value is None else str(value) for value in found]
    return found


def _raw(
    ids: Sequence[str],
    attributes: pd.DataFrame,
    ends: np.ndarray,
    found: Sequence[Any],
    directed: bool,
    strength: str | None,
    offered: set[str],
) -> RawNetwork:
    """A raw network from checked parts; an undirected tie is entered both ways."""
    one, other = ends[:, 0], ends[:, 1]
    if (one == other).any():
        person = ids[int(one[one == other][0])]
        raise SchemaError(f"{int((one == other).sum())} people are tied to themselves, the first being {person!r}.")
    values = _strengths(found, strength, offered)
    if directed:
        row, column, data = one, other, values
    else:
        row, column = np.concatenate([one, other]), np.concatenate([other, one])
        data = np.concatenate([values, values])
    weights = sparse.csr_array((data, (row, column)), shape=(len(ids), len(ids)))
    people = attributes.drop(columns=[PERSON_ID], errors="ignore").infer_objects()
    return RawNetwork(weights, people.set_index(pd.Index(ids, name=PERSON_ID, dtype="str")), directed)


def _strengths(found: Sequence[Any], strength: str | None, offered: set[str]) -> np.ndarray:
    lacking = sum(value is None for value in found)
    if lacking:
        others = sorted(offered - {strength, DISTANCE})
        hint = f"they carry {', '.join(map(repr, others))}" if others else "they carry no other"
        raise SchemaError(
            f"{lacking} of {len(found)} ties have no {strength!r}; {hint}. Name the attribute that holds the "
            "strength "
            "(larger is closer), or pass strength=None to count every tie as 1."
        )
    try:
        values = np.asarray(found, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise SchemaError(f"The strengths in {strength!r} must be numbers: {error}") from error
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise SchemaError(
            f"{int(wrong.sum())} of {len(values)} ties have a negative or missing {strength!r}, the first "
            "being "
            f"{values[wrong][0]:g}; a strength is 0 or more, and larger is closer."
        )
    return values
