import io
import json
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.formats.content import join
from tasks.fetch.formats.json_lines import decode, split
from tasks.fetch.formats.pieces import Piece
from tasks.fetch.streams import Stream
from tasks.fetch.unpacking import CHUNK
from tasks.sources import FieldNames, SourceProfile


def pieces(data: bytes, longest: int = 1 << 20) -> list[Piece]:
    return list(split(Stream(io.BytesIO(data)), longest))


def rows(*lines: bytes, deepest: int = 64, **fields: Any) -> list[dict[str, Any]]:
    """Each line as its fields, or as its reason and detail."""
    profile = SourceProfile(name="x", fields=FieldNames(**fields))
    decoded = decode(join(list(lines), pa.large_binary()), profile, deepest)
    found: dict[int, dict[str, Any]] = {}
    table = pa.table(decoded.columns).to_pylist()
    for row, values in zip(decoded.rows, table, strict=True):
        found[row] = {name: value for name, value in values.items() if value is not None}
    for row, reason, detail in zip(
        decoded.refused_rows, decoded.reasons, decoded.details, strict=True
    ):
        assert row not in found
        found[row] = {"reason": reason, "detail": detail}
    return [found[row] for row in range(len(lines))]


def fields_of(record: object, **fields: Any) -> dict[str, Any]:
    (row,) = rows(orjson.dumps(record), **fields)
    return row


def test_only_a_line_feed_ends_a_line() -> None:
    text = "a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg"
    lines = [json.dumps({"text": text}, ensure_ascii=False).encode(), b'{"text": "b"}']
    found = pieces(b"\n".join(lines))
    assert [piece.payload for piece in found] == lines


def test_blank_lines_are_no_records_and_ranges_are_exact() -> None:
    data = b'\n{"text":"a"}\n \t\r\n\n{"text":"b"}\r\n{"text":"c"}'
    found = pieces(data)
    assert [data[piece.start : piece.end] for piece in found] == [p.payload for p in found]
    assert [piece.payload for piece in found] == [
        b'{"text":"a"}',
        b'{"text":"b"}\r',
        b'{"text":"c"}',
    ]


@given(
    st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line), max_size=20),
    st.integers(1, 50),
    st.booleans(),
)
def test_every_line_is_accounted_for(lines: list[bytes], longest: int, ended: bool) -> None:
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    found = pieces(data, longest)
    spans = [(piece.start, piece.end) for piece in found]
    assert spans == sorted(spans)
    between = bytearray(data)
    for start, end in spans:
        between[start:end] = b" " * (end - start)
    assert bytes(between).isspace() or not between
    for piece in found:
        assert b"\n" not in data[piece.start : piece.end]
        assert (piece.refusal == "too-large") == (piece.end - piece.start > longest)
        assert data[piece.start :].startswith(piece.payload)


def test_lines_over_the_limit_are_refused_whole_and_the_others_stay() -> None:
    long = b"x" * (3 * CHUNK + 5)
    found = pieces(b'{"a":1}\n' + long + b'\n{"b":2}\n\n{"c":3}', longest=1024)
    assert [piece.refusal for piece in found] == [None, "too-large", None, None]
    assert found[1].end - found[1].start == len(long)
    assert found[1].detail == f"{len(long):,} bytes; the limit is 1,024"
    assert len(found[1].payload) == 64 * 1024
    assert found[3].payload == b'{"c":3}'


