"""The Data Docs are readable alone, escape everything, and keep old runs."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tasks.errors import StopRun
from tasks.validate import Finding, Report, write_data_docs
from tasks.validate.data_docs import LISTED, merge_reports

MADE_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HOSTILE = "</td><script>alert('ص')</script>&\"'"


def report(border: str = "article", *, unexpected: int = 2, ref: str = "أرشيف/ص.txt#1") -> Report:
    examples = ({"record_ref": ref, "article_id": "a1"},) if unexpected else ()
    return Report(
        border=border,
        rows=100,
        failed=unexpected,
        findings=(
            Finding(
                defect="body-too-short",
                description="The body has at least 5 words.",
                checked=99,
                unexpected=unexpected,
                examples=examples,
            ),
            Finding(defect="markup", description="No tags.", checked=100, unexpected=0),
        ),
    )


def write(
    folder: Path, run_id: str = "run-1", *reports: Report, made_at: datetime = MADE_AT
) -> Path:
    return write_data_docs(reports, folder, run_id=run_id, batch_id="b" * 8, made_at=made_at)


class _Links(HTMLParser):
    """Collects elements that load or lead somewhere, and anything that could run."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def parsed(page: Path) -> _Links:
    links = _Links()
    links.feed(page.read_text(encoding="utf-8"))
    return links


def test_a_page_says_border_defect_count_percent_and_example(tmp_path: Path) -> None:
    text = write(tmp_path, "run-1", report()).read_text(encoding="utf-8")
    for said in ("article", "body-too-short", ">2<", "2.02%", "أرشيف/ص.txt#1", "of 100 rows"):
        assert said in text
    assert "1 of 2 expectations held in every row" in text


@pytest.mark.parametrize("name", ["index.html", "runs/20260301T093000Z-run-1.html"])
def test_nothing_is_loaded_from_outside(tmp_path: Path, name: str) -> None:
    write(tmp_path, "run-0", report(), made_at=MADE_AT - timedelta(days=1))
    write(tmp_path, "run-1", report(), report("corpus", unexpected=0))
    page = tmp_path / name
    links = parsed(page)
    assert links.tags.isdisjoint({"script", "iframe", "img", "object", "embed", "base"})
    assert links.handlers == []
    for address in links.addresses:
        assert not re.match(r"(?i)[a-z]+:|//", address) or address == "data:,"
    text = page.read_text(encoding="utf-8")
    assert re.search(r"https?://|@import|url\(", text) is None


def test_links_lead_to_pages_that_are_there(tmp_path: Path) -> None:
    for day in range(3):
        write(tmp_path, f"run-{day}", report(), made_at=MADE_AT + timedelta(days=day))
    for page in tmp_path.rglob("*.html"):
        for address in parsed(page).addresses:
            if not address.startswith(("#", "data:")):
                assert (page.parent / address).is_file(), (page.name, address)


def test_every_value_is_escaped(tmp_path: Path) -> None:
    hostile = report(HOSTILE, ref=HOSTILE)
    finding = hostile.findings[0].model_copy(update={"defect": HOSTILE, "description": HOSTILE})
    hostile = hostile.model_copy(update={"findings": (finding,)})
    page = write_data_docs([hostile], tmp_path, run_id="r", batch_id=HOSTILE, made_at=MADE_AT)
    for html in (page, tmp_path / "index.html"):
        links = parsed(html)
        assert "script" not in links.tags
        assert "<script" not in html.read_text(encoding="utf-8")
        assert "&lt;script&gt;" in html.read_text(encoding="utf-8")


def test_shards_are_added_up() -> None:
    one, two = report(unexpected=2), report(unexpected=3, ref="b#1")
    (merged,) = merge_reports([one, two])
    assert (merged.rows, merged.failed) == (200, 5)
    assert (merged.findings[0].checked, merged.findings[0].unexpected) == (198, 5)
    assert [ids["record_ref"] for ids in merged.findings[0].examples] == ["أرشيف/ص.txt#1", "b#1"]
    assert [each.border for each in merge_reports([one, report("raw"), two])] == ["article", "raw"]


def test_examples_stay_few() -> None:
    (merged,) = merge_reports([report() for _ in range(20)])
    assert len(merged.findings[0].examples) == 5


def test_old_pages_stay_and_are_linked(tmp_path: Path) -> None:
    old = write(tmp_path, "run-1", report())
    new = write(tmp_path, "run-2", report(), made_at=MADE_AT + timedelta(hours=1))
    assert old.is_file()
    assert new.name in parsed(old).addresses
    assert old.name in parsed(new).addresses
    index = parsed(tmp_path / "index.html").addresses
    assert index == ["data:,", f"runs/{new.name}", f"runs/{old.name}"]


def test_a_run_written_again_replaces_its_page(tmp_path: Path) -> None:
    other = write(tmp_path, "another-run-1", report())
    first = write(tmp_path, "run-1", report())
    again = write(tmp_path, "run-1", report(unexpected=0), made_at=MADE_AT + timedelta(hours=1))
    assert not first.exists()
    assert other.exists()
    assert sorted(path.name for path in (tmp_path / "runs").glob("*.html")) == [
        other.name,
        again.name,
    ]


def test_the_same_input_writes_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write(tmp_path / folder, "run-1", report())
    pages = [
        {path.name: path.read_bytes() for path in (tmp_path / folder).rglob("*.*")}
        for folder in ("one", "two")
    ]
    assert pages[0] == pages[1]


def test_the_index_is_bounded(tmp_path: Path) -> None:
    first = write(tmp_path, "run-0", report())
    document = first.with_suffix(".json").read_text(encoding="utf-8")
    for number in range(1, LISTED + 3):
        name = f"2025{number // 28 + 1:02}{number % 28 + 1:02}T000000Z-old-{number}.json"
        (tmp_path / "runs" / name).write_text(document, encoding="utf-8")
    write(tmp_path, "run-z", report(), made_at=MADE_AT + timedelta(hours=1))
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert text.count('<td class="time">') == LISTED
    assert "4 older pages" in text


@pytest.mark.parametrize("spoilt", ["", "{", '{"run_id": 7}'])
def test_a_spoilt_file_beside_them_stops_nothing(tmp_path: Path, spoilt: str) -> None:
    write(tmp_path, "run-1", report())
    (tmp_path / "runs" / "20260228T000000Z-spoilt.json").write_text(spoilt, encoding="utf-8")
    page = write(tmp_path, "run-2", report(), made_at=MADE_AT + timedelta(hours=1))
    assert page.is_file()
    assert (tmp_path / "index.html").read_text(encoding="utf-8").count('class="time"') == 2


@pytest.mark.parametrize("run_id", ["../../x", "", "a/b", ".hidden", "x" * 200])
def test_a_run_id_that_is_no_file_name_is_refused(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(StopRun, match="run's id"):
        write(tmp_path, run_id, report())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StopRun, match="Data Docs cannot be written"):
        write(tmp_path / "taken", "run-1", report())


def test_a_run_without_reports_has_a_page(tmp_path: Path) -> None:
    assert "Nothing was validated" in write(tmp_path, "run-1").read_text(encoding="utf-8")
