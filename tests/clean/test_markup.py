"""What a page's markup told beside its text, put to what rules find there."""

from typing import Any, Final

import pyarrow as pa
import pytest

from tasks.clean import clean
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tests.clean.record_tables import cleaned, records

STORY: Final = (
    "فتح متحف الميناء أبوابه للزوار أمس بعد أعمال ترميم دامت ثلاثة أعوام، وشملت القاعات الكبرى "
    "والمخازن والحديقة المطلة على البحر."
)
SECOND: Final = "وقال مدير المتحف إن القاعات تعرض للمرة الأولى قوارب الصيادين القديمة وأدواتهم."
BLOCK: Final = "اقرأ أيضاً:\n- متى تفتح القاعة الثانية\n- خبر آخر"
URL: Final = "https://example.org/1"


def linked(*links: tuple[str, str | None]) -> list[dict[str, str | None]]:
    return [{"title": title, "url": url} for title, url in links]


def test_links_of_markup_come_first_and_each_once() -> None:
    related = linked(("متى تفتح القاعة الثّانية", URL), ("في سطرين\nعنوان", None))
    (row,) = cleaned({"text": f"{STORY}\n{BLOCK}\n{SECOND}", "related": related})
    assert row["body"] == f"{STORY}\n{SECOND}"
    assert row["related"] == linked(
        ("متى تفتح القاعة الثّانية", URL), ("في سطرين عنوان", None), ("خبر آخر", None)
    )
    assert {cut["kind"] for cut in row["removed"]} == {"related"}


@pytest.mark.parametrize(
    ("links", "kept"),
    [
        pytest.param([("عنوان", URL), ("مقدمة الخبر", URL)], [0], id="title-and-teaser"),
        pytest.param([("عنوان", None), ("عنوان آخر", None)], [0, 1], id="no-addresses"),
        pytest.param([("عنوان", URL), ("العنوان", f"{URL}2")], [0, 1], id="two"),
        pytest.param([("عُنوان", URL), ("عنوان!", f"{URL}2")], [0], id="one-title"),
        pytest.param([("\u200f", URL), (" - ", f"{URL}2")], [], id="no-title"),
    ],
)
def test_a_link_is_one_title_and_one_address(links: list[Any], kept: list[int]) -> None:
    (row,) = cleaned({"text": STORY, "related": linked(*links)})
    assert row["related"] == linked(*(links[number] for number in kept))


def test_a_title_has_the_first_address_that_is_told() -> None:
    """A page links a title twice, once by a script."""
    (row,) = cleaned({"text": STORY, "related": linked(("عنوان", None), ("عنوان", URL))})
    assert row["related"] == linked(("عنوان", URL))
    block = f"{STORY}\n{BLOCK}\n{SECOND}"
    (row,) = cleaned({"text": block, "related": linked(("خبر آخر", URL))})
    assert row["related"] == linked(("خبر آخر", URL), ("متى تفتح القاعة الثانية", None))


def test_captions_and_tags_of_markup_come_first_and_each_once() -> None:
    text = f"متحف الميناء\n{STORY}\n{SECOND}\nالكلمات المفتاحية: متاحف، موانئ"
    told = {"captions": ["قاعة  القوارب", "متحف الميناء"], "tags": ["متاحف"], "title": "المتحف"}
    (row,) = cleaned({"text": text, **told})
    assert row["captions"] == ["قاعة القوارب", "متحف الميناء"]
    assert row["tags"] == ["متاحف", "موانئ"]


def test_subtitle_and_images() -> None:
    images = [{"url": URL, "caption": "قاعة\n القوارب"}]
    told = {"subtitle": " بعد ثلاثة &quot;أعوام&quot; ", "images": images}
    first, second = cleaned({"text": STORY, **told}, {"text": SECOND})
    assert first["subtitle"] == 'بعد ثلاثة "أعوام"'
    assert first["images"] == [{"url": URL, "caption": "قاعة القوارب"}]
    assert (second["subtitle"], second["images"]) == (None, [])
    assert first["content_hash"] == cleaned({"text": STORY})[0]["content_hash"]


def test_the_text_is_asked_for_place_and_agency_before_the_pages_byline() -> None:
    told = {"dateline_place": "دمشق", "agency": "أ ف ب", "title": "المتحف"}
    first, second = cleaned({"text": STORY, **told}, {"text": f"بيروت (رويترز) - {STORY}", **told})
    assert (first["dateline_place"], first["agency"]) == ("دمشق", "أ ف ب")
    assert (second["dateline_place"], second["agency"]) == ("بيروت", "رويترز")
    assert first["body"] == second["body"] == STORY


def test_rows_with_markup_among_others_and_in_chunks() -> None:
    related = linked(("خبر آخر من المدينة", URL))
    table = records({"text": STORY}, {"text": SECOND, "related": related}, {"text": STORY})
    profiles = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}
    parts = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    kept = clean(parts, profiles).kept
    assert kept["related"].to_pylist() == [[], related, []]
    assert kept.equals(clean(table, profiles).kept)
