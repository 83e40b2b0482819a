from collections.abc import Mapping, Sequence

import pytest

from tasks.draft.field_guess import FieldGuess, FirstOfSeveral, guess_fields, merge_guesses
from tests.draft.writing import Writer, shape

ROWS = 40
Values = Sequence[str | None]


def columns(
    title: str = "title", text: str = "text", more: Mapping[str, Values] | None = None
) -> dict[str, Values]:
    articles = [Writer(seed).article() for seed in range(ROWS)]
    own = {title: [one for one, _ in articles], text: [other for _, other in articles]}
    return {**own, **(more or {})}


def guessed(told: Mapping[str, Values]) -> dict[str, FieldGuess]:
    return {guess.field: guess for guess in guess_fields(shape(told))}


def of_each(template: str) -> list[str]:
    return [template.format(row) for row in range(ROWS)]


def test_usual_names_need_no_key() -> None:
    found = guessed(columns("Title", "BODY", {"url": of_each("https://a.example/{}")}))
    assert {field: guess.paths for field, guess in found.items()} == {
        "text": (),
        "title": (),
        "url": (),
    }
    assert found["text"].usual == ("BODY",)


@pytest.mark.parametrize(
    ("field", "name", "values"),
    [
        ("url", "رابط المادة", of_each("https://a.example/{}")),
        ("url", "x1", of_each("http://a.example/{}.html")),
        ("published", "تاريخ المادة", of_each("2019-01-01 10:{:02}")),
        ("published", "x2", of_each("2019-01-01 10:{:02}")),
        ("published", "created_at", of_each("15199277{:02}")),
        ("published", "timestamp", of_each("15199277{:02}000")),
        ("published", "publishedTime", of_each("15199277{:02}123")),
        ("published", "publicationDay", of_each("{} مارس 2023، 05:23 ص")),
        ("published", "posted", of_each("الثلاثاء {} كانون الثاني 2023")),
        ("published", "وقت النشر", of_each("الأحد 12/03/2023 - 05:{:02} م")),
        ("published", "post_date", ["3 مايو 2020", "2020-05-03"] * (ROWS // 2)),
        ("published", "day_time", ["3 مايو 2020", "3 مايو 2020", "منذ ساعة", ""] * (ROWS // 4)),
        ("modified", "آخر تحديث", of_each("2019-01-01 10:{:02}")),
        ("id", "رقم الخبر", of_each("1842{:02}")),
        ("source", "اسم الصحيفة", ["الأفق", "المدار"] * (ROWS // 2)),
        ("section", "قسم المادة", ["سياسة", "رياضة"] * (ROWS // 2)),
        ("author", "كاتب المادة", ["سعاد حمدي", "كريم نصر"] * (ROWS // 2)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_field_is_found_by_its_values(field: str, name: str, values: Values) -> None:
    found = guessed(columns("عنوان المادة", "نص المادة", {name: values}))
    assert (found[field].paths, found[field].certain) == ((name,), True)
    assert found["text"].paths == ("نص المادة",)
    assert found["title"].paths == ("عنوان المادة",)


def test_a_text_and_its_title_are_found_under_any_name() -> None:
    found = guessed(columns("x1", "x2"))
    assert (found["text"].paths, found["title"].paths) == (("x2",), ("x1",))
    assert found["text"].certain
    assert found["title"].certain


@pytest.mark.parametrize(
    ("name", "values"),
    [
        pytest.param("صورة", of_each("https://a.example/{}.jpg"), id="picture"),
        pytest.param("feed", of_each("https://a.example/feed/{}"), id="feed"),
        pytest.param("homepage", ["https://a.example/"] * ROWS, id="one-address"),
        pytest.param("ن", of_each("{}"), id="row-numbers"),
        pytest.param("views", of_each("15199277{:02}"), id="numbers-like-times"),
        pytest.param("خال", ["N/A"] * ROWS, id="nothing"),
        pytest.param("post_date", ["عاجل", "خبر عاجل"] * (ROWS // 2), id="date-of-words"),
        pytest.param("posted", ["yes", "no"] * (ROWS // 2), id="date-of-yes-and-no"),
        pytest.param("time", of_each("05:{:02}"), id="clock"),
        pytest.param("posted_at", ["منذ ساعتين", "منذ 3 أيام"] * (ROWS // 2), id="ago"),
        pytest.param("x", of_each("{} مارس"), id="arabic-days-unnamed"),
        pytest.param("timestamp", of_each("90000000000{:02}"), id="times-of-2255"),
        pytest.param("x", of_each("15199277{:02}000"), id="milliseconds-unnamed"),
        pytest.param("رقم", of_each("15199277{:02}000"), id="milliseconds-as-id"),
        pytest.param("published_id", of_each("15199277{:02}000"), id="id-named-published"),
    ],
)
def test_what_looks_like_a_field_and_is_none(name: str, values: Values) -> None:
    found = guessed(columns(more={name: values}))
    assert [field for field, guess in found.items() if guess.paths and guess.certain] == []


def test_short_lists_under_names_that_say_nothing_are_guesses() -> None:
    found = guessed(columns(more={"x": ["سياسة", "رياضة"] * (ROWS // 2)}))
    assert (found["section"].paths, found["section"].certain) == (("x",), False)


@pytest.mark.parametrize("name", ["timestamp", "created", "inserted_at"])
def test_times_beside_the_date_are_no_id(name: str) -> None:
    dates = of_each("2019-01-01 10:{:02}")
    found = guessed(columns(more={"date": dates, name: of_each("15199277{:02}000")}))
    assert (found["published"].usual, "id" in found) == (("date",), False)


@pytest.mark.parametrize("values", [["1", "0"], ["عاجل", "خبر"], ["true", "false"]])
def test_a_usual_name_over_no_dates_hides_no_date(values: list[str]) -> None:
    told = {"published": values * (ROWS // 2), "created": of_each("15199277{:02}000")}
    found = guessed(columns(more=told))["published"]
    assert (found.paths, found.usual, found.certain) == (("created",), (), True)


def test_a_date_that_nothing_reads_has_a_rival_in_one_that_is_read() -> None:
    told = {"posted": of_each("{} مارس"), "x": of_each("2023-03-12 10:{:02}")}
    found = guessed(columns(more=told))["published"]
    assert (found.paths, found.rivals, found.certain) == (("posted",), ("x",), False)


@pytest.mark.parametrize(
    ("field", "path", "values", "certain"),
    [
        pytest.param("text", "parts.0.value", None, False, id="text"),
        pytest.param("url", "related.0.url", of_each("https://a.example/{}"), False, id="url"),
        pytest.param("id", "media.0.id", of_each("a{}"), False, id="id"),
        pytest.param("published", "log.0.time", of_each("2019-01-01 10:{:02}"), False, id="date"),
        pytest.param(
            "author", "people.0.author", ["سعاد", "كريم"] * (ROWS // 2), True, id="author"
        ),
    ],
)
def test_the_first_of_several_is_told(
    field: str,
    path: str,
    values: Values | None,
    certain: bool,
) -> None:
    told = columns(text=path) if values is None else columns(more={path: values})
    seen = shape(told)
    seen.columns[path].objects = [1, 3, 5, 3, 9] * (ROWS // 5)
    (found,) = (guess for guess in guess_fields(seen) if guess.field == field)
    assert (found.paths, found.certain) == ((path,), certain)
    assert found.firsts == (FirstOfSeveral(path, ROWS * 4 // 5, ROWS, usually=4, most=9),)


@pytest.mark.parametrize("name", ["text", "نص المادة"])
def test_records_whose_text_is_in_a_list_are_not_passed_over(name: str) -> None:
    told = columns(text=name)
    half = ROWS // 2
    told["blocks.0.value"] = [None if row < half else text for row, text in enumerate(told[name])]
    told[name] = [text if row < half else None for row, text in enumerate(told[name])]
    seen = shape(told)
    seen.columns["blocks.0.value"].objects = [4] * half
    (found,) = (guess for guess in guess_fields(seen) if guess.field == "text")
    assert (found.paths or found.usual, found.certain, found.filled) == ((name,), True, half)
    assert found.firsts == (FirstOfSeveral("blocks.0.value", half, half, usually=4, most=4),)


def test_a_whole_text_is_a_rival_of_the_first_of_several() -> None:
    told = columns(text="blocks.0.value")
    told["note"] = [text and text[:100] for text in told["blocks.0.value"]]
    seen = shape(told)
    seen.columns["blocks.0.value"].objects = [4] * ROWS
    (found,) = (guess for guess in guess_fields(seen) if guess.field == "text")
    assert (found.paths, found.rivals) == (("blocks.0.value",), ("note",))


def test_two_columns_of_addresses_are_left_to_a_person() -> None:
    found = guessed(columns(more={name: of_each(f"https://{name}.example/{{}}") for name in "xy"}))
    assert (found["url"].certain, found["url"].rivals) == (False, ("y",))


def test_what_says_that_there_is_nothing_is_counted() -> None:
    told = columns("عنوان المادة", "نص المادة")
    told["نص المادة"] = [
        text if row % 4 == 0 else "N/A" for row, text in enumerate(told["نص المادة"])
    ]
    found = guessed(told)["text"]
    assert (found.paths, found.filled, found.nothing) == (("نص المادة",), ROWS // 4, ROWS * 3 // 4)


def test_a_teaser_under_the_usual_name_is_told() -> None:
    told = columns("title", "كامل")
    told["text"] = [text and text[:60] for text in told["كامل"]]
    found = guessed(told)["text"]
    assert (found.paths, found.usual, found.teaser_of) == ((), ("text",), "كامل")


def test_layouts_of_one_source_make_a_list() -> None:
    told = columns("title", "text")
    told["نص المادة"] = [text if row < ROWS // 2 else None for row, text in enumerate(told["text"])]
    told["text"] = [None if row < ROWS // 2 else text for row, text in enumerate(told["text"])]
    found = merge_guesses(guess_fields(shape(told)), ROWS)["text"]
    assert (found.paths, found.filled, found.certain) == (("text", "نص المادة"), ROWS, True)


def test_shapes_are_merged_with_the_usual_names_first() -> None:
    shapes = [shape(columns("title", "text")), shape(columns("عنوان المادة", "نص المادة"))]
    found = merge_guesses([guess for each in shapes for guess in guess_fields(each)], 2 * ROWS)
    assert found["text"].paths == ("text", "نص المادة")
    assert found["title"].paths == ("title", "عنوان المادة")
    assert (found["text"].filled, found["text"].rows) == (2 * ROWS, 2 * ROWS)
