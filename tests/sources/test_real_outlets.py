"""Profiles of outlets on the web, on their real feeds and pages, which lie outside the project."""

import json
import re
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from tasks.fetch.web_lists import has_texts, read_list
from tasks.sources import host_of, load_profile, load_profiles, profiles_by_site
from tests.fetch.fetching import kept, land, reading, refused
from tests.shared_data import FEEDS, PAGES, needs_feeds, needs_pages

SELF = re.compile(r'<atom:link href="([^"]+)" rel="self"')

BY_SITE = profiles_by_site(load_profiles(folder=None))


@pytest.fixture(scope="module")
def feeds() -> dict[str, bytes]:
    with tarfile.open(FEEDS) as archive:
        files = {each.name: archive.extractfile(each) for each in archive}
        return {name: file.read() for name, file in files.items() if file and name.endswith(".xml")}


@needs_feeds
def test_the_addresses_are_those_that_the_feeds_state(feeds: dict[str, bytes]) -> None:
    stated = {
        SELF.search(body.decode())[1].replace("&amp;", "&")  # type: ignore[index]
        for body in feeds.values()
    }
    profiles = load_profiles(folder=None).values()
    assert {address for profile in profiles for address in profile.addresses} == stated


@needs_feeds
def test_the_feeds_are_read_whole(feeds: dict[str, bytes], tmp_path: Path) -> None:
    assert len(feeds) == 8
    for name, body in feeds.items():
        items = read_list(body)
        [profile_name] = {BY_SITE[host_of(item.url) or ""] for item in items}
        own = load_profile(profile_name, folder=None)
        assert has_texts(items)
        assert own.follow is False
        path = tmp_path / name
        path.write_bytes(body)
        profile = own.model_copy(update={"paths": (str(path),)})
        fetched = land(tmp_path / f"lake-{name}", profile_name, how=reading(profile))
        rows = kept(fetched)
        assert (len(rows), refused(fetched)) == (len(items), [])
        assert {row["source"] for row in rows} == {own.outlet}


@needs_pages
@pytest.mark.parametrize(
    ("name", "templates"),
    [
        ("alriyadh.com", {"paper", "net", "alriyadh-2010"}),
        ("youm7.com", {"youm7-2010"}),
        ("alghad.com", {"alghad-2010"}),
    ],
)
def test_the_pages_are_read(name: str, templates: set[str], tmp_path: Path) -> None:
    with tarfile.open(PAGES) as archive:
        gold = archive.extractfile("gold.jsonl")
        assert gold is not None
        told = {row["file"]: row for row in map(json.loads, gold)}
        files = [file for file, row in told.items() if row["template"] in templates]
        (tmp_path / "pages").mkdir()
        for file in files:
            page = archive.extractfile(file)
            assert page is not None
            (tmp_path / "pages" / file).write_bytes(page.read())
    own = load_profile(name, folder=None)
    profile = own.model_copy(update={"paths": (str(tmp_path / "pages"),)})
    fetched = land(tmp_path / "lake", name, how=reading(profile))
    rows = kept(fetched)
    assert (len(rows), refused(fetched)) == (len(files), [])
    assert Counter((row["source"], row["profile"]) for row in rows) == {
        (own.outlet, name): len(files)
    }
