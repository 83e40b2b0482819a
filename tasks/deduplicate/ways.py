"""How a text copies the canonical one: to the letter, nearly so, or in other words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from tasks.deduplicate.candidates import CANDIDATES
from tasks.deduplicate.likeness import measure
from tasks.deduplicate.links import Company
from tasks.deduplicate.parameters import DEFAULTS, Parameters

EXACT: Final = "exact"
NEAR: Final = "near"
REWORDED: Final = "reworded"

_NEAR_LIKENESS: Final = 0.5
_NEAR_CONTAINMENT: Final = 0.7


@dataclass(frozen=True, slots=True)
class Way:
    """``kind`` and ``similarity``: the Jaccard similarity of their pairs of content words."""

    kind: str
    similarity: float


TO_THE_LETTER: Final = Way(EXACT, 1.0)


def find_ways(
    candidates: pa.Table,
    texts: pa.Table,
    pairs: Collection[tuple[int, int]],
    parameters: Parameters,
) -> Mapping[tuple[int, int], Way]:
    """Tell of each (copy, canonical text), which are not the same, how the one copies the other.

    Both are rows of the candidates, or texts of the lake, counted on from the number of candidates.
    A text is near when half of its running words, function words and all, stand in the other too,
    or seven tenths where one is longer; else it says the same in other words.
    """
    if not pairs:
        return {}
    asked = sorted(set(pairs))
    company = Company.of(candidates, texts, np.array(asked, np.int64))
    places = company.places_of(np.array(asked, np.int64))
    likeness = measure(company.prints(parameters), places)["jaccard"].tolist()
    running: Any = measure(company.prints(parameters, whole=True), places)
    near = running["jaccard"] >= _NEAR_LIKENESS
    near |= running["containment"] >= _NEAR_CONTAINMENT
    return {
        pair: Way(NEAR if close else REWORDED, share)
        for pair, share, close in zip(asked, likeness, near.tolist(), strict=True)
    }


def compare_with(texts: pa.Table, article_id: str) -> Mapping[str, Way]:
    """Tell how each of some texts of the lake (``KNOWN_TEXTS``) copies the one that is named."""
    ids, keys = texts["article_id"].to_pylist(), texts["text_key"].to_pylist()
    place = ids.index(article_id)
    unlike = {row: (row, place) for row, key in enumerate(keys) if key != keys[place]}
    found = find_ways(CANDIDATES.empty_table(), texts, [*unlike.values()], DEFAULTS)
    ways = {
        name: found[unlike[row]] if row in unlike else TO_THE_LETTER for row, name in enumerate(ids)
    }
    del ways[article_id]
    return ways
