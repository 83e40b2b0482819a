"""Parquet: every row as a JSON object, its columns as the keys.

A null is left out; what JSON has no type for is a string: times in ISO 8601, decimals, bytes that
are UTF-8. NaN and infinity are null. A row's place is that of its JSON in all rows' JSON one after
the other: it has no bytes of its own in the file.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as kinds

from tasks.errors import RejectRecord
from tasks.fetch.formats.content import buffers, not_utf8, views
from tasks.fetch.formats.json_kernel import are_utf8, quote_strings
from tasks.fetch.formats.json_lines import decode
from tasks.fetch.formats.pieces import Format, Overflow, Piece, too_large
from tasks.fetch.streams import Stream
from tasks.fetch.wording import shorten

_MAGIC: Final = b"PAR1"
_PAGE_HEADER: Final = 18
_DICTIONARY: Final = 2
"""The bytes of a page's header that are looked at, and its type when it is a dictionary."""

_MOST_READ: Final = 128
_MOST_ROWS: Final = 1024
"""Rows that are read, and written, at a time."""

_BATCH_BYTES: Final = 4 * 1024 * 1024
"""Bytes that are read, by what the file says of its rows, and written at a time."""

_REPEATED_BYTES: Final = 64 * 1024 * 1024
"""What the rows that are read at a time may grow to by values that are stored once."""

_BUFFER: Final = 256 * 1024
"""Bytes that are read of each column at a time; without, a whole column of a row group is."""

_LONGEST_STRING: Final = 64 * 1024 * 1024
_LONGEST_LIST: Final = 200_000
"""What a file may say about itself: columns, row groups, and the Arrow schema as a string."""

_DAMAGE: Final = (pa.ArrowException, OSError, MemoryError, ValueError, OverflowError, KeyError)
"""What pyarrow raises for files that are damaged, encrypted or not implemented."""


class _Rows(NamedTuple):
    """Some rows: the members of each one's JSON, a comma behind each, and what is wrong."""

    members: pa.LargeBinaryArray
    faults: dict[int, RejectRecord]


def sniff(_name: str, head: bytes) -> bool:
    """Whether the file begins with Parquet's mark."""
    return head.startswith(_MAGIC)


def split(stream: Stream, longest: int) -> Iterator[Piece]:
    """Yield every row as JSON; what cannot be read ends the rows with one refusal.

    Before a row group is read, the size that it says to have is spent from the stream's budget;
    while it is read, what its rows are longer than that.
    """
    at = 0
    try:
        source = stream.whole()
        file = _open(source)
        for group in range(file.num_row_groups):
            size = max(_look_at(file, group).total_byte_size, 0)
            stream.budget.spend(size)
            most = _rows_at_once(file, group, source)
            for rows in _read_group(file, group, most):
                begun = at
                for piece in _pieces(rows, at, longest):
                    at = piece.end
                    yield piece
                size -= at - begun
                stream.budget.spend(max(-size, 0))
                size = max(size, 0)
    except RejectRecord as fault:
        yield Piece(b"", at, at, fault.reason, fault.problem)


def _open(source: BinaryIO) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(
            source,
            buffer_size=_BUFFER,
            pre_buffer=False,
            thrift_string_size_limit=_LONGEST_STRING,
            thrift_container_size_limit=_LONGEST_LIST,
            page_checksum_verification=True,
        )
        columns = len(file.schema_arrow.names)
    except _DAMAGE as error:
        raise _damaged("the Parquet file is damaged", error) from error
    if columns == 0:
        raise RejectRecord("the Parquet file has no columns", reason="unreadable")
    return file


def _damaged(where: str, error: BaseException) -> RejectRecord:
    return RejectRecord(f"{where}: {shorten(str(error))}", reason="unreadable")


def _look_at(file: pq.ParquetFile, group: int) -> pq.RowGroupMetaData:
    try:
        return file.metadata.row_group(group)
    except _DAMAGE as error:
        raise _damaged(f"the Parquet file is damaged in row group {group}", error) from error


def _rows_at_once(file: pq.ParquetFile, group: int, source: BinaryIO) -> int:
    """Return how many rows are read at a time, so that they can be held.

    Each row may have the largest value of a dictionary that is stored once.
    """
    told = _look_at(file, group)
    try:
        # In pyarrow 26 ``column`` ends the process for a damaged column, which this raises before.
        if not any(file.iter_batches(batch_size=1, row_groups=[group], use_threads=False)):
            return 1
        repeated = sum(
            _repeated_bytes(column, source)
            for column in map(told.column, range(told.num_columns))
            if column.physical_type in ("BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")
        )
    except _DAMAGE as error:
        raise _damaged(f"the Parquet file is damaged in row group {group}", error) from error
    each = max(told.total_byte_size, 1) / max(told.num_rows, 1)
    return max(int(min(_MOST_READ, _BATCH_BYTES / each, _REPEATED_BYTES / max(repeated, 1))), 1)


def _repeated_bytes(column: pq.ColumnChunkMetaData, source: BinaryIO) -> int:
    """Return the most bytes of a column that may be meant by every row."""
    if any(encoding.startswith("DELTA") for encoding in column.encodings):
        return max(int(column.total_uncompressed_size), 0)
    places = [column.data_page_offset]
    if column.has_dictionary_page and column.dictionary_page_offset > 0:
        places.append(column.dictionary_page_offset)
    source.seek(max(min(places), 0))
    return _size_of_dictionary(source.read(_PAGE_HEADER))


