"""What every meeting list becomes: a table of groups, one row a meeting, and an account of what was dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from recoverynet.formats.imported import Imported, ImportReport, ImportRow, chained
from recoverynet.formats.particulars import Dropped
from recoverynet.tables.layouts import GROUPS

COLUMNS = tuple(name for name in GROUPS.names if name not in ("ost_friendly", "valid_from", "valid_to"))
MORE = ("types", "part_of", "address", "website", "notes", "status", "languages", "eligibility")


@dataclass
class MeetingList:
    """Meetings on their way in.

    Attributes
    ----------
    kind : str
        The importer.
    source : str
        Name of the file.
    door : Door
        What may and may not come in.
    """

    kind: str
    source: str
    door: Dropped = field(init=False)
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    n_entries: int = 0
    what: str = "meetings"
    dropped: Counter[str] = field(default_factory=Counter)
    emptied: Counter[tuple[str, str]] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.door = Dropped(self.source)

    def leave_out(self, why: str) -> None:
        """Count an entry that cannot be a group."""
        self.dropped[why] += 1

    def read(self, what: str, value: object, why: str) -> Any:
        """A value read from a field, or None counted as not readable."""
        self.given[what] += 1
        if value is None:
            self.emptied[what, why] += 1
        return value

    def add(self, row: dict[str, Any]) -> None:
        """Take in a group; of two entries with one id both come in, the second under an id of its own."""
        wanted = str(row["group_id"])
        twin = self.by_id.get(wanted)
        if twin == row:
            self.leave_out("the same entry stands in the list twice")
            return
        number, own = 2, wanted
        while own in self.by_id:
            own, number = f"{wanted}-{number}", number + 1
        if twin is not None:
            self.notes.append(f"the id {wanted!r} stands at more than one entry; a later one is called {own!r}.")
        self.by_id[own] = dict(row)
        self.rows.append({**row, "group_id": own})

    def imported(self, tz: str) -> Imported:
        """The table and its account."""
        titles = [*COLUMNS, *(name for name in ("valid_from", "valid_to", *MORE) if any(row.get(name) for row in self.rows))]
        groups = GROUPS.typed(pd.DataFrame(self.rows, columns=titles), tz=tz)
        account = chained(self.source, self.what, self.n_entries, [(n, why) for why, n in self.dropped.items()])
        account += self._fields_emptied() + self.door.rows()
        account += [
            ImportRow(self.source, f"values of {name!r}", n, 0, "the field is not used here")
            for name, n in sorted(self.unknown.items())
        ]
        closed = int(groups["closed_temporarily"].fillna(False).sum())
        without = int((groups["weekday"].isna() & groups["recurrence"].isna()).sum())
        told = [f"{without:,} of {len(groups):,} groups name no day: by appointment, or not said."] if without else []
        told += [f"{closed:,} of {len(groups):,} groups are not meeting at present."] if closed else []
        return Imported(
            {"groups": groups},
            ImportReport(self.kind, self.source, tuple(account), tuple(dict.fromkeys([*self.notes, *told]))),
            tz=tz,
        )

    def _fields_emptied(self) -> list[ImportRow]:
        made = []
        for what, n_in in self.given.items():
            reasons = [(n, why) for (name, why), n in self.emptied.items() if name == what]
            made += chained(self.source, what, n_in, reasons)
        return made


def number_between(value: object, low: float, high: float) -> float | None:
    """A number within bounds, None for anything else."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if low <= number <= high else None


def count_unknown(listing: MeetingList, entries: Iterable[dict[str, Any]], known: frozenset[str]) -> None:
    """Count the filled fields of entries that nothing here reads."""
    for entry in entries:
        for name, value in entry.items():
            if name not in known and value not in (None, "", [], {}) and str(value).strip():
                listing.unknown[name] += 1
