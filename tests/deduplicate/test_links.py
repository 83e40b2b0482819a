"""What becomes of texts as they are really printed: from cleaned rows to clusters."""

from collections.abc import Mapping
from itertools import permutations
from typing import Any, Final

import numpy as np
import pytest

from tasks.deduplicate import DEFAULTS
from tasks.deduplicate.links import find_links, keys_of
from tasks.deduplicate.meetings import find_meetings
from tasks.deduplicate.ways import Comparing
from tasks.store import Alike
from tests.deduplicate.no_history import NoHistory
from tests.deduplicate.told_stories import (
    HARBOUR,
    MUSEUM,
    MUSEUM_RETOLD,
    SCHOOLS,
    candidates_of,
    clusters_of,
    story,
)

WEATHER: Final = (
    "توقعت هيئة الأرصاد الجوية أن يسود غدا طقس {sky} على السواحل الشمالية والعاصمة ليلا، وحار على"
    " جنوب البلاد نهارا. والرياح معتدلة تنشط أحيانا على المناطق المكشوفة.\n"
    "وفيما يلي بيان بدرجات الحرارة المتوقعة غدا: العاصمة العظمى {a} والصغرى {b}، الإسكندرية"
    " العظمى {c} والصغرى {d}، مطروح العظمى {e} والصغرى {f}، الأقصر العظمى {g} والصغرى {h}، أسوان"
    " العظمى {i} والصغرى {j}. ونصحت الهيئة المواطنين بتجنب التعرض المباشر لأشعة الشمس وقت الظهيرة."
)
GOLD: Final = (
    "{moved} أسعار الذهب في الأسواق المحلية اليوم في بداية التعاملات الصباحية، متأثرة بحركة المعدن"
    " الأصفر في البورصات العالمية وترقب قرار الفائدة.\n"
    "وسجل سعر جرام الذهب عيار 24 نحو {a} جنيها، وبلغ سعر جرام الذهب عيار 21 الأكثر مبيعا {b}"
    " جنيها، وسجل سعر جرام الذهب عيار 18 نحو {c} جنيها، ووصل سعر الجنيه الذهب إلى {d} جنيه، فيما"
    " سجل سعر الأوقية عالميا {e} دولارا. وتختلف الأسعار من محل إلى آخر بحسب قيمة المصنعية والدمغة."
)
PRAYER: Final = (
    "ينشر موقعنا مواقيت الصلاة اليوم في العاصمة والمدن الكبرى وفق التوقيت المحلي كما أعلنتها هيئة"
    " المساحة، مع مراعاة فروق التوقيت بين المدن.\n"
    "موعد أذان الفجر {a}، موعد الشروق {b}، موعد أذان الظهر {c}، موعد أذان العصر {d}، موعد أذان"
    " المغرب {e}، موعد أذان العشاء {f}. ويستحب للمسلم أن يؤدي الصلاة في أول وقتها، وأن يردد"
    " الأذكار الواردة عن النبي صلى الله عليه وسلم بعد كل صلاة مكتوبة، ومنها التسبيح والتحميد"
    " والتكبير."
)
CABLE: Final = (
    "بعث خادم الحرمين الشريفين برقية تهنئة إلى {ruler} {of} بمناسبة ذكرى اليوم الوطني لبلاده.\n"
    "وأعرب الملك المفدى باسمه واسم شعب وحكومة المملكة عن أصدق التهاني وأطيب التمنيات بالصحة"
    " والسعادة لفخامته، والتقدم والازدهار لحكومة وشعب {of} الصديق.\n"
    "وأشاد بهذه المناسبة بالعلاقات المتميزة التي تربط بين البلدين والشعبين الصديقين، والتي يسعى"
    " الجميع لتعزيزها وتنميتها في المجالات كافة."
)


NOTICE: Final = (
    "أعلنت وزارة الصحة اليوم {day} عدم تسجيل أي إصابات جديدة بالمرض في جميع المحافظات، مؤكدة"
    " استمرار فرق الترصد في متابعة المخالطين وأخذ العينات من المسافرين القادمين عبر المنافذ كافة.\n"
    "ودعت الوزارة المواطنين إلى الالتزام بالإجراءات الوقائية وتجنب الأماكن المزدحمة والإبلاغ عن أي"
    " أعراض عبر الخط الساخن، مشيرة إلى أن المستشفيات مجهزة لاستقبال الحالات في أي وقت."
)


def filled(template: str, figures: str, **words: str) -> str:
    return template.format(**dict(zip("abcdefghij", figures.split(), strict=False)), **words)


