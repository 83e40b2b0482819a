"""JSON Feed: saved ones are read as feeds of XML are, whatever stands in them."""

import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import RejectRecord
from tasks.fetch.formats import recognise
from tasks.fetch.formats.content import join
from tasks.fetch.formats.feeds import decode, split
from tasks.fetch.formats.json_feeds import alone, beginning_of_feed
from tasks.fetch.formats.pieces import Decoded, Piece
from tasks.fetch.streams import HEAD, Stream
from tasks.sources import SourceProfile
from tests.fetch.archiving import Pieces, zipped
from tests.fetch.feeding import TEXT, Endless
from tests.fetch.fetching import is_accounted, kept, land, make, reasons

VERSION = "https://jsonfeed.org/version/1.1"
ITEM = {"id": "7", "title": "افتتاح الجسر", "content_text": TEXT}


def feed(*items: object, **more: object) -> bytes:
    return orjson.dumps({"version": VERSION, "title": "المرفأ", **more, "items": list(items)})


def cut(
    data: bytes | str, longest: int = 1 << 20, sizes: Sequence[int] = (1 << 20,)
) -> list[Piece]:
    raw = data.encode() if isinstance(data, str) else data
    return list(split(Stream(Pieces(raw, sizes)), longest))


def decoded(*items: bytes | str) -> Decoded:
    payloads = [item.encode() if isinstance(item, str) else item for item in items]
    headers = pa.nulls(len(items), pa.string())
    return decode(join(payloads, pa.large_binary()), SourceProfile(name="x"), 64, headers)


def read(**item: object) -> dict[str, Any]:
    """Return the fields that an item has."""
    found = decoded(orjson.dumps(item))
    assert found.refused_rows == [], found.details
    fields = {name: column.to_pylist()[0] for name, column in found.columns.items()}
    return {name: value for name, value in fields.items() if value not in (None, [])}


# Telling a feed


@pytest.mark.parametrize(
    "head",
    [
        feed(),
        b"\xef\xbb\xbf \n" + feed(ITEM),
        feed(ITEM).replace(b"/", rb"\/"),
        b'{"title": "\\u0645", "version": "http://jsonfeed.org/version/1", "items": [',
        orjson.dumps({"items": [ITEM], "version": VERSION}),
        feed(*[ITEM] * 9_999)[:HEAD],
    ],
)
def test_feeds_are_told_by_their_version(head: bytes) -> None:
    kind = recognise("a.txt", head)
    assert kind is not None
    assert kind.name == "feed"


@pytest.mark.parametrize(
    "told",
    [
        {"text": f"صيغة {VERSION} للأخبار", "title": "خبر"},
        {"version": 1, "items": [{"text": VERSION}]},
        {"version": "1.1", "home_page_url": VERSION, "items": []},
        {"meta": {"version": VERSION}, "items": [ITEM]},
        [{"version": VERSION}],
        VERSION,
    ],
)
def test_what_speaks_of_json_feed_is_none(told: object) -> None:
    assert beginning_of_feed(orjson.dumps(told)) is None


# Cutting


