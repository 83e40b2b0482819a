"""What was downloaded stays, whole, whatever becomes of the process that got it."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.fetch.archives.warc_archive import members
from tasks.fetch.archives.warc_records import item_record
from tasks.fetch.spool import Spool
from tasks.fetch.streams import Stream
from tasks.web import Outcome, Response, Visit, next_visit

WHEN = datetime(2024, 5, 1, tzinfo=UTC)
PAGE = "<html><p>افتتح الوزير المعرض.</p></html>".encode()
MIB = 1 << 20


def answer(number: int, body: bytes = PAGE) -> Response:
    return Response(
        url=f"https://example.org/خبر/{number}",
        outcome=Outcome.FETCHED,
        fetched_at=WHEN,
        final_url=f"https://example.org/{number}",
        status=200,
        headers=(("Content-Type", "text/html"), ("X", "é")),
        body=body,
        digest=f"{number}",
    )


def item_visit(number: int) -> Visit:
    url = f"https://example.org/{number}"
    return Visit(url=url, asked_at=WHEN, outcome="listed", fetched_at=WHEN, digest=f"{number}")


def fill(spool: Spool, numbers: Iterator[int] | range) -> None:
    """Add pages of two profiles, items, lists and answers without anything, by turns."""
    for number in numbers:
        response = answer(number)
        visit = next_visit(response)
        match number % 5:
            case 0 | 1:
                spool.add_page(response, visit, "marfa" if number % 2 else None)
            case 2:
                record = item_record(item_visit(number).url, b"<item/>")
                spool.add_item(record, item_visit(number), "marfa")
            case 3:
                spool.add_answer(response, visit, is_list=True)
            case _:
                spool.add_answer(response, visit, is_list=False)


def told(spool: Spool) -> tuple[Any, ...]:
    """Return all that a spool has."""
    rows = [row for table in spool.answers() for row in table.to_pylist()]
    held = {
        name: [url for url, _, _ in members(Stream.held(path.read_bytes()))]
        for name, path in spool.archives().items()
    }
    lists = [(kept.url, kept.final_url, kept.body) for kept in spool.kept_lists()]
    return rows, held, lists, {**spool.visits}, {*spool.lists}, spool.count


@contextmanager
def opened(folder: Path) -> Iterator[Spool]:
    with Spool(folder) as spool:
        yield spool


def test_what_one_leaves_the_next_takes_up(tmp_path: Path) -> None:
    with opened(tmp_path) as spool:
        fill(spool, range(7))
        before = told(spool)
        assert spool.resumed == 0
    with opened(tmp_path) as spool:
        assert told(spool) == before
        assert spool.resumed == 6
        fill(spool, range(7, 12))
        rows, held, *_ = told(spool)
    assert held == {
        None: [f"https://example.org/خبر/{n}" for n in (0, 6, 10)],
        "marfa": [f"https://example.org/{n}" for n in ("خبر/1", "2", "خبر/5", "7", "خبر/11")],
    }
    assert rows[-1] == {
        "url": "https://example.org/خبر/9", "final_url": "https://example.org/9", "redirects": [],
        "status": 200, "fetched_at": WHEN, "outcome": "fetched", "reason": "", "detail": "",
        "headers": [{"name": "Content-Type", "value": "text/html"}, {"name": "X", "value": "é"}],
        "digest": "9", "body": None,
    }  # fmt: skip


@settings(max_examples=60)
@given(st.sampled_from(["answers.log", "pages.warc", "pages-marfa.warc"]), st.data())
def test_a_torn_end_is_cut_off_and_what_stands_before_it_is_whole(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    with opened(folder) as spool:
        fill(spool, range(12))
    path = folder / name
    size = data.draw(st.integers(0, path.stat().st_size))
    rest = data.draw(st.sampled_from([b"", b"\0" * 40, b"WARC/1.1\r\n"]))
    path.write_bytes(path.read_bytes()[:size] + rest)
    with opened(folder) as spool:
        kept = len(spool.visits)
        found = told(spool)
        fill(spool, range(kept, 12))
        whole = told(spool)
        assert len(spool.visits) == 12
    fresh = tmp_path_factory.mktemp("fresh")
    with opened(fresh) as spool:
        fill(spool, range(kept))
        assert told(spool) == found
        fill(spool, range(kept, 12))
        assert told(spool) == whole


def test_bytes_that_were_never_written_are_noticed(tmp_path: Path) -> None:
    with opened(tmp_path) as spool:
        fill(spool, range(12))
    path = tmp_path / "pages.warc"
    content = path.read_bytes()
    path.write_bytes(content[:-50] + b"\0" * 50)  # as a disk leaves them that lost its power
    with opened(tmp_path) as spool:
        assert len(spool.visits) == 10


def test_memory_does_not_grow_with_the_lists(tmp_path: Path) -> None:
    with opened(tmp_path) as spool:
        tracemalloc.start()
        for number in range(48):
            response = answer(number, b"<rss>" + bytes([number]) * MIB)
            spool.add_answer(response, next_visit(response), is_list=True)
        assert sum(len(kept.body) for kept in islice(spool.kept_lists(), 20)) > 20 * MIB
        tables = [table.nbytes for table in spool.answers()]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert sum(tables) > 48 * MIB
    assert max(tables) < 12 * MIB
    assert peak < 32 * MIB


def test_a_spool_that_is_not_open_takes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not open"):
        fill(Spool(tmp_path / "x"), range(1))
