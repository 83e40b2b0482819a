"""Visits as a table, to be kept in the lake."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Final

import pyarrow as pa

from expectations.lake_schema import VISITS
from tasks.web.visits import Visit

_NAMES: Final = tuple(field.name for field in fields(Visit))


def visits_to_table(visits: Iterable[Visit]) -> pa.Table:
    """Return the visits as rows of ``VISITS``, in their order."""
    rows = list(visits)
    columns = [pa.array([getattr(row, field.name) for row in rows], field.type) for field in VISITS]
    return pa.Table.from_arrays(columns, schema=VISITS)


def visits_from_table(table: pa.Table) -> dict[str, Visit]:
    """Return the visits of rows of ``VISITS`` by their address; of one address the last row.

    Columns that an earlier edition did not write are as a visit has them that says nothing.
    """
    names = [name for name in _NAMES if name in table.column_names]
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    visits = (Visit(**dict(zip(names, row, strict=True))) for row in rows)
    return {visit.url: visit for visit in visits}
