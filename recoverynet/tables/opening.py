"""Opening a record on disk, and writing one that can be opened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from recoverynet.arguments import as_path
from recoverynet.atomic import atomic_folder, require_finished
from recoverynet.instants import as_window
from recoverynet.tables.entries import EnteredBeside
from recoverynet.tables.files import files_of, read_record, require_no_other_tables, write_record_into
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.mapping import Mapping, read_mapping
from recoverynet.tables.record import RecoveryRecord, require_record
from recoverynet.tables.relational.on_engine import EngineName, RecordOnEngine
from recoverynet.tables.relational.start import EngineSettings, as_settings, spark_address
from recoverynet.tables.schema import require_time_zone
from recoverynet.tables.shelf import Shelf, is_store, is_unindexed, write_index
from recoverynet.tables.sidecar import SIDECAR
from recoverynet.tables.store import RecordStore


def may_stay(folder: Path) -> bool:
    """Whether a folder holds a record as Parquet whose contacts can stay there: workers entered nothing besides."""
    return (is_unindexed(folder) or is_store(folder)) and not len(EnteredBeside(folder, "Europe/London").now())


def _left_where_it_is(folder: Path, settings: EngineSettings, tz: str) -> RecordStore:
    """A store over Parquet files that an engine has checked and nobody has read."""
    how = read_mapping(folder / SIDECAR if (folder / SIDECAR).is_file() else None, inside=folder)
    zone = how.tz or tz
    require_time_zone(zone, "tz")
    session = settings.start(tz=zone, within=folder)
    try:
        paths = {name: folder / f"{name}.parquet" for name in RECORD_TABLES}
        asked = RecordOnEngine(session, {name: path for name, path in paths.items() if path.exists()}, window=None, tz=zone)
        asked.require_sound()
        asked.window = as_window(how.window, zone) if how.window else asked.seen_window()
    except BaseException:
        session.close()
        raise
    few = RecoveryRecord.of_checked({name: getattr(asked, name) for name in ("people", "groups")}, window=None, tz=zone)  # type: ignore[arg-type]
    store = RecordStore.over_engine(asked, Shelf.in_memory(few), folder, settings)
    store.states = how.states
    return store


def open_record(
    path: str | Path,
    *,
    mapping: str | Path | dict[str, Any] | Mapping | None = None,
    tz: str = "Europe/London",
    on_problems: Literal["raise", "leave_out"] = "raise",
    engine: EngineName | EngineSettings | None = None,
) -> RecordStore:
    """Open a record on disk, to read what is around one client without reading all of it.

    Parameters
    ----------
    path : path
        A folder that :func:`recoverynet.write_store` wrote: it is opened at once, whatever its size. Or anything
        :func:`recoverynet.read_record` reads (a folder of CSV or Parquet, a workbook, a DuckDB file): that is read and
        checked whole, and held in memory. ``"spark://host:7077/folder"`` opens the folder, which every machine of that
        cluster sees under the same name, with Spark there; ``"spark://local[2]/folder"`` with two cores of this machine.
    mapping, tz, on_problems
        As for :func:`recoverynet.read_record`; not used for a store.
    engine : {"duckdb", "spark"} or EngineSettings, optional
        Where measures of the whole record do what grows with contacts, such as ``project(store)`` and
        ``coverage_over_time(store)``; started when the first of them asks. Default: DuckDB within 2.5 GB of memory. Where an
        engine is named, a folder of tables as Parquet is checked there and stays where it is, however large: what is around
        one client cannot be read from it, as it has no index by person. With a ``mapping``, or where faulty rows are to be
        left out, it is read into memory all the same.

    Returns
    -------
    RecordStore
        Use it as a context, or close it.

    Raises
    ------
    SchemaError
        There is nothing to read, the tables have faults, a file of a store cannot be read, or there is no such engine or
        address.
    UnknownPersonError, TimeOrderError
        As for :func:`recoverynet.read_record`.

    Notes
    -----
    A store was checked when it was written; what :meth:`RecordStore.around` gives is checked again. What workers enter on
    the page that ``recoverynet serve`` shows is folded in each time it is asked.

    Examples
    --------
    >>> from recoverynet.samples import sample_folder
    >>> import recoverynet as rn
    >>> rn.open_record(sample_folder("five_people"))
    <RecordStore: 5 people, 2 groups>
    """
    settings, address = as_settings(engine or "duckdb"), spark_address(path)
    if address is not None:
        settings, path = replace(settings, engine="spark", master=address[0] or settings.master), address[1]
    folder = as_path(path, "open_record()")
    stays = mapping is None and on_problems == "raise" and (engine is not None or address is not None)
    if stays and is_unindexed(folder):
        require_finished(folder)
        return _left_where_it_is(folder, settings, tz)
    if is_store(folder):
        require_finished(folder)
        shelf = Shelf.on_disk(folder)
        beside = folder / SIDECAR
        how = read_mapping(beside if beside.is_file() else None, inside=folder)
        zone = how.tz or tz
        window = as_window(how.window, zone) if how.window else shelf.seen_window(zone)
        return RecordStore(shelf, tz=zone, window=window, states=how.states, beside=folder, settings=settings)
    record = read_record(path, mapping=mapping, tz=tz, on_problems=on_problems, entries=False)
    shelf = Shelf.in_memory(record)
    told = {"tz": record.tz, "window": record.window, "notes": record.notes, "states": record.states}
    return RecordStore(shelf, **told, beside=folder, settings=settings)  # type: ignore[arg-type]


def write_store(record: RecoveryRecord, folder: str | Path) -> None:
    """Keep a record so that one client's surroundings can be read in a moment.

    Parameters
    ----------
    record : RecoveryRecord
    folder : path
        Made where it does not exist. Holds the tables as Parquet, which :func:`recoverynet.read_record` reads as well,
        and beside them an index by person.

    Returns
    -------
    None

    Raises
    ------
    SchemaError
        The folder holds tables of another record.
    NotWrittenError
        The disk is full, or the place cannot be written to; nothing is changed then.

    Examples
    --------
    >>> import tempfile
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     rn.write_store(rn.load_sample("five_people"), folder)
    ...     len(rn.open_record(folder).people)
    5
    """
    require_record(record, "write_store()")
    require_no_other_tables(Path(folder), files_of(record, "parquet"))
    with atomic_folder(folder, replacing=[SIDECAR]) as partial:
        write_record_into(record, partial, format="parquet")
        write_index(record, partial)