def _size_of_dictionary(header: bytes) -> int:
    """Return the size, packed or not, of the page with that header; 0 when it is another kind.

    The first fields of Parquet's PageHeader in Thrift's compact protocol: the type and the sizes
    without and with compression, each a byte 0x15 and a zigzag varint.
    """
    values: list[int] = []
    at = 0
    while at < len(header) and header[at] == 0x15 and len(values) < 3:
        value = shift = 0
        for byte in header[at + 1 : at + 6]:
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        values.append(value >> 1)
        at += 1
    return max(values[1:], default=0) if values[:1] == [_DICTIONARY] else 0


def _read_group(file: pq.ParquetFile, group: int, most: int) -> Iterator[_Rows]:
    try:
        held: list[pa.RecordBatch] = []
        size = 0
        for batch in file.iter_batches(batch_size=most, row_groups=[group], use_threads=False):
            held.append(batch)
            size += batch.nbytes
            if size >= _BATCH_BYTES or len(held) * most >= _MOST_ROWS:
                yield from _write_all(held)
                held.clear()
                size = 0
        if held:
            yield from _write_all(held)
    except _DAMAGE as error:
        raise _damaged(f"the Parquet file is damaged in row group {group}", error) from error


def _write_all(held: list[pa.RecordBatch]) -> Iterator[_Rows]:
    large = held[-1].nbytes > _BATCH_BYTES
    for batch in held if large else [pa.concat_batches(held)]:
        step = max(int(_BATCH_BYTES * batch.num_rows / max(batch.nbytes, 1)), 1)
        for first in range(0, batch.num_rows, step):
            yield _write(batch.slice(first, step))


def _write(batch: pa.RecordBatch) -> _Rows:
    faults: dict[int, RejectRecord] = {}
    members = [
        _members(name, column, faults)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    # Not null_handling="skip": of pyarrow 26 it leaves out rows that are null throughout.
    nothing = pa.scalar(b"", pa.large_binary())
    joined = pc.binary_join_element_wise(
        *members, nothing, null_handling="replace", null_replacement=""
    )
    return _Rows(joined, faults)


def _pieces(rows: _Rows, at: int, longest: int) -> Iterator[Piece]:
    for row, members in enumerate(views(rows.members)):
        payload = b"".join((b"{", members[:-1], b"}"))
        end = at + len(payload)
        if row in rows.faults:
            yield Piece(payload, at, end, rows.faults[row].reason, rows.faults[row].problem)
        elif len(payload) > longest:
            overflow = Overflow(at)
            overflow.add(payload)
            yield overflow.piece("too-large", too_large(overflow.size, longest))
        else:
            yield Piece(payload, at, end)
        at = end


def _members(name: str, column: pa.Array, faults: dict[int, RejectRecord]) -> pa.Array:
    """Return ``"name":value,`` of each row, null where the value is.

    Rows whose value cannot be read are noted. Strings go a column at a time, other values one by
    one.
    """
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    key = orjson.dumps(name) + b":"
    if _is_text(column.type):
        texts = column.cast(pa.large_binary())
        if not are_utf8(*buffers(texts)):
            _note_broken(name, texts, faults)
        return _quote(key, texts)
    values = _dump_all(name, column, faults)
    return pa.array([value and b"%b%b," % (key, value) for value in values], pa.large_binary())


def _is_text(kind: pa.DataType) -> bool:
    return any(
        is_kind(kind)
        for is_kind in (
            kinds.is_string,
            kinds.is_binary,
            kinds.is_large_string,
            kinds.is_large_binary,
            kinds.is_string_view,
            kinds.is_binary_view,
            kinds.is_fixed_size_binary,
        )
    )


def _note_broken(name: str, texts: pa.LargeBinaryArray, faults: dict[int, RejectRecord]) -> None:
    for row, value in enumerate(texts.to_pylist()):
        try:
            (value or b"").decode()
        except UnicodeDecodeError as error:
            faults[row] = _in_column(name, error)


def _in_column(name: str, error: UnicodeDecodeError) -> RejectRecord:
    return RejectRecord(f"column {shorten(name)}: {not_utf8(error)}", reason="not-utf8")


def _quote(key: bytes, texts: pa.LargeBinaryArray) -> pa.Array:
    data, offsets = quote_strings(*buffers(texts), key)
    valid = pc.is_valid(texts).buffers()[1] if texts.null_count else None
    parts = [valid, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_binary(), len(texts), parts)


def _dump_all(name: str, column: pa.Array, faults: dict[int, RejectRecord]) -> list[bytes | None]:
    """Return each value as JSON."""
    try:
        return [_dump(value) for value in column.to_pylist()]
    except (*_DAMAGE, orjson.JSONEncodeError):
        return [_dump_or_note(name, row, value, faults) for row, value in enumerate(column)]


def _dump(value: object) -> bytes | None:
    return None if value is None else orjson.dumps(value, default=_as_text)


def _dump_or_note(
    name: str, row: int, value: pa.Scalar, faults: dict[int, RejectRecord]
) -> bytes | None:
    try:
        return _dump(value.as_py())
    except UnicodeDecodeError as error:
        faults[row] = _in_column(name, error)
    except (*_DAMAGE, orjson.JSONEncodeError) as error:
        if isinstance(error.__cause__, UnicodeDecodeError):
            faults[row] = _in_column(name, error.__cause__)
            return None
        number = getattr(value, "value", None)  # A time before the year 1, or in no known zone.
        if isinstance(number, int):
            return orjson.dumps(str(number))
        faults[row] = _damaged(f"column {shorten(name)} cannot be read", error)
    return None


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode()
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)


PARQUET: Final = Format(
    name="parquet", sniff=sniff, split=split, decode=decode, recoded=False, binary=True
)
