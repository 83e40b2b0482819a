"""What a batch counts, and which lines are boilerplate by it."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from expectations.lake_schema import LINE_COUNTS
from expectations.schema import CLEANED
from tasks.learn import articles_by_outlet, count_lines, judge_lines
from tests.store.lake_batches import filled

DECIDED = pa.schema(
    [(name, pa.string()) for name in ("record_ref", "dataset", "cluster_id", "disposition")]
)


def counted(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Count these rows: keys, and what was decided."""
    names = [f"a.jsonl#{n}" for n in range(len(rows))]
    cleaned = filled(
        CLEANED,
        len(rows),
        record_ref=names,
        source=[row.get("source", "صدى") for row in rows],
        article_id=[f"id{n}" for n in range(len(rows))],
        published_at=[row.get("day") for row in rows],
        line_keys=[row["keys"] for row in rows],
    )
    decided = pa.table(
        {
            "record_ref": names,
            "dataset": [row.get("dataset", "articles") for row in rows],
            "cluster_id": [row.get("cluster", f"c{n}") for n, row in enumerate(rows)],
            "disposition": ["published"] * len(rows),
        },
        schema=DECIDED,
    )
    table = count_lines(cleaned, decided)
    assert table.schema.equals(LINE_COUNTS)
    return list(table.to_pylist())


def bits(word: int) -> int:
    return (word % 2**64).bit_count()


def test_each_article_counts_once_for_each_of_its_lines() -> None:
    rows = counted({"keys": [2, 5]}, {"keys": [5]}, {"keys": []})
    assert [(row["line_key"], row["articles"]) for row in rows] == [(0, 3), (2, 1), (5, 2)]


def test_an_example_is_named_where_two_have_it() -> None:
    rows = counted({"keys": [2, 5]}, {"keys": [5]})
    assert [row["example_id"] for row in rows] == [None, None, "id0"]


def test_what_became_no_row_of_the_lake_does_not_count() -> None:
    rows = counted({"keys": [5]}, {"keys": [5], "dataset": None, "cluster": None})
    assert [(row["line_key"], row["articles"]) for row in rows] == [(0, 1), (5, 1)]


def test_copies_of_one_story_are_one_context() -> None:
    (_, line) = counted(*({"keys": [5], "cluster": "c", "dataset": "duplicates"},) * 9)
    assert (line["articles"], bits(line["contexts"])) == (9, 1)


def test_stories_of_one_day_are_one_day() -> None:
    day = datetime(2026, 3, 1, 7, tzinfo=UTC)
    (_, line) = counted(*({"keys": [5], "day": day} for _ in range(30)))
    assert bits(line["contexts"]) > 10
    assert bits(line["days"]) == 1


def judged(**told: int) -> dict[str, Any]:
    line = {"articles": 20, "contexts": -1, "days": -1} | told
    total = line.pop("total", 100)
    row = {"source": "صدى", "missed": 0, "example_id": None}
    table = pa.Table.from_pylist(
        [
            {**row, "line_key": 0, "articles": total, "contexts": -1, "days": -1},
            {**row, "line_key": 4, **line},
        ],
        LINE_COUNTS,
    )
    return dict(judge_lines(table).to_pylist()[0])


def test_a_line_of_many_articles_stories_and_days_is_boilerplate() -> None:
    assert judged() | {"doubt": None, "share": 0.2} == judged()


@pytest.mark.parametrize(
    ("told", "doubt"),
    [
        ({"articles": 7}, "few articles"),
        ({"total": 10_000}, "a small share"),
        ({"contexts": 0b11111}, "few stories"),
        ({"days": 0b11}, "few days"),
        ({"articles": 3, "days": 1}, "few articles"),
    ],
)
def test_why_a_line_is_none(told: dict[str, int], doubt: str) -> None:
    assert judged(**told)["doubt"] == doubt


def test_outlets_come_by_their_articles() -> None:
    rows = [
        {"source": s, "line_key": 0, "articles": n, "contexts": 0, "days": 0, "missed": 0}
        for s, n in (("صدى", 2), ("منبر", 9))
    ]
    table = pa.Table.from_pylist(rows, LINE_COUNTS)
    assert articles_by_outlet(table) == {"منبر": 9, "صدى": 2}
    assert judge_lines(table).num_rows == 0
