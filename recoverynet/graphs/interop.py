"""Networks in the languages of other programs: networkx, igraph, GraphML, GEXF.

Works on raw strengths, a frame of people and a direction, so that the network itself stays free of them. On
the way out every tie carries ``strength`` (larger is closer) and ``distance`` (1 / strength) under those
names and never ``weight``, which one program reads as strength and the next as length.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.arguments import as_path
from recoverynet.atomic import write_bytes
from recoverynet.errors import SchemaError
from recoverynet.formats.attributes import COLUMNS, NAMELESS, UNKNOWN, Held, held, names_noted, require_writable, restored
from recoverynet.formats.gexf import column_note
from recoverynet.graphs.graphml_text import readable_graphml
from recoverynet.ids import PERSON_ID, id_index
from recoverynet.untrusted.opening import read_bytes
from recoverynet.untrusted.structured import MOST_XML_BYTES

if TYPE_CHECKING:
    import igraph
    import networkx

    NetworkxGraph: TypeAlias = networkx.Graph
    IgraphGraph: TypeAlias = igraph.Graph

STRENGTH, DISTANCE = "strength", "distance"
GEXF_NAMES = ("", "key", "id", "label", "pid", "start", "end", "parents", "slices", "spells", "viz", "for")
"""Attributes of a node that GEXF, or networkx in writing it, keeps for itself."""


class ReadNetwork(NamedTuple):
    """Strengths, people in their order, and whether ties have a direction."""

    weights: sparse.csr_array
    people: pd.DataFrame
    directed: bool


def to_networkx(weights: sparse.csr_array, people: pd.DataFrame, directed: bool) -> NetworkxGraph:
    """A networkx Graph or DiGraph: nodes are person ids in order, missing attributes are left out."""
    return _to_networkx(weights, people, directed, held(people, plain=False))


def _to_networkx(weights: sparse.csr_array, people: pd.DataFrame, directed: bool, known: Held) -> NetworkxGraph:
    import networkx as nx

    graph = nx.DiGraph() if directed else nx.Graph()
    graph.graph[COLUMNS] = known.columns
    ids = people.index.to_numpy(dtype=object)
    for row, person_id in enumerate(ids):
        values = {name: column[row] for name, column in known.values.items() if column[row] is not None}
        graph.add_node(person_id, **{PERSON_ID: person_id}, **values)
    one, other, strength = _tie_list(weights, directed)
    graph.add_edges_from(
        (ids[i], ids[j], {STRENGTH: s, DISTANCE: 1.0 / s})
        for i, j, s in zip(one.tolist(), other.tolist(), strength.tolist(), strict=True)
    )
    return graph


def _for_a_file(
    weights: sparse.csr_array, people: pd.DataFrame, directed: bool, program: str, reserved: Iterable[str] = ()
) -> NetworkxGraph:
    """The graph with text, numbers and yes or no only, and a note of what is not known of each person."""
    known = held(people, plain=True, reserved=reserved, program=program)
    require_writable(people, known.values, program)
    graph = _to_networkx(weights, people, directed, known)
    if known.unknown is not None:
        for person_id, unknown in zip(people.index, known.unknown, strict=True):
            graph.nodes[person_id][UNKNOWN] = unknown
    return graph


def from_networkx(graph: NetworkxGraph, *, strength: str | None = STRENGTH) -> ReadNetwork:
    """Strengths and people of a networkx graph; raises SchemaError where it is no network of people."""
    if not hasattr(graph, "is_multigraph"):
        raise SchemaError(f"Expected a networkx Graph or DiGraph; got a {type(graph).__name__}.")
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
    attributes = pd.DataFrame([graph.nodes[node] for node in nodes], index=range(len(nodes)), dtype=object)
    ids = attributes[PERSON_ID] if PERSON_ID in attributes.columns else pd.Series(_column(nodes), dtype=object)
    people = restored(attributes.drop(columns=[PERSON_ID], errors="ignore"), graph.graph.get(COLUMNS))
    return _raw(ids, people, ends, found, graph.is_directed(), strength, offered)


def _column(nodes: Sequence[object]) -> np.ndarray:
    """Nodes one by one, a pair of coordinates too."""
    column = np.empty(len(nodes), dtype=object)
    column[:] = [str(node) if isinstance(node, tuple) else node for node in nodes]
    return column


def to_igraph(weights: sparse.csr_array, people: pd.DataFrame, directed: bool) -> IgraphGraph:
    """An igraph Graph: vertices in order, ``name`` and ``person_id`` the ids, missing attributes None.

    igraph's files hold neither instants nor the unknown: instants become ISO text, and what is not known of each person is
    listed in ``unknown_columns``.
    """
    import igraph as ig

    if "name" in people.columns:
        raise SchemaError("igraph keeps the ids in the vertex attribute 'name'; rename the column 'name' of the people.")
    one, other, strength = _tie_list(weights, directed)
    graph = ig.Graph(n=len(people), edges=np.column_stack([one, other]).tolist(), directed=directed)
    known = held(people, plain=True, program="igraph")
    graph[COLUMNS] = known.columns
    graph.vs["name"] = graph.vs[PERSON_ID] = people.index.tolist()
    for name, values in known.values.items():
        graph.vs[name] = values
    if known.unknown is not None:
        graph.vs[UNKNOWN] = known.unknown
    graph.es[STRENGTH], graph.es[DISTANCE] = strength.tolist(), (1.0 / strength).tolist()
    return graph


def from_igraph(graph: IgraphGraph, *, strength: str | None = STRENGTH) -> ReadNetwork:
    """Strengths and people of an igraph Graph; ids are ``person_id``, else ``name``, else ``id``, else numbers."""
    if not hasattr(graph, "has_multiple"):
        raise SchemaError(f"Expected an igraph Graph; got a {type(graph).__name__}.")
    if graph.has_multiple():
        raise SchemaError("The graph holds several ties between two people; add them up first (graph.simplify).")
    names = graph.vertex_attributes()
    key = next((name for name in (PERSON_ID, "name", "id") if name in names), None)
    ids = pd.Series(_column(graph.vs[key] if key else range(graph.vcount())), dtype=object)
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    if strength is None:
        found: list[Any] = [1.0] * len(ends)
    else:
        found = graph.es[strength] if strength in graph.edge_attributes() else [None] * len(ends)
    note = graph[COLUMNS] if COLUMNS in graph.attributes() else None
    # igraph itself adds the keys of a file's nodes as "id".
    added = {PERSON_ID, "name", "id"} if note is not None else {PERSON_ID, "name"}
    own = names_noted(note)
    attributes = pd.DataFrame(
        {name: graph.vs[name] for name in names if name not in added - own and name != key}, index=range(len(ids)), dtype=object
    )
    people = restored(attributes, note)
    return _raw(ids, people, ends, found, graph.is_directed(), strength, set(graph.edge_attributes()))


def save_graphml(path: str | Path, weights: sparse.csr_array, people: pd.DataFrame, directed: bool) -> None:
    """The network as a GraphML file; instants become ISO text, missing attributes are left out and listed."""
    import networkx as nx

    written = io.BytesIO()
    nx.write_graphml(_for_a_file(weights, people, directed, "GraphML", NAMELESS), written)
    # A reader makes a line feed of a bare carriage return.
    write_bytes(path, written.getvalue().replace(b"\r", b"&#13;"))


def load_graphml(path: str | Path, *, strength: str | None = STRENGTH) -> ReadNetwork:
    """The network in a GraphML file; raises SchemaError where it holds no network of people."""
    import networkx as nx

    name = as_path(path, "read_graphml()").name
    try:
        graph = nx.parse_graphml(readable_graphml(read_bytes(path, most=MOST_XML_BYTES), name))
    except OSError as error:
        raise SchemaError(f"{name!r} cannot be opened: {error.strerror or error}.") from error
    except (nx.NetworkXError, SyntaxError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, SchemaError):
            raise
        raise SchemaError(f"{name!r} is not a GraphML file that can be read: {error}") from error
    return from_networkx(_named_by_igraph(graph), strength=strength)


def _named_by_igraph(graph: NetworkxGraph) -> NetworkxGraph:
    """The graph with its vertices called by their names, where igraph wrote it and called them n0, n1, … itself."""
    nodes = list(graph.nodes)
    if [f"n{place}" for place in range(len(nodes))] != nodes:
        return graph
    for called in ("name", "id"):
        names = [graph.nodes[node].get(called) for node in nodes]
        if None not in names and len(set(names)) == len(nodes):
            for node, name in zip(nodes, names, strict=True):
                graph.nodes[node].setdefault(PERSON_ID, name)
                if graph.nodes[node][PERSON_ID] == name:
                    del graph.nodes[node][called]
            break
    return graph


def save_gexf(path: str | Path, weights: sparse.csr_array, people: pd.DataFrame, directed: bool) -> None:
    """The network as a GEXF file, the same bytes for the same network."""
    import networkx as nx

    written = io.BytesIO()
    graph = _for_a_file(weights, people, directed, "GEXF", GEXF_NAMES)
    nx.write_gexf(graph, written)
    # networkx writes the day into the file, and nothing of what is known of the whole graph
    text = re.sub(rb' lastmodifieddate="[^"]*"', b"", written.getvalue())
    note = column_note(graph.graph[COLUMNS]).encode()
    write_bytes(path, text.replace(b"</meta>", note + b"</meta>", 1))


def _tie_list(weights: sparse.csr_array, directed: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    entries = weights.tocoo()
    keep = np.ones(entries.nnz, dtype=bool) if directed else entries.row < entries.col
    return entries.row[keep], entries.col[keep], entries.data[keep]


def _raw(
    given: pd.Series,
    people: pd.DataFrame,
    ends: np.ndarray,
    found: Sequence[Any],
    directed: bool,
    strength: str | None,
    offered: set[str],
) -> ReadNetwork:
    """A raw network from checked parts; an undirected tie is entered both ways."""
    ids = id_index(given, "The people of the graph")
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
    return ReadNetwork(weights, people.set_axis(ids, axis=0), directed)


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
