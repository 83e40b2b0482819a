"""Furniture of pages: whole lines, heads, tails and addresses between sentences."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.clean import date_piles, date_stamps, furniture, page_heads, page_tails
from tasks.clean.lone_names import read_names
from tasks.clean.shapes import Shape, matches
from tests.clean.record_tables import cleaned

STORY = "أعلنت البلدية أمس بدء أعمال الصيانة في الشوارع الرئيسية اعتبارا من يوم غد."
MORE = "وأضافت أن الأعمال تستمر أسبوعين وأن حركة السير لن تتأثر في ساعات الذروة."

SHAPES = [
    *((shape, furniture._SIGNS) for shapes in furniture.SHAPES.values() for shape in shapes),
    *((shape, date_stamps._SIGNS) for shape in date_stamps.SHAPES),
    *((shape, page_heads._SIGNS) for shape in page_heads.SHAPES),
    *((shape, page_tails._SIGNS) for shape in page_tails.ENDING_SHAPES),
    *((shape, page_tails._SIGNS) for shape in page_tails.LINE_SHAPES),
    *((shape, page_tails._SIGNS) for shape in page_tails.TAG_SHAPES),
    *((shape, page_tails._SIGNS) for shape in page_tails.STOPPED_SHAPES),
    *((shape, date_piles._ENDS) for shape in date_piles.SHAPES),
    *((shape, r"\d") for shape in date_piles._BETWEEN),
]


@pytest.mark.parametrize(
    ("shape", "signs"), [pytest.param(*each, id=each[0].example[:30]) for each in SHAPES]
)
def test_a_shape_matches_its_example_and_the_signs_find_it(shape: Shape, signs: str) -> None:
    assert matches(pa.array([shape.example]), [shape], "^(?:{})$", signs)
    assert shape.word in shape.example


@pytest.mark.parametrize(
    "shape", [pytest.param(each, id=each.example[:30]) for each, _ in SHAPES if each.word]
)
def test_a_shape_does_not_match_without_its_word(shape: Shape) -> None:
    """Texts without a shape's word are not compared with it."""
    other = shape.example.replace(shape.word, "\N{CJK UNIFIED IDEOGRAPH-4E00}" * len(shape.word))
    assert not matches(pa.array([other]), [shape], "^(?:{})$", ".")


def only_cut(text: str, **record: Any) -> tuple[str, list[tuple[str, str]], dict[str, Any]]:
    row = cleaned({"text": text, **record})[0]
    return row["body"], [(cut["kind"], cut["text"]) for cut in row["removed"]], row


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param("// انتهى //", "meta", id="end-of-copy"),
        pytest.param("18:10 ت م", "meta", id="stamp"),
        pytest.param("----------------", "meta", id="horizontal-rule"),
        pytest.param("الأحد، 11 أبريل 2010 - 19:18", "meta", id="day-and-time"),
        pytest.param(
            "A post shared by Someone (@someone) on Jul 18, 2018", "meta", id="embed-text"
        ),
        pytest.param("https://www.youtube.com/watch?v=abc_1", "meta", id="embedded-film"),
        pytest.param("شارك عبر تويتر فيسبوك واتساب", "share", id="share-buttons"),
        pytest.param("للتواصل مع الكاتب ارسل رسالة SMS", "share", id="write-to-the-author"),
        pytest.param("تم إقفال التعليقات", "share", id="comments-closed"),
        pytest.param("جميع الحقوق محفوظة لصحيفة الأفق", "legal", id="rights"),
        pytest.param("(صورة أرشيفية)", "caption", id="archive-picture"),
        pytest.param("لمشاهدة الصور اضغط هنا", "caption", id="see-the-pictures"),
    ],
)
def test_a_line_of_furniture_goes_wherever_it_stands(line: str, kind: str) -> None:
    for text in (f"{STORY}\n{line}\n{MORE}", f"{STORY}\n{MORE}\n{line}"):
        body, removed, _ = only_cut(text)
        assert (body, removed) == (f"{STORY}\n{MORE}", [(kind, line)])


