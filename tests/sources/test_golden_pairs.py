"""Every shipped profile, on a file in its outlet's form: what is read, and the articles it makes.

A pair is ``tests/golden/profiles/<profile>/input.*`` and ``expected.json`` beside it; the input is
written by us, never copied. ``WARRAQ_REWRITE_GOLDENS=1 pytest tests/sources`` writes the latter.
"""

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tasks.clean import clean
from tasks.sources import expand, load_profile, load_profiles
from tasks.sources.loader import SHIPPED
from tasks.store.references import read
from tests.fetch.fetching import kept, land, reading, refused

PAIRS = Path(__file__).parent.parent / "golden" / "profiles"
NAMES = sorted(file.stem for file in SHIPPED.glob("*.toml"))
REWRITE = bool(os.environ.get("WARRAQ_REWRITE_GOLDENS"))
"""Read here, because tests do not see the variables of this name."""

COLUMNS = (
    *("source", "url", "title", "body", "authors", "published_at", "date_precision"),
    *(
        "outlet",
        "dateline_place",
        "agency",
        "section",
        "subtitle",
        "captions",
        "tags",
        "images",
        "related",
    ),
)


def input_of(name: str) -> Path:
    inputs = list((PAIRS / name).glob("input.*"))
    assert len(inputs) == 1, f"tests/golden/profiles/{name} needs one file input.<ending>"
    return inputs[0]


def made_of(name: str, lake: Path) -> dict[str, Any]:
    """Fetch and clean the input as a run does when the profile is its SOURCE."""
    own = load_profile(name, folder=None)
    profile = own.model_copy(update={"paths": (str(input_of(name)),)})
    how = reading(profile)
    fetched = land(lake, name, how=how)
    profiles = expand(how.profiles)
    articles = [
        {column: _plain(row[column]) for column in COLUMNS}
        for ref in fetched.batch.records
        for row in clean(read(ref), profiles).kept.to_pylist()
    ]
    rejected = [{key: row[key] for key in ("record_ref", "reason")} for row in refused(fetched)]
    return {"articles": articles, "refused": rejected}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_reads_its_outlet(name: str, tmp_path: Path) -> None:
    made = made_of(name, tmp_path)
    expected = PAIRS / name / "expected.json"
    if REWRITE:
        text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
        expected.write_text(text, encoding="utf-8")
    assert expected.is_file(), (
        f"No {expected}: WARRAQ_REWRITE_GOLDENS=1 pytest tests/sources writes it; read it then"
    )
    assert json.loads(expected.read_text(encoding="utf-8")) == made
    assert made["articles"], "a golden pair shows one article at least"


@pytest.mark.parametrize("host", ["www.alriyadh.com", "alriyadh.com", "s.alriyadh.com", "x.com"])
def test_a_site_is_read_by_its_profile_and_no_other_host(host: str, tmp_path: Path) -> None:
    page = b"<html><head><title>\xd8\xae\xd8\xa8\xd8\xb1</title></head><body><article><h1>1</h1><p>"
    page += "عاد أهل القرية إلى بئرهم القديمة بعد أن رممها أحفاد من حفروها.</p></article>".encode()
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://{host}/1\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    (tmp_path / "a.warc").write_bytes(head.encode() + block + b"\r\n\r\n")
    how = replace(reading(), profiles=load_profiles(folder=None))
    (row,) = kept(land(tmp_path / "lake", tmp_path / "a.warc", how=how))
    is_its = host.removeprefix("www.") == "alriyadh.com"
    expected = ("alriyadh.com", "جريدة الرياض") if is_its else ("default", host)
    assert (row["profile"], row["source"]) == expected


def test_every_pair_has_a_profile() -> None:
    assert sorted(folder.name for folder in PAIRS.iterdir()) == NAMES
