"""Functions that are compiled into kernels: typed once, optimised where they are called, and there for Python too."""

from __future__ import annotations

import numpy as np
import pytest

from recoverynet.kernels.compiled import compiled
from recoverynet.kernels.linked import linked


def made():  # type: ignore[no-untyped-def]
    """A function that is linked, and a kernel that calls it with all sorts of whole numbers."""

    @linked(nogil=True)
    def plus(values: np.ndarray, at: int, more: int) -> float:
        """One value and a whole number."""
        return float(values[at] + more)

    @compiled(keep=False)
    def total(values: np.ndarray, places: np.ndarray) -> float:
        found = plus(values, 0, 1) + plus(values, 1, 2)
        for place in range(places.shape[0]):
            found += plus(values, places[place], place)
        return found

    return plus, total


def test_it_is_typed_once_whatever_whole_numbers_come() -> None:
    plus, total = made()
    assert total(np.arange(3.0), np.array([2, 2], np.int32)) == 1.0 + 3.0 + 2.0 + 3.0
    assert [str(types[1]) for types in plus.overloads] == ["int64"]


def test_unsigned_numbers_stay_as_they_are() -> None:
    @linked()
    def half(bits: np.uint64) -> np.uint64:
        return bits >> np.uint64(1)

    @compiled(keep=False)
    def shifted(bits: np.ndarray) -> np.uint64:
        return half(bits[0])

    assert int(shifted(np.array([2**64 - 1], np.uint64))) == 2**63 - 1


def test_no_machine_code_is_made_of_it_by_itself() -> None:
    plus, total = made()
    total(np.arange(3.0), np.array([2], np.int32))
    (inside,) = plus.overloads.values()
    (kernel,) = total.overloads.values()
    assert kernel.library.get_pointer_to_function(kernel.fndesc.mangled_name)
    assert not inside.library.get_pointer_to_function(inside.fndesc.mangled_name)


def test_python_can_call_it() -> None:
    plus, total = made()
    assert plus(np.arange(3.0), 1, 4) == 5.0
    total(np.arange(3.0), np.array([2], np.int32))
    assert plus(np.arange(3.0), 2, 4) == plus(np.arange(3), 2, 4) == 6.0


def test_what_it_raises_reaches_python() -> None:
    @linked()
    def positive(value: float) -> float:
        if value <= 0.0:
            raise ValueError("not positive")
        return value

    @compiled(keep=False)
    def checked(value: float) -> float:
        return positive(value)

    assert checked(2.0) == 2.0
    with pytest.raises(ValueError, match="not positive"):
        checked(-1.0)
