"""What the lake answers when it is asked for texts that are like some of a batch."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa


class Alike(NamedTuple):
    """Texts of the lake that share a band with others.

    ``texts`` are ``MET_TEXTS``; ``pairs`` has shape (pairs, 2): the row that was asked about, and
    the row of ``texts`` that it meets.
    """

    pairs: npt.NDArray[np.int64]
    texts: pa.Table
