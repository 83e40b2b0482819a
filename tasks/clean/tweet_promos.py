"""Tweets of an outlet, printed inside a report, that send the reader to its programmes.

«... قال الوزير. "عاد الهدوء إلى الميناء"المزيد من التفاصيل مع مراسلنا سالم حداد #الأفق
pic.twitter.com/a1B2 وأضاف ...»: a tweet goes when it promises more, or asks a question and
names the guest who answers it on air. Other tweets are quoted and reported, and stay. Of 61
tweets in 1,190 real articles of Al Mayadeen 11 were such promos.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
import pyarrow.compute as pc
from numba import njit

from tasks.clean.draft import PROMO, Draft, Found, Spans
from tasks.clean.shapes import settled, windows

_PLACE: Final = np.frombuffer(b"pic.twitter.com/", np.uint8)
_BYTES: Final = 1_000
"""The longest tweet that was seen, a question and its guest, has 540 bytes."""

_PROMISE: Final = (
    r"(?:(?:ال|ب)?مزيد من التفاصيل|المزيد مع|التفاصيل مع|تابعونا|شاهدوا (?:الحلقة|اللقاء))"
)
_INNER: Final = r"(?:[^.!]|[.!][^ ])"
"""No stop with a space behind it: tweets lost theirs with their line breaks."""

_PROMO: Final = (
    rf"^(?:.*[.!][\"”»)]? )?(?P<promo>{_INNER}*(?:{_PROMISE}{_INNER}*#|؟ ?{_INNER}{{3,160}}#)"
    rf"{_INNER}*)$"
)


def find_tweet_promos(draft: Draft) -> Found:
    """Cut tweets that advertise what the outlet broadcasts, from their first word to their end."""
    lines = draft.lines
    places = _places(draft.repaired.texts.data, _PLACE)
    at = np.searchsorted(lines.start, places[:, 0], side="right") - 1
    standing = (places[:, 0] >= lines.head[at]) & (places[:, 1] <= lines.tail[at])
    at, ends = at[standing], places[standing, 1]
    before = np.append(0, ends[:-1]) if len(ends) else ends
    floor = np.maximum(lines.head[at], before)
    starts = settled(draft, np.maximum(floor, ends - _BYTES), (floor, ends), 1)
    found = pc.extract_regex_span(windows(draft, starts, ends), _PROMO)
    hit = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
    spans = found.drop_null().flatten()[0].flatten().to_numpy().reshape(-1, 2).astype(np.int64)
    cut = Spans(lines.row[at[hit]], starts[hit] + spans[:, 0], ends[hit])
    return Found(cut, np.full(len(hit), PROMO, np.int8))


@njit(cache=True, nogil=True)
def _has(block, letter):
    found = np.uint8(0)
    for k in range(len(block)):
        found |= np.uint8(block[k] == letter)
    return found


@njit(cache=True, nogil=True)
def _places(data, mark):
    """Return (start, end) of every address that begins with the mark, 64 bytes at a time.

    Its «w» is looked for, which Arabic text hardly has.
    """
    letter, shift = mark[5], 5
    found = []
    i = shift
    while i < len(data):
        if i + 64 <= len(data) and not _has(data[i : i + 64], letter):
            i += 64
            continue
        stop = min(i + 64, len(data))
        while i < stop:
            start = i - shift
            i += 1
            if data[start + shift] != letter or start + len(mark) > len(data):
                continue
            k = 0
            while k < len(mark) and data[start + k] == mark[k]:
                k += 1
            if k == len(mark):
                end = start + k
                while end < len(data) and data[end] > 0x20 and data[end] < 0x80:
                    end += 1
                found.append((start, end))
    places = np.empty((len(found), 2), np.int64)
    for k in range(len(found)):
        places[k] = found[k]
    return places
