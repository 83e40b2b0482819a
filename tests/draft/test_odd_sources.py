"""Sources that look like others: rows of one cell, mojibake, lists around values, wrappers."""

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tasks.draft.column_names import is_odd, mend_names
from tasks.draft.decoding import decode_sample
from tests.draft.test_draft import draft, keys, lines_above
from tests.draft.writing import Writer, csv_of, json_lines
from tests.fetch.fetching import make, reading

WRITER = Writer()
ARTICLES = [WRITER.article() for _ in range(48)]
DAYS = [date(2021, 3, number % 28 + 1).isoformat() for number in range(len(ARTICLES))]
RECORDS = [
    {"title": title, "text": text, "url": f"https://a.example/{number}", "date": day}
    for number, ((title, text), day) in enumerate(zip(ARTICLES, DAYS, strict=True))
]
NESTED: list[object] = ["أ", "ب"]
for _ in range(55):
    NESTED = [{"y": 1}, NESTED]


def in_mongodb(record: dict[str, str]) -> dict[str, object]:
    number = record["url"].rpartition("/")[2]
    kept = {name: record[name] for name in ("title", "text", "url")}
    return {**kept, "id": {"$oid": f"5f{number:>022}"}, "date": {"$date": record["date"]}}


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda record: record, id="plain"),
        pytest.param(lambda record: {key: [value] for key, value in record.items()}, id="in-lists"),
        pytest.param(
            lambda record: {f"x {key}": [value] for key, value in record.items()}, id="renamed"
        ),
        pytest.param(
            lambda record: {key: [value, value[::-1]] for key, value in record.items()}, id="two"
        ),
        pytest.param(lambda record: {**record, "title": [record["title"]] * 2}, id="two-titles"),
        pytest.param(lambda record: {**record, "author": ["سعاد", "كريم"]}, id="two-authors"),
        pytest.param(lambda record: {**record, "x": NESTED, "date": NESTED}, id="nested-lists"),
        pytest.param(in_mongodb, id="mongodb"),
        pytest.param(
            lambda record: {**record, "date": {"__type": "Date", "iso": record["date"]}}, id="parse"
        ),
        pytest.param(lambda record: {**record, "date": {"year": 2021}}, id="unread-date"),
    ],
)
def test_what_a_draft_finds_a_run_reads(
    written: Callable[[dict[str, str]], dict[str, object]], tmp_path: Path
) -> None:
    records = [written(record) for record in RECORDS]
    made = draft(make(tmp_path / "in", {"a.jsonl": json_lines(records)}))
    read = decode_sample(made.sample, made.profile.fields, None, reading()).table
    columns = {"published": "published_raw", "modified": "modified_raw", "id": "native_id"}
    filled = {
        field: len(values) - values.null_count - sum("{" in (v or "") for v in values.to_pylist())
        for field in ("title", "url", "published", "modified", "id", "section", "author")
        for values in [read[columns.get(field, field)]]
    }
    found = {field: guess.filled for field, guess in made.fields.items()}
    assert {field: found.get(field, 0) for field in filled} == filled
    assert found["text"] == made.texts == len(RECORDS)


PROSE = [f"{WRITER.words(9)}."] + [WRITER.text() for _ in range(8)]
UNCUT = ["العنوان؛النص؛التاريخ"] + [
    f"{title}؛{' '.join(text.split())}؛{day}"
    for (title, text), day in zip(ARTICLES, DAYS, strict=True)
]


@pytest.mark.parametrize(
    "lines", [pytest.param(UNCUT, id="arabic-semicolons"), pytest.param(PROSE, id="prose")]
)
def test_a_sole_column_is_no_text_for_certain(lines: list[str], tmp_path: Path) -> None:
    made = draft(make(tmp_path / "الأفق", {"a.csv": "\n".join(lines)}))
    assert keys(made) == {"outlet": "الأفق"}
    told = lines_above(made, f'# text = "{lines[0]}"')
    assert "is the only column of its table" in told
    assert "none of the delimiters" in made.advice[0]
    assert made.texts == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param("متن المادة", "متن المادة", id="named"), pytest.param("نص", None, id="usual")],
)
def test_a_sole_column_that_says_it_is_the_text_is_it(
    name: str, value: str | None, tmp_path: Path
) -> None:
    made = draft(make(tmp_path / "in", {"a.csv": csv_of([name], [[text] for _, text in ARTICLES])}))
    assert tomllib.loads(made.toml).get("fields", {}).get("text") == value
    assert (made.texts, made.advice) == (len(ARTICLES), ())
    assert "only column" not in made.toml


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("نص المادة", False),
        ("تاريخ نشر المادة الأول", False),
        ("أعلن الوزير عن افتتاح الطريق", True),
        ("العنوان؛النص", True),
        ("العنوان، النص", True),
        ("title;text", True),
        ("title|text", True),
        ("title\ttext", True),
    ],
)
def test_names_that_are_none(name: str, odd: bool) -> None:
    assert is_odd(name) is odd


