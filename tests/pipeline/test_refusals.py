"""Everything bad in one batch: each is told with what was wrong and where, the rest goes on."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tasks.settings import FetchSettings
from tests.pipeline.running import Ran, Row, by_place, rows, run, warraq

pytestmark = pytest.mark.flow

TEXT = "افتتح محافظ المدينة الجسر الجديد صباح اليوم بعد ثلاث سنوات من العمل المتواصل ليلا ونهارا."
ENGLISH = (
    "The governor opened the new bridge this morning after three years of work, day and night."
)
LONG_LINE = 200 * 1024 * 1024


def record(name: str, **more: object) -> Row:
    """Return a good record whose text no other has."""
    words = " ".join(f"{name}{letter}" for letter in "ابتثجحخد")
    told = {"id": name, "source": "منبر", "title": f"خبر {name}", "text": f"{TEXT}\n{words}"}
    return told | {"published_at": "2025-02-03T10:00:00Z"} | more


def line(name: str, **more: object) -> bytes:
    return json.dumps(record(name, **more), ensure_ascii=False).encode()


NOISE = """\
جميع الحقوق محفوظة
اقرأ أيضاً:
- افتتاح المتحف البحري الجديد
- معرض الزهور يعود بعد غياب عامين
شارك من خلال تويتر فيسبوك جوجل بلس اكتب رأيك
// انتهى //
18:10 ت م"""

LINES: dict[str, bytes] = {
    "good": line("سليم"),
    "prose": "هذا ليس سجلا".encode(),
    "cut": line("مقطوع")[:60],
    "nan": line("عدد")[:-1] + b', "reads": NaN}',
    "infinity": line("عدد")[:-1] + b', "reads": -Infinity}',
    "duplicate-key": line("مفتاح")[:-1] + b', "title": "again"}',
    "surrogate": line("بديل")[:-1] + b', "author": "\\ud800"}',
    "deep": b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "array": b'["text"]',
    "no-text": b'{"title": "x"}',
    "text-null": b'{"id": "t", "text": null}',
    "not-utf8": line("ترميز").replace("افتتح".encode(), "افتتح".encode("cp1256")),
    "empty-body": line("فراغ", text=""),
    "blank-body": line("بياض", text=" \u00a0\u200f\n"),
    "all-noise": line("ضجيج", title="الجسر الجديد", text=NOISE),
    "short-body": line("قصير", text="كلمتان فقط"),
    "english": line("لغة", text=ENGLISH, title="Bridge"),
    "long-title": line("عنوان", title="عنوان " * 17_000),
    "other-address": line("رابط", url="javascript:alert(1)"),
    "long-source": line("مصدر", source="م" * 3_000),
    "nul": line("صفر", text=f"{TEXT} كلمة\0أخرى \x1a\x07 في النص"),
    "in-1803": line("قديم", published_at="1803-05-01"),
    "in-2999": line("بعيد", published_at="2999-01-01T00:00:00Z"),
    "no-such-day": line("يوم", published_at="2025-02-30"),
    "one-id": line("هوية"),
    "one-id-again": line("هوية", text=f"نص آخر تماما لا يشبه الأول. {TEXT}"),
    "last": line("أخير"),
}
"""The lines of one file by name; each is a record."""

REFUSED = {
    "prose": ("rejected", "not-json", "character 0"),
    "cut": ("rejected", "not-json", "character"),
    "nan": ("rejected", "not-json", "NaN"),
    "infinity": ("rejected", "not-json", "Infinity"),
    "duplicate-key": ("rejected", "duplicate-key", "title"),
    "surrogate": ("rejected", "not-json", "surrogate"),
    "deep": ("rejected", "too-deep", "10,001 deep"),
    "array": ("rejected", "not-json", ""),
    "no-text": ("rejected", "no-text", "text, body, content"),
    "text-null": ("rejected", "no-text", "under text is null"),
    "not-utf8": ("rejected", "not-utf8", "offset"),
    "empty-body": ("quarantined", "raw", "empty-text"),
    "blank-body": ("quarantined", "article", "empty-body"),
    "short-body": ("quarantined", "article", "body-too-short"),
    "english": ("quarantined", "article", "not-arabic"),
    "long-title": ("quarantined", "raw", "title-too-large"),
    "other-address": ("quarantined", "raw", "url-not-http"),
    "long-source": ("quarantined", "raw", "source-too-long"),
}
"""Disposition and reason of the lines that are refused, and a part of the detail."""

TAKEN = {
    "good": ("published", "new"),
    "nul": ("published", "new"),
    "in-1803": ("published", "implausible-date"),
    "in-2999": ("published", "implausible-date"),
    "no-such-day": ("published", "unreadable-date"),
    "last": ("published", "new"),
}

FILES: dict[str, tuple[bytes, str, str]] = {
    "empty.txt": (b"", "empty-file", "no record"),
    "empty.jsonl": (b"", "empty-file", "no record"),
    "empty.jsonl.gz": (gzip.compress(b"\n\n"), "empty-file", "no record"),
    "cyrillic.txt": (
        "Директор сообщил, что школа откроется".encode("cp1251"),
        "unknown-encoding",
        "byte 0xC4 at offset 0",
    ),
    "late.txt": (
        f"عنوان\n{TEXT}".encode() + b"\xff",
        "not-utf8",
        f"byte 0xFF at offset {len(f'عنوان{chr(10)}{TEXT}'.encode())}",
    ),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(100), "unknown-format", "a PNG picture"),
    "table.parquet": (b"PAR1" + bytes(100), "unreadable", "Parquet"),
    "damaged.jsonl.gz": (b"\x1f\x8b\x08\x00" + b"?" * 40, "unreadable", "gzip"),
}
"""Files that are one refused record: content, reason, a part of the detail."""


@dataclass(frozen=True, slots=True)
class BadBatch:
    ran: Ran
    lake: Path
    ledger: dict[str, Row]

    def place(self, name: str) -> Row:
        """Return the ledger's row of a named line."""
        return self.ledger[f"lines.jsonl#{[*LINES].index(name) + 1}"]


