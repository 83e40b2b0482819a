"""Arabic text as data and kernels; :func:`fold` is for analysts too.

>>> from tasks.text import fold
>>> fold("قوّات الأمن، فى القاهرة!")
'قوات الامن في القاهره'
"""

from tasks.text.words import fold

__all__ = ["fold"]
