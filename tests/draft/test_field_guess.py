from collections.abc import Mapping, Sequence

import pytest

from tasks.draft.field_guess import FieldGuess, guess_fields, merge_guesses
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
        ("url", "الرابط", of_each("https://a.example/{}")),
        ("url", "x1", of_each("http://a.example/{}.html")),
        ("published", "تاريخ النشر", of_each("2019-01-01 10:{:02}")),
        ("published", "x2", of_each("2019-01-01 10:{:02}")),
        ("published", "created_at", of_each("15199277{:02}")),
        ("modified", "آخر تحديث", of_each("2019-01-01 10:{:02}")),
        ("id", "رقم الخبر", of_each("1842{:02}")),
        ("source", "اسم الصحيفة", ["الأفق", "المدار"] * (ROWS // 2)),
        ("section", "القسم", ["سياسة", "رياضة"] * (ROWS // 2)),
        ("author", "كاتب المقال", ["سعاد حمدي", "كريم نصر"] * (ROWS // 2)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_field_is_found_by_its_values(field: str, name: str, values: Values) -> None:
    found = guessed(columns("عنوان", "نص", {name: values}))
    assert (found[field].paths, found[field].certain) == ((name,), True)
    assert found["text"].paths == ("نص",)
    assert found["title"].paths == ("عنوان",)


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
    ],
)
def test_what_looks_like_a_field_and_is_none(name: str, values: Values) -> None:
    found = guessed(columns(more={name: values}))
    assert [field for field, guess in found.items() if guess.paths and guess.certain] == []


def test_short_lists_under_names_that_say_nothing_are_guesses() -> None:
    found = guessed(columns(more={"x": ["سياسة", "رياضة"] * (ROWS // 2)}))
    assert (found["section"].paths, found["section"].certain) == (("x",), False)


def test_two_columns_of_addresses_are_left_to_a_person() -> None:
    found = guessed(columns(more={name: of_each(f"https://{name}.example/{{}}") for name in "xy"}))
    assert (found["url"].certain, found["url"].rivals) == (False, ("y",))


def test_what_says_that_there_is_nothing_is_counted() -> None:
    told = columns("عنوان", "نص")
    told["نص"] = [text if row % 4 == 0 else "N/A" for row, text in enumerate(told["نص"])]
    found = guessed(told)["text"]
    assert (found.paths, found.filled, found.nothing) == (("نص",), ROWS // 4, ROWS * 3 // 4)


def test_a_teaser_under_the_usual_name_is_told() -> None:
    told = columns("title", "كامل")
    told["text"] = [text and text[:60] for text in told["كامل"]]
    found = guessed(told)["text"]
    assert (found.paths, found.usual, found.teaser_of) == ((), ("text",), "كامل")


def test_layouts_of_one_source_make_a_list() -> None:
    told = columns("title", "text")
    told["نص"] = [text if row < ROWS // 2 else None for row, text in enumerate(told["text"])]
    told["text"] = [None if row < ROWS // 2 else text for row, text in enumerate(told["text"])]
    found = merge_guesses(guess_fields(shape(told)), ROWS)["text"]
    assert (found.paths, found.filled, found.certain) == (("text", "نص"), ROWS, True)


def test_shapes_are_merged_with_the_usual_names_first() -> None:
    shapes = [shape(columns("title", "text")), shape(columns("عنوان", "نص"))]
    found = merge_guesses([guess for each in shapes for guess in guess_fields(each)], 2 * ROWS)
    assert found["text"].paths == ("text", "نص")
    assert found["title"].paths == ("title", "عنوان")
    assert (found["text"].filled, found["text"].rows) == (2 * ROWS, 2 * ROWS)
