import pytest

from tasks.clean.signature import Signature, read_signature


@pytest.mark.parametrize(
    ("line", "outlets", "rest", "expected"),
    [
        pytest.param(
            "محرر سياسى مصر وناسهاأعلن التحالف", ["مصر وناسها"], "أعلن التحالف",
            Signature(0, ("محرر سياسى",), "مصر وناسها"), id="desk-outlet-glued",
        ),
        pytest.param(
            "محرر سياسى مصر وناسهاأعلن التحالف", [], "أعلن التحالف",
            Signature(0, ("محرر سياسى",), "مصر وناسها"), id="desk-unknown-outlet-glued",
        ),
        pytest.param(
            "محرر سياسى مصر وناسهاقال التحالف", [], "قال التحالف",
            Signature(0, ("محرر سياسى",), "مصر وناسها"), id="verb-behind-a-bare-alef",
        ),
        pytest.param(
            "محرر سياسى مصر وناسها أعلن التحالف", ["مصر وناسها"], "أعلن التحالف",
            Signature(0, ("محرر سياسى",), "مصر وناسها"), id="desk-outlet-with-a-space",
        ),
        pytest.param(
            "كتب: عمار الحلبيتناغمت أوتار العود", [], "تناغمت أوتار العود",
            Signature(0, ("عمار الحلبي",)), id="name-glued-to-verb",
        ),
        pytest.param(
            "كتبت: سلمى عودةأعلنت البلدية", [], "أعلنت البلدية",
            Signature(0, ("سلمى عودة",)), id="letter-after-ta-marbuta",
        ),
        pytest.param(
            "متابعة: ضمياء فالحأبلغ المدرب", [], "أبلغ المدرب",
            Signature(0, ("ضمياء فالح",)), id="verb-inside-the-verb",
        ),
        pytest.param(
            "كتب: عمار الحلبي تناغمت أوتار العود", [], "تناغمت أوتار العود",
            Signature(0, ("عمار الحلبي",)), id="name-before-verb",
        ),
        pytest.param(
            "حوار: ضمياء فالح لم يكن اللقاء", [], "لم يكن اللقاء",
            Signature(0, ("ضمياء فالح",)), id="name-before-a-negation",
        ),
        pytest.param(
            "تحقيق: حصة سيف القرقعندما تدخل", [], "عندما تدخل",
            Signature(0, ("حصة سيف القرق",)), id="name-glued-to-when",
        ),
        pytest.param(
            "خالد علي - سبق - جدة: عاد الهدوء", ["سبق"], "عاد الهدوء",
            Signature(0, ("خالد علي",), "سبق", "جدة"), id="name-outlet-place",
        ),
        pytest.param(
            "عمان – «صدى الضفتين»: تقرر تمديد", ["صدى الضفتين"], "تقرر تمديد",
            Signature(0, (), "صدى الضفتين", "عمان"), id="place-outlet",
        ),
        pytest.param(
            "سبق- الرياض: افتتح الأمير", ["سبق"], "افتتح الأمير",
            Signature(0, (), "سبق", "الرياض"), id="outlet-place",
        ),
    ],
)  # fmt: skip
def test_reads(line: str, outlets: list[str], rest: str, expected: Signature) -> None:
    found = read_signature(line, whole=False, outlets=outlets)
    assert found is not None
    assert line[found.length :].strip() == rest
    assert (found.authors, found.outlet, found.place) == (
        expected.authors, expected.outlet, expected.place,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        pytest.param("كتبت ليلى الشوملي", ("ليلى الشوملي",), id="verb"),
        pytest.param("تقرير: نادر عصفور", ("نادر عصفور",), id="colon"),
        pytest.param("بقلم سليم حداد", ("سليم حداد",), id="pen"),
        pytest.param("كتب: علي - سمير", ("علي", "سمير"), id="two-names"),
        pytest.param("محرر الشؤون الاقتصادية", ("محرر الشؤون الاقتصادية",), id="desk"),
    ],
)
def test_reads_a_line_of_its_own(line: str, authors: tuple[str, ...]) -> None:
    found = read_signature(line, whole=True)
    assert found is not None
    assert found.length == len(line)
    assert found.authors == authors


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("كتب النقد الحديث كثيرة في المكتبات", id="books"),
        pytest.param("كتب الرئيس رسالةإلى نظيره", id="wrote-a-letter"),
        pytest.param("تقرير دولي يحذر من الجفاف", id="report-as-subject"),
        pytest.param("حوار الطرشان", id="headline"),
        pytest.param("سبق أن أعلنت الوزارة", id="outlet-name-as-a-word"),
        pytest.param("قال الوزير لصدى الضفتين: سنعمل", id="quoted-by-the-outlet"),
        pytest.param("كتب: «لا أحد يعرف»", id="quotation"),
        pytest.param("تحرير الأسعار يقلق المستهلكين", id="liberalisation"),
        pytest.param("محرر سياسى كبير قال إن الأزمةأكبر من أن تحل قريبا", id="desk-in-a-sentence"),
        pytest.param("حوار: نادر عصفور للمرة الأولى قال", id="not-for-the-first-time"),
        pytest.param("تحقيق: رائدة برهانفي 4 دقائق", id="in-glued-to-a-name"),
        pytest.param("كتب عليها السلام", id="upon-her"),
        pytest.param("بقلم: أحمد رصاص كتب الشاعر قصيدته", id="wrote-behind-a-name"),
        pytest.param("تحقيق: الأزمة لم تنته بعد", id="one-word-is-no-name"),
        pytest.param("", id="empty"),
    ],
)
def test_leaves_prose_alone(line: str) -> None:
    found = read_signature(line, whole=True, outlets=("سبق", "صدى الضفتين"))
    assert found is None