def test_a_last_line_over_the_limit() -> None:
    assert [piece.refusal for piece in pieces(b"a\n" + b"x" * 2000, longest=100)] == [
        None,
        "too-large",
    ]


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        pytest.param(
            b'{"text": "a"', "not-json", "unexpected end of data, at character 12", id="cut"
        ),
        pytest.param(b"hello", "not-json", "expected a JSON value", id="prose"),
        pytest.param(b'{"text": "a", "n": NaN}', "not-json", "NaN is not JSON", id="nan"),
        pytest.param(b'{"n": -Infinity}', "not-json", "-Infinity is not JSON", id="infinity"),
        pytest.param(b'{"text": "\\ud800"}', "not-json", "surrogate", id="lone-surrogate"),
        pytest.param(b'{"text": "a\x00b"}', "not-json", "control character", id="raw-nul"),
        pytest.param(b'["text"]', "not-json", "a list, not an object", id="list"),
        pytest.param(b'"text"', "not-json", "a string, not an object", id="string"),
        pytest.param(b"17", "not-json", "a number, not an object", id="number"),
        pytest.param(b"null", "not-json", "null, not an object", id="null"),
        pytest.param(b'{"text": 1e999}', "not-json", "infinity", id="huge-number"),
        pytest.param(b'{"text": "\xc7\xe1"}', "not-utf8", "byte 0xC7 at offset 10", id="cp1256"),
        pytest.param(b'{"text": "\xed\xa0\x80"}', "not-utf8", "offset 10", id="utf8-surrogate"),
        pytest.param(b'{"text": "a", "text": "b"}', "duplicate-key", "key text", id="twice"),
        pytest.param(b'{"text": "a", "x": [{"k":1,"k":1}]}', "duplicate-key", "key k", id="inside"),
        pytest.param(b'{"a" : "b", "\\u0061": 1}', "duplicate-key", "key a", id="twice-escaped"),
        pytest.param(b'{"t": 1}', "no-text", "no text under text, body", id="no-key"),
        pytest.param(b'{"t": 1, "\\n": 2}', "no-text", r"there are t, \n: a prof", id="its-keys"),
        pytest.param(b'{"text": null}', "no-text", "under text is null, not", id="null-text"),
        pytest.param(b'{"text": 17}', "no-text", "under text is a number", id="number-as-text"),
        pytest.param(b'{"body": {"a": 1}}', "no-text", "body is an object", id="object-as-text"),
        pytest.param(b'{"text": ["a", 1]}', "no-text", "text is a list, not", id="mixed-list"),
        pytest.param(
            b'{"page": 1, "articles": [{"text": "a"}, {"text": "b"}]}',
            "no-text",
            "a list of 2 objects under articles: save that list alone",
            id="wrapper",
        ),
        pytest.param(
            b'{"hits": {"total": 1, "hits": [{"_source": {"text": "a"}}]}}',
            "no-text",
            "a list of 1 object under hits.hits",
            id="search-answer",
        ),
        pytest.param(
            b'{"101": {"text": "a"}, "102": {"text": "b"}}',
            "no-text",
            "a list of 2 objects under its keys",
            id="by-number",
        ),
        pytest.param(
            b'{"title": "a", "images": [{"url": "u"}]}', "no-text", "no text under", id="no-wrapper"
        ),
        pytest.param(
            b'{"text": "a", "x": ' + b"[" * 80 + b"]" * 80 + b"}",
            "too-deep",
            "nested 81 deep; the limit is 64",
            id="81-deep",
        ),
        pytest.param(b"[" * 10_000, "too-deep", "nested 10,000 deep", id="10,000-deep"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too-deep", "10,000", id="objects"),
    ],
)
def test_a_broken_line_is_refused(line: bytes, reason: str, detail: str) -> None:
    broken, sound = rows(line, b'{"text": "sound"}')
    assert broken["reason"] == reason
    assert detail in broken["detail"]
    assert len(broken["detail"]) < 300
    assert broken["detail"].isprintable()
    assert sound == {"text": "sound"}


def test_a_refused_record_keeps_its_id_and_outlet() -> None:
    line = orjson.dumps({"id": 7, "source": "الميناء"})
    decoded = decode(join([line], pa.large_binary()), SourceProfile(name="x"), 64)
    assert (decoded.native_ids, decoded.sources) == (["7"], ["الميناء"])


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"text": "قال \\": لا\\" \\\\", "k\\"" : ":" }', id="quotes-and-colons"),
        pytest.param('{"text": ": \\": ", "{": "}", "[":"]"}', id="brackets-in-strings"),
        pytest.param('{ "text" \t:\r "a" , "b":{"c" : [ {"d":1}, {"d":2} ]} }', id="spaces"),
        pytest.param('{"text": "a\\\\", "b\\\\": 1}', id="backslash-before-quote"),
        pytest.param('{"text": "😀ﷺ", "أ": {"أ": 1}}', id="same-key-at-two-levels"),
        pytest.param('{"text": "a\\u0000b"}', id="escaped-nul"),
        pytest.param('\ufeff{"text": "a"}', id="bom"),
    ],
)
def test_sound_json_is_read(line: str) -> None:
    (row,) = rows(line.encode())
    assert row["text"] == json.loads(line.removeprefix("\ufeff"))["text"]


class Pairs(tuple[tuple[str, Any], ...]):
    """Key-value pairs of an object as they are written, repeated keys included."""

    __slots__ = ()


KEYS = st.sampled_from(["text", "a", "b", 'q"', ":", "\\", "أ", "{"])
VALUES = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from(['":', "\\", '\\":', "x", "،", "[{", "😀"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(st.tuples(KEYS, inner), max_size=3).map(Pairs)
    ),
    max_leaves=12,
)


def written(value: Any, space: str) -> str:
    if isinstance(value, Pairs):
        parts = (f"{json.dumps(k)}{space}:{written(v, space)}" for k, v in value)
        return "{" + ",".join(parts) + "}"
    if isinstance(value, list):
        return "[" + f"{space},".join(written(part, space) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def repeats(value: Any) -> bool:
    if isinstance(value, Pairs):
        keys = [key for key, _ in value]
        return len(set(keys)) < len(keys) or any(repeats(inner) for _, inner in value)
    return isinstance(value, list) and any(map(repeats, value))


@given(st.lists(st.tuples(KEYS, VALUES), max_size=4), st.sampled_from(["", " ", "\t "]))
def test_repeated_keys_are_found_exactly(pairs: list[tuple[str, Any]], space: str) -> None:
    (row,) = rows(written(Pairs(pairs), space).encode())
    assert (row.get("reason") == "duplicate-key") == repeats(Pairs(pairs))


@pytest.mark.parametrize(
    "number",
    ["20000000000000000000001", "9007199254740993.0", "1.50", "-3", "18446744073709551616", "1e3"],
)
def test_numbers_are_ids_as_they_are_written(number: str) -> None:
    """Ids that differ only in digits that a float cannot hold are different articles."""
    (row,) = rows(f'{{"text": "a", "id": {number}, "meta": {{"n": 1.5}}}}'.encode())
    assert row["native_id"] == number


@pytest.mark.parametrize("place", range(20))
@pytest.mark.parametrize("value", ['"', "\\", '\\"', '":{', "س"])
def test_a_repeated_key_is_found_wherever_strings_end(value: str, place: int) -> None:
    """Strings are skipped eight bytes at a time."""
    text = json.dumps("a" * place + value + "b" * 20, ensure_ascii=False)
    line = f'{{"text": {text}, "id": "1", "id": "2"}}'
    assert [row.get("reason") for row in rows(line.encode())] == ["duplicate-key"]
    assert fields_of({"text": "a" * place + value}) == {"text": "a" * place + value}


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=8))
def test_any_bytes_are_kept_or_refused(lines: list[bytes]) -> None:
    assert len(rows(*lines)) == len(lines)


