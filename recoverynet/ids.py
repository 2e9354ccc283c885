"""Ids of people, groups and occasions: one way in, always as text, and one way to say whose ids do not meet."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from recoverynet.errors import SchemaError, UnknownPersonError

PERSON_ID = "person_id"
EXACT = 2.0**53
"""Whole numbers from here on are not exact as a Python number with a decimal point."""
_NO_IDS = (bool, np.bool_, dt.date, dt.time, dt.timedelta, np.datetime64, np.timedelta64, bytes, complex, np.complexfloating)
_AS_TEXT = "Read the column as text, for instance with pandas.read_csv(…, dtype={'person_id': str})."


def one_id(value: object, what: str = "An id") -> str:
    """One id as the tables hold it: text without space around it, whole numbers without a point.

    Parameters
    ----------
    value : str, int, or a float that is whole
        ``"007"`` stays as it is; 7 and 7.0 are ``"7"``.
    what : str
        What it is the id of, for the message.

    Returns
    -------
    str

    Raises
    ------
    SchemaError
        It is missing, true or false, a date, a list, or a number that is not whole or too long to be exact.

    Examples
    --------
    >>> one_id(7.0), one_id(" 007 ")
    ('7', '007')
    """
    found = _as_id(value, what)
    if found is None:
        raise SchemaError(f"{what} is missing; an id is text or a whole number.")
    return found


def ids_of_column(values: pd.Series, what: str) -> pd.Series:
    """A column of ids as the tables hold them: text, missing where nothing stands.

    Parameters
    ----------
    values : pandas.Series
        Text, whole numbers, floats that are whole, nullable, categorical, Arrow-backed or a mixture of them.
    what : str
        What the column is, for the message.

    Returns
    -------
    pandas.Series of str
        With the same index and name.

    Raises
    ------
    SchemaError
        Some are no ids, as :func:`one_id` says.

    Notes
    -----
    Where a column of numbers holds gaps, pandas makes floats of it, so that whole ones are read as the whole numbers they
    were. From 2⁵³ on (16 digits; 2²⁴, 8 digits, in 32 bits) a float is not exact, and is refused: two people could have
    become one.

    Examples
    --------
    >>> ids_of_column(pd.Series([1.0, None, 3.0]), "The ids").tolist()
    ['1', nan, '3']
    """
    if isinstance(values.dtype, pd.ArrowDtype) and pa.types.is_string_view(values.dtype.pyarrow_dtype):
        values = pd.Series(pa.array(values.array).cast(pa.string()).to_pandas().astype("str").array, values.index, name=values.name)
    if isinstance(values.dtype, pd.CategoricalDtype):
        words = ids_of_column(pd.Series(values.cat.categories), what)
        return pd.Series(_taken(words, values.cat.codes.to_numpy()), index=values.index, name=values.name)
    kind = pd.api.types
    if kind.is_float_dtype(values):
        known = values.dropna().to_numpy(dtype=np.float64)
        digits = np.finfo(getattr(values.dtype, "numpy_dtype", values.dtype)).nmant + 1
        _refuse_inexact(known[~((known == np.floor(known)) & (np.abs(known) < 2.0**digits))], len(values), what)
        values = values.astype("Float64").astype("Int64")
    whole = kind.is_integer_dtype(values) and not kind.is_bool_dtype(values)
    if whole or kind.is_string_dtype(values) and not kind.is_object_dtype(values) and not _holds_else(values):
        return _trimmed(values.astype("str"), values.isna())
    if kind.is_object_dtype(values) and kind.infer_dtype(values, skipna=True) == "string":
        return _trimmed(values.astype("str"), values.isna())
    return pd.Series([_as_id(value, what) for value in values], index=values.index, name=values.name, dtype="str")


def _holds_else(values: pd.Series) -> bool:
    """Whether an Arrow column that pandas calls text holds something else, such as a dictionary."""
    return isinstance(values.dtype, pd.ArrowDtype) and values.dtype.type is not str


def _taken(words: pd.Series, codes: np.ndarray) -> Any:
    return words.array.take(codes, allow_fill=True)


def _trimmed(text: pd.Series, missing: pd.Series) -> pd.Series:
    text = text.str.strip()
    blank = (missing | (text == "")).to_numpy(dtype=bool)
    return text.mask(blank) if blank.any() else text


def _as_id(value: object, what: str) -> str | None:
    """One id as text, None where nothing stands there."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, _NO_IDS) or _is_several(value):
        raise SchemaError(f"{what}: an id is text or a whole number; got {value!r}, which is a {type(value).__name__}.")
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return str(int(value))
    if isinstance(value, Real | Decimal):
        number = float(value)
        if np.isnan(number):
            return None
        if not number.is_integer() or abs(number) >= EXACT:
            _refuse_inexact(np.array([number]), 1, what)
        return str(int(number))
    return str(value).strip() or None