@pytest.mark.parametrize(
    ("head", "kinds"),
    [
        pytest.param("شارك من خلال تويتر فيسبوك جوجل بلس اكتب رأيك ", ["share"], id="buttons"),
        pytest.param("Next Previous ", ["meta"], id="slider"),
        pytest.param(
            'الأفق - العالم - جسر content="خبر عن الجسر" /> الرئيسية العالم رياضة صحة '
            "آخر تحديث: الأحد, 28 مارس, 2010, 03:34 GMT ",
            ["meta", "meta", "meta"],
            id="markup-menu-stamp",
        ),
        pytest.param(
            "Example.com - افتتاح جسر\n1300 (GMT+04:00) - 28/04/09 ", ["meta"] * 2, id="dump"
        ),
        pytest.param("تاريخ النشر :4 أبريل 2012\n\n", ["meta"], id="printed-on"),
        pytest.param(
            "سالم المنصورينشر في الأفق يوم 18 - 10 - 2012\n", ["byline", "meta"], id="glued-author"
        ),
        pytest.param(
            "| | |\n| | قصاصات |\n| 0 |\n| تنبيه: يحظر نقل هذا المقال إلا بإذن من الصحيفة. ",
            ["meta", "meta", "meta", "meta", "legal"],
            id="table",
        ),
    ],
)
def test_what_a_page_prints_before_the_first_word_goes(head: str, kinds: list[str]) -> None:
    body, removed, _ = only_cut(f"{head}{STORY}\n{MORE}")
    assert body == f"{STORY}\n{MORE}"
    assert [kind for kind, _ in removed] == kinds


STAMPS = [
    "07/04/2012",
    "2012.11.04",
    "السبت 28 جويلية 2012 الشروق",
    "الأحد, 25 مارس, 2012, 10:32 بتوقيت القدس",
    "الاربعاء,11 تموز 2012 الموافق 21 شعبان 1433",
    "الإثنين, 16 يناير/كانون الثاني 2012 03:29",
    "صحيفة الأفق - العدد 2376 الثلاثاء 12 يونيو 2012",
    "الأفق: تم إضافته يوم الإثنين 21 صفر 1433 هـ - الموافق 13 فبراير 2012 م - الساعة 8:07 مساءً",
    "يوليو 16, 2012 على الساعة 13:28 |",
]


@pytest.mark.parametrize("stamp", STAMPS)
def test_a_date_stamp_above_the_report_goes(stamp: str) -> None:
    body, removed, _ = only_cut(f"{stamp}\n{STORY}\n{MORE}")
    assert (body, removed) == (f"{STORY}\n{MORE}", [("meta", stamp)])


def test_a_date_stamp_ends_before_a_byline() -> None:
    row = cleaned({"text": f"الإثنين 06 أغسطس-آب 2012 الساعة 01 صباحاً / تعز - سليم حداد\n{STORY}"})[
        0
    ]
    assert [cut["kind"] for cut in row["removed"]] == ["meta", "byline"]
    assert (row["authors"], row["body"]) == (["سليم حداد"], STORY)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"الجمعة 3 فبراير 2012\n{STORY}\n{MORE}\nالسبت 4 فبراير 2012\n{MORE}", id="days"
        ),
        pytest.param(f"جسر جديد\n25 يناير 2011\n{STORY}", id="below-a-headline"),
        pytest.param(f"انفجر اليوم السبت 15 أفريل 2017، خط الغاز.\n{STORY}", id="sentence"),
        pytest.param(f"الرياض 25 شوال 1436 هـ الموافق 10 أغسطس 2015 م قمة\n{STORY}", id="place"),
    ],
)
def test_dates_that_the_text_tells_of_stay(text: str) -> None:
    assert only_cut(text)[0] == text


def test_who_wrote_what_was_printed_elsewhere_is_its_author() -> None:
    stamp = "نشر في الأفق يوم 18 - 10 - 2012"
    body, removed, row = only_cut(f"سالم المنصور{stamp}\n{STORY}")
    assert (body, row["authors"]) == (STORY, ["سالم المنصور"])
    assert removed == [("byline", "سالم المنصور"), ("meta", stamp)]


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        (" وشكر د. سليم حداد", "a title before the name is no stop"),
        (" الفائزون: 1. سليم حداد", "a number before it is none either"),
        (" وقال سليم حداد", "it is no name alone"),
    ],
)
def test_a_name_inside_the_last_sentence_stays(tail: str, why: str) -> None:
    assert only_cut(f"{STORY}{tail}")[0] == f"{STORY}{tail}", why


def test_a_menu_ends_before_an_entry_that_it_has_already() -> None:
    body, _, _ = only_cut("الرئيسية العالم رياضة صحة العالم يترقب افتتاح الجسر الجديد غدا.")
    assert body == "العالم يترقب افتتاح الجسر الجديد غدا."


