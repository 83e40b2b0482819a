"""Which texts are copies of which, pair by pair: a batch's, and the lake's that they meet."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.deduplicate.likeness import Prints, make_prints, measure
from tasks.deduplicate.meetings import Pairs, find_meetings
from tasks.deduplicate.parameters import Parameters
from tasks.deduplicate.verdict import NO_TIME, Circumstances, are_copies
from tasks.store import Alike
from tasks.text.code_columns import codes_at, join_codes
from tasks.text.signatures import Keys
from tasks.text.word_codes import CodedTexts

_MINUTE: Final = 60_000_000  # microseconds
_HELD: Final = 0.3
_GOOD_PART: Final = 0.15
_STRANGE: Final = 0.1
_WHOLE: Final = 0.7
_MOST_HELD: Final = 16
"""Of what one text holds so many are compared with each other."""


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of copies, shape (pairs, 2); texts of the lake count from the number of candidates."""

    pairs: Pairs
    likeness: npt.NDArray[np.float32]


def find_links(
    candidates: pa.Table, rows: npt.NDArray[np.int64], alike: Alike, parameters: Parameters
) -> Links:
    """Compare the texts of these rows with each other and with those of the lake they meet.

    ``rows`` come in the order of their precedence. The links are a function of the set of texts.
    """
    met = find_meetings(keys_of(candidates), rows)
    theirs = alike.pairs + np.array([0, len(candidates)])
    pairs = np.concatenate([met, theirs])
    if not len(pairs):
        return Links(pairs, np.empty(0, np.float32))
    company = Company.of(candidates, alike.texts, pairs)
    prints = company.prints(parameters)
    measures = measure(prints, company.places_of(pairs))
    found = are_copies(measures, company.circumstances(pairs), parameters)
    found &= ~_touch_digests(pairs, measures, company, prints)
    return Links(pairs[found], measures["jaccard"][found])


def keys_of(candidates: pa.Table) -> Keys:
    """View the bands of candidates as an array, shape (texts, bands)."""
    keys = candidates["bands"].combine_chunks().flatten().to_numpy()
    return np.asarray(keys.reshape(len(candidates), -1 if len(candidates) else 0))


@dataclass(frozen=True, slots=True)
class Company:
    """The texts that take part in pairs: ``nodes`` names them, all else is in their order."""

    nodes: npt.NDArray[np.int64]
    ids: list[str]
    texts: CodedTexts
    outlets: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]

    @classmethod
    def of(cls, candidates: pa.Table, texts: pa.Table, pairs: Pairs) -> "Company":
        """Gather these texts from the batch and from the lake's."""
        nodes = np.unique(pairs)
        mine, theirs = np.split(nodes, [np.searchsorted(nodes, len(candidates))])
        columns = ["article_id", "source", "published_at"]
        parts = (
            candidates.select(columns).take(pa.array(mine)),
            texts.select(columns).take(pa.array(theirs - len(candidates))),
        )
        ids, outlets, times = (
            pa.concat_arrays([part[name].combine_chunks() for part in parts]) for name in columns
        )
        return cls(
            nodes,
            ids.to_pylist(),
            join_codes(
                [
                    codes_at(candidates["codes"], mine),
                    codes_at(texts["codes"], theirs - len(candidates)),
                ]
            ),
            outlets.dictionary_encode().indices.to_numpy().astype(np.int64),
            times.cast(pa.int64()).fill_null(NO_TIME).to_numpy(),
        )

    def places_of(self, pairs: Pairs) -> Pairs:
        """Return where in this company the texts of the pairs stand."""
        return np.searchsorted(self.nodes, pairs)

    def prints(self, parameters: Parameters, *, whole: bool = False) -> Prints:
        """Lay out all texts for comparison."""
        rows = np.arange(len(self.nodes))
        return make_prints(self.texts, rows, parameters.sizes.opening_words, whole=whole)

    def circumstances(self, pairs: Pairs) -> Circumstances:
        """Return when and by whom the texts of each pair were published."""
        one, other = self.places_of(pairs).T
        first, second = self.times[one], self.times[other]
        known = (first != NO_TIME) & (second != NO_TIME)
        return Circumstances(
            same_outlet=self.outlets[one] == self.outlets[other],
            apart=np.where(known, first - second, NO_TIME),
            timed=known & (first % _MINUTE != 0) & (second % _MINUTE != 0),
        )


def _couples(held: Pairs, ranks: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Pairs]:
    """Couple what one text holds; return the text and the couple, the smaller first, of each.

    ``held`` are (text, what it holds a part of); of many those of the lowest ``ranks`` are taken.
    """
    held = held[np.lexsort((ranks[held[:, 1]], held[:, 0]))]
    numbers = np.arange(len(held)) - np.searchsorted(held[:, 0], held[:, 0])
    held = held[numbers < _MOST_HELD]
    about, couples = [held[:0, 0]], [held[:0]]
    for step in range(1, _MOST_HELD):
        one, other = held[:-step], held[step:]
        same = one[:, 0] == other[:, 0]
        about.append(one[same, 0])
        couples.append(np.stack([one[same, 1], other[same, 1]], axis=1))
    return np.concatenate(about), np.sort(np.concatenate(couples), axis=1)


def _touch_digests(
    pairs: Pairs, measures: npt.NDArray[np.void], company: Company, prints: Prints
) -> npt.NDArray[np.bool_]:
    """Tell which pairs have a text in them that puts several stories together.

    A text that shares a good part of itself with each of two that have nothing in common is a copy
    of neither, nor they of it: it would join stories that are not one. What it is like as a whole
    it still is a copy of.
    """
    places = company.places_of(pairs)
    sizes = prints.sizes[:, 0][places]
    union = sizes.sum(axis=1) / (1 + measures["jaccard"])
    shares = (measures["jaccard"] * union)[:, None] / np.maximum(sizes, 1)
    parts = (measures["containment"] >= _HELD) & (measures["jaccard"] < _WHOLE)
    held = np.concatenate(
        [places[parts & (shares[:, side] >= _GOOD_PART)][:, [side, 1 - side]] for side in (0, 1)]
    )
    about, asked = _couples(held, np.unique(company.ids, return_inverse=True)[1])
    if not len(asked):
        return np.zeros(len(pairs), np.bool_)
    size = len(company.nodes)
    couples, numbers = np.unique(asked[:, 0] * size + asked[:, 1], return_inverse=True)
    common = measure(prints, np.stack(np.divmod(couples, size), axis=1))["containment"][numbers]
    digests = about[common < _STRANGE]
    return np.asarray((measures["jaccard"] < _WHOLE) & np.isin(places, digests).any(axis=1))
