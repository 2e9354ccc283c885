"""Arguments and options that several commands share, each declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from recoverynet.report.disclosure.policy import DisclosurePolicy

ENDINGS = (".html", ".pdf", ".docx", ".xlsx", ".ipynb")

Folder = Annotated[
    Path, typer.Argument(help="Folder of CSV or Parquet tables, one .xlsx workbook, or a DuckDB file.", show_default=False)
]
MapFile = Annotated[
    Path | None, typer.Option("--map", help="TOML file saying how your columns and codes translate.", show_default=False)
]


def _known_ending(path: Path) -> Path:
    """The path, refused before any work where no report can be written to it."""
    if path.suffix.lower() not in ENDINGS:
        raise typer.BadParameter(f"a report is written as {', '.join(ENDINGS)}; {path.name} ends otherwise.")
    return path


OutFile = Annotated[
    Path,
    typer.Option(
        "--out", callback=_known_ending, help="File to write; its ending says the format: .html, .pdf, .docx, .xlsx or .ipynb."
    ),
]
Brief = Annotated[bool, typer.Option("--brief", help="Only two pages: in brief, a figure, and what the record cannot say.")]
By = Annotated[
    str | None,
    typer.Option(
        help="Columns of people or episodes to break links down by, with commas between, such as provider,area,ethnicity; "
        "never by worker. Default: substance, sex and age band, where filled in.",
        show_default=False,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress bars.")]
Tables = Annotated[Path | None, typer.Option(help="Also write the tables as CSV here.", show_default=False)]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there already; else they are kept.")]
LeaveOut = Annotated[bool, typer.Option("--leave-out", help="Leave faulty rows out (and say which) instead of stopping at them.")]


class UnknownChoice(StrEnum):
    """What becomes of people whose answer about consent is not recorded."""

    count = "count"  # type: ignore[assignment]
    leave_out = "leave_out"


Unknown = Annotated[
    UnknownChoice,
    typer.Option(
        "--unknown-consent",
        help="People whose answer about consent is not recorded: count them, or leave them out (leave_out). Who said no is "
        "never counted.",
    ),
]


class EngineChoice(StrEnum):
    """Where contacts are added up, by name."""

    memory = "memory"
    duckdb = "duckdb"
    spark = "spark"

    @property
    def asked(self) -> str | None:
        """The engine as a report is asked for it; None: in this process, without one."""
        return None if self is EngineChoice.memory else self.value


Engine = Annotated[
    EngineChoice,
    typer.Option(
        "--engine",
        help="Where contacts are added up: memory (here), duckdb, or spark (needs Java 17 and the extra [spark]; "
        "SPARK_MASTER names a cluster). The report is the same.",
    ),
]


class Beside(StrEnum):
    """What a comparison sets side by side."""

    provider = "provider"
    area = "area"


class Policy(StrEnum):
    """Disclosure presets by name."""

    ndtms = "ndtms"
    nhs = "nhs"


class Groups(StrEnum):
    """What becomes of figures by which everybody knows of each of a group."""

    say = "say"
    hide = "hide"


Placebo = Annotated[
    str | None,
    typer.Option(
        help="An outcome that cannot spread: housing.status=settled (words that count, with commas between), or "
        "health.physical>=12. Without one the answer on spread ends at level 2 of 4.",
        show_default=False,
    ),
]
Disclosure = Annotated[Policy, typer.Option(help="ndtms: counts of 1 to 4 become *; nhs: 1 to 7 become *, others rounded to 5.")]
AllOrNone = Annotated[
    Groups,
    typer.Option(
        "--all-or-none",
        help="Where all of a group are counted, or nobody in it, everybody knows it of each of them: say it (and name how many "
        "figures do), or hide it, and with it every 0.",
    ),
]


def policy_of(disclosure: Policy, all_or_none: Groups) -> DisclosurePolicy:
    """The preset, and what it tells of whole groups."""
    from recoverynet.report.disclosure.policy import DisclosurePolicy

    return DisclosurePolicy.named(disclosure.value, all_or_none=all_or_none.value)


Ledger = Annotated[
    Path | None,
    typer.Option(
        "--disclosure-ledger",
        help="File that remembers which figures were published from this record, so that this report does not give away what "
        "those hid; begun where there is none. Keep it with the records.",
        show_default=False,
    ),
]
