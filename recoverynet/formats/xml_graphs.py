"""Graphs as XML files tell them (GraphML, GEXF), and the networks they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.attributes import COLUMNS, NAMELESS, UNKNOWN, Held, held, require_writable, restored
from recoverynet.formats.imported import ImportRow
from recoverynet.formats.raw_networks import (
    NETWORK,
    RawNetwork,
    RelationTies,
    networks_settled,
    require_number_of_people,
    typed_values,
    unique_ids,
    without_names,
)

Answers: TypeAlias = dict[str, str]
PERSON_ID, STRENGTHS = "person_id", ("strength", "weight")
_WHOLE = re.compile(r"[+-]?\d+")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class Attribute(NamedTuple):
    """An attribute of nodes or edges: its name, kind (``"truth"``, ``"whole"``, ``"number"``, else text), whose, and default."""

    name: str
    kind: str
    whose: str
    default: str | None = None


@dataclass
class XmlGraph:
    """One graph: nodes and edges in their order, each with what the file says of it, by key."""

    name: str
    directed: bool
    given: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    nodes: dict[str, Answers] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    directions: list[bool | None] = field(default_factory=list)
    edge_ids: list[str] = field(default_factory=list)
    edges: list[Answers] = field(default_factory=list)
    n_repeated_nodes: int = 0

    def node(self, node_id: str) -> Answers:
        """The answers of a node, to be filled in."""
        self.n_repeated_nodes += node_id in self.nodes
        return self.nodes.setdefault(node_id, {})

    def edge(self, source: str, target: str, directed: bool | None, edge_id: str = "") -> Answers:
        """The answers of an edge, to be filled in."""
        self.sources.append(source)
        self.targets.append(target)
        self.directions.append(directed)
        self.edge_ids.append(edge_id)
        self.edges.append({})
        return self.edges[-1]


def made_networks(
    graphs: Sequence[XmlGraph],
    keys: Mapping[str, Attribute],
    source: str,
    *,
    strength: str | None,
    keep: Iterable[str],
    directed: bool | None,
) -> tuple[list[RawNetwork], list[ImportRow], list[str]]:
    """One network a graph, what was left out, and how things were read.

    Raises
    ------
    SchemaError
        The strength asked for is on no edge, or is no number.
    """
    networks: list[RawNetwork] = []
    rows: list[ImportRow] = []
    notes: list[str] = []
    for number, graph in enumerate(graphs, start=1):
        name = graph.name or (NETWORK if len(graphs) == 1 else f"{NETWORK} {number}")
        people, told, place = _people(graph, keys, source, keep, "" if len(graphs) == 1 else name)
        rows += told
        values, used = _strengths(graph, keys, source, strength, notes)
        others = sorted({keys[key].name for answers in graph.edges for key in answers} - {used, "distance"})
        why = "a network holds one strength a tie"
        rows += [ImportRow(source, f"attributes of ties ({', '.join(others)})", len(others), 0, why)] * bool(others)
        layer = _layer(graph, name, place, values)
        layer.asked(directed)
        made, told = networks_settled([layer], people, source)
        networks += made
        rows += told
    return networks, rows, list(dict.fromkeys(notes))


def _layer(graph: XmlGraph, name: str, place: Mapping[str, int], values: np.ndarray) -> RelationTies:
    """The ties; where some have a direction and some not, those without hold both ways."""
    arcs = [graph.directed if way is None else way for way in graph.directions]
    one = np.array([place.get(end, -1) for end in graph.sources], dtype=np.int64)
    other = np.array([place.get(end, -1) for end in graph.targets], dtype=np.int64)
    any_arc = any(arcs) if arcs else graph.directed
    return RelationTies(name, one, other, values, any_arc, [any_arc and not arc for arc in arcs])


def _people(
    graph: XmlGraph, keys: Mapping[str, Attribute], source: str, keep: Iterable[str], of: str
) -> tuple[pd.DataFrame, list[ImportRow], dict[str, int]]:
    """People with their attributes, and where each node stands."""
    require_number_of_people(len(graph.nodes), source)
    place = {node: row for row, node in enumerate(graph.nodes)}
    used = [key for key in dict.fromkeys(key for answers in graph.nodes.values() for key in answers)]
    used += [key for key, said in keys.items() if said.default is not None and said.whose in ("node", "all") and key not in used]
    columns = {key: [answers.get(key, keys[key].default) for answers in graph.nodes.values()] for key in used}
    labels, id_key = _labels(graph, keys, columns)
    ids, rows = unique_ids(labels, source, of)
    if graph.n_repeated_nodes:
        n = len(graph.nodes) + graph.n_repeated_nodes
        rows.insert(0, ImportRow(source, "nodes", n, len(graph.nodes), "a node of the same id stood there before"))
    columns.pop(id_key, None)
    same = [key for key, values in columns.items() if keys[key].name.lower() in ("label", PERSON_ID) and values == labels]
    titles = _own_titles({key: keys[key].name for key in columns if key not in same})
    frame = {title: typed_texts(columns[key], keys[key].kind) for key, title in titles.items()}
    note = next((text for key, text in graph.answers.items() if key in keys and keys[key].name == COLUMNS), None)
    made = pd.DataFrame(frame, index=range(len(ids))).set_axis(ids)
    people, told = without_names(restored(made, note) if note or UNKNOWN in made.columns else made, keep, source, of)
    return people, rows + told, place


def _labels(graph: XmlGraph, keys: Mapping[str, Attribute], columns: Mapping[str, list[str | None]]) -> tuple[list[str], str]:
    """Ids of people: an attribute person_id, else igraph's ``name`` or ``id`` where node ids only count, else the node ids."""
    by_igraph = [f"n{row}" for row in range(len(graph.nodes))] == list(graph.nodes)
    for wanted in (PERSON_ID, "name", *(["id"] if by_igraph else [])):
        for key, values in columns.items():
            whole = None not in values and "" not in values and len(set(values)) == len(values)
            counted = all(re.fullmatch(r"n?\d+", node) for node in graph.nodes)
            if keys[key].name == wanted and whole and values and (wanted == PERSON_ID or counted):
                return [str(value) for value in values], key
    return list(graph.nodes), ""


