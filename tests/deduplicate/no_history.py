"""The history before anything was published."""

import numpy as np
import pyarrow as pa

from expectations.lake_schema import INDEX_STEP, KNOWN_TEXTS
from tasks.store import Alike
from tasks.text.signatures import Keys


class NoHistory:
    """Answers that nothing is known."""

    def find_articles(self, article_ids: pa.Array) -> pa.Table:
        return INDEX_STEP.empty_table()

    def find_texts(self, text_keys: pa.Array) -> pa.Table:
        return INDEX_STEP.empty_table()

    def find_copies(self, article_ids: pa.Array) -> pa.Table:
        return INDEX_STEP.empty_table()

    def find_alike(self, keys: Keys) -> Alike:
        return Alike(np.empty((0, 2), np.int64), KNOWN_TEXTS.empty_table())

    def read_texts(self, article_ids: pa.Array) -> pa.Table:
        return KNOWN_TEXTS.empty_table()
