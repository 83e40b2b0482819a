"""Deduplicate: decide of every article whether it is new, a revision, a repeat or a copy.

Two steps. :func:`find_candidates` folds, codes and signs a shard once; :func:`decide` settles the
whole batch, against itself and against everything published (``history``): texts that meet in a
band of their signatures (:mod:`~tasks.deduplicate.meetings`) are measured on their words
(:mod:`~tasks.deduplicate.likeness`), judged (:mod:`~tasks.deduplicate.verdict`), grouped, and the
first published of each group is the article (:mod:`~tasks.deduplicate.clusters`). The decision is a
function of the *set* of candidates: neither shards nor order change it.
"""

from tasks.deduplicate.candidates import CANDIDATES, candidates_at, find_candidates
from tasks.deduplicate.decide import decide
from tasks.deduplicate.decisions import Decisions
from tasks.deduplicate.gone import Screened, find_gone, screen
from tasks.deduplicate.history import History
from tasks.deduplicate.parameters import DEFAULTS, Parameters
from tasks.deduplicate.ways import Way, compare_with

__all__ = [
    "CANDIDATES",
    "DEFAULTS",
    "Decisions",
    "History",
    "Parameters",
    "Screened",
    "Way",
    "candidates_at",
    "compare_with",
    "decide",
    "find_candidates",
    "find_gone",
    "screen",
]