TEMPLATES: Final = {
    "weather": (
        filled(WEATHER, "34 22 30 21 29 20 41 26 43 28", sky="معتدل"),
        filled(WEATHER, "36 24 31 23 27 19 39 25 45 29", sky="مائل للحرارة"),
    ),
    "gold": (
        filled(GOLD, "3154 2760 2366 22080 2348", moved="ارتفعت"),
        filled(GOLD, "3120 2730 2340 21840 2331", moved="تراجعت"),
    ),
    "prayer-times": (
        filled(PRAYER, "4:32 6:01 11:58 3:21 5:54 7:12"),
        filled(PRAYER, "4:35 6:04 11:57 3:17 5:48 7:06"),
    ),
    "cables": (
        filled(CABLE, "", ruler="الرئيس", of="اليابان"),
        filled(CABLE, "", ruler="الرئيس", of="ألبانيا"),
    ),
    "cables-to-two-rulers": (
        filled(CABLE, "", ruler="ملك", of="الدنمارك"),
        filled(CABLE, "", ruler="رئيس", of="فنلندا"),
    ),
}


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("other", ["صحيفة الشرق", "صحيفة الغرب"], ids=["one-outlet", "two-outlets"])
@pytest.mark.parametrize(
    "at", ["2026-05-04", "2026-05-05", None], ids=["one-day", "days", "undated"]
)
def test_a_template_filled_anew_is_another_article(name: str, other: str, at: str | None) -> None:
    one, two = TEMPLATES[name]
    assert clusters_of(story(one, "صحيفة الشرق", "2026-05-04"), story(two, other, at)) == [0, 1]


@pytest.mark.parametrize(
    ("days", "source", "at", "together"),
    [
        pytest.param("الأحد الاثنين", "صحيفة الشرق", "2026-05-04", False, id="daily"),
        pytest.param("الأحد الاثنين", "صحيفة الشرق", None, False, id="undated"),
        pytest.param("الأحد الاثنين", "صحيفة الشرق", "2026-05-03", True, id="put-right"),
        pytest.param("الأحد الاثنين", "صحيفة الغرب", "2026-05-04", True, id="two-outlets"),
        pytest.param("الثلاثاء الثلثاء", "صحيفة الشرق", "2026-05-04", True, id="respelt"),
    ],
)
def test_daily_notices_of_one_outlet(
    days: str, source: str, at: str | None, together: bool
) -> None:
    """They differ in the day of the week alone, and speak each of a day of its own."""
    one, two = (NOTICE.format(day=day) for day in days.split())
    found = clusters_of(story(one, "صحيفة الشرق", "2026-05-03"), story(two, source, at))
    assert found == ([0, 0] if together else [0, 1])


SECOND: Final = "2026-05-04T10:20:31Z"


@pytest.mark.parametrize(
    ("source", "at", "together"),
    [
        pytest.param("صحيفة الشرق", SECOND, True, id="at-the-same-second"),
        pytest.param("صحيفة الشرق", "2026-05-04T10:20:32Z", False, id="a-second-later"),
        pytest.param("صحيفة الغرب", SECOND, True, id="by-two-outlets"),
    ],
)
def test_a_story_that_is_sent_again_under_a_new_head(source: str, at: str, together: bool) -> None:
    """Of one outlet only what came at the same second is the same story, sent in its place."""
    told = MUSEUM.replace("\n", " ")
    long = f"{SCHOOLS.split(chr(10))[0]} {HARBOUR.split(chr(10))[1]} {told}"
    rows = story(told, "صحيفة الشرق", SECOND), story(long, source, at)
    assert clusters_of(*rows) == ([0, 0] if together else [0, 1])


@pytest.mark.parametrize(
    ("at", "head", "together"),
    [
        pytest.param("2026-05-06", "new", True, id="within-days"),
        pytest.param("2026-05-09", "new", False, id="days-later-under-a-new-head"),
        pytest.param("2026-05-09", "same", True, id="days-later-under-the-same-head"),
    ],
)
def test_reports_of_two_outlets_some_days_apart(at: str, head: str, together: bool) -> None:
    """What was said before stands in both; a copy begins as the other does."""
    told = MUSEUM.replace("\n", " ")
    more = f"{SCHOOLS.split(chr(10))[0]} {HARBOUR.replace(chr(10), ' ')}"
    later = f"{more} {told}" if head == "new" else f"{told} {more}"
    rows = story(told, "صحيفة الشرق", "2026-05-04"), story(later, "صحيفة الغرب", at)
    assert clusters_of(*rows) == ([0, 0] if together else [0, 1])


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_filled_anew_meets_the_other_and_is_like_it(name: str) -> None:
    """So it is a guard that keeps them apart."""
    candidates = candidates_of(*(story(text, "صحيفة", None) for text in TEMPLATES[name]))
    assert find_meetings(keys_of(candidates), np.arange(2)).tolist() == [[0, 1]]
    (way,) = Comparing(candidates, NoHistory(), DEFAULTS).ways([(0, 1)], {})
    assert way.similarity >= DEFAULTS.similarity


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_copy_of_what_a_template_was_filled_with_is_a_copy(name: str) -> None:
    one, two = TEMPLATES[name]
    retold = one.replace("اليوم", "هذا النهار").replace("الجوية", "الجوية الوطنية")
    found = clusters_of(
        story(one, "صحيفة الشرق", "2026-05-04"),
        story(retold + " نقلا عن المصدر.", "صحيفة الغرب", "2026-05-04"),
        story(two, "صحيفة الجنوب", "2026-05-04"),
    )
    assert found == [0, 0, 1]


