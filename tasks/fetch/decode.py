"""From raw records to the fields that ``clean`` takes; the raw zone alone is enough for it."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conformance import check
from expectations.schema import RAW, RECORDS, REFUSED
from tasks.errors import StopRun
from tasks.fetch.formats import FORMATS, MARKUP, SHARED, Decoded, Format
from tasks.outcome import Outcome
from tasks.sources import SourceProfile, profiles_by_outlet
from tasks.sources.layouts import is_within, layout_names
from tasks.text.mojibake import Mended, repair_beside, repair_mojibake
from tasks.text.repair import repair_column

Rows = npt.NDArray[np.int64]

_PROSE: Final = ("title", "text", "author", "section", "source", "subtitle", "dateline_place")
"""Columns in which mojibake is repaired."""

_LISTS: Final = ("tags", "captions", "related", "images")
"""Lists whose texts are repaired with their record; addresses in them are not touched."""

_EVIDENCE: Final = ("title", "text")
"""Those long enough to prove what befell the others: a name is a word or two."""

_FORMATS: Final = {kind.name: kind for kind in FORMATS}


def decode_raw(
    raw: pa.Table, profiles: Mapping[str, SourceProfile], *, max_json_depth: int
) -> Outcome:
    """Read the fields of a shard of the raw zone: ``RECORDS`` kept, ``REFUSED`` refused.

    Both keep the order of the shard. The outlet of a record is the one that it names, else its
    profile's, else that of its place; its profile is that of its outlet, else the one that read it.
    A profile's earlier layouts come first, the oldest one before the others: each takes the records
    that it dates within its time. Raises :class:`StopRun` for a profile or a format that is not
    there.
    """
    raw = check(raw, RAW, "fetch: raw records")
    chunks = raw["payload"].chunks
    payloads = chunks[0] if len(chunks) == 1 else raw["payload"].combine_chunks()
    kept = []
    refused = [_refused_at_reading(raw)]
    for (kind, profile, header), rows in _group(raw, profiles):
        some = payloads if len(rows) == len(payloads) else payloads.take(pa.array(rows))
        if kind.reads_headers:
            header = raw["header"].take(pa.array(rows)).combine_chunks()  # noqa: PLW2901
        for until, layout in profile.by_layout.items():
            if layout.fields != profile.fields:
                decoded = kind.decode(some, layout, max_json_depth, header)
                table = _kept(rows, decoded, kind, layout, raw["encoding"])
                table = table.filter(pa.array(is_within(table["published_raw"], layout, until)))
                kept.append(table)
                rest = ~np.isin(rows, np.asarray(table["row"]))
                rows, some = rows[rest], some.filter(pa.array(rest))  # noqa: PLW2901
                if kind.reads_headers:
                    header = header.filter(pa.array(rest))  # noqa: PLW2901
        decoded = kind.decode(some, profile, max_json_depth, header)
        kept.append(_kept(rows, decoded, kind, profile, raw["encoding"]))
        refused.append(_refused(rows, decoded))
    return Outcome(
        kept=_finish_kept(raw, _in_order(kept), profiles),
        refused=_finish_refused(raw, _in_order(refused)),
    )


def _group(
    raw: pa.Table, profiles: Mapping[str, SourceProfile]
) -> list[tuple[tuple[Format, SourceProfile, Any], Rows]]:
    """Return the readable rows by the format, the profile and the header that read them."""
    readable = np.asarray(pc.is_null(raw["refusal"]))
    own = [kind.name for kind in FORMATS if kind.reads_headers]
    is_own = pc.is_in(raw["format"], pa.array(own))
    headers = pc.if_else(is_own, pa.scalar(None, pa.string()), raw["header"])
    columns = [
        column.combine_chunks().dictionary_encode(null_encoding="encode")
        for column in (raw["format"], raw["profile"], headers)
    ]
    codes = np.zeros(len(raw), np.int64)
    for column in columns:
        codes = codes * len(column.dictionary) + np.asarray(column.indices)
    # Sorted, so that 10,000 tables of one row each do not cost 10,000 passes over the shard.
    rows = np.flatnonzero(readable)
    rows = rows[np.argsort(codes[rows], kind="stable")]
    groups = []
    for some in np.split(rows, np.flatnonzero(np.diff(codes[rows])) + 1):
        if len(some):
            kind, name, header = (column[int(some[0])].as_py() for column in columns)
            groups.append(((*_known(kind, name, profiles), header), some))
    return groups


def _known(
    kind: str, name: str, profiles: Mapping[str, SourceProfile]
) -> tuple[Format, SourceProfile]:
    if kind not in _FORMATS:
        raise StopRun("This version cannot read records of this format", format=kind)
    if name not in profiles:
        raise StopRun("The profile that reads these records is not there", profile=name)
    return _FORMATS[kind], profiles[name]


def _kept(
    rows: Rows, decoded: Decoded, kind: Format, profile: SourceProfile, recoded: pa.ChunkedArray
) -> pa.Table:
    count = len(decoded.rows)
    places = rows[np.array(decoded.rows, np.int64)]
    columns = {"read_as": recoded.take(pa.array(places)), **decoded.columns}
    for name in (*MARKUP, SHARED):
        columns.setdefault(name, pa.nulls(count, RECORDS.field(name).type))
    columns["native_id"] = _whole(columns["native_id"])
    return pa.table(
        {
            "row": places,
            **_mended(columns),
            "outlet": pa.repeat(pa.scalar(profile.outlet, pa.string()), count),
            "profile": pa.repeat(profile.name, count),
            "title_in_text": pa.repeat(kind.title_in_text, count),
        }
    )


def _whole(ids: pa.Array) -> pa.Array:
    """Write whole numbers without a fraction: pandas makes 7.0 of an id 7 where another is null."""
    return pc.replace_substring_regex(ids, r"^(\d{1,15})\.0$", r"\1")


def _mended(columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Repair what somebody else decoded wrongly, and tell of it in ``read_as``.

    What befell the title or the text of a record befell its short fields too.
    """
    repaired = {name: repair_mojibake(columns[name]) for name in _PROSE}
    title, text = (repaired[name].kinds for name in _EVIDENCE)
    proven = pc.coalesce(pc.binary_join_element_wise(title, text, ", "), title, text)
    if proven.null_count < len(proven):
        repaired = {name: _with_proven(each, proven) for name, each in repaired.items()}
    mended = dict(columns)
    for name, (column, kinds) in repaired.items():
        if column is not columns[name]:
            mended[name] = column
            note = pc.binary_join_element_wise(name, kinds, ": repaired ")
            both = pc.binary_join_element_wise(mended["read_as"], note, "; ")
            mended["read_as"] = pc.coalesce(both, mended["read_as"], note)
    if proven.null_count < len(proven):
        mended |= {name: _with_proven_lists(columns[name], proven) for name in _LISTS}
    return mended


