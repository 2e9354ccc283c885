"""Twenty workers at once on the worker's page of riverside: how long they wait, and what the server keeps in memory.

Two kinds of crowd: one that asks again the moment it is answered, 2,200 times in all, as no twenty people could; and one in which
everybody reads a page for two seconds. Waits of the first are about twenty times what a page takes to make.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest

import recoverynet as rn

pytest.importorskip("starlette", reason="the web extra is not installed")
pytest.importorskip("sqlalchemy", reason="the web extra is not installed")

from recoverynet.web.desk import open_desk  # noqa: E402

AT, N_WORKERS, N_REQUESTS = "2011-06-30", 20, 100
ENTRIES = 10
"""Every so many requests a worker enters a contact."""


class Visit:
    """One worker's browser, without scripts."""

    def __init__(self, port: int, code: str) -> None:
        self._port, self._cookie = port, ""
        self.waits: list[float] = []
        answer, _ = self.ask("POST", "/way-in", {"code": code})
        assert answer.status == 303
        self._cookie = str(answer.getheader("set-cookie")).partition(";")[0]
        _, caseload = self.ask("GET", "/clients")
        self.clients = re.findall(r'href="(/client/[^"#?]+)"', caseload)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[http.client.HTTPResponse, str]:
        begun = time.perf_counter()
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Cookie": self._cookie, "Origin": f"http://127.0.0.1:{self._port}"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line.request(method, path, urlencode(form) if form else None, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        self.waits.append(time.perf_counter() - begun)
        assert answer.status < 400, (path, answer.status, text[:300])
        return answer, text

    def work(self, n_requests: int, reading: float = 0.0) -> None:
        """Go through the caseload, page by page, and enter a contact now and then; each page is read for some seconds."""
        for number in range(n_requests):
            time.sleep(reading)
            client = self.clients[number % len(self.clients)]
            _, page = self.ask("GET", "/clients" if number % 5 == 0 else client)
            if number % ENTRIES == ENTRIES - 1:
                form = re.search(r'<form method="post" action="[^"]*/contact"[^>]*>(.*?)</form>', page, re.DOTALL)
                whom = re.search(r'<option value="(person:[^"]+)"', page)
                assert form and whom
                hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.group(1)))
                self.ask("POST", f"{client}/contact", {**hidden, "day": AT, "kind": "call", "with": whom[1]})


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, int, list[str]]]:
    """A server of riverside in a process of its own: its port, its process and a way in for each worker."""
    folder = tmp_path / "riverside"
    rn.write_record(rn.load_sample("riverside"), folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    desk = open_desk(folder, at=AT)
    people = rn.read_record(folder).people
    busiest = people["worker_id"].value_counts().index
    codes = [desk.invite(worker, 1).code for worker in np.resize(np.asarray(busiest, dtype=object), N_WORKERS)]
    desk.close()
    command = [sys.executable, "-m", "recoverynet", "serve", str(folder), "--port", str(port), "--at", AT]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None and "Serving" in server.stdout.readline()
    yield port, server.pid, codes
    server.terminate()
    server.wait(timeout=20)


def memory_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024  # type: ignore[union-attr]


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(
    ("reading", "n_requests"), [(0.0, N_REQUESTS), (2.0, 20)], ids=["without a pause", "reading for two seconds"]
)
def test_twenty_workers_at_once(benchmark, served: tuple[int, int, list[str]], reading: float, n_requests: int) -> None:
    port, process, codes = served
    visits = [Visit(port, code) for code in codes]
    for visit in visits:
        visit.work(len(visit.clients) // 4)
        visit.waits.clear()
    before, used = memory_mb(process), processor_seconds(process)

    def everybody() -> None:
        with ThreadPoolExecutor(N_WORKERS) as crowd:
            list(crowd.map(lambda visit: visit.work(n_requests, reading), visits))

    benchmark.pedantic(everybody, rounds=1)
    waits = np.concatenate([visit.waits for visit in visits])
    benchmark.extra_info.update(
        n_requests=len(waits),
        median_ms=round(float(np.median(waits)) * 1000),
        p95_ms=round(float(np.quantile(waits, 0.95)) * 1000),
        processor_ms_a_request=round(1000 * (processor_seconds(process) - used) / len(waits), 1),
        memory_before_mb=round(before),
        memory_after_mb=round(memory_mb(process)),
    )
    assert len(waits) >= N_WORKERS * n_requests
    assert memory_mb(process) < 1000
