"""What a run knows from the lake: titles that later texts link to, lines that an outlet repeats."""

import random
from pathlib import Path

import pytest

from tests.pipeline.made_up import words
from tests.pipeline.running import Row, by_place, rows, run, warraq, write_lines

pytestmark = pytest.mark.flow

OUTLET = "صدى الساحل"
LINK = "متحف الضفتين يفتح أبوابه ليلا"
APP = "حمّلوا تطبيق صدى الساحل"
DAYS = 9


def story(chance: random.Random, number: int, *lines: str, **fields: object) -> Row:
    """An article of the outlet with these lines between its second paragraph and its third."""
    paragraphs = [f"{words(chance, 14)}." for _ in range(3)]
    return {
        "id": f"s{number}",
        "source": OUTLET,
        "title": words(chance, 6),
        "text": "\n".join([*paragraphs[:2], *lines, *paragraphs[2:]]),
        "published_at": f"2026-03-{1 + number % DAYS:02d}T08:00:00Z",
        **fields,
    }


def batch_of(chance: random.Random, first: int, count: int = 12) -> list[Row]:
    """Articles that end with the advertisement of an app."""
    made = [story(chance, first + n) for n in range(count)]
    return [row | {"text": f"{row['text']}\n{APP}"} for row in made]


def test_a_link_to_an_article_of_an_earlier_batch_goes(prefect_api: str, tmp_path: Path) -> None:
    chance = random.Random(1)
    lake = tmp_path / "lake"
    run(write_lines(tmp_path / "a.jsonl", [story(chance, 1, title=LINK)]), lake=lake)
    later = [story(chance, 2, LINK), story(chance, 3, LINK, source="منبر الشرق")]
    run(write_lines(tmp_path / "b.jsonl", later), lake=lake)
    mine, others = (by_place(lake, "articles")[f"b.jsonl#{n}"] for n in (1, 2))
    assert [link["title"] for link in mine["related"]] == [LINK]
    assert LINK not in mine["body"]
    assert LINK in others["body"]


def test_a_purged_title_is_known_no_more(prefect_api: str, tmp_path: Path) -> None:
    chance = random.Random(2)
    lake = tmp_path / "lake"
    run(write_lines(tmp_path / "a.jsonl", [story(chance, 1, title=LINK)]), lake=lake)
    (article,) = rows(lake, "articles")
    gone = ("retract", article["article_id"], "--reason", "أمر", "--purge", "--lake", lake)
    assert warraq(*gone).code == 0
    run(write_lines(tmp_path / "b.jsonl", [story(chance, 2, LINK)]), lake=lake)
    assert LINK in by_place(lake, "articles")["b.jsonl#1"]["body"]


def test_an_outlet_is_learned_batch_by_batch(
    prefect_api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(3)
    lake = tmp_path / "lake"
    for number in range(2):
        made = batch_of(chance, number * 100)
        run(write_lines(tmp_path / f"{number}.jsonl", made), lake=lake)
    bodies = {name: row["body"] for name, row in by_place(lake, "articles").items()}
    assert all(APP in body for name, body in bodies.items() if name.startswith("0."))
    assert not any(APP in body for name, body in bodies.items() if name.startswith("1."))

    monkeypatch.chdir(tmp_path)
    told = warraq("learn", OUTLET, "--lake", lake)
    assert told.code == 0, told.log
    (line,) = told.told["lines"]
    assert (line["text"], line["edge"], line["articles"]) == (APP, "end", 24)
    assert APP in (tmp_path / "profiles" / "صدى-الساحل.toml").read_text(encoding="utf-8")

    done = warraq("rebuild", "--lake", lake)
    assert done.code == 0, done.log
    assert not any(APP in row["body"] for row in rows(lake, "articles"))
    assert warraq("verify", "--lake", lake).code == 0
    again = warraq("rebuild", "--lake", lake)
    assert {each["changed"] for each in again.told["outlets"]} == {0}


def test_a_profile_that_is_there_gets_the_lines_and_keeps_its_own(
    prefect_api: str, tmp_path: Path
) -> None:
    lake, profiles = tmp_path / "lake", tmp_path / "profiles"
    profiles.mkdir()
    file = profiles / "coast.toml"
    own = f'# صدى\noutlet = "{OUTLET}"\n\n# times\n[spelling]\nalef_maqsura = "ي"\n'
    file.write_text(own, encoding="utf-8")
    run(write_lines(tmp_path / "a.jsonl", batch_of(random.Random(4), 0)), lake=lake)
    told = warraq("learn", OUTLET, "--profiles", profiles, "--lake", lake)
    assert told.code == 0, told.log
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f'# صدى\noutlet = "{OUTLET}"\n')
    assert text.endswith('# times\n[spelling]\nalef_maqsura = "ي"\n')
    assert f'\nboilerplate = ["{APP}"]\n' in text
    again = warraq("learn", OUTLET, "--profiles", profiles, "--lake", lake)
    assert (again.told["file"], again.told["lines"][0]["standing"]) == (None, "in the profile")


def test_an_unknown_outlet_is_told_which_there_are(prefect_api: str, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    run(write_lines(tmp_path / "a.jsonl", batch_of(random.Random(5), 0)), lake=lake)
    ran = warraq("learn", "صدى", "--lake", lake)
    assert (ran.code, OUTLET in ran.log) == (1, True)
