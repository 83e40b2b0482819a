"""The embedded sample through the real flow, held against ``tests/sample/expected.json``."""

import html
import json
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tasks.fetch.archives import ARCHIVES, find_archive
from tasks.fetch.formats import FORMATS
from tasks.fetch.unpacking import COMPRESSIONS, MAGIC, find_compression
from tasks.text.encodings import ENCODINGS
from tasks.text.mojibake import UTF_8, WINDOWS_1256
from tasks.text.mojibake_words import UTF_8_AS_1256
from tests.pipeline.running import Row, SampleRun, by_place, rows, warraq
from tests.pipeline.sample_files import layers, raw_text, read_member

pytestmark = pytest.mark.flow

EXPECTED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "sample" / "expected.json").read_text(encoding="utf-8")
)
REJECTED_FOR = {
    "not JSON": "not-json",
    "duplicate key": "duplicate-key",
    "lone surrogate": "not-json",
    "no text key": "no-text",
    "empty file": "empty-file",
    "not UTF-8": "not-utf8",
    "unknown format": "unknown-format",
    "ragged row": "ragged-row",
    "front page": "section-front",
}
QUARANTINED_FOR = {
    "empty body": "empty-text",
    "body of three words": "body-too-short",
    "not Arabic": "not-arabic",
    "nothing left": "empty-body",
    "title of absurd length": "title-too-long",
}
SCRAPE = "مصر وناسها/scrape.txt#1"


def told(table: dict[str, str], why: str) -> str:
    """Return what the table says of a reason in words."""
    return next(name for words, name in table.items() if why.startswith(words))


@pytest.fixture(scope="module")
def ledger(sample: SampleRun) -> dict[str, Row]:
    return by_place(sample.lake, "ledger")


@pytest.fixture(scope="module")
def articles(sample: SampleRun) -> dict[str, Row]:
    return by_place(sample.lake, "articles")


@pytest.fixture(scope="module")
def cleaned(sample: SampleRun, articles: dict[str, Row]) -> dict[str, Row]:
    return articles | by_place(sample.lake, "duplicates")


@pytest.fixture(scope="module")
def published(ledger: dict[str, Row]) -> set[str]:
    return {place for place, row in ledger.items() if row["disposition"] == "published"}


@pytest.fixture(scope="module")
def raw_zone(sample: SampleRun) -> dict[str, Row]:
    shards = (sample.lake / "raw").glob("*/*.parquet")
    return {row["record_ref"]: row for path in shards for row in pq.read_table(path).to_pylist()}


def test_every_raw_record_ends_in_one_place(sample: SampleRun, ledger: dict[str, Row]) -> None:
    assert len(rows(sample.lake, "ledger")) == len(ledger) == EXPECTED["records"]
    assert Counter(place.rpartition("#")[0] for place in ledger) == EXPECTED["by_file"]
    counts = Counter(row["disposition"] for row in ledger.values())
    assert sample.ran.dispositions == counts
    assert sample.ran.told["records"] == EXPECTED["records"]
    places = {"articles": counts["published"], "duplicates": counts["duplicate"]}
    assert {name: len(rows(sample.lake, name)) for name in places} == places
    assert len(rows(sample.lake, "quarantine")) == counts["quarantined"]


def test_every_reprint_is_a_duplicate_of_the_first(
    sample: SampleRun, articles: dict[str, Row], ledger: dict[str, Row]
) -> None:
    copies = by_place(sample.lake, "duplicates")
    pairs = dict(EXPECTED["reprint_where"])
    assert copies.keys() == pairs.keys()
    for copy, original in pairs.items():
        assert copies[copy]["duplicate_of"] == articles[original]["article_id"]
        assert copies[copy]["kind"] == "exact"
        assert copies[copy]["similarity"] == 1.0
        assert copies[copy]["cluster_id"] == articles[original]["cluster_id"]
        assert (ledger[copy]["disposition"], ledger[copy]["reason"]) == ("duplicate", "exact")
    sizes = Counter(pairs.values())
    assert {place: row["copies"] for place, row in articles.items()} == {
        place: 1 + sizes[place] for place in articles
    }


