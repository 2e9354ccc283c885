"""Pairs for a person to look at, as a small file to fill in, and their answers read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd

from recoverynet.arguments import as_path
from recoverynet.by_row import each_row
from recoverynet.csv_files import write_csv
from recoverynet.errors import SchemaError
from recoverynet.linkage.links import COMPARED, PeopleLinks
from recoverynet.untrusted.opening import read_text

ANSWER = "same_person"
_SHOWN = ("pair", "agency_a", "person_a", "agency_b", "person_b", *COMPARED, "probability", "n_competitors")
_WORDS = {"yes": "yes", "y": "yes", "no": "no", "n": "no", "": "", "unsure": "", "?": ""}
_MOST_BYTES = 20_000_000


def write_review(links: PeopleLinks, path: str | Path) -> int:
    """Write the pairs that a person should look at as a CSV file with an empty column to fill in.

    Parameters
    ----------
    links : PeopleLinks
    path : path
        A file there is replaced. Only its owner may read it.

    Returns
    -------
    int
        How many pairs it holds.

    Raises
    ------
    NotWrittenError

    Notes
    -----
    It holds the records' own ids, how each thing compares in words, and ``same_person`` to be filled in with yes, no or unsure.
    There is no name, initial, birth date, sex, postcode or token in it: whoever decides looks these up where they are kept.

    Examples
    --------
    >>> import tempfile, pathlib, recoverynet as rn
    >>> agencies = rn.two_agencies(n_people=300, rng=1)
    >>> links = rn.link_people(agencies.records, tokens=agencies.tokens(key="only for this example"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "pairs_to_review.csv"
    ...     n_asked = rn.write_review(links, file)
    >>> n_asked == links.n_review
    True
    """
    if not isinstance(links, PeopleLinks):
        raise SchemaError(f"write_review() takes what link_people() gave; got a {type(links).__name__}.")
    frame = review_table(links)
    write_csv(frame, path, private=True)
    return len(frame)


def review_table(links: PeopleLinks) -> pd.DataFrame:
    """The pairs that a person should look at, as they are written."""
    asked = links.pairs[links.pairs["decision"] == "review"]
    return asked[list(_SHOWN)].assign(probability=asked["probability"].round(3), **{ANSWER: ""})


def read_review(links: PeopleLinks, path: str | Path) -> PeopleLinks:
    """What did the person who looked decide?

    Parameters
    ----------
    links : PeopleLinks
        Those the file was written from.
    path : path
        The file, filled in; saved by a spreadsheet program with commas or semicolons.

    Returns
    -------
    PeopleLinks
        Pairs answered yes are linked, those answered no are apart, the rest stay for review. ``pairs`` has a column ``reviewed``.

    Raises
    ------
    SchemaError
        A column is missing, an answer is another word, a pair is not one of these or stands with other people, or two answers
        would make two people of one agency the same.

    Examples
    --------
    >>> import tempfile, pathlib, recoverynet as rn
    >>> agencies = rn.two_agencies(n_people=300, rng=1)
    >>> links = rn.link_people(agencies.records, tokens=agencies.tokens(key="only for this example"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "pairs_to_review.csv"
    ...     n_asked = rn.write_review(links, file)
    ...     read = rn.read_review(links, file)
    >>> read.n_review == links.n_review
    True
    """
    rows = _rows(as_path(path, "The file of reviewed pairs"))
    answers = _answers(links, rows)
    pairs = links.pairs
    reviewed = pairs["pair"].map(answers).astype("str")
    yes, no = (reviewed.eq(word).fillna(False).to_numpy(dtype=bool) for word in ("yes", "no"))
    _require_single(pairs[yes])
    decision = pairs["decision"].to_numpy(dtype=object).copy()
    decision[no] = "apart"
    decision[yes] = "linked"
    order_first = np.where(yes, 2.0, pairs["probability"])
    again = PeopleLinks(pairs.assign(reviewed=reviewed), links.people, links.agencies, links.weights, links.settings, links.records)
    return again.decided((decision == "linked"), decision, first=order_first)


def _rows(path: Path) -> list[dict[str, str]]:
    text = read_text(path, most=_MOST_BYTES, remedy="A file of pairs to review is small; is it another?")
    head = text.split("\n", 1)[0]
    mark = ";" if head.count(";") > head.count(",") else ","
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=mark))
    absent = [name for name in ("pair", "person_a", "person_b", ANSWER) if not rows or name not in rows[0]]
    if absent:
        raise SchemaError(f"{path.name} is no file of pairs to review: it has no column {', '.join(absent)}, or no row.")
    return rows


def _answers(links: PeopleLinks, rows: list[dict[str, str]]) -> dict[int, str]:
    known = {str(row.pair): (row.person_a, row.person_b) for row in each_row(links.pairs[["pair", "person_a", "person_b"]])}
    answers: dict[int, str] = {}
    for at, row in enumerate(rows, start=2):
        number, said = (row["pair"] or "").strip(), (row[ANSWER] or "").strip().lower()
        people = tuple((row[name] or "").strip().removeprefix("'") for name in ("person_a", "person_b"))
        if number not in known or tuple(one.removeprefix("'") for one in known[number]) != people:
            raise SchemaError(
                f"Row {at} of the reviewed pairs is none of these links (pair {number!r}). Write the file again from the links you "
                "have, and carry the answers over."
            )
        if said not in _WORDS:
            raise SchemaError(f"Row {at} of the reviewed pairs answers {said[:30]!r}; same_person is yes, no, unsure or empty.")
        if _WORDS[said]:
            answers[int(number)] = _WORDS[said]
    return answers


def _require_single(pairs: pd.DataFrame) -> None:
    for side, other in (("a", "b"), ("b", "a")):
        twice = pairs[pairs.duplicated([f"agency_{side}", f"person_{side}", f"agency_{other}"], keep=False)]
        if len(twice):
            raise SchemaError(
                f"Pairs {', '.join(map(str, twice['pair'].head(3)))} are answered yes and would make two people of one agency one "
                "person. Decide for one of them."
            )
