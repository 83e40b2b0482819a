import pyarrow as pa
import pytest

from expectations.schema import PUBLISHABLE
from tasks.clean import clean
from tasks.deduplicate import decide, find_candidates
from tasks.enrich import enrich
from tasks.enrich.datelines import dateline_places
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tests.clean.record_tables import records
from tests.deduplicate.no_history import NoHistory

PROFILES = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}
LINEAGE = {"batch_id": "b", "run_id": "r", "pipeline_version": "0", "rules_digest": "d"}


def enriched(*rows: dict[str, str | None]) -> pa.Table:
    cleaned = clean(records(*rows), PROFILES).kept
    return enrich(cleaned, decide(find_candidates(cleaned), NoHistory()).records, LINEAGE)


def test_counts_and_language() -> None:
    rows = enriched(
        {"text": "قال الوزير: «نعم». ثم غادر.", "native_id": "1"},
        {"text": "أطلقت Google خدمة Gemini في مصر and other countries today", "native_id": "2"},
    ).to_pylist()
    assert [(row["word_count"], row["sentence_count"], row["language"]) for row in rows] == [
        (5, 2, "ar"),
        (10, 1, "mixed"),
    ]
    assert rows[0]["character_count"] == len("قال الوزير: «نعم». ثم غادر.")
    assert rows[0]["reading_minutes"] == pytest.approx(5 / 138)


def test_what_is_published_goes_on_articles_first_each_by_month_and_in_order() -> None:
    table = enriched(
        {"text": "نص أول", "native_id": "1"},
        {"text": "نص أول", "native_id": "1"},
        {"text": "نص منسوخ", "native_id": "2", "published_raw": "2026-01-05"},
        {"text": "نص آخر", "native_id": "3", "published_raw": "2026-02-03"},
        {"text": "نص منسوخ", "native_id": "4", "published_raw": "2026-01-04"},
        {"text": "نص أخير", "native_id": "5", "published_raw": "2026-02-01"},
    )
    assert table.schema.equals(PUBLISHABLE)
    assert table["native_id"].to_pylist() == ["4", "3", "5", "1", "2"]
    months = ["2026-01", "2026-02", "2026-02", "unknown", "2026-01"]
    assert table["published_month"].to_pylist() == months
    assert table["duplicate_of"].null_count == 4
    assert set(table["batch_id"].to_pylist()) == {"b"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param("رام الله – باشرت البلدية", "رام الله", id="dash"),
        pytest.param("بيروت (وكالات): افتتح المعرض", "بيروت", id="agency"),
        pytest.param("دبي، الإمارات العربية المتحدة (CNN)-- أعلنت", "دبي", id="country"),
        pytest.param("القاهره: قال", "القاهره", id="other-spelling"),
        pytest.param("المدينة: تقرير عن السكان", None, id="no-known-place"),
        pytest.param("باريس عاصمة النور", None, id="no-separator"),
        pytest.param("قال في بيروت – وهو يبتسم", None, id="not-at-the-head"),
        pytest.param("", None, id="empty"),
    ],
)
def test_datelines(body: str, place: str | None) -> None:
    assert dateline_places(pa.chunked_array([pa.array([body])])).to_pylist() == [place]