def misread(text: str, way: tuple[str, str]) -> str:
    written, read = way
    octets = text.encode(written)
    return "".join(bytes([octet]).decode(read, "replace") for octet in octets)


WAYS = [
    pytest.param(("utf-8", "cp1256"), id="utf8-as-1256"),
    pytest.param(("utf-8", "latin-1"), id="utf8-as-latin1"),
    pytest.param(("cp1256", "latin-1"), id="1256-as-latin1"),
]


@pytest.mark.parametrize("way", WAYS)
def test_mojibake_is_shown_as_it_should_be(way: tuple[str, str], tmp_path: Path) -> None:
    rows = [
        [misread(title, way), misread(text, way), day]
        for (title, text), day in zip(ARTICLES, DAYS, strict=True)
    ]
    header = [misread(name, way) for name in ("عنوان المادة", "نص المادة", "تاريخ المادة")]
    made = draft(make(tmp_path / "in", {"a.csv": csv_of(header, rows)}))
    assert "fields" not in keys(made)
    (text,) = (entry for entry in made.entries if entry.key == "text")
    (title,) = (entry for entry in made.entries if entry.key == "title")
    assert (text.value, title.value) == (("نص المادة", header[1]), ("عنوان المادة", header[0]))
    assert any("mojibake of «نص المادة»" in line for line in text.why)
    assert any("48 of them are mojibake; a run repairs them" in line for line in text.why)
    assert made.fields["title"].example in [title for title, _ in ARTICLES]


def test_mojibake_under_sound_names_is_read(tmp_path: Path) -> None:
    rows = [[misread(part, ("utf-8", "cp1256")) for part in article] for article in ARTICLES]
    made = draft(make(tmp_path / "in", {"a.csv": csv_of(["x1", "x2"], rows)}))
    assert tomllib.loads(made.toml)["fields"] == {"text": "x2", "title": "x1"}
    assert made.texts == len(ARTICLES)


def test_sound_names_are_no_mojibake() -> None:
    assert mend_names(["عنوان", "id", "نص\nالمادة", "تاريخ"]) == {}


def wrapped(objects: list[dict[str, str]], own: dict[str, str]) -> str:
    groups = [objects[place : place + 4] for place in range(0, len(objects), 4)]
    return json_lines([{**own, "batch": f"b{n}", "list": some} for n, some in enumerate(groups)])


@pytest.mark.parametrize(
    ("objects", "own", "is_wrapper"),
    [
        pytest.param(
            [{**record, "author": "سعاد حمدي"} for record in RECORDS], {}, True, id="articles"
        ),
        pytest.param(
            [{"author": "سعاد حمدي", "story": f"{text} {text}"} for _, text in ARTICLES],
            {},
            True,
            id="long-texts",
        ),
        pytest.param(RECORDS, {"title": "أخبار اليوم"}, True, id="articles-of-a-titled-feed"),
        pytest.param(
            [{"value": text, "author": "سعاد حمدي"} for _, text in ARTICLES],
            {},
            False,
            id="paragraphs",
        ),
        pytest.param(
            [{"title": title, "text": text} for title, text in ARTICLES],
            {"title": "تقرير عن الموسم"},
            False,
            id="chapters",
        ),
    ],
)
def test_a_list_of_articles_is_told_from_a_text_in_parts(
    objects: list[dict[str, str]], own: dict[str, str], is_wrapper: bool, tmp_path: Path
) -> None:
    made = draft(make(tmp_path / "in", {"a.jsonl": wrapped(objects, own)}))
    told = keys(made).get("fields", {})
    assert isinstance(told, dict)
    assert [path for path in told.values() if str(path).startswith("list.0.")] == []
    (advice,) = made.advice
    assert ("save the list under «list» alone, as an array or one object" in advice) is is_wrapper
    assert ("join their texts into one string" in made.toml.replace("\n#  ", "")) is not is_wrapper
