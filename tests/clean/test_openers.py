import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.clean.openers import read_opener
from tests.clean.record_tables import cleaned

BODY = " أعلنت البلدية صباح أمس أن أعمال الجسر الجديد تنتهي قبل نهاية العام الحالي."


@pytest.mark.parametrize(
    ("opener", "authors", "outlet", "place", "agency"),
    [
        pytest.param("دبي، الإمارات العربية المتحدة (CNN)--", (), "CNN", "دبي", None, id="country"),
        pytest.param("(CNN)--", (), "CNN", None, None, id="outlet-in-brackets"),
        pytest.param("إربد - رويترز -", (), None, "إربد", "رويترز", id="place-agency"),
        pytest.param("برلين - د ب ا:", (), None, "برلين", "د ب أ", id="spaced-initials"),
        pytest.param("باريس (أ.ف.ب) -", (), None, "باريس", "أ ف ب", id="dotted-initials"),
        pytest.param("واس - القنفذة:", (), None, "القنفذة", "واس", id="agency-place"),
        pytest.param("رويترز -", (), None, None, "رويترز", id="agency"),
        pytest.param("عمان -الغد-", (), "الغد", "عمان", None, id="place-outlet"),
        pytest.param("حقل: «الأفق»", (), None, None, None, id="unknown-outlet-stays"),
        pytest.param("غزة–", (), None, "غزة", None, id="place-dash"),
        pytest.param("مسقط:", (), None, "مسقط", None, id="city-colon-verb"),
        pytest.param("سبق- وادي النمل:", (), "سبق", "وادي النمل", None, id="place-in-no-list"),
        pytest.param("وادي النمل (رويترز) -", (), None, "وادي النمل", "رويترز", id="unlisted"),
        pytest.param(
            "نادر عصفور - سبق - حقل:", ("نادر عصفور",), "سبق", "حقل", None, id="name-outlet-place"
        ),
        pytest.param("الرياض - نادر الشومر:", ("نادر الشومر",), None, "الرياض", None, id="name"),
        pytest.param("دبي: رانيا عصفور", ("رانيا عصفور",), None, "دبي", None, id="nothing-behind"),
        pytest.param("سالم عصفور (حقل) -", ("سالم عصفور",), None, "حقل", None, id="in-brackets"),
        pytest.param("طوباس 5-7-2012 وفا-", (), None, "طوباس", "وفا", id="dated"),
        pytest.param("حقل/19 يونيو 2018/ومع/", (), None, "حقل", "و م ع", id="dated-slashes"),
        pytest.param(
            "وادي النمل، أرض السنابل (CNN)--", (), "CNN", "وادي النمل", None, id="places-in-no-list"
        ),
        pytest.param(
            "مراكش، المملكة المغربية (CNN)--", (), "CNN", "مراكش", None, id="style-of-a-state"
        ),
        pytest.param("الدوحة، دولة قطر (CNN) --", (), "CNN", "الدوحة", None, id="styled-country"),
        pytest.param(
            "وادي النمل 20 يوليو تموز (رويترز) -", (), None, "وادي النمل", "رويترز", id="day"
        ),
        pytest.param(
            "أبوظبي سالم عصفور:", ("سالم عصفور",), None, "أبوظبي", None, id="no-mark-between"
        ),
        pytest.param(
            "سالم عصفور بي بي سي - لندن", ("سالم عصفور",), "بي بي سي", "لندن", None, id="run-on"
        ),
        pytest.param(
            "سالم عصفور – نجران", ("سالم عصفور",), None, "نجران", None, id="verb-behind-a-place"
        ),
        pytest.param("عين اليوم – متابعات", (), "عين اليوم", None, None, id="verb-behind-a-label"),
        pytest.param(
            "سالم عصفور – جدة (تصوير: نادر حداد)", ("سالم عصفور",), None, "جدة", None, id="photo"
        ),
        pytest.param("مصر وناسها نيوز:", (), "مصر وناسها نيوز", None, None, id="outlet-colon"),
    ],
)  # fmt: skip
def test_reads_an_opener(
    opener: str, authors: tuple[str, ...], outlet: str | None, place: str | None, agency: str | None
) -> None:
    read = read_opener(opener + BODY, whole=False)
    told = bool(authors or outlet or place or agency)
    assert (read is not None) == told
    if read:
        assert (opener + BODY)[read.length :].strip() == BODY.strip()
        assert (read.authors, read.outlet, read.place, read.agency) == (
            authors, outlet, place, agency,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "authors", "place"),
    [
        pytest.param("الرياض - نادر الشومر", ("نادر الشومر",), "الرياض", id="place-name"),
        pytest.param("نادر الشومر ـ حقل", ("نادر الشومر",), "حقل", id="tatweel-for-a-dash"),
        pytest.param("داليا عصفور – عين اليوم", ("داليا عصفور",), None, id="name-outlet"),
        pytest.param("عمـر الشومـر – كود//", ("عمر الشومر",), None, id="slashes"),
        pytest.param("| سليم حداد |", ("سليم حداد",), None, id="bars"),
        pytest.param("د. سليم حداد", ("سليم حداد",), None, id="title"),
        pytest.param(
            "القاهرة 26 شوال 1436 هـ الموافق 11 أغسطس 2015 م واس", (), "القاهرة", id="two-dates"
        ),
        pytest.param("حقل 5-7-2012 وفا- نادر عصفور", ("نادر عصفور",), "حقل", id="dated-name"),
        pytest.param("عين اليوم – بيروت", (), "بيروت", id="outlet-that-begins-like-a-verb"),
        pytest.param("ضفاف – بيروت", (), "بيروت", id="outlet-in-no-list"),
        pytest.param("مسقط - ش", (), "مسقط", id="label"),
        pytest.param("متابعات – الرياض", (), "الرياض", id="label-first"),
        pytest.param("صحف عربية-الأيام:", (), None, id="papers"),
        pytest.param("سيدي ولد عصفور", ("سيدي ولد عصفور",), None, id="son-of"),
        pytest.param("سالم عصفور – الوادي", ("سالم عصفور",), "الوادي", id="unlisted"),
        pytest.param("التحليل بقلم محررة الشؤون، كريس واين", ("كريس واين",), None, id="analysis"),
    ],
)  # fmt: skip
def test_reads_a_whole_line(line: str, authors: tuple[str, ...], place: str | None) -> None:
    read = read_opener(line.replace("ـ", "") if "//" in line else line, whole=True)
    assert read is not None
    assert read.length == len(line.replace("ـ", "") if "//" in line else line)
    assert (read.authors, read.place) == (authors, place)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("قال الوزير في باريس - حيث يقيم - إن الاتفاق قريب من التوقيع", id="said-in"),
        pytest.param("الهند: قتلى في فيضانات اجتاحت ثلاث ولايات في الشمال", id="country-slug"),
        pytest.param("لبنان - فرنسا 2-1 في مباراة ودية على ملعب العاصمة مساء أمس", id="match"),
        pytest.param(
            "ذكرت وكالة الأنباء السعودية (واس) - نقلا عن مصدر - أن اللقاء تم", id="agency"
        ),
        pytest.param("أعلن (الفيفا) أمس بيع نحو 400 ألف بطاقة", id="acronym"),
        pytest.param("الحياة في المدن الكبرى - كما يقول الباحثون - مكلفة", id="outlet-word"),
        pytest.param("سامر نجم - رامي بدر - علي شومر - هاني عصفور", id="line-up"),
        pytest.param("وزارة الصحة - جدة: افتتح الوزير المستشفى", id="institution"),
        pytest.param("AlNamlNews.com - البشير: لن نوقع على شيء", id="title-of-a-page"),
        pytest.param("الرياض عاصمة المملكة - وأكبر مدنها - تستضيف المؤتمر", id="place-in-prose"),
        pytest.param("عاجل: أعلنت الوزارة بدء أعمال الصيانة في الشوارع", id="cry"),
        pytest.param("الاتحاد: أعلن الرئيس موعد المباراة المقبلة في الدوري", id="union"),
        pytest.param("تظاهر الآلاف في وسط لندن (رويترز) - طالبوا بوقف الحرب", id="credit-in-prose"),
        pytest.param("", id="empty"),
        pytest.param(" - ", id="dash"),
    ],
)
def test_leaves_prose_alone(line: str) -> None:
    assert read_opener(line, whole=False) is None


