"""When an article was published and changed, read with its profile's formats and time zone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.schema import CLEANED
from tasks.sources import SourceProfile
from tasks.sources.layouts import EARLIEST
from tasks.text.dates import read_dates

TIME_COLUMNS: Final = (
    "published_at",
    "published_raw",
    "modified_at",
    "date_precision",
    "date_problem",
)

_ZONES_APART: Final = timedelta(days=1)


def read_times(
    records: pa.Table, profiles: Mapping[str, SourceProfile]
) -> dict[str, pa.Array | pa.ChunkedArray]:
    """Return ``published_at, published_raw, modified_at, date_precision`` and ``date_problem``.

    What was printed stays in ``published_raw``. A date that cannot be read is null, and so is one
    before ``EARLIEST`` or more than a day (wrong time zones) after the record was fetched.
    """
    if not len(records):
        return {name: pa.array([], CLEANED.field(name).type) for name in TIME_COLUMNS}
    latest = pc.max(records["fetched_at"]).as_py() + _ZONES_APART
    parts: list[pa.Table] = []
    places: list[np.ndarray] = []
    for name in pc.unique(records["profile"]).to_pylist():
        rows = np.flatnonzero(pc.equal(records["profile"], name).to_numpy())
        chosen = records.select(["published_raw", "modified_raw"]).take(pa.array(rows))
        profile = profiles[name]
        reading = {
            "timezone": profile.timezone,
            "formats": profile.date_formats,
            "earliest": EARLIEST,
            "latest": latest,
            "in_words": True,
        }
        published = read_dates(chosen["published_raw"], **reading)
        modified = read_dates(chosen["modified_raw"], **reading)
        parts.append(
            pa.table(
                {
                    "published_at": published.at,
                    "modified_at": modified.at,
                    "date_precision": published.precision,
                    "date_problem": published.problem,
                }
            )
        )
        places.append(rows)
    order = np.argsort(np.concatenate(places), kind="stable")
    read = pa.concat_tables(parts).take(pa.array(order))
    return {
        "published_raw": records["published_raw"],
        **{name: read[name].combine_chunks() for name in read.column_names},
    }
