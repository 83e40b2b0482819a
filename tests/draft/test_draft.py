"""Whole drafts: a source in, a profile out, and the source read with that profile."""

import tarfile
import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.draft import Draft, draft_profile
from tasks.errors import StopRun
from tasks.fetch import WrongSource
from tasks.sources import SourceProfile, load_profile
from tests.draft.writing import Writer, csv_of, json_lines
from tests.fetch.fetching import Row, kept, land, make, reading
from tests.shared_data import SHARED, needs_news


def draft(source: Path, name: str = "new") -> Draft:
    made = draft_profile(str(source), name=name, reading=reading())
    assert SourceProfile.model_validate({**tomllib.loads(made.toml), "name": name}) == made.profile
    return made


def rows_read(made: Draft, folder: Path) -> list[Row]:
    """Write the draft, load it as a run does, and fetch the source by its name."""
    profiles = folder / "profiles"
    make(profiles, {f"{made.name}.toml": made.toml})
    profile = load_profile(made.name, folder=profiles)
    return kept(land(folder / "lake", made.name, how=reading(profile)))


def keys(made: Draft) -> dict[str, object]:
    told = tomllib.loads(made.toml)
    del told["paths"]
    return told


def test_a_table_with_arabic_column_names(tmp_path: Path) -> None:
    writer = Writer()
    rows = []
    for number in range(40):
        title, text = writer.article()
        day = f"{number % 28 + 1:02}/{number % 12 + 1:02}/19"
        rows.append([number + 1, title, text, day, f"https://ufuq.example/{number}", "سياسة"])
    header = ["م", "عنوان المادة", "نص المادة", "تاريخ المادة", "رابط المادة", "قسم المادة"]
    source = make(tmp_path / "الأفق", {"2019.csv": csv_of(header, rows)})
    made = draft(source)
    assert keys(made) == {
        "outlet": "الأفق",
        "date_formats": ["%d/%m/%y"],
        "fields": {
            "text": "نص المادة",
            "title": "عنوان المادة",
            "url": "رابط المادة",
            "published": "تاريخ المادة",
            "section": "قسم المادة",
        },
    }
    assert (made.texts, made.texts_before, made.missing) == (
        40,
        0,
        ("modified", "id", "source", "author"),
    )
    read = rows_read(made, tmp_path)
    assert [row["title"] for row in read] == [row[1] for row in rows]
    assert [row["published_raw"] for row in read] == [row[3] for row in rows]
    assert {row["source"] for row in read} == {"الأفق"}


def test_nested_json_of_one_outlet(tmp_path: Path) -> None:
    writer = Writer()
    records = [
        {
            "meta": {"guid": f"u-{number}x", "publisher": {"name": "المدار"}},
            "story": {"headline": writer.words(6), "paragraphs": writer.text().split("\n")},
            "dates": {"published": f"2019-03-{number % 28 + 1:02}T10:00:00"},
            "authors": [{"name": "سعاد حمدي"}, {"name": "كريم نصر"}],
        }
        for number in range(30)
    ]
    made = draft(make(tmp_path, {"feed.jsonl": json_lines(records)}) / "feed.jsonl")
    told = keys(made)
    assert told["fields"] == {
        "text": "story.paragraphs",
        "title": "story.headline",
        "published": "dates.published",
        "id": "meta.guid",
        "source": "meta.publisher",
    }
    assert told["outlet"] == "المدار"
    assert '# timezone = "Africa/Cairo"' in made.toml
    (first, *_) = rows_read(made, tmp_path)
    assert first["text"] == "\n".join(records[0]["story"]["paragraphs"])  # type: ignore[index]
    assert (first["source"], first["author"]) == ("المدار", "سعاد حمدي، كريم نصر")


def in_blocks(counts: list[int]) -> list[dict[str, object]]:
    writer = Writer()
    return [
        {
            "title": writer.words(6),
            "story": {"blocks": [{"value": writer.text()} for _ in range(count)]},
            "people": [{"author": "سعاد حمدي"}, {"author": "كريم نصر"}][:count],
        }
        for count in counts
    ]


def lines_above(made: Draft, line: str) -> str:
    """Return the comment above a line of the draft, its wrapped lines joined."""
    above, found, _ = made.toml.partition(f"\n{line}\n")
    assert found, made.toml
    return " ".join(above.replace("\n#", " ").split())


