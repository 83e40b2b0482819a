"""From the rows of a table to the fields of a record, by the column names of a profile."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from tasks.fetch.formats.column_names import places_of
from tasks.fetch.formats.content import BOM
from tasks.fetch.formats.pieces import FIELD_OF
from tasks.fetch.formats.table_kernel import RowFinder, Rows
from tasks.fetch.wording import describe_no_text, shorten
from tasks.sources import FieldNames

DELIMITERS: Final = (b",", b";", b"\t", b"|")

NULLS: Final = ("", "NULL", "null", "nan", "NaN", "None", "N/A", r"\N")
"""What programs write where there is no value; in quotes it is a value."""

_BEFORE: Final = re.compile(rb"(?:[ \t\v\f]*[\r\n])*(?:sep=[,;\t|]\r?\n)?")
"""Blank lines, and the line by which Excel is told the delimiter."""

_TRIMMED: Final = frozenset({"source", "native_id", "url"})


@dataclass(frozen=True, slots=True)
class Header:
    """The first row: the names of the columns as they are written, and where the row ends.

    ``escapes`` says that in the first rows of the table a backslash takes the next byte as it is.
    """

    columns: list[str]
    delimiter: bytes
    end: int
    escapes: bool = False

    def written(self, *, escapes: bool) -> str:
        """Return what reading a row takes, as JSON; ``escapes`` as for the row itself."""
        told: dict[str, Any] = {"columns": self.columns, "delimiter": self.delimiter.decode()}
        return orjson.dumps(told | ({"escapes": True} if escapes else {})).decode()


def find_header(head: bytes, *, ended: bool) -> Header | None:
    """Return the first row, cut by the delimiter that makes most cells of it.

    Null when it has no end in ``head``, which is the whole table when ``ended``.
    """
    start = begin(head)
    data = head + b"\n" if ended else head
    found = []
    for rank, delimiter in enumerate(DELIMITERS):
        finder = RowFinder(delimiter, longest=len(data))
        finder.restart(start)
        rows = finder.find(data)
        while finder.find(data):  # whether there are escapes further on
            pass
        # A row of one cell is cut by none of them, and read with commas.
        if rows is not None and (rows.cells[0] > 1 or rank == 0):
            found.append((rows.cells[0], -rank, rows.ends[0], finder.escapes))
    if not found:
        return None
    _, rank, end, escapes = max(found)
    delimiter = DELIMITERS[-rank]
    columns = read_row(
        data[start:end].decode(errors="replace"), delimiter.decode(), escapes=escapes
    )
    return Header(columns, delimiter, end, escapes)


def read_row(row: str, delimiter: str, *, escapes: bool) -> list[str]:
    """Return the cells of one row, by the standard library; raises ``csv.Error``."""
    (cells,) = csv.reader([row], delimiter=delimiter, escapechar="\\" if escapes else None)
    return cells


def begin(head: bytes) -> int:
    """Return where the first row begins: after a byte order mark and what is no row."""
    mark = len(BOM) if head.startswith(BOM) else 0
    before = _BEFORE.match(head, mark)
    return before.end() if before else mark


class TableReader:
    """Reads the rows of one header by one profile."""

    def __init__(self, header: str, names: FieldNames) -> None:
        told = orjson.loads(header)
        self._names = names
        self._header: list[str] = told["columns"]
        self._plan = _make_plan(self._header, names)
        columns = [str(place) for place in range(len(told["columns"]))]
        used = {place: pa.string() for places in self._plan.values() for place in places}
        used |= dict.fromkeys(self._plan["text"], pa.large_string())
        self._columns = columns
        self._delimiter = told["delimiter"].encode()
        self._escapes = told.get("escapes", False)
        self._parse = pv.ParseOptions(
            delimiter=told["delimiter"],
            newlines_in_values=True,
            escape_char="\\" if self._escapes else False,
        )
        # Of other bytes a backslash is no escape: Arrow would make «n» of «\\n».
        special = re.escape(b'\\"\r\n' + self._delimiter)
        self._other_backslash = re.compile(rb"(\\[%s])|(\\)" % special)
        self._convert = pv.ConvertOptions(
            column_types=used,
            include_columns=list(used) or columns[:1],
            check_utf8=False,
            null_values=NULLS,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )

    def describe_no_text(self) -> str:
        """Return why a row has no text: its cell is null, or there is no column of that name."""
        places = self._plan["text"]
        if not places:
            return describe_no_text(self._names.text, self._header)
        return f"nothing stands under {shorten(', '.join(self._header[int(at)] for at in places))}"

    def is_row(self, payload: memoryview) -> bool:
        """Whether it is one whole row with as many cells as the header."""
        finder = RowFinder(self._delimiter, longest=len(payload), escapes=self._escapes)
        whole = Rows([0], [len(payload)], [len(self._columns)], [-1])
        return finder.find(bytes(payload) + b"\n") == whole

    def read(self, rows: Iterable[memoryview]) -> pa.Table | None:
        """Return the columns of ``DECODED``, null when these are not as many sound rows.

        The rows are UTF-8. A text is null where no column has one, ``""`` where it is blank.
        """
        # A blank line before: Arrow takes a byte order mark off the first. A line end behind: in
        # a last row without, an empty cell behind a quoted one is not null to Arrow.
        parts = [memoryview(b""), *rows, memoryview(b"")]
        data = b"\n".join(parts)
        if self._escapes:
            data = self._other_backslash.sub(rb"\1\2\2", data)
        try:
            cells = pv.read_csv(
                pa.BufferReader(data),
                pv.ReadOptions(
                    use_threads=False, block_size=len(data) + 1, column_names=self._columns
                ),
                self._parse,
                self._convert,
            )
        except pa.ArrowInvalid:
            return None
        if len(cells) != len(parts) - 2:
            return None
        fields = {column: self._field(column, cells) for column in FIELD_OF if column != "text"}
        return pa.table(fields | {"text": self._text(cells)})

    def _field(self, column: str, cells: pa.Table) -> pa.ChunkedArray:
        found = pa.chunked_array([pa.nulls(len(cells), pa.string())])
        for rank, place in enumerate(self._plan[column]):
            values = _unless_blank(cells[place]).cast(pa.string())
            found = pc.coalesce(found, values) if rank else values
        return pc.utf8_trim_whitespace(found) if column in _TRIMMED else found

    def _text(self, cells: pa.Table) -> pa.ChunkedArray:
        texts = [cells[place] for place in self._plan["text"]]
        if not texts:
            return pa.chunked_array([pa.nulls(len(cells), pa.large_string())])
        told = [_unless_blank(text) for text in texts]
        found = told[0] if len(told) == 1 else pc.coalesce(*told)
        if not found.null_count:
            return found
        blank = pc.if_else(pc.is_valid(pc.coalesce(*texts)), "", None).cast(pa.large_string())
        return pc.coalesce(found, blank)


def _make_plan(columns: list[str], names: FieldNames) -> dict[str, tuple[str, ...]]:
    """Return where the values of each field stand: the places of columns, as text."""
    wanted = [name for key in FIELD_OF.values() for name in getattr(names, key)]
    found = places_of(columns, wanted)
    plan: dict[str, tuple[str, ...]] = {}
    for field, key in FIELD_OF.items():
        paths: tuple[str, ...] = getattr(names, key)
        places = map(found.get, paths)
        plan[field] = tuple({str(place): None for place in places if place is not None})
    return plan


def _unless_blank(values: pa.ChunkedArray) -> pa.ChunkedArray:
    blank = pc.or_(pc.equal(values, ""), pc.utf8_is_space(values))
    return pc.if_else(blank, None, values) if pc.any(blank).as_py() else values
