"""Flat objects read together are read as one by one."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.formats.content import join
from tasks.fetch.formats.json_fields import FieldReader
from tasks.fetch.formats.json_lines import decode, decode_each, decode_together
from tasks.fetch.formats.pieces import Decoded
from tasks.fetch.formats.plain_objects import read_plain_objects
from tasks.sources import FieldNames, SourceProfile

PROFILE = SourceProfile(name="p", fields=FieldNames(title=("title", "story.title", "headline")))
TEXT = b'"text": "\xd9\x86\xd8\xb5"'


def column(*lines: bytes) -> pa.LargeBinaryArray:
    return join(list(lines), pa.large_binary())


def is_plain(line: bytes) -> bool:
    return len(read_plain_objects(column(line), FieldReader(PROFILE.fields)).rows) == 1


def told(decoded: Decoded) -> dict[str, Any]:
    columns = {name: column.to_pylist() for name, column in decoded.columns.items()}
    refused = (decoded.refused_rows, decoded.reasons, decoded.details)
    return {"rows": decoded.rows, "columns": columns, "refused": refused}


def both(*lines: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    payloads, reader = column(*lines), FieldReader(PROFILE.fields)
    together = decode_together(payloads, reader, 100)
    return told(together), told(decode_each(payloads, reader, 100))


@pytest.mark.parametrize(
    "line",
    [
        b"{" + TEXT + b"}",
        b" \t{ " + TEXT + b' , "id" : 17 , "url":null,"a":true,"b":false } \r',
        b"{" + TEXT + b', "id": -5}',
        b"{" + TEXT + b', "id": 0}',
        b'{"text": "\\u0646\\u0635 \\ud83d\\ude00 \\"\\\\\\/\\b\\f\\n\\r\\t"}',
        b"{" + TEXT + b', "title": "", "headline": "\xd8\xb9"}',
        b"{" + TEXT + ', "العنوان": "ع", "TITLE": 3}'.encode(),
    ],
)
def test_a_flat_object_is_plain(line: bytes) -> None:
    assert is_plain(line)
    fast, slow = both(line)
    assert fast == slow


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"{" + TEXT,
        b"{" + TEXT + b",}",
        b"{" + TEXT + b"} x",
        b"{" + TEXT + b', "id": 01}',
        b"{" + TEXT + b', "id": 1.5}',
        b"{" + TEXT + b', "id": 1e3}',
        b"{" + TEXT + b', "id": -0}',
        b"{" + TEXT + b', "id": -}',
        b"{" + TEXT + b', "id": 12345678901234567890}',
        b"{" + TEXT + b', "id": nul}',
        b"{" + TEXT + b', "id": NaN}',
        b"{" + TEXT + b', "tags": ["a"]}',
        b"{" + TEXT + b", " + TEXT + b"}",
        b"{" + TEXT + b', "te\\u0078t": 1}',
        b'{"text": "\xd9"}',
        b'{"text": "a\nb"}',
        b'{"text": "\\x"}',
        b'{"text": "\\ud83d"}',
        b'{"text": "\\ud83dx\\ude00"}',
        b'{"text": "\\ude00"}',
        b'{"text": "\\u12g4"}',
        b'{"text": "a\\',
        b'{"text": "a\\u12',
        b'{"text": ""}',
        b'{"text": " \\n\\u00a0"}',
        b'{"text": 5}',
        b'{"title": "a"}',
        "{'text': 'نص'}".encode(),
        b"\xef\xbb\xbf{" + TEXT + b"}",
        b"{" + TEXT + b', "title": "\xe2\x80\x83"}',
        b"{" + b", ".join(b'"%d": 1' % n for n in range(40)) + b", " + TEXT + b"}",
    ],
)
def test_what_is_not_plain_is_left_to_the_careful_reader(line: bytes) -> None:
    assert not is_plain(line)
    fast, slow = both(b"{" + TEXT + b"}", line, b"{" + TEXT + b', "id": 2}')
    assert fast == slow


def test_records_of_many_make_ups_keep_their_order() -> None:
    lines = [
        json.dumps({"text": f"نص {n}", f"key {n % 100}": n, "tags": [n] * (n % 3 == 0)}).encode()
        if n % 2
        else b'{"id": %d, "text": "x\\n%d", "url": "http://a/%d "}' % (n, n, n)
        for n in range(500)
    ]
    fast, slow = both(*lines)
    assert fast == slow == told(decode(column(*lines), PROFILE, 100))
    assert fast["rows"] == list(range(500))


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(scalars, lambda v: st.lists(v, max_size=2) | st.dictionaries(st.text(), v))
names = st.sampled_from(["text", "body", "title", "headline", "id", "url", "Date", "author", "x"])
records = st.dictionaries(names | st.text(), scalars | values, max_size=6)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Objects, with and without escapes of all that is not ASCII, some with a byte changed."""
    record = {"text": draw(st.text()), **draw(records)}
    line = bytearray(
        json.dumps(record, ensure_ascii=draw(st.booleans())).encode("utf-8", "replace")
    )
    if draw(st.integers(0, 3)) == 0:
        line[draw(st.integers(0, len(line) - 1))] = draw(st.integers(0, 255))
    return bytes(line)


@given(st.lists(lines(), max_size=6))
def test_together_is_as_one_by_one(some: list[bytes]) -> None:
    fast, slow = both(*some)
    assert fast == slow


def test_a_sliced_column_is_read_from_its_own_rows() -> None:
    whole = column(*(b'{"text": "n%d"}' % n for n in range(9)))
    found = read_plain_objects(whole.slice(3, 4), FieldReader(PROFILE.fields))
    assert found.rows.tolist() == [0, 1, 2, 3]
    assert found.columns["text"].to_pylist() == ["n3", "n4", "n5", "n6"]


def test_no_payload_gives_no_row() -> None:
    found = read_plain_objects(column(), FieldReader(PROFILE.fields))
    assert np.array_equal(found.rows, [])
