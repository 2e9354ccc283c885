"""Options that choose a period and the people a report is about, and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from recoverynet.tables.record import RecoveryRecord

From = Annotated[
    str | None, typer.Option("--from", help="First day reported on, as 2011-03-07. Default: of the record.", show_default=False)
]
To = Annotated[str | None, typer.Option("--to", help="Last day reported on, included. Default: of the record.", show_default=False)]
AreaName = Annotated[str | None, typer.Option("--area", help="Only clients of this area.", show_default=False)]
Provider = Annotated[
    str | None, typer.Option("--provider", help="Only clients treated by this provider in the period.", show_default=False)
]
Clients = Annotated[
    Path | None,
    typer.Option(
        "--clients", help="Only the clients on this list: a CSV file with person_id, or one id a line.", show_default=False
    ),
]


def chosen_window(record: RecoveryRecord, first: str | None, last: str | None) -> tuple[object, object] | None:
    """The half-open window between two days, the last included; None where neither was given."""
    if first is None and last is None:
        return None
    import pandas as pd

    from recoverynet.errors import NotEstimableError, TimeOrderError
    from recoverynet.instants import as_instant

    if record.window is None:
        raise NotEstimableError("No contact or observation of the record is dated, so no period can be chosen.")
    start = record.window[0] if first is None else as_instant(first, record.tz)
    end = record.window[1] if last is None else as_instant(last, record.tz).normalize() + pd.DateOffset(days=1)
    if not start < end:
        raise TimeOrderError(
            f"A period ends on or after its first day; got --from {first or start.date()} and --to {last or 'the end'}."
        )
    if end <= record.window[0] or start >= record.window[1]:
        raise NotEstimableError(
            f"There is nobody in the period: nothing is recorded from {first or start.date()} to {last or 'the end'}. The record "
            f"covers {record.period_in_words()}."
        )
    return start, end


def chosen_clients(path: Path | None) -> list[str] | None:
    """The ids of a list of clients; None where none was given."""
    if path is None:
        return None
    if not path.is_file():
        raise typer.BadParameter(f"{path} is not a file.", param_hint="--clients")
    from recoverynet.tables.reported_on import read_clients

    return read_clients(path)
