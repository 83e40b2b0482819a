"""Whether a table keeps the contract of its zone."""

import pyarrow as pa


class SchemaMismatch(ValueError):
    """A table does not keep the contract of its zone; names the columns that differ."""


def check(table: pa.Table, schema: pa.Schema, where: str) -> pa.Table:
    """Return the table unchanged, or raise :class:`SchemaMismatch` naming what differs, and where.

    Compares names, order and types, and that required columns hold no null.
    """
    found = {field.name: field.type for field in table.schema}
    wanted = {field.name: field.type for field in schema}
    problems = [f"missing {name}" for name in wanted if name not in found]
    problems += [f"unexpected {name}" for name in found if name not in wanted]
    problems += [
        f"{name} is {found[name]}, not {kind}"
        for name, kind in wanted.items()
        if name in found and found[name] != kind
    ]
    if not problems and list(found) != list(wanted):
        problems.append("columns in another order")
    if not problems:
        problems = [
            f"{field.name} has {table[field.name].null_count} nulls"
            for field in schema
            if not field.nullable and table[field.name].null_count
        ]
    if problems:
        raise SchemaMismatch(f"{where}: {'; '.join(problems)}")
    return table
