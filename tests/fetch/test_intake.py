"""Every way a batch arrives, through the whole stage: the same two articles come out."""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd

from tasks.fetch.streams import HEAD
from tasks.sources import SourceProfile, expand
from tasks.sources.profile import Encoding
from tests.fetch.archiving import zipped
from tests.fetch.fetching import Row, is_accounted, kept, land, make, reading, reasons, refused

ARTICLES = [
    {"id": "1", "title": "افتتاح المعرض", "text": "افتتح الوزير معرض الكتاب.\u2028وحضر الناس."},
    {"id": "2", "title": "عودة المطر", "text": 'هطلت أمطار غزيرة،\nوامتلأت الأودية "كلها".'},
]


def as_lines(_folder: Path) -> bytes:
    return b"\n".join(json.dumps(row, ensure_ascii=False).encode() for row in ARTICLES)


def as_array(_folder: Path) -> bytes:
    return json.dumps(ARTICLES, ensure_ascii=False, indent=1).encode()


def as_wrapper(_folder: Path) -> bytes:
    return json.dumps({"status": "ok", "articles": ARTICLES}, ensure_ascii=False).encode()


def as_csv(_folder: Path) -> bytes:
    table = io.StringIO()
    writer = csv.DictWriter(table, list(ARTICLES[0]))
    writer.writeheader()
    writer.writerows(ARTICLES)
    return table.getvalue().encode("utf-8-sig")


def as_wide_csv(folder: Path) -> bytes:
    return as_csv(folder).decode("utf-8-sig").replace(",", "\t").encode("utf-16")


def as_parquet(folder: Path) -> bytes:
    path = folder / "made.parquet"
    pq.write_table(pa.Table.from_pylist(ARTICLES), path)
    return path.read_bytes()


def as_csv_of_pandas(frame: pd.DataFrame) -> tuple[str, bytes]:
    return "a.csv", frame.to_csv(index=False).encode()


def as_lines_of_pandas(frame: pd.DataFrame) -> tuple[str, bytes]:
    return "a.jsonl", frame.to_json(orient="records", lines=True).encode()


def as_parquet_of_pandas(frame: pd.DataFrame) -> tuple[str, bytes]:
    file = io.BytesIO()
    frame.to_parquet(file)
    return "a.parquet", file.getvalue()


def told(row: Row) -> Row:
    return {"id": row["native_id"], "title": row["title"], "text": row["text"]}


FORMS = [as_lines, as_array, as_wrapper, as_csv, as_wide_csv, as_parquet]
PACKERS: list[Callable[[bytes], bytes]] = [
    bytes,
    gzip.compress,
    zstd.compress,
    bz2.compress,
    lzma.compress,
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pack", PACKERS, ids=["plain", "gz", "zst", "bz2", "xz"])
def test_each_format_gives_the_same_articles(
    tmp_path: Path, form: Callable[[Path], bytes], pack: Callable[[bytes], bytes]
) -> None:
    folder = make(tmp_path / "in", {"batch": pack(form(tmp_path))})
    fetched = land(tmp_path / "lake", folder)
    assert [told(row) for row in kept(fetched)] == ARTICLES, refused(fetched)
    assert is_accounted(fetched)


def test_members_of_nested_archives_are_read_under_their_paths(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("صدى/a.txt", "عنوان الخبر\nوصل القطار إلى المحطة.".encode("windows-1256"))
        archive.writestr("../b.txt", "x")
    outer = io.BytesIO()
    with tarfile.open(fileobj=outer, mode="w:gz") as tar:
        for name, data in (("c.jsonl", as_lines(tmp_path)), ("d.zip", inner.getvalue())):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    folder = make(tmp_path / "in", {"paper.tar.gz": outer.getvalue()})
    fetched = land(tmp_path / "lake", folder)
    assert {row["record_ref"]: (row["source"], row["read_as"]) for row in kept(fetched)} == {
        "paper.tar.gz!c.jsonl#1": ("paper", None),
        "paper.tar.gz!c.jsonl#2": ("paper", None),
        "paper.tar.gz!d.zip!صدى/a.txt#1": ("صدى", "windows-1256"),
    }
    assert reasons(fetched) == {"paper.tar.gz!d.zip!../b.txt#1": "unsafe-path"}
    assert is_accounted(fetched)


def test_no_two_records_have_one_reference(tmp_path: Path) -> None:
    """Whatever their files are called: the name of one may be the path of another."""
    files = {
        "nest.zip": zipped({"in.zip": zipped({"b.txt": b"x"}), "in.zip!b.txt": b"z"}),
        "a.zip": zipped({"b.txt": b"x"}),
        "a.zip!b.txt": b"y",
        "a.zip\\!b.txt": b"z",
    }
    fetched = land(tmp_path / "lake", make(tmp_path / "in", files))
    references = [row["record_ref"] for row in [*kept(fetched), *refused(fetched)]]
    assert len(references) == len(set(references)) == 5
    assert {"a.zip!b.txt#1", r"a.zip\!b.txt#1", r"nest.zip!in.zip\!b.txt#1"} <= set(references)
    assert is_accounted(fetched)


def test_rows_in_two_encodings_are_read_each_in_its_own(tmp_path: Path) -> None:
    """As files are that were put together, or that a program went on with after an update."""
    rows = [f"{number},عنوان رقم {number},قال الوزير إن الخطة تبدأ غدا" for number in range(2_000)]
    data = b"id,title,text\n" + b"".join(
        (row + "\n").encode("utf-8" if number == 1_900 else "windows-1256")
        for number, row in enumerate(rows)
    )
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {"a.csv": data}))
    told = kept(fetched)
    assert [row["native_id"] for row in told] == [str(number) for number in range(2_000)]
    assert {row["text"] for row in told} == {"قال الوزير إن الخطة تبدأ غدا"}
    assert Counter(row["read_as"] for row in told) == {"windows-1256": 1_999, None: 1}


