"""JSON Lines: one object per line; only a line feed ends a line."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa

from tasks.errors import RejectRecord
from tasks.fetch.formats.content import BOM, buffers, join, not_utf8, suffix_of, views
from tasks.fetch.formats.json_fields import FieldReader
from tasks.fetch.formats.json_kernel import measure_lines
from tasks.fetch.formats.pieces import DECODED, Decoded, Format, Overflow, Piece, too_large
from tasks.fetch.formats.plain_objects import read_plain_objects
from tasks.fetch.formats.wrappers import (
    SPREAD,
    begins_list,
    begins_object,
    describe_without_text,
    first_object,
    is_wrapper,
    kind_of,
    start_of,
)
from tasks.fetch.streams import HEAD, Stream
from tasks.fetch.wording import shorten
from tasks.sources import SourceProfile

SUFFIXES: Final = frozenset({".jsonl", ".ndjson", ".jsonlines"})

_AT_ONCE: Final = 256
"""Objects that are held at a time: more do not stay in the processor's cache."""

_FEW: Final = 256
"""Objects that are read one by one: that takes less time than loading the kernels, and much less
than compiling them in a first run."""

_NOT_A_NUMBER: Final = re.compile(r"-?(?:NaN|Infinity)")
_NESTED: Final = (dict, list)


def sniff(name: str, head: bytes) -> bool:
    """Whether the file is JSON Lines by its name, or most lines of its head are JSON objects.

    A list of objects, a wrapper that is alone on its line, and an object over several lines are
    not, whatever the name.
    """
    body = start_of(head)
    named = suffix_of(name) in SUFFIXES
    if not (named or body.startswith(b"{")) or SPREAD.match(body) or begins_list(body):
        return False
    lines = body.split(b"\n")
    cut = lines.pop() if len(head) == HEAD else b""
    lines = [line for line in lines if line and not line.isspace()]
    if len(lines) <= 1 and is_wrapper(head):
        return False
    if named:
        return True
    if not lines:
        return begins_object(body) and first_object(cut) is None
    return sum(map(_is_object, lines)) * 2 > len(lines)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def split(stream: Stream, longest: int) -> Iterator[Piece]:
    """Yield the lines that are not blank; of one over ``longest`` bytes, only its head."""
    rest = b""
    at = 0
    data = stream.read()
    while data:
        lines = (rest + data).split(b"\n")
        rest = lines.pop()
        for line in lines:
            end = at + len(line)
            if len(line) > longest:
                yield _too_large(line, at, longest)
            elif line and not line.isspace():
                yield Piece(line, at, end)
            at = end + 1
        data = b""
        if len(rest) > longest:
            overflow = Overflow(at)
            overflow.add(rest)
            rest, data = b"", _skip_line(stream, overflow)
            yield overflow.piece("too-large", too_large(overflow.size, longest))
            at += overflow.size + 1
        data = data or stream.read()
    if stream.fault is not None:
        yield Piece(rest, at, at + len(rest), stream.fault.reason, stream.fault.problem)
    elif rest and not rest.isspace():
        yield Piece(rest, at, at + len(rest))


def _too_large(line: bytes, at: int, longest: int) -> Piece:
    overflow = Overflow(at)
    overflow.add(line)
    return overflow.piece("too-large", too_large(overflow.size, longest))


def _skip_line(stream: Stream, overflow: Overflow) -> bytes:
    """Take in the rest of the line, and return what was read beyond it."""
    while data := stream.read():
        line, newline, beyond = data.partition(b"\n")
        overflow.add(line)
        if newline:
            return beyond
    return b""


def decode(
    payloads: pa.LargeBinaryArray,
    profile: SourceProfile,
    deepest: int,
    _header: str | None = None,
) -> Decoded:
    """Read each payload as one JSON object, by the paths of the profile."""
    reader = FieldReader(profile.fields)
    read = decode_each if len(payloads) < _FEW else decode_together
    return read(payloads, reader, deepest)


def decode_together(payloads: pa.LargeBinaryArray, reader: FieldReader, deepest: int) -> Decoded:
    """Read flat objects together, in a fifth of the time, and the others one by one."""
    plain = read_plain_objects(payloads, reader)
    if len(plain.rows) == len(payloads) > 0:
        return Decoded(plain.rows.tolist(), dict(plain.columns))
    if not len(plain.rows):
        return decode_each(payloads, reader, deepest)
    rest = np.setdiff1d(np.arange(len(payloads)), plain.rows, assume_unique=True)
    decoded = decode_each(payloads.take(pa.array(rest)), reader, deepest)
    decoded.refused_rows = rest[decoded.refused_rows].tolist()
    rows = np.concatenate([plain.rows, rest[np.array(decoded.rows, np.int64)]])
    order = np.argsort(rows)
    decoded.rows = rows[order].tolist()
    decoded.columns = {
        name: pa.chunked_array([column, *decoded.columns[name].chunks]).take(pa.array(order))
        for name, column in plain.columns.items()
    }
    return decoded


