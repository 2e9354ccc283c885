"""Networks as files hold them, made ready for a matrix: one strength a pair, nobody tied to themselves, every loss counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import ImportReport, ImportRow, chained
from recoverynet.tables.identifiers import identifying_column
from recoverynet.tables.mapped import plain_name

MOST_PEOPLE, MOST_TIES = 2_000_000, 5_000_000
NETWORK, MODE = "network", "mode"
_DRAWN = {"label", "labels", "shortlabel"}


class RawNetwork(NamedTuple):
    """One network: strengths from row to column, people in that order, and whether ties have a direction."""

    name: str
    weights: sparse.csr_array
    people: pd.DataFrame
    directed: bool


class RawNetworks(NamedTuple):
    """Every network of a file, and the account of reading it."""

    networks: list[RawNetwork]
    report: ImportReport


@dataclass
class RelationTies:
    """The ties of one relation as they stood in a file.

    Attributes
    ----------
    name : str
    one, other : sequence of int
        Places of the two ends; -1 is an end that the file does not know.
    strength : sequence of float
        NaN where missing.
    directed : bool or None
        None where the file does not say; then ties are undirected where every one has its equal the other way.
    both_ways : sequence of bool, optional
        Which ties of a directed layer hold in both directions.
    either_way : bool
        Whether an undirected tie may be listed from either end or from both: then it is one tie, as strong as the stronger.
    """

    name: str
    one: Sequence[int] | np.ndarray = field(default_factory=list)
    other: Sequence[int] | np.ndarray = field(default_factory=list)
    strength: Sequence[float] | np.ndarray = field(default_factory=list)
    directed: bool | None = True
    both_ways: Sequence[bool] | np.ndarray | None = None
    either_way: bool = False

    def asked(self, directed: bool | None) -> None:
        """Take over what the reader of the file was told about direction, where it was told."""
        if directed is not None:
            self.directed, self.either_way = directed, not directed


def networks_settled(layers: Iterable[RelationTies], people: pd.DataFrame, source: str) -> tuple[list[RawNetwork], list[ImportRow]]:
    """One network a layer, and the rows that say which ties came in.

    Ties with oneself, without a known end, of missing or infinite strength or of strength 0 are no ties and are counted.
    Ties between the same two people in the same direction are added up. Negative ties become a network of their own, with
    the size of the number as strength.
    """
    networks: list[RawNetwork] = []
    rows: list[ImportRow] = []
    for layer in layers:
        made, told = _settled_layer(layer, people, source)
        networks += made
        rows += told
    return networks, rows


def _settled_layer(layer: RelationTies, people: pd.DataFrame, source: str) -> tuple[list[RawNetwork], list[ImportRow]]:
    one, other = np.asarray(layer.one, dtype=np.int64), np.asarray(layer.other, dtype=np.int64)
    strength = np.asarray(layer.strength, dtype=np.float64)
    both = np.zeros(len(one), dtype=bool) if layer.both_ways is None else np.asarray(layer.both_ways, dtype=bool)
    n_in, left, dropped = len(one), np.ones(len(one), dtype=bool), []
    for wrong, why in (
        ((one < 0) | (other < 0), "an end of the tie is nobody the file knows"),
        (one == other, "a tie of somebody with themselves"),
        (np.isnan(strength), "the strength is missing, so nobody knows of the tie"),
        (np.isinf(strength), "the strength is infinite"),
        (strength == 0, "a strength of 0 is no tie"),
    ):
        dropped.append((int((wrong & left).sum()), why))
        left &= ~wrong
    one, other, strength, both = one[left], other[left], strength[left], both[left]
    directed = not _goes_both_ways(one, other, strength, len(people)) if layer.directed is None else layer.directed
    either_way = not directed and (layer.directed is None or layer.either_way)
    networks, n_out = [], 0
    for sign, name in ((1, layer.name), (-1, f"{layer.name} (negative)")):
        mine = np.sign(strength) == sign
        if sign > 0 or mine.any():
            ends = _pairs(one[mine], other[mine], np.abs(strength[mine]), directed, both[mine], either_way=either_way)
            n_out += ends[3]
            weights = sparse.csr_array((ends[2], (ends[0], ends[1])), shape=(len(people), len(people)))
            networks.append(RawNetwork(name, weights, people, directed))
    why = "listed both ways, one tie" if either_way else "between the same two people, strengths added up"
    dropped.append((len(one) - n_out, why))
    return networks, chained(source, f"ties of {layer.name!r}", n_in, dropped)


def _pairs(
    one: np.ndarray, other: np.ndarray, strength: np.ndarray, directed: bool, both: np.ndarray, *, either_way: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Entries of the matrix, each once, and how many ties of the file they stand for."""
    if directed:
        row, column = np.concatenate([one, other[both]]), np.concatenate([other, one[both]])
        data = np.concatenate([strength, strength[both]])
        return *_added_up(row, column, data), len(_added_up(2 * one + both, other, strength)[0])
    if either_way:
        one, other, strength = _added_up(one, other, strength)
    low, high, data = _added_up(np.minimum(one, other), np.maximum(one, other), strength, np.maximum if either_way else np.add)
    return np.concatenate([low, high]), np.concatenate([high, low]), np.concatenate([data, data]), len(low)


