"""What a stage returns: nothing is dropped in silence."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rows that go on, and rows that do not with the reason: ``kept + refused = input``.

    ``refused`` has the columns of ``expectations.schema.REFUSED``; ``changed`` counts kept rows
    that the stage altered.
    """

    kept: pa.Table
    refused: pa.Table
    changed: int = 0
