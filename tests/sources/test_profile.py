import re
import tomllib
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from tasks.sources import (
    FieldNames,
    Layout,
    SourceProfile,
    licences_by_outlet,
    profiles_by_outlet,
)
from tasks.sources.profile import Encoding
from tasks.text.encodings import ENCODINGS

DAY = {"valid_until": date(2019, 12, 31)}


def test_a_profile_needs_a_name_only() -> None:
    profile = SourceProfile(name="default")
    assert profile.timezone == "UTC"
    assert "headline" in profile.fields.title


@pytest.mark.parametrize("name", ["feeds", "files"])
def test_the_profiles_of_the_readme_are_sound(name: str) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(# profiles/.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    found = [SourceProfile.model_validate({"name": "x", **tomllib.loads(told)}) for told in blocks]
    chosen = [each for each in found if bool(each.addresses) is (name == "feeds")]
    assert len(chosen) == 1


def test_one_path_may_be_written_without_a_list() -> None:
    profile = SourceProfile.model_validate({"name": "x", "fields": {"title": "story.head"}})
    assert profile.fields.title == ("story.head",)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        pytest.param({"naem": "x"}, "naem", id="unknown-key"),
        pytest.param({"fields": {"heading": "x"}}, "fields.heading", id="unknown-field"),
        pytest.param({"timezone": "Cairo"}, "timezone", id="no-zone"),
        pytest.param({"date_formats": ["%Q"]}, "date_formats.0", id="no-format"),
        pytest.param({"date_formats": ["%H:%M"]}, "date_formats.0", id="format-without-a-day"),
        pytest.param({"outlet": " "}, "outlet", id="blank-outlet"),
        pytest.param({"name": "../x"}, "name", id="path-as-name"),
        pytest.param({"name": ".hidden"}, "name", id="hidden-name"),
        pytest.param({"name": "a/b"}, "name", id="folder-in-name"),
        pytest.param({"name": "x" * 65}, "name", id="long-name"),
        pytest.param({"name": "x@2019-12-31"}, "name", id="name-of-a-layout"),
        pytest.param({"encoding": "cp1256"}, "encoding", id="encoding"),
        pytest.param({"spelling": {"alef_maqsura": "ا"}}, "spelling.alef_maqsura", id="letter"),
        pytest.param({"spelling": {"hamza": "ء"}}, "spelling.hamza", id="habit"),
        pytest.param({"layout": [{}]}, "layout.0.valid_until", id="layout-without-a-day"),
        pytest.param({"layout": [DAY | {"outlet": "x"}]}, "layout.0.outlet", id="layout-key"),
        pytest.param(
            {"layout": [DAY | {"fields": {"x": "y"}}]}, "layout.0.fields.x", id="layout-field"
        ),
        pytest.param(
            {"layout": [DAY | {"date_formats": ["%H"]}]}, "layout.0.date_formats.0", id="format"
        ),
        pytest.param({"layout": [DAY, DAY]}, "layout", id="layouts-of-one-day"),
        pytest.param({"layout": [{"valid_until": date.max}]}, "layout.0.valid_until", id="no-end"),
    ],
)
def test_a_wrong_key_is_named(told: dict[str, object], key: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SourceProfile.model_validate({"name": "x", **told})
    assert key in {".".join(map(str, fault["loc"])) for fault in refused.value.errors()}


def test_a_name_may_be_arabic() -> None:
    assert SourceProfile(name="مصر_وناسها").name == "مصر_وناسها"


def test_the_digest_tells_contents_apart_and_forgets_places() -> None:
    plain = SourceProfile(name="x")
    assert plain.digest == SourceProfile(name="x", timezone="UTC", paths=("here",)).digest
    others = [
        SourceProfile(name="y"),
        SourceProfile(name="x", outlet="y"),
        SourceProfile(name="x", timezone="Africa/Cairo"),
        SourceProfile(name="x", byline_phrases=("كتب",)),
    ]
    assert len({plain.digest, *(other.digest for other in others)}) == 5


def test_a_later_version_leaves_the_digests_of_old_profiles() -> None:
    """Computed before encoding, spelling, layouts and more usual names of dates came in."""
    old = [
        SourceProfile(name="x"),
        SourceProfile(name="x", fields=FieldNames(text=("a.b",)), byline_phrases=("عدسة",)),
    ]
    assert [profile.digest for profile in old] == [
        "0229d37e33daae149bf40543a5ce1db4459d10f830d5139279aa2bfd5f6485a1",
        "c71fea9b9b825464c8276b0b0fd31df671745dff45bc5f96faf51f0462841fbd",
    ]


def test_the_encodings_are_those_that_are_read() -> None:
    assert get_args(Encoding) == ENCODINGS


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(
            {"a": "الميناء", "b": "a", "c": "الميناء"},
            {"الميناء": "a", "a": "b", "b": "b", "c": "c"},
            id="by-outlet-before-name",
        ),
        pytest.param(
            {"ours": "الأهرام", "ahram": "الأهرام"},
            {"الأهرام": "ours", "ours": "ours", "ahram": "ahram"},
            id="the-earlier-first",
        ),
        pytest.param(
            {"الأهرام": None, "ahram": "الأهرام"},
            {"الأهرام": "الأهرام", "ahram": "ahram"},
            id="a-name-is-a-claim",
        ),
        pytest.param({"default": "z", "a": None}, {"a": "a"}, id="the-default-has-no-outlet"),
    ],
)
def test_an_outlet_finds_its_profile(told: dict[str, str | None], expected: dict[str, str]) -> None:
    profiles = {name: SourceProfile(name=name, outlet=outlet) for name, outlet in told.items()}
    assert profiles_by_outlet(profiles) == expected


def test_a_licence_is_no_way_to_read() -> None:
    plain, licensed = SourceProfile(name="x"), SourceProfile(name="x", licence="CC BY 4.0")
    assert plain.digest == licensed.digest
    layout = Layout(valid_until=date(2019, 12, 31), outlets=("x",))
    told = {"name": "x", "layout": [layout]}
    dated, free = (SourceProfile.model_validate(told | more) for more in ({}, {"licence": "MIT"}))
    assert dated.digest == free.digest != plain.digest
    with pytest.raises(ValidationError):
        SourceProfile(name="x", licence=" ")


def test_an_outlet_has_the_licence_of_the_profile_that_reads_it() -> None:
    profiles = {
        "ours": SourceProfile(name="ours", outlet="الأهرام", licence="MIT"),
        "ahram": SourceProfile(name="ahram", outlet="الأهرام", licence="CC BY 4.0"),
        "default": SourceProfile(name="default", licence="all rights reserved"),
        "none": SourceProfile(name="none"),
    }
    assert licences_by_outlet(profiles) == {
        "الأهرام": "MIT",
        "ours": "MIT",
        "ahram": "CC BY 4.0",
        "none": None,
    }
