"""RECORDS tables for tests of cleaning, and cleaning with the default profile."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from expectations.schema import RECORDS
from tasks.clean import clean
from tasks.sources import DEFAULT_PROFILE, SourceProfile

FETCHED_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def records(*rows: Mapping[str, Any]) -> pa.Table:
    """Return a RECORDS table; each row names what matters, ``text`` at least."""
    plain = {
        "source": "صدى الضفتين",
        "profile": DEFAULT_PROFILE,
        "title_in_text": False,
        "fetched_at": FETCHED_AT,
    }
    return pa.Table.from_pylist(
        [{**plain, "record_ref": f"a.jsonl#{n}", **row} for n, row in enumerate(rows, start=1)],
        schema=RECORDS,
    )


def cleaned(*rows: Mapping[str, Any], **profile: Any) -> list[dict[str, Any]]:
    """Clean the rows with a profile of these particulars; return CLEANED rows."""
    profiles = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE, **profile)}
    outcome = clean(records(*rows), profiles)
    assert outcome.refused.num_rows == 0
    return outcome.kept.to_pylist()  # type: ignore[no-any-return]
