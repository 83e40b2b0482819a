"""``warraq explain``: an article as it came, what was cut out of it, as it is published."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.command_line import main
from flows.explain_page import explain_page
from tests.pipeline.running import SampleRun, by_place, run, warraq

pytestmark = pytest.mark.flow

SCRAPE = "مصر وناسها/scrape.txt#1"
COPY = "agencies.jsonl#7"


def test_a_scrape_is_shown_raw_cut_and_clean(sample: SampleRun) -> None:
    row = by_place(sample.lake, "articles")[SCRAPE]
    told = warraq("explain", row["article_id"], "--lake", sample.lake).told
    assert "محرر سياسى مصر وناسهاأعلن المهندس" in told["raw"]
    assert told["raw"].count("- خريطة المحطات الجديدة على خط الضواحى") == 2
    cuts = told["article"]["removed"]
    assert [cut["kind"] for cut in cuts][:2] == ["title", "byline"]
    assert all(told["raw"][cut["start"] : cut["end"]] == cut["text"] for cut in cuts)
    assert told["article"]["body"].startswith("أعلن المهندس")
    assert [line["record_ref"] for line in told["ledger"]] == [SCRAPE]


@pytest.mark.parametrize(
    "place",
    [
        "مصر وناسها/legacy-1256.txt#1",
        "قناديل الشرق/iso-8859-6.txt#1",
        "قناديل الشرق/utf-16-le.txt#1",
        "قناديل الشرق/utf-16-be.txt#1",
        "قناديل الشرق/mojibake-1256.txt#1",
        "قناديل الشرق/mojibake-utf-8.txt#1",
        "قناديل الشرق/mojibake-utf-8-as-1256.txt#1",
    ],
)
def test_a_text_is_shown_as_it_was_read(sample: SampleRun, place: str) -> None:
    row = by_place(sample.lake, "articles")[place]
    explained = warraq("explain", row["article_id"], "--lake", sample.lake).told
    raw = explained["raw"]
    assert "\N{REPLACEMENT CHARACTER}" not in raw
    assert row["body"].splitlines()[0] in raw
    assert row["removed"], "nothing was cut out"
    assert all(raw[cut["start"] : cut["end"]] == cut["text"] for cut in row["removed"])


@pytest.mark.usefixtures("prefect_api")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: None, id="as-it-was"),
        pytest.param(lambda profile: profile.unlink(), id="removed"),
        pytest.param(lambda profile: profile.rename(profile.with_stem("pier")), id="renamed"),
    ],
)
def test_a_text_is_shown_whatever_became_of_its_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    text = f"ميناء جديد على الساحل\n\n{'أعلنت الهيئة بدء العمل في توسعة الرصيف الشمالي. ' * 8}\n"
    (tmp_path / "port").mkdir()
    (tmp_path / "port" / "pier.txt").write_text(text)
    profile = tmp_path / "profiles" / "port.toml"
    profile.parent.mkdir()
    profile.write_text('outlet = "الميناء"\n')
    monkeypatch.setenv("WARRAQ_PROFILES", str(profile.parent))
    lake = tmp_path / "lake"
    run(tmp_path / "port", lake=lake)
    (row,) = by_place(lake, "articles").values()
    assert row["source"] == "الميناء", "it was not read by that profile"
    change(profile)
    explained = warraq("explain", row["article_id"], "--lake", lake)
    assert explained.code == 0, explained.log
    assert explained.told["raw"] == text


def test_a_person_sees_the_same(sample: SampleRun, capsys: pytest.CaptureFixture[str]) -> None:
    row = by_place(sample.lake, "articles")[SCRAPE]
    assert main(["explain", row["article_id"], "--lake", str(sample.lake)]) == 0
    shown = capsys.readouterr().out
    for part in ("وناسهاأعلن", "byline", "related", row["article_id"], "published", SCRAPE):
        assert part in shown


def test_a_copy_names_what_it_copies(sample: SampleRun) -> None:
    row = by_place(sample.lake, "duplicates")[COPY]
    told = warraq("explain", row["article_id"], "--lake", sample.lake).told
    assert told["article"]["duplicate_of"] == row["duplicate_of"]
    assert told["article"]["cluster_id"] == row["cluster_id"]
    assert told["ledger"][0]["disposition"] == "duplicate"


def test_a_cluster_is_shown_from_each_of_its_articles(sample: SampleRun) -> None:
    copy = by_place(sample.lake, "duplicates")[COPY]
    shown = [
        warraq("explain", name, "--lake", sample.lake).told["cluster"]
        for name in (copy["article_id"], copy["duplicate_of"])
    ]
    assert shown[0] == shown[1]
    assert [(row["dataset"], row["article_id"]) for row in shown[0][:1]] == [
        ("articles", copy["duplicate_of"])
    ]
    told = {row["article_id"]: (row["kind"], row["similarity"]) for row in shown[0][1:]}
    assert told[copy["article_id"]] == (copy["kind"], copy["similarity"])


def test_an_article_that_nobody_copies_has_no_cluster(sample: SampleRun) -> None:
    row = by_place(sample.lake, "articles")[SCRAPE]
    assert warraq("explain", row["article_id"], "--lake", sample.lake).told["cluster"] == []


def test_an_article_of_two_texts_names_both_records(sample: SampleRun) -> None:
    row = by_place(sample.lake, "articles")["agencies.jsonl#28"]
    told = warraq("explain", row["article_id"], "--lake", sample.lake).told
    places = {line["record_ref"]: line["disposition"] for line in told["ledger"]}
    assert places == {"agencies.jsonl#19": "revised", "agencies.jsonl#28": "published"}


def test_an_unknown_id_is_told_so(sample: SampleRun) -> None:
    ran = warraq("explain", "0" * 24, "--lake", sample.lake)
    assert ran.code == 1
    assert "no article with this id" in ran.log


def test_status_tells_what_is_there(sample: SampleRun) -> None:
    told = warraq("status", "--lake", sample.lake).told
    counts = sample.ran.dispositions
    assert told["rows"]["ledger"] == sample.ran.told["records"]
    assert told["rows"]["articles"] == counts["published"]
    assert told["rows"]["duplicates"] == counts["duplicate"]
    assert told["rows"]["quarantine"] == counts["quarantined"]
    assert {run["stage"] for run in told["runs"]} >= {"fetch", "clean", "publish", "run"}


def test_the_page_marks_each_cut_where_it_stood(sample: SampleRun, tmp_path: Path) -> None:
    row = by_place(sample.lake, "articles")[SCRAPE]
    page = tmp_path / "page.html"
    ran = warraq("explain", row["article_id"], "--lake", sample.lake, "--html", page)
    marked = re.findall(
        '<mark style="--hue: [0-9]+" title="([a-z_]+)">(.*?)</mark>', page.read_text(), re.DOTALL
    )
    cuts = sorted(ran.told["article"]["removed"], key=lambda cut: cut["start"])
    assert marked == [(cut["kind"], html.escape(cut["text"])) for cut in cuts]
    assert 'dir="rtl"' in page.read_text()


def test_a_page_runs_nothing_that_a_text_holds() -> None:
    evil = "<script>alert(1)</script>\"'&"
    cut = {"kind": evil, "text": evil, "start": 0, "end": 8}
    article = {"article_id": evil, "title": evil, "body": evil, "removed": [cut], "authors": [evil]}
    ledger = [
        dict.fromkeys(("record_ref", "source", "disposition", "reason", "batch_id", "run_id"), evil)
    ]
    page = explain_page(article, evil * 3, ledger)
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_cuts_that_do_not_fit_the_text_do_no_harm() -> None:
    cuts = [
        {"kind": "meta", "text": "x", "start": s, "end": e} for s, e in ((2, 9), (4, 6), (50, 60))
    ]
    page = explain_page({"article_id": "a", "body": "", "removed": cuts}, "abcdefgh", [])
    assert '>ab<mark style="--hue: 245" title="meta">cdefgh</mark></div>' in page


def test_a_page_that_cannot_be_written_is_named(sample: SampleRun, tmp_path: Path) -> None:
    row = by_place(sample.lake, "articles")[SCRAPE]
    page = tmp_path / "none" / "page.html"
    ran = warraq("explain", row["article_id"], "--lake", sample.lake, "--html", page)
    assert (ran.code, str(page) in ran.log) == (1, True)
