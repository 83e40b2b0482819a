"""Articles that were taken out by hand: their records are rejected when they come again."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from expectations.dispositions import BY_HAND, PURGED, RETRACTED, WAS_PURGED, WAS_RETRACTED
from tasks.deduplicate.history import Entry

_TOLD: Final = ("record_ref", "native_id", "source", "article_id")


def find_gone(candidates: pa.Table, known: Iterable[Entry], texts: Iterable[Entry]) -> pa.Array:
    """Return the reason for which each candidate is not to come back; null where it may.

    ``known`` are index entries of their ids, ``texts`` those with one of their texts. Of a
    retracted article only itself: another outlet may stand by the text. A purged text is gone
    under any id, unless an article was left in the corpus that has it.
    """
    places = {entry["article_id"]: entry["dataset"] for entry in known}
    texts = list(texts)
    standing = {entry["text_key"] for entry in texts if entry["dataset"] not in BY_HAND}
    purged = {entry["text_key"] for entry in texts if entry["dataset"] == PURGED}
    by_id = {
        mark: _among(candidates["article_id"], (n for n, place in places.items() if place == mark))
        for mark in BY_HAND
    }
    by_text = _among(candidates["text_key"], purged - standing)
    is_purged = pc.or_(by_id[PURGED], by_text)
    retracted = pc.if_else(by_id[RETRACTED], WAS_RETRACTED, pa.scalar(None, pa.string()))
    return pc.if_else(is_purged, WAS_PURGED, retracted)


def _among(column: pa.ChunkedArray, values: Iterable[object]) -> pa.Array:
    return pc.is_in(column.combine_chunks(), pa.array(list(values), column.type))


def reject_gone(candidates: pa.Table, reasons: pa.Array, schema: pa.Schema) -> pa.Table:
    """Return the decisions on candidates that are not to come back, in these columns."""
    told: Mapping[str, object] = {"disposition": "rejected", "revision": 1}
    size = len(candidates)
    columns = []
    for field in schema:
        if field.name in told:
            columns.append(pa.repeat(pa.scalar(told[field.name], field.type), size))
        elif field.name == "reason":
            columns.append(reasons)
        elif field.name in _TOLD:
            columns.append(candidates[field.name])
        else:
            columns.append(pa.nulls(size, field.type))
    return pa.table(columns, schema=schema)


class Screened(NamedTuple):
    """What a border refused, as ``REFUSED``, and what goes into ``quarantine`` of it."""

    refused: pa.Table
    quarantine: pa.Table


def screen(
    refused: pa.Table, quarantine: pa.Table, candidates: pa.Table, gone: pa.Array
) -> Screened:
    """Name what a border refused, and keep what was purged out of quarantine.

    ``candidates`` are the refused records, ``gone`` what :func:`find_gone` says of them. At the raw
    border nothing is cleaned yet, so no record has an id: here it gets the one by which a person
    can name it. A purged record is rejected, whatever else is wrong with it.
    """
    purged = candidates["record_ref"].filter(pc.equal(gone, WAS_PURGED)).combine_chunks()
    quarantine = _named(quarantine, candidates)
    is_purged = pc.is_in(refused["record_ref"], value_set=purged)
    rows = _named(refused, candidates)
    for name, value in (("disposition", "rejected"), ("reason", WAS_PURGED), ("detail", None)):
        field = rows.schema.field(name)
        rows = _with(rows, name, pc.if_else(is_purged, pa.scalar(value, field.type), rows[name]))
    stays = pc.invert(pc.is_in(quarantine["record_ref"], value_set=purged))
    return Screened(rows, quarantine.filter(stays))


def _named(rows: pa.Table, candidates: pa.Table) -> pa.Table:
    at = pc.index_in(rows["record_ref"], value_set=candidates["record_ref"].combine_chunks())
    known = candidates["article_id"].take(at)
    return _with(rows, "article_id", pc.coalesce(rows["article_id"], known))


def _with(rows: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(place), column)
