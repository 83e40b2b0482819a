"""How a text copies the canonical one: to the letter, nearly so, or in other words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from expectations.lake_schema import KNOWN_TEXTS
from tasks.deduplicate.candidates import CANDIDATES
from tasks.deduplicate.history import Entry, History
from tasks.deduplicate.likeness import measure
from tasks.deduplicate.links import Company
from tasks.deduplicate.meetings import Pairs
from tasks.deduplicate.parameters import DEFAULTS, Parameters
from tasks.errors import StopRun

EXACT: Final = "exact"
NEAR: Final = "near"
REWORDED: Final = "reworded"

_NEAR_LIKENESS: Final = 0.5
_NEAR_CONTAINMENT: Final = 0.7

_FAR_LIKENESS: Final = 0.3
_FAR_CONTAINMENT: Final = 0.6
"""A little more than is asked of two texts that were linked: of what chains had joined, one in six
was wrong. It undoes 7 of 2,800 links too, those of the shortest cuts."""


@dataclass(frozen=True, slots=True)
class Way:
    """``kind`` and ``similarity``: the Jaccard similarity of their pairs of content words.

    ``is_far`` tells that the two have too little in common for one to be called a copy of the
    other, whatever lies between them.
    """

    kind: str
    similarity: float
    is_far: bool = False


TO_THE_LETTER: Final = Way(EXACT, 1.0)

Node = int | str
"""A text: a row of the candidates, or the id of an article of the lake."""


@dataclass(frozen=True, slots=True)
class Comparing:
    """Compares texts of the batch and of the lake; ``entries`` are index entries of the latter."""

    candidates: pa.Table
    history: History
    parameters: Parameters

    def ways(self, pairs: Sequence[tuple[Node, Node]], entries: Mapping[str, Entry]) -> list[Way]:
        """Tell of each (copy, canonical text) how the one copies the other.

        A text is near when half of its running words, function words and all, stand in the other
        too, or seven tenths where one is longer; else it says the same in other words.
        """
        keys = self._keys_of({node for pair in pairs for node in pair}, entries)
        unlike = [pair for pair in pairs if keys[pair[0]] != keys[pair[1]]]
        found = dict(zip(unlike, self._measured(unlike), strict=True))
        return [found.get(pair, TO_THE_LETTER) for pair in pairs]

    def _keys_of(self, nodes: set[Node], entries: Mapping[str, Entry]) -> dict[Node, bytes]:
        rows = sorted(node for node in nodes if isinstance(node, int))
        keys = self.candidates["text_key"].take(pa.array(rows, pa.int64())).to_pylist()
        theirs = {node: entries[node]["text_key"] for node in nodes if isinstance(node, str)}
        return dict(zip(rows, keys, strict=True)) | theirs

    def _measured(self, pairs: Sequence[tuple[Node, Node]]) -> list[Way]:
        if not pairs:
            return []
        wanted = sorted({node for pair in pairs for node in pair if isinstance(node, str)})
        texts = self._read(wanted)
        size = len(self.candidates)
        places: dict[Node, int] = {
            name: size + n for n, name in enumerate(texts["article_id"].to_pylist())
        }
        numbered = np.array([[places.get(node, node) for node in pair] for pair in pairs], np.int64)
        return _compare(self.candidates, texts, numbered, self.parameters)

    def _read(self, article_ids: list[str]) -> pa.Table:
        if not article_ids:
            return KNOWN_TEXTS.empty_table()
        texts = self.history.read_texts(pa.array(article_ids, pa.string()))
        if len(texts) < len(article_ids):
            lacking = set(article_ids) - set(texts["article_id"].to_pylist())
            raise StopRun(
                "The duplicate index lacks texts; make it anew with"
                " `warraq maintain --rebuild-index`",
                articles=len(lacking),
                first=min(lacking),
            )
        return texts


def _compare(
    candidates: pa.Table, texts: pa.Table, pairs: Pairs, parameters: Parameters
) -> list[Way]:
    """Tell how the one of each pair copies the other, both numbered as in a :class:`Company`."""
    company = Company.of(candidates, texts, pairs)
    places = company.places_of(pairs)
    content: Any = measure(company.prints(parameters), places)
    running: Any = measure(company.prints(parameters, whole=True), places)
    near = running["jaccard"] >= _NEAR_LIKENESS
    near |= running["containment"] >= _NEAR_CONTAINMENT
    far = content["jaccard"] < min(_FAR_LIKENESS, parameters.similarity)
    far &= content["containment"] < _FAR_CONTAINMENT
    columns = near.tolist(), content["jaccard"].tolist(), far.tolist()
    return [
        Way(NEAR if close else REWORDED, share, is_far)
        for close, share, is_far in zip(*columns, strict=True)
    ]


def compare_with(texts: pa.Table, article_id: str) -> Mapping[str, Way]:
    """Tell how each of some texts of the lake (``KNOWN_TEXTS``) copies the one that is named."""
    ids, keys = texts["article_id"].to_pylist(), texts["text_key"].to_pylist()
    place = ids.index(article_id)
    unlike = [row for row, key in enumerate(keys) if key != keys[place]]
    ways = {name: TO_THE_LETTER for name in ids if name != article_id}
    if unlike:
        pairs = np.array([[row, place] for row in unlike], np.int64)
        found = _compare(CANDIDATES.empty_table(), texts, pairs, DEFAULTS)
        ways |= {ids[row]: way for row, way in zip(unlike, found, strict=True)}
    return ways