def test_another_header_makes_another_batch(tmp_path: Path) -> None:
    """A person who mends the name of a column wants the rows read again."""
    lake, folder = tmp_path / "lake", tmp_path / "in"
    first = land(lake, make(folder, {"a.csv": "title,body,data\nعنوان,نص,2025-01-01\n"}))
    second = land(lake, make(folder, {"a.csv": "title,body,date\nعنوان,نص,2025-01-01\n"}))
    assert first.batch.batch_id != second.batch.batch_id
    assert [row["published_raw"] for row in kept(second)] == ["2025-01-01"]


@pytest.mark.parametrize("write", [as_csv_of_pandas, as_lines_of_pandas, as_parquet_of_pandas])
def test_ids_that_pandas_made_floats_are_whole_numbers(
    tmp_path: Path, write: Callable[[pd.DataFrame], tuple[str, bytes]]
) -> None:
    frame = pd.DataFrame({"id": [7, None, 9007199254740], "text": ["أ", "ب", "ج"]})
    name, data = write(frame)
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {name: data}))
    assert [row["native_id"] for row in kept(fetched)] == ["7", None, "9007199254740"]


def test_what_is_nested_too_deep_is_one_refusal(tmp_path: Path) -> None:
    data = b"x"
    for _ in range(4):
        nested = io.BytesIO()
        with zipfile.ZipFile(nested, "w") as archive:
            archive.writestr("a", data)
        data = nested.getvalue()
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {"a.zip": data}))
    assert reasons(fetched) == {"a.zip!a!a#1": "too-deep"}


def test_mojibake_is_repaired_and_told(tmp_path: Path) -> None:
    title = "افتتاح معرض الكتاب في المدينة"
    record = {"title": title.encode("windows-1256").decode("latin-1"), "text": title}
    folder = make(tmp_path / "in", {"a.jsonl": json.dumps(record)})
    (row,) = kept(land(tmp_path / "lake", folder))
    assert (row["title"], row["text"]) == (title, title)
    assert row["read_as"] == "title: repaired windows-1256 read as latin-1"


def as_latin_1(text: str) -> str:
    return text.encode("windows-1256").decode("latin-1")


def as_windows_1252(text: str) -> str:
    octets = text.encode()
    return "".join(
        bytes([octet]).decode("windows-1252", "ignore") or chr(octet) for octet in octets
    )


def as_windows_1256(text: str) -> str:
    return text.encode().decode("windows-1256")


@pytest.mark.parametrize("read", [as_latin_1, as_windows_1252, as_windows_1256])
@pytest.mark.parametrize("proof", ["title", "text"])
def test_short_fields_are_repaired_as_the_title_or_the_text_was(
    tmp_path: Path, read: Callable[[str], str], proof: str
) -> None:
    """So that the profile of the outlet is found."""
    sound = {
        "title": "قال",
        "text": "قال",
        "source": "الأفق",
        "author": "محمد",
        "section": "سياسة",
        proof: "افتتاح معرض الكتاب في المدينة مساء أمس",
    }
    broken = {name: read(value) for name, value in sound.items()}
    lines = "\n".join(map(json.dumps, [broken, {"text": "خبر سليم", "source": "ÇáÃÝÞ"}]))
    how = reading(SourceProfile(name="ufuq", outlet="الأفق"))
    row, other = kept(land(tmp_path / "lake", make(tmp_path / "in", {"a.jsonl": lines}), how=how))
    assert {name: row[name] for name in sound} == sound
    assert row["profile"] == "ufuq"
    assert row["read_as"].count("repaired") == len(sound)
    assert (other["source"], other["profile"], other["read_as"]) == ("ÇáÃÝÞ", "default", None)


def test_what_is_sound_beside_a_repair_stays(tmp_path: Path) -> None:
    title = as_latin_1("افتتاح معرض الكتاب في المدينة")
    record = {"title": title, "text": "خبر سليم", "author": "José Ñandú", "source": "Reuters"}
    folder = make(tmp_path / "in", {"a.jsonl": json.dumps(record)})
    (row,) = kept(land(tmp_path / "lake", folder))
    assert (row["text"], row["author"]) == ("خبر سليم", "José Ñandú")
    assert row["read_as"] == "title: repaired windows-1256 read as latin-1"