def _is_several(value: object) -> bool:
    return isinstance(value, list | dict | set | np.ndarray | pd.Series | pd.DataFrame | pd.Index)


def _refuse_inexact(wrong: np.ndarray, total: int, what: str) -> None:
    if not len(wrong):
        return
    long = np.isfinite(wrong[0]) and float(wrong[0]).is_integer()
    why = "too long to be exact as a number with a decimal point" if long else "no whole number"
    raise SchemaError(
        f"{what}: ids are text or whole numbers; {len(wrong):,} of {total:,} are not, the first being {float(wrong[0])!r}, "
        f"which is {why}. {_AS_TEXT}"
    )


def id_index(values: object, what: str, name: str = PERSON_ID) -> pd.Index:
    """Several ids in their order, as text; none of them missing.

    Parameters
    ----------
    values : pandas.Index, Series, DataFrame, array or other iterable of ids
        Of a frame its column ``person_id``, else its index.
    what : str
        What they are the ids of, for the message.
    name : str
        Name of the index.

    Returns
    -------
    pandas.Index of str

    Raises
    ------
    SchemaError
        One id where several are meant, something else than ids, or one is missing.

    Examples
    --------
    >>> id_index([3, 1.0, "007"], "The people").tolist()
    ['3', '1', '007']
    """
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise SchemaError(f"{what} takes several ids, even of one: [{'…' if isinstance(values, Mapping) else repr(values)}].")
    if isinstance(values, pd.DataFrame):
        values = values[name] if name in values.columns else values.index
    if isinstance(values, pd.MultiIndex):
        raise SchemaError(f"{what}: one id a row is needed; got an index of {', '.join(map(repr, values.names))}.")
    given = values.to_series() if isinstance(values, pd.Index) else values
    column = given if isinstance(given, pd.Series) else _column_of(given)
    found = ids_of_column(column, what)
    if found.isna().any():
        rows = np.flatnonzero(found.isna())
        raise SchemaError(f"{what}: {len(rows):,} of {len(found):,} ids are missing, the first in row {rows[0]} (counted from 0).")
    answer: pd.Index = pd.Index(found.to_numpy(dtype=object), name=name, dtype="str")
    return answer


def _column_of(given: Iterable[object]) -> pd.Series:
    """A column of what was given one by one: a list of 1 and 2.5 stays a list of two things."""
    if isinstance(given, np.ndarray) and given.ndim == 1:
        return pd.Series(given)
    each = list(given)
    column = pd.Series(np.empty(len(each), dtype=object), dtype=object)
    column[:] = each
    return column if len(each) else pd.Series(dtype="str")


def ids_in(frame: pd.DataFrame, columns: Collection[str], table: str, *, ids: Collection[str] | None = None) -> pd.DataFrame:
    """The same rows with their columns of ids as text, one that stands in the index brought out of it.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : collection of str
        Which columns are brought out of the index where they stand there; one that is not there is passed over.
    table : str
        What the frame is called, for the message.
    ids : collection of str, optional
        Those of them that hold ids. Default: all.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    SchemaError
        It is no frame, or a column holds something else than ids.

    Examples
    --------
    >>> ids_in(pd.DataFrame({"person_id": [7, 8], "value": ["a", "b"]}), ["person_id"], "observations")["person_id"].tolist()
    ['7', '8']
    """
    if not isinstance(frame, pd.DataFrame):
        raise SchemaError(f"The {table} are a pandas DataFrame with the columns {', '.join(columns)}; got {_kind_of(frame)}.")
    outside = [name for name in columns if name in frame.index.names and name not in frame.columns]
    frame = frame.reset_index(outside) if outside else frame
    held = [name for name in (columns if ids is None else ids) if name in frame.columns]
    return frame.assign(**{name: ids_of_column(frame[name], f"Column {name!r} of the {table}") for name in held})


def _kind_of(value: object) -> str:
    return f"a {type(value).__name__}"


def first_ids(ids: Iterable[object], most: int = 3) -> str:
    """The first ids in words.

    Examples
    --------
    >>> first_ids(["ann", "ben", "cat", "dev"])
    "'ann', 'ben', 'cat' and so on"
    """
    known = list(ids)
    return ", ".join(repr(str(each)) for each in known[:most]) + " and so on" * (len(known) > most)


