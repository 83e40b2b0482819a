import io
import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import RejectRecord
from tasks.fetch.formats import json_lines
from tasks.fetch.formats.content import join
from tasks.fetch.formats.json_arrays import JSON_ARRAYS, Cutter
from tasks.fetch.formats.pieces import Piece
from tasks.fetch.streams import HEAD, Stream
from tasks.sources import SourceProfile

LONGEST = 1 << 20


def pieces(data: bytes, longest: int = LONGEST, **more: Any) -> list[Piece]:
    return list(JSON_ARRAYS.split(Stream(io.BytesIO(data), **more), longest))


def payloads(data: bytes) -> list[bytes]:
    return [piece.payload for piece in sound(data, pieces(data))]


def cut(data: bytes, size: int, longest: int = LONGEST, *, wrapped: bool = False) -> list[Piece]:
    """The pieces of data that is read so many bytes at a time."""

    def found() -> Iterator[Piece]:
        cutter = Cutter(longest, wrapped=wrapped)
        for at in range(0, len(data), size):
            yield from cutter.cut(data[at : at + size])
        yield from cutter.finish(None)

    return list(found())


def sound(data: bytes, found: list[Piece]) -> list[Piece]:
    """The pieces, none of them refused, with exact ranges in their order."""
    assert [piece.detail for piece in found if piece.refusal] == []
    for piece in found:
        assert data[piece.start : piece.end] == piece.payload
    assert_in_order(found)
    return found


def assert_in_order(found: list[Piece]) -> None:
    for before, after in itertools.pairwise(found):
        assert before.start <= before.end <= after.start <= after.end


def told(found: list[Piece]) -> list[bytes | str]:
    """Each piece as its payload or the reason of its refusal."""
    return [piece.refusal or piece.payload for piece in found]


KEYS = st.text(max_size=6) | st.sampled_from(["text", "title", "items", "{", '"', "\\"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=30)
    | st.text('{}[],:"\\ \n\r\u2028\u0085ن', max_size=30)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)
INDENTS = st.sampled_from([None, 0, 1, 2, 8, "\t"])


@given(st.lists(VALUES, max_size=8), INDENTS, st.booleans(), st.integers(1, 400))
def test_an_array_is_its_elements_however_it_is_read(
    values: list[Any], indent: Any, ascii_only: bool, size: int
) -> None:
    data = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
    found = sound(data, cut(data, size))
    assert found == pieces(data)
    assert [json.loads(piece.payload) for piece in found] == values


@given(
    st.lists(OBJECTS, max_size=8), INDENTS, st.integers(1, 400), st.sampled_from(["", "\n", ","])
)
def test_objects_one_after_the_other(
    values: list[Any], indent: Any, size: int, between: str
) -> None:
    data = between.join(json.dumps(value, indent=indent) for value in values).encode()
    found = sound(data, cut(data, size))
    assert [json.loads(piece.payload) for piece in found] == values


@given(
    st.lists(OBJECTS, min_size=1, max_size=6),
    INDENTS,
    st.integers(1, 400),
    st.sampled_from(["articles", "Items", "docs", "hits"]),
    st.booleans(),
)
def test_a_wrapper_is_its_articles(
    values: list[Any], indent: Any, size: int, name: str, deeper: bool
) -> None:
    whole: Any = {"status": "ok", "n": [1, [2]], name: values, "next": "]}"}
    whole = {"meta": {"a": "["}, "response": whole, "x": []} if deeper else whole
    data = json.dumps(whole, indent=indent).encode()
    assert JSON_ARRAYS.sniff("x", data)
    assert not json_lines.sniff("x", data)
    found = sound(data, pieces(data))
    assert found == cut(data, size, wrapped=True)
    assert [json.loads(piece.payload) for piece in found] == values


@given(st.lists(OBJECTS, min_size=1, max_size=8), INDENTS)
def test_the_same_is_read_from_an_array_as_from_lines(values: list[Any], indent: Any) -> None:
    lines = b"\n".join(map(orjson.dumps, values))
    array = json.dumps(values, indent=indent).encode()
    by_line = list(json_lines.split(Stream(io.BytesIO(lines)), LONGEST))
    read = [
        JSON_ARRAYS.decode(
            join([piece.payload for piece in some], pa.large_binary()),
            SourceProfile(name="x"),
            64,
            None,
        )
        for some in (by_line, pieces(array))
    ]
    assert read[0].rows == read[1].rows
    assert read[0].reasons == read[1].reasons
    assert pa.table(read[0].columns) == pa.table(read[1].columns)


