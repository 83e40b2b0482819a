"""Texts in the duplicate index: found by their likeness, and the same however it was made."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from expectations.lake_schema import INDEX_STEP
from tasks.deduplicate import Parameters, compare_with
from tasks.errors import RetryLater, StopRun
from tasks.retract import Request, retract
from tasks.store import index_tables, index_texts, keep_up, open_index, transaction, verify
from tasks.store.databases import remove_database
from tasks.store.index import index_path
from tasks.text.signature_sizes import DEFAULT_SIZES, Sizes
from tests.news_lake import NewsLake, Printed, cut, original, reworded, story

ORIGINALS = [original(f"A{n}", n, 2 + n) for n in range(8)]
COPIES = [cut("B0", 0, 12), reworded("C0", 0, 13), cut("B1", 1, 13), reworded("C2", 2, 14)]
ASKED = [
    *(cut(f"Q{n}", n, 20, 3, share=0.8) for n in range(8)),
    original("Q-other", 12, 20, 3),
    Printed("Q-short", "التفاصيل في الفيديو", 20, 3),
]
OTHER_SIZES = Sizes(bands=20, rows=2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> NewsLake:
    """A lake whose index grew with three batches: originals, copies, a revision."""
    news = NewsLake(tmp_path_factory.mktemp("made"))
    news.publish(*ORIGINALS)
    news.publish(*COPIES)
    news.publish(Printed("A7", story(9).text, 9))
    return news


@pytest.fixture
def news(made: NewsLake, tmp_path: Path) -> NewsLake:
    return made.copied(tmp_path)


def answers(news: NewsLake) -> dict[str, Any]:
    """All that the index tells of likeness, in no order but that of names."""
    keys = news.candidates(*ASKED)["bands"].combine_chunks().flatten().to_numpy()
    ids = pa.array(sorted(news.names))
    with open_index(news.lake) as index:
        alike = index.find_alike(keys.reshape(len(ASKED), -1))
        texts = alike.texts.to_pylist()
        return {
            "alike": sorted(
                (ASKED[row].name, news.names[texts[place]["article_id"]])
                for row, place in alike.pairs.tolist()
            ),
            "met": sorted(texts, key=lambda row: str(row["article_id"])),
            "texts": index.read_texts(ids).sort_by("article_id").to_pylist(),
            "copies": index.find_copies(ids).to_pylist(),
            "count": index.count_texts(),
        }


def found(news: NewsLake, asked: Printed) -> set[str]:
    """The names of texts that share a band with this one."""
    keys = news.candidates(asked)["bands"].combine_chunks().flatten().to_numpy()
    with open_index(news.lake) as index:
        alike = index.find_alike(keys.reshape(1, -1))
    return {news.names[name] for name in alike.texts["article_id"].to_pylist()}


def runs_of(news: NewsLake) -> list[Path]:
    return sorted(index_path(news.lake.root).parent.glob("*.postings"))


def lose(news: NewsLake) -> None:
    """Remove the database and every run."""
    shutil.rmtree(index_path(news.lake.root).parent)


def test_copies_are_found_by_their_likeness(news: NewsLake) -> None:
    told = answers(news)
    pairs = set(told["alike"])
    assert {("Q0", "A0"), ("Q0", "B0"), ("Q0", "C0"), ("Q1", "B1"), ("Q2", "C2")} <= pairs
    assert {asked for asked, _ in pairs} == {f"Q{n}" for n in range(7)}
    assert told["count"] == len(told["texts"]) == 12
    copied = {
        news.names[row["article_id"]]: news.names[row["duplicate_of"]] for row in told["copies"]
    }
    assert copied == {"B0": "A0", "C0": "A0", "B1": "A1", "C2": "A2"}


def _make_anew(news: NewsLake) -> None:
    with open_index(news.lake, sizes=DEFAULT_SIZES, anew=True):
        pass


def _compact(news: NewsLake) -> None:
    with transaction(news.lake, run_id="r", operation="maintain", wait_seconds=0) as changes:
        assert keep_up(changes, keep_since=datetime.now(UTC)).version is not None


def _compact_and_lose(news: NewsLake) -> None:
    _compact(news)
    lose(news)


def _lose_database(news: NewsLake) -> None:
    remove_database(index_path(news.lake.root))


@pytest.mark.parametrize("harm", [lose, _lose_database, _make_anew, _compact, _compact_and_lose])
def test_the_answers_are_those_of_the_index_that_grew(
    news: NewsLake, harm: Callable[[NewsLake], None]
) -> None:
    """From the words that a batch handed over, and from the bodies of the corpus."""
    before = answers(news)
    harm(news)
    assert answers(news) == before
    assert verify(news.lake) == []


def test_decisions_are_those_of_the_index_that_grew(news: NewsLake) -> None:
    before = news.decide(*ASKED)
    lose(news)
    after = news.decide(*ASKED)
    assert after.records.equals(before.records)
    assert after.index_step.equals(before.index_step)


@pytest.mark.parametrize("behind", [1, 2, 3])
def test_an_index_that_is_behind_makes_up_for_it(news: NewsLake, behind: int) -> None:
    """It was put away, and commits went on without it: their texts come from the corpus."""
    folder = index_path(news.lake.root).parent
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    batches = [[original("D", 10, 20)], [cut("E", 10, 21)], [Printed("A6", story(11).text, 9)]]
    for batch in batches[:behind]:
        news.publish(*batch)
    whole = answers(news)
    shutil.rmtree(folder)
    kept.rename(folder)
    assert answers(news) == whole
    assert verify(news.lake) == []


def test_an_index_that_is_ahead_is_made_again(news: NewsLake, tmp_path: Path) -> None:
    """A lake was restored from a backup, its index was not."""
    backup = tmp_path / "backup"
    shutil.copytree(news.lake.root, backup, symlinks=True)
    whole = answers(news)
    news.publish(original("D", 10, 20), cut("E", 0, 21))
    folder = index_path(news.lake.root).parent
    shutil.rmtree(backup / "index")
    shutil.move(folder, backup / "index")
    shutil.rmtree(news.lake.root)
    backup.rename(news.root / "lake")
    assert news.lake.version == 3
    assert answers(news) == whole


def open_with(news: NewsLake, sizes: Sizes) -> Sizes:
    with open_index(news.lake, sizes=sizes) as index:
        return index.sizes


def test_other_sizes_are_refused_when_there_are_texts(news: NewsLake) -> None:
    before = answers(news)
    with pytest.raises(StopRun, match="maintain --rebuild-index") as refused:
        open_with(news, OTHER_SIZES)
    assert refused.value.facts == {
        "bands here": 20, "rows here": 2, "bands there": 42, "rows there": 3
    }  # fmt: skip
    assert open_with(news, DEFAULT_SIZES) == DEFAULT_SIZES
    assert answers(news) == before


def test_other_sizes_are_refused_when_the_index_is_behind_too(news: NewsLake) -> None:
    path = index_path(news.lake.root)
    kept = path.read_bytes()
    news.publish(original("D", 10, 20))
    path.write_bytes(kept)
    with pytest.raises(StopRun, match="maintain --rebuild-index"):
        open_with(news, OTHER_SIZES)
    assert found(news, cut("Q", 10, 21)) == {"D"}


def test_another_list_of_words_is_named(news: NewsLake, monkeypatch: pytest.MonkeyPatch) -> None:
    header = {**DEFAULT_SIZES.header(), "words": "1-another"}
    monkeypatch.setattr(Sizes, "header", lambda _: header)
    with pytest.raises(StopRun) as refused:
        open_with(news, DEFAULT_SIZES)
    assert refused.value.facts["words here"] == "1-another"


def test_with_other_sizes_it_is_made_anew_when_asked(news: NewsLake) -> None:
    with open_index(news.lake, sizes=OTHER_SIZES, anew=True) as index:
        assert index.sizes == OTHER_SIZES
        assert index.count_texts() == 12
    news.parameters = Parameters(sizes=OTHER_SIZES)
    assert found(news, cut("Q", 0, 21)) == {"A0", "B0", "C0"}
    with pytest.raises(StopRun, match="rebuild-index"):
        open_with(news, DEFAULT_SIZES)


def test_an_empty_index_takes_the_sizes_that_are_asked(tmp_path: Path) -> None:
    news = NewsLake(tmp_path)
    assert open_with(news, DEFAULT_SIZES) == DEFAULT_SIZES
    assert open_with(news, OTHER_SIZES) == OTHER_SIZES
    news.parameters = Parameters(sizes=OTHER_SIZES)
    news.publish(original("A", 0, 1))
    assert open_with(news, OTHER_SIZES) == OTHER_SIZES
    assert found(news, cut("Q", 0, 2)) == {"A"}


def test_who_asks_for_no_sizes_does_not_choose_them(tmp_path: Path) -> None:
    """The index is lost, and made again by a command that does not read the settings."""
    news = NewsLake(tmp_path, Parameters(sizes=OTHER_SIZES))
    news.publish(original("A", 0, 1))
    lose(news)
    with open_index(news.lake) as index:
        assert index.sizes == DEFAULT_SIZES
    assert open_with(news, OTHER_SIZES) == OTHER_SIZES
    assert found(news, cut("Q", 0, 2)) == {"A"}
    with pytest.raises(StopRun):
        open_with(news, DEFAULT_SIZES)


def test_the_defaults_are_chosen_by_who_asks_for_them(news: NewsLake) -> None:
    lose(news)
    with open_index(news.lake):
        pass
    assert open_with(news, DEFAULT_SIZES) == DEFAULT_SIZES
    with pytest.raises(StopRun):
        open_with(news, OTHER_SIZES)


def test_a_revised_article_is_found_by_its_new_text_only(news: NewsLake) -> None:
    assert found(news, cut("Q", 7, 20)) == set()
    assert found(news, cut("Q", 9, 20)) == {"A7"}


@pytest.mark.parametrize("moves", [(False, False), (True, False), (True, True)])
def test_what_is_met_has_the_date_of_its_latest_entry(
    news: NewsLake, moves: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever that is, among the recent or the old, and its text with it or not."""
    asked = news.candidates(cut("Q", 0, 20))["bands"].combine_chunks().flatten().to_numpy()
    (name,) = [key for key, each in news.names.items() if each == "A0"]
    for day, move in enumerate(moves, start=20):
        monkeypatch.setattr(index_tables, "_RECENT_ROWS", 1 if move else 40_000)
        with open_index(news.lake) as index:
            entry = index.find_articles(pa.array([name])).to_pylist()[0]
        entry["published_at"] = datetime(2024, 1, day, tzinfo=UTC)
        with transaction(news.lake, batch_id=f"d{day}", run_id="r", wait_seconds=0) as changes:
            changes.index(pa.Table.from_pylist([entry], schema=INDEX_STEP))
            changes.commit({})
        with open_index(news.lake) as index:
            met = index.find_alike(asked.reshape(1, -1)).texts.to_pylist()
        assert [row["published_at"] for row in met if row["article_id"] == name] == [
            entry["published_at"]
        ]


