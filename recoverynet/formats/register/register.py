"""Attendance registers: a row a person and a column a session, or a row an attendance; one group a sheet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.group_kinds import kind_of_group
from recoverynet.formats.imported import Imported, ImportReport, ImportRow, chained
from recoverynet.formats.register.layout import Page, days_given, pages_of
from recoverynet.formats.register.long_form import read_long
from recoverynet.formats.register.marks import read_codes
from recoverynet.formats.register.sessions import Hints
from recoverynet.formats.register.sheet import Sheet, read_register_sheet
from recoverynet.tables.layouts import GROUPS, OUTCOMES, PEOPLE
from recoverynet.tables.parts import Labels
from recoverynet.tables.pseudonym_ids import key_bytes, pseudonyms
from recoverynet.tables.schema import require_time_zone
from recoverynet.tables.sources import open_source

_ROLES = PEOPLE["role"].choices


def read_register(
    source: str | Path,
    *,
    group: str | None = None,
    kind: str | None = None,
    role: str = "client",
    dates: Literal["day_first", "month_first"] | None = None,
    year: int | None = None,
    sessions: Mapping[str, str] | None = None,
    first_session: str | None = None,
    codes: Mapping[str, str] | None = None,
    start_time: str | None = None,
    key: bytes | str | None = None,
    tz: str = "Europe/London",
) -> Imported:
    r"""Who came to which session of which group?

    Parameters
    ----------
    source : path
        A workbook, a CSV file, or a folder of such files; one group a sheet or file.
    group : str, optional
        Name of the group, where all sheets are of one. Default: the name of the sheet, else the line over the table.
    kind : str, optional
        What sort of groups these are, as in the table groups. Default: what their names say, else ``other``.
    role : str
        Role of everybody on the register, where no column says it.
    dates : {"day_first", "month_first"}, optional
        Which comes first in dates over columns that could be read both ways. Default: asked, never guessed.
    year : int, optional
        Of columns that name day and month alone. Default: the one that stands over the table.
    sessions : mapping of column title to day, optional
        The days (2011-03-07) of columns such as ``Week 1``.
    first_session : str, optional
        The day of the first of numbered columns that followed one another every week.
    codes : mapping of mark to meaning, optional
        What marks mean that nobody here knows: ``attended``, ``did_not_attend``, ``cancelled``, ``booked``,
        ``not_there``. Marks not known are counted and left out.
    start_time : str, optional
        When sessions begin (``19:30``), where neither titles nor marks say it.
    key : bytes or str, optional
        With a key of at least 16 bytes every person's id becomes a pseudonym that can be joined between years.
    tz : str
        IANA time zone of the sessions.

    Returns
    -------
    Imported
        Tables ``people``, ``groups``, ``occasions`` (one a group and session), ``participation``, ``appointments``. The
        report counts rows, marks and columns, and says what each was taken for.

    Raises
    ------
    SchemaError
        There is no register, nobody can be told apart, or a question must be answered first; the message says how.

    Notes
    -----
    Ticks, crosses, Y, 1, P, slashes and times are attendance; N, 0, dashes and empty cells are not, and are no missed
    appointments either: the register does not say that anybody was expected. DNA, cancelled and booked become
    ``appointments``. ``A`` is absent beside P or a tick, and asked about otherwise. Names are dropped where there is
    another id, else numbered. Rows of totals, without a person, and with two people on one row are counted and left out.
    Marks of a person on two rows are taken together. Hidden sheets are left aside and named.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "Recovery Cafe.csv"
    ...     _ = file.write_text("Ref,Name,13/03/2011,20/03/2011\nC1,Ann Bell,Y,DNA\nC2,Bo Fry,/,N\nTotal,,2,0\n")
    ...     came = rn.read_register(file)
    >>> came
    <Imported register: people 2, groups 1, occasions 1, participation 2, appointments 1; 3 dropped>
    """
    require_time_zone(tz, "tz")
    _require_choices(kind, role)
    opened = open_source(source, one_file=True)
    first = days_given({"first": first_session})["first"] if first_session else None
    hints = Hints(dates, year, days_given(sessions))
    pages, aside = pages_of(opened, hints, group, Path(source).stem, first)
    labels, known_codes = Labels(), read_codes(codes)
    sheets = [_sheet(page, hints, labels, known_codes) for page in pages]
    if not sheets:
        raise SchemaError(f"{opened.label} holds no register. {' '.join(aside)} Expected a row a person and a column a session.")
    tables = _tables(sheets, kind, role, start_time, tz)
    if key is not None:
        tables = _under_pseudonyms(tables, key_bytes(key))
    report = ImportReport("register", Path(source).name, tuple(_account(sheets)), (*aside, *_notes(sheets, tables, kind, labels)))
    return Imported({name: frame for name, frame in tables.items() if len(frame)}, report, tz=tz)


def _require_choices(kind: str | None, role: str) -> None:
    for what, value, choices in (("kind", kind, GROUPS["kind"].choices), ("role", role, _ROLES)):
        if value is not None and value not in choices:
            raise SchemaError(f"{what} is one of {', '.join(choices)}; got {value!r}.")


def _sheet(page: Page, hints: Hints, labels: Labels, codes: Mapping[str, str]) -> Sheet:
    if page.sessions:
        return read_register_sheet(page.title, page.group, page.raw, page.sessions, labels, codes)
    return read_long(page, hints.order, labels, codes)


def _tables(sheets: list[Sheet], kind: str | None, role: str, start_time: str | None, tz: str) -> dict[str, pd.DataFrame]:
    people = pd.concat([sheet.people for sheet in sheets], ignore_index=True)
    people = people.groupby("person_id", sort=False).first().reset_index()
    people["role"] = _roles(people, role)
    occasions, there, missed = [], [], []
    for number, sheet in enumerate(sheets, start=1):
        made = _occasions(sheet, number, start_time, tz)
        ids, persons = made["occasion_id"].to_numpy(), sheet.people["person_id"].to_numpy()
        came = sheet.there
        there.append(pd.DataFrame({"occasion_id": ids[came["session"]], "person_id": persons[came["person"]]}))
        occasions.append(made[np.isin(np.arange(len(made)), came["session"])])
        if len(sheet.other):
            place = sheet.other["session"].to_numpy(dtype=int)
            missed.append(
                pd.DataFrame(
                    {
                        "person_id": persons[sheet.other["person"].to_numpy(dtype=int)],
                        "at": made["started_at"].to_numpy()[place],
                        "outcome": sheet.other["outcome"].to_numpy(),
                        "group_id": made["group_id"].to_numpy()[place],
                        "kind": "meeting",
                    }
                )
            )
    return {
        "people": people,
        "groups": _groups(sheets, kind),
        "occasions": pd.concat(occasions, ignore_index=True),
        "participation": pd.concat(there, ignore_index=True).drop_duplicates(ignore_index=True),
        "appointments": pd.concat(missed, ignore_index=True) if missed else pd.DataFrame(),
    }


def _roles(people: pd.DataFrame, role: str) -> pd.Series:
    if "role" not in people.columns:
        return pd.Series(role, index=people.index, dtype="str")
    words = people["role"].astype("str").str.strip().str.lower()
    return words.where(words.isin(_ROLES), role)


def _occasions(sheet: Sheet, number: int, start_time: str | None, tz: str) -> pd.DataFrame:
    """One occasion a session; two sessions of a group at the same moment keep apart."""
    rows, seen = [], Counter[str]()
    for place, session in enumerate(sheet.sessions):
        clock = session.clock or sheet.clocks.get(place) or (dt.time.fromisoformat(start_time) if start_time else dt.time())
        moment = dt.datetime.combine(session.day, clock)  # type: ignore[arg-type]
        day = f"{sheet.group_id}:{session.day:%Y-%m-%d}"
        seen[day] += 1
        suffix = f":{seen[day]}" if seen[day] > 1 else ""
        rows.append([f"register:{day}{suffix}", moment.isoformat(), "meeting", sheet.group_id])
    return pd.DataFrame(rows, columns=["occasion_id", "started_at", "kind", "group_id"])


def _groups(sheets: list[Sheet], kind: str | None) -> pd.DataFrame:
    rows = []
    for name in dict.fromkeys(sheet.group_id for sheet in sheets):
        said, fellowship, norm = kind_of_group(name)
        rows.append([name, name, kind or said or "other", fellowship or None, norm or None])
    return pd.DataFrame(rows, columns=["group_id", "name", "kind", "fellowship", "norm"])


def _under_pseudonyms(tables: dict[str, pd.DataFrame], secret: bytes) -> dict[str, pd.DataFrame]:
    return {
        name: frame.assign(person_id=pseudonyms(frame["person_id"], secret)) if "person_id" in frame.columns else frame
        for name, frame in tables.items()
    }


def _account(sheets: list[Sheet]) -> list[ImportRow]:
    rows = []
    for sheet in sheets:
        counts = sheet.counts
        gone = [
            (counts["totals"], "rows of totals"),
            (counts["unnamed"], "rows that name nobody"),
            (counts["two_people"], "rows that name two people"),
        ]
        rows += chained(sheet.title, "rows", counts["all_rows"], gone)
        marks = sum(counts[word] for word in (*OUTCOMES, "not_there", "unknown"))
        unknown = ", ".join(f"{mark!r} ({n:,})" for mark, n in sheet.unknown.most_common(6))
        reasons = [
            (counts["not_there"], "not there"),
            (counts["unknown"], f'marks nobody here knows: {unknown}; say --code "MARK=attended"'),
        ]
        rows += chained(sheet.title, "marks", marks, reasons)
        if sheet.dropped:
            rows.append(ImportRow(sheet.title, "columns about people", len(sheet.dropped), 0, ", ".join(sheet.dropped)))
    return rows


def _notes(sheets: list[Sheet], tables: dict[str, pd.DataFrame], kind: str | None, labels: Labels) -> list[str]:
    notes = labels.in_words()
    repeated = sum(sheet.counts["repeated"] for sheet in sheets)
    if repeated:
        notes.append(f"{repeated:,} rows name somebody who stands on the same sheet already; their marks were taken together.")
    if kind is None:
        told = ", ".join(f"{row.name_!r} as {row.kind}" for row in tables["groups"].rename(columns={"name": "name_"}).itertuples())
        notes.append(f"what sort of group each is was read from its name: {told}. Say --kind where that is wrong.")
    idle = sum(len(sheet.sessions) for sheet in sheets) - len(tables["occasions"])
    if idle:
        notes.append(f"{idle:,} sessions without anybody marked as there became no occasion.")
    counts = Counter(tables["appointments"]["outcome"]) if len(tables["appointments"]) else Counter()
    if counts:
        notes.append(f"appointments that were no contacts: {', '.join(f'{word} {n:,}' for word, n in sorted(counts.items()))}.")
    return notes
