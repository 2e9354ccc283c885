"""The CSV files of a personal-network study as text, each known by the ids its columns hold."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import ImportRow
from recoverynet.formats.opened import PackedFile, decoded, split_rows

EGO, ALTER, SOURCE, TARGET = "ego", "alter", "source", "target"
_KNOWN = {
    EGO: ("egoid", "puid", "ego", "respondentid", "interviewid"),
    ALTER: ("alterid", "altid", "alternumber", "nameid", "alter", "alternum"),
    SOURCE: ("source", "srcid", "sourceid", "from", "alter1number", "alter1id", "alter1", "altera"),
    TARGET: ("target", "tgtid", "targetid", "to", "alter2number", "alter2id", "alter2", "alterb"),
}
_MARKS = (",", ";", "\t", "|")
_COMMA_NUMBER = r"[+-]?\d+,\d+"


@dataclass
class OpenSheet:
    """One file.

    Attributes
    ----------
    name : str
        Path within the source.
    frame : pandas.DataFrame of str
        NaN where empty or ``NA``.
    ids : dict of str to str
        Which column holds the ids of egos, alters, sources and targets of ties.
    unnamed : str
        The first column where its heading is empty, as in matrices; empty otherwise.
    """

    name: str
    frame: pd.DataFrame
    ids: dict[str, str] = field(default_factory=dict)
    unnamed: str = ""
    n_windows: int = 0

    @property
    def folder(self) -> str:
        """The folder it lies in, empty where it lies on top."""
        return self.name.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """The name without folder and ending."""
        return self.name.rpartition("/")[2].rpartition(".")[0]

    @property
    def kind(self) -> str:
        """``ties``, ``alters``, ``egos`` or ``matrix``; empty where no id is known."""
        if SOURCE in self.ids and TARGET in self.ids:
            return "ties"
        if ALTER in self.ids:
            return "alters"
        return "egos" if EGO in self.ids else "matrix" if self.unnamed else ""


def plain_title(title: str) -> str:
    """A heading in small letters without signs between words: ``.egoID``, ``Ego ID`` and ``ego_id`` are one."""
    return re.sub(r"[^0-9a-z]", "", title.lower())


def read_sheet(entry: PackedFile, named: dict[str, str], rows: list[ImportRow]) -> OpenSheet:
    """One CSV file, split at whichever sign splits its heading most; adds to the account what was left out.

    Parameters
    ----------
    named : dict of str to str
        Headings of id columns the caller knows better, by whose ids they are.

    Raises
    ------
    SchemaError
        The file is empty or no text.
    """
    text, n_windows = decoded(entry.read(), entry.file_name)
    first = text.lstrip("\n\r").partition("\n")[0]
    mark = max(_MARKS, key=first.count)
    lines = [line for line in split_rows(text, mark) if any(cell.strip() for cell in line)]
    header = _headings(lines[0])
    whole = [line for line in lines[1:] if len(line) == len(header)]
    n, cut = len(lines) - 1, len(lines) - 1 - len(whole)
    if cut:
        rows.append(ImportRow(entry.file_name, "rows", n, len(whole), "more or fewer cells than the heading: cut short"))
    frame = pd.DataFrame(whole, columns=header, dtype="str").apply(lambda values: values.str.strip())
    frame = frame.replace({"": None, "NA": None}).astype("str") if len(header) else frame
    if mark == ";":
        frame = _with_points(frame, entry.file_name, rows)
    unnamed = header[0] if not lines[0][0].strip() else ""
    if unnamed and _only_counts(frame[unnamed]) and not _is_matrix(frame):
        frame = frame.drop(columns=unnamed)
        rows.append(ImportRow(entry.file_name, "columns", len(header), len(header) - 1, "it only numbers the rows"))
        unnamed = ""
    return OpenSheet(entry.name, frame, _ids(frame, named, entry.file_name), unnamed, n_windows)


def _headings(cells: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    own = []
    for place, cell in enumerate(cells, start=1):
        title = cell.strip() or f"column {place}"
        seen[title] += 1
        own.append(title if seen[title] == 1 else f"{title}_{seen[title]}")
    return own


def _only_counts(values: pd.Series) -> bool:
    return values.tolist() == [str(number) for number in range(1, len(values) + 1)]


def _is_matrix(frame: pd.DataFrame) -> bool:
    """Whether rows and columns bear the same labels."""
    titles = [re.sub(r"^X(?=\d)", "", title) for title in frame.columns[1:]]
    return len(frame) > 0 and titles == frame.iloc[:, 0].tolist()


def _with_points(frame: pd.DataFrame, name: str, rows: list[ImportRow]) -> pd.DataFrame:
    """Decimal commas as points, as files parted by semicolons have them."""
    n_changed = 0
    made = frame.copy()
    for title in frame.columns:
        commas = frame[title].str.fullmatch(_COMMA_NUMBER, na=False)
        if commas.any():
            n_changed += int(commas.sum())
            made[title] = frame[title].where(~commas, frame[title].str.replace(",", ".", regex=False))
    if n_changed:
        n = int(frame.notna().to_numpy().sum())
        rows.append(ImportRow(name, "answers", n, n, "decimal commas were read as points", n_changed))
    return made


def _ids(frame: pd.DataFrame, named: dict[str, str], name: str) -> dict[str, str]:
    """Columns of ids: those named, else those called as the programs call them."""
    by_title = {plain_title(title): title for title in reversed(list(frame.columns))}
    found = {}
    for whose, titles in _KNOWN.items():
        if whose in named:
            if named[whose] in frame.columns:
                found[whose] = named[whose]
            continue
        known = next((by_title[title] for title in titles if title in by_title), "")
        if known:
            found[whose] = known
    if TARGET in found and SOURCE not in found and ALTER in found:
        found[SOURCE] = found[ALTER]  # openeddi calls the first end of a tie as it calls alters
    if SOURCE in found and TARGET in found:
        found.pop(ALTER, None)
    if len(set(found.values())) < len(found):
        raise SchemaError(
            f"One column of {name!r} cannot hold two kinds of id; name them with ego_id, alter_id, source_id, target_id."
        )
    return found