def take_out(news: NewsLake, name: str, *, purge: bool) -> None:
    (article_id,) = [key for key, each in news.names.items() if each == name]
    request = Request(article_id, "حكم محكمة", purge=purge)
    retract(news.lake, request, run_id="r", wait_seconds=0, compare_with=compare_with)


@pytest.mark.parametrize("purge", [False, True], ids=["retracted", "purged"])
@pytest.mark.parametrize("name", ["A3", "B0"])
def test_what_was_taken_out_is_found_no_more(news: NewsLake, name: str, purge: bool) -> None:
    asked = cut("Q", int(name[1]), 20)
    before = found(news, asked)
    take_out(news, name, purge=purge)
    assert name in before
    assert found(news, asked) == before - {name}
    lose(news)
    assert found(news, asked) == before - {name}


def written(news: NewsLake) -> Iterator[bytes]:
    """The bytes of the database and of what stands beside it."""
    path = index_path(news.lake.root)
    for suffix in ("", "-wal", "-journal"):
        file = path.with_name(path.name + suffix)
        if file.exists():
            yield file.read_bytes()


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "with-a-reader"])
def test_nothing_of_a_purged_text_is_left_in_the_database(news: NewsLake, watched: bool) -> None:
    """Neither words nor their codes, also not in the journal that a reader keeps from going."""
    codes = news.candidates(ORIGINALS[3])["codes"][0].values.to_numpy().astype(np.uint32)
    parts = [codes[n : n + 8].tobytes() for n in range(0, len(codes) - 8, 8)]
    words = [word.encode() for word in story(3).text.split() if len(word) > 6]
    assert all(any(part in content for content in written(news)) for part in parts)
    if watched:
        with open_index(news.lake):
            take_out(news, "A3", purge=True)
    else:
        take_out(news, "A3", purge=True)
    left = [*written(news)]
    assert [part for part in (*parts, *words) if any(part in content for content in left)] == []


