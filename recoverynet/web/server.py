"""Running the pages until they are stopped, and finding the record that is being served."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from recoverynet.atomic import write_text
from recoverynet.errors import RecoveryNetError, SchemaError
from recoverynet.web.addresses import Address
from recoverynet.web.app import application
from recoverynet.web.desk import Desk
from recoverynet.web.warming import Warming

_GOING_ON = "serving.json"
_TURN_SECONDS = 0.001  # so that somebody who waits for a page is not kept by one that is being worked out


@dataclass(frozen=True)
class Serving:
    """What was served last on this machine.

    Attributes
    ----------
    record : Path
    public : str
        What links begin with.
    """

    record: Path
    public: str


def _state_file() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "recoverynet" / _GOING_ON


def remember(record: Path, address: Address) -> None:
    """Keep what is served, so that `recoverynet invite` need not be told; where that cannot be written, it must be told."""
    path = _state_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_text(path, json.dumps({"record": str(record.resolve()), "public": address.public}), private=True)
    except OSError:
        return


def served_last() -> Serving | None:
    """What was served last on this machine, where it is still there."""
    try:
        said = json.loads(_state_file().read_text(encoding="utf-8"))
        found = Serving(Path(said["record"]), str(said["public"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.record.exists() else None


def free_socket(address: Address) -> socket.socket:
    """A socket that listens, or an error that says who has the port.

    Raises
    ------
    SchemaError
        The port is taken, or the address is none of this machine.
    """
    try:
        family, kind, number, _, place = socket.getaddrinfo(address.host.strip("[]"), address.port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, number)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(128)
    except OSError as error:
        raise SchemaError(
            f"Nothing can listen at {address.host} port {address.port} ({error.strerror or error}). If another "
            "page runs there, stop it or choose another --port."
        ) from error
    return listening


def run(desk: Desk, address: Address, *, begun: Callable[[], None] = lambda: None) -> None:
    """Serve the pages until interrupted.

    Parameters
    ----------
    desk : Desk
    address : Address
    begun : callable
        Called when the port is ours, before the first request.

    Raises
    ------
    SchemaError
        The port is taken.
    """
    listening = free_socket(address)
    files = {} if address.tls is None else {"ssl_certfile": str(address.tls[0]), "ssl_keyfile": str(address.tls[1])}
    config = uvicorn.Config(
        application(desk, hosts=address.hosts, secure=address.secure),
        access_log=False,
        log_level="critical",
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        timeout_keep_alive=10,
        **files,  # type: ignore[arg-type]
    )
    sys.setswitchinterval(_TURN_SECONDS)
    desk.log.note("begun")
    begun()
    try:
        with Warming(desk):
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        _note_end(desk)


def _note_end(desk: Desk) -> None:
    try:
        desk.log.note("ended")
    except RecoveryNetError:
        return
    finally:
        desk.close()
