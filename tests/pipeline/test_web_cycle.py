"""An outlet on the web through the flow, run after run as a schedule would."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fetch.outlet_site import Outlet
from tests.pipeline.running import Ran, by_place, rows, run, warraq
from tests.web.sites import Site

pytestmark = pytest.mark.flow


@pytest.fixture
def outlet(prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outlet]:
    for name, value in {
        "ALLOW_PRIVATE_HOSTS": "true",
        "HOST_DELAY_SECONDS": "0",
        "HOST_CONNECTIONS": "4",
        "ATTEMPTS": "1",
        "SETTLE_SECONDS": "0",
    }.items():
        monkeypatch.setenv(f"WARRAQ_FETCH__{name}", value)
    with Site() as site:
        yield Outlet(site).open(5)


def test_each_run_of_a_schedule_takes_what_is_new(outlet: Outlet, tmp_path: Path) -> None:
    lake = tmp_path / "lake"

    def go() -> Ran:
        outlet.site.asked.clear()
        return run(outlet.feed, lake=lake)

    first = go()
    assert first.dispositions == {"published": 5}
    assert "set WARRAQ_FETCH__CONTACT" in first.log

    nothing = go()
    assert (nothing.told["committed"], nothing.told["records"]) == (False, 0)
    assert outlet.site.paths() == ["/feed"]

    for number in (6, 7, 8):
        outlet.add(number)
    assert go().dispositions == {"published": 3}
    assert len(outlet.site.paths()) == 4

    outlet.correct(2, "وقالت البلدية في تصحيح نشرته لاحقا إن الجسر افتتح يوم الاثنين.")
    assert go().dispositions == {"revised": 1}
    row = by_place(lake, "articles")[f"{outlet.site.url(outlet.stories[2].path)}#1"]
    assert row["revision"] == 2
    assert row["body"].endswith("افتتح يوم الاثنين.")

    outlet.add(9)
    del outlet.site.pages[outlet.stories[9].path]
    assert go().told["records"] == 0  # gone before it could be read: no record came

    outlet.broken = "<html><head><title>502</title></head><body><h1>502</h1></body></html>"
    assert go().dispositions == {"rejected": 1}
    outlet.broken = None

    assert len(rows(lake, "articles")) == 8
    assert warraq("verify", "--lake", lake).code == 0
    assert [path.name for path in (lake / "work").iterdir()] == ["fetch"]


def test_a_host_that_is_down_fails_the_run_and_leaves_the_lake(
    outlet: Outlet, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    run(outlet.feed, lake=lake)
    down = warraq("run", "http://127.0.0.1:9/feed", "--lake", lake)
    assert down.code == 1
    assert "No site answered" in down.log
    both = run("http://127.0.0.1:9/feed", outlet.feed, lake=lake)
    assert list(both.told["sources_lost"]) == ["http://127.0.0.1:9/feed"]
    assert len(rows(lake, "articles")) == 5


def test_better_rules_need_no_new_fetch(outlet: Outlet, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    run(outlet.feed, lake=lake)
    before = {row["record_ref"]: row["body"] for row in rows(lake, "articles")}
    outlet.site.asked.clear()
    assert warraq("rebuild", "--lake", lake).code == 0
    assert outlet.site.asked == []
    assert {row["record_ref"]: row["body"] for row in rows(lake, "articles")} == before
