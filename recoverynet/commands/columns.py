"""The command that prints the layouts of the tables, and the keys of a mapping file."""

from __future__ import annotations

import textwrap
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from recoverynet.tables.schema import Column, TableSchema

MAPPING_KEYS = {
    "time_zone": "times without an offset are local there",
    "states": "words a state may take",
    "window": "period under observation, its end not included",
    "file, sheet, table": "where a table comes from; a list, or a pattern with *, for several",
    "area": "part of a sheet, as A3:F40",
    "heading_rows": "rows the heading takes up",
    "only, leave_out": "rows to take or leave, by a pattern in a column",
    "once": "one row an id",
    "missing": "words for nothing recorded",
    "keep": "extra columns that pseudonymising keeps",
    "drop": "columns never taken in",
    "extras": "whether columns that are none of ours ride along",
    "columns": "ours = theirs, or ours = { … } with the keys below",
    "from": "their column; a list joins several by a space",
    "values": "their words = ours",
    "patterns": "patterns in their words = ours",
    "other": "our word for every other of theirs",
    "default": "what stands for an empty cell",
    "missing (column)": "their words for nothing recorded",
    "date_format": "how dates are written, as %d/%m/%Y",
    "unit, factor": "their unit, or what to multiply by",
    "numbered": "names become worker-1, worker-2 …",
}

app = typer.Typer()


@app.command()
def columns(
    table: Annotated[str | None, typer.Argument(help="One table, such as people. Default: all.", show_default=False)] = None,
) -> None:
    """Print the layouts of tables and the mapping keys.

    For each column its name, kind, unit or words, whether it is needed (*), and other names it goes by. Mapping keys:
    file, sheet, table, area, heading_rows, only, leave_out, once, missing, keep, drop, extras, columns; for a column from
    (a list joins columns), values, patterns, other, default, missing, date_format, unit, factor, numbered; at the top
    time_zone, states, window.
    """
    from recoverynet.tables.layouts import READABLE_TABLES

    if table is not None and table not in READABLE_TABLES:
        near = get_close_matches(table.lower(), list(READABLE_TABLES), n=2, cutoff=0.5)
        told = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(READABLE_TABLES)}."
        raise typer.BadParameter(f"there is no table {table!r}; {told}", param_hint="TABLE")
    for schema in READABLE_TABLES.values() if table is None else (READABLE_TABLES[table],):
        _print_table(schema)
    typer.echo("Keys of a mapping file (--map)")
    for key, meaning in MAPPING_KEYS.items():
        typer.echo(textwrap.fill(meaning, 78, initial_indent=f"  {key:<18}", subsequent_indent=" " * 20))


def _print_table(schema: TableSchema) -> None:
    typer.echo(f"{schema.name}: {schema.meaning}")
    if schema.key:
        typer.echo(f"  one row for each {', '.join(schema.key)}")
    for column in schema.columns:
        name = column.name + (" *" if column.required else "")
        typer.echo(textwrap.fill(_described(column), 78, initial_indent=f"  {name:<20}", subsequent_indent=" " * 22))
    typer.echo("")


def _described(column: Column) -> str:
    parts = [f"{column.kind}{f' in {column.unit}' if column.unit else ''}: {column.meaning}"]
    parts += [f"one of {', '.join(column.choices)}"] if column.choices else []
    parts += [f"from {column.low:g}"] if column.low is not None else []
    parts += [f"up to {column.high:g}"] if column.high is not None else []
    parts += [f"an id of {column.refers_to}"] if column.refers_to else []
    parts += [f"also called {', '.join(column.aliases)}"] if column.aliases else []
    return "; ".join(parts)