def _with_proven_lists(lists: pa.Array, proven: pa.Array) -> pa.Array:
    """Repair the texts of lists, or of structures in them, by what is proven of their records."""
    kinds = proven.take(pc.list_parent_indices(lists))
    values = pc.list_flatten(lists)
    if pa.types.is_struct(values.type):
        fields = list(values.type)
        parts = [
            part if field.name == "url" else repair_beside(part, kinds).column
            for field, part in zip(fields, values.flatten(), strict=True)
        ]
        values = pa.StructArray.from_arrays(parts, fields=fields)
    else:
        values = repair_beside(values, kinds).column
    offsets = np.append(0, np.cumsum(pc.fill_null(pc.list_value_length(lists), 0)))
    nulls = lists.is_null() if lists.null_count else None
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values, lists.type, mask=nulls)


def _with_proven(own: Mended, proven: pa.Array) -> Mended:
    """Repair what is left by what is proven, but where the column's own repair told more."""
    left = pc.if_else(pc.is_null(own.kinds), proven, None)
    column, kinds = repair_beside(own.column, left)
    return Mended(column, pc.coalesce(own.kinds, kinds))


def _finish_kept(
    raw: pa.Table, table: pa.Table | None, profiles: Mapping[str, SourceProfile]
) -> pa.Table:
    if table is None:
        return RECORDS.empty_table()
    places = raw.select(["record_ref", "source", "fetched_at"]).take(table["row"])
    own = _tidy_names(table["source"])
    source = pc.coalesce(own, table["outlet"], places["source"]).combine_chunks()
    outlets = source.dictionary_encode()
    by_outlet = profiles_by_outlet(profiles)
    names = [by_outlet.get(name) for name in outlets.dictionary.to_pylist()]
    own_profile = pc.coalesce(
        pa.array(names, pa.string()).take(outlets.indices), table["profile"].combine_chunks()
    )
    columns = {name: table[name] for name in RECORDS.names if name in table.column_names} | {
        "record_ref": places["record_ref"],
        "source": source,
        "profile": _by_date(own_profile, table["published_raw"], profiles),
        "fetched_at": places["fetched_at"],
    }
    return _checked(columns, RECORDS, "fetch: records")


