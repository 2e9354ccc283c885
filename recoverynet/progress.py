"""Progress bars for anything that may take more than two seconds, in a terminal and in a notebook."""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
SECONDS_BETWEEN_LINES = 20.0


def track(items: Iterable[Item], label: str, *, total: int | None = None, quiet: bool | None = None) -> Iterator[Item]:
    """How far along is this?

    Parameters
    ----------
    items : iterable
        What is walked through, passed on unchanged.
    label : str
        What is being done, in words a reader understands.
    total : int, optional
        Number of items where ``len(items)`` is unknown.
    quiet : bool, optional
        ``True`` shows nothing. Default: quiet if the environment variable ``RECOVERYNET_QUIET`` is set to anything
        but ``0``.

    Yields
    ------
    item
        Each of ``items`` in turn. The bar appears only after two seconds and goes when done; where nobody looks on (no
        terminal, no notebook), a line on standard error tells every twenty seconds how far everything has come.
    """
    if is_quiet(quiet):
        yield from items
        return
    if not _is_watched():
        with _LINES.of(label, _length(items) if total is None else total) as place:
            for item in items:
                yield item
                place.n_done += 1
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # in a notebook without ipywidgets the bar is text, which is fine
        from tqdm.auto import tqdm

    yield from tqdm(items, desc=label, total=total, delay=2.0, leave=False)


def _is_watched() -> bool:
    """Whether somebody looks on: in a terminal or a notebook, where a bar can move."""
    return "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())


def _length(items: object) -> int | None:
    try:
        return len(items)  # type: ignore[arg-type]
    except TypeError:
        return None


@dataclass
class _Place:
    """How far one walk has come."""

    label: str
    total: int | None
    n_done: int = 0

    def in_words(self) -> str:
        """As "Rewiring: 120 of 1,000"."""
        return f"{self.label}: {self.n_done:,}" + (f" of {self.total:,}" if self.total is not None else "")


class _Lines:
    """A line on standard error now and then, for whoever reads a log: where everything going on stands."""

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._began = 0.0

    @contextmanager
    def of(self, label: str, total: int | None) -> Iterator[_Place]:
        """One walk; lines come for as long as the outermost lasts."""
        place = _Place(label, total)
        with self._lock:
            self._places.append(place)
            if len(self._places) == 1:
                self._over, self._began = threading.Event(), time.monotonic()
                threading.Thread(target=self._tell, args=(self._over,), daemon=True).start()
        try:
            yield place
        finally:
            with self._lock:
                self._places.remove(place)
                if not self._places:
                    self._over.set()

    def _tell(self, over: threading.Event) -> None:
        while not over.wait(SECONDS_BETWEEN_LINES):
            with self._lock:
                told = "; ".join(place.in_words() for place in self._places)
            if told and not over.is_set():
                print(f"{told} (after {time.monotonic() - self._began:,.0f} s)", file=sys.stderr, flush=True)


_LINES = _Lines()


def is_quiet(quiet: bool | None = None) -> bool:
    """Whether nothing is to be shown: as asked, else as the environment variable ``RECOVERYNET_QUIET`` says."""
    return os.environ.get("RECOVERYNET_QUIET", "0") not in ("", "0") if quiet is None else quiet


@contextmanager
def told_if_slow(message: str, *, seconds: float = 2.0, quiet: bool | None = None) -> Iterator[None]:
    """Say one line on standard error where what happens inside takes longer than a moment.

    Parameters
    ----------
    message : str
        What is being done, and about how long it takes.
    seconds : float
        How long to keep silent.
    quiet : bool, optional
        As for :func:`track`.
    """
    if is_quiet(quiet):
        yield
        return
    timer = threading.Timer(seconds, lambda: print(message, file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
