"""Personal-network studies as EgoNet, EgoWeb, openeddi and the R package egor keep them: one, two or three files, or folders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.egor.settled import settled_interviews
from recoverynet.formats.egor.sheets import ALTER, EGO, SOURCE, TARGET, OpenSheet, read_sheet
from recoverynet.formats.egor.wide import WideColumns, long_alters, long_ties, wide_columns
from recoverynet.formats.imported import Imported, ImportReport, ImportRow
from recoverynet.formats.interviews.tables import Recoding
from recoverynet.formats.opened import open_bounded
from recoverynet.formats.raw_networks import windows_notes
from recoverynet.tables.layouts import PEOPLE
from recoverynet.tables.schema import require_time_zone

KIND = "egor"
_OWN = ("_ego", "_alter", "_source", "_target")


@dataclass
class Study:
    """Long tables of a study: ``_ego``; ``_ego _alter``; ``_ego _source _target``; answers in the other columns."""

    label: str
    egos: list[pd.DataFrame] = field(default_factory=list)
    alters: list[pd.DataFrame] = field(default_factory=list)
    ties: list[pd.DataFrame] = field(default_factory=list)
    rows: list[ImportRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_egor(
    source: str | Path,
    *,
    asked_at: object,
    ego_id: str | None = None,
    alter_id: str | None = None,
    source_id: str | None = None,
    target_id: str | None = None,
    alter_questions: Iterable[str] = (),
    recode: Recoding | None = None,
    keep: Iterable[str] = (),
    role: str = "client",
    alters_as_people: bool = False,
    tz: str = "Europe/London",
) -> Imported:
    r"""Who was named in a personal-network study, and what was said of them?

    Parameters
    ----------
    source : path
        A CSV file, folder or zip file as EgoNet, EgoWeb 2.0, openeddi or the R package egor keep studies, parted by commas,
        semicolons or tabs. One file: a row a person asked, with columns for each alter and each pair (wide). Two: wide ties beside
        a file of alters. Three: people asked, alters, ties. Folders with a file a person are put together. Which file is which is
        told by its columns, not by its name.
    asked_at : str, date, datetime or pandas.Timestamp
        When people were asked: a column of the people asked that holds dates as 2011-03-07, or the day itself. Such files do not
        say, and it is never guessed.
    ego_id, alter_id, source_id, target_id : str, optional
        Columns that hold ids. Default: as the programs call them (egoID, .egoID, puid; alterID, altID, Alter Number, nameid;
        Source, .srcID, Alter 1 Number; Target, .tgtID, targetid).
    alter_questions : sequence of str
        In one file, questions about alters, as their columns begin (``"sex"`` for sex1, sex2, …), where the columns do not begin
        with alter and are not numbered as far as the pairs go.
    recode, keep, role, alters_as_people, tz
        As for :func:`recoverynet.read_network_canvas`.

    Returns
    -------
    Imported
        ``tables``: people, nominations (a row an alter, its answers as further columns), alter_ties (with ``weight``; 0 is a pair
        known not to be tied), observations. ``others``: alter_observations (source perceived).

    Raises
    ------
    SchemaError
        Nothing in the source holds ids of people asked, nobody was asked, the dates cannot be read, or ``recode`` or ``keep``
        names what is not there or does not fit.

    Notes
    -----
    Alters are numbered for each person asked, so their ids are ``ego:alter``; two people's alter 1 are two people. Ids that may be
    names are replaced by numbers. Alters of people who are not among those asked, and ties with an alter nobody named, are counted
    in the report.

    References
    ----------
    Krenz, T., Krivitsky, P. N., Vacca, R., Bojanowski, M. and Herz, A. (2024). egor: import and analyse ego-centered network data.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "one_file.csv"
    ...     _ = path.write_text("egoID;age;alter.sex.1;alter.sex.2;X1.to.2\n7;41;f;m;2\n8;38;f;;\n")
    ...     came = rn.read_egor(path, asked_at="2011-03-07")
    >>> came.tables["nominations"][["ego_id", "alter_id", "alter.sex"]].values.tolist()
    [['7', '7:1', 'f'], ['7', '7:2', 'm'], ['8', '8:1', 'f']]
    >>> came.tables["alter_ties"][["alter_a", "alter_b", "weight"]].values.tolist()
    [['7:1', '7:2', 2.0]]
    """
    require_time_zone(tz, "tz")
    if role not in PEOPLE["role"].choices:
        raise SchemaError(f"role is one of {', '.join(PEOPLE['role'].choices)}; got {role!r}.")
    opened = open_bounded(source)
    study = Study(opened.label)
    named = {EGO: ego_id, ALTER: alter_id, SOURCE: source_id, TARGET: target_id}
    endings = (".csv", ".tsv", ".txt") if len(opened.entries) == 1 else (".csv", ".tsv")
    entries = [entry for entry in opened.entries if entry.file_name.lower().endswith(endings)]
    n_other = len(opened.entries) - len(entries) + opened.n_passed_over
    study.rows += [ImportRow(opened.label, "files of another kind", n_other, 0, "they are no CSV")] * bool(n_other)
    sheets = [read_sheet(entry, {key: value for key, value in named.items() if value}, study.rows) for entry in entries]
    _take_sheets(study, sheets, set(alter_questions))
    interviews = settled_interviews(study.egos, study.alters, study.ties, study, asked_at, sorted(keep), tz)
    tables, others = interviews.to_tables(role, recode, alters_as_people=alters_as_people)
    notes = [*windows_notes(sum(sheet.n_windows for sheet in sheets)), *study.notes, *interviews.notes]
    report = ImportReport(KIND, opened.label, (*study.rows, *interviews.rows), tuple(notes))
    return Imported(tables, report, others, tz)


def _take_sheets(study: Study, sheets: list[OpenSheet], alter_questions: set[str]) -> None:
    """Every file put into the long table it belongs to."""
    loose = [sheet for sheet in sheets if not sheet.kind]
    if not any(sheet.kind in ("egos", "alters") for sheet in sheets):
        held = "; ".join(f"{sheet.stem}: {', '.join(sheet.frame.columns[:6])}" for sheet in sheets[:3]) or "no CSV file"
        raise SchemaError(
            f"{study.label!r} holds no file with ids of the people asked (egoID, .egoID, puid …); it holds {held}. Name the "
            "columns with ego_id and alter_id."
        )
    for sheet in loose:
        study.rows.append(ImportRow(sheet.stem, "rows", len(sheet.frame), 0, "no column of the file holds ids that are known"))
    for sheet in sheets:
        if sheet.kind == "egos":
            _take_egos(study, sheet, alter_questions, any(other.kind == "alters" for other in sheets))
        elif sheet.kind == "alters":
            _take_alters(study, sheet, any(other.kind == "egos" for other in sheets))
        elif sheet.kind == "ties":
            ids = {sheet.ids[SOURCE]: "_source", sheet.ids[TARGET]: "_target"}
            study.ties.append(_with_ego(sheet).rename(columns=ids))
    for sheet in sheets:
        if sheet.kind == "matrix":
            study.ties.append(_matrix_ties(study, sheet))


def _with_ego(sheet: OpenSheet) -> pd.DataFrame:
    """The rows with the person asked: as the file says, or as it is called where it says nothing."""
    if EGO in sheet.ids:
        return sheet.frame.rename(columns={sheet.ids[EGO]: "_ego"})
    return sheet.frame.assign(_ego=_number_of(sheet.stem))


def _number_of(stem: str) -> str:
    """The person asked after whom a file is called: the digits of its name, or all of it."""
    digits = re.sub(r"\D", "", stem)
    return digits or stem


def _take_egos(study: Study, sheet: OpenSheet, alter_questions: set[str], alters_elsewhere: bool) -> None:
    wide = wide_columns(sheet.frame.columns, alter_questions)
    if alters_elsewhere:
        wide = WideColumns({}, wide.pairs)
    ego = sheet.ids[EGO]
    twin = [title for title in sheet.frame.columns if title != ego and sheet.frame[title].equals(sheet.frame[ego].rename(title))]
    if twin:
        n = len(sheet.frame.columns)
        study.rows.append(ImportRow(sheet.stem, "columns", n, n - len(twin), f"they repeat the id ({', '.join(twin)})"))
    rest = [title for title in sheet.frame.columns if title not in wide.titles and title not in twin]
    study.egos.append(sheet.frame[rest].rename(columns={ego: "_ego"}))
    if wide.blocks:
        study.alters.append(long_alters(sheet.frame, ego, wide))
        study.notes.append(f"Questions about alters, a column each: {', '.join(wide.blocks)}.")
    elif wide.pairs and not alters_elsewhere:
        study.alters.append(long_alters(sheet.frame, ego, wide))
    if wide.pairs:
        study.ties.append(long_ties(sheet.frame, ego, wide))


def _take_alters(study: Study, sheet: OpenSheet, egos_elsewhere: bool) -> None:
    """Alters; without a file of the people asked, what stands before the alter and is the same throughout is about the ego."""
    frame = _with_ego(sheet).rename(columns={sheet.ids[ALTER]: "_alter"})
    if not egos_elsewhere:
        before = list(frame.columns[: frame.columns.get_loc("_alter")])
        steady = [title for title in before if title != "_ego" and _is_steady(frame, title)]
        study.egos.append(frame[["_ego", *steady]].drop_duplicates("_ego", ignore_index=True))
        frame = frame.drop(columns=steady)
        if steady:
            study.notes.append(f"Read as about the people asked, being the same for all alters of each: {', '.join(steady)}.")
    study.alters.append(frame)


def _is_steady(frame: pd.DataFrame, title: str) -> bool:
    return bool((frame.groupby("_ego")[title].nunique(dropna=False) <= 1).all())


def _matrix_ties(study: Study, sheet: OpenSheet) -> pd.DataFrame:
    """Ties of a matrix whose rows and columns are the alters of the person after whom the file is called."""
    ego = _number_of(sheet.stem)
    labels = sheet.frame[sheet.unnamed].tolist()
    own = [frame[frame["_ego"] == ego] for frame in study.alters]
    alters = pd.concat(own)["_alter"].tolist() if own else []
    if not set(labels) <= set(alters):
        if len(labels) != len(alters):
            why = "its labels are no alters of the person it is called after"
            study.rows.append(ImportRow(sheet.stem, "rows", len(sheet.frame), 0, why))
            return pd.DataFrame(columns=["_ego", "_source", "_target"])
        study.notes.append(f"The matrix {sheet.stem!r} was read in the order of the alters, because its labels are none of theirs.")
        labels = alters
    cells = sheet.frame.drop(columns=sheet.unnamed).set_axis(labels, axis=1).set_axis(labels)
    pairs = [(one, other) for place, one in enumerate(labels) for other in labels[place + 1 :]]
    weights = [_stronger(cells.loc[one, other], cells.loc[other, one]) for one, other in pairs]
    ties = pd.DataFrame(pairs, columns=["_source", "_target"], dtype="str").assign(_ego=ego, weight=pd.Series(weights, dtype="str"))
    return ties[ties["weight"].notna()]


def _stronger(one: object, other: object) -> str | None:
    known = [str(value) for value in (one, other) if isinstance(value, str)]
    return max(known, key=lambda value: float(value) if re.fullmatch(r"[+-]?[\d.]+", value) else 0.0) if known else None