def test_reprints_are_named_by_outlet_and_id(cleaned: dict[str, Row]) -> None:
    def named(place: str) -> list[str]:
        row = cleaned[place]
        return [row["source"], row["native_id"] or row["url"] or place]

    told = [[*named(copy), *named(original)] for copy, original in EXPECTED["reprint_where"]]
    assert sorted(told) == sorted(EXPECTED["reprints"])


@pytest.mark.parametrize("pair", EXPECTED["revisions"], ids=lambda pair: str(pair["id"]))
def test_the_later_text_of_an_article_stands(
    pair: Row, articles: dict[str, Row], ledger: dict[str, Row]
) -> None:
    earlier, later = pair["where"]
    assert earlier not in articles
    assert articles[later]["revision"] == 2
    assert articles[later]["native_id"] == pair["id"]
    assert ledger[earlier]["disposition"] == "revised"
    assert ledger[earlier]["reason"] == "older-text"
    assert ledger[earlier]["article_id"] == articles[later]["article_id"]
    assert ledger[later]["disposition"] == "published"


def test_a_repeated_record_is_unchanged(ledger: dict[str, Row]) -> None:
    found = {place for place, row in ledger.items() if row["disposition"] == "unchanged"}
    assert found == {again for again, _ in EXPECTED["unchanged"]}
    for again, first in EXPECTED["unchanged"]:
        assert ledger[again]["article_id"] == ledger[first]["article_id"]


def test_refused_records_say_why(sample: SampleRun, ledger: dict[str, Row]) -> None:
    rejected = {place: row for place, row in ledger.items() if row["disposition"] == "rejected"}
    assert {place: row["reason"] for place, row in rejected.items()} == {
        each["where"]: told(REJECTED_FOR, each["why"]) for each in EXPECTED["rejected"]
    }
    assert [place for place, row in rejected.items() if not row["detail"]] == []


def test_quarantined_records_are_kept_whole(sample: SampleRun, ledger: dict[str, Row]) -> None:
    kept = by_place(sample.lake, "quarantine")
    assert {place: row["failed"][0] for place, row in kept.items()} == {
        each["where"]: told(QUARANTINED_FOR, each["why"]) for each in EXPECTED["quarantined"]
    }
    for place, row in kept.items():
        assert ledger[place]["disposition"] == "quarantined"
        assert ledger[place]["reason"] == row["border"]
        assert row["failed"][0] in ledger[place]["detail"]
        assert json.loads(row["payload"])["record_ref"] == place


def test_dates_that_cannot_be_used_are_null_and_explained(
    articles: dict[str, Row], ledger: dict[str, Row]
) -> None:
    dates = EXPECTED["dates"]
    wanted = dict.fromkeys(dates["missing"] + dates["no_date_in_format"], "no-date")
    wanted |= dict.fromkeys(dates["implausible"], "implausible-date")
    wanted |= dict.fromkeys(dates["unreadable"], "unreadable-date")
    undated = {place: row for place, row in articles.items() if row["published_at"] is None}
    assert {place: ledger[place]["reason"] for place in undated} == wanted
    for place, row in undated.items():
        assert row["published_month"] == "unknown"
        assert row["date_precision"] is None
        assert (row["published_raw"] is None) == (wanted[place] == "no-date")
    dated = [row for row in articles.values() if row["published_at"] is not None]
    assert all(row["published_month"] == f"{row['published_at']:%Y-%m}" for row in dated)


def test_a_missing_title_is_null_and_published(articles: dict[str, Row]) -> None:
    untitled = [place for place, row in articles.items() if row["title"] is None]
    assert untitled == EXPECTED["titles"]["missing"]


