"""Pages worked out before they are asked for, so that nobody waits when many come at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event, Thread

from recoverynet.errors import RecoveryNetError
from recoverynet.web.desk import Desk

_EVERY_SECONDS = 2.0
_QUIET_SECONDS = 0.25
_MOST_OTHERS = 100


class Warming:
    """A thread that works out lists, and pages of workers who are expected or here, while nobody waits for a page.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._stop = Event()
        self._thread = Thread(target=self._run, name="warming", daemon=True)

    def __enter__(self) -> Warming:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.is_set():
            with suppress(RecoveryNetError):  # whoever asks for the page is told; here there is nobody to tell
                self._round()
            self._stop.wait(_EVERY_SECONDS)

    def _round(self) -> None:
        """Lists of those expected, then their pages, then the lists of everybody else."""
        record, views = self._desk.record, self._desk.views
        expected = [worker for worker in self._desk.way_in.expected() if record.is_at_work(worker)]
        theirs = {worker: list(record.clients_of(worker).index) for worker in expected}
        others = [worker for worker in record.workers() if worker not in theirs]
        tasks: list[Callable[[], object]] = [partial(views.overviews, clients) for clients in theirs.values()]
        tasks += [partial(views.page, client, worker) for worker, clients in theirs.items() for client in clients]
        tasks += [partial(views.overviews, list(record.clients_of(worker).index)) for worker in others[:_MOST_OTHERS]]
        for work in tasks:
            while time.monotonic() < record.asked_at + _QUIET_SECONDS and not self._stop.is_set():
                self._stop.wait(_QUIET_SECONDS)
            if self._stop.is_set():
                return
            work()