@given(
    st.binary(max_size=200)
    | st.lists(
        st.sampled_from([b"{", b"}", b"[", b"]", b'"', b"\\", b",", b"\n", b"a", b'{"k":1}', b" "]),
        max_size=60,
    ).map(b"".join),
    st.integers(1, 60),
    st.integers(1, 40),
    st.booleans(),
)
def test_any_bytes_are_cut_alike_however_they_are_read(
    data: bytes, longest: int, size: int, wrapped: bool
) -> None:
    found = cut(data, size, longest, wrapped=wrapped)
    assert found == cut(data, len(data) + 1, longest, wrapped=wrapped)
    assert_in_order(found)
    pieces(data, longest)
    for piece in found:
        assert piece.end - piece.start <= longest or piece.refusal == "too-large"
        if piece.refusal != "too-large":
            assert piece.payload == data[piece.start : piece.end]
    if not wrapped:
        left = bytearray(data)
        for piece in found:
            left[piece.start : piece.end] = b" " * (piece.end - piece.start)
        assert not bytes(left).strip(b" \t\r\n,[]")


@given(st.binary(max_size=60), st.sampled_from(["a", "a.json", "a.jsonl", "a.txt"]))
def test_no_head_makes_sniffing_fail(head: bytes, name: str) -> None:
    for data in (head, b"{" + head, b'{"items":[' + head, b'[{"a":' + head):
        json_lines.sniff(name, data)
        JSON_ARRAYS.sniff(name, data)


@pytest.mark.parametrize("text", ["\u2028", "\u2029", "\u0085", "},\\n{", '\\"', "\\\\", "]"])
def test_nothing_in_a_string_splits(text: str) -> None:
    data = f'[{{"text":"{text}"}},{{"b":"{text}{{"}}]'.encode()
    assert len(payloads(data)) == 2


@pytest.mark.parametrize("place", range(20))
@pytest.mark.parametrize("end", ['"', '#"', '\\""', '\\\\"', '"#", "\\"":""'])
def test_a_string_ends_where_it_ends(end: str, place: int) -> None:
    """Eight bytes are looked at at once: the others of the eight do not count."""
    element = b"{" + b" " * (place % 8) + b'"k":"' + b"a" * place + end.encode() + b"}"
    assert payloads(b"[" + element + b',{"n":1}]') == [element, b'{"n":1}']


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(b" [ \n ]\n", [], id="empty-with-blanks"),
        pytest.param(b'\xef\xbb\xbf[{"a":1}]', [b'{"a":1}'], id="bom"),
        pytest.param(b'[{"a":1},]', [b'{"a":1}'], id="trailing-comma"),
        pytest.param(b'[{"a":1}][{"b":2}]', [b'{"a":1}', b'{"b":2}'], id="arrays"),
        pytest.param(b'{"a":\n1}\n[{"b":2}]', [b'{"a":\n1}', b'{"b":2}'], id="object-and-array"),
        pytest.param(
            b'[1, "a,]", [2,{"x":1}], null , -1.5e3]',
            [b"1", b'"a,]"', b'[2,{"x":1}]', b"null", b"-1.5e3"],
            id="no-objects",
        ),
    ],
)
def test_arrays(data: bytes, found: list[bytes]) -> None:
    assert payloads(data) == found