def _own_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """A title for every key; where two are called the same, the later ones get a number."""
    taken: set[str] = set()
    own = {}
    for key, title in titles.items():
        new, number = title, 2
        while new in taken:
            new, number = f"{title}_{number}", number + 1
        taken.add(new)
        own[key] = new
    return own


def typed_texts(values: Sequence[str | None], kind: str) -> pd.Series:
    """Texts as the kind they are declared to be, or as text where one of them is not of that kind."""
    bare = [None if value is None else value.strip() for value in values]
    if kind == "truth" and all(value is None or value.lower() in _TRUTHS for value in bare):
        return typed_values([None if value is None else _TRUTHS[value.lower()] for value in bare], kind)
    if kind == "whole" and all(value is None or _WHOLE.fullmatch(value) for value in bare):
        return typed_values([None if value is None else int(value) for value in bare], kind)
    if kind in ("whole", "number"):
        try:
            return typed_values([None if value in (None, "") else float(value) for value in bare], "number")
        except ValueError:
            pass
    return typed_values(values)


def _strengths(
    graph: XmlGraph, keys: Mapping[str, Attribute], source: str, wanted: str | None, notes: list[str]
) -> tuple[np.ndarray, str]:
    """The strength of every edge, 1 where nothing tells it, and the attribute it was taken from."""
    offered = {keys[key].name: key for answers in graph.edges for key in answers}
    offered.update({said.name: key for key, said in keys.items() if said.whose == "edge" and said.default is not None})
    chosen = next((name for name in STRENGTHS if name in offered), None) if wanted == "auto" else wanted
    if chosen is None or not graph.edges:
        return np.ones(len(graph.edges)), ""
    if chosen not in offered:
        there = ", ".join(map(repr, sorted(offered))) or "none"
        raise SchemaError(f"No tie of {source!r} has the strength {chosen!r}; its ties have {there}. None counts every tie as 1.")
    mine = {key for key, said in keys.items() if said.name == chosen}
    default = next((keys[key].default for key in mine if keys[key].default is not None), None)
    found = [next((answers[key] for key in mine if key in answers), default) for answers in graph.edges]
    if wanted == "auto" and chosen == "weight":
        notes.append(
            "The attribute 'weight' of ties was read as strength, larger being closer; strength=None counts every tie as 1."
        )
    unsaid = sum(value is None for value in found)
    if unsaid:
        notes.append(f"Ties without {chosen!r}, counted as 1: {unsaid:,}.")
    try:
        return np.array([1.0 if value is None else float(value) for value in found]), chosen
    except ValueError:
        raise SchemaError(
            f"The strength {chosen!r} of a tie in {source!r} is no number; name another, or None to count ties."
        ) from None


def tie_list(network: RawNetwork) -> Iterator[tuple[int, int, float]]:
    """Ties in order, each once."""
    entries = network.weights.tocoo()
    order = np.lexsort((entries.col, entries.row))
    row, column, data = entries.row[order], entries.col[order], entries.data[order]
    keep = np.ones(len(row), dtype=bool) if network.directed else row < column
    yield from zip(row[keep].tolist(), column[keep].tolist(), data[keep].tolist(), strict=True)


def xml_attribute(text: Any) -> str:
    """A text as an attribute of XML, in quotation marks.

    Raises
    ------
    SchemaError
        It holds a sign that XML cannot.
    """
    text = str(text)
    if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", text):
        raise SchemaError(f"{text!r} holds a sign that XML cannot hold; rename it first.")
    return '"' + quoteattr(text, {'"': "&quot;", "\r": "&#13;"})[1:-1] + '"'


def held_in(network: RawNetwork, program: str) -> tuple[Held, dict[str, str]]:
    """What is known of people as an XML file can hold it, and the kind of each column as :class:`Attribute` says it.

    Raises
    ------
    SchemaError
        An id, a name of a column or a text holds a sign that XML cannot.
    """
    known = held(network.people, plain=True, reserved=NAMELESS, program=program)
    require_writable(network.people, known.values, program)
    return known, {title: _kind_of(values) for title, values in known.values.items()}


def _kind_of(values: Sequence[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    return {bool: "truth", int: "whole", float: "number"}.get(next(iter(kinds)), "") if len(kinds) == 1 else ""
