"""The rows of a Network Canvas export, gathered from its many files: egos, nodes by type, edges by type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.graphml import read_graphml_file
from recoverynet.formats.imported import ImportRow
from recoverynet.formats.opened import Opened, PackedFile, decoded, split_rows
from recoverynet.formats.xml_graphs import Answers, Attribute, XmlGraph

EGO, NODE, EDGE = "ego", "node", "edge"
EGO_ID, NODE_ID, SOURCE_ID, TARGET_ID = (
    "networkCanvasEgoUUID",
    "networkCanvasUUID",
    "networkCanvasSourceUUID",
    "networkCanvasTargetUUID",
)
CASE, SESSION, PROTOCOL, TYPE = "networkCanvasCaseID", "networkCanvasSessionID", "networkCanvasProtocolName", "networkCanvasType"
START, FINISH, EXPORTED = "sessionStart", "sessionFinish", "sessionExported"
_OF_GRAPH = {
    "caseId": CASE,
    "sessionUUID": SESSION,
    "protocolName": PROTOCOL,
    "sessionStartTime": START,
    "sessionFinishTime": FINISH,
    "sessionExportTime": EXPORTED,
}
_FILE = re.compile(r"(?:^|_)(?:(ego)|(attributeList|edgeList|adjacencyMatrix)(?:_(.+?))?)(?: ?\(\d+\))?\.csv$", re.IGNORECASE)
_KINDS = {"ego": EGO, "attributelist": NODE, "edgelist": EDGE}
_NEEDED = {EGO: (EGO_ID,), NODE: (EGO_ID,), EDGE: (EGO_ID,)}


@dataclass
class Collected:
    """Rows by kind and type, in the order they were met.

    Attributes
    ----------
    parts : dict of (kind, type) to dict of heading to rows
        Files of one heading lie together, which keeps a thousand small ones quick.
    """

    label: str
    parts: dict[tuple[str, str], dict[tuple[str, ...], list[list[str]]]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    n_files: int = 0
    n_ragged: Counter[str] = field(default_factory=Counter)
    n_windows: int = 0
    sessions: set[str] = field(default_factory=set)
    undeclared: set[str] = field(default_factory=set)
    newer: bool = False

    def add(self, kind: str, of: str, header: Sequence[str], rows: Iterable[list[str]]) -> None:
        """Rows of one file or graph."""
        self.parts.setdefault((kind, of), {}).setdefault(tuple(header), []).extend(rows)

    def frame(self, kind: str, of: str = "") -> pd.DataFrame:
        """All rows of a kind and type, columns of any of its files, NaN where empty."""
        made = [pd.DataFrame(rows, columns=list(header), dtype="str") for header, rows in self.parts.get((kind, of), {}).items()]
        if not made:
            return pd.DataFrame()
        frame = pd.concat(made, ignore_index=True) if len(made) > 1 else made[0]
        return frame.apply(lambda values: values.str.strip()).replace("", None).astype("str") if len(frame.columns) else frame

    def types(self, kind: str) -> list[str]:
        """Types of nodes or edges, in the order they were met."""
        return [of for found, of in self.parts if found == kind]


def collect(opened: Opened) -> Collected:
    """Every row of a folder, zip file or single file of an export.

    Raises
    ------
    SchemaError
        Nothing in it is part of an export of Network Canvas, or it tells nothing of who was asked.
    """
    found = Collected(opened.label)
    found.skipped["shadows of files, made by another system"] = opened.n_passed_over
    tables = [(entry, match) for entry in opened.entries if (match := _FILE.search(entry.file_name))]
    graphs = [entry for entry in opened.entries if entry.file_name.lower().endswith((".graphml", ".xml"))]
    known = {entry.name for entry, _ in tables} | {entry.name for entry in graphs}
    found.skipped["files that are no part of an export"] = sum(entry.name not in known for entry in opened.entries)
    matrices = [entry for entry, match in tables if (match.group(2) or "").lower() == "adjacencymatrix"]
    for entry, match in tables:
        if entry not in matrices:
            _add_table(found, entry, _KINDS[(match.group(1) or match.group(2)).lower()], _type_of(match))
    found.skipped["adjacency matrices, whose ties the edge lists hold"] = len(matrices)
    found.sessions = {session for session in _column(found.frame(EGO), SESSION) if session}
    for entry in graphs:
        _add_graphs(found, entry)
    if not found.parts:
        held = ", ".join(sorted({entry.file_name.rpartition(".")[2][:10] for entry in opened.entries})[:5]) or "nothing"
        raise SchemaError(
            f"{opened.label!r} holds no export of Network Canvas: files called …_ego.csv, …_attributeList_….csv, …_edgeList_….csv "
            f"or .graphml were expected; it holds {held}."
        )
    return found


def _type_of(match: re.Match[str]) -> str:
    return match.group(3) or ""


def _column(frame: pd.DataFrame, name: str) -> list[str]:
    return frame[name].dropna().tolist() if name in frame.columns else []


def _add_table(found: Collected, entry: PackedFile, kind: str, of: str) -> None:
    found.n_files += 1
    data = entry.read()
    if not data.strip():
        found.skipped["files without so much as a heading"] += 1
        return
    text, n_windows = decoded(data, _nameless(entry.file_name))
    found.n_windows += n_windows
    lines = split_rows(text, ",")
    header = _own_headings([cell.strip() for cell in lines[0]])
    if not set(_NEEDED[kind]) <= set(header):
        raise SchemaError(
            f"{_nameless(entry.file_name)!r} is called as a file of Network Canvas is and has no column {EGO_ID!r}; it has "
            f"{', '.join(header[:6])}. Export it again, or take it out."
        )
    rows = [line for line in lines[1:] if line and any(cell.strip() for cell in line)]
    whole = [line for line in rows if len(line) == len(header)]
    found.n_ragged[kind] += len(rows) - len(whole)
    found.newer = found.newer or bool({"networkCanvasFinishOutcome", "networkCanvasInterviewLocale", "APP_VERSION"} & set(header))
    found.add(kind, of, header, whole)


def _nameless(file_name: str) -> str:
    """A file name without the case it begins with, which may name somebody."""
    match = _FILE.search(file_name)
    return f"…{file_name[match.start() :]}" if match else file_name


def _own_headings(header: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    own = []
    for title in header:
        seen[title] += 1
        own.append(title if seen[title] == 1 else f"{title}_{seen[title]}")
    return own


def _add_graphs(found: Collected, entry: PackedFile) -> None:
    """Graphs of a GraphML file, each an interview; those the tables hold already are passed over."""
    file = read_graphml_file(entry.read(), entry.file_name if len(entry.file_name) < 60 else "the GraphML file")
    found.n_files += 1
    found.undeclared |= file.undeclared
    for number, graph in enumerate(file.graphs, start=1):
        ego = {_OF_GRAPH[key]: value for key, value in graph.given.items() if key in _OF_GRAPH}
        if ego.get(SESSION) in found.sessions:
            found.skipped["interviews in GraphML that the tables hold as well"] += 1
            continue
        answers = _titled(graph.answers, file.keys)
        own = answers.pop(EGO_ID, "") or answers.pop(NODE_ID, "") or ego.get(SESSION, "") or f"{entry.file_name} {number}"
        _add_row(found, EGO, "", {EGO_ID: own, **ego, **answers})
        _add_nodes_and_edges(found, graph, file.keys, own)


def _add_nodes_and_edges(found: Collected, graph: XmlGraph, keys: dict[str, Attribute], ego: str) -> None:
    ids: dict[str, str] = {}
    for node, said in graph.nodes.items():
        answers = _titled(said, keys)
        answers.pop(EGO_ID, "")
        ids[node] = answers.pop(NODE_ID, "") or f"{ego}:{node}"
        _add_row(found, NODE, answers.pop(TYPE, ""), {EGO_ID: ego, NODE_ID: ids[node], **answers})
    for source, target, said in zip(graph.sources, graph.targets, graph.edges, strict=True):
        answers = _titled(said, keys)
        answers.pop(EGO_ID, "")
        ends = {
            SOURCE_ID: answers.pop(SOURCE_ID, "") or ids.get(source, ""),
            TARGET_ID: answers.pop(TARGET_ID, "") or ids.get(target, ""),
        }
        answers.pop(NODE_ID, "")
        _add_row(found, EDGE, answers.pop(TYPE, ""), {EGO_ID: ego, **ends, **answers})


def _add_row(found: Collected, kind: str, of: str, row: dict[str, str]) -> None:
    found.add(kind, of, list(row), [list(row.values())])


def _titled(answers: Answers, keys: dict[str, Attribute]) -> Answers:
    """Answers by title; of two of the same title the later gets a number."""
    titled: Answers = {}
    for key, value in answers.items():
        title, number = keys[key].name, 2
        while title in titled:
            title, number = f"{keys[key].name}_{number}", number + 1
        titled[title] = value.strip()
    return titled


def told(found: Collected) -> list[ImportRow]:
    """Rows of the account for files and for rows that do not have as many cells as their heading."""
    rows = [ImportRow(found.label, what, n, 0, "they hold nothing of their own") for what, n in found.skipped.items() if n]
    for kind, n in found.n_ragged.items():
        if n:
            n_in = sum(len(part) for (of, _), parts in found.parts.items() if of == kind for part in parts.values()) + n
            rows.append(
                ImportRow(found.label, f"rows of {kind} files", n_in, n_in - n, "more or fewer cells than the heading: cut short")
            )
    return rows
