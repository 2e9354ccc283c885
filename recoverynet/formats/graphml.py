"""GraphML of networkx, igraph, Gephi, yEd, visone and Network Canvas: every graph of a file, keys declared or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from recoverynet.errors import SchemaError
from recoverynet.formats.attributes import COLUMNS, UNKNOWN
from recoverynet.formats.imported import ImportReport, ImportRow
from recoverynet.formats.raw_networks import RawNetwork, RawNetworks
from recoverynet.formats.xml_graphs import PERSON_ID, Answers, Attribute, XmlGraph, held_in, made_networks, tie_list, xml_attribute
from recoverynet.formats.xml_text import walk_xml

KIND = "graphml"
_TYPES = {"boolean": "truth", "int": "whole", "long": "whole", "short": "whole", "float": "number", "double": "number"}

_WRITTEN = {"truth": "boolean", "whole": "long", "number": "double", "": "string"}


@dataclass
class GraphmlFile:
    """What a GraphML file holds, before anything is made of it.

    Attributes
    ----------
    graphs : list of XmlGraph
    keys : dict of str to Attribute
        By the id they are used under.
    undeclared : set of str
        Ids that are used and not declared.
    n_other : dict of str to int
        Things counted that no network has a place for.
    """

    graphs: list[XmlGraph] = field(default_factory=list)
    keys: dict[str, Attribute] = field(default_factory=dict)
    undeclared: set[str] = field(default_factory=set)
    n_other: dict[str, int] = field(default_factory=dict)


class _Reader:
    """Follows the elements of a GraphML file."""

    def __init__(self, name: str) -> None:
        self.name, self.file = name, GraphmlFile()
        self._open: list[Answers] = []
        self._depth = 0
        self._key = self._data = ""
        self._seen_root = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        """An element begins."""
        if not self._seen_root:
            self._seen_root = True
            if tag.lower() != "graphml":
                raise SchemaError(f"{self.name!r} is no GraphML: its outermost element is <{tag[:40]}>.")
        if tag == "key":
            self._key = given.get("id", "")
            kind = _TYPES.get(given.get("attr.type", given.get("type", "")).lower(), "")
            self.file.keys[self._key] = Attribute(
                given.get("attr.name") or given.get("name") or self._key, kind, given.get("for", "all")
            )
        elif tag == "graph":
            self._depth += 1
            if self._depth == 1:
                self.file.graphs.append(
                    XmlGraph(given.get("id", ""), given.get("edgedefault", "undirected") != "undirected", given)
                )
                self._open.append(self.file.graphs[-1].answers)
            else:
                self._count("graphs inside a node, their people taken as people of the graph around them")
        elif tag in ("node", "edge") and self.file.graphs:
            self._open.append(self._node(given) if tag == "node" else self._edge(given))
        elif tag == "data":
            self._data = given.get("key", "")
        elif tag in ("hyperedge", "port"):
            self._count(f"<{tag}> elements")

    def _count(self, what: str) -> None:
        self.file.n_other[what] = self.file.n_other.get(what, 0) + 1

    def _node(self, given: dict[str, str]) -> Answers:
        graph = self.file.graphs[-1]
        return graph.node(given.get("id", str(len(graph.nodes))))

    def _edge(self, given: dict[str, str]) -> Answers:
        directed = {"true": True, "false": False}.get(given.get("directed", ""))
        return self.file.graphs[-1].edge(given.get("source", ""), given.get("target", ""), directed, given.get("id", ""))

    def end(self, tag: str, text: str) -> None:
        """An element ends."""
        if tag == "data" and self._open:
            key = self._data
            if key not in self.file.keys:
                self.file.keys[key] = Attribute(key, "", "all")
                self.file.undeclared.add(key)
            self._open[-1][key] = text
        elif tag == "default" and self._key in self.file.keys:
            self.file.keys[self._key] = self.file.keys[self._key]._replace(default=text)
        elif tag == "graph":
            self._depth -= 1
            if self._depth == 0 and self._open:
                self._open.pop()
        elif tag in ("node", "edge") and self._open:
            self._open.pop()


def read_graphml_file(data: bytes, name: str) -> GraphmlFile:
    """Graphs, keys and data of a GraphML file.

    Raises
    ------
    SchemaError
        It is no GraphML, is cut short, holds no graph, or declares a document type.
    """
    reader = _Reader(name)
    walk_xml(data, name, reader.start, reader.end)
    if not reader.file.graphs:
        raise SchemaError(f"{name!r} is GraphML and holds no <graph>; export it again.")
    return reader.file


def parse_graphml(
    data: bytes, name: str, *, strength: str | None = "auto", keep: Iterable[str] = (), directed: bool | None = None
) -> RawNetworks:
    """Every graph of a GraphML file as a network.

    Raises
    ------
    SchemaError
        As :func:`read_graphml_file`, or the strength asked for is not there or no number.
    """
    file = read_graphml_file(data, name)
    networks, rows, notes = made_networks(file.graphs, file.keys, name, strength=strength, keep=keep, directed=directed)
    rows += [ImportRow(name, what, n, 0, "a network has no place for them") for what, n in file.n_other.items()]
    if file.undeclared:
        notes.append(f"Attributes used and not declared, read as text: {', '.join(sorted(file.undeclared))}.")
    return RawNetworks(networks, ImportReport(KIND, name, tuple(rows), tuple(notes)))


def graphml_text(networks: Sequence[RawNetwork]) -> str:
    """Networks as a GraphML file of one graph each; the same networks give the same text.

    Raises
    ------
    SchemaError
        An id or a text holds a sign that XML cannot.
    """
    keys: dict[tuple[str, str], str] = {}
    body: list[str] = []
    for network in networks:
        known, kinds = held_in(network, "GraphML")
        # igraph calls nodes n0, n1, … when it writes them again, and keeps the attribute.
        columns = {PERSON_ID: list(network.people.index), **known.values, **({UNKNOWN: known.unknown} if known.unknown else {})}
        own = {title: _key(keys, title, _WRITTEN[kinds.get(title, "")]) for title in columns}
        default = "directed" if network.directed else "undirected"
        body.append(f"  <graph id={xml_attribute(network.name)} edgedefault={xml_attribute(default)}>")
        body += [f"    {_data(COLUMNS, known.columns)}"] * bool(known.values)
        ids = [xml_attribute(label) for label in network.people.index]
        for label, *values in zip(ids, *columns.values(), strict=True):
            told = "".join(_data(own[title], value) for title, value in zip(columns, values, strict=True) if value is not None)
            body.append(f"    <node id={label}>{told}</node>" if told else f"    <node id={label}/>")
        for i, j, value in tie_list(network):
            body.append(f'    <edge source={ids[i]} target={ids[j]}><data key="strength">{value!r}</data></edge>')
        body.append("  </graph>")
    declared = [
        f'  <key id="{key}" for="node" attr.name={xml_attribute(title)} attr.type="{kind}"/>' for (title, kind), key in keys.items()
    ]
    head = ['<?xml version="1.0" encoding="utf-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    declared += [f'  <key id="{COLUMNS}" for="graph" attr.name="{COLUMNS}" attr.type="string"/>'] * any(
        len(network.people.columns) for network in networks
    )
    edge = ['  <key id="strength" for="edge" attr.name="strength" attr.type="double"/>']
    return "\n".join([*head, *declared, *edge, *body, "</graphml>"]) + "\n"


def _key(keys: dict[tuple[str, str], str], title: str, kind: str) -> str:
    return keys.setdefault((title, kind), f"a{len(keys)}")


def _data(key: str, value: Any) -> str:
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return f'<data key="{key}">{xml_attribute(text)[1:-1]}</data>'