def decode_each(payloads: pa.LargeBinaryArray, reader: FieldReader, deepest: int) -> Decoded:
    """Read the payloads one by one, as orjson parses them, their fields a column at a time."""
    decoded = Decoded()
    texts: list[bytes] = []
    tables = [pa.table({name: pa.array([], pa.string()) for name in DECODED if name != "text"})]
    pairs, depths = measure_lines(*buffers(payloads))
    shapes = zip(views(payloads), pairs.tolist(), depths.tolist(), strict=True)
    for first in range(0, len(payloads), _AT_ONCE):
        some = list(islice(shapes, _AT_ONCE))
        parsed = [_parse_or_refuse(*shape, deepest) for shape in some]
        records = [record for record in parsed if isinstance(record, dict)]
        lines = [
            line
            for (line, *_), record in zip(some, parsed, strict=True)
            if isinstance(record, dict)
        ]
        table = pa.table(reader.columns(records, lines))
        kept = []
        for row, record in enumerate(parsed, first):
            if isinstance(record, RejectRecord):
                decoded.refuse(row, record.reason, record.problem)
                continue
            kept.append((text := reader.text(record)) is not None)
            if text is None:
                detail = describe_without_text(record, reader.names.text)
                _refuse_without_text(decoded, row, table.slice(len(kept) - 1, 1), detail)
            else:
                decoded.rows.append(row)
                texts.append(text.encode())
        tables.append(table if all(kept) else table.filter(pa.array(kept, pa.bool_())))
    whole = pa.concat_tables(table.select(tables[0].column_names) for table in tables)
    decoded.columns = dict(zip(whole.column_names, whole.columns, strict=True))
    decoded.columns["text"] = pa.chunked_array([join(texts, pa.large_string())])
    return decoded


def parse_objects(
    payloads: pa.LargeBinaryArray, deepest: int
) -> Iterator[dict[str, Any] | RejectRecord]:
    """Yield each payload as one sound JSON object, or why it is none."""
    pairs, depths = measure_lines(*buffers(payloads))
    shapes = zip(views(payloads), pairs.tolist(), depths.tolist(), strict=True)
    return (_parse_or_refuse(*shape, deepest) for shape in shapes)


def _refuse_without_text(decoded: Decoded, row: int, fields: pa.Table, detail: str) -> None:
    native_id, source = (fields[name][0].as_py() for name in ("native_id", "source"))
    decoded.refuse(row, "no-text", detail, native_id=native_id, source=source)


def _parse_or_refuse(
    payload: memoryview, written: int, depth: int, deepest: int
) -> dict[str, Any] | RejectRecord:
    try:
        return _parse(payload, written, depth, deepest)
    except RejectRecord as fault:
        return fault


def _parse(payload: memoryview, written: int, depth: int, deepest: int) -> dict[str, Any]:
    """Return the object; raise :class:`RejectRecord` for what is not exactly one sound object.

    ``written`` is the number of key-value pairs in the bytes: orjson keeps the last of several
    equal keys, so an object with fewer pairs had one twice.
    """
    if depth > deepest:
        problem = f"nested {depth:,} deep; the limit is {deepest}"
        raise RejectRecord(problem, reason="too-deep")
    try:
        record = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        if bytes(payload[: len(BOM)]) == BOM:
            return _parse(payload[len(BOM) :], written, depth, deepest)
        raise _refusal(bytes(payload), error) from error
    if not isinstance(record, dict):
        raise RejectRecord(f"the record is {kind_of(record)}, not an object", reason="not-json")
    if _count_pairs(record) != written:
        key = shorten(_find_repeated_key(bytes(payload)))
        raise RejectRecord(f"the key {key} stands twice in one object", reason="duplicate-key")
    return record


def _count_pairs(record: dict[str, Any]) -> int:
    pairs = 0
    waiting: list[dict[str, Any] | list[Any]] = [record]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            pairs += len(found)
            waiting += [value for value in found.values() if type(value) in _NESTED]
        else:
            waiting += [value for value in found if type(value) in _NESTED]
    return pairs


def _find_repeated_key(line: bytes) -> str:
    repeated: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                repeated.append(key)
            seen.add(key)

    # Numbers stay text: Python refuses to convert very long ones.
    json.loads(line, object_pairs_hook=note, parse_int=str, parse_float=str)
    return repeated[0]


def _refusal(line: bytes, error: orjson.JSONDecodeError) -> RejectRecord:
    try:
        line.decode()
    except UnicodeDecodeError as broken:
        return RejectRecord(not_utf8(broken), reason="not-utf8")
    constant = _NOT_A_NUMBER.search(error.doc, max(error.pos - 1, 0), error.pos + 9)
    problem = f"{constant.group()} is not JSON" if constant else error.msg
    if "surrogate" in problem:
        problem = "half of a surrogate pair"
    return RejectRecord(f"{shorten(problem)}, at character {error.pos:,}", reason="not-json")


JSON_LINES: Final = Format(name="json", sniff=sniff, split=split, decode=decode)