def _remove(path: Path) -> None:
    path.unlink()


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _scribble(path: Path) -> None:
    path.write_bytes(b"no run at all" * 999)


def _flip_header(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


HARMS = [_remove, _cut_off, _empty, _scribble, _flip_header]


@pytest.mark.parametrize("number", [0, -1], ids=["first-run", "last-run"])
@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_run_makes_the_index_be_made_again(
    news: NewsLake, harm: Callable[[Path], None], number: int
) -> None:
    before = answers(news)
    harm(runs_of(news)[number])
    with pytest.raises(RetryLater, match="made again"):
        answers(news)
    assert answers(news) == before
    assert verify(news.lake) == []


def _change_keys(path: Path) -> None:
    """Change bytes of every page behind the header."""
    content = bytearray(path.read_bytes())
    for place in range(4096, len(content), 512):
        content[place] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [*HARMS, _change_keys])
def test_verify_names_a_damaged_run_and_the_way_out(
    news: NewsLake, harm: Callable[[Path], None]
) -> None:
    before = answers(news)
    assert len(runs_of(news)) == 3
    path = runs_of(news)[1]
    harm(path)
    (finding,) = verify(news.lake)
    assert finding.file == f"index/{path.name}"
    assert "maintain --rebuild-index" in finding.advice
    _make_anew(news)
    assert verify(news.lake) == []
    assert answers(news) == before


