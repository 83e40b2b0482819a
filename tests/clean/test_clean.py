"""What holds for cleaning as a whole, whichever rules there are."""

import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from expectations.conformance import SchemaMismatch
from expectations.schema import RECORDS
from tasks.clean import RULES, clean, clean_refused
from tasks.clean.draft import KINDS, Spans, open_draft
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tasks.text.repair import repair, repair_column
from tests.clean.record_tables import cleaned, records
from tests.shared_data import GOLD, needs_gold

PROFILES = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}

WORDS = [
    "أعلن",
    "الوزير",
    "فى",
    "ا\u0653خر",
    "شدّ\u064eة",
    "&quot;",
    "«نعم»",
    "”لا“",
    "ﻗﻮﺍﺕ",
    "\u200f",
    "ﷺ",
]
LINES = [
    "اقرأ أيضاً",
    "- خبر أول",
    "قد يهمك: خبر",
    "كتب: عمار الحلبيتناغمت أوتار",
    "محرر سياسى الأفقأعلن",
]
line = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join) | st.sampled_from(
    LINES
)
article = st.lists(line, max_size=8).map("\n".join)


def test_every_rule_says_why() -> None:
    for rule in RULES:
        module = __import__(rule.__module__, fromlist=["__doc__"])
        assert "«" in (module.__doc__ or ""), f"{rule.__module__} has no example"


@settings(max_examples=40)  # a shard costs the same for one text as for twelve
@given(st.lists(st.tuples(article, st.booleans()), min_size=1, max_size=12))
def test_cuts_are_found_again_in_the_raw_text(told: list[tuple[str, bool]]) -> None:
    rows = cleaned(*({"text": text, "title_in_text": titled} for text, titled in told))
    for (text, _), row in zip(told, rows, strict=True):
        end = 0
        for cut in row["removed"]:
            assert text[cut["start"] : cut["end"]] == cut["text"]
            assert cut["kind"] in KINDS
            assert cut["start"] >= end
            end = cut["end"]


@given(article)
@example("أعلن\nأعلن\nأعلن\nاقرأ أيضاً\nأعلن\nقد يهمك: خبر\nكتب: عمار الحلبيتناغمت أوتار").via(
    "a signature below links stands higher once they are gone"
)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = cleaned({"text": text})[0]["body"]
    assert cleaned({"text": once})[0]["body"] == once


@given(st.lists(article, min_size=1, max_size=6))
def test_rows_in_are_rows_out_whatever_their_neighbours(texts: list[str]) -> None:
    together = cleaned(*({"text": text, "record_ref": "r"} for text in texts))
    apart = [cleaned({"text": text, "record_ref": "r"})[0] for text in texts]
    assert together == apart


@given(article)
def test_the_body_is_the_repaired_text_without_the_cuts(text: str) -> None:
    kept = clean(records({"text": text}), PROFILES).kept
    removed = "".join(repair_column(pa.array([cut["text"]]))[0].as_py() or ""
                      for cut in kept["removed"][0].as_py())  # fmt: skip
    whole = repair_column(pa.array([text]))[0].as_py() or ""
    left = sorted(removed + kept["body"][0].as_py())
    assert [char for char in left if char.isalpha()] == sorted(filter(str.isalpha, whole))


def test_a_cut_that_later_rules_would_see_otherwise_is_refused() -> None:
    table = records({"text": "سطر أول\nسطر ثان"})
    draft = open_draft(table, PROFILES, repair(table["text"]), [])
    for cuts in ([(0, 0, int(draft.lines.end[1]))], [(0, 0, 7), (0, 3, 9)]):
        with pytest.raises(ValueError, match="a part of one line"):
            draft.without(Spans.of(cuts))


def test_an_empty_shard_passes() -> None:
    assert clean(RECORDS.empty_table(), PROFILES).kept.num_rows == 0


def test_other_columns_are_refused_by_name() -> None:
    with pytest.raises(SchemaMismatch, match="missing author"):
        clean(records({"text": "نص"}).drop_columns(["author"]), PROFILES)