@pytest.mark.parametrize(
    "around",
    [
        pytest.param('{"version": "V", "items": [{}, {}]}', id="plain"),
        pytest.param('{"items": [{}, {}], "version": "V"}', id="version-last"),
        pytest.param('{"version": "V", "items" :\n [ {} , {} ] }', id="blanks"),
        pytest.param('{"version": "V", "_x": {"items": [{"a": 1}]}, "items": [{}, {}]}', id="ours"),
        pytest.param('{"version": "V", "authors": [{"name": "أ"}], "items": [{}, {}]}', id="side"),
        pytest.param('{"version": "V", "user_comment": "' + TEXT * 20 + '", "items": [{}, {}]}',
                     id="comment"),
        pytest.param('{"version": "V", "items": [{}], "items": [{}]}', id="twice"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sizes", [(1 << 20,), (1,), (7, 30)], ids=str)
def test_items_are_cut_out_and_nothing_else(around: str, sizes: tuple[int, ...]) -> None:
    item = orjson.dumps(ITEM).decode()
    data = around.replace("V", VERSION).replace("{}", item).encode()
    pieces = cut(data, sizes=sizes)
    assert [(piece.payload.decode(), piece.refusal) for piece in pieces] == [(item, None)] * 2
    assert [data[piece.start : piece.end] for piece in pieces] == [each.payload for each in pieces]


def test_what_is_no_object_is_cut_out_too() -> None:
    data = f'{{"version": "{VERSION}", "items": [7, "س", null, {{"id": "1"}}, [2], true]}}'
    assert [piece.payload.decode() for piece in cut(data)] == [
        *("7", '"س"', "null", '{"id": "1"}', "[2]", "true")
    ]


@pytest.mark.parametrize("size", [1, 9, 1 << 20])
def test_a_feed_that_is_cut_off_keeps_its_items_and_tells(size: int) -> None:
    data = feed(ITEM, ITEM)
    first, second, last = cut(data[:-1], sizes=(size,))
    assert (first.refusal, second.refusal, last.refusal) == (None, None, "truncated")
    first, last = cut(data[:-20], sizes=(size,))
    assert (first.refusal, last.refusal) == (None, "truncated")
    assert last.payload.startswith(b'{"id":"7"')


def test_a_broken_item_costs_no_other() -> None:
    item = orjson.dumps(ITEM).decode()
    data = f'{{"version": "{VERSION}", "items": [{item}, {{"id": "8", "x": [}}, {item}]}}'
    assert [piece.payload.decode() for piece in cut(data)][::2] == [item, item]


def test_an_item_over_the_limit_is_refused_with_its_head() -> None:
    long = {"id": "1", "content_text": "أ" * HEAD}
    first, last = cut(feed(long, ITEM), longest=HEAD, sizes=(999,))
    assert (first.refusal, first.payload) == ("too-large", orjson.dumps(long)[:HEAD])
    assert (last.refusal, last.payload) == (None, orjson.dumps(ITEM))


PARTS = st.sampled_from(
    ["{", "}", "[", "]", ",", '"', "\\", ":", " ", '"items":[', '{"id":"1"}', "7", "أ", "null"]
)


@given(
    st.lists(PARTS, max_size=25), st.lists(st.integers(1, 40), min_size=1, max_size=5),
    st.sampled_from([10, 60, 1 << 20]),
)  # fmt: skip
def test_cutting_does_not_depend_on_how_the_bytes_come(
    parts: list[str], sizes: list[int], longest: int
) -> None:
    data = "".join([f'{{"version": "{VERSION}", ', *parts]).encode()
    whole = cut(data, longest)
    assert cut(data, longest, sizes) == whole
    for piece in whole:
        assert data[piece.start : piece.end].startswith(piece.payload)


BEGINNING = f'{{"version": "{VERSION}", '.encode()


@pytest.mark.parametrize(
    ("beginning", "part", "least"),
    [
        (b'"items": [', orjson.dumps(ITEM) + b",", 10_000),
        (b'"items": [', b'"' + b"x" * 200 + b'",', 10_000),
        (b'"items": [{"id": "', b"x", 1),
        (b'"items": [[', b"[", 1),
        (b'"title": "', b"x", 0),
        (b'"x": [', b'{"a": 1},', 0),
        (b'"items": {', b'"x": 1,', 0),
    ],
)
def test_feeds_of_any_length_are_read_in_bounded_memory(
    beginning: bytes, part: bytes, least: int
) -> None:
    cut(feed(ITEM))
    tracemalloc.start()
    stream = Stream(Endless(4 << 20, part, BEGINNING + beginning))
    count = sum(1 for _ in split(stream, 1 << 17))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count >= least
    assert peak < 3 << 20


# Fields


def test_an_item_with_all_that_it_may_have() -> None:
    item = read(
        id="https://example.org/?p=7", url="https://example.org/7",
        external_url="https://elsewhere.example/1", title="افتتاح &quot;الجسر&quot;\nاليوم",
        content_html=f"<p>{TEXT}</p><p>ثان</p>", content_text="نص آخر", summary="موجز",
        date_published="2024-05-01T09:00:00+03:00", date_modified="2024-05-02T09:00:00+03:00",
        authors=[{"name": " سلمى\n حداد"}, {"url": "https://example.org/a"}, {"name": "علي"}, 7],
        tags=["اقتصاد", "محليات", "اقتصاد", 7, " "], language="ar",
    )  # fmt: skip
    assert {name: item[name] for name in item if name in
            {"native_id", "url", "title", "text", "published_raw", "modified_raw", "author",
             "section"}} == {
        "native_id": "https://example.org/?p=7",
        "url": "https://example.org/7",
        "title": 'افتتاح "الجسر" اليوم',
        "text": f"{TEXT}\nثان",
        "published_raw": "2024-05-01T09:00:00+03:00",
        "modified_raw": "2024-05-02T09:00:00+03:00",
        "author": "سلمى حداد، علي",
        "section": "اقتصاد",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"content_text": "3 < 5 و <b>  &amp;\n\nثان"}, "3 < 5 و <b>  &amp;\n\nثان"),
        ({"content_html": "<img src='a.jpg'>", "content_text": TEXT}, TEXT),
        ({"content_html": 7, "content_text": ["أ"], "summary": TEXT}, TEXT),
        ({"content_html": " \n", "summary": TEXT}, TEXT),
        ({"content_html": "&lt;p&gt;أ&lt;/p&gt;ب"}, "أ\nب"),
    ],
)
def test_where_the_text_is(more: dict[str, object], text: str) -> None:
    assert read(**more)["text"] == text