@given(st.text(st.sampled_from('-–:/|،()«»" ـدبيرويترزمحمد.\u202e5'), max_size=90), st.booleans())
def test_a_signature_ends_inside_its_line(head: str, whole: bool) -> None:
    read = read_opener(head, whole=whole)
    assert read is None or 0 < read.length <= len(head)


def test_lines_below_a_title_are_read() -> None:
    row = cleaned({"text": "جسر جديد في حقل\nكتبت ليلى عصفور\nحقل (أ ش أ)\n" + BODY})[0]
    assert row["authors"] == ["ليلى عصفور"]
    assert (row["dateline_place"], row["agency"]) == ("حقل", "أ ش أ")
    assert row["body"] == "جسر جديد في حقل\n" + BODY.strip()


def test_who_is_told_of_has_not_signed() -> None:
    told, signed = cleaned(
        {"text": "سليم حداد\nقال المدرب سليم حداد إن فريقه يستعد للقاء الحاسم يوم الجمعة."},
        {"text": "سليم حداد\n" + BODY},
    )
    assert (told["captions"], told["authors"]) == (["سليم حداد"], [])
    assert (signed["captions"], signed["authors"]) == ([], ["سليم حداد"])
    assert signed["body"] == BODY.strip()


def test_a_columnist_stands_above_one_title() -> None:
    row = cleaned({"text": "د. سليم حداد\nجسر بلا ضفاف\n" + BODY + BODY})[0]
    assert (row["authors"], row["body"].split("\n")[0]) == (["سليم حداد"], "جسر بلا ضفاف")


def test_a_photographer_inside_a_report_takes_no_report_with_him() -> None:
    text = "سبق - حقل: أعلن المحافظ افتتاح الجسر (تصوير: نادر حداد) أمام الزوار مساء أمس."
    assert cleaned({"text": text})[0]["body"] == text.partition(": ")[2]


def test_lines_of_a_poem_stay() -> None:
    text = "سليم حداد يداوي\nلهموم المشاكل\nكل مساء\nولا يعود"
    assert cleaned({"text": text})[0]["body"] == text


def test_a_line_of_many_megabytes_ends() -> None:
    text = "دبي - " * 400_000
    assert cleaned({"text": text})[0]["body"]