def require_shared(given: pd.Index, known: pd.Index, what: str, whom: str, *, unlike: bool = False) -> None:
    """Raise UnknownPersonError where nobody of one side is on the other, showing the first ids of both.

    Parameters
    ----------
    given, known : pandas.Index of str
        Ids as text. Nothing is raised where either side is empty.
    what, whom : str
        What is given (``"the contacts"``) and who is known (``"the people of the record"``).
    unlike : bool
        Raise only where the two sides are also written differently, as names and numbers are, or as ``007`` and ``7``:
        people nobody has looked at are no fault.

    Raises
    ------
    UnknownPersonError

    Examples
    --------
    >>> require_shared(pd.Index(["1", "2"]), pd.Index(["ann"]), "the contacts", "the people of the record")
    Traceback (most recent call last):
        ...
    recoverynet.errors.UnknownPersonError: Nobody in the contacts is among the people of the record: ...
    """
    if not len(given) or not len(known) or known.isin(given).any() or unlike and _written_alike(given, known):
        return
    raise UnknownPersonError(
        f"Nobody in {what} is among {whom}: {what} hold {first_ids(given.unique())}, {whom} are {first_ids(known.unique())}. "
        f"Give both the same ids: as text, with the zeros in front.{_nearly(given, known)}"
    )


def _plain(ids: pd.Index) -> dict[str, str]:
    """Each id without capitals, punctuation, zeros in front or an idle decimal, and how it was written."""
    return {re.sub(r"^0+(?=\d)", "", re.sub(r"[\W_]+", "", re.sub(r"\.0+$", "", text))).casefold(): text for text in ids}


def _nearly(given: pd.Index, known: pd.Index) -> str:
    ours, theirs = _plain(given), _plain(known)
    shared = next((each for each in ours if each in theirs), None)
    return "" if shared is None else f" {ours[shared]!r} and {theirs[shared]!r} look like one id written in two ways."


def _written_alike(given: pd.Index, known: pd.Index) -> bool:
    """Whether some ids of both sides have the same pattern of letters and digits, and none is the same but for its form."""
    shapes = [{re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", text)) for text in side} for side in (given, known)]
    return bool(shapes[0] & shapes[1]) and not _nearly(given, known)


def labels_of(labels: pd.Index, ids: Collection[str] | None = None) -> pd.Index | None:
    """Row or column labels as ids; None where they only count 0, 1, 2, … and are no ids of the people either.

    Parameters
    ----------
    labels : pandas.Index
    ids : collection of str, optional
        Ids of the people, as text. Labels that count are labels where every one of them is among these.

    Returns
    -------
    pandas.Index of str or None

    Raises
    ------
    SchemaError
        A label is no id, or there are several a row.

    Examples
    --------
    >>> labels_of(pd.RangeIndex(2)) is None, labels_of(pd.RangeIndex(2), ["1", "0"]).tolist()
    (True, ['0', '1'])
    """
    counting = isinstance(labels, pd.RangeIndex) and labels.start == 0 and labels.step == 1 and labels.name is None
    if counting and not (ids is not None and len(labels) and set(map(str, labels)) <= set(ids)):
        return None
    return id_index(labels, "The labels", name=str(labels.name) if labels.name is not None else PERSON_ID)


def by_person(values: pd.Series | pd.DataFrame, what: str) -> Any:
    """The same frame or series with its index as ids; nobody stands in it twice.

    Parameters
    ----------
    values : pandas.Series or pandas.DataFrame
        Indexed by person; a frame may have the ids in its column ``person_id`` instead.
    what : str
        What it is, for the message.

    Returns
    -------
    pandas.Series or pandas.DataFrame

    Raises
    ------
    SchemaError
        A label is no id, or somebody stands in it twice.

    Examples
    --------
    >>> by_person(pd.Series({7: "using"}), "The states").to_dict()
    {'7': 'using'}
    """
    if isinstance(values, pd.DataFrame) and PERSON_ID in values.columns:
        values = values.set_index(PERSON_ID)
    ids = id_index(values.index, what)
    if ids.has_duplicates:
        twice = ids[ids.duplicated()].unique()
        raise SchemaError(f"{what} name {len(twice):,} people more than once, the first being {str(twice[0])!r}.")
    return values.set_axis(ids, axis=0)


def for_people(values: pd.Series | pd.DataFrame, people: pd.Index, what: str, whom: str) -> Any:
    """Rows of a labelled frame or series in the order of the people, empty for those it does not name.

    Parameters
    ----------
    values : pandas.Series or pandas.DataFrame
        As for :func:`by_person`.
    people : pandas.Index of str
    what, whom : str
        As for :func:`require_shared`.

    Returns
    -------
    pandas.Series or pandas.DataFrame

    Raises
    ------
    SchemaError
        As for :func:`by_person`.
    UnknownPersonError
        It names nobody of the people.

    Examples
    --------
    >>> for_people(pd.Series({2: 5.0}), pd.Index(["1", "2"]), "the values", "the people of the network").tolist()
    [nan, 5.0]
    """
    labelled = by_person(values, what[0].upper() + what[1:])
    require_shared(labelled.index, people, what, whom)
    return labelled.reindex(people)
