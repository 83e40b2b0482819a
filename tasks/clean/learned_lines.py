"""Lines that an outlet prints under or above text after text, as the lake has learned them.

«حمّلوا تطبيق مرآة النهر» is cut from the last lines of an article when it was counted there in many
articles of the outlet (:mod:`tasks.learn`). The rule comes after those that know what they see: a
dateline that recurs goes to its column. What a profile names under ``kept_lines`` stays. A person's
name that comes again and again at an edge is a reporter's: it signs.
"""

import numpy as np
import pyarrow as pa

from tasks.clean.accepted_lines import lines_of_profiles
from tasks.clean.draft import BYLINE, META, SIGNATURE, Draft, Found, Spans
from tasks.clean.edge_lines import Numbers, edge_keys
from tasks.clean.lone_names import read_names
from tasks.clean.title_keys import KeySearch, outlet_keys, with_outlet
from tasks.text.words import Hashes


def find_learned_lines(draft: Draft, learned: KeySearch | None = None) -> Found:
    """Cut whole lines at the edges of texts that are known to be boilerplate of their outlet.

    ``learned`` tells which keys, of an outlet and a line at one edge, are learned ones; None: none.
    """
    if learned is None:
        return Found(Spans.of([]), np.empty(0, np.int8))
    at = np.setdiff1d(_learned(draft, learned), lines_of_profiles(draft, "kept_lines"))
    kinds = np.full(len(at), META, np.int8)
    authors: dict[int, tuple[str, ...]] = {}
    first = draft.first_lines()
    for place, line in enumerate(at):
        row = int(draft.lines.row[line])
        named = read_names(draft.text(draft.lines.head[line], draft.lines.tail[line]))
        if named is not None and row not in authors:
            authors[row] = named.names
            kinds[place] = BYLINE if line in first else SIGNATURE
    return Found(draft.cut_lines(at), kinds, authors=authors)


def learned_keys(judged: pa.Table) -> Hashes:
    """Return the sorted keys, of outlets and lines, that the judged lines without doubt have."""
    lines = judged.filter(judged["doubt"].is_null())
    keys = lines["line_key"].to_numpy().view(np.uint64)
    return np.sort(with_outlet(keys, outlet_keys(lines["source"])))


def _learned(draft: Draft, learned: KeySearch) -> Numbers:
    at, head, tail = edge_keys(draft)
    outlets = outlet_keys(draft.records["source"])[draft.lines.row[at]]
    known = np.zeros(len(at), np.bool_)
    for keys in (head, tail):
        known |= (keys != 0) & learned(with_outlet(keys, outlets))
    return at[known]
