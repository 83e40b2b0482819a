"""Near copies against history: whose they are, who is crowned, and what arrival order decides."""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import islice, permutations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.clean import clean
from tasks.deduplicate import Decisions, decide, find_candidates
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tasks.store import verify
from tests.clean.record_tables import records
from tests.deduplicate.no_history import NoHistory
from tests.news_lake import NewsLake, Printed, cleaned, cut, original, reworded, story
from tests.shared_data import NEWS, needs_news

PROFILES = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> NewsLake:
    """An article with a cut and a reworded copy, and two that nothing copies."""
    news = NewsLake(tmp_path_factory.mktemp("made"))
    news.publish(original("A", 0, 5), original("D", 1, 5), original("E", 2, 5))
    news.publish(cut("B", 0, 6), reworded("C", 0, 7))
    return news


@pytest.fixture
def news(made: NewsLake, tmp_path: Path) -> NewsLake:
    return made.copied(tmp_path)


def fates(news: NewsLake, decided: Decisions) -> dict[str, tuple[str, str, str | None]]:
    return {
        row["native_id"]: (row["disposition"], row["reason"], news.names.get(row["duplicate_of"]))
        for row in decided.records.to_pylist()
    }


def test_copies_of_an_article_of_the_lake(tmp_path: Path) -> None:
    news = NewsLake(tmp_path)
    news.publish(original("A", 0, 5), original("D", 1, 5))
    decided = news.publish(cut("B", 0, 6), reworded("C", 0, 7), original("F", 3, 7))
    assert fates(news, decided) == {
        "B": ("duplicate", "near", "A"),
        "C": ("duplicate", "near", "A"),
        "F": ("published", "new", None),
    }
    near = {row["native_id"]: row["similarity"] for row in decided.records.to_pylist()}
    assert 0.6 < near["B"] < near["C"] <= 1.0
    assert [(row["copies"]) for row in decided.amended.to_pylist()] == [3]
    assert news.rows("articles")["A"]["copies"] == 3
    assert {row["cluster_id"] for row in news.rows("duplicates").values()} == {"A"}


def test_what_copies_a_copy_copies_the_article(news: NewsLake) -> None:
    """Half of the story is less like the whole than like the copy that was cut before."""
    decided = news.publish(cut("F", 0, 8, 3, share=0.5))
    assert fates(news, decided)["F"] == ("duplicate", "near", "A")


def test_one_that_was_published_before_is_crowned(news: NewsLake) -> None:
    before = {row["article_id"]: row for row in news.rows("duplicates").values()}
    decided = news.publish(cut("F", 0, 1, 3), original("G", 4, 1, 3))
    assert fates(news, decided)["F"] == ("published", "new", None)
    moved = {news.names[row["article_id"]]: row for row in decided.moved.to_pylist()}
    assert {name: row["dataset"] for name, row in moved.items()} == {
        "A": "articles", "B": "duplicates", "C": "duplicates"
    }  # fmt: skip
    assert {news.names[row["duplicate_of"]] for row in moved.values()} == {"F"}
    assert {news.names[row["deposed"]] for row in moved.values()} == {"A"}
    assert {row["copies"] for row in moved.values()} == {4}
    assert moved["B"]["kind"] == "exact"  # it was cut at the same word
    assert moved["B"]["similarity"] == 1.0
    assert moved["A"]["similarity"] == before[moved["B"]["article_id"]]["similarity"]
    step = {news.names[row["article_id"]]: row for row in decided.index_step.to_pylist()}
    assert {name: (row["dataset"], row["copies"]) for name, row in step.items()} == {
        "A": ("duplicates", 4),
        "B": ("duplicates", 4),
        "C": ("duplicates", 4),
        "F": ("articles", 4),
        "G": ("articles", 1),
    }
    assert {news.names[step[name]["cluster_id"]] for name in "ABCF"} == {"A"}
    assert len(decided.amended) == len(decided.replaced) == 0


def test_copies_of_a_crowned_article_come_with_it(news: NewsLake) -> None:
    decided = news.publish(cut("F", 0, 1, 3), reworded("G", 0, 9, 4))
    assert fates(news, decided) == {
        "F": ("published", "new", None), "G": ("duplicate", "near", "F")
    }  # fmt: skip
    assert news.copies() == {"A": "F", "B": "F", "C": "F", "G": "F"}
    assert {row["copies"] for row in news.rows("duplicates").values()} == {5}