ARABIC = "أعلنت الهيئة افتتاح معرض الكتاب في المدينة"
ENGLISH = "".join(f"{n},Report {n} of the agency,{'Nothing to report. ' * 8}\n" for n in range(800))


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        pytest.param("windows-1256", "windows-1256", id="told-by-the-profile"),
        pytest.param("windows-1256", None, id="windows-1256"),
        pytest.param("iso-8859-6", None, id="iso-8859-6"),
    ],
)
def test_arabic_may_begin_late(tmp_path: Path, encoding: str, told: Encoding | None) -> None:
    """Behind more English rows than are looked at to find out an encoding."""
    table = f"id,title,text\n{ENGLISH}900,{ARABIC},{ARABIC}\n"
    assert len(ENGLISH) > HEAD
    folder = make(tmp_path / "صدى", {"a.csv": table.encode(encoding)})
    profile = SourceProfile(name="صدى", encoding=told)
    row = kept(land(tmp_path / "lake", folder, how=reading(profile)))[-1]
    assert (row["title"], row["text"]) == (ARABIC, ARABIC)
    assert row["read_as"] == encoding


def test_bytes_that_are_arabic_in_no_encoding_are_still_refused(tmp_path: Path) -> None:
    table = f"id,title,text\n{ENGLISH}900,caf\udce9,\udce9t\udce9\n"
    folder = make(tmp_path / "in", {"a.csv": table.encode("utf-8", "surrogateescape")})
    assert reasons(land(tmp_path / "lake", folder)) == {"a.csv#801": "not-utf8"}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("length", [200, 2000])
def test_utf_16_behind_utf_8_is_no_part_of_an_article(
    tmp_path: Path, length: int, encoding: str
) -> None:
    """As ``>>`` of some shells appends it; the place where it begins is told."""
    text = f"{ARABIC}\n" * length
    tail = f"{ARABIC} 1955, Cairo.\n" * 40
    folder = make(tmp_path / "in", {"a.txt": text.encode() + tail.encode(encoding)})
    (row,) = refused(land(tmp_path / "lake", folder))
    assert row["reason"] in {"unknown-format", "unknown-encoding"}
    places = [int(found.replace(",", "")) for found in re.findall(r"byte ([\d,]+)", row["detail"])]
    assert abs(places[0] - len(text.encode())) < 40
    assert "save the parts alone" in row["detail"]


def test_a_stray_nul_stays_in_its_article(tmp_path: Path) -> None:
    text = f"{ARABIC}\0 {ARABIC}\n" * 3
    (row,) = kept(land(tmp_path / "lake", make(tmp_path / "in", {"a.txt": text})))
    assert row["text"] == text


def test_a_record_is_read_by_the_layout_of_its_time(tmp_path: Path) -> None:
    """Until 2019 the outlet kept its texts under «نص», and its bylines had another form."""
    profile = SourceProfile.model_validate(
        {
            "name": "صدى",
            "fields": {"text": "body"},
            "layout": [
                {"valid_until": date(2019, 12, 31), "fields": {"text": "نص"}},
                {"valid_until": date(2021, 12, 31), "byline_phrases": "بقلم"},
            ],
        }
    )
    rows: list[dict[str, str]] = [
        {"نص": "الأول", "date": "2018-05-01"},
        {"body": "الثاني", "date": "2024-05-01"},
        {"body": "الثالث", "date": "2021-05-01"},
        {"نص": "الرابع", "date": "2024-05-01"},
        {"body": "الخامس"},
    ]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    folder = make(tmp_path / "in", {"صدى/a.jsonl": lines})
    profiles = expand({"صدى": profile})
    fetched = land(tmp_path / "lake", folder, how=reading(*profiles.values()))
    assert [(row["text"], row["profile"]) for row in kept(fetched)] == [
        ("الأول", "صدى@2019-12-31"),
        ("الثاني", "صدى"),
        ("الثالث", "صدى@2021-12-31"),
        ("الخامس", "صدى"),
    ]
    assert reasons(fetched) == {"صدى/a.jsonl#4": "no-text"}
    assert is_accounted(fetched)


@pytest.mark.parametrize(
    ("encoding", "stray"),
    [
        pytest.param("iso-8859-6", b"\xa1", id="iso-8859-6"),
        pytest.param("utf-16-le", b"\x01\xd8", id="utf-16"),
    ],
)
@pytest.mark.parametrize("form", ["lines", "table"])
def test_a_stray_byte_costs_the_record_that_it_stands_in(
    tmp_path: Path, encoding: str, stray: bytes, form: str
) -> None:
    texts = [f"افتتح الوزير معرض الكتاب رقم {number} في المدينة." for number in range(5)]
    if form == "lines":
        rows = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
    else:
        rows = ["title,text", *(f"خبر,{text}" for text in texts)]
    stored = "\n".join(rows).encode(encoding)
    third = "رقم 2 ".encode(encoding)
    folder = make(tmp_path / "in", {"a.data": stored.replace(third, third + stray)})
    fetched = land(tmp_path / "lake", folder)
    assert [row["text"] for row in kept(fetched)] == [*texts[:2], *texts[3:]]
    assert reasons(fetched) == {"a.data#3": "not-utf8"}
    assert is_accounted(fetched)
