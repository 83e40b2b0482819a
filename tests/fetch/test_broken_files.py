"""Files of every format, encoding and archive, broken anywhere: each is told of, and no more."""

import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fetch.broken_files import Article, make_file
from tests.fetch.fetching import is_accounted, land, raw

ARTICLES: list[Article] = [
    {
        "id": str(number),
        "url": f"https://example.org/{number}",
        "source": "صدى الضفتين",
        "title": title,
        "text": f"{title} صباح اليوم، كما قال مراسلنا.\nوأضاف: «نعود مساء الأحد»؛ فهل من جديد؟" * 4,
        "published_at": "2024-05-17T08:30:00Z",
    }
    for number, title in enumerate(["افتتح المعرض", "فاز الفريق بهدفين", "هطلت أمطار غزيرة"])
]


@given(st.lists(st.integers(0, 2**64), min_size=1, max_size=6, unique=True))
@settings(max_examples=150)
def test_every_record_is_accounted_for(seeds: list[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        folder.mkdir()
        for number, seed in enumerate(seeds):
            suffix, data = make_file(random.Random(seed), ARTICLES)
            (folder / f"{number}{suffix}").write_bytes(data)
        fetched = land(Path(name) / "lake", folder)
        assert is_accounted(fetched)
        places = (row["record_ref"] for row in raw(fetched))
        files = {place.rpartition("#")[0].partition("!")[0] for place in places}
        assert files == {path.name for path in folder.iterdir()}
