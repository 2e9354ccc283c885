"""How kernels are compiled: kept on disk for the next time where that can be done, and compiled anew where it cannot."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


class _CacheOrNone(FunctionCache):
    """A cache on disk that gives up, instead of the calculation, where the disk is full or may not be written to."""

    def load_overload(self, *arguments: Any) -> Any:
        """What was compiled before, or nothing."""
        try:
            return super().load_overload(*arguments)  # type: ignore[no-untyped-call]
        except (OSError, EOFError, ValueError):
            self.disable()  # type: ignore[no-untyped-call]
            return None

    def save_overload(self, *arguments: Any) -> None:
        """Keep what was compiled, if it can be kept."""
        try:
            super().save_overload(*arguments)  # type: ignore[no-untyped-call]
        except OSError:
            self.disable()  # type: ignore[no-untyped-call]


def compiled(*, keep: bool = True, **options: Any) -> Callable[[Kernel], Kernel]:
    """Compile a function when it is first called, and keep the result beside it or in the home folder if there is room.

    Parameters
    ----------
    keep : bool
        Whether to keep it for the next process. Default: yes; no for functions made at run time.
    **options
        As for ``numba.njit``.

    Returns
    -------
    callable
        The decorator.
    """

    def compile_later(function: Kernel) -> Kernel:
        dispatcher: Any = numba.njit(**options)(function)
        if keep:
            with suppress(RuntimeError):  # no place to keep it: no home folder and a package that can only be read
                dispatcher._cache = _CacheOrNone(function)  # type: ignore[no-untyped-call]
        return cast(Kernel, dispatcher)

    return compile_later
