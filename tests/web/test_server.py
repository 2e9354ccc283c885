"""The server as it is run: what the application asks for at its start is done."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("starlette", reason="the web extra is not installed")
pytest.importorskip("sqlalchemy", reason="the web extra is not installed")

import uvicorn  # noqa: E402

from recoverynet.web.addresses import address_of  # noqa: E402
from recoverynet.web.desk import Desk  # noqa: E402
from recoverynet.web.server import run  # noqa: E402

CROWD = 12


def test_many_at_once_are_worked_for_by_few_threads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thread keeps memory of its own, and all of them share one interpreter: 27 of them held twice as much."""
    servers: list[uvicorn.Server] = []
    made = uvicorn.Server

    def kept(config: uvicorn.Config) -> uvicorn.Server:
        servers.append(made(config))
        return servers[-1]

    monkeypatch.setattr(uvicorn, "Server", kept)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serving = threading.Thread(target=run, args=(desk, address_of("127.0.0.1", port)), daemon=True)
    before = set(threading.enumerate())
    serving.start()
    deadline = time.monotonic() + 20
    while not (servers and servers[0].started):
        assert time.monotonic() < deadline
        time.sleep(0.02)

    def ask(_: int) -> int:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        line.request("GET", "/way-in")
        return line.getresponse().status

    with ThreadPoolExecutor(CROWD) as crowd:
        assert set(crowd.map(ask, range(5 * CROWD))) == {200}
        working = [each for each in set(threading.enumerate()) - before if "AnyIO worker thread" in each.name]
    servers[0].should_exit = True
    serving.join(20)
    assert not serving.is_alive()
    assert 1 <= len(working) <= 4