@pytest.mark.parametrize(
    ("name", "value", "field", "read_as"),
    [
        ("id", 7, "native_id", "7"),
        ("id", 12345678901234567890123, "native_id", "12345678901234567890123"),
        ("id", True, "native_id", None),
        ("id", ["7"], "native_id", None),
        ("url", "file:///etc/passwd", "url", None),
        ("url", "javascript:alert(1)", "url", None),
        ("url", 7, "url", None),
        ("external_url", "https://example.org/1", "url", "https://example.org/1"),
        ("author", {"name": "سلمى"}, "author", "سلمى"),
        ("authors", {"name": "سلمى"}, "author", None),
        ("authors", [], "author", None),
        ("author", "سلمى", "author", None),
        ("tags", "اقتصاد", "section", None),
        ("tags", [["أ"], {}, None], "section", None),
        ("date_published", 20240501, "published_raw", None),
        ("date_modified", "2024-05-01", "published_raw", "2024-05-01"),
        ("title", {"a": 1}, "title", None),
    ],
)
def test_a_value_of_a_wrong_type_is_lost_alone(
    name: str, value: object, field: str, read_as: str | None
) -> None:
    item = {**ITEM, "id": None, "title": None, name: value}
    told = str(value) if isinstance(value, int) and value > 1 << 64 else None
    found = decoded(orjson.dumps(item) if told is None else with_number(item, name, told))
    assert found.columns["text"].to_pylist() == [TEXT]
    assert found.columns[field].to_pylist() == [read_as]


def with_number(item: dict[str, object], name: str, number: str) -> bytes:
    return orjson.dumps(item | {name: "\0"}).replace(b'"\\u0000"', number.encode())


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("7", "not-json"),
        ('"نص"', "not-json"),
        ("null", "not-json"),
        ("[1]", "not-json"),
        ("{}", "no-text"),
        ('{"id": "7", "title": "أ"}', "no-text"),
        ('{"content_text": 7}', "no-text"),
        ('{"content_text": "\\ud800"}', "not-json"),
        ('{"content_text": "أ", "id": NaN}', "not-json"),
        ('{"content_text": "أ", "content_text": "ب"}', "duplicate-key"),
        ('{"x": ' + "[" * 99 + "]" * 99 + "}", "too-deep"),
        ('{"content_html": "' + "<p>" * 300_000 + '"}', "too-large"),
        (b'{"content_text": "\xff"}', "not-utf8"),
        ("", "not-json"),
    ],
)
def test_what_is_no_item_is_refused(item: str | bytes, reason: str) -> None:
    whole = orjson.dumps(ITEM)
    found = decoded(whole, item, whole)
    assert (found.rows, found.refused_rows, found.reasons) == ([0, 2], [1], [reason])
    assert found.details[0]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("<p>أ</p>"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["id", "url", "external_url", "title", "content_html", "content_text", "summary", "tags",
     "image", "banner_image", "date_published", "date_modified", "authors", "author"]
)  # fmt: skip


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_any_values_are_read_or_refused(item: dict[str, object]) -> None:
    try:
        payload = orjson.dumps(item)
    except (TypeError, ValueError):  # numbers that orjson does not write
        return
    found = decoded(payload)
    assert (found.rows, found.reasons) in (([0], []), ([], ["no-text"]))


@given(st.binary(max_size=80))
def test_any_bytes_are_cut_and_read_or_refused(data: bytes) -> None:
    for piece in cut(BEGINNING + b'"items": [' + data):
        if piece.refusal is None:
            decoded(piece.payload)


@given(st.sampled_from(["{}", "7", '"أ"', '{"a": [1]}', "null"]))
def test_an_item_alone_is_cut_out_as_it_was(item: str) -> None:
    (piece,) = cut(alone(item.encode()))
    assert piece.payload.decode() == item


# Files


def test_saved_feeds_are_read_wherever_they_lie(tmp_path: Path) -> None:
    body = feed(ITEM, 7, {"id": "8", "title": "السوق", "content_html": f"<p>{TEXT} ثان</p>"})
    folder = make(
        tmp_path / "in",
        {"المرفأ/feed.json": body, "السوق/feed": body, "a.zip": zipped({"النهر/f.json": body})},
    )
    fetched = land(tmp_path / "lake", folder)
    assert is_accounted(fetched)
    rows = kept(fetched)
    assert {(row["source"], row["native_id"]) for row in rows} == {
        (outlet, number) for outlet in ("المرفأ", "السوق", "النهر") for number in "78"
    }
    assert set(reasons(fetched).values()) == {"not-json"}
    assert len(reasons(fetched)) == 3


def test_a_fault_of_the_stream_is_told_after_the_items() -> None:
    stream = Stream.held(feed(ITEM)[:-2])
    stream.fault = RejectRecord("the disk failed", reason="unreadable")
    assert [piece.refusal for piece in split(stream, 1 << 20)] == [None, "unreadable"]
