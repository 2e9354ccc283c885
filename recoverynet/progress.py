"""Progress bars for anything that may take more than two seconds, in a terminal and in a notebook."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


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
        Each of ``items`` in turn. The bar appears only after two seconds and goes when done.
    """
    if is_quiet(quiet):
        yield from items
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # in a notebook without ipywidgets the bar is text, which is fine
        from tqdm.auto import tqdm

    yield from tqdm(items, desc=label, total=total, delay=2.0, leave=False)


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
