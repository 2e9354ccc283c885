"""VNA, the text format of NetDraw: attributes of people, and ties with a column a relation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import ImportReport, ImportRow
from recoverynet.formats.opened import decoded, text_lines
from recoverynet.formats.raw_networks import (
    NETWORK,
    RawNetwork,
    RawNetworks,
    RelationTies,
    networks_settled,
    number_text,
    of_one_direction,
    plain_columns,
    require_number_of_people,
    require_number_of_ties,
    require_one_line,
    typed_values,
    unique_ids,
    windows_notes,
    without_names,
)

KIND = "vna"
_WORD = re.compile(r'"(?:[^"]|"")*"|[^\s,]+')
_SECTIONS = {"node data": "nodes", "node properties": "looks", "tie data": "ties", "tie properties": "arrows"}
_TRUTHS = {"true": True, "false": False}


@dataclass
class _Section:
    """Heading and rows of one section, every cell with its quotation marks."""

    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    n_ragged: int = 0


def parse_vna(data: bytes, name: str, *, keep: Iterable[str] = (), directed: bool | None = None) -> RawNetworks:
    """Every relation of a VNA file as a network.

    Raises
    ------
    SchemaError
        It is no VNA file, or holds neither people nor ties.
    """
    text, n_windows = decoded(data, name)
    require_number_of_ties(text.count("\n"), name)
    sections = _sections(text, name)
    nodes, ties = sections.get("nodes", _Section()), sections.get("ties", _Section())
    if not nodes.header and not ties.header:
        raise SchemaError(f"{name!r} holds no section *node data or *tie data with a heading; it is cut short or of another kind.")
    labels = [_bare(row[0]) for row in nodes.rows]
    place = {label: number for number, label in reversed(list(enumerate(labels)))}
    layers = _layers(ties, place, labels, name)
    require_number_of_people(len(labels), name)
    ids, rows = unique_ids(labels, name)
    rows += _told(sections, name)
    people, told = without_names(_people(nodes, ids), keep, name)
    for layer in layers:
        layer.asked(_arrows(sections) if directed is None else directed)
    of_one_direction(layers, len(ids))
    networks, of_ties = networks_settled(layers, people, name)
    return RawNetworks(networks, ImportReport(KIND, name, tuple([*rows, *told, *of_ties]), windows_notes(n_windows)))


def _sections(text: str, name: str) -> dict[str, _Section]:
    sections: dict[str, _Section] = {}
    current: _Section | None = None
    for line in text_lines(text):
        if line.lstrip().startswith("*"):
            title = " ".join(line.strip().lstrip("*").lower().split())
            if title not in _SECTIONS:
                raise SchemaError(
                    f"{name!r} holds a section {line.strip()[:40]!r}; *node data, *tie data and their properties are read."
                )
            current = sections.setdefault(_SECTIONS[title], _Section())
            continue
        words = _WORD.findall(line)
        if not words:
            continue
        if current is None:
            raise SchemaError(f"{name!r} is no VNA file: it does not begin with *node data or *tie data.")
        if not current.header:
            current.header = [_bare(word) for word in words]
        elif len(words) == len(current.header):
            current.rows.append(words)
        else:
            current.n_ragged += 1
    return sections


def _bare(word: str) -> str:
    return word[1:-1].replace('""', '"') if len(word) > 1 and word[0] == word[-1] == '"' else word


def _layers(ties: _Section, place: dict[str, int], labels: list[str], name: str) -> list[RelationTies]:
    """One layer a column; people only the ties name are added to the labels."""
    if not ties.header:
        return [RelationTies(NETWORK, directed=False)]
    if len(ties.header) < 2:
        raise SchemaError(f"{name!r} gives ties without two ends; *tie data begins with the columns from and to.")
    ends = []
    for row in ties.rows:
        for word in map(_bare, row[:2]):
            if word not in place:
                place[word] = len(labels)
                labels.append(word)
        ends.append((place[_bare(row[0])], place[_bare(row[1])]))
    one, other = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    if len(ties.header) == 2:
        return [RelationTies(NETWORK, one, other, np.ones(len(one)), None)]
    layers = []
    for column in range(2, len(ties.header)):
        strength = np.array([_strength(_bare(row[column]), ties.header[column], name) for row in ties.rows], dtype=np.float64)
        title = ties.header[column] if len(ties.header) > 3 or ties.header[column].lower() != "strength" else NETWORK
        layers.append(RelationTies(title, one, other, strength, None))
    return layers


def _strength(word: str, column: str, name: str) -> float:
    if word == "" or word.lower() in ("na", "nan"):
        return np.nan
    try:
        return float(word)
    except ValueError:
        raise SchemaError(
            f"The ties of {name!r} hold {word[:40]!r} in the column {column!r}, where a strength was expected."
        ) from None


def _told(sections: Mapping[str, _Section], name: str) -> list[ImportRow]:
    """Rows left out: those of other lengths than their heading, and how things look on a drawing."""
    rows = []
    for kind, what in (("nodes", "rows of node data"), ("ties", "rows of tie data")):
        section = sections.get(kind, _Section())
        if section.n_ragged:
            n = len(section.rows) + section.n_ragged
            rows.append(ImportRow(name, what, n, len(section.rows), "the row has more or fewer values than the heading"))
    looks = sections.get("looks", _Section())
    rows += [ImportRow(name, "rows of node properties", len(looks.rows), 0, "a network has no drawing")] * bool(looks.rows)
    return rows


def _arrows(sections: Mapping[str, _Section]) -> bool | None:
    """Whether ties are drawn with heads, None where nothing says so."""
    arrows = sections.get("arrows", _Section())
    titles = [title.lower() for title in arrows.header]
    if "headsize" not in titles or not arrows.rows:
        return None
    return any(_bare(row[titles.index("headsize")]) not in ("0", "") for row in arrows.rows)


def _people(nodes: _Section, ids: pd.Index) -> pd.DataFrame:
    columns = {}
    for column in range(1, len(nodes.header)):
        words: list[str | None] = [row[column] for row in nodes.rows]
        columns[nodes.header[column]] = _column(words + [None] * (len(ids) - len(nodes.rows)))
    return pd.DataFrame(columns).set_axis(ids) if columns else pd.DataFrame(index=ids)


def _column(words: Sequence[str | None]) -> pd.Series:
    """Numbers and truths stand bare; what stands in quotation marks is text; ``""`` is missing."""
    known = [word for word in words if word not in (None, '""')]
    if known and not any(word.startswith('"') for word in known if word):
        if all(word in _TRUTHS for word in known):
            return typed_values([_TRUTHS[word] if word in known and word else None for word in words])
        numbers = [_number(word or "") for word in known]
        if None not in numbers:
            found = iter(numbers)
            return typed_values([None if word in (None, '""') else next(found) for word in words])
    return typed_values([None if word in (None, '""') else _bare(word or "") for word in words])


def _number(word: str) -> int | float | None:
    if re.fullmatch(r"[+-]?(?:0|[1-9]\d*)", word):
        return int(word)
    try:
        return None if re.fullmatch(r"[+-]?0\d+", word) else float(word)
    except ValueError:
        return None


def vna_text(networks: Sequence[RawNetwork]) -> str:
    """Networks of the same people as a VNA file that :func:`parse_vna` reads back as the same.

    Raises
    ------
    SchemaError
        Some have a direction and some not, a name occurs twice, or something holds a line break.
    """
    first, names = networks[0], [network.name for network in networks]
    if any(network.directed != first.directed for network in networks) or len(set(names)) < len(names):
        raise SchemaError("A VNA file holds relations of different names, all with a direction or all without one.")
    columns = plain_columns(first.people)
    lines = ["*node data", " ".join(["ID", *map(_quoted, columns)])]
    for label, *values in zip(first.people.index, *columns.values(), strict=True):
        lines.append(" ".join([_quoted(label), *map(_value, values)]))
    titles = ["strength"] if names == [NETWORK] else [_quoted(name) for name in names]
    lines += ["*tie data", " ".join(["from", "to", *titles])]
    ids = [_quoted(label) for label in first.people.index]
    matrices = [sparse.csr_array(network.weights) for network in networks]
    tied = sparse.csr_array(sum((matrix != 0).astype(np.int8) for matrix in matrices)).tocoo()
    order = np.lexsort((tied.col, tied.row))
    row, column = tied.row[order], tied.col[order]
    strengths = [_entries(matrix, row, column) for matrix in matrices]
    for i, j, *values in zip(row.tolist(), column.tolist(), *strengths, strict=True):
        lines.append(" ".join([ids[i], ids[j], *map(number_text, values)]))
    if first.directed != _reads_as_directed(matrices):
        lines += ["*tie properties", "from to headsize"]
        ends = list(zip(row.tolist(), column.tolist(), strict=True)) or [(0, 0)] * bool(ids)
        lines += [f"{ids[i]} {ids[j]} {8 if first.directed else 0}" for i, j in ends[:1]]
    return "\n".join(lines) + "\n"


def _entries(matrix: sparse.csr_array, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    found: Any = matrix[row, column] if len(row) else np.zeros(0)
    return np.asarray(found.toarray() if sparse.issparse(found) else found).ravel()


def _reads_as_directed(matrices: Sequence[sparse.csr_array]) -> bool:
    """What a reader makes of ties of which nothing says whether they have a direction."""
    filled = [matrix for matrix in matrices if matrix.nnz]
    return not filled or any((matrix != matrix.T).nnz for matrix in filled)


def _quoted(text: str) -> str:
    require_one_line(text)
    return '"' + text.replace('"', '""') + '"'


def _value(value: Any) -> str:
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return str(value) if isinstance(value, int) else _quoted(str(value))
