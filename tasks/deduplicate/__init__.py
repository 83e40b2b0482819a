"""Deduplicate: decide of every article whether it is new, a revision, a repeat or a copy.

Two steps. :func:`find_candidates` folds and hashes a shard once; :func:`decide` settles the whole
batch over narrow columns, against itself and against everything published (``history``). The
decision is a function of the *set* of candidates: neither shards nor order change it.
"""

from tasks.deduplicate.candidates import CANDIDATES, find_candidates
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
    "compare_with",
    "decide",
    "find_candidates",
    "find_gone",
    "screen",
]
