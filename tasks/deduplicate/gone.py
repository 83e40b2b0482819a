"""Articles that were taken out by hand: their records are rejected when they come again."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.dispositions import BY_HAND, PURGED
from tasks.deduplicate.revisions import Entry


def find_gone(
    candidates: pa.Table, known: Iterable[Entry], texts: Iterable[Entry]
) -> npt.NDArray[np.bool_]:
    """Return the mask of the candidates that are not to come back.

    ``known`` are index entries of their ids, ``texts`` those with one of their texts. Of a
    retracted article only itself: another outlet may stand by the text. A purged text is gone
    under any id.
    """
    ids = [entry["article_id"] for entry in known if entry["dataset"] in BY_HAND]
    keys = [entry["text_key"] for entry in texts if entry["dataset"] == PURGED]
    if not ids and not keys:
        return np.zeros(len(candidates), np.bool_)
    by_id = pc.is_in(candidates["article_id"], pa.array(ids, pa.string()))
    by_text = pc.is_in(candidates["text_key"], pa.array(keys, pa.binary(16)))
    gone: npt.NDArray[np.bool_] = np.asarray(pc.or_(by_id, by_text))
    return gone


def reject_gone(candidates: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the decisions on candidates that are not to come back, in these columns."""
    told = {
        "disposition": "rejected",
        "reason": "was-retracted",
        "revision": 1,
    }
    size = len(candidates)
    columns = []
    for field in schema:
        if field.name in told:
            columns.append(pa.repeat(pa.scalar(told[field.name], field.type), size))
        elif field.name in {"record_ref", "native_id", "source", "article_id"}:
            columns.append(candidates[field.name])
        else:
            columns.append(pa.nulls(size, field.type))
    return pa.table(columns, schema=schema)
