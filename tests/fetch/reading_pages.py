"""One page as the fields that decoding hands on."""

from typing import Any

import orjson
import pyarrow as pa

from tasks.fetch.formats.content import join
from tasks.fetch.formats.html_pages import decode
from tasks.sources import SourceProfile

PLAIN = SourceProfile(name="default")


def read_fields(
    payload: bytes, *, url: str | None = None, profile: SourceProfile = PLAIN
) -> dict[str, Any]:
    """Return the columns of RECORDS that decoding reads out of a page that came from ``url``."""
    header = orjson.dumps({"url": url}).decode() if url else None
    found = decode(join([payload], pa.large_binary()), profile, 64, pa.array([header], pa.string()))
    assert found.refused_rows == [], found.details
    columns = {name: column.to_pylist()[0] for name, column in found.columns.items()}
    return {name: value for name, value in columns.items() if name not in {"published", "modified"}}


def hinted(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what hints say of lines, and these lines."""
    lines = row["text"].split("\n")
    return [(hint["kind"], lines[hint["line"]]) for hint in row["hints"]]
