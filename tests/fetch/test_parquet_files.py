import gzip
import io
import json
import math
import random
import resource
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import RejectRecord
from tasks.fetch.formats import json_lines
from tasks.fetch.formats.content import buffers, join
from tasks.fetch.formats.json_kernel import are_utf8
from tasks.fetch.formats.parquet_files import PARQUET
from tasks.fetch.formats.pieces import Piece
from tasks.fetch.streams import Budget, Stream, open_stream
from tasks.sources import SourceProfile

LONGEST = 1 << 20
ARTICLES = pa.table(
    {
        "id": pa.array(range(1000)),
        "title": [None if n % 7 == 0 else f"عنوان {n}" for n in range(1000)],
        "text": [f'نص «{n}»\n\tقال: "لا" \\ {"س" * (n % 50)}' for n in range(1000)],
        "outlet": pa.array(["الميناء", "المدى"] * 500).dictionary_encode(),
    }
)


def parquet(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def pieces(data: bytes, longest: int = LONGEST, budget: Budget | None = None) -> list[Piece]:
    found = list(PARQUET.split(Stream(io.BytesIO(data), budget=budget), longest))
    at = 0
    for piece in found:
        assert piece.start == at
        assert piece.refusal or piece.end - piece.start == len(piece.payload)
        at = piece.end
    return found


def objects(*columns: pa.Array, names: list[str] | None = None) -> list[Any]:
    table = pa.table(list(columns), names or [f"c{n}" for n in range(len(columns))])
    found = pieces(parquet(table))
    assert [piece.detail for piece in found if piece.refusal] == []
    return [json.loads(piece.payload) for piece in found]


def bomb(size: int, rows: int, **options: Any) -> bytes:
    """A small file of one text, that all the rows have."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * rows), pa.array(["x" * size]))
    schema = pa.schema([("text", pa.string())])
    file = io.BytesIO()
    with pq.ParquetWriter(
        file,
        schema,
        store_schema=False,
        dictionary_pagesize_limit=1 << 30,
        compression="zstd",
        **options,
    ) as writer:
        writer.write_table(pa.table([text], ["text"]).cast(schema), rows)
    assert len(file.getvalue()) < 100_000
    return file.getvalue()


def refused(found: list[Piece]) -> list[tuple[str | None, str]]:
    return [(piece.refusal, piece.detail or "") for piece in found if piece.refusal]


def test_it_is_told_by_its_first_bytes() -> None:
    assert PARQUET.sniff("a", parquet(ARTICLES)[:100])
    assert not PARQUET.sniff("a.parquet", b"[]")


@pytest.mark.parametrize("row_group_size", [1, 130, 1000])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
def test_rows_are_objects(row_group_size: int, compression: str, tmp_path: Path) -> None:
    data = parquet(ARTICLES, row_group_size=row_group_size, compression=compression)
    wanted = [
        {key: value for key, value in row.items() if value is not None}
        for row in ARTICLES.to_pylist()
    ]
    found = pieces(data)
    assert [json.loads(piece.payload) for piece in found] == wanted
    assert [list(json.loads(piece.payload)) for piece in found] == [list(row) for row in wanted]
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    with open_stream(path) as stream:
        stream.head()
        assert list(PARQUET.split(stream, LONGEST)) == found


def test_a_packed_file_is_read() -> None:
    assert len(pieces(gzip.compress(parquet(ARTICLES)))) == 1000


@given(st.lists(st.fixed_dictionaries({"text": st.text(), "k\u2028": st.none() | st.text()})))
def test_strings_are_read_as_from_json_lines(rows: list[dict[str, Any]]) -> None:
    schema = pa.schema([("text", pa.string()), ("k\u2028", pa.large_string())])
    found = pieces(parquet(pa.Table.from_pylist(rows, schema)))
    lines = [orjson.dumps(row) for row in rows]
    assert [piece.refusal for piece in found] == [None] * len(rows)
    read = [
        PARQUET.decode(join(some, pa.large_binary()), SourceProfile(name="x"), 64, None)
        for some in (lines, [piece.payload for piece in found])
    ]
    assert pa.table(read[0].columns) == pa.table(read[1].columns)
    assert [json.loads(piece.payload) for piece in found] == [
        {key: value for key, value in row.items() if value is not None} for row in rows
    ]


def is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(
    st.lists(
        st.text().map(str.encode)
        | st.text("سa", max_size=40).map(str.encode)
        | st.binary(max_size=4)
        | st.sampled_from([b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe0\x9f\xbf"]),
        max_size=8,
    ),
    st.integers(0, 9),
    st.integers(0, 3),
)
def test_utf8_is_told_exactly(parts: list[bytes], before: int, taken: int) -> None:
    """Eight bytes are looked at at once, and characters go over their border."""
    texts = [b"a" * before + b"".join(parts)[: -taken or None], *parts]
    for some in (texts, parts, texts[:1]):
        column = join(some, pa.large_binary())
        assert are_utf8(*buffers(column)) == all(map(is_utf8, some))


ZONE = ZoneInfo("Asia/Beirut")
NAIVE = datetime(2018, 3, 1, 21, 9, 2, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        pytest.param(pa.array([1, None, -(2**63)]), [1, None, -(2**63)], id="int"),
        pytest.param(pa.array([2**64 - 1], pa.uint64()), [2**64 - 1], id="uint64"),
        pytest.param(
            pa.array([1.5, math.nan, math.inf, -math.inf, 1e300]),
            [1.5, None, None, None, 1e300],
            id="float",
        ),
        pytest.param(pa.array([True, None]), [True, None], id="bool"),
        pytest.param(pa.nulls(2), [None, None], id="null"),
        pytest.param(
            pa.array([Decimal(10) ** 30, Decimal("1.50")], pa.decimal128(38, 2)),
            ["1" + "0" * 30 + ".00", "1.50"],
            id="decimal",
        ),
        pytest.param(
            pa.array(["س".encode(), b'"\\\x00\x1f\x0b\x7f']), ["س", '"\\\0\x1f\v\x7f'], id="bytes"
        ),
        pytest.param(pa.array([b"ab"], pa.binary(2)), ["ab"], id="fixed-bytes"),
        pytest.param(pa.array([date(2018, 3, 1)]), ["2018-03-01"], id="date"),
        pytest.param(pa.array([time(1, 2, 3)]), ["01:02:03"], id="time"),
        pytest.param(pa.array([NAIVE]), ["2018-03-01T21:09:02"], id="naive"),
        pytest.param(
            pa.array([datetime(2018, 3, 1, 21, 9, 2, tzinfo=UTC)]),
            ["2018-03-01T21:09:02+00:00"],
            id="utc",
        ),
        pytest.param(
            pa.array([datetime(2018, 7, 1, 21, 9, tzinfo=ZONE)], pa.timestamp("ms", str(ZONE))),
            ["2018-07-01T21:09:00+03:00"],
            id="zone",
        ),
        pytest.param(
            pa.array([1519938542123456789, 1519938542000000000], pa.timestamp("ns")),
            ["2018-03-01T21:09:02.123456789", "2018-03-01T21:09:02"],
            id="nanoseconds",
        ),
        pytest.param(
            pa.array([2**62, 0], pa.timestamp("us")),
            [str(2**62), "1970-01-01T00:00:00"],
            id="time-beyond-the-calendar",
        ),
        pytest.param(pa.array([5], pa.timestamp("us", "No/Where")), ["5"], id="unknown-zone"),
        pytest.param(pa.array([timedelta(1, 1)]), ["1 day, 0:00:01"], id="duration"),
        pytest.param(
            pa.array([[{"a": [1, None]}], [], None]), [[{"a": [1, None]}], [], None], id="nested"
        ),
        pytest.param(
            pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int32())), [[["a", 1]]], id="map"
        ),
        pytest.param(
            pa.array([{"name": "ليلى", "at": NAIVE}]),
            [{"name": "ليلى", "at": "2018-03-01T21:09:02"}],
            id="struct",
        ),
        pytest.param(pa.array(["a", None, "a"]).dictionary_encode(), ["a", None, "a"], id="words"),
        pytest.param(pa.array(["a", None], pa.string_view()), ["a", None], id="view"),
    ],
)
def test_values(column: pa.Array, values: list[Any]) -> None:
    found = objects(column, pa.array(range(len(column))))
    assert [row.get("c0") for row in found] == values
    assert [row["c1"] for row in found] == list(range(len(column)))
    assert all("c0" in row for row, value in zip(found, column, strict=True) if value.is_valid)


def test_what_is_not_utf8_is_refused_by_its_column() -> None:
    texts = pa.array(["a", "b", "c"])
    broken = [b"\xc7\xe1", "ب".encode(), None]
    as_text = pa.StringArray.from_buffers(3, *pa.array(["ab", "ب", "c"]).buffers()[1:])
    found = pieces(parquet(pa.table({"t": texts, "raw": pa.array(broken), "s": as_text})))
    assert refused(found) == [("not-utf8", "column raw: byte 0xC7 at offset 0 is not UTF-8")]
    assert found[0].payload == b'{"t":"a","raw":"\xc7\xe1","s":"ab"}'
    nested = pa.table({"t": texts, "in": pa.array([[value] for value in broken])})
    found = pieces(parquet(nested))
    assert refused(found) == [("not-utf8", "column in: byte 0xC7 at offset 0 is not UTF-8")]
    assert [json.loads(piece.payload) for piece in found[1:]] == [
        {"t": "b", "in": ["ب"]},
        {"t": "c", "in": [None]},
    ]


@pytest.mark.parametrize("columns", [1, 3])
def test_files_without_rows_give_nothing(columns: int) -> None:
    assert pieces(parquet(ARTICLES.slice(0, 0).select(range(columns)))) == []


def test_columns_of_one_name_are_a_repeated_key() -> None:
    table = pa.table([pa.array(["a"]), pa.array(["b"])], ["text", "text"])
    (piece,) = pieces(parquet(table))
    assert piece.payload == b'{"text":"a","text":"b"}'
    decoded = json_lines.decode(
        join([piece.payload], pa.large_binary()), SourceProfile(name="x"), 64
    )
    assert decoded.reasons == ["duplicate-key"]


def test_ten_thousand_columns() -> None:
    table = pa.table({f"c{n}": pa.array(["a", None, "b"]) for n in range(10_000)})
    found = pieces(parquet(table))
    assert [len(json.loads(piece.payload)) for piece in found] == [10_000, 0, 10_000]


def test_rows_over_the_limit_are_refused_and_the_others_stay() -> None:
    table = pa.table({"text": ["a", "x" * 5000, "b"]})
    found = pieces(parquet(table), 100)
    assert [piece.refusal for piece in found] == [None, "too-large", None]
    assert found[1].detail == "5,011 bytes; the limit is 100"
    assert found[1].end - found[1].start == 5011


def test_the_size_is_spent_before_a_row_group_is_read() -> None:
    table = pa.table({"text": ["x" * 1000] * 100})
    data = parquet(table, row_group_size=10, use_dictionary=False)
    found = pieces(data, budget=Budget(size=len(data), max_bytes=40_000, max_ratio=1000))
    assert len(found) == 31
    assert refused(found)[0][0] == "expands-too-far"


def test_values_that_are_written_once_and_meant_often_are_spent() -> None:
    """A dictionary makes a bomb of little that unpacks."""
    data = bomb(100_000, 20_000)
    budget = Budget(size=len(data), max_bytes=1 << 40, max_ratio=100)
    found = pieces(data, budget=budget)
    assert refused(found)[-1][0] == "expands-too-far"
    assert found[-1].end < 100_000_000


def test_rows_before_the_damage_are_kept() -> None:
    data = bytearray(parquet(ARTICLES, row_group_size=100, compression="snappy"))
    file = pq.ParquetFile(io.BytesIO(bytes(data)))
    place = file.metadata.row_group(5).column(2).data_page_offset
    data[place : place + 40] = b"\xff" * 40
    *rows, last = pieces(bytes(data))
    assert len(rows) == 500
    assert last.refusal == "unreadable"
    assert (last.detail or "").startswith("the Parquet file is damaged in row group 5: ")


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "only-its-mark": lambda data: data[:4],
    "cut-in-the-middle": lambda data: data[: len(data) // 2],
    "without-its-end": lambda data: data[:-1],
    "garbage-footer": lambda data: data[:-200] + b"\xff" * 192 + data[-8:],
    "long-footer": lambda data: data[:-8] + b"\xff\xff\xff\x7fPAR1",
    "negative-footer": lambda data: data[:-8] + b"\xff\xff\xff\xffPAR1",
    "encrypted": lambda data: data[:-4] + b"PARE",
}


@pytest.mark.parametrize("break_it", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused(break_it: Callable[[bytes], bytes]) -> None:
    (piece,) = pieces(break_it(parquet(ARTICLES)))
    assert piece.refusal == "unreadable"
    detail = piece.detail or ""
    assert detail.startswith("the Parquet file is damaged: ")
    assert detail.isprintable()
    assert len(detail) < 300


def test_a_file_that_cannot_be_held_is_refused() -> None:
    fault = RejectRecord("it ends early", reason="truncated")
    stream = Stream(io.BytesIO(parquet(ARTICLES)))
    stream.fault = fault
    assert refused(list(PARQUET.split(stream, LONGEST))) == [("truncated", "it ends early")]


def damaged(data: bytes, seed: int) -> bytes:
    chance = random.Random(seed)
    found = bytearray(data)
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    for _ in range(chance.choice([1, 1, 2, 5, 30])):
        low = footer if chance.random() < 0.6 else 4
        at = chance.randrange(low, len(found) - 4)
        kind = chance.randrange(4)
        if kind == 0:
            found[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            found[at] = chance.choice([0, 1, 0x7F, 0x80, 0xFF])
        elif kind == 2:
            found[at : at + 4] = chance.randbytes(4)
        else:
            del found[at : at + chance.randrange(1, 9)]
    return bytes(found)


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_no_damage_raises(compression: str) -> None:
    table = ARTICLES.slice(0, 300).append_column(
        "more", pa.array([{"a": [n, None], "d": Decimal(n)} for n in range(300)])
    )
    data = parquet(table, row_group_size=100, compression=compression)
    for seed in range(200):
        found = pieces(damaged(data, seed), budget=Budget(size=1, max_bytes=1 << 24, max_ratio=1))
        reasons = {piece.refusal for piece in found}
        assert reasons <= {None, "not-utf8", "unreadable", "expands-too-far"}


@pytest.mark.parametrize("encoding", ["dictionary", "DELTA_BYTE_ARRAY"])
def test_memory_stays_bounded(encoding: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    options = {} if encoding == "dictionary" else {"column_encoding": encoding}
    data = bomb(16_000_000, 50, use_dictionary=not options, **options)
    found = pieces(data, budget=Budget(size=len(data), max_bytes=1 << 40, max_ratio=100))
    assert refused(found)[-1][0] == "expands-too-far"
    assert len(found) < 10, "more rows were read at a time than can be held"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_500_000
