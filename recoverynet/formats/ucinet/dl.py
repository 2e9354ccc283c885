"""UCINET's data language (DL): full and half matrices, node lists and edge lists, several matrices, labels anywhere.

Ids are the labels as they stand; UCINET itself makes them capitals and cuts them after 18 letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import ImportReport
from recoverynet.formats.opened import decoded
from recoverynet.formats.raw_networks import (
    MODE,
    NETWORK,
    RawNetwork,
    RawNetworks,
    networks_settled,
    number_text,
    of_one_direction,
    require_one_line,
    unique_ids,
    windows_notes,
)
from recoverynet.formats.ucinet.cells import full_and_half_matrices, read_lists
from recoverynet.formats.ucinet.head import LISTS, read_head

KIND = "ucinet"
_LARGEST_MATRIX = 3_000
_BARE = re.compile(r"[A-Za-z_][\w.-]*")
_WORDS = {"data", "labels", "embedded", "row", "rows", "column", "columns", "level", "matrix", "format", "diagonal", "title"}


def parse_ucinet(data: bytes, name: str, *, directed: bool | None = None) -> RawNetworks:
    """Every matrix of a DL file as a network.

    Raises
    ------
    SchemaError
        It is no DL file, is cut short, or uses a form that is not known.
    """
    text, n_windows = decoded(data, name)
    if not re.match(r"\s*dl\b", text, re.IGNORECASE):
        raise SchemaError(f"{name!r} is not in UCINET's data language: such a file begins with the letters DL.")
    head, rest = read_head(text, name)
    body = (read_lists if head.form in LISTS else full_and_half_matrices)(rest, head, name, directed)
    labels = body.rows + body.columns if head.two_sets else body.rows
    if head.two_sets:
        for layer in body.layers:
            layer.other = np.asarray(layer.other, dtype=np.int64)
            layer.other = np.where(layer.other >= 0, layer.other + len(body.rows), -1)
            layer.directed, layer.either_way = False, False
        head.notes.append(f"Rows and columns are not the same: people of {MODE} 1 are its rows, those of {MODE} 2 its columns.")
    of_one_direction(body.layers, len(labels))
    ids, told = unique_ids(labels, name)
    modes = {MODE: np.repeat([1, 2], [len(body.rows), len(body.columns)])} if head.two_sets else {}
    networks, rows = networks_settled(body.layers, pd.DataFrame(modes, index=ids), name)
    return RawNetworks(networks, ImportReport(KIND, name, tuple([*told, *rows]), (*windows_notes(n_windows), *head.notes)))


def ucinet_text(networks: Sequence[RawNetwork]) -> str:
    """Networks of the same people as a DL file that :func:`parse_ucinet` reads back as the same ties.

    Raises
    ------
    SchemaError
        There is none, they are not of the same people or some have a direction and some not, or a label has two lines.
    """
    first = networks[0]
    if any(network.directed != first.directed for network in networks):
        raise SchemaError("A DL file holds networks with a direction or without one; write those of either kind to a file each.")
    matrices = [sparse.csr_array(network.weights) for network in networks]
    asymmetric = any((matrix != matrix.T).nnz for matrix in matrices)
    small = len(first.people) <= _LARGEST_MATRIX
    form = "lowerhalf" if not first.directed else "fullmatrix" if asymmetric and small else "edgelist1"
    lines = ["dl", f"n={len(first.people)} nm={len(networks)}", f"format = {form}"]
    lines += ["diagonal = absent"] * (form == "lowerhalf")
    if len(first.people):
        lines += ["labels:", *(_label(label) for label in first.people.index)]
    if len(networks) > 1 or first.name != NETWORK:
        lines += ["matrix labels:", *(_label(network.name) for network in networks)]
    parts = [_cells(matrix, form) for matrix in matrices]
    return "\n".join([*lines, "data:", ("\n!\n" if form == "edgelist1" else "\n").join(parts)]) + "\n"


def _label(label: str) -> str:
    """A label, in quotation marks unless it is one plain word."""
    require_one_line(label)
    plain = _BARE.fullmatch(label) and label.lower() not in _WORDS
    return label if plain else '"' + label.replace('"', '""') + '"'


def _cells(matrix: sparse.csr_array, form: str) -> str:
    if form == "edgelist1":
        entries = matrix.tocoo()
        order = np.lexsort((entries.col, entries.row))
        triples = zip(entries.row[order], entries.col[order], entries.data[order], strict=True)
        return "\n".join(f"{row + 1} {column + 1} {number_text(value)}" for row, column, value in triples)
    rows = range(matrix.shape[0])
    dense = (matrix[[row]].toarray().ravel() for row in rows)
    if form == "lowerhalf":
        return "\n".join(" ".join(map(number_text, values[:row])) for row, values in zip(rows, dense, strict=True))
    return "\n".join(" ".join(map(number_text, values)) for values in dense)
