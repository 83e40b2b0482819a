"""Arabic text as data and kernels; :func:`fold` is for analysts too.

>>> from tasks.text import fold
>>> fold("قوّات الأمن، فى القاهرة!")
'قوات الامن في القاهره'
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.text.words import fold

__all__ = ["fold"]


def __getattr__(name: str) -> object:
    """Import kernels when they are asked for: who needs lists of words only does without numba."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tasks.text import words  # noqa: PLC0415

    return getattr(words, name)
