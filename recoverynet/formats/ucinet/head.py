"""The lines before the data of a DL file: sizes, form, diagonal and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from recoverynet.errors import SchemaError
from recoverynet.formats.raw_networks import NETWORK, require_number_of_people

TOKEN = re.compile(r'"(?:[^"]|"")*"|[^\s,=]+')
LISTS = ("edgelist1", "edgelist2", "nodelist1", "nodelist1b", "nodelist2")
MATRICES = ("fullmatrix", "lowerhalf", "upperhalf")
_SHORT = {"edgelist": "edgelist1", "nodelist": "nodelist1", "fm": "fullmatrix", "full": "fullmatrix"}
_WHOSE = {"row": "rows", "rows": "rows", "col": "columns", "column": "columns", "columns": "columns", "labels": "labels"}
_LEVELS = ("level", "levels", "matrix", "matrices")


@dataclass
class Head:
    """What the lines before the data declare.

    Attributes
    ----------
    n_rows, n_columns : int or None
        None where the file leaves them to be counted.
    embedded : set of {"rows", "columns"}
        Whose labels stand among the data.
    two_sets : bool
        Whether rows and columns are different things, such as people and meetings.
    """

    n_rows: int | None = None
    n_columns: int | None = None
    n_matrices: int = 1
    form: str = "fullmatrix"
    diagonal: bool = True
    row_labels: list[str] | None = None
    column_labels: list[str] | None = None
    matrix_labels: list[str] | None = None
    embedded: set[str] = field(default_factory=set)
    two_sets: bool = False
    notes: list[str] = field(default_factory=list)

    def matrix_name(self, k: int) -> str:
        """What the matrix in place k is called."""
        if self.matrix_labels and k < len(self.matrix_labels):
            return self.matrix_labels[k]
        return NETWORK if self.n_matrices == 1 else f"{NETWORK} {k + 1}"


class _Tokens:
    """Words of a text, one after the other, with a look ahead."""

    def __init__(self, text: str) -> None:
        self._found: Iterator[re.Match[str]] = TOKEN.finditer(text)
        self._ahead: re.Match[str] | None = None
        self.end = 0

    def __iter__(self) -> _Tokens:
        return self

    def __next__(self) -> str:
        match = self._ahead or next(self._found)
        self._ahead = None
        self.end = match.end()
        return match.group()

    def peek(self) -> str:
        """The next word, left where it is; empty at the end."""
        self._ahead = self._ahead or next(self._found, None)
        return self._ahead.group() if self._ahead else ""


def read_head(text: str, name: str) -> tuple[Head, str]:
    """What is declared, and the text after ``DATA:``.

    Raises
    ------
    SchemaError
        The head is cut short, contradicts itself or declares a form that is not read.
    """
    head = Head()
    tokens = _Tokens(text)
    next(tokens)
    for token in tokens:
        word = token.lower().rstrip(":")
        if word == "data":
            _check(head, name)
            return head, text[tokens.end :]
        _declare(word, tokens, head, name)
    raise SchemaError(f"{name!r} has no line DATA: in it; the file is cut short.")


def _declare(word: str, tokens: _Tokens, head: Head, name: str) -> None:
    if word in ("n", "nr", "nc", "nm"):
        _declare_size(word, next(tokens, ""), head, name)
    elif word == "format":
        form = next(tokens, "").lower()
        head.form = _SHORT.get(form, form)
    elif word == "diagonal":
        head.diagonal = next(tokens, "").lower() != "absent"
    elif word in _WHOSE or word in _LEVELS:
        if word != "labels" and tokens.peek().lower().rstrip(":") == "labels":
            next(tokens)
        _declare_labels(word, tokens, head)
    elif word == "title":
        next(tokens, "")
    elif word == "datafile":
        raise SchemaError(f"{name!r} keeps its data in another file (DATAFILE); put them into it after DATA: instead.")
    elif word:
        head.notes.append(f"The word {word!r} of the file's head is not known and was passed over.")


def _declare_size(word: str, given: str, head: Head, name: str) -> None:
    if not given.isdecimal() or len(given) > 9:
        raise SchemaError(f"{name!r} declares {word.upper()} = {given!r}; a whole number was expected.")
    n = int(given)
    if word == "nm":
        head.n_matrices = n
    if word in ("n", "nr"):
        head.n_rows = require_number_of_people(n, name)
    if word in ("n", "nc"):
        head.n_columns = require_number_of_people(n, name)


def _declare_labels(word: str, tokens: _Tokens, head: Head) -> None:
    of = _WHOSE.get(word, "levels")
    if tokens.peek().lower().rstrip(":") == "embedded":
        next(tokens)
        head.embedded |= {"rows", "columns"} if of == "labels" else {of}
    elif of in ("rows", "labels"):
        head.row_labels = _labels(tokens, head.n_rows)
        head.column_labels = head.row_labels if of == "labels" else head.column_labels
    elif of == "columns":
        head.column_labels = _labels(tokens, head.n_columns)
    else:
        head.matrix_labels = _labels(tokens, head.n_matrices)


def _labels(tokens: _Tokens, n: int | None) -> list[str]:
    found: list[str] = []
    while (n is None or len(found) < n) and tokens.peek() and tokens.peek().lower() not in ("data:", "labels:"):
        found.append(unquoted(next(tokens)))
    return found


def unquoted(token: str) -> str:
    """A word without the quotation marks around it; doubled ones inside are one."""
    return token[1:-1].replace('""', '"') if len(token) > 1 and token[0] == token[-1] == '"' else token


def _check(head: Head, name: str) -> None:
    if head.form not in (*LISTS, *MATRICES):
        raise SchemaError(
            f"{name!r} is in the form {head.form!r}, which is not read; export it as one of {', '.join((*MATRICES, *LISTS))}."
        )
    for labels, n, what in ((head.row_labels, head.n_rows, "row"), (head.column_labels, head.n_columns, "column")):
        if labels is not None and n is not None and len(labels) != n:
            raise SchemaError(f"{name!r} declares {n} {what}s and gives {len(labels)} labels for them.")
    differ = head.row_labels is not None and head.column_labels is not None and head.row_labels != head.column_labels
    head.two_sets = differ or head.n_rows != head.n_columns or head.form.endswith("2")
    if head.form in ("lowerhalf", "upperhalf") and head.two_sets:
        raise SchemaError(
            f"{name!r} holds half a matrix whose rows and columns are not the same people; only a square one has halves."
        )
    if head.form in MATRICES and (head.n_rows is None or head.n_columns is None):
        raise SchemaError(f"{name!r} does not say how many people it holds (N = …).")
