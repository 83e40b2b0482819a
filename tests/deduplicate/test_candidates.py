import pytest

from expectations.schema import CLEANED
from tasks.clean import clean
from tasks.deduplicate import CANDIDATES, find_candidates
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tests.clean.record_tables import records

PROFILES = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}
LONG = (
    "أعلن مجلس المدينة أمس بدء أعمال ترميم السور القديم فى الجهة الشرقية بعد توقف دام ثلاث سنوات"
    " بسبب نقص التمويل وتأخر وصول الأحجار"
)


def keys(*rows: dict[str, str | None]) -> list[bytes]:
    table = find_candidates(clean(records(*rows), PROFILES).kept)
    return table["text_key"].to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(LONG.replace("أ", "ا"), id="hamza"),
        pytest.param(LONG.replace("فى", "في"), id="final-ya"),
        pytest.param(LONG.replace("ة", "ه"), id="ta-marbuta"),
        pytest.param(LONG.replace("مجلس", "مَجْـلِـس"), id="harakat-and-tatweel"),
        pytest.param(LONG.replace(" أمس", "، أمس،").replace(" بعد", "\nبعد"), id="punctuation"),
    ],
)
def test_a_reprint_in_another_spelling_has_the_same_key(other: str) -> None:
    one, two = keys({"text": LONG, "title": "عنوان"}, {"text": other, "title": "عنوان آخر"})
    assert one == two


def test_another_number_is_another_text() -> None:
    one, two = keys({"text": LONG + " 15"}, {"text": LONG + " 16"})
    assert one != two


def test_a_short_body_counts_with_its_title() -> None:
    one, two = keys(
        {"text": "التفاصيل في الفيديو", "title": "حريق"},
        {"text": "التفاصيل في الفيديو", "title": "فوز"},
    )
    assert one != two


def test_an_empty_shard() -> None:
    assert find_candidates(CLEANED.empty_table()).schema.equals(CANDIDATES)
