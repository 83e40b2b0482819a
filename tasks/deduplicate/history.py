"""What deciding asks of the lake."""

from collections.abc import Mapping
from typing import Any, Protocol

import pyarrow as pa

from tasks.store import Alike
from tasks.text.signatures import Keys

Entry = Mapping[str, Any]
"""One row of the index (``INDEX_STEP``) as a mapping."""


class History(Protocol):
    """Everything published so far, as of one version of the lake."""

    def find_articles(self, article_ids: pa.Array) -> pa.Table:
        """Return the index entries of those ids that are known."""

    def find_texts(self, text_keys: pa.Array) -> pa.Table:
        """Return the index entries whose text is among these."""

    def find_copies(self, article_ids: pa.Array) -> pa.Table:
        """Return the index entries of what copies one of these articles."""

    def find_alike(self, keys: Keys) -> Alike:
        """Return the texts of articles and copies that agree in a band with one of the rows."""

    def read_texts(self, article_ids: pa.Array) -> pa.Table:
        """Return the ``KNOWN_TEXTS`` of these articles, those that are known."""