def _by_date(
    names: pa.Array, published: pa.ChunkedArray, profiles: Mapping[str, SourceProfile]
) -> pa.Array:
    """Return the profiles' names, that of an earlier layout where the date is of its time."""
    for name in pc.unique(names).to_pylist():
        if profiles[name].layouts:
            rows = pc.equal(names, name)
            dated = layout_names(profiles[name], published.filter(rows))
            names = pc.replace_with_mask(names, rows, dated)
    return names


def _tidy_names(column: pa.ChunkedArray) -> pa.Array:
    """Repair the outlets' names: «BBC Arabic» with a mark of direction behind it is no other."""
    names = column.combine_chunks().dictionary_encode()
    return repair_column(names.dictionary, one_line=True).take(names.indices)


def _refused_at_reading(raw: pa.Table) -> pa.Table:
    rows = np.flatnonzero(np.asarray(pc.is_valid(raw["refusal"])))
    some = raw.select(["refusal", "detail"]).take(pa.array(rows))
    none = pa.nulls(len(rows), pa.string())
    return pa.table(
        {
            "row": rows,
            "native_id": none,
            "source": none,
            "reason": some["refusal"],
            "detail": some["detail"],
        }
    )


def _refused(rows: Rows, decoded: Decoded) -> pa.Table:
    return pa.table(
        {
            "row": rows[np.array(decoded.refused_rows, np.int64)],
            "native_id": _whole(pa.array(decoded.native_ids, pa.string())),
            "source": pa.array(decoded.sources, pa.string()),
            "reason": pa.array(decoded.reasons, pa.string()),
            "detail": pa.array(decoded.details, pa.string()),
        }
    )


def _finish_refused(raw: pa.Table, table: pa.Table | None) -> pa.Table:
    if table is None:
        return REFUSED.empty_table()
    places = raw.select(["record_ref", "source"]).take(table["row"])
    columns = {
        "record_ref": places["record_ref"],
        "native_id": table["native_id"],
        "source": pc.coalesce(_tidy_names(table["source"]), places["source"]),
        "disposition": pa.repeat("rejected", len(table)),
        "reason": table["reason"],
        "detail": table["detail"],
        "article_id": pa.nulls(len(table), pa.string()),
    }
    return _checked(columns, REFUSED, "fetch: refused records")


def _in_order(tables: list[pa.Table]) -> pa.Table | None:
    """Return the rows of all the tables in the order of the shard; null when there are none."""
    filled = [table for table in tables if len(table)]
    if not filled:
        return None
    if len(filled) == 1:
        return filled[0]
    names = filled[0].column_names
    return pa.concat_tables([table.select(names) for table in filled]).sort_by("row")


def _checked(columns: Mapping[str, object], schema: pa.Schema, where: str) -> pa.Table:
    table = pa.table({name: columns[name] for name in schema.names})
    return check(table.cast(schema), schema, where)
