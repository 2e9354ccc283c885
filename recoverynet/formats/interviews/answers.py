"""Answers of an interview: cells cleaned, options of one question put together, names and free text dropped, all counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import ImportRow
from recoverynet.formats.raw_networks import heading_names_somebody, typed_values
from recoverynet.formats.recognised import recognised
from recoverynet.tables import identifiers
from recoverynet.tables.mapped import plain_name

NO_OPTION = "(none)"
_LONG, _MANY_WORDS = 60, 8
_MANY, _MOSTLY = 10, 0.5
_FORMULA = r"^'(?=[=+\-@\t\r])"
_WHOLE = r"[+-]?(?:0|[1-9]\d{0,17})"
_NUMBER = r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|[+-]?\.\d+"
_DATE = r"\d{4}-\d{2}(?:-\d{2})?(?:[T ][\d:.Z+-]*)?"


@dataclass
class Answers:
    """Columns of answers to one kind of question, being cleaned.

    Attributes
    ----------
    frame : pandas.DataFrame of str
        NaN where there is no answer.
    what : str
        Whose answers they are, for the account (``"the alters"``).
    rows : list of ImportRow
    """

    frame: pd.DataFrame
    what: str
    source: str
    rows: list[ImportRow] = field(default_factory=list)

    def cleaned(self, keep: Iterable[str], categorical: Iterable[str], *, tells_none: bool) -> Answers:
        """The same answers after every step; raises nothing."""
        self._unmark()
        self._uncover()
        self._drop({title: "a column without a name" for title in self.frame.columns if title.strip().lower() in ("null", "")})
        self._drop({title: "a place on the screen" for title in _placed(self.frame)})
        self._gather(set(categorical), tells_none)
        wanted = set(keep)
        self._drop({title: _why_not(self.frame[title], title) for title in self.frame.columns if title not in wanted})
        return self

    def _unmark(self) -> None:
        """Take off the mark that keeps spreadsheets from taking text for a formula."""
        n_changed, n_in = 0, 0
        for place, title in enumerate(self.frame.columns):
            values = self.frame.iloc[:, place]
            n_in += int(values.notna().sum())
            marked = values.str.contains(_FORMULA, regex=True, na=False)
            if marked.any():
                n_changed += int(marked.sum())
                self.frame[title] = values.where(~marked, values.str[1:])
        if n_changed:
            why = "the ' before what a spreadsheet takes for a formula was taken off"
            self.rows.append(ImportRow(self.source, f"answers of {self.what}", n_in, n_in, why, n_changed))

    def _uncover(self) -> None:
        covered = self.frame == "ENCRYPTED"
        n = int(covered.to_numpy(dtype=bool, na_value=False).sum()) if len(self.frame.columns) else 0
        if n:
            n_in = int(self.frame.notna().to_numpy().sum())
            self.rows.append(ImportRow(self.source, f"answers of {self.what}", n_in, n_in - n, "they are encrypted"))
            self.frame = self.frame.mask(covered)

    def _drop(self, why: dict[str, str]) -> None:
        """Leave out the columns for which a reason is given."""
        reasons: dict[str, list[str]] = {}
        for title, reason in why.items():
            if reason:
                reasons.setdefault(reason, []).append(title)
        n = len(self.frame.columns)
        for reason, titles in reasons.items():
            told = ", ".join(titles[:6]) + " …" * (len(titles) > 6)
            self.rows.append(ImportRow(self.source, f"columns of {self.what}", n, n - len(titles), f"{reason} ({told})"))
            n -= len(titles)
        self.frame = self.frame.drop(columns=[title for titles in reasons.values() for title in titles])

    def _gather(self, declared: set[str], tells_none: bool) -> None:
        """Options of one question, a column each, become one column with the options chosen."""
        questions = option_columns(self.frame, declared)
        if not questions:
            return
        n_unclear = n_answers = 0
        made: dict[str, pd.Series] = {}
        first = {titles[0]: question for question, titles in questions.items()}
        taken = {title for titles in questions.values() for title in titles}
        for title in self.frame.columns:
            if title in first:
                chosen, unclear = _chosen(self.frame, first[title], questions[first[title]], tells_none)
                made[first[title]] = chosen
                n_unclear += unclear
                n_answers += int(self.frame[questions[first[title]]].notna().any(axis=1).sum())
            elif title not in taken:
                made[title] = self.frame[title]
        self.frame = pd.DataFrame(made, index=self.frame.index)
        if n_unclear:
            why = "no option is true, which this version writes for questions not answered and for none of them alike"
            self.rows.append(ImportRow(self.source, f"answers of {self.what} by options", n_answers, n_answers - n_unclear, why))


def require_asked(named: Iterable[str], titles: Iterable[str], what: str) -> None:
    """Raise SchemaError where ``what`` names a question that is none of the titles, and begins none of them as options do."""
    asked = list(dict.fromkeys(titles))
    for name in named:
        if name not in asked and not any(title.startswith(f"{name}_") for title in asked):
            there = ", ".join(asked[:12]) + " …" * (len(asked) > 12)
            raise SchemaError(f"{what} names {name!r}, which no question is called; there are {there or 'none'}.")


def option_columns(frame: pd.DataFrame, declared: Iterable[str] = ()) -> dict[str, list[str]]:
    """Questions whose options stand in columns of their own, ``question_option``, true or false.

    Parameters
    ----------
    frame : pandas.DataFrame of str
    declared : iterable of str
        Questions known to be such; others are recognised where two or more neighbouring columns begin alike, hold only true and
        false, and are filled in or left empty together.

    Returns
    -------
    dict of str to list of str
        Columns by question, in their order.

    Examples
    --------
    >>> option_columns(pd.DataFrame({"sex_f": ["true"], "sex_m": ["false"], "age": ["41"]}))
    {'sex': ['sex_f', 'sex_m']}
    """
    found = {question: [title for title in frame.columns if title.startswith(f"{question}_")] for question in declared}
    found = {question: titles for question, titles in found.items() if titles}
    taken = {title for titles in found.values() for title in titles}
    truths = [title for title in frame.columns if title not in taken and "_" in title.strip("_") and _is_truth(frame[title])]
    for titles in _beginning_alike(truths, list(frame.columns)):
        empty = frame[titles].isna()
        if len(titles) > 1 and (empty.all(axis=1) | ~empty.any(axis=1)).all():
            found[_beginning(titles)] = titles
    return found


def _beginning_alike(titles: list[str], order: list[str]) -> list[list[str]]:
    """Runs of neighbouring titles that share their first word; split further where all second words occur in several."""
    runs: list[list[str]] = []
    for title in titles:
        near = runs and order.index(title) == order.index(runs[-1][-1]) + 1
        if near and title.split("_")[0] == runs[-1][-1].split("_")[0]:
            runs[-1].append(title)
        else:
            runs.append([title])
    return [part for run in runs for part in _split_deeper(run)]


def _split_deeper(run: list[str]) -> list[list[str]]:
    """One question, or several whose names begin alike (``drug_use_a drug_use_b drug_type_a drug_type_b``)."""
    parts: dict[tuple[str, ...], list[str]] = {}
    for title in run:
        parts.setdefault(tuple(title.split("_")[:2]), []).append(title)
    several = len(parts) > 1 and all(len(part) > 1 and all(title.count("_") > 1 for title in part) for part in parts.values())
    return list(parts.values()) if several else [run]


def _beginning(titles: Sequence[str]) -> str:
    words = [title.split("_") for title in titles]
    shared = 1
    while all(len(one) > shared + 1 for one in words) and len({one[shared] for one in words}) == 1:
        shared += 1
    return "_".join(words[0][:shared])


def _is_truth(values: pd.Series) -> bool:
    known = values.dropna().unique()
    return bool(len(known)) and set(known) <= {"true", "false"}


def _chosen(frame: pd.DataFrame, question: str, titles: list[str], tells_none: bool) -> tuple[pd.Series, int]:
    """The options that are true, joined, and how many rows have none where that may mean no answer."""
    options = [title[len(question) + 1 :] for title in titles]
    truths = (frame[titles] == "true").to_numpy(dtype=bool, na_value=False)
    answered = frame[titles].notna().any(axis=1).to_numpy()
    texts = ["; ".join(option for option, true in zip(options, row, strict=True) if true) for row in truths]
    nothing = answered & ~truths.any(axis=1)
    known = [text or (NO_OPTION if tells_none and said else None) for text, said in zip(texts, answered, strict=True)]
    return pd.Series(known, index=frame.index, dtype="str"), 0 if tells_none else int(nothing.sum())


def _placed(frame: pd.DataFrame) -> list[str]:
    """Columns that say where somebody stood on the screen."""
    titles = set(frame.columns)
    placed = [title for title in titles if re.search(r"_screenSpace[XY]$", title)]
    for title in titles:
        pair = {"_x": "_y", "_X": "_Y"}.get(title[-2:])
        other = title[:-2] + pair if pair else ""
        if other in titles and all(frame[one].dropna().str.fullmatch(_NUMBER).all() for one in (title, other)):
            placed += [title, other]
    return [title for title in frame.columns if title in set(placed)]


def _why_not(values: pd.Series, title: str) -> str:
    """Why a column is left out, empty where it may come in."""
    if heading_names_somebody(title):
        return "direct identifiers; keep=[…] takes one over"
    if identifiers.free_text_column(plain_name(title)) or reads_as_free_text(values):
        return "free text, or names, in which people can be recognised; keep=[…] takes one over"
    return ""


def reads_as_free_text(values: pd.Series) -> bool:
    """Whether the values are no answers to choose from: long, or nearly each another one, or like names and addresses."""
    known = values.dropna()
    known = known[~known.str.fullmatch(f"{_NUMBER}|{_DATE}|true|false")]
    distinct = known.unique()
    if not len(distinct):
        return False
    if any(len(value) > _LONG or value.count(" ") >= _MANY_WORDS for value in distinct):
        return True
    mostly_own = len(distinct) / len(known) > _MOSTLY
    return (mostly_own and len(distinct) >= _MANY) or _names_people(list(distinct), mostly_own and len(distinct) >= 3)


def _names_people(distinct: list[str], each_its_own: bool) -> bool:
    sure, like_names = recognised(distinct)
    return bool(sure) or (each_its_own and len(like_names) >= _MOSTLY * len(distinct))


def typed_answers(values: pd.Series) -> pd.Series:
    """Answers as truths, whole numbers or numbers where all of them are, else as text."""
    known = values.dropna()
    if not len(known):
        return values
    bare = [None if missing else value for value, missing in zip(values.tolist(), values.isna(), strict=True)]
    if set(known.unique()) <= {"true", "false"}:
        return typed_values([None if value is None else value == "true" for value in bare]).set_axis(values.index)
    if known.str.fullmatch(_WHOLE).all():
        return typed_values([None if value is None else int(value) for value in bare]).set_axis(values.index)
    if known.str.fullmatch(_NUMBER).all():
        return typed_values([None if value is None else float(value) for value in bare]).set_axis(values.index)
    return values
