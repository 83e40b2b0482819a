"""The sample as a run would decode it: with a draft's field names, and its encoding."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, get_args

import pyarrow as pa

from tasks.draft.sampling import Sample
from tasks.fetch import Reading, decode_raw
from tasks.fetch.raw import raw_table
from tasks.sources import DEFAULT_PROFILE, FieldNames, SourceProfile
from tasks.sources.profile import Encoding
from tasks.text.repair import repair_column

_ANY_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing is landed, so it matters to nobody when it was fetched."""

_UTF8: Final = "utf-8"
_NOT_TOLD: Final = ("unknown-encoding", "not-utf8")
_ENCODINGS: Final[tuple[Encoding, ...]] = get_args(Encoding)
_SINGLE: Final = frozenset({"windows-1256", "iso-8859-6"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a run would read of the sample: ``RECORDS``, and the refused by reason."""

    table: pa.Table
    refused: Counter[str]

    @property
    def kept(self) -> int:
        """Records that give a text."""
        return int(self.table.num_rows)

    def texts(self) -> list[str]:
        """Return the repaired texts, one line a paragraph."""
        if not self.table.num_rows:
            return []
        return [text or "" for text in repair_column(self.table["text"]).to_pylist()]


@dataclass(frozen=True, slots=True)
class EncodingsSeen:
    """In which encodings the records are; ``untold`` are those whose encoding is not found.

    ``pinned`` is the one single-byte encoding of all that is not UTF-8, null when there is none;
    ``gained`` is how many more records are read when a profile names it.
    """

    counts: Counter[str]
    untold: int
    pinned: Encoding | None
    gained: int


def decode_sample(
    sample: Sample, fields: FieldNames, encoding: Encoding | None, reading: Reading
) -> Decoded:
    """Decode the records by a profile of these field names and this encoding."""
    profile = SourceProfile(name=DEFAULT_PROFILE, fields=fields, encoding=encoding)
    raw = raw_table(list(sample.records), _ANY_TIME)
    outcome = decode_raw(raw, {profile.name: profile}, max_json_depth=reading.max_json_depth)
    return Decoded(outcome.kept, Counter(outcome.refused["reason"].to_pylist()))


def find_encodings(
    sample: Sample, decoded: Decoded, fields: FieldNames, reading: Reading
) -> EncodingsSeen:
    """Return the encodings that the sample was found to be in, and whether one had to be named."""
    counts = Counter[str]()
    for told in decoded.table["read_as"].to_pylist():
        named = [part for part in (told or "").split("; ") if part in _ENCODINGS]
        counts[named[0] if named else _UTF8] += 1
    untold = sum(
        refused[reason] for refused in (decoded.refused, sample.refused) for reason in _NOT_TOLD
    )
    others = [encoding for encoding in _ENCODINGS if counts[encoding] and encoding != _UTF8]
    if len(others) != 1 or others[0] not in _SINGLE:
        return EncodingsSeen(counts, untold, None, 0)
    gained = 0
    if untold:
        gained = decode_sample(sample, fields, others[0], reading).kept - decoded.kept
    return EncodingsSeen(counts, untold, others[0], gained)


def distinct(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts once each, the most frequent first, ties in their order."""
    return tuple(text for text, _ in Counter(texts).most_common())