@pytest.mark.parametrize("where", EXPECTED["related"])
def test_related_links_leave_the_text_and_are_kept(where: str, cleaned: dict[str, Row]) -> None:
    block, row = EXPECTED["related"][where], cleaned[where]
    assert [link["title"] for link in row["related"]] == block["items"]
    lines = row["body"].split("\n")
    assert not {block["heading"], *block["items"]} & {line.lstrip("-•– ") for line in lines}
    cuts = [cut for cut in row["removed"] if cut["kind"] == "related"]
    behind = raw_text(where)[cuts[-1]["end"] :].strip()
    assert bool(behind) == block["continues"]
    if behind:
        assert lines[-1].split()[:3] == behind.split("\n")[-1].split()[:3]


def test_articles_without_a_block_have_no_related_links(cleaned: dict[str, Row]) -> None:
    linked = {place for place, row in cleaned.items() if row["related"]}
    of_markup = {place for place, told in EXPECTED["markup"].items() if told["related"]}
    others = EXPECTED["related_by_title"].keys() | of_markup
    assert linked - others == EXPECTED["related"].keys()


@pytest.mark.parametrize("where", EXPECTED["markup"])
def test_what_the_markup_of_a_page_tells_is_in_columns(where: str, cleaned: dict[str, Row]) -> None:
    row, told = cleaned[where], dict(EXPECTED["markup"][where])
    assert told.pop("heading") in row["body"].split("\n")
    assert {name: row[name] for name in told} == told
    assert not set(told["captions"]) & set(row["body"].split("\n"))


@pytest.mark.parametrize("where", EXPECTED["must_stay"])
def test_what_only_looks_removable_stays(where: str, cleaned: dict[str, Row]) -> None:
    missing = [text for text in EXPECTED["must_stay"][where] if text not in cleaned[where]["body"]]
    assert missing == []


def test_every_cut_is_found_at_its_place_in_the_raw_text(cleaned: dict[str, Row]) -> None:
    cuts = [(place, cut) for place, row in cleaned.items() for cut in row["removed"]]
    assert {cut["kind"] for _, cut in cuts} >= {"title", "byline", "related"}
    wrong = [
        (place, cut)
        for place, cut in cuts
        if raw_text(place)[cut["start"] : cut["end"]] != cut["text"]
    ]
    assert wrong == []


def test_the_scrape_is_an_article_again(articles: dict[str, Row]) -> None:
    row = articles[SCRAPE]
    body = row["body"]
    assert row["title"] == "وكيل النقل: عودة قطار الضواحى إلى العمل بعد توقف دام عامين"
    assert body.split()[:3] == ["أعلن", "المهندس", "حازم"]
    assert row["outlet"] == "مصر وناسها"
    assert row["authors"] == ["محرر سياسى"]
    assert row["source"] == "مصر وناسها"
    assert len(row["related"]) == 3
    assert body.endswith("سوى أن يصل القطار فى موعده.")
    assert len(body.split("\n")) == 6
    assert body.count("وكما") == body.count("وحيث") == 2
    assert '"لن تحمل الركاب أى أعباء إضافية"' in body
    assert not set(body) & set("”“„")
    assert "الشاذلى" in body
    assert "الشاذلي" not in body


def letters(text: str) -> Counter[str]:
    """Count the letters, those that a repair writes otherwise as what they stand for."""
    plain = unicodedata.normalize("NFKC", html.unescape(text))
    return Counter(char for char in plain if char.isalpha() and char != "\N{ARABIC TATWEEL}")


def test_nothing_is_cut_but_what_is_kept_in_removed(cleaned: dict[str, Row]) -> None:
    """Letters of the raw text = letters of the body and of the cuts, whatever the format."""
    wrong = [
        place
        for place, row in cleaned.items()
        if letters(row["body"]) + letters("".join(cut["text"] for cut in row["removed"]))
        != letters(raw_text(place))
    ]
    assert wrong == []


def test_every_format_has_a_file_that_is_published_from(
    raw_zone: dict[str, Row], published: set[str]
) -> None:
    assert {raw_zone[place]["format"] for place in published} == {kind.name for kind in FORMATS}
    names = [read_member(place.rpartition("#")[0])[0] for place in published]
    suffixes = {name.rpartition(".")[2] for name in names}
    assert suffixes == {"csv", "html", "json", "jsonl", "parquet", "rss", "tsv", "txt"}


