"""Parquet as it is found: small files may claim, or unpack to, far more than fits in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from recoverynet.errors import SchemaError
from recoverynet.tables.problems import Problem
from recoverynet.untrusted.opening import MOST_BYTES, MOST_CELLS, MOST_TEXT, require_shape, require_size

_BATCH = 1 << 16


class NotParquet(ValueError):
    """The bytes are not a Parquet file."""


def parquet_table(path: Path, name: str) -> tuple[pa.Table, list[Problem]]:
    """The columns of a Parquet file that hold one value a row, and what is wrong with the others.

    It is read piece by piece, repeated texts kept once until their size is known, so that a file that would not fit in
    memory is refused before it fills it.

    Raises
    ------
    NotParquet
    SchemaError
        It is larger, or claims or unpacks to more, than can be read.
    """
    require_size(path, most=MOST_BYTES, remedy="Split it by period.")
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _require_claims(path, file.metadata)
            schema = file.schema_arrow
        nested = [field.name for field in schema if pa.types.is_nested(_value_type(field.type))]
        titles = [title for title in schema.names if title not in nested]
        texts = [field.name for field in schema if field.name in titles and _is_long(_value_type(field.type))]
        with pyarrow.parquet.ParquetFile(path, read_dictionary=texts) as file:
            table = pa.Table.from_batches(
                _batches(path, file, titles), pa.schema([_plain(schema.field(title)) for title in titles])
            )
    except (pa.ArrowException, OSError) as error:
        raise NotParquet from error
    except ValueError as error:
        if isinstance(error, SchemaError):
            raise
        raise NotParquet from error
    return table, [_left_out(name, path, title) for title in nested]


def _require_claims(path: Path, claims: pyarrow.parquet.FileMetaData) -> None:
    """Raise SchemaError where a file says itself that it is too large."""
    require_shape(claims.num_rows, claims.num_columns, path.name)
    size = n_values = 0
    for group in range(claims.num_row_groups):
        columns = [claims.row_group(group).column(place) for place in range(claims.num_columns)]
        size += sum(column.total_uncompressed_size for column in columns)
        n_values += sum(column.num_values for column in columns)
    if size > MOST_TEXT or n_values > MOST_CELLS:
        raise _too_large(path)


def _batches(path: Path, file: pyarrow.parquet.ParquetFile, titles: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows piece by piece, as plain columns, until they are too many."""
    size = 0
    for batch in file.iter_batches(_BATCH, columns=titles, use_threads=False):
        size += sum(_size(column) for column in batch.columns)
        if size > MOST_TEXT:
            raise _too_large(path)
        fields = [_plain(field) for field in batch.schema]
        columns = [column.cast(field.type) for column, field in zip(batch.columns, fields, strict=True)]
        yield pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _size(column: pa.Array) -> int:
    """Bytes of a column once repeated texts stand in every row."""
    if not pa.types.is_dictionary(column.type) or not _is_long(column.type.value_type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return int(pc.sum(lengths).as_py() or 0) + 8 * len(column)


def _plain(field: pa.Field) -> pa.Field:
    """The field without dictionaries, and with room for more than 2 GB of text."""
    kind = _value_type(field.type)
    if pa.types.is_string(kind) or pa.types.is_string_view(kind):
        kind = pa.large_string()
    elif pa.types.is_binary(kind) or pa.types.is_binary_view(kind):
        kind = pa.large_binary()
    return pa.field(field.name, kind)


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_long(kind: pa.DataType) -> bool:
    """Whether values have no fixed size."""
    return any(
        is_kind(kind)
        for is_kind in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_binary_view,
        )
    )


def _too_large(path: Path) -> SchemaError:
    return SchemaError(
        f"{path.name} unpacks to more than {MOST_TEXT / 1e9:,.0f} GB, however small it is on disk, and no more is read. Split it "
        "by period, leave out columns that are not needed, or look whether it is what it seems to be."
    )


def _left_out(name: str, path: Path, title: str) -> Problem:
    return Problem(
        name,
        title,
        f"the column of {path.name} holds lists or structures, and a table holds one value a cell, so it was not read",
        "nested_column",
        "Nothing need be done, unless it is needed: then write its values into columns of their own.",
        "warning",
    )