def test_a_text_in_a_list_of_objects_is_told_to_be_the_first_of_them(tmp_path: Path) -> None:
    source = make(tmp_path / "in", {"a.jsonl": json_lines(in_blocks([1, 2, 4, 4, 9] * 4))})
    made = draft(source)
    assert keys(made)["fields"] == {"author": "people.0.author"}
    told = lines_above(made, '# text = "story.blocks.0.value"')
    assert (
        "«story.blocks.0.value» reads ONLY THE FIRST object of a list: 16 of 20 records have more "
        "than one there, usually 4 and at most 9. No path joins a list of objects"
    ) in told
    told = lines_above(made, 'author = "people.0.author"')
    assert "the first of several: 16 of 20 records have more than one there, usually 2" in told
    (advice,) = made.advice
    assert "join their texts into one string before" in advice


def test_a_list_of_one_object_holds_the_whole_text(tmp_path: Path) -> None:
    made = draft(make(tmp_path / "in", {"a.jsonl": json_lines(in_blocks([1] * 20))}))
    assert tomllib.loads(made.toml)["fields"]["text"] == "story.blocks.0.value"
    told = lines_above(made, 'text = "story.blocks.0.value"')
    assert "none of these records has more than one there" in told
    assert made.advice == ()
    assert len(rows_read(made, tmp_path)) == 20


def test_dates_in_arabic_words_need_no_format(tmp_path: Path) -> None:
    writer = Writer()
    dates = [f"{day} مارس 2023، 05:23 ص" for day in range(1, 20)] + ["2023-03-20"]
    records = [{"text": writer.text(), "posted": date} for date in dates]
    made = draft(make(tmp_path / "in", {"a.jsonl": json_lines(records)}))
    assert keys(made)["fields"] == {"published": "posted"}
    assert "date_formats" not in made.toml
    assert "19 of 20 times state no offset" in lines_above(made, '# timezone = "Africa/Cairo"')
    assert {row["published_raw"] for row in rows_read(made, tmp_path)} == set(dates)


def test_days_without_a_year_are_found_and_told_to_be_unread(tmp_path: Path) -> None:
    writer = Writer()
    dates = [f"{day} مارس، 05:23 ص" for day in range(1, 20)] + ["2023-03-20"]
    records = [{"text": writer.text(), "posted": date} for date in dates]
    made = draft(make(tmp_path / "in", {"a.jsonl": json_lines(records)}))
    assert keys(made)["fields"] == {"published": "posted"}
    assert "19 of 20 are not read as a time" in lines_above(made, 'published = "posted"')
    assert "19 of 20 dates of «published» are read by no built-in form" in made.toml
    assert "19 of them name the month in Arabic" in made.toml
    assert "timezone" not in made.toml
    assert {row["published_raw"] for row in rows_read(made, tmp_path)} == set(dates)


@pytest.mark.parametrize(("half", "unread"), [("p.m.", 0), ("p", 20)])
def test_no_format_is_written_that_is_wrong_by_half_a_day(
    tmp_path: Path, half: str, unread: int
) -> None:
    dates = [f"{day:02}/03/2021 0{day % 9 + 1}:30 {half}" for day in range(1, 21)]
    rows = [[Writer(number).text(), date] for number, date in enumerate(dates)]
    made = draft(make(tmp_path / "in", {"a.csv": csv_of(["text", "date"], rows)}))
    assert "date_formats" not in made.toml
    told = " ".join(made.toml.replace("\n#", " ").split())
    for doubt in (
        f"{unread} of 20 dates of «published» are read by no built-in form",
        f"{unread} of them say the half of the day as ص or م, in words or as p.m.",
        "What is not read is kept as it is printed, in published_raw",
    ):
        assert (doubt in told) == bool(unread)
    assert {row["published_raw"] for row in rows_read(made, tmp_path)} == set(dates)


def test_milliseconds_are_found_and_told_to_be_read(tmp_path: Path) -> None:
    writer = Writer()
    records = [
        {"text": writer.text(), "timestamp": 1678600000000 + 3_600_000 * n} for n in range(20)
    ]
    made = draft(make(tmp_path / "in", {"a.jsonl": json_lines(records)}))
    assert keys(made)["fields"] == {"published": "timestamp"}
    told = lines_above(made, 'published = "timestamp"')
    assert "Numbers are seconds or milliseconds since 1970" in told


def test_texts_in_windows_1256_under_a_masthead(tmp_path: Path) -> None:
    writer = Writer()
    texts = [
        f"{writer.words(6)}\r\nصحيفة الأفق اليومية\r\n{writer.words(50)}.\r\nمن أرشيف الأفق:\r\n"
        f"{writer.words(5)}\r\n{writer.words(6)}\r\n{writer.words(40)}."
        for _ in range(30)
    ]
    files = {f"{number}.txt": text.encode("cp1256") for number, text in enumerate(texts)}
    made = draft(make(tmp_path / "الأفق", files))
    assert keys(made) == {
        "outlet": "الأفق",
        "outlets": ["صحيفة الأفق اليومية"],
        "related_headings": ["من أرشيف الأفق"],
    }
    assert made.encodings == {"windows-1256": 30}
    assert '# encoding = "windows-1256"' in made.toml
    assert len(rows_read(made, tmp_path)) == 30