@given(st.binary(min_size=1, max_size=6), st.integers(0, 60))
def test_any_damage_to_a_record_is_kept_or_refused(damage: bytes, at: int) -> None:
    line = '{"id": 1, "title": "عنوان", "text": "نص [1]: {قال}"}'.encode()
    (row,) = rows(line[:at] + damage + line[at + len(damage) :])
    assert "text" in row or row["reason"] in {
        "not-json", "not-utf8", "no-text", "duplicate-key", "too-deep",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("record", "told"),
    [
        pytest.param({"text": "a", "headline": "b"}, {"title": "b"}, id="usual-name"),
        pytest.param(
            {"text": "a", "title": None, "headline": "b"}, {"title": "b"}, id="null-first"
        ),
        pytest.param(
            {"text": "a", "title": " ", "headline": "b"}, {"title": "b"}, id="blank-first"
        ),
        pytest.param({"TEXT": "a", "Title": "b"}, {"text": "a", "title": "b"}, id="other-case"),
        pytest.param({"Text": "b", "text": "a"}, {"text": "a"}, id="exact-case-first"),
        pytest.param({"text": "a", "id": 17}, {"native_id": "17"}, id="number-as-id"),
        pytest.param({"text": "a", "id": True, "title": {}}, {}, id="wrong-types-are-null"),
        pytest.param(
            {"text": "a", "date": 1519927742}, {"published_raw": "1519927742"}, id="epoch"
        ),
        pytest.param(
            {"text": "a", "authors": ["ليلى", " سامر "]}, {"author": "ليلى، سامر"}, id="list"
        ),
        pytest.param(
            {"text": "a", "author": {"@type": "Person", "name": "ليلى"}},
            {"author": "ليلى"},
            id="schema-org-person",
        ),
        pytest.param(
            {"text": "a", "author": [{"name": "ليلى"}, None, 1.5]},
            {"author": "ليلى، 1.5"},
            id="mixed-authors",
        ),
        pytest.param(
            {"text": "a", "publisher": {"name": "الميناء"}}, {"source": "الميناء"}, id="publisher"
        ),
        pytest.param({"text": "a", "url": " http://a "}, {"url": "http://a"}, id="url-trimmed"),
        pytest.param({"body": ["a", "", "b"]}, {"text": "a\n\nb"}, id="paragraphs"),
        pytest.param({"text": "", "body": "b"}, {"text": "b"}, id="blank-text-first"),
        pytest.param({"text": ""}, {"text": ""}, id="empty-text-is-a-record"),
        pytest.param(
            {"text": "a", "modified": "x", "section": ["s", "t"]},
            {"modified_raw": "x", "section": "s، t"},
            id="modified-and-sections",
        ),
    ],
)
def test_usual_names_are_recognised(record: dict[str, Any], told: dict[str, Any]) -> None:
    wanted = {"text": "a"} | told if "text" in record else told
    assert fields_of(record) == wanted


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param("story.body", "b", id="nested"),
        pytest.param("story.parts.1.t", "d", id="through-a-list"),
        pytest.param("dc.text", "e", id="a-key-with-a-dot"),
        pytest.param("STORY.body", "b", id="first-part-in-another-case"),
        pytest.param(["missing", "story.none", "story.body"], "b", id="first-that-is-there"),
    ],
)
def test_paths(path: str | list[str], value: str) -> None:
    story = {"body": "b", "none": None, "parts": [{"t": "c"}, {"t": "d"}]}
    record = {"story": story, "dc.text": "e", "text": "not this"}
    assert fields_of(record, text=path)["text"] == value


@pytest.mark.parametrize(
    "path", ["story.x", "story.parts.9", "story.parts.x", "story.parts.99999999999"]
)
def test_a_path_to_nothing_is_no_text(path: str) -> None:
    assert fields_of({"story": {"parts": ["a"]}}, text=path)["reason"] == "no-text"


def test_other_keys_in_every_record() -> None:
    lines = [orjson.dumps({f"k{number}": 1, "text": str(number)}) for number in range(3000)]
    assert [row["text"] for row in rows(*lines)] == [str(number) for number in range(3000)]