def test_every_compression_and_archive_has_a_file_that_is_published_from(
    published: set[str],
) -> None:
    files = {place.rpartition("#")[0] for place in published}
    contents = [content for file in files for _, content in layers(file)]
    packed = {find_compression(content[:MAGIC]) for content in contents}
    assert packed - {None} == set(COMPRESSIONS)
    archives = {find_archive(content) for content in contents}
    assert archives - {None} == set(ARCHIVES)
    assert max(file.count("!") for file in files) == 2, "an archive inside an archive"


def test_every_encoding_has_a_file_that_is_published_from(
    raw_zone: dict[str, Row], published: set[str], ledger: dict[str, Row]
) -> None:
    notes = {place: ledger[place]["detail"] for place in published if ledger[place]["detail"]}
    expected: dict[str, str] = EXPECTED["read_as"]
    assert notes == {place: f"read as {name}" for place, name in expected.items()}
    plain = {raw_zone[place]["encoding"] for place in published - notes.keys()}
    assert plain == {None}, "UTF-8 as received"
    told = " ".join(expected.values())
    assert [name for name in ENCODINGS if name not in {*expected.values(), "utf-8"}] == []
    assert [
        accident for accident in (WINDOWS_1256, UTF_8, UTF_8_AS_1256) if accident not in told
    ] == []
    recoded = {place: row["encoding"] for place, row in raw_zone.items() if row["encoding"]}
    assert recoded == {
        place: name for place, name in expected.items() if raw_zone[place]["format"] != "text"
    }


@pytest.mark.parametrize(
    ("where", "at", "precision"),
    [
        ("sawaqi.csv#1", datetime(2025, 10, 11, 7, 30, tzinfo=UTC), "second"),
        ("maraya.csv#1", datetime(2025, 11, 8, tzinfo=UTC), "day"),
        ("bareed.tsv#1", datetime(2025, 11, 12, 8, tzinfo=UTC), "second"),
        ("sanabil-api.json#2", datetime(2026, 3, 16, 15, 30, tzinfo=UTC), "second"),
        ("manara.parquet#1", datetime(2025, 10, 27, 6, 45, tzinfo=UTC), "second"),
    ],
)
def test_dates_are_read_in_every_format(
    where: str, at: datetime, precision: str, articles: dict[str, Row]
) -> None:
    assert articles[where]["published_at"] == at
    assert articles[where]["date_precision"] == precision


def test_pandas_reads_it_as_a_user_does(sample: SampleRun) -> None:
    folder = sample.lake / "articles"
    months = pd.read_parquet(folder, columns=["published_month"])["published_month"]
    assert months.dtype == "category"
    some = pd.read_parquet(
        folder,
        filters=[("published_month", ">=", "2026-01"), ("published_month", "<", "2026-03")],
        columns=["source", "title", "published_at"],
    )
    assert list(some.columns) == ["source", "title", "published_at"]
    assert 0 < len(some) < len(months)
    assert str(some["published_at"].dt.tz) == "UTC"
    assert some["published_at"].min() >= pd.Timestamp("2026-01-01", tz="UTC")
    undated = pd.read_parquet(folder, filters=[("published_month", "==", "unknown")])
    assert undated["published_at"].isna().all()
    one = pd.read_parquet(folder, filters=[("source", "==", "مصر وناسها")], columns=["body"])
    assert len(one) == 12


@pytest.mark.parametrize("dataset", ["articles", "duplicates", "quarantine", "ledger", "runs"])
def test_pandas_reads_every_dataset(dataset: str, sample: SampleRun) -> None:
    assert len(pd.read_parquet(sample.lake / dataset)) > 0


def test_the_lake_is_healthy(sample: SampleRun) -> None:
    assert warraq("verify", "--lake", sample.lake).code == 0


def test_only_marks_of_what_was_read_stay_in_the_workshop(sample: SampleRun) -> None:
    assert [path.name for path in (sample.lake / "work").iterdir()] == ["fetch"]
    assert all(path.suffix == ".json" for path in (sample.lake / "work" / "fetch").iterdir())
