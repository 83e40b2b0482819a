"""Values that are not plain strings: lists of one, marks of a type, dates of another kind."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from tasks.text.dates import read_dates
from tests.fetch.test_json_lines import fields_of, rows

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        pytest.param(
            {"text": ["a"], "title": ["b"], "url": [" http://a "], "date": ["2021-03-12"]},
            {"text": "a", "title": "b", "url": "http://a", "published_raw": "2021-03-12"},
            id="lists-of-one",
        ),
        pytest.param({"text": "a", "title": ["", "b", None]}, {"title": "b"}, id="empty-parts"),
        pytest.param({"text": "a", "id": [[7]]}, {"native_id": "7"}, id="list-in-a-list"),
        pytest.param({"text": "a", "title": ["b", "c"]}, {}, id="two-titles-are-none"),
        pytest.param(
            {"text": "a", "title": ["b", "c"], "headline": "d"}, {"title": "d"}, id="two-then-one"
        ),
        pytest.param(
            {"text": "a", "url": ["http://a", "http://b"], "date": [{"$date": "2021"}, "2022"]},
            {"url": "http://a", "published_raw": "2021"},
            id="first-address-and-date",
        ),
        pytest.param({"text": "a", "author": [" ب "]}, {"author": "ب"}, id="one-author-trimmed"),
        pytest.param(
            {"text": "a", "id": {"$oid": "5f1a"}, "date": {"$date": "2021-03-12T00:00:00Z"}},
            {"native_id": "5f1a", "published_raw": "2021-03-12T00:00:00Z"},
            id="mongodb",
        ),
        pytest.param(
            {"text": "a", "modified": {"$date": {"$numberLong": "1615507200000"}}},
            {"modified_raw": "1615507200000"},
            id="mongodb-number",
        ),
        pytest.param(
            {"text": "a", "date": [{"$date": 1615507200000}]},
            {"published_raw": "1615507200000"},
            id="mongodb-in-a-list",
        ),
        pytest.param(
            {"text": "a", "publisher": {"$oid": "5f1a"}, "author": {"$oid": "5f1b"}},
            {},
            id="references-are-no-names",
        ),
        pytest.param(
            {"text": "a", "date": {"__type": "Date", "iso": "2021-03-12T00:00:00.000Z"}},
            {"published_raw": "2021-03-12T00:00:00.000Z"},
            id="parse-date",
        ),
    ],
)
def test_what_stands_around_one_value_is_taken_off(
    record: dict[str, Any], told: dict[str, Any]
) -> None:
    assert fields_of(record) == {"text": "a"} | told


def test_a_number_in_a_list_is_an_id_as_it_is_written() -> None:
    (row,) = rows(b'{"text": "a", "id": [20000000000000000000001]}')
    assert row["native_id"] == "20000000000000000000001"


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        pytest.param({"date": {"year": 2021, "ش": 3}}, '{"year": 2021, "ش": 3}', id="object"),
        pytest.param({"date": {"$timestamp": {"t": 1}}}, '{"$timestamp": {"t": 1}}', id="mark"),
        pytest.param({"date": [{"day": 1}, {"day": 2}]}, '[{"day": 1}, {"day": 2}]', id="list"),
        pytest.param(
            {"published": {"by": "x"}, "date": "2021-03-12"}, "2021-03-12", id="read-elsewhere"
        ),
        pytest.param({"published": True, "date": {"y": 1}}, '{"y": 1}', id="flag-first"),
        pytest.param({"date": {}}, None, id="empty-object"),
        pytest.param({"date": ["", None]}, None, id="empty-list"),
        pytest.param({"date": {"$date": ""}}, None, id="empty-mark"),
        pytest.param({"date": True}, None, id="flag"),
    ],
)
def test_a_date_that_is_not_read_is_not_told_to_be_missing(
    record: dict[str, Any], kept: str | None
) -> None:
    assert fields_of({"text": "a"} | record).get("published_raw") == kept
    dates = read_dates(
        pa.array([kept], pa.string()), timezone="UTC", earliest=EARLIEST, latest=LATEST
    )
    known = "no-date" if kept is None else "unreadable-date"
    assert dates.problem.to_pylist() == [None if kept == "2021-03-12" else known]


def test_a_date_of_any_depth_and_size_is_kept_short() -> None:
    value = b'{"in":' * 490 + b'"' + b"1" * 5000 + b'"' + b"}" * 490
    (row,) = rows(b'{"text": "a", "date": ' + value + b"}", deepest=500)
    assert len(row["published_raw"]) == 200
    (row,) = rows(b'{"text": "a", "title": ' + b"[" * 490 + b'"b"' + b"]" * 490 + b"}", deepest=500)
    assert row["title"] == "b"
    nested = b'[{"y": 1}, ' * 240 + b"[]" + b"]" * 240
    (row,) = rows(b'{"text": "a", "date": ' + nested + b"}", deepest=500)
    assert len(row["published_raw"]) == 200
