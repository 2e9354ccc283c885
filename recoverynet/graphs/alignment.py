"""Labels of frames and series: a row goes with the person it names, whatever its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.arguments import array_of_numbers
from recoverynet.errors import SchemaError
from recoverynet.ids import labels_of

_NUMBERS = ("boolean", "integer", "floating", "mixed-integer-float", "decimal")
MEND = "Give people= the ids in the order of the matrices, or take the labels off with .to_numpy()."


def ids_of(networks: Sequence[object], people: object) -> object:
    """Ids of people: those given, else the row labels of the first network that has any, else ``"1"`` to ``"n"``."""
    if people is not None:
        return people
    for matrix in networks:
        labels = labels_of(matrix.index) if isinstance(matrix, pd.DataFrame) else None
        if labels is not None:
            return labels
    return [str(row + 1) for row in range(np.shape(cast(Any, networks[0]))[0])] if len(networks) else []


def rows_in_order(values: object, ids: pd.Index, what: str) -> Any:
    """Rows of a labelled frame or series in the order of ``ids``; anything else as it is.

    Raises
    ------
    SchemaError
        The labels are not those of the people, or somebody has two rows.
    """
    if isinstance(values, pd.DataFrame | pd.Series):
        labels = labels_of(values.index, ids)
        return values if labels is None else values.iloc[_places(labels, ids, f"{what}: the rows")]
    return values


def by_wave(values: object, n_waves: int, what: str) -> Any:
    """Columns of a frame in the order of the waves where they are numbered 1 … W; anything else as it is.

    Raises
    ------
    SchemaError
        Columns are numbers in no order that could be that of the waves.
    """
    if not isinstance(values, pd.DataFrame) or values.shape[1] != n_waves:
        return values
    number = pd.to_numeric(pd.Series(values.columns.astype(object)), errors="coerce").to_numpy(dtype=np.float64)
    if sorted(number) == list(range(1, n_waves + 1)):
        return values.iloc[:, np.argsort(number)]
    if np.isfinite(number).all() and (np.diff(number) <= 0).any():
        raise SchemaError(
            f"{what}: the columns are called {', '.join(map(str, values.columns[:5]))}, which is no order of waves; call them 1 to "
            f"{n_waves}, or put them in order and take the labels off with .to_numpy()."
        )
    return values


def in_order_both_ways(values: object, ids: pd.Index, what: str) -> Any:
    """A labelled square frame with rows and columns in the order of ``ids``; anything else as it is.

    Raises
    ------
    SchemaError
        The labels are not those of the people, or only rows or only columns have labels.
    """
    if not isinstance(values, pd.DataFrame):
        return values
    rows, columns = labels_of(values.index, ids), labels_of(values.columns, ids)
    if rows is None and columns is None:
        return values
    if rows is None or columns is None:
        which, other = ("columns", "rows") if rows is None else ("rows", "columns")
        raise SchemaError(
            f"{what}: the {which} are labelled and the {other} are not; label both with ids, or take the "
            "labels off with .to_numpy()."
        )
    return values.iloc[_places(rows, ids, f"{what}: the rows"), _places(columns, ids, f"{what}: the columns")]


def pairs_in_order(values: object, ids: pd.Index, what: str) -> np.ndarray:
    """A covariate of pairs as numbers: (n, n), or (W, n, n) where one matrix a wave is given.

    Raises
    ------
    SchemaError
        Labels are not those of the people, or values are no numbers.
    """
    several = isinstance(values, list | tuple) and any(
        isinstance(each, pd.DataFrame | np.ndarray) and each.ndim == 2 or sparse.issparse(each) for each in values
    )
    if not several and not (isinstance(values, np.ndarray) and values.ndim == 3):
        return floats_in(in_order_both_ways(values, ids, what), what)
    parts = [floats_in(in_order_both_ways(each, ids, what), what) for each in values]  # type: ignore[attr-defined]
    if len({part.shape for part in parts}) != 1:
        raise SchemaError(f"{what}: one matrix a wave, all of one size; got {', '.join(str(part.shape) for part in parts)}.")
    return np.stack(parts)


def floats_in(values: object, what: str) -> np.ndarray:
    """An array of float, of a sparse one too; raises SchemaError saying what it is of where it holds something else."""
    return array_of_numbers(values.toarray() if sparse.issparse(values) else values, what)  # type: ignore[attr-defined]


def values_of(values: object) -> np.ndarray:
    """A covariate as an array: numbers and flags as numbers with NaN, words as objects with None.

    Parameters
    ----------
    values : array, Series or frame
        Of any type that pandas knows, nullable, categorical and Arrow-backed ones included.

    Returns
    -------
    numpy.ndarray
    """
    if isinstance(values, pd.DataFrame):
        columns = [values_of(values[name]) for name in values.columns]
        kept = np.float64 if all(column.dtype != object for column in columns) else object
        return np.column_stack([column.astype(kept) for column in columns]) if columns else np.empty((len(values), 0))
    if isinstance(values, pd.Series) and not isinstance(values.dtype, np.dtype):
        values = values.astype(object).to_numpy()
    array = np.asarray(values)
    if array.dtype != object:
        return array
    flat = pd.Series(array.ravel(), dtype=object)
    known = flat.notna()
    if pd.api.types.infer_dtype(flat[known], skipna=True) in _NUMBERS:
        return pd.to_numeric(flat.where(known, np.nan)).to_numpy(dtype=np.float64).reshape(array.shape)
    return flat.where(known, None).to_numpy(dtype=object).reshape(array.shape)


def by_name(given: object, what: str, such_as: str) -> Mapping[str, Any]:
    """A mapping of names to values, empty for None; raises SchemaError for anything else."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise SchemaError(f"{what} maps names to values, as in {what}={such_as}; got a {type(given).__name__}.")
    wrong = [name for name in given if not isinstance(name, str) or not name]
    if wrong:
        raise SchemaError(f"Names in {what} are words, as in {what}={such_as}; got {wrong[0]!r}.")
    return given


def _places(labels: pd.Index, ids: pd.Index, what: str) -> np.ndarray:
    """Where each person's row is."""
    if labels.has_duplicates:
        twice = labels[labels.duplicated()]
        raise SchemaError(f"{what} name {len(twice.unique())} people more than once, the first being {str(twice[0])!r}.")
    strange, missing = labels.difference(ids, sort=False), ids.difference(labels, sort=False)
    if len(strange) or len(missing):
        raise SchemaError(
            f"{what} name other people than there are:{_some(strange, 'not among them')}{_some(missing, 'not named')} {MEND}"
        )
    return labels.get_indexer(ids)


def _some(ids: Iterable[object], what: str) -> str:
    found = list(ids)
    return f" {len(found)} {what}, such as {found[0]!r}." if found else ""