def test_the_crown_can_be_taken_again(news: NewsLake) -> None:
    news.publish(cut("F", 0, 3, 3))
    news.publish(reworded("G", 0, 1, 4))
    assert news.copies() == dict.fromkeys("ABCF", "G")
    articles = news.rows("articles")
    assert (articles["G"]["cluster_id"], articles["G"]["copies"]) == ("A", 5)
    decided = news.publish(cut("H", 0, 2, 3, share=0.8))
    assert fates(news, decided)["H"] == ("duplicate", "near", "G")


@pytest.mark.parametrize(
    ("late", "crowned"),
    [
        pytest.param(cut("F", 0, 4, 3), True, id="earlier"),
        pytest.param(cut("F", 0, 5, 3), False, id="at-the-same-time"),
        pytest.param(Printed("F", f"{story(0).text} انتهى.", 5, 3), False, id="longer"),
        pytest.param(cut("F", 0, 6, 3), False, id="later"),
    ],
)
def test_only_who_was_published_before_takes_a_place(
    news: NewsLake, late: Printed, crowned: bool
) -> None:
    news.publish(late)
    assert ("F" in news.rows("articles")) == crowned


def test_a_revised_copy_is_judged_anew_and_counts_once(news: NewsLake) -> None:
    news.publish(Printed("B", f"{story(0).text} انتهى.", 9, 1))
    row = news.rows("duplicates")["B"]
    assert (row["duplicate_of"], row["revision"]) == ("A", 2)
    assert row["similarity"] > 0.9
    assert news.rows("articles")["A"]["copies"] == 3
    news.publish(Printed("B", story(5).text, 10, 1))
    articles = news.rows("articles")
    assert (articles["A"]["copies"], articles["B"]["copies"]) == (2, 1)


def test_a_revised_copy_of_a_crowned_article_goes_its_own_way(news: NewsLake) -> None:
    news.publish(cut("F", 0, 1, 3), Printed("B", story(5).text, 10, 1))
    assert news.copies() == {"A": "F", "C": "F"}
    articles = news.rows("articles")
    assert (articles["F"]["copies"], articles["B"]["copies"]) == (3, 1)
    assert {row["copies"] for row in news.rows("duplicates").values()} == {3}
    assert verify(news.lake) == []


def test_a_copy_of_two_clusters_joins_the_earlier_and_leaves_both_apart(tmp_path: Path) -> None:
    news = NewsLake(tmp_path)
    first, link, last = chain()
    news.publish(first, last)
    assert set(news.rows("articles")) == {"first", "last"}
    news.publish(link)
    assert news.copies() == {"link": "first"}


def chain() -> tuple[Printed, Printed, Printed]:
    """Three texts: the second is a copy of either other, which are none of each other."""
    words = " ".join(story(number).text for number in (0, 1)).replace("\n", " ").split()
    return tuple(  # type: ignore[return-value]
        Printed(name, " ".join(words[25 * n : 25 * n + 80]), 1 + n, n)
        for n, name in enumerate(("first", "link", "last"))
    )


def clusters(news: NewsLake) -> set[frozenset[str]]:
    """The articles with what copies them, whatever the cluster is called."""
    grouped = defaultdict(set)
    for name in news.rows("articles"):
        grouped[name].add(name)
    for copy, name in news.copies().items():
        grouped[name].add(copy)
    return {frozenset(names) for names in grouped.values()}


def one_by_one(root: Path, printed: Sequence[Printed]) -> NewsLake:
    news = NewsLake(root)
    for each in printed:
        news.publish(each)
    return news


STAR = [original("A", 0, 3), cut("B", 0, 5), reworded("C", 0, 1)]


def test_arrival_order_does_not_matter_where_all_copy_each_other(tmp_path: Path) -> None:
    """Neither who is together nor who is the article; only the cluster's name tells who came."""
    for number, order in enumerate(permutations(STAR)):
        news = one_by_one(tmp_path / str(number), order)
        assert clusters(news) == {frozenset("ABC")}
        assert news.copies() == {"A": "C", "B": "C"}
        (name,) = {row["cluster_id"] for row in news.rows("duplicates").values()}
        assert name == order[0].name


