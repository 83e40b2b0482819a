"""How small kernels are compiled that only look at the arrays of their callers."""

from collections.abc import Callable
from typing import Any

from numba import njit


def borrowing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel that makes no array and returns numbers only, without counting references.

    numba counts the references of every array at every call, also of those that are in a tuple,
    with an atomic instruction each: of a kernel that is called for every word it is half of the
    time. One that only borrows what its caller holds need not count. That it returns no array, nor
    a tuple with one, is looked after by ``tests/text/test_kernels.py``.
    """
    options: Any = {"cache": True, "nogil": True, "_nrt": False}
    compiled: Callable[..., Any] = njit(**options)(function)
    return compiled