@pytest.mark.parametrize(
    ("tail", "kinds", "column", "said"),
    [
        pytest.param(" المصدر (وكالات)", ["source"], "credited_source", "وكالات", id="source"),
        pytest.param("\nالمصدر: example.com", ["source"], "credited_source", "example.com", id="site"),  # noqa: E501
        pytest.param("\n*نقلاً عن الأفق", ["source"], "credited_source", "الأفق", id="quoted-from"),
        pytest.param(
            " عن كتاب «النهر» لسليم حداد", ["source"], "credited_source", "النهر» لسليم حداد",
            id="from-a-book",
        ),
        pytest.param("\nهاجر السالمي", ["signature"], "authors", ["هاجر السالمي"], id="name"),
        pytest.param("\nد. سمير حداد", ["signature"], "authors", ["سمير حداد"], id="doctor"),
        pytest.param(
            "\nسمير حداد/هدى سالم", ["signature"], "authors", ["سمير حداد", "هدى سالم"], id="two-names"  # noqa: E501
        ),
        pytest.param(
            "\n* وحدة التقارير الاقتصادية", ["signature"], "authors", ["وحدة التقارير الاقتصادية"],
            id="unit",
        ),
        pytest.param("someone@example.com", ["signature"], "authors", [], id="glued-mail"),
        pytest.param(
            " نقلا عن صحيفة الأفق", ["source"], "credited_source", "صحيفة الأفق", id="no-asterisk"
        ),
        pytest.param(
            " someone@example.com سمات الرياض جسر", ["tags", "signature"][::-1], "tags",
            ["الرياض جسر"], id="labels-behind-an-address",
        ),
        pytest.param("\nـــــ\nي.ط/ف.س", ["signature"] * 2, "authors", [], id="desk-initials"),
        pytest.param(" ع ب م", ["signature"], "authors", [], id="editor-initials"),
        pytest.param(" سليم حداد", ["signature"], "authors", ["سليم حداد"], id="behind-a-stop"),
        pytest.param(" * مفتي وادي النمل سابقا", ["signature"], "authors", [], id="starred-post"),
        pytest.param(" أستاذ الاقتصاد بجامعة الأفق", ["signature"], "authors", [], id="post"),
        pytest.param(
            "\nنقلته إلى العربية: هدى حداد", ["signature"], "authors", ["هدى حداد"], id="translator"
        ),
        pytest.param(
            "\nShare on facebookShare on googleMore Sharing Services", ["share"], "authors", [],
            id="latin-buttons",
        ),
        pytest.param(
            "\n--------\nيمكنكم تسلم إشعارات بأهم الأخبار", ["share"] * 2, "authors", [],
            id="rule-above-a-notice",
        ),
        pytest.param(
            "\nهاجر السالمي\nsomeone@example.com\nللتواصل مع الكاتب ارسل رسالة SMS",
            ["signature", "signature", "share"], "authors", ["هاجر السالمي"], id="piled-up",
        ),
        pytest.param(
            "\nالأمير سعد بن نايف", ["caption"], "captions", ["الأمير سعد بن نايف"], id="in-a-picture"  # noqa: E501
        ),
        pytest.param(
            " سمات الرياض حادث مروري", ["tags"], "tags", ["الرياض حادث مروري"], id="labels"
        ),
        pytest.param(
            "\nكلمات دلالية: الرياض، حادث", ["tags"], "tags", ["الرياض", "حادث"], id="keywords"
        ),
        pytest.param(
            " 2 أيلول اليوم 02:35 29 آب تصفح المزيد شبكة الأفق قناة إخبارية مستقلة انطلقت عام 2012. "  # noqa: E501
            "جميع الحقوق محفوظة", ["meta", "promo", "legal"], "authors", [], id="piled-dates",
        ),
        pytest.param(
            "\nتابعوا المباراة مباشرة على موقع الأفق.", ["promo"], "authors", [], id="own-programme"
        ),
    ],
)  # fmt: skip
def test_what_a_page_prints_behind_the_last_word_goes(
    tail: str, kinds: list[str], column: str, said: Any
) -> None:
    body, removed, row = only_cut(f"{STORY}\n{MORE}{tail}")
    assert body == f"{STORY}\n{MORE}"
    assert ([kind for kind, _ in removed], row[column]) == (kinds, said)


def test_a_title_behind_the_address_of_its_story_is_a_repeat() -> None:
    body, removed, _ = only_cut(f"{STORY} رابط الخبر بصحيفة الأفق: افتتاح الجسر")
    assert body == STORY
    assert [kind for kind, _ in removed] == ["meta", "title_repeat"]


