"""The stage: every row is passed or failed, failed rows are kept whole, and nothing leaks out."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import schema
from expectations.conformance import check
from expectations.dispositions import REASONS
from tasks.errors import StopRun
from tasks.validate import Border, Report, quarantine_rows, refused_rows, validate, validate_all
from tests.validate.border_tables import BODY, SCHEMAS, changed, joined, sound

BORDERS: tuple[Border, ...] = get_args(Border)
LINEAGE = {"batch_id": "batch-1", "run_id": "run-1"}


@given(st.lists(st.sampled_from(["", "نص", "Not Arabic at all, my friend", "سليم"]), max_size=8))
@settings(max_examples=25)
def test_passed_and_failed_rows_are_all_rows(bodies: list[str]) -> None:
    table = sound("article", len(bodies))
    for row, body in enumerate(bodies):
        if body != "سليم":
            table = changed(table, row, body=body)
    verdict = validate(table, "article")
    passed = table.filter(verdict.passed_mask)
    failed = quarantine_rows(table, verdict, "article", lineage=LINEAGE)
    assert len(passed) + len(failed) == len(table)
    assert len(passed) == bodies.count("سليم")
    assert verdict.report.failed == len(failed)
    refs = passed["record_ref"].to_pylist() + failed["record_ref"].to_pylist()
    assert sorted(refs) == sorted(table["record_ref"].to_pylist())


def test_a_row_with_several_defects_names_them_in_the_order_of_the_suite() -> None:
    table = changed(sound("article"), 2, body="خبر ”قصير“", title="ع" * 2_000)
    assert validate(table, "article").failed == {
        2: ("body-too-short", "title-too-long", "curly-quote")
    }


def test_nulls_in_required_columns_are_defects() -> None:
    verdict = validate(changed(sound("raw"), 0, record_ref=None, source=None, text=None), "raw")
    assert verdict.failed == {0: ("no-record-ref", "no-source", "empty-text")}


def test_not_a_number_is_no_share() -> None:
    verdict = validate(changed(sound("corpus"), 1, arabic_share=float("nan")), "corpus")
    assert verdict.failed == {1: ("impossible-arabic-share",)}


@pytest.mark.parametrize(
    "spans",
    [
        pytest.param([(5, 9), (0, 3)], id="out-of-order"),
        pytest.param([(0, 5), (4, 8)], id="overlap"),
        pytest.param([(-1, 2)], id="before-the-text"),
    ],
)
def test_removed_spans_out_of_place(spans: list[tuple[int, int]]) -> None:
    removed = [
        {"kind": "byline", "text": "س" * (end - start), "start": start, "end": end}
        for start, end in spans
    ]
    verdict = validate(changed(sound("article"), 1, removed=removed), "article")
    assert verdict.failed == {1: ("removed-out-of-place",)}


@pytest.mark.parametrize("border", BORDERS)
def test_a_table_without_rows(border: Border) -> None:
    verdict = validate(SCHEMAS[border].empty_table(), border)
    assert verdict.failed == {}
    assert len(verdict.passed_mask) == verdict.report.rows == 0


def test_chunks_and_slices_do_not_matter() -> None:
    table = joined(sound("article"), changed(sound("article"), 1, body="نص"), sound("article"))
    assert list(validate(table, "article").failed) == [4]
    assert list(validate(table.slice(3, 4), "article").failed) == [1]


def test_many_tables_have_a_verdict_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids are compared over the tables; rows and examples are those of each table."""
    tables = [sound("raw", rows) for rows in (2, 0, 3)]
    tables[0] = changed(tables[0], 1, record_ref="another", url=None)
    for rows_at_once in (100, 4):
        monkeypatch.setattr("tasks.validate.ROWS_AT_ONCE", rows_at_once)
        verdicts = list(validate_all(tables, "raw"))
        assert [verdict.rows for verdict in verdicts] == [2, 0, 3]
        assert [list(verdict.failed) for verdict in verdicts] == [[0], [], [0]]
        assert verdicts[2].failed == {0: ("repeated-record-ref",)}
        url, repeated = (
            {each.defect: each for each in verdict.report.findings}
            for verdict in (verdicts[0], verdicts[2])
        )
        assert url["url-not-http"].checked == 2
        assert repeated["repeated-record-ref"].examples == ({"record_ref": "news.jsonl#1"},)


def test_a_table_is_not_held_when_the_next_is_read() -> None:
    held = []

    def tables() -> Iterator[pa.Table]:
        for _ in range(3):
            before = pa.total_allocated_bytes()
            table = changed(sound("article"), 1, body=BODY * 10_000)
            yield table
            del table
            held.append(pa.total_allocated_bytes() - before)

    assert len(list(validate_all(tables(), "article"))) == 3
    assert max(held) < 100_000


def test_the_articles_and_duplicates_schemas_both_pass_the_corpus_border() -> None:
    articles = sound("corpus").select(schema.ARTICLES.names)
    copies = changed(sound("corpus", 1), 0, duplicate_of="x" * 24, kind="exact", similarity=1.0)
    assert validate(articles, "corpus").failed == {}
    assert validate(copies.select(schema.DUPLICATES.names), "corpus").failed == {}