def test_a_run_that_is_not_listed_is_no_fault(news: NewsLake) -> None:
    stray = runs_of(news)[0].with_name("0-0123456789abcdef.postings")
    stray.write_bytes(b"cut off")
    assert verify(news.lake) == []
    news.publish(original("D", 10, 20))
    assert not stray.exists()


def test_a_lake_that_may_only_be_read_is_checked(news: NewsLake) -> None:
    folder = index_path(news.lake.root).parent
    _change_keys(runs_of(news)[0])
    try:
        folder.chmod(0o500)
        assert [finding.file for finding in verify(news.lake)] == [f"index/{runs_of(news)[0].name}"]
    finally:
        folder.chmod(0o700)


def numbers(news: NewsLake) -> dict[str, int]:
    """The number of each article's text."""
    with closing(sqlite3.connect(index_path(news.lake.root))) as connection:
        rows = connection.execute("SELECT article_id, number FROM texts").fetchall()
    return {news.names[name]: number for name, number in rows}


def test_numbers_are_never_given_twice(news: NewsLake) -> None:
    given = {*numbers(news).values()}
    for number, (name, text) in enumerate([("A7", 10), ("A6", 11), ("A7", 12)]):
        before = numbers(news)
        news.publish(Printed(name, story(text).text, 10 + number))
        after = numbers(news)
        assert after.pop(name) not in given
        assert before[name] not in after.values()
        given |= {*numbers(news).values()}
    take_out(news, "A7", purge=True)
    highest = max(given)
    news.publish(original("D", 15, 20))
    assert numbers(news)["D"] == highest + 1


def test_of_many_met_in_one_band_the_latest_are_taken_and_all_met_in_more(tmp_path: Path) -> None:
    """Number 5 is the copy, the others agree with the text in one band, by chance."""
    bands = DEFAULT_SIZES.all_bands
    keys = np.random.default_rng(3).integers(1, 1 << 32, (200, bands), dtype=np.uint32)
    asked = keys[5:6].copy()
    keys[:, 7] = asked[0, 7]
    texts = pa.table(
        {
            "article_id": [f"{n:03}" for n in range(200)],
            "source": ["س"] * 200,
            "codes": pa.array([[1, 2]] * 200, pa.large_list(pa.uint32())),
            "bands": pa.array(keys.tolist(), pa.list_(pa.uint32(), bands)),
        }
    )
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        index_texts.make_text_tables(connection)
        (given,) = index_texts.add_texts(connection, tmp_path, [texts], DEFAULT_SIZES)
        met = index_texts.find_met(connection, tmp_path, asked)
    names = {number: name for name, number in given.items()}
    found = [int(names[number]) for number in met.numbers.tolist()]
    assert found[0] == 5
    assert len(found) < index_texts.MOST_PER_KEY
    assert found[1:] == list(range(199, 199 - len(found) + 1, -1))