def write_long_line(path: Path) -> None:
    """Write a line of 200 MB, most of it a hole in the file, and a good line behind it."""
    with path.open("wb") as sink:
        sink.write(b'{"id": "long", "text": "' + b"x" * 100_000)
        sink.seek(LONG_LINE)
        sink.write(b'"}\n' + line("خلف") + b"\n")


def test_the_longest_record_has_the_documented_bound() -> None:
    """What is read of hostile input follows from it: no tuning of shards may move it."""
    assert FetchSettings().max_record_bytes == 16 * 1024 * 1024


def peak_memory() -> int:
    """Return the highest resident memory since the mark was reset, in bytes (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


@pytest.fixture(scope="module")
def bad(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> BadBatch:
    folder = tmp_path_factory.mktemp("bad")
    source = folder / "source"
    source.mkdir()
    (source / "lines.jsonl").write_bytes(b"\n".join(LINES.values()) + b"\n")
    for name, (content, _, _) in FILES.items():
        (source / name).write_bytes(content)
    packed = gzip.compress(b"\n".join(line(f"مضغوط{number}") for number in range(500)))
    (source / "cut.jsonl.gz").write_bytes(packed[: len(packed) * 3 // 4])
    (source / "title-only.txt").write_text("عنوان وحيد\n", encoding="utf-8")
    ran = run(source, lake=folder / "lake")
    return BadBatch(ran, folder / "lake", by_place(folder / "lake", "ledger"))


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_line_is_refused_for_its_reason(name: str, bad: BadBatch) -> None:
    disposition, reason, detail = REFUSED[name]
    found = bad.place(name)
    assert (found["disposition"], found["reason"]) == (disposition, reason), found
    assert detail in found["detail"]
    assert len(found["detail"]) <= 300


@pytest.mark.parametrize("name", TAKEN)
def test_a_line_with_a_flaw_is_taken(name: str, bad: BadBatch) -> None:
    found = bad.place(name)
    assert (found["disposition"], found["reason"]) == TAKEN[name], found


def test_two_records_with_one_id_are_two_texts_of_one_article(bad: BadBatch) -> None:
    two = [bad.place("one-id"), bad.place("one-id-again")]
    assert {row["disposition"] for row in two} == {"published", "revised"}
    assert len({row["article_id"] for row in two}) == 1
    [article] = [row for row in rows(bad.lake, "articles") if row["native_id"] == "هوية"]
    assert article["revision"] == 2


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_one_refusal(name: str, bad: BadBatch) -> None:
    _, reason, detail = FILES[name]
    found = bad.ledger[f"{name}#1"]
    assert (found["disposition"], found["reason"]) == ("rejected", reason), found
    assert detail in found["detail"]
    assert f"{name}#2" not in bad.ledger


def test_records_before_the_end_of_a_cut_gzip_are_published(bad: BadBatch) -> None:
    found = [row for place, row in bad.ledger.items() if place.startswith("cut.jsonl.gz#")]
    *whole, last = sorted(found, key=lambda row: int(row["record_ref"].rpartition("#")[2]))
    assert (last["disposition"], last["reason"]) == ("rejected", "truncated")
    assert len(whole) > 10
    assert {row["disposition"] for row in whole} == {"published"}


def test_a_text_that_is_only_a_title_is_put_aside(bad: BadBatch) -> None:
    found = bad.ledger["title-only.txt#1"]
    assert (found["disposition"], found["reason"]) == ("quarantined", "article")


def test_a_text_of_nothing_but_noise_is_put_aside_whole(bad: BadBatch) -> None:
    found = bad.place("all-noise")
    assert (found["disposition"], found["reason"]) == ("quarantined", "article")
    aside = by_place(bad.lake, "quarantine")[found["record_ref"]]
    assert aside["failed"] == ["empty-body"]
    assert aside["body"] == ""
    assert json.loads(aside["payload"])["text"] == NOISE
    assert {cut["kind"] for cut in aside["removed"]} == {"legal", "related", "share", "meta"}


def test_every_record_is_in_the_ledger_once(bad: BadBatch) -> None:
    assert bad.ran.code == 0
    assert bad.ran.told["records"] == len(bad.ledger) == len(rows(bad.lake, "ledger"))
    assert sum(bad.ran.dispositions.values()) == len(bad.ledger)
    quarantined = [row for row in bad.ledger.values() if row["disposition"] == "quarantined"]
    assert len(rows(bad.lake, "quarantine")) == len(quarantined)
    assert warraq("verify", "--lake", bad.lake).code == 0
    assert "Traceback" not in bad.ran.log


def test_invisible_characters_do_not_reach_the_corpus(bad: BadBatch) -> None:
    [row] = [row for row in rows(bad.lake, "articles") if row["native_id"] == "صفر"]
    assert not {"\0", "\x1a", "\x07"} & set(row["body"])
    assert "كلمة" in row["body"]


def test_dates_that_cannot_be_true_stay_as_they_were_printed(bad: BadBatch) -> None:
    kept = {row["native_id"]: row for row in rows(bad.lake, "articles")}
    for name, printed in (("قديم", "1803-05-01"), ("بعيد", "2999-01-01T00:00:00Z")):
        assert kept[name]["published_raw"] == printed
        assert kept[name]["published_at"] is None
        assert kept[name]["published_month"] == "unknown"


def test_a_batch_of_nothing_but_refused_records_is_a_batch(
    prefect_api: str, tmp_path: Path
) -> None:
    source = tmp_path / "f.jsonl"
    source.write_bytes(LINES["prose"] + b"\n" + LINES["no-text"] + b"\n")
    ran = run(source, lake=tmp_path / "lake")
    assert ran.dispositions == {"rejected": 2}
    assert ran.told["committed"]
    assert rows(tmp_path / "lake", "articles") == []
    assert run(source, lake=tmp_path / "lake").told["already_in_version"] == 1
    assert warraq("verify", "--lake", tmp_path / "lake").code == 0


def test_a_batch_of_nothing_but_quarantined_records_is_a_batch(
    prefect_api: str, tmp_path: Path
) -> None:
    source = tmp_path / "f.jsonl"
    source.write_bytes(LINES["english"] + b"\n" + LINES["empty-body"] + b"\n")
    assert run(source, lake=tmp_path / "lake").dispositions == {"quarantined": 2}
    assert len(rows(tmp_path / "lake", "quarantine")) == 2


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc")
def test_a_line_of_200_mb_is_refused_in_bounded_memory(prefect_api: str, tmp_path: Path) -> None:
    write_long_line(tmp_path / "long.jsonl")
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_memory()
    run(tmp_path / "long.jsonl", lake=tmp_path / "lake")
    grown = peak_memory() - before
    ledger = by_place(tmp_path / "lake", "ledger")
    assert ledger["long.jsonl#1"]["reason"] == "too-large"
    assert f"{LONG_LINE + 2:,} bytes" in ledger["long.jsonl#1"]["detail"]
    assert ledger["long.jsonl#2"]["disposition"] == "published"
    assert grown < 96 * 1024 * 1024


@pytest.mark.parametrize(
    ("source", "said"),
    [
        pytest.param("no-such-file", "no-such-file", id="nothing"),
        pytest.param("*.nothing", "*.nothing", id="glob of nothing"),
    ],
)
def test_a_source_that_is_none_is_wrong_usage(
    source: str, said: str, prefect_api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = warraq("run", source, "--lake", tmp_path / "lake")
    assert ran.code == 2
    [told] = [each for each in ran.log.splitlines() if each.startswith("warraq: ")]
    assert said in told
    assert said in json.dumps(ran.told, ensure_ascii=False)
    assert "Traceback" not in ran.log