def test_dates_piled_up_inside_the_story_go_where_the_page_piles_them_at_its_end() -> None:
    page = f"{STORY} اليوم 02:35 2 أيلول {MORE}"
    assert only_cut(f"{page} 2 أيلول 29 آب تصفح المزيد")[0] == f"{STORY} {MORE}"
    assert only_cut(page)[0] == page


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{STORY} https://www.instagram.com/p/Ab_1/ {MORE}", id="between-sentences"),
        pytest.param(
            f"{STORY} https://youtu.be/a1 https://m.facebook.com/1/posts/2/?d=n {MORE}", id="two"
        ),
        pytest.param(f"https://youtu.be/a1 {STORY} {MORE}", id="at-the-head"),
    ],
)
def test_embedded_addresses_between_sentences_go(text: str) -> None:
    body, removed, _ = only_cut(text)
    assert body == f"{STORY} {MORE}"
    assert {kind for kind, _ in removed} == {"meta"}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("شارك في الحفل عدد من الفنانين العرب", id="took-part"),
        pytest.param("تابعنا الحفل من الصفوف الأولى", id="we-followed"),
        pytest.param("2 سبتمبر", id="date-of-a-chronology"),
        pytest.param("نشر في صحيفة الأفق مقال عن الجسر يوم افتتاحه", id="was-printed"),
        pytest.param("سمات الشخصية العربية كثيرة.", id="traits"),
        pytest.param("للتسجيل عبر الموقع http://jobs.example.com", id="address-in-a-sentence"),
        pytest.param("على الرابط: https://www.facebook.com/example", id="address-behind-a-colon"),
        pytest.param("على الرجال ذوي الألباب والفهم", id="verse"),
        pytest.param("الفائزون: أحمد سالم وعمر زيد", id="winners"),
        pytest.param("1 - الأهلي 20 نقطة", id="table-of-a-league"),
        pytest.param("س: متى يفتتح الجسر؟", id="question"),
        pytest.param("ملح القصيد", id="subhead-at-the-end"),
        pytest.param("وأضاف المصدر: الجسر آمن", id="a-source-spoke"),
        pytest.param("للاستفسار: info@example.com", id="contact-of-an-announcement"),
        pytest.param("***", id="stars-between-parts"),
    ],
)
def test_what_only_looks_like_furniture_stays(line: str) -> None:
    for text in (f"{STORY}\n{line}\n{MORE}", f"{STORY}\n{line}", f"{line}\n{STORY}"):
        assert only_cut(text)[:2] == (text, [])


def test_a_list_of_names_is_no_signature() -> None:
    text = f"{STORY}\nأحمد سالم\nعمر زيد\nهدى سمير"
    assert only_cut(text)[0] == text


@pytest.mark.parametrize(
    "line", ["علي", "أحمد في بيته", "على الرجال", "", "ألعاب نارية", "محمد1 علي"]
)
def test_a_line_that_is_no_name(line: str) -> None:
    assert read_names(line) is None


PIECES = [
    *(shape.example for shape, _ in SHAPES), STORY, MORE, "هاجر السالمي", "https://youtu.be/a1",
    "|", "2 أيلول 29 آب", ".", "://", "نص",
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(" \n")), max_size=12))
def test_cuts_are_what_is_missing_from_the_body_however_furniture_is_mixed(
    pieces: list[tuple[str, str]],
) -> None:
    text = "".join(piece + gap for piece, gap in pieces)
    row = cleaned({"text": text})[0]
    end = 0
    for cut in row["removed"]:
        assert end <= cut["start"] < cut["end"]
        assert text[cut["start"] : cut["end"]] == cut["text"]
        end = cut["end"]
    left = sorted("".join(cut["text"] for cut in row["removed"]) + row["body"])
    assert [c for c in left if c.isalnum()] == sorted(filter(str.isalnum, text))


@pytest.mark.parametrize("piece", ["://", "| ", "2 أيلول ", "x.com/", '" content="', "الرئيسية "])
def test_a_long_hostile_line_takes_linear_time(piece: str) -> None:
    cleaned({"text": piece * 200_000 + " تصفح المزيد"})


@pytest.mark.parametrize(
    ("head", "sentences"),
    [*(("Example.com - ", n) for n in (1, 2, 12, 400)), ('الأفق content="', 13)],
)
def test_a_report_behind_the_name_of_a_site_stays(head: str, sentences: int) -> None:
    report = " ".join(["أعلنت البلدية صباح أمس أن أعمال الجسر الجديد تنتهي هذا العام."] * sentences)
    (row,) = cleaned({"text": f"{head}{report}", "title": "الجسر الجديد"})
    assert row["body"].endswith(report)
