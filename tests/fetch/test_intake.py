"""Every way a batch arrives, through the whole stage: the same two articles come out."""

import bz2
import csv
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd

from tasks.sources import SourceProfile, expand
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