def _added_up(
    row: np.ndarray, column: np.ndarray, data: np.ndarray, how: np.ufunc = np.add
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if not len(row):
        return row, column, data
    key = row * (int(column.max()) + 1) + column
    if not (key[1:] > key[:-1]).all():
        order = np.argsort(key, kind="stable")
        row, column, data, key = row[order], column[order], data[order], key[order]
    first = np.ones(len(row), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    if first.all():
        return row, column, data
    return row[first], column[first], how.reduceat(data, np.flatnonzero(first))


def _goes_both_ways(one: np.ndarray, other: np.ndarray, strength: np.ndarray, n_people: int) -> bool:
    """Whether there are ties, and each has its equal the other way."""
    if not len(one):
        return False
    matrix = sparse.csr_array((strength, (one, other)), shape=(n_people, n_people))
    return bool((matrix != matrix.T).nnz == 0)


def of_one_direction(layers: Sequence[RelationTies], n_people: int) -> None:
    """Say of layers that do not say it whether ties have a direction: all alike, undirected where every tie has its equal."""
    open_ones = [layer for layer in layers if layer.directed is None]
    filled = [layer for layer in open_ones if np.any(np.asarray(layer.strength) != 0)]
    fine = [_goes_both_ways(np.asarray(one.one), np.asarray(one.other), np.asarray(one.strength), n_people) for one in filled]
    for layer in open_ones:
        if not fine or not all(fine):
            layer.directed = True
        elif not any(layer is one for one in filled):
            layer.directed = False


def require_number_of_people(n: int, name: str) -> int:
    """The number of people a file declares, refused where it is none or beyond reason."""
    if not 0 <= n <= MOST_PEOPLE:
        raise SchemaError(f"{name!r} declares {n:,} people; between 0 and {MOST_PEOPLE:,} can be read.")
    return n


def require_number_of_ties(n: int, name: str) -> None:
    """Raise SchemaError where a file lists more ties than are read."""
    if n > MOST_TIES:
        raise SchemaError(f"{name!r} lists {n:,} ties; at most {MOST_TIES:,} are read. Split it.")


def unique_ids(labels: Sequence[str], source: str, of: str = "") -> tuple[pd.Index, list[ImportRow]]:
    """Ids from labels: those that are empty or borne by several people get the number of the person."""
    counts = Counter(labels)
    ids, taken, changed = [], {label for label, n in counts.items() if n == 1 and label}, 0
    for number, label in enumerate(labels, start=1):
        new = label
        if not label or counts[label] > 1:
            new = f"{label} ({number})" if label else str(number)
            while new in taken:
                new += "'"
            changed += bool(label)
            taken.add(new)
        ids.append(new)
    why = "several people bear the same label; their number stands behind it" if changed else ""
    return pd.Index(ids, name="person_id", dtype="str"), [ImportRow(source, _of("people", of), len(ids), len(ids), why, changed)]


def without_names(people: pd.DataFrame, keep: Iterable[str], source: str, of: str = "") -> tuple[pd.DataFrame, list[ImportRow]]:
    """The attributes without those that name somebody, and the row that says how many columns came in."""
    kept = set(keep)
    unknown = sorted(kept - set(map(str, people.columns)))
    if unknown:
        there = ", ".join(map(repr, people.columns)) or "none"
        raise SchemaError(f"keep names {unknown[0]!r}, which no column of the people is called; there are {there}.")
    naming = [str(title) for title in people.columns if str(title) not in kept and heading_names_somebody(str(title))]
    if not len(people.columns):
        return people, []
    n = len(people.columns)
    why = f"direct identifiers ({', '.join(naming)}); keep=[…] takes one over" if naming else ""
    row = ImportRow(source, _of("columns of the people", of), n, n - len(naming), why)
    return people.drop(columns=naming), [row]


def _of(what: str, network: str) -> str:
    return f"{what} of {network!r}" if network else what


def heading_names_somebody(title: str) -> bool:
    """Whether a column of this name holds names or other direct identifiers of people."""
    words = plain_name(_split_words(title))
    return bool(identifying_column(words)) or words in _DRAWN or bool({"name", "names", "nickname"} & set(words.split("_")))


def _split_words(title: str) -> str:
    """``AlterName`` and ``alter.name`` as words."""
    spaced = "".join(
        f" {letter}" if letter.isupper() and before.islower() else letter
        for before, letter in zip(" " + title, title, strict=False)
    )
    return spaced.replace(".", " ")


def typed_values(values: Sequence[Any], kind: str = "") -> pd.Series:
    """Texts, numbers, truths, None where missing, as a column of one type: a missing whole number does not make it a fraction.

    Whole numbers of more than 20 digits stay text: as numbers they would become others.
    ``kind`` (``"truth"``, ``"whole"``, ``"number"``) says the type where no value is there to show it.
    """
    known = [value for value in values if value is not None]
    kinds = {type(value) for value in known} or {{"truth": bool, "whole": int, "number": float}.get(kind, str)}
    partly = len(known) < len(values)
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean" if partly else "bool")
    if kinds == {int} and all(abs(value) < 2**63 for value in known):
        return pd.Series(values, dtype="Int64" if partly else "int64")
    if kinds == {int} and all(0 <= value < 2**64 for value in known):
        return pd.Series(values, dtype="UInt64" if partly else "uint64")
    if kinds <= {int, float} and not (kinds == {int} and known):
        return pd.Series([np.nan if value is None else float(value) for value in values], dtype="float64")
    return pd.Series([None if value is None else str(value) for value in values], dtype="str")


def plain_columns(people: pd.DataFrame) -> dict[str, list[Any]]:
    """Attributes as texts, numbers and truths that any file can hold, None where missing; instants become ISO text."""
    columns: dict[str, list[Any]] = {}
    for title, values in people.items():
        found = [None if missing else value for value, missing in zip(values.tolist(), values.isna(), strict=True)]
        found = [value.isoformat() if isinstance(value, dt.date) else value for value in found]
        kinds = {type(value) for value in found if value is not None}
        if len(kinds) > 1 or not kinds <= {str, int, float, bool}:
            found = [None if value is None else str(value) for value in found]
        columns[str(title)] = found
    return columns


def number_text(value: float) -> str:
    """A number so that reading it gives the same number."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def require_one_line(label: str) -> None:
    """Raise SchemaError where a label holds a line break or another sign that no text file can keep."""
    if any(ord(sign) < 32 or sign in "\x7f\x85\u2028\u2029" for sign in label):
        raise SchemaError(f"The id {label!r} holds a line break or a sign that cannot be written; rename it first.")


def windows_notes(n_windows: int) -> tuple[str, ...]:
    """What to say where a file was in an older encoding."""
    told = f"Lines read as Windows-1252, an older encoding: {n_windows:,}. Look at a label with an accent."
    return (told,) if n_windows else ()