@pytest.mark.parametrize(
    ("printed", "at", "problem"),
    [
        pytest.param("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC), None, id="day"),
        pytest.param(
            "2026-03-01T02:00:00+03:00", datetime(2026, 2, 28, 23, tzinfo=UTC), None, id="offset"
        ),
        pytest.param("1803-01-01", None, "implausible-date", id="1803"),
        pytest.param("2999-01-01", None, "implausible-date", id="2999"),
        pytest.param("قريبا", None, "unreadable-date", id="words"),
        pytest.param(None, None, "no-date", id="none"),
    ],
)
def test_dates(printed: str | None, at: datetime | None, problem: str | None) -> None:
    row = cleaned({"text": "نص", "published_raw": printed})[0]
    assert (row["published_at"], row["date_problem"]) == (at, problem)
    assert row["published_raw"] == printed


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param({"url": "http://x.com/a"}, {"url": "https://x.com/a#top"}, True, id="address"),
        pytest.param({"native_id": "7"}, {"native_id": "7"}, True, id="native-id"),
        pytest.param({"native_id": "7"}, {"native_id": "7", "source": "y"}, False, id="outlet"),
        pytest.param(
            {"native_id": "7", "title": "أ"}, {"native_id": "7", "title": "ب"}, False,
            id="a-row-number-alone-is-no-identity",
        ),
        pytest.param(
            {"native_id": "7", "title": "أ"}, {"native_id": "7", "title": "أ", "text": "ب"}, True,
            id="a-row-number-and-a-title",
        ),
        pytest.param(
            {"native_id": "40", "text": "أول"}, {"native_id": "40", "text": "ثان"}, False,
            id="a-row-number-and-the-opening",
        ),
        pytest.param(
            {"native_id": "104512", "title": "أ"}, {"native_id": "104512", "title": "ب"}, True,
            id="a-large-number-is-an-id",
        ),
        pytest.param({"text": "نص"}, {"text": "نص"}, True, id="text"),
        pytest.param({"text": "نص"}, {"text": "نص آخر"}, False, id="other-text"),
        pytest.param(
            {"url": "https://x.com/", "native_id": "1"},
            {"url": "https://x.com/", "native_id": "2"},
            False, id="home-page-is-no-identity",
        ),
        pytest.param(
            {"url": "https://x.com/live", "native_id": "n1", "address_is_shared": True},
            {"url": "https://x.com/live", "native_id": "n2", "address_is_shared": True},
            False, id="shared-address-is-no-identity",
        ),
        pytest.param(
            {"url": "https://x.com/live", "native_id": "n1", "address_is_shared": True},
            {"url": "https://x.com/live?x=1", "native_id": "n1", "address_is_shared": True},
            True, id="native-id-under-a-shared-address",
        ),
    ],
)  # fmt: skip
def test_article_ids(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    first, second = cleaned(
        {"text": "ا", **one}, {"text": "ا" if "text" not in other else "", **other}
    )
    assert (first["article_id"] == second["article_id"]) is same


@pytest.mark.parametrize("name", ["source", "author", "section", "published_raw", "native_id"])
def test_refused_records_are_told_by_id_and_text_whatever_is_in_their_fields(name: str) -> None:
    """A megabyte of words is no pattern that can be searched for."""
    text = "قال المدير إن المتحف يفتح غدا."
    table = records({"text": text, name: "كلمة " * 100_000}, {"text": text, name: "كلمة " * 90_000})
    kept = clean_refused(table, PROFILES).to_pylist()
    assert [row["body"] for row in kept] == [text, text]
    of_identity = name in {"source", "native_id"}
    assert len({row["article_id"] for row in kept}) == 1 + of_identity
    plain = records({"text": f"كتب: سالم المنصوري\n{text}", "author": "سالم", "title": "متحف"})
    assert clean_refused(plain, PROFILES).equals(clean(plain, PROFILES).kept)


def test_authors_are_split_and_told_once() -> None:
    row = cleaned({"text": "كتب: عمر زيد\nنص الخبر.", "author": "ليلى حداد، عمر زيد"})[0]
    assert row["authors"] == ["ليلى حداد", "عمر زيد"]


@needs_gold
def test_real_articles_lose_nothing_that_is_body() -> None:
    """On the development gold, no cut touches a character that a person labelled as body."""
    gold = [json.loads(row) for row in GOLD.read_text(encoding="utf-8").splitlines()]
    rows = cleaned(*({"text": row["raw"], "source": row["source"]} for row in gold))
    for row, labelled in zip(rows, gold, strict=True):
        noise = {i for start, end, _ in labelled["spans"] for i in range(start, end)}
        noise |= {i for start, end in labelled.get("doubt", []) for i in range(start, end)}
        for cut in row["removed"]:
            body = [labelled["raw"][i] for i in range(cut["start"], cut["end"]) if i not in noise]
            assert not "".join(body).strip(" \n:.-،"), (labelled["id"], cut)


def test_pa_types_are_large_enough() -> None:
    assert (
        clean(records({"text": "نص"}), PROFILES).kept.schema.field("body").type == pa.large_string()
    )