@pytest.mark.parametrize(
    ("data", "found", "detail"),
    [
        pytest.param(
            b'[{"a":1}, oops {"b":2}]',
            [b'{"a":1}', "not-json", b'{"b":2}'],
            "no JSON stands at byte 10",
            id="garbage-between",
        ),
        pytest.param(
            b'[{"a":1}}, {"b":2}]',
            [b'{"a":1}', "not-json", b'{"b":2}'],
            "at byte 8",
            id="a-brace-too-many",
        ),
        pytest.param(
            b'[{"a":1}]\n</html>', [b'{"a":1}', "not-json"], "at byte 10", id="garbage-behind"
        ),
        pytest.param(
            b'[{"a":1}], {"b":2}]', [b'{"a":1}', b'{"b":2}', "not-json"], "at byte 18", id="end"
        ),
        pytest.param(
            b'[{"a":1}, {"b":',
            [b'{"a":1}', "truncated"],
            "the JSON ends inside an element at byte 15",
            id="cut-in-an-element",
        ),
        pytest.param(
            b'[{"a":1}\n',
            [b'{"a":1}', "truncated"],
            "the JSON ends at byte 9 without the end of its list",
            id="no-end",
        ),
        pytest.param(b'[{"a":1},tru', [b'{"a":1}', "not-json", "truncated"], "byte 9", id="word"),
        pytest.param(
            b'{"items":[{"a":1}], "n',
            [b'{"a":1}', "truncated"],
            "at byte 22 without",
            id="cut-behind-the-list",
        ),
    ],
)
def test_what_is_broken_is_accounted_for(
    data: bytes, found: list[bytes | str], detail: str
) -> None:
    broken = pieces(data)
    assert told(broken) == found
    assert detail in next(piece.detail for piece in broken if piece.detail)
    for size in (1, 3):
        assert cut(data, size, wrapped=data.startswith(b"{")) == broken


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(
            b'[{"a":1, {"b":2}, {"c":3}]', [b'{"a":1, ', b'{"b":2}', b'{"c":3}'], id="no-brace"
        ),
        pytest.param(
            b'[{"a":{"x":1}, {"b":2}]', [b'{"a":{"x":1}, ', b'{"b":2}'], id="no-inner-brace"
        ),
        pytest.param(b'[{"a":[1,2}, {"b":2}]', [b'{"a":[1,2}', b'{"b":2}'], id="no-bracket"),
        pytest.param(b'[{"a":1], {"b":2}', [b'{"a":1', b'{"b":2}'], id="wrong-end"),
        pytest.param(
            b'[{"a":"x},\n {"b":"y"},\n{"c":3}]',
            [b'{"a":"x},', b'{"b":"y"}', b'{"c":3}'],
            id="no-quote",
        ),
        pytest.param(
            b'[\n {\n  "a": "x,\n  "k": 1\n },\n {\n  "b":"y"\n }\n]',
            [b'{\n  "a": "x,\n  "k": 1\n },', b'{\n  "b":"y"\n }'],
            id="no-quote-over-lines",
        ),
        pytest.param(
            b'[{"a":"x\n},\ny"}, {"b":2}]', [b'{"a":"x\n},\ny"}', b'{"b":2}'], id="line-feed"
        ),
        pytest.param(
            b'[{"a":1}", {"b":2},\n{"c":3}]',
            [b'{"a":1}', b'", {"', "not-json", "not-json", b'{"c":3}'],
            id="a-quote-too-many",
        ),
    ],
)
def test_the_element_behind_a_broken_one_is_read(data: bytes, found: list[bytes | str]) -> None:
    broken = pieces(data)
    assert told(broken) == found
    assert cut(data, 1) == broken


def test_elements_over_the_limit_are_refused_whole_and_the_others_stay() -> None:
    long = b'{"a": "' + b"x" * 3_000_000 + b'\\"}"}'
    data = b"[" + long + b',\n{"b":1}, "' + b"y" * 2000 + b'", ' + b"z" * 2000 + b',{"c":1}]'
    found = pieces(data, 1000)
    assert told(found) == ["too-large", b'{"b":1}', "too-large", "too-large", b'{"c":1}']
    assert data[found[0].start : found[0].end] == long
    assert found[0].detail == f"{len(long):,} bytes; the limit is 1,000"
    assert len(found[0].payload) == HEAD
    assert found == cut(data, 777, 1000)


def test_memory_stays_bounded() -> None:
    cutter = Cutter(1000, wrapped=False)
    assert list(cutter.cut(b'[{"a": "')) == []
    for _ in range(50):
        assert list(cutter.cut(b"}\n" + b" " * 5000)) == []
        assert len(cutter._rest) < 1000


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 3_000_000,
        b"[" + b"[" * 1000 + b"}" * 3_000_000,
        b'[{"a":"' + b"}\n" * 1_500_000,
        b'[{"a":"' + b"\\" * 3_000_000,
        b'{"items":' * 300_000,
        b'[{"a":"x},\n' * 200_000,
    ],
    ids=range(6),
)
def test_hostile_bytes_take_no_longer(data: bytes) -> None:
    before = time.process_time()
    pieces(data)
    JSON_ARRAYS.sniff("a.json", data[:HEAD])
    assert time.process_time() - before < 5


def test_the_fault_of_the_stream_is_told_with_what_was_begun() -> None:
    data = b'[{"a":1},\n{"b":' + b" " * 100_000
    stream = Stream(io.BytesIO(data))
    found = JSON_ARRAYS.split(stream, LONGEST)
    assert next(found).payload == b'{"a":1}'
    stream.fault = RejectRecord("it ends early", reason="truncated")
    (last,) = found
    assert (last.refusal, last.detail) == ("truncated", "it ends early")
    assert (last.start, last.payload[:5]) == (10, b'{"b":')


