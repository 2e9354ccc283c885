"""The service's own list of names, unlocked with its key: the only way a name comes to stand beside a pseudonym."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.tables.layouts import PERSON_ALIASES
from recoverynet.tables.pseudonym_ids import key_bytes, pseudonym
from recoverynet.untrusted.opening import read_bytes

_ID_COLUMNS = ("person_id", *PERSON_ALIASES)
_MOST_BYTES = 20_000_000
_NAME_COLUMNS = ("name", "full_name", "display_name", "known_as")


class Names(Mapping[str, str]):
    """Names by pseudonym, held in memory only; never shown by print, never pickled.

    Parameters
    ----------
    names : mapping of pseudonym to name
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(names)

    def __getitem__(self, person_id: str) -> str:
        return self._names[person_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<Names of {len(self)} people>"

    def __reduce__(self) -> str:
        raise DisclosureError("Names are not written anywhere: unlock the list again where it is needed.")


def read_names(
    path: str | Path, *, key: bytes | str, people: Collection[str] | None = None, away_from: Iterable[str | Path] = ()
) -> Names:
    r"""Which name goes with each pseudonym, by the service's own list and its key?

    Parameters
    ----------
    path : path
        A CSV file of the service: its own ids (``person_id``) and ``name``. It stays where it is; nothing is written.
    key : bytes or str
        The key the pseudonyms were made with; see :func:`recoverynet.tables.pseudonyms.read_key`.
    people : collection of str, optional
        Pseudonyms of the record. At least one must be found in the list, or the key is another; names of people who are
        not among them are not kept. Default: all names are kept.
    away_from : iterable of paths
        Folders that hold the data or will hold the result: the list must not lie in them.

    Returns
    -------
    Names
        By pseudonym. Without the list or the key there are no names, and everything else is as before.

    Raises
    ------
    SchemaError
        There is no such file, it lacks a column, the key is too short, or it makes none of the pseudonyms of the record.
    DisclosureError
        The list lies with the data.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from recoverynet.tables.names import read_names
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "names.csv"
    ...     _ = file.write_text("person_id,name\n4711,A. Name\n")
    ...     read_names(file, key="only for this example")
    <Names of 1 people>
    """
    path, secret = Path(path), key_bytes(key)
    if not path.is_file():
        raise SchemaError(f"There is no list of names {str(path)!r}. It is a CSV file with the columns person_id and name.")
    for place in map(Path, away_from):
        if place.is_dir() and path.resolve().is_relative_to(place.resolve()):
            raise DisclosureError(
                f"The list of names {str(path)!r} lies with the data in {str(place)!r}: whoever gets the folder gets the "
                "names. Move the list to a place of its own."
            )
    names = {pseudonym(person_id, secret): name for person_id, name in _rows(path)}
    if people is None:
        return Names(names)
    known = set(people)
    found = {person_id: name for person_id, name in names.items() if person_id in known}
    if not found:
        raise SchemaError(
            f"None of the {len(names):,} ids of the list becomes a pseudonym of this record with this key: the key or the "
            "list is another, or the record was not pseudonymised. Without names the page can be made all the same."
        )
    return Names(found)


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    """Id and name of every row that has both."""
    try:
        content = read_bytes(path, most=_MOST_BYTES, remedy="A list of names is a short file; is this it?")
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except UnicodeDecodeError as error:
        raise SchemaError(f"The list of names {path.name!r} is not UTF-8 text. Save it as CSV (UTF-8).") from error
    except csv.Error as error:
        raise SchemaError(f"The list of names {path.name!r} is no CSV that can be read ({error}). Save it again.") from error
    titles = {str(title).strip().lower(): title for title in rows[0] if title is not None} if rows else {}
    columns = [next((titles[name] for name in wanted if name in titles), None) for wanted in (_ID_COLUMNS, _NAME_COLUMNS)]
    if None in columns:
        raise SchemaError(f"The list of names {path.name!r} needs the columns person_id and name, and at least one row.")
    for row in rows:
        person_id, name = ((row[column] or "").strip() for column in columns)
        if person_id and name:
            yield person_id, name
