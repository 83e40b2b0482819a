"""Where real news lies for tests and benchmarks: outside the project, beside it, never in it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "corpora"
NEWS = SHARED / "news.jsonl.gz"
GOLD = SHARED / "cleaning_gold.jsonl"
PAGES = SHARED / "pages.tar.gz"

needs_news = pytest.mark.skipif(
    not NEWS.exists(), reason="the corpus of real news is not beside the project"
)
needs_gold = pytest.mark.skipif(
    not GOLD.exists(), reason="the cleaning gold is not beside the project"
)
needs_pages = pytest.mark.skipif(
    not PAGES.exists(), reason="the gold of real pages is not beside the project"
)

FEEDS = SHARED / "feeds.tar.gz"
needs_feeds = pytest.mark.skipif(
    not FEEDS.exists(), reason="the real feeds are not beside the project"
)
