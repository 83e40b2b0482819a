"""Whether a pair of texts is one story's text twice: the rule, and the guards against series.

The rule was drawn from 480 pairs of real news, read by people who did not know it (what the pair
is: a copy, a part of something larger, or another report): 99 of 100 pairs that it joins were
copies or parts. Two outlets that share two fifths of their pairs of content words within three days
had one source, without exception. One outlet goes on with its own story: half of a report may be
yesterday's, and what is new stands at its head; so there the openings have to agree. The constants
are where the read pairs part; what a user may want to move is in ``Parameters``.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.deduplicate.parameters import Parameters

Flags = npt.NDArray[np.bool_]

NO_TIME: Final = np.iinfo(np.int64).min
"""``published_at`` of an article without a date."""

_DAY: Final = 86_400_000_000  # microseconds

_ALL_BUT_EQUAL: Final = 0.95
_EQUAL: Final = 0.99
_MOSTLY: Final = 0.6
"""Likeness or containment from which on most of a text is in the other."""

_DAYS_WITHIN_OUTLET: Final = 4
_AGAIN: Final = 0.8
"""Likeness of what an outlet prints again after more days than these."""

_RESENT: Final = (0.5, 0.85)
"""Likeness and containment of what was sent in place of the other at the same second."""

_SERIES_NUMBERS: Final = 4
_TABLE_NUMBERS: Final = 6


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and by whom the texts of each pair were published: shape (pairs,) each.

    ``apart`` is the time between them in microseconds, ``NO_TIME`` when one has no date; ``timed``
    tells that both are dated to the second.
    """

    same_outlet: Flags
    apart: npt.NDArray[np.int64]
    timed: Flags


def are_copies(
    measures: npt.NDArray[np.void], circumstances: Circumstances, parameters: Parameters
) -> Flags:
    """Tell of each pair whether one text is a copy of the other, given its ``MEASURES``."""
    likeness: Any = measures["jaccard"]
    contained = measures["containment"]
    openings = np.minimum(measures["opening_of_shorter"], measures["opening_of_longer"])
    known = circumstances.apart != NO_TIME
    days = np.where(known, np.abs(circumstances.apart), 0) / _DAY
    # A copy that was cut short begins as the whole does; an item of a round-up does not.
    cut = (contained >= parameters.containment) & (openings >= parameters.opening)
    cut &= (likeness >= parameters.similarity_when_cut) | (contained >= _MOSTLY)
    soon = days <= parameters.days_when_cut
    # Reports of one matter some days apart share what was said before, not their opening.
    others = (likeness >= parameters.similarity) & (
        soon | (openings >= parameters.opening) | (likeness >= _MOSTLY)
    )
    others |= cut & soon
    of_these_days = days <= _DAYS_WITHIN_OUTLET
    within = parameters.similarity_within_outlet
    own = (likeness >= within) & (of_these_days | (likeness >= _AGAIN))
    own |= (likeness >= within - 0.1) & (openings >= parameters.opening) & of_these_days
    # To the second at one time: one was sent in place of the other, with another opening.
    resent = circumstances.timed & known & (circumstances.apart == 0)
    own |= resent & (likeness >= _RESENT[0]) & (contained >= _RESENT[1])
    alike = np.where(circumstances.same_outlet, own, others)
    return np.asarray(alike & ~_are_series(measures, circumstances, days, known))


def _are_series(
    measures: npt.NDArray[np.void],
    circumstances: Circumstances,
    days: npt.NDArray[np.float64],
    known: Flags,
) -> Flags:
    """Tell which pairs are two parts of a series: they differ in numbers, countries or subjects.

    Weather, prices, counts, results: each has numbers of its own where the other has others, more
    than they share; in a table of times, whose hours stay, as many. Cables and visits: each speaks
    of another country. Of one outlet's texts it is enough that each number of the one is another in
    the other, or one number of their own where they share hardly any and are not much alike; of
    different days four numbers, or that each repeats words that the other does not have at all, or
    that they name other days of the week («أعلنت الوزارة اليوم الأحد عدم تسجيل إصابات»).
    """
    likeness: Any = measures["jaccard"]
    shorter, longer = measures["numbers_of_shorter"], measures["numbers_of_longer"]
    fewest: Any = np.minimum(shorter, longer)
    shared = measures["common_numbers"] / np.maximum(measures["common_numbers"] + fewest, 1)
    series = (fewest >= 2) & (shared < 0.4)
    series |= (fewest >= _TABLE_NUMBERS) & (shared <= 0.5)
    series |= measures["other_country"] & (likeness < _ALL_BUT_EQUAL)
    # Of two outlets a week apart: monthly figures, one more visit.
    series |= (days > 7) & (fewest >= 1) & (likeness < 0.7)
    another_day = ~known | (days >= 0.5)
    subjects = np.minimum(measures["subjects_of_shorter"], measures["subjects_of_longer"])
    own = another_day & (fewest >= 2) & (shorter + longer >= _SERIES_NUMBERS)
    own |= (fewest >= 1) & (shared < 0.5) & (likeness < 0.7)
    own |= (fewest >= 1) & (measures["common_numbers"] == 0) & (shorter == longer)
    own |= another_day & (subjects >= 0.03) & (likeness < 0.9)
    own |= another_day & measures["other_weekday"]
    return np.asarray((series | circumstances.same_outlet & own) & (likeness < _EQUAL))
