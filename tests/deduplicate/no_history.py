"""The history before anything was published, and one of texts alone."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.lake_schema import INDEX_STEP, KNOWN_TEXTS
from tasks.store import Alike
from tasks.text.signatures import Keys


class NoHistory:
    """Answers that nothing is known, but for the ``texts`` (``KNOWN_TEXTS``) that may be read."""

    def __init__(self, texts: Iterable[Mapping[str, Any]] = ()) -> None:
        self.texts = pa.Table.from_pylist([dict(text) for text in texts], schema=KNOWN_TEXTS)

    def find_articles(self, article_ids: pa.Array) -> pa.Table:
        return INDEX_STEP.empty_table()

    def find_texts(self, text_keys: pa.Array) -> pa.Table:
        return INDEX_STEP.empty_table()

    def find_copies(self, article_ids: pa.Array) -> pa.Table:
        return INDEX_STEP.empty_table()

    def find_alike(self, keys: Keys) -> Alike:
        return Alike(np.empty((0, 2), np.int64), KNOWN_TEXTS.empty_table())

    def read_texts(self, article_ids: pa.Array) -> pa.Table:
        return self.texts.filter(pc.is_in(self.texts["article_id"], value_set=article_ids))
