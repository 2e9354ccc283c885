"""Tables handed from one process to another of the same person without ever touching a disk.

What runs in a process of its own, such as the notebook behind a report, gets the record through a socket that only it has
the key to. Whatever becomes of either process, nothing stays behind that tells of anybody.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

import pyarrow as pa

from recoverynet.errors import SchemaError

KEY_VARIABLE = "RECOVERYNET_RECORD_KEY"
"""Environment variable in which the other process finds the key."""
_WINDOWS_PIPE = "\\\\.\\pipe\\"


@contextmanager
def offered(tables: Mapping[str, pa.Table], settings: str, place: Path) -> Iterator[tuple[str, str]]:
    """Offer tables to whoever has the key, for as long as the block lasts.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
    settings : str
        What a reader would not know from the tables, as ``record.toml`` says it.
    place : path
        Where the socket is to stand (on Windows its name is made from it).

    Yields
    ------
    (address, key)
        The address is what :func:`taken_over` takes; the key goes into :data:`KEY_VARIABLE` of the other process.
    """
    address = f"{_WINDOWS_PIPE}recoverynet-{secrets.token_hex(8)}" if os.name == "nt" else str(place)
    key = secrets.token_hex(16)
    listener = Listener(address, authkey=key.encode())
    over = threading.Event()
    server = threading.Thread(target=_serve, args=(listener, tables, settings, over), daemon=True)
    server.start()
    try:
        yield address, key
    finally:
        over.set()
        with suppress(OSError, EOFError, AuthenticationError):
            Client(address, authkey=key.encode()).close()  # wakes the thread up
        server.join(timeout=10)
        listener.close()


def _serve(listener: Listener, tables: Mapping[str, pa.Table], settings: str, over: threading.Event) -> None:
    """Answer every caller that has the key."""
    while not over.is_set():
        with suppress(OSError, EOFError, AuthenticationError), listener.accept() as caller:
            if not over.is_set():
                _send(caller, tables, settings)


def _send(caller: Connection, tables: Mapping[str, pa.Table], settings: str) -> None:
    caller.send_bytes(json.dumps({"settings": settings, "tables": list(tables)}).encode())
    for table in tables.values():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        caller.send_bytes(sink.getvalue())


def is_offer(path: str | Path) -> bool:
    """Whether a path is the address of tables offered by another process."""
    if str(path).startswith(_WINDOWS_PIPE):
        return True
    with suppress(OSError, ValueError):
        return stat.S_ISSOCK(os.stat(path).st_mode)
    return False


def taken_over(address: str | Path) -> tuple[dict[str, pa.Table], str]:
    """The tables offered at an address, and their settings.

    Raises
    ------
    SchemaError
        Nobody offers anything there, or not to this process.
    """
    key = os.environ.get(KEY_VARIABLE, "")
    try:
        with Client(str(address), authkey=key.encode()) as offer:
            told = json.loads(offer.recv_bytes())
            tables = {name: pa.ipc.open_stream(offer.recv_bytes()).read_all() for name in told["tables"]}
    except (OSError, EOFError, AuthenticationError, ValueError, KeyError) as error:
        raise SchemaError(
            f"The record is not handed over any more at {str(address)!r}: that is there only while a report makes its notebook. "
            "Give the folder of the record."
        ) from error
    return tables, told["settings"]
