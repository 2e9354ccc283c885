"""GEXF of Gephi, networkx and igraph's friends: one graph a file, attributes declared, labels and drawings left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from recoverynet.errors import SchemaError
from recoverynet.formats.attributes import COLUMNS
from recoverynet.formats.imported import ImportReport, ImportRow
from recoverynet.formats.raw_networks import NETWORK, RawNetwork, RawNetworks
from recoverynet.formats.xml_graphs import Attribute, XmlGraph, held_in, made_networks, tie_list, xml_attribute
from recoverynet.formats.xml_text import walk_xml

KIND = "gexf"
_TYPES = {"boolean": "truth", "float": "number", "double": "number", "bigdecimal": "number"}
_TYPES |= dict.fromkeys(("integer", "long", "short", "byte", "biginteger"), "whole")
_WRITTEN = {"truth": "boolean", "whole": "long", "number": "double", "": "string"}
_LOOKS = {"color", "position", "size", "shape", "thickness"}
_LABEL = ("node", "label")
_NOTE = f"{COLUMNS}: "


@dataclass
class _Reader:
    """Follows the elements of a GEXF file; attributes are keyed by whose they are and their id."""

    name: str
    graphs: list[XmlGraph] = field(default_factory=list)
    keys: dict[str, Attribute] = field(default_factory=dict)
    undeclared: set[str] = field(default_factory=set)
    n_other: dict[str, int] = field(default_factory=dict)
    _open: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _notes: dict[str, str] = field(default_factory=dict)
    _whose: str = ""
    _key: str = ""
    _seen_root: bool = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        """An element begins."""
        if not self._seen_root:
            self._seen_root = True
            if tag.lower() != "gexf":
                raise SchemaError(f"{self.name!r} is no GEXF: its outermost element is <{tag[:40]}>.")
        if tag == "graph":
            self.graphs.append(XmlGraph(given.get("id", ""), given.get("defaultedgetype", "undirected") != "undirected", given))
            self.graphs[-1].answers.update(self._notes)
        elif tag == "attributes":
            self._whose = given.get("class", "node")
        elif tag == "attribute":
            self._key = f"{self._whose}:{given.get('id', '')}"
            kind = _TYPES.get(given.get("type", "").lower(), "")
            self.keys[self._key] = Attribute(given.get("title") or given.get("id", ""), kind, self._whose)
        elif tag == "node" and self.graphs:
            self._start_node(given)
        elif tag == "edge" and self.graphs:
            self._start_edge(given)
        elif tag == "attvalue" and self._open:
            self._answer(given)
        elif tag in _LOOKS or tag == "spell":
            what = "times at which nodes and ties were there" if tag == "spell" else "looks of nodes and ties on a drawing"
            self.n_other[what] = self.n_other.get(what, 0) + 1

    def _start_node(self, given: dict[str, str]) -> None:
        answers = self.graphs[-1].node(given.get("id", str(len(self.graphs[-1].nodes))))
        self._open.append(("node", answers))
        if "label" in given:
            self.keys.setdefault(":".join(_LABEL), Attribute("label", "", "node"))
            answers[":".join(_LABEL)] = given["label"]

    def _start_edge(self, given: dict[str, str]) -> None:
        kind = given.get("type", "").lower()
        directed = {"directed": True, "mutual": False, "undirected": False}.get(kind)
        answers = self.graphs[-1].edge(given.get("source", ""), given.get("target", ""), directed, given.get("id", ""))
        self._open.append(("edge", answers))
        for own in ("weight", "label", "kind"):
            if own in given:
                self.keys.setdefault(f"edge:{own}", Attribute(own, "number" if own == "weight" else "", "edge"))
                answers[f"edge:{own}"] = given[own]

    def _answer(self, given: dict[str, str]) -> None:
        whose, answers = self._open[-1]
        key = f"{whose}:{given.get('for', given.get('id', ''))}"
        if key not in self.keys:
            self.undeclared.add(key.partition(":")[2])
            self.keys[key] = Attribute(key.partition(":")[2], "", whose)
        if key in answers:
            what = "earlier values of an attribute that changed over time"
            self.n_other[what] = self.n_other.get(what, 0) + 1
        answers[key] = given.get("value", "")

    def end(self, tag: str, text: str) -> None:
        """An element ends."""
        if tag == "description" and text.strip().startswith(_NOTE) and not self.graphs:
            self.keys[COLUMNS] = Attribute(COLUMNS, "", "graph")
            self._notes[COLUMNS] = text.strip().removeprefix(_NOTE)
        elif tag == "default" and self._key in self.keys:
            self.keys[self._key] = self.keys[self._key]._replace(default=text)
        elif tag in ("node", "edge") and self._open:
            self._open.pop()


def parse_gexf(
    data: bytes, name: str, *, strength: str | None = "auto", keep: Iterable[str] = (), directed: bool | None = None
) -> RawNetworks:
    """The graph of a GEXF file as a network.

    Raises
    ------
    SchemaError
        It is no GEXF, is cut short, holds no graph or declares a document type; the strength asked for is not there.
    """
    reader = _Reader(name)
    walk_xml(data, name, reader.start, reader.end)
    if not reader.graphs:
        raise SchemaError(f"{name!r} is GEXF and holds no <graph>; export it again.")
    networks, rows, notes = made_networks(reader.graphs, reader.keys, name, strength=strength, keep=keep, directed=directed)
    rows += [ImportRow(name, what, n, 0, "a network has no place for them") for what, n in reader.n_other.items()]
    if reader.undeclared:
        notes.append(f"Attributes used and not declared, read as text: {', '.join(sorted(reader.undeclared))}.")
    return RawNetworks(networks, ImportReport(KIND, name, tuple(rows), tuple(notes)))


def gexf_text(network: RawNetwork) -> str:
    """A network as a GEXF file; the same network gives the same text.

    Raises
    ------
    SchemaError
        An id or a text holds a sign that XML cannot.
    """
    known, kinds = held_in(network, "GEXF")
    columns = known.values
    way = "directed" if network.directed else "undirected"
    named = "" if network.name == NETWORK else f" id={xml_attribute(network.name)}"
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<gexf xmlns="http://gexf.net/1.3" version="1.3">']
    lines += [f"  <meta>{column_note(known.columns)}</meta>"] * bool(columns)
    lines += [f'  <graph{named} mode="static" defaultedgetype="{way}">', '    <attributes class="node">']
    for place, title in enumerate(columns):
        kind = _WRITTEN[kinds[title]]
        lines.append(f'      <attribute id="{place}" title={xml_attribute(title)} type="{kind}"/>')
    lines += ["    </attributes>", "    <nodes>"]
    ids = [xml_attribute(label) for label in network.people.index]
    for label, *values in zip(ids, *columns.values(), strict=True):
        said = [(place, value) for place, value in enumerate(values) if value is not None]
        told = "".join(f'<attvalue for="{place}" value={_text(value)}/>' for place, value in said)
        lines.append(f"      <node id={label} label={label}>" + f"<attvalues>{told}</attvalues>" * bool(told) + "</node>")
    lines += ["    </nodes>", "    <edges>"]
    for number, (i, j, value) in enumerate(tie_list(network)):
        lines.append(f'      <edge id="{number}" source={ids[i]} target={ids[j]} weight="{value!r}"/>')
    return "\n".join([*lines, "    </edges>", "  </graph>", "</gexf>"]) + "\n"


def column_note(columns: str) -> str:
    """The element of a file's ``<meta>`` that holds the note on the type of each column."""
    return f"<description>{xml_attribute(_NOTE + columns)[1:-1]}</description>"


def _text(value: object) -> str:
    return xml_attribute(("true" if value else "false") if isinstance(value, bool) else value)