@pytest.mark.parametrize("order", list(permutations(["first", "link", "last"])), ids="-".join)
def test_arrival_order_matters_for_a_chain_whose_head_comes_last(
    order: Sequence[str], tmp_path: Path
) -> None:
    """The far end is too unlike the first to join it, but follows the link that it had joined."""
    news = one_by_one(tmp_path, sorted(chain(), key=lambda printed: order.index(printed.name)))
    whole = {frozenset({"first", "link", "last"})}
    apart = {frozenset({"first", "link"}), frozenset({"last"})}
    assert clusters(news) == (whole if order[2] == "first" else apart)


def test_the_far_end_of_a_chain_stands_apart_in_one_batch(tmp_path: Path) -> None:
    news = NewsLake(tmp_path)
    news.publish(*chain())
    assert news.copies() == {"link": "first"}


def test_who_is_far_from_the_crowned_does_not_copy_the_deposed(tmp_path: Path) -> None:
    """The link stood alone in the lake; what is before and after it comes in one batch."""
    news = NewsLake(tmp_path)
    first, link, last = chain()
    news.publish(link)
    decided = news.publish(first, last)
    assert fates(news, decided) == {
        "first": ("published", "new", None), "last": ("published", "new", None)
    }  # fmt: skip
    assert news.copies() == {"link": "first"}
    assert verify(news.lake) == []


def test_a_text_stays_where_it_stands_word_for_word(tmp_path: Path) -> None:
    """A was revised after B had copied it: who prints the old text again copies A as B does."""
    news = NewsLake(tmp_path)
    news.publish(original("A", 0, 5), original("B", 0, 6, 1))
    news.publish(Printed("A", story(5).text, 9))
    decided = news.publish(original("C", 0, 10, 2), cut("D", 0, 11, 3))
    told = fates(news, decided)
    assert (told["C"][0], told["C"][2]) == ("duplicate", "A")
    assert told["D"] == ("published", "new", None)
    assert verify(news.lake) == []


@cache
def mixed() -> pa.Table:
    """Candidates of a batch of originals, copies, chains and repeats."""
    made = [original(f"A{n}", n, 1 + n % 20, n % 5) for n in range(12)]
    made += [cut(f"B{n}", n, 3 + n, (n + 1) % 5, share=0.5 + n / 20) for n in range(8)]
    made += [reworded(f"C{n}", n, 1 + n, (n + 2) % 5) for n in range(5)]
    return find_candidates(cleaned([*made, *chain()]))


def by_ref(decided: Decisions) -> pa.Table:
    return decided.records.sort_by("record_ref")


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25)
def test_near_copies_do_not_depend_on_the_order_of_a_batch(seed: int) -> None:
    rows = np.random.default_rng(seed).permutation(len(mixed()))
    whole = by_ref(decide(mixed(), NoHistory()))
    assert whole["kind"].drop_null().to_pylist().count("near") > 10
    assert by_ref(decide(mixed().take(pa.array(rows)), NoHistory())).equals(whole)


@cache
def real_rows() -> list[dict[str, str]]:
    with gzip.open(NEWS, "rt", encoding="utf-8", newline="\n") as lines:
        found = [json.loads(line) for line in islice(lines, 20_000)]
    return random.Random(7).sample(found, 4000)


@needs_news
def test_real_news_makes_the_same_clusters_in_any_order_and_shards() -> None:
    told = [
        {
            "native_id": row["id"],
            "record_ref": f"news.jsonl#{row['id']}",
            "published_raw": row.get("published_at"),
            **{name: row.get(name) for name in ("source", "url", "title", "text")},
        }
        for row in real_rows()
    ]
    decided = []
    for shards, seed in ((1, None), (7, 1), (40, 2)):
        rows = list(told) if seed is None else random.Random(seed).sample(told, len(told))
        tables = [clean(records(*rows[n::shards]), PROFILES).kept for n in range(shards)]
        candidates = pa.concat_tables(map(find_candidates, tables))
        decided.append(by_ref(decide(candidates, NoHistory())))
    assert set(decided[0]["kind"].drop_null().to_pylist()) == {"exact", "near", "reworded"}
    assert all(other.equals(decided[0]) for other in decided[1:])
