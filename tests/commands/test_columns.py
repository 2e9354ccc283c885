"""The layouts as a reader sees them: every column of every table, and every key a mapping file may hold."""

from __future__ import annotations

from typer.testing import CliRunner

from recoverynet.cli import app
from recoverynet.commands.columns import MAPPING_KEYS
from recoverynet.tables import mapping, mapping_columns
from recoverynet.tables.layouts import READABLE_TABLES


def told(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["columns", *arguments])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_every_column_and_word_of_every_table_is_printed() -> None:
    text = told()
    for schema in READABLE_TABLES.values():
        assert f"{schema.name}: " in text
        for column in schema.columns:
            assert column.name in text and all(word in text for word in (*column.choices, *column.aliases))


def test_one_table_alone() -> None:
    text = told("groups")
    assert "fellowship" in text and "closeness" not in text


def test_every_mapping_key_that_is_read_is_named_in_print_and_in_help() -> None:
    keys = {*mapping.TOP_KEYS, *mapping.TABLE_KEYS, *mapping_columns.COLUMN_KEYS} - {"left_out"}
    named = {word for key in MAPPING_KEYS for word in key.replace(" (column)", "").split(", ")}
    shown = told("--help")
    assert keys <= named and all(key in shown for key in keys), keys - named


def test_a_table_there_is_not_is_refused_with_a_near_name() -> None:
    done = CliRunner().invoke(app, ["columns", "persons"])
    assert done.exit_code == 2 and "there is no table" in done.output and "Traceback" not in done.output