OBJECT = b'{"id": 1, "text": "\xd9\x86\xd8\xb5"}'
SPREAD = b'{\n  "id": 1,\n  "text": "a"\n}'
WRAPPER = b'{"status": "ok", "articles": [' + OBJECT + b', {"id": 2}], "total": 2}'


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        pytest.param("a.txt", b" \n[\n" + OBJECT + b",\n", "json-array", id="array-over-lines"),
        pytest.param("a.jsonl", b"[\n" + OBJECT + b",\n" + OBJECT + b"]", "json-array", id="jsonl"),
        pytest.param("a.jsonl", b"[" + OBJECT + b"]\n", "json-array", id="jsonl-on-one-line"),
        pytest.param("a.jsonl", SPREAD + SPREAD, "json-array", id="objects-over-lines"),
        pytest.param("a", OBJECT + OBJECT, "json-array", id="objects-on-a-line"),
        pytest.param("a", b"[ ]\n", "json-array", id="empty"),
        pytest.param("a.json", b"[1, 2]", "json-array", id="numbers"),
        pytest.param("a.json", b"{'a': 1}", "json-array", id="python-dict-by-name"),
        pytest.param("a.json", WRAPPER, "json-array", id="wrapper"),
        pytest.param("a.jsonl", WRAPPER + b"\n", "json-array", id="wrapper-by-other-name"),
        pytest.param("a.json", b'{"response":' + WRAPPER + b"}", "json-array", id="deeper"),
        pytest.param("a", WRAPPER + b"\n" + WRAPPER, "json", id="wrappers-are-lines"),
        pytest.param("a.json", OBJECT + b"\n\n" + OBJECT + b"\n", "json", id="lines"),
        pytest.param(
            "a.json", (OBJECT + b"\n") * 5 + b'{"cut": ', "json", id="lines-of-which-one-is-broken"
        ),
        pytest.param("a.jsonl", b'["a"]\n' + OBJECT, "json", id="a-list-among-lines"),
        pytest.param("a.jsonl", b'{"text": "a"\n' + OBJECT, "json", id="first-line-broken"),
        pytest.param(
            "a.json", b'{"items": [{"n": 1}], "text": "a"}', "json", id="article-with-items"
        ),
        pytest.param("a", b'{"title":"a","items": [{"n": 1}]}', "json", id="article-with-title"),
        pytest.param("a", b'{"data": [{"a":1}' + b" " * HEAD, "json-array", id="long-wrapper"),
        pytest.param(
            "a",
            b'{"id":"0","items":[{"title":"b","url":"u"}],"Title":"c","text":"' + b"a" * HEAD,
            "json",
            id="long-article-with-items-first",
        ),
        pytest.param(
            "a",
            b'{"data":{"items":[{"title":"b"}],"total":1},"text":"' + b"a" * HEAD,
            "json",
            id="long-article-with-items-deeper",
        ),
        pytest.param(
            "a.jsonl",
            b'{"data":{"items":[{"text":"b"}],"total":1},"x":"' + b"a" * HEAD,
            "json-array",
            id="long-wrapper-with-a-long-end",
        ),
        pytest.param("a", b'{"text": "' + b"a" * HEAD, "json", id="long-line"),
        pytest.param("a", b'{"a":1} {"text": "' + b"a" * HEAD, "json-array", id="long-objects"),
        pytest.param("a.txt", "[صورة] قال".encode(), None, id="plain-text"),
        pytest.param("a.json", "[صورة] قال".encode(), None, id="plain-text-by-name"),
        pytest.param("a.txt", b"[ ] a task", None, id="check-box"),
        pytest.param("a.txt", b"{name} a", None, id="template"),
        pytest.param("a.txt", b'{"a": 1}\n' + "قال".encode(), None, id="text-behind-an-object"),
        pytest.param("a.json", b"\x00\x01" * 50 + b"[{}]", None, id="binary"),
    ],
)
def test_sniffing(name: str, head: bytes, kind: str | None) -> None:
    kinds = (json_lines.JSON_LINES, JSON_ARRAYS)
    assert next((each.name for each in kinds if each.sniff(name, head[:HEAD])), None) == kind


def test_lists_beside_the_articles_are_articles_too() -> None:
    """They stand at the same place, so they are not dropped in silence."""
    data = b'{"a":[{"x":1}],"news":[{"b":1}],"sport":[{"c":1}],"tags":["d"],"e":{"f":[{"g":1}]}}'
    assert payloads(data) == [b'{"x":1}', b'{"b":1}', b'{"c":1}']


@pytest.mark.parametrize("name", ["comments", "Ads", "related"])
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_lists_of_other_things_beside_the_articles_are_not_read(name: str, size: int) -> None:
    other = f'"{name}" : [ {{"author": "زائر", "text": "تعليق"}}, {{"text": "آخر"}} ]'
    data = f'{{{other}, "news":[{{"b":1}}], {other}, "sport":[{{"c":1}}], {other}}}'.encode()
    found = cut(data, size, wrapped=True)
    assert told(found) == [b'{"b":1}', b'{"c":1}']


def test_an_object_without_a_list_among_wrappers_is_a_record() -> None:
    data = b'{"news":[{"b":1}]}\n{"text":"a","news":[{"b":1}]}{"news":[{"c":1}]}'
    assert payloads(data) == [b'{"b":1}', b'{"text":"a","news":[{"b":1}]}', b'{"c":1}']