@pytest.mark.parametrize("border", BORDERS)
def test_a_missing_column_stops_the_run_and_is_named(border: Border) -> None:
    table = sound(border).drop_columns(["record_ref"])
    with pytest.raises(StopRun) as caught:
        validate(table, border)
    assert caught.value.facts == {"border": border, "missing": "record_ref"}


def test_threads_do_not_mix_up_their_tables() -> None:
    def failed_row(row: int) -> list[int]:
        return list(validate(changed(sound("raw", 40), row, source=""), "raw").failed)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(failed_row, range(40))) == [[row] for row in range(40)]


def test_the_report_is_small_json_and_holds_ids_only() -> None:
    table = joined(*(changed(sound("article"), 1, body="نص") for _ in range(50)))
    report = validate(table, "article").report
    text = report.model_dump_json()
    assert Report.model_validate_json(text) == report
    short = next(each for each in report.findings if each.defect == "body-too-short")
    assert (short.checked, short.unexpected, len(short.examples)) == (150, 50, 5)
    assert short.examples[0].keys() == {"record_ref", "article_id"}
    assert "نص" not in text
    assert len(text) < 10_000


class TestQuarantine:
    def test_a_record_is_its_own_payload(self) -> None:
        table = changed(sound("raw"), 1, url="ftp://x", text="نص \x00 خام")
        rows = quarantine_rows(table, validate(table, "raw"), "raw", lineage=LINEAGE)
        assert rows.schema == schema.QUARANTINE
        (row,) = rows.to_pylist()
        assert (row["border"], row["failed"]) == ("raw", ["url-not-http"])
        assert (row["batch_id"], row["run_id"], row["body"]) == ("batch-1", "run-1", None)
        assert row["title"] == "الوزير يعلن بدء العمل"
        payload = json.loads(row["payload"])
        assert payload["text"] == "نص \x00 خام"
        assert payload["fetched_at"] == "2025-03-01T08:30:00+00:00"
        assert payload.keys() == set(schema.RECORDS.names)

    def test_a_cleaned_row_keeps_its_columns_and_the_raw_record(self) -> None:
        table = changed(sound("article"), 1, body="نص")
        rows = quarantine_rows(
            table, validate(table, "article"), "article", lineage=LINEAGE, records=sound("raw")
        )
        (row,) = rows.to_pylist()
        assert row["body"] == "نص"
        assert row["removed"] == table["removed"][1].as_py()
        assert json.loads(row["payload"])["text"].startswith("قال الوزير")

    def test_without_the_raw_record_the_payload_is_the_row(self) -> None:
        table = changed(sound("article"), 1, body="نص")
        rows = quarantine_rows(table, validate(table, "article"), "article", lineage=LINEAGE)
        assert json.loads(rows["payload"][0].as_py())["body"] == "نص"

    def test_a_publishable_row_keeps_its_lineage(self) -> None:
        table = changed(sound("corpus"), 0, copies=0)
        rows = quarantine_rows(
            table, validate(table, "corpus"), "corpus", lineage={"run_id": "another"}
        )
        assert rows["run_id"].to_pylist() == ["run-1"]
        assert rows["published_month"].to_pylist() == ["2025-03"]

    @pytest.mark.parametrize("border", BORDERS)
    def test_nothing_failed(self, border: Border) -> None:
        table = sound(border)
        verdict = validate(table, border)
        rows = quarantine_rows(table, verdict, border, lineage=LINEAGE, records=sound("raw"))
        assert rows.schema == schema.QUARANTINE
        assert len(rows) == len(refused_rows(table, verdict, border)) == 0

    @pytest.mark.parametrize("border", BORDERS)
    def test_rows_keep_the_contract(self, border: Border) -> None:
        table = changed(sound(border), 2, source="", url="ftp://x", body="نص", copies=0)
        verdict = validate(table.select(SCHEMAS[border].names), border)
        check(quarantine_rows(table, verdict, border, lineage=LINEAGE), schema.QUARANTINE, border)
        refused = refused_rows(table, verdict, border)
        assert refused.schema == schema.REFUSED
        (row,) = refused.to_pylist()
        assert (row["disposition"], row["reason"]) == ("quarantined", border)
        assert row["detail"] == ", ".join(verdict.failed[2])
        assert row["reason"] in REASONS["quarantined"]


_GUARDED = """
import socket, sys

def refuse(*args, **kwargs):
    raise SystemExit("a socket was opened")

socket.socket.connect = refuse
socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse

from tasks.validate import validate
assert "great_expectations" not in sys.modules, "imported early"
from tests.validate.border_tables import sound

for border in ("raw", "article", "corpus"):
    assert validate(sound(border), border).failed == {}
"""


def test_no_network_no_files_in_the_home_and_nothing_printed(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    root = Path(__file__).resolve().parents[2]
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PYTHONPATH": str(root),
    }
    done = subprocess.run(
        [sys.executable, "-c", _GUARDED],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(home.rglob("*")) == list(here.rglob("*")) == []


def test_failed_rows_are_arrow_row_numbers() -> None:
    table = changed(changed(sound("raw", 5), 4, source=""), 2, url="ftp://x")
    verdict = validate(table, "raw")
    assert verdict.failed_rows.equals(pa.array([2, 4], pa.int64()))
    assert np.flatnonzero(np.asarray(verdict.passed_mask)).tolist() == [0, 1, 3]
