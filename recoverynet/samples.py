"""The records that ship with the library: small, fictional, ready to try things on."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.tables.files import read_record
from recoverynet.tables.record import RecoveryRecord

_PACKAGE = Path(__file__).resolve().parent
_NOTEBOOKS = (_PACKAGE / "data" / "notebooks", _PACKAGE.parent / "notebooks")
_SHELVES = (_PACKAGE / "data" / "samples", _PACKAGE.parent / "data" / "samples")


def list_samples() -> pd.DataFrame:
    """Which records ship with the library, and how large are they?

    Parameters
    ----------
    None

    Returns
    -------
    pandas.DataFrame
        One row a sample in order of name, columns ``name`` (for :func:`load_sample`), ``title`` and
        ``description`` (from its codebook), ``n_people`` and ``n_occasions``.

    Examples
    --------
    >>> import recoverynet as rn
    >>> int(rn.list_samples().set_index("name").loc["five_people", "n_people"])
    5
    """
    rows = []
    for name, folder in sorted(_folders().items()):
        if not (folder / "people.csv").exists():
            continue
        title, description = _codebook_opening(folder)
        rows.append(
            {
                "name": name,
                "title": title,
                "description": description,
                "n_people": _n_rows(folder / "people.csv"),
                "n_occasions": _n_rows(folder / "occasions.csv"),
            }
        )
    return pd.DataFrame(rows, columns=["name", "title", "description", "n_people", "n_occasions"])


def sample_folder(name: str) -> Path:
    """Where does the sample called ``name`` lie?

    Parameters
    ----------
    name : str
        One of those :func:`list_samples` lists, or another folder that ships beside them: ``"calibration"``, or
        ``"monastery"``, which holds real nominations of 18 people (its codebook names source and licence).

    Returns
    -------
    pathlib.Path
        The folder with its tables as CSV files and its codebook ``README.md``. Read it, do not write there.

    Raises
    ------
    SchemaError
        There is no such sample; the message lists those there are.

    Examples
    --------
    >>> from recoverynet.samples import sample_folder
    >>> (sample_folder("five_people") / "people.csv").exists()
    True
    """
    folders = _folders()
    if not isinstance(name, str) or name not in folders:
        known = ", ".join(map(repr, sorted(folders))) or "none (the installation seems incomplete)"
        raise SchemaError(f"There is no sample called {name!r}. The samples are {known}.")
    return folders[name]


def load_sample(name: str) -> RecoveryRecord:
    """What does the sample called ``name`` hold?

    Parameters
    ----------
    name : str
        One of those :func:`list_samples` lists: ``"five_people"`` is small enough to check by hand,
        ``"riverside"`` is a whole fictional area.

    Returns
    -------
    RecoveryRecord
        Typed and checked, as :func:`recoverynet.read_record` returns it for the sample's folder.

    Raises
    ------
    SchemaError
        There is no such sample, or it holds no record; the message lists those there are.

    Notes
    -----
    Every record among the samples is fictional. What was planted in a synthetic one stands in the codebook beside it.

    Examples
    --------
    >>> import recoverynet as rn
    >>> rn.load_sample("five_people").people["role"].tolist()
    ['client', 'client', 'peer', 'worker', 'client']
    """
    folder = sample_folder(name)
    if not (folder / "people.csv").exists():
        records = ", ".join(map(repr, list_samples()["name"]))
        raise SchemaError(
            f"The sample {name!r} is not a record of people and contacts; {records} are. Its files are in sample_folder({name!r})."
        )
    record = _read_once(folder, tuple((path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.csv"))))
    return record.copied()


@lru_cache(maxsize=4)
def _read_once(folder: Path, as_of: tuple[tuple[Path, int], ...]) -> RecoveryRecord:
    """A sample as its files stand; ``as_of`` has it read anew when one is written again."""
    return read_record(folder)


def notebooks_folder() -> Path:
    """Where do the walk-through notebooks that come with the library lie?

    Returns
    -------
    pathlib.Path
        Copy them before you change them: ``recoverynet notebooks --to FOLDER``.

    Raises
    ------
    SchemaError
        The installation has none.
    """
    for shelf in _NOTEBOOKS:
        if any(shelf.glob("*.ipynb")):
            return shelf
    raise SchemaError("This installation holds no notebooks; install recoverynet again.")


def _folders() -> dict[str, Path]:
    """Every sample folder by name; those of an installed package come before those of a checkout."""
    found: dict[str, Path] = {}
    for shelf in _SHELVES:
        for folder in sorted(shelf.glob("*/")):
            found.setdefault(folder.name, folder)
    return found


def _n_rows(path: Path) -> int:
    """Rows of a CSV table, its heading apart."""
    return len(pd.read_csv(path, usecols=[0], dtype="str"))


def _codebook_opening(folder: Path) -> tuple[str, str]:
    """Title and first paragraph of the sample's README."""
    page = folder / "README.md"
    if not page.exists():
        return folder.name, ""
    blocks = [block.strip() for block in page.read_text(encoding="utf-8").split("\n\n") if block.strip()]
    title = blocks[0].splitlines()[0].lstrip("# ").strip() if blocks else folder.name
    text = blocks[0].splitlines()[1:] or (blocks[1].splitlines() if len(blocks) > 1 else [])
    return title, " ".join(line.strip() for line in text)
