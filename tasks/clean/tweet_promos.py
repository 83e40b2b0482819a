"""Tweets of an outlet, printed inside a report, that send the reader to its programmes.

«... قال الوزير. "عاد الهدوء إلى الميناء"المزيد من التفاصيل مع مراسلنا سالم حداد #الأفق
pic.twitter.com/a1B2 وأضاف ...»: a tweet goes when it promises more, or asks a question and
names the guest who answers it on air. Other tweets are quoted and reported, and stay. Of 61
tweets in 1,190 real articles of Al Mayadeen 11 were such promos.
"""

from typing import Final

import numpy as np
import pyarrow.compute as pc

from tasks.clean.draft import Draft, Spans
from tasks.clean.shapes import Numbers, settled, windows

ADDRESS: Final = np.frombuffer(b"pic.twitter.com/", np.uint8)
ADDRESS_LETTER: Final = 5
"""The place of the letter of an address that is looked for."""

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


def tweet_promos(draft: Draft, places: Numbers) -> Spans:
    """Return the tweets that advertise, of those whose pictures have these addresses."""
    lines = draft.lines
    at = np.searchsorted(lines.start, places[:, 0], side="right") - 1
    standing = (places[:, 0] >= lines.head[at]) & (places[:, 1] <= lines.tail[at])
    at, ends = at[standing], places[standing, 1]
    before = np.append(0, ends[:-1]) if len(ends) else ends
    floor = np.maximum(lines.head[at], before)
    starts = settled(draft, np.maximum(floor, ends - _BYTES), (floor, ends), 1)
    found = pc.extract_regex_span(windows(draft, starts, ends), _PROMO)
    hit = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
    spans = found.drop_null().flatten()[0].flatten().to_numpy().reshape(-1, 2).astype(np.int64)
    return Spans(lines.row[at[hit]], starts[hit] + spans[:, 0], ends[hit])
