"""Which column has a name: whatever the eye does not see, and whoever decoded it wrongly."""

from collections.abc import Callable

import pytest

from tasks.fetch.formats.column_names import fold, places_of
from tasks.sources import FieldNames

RLM = "\N{RIGHT-TO-LEFT MARK}"


@pytest.mark.parametrize(
    ("column", "name"),
    [
        pytest.param(f"{RLM}النص{RLM}", "النص", id="direction-marks"),
        pytest.param("\N{LEFT-TO-RIGHT EMBEDDING}النص\N{POP DIRECTIONAL FORMATTING}", "النص",
                     id="embedding"),
        pytest.param("\N{RIGHT-TO-LEFT ISOLATE}النص\N{POP DIRECTIONAL ISOLATE}", "النص",
                     id="isolate"),
        pytest.param("\N{ARABIC LETTER MARK}النص", "النص", id="letter-mark"),
        pytest.param("النَّص", "النص", id="harakat"),
        pytest.param("النـص", "النص", id="tatweel"),
        pytest.param("الأسم", "الاسم", id="hamza"),
        pytest.param("نص  المقاله", "نص المقالة", id="heh-for-teh-marbuta"),
        pytest.param("المحتوي", "المحتوى", id="yeh-for-alef-maqsura"),
        pytest.param("Published Date", "published_date", id="space"),
        pytest.param("PUBLISHED-DATE", "published_date", id="hyphen"),
        pytest.param("article_body", "articleBody", id="underscore"),
        pytest.param("النص", "النَّص", id="the-wanted-name-has-harakat"),
    ],
)  # fmt: skip
def test_what_the_eye_cannot_tell_apart_is_one_name(column: str, name: str) -> None:
    assert places_of(["x", column], [name]) == {name: 1}


@pytest.mark.parametrize(
    ("columns", "wanted", "places"),
    [
        pytest.param([f"{RLM}النص", "النص"], ["النص"], {"النص": 1}, id="as-written-first"),
        pytest.param(["pub date", "PubDate"], ["pubDate"], {"pubDate": 1}, id="case-first"),
        pytest.param(["pub date", "pub-date"], ["pubDate"], {}, id="of-two-alike-none"),
        pytest.param(["pubDate"], ["pub_date", "pubDate"], {"pubDate": 0}, id="outright-only"),
        pytest.param(["النص", "ط§ظ„ظ†طµ"], ["النص"], {"النص": 0}, id="sound-before-broken"),
        pytest.param(["ط§ظ„ظ†طµ", "ط§ظ„ظ†طµ"], ["النص"], {}, id="of-two-broken-none"),
        pytest.param(["ط§ظ„ط³ط¹ط±", "Ûber"], ["النص"], {}, id="another-name"),
        pytest.param([], ["النص"], {}, id="no-columns"),
    ],
)
def test_likeness_takes_no_other_names_column(
    columns: list[str], wanted: list[str], places: dict[str, int]
) -> None:
    assert places_of(columns, wanted) == places


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda text: text.encode("cp1256").decode("latin-1"), id="1256"),
        pytest.param(lambda text: text.encode().decode("latin-1"), id="utf-8-as-latin-1"),
        pytest.param(lambda text: text.encode().decode("cp1252"), id="utf-8-as-windows-1252"),
        pytest.param(lambda text: text.encode().decode("cp1256"), id="utf-8-as-1256"),
        pytest.param(lambda text: text.encode().decode("latin-1").encode().decode("latin-1"),
                     id="twice"),
        pytest.param(lambda text: f"\ufeff{text}".encode().decode("latin-1"), id="mark-as-well"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["العنوان", "النص", "القسم", "المحتوى", "تاريخ النشر"])
def test_names_that_were_decoded_wrongly_are_found(read: Callable[[str], str], name: str) -> None:
    assert places_of(["السعر", read(name)], [name]) == {name: 1}


def test_no_usual_name_of_one_field_is_like_that_of_another() -> None:
    fields = [{fold(name) for name in names} for _, names in FieldNames()]
    assert sum(map(len, fields)) == len(set().union(*fields))