@pytest.mark.parametrize(
    ("copy", "source"),
    [
        pytest.param(MUSEUM, "صحيفة الغرب", id="reprint"),
        pytest.param(MUSEUM_RETOLD, "صحيفة الغرب", id="spun"),
        pytest.param(MUSEUM_RETOLD, "صحيفة الشرق", id="spun-at-home"),
        pytest.param(MUSEUM.split("\n")[0], "صحيفة الغرب", id="first-paragraph"),
        pytest.param("\n".join(MUSEUM.split("\n")[:2]), "صحيفة الغرب", id="cut-short"),
        pytest.param(MUSEUM + "\n" + HARBOUR.split("\n")[1], "صحيفة الغرب", id="with-an-addition"),
    ],
)
def test_a_copy_is_linked(copy: str, source: str) -> None:
    rows = story(MUSEUM, "صحيفة الشرق", "2026-05-04"), story(copy, source, "2026-05-05")
    assert clusters_of(*rows, story(HARBOUR, source, "2026-05-05")) == [0, 0, 1]


def items(*stories: str) -> str:
    """Return a round-up: of each story its first paragraph."""
    return "\n".join(told.split("\n")[0] for told in stories)


@pytest.mark.parametrize(
    "digest",
    [
        pytest.param(f"{MUSEUM}\n{HARBOUR}", id="two-stories-whole"),
        pytest.param(f"{HARBOUR}\n{SCHOOLS}\n{MUSEUM}", id="three-stories-whole"),
        pytest.param(items(HARBOUR, SCHOOLS, MUSEUM), id="first-paragraphs"),
    ],
)
def test_a_digest_of_stories_joins_none_of_them(digest: str) -> None:
    rows = [
        story(MUSEUM, "صحيفة الشرق", "2026-05-04"),
        story(HARBOUR, "صحيفة الغرب", "2026-05-04"),
        story(digest, "صحيفة الجنوب", "2026-05-04"),
    ]
    for order in permutations(rows):
        assert clusters_of(*order) == [0, 1, 2]


def test_a_copy_of_a_digest_is_still_its_copy() -> None:
    digest = f"{MUSEUM}\n{HARBOUR}"
    found = clusters_of(
        story(MUSEUM, "صحيفة الشرق", "2026-05-04"),
        story(HARBOUR, "صحيفة الغرب", "2026-05-04"),
        story(digest, "صحيفة الجنوب", "2026-05-04"),
        story(digest.replace("صباح اليوم", "قبل قليل"), "صحيفة الشمال", "2026-05-04"),
    )
    assert found == [0, 1, 2, 2]


def test_an_item_of_a_round_up_is_not_its_copy() -> None:
    """The whole item stands in it, but not at its head."""
    item = SCHOOLS.split("\n")[0]
    found = clusters_of(
        story(f"{HARBOUR}\n{item}", "صحيفة الشرق", "2026-05-04"),
        story(item, "صحيفة الغرب", "2026-05-04"),
    )
    assert found == [0, 1]


def linked(*rows: Mapping[str, Any]) -> list[list[int]]:
    candidates = candidates_of(*rows)
    nothing: Alike = NoHistory().find_alike(np.empty((0, 0), np.uint32))
    links = find_links(candidates, np.arange(len(candidates)), nothing, DEFAULTS)
    assert len(links.likeness) == len(links.pairs)
    pairs: list[list[int]] = links.pairs.tolist()
    return pairs


def test_links_name_rows_of_the_table() -> None:
    found = linked(
        story(SCHOOLS, "صحيفة الشرق", "2026-05-04"),
        story(MUSEUM_RETOLD, "صحيفة الغرب", "2026-05-05"),
        story(HARBOUR, "صحيفة الغرب", "2026-05-05"),
        story(MUSEUM, "صحيفة الشرق", "2026-05-04"),
    )
    assert found == [[1, 3]]


def test_texts_that_meet_nothing_have_no_links() -> None:
    found = linked(story(SCHOOLS, "أ", None), story(MUSEUM, "ب", None))
    assert found == linked() == []
