"""Pajek: networks (.net), the partitions (.clu) and vectors (.vec) beside them, and projects (.paj) that hold all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import ImportReport, ImportRow
from recoverynet.formats.opened import decoded
from recoverynet.formats.pajek.attributes import attribute_values, column_name, legend_of
from recoverynet.formats.pajek.sections import LIST_SECTIONS, PajekSection, label_of, quoted, sections_of, words_of
from recoverynet.formats.raw_networks import (
    MODE,
    NETWORK,
    RawNetwork,
    RawNetworks,
    RelationTies,
    networks_settled,
    number_text,
    require_number_of_ties,
    require_one_line,
    unique_ids,
    windows_notes,
    without_names,
)

KIND = "pajek"
_TIMES = "lines of times or events"


@dataclass
class _Reading:
    """What has been met of one network so far."""

    title: str = ""
    n: int = 0
    n_first: int = 0
    labels: dict[int, str] = field(default_factory=dict)
    n_drawn: int = 0
    layers: dict[int, RelationTies] = field(default_factory=dict)
    kinds: dict[int, set[str]] = field(default_factory=dict)
    n_tie_words: int = 0
    columns: dict[str, pd.Series] = field(default_factory=dict)


def parse_pajek(
    data: bytes, name: str, *, attributes: Iterable[tuple[str, bytes]] = (), keep: Iterable[str] = (), directed: bool | None = None
) -> RawNetworks:
    """Every relation of a Pajek network or project as a network.

    Raises
    ------
    SchemaError
        It is no Pajek file, is cut short, names a vertex it does not hold, or an attribute is of another number of people.
    """
    text, n_windows = decoded(data, name)
    readings, skipped = _readings(text, name)
    if not readings:
        raise SchemaError(f"{name!r} holds no network: no line *Vertices with a number of people was found.")
    for file_name, more in attributes:
        for section in sections_of(decoded(more, file_name).text, file_name):
            _take_attribute(section, file_name, _stem_behind(file_name, name), readings[-1])
    networks: list[RawNetwork] = []
    rows: list[ImportRow] = [ImportRow(name, what, n, 0, "there is no place for them") for what, n in skipped.items()]
    for reading in readings:
        made, told = _made(reading, name, keep, directed, alone=len(readings) == 1)
        networks += made
        rows += told
    return RawNetworks(networks, ImportReport(KIND, name, tuple(rows), windows_notes(n_windows)))


def _stem_behind(file_name: str, name: str) -> str:
    """``sex`` for ``a_sex.clu`` beside ``a.net``."""
    stem, own = file_name.rpartition(".")[0], name.rpartition(".")[0]
    return stem.removeprefix(own).lstrip("_-. ") or stem


def _readings(text: str, name: str) -> tuple[list[_Reading], dict[str, int]]:
    readings: list[_Reading] = []
    skipped: dict[str, int] = {}
    title, awaiting = "", ""
    for section in sections_of(text, name):
        if section.kind == "network":
            title = label_of(section.rest)
        elif section.kind in ("partition", "vector"):
            awaiting, title = section.kind, label_of(section.rest)
        elif section.kind == "vertices" and awaiting:
            _take_attribute(section, name, title, _last(readings, name))
            awaiting, title = "", ""
        elif section.kind == "vertices":
            readings.append(_Reading(title))
            _take_vertices(section, readings[-1], name)
            title = ""
        elif section.kind in LIST_SECTIONS:
            _take_ties(section, _last(readings, name), name)
        else:
            what = f"lines of *{section.kind[:40]}"
            skipped[what] = skipped.get(what, 0) + len(section.lines)
    return readings, skipped


def _last(readings: list[_Reading], name: str) -> _Reading:
    if not readings:
        raise SchemaError(f"{name!r} lists ties or attributes before the line *Vertices that says how many people there are.")
    return readings[-1]


def _take_vertices(section: PajekSection, reading: _Reading, name: str) -> None:
    reading.n, reading.n_first = section.size(name)
    for number, line in section.lines:
        words = words_of(line)
        if not words[0].isdecimal() or not 1 <= int(words[0]) <= reading.n:
            raise SchemaError(f"Line {number:,} of {name!r} describes vertex {words[0][:20]!r}; vertices are 1 to {reading.n:,}.")
        if len(words) > 1:
            reading.labels[int(words[0])] = label_of(words[1])
        reading.n_drawn += len(words) > 2


def _take_attribute(section: PajekSection, name: str, title: str, reading: _Reading) -> None:
    n, _ = section.size(name)
    if n != reading.n or len(section.lines) != n:
        raise SchemaError(
            f"{name!r} gives an attribute of {n:,} people in {len(section.lines):,} values; the network holds {reading.n:,} people."
        )
    told = column_name(section.comments) or title or f"attribute {len(reading.columns) + 1}"
    reading.columns[told] = attribute_values([line for _, line in section.lines], section.comments, name)


def _take_ties(section: PajekSection, reading: _Reading, name: str) -> None:
    k, title = section.relation()
    require_number_of_ties(
        sum(line.count(" ") for _, line in section.lines) if section.kind.endswith("list") else len(section.lines), name
    )
    if section.kind == "matrix":
        ties = _of_matrix(section, reading, name)
    elif section.kind.endswith("list"):
        ties = [(k, *tie) for number, line in section.lines for tie in _of_list(line, number, name)]
    else:
        ties = [_of_line(line, number, k, name, reading) for number, line in section.lines]
    _layer(reading, k, title)
    by_relation: dict[int, list[tuple[int, int, int, float]]] = {k: []}
    for tie in ties:
        by_relation.setdefault(tie[0], []).append(tie)
    undirected = section.kind.startswith("edge")
    for relation, mine in by_relation.items():
        beyond = [end for tie in mine for end in tie[1:3] if not 1 <= end <= reading.n]
        if beyond:
            raise SchemaError(f"{name!r} ties vertex {beyond[0]}; vertices are 1 to {reading.n:,}.")
        reading.kinds.setdefault(relation, set()).add("edges" if undirected else "arcs")
        layer = _layer(reading, relation, "")
        layer.one = [*layer.one, *(tie[1] - 1 for tie in mine)]
        layer.other = [*layer.other, *(tie[2] - 1 for tie in mine)]
        layer.strength = [*layer.strength, *(tie[3] for tie in mine)]
        layer.both_ways = [*(layer.both_ways if layer.both_ways is not None else []), *([undirected] * len(mine))]


def _layer(reading: _Reading, k: int, title: str) -> RelationTies:
    layer = reading.layers.setdefault(k, RelationTies(""))
    layer.name = title or layer.name
    return layer


def _of_line(line: str, number: int, k: int, name: str, reading: _Reading) -> tuple[int, int, int, float]:
    """``1 2 0.5`` and, where several relations stand in one list, ``3: 1 2 0.5``."""
    words = words_of(line)
    if words[0].endswith(":") and words[0][:-1].isdecimal():
        k, words = int(words[0][:-1]), words[1:]
    if len(words) < 2:
        raise SchemaError(f"Line {number:,} of {name!r} is cut short: a tie needs two ends; it is {line[:40]!r}.")
    valued = len(words) > 2 and _is_number(words[2])
    reading.n_tie_words += len(words) > 2 + valued
    return k, _whole(words[0], number, name), _whole(words[1], number, name), float(words[2]) if valued else 1.0


def _of_list(line: str, number: int, name: str) -> list[tuple[int, int, float]]:
    places = [_whole(word, number, name) for word in words_of(line)]
    return [(places[0], other, 1.0) for other in places[1:]]


def _of_matrix(section: PajekSection, reading: _Reading, name: str) -> list[tuple[int, int, int, float]]:
    k, _ = section.relation()
    two_sets = reading.n_first < reading.n
    shape = (reading.n_first, reading.n - reading.n_first) if two_sets else (reading.n, reading.n)
    words = [word for _, line in section.lines for word in line.split()]
    if len(words) != shape[0] * shape[1]:
        raise SchemaError(f"{name!r} holds a matrix of {len(words):,} values; {shape[0]:,} × {shape[1]:,} were expected.")
    if not all(map(_is_number, words)):
        raise SchemaError(f"{name!r} holds a matrix in which {next(w for w in words if not _is_number(w))[:40]!r} is no number.")
    cells = np.array(words, dtype=np.float64).reshape(shape)
    shift = reading.n_first if two_sets else 0
    return [(k, i + 1, j + 1 + shift, float(cells[i, j])) for i, j in zip(*map(np.ndarray.tolist, np.nonzero(cells)), strict=True)]


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _whole(word: str, number: int, name: str) -> int:
    if not word.isdecimal() or len(word) > 9:
        raise SchemaError(f"Line {number:,} of {name!r} names {word[:40]!r} where the number of a vertex was expected.")
    return int(word)


def _made(
    reading: _Reading, name: str, keep: Iterable[str], directed: bool | None, *, alone: bool
) -> tuple[list[RawNetwork], list[ImportRow]]:
    """The networks of one reading."""
    ids, rows = unique_ids([reading.labels.get(k, "") for k in range(1, reading.n + 1)], name)
    if reading.n_first < reading.n:
        reading.columns = {MODE: pd.Series(np.where(np.arange(reading.n) < reading.n_first, 1, 2)), **reading.columns}
    people, told = without_names(
        pd.DataFrame(reading.columns).set_axis(ids) if reading.columns else pd.DataFrame(index=ids), keep, name
    )
    rows += told
    for n, what, why in (
        (reading.n_drawn, "places and looks of vertices on a drawing", "a network has no drawing"),
        (reading.n_tie_words, "looks, labels or times of ties", "a network holds one strength a tie"),
    ):
        rows += [ImportRow(name, what, n, 0, why)] * bool(n)
    reading.layers = reading.layers or {1: RelationTies("", both_ways=[])}
    for k, layer in reading.layers.items():
        kinds = reading.kinds.get(k, {"edges"})
        layer.directed = "arcs" in kinds
        layer.asked(directed)
        bare = reading.title if len(reading.layers) == 1 else f"relation {k}"
        layer.name = layer.name or bare or (NETWORK if alone else f"{NETWORK} {k}")
        if reading.title and not alone and layer.name != reading.title:
            layer.name = f"{reading.title}: {layer.name}"
    networks, ties = networks_settled(reading.layers.values(), people, name)
    return networks, [*rows, *ties]


def pajek_files(networks: Sequence[RawNetwork], stem: str) -> dict[str, str]:
    """File names and texts: the network, and a partition or vector for each column of the people.

    Raises
    ------
    SchemaError
        A label, a name or a text holds a line break.
    """
    first = networks[0]
    lines = [f"*Vertices {len(first.people)}"]
    for number, label in enumerate(first.people.index, start=1):
        require_one_line(label)
        lines.append(f"{number} {quoted(label)}")
    named = len(networks) > 1 or first.name != NETWORK
    for k, network in enumerate(networks, start=1):
        require_one_line(network.name)
        word = "*Arcs" if network.directed else "*Edges"
        lines.append(f"{word} :{k} {quoted(network.name)}" if named else word)
        lines += _tie_lines(network)
    files = {f"{stem}.net": "\n".join(lines) + "\n"}
    for k, (title, values) in enumerate(first.people.items(), start=1):
        ending, text = legend_of(str(title), values)
        safe = "".join(sign if sign.isalnum() else "_" for sign in str(title))[:40] or str(k)
        place = f"{stem}_{safe}.{ending}"
        files[place if place not in files else f"{stem}_{safe}_{k}.{ending}"] = text
    return files


def _tie_lines(network: RawNetwork) -> list[str]:
    entries = network.weights.tocoo()
    order = np.lexsort((entries.col, entries.row))
    row, column, data = entries.row[order], entries.col[order], entries.data[order]
    keep = np.ones(len(row), dtype=bool) if network.directed else row < column
    triples = zip(row[keep].tolist(), column[keep].tolist(), data[keep].tolist(), strict=True)
    return [f"{i + 1} {j + 1} {number_text(value)}" for i, j, value in triples]
