import pickle
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from tasks.sources import FieldNames, SourceProfile, expand, load_profile, profiles_by_outlet
from tasks.sources.layouts import is_within, layout_names

PORT = """
outlet = "الميناء"
paths = "archive"
timezone = "Africa/Cairo"
byline_phrases = ["عدسة"]

[fields]
title = "head"
text = "story"

[[layout]]
valid_until = 2019-12-31
byline_phrases = ["ريشة"]

[layout.fields]
text = "old.story"

[[layout]]
valid_until = 2012-06-30
date_formats = ["%d|%m|%Y"]
byline_phrases = []
"""


@pytest.fixture
def port(tmp_path: Path) -> SourceProfile:
    (tmp_path / "port.toml").write_text(PORT)
    return load_profile("port", folder=tmp_path)


def test_each_layout_is_a_profile_oldest_first(port: SourceProfile) -> None:
    oldest, older = port.by_layout.values()
    assert list(port.by_layout) == [date(2012, 6, 30), date(2019, 12, 31)]
    assert (oldest.name, older.name) == ("port@2012-06-30", "port@2019-12-31")
    assert (oldest.outlet, oldest.timezone) == ("الميناء", "Africa/Cairo")
    assert (oldest.byline_phrases, older.byline_phrases) == ((), ("ريشة",))
    assert (oldest.fields, oldest.date_formats) == (port.fields, ("%d|%m|%Y",))
    assert older.fields == FieldNames(title=("head",), text=("old.story",))
    assert all(not each.paths and not each.layouts for each in (oldest, older))


def test_expanded_profiles_stand_beside_their_own(port: SourceProfile) -> None:
    everything = expand({"port": port, "x": SourceProfile(name="x")})
    assert list(everything) == ["port", "port@2012-06-30", "port@2019-12-31", "x"]
    assert expand(everything) == everything
    assert profiles_by_outlet(everything) == {"port": "port", "الميناء": "port", "x": "x"}
    assert pickle.loads(pickle.dumps(everything)) == everything


def test_the_digest_covers_the_layouts(port: SourceProfile) -> None:
    def told(**layout: object) -> str:
        day = {"valid_until": date(2019, 12, 31)}
        return SourceProfile.model_validate({"name": "x", "layout": [day | layout]}).digest

    variants = [
        SourceProfile(name="x").digest,
        told(),
        told(valid_until=date(2018, 1, 1)),
        told(fields={"text": "a"}),
        told(outlets=["a"]),
        told(related_headings=["a"]),
        *(profile.digest for profile in expand({"port": port}).values()),
    ]
    assert len(set(variants)) == len(variants)
    assert told(outlets=None) == told(fields={}) == told()


def test_a_usual_name_told_in_a_layout_is_no_default() -> None:
    """The layout goes back to the usual names, which the profile replaced."""

    def told(**fields: object) -> SourceProfile:
        layout = {"valid_until": date(2019, 12, 31), "fields": fields}
        return SourceProfile.model_validate(
            {"name": "x", "fields": {"url": "address"}, "layout": [layout]}
        )

    usual, silent = told(url=FieldNames().url), told()
    assert next(iter(usual.by_layout.values())).fields == FieldNames()
    assert usual.digest != silent.digest


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        pytest.param("2012-06-30", "port@2012-06-30", id="last-day"),
        pytest.param("2012-07-01", "port@2019-12-31", id="day-after"),
        pytest.param("30|06|2012", "port@2012-06-30", id="a-layouts-own-format"),
        pytest.param("30|06|2013", "port", id="format-of-an-earlier-time"),
        pytest.param("2019-12-31T23:59:59", "port@2019-12-31", id="last-second"),
        pytest.param("2020-01-01T00:00:00", "port", id="first-second"),
        pytest.param("2019-12-31T22:30:00Z", "port", id="next-day-in-cairo"),
        pytest.param("2019-12-31T21:30:00Z", "port@2019-12-31", id="same-day-in-cairo"),
        pytest.param("2025-03-21", "port", id="now"),
        pytest.param("0001-01-01", "port", id="implausible"),
        pytest.param("أمس", "port", id="unreadable"),
        pytest.param(None, "port", id="no-date"),
    ],
)
def test_a_record_is_of_the_oldest_layout_that_dates_it(
    port: SourceProfile, printed: str | None, name: str
) -> None:
    assert layout_names(port, pa.array([printed], pa.string())).to_pylist() == [name]


def test_a_day_without_a_time_counts_as_printed_west_of_greenwich_too() -> None:
    profile = SourceProfile.model_validate(
        {
            "name": "x",
            "timezone": "America/New_York",
            "layout": [{"valid_until": date(2019, 12, 31)}],
        }
    )
    [(until, layout)] = profile.by_layout.items()
    printed = pa.chunked_array([["2019-12-31", "2020-01-01"], ["2019-12-31T20:00"]])
    assert is_within(printed, layout, until).tolist() == [True, False, True]


def test_many_and_none() -> None:
    plain = SourceProfile(name="x")
    assert layout_names(plain, pa.nulls(3, pa.string())).to_pylist() == ["x"] * 3
    assert layout_names(plain, pa.array([], pa.string())).to_pylist() == []