def test_an_encoding_is_a_key_where_short_texts_need_it(tmp_path: Path) -> None:
    writer = Writer()
    files = {f"{n}.txt": f"{writer.words(4)}\n{writer.text()}".encode("cp1256") for n in range(9)}
    files["short.txt"] = "خبر".encode("cp1256")
    made = draft(make(tmp_path / "الأفق", files))
    assert keys(made)["encoding"] == "windows-1256"
    assert made.texts == 10


def test_parquet_and_json_lines_side_by_side(tmp_path: Path) -> None:
    writer = Writer()
    table = pa.table({"نص المادة": [writer.text() for _ in range(20)], "x": [writer.words(6)] * 20})
    folder = make(
        tmp_path / "in", {"a.jsonl": json_lines([{"body": writer.text()} for _ in range(20)])}
    )
    pq.write_table(table, folder / "b.parquet")
    made = draft(folder)
    assert tomllib.loads(made.toml)["fields"] == {"text": ["body", "نص المادة"]}
    assert len(rows_read(made, tmp_path)) == 40


def test_a_source_that_needs_nothing_gets_no_fields(tmp_path: Path) -> None:
    writer = Writer()
    records = [{"title": writer.words(6), "text": writer.text()} for _ in range(10)]
    made = draft(make(tmp_path / "news", {"a.jsonl": json_lines(records)}))
    assert keys(made) == {}
    assert "Found under a usual name" in made.toml
    assert made.texts == made.texts_before == 10


def test_outlets_named_by_folders_or_by_records_are_left_to_them(tmp_path: Path) -> None:
    folders = make(tmp_path / "in", {"الأفق/a.txt": "خبر\nنص", "المدار/b.txt": "خبر\nنص"})
    assert "outlet" not in keys(draft(folders))
    records = [{"text": Writer().text(), "source": name} for name in ("الأفق", "المدار")]
    assert "outlet" not in keys(draft(make(tmp_path / "x", {"a.jsonl": json_lines(records)})))


def test_the_same_source_gives_the_same_draft(tmp_path: Path) -> None:
    writer = Writer()
    records = [{"عنوان": writer.words(6), "نص": writer.text()} for _ in range(30)]
    source = make(tmp_path / "in", {"a.jsonl": json_lines(records)})
    assert draft(source).toml == draft(source).toml


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a.bin": bytes(range(256))}, id="no-format"),
        pytest.param({"a.txt": ""}, id="empty"),
    ],
)
def test_a_source_without_a_readable_record_stops(files: dict[str, bytes], tmp_path: Path) -> None:
    make(tmp_path / "in", files)
    with pytest.raises(StopRun, match="No record of this source can be read") as stopped:
        draft(tmp_path / "in")
    assert stopped.value.facts["files"] == 1


def test_a_source_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongSource):
        draft(tmp_path / "none")


SIGNS = '"\\\n\r\t\0\u2028\u202e#=[]{}.أب1 '
HOSTILE = st.text(st.sampled_from(SIGNS) | st.characters(exclude_categories=["Cs"]), max_size=12)


@given(
    st.lists(
        st.dictionaries(HOSTILE, HOSTILE | st.lists(HOSTILE, max_size=2), max_size=5), min_size=1
    ),
    HOSTILE,
)
def test_any_records_give_a_profile_that_loads(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], key: str
) -> None:
    writer = Writer()
    told = [{**record, key: f"{writer.text()} {key}"} for record in records]
    source = make(tmp_path_factory.mktemp("in"), {"a.jsonl": json_lines(told)})
    draft(source)


@needs_news
@pytest.mark.parametrize(
    ("member", "fields"),
    [
        pytest.param("olc_arabic_news.csv", {"text": "description"}, id="olc"),
        pytest.param("echorouk.json", None, id="echorouk"),
    ],
)
def test_real_feeds(member: str, fields: dict[str, str] | None, tmp_path: Path) -> None:
    with tarfile.open(SHARED / "feeds.tar.gz") as archive:
        names = [name for name in archive.getnames() if name.endswith(member)]
        archive.extract(names[0], tmp_path, filter="data")
    made = draft(tmp_path / names[0])
    assert tomllib.loads(made.toml).get("fields") == fields
