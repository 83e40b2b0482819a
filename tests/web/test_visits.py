"""What is remembered of an address, and kept as a table."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.lake_schema import VISITS
from tasks.web import (
    Outcome,
    Response,
    Visit,
    brought_news,
    next_visit,
    visits_from_table,
    visits_to_table,
)

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)

FIRST = next_visit(
    Response(
        url="http://a.com/1",
        outcome=Outcome.FETCHED,
        fetched_at=MONDAY,
        final_url="http://a.com/2",
        status=200,
        etag='"1"',
        last_modified="Mon",
        digest="d1",
    )
)


def came(outcome: Outcome, **more: object) -> Response:
    return Response(url="http://a.com/1", outcome=outcome, fetched_at=TUESDAY, **more)  # type: ignore[arg-type]


def test_a_first_visit() -> None:
    assert (FIRST.etag, FIRST.digest, FIRST.final_url) == ('"1"', "d1", "http://a.com/2")
    assert FIRST.asked_at == FIRST.fetched_at == MONDAY
    assert (FIRST.outcome, FIRST.status, FIRST.failures) == ("fetched", 200, 0)


@pytest.mark.parametrize("outcome", [Outcome.GONE, Outcome.FAILED, Outcome.REFUSED])
def test_what_came_before_is_not_forgotten(outcome: Outcome) -> None:
    visit = next_visit(came(outcome, status=500, reason="status", etag='"of the error"'), FIRST)
    assert (visit.etag, visit.digest, visit.fetched_at) == ('"1"', "d1", MONDAY)
    assert (visit.asked_at, visit.reason, visit.status) == (TUESDAY, "status", 500)
    assert visit.failures == (outcome is not Outcome.REFUSED)
    assert next_visit(came(outcome), visit).failures == 2 * visit.failures
    assert next_visit(came(Outcome.NOT_MODIFIED), visit).failures == 0


def test_not_modified_keeps_what_it_does_not_renew() -> None:
    visit = next_visit(came(Outcome.NOT_MODIFIED, etag='"2"'), FIRST)
    assert (visit.etag, visit.last_modified, visit.digest) == ('"2"', "Mon", "d1")
    assert (visit.fetched_at, visit.asked_at) == (MONDAY, TUESDAY)


def test_a_body_without_validators_forgets_the_old_ones() -> None:
    visit = next_visit(came(Outcome.FETCHED, digest="d2"), FIRST)
    assert (visit.etag, visit.last_modified, visit.digest) == (None, None, "d2")


def test_a_first_visit_that_brought_nothing() -> None:
    visit = next_visit(came(Outcome.FAILED, reason="timeout"))
    assert (visit.digest, visit.fetched_at, visit.failures) == (None, None, 1)


def test_news() -> None:
    assert brought_news(came(Outcome.FETCHED, digest="d1"), None)
    assert not brought_news(came(Outcome.FETCHED, digest="d1"), FIRST)
    assert brought_news(came(Outcome.FETCHED, digest="d2"), FIRST)
    assert not brought_news(came(Outcome.NOT_MODIFIED), None)


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
TIME = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
VISIT = st.builds(
    Visit,
    url=TEXT,
    asked_at=TIME,
    outcome=st.sampled_from([each.value for each in Outcome]),
    status=st.integers(0, 999),
    reason=TEXT,
    failures=st.integers(0, 1000),
    not_before=st.none() | TIME,
    final_url=st.none() | TEXT,
    fetched_at=st.none() | TIME,
    etag=st.none() | TEXT,
    last_modified=st.none() | TEXT,
    digest=st.none() | TEXT,
)


@settings(max_examples=30)
@given(st.lists(VISIT, max_size=5, unique_by=lambda each: each.url))
def test_a_table_gives_the_visits_back(visits: list[Visit]) -> None:
    table = visits_to_table(visits)
    table.validate(full=True)
    assert table.schema.equals(VISITS, check_metadata=True)
    assert visits_from_table(table) == {each.url: each for each in visits}


def test_so_does_a_file(tmp_path: object) -> None:
    path = f"{tmp_path}/visits.parquet"
    pq.write_table(visits_to_table([FIRST]), path)
    assert visits_from_table(pq.read_table(path)) == {FIRST.url: FIRST}


def test_of_one_address_the_last_row_counts() -> None:
    later = next_visit(came(Outcome.GONE), FIRST)
    assert visits_from_table(visits_to_table([FIRST, later])) == {FIRST.url: later}
    assert visits_from_table(pa.Table.from_pylist([], schema=VISITS)) == {}
