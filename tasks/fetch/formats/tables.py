"""Tables as text (CSV, TSV): a row of column names, then one article per row."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.errors import RejectRecord, StopRun
from tasks.fetch.formats.column_names import fold
from tasks.fetch.formats.content import BOM, buffers, not_utf8, suffix_of, views
from tasks.fetch.formats.magic import has_magic
from tasks.fetch.formats.pieces import DECODED, Decoded, Format, Overflow, Piece, too_large
from tasks.fetch.formats.table_fields import DELIMITERS, Header, TableReader, begin, find_header
from tasks.fetch.formats.table_kernel import RowFinder, Rows
from tasks.fetch.streams import HEAD, Stream
from tasks.sources import FieldNames, SourceProfile
from tasks.text.mojibake import readings_of

SUFFIXES: Final = frozenset({".csv", ".tsv", ".tab"})

_USUAL: Final = frozenset(fold(name) for _, names in FieldNames() for name in names)
_LONGEST_NAME: Final = 64
_FEWEST_NAMES: Final = 2
_MARKUP: Final = (b"{", b"[", b"<")
_LINE_END: Final = re.compile(rb"[\r\n]")

_AT_ONCE: Final = 4 * 1024 * 1024
"""Bytes of rows that Arrow parses at a time: it holds them three times over."""

_STRAY: Final = (
    "text stands behind a closing quote at byte {:,} of the row; "
    "quotes inside a cell are written twice, or with a backslash before each"
)

_NO_ROW: Final = "it is not one row with as many cells as the header"


def sniff(name: str, head: bytes) -> bool:
    """Whether the file is a table by its name, or its first line holds usual names of fields."""
    if head.removeprefix(BOM).lstrip().startswith(_MARKUP):
        return False
    if suffix_of(name) in SUFFIXES:
        return not has_magic(head)
    line = head[begin(head) :].partition(b"\n")[0].partition(b"\r")[0]
    # Nearly all prose has none of the delimiters in its first line, and ends here.
    return any(delimiter in line and _are_names(line.split(delimiter)) for delimiter in DELIMITERS)


def _are_names(cells: list[bytes]) -> bool:
    names = [cell.decode(errors="replace").strip(' \t"') for cell in cells]
    if max(map(len, names)) > _LONGEST_NAME:
        return False
    usual = {fold(each) for name in names for each in (name, *readings_of(name))} & _USUAL
    return len(usual) >= _FEWEST_NAMES


def split(stream: Stream, longest: int) -> Iterator[Piece]:
    """Yield the rows under the first that are not blank; one with other cells than it is refused.

    Of a row over ``longest`` bytes only its head is kept. A quote that is still open there or at
    the end is refused with its line, and the next line begins a row.
    """
    head = stream.head()
    header = find_header(head, ended=len(head) < HEAD and stream.fault is None)
    if header is None:
        yield from _refuse_whole(stream, begins=begin(head))
        return
    cutter = Cutter(header, longest)
    for data in iter(stream.read, b""):
        yield from cutter.cut(data)
    if stream.fault is None:
        yield from cutter.cut(b"\n", final=True)
    else:
        yield from cutter.end(stream.fault)


def _refuse_whole(stream: Stream, begins: int) -> Iterator[Piece]:
    """Refuse a table whose first row has no end, unless there is nothing but blanks."""
    whole = Overflow(start=0)
    for data in iter(stream.read, b""):
        whole.add(data)
    fault = stream.fault
    if whole.size > max(begins, HEAD - 1):
        problem = f"the first row, which names the columns, has no end within {HEAD:,} bytes"
        yield whole.piece("not-csv", problem)
    elif whole.size > begins and fault is None:
        yield whole.piece("not-csv", "a quote opens in the first row and is never closed")
    elif fault is not None:
        yield whole.piece(fault.reason, fault.problem)
        return
    if fault is not None:
        yield Piece(b"", whole.size, whole.size, fault.reason, fault.problem)


class Cutter:
    """Cuts the chunks of one table, as they come, into rows.

    Between an open quote and the place where the cutter gives it up, quotes stand in pairs only, so
    when the lines in between are read as rows, none of them is open there for longer than a line:
    no byte is read more than a few times, however many quotes are not closed.
    """

    def __init__(self, header: Header, longest: int) -> None:
        self._told = header
        self._header = header.written(escapes=header.escapes)
        self._width = len(header.columns)
        self._longest = longest
        self._finder = RowFinder(header.delimiter, longest, escapes=header.escapes)
        self._finder.restart(header.end)
        self._data = b""
        self._at = 0
        self._overflow: Overflow | None = None

    def cut(self, data: bytes, *, final: bool = False) -> Iterator[Piece]:
        """Yield the rows that end in the chunk; the ``final`` one is a line feed of ours."""
        self._take(data)
        if self._overflow is not None:
            yield from self._skip(self._overflow, final=final)
        while self._overflow is None:
            while rows := self._finder.find(self._data):
                self._header = self._told.written(escapes=self._finder.escapes)
                yield from self._pieces(rows)
            if self._finder.is_over or (final and self._finder.quote is not None):
                yield from self._give_up(final=final)
            else:
                break

    def end(self, fault: RejectRecord) -> Iterator[Piece]:
        """Yield what is left where the stream ended early."""
        self._take(b"")
        if self._overflow is not None:
            yield self._too_large(self._overflow)
        end = self._at + len(self._data)
        yield Piece(self._data, self._at, end, fault.reason, fault.problem, header=self._header)

    def _take(self, data: bytes) -> None:
        done = len(self._data)
        if self._overflow is None:
            done = min(done, self._finder.row)
        self._data = self._data[done:] + data
        self._at += done
        self._finder.move(done)

    def _pieces(self, rows: Rows) -> Iterator[Piece]:
        at, data, width, header = self._at, self._data, self._width, self._header
        for start, end, cells, stray in zip(*rows, strict=True):
            piece = Piece(data[start:end], at + start, at + end, None, None, None, header)
            if stray >= 0:
                detail = _STRAY.format(stray - start + 1)
                piece = piece._replace(refusal="not-csv", detail=detail)
            elif cells != width:
                detail = f"{cells:,} cell{'s'[: cells > 1]} where the header has {width:,}"
                piece = piece._replace(refusal="ragged-row", detail=detail)
            yield piece

    def _give_up(self, *, final: bool) -> Iterator[Piece]:
        finder = self._finder
        row, quote = finder.row, finder.quote
        line = _LINE_END.search(self._data, quote, finder.place) if quote is not None else None
        if line is None or quote is None:
            self._overflow = Overflow(self._at + row)
            yield from self._skip(self._overflow, final=final)
            return
        detail = f"a quote opens at byte {quote - row + 1:,} of the row and is never closed"
        end = line.start()
        at, payload = self._at, self._data[row:end]
        yield Piece(payload, at + row, at + end, "not-csv", detail, None, self._header)
        finder.restart(end)

    def _skip(self, overflow: Overflow, *, final: bool) -> Iterator[Piece]:
        end = self._finder.skip(self._data)
        if end is None and final:
            end = len(self._data) - 1
        overflow.add(self._data[max(self._finder.row, 0) : end])
        if end is not None:
            yield self._too_large(overflow)
            self._finder.restart(end)

    def _too_large(self, overflow: Overflow) -> Piece:
        self._overflow = None
        piece = overflow.piece("too-large", too_large(overflow.size, self._longest))
        return piece._replace(header=self._header)


def decode(
    payloads: pa.LargeBinaryArray,
    profile: SourceProfile,
    _deepest: int,
    header: str | None = None,
) -> Decoded:
    """Read each payload as one row of the table with that header, by the profile's names.

    Arrow parses ``_AT_ONCE`` bytes at a time, and row by row only where it finds other rows. Raises
    :class:`StopRun` without a header.
    """
    if header is None:
        raise StopRun("The raw zone holds rows of a table without the names of its columns")
    decoded = Decoded()
    reader = TableReader(header, profile.fields)
    tables = [_NOTHING]
    for first, some in _groups(payloads):
        rows = dict(enumerate(views(some), first))
        table = reader.read(rows.values()) if _is_utf8(some) else None
        if table is None:
            rows = _sound_rows(rows, reader, decoded)
            table = reader.read(rows.values())
        if table is not None:
            tables.append(_with_text(decoded, list(rows), table, reader))
            continue
        for row in rows:
            decoded.refuse(row, "not-csv", _NO_ROW)
    whole = pa.concat_tables(table.select(DECODED) for table in tables)
    decoded.columns = dict(zip(whole.column_names, whole.columns, strict=True))
    return decoded


_NOTHING: Final = pa.table(
    {name: pa.array([], pa.large_string() if name == "text" else pa.string()) for name in DECODED}
)


def _groups(payloads: pa.LargeBinaryArray) -> Iterator[tuple[int, pa.LargeBinaryArray]]:
    """Yield the place of the first and the rows, about ``_AT_ONCE`` bytes of them."""
    _, offsets = buffers(payloads)
    first = 0
    while first < len(payloads):
        end = int(np.searchsorted(offsets, offsets[first] + _AT_ONCE, side="right")) - 1
        end = max(end, first + 1)
        yield first, payloads[first:end]
        first = end


def _is_utf8(payloads: pa.LargeBinaryArray) -> bool:
    try:
        payloads.cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _sound_rows(
    rows: dict[int, memoryview], reader: TableReader, decoded: Decoded
) -> dict[int, memoryview]:
    sound = {}
    for row, payload in rows.items():
        try:
            str(payload, "utf-8")
        except UnicodeDecodeError as error:
            decoded.refuse(row, "not-utf8", not_utf8(error))
            continue
        if reader.is_row(payload):
            sound[row] = payload
        else:
            decoded.refuse(row, "not-csv", _NO_ROW)
    return sound


def _with_text(decoded: Decoded, rows: list[int], table: pa.Table, reader: TableReader) -> pa.Table:
    """Return the rows that have a text, and refuse the others."""
    has_text = pc.is_valid(table["text"])
    bare = np.flatnonzero(~np.asarray(has_text))
    for place, told in zip(bare.tolist(), table.take(bare).to_pylist(), strict=True):
        detail = reader.describe_no_text()
        decoded.refuse(
            rows[place], "no-text", detail, native_id=told["native_id"], source=told["source"]
        )
    if not len(bare):
        decoded.rows += rows
        return table
    decoded.rows += np.array(rows)[np.asarray(has_text)].tolist()
    return table.filter(has_text)


TABLES: Final = Format(name="csv", sniff=sniff, split=split, decode=decode)
