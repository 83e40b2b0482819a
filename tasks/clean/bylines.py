"""Cut the signature from the head of an article: who wrote it, for which outlet, from where.

«كتبت ليلى الشوملي» has a line for itself, «محرر سياسى مصر وناسهاأعلن التحالف» runs into the report.
A kernel cannot read names, so signatures are read in Python (:mod:`tasks.clean.signature`), but
only in the lines that a search over the whole column finds suspicious: those that open with a
byline phrase or name their outlet at the head.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.draft import BYLINE, DATELINE, Draft, Found, Spans
from tasks.clean.signature import opening_pattern, read_signature, spelling_pattern
from tasks.text.buffers import column_of, gather

HEAD_BYTES: Final = 320
"""A signature longer than some 160 letters was not seen."""


def find_bylines(draft: Draft) -> Found:
    """Cut signatures from the first line that stands of each article."""
    lines = draft.first_lines()
    rows = draft.lines.row[lines]
    starts, ends = draft.lines.head[lines], draft.lines.tail[lines]
    heads = _heads(draft, starts, ends)
    profiles = draft.records["profile"].to_pylist()
    sources = draft.records["source"].to_pylist()
    spans: list[tuple[int, int, int]] = []
    kinds: list[int] = []
    authors: dict[int, tuple[str, ...]] = {}
    outlets: dict[int, str] = {}
    places: dict[int, str] = {}
    for i in _suspects(draft, rows, heads).tolist():
        row = int(rows[i])
        profile = draft.profiles[profiles[row]]
        head = heads[i].as_py()
        whole = len(head.encode()) == ends[i] - starts[i]
        signature = read_signature(
            head,
            whole=whole,
            outlets=(sources[row], *profile.outlets),
            phrases=profile.byline_phrases,
            spelling=profile.spelling,
        )
        if signature is None:
            continue
        size = len(head[: signature.length].rstrip().encode())
        spans.append((row, int(starts[i]), int(starts[i]) + size))
        kinds.append(BYLINE if signature.authors else DATELINE)
        authors[row] = signature.authors
        if signature.outlet:
            outlets[row] = signature.outlet
        if signature.place:
            places[row] = signature.place
    return Found(Spans.of(spans), np.array(kinds, np.int8), authors, outlets, places)


def _heads(draft: Draft, starts: np.ndarray, ends: np.ndarray) -> pa.Array:
    """Return the first bytes of lines as strings that end between characters."""
    data = draft.repaired.texts.data
    stops = np.minimum(ends, starts + HEAD_BYTES)
    while len(inside := np.flatnonzero((stops < ends) & (_bytes_at(data, stops) & 0xC0 == 0x80))):
        stops[inside] -= 1
    return column_of(gather(draft.repaired.texts, starts, stops))


def _bytes_at(data: np.ndarray, places: np.ndarray) -> np.ndarray:
    return data[np.minimum(places, len(data) - 1)] if len(data) else np.zeros(len(places), np.uint8)


def _suspects(draft: Draft, rows: np.ndarray, heads: pa.Array) -> np.ndarray:
    """Return which heads open with a byline phrase or hold the name of their outlet."""
    everywhere = {
        phrase for profile in draft.profiles.values() for phrase in profile.byline_phrases
    }
    found = pc.match_substring_regex(heads, opening_pattern(tuple(sorted(everywhere))).pattern)
    mask = found.to_numpy(zero_copy_only=False).copy()
    names = draft.records.select(["source", "profile"]).take(pa.array(rows))
    for source, profile in set(zip(*(column.to_pylist() for column in names.columns), strict=True)):
        of_it = pc.and_(pc.equal(names["source"], source), pc.equal(names["profile"], profile))
        where = np.flatnonzero(of_it.to_numpy())
        for name in (source, *draft.profiles[profile].outlets):
            pattern = spelling_pattern(name)
            if pattern:
                hits = pc.match_substring_regex(heads.take(pa.array(where)), pattern)
                mask[where] |= hits.to_numpy(zero_copy_only=False)
    return np.flatnonzero(mask)
