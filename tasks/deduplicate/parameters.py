"""From what likeness on two texts are one: the thresholds, drawn from pairs that people read."""

from dataclasses import dataclass, field
from typing import Final

from tasks.text.signature_sizes import DEFAULT_SIZES, Sizes


@dataclass(frozen=True, slots=True)
class Parameters:
    """``sizes`` of the signatures by which texts meet, and what is asked of those that do.

    ``similarity`` is the Jaccard similarity from which on texts of two outlets are copies,
    ``similarity_within_outlet`` that of one outlet's. A text that was cut short is a copy, unlike
    as it is, with ``containment`` of it in the other, ``opening`` of either's opening and
    ``similarity_when_cut`` within ``days_when_cut``. Texts of two outlets that came further apart,
    and those of one that are a little less like, have to agree in ``opening`` too.
    """

    sizes: Sizes = field(default=DEFAULT_SIZES)
    similarity: float = 0.4
    similarity_within_outlet: float = 0.7
    similarity_when_cut: float = 0.25
    containment: float = 0.5
    opening: float = 0.5
    days_when_cut: float = 3.0


DEFAULTS: Final = Parameters()
