"""Each check keeps one defect out: a batch breaks exactly it, and sound batches pass."""

import re
from typing import Any, Final, get_args

import pytest

from expectations.article import MAX_BODY, MAX_TITLE, MIN_WORDS
from expectations.raw import MAX_TEXT_BYTES
from tasks.validate import Border, validate
from tasks.validate.measure import measure
from tasks.validate.suites import suite_of
from tests.validate.border_tables import BODY, WHEN, article_id, changed, sound

BORDERS: Final[tuple[Border, ...]] = get_args(Border)

BROKEN: Final[dict[Border, dict[str, dict[str, Any]]]] = {
    "raw": {
        "no-record-ref": {"record_ref": " "},
        "repeated-record-ref": {"record_ref": "news.jsonl#1"},
        "no-source": {"source": ""},
        "source-too-long": {"source": "ص" * 501},
        "empty-text": {"text": ""},
        "text-too-large": {"text": "م" * (MAX_TEXT_BYTES // 2 + 1)},
        "title-too-large": {"title": "ع" * 20_001},
        "native-id-too-long": {"native_id": "7" * 1_001},
        "url-too-long": {"url": f"https://ufuq.example/{'a' * 8_000}"},
        "url-not-http": {"url": "javascript:alert(1)"},
        "author-too-long": {"author": "س" * 10_001},
        "section-too-long": {"section": "ق" * 1_001},
        "date-text-too-long": {"modified_raw": "1" * 1_001},
        "fetched-at-implausible": {"fetched_at": WHEN.replace(year=1970)},
    },
    "article": {
        "malformed-article-id": {"article_id": "../../etc/passwd"},
        "empty-body": {"body": ""},
        "body-too-short": {"body": " ".join(["خبر"] * (MIN_WORDS - 1))},
        "body-too-long": {"body": "كلمة " * (MAX_BODY // 5) + "أخيرة"},
        "title-too-long": {"title": "ع" * (MAX_TITLE + 1)},
        "not-arabic": {"body": "Le ministre a annoncé hier le début des travaux."},
        "mojibake": {"body": "دم يد فم أب أخ".encode().decode("cp1256")},
        "latin-mojibake": {
            "body": f"{BODY}\n{'وصل الوزير اليوم'.encode('cp1256').decode('latin-1')}"
        },
        "arabic-mojibake": {
            "body": f"{BODY * 9}\n{'درب شرب ضرب عرب رعد'.encode().decode('cp1256')}"
        },
        "published-at-implausible": {"published_at": WHEN.replace(year=1803)},
        "unknown-date-precision": {"date_precision": "century"},
        "date-unexplained": {"published_at": None, "date_precision": None},
        "control-character": {"body": f"{BODY}\x1a"},
        "invisible-character": {"title": "\N{RIGHT-TO-LEFT MARK}مصر"},
        "curly-quote": {"body": f"ضد ”داعش“: {BODY}"},
        "presentation-form": {"body": f"ﻗﻮﺍﺕ {BODY}"},
        "markup": {"body": f"<p>{BODY}</p>"},
        "untidy-whitespace": {"body": f"{BODY}\n\nوختم حديثه"},
        "removed-out-of-place": {
            "removed": [{"kind": "byline", "text": "كتب", "start": 9, "end": 6}]
        },
        "removed-text-differs": {
            "removed": [{"kind": "byline", "text": "كتب سالم", "start": 0, "end": 3}]
        },
    },
    "corpus": {
        "repeated-article-id": {"article_id": article_id(1)},
        "revision-below-one": {"revision": 0},
        "no-copies": {"copies": 0},
        "no-words": {"word_count": 0},
        "no-sentences": {"sentence_count": 0},
        "impossible-arabic-share": {"arabic_share": 1.5},
        "unknown-language": {"language": "klingon"},
        "malformed-month": {"published_month": "2025-13"},
        "month-disagrees": {"published_month": "2025-04"},
        "no-cluster": {"cluster_id": ""},
        "half-a-duplicate": {"duplicate_of": article_id(9)},
        "copy-of-itself": {"duplicate_of": article_id(2), "kind": "exact", "similarity": 1.0},
        "impossible-similarity": {
            "duplicate_of": article_id(9),
            "kind": "exact",
            "similarity": -0.5,
        },
        "no-lineage": {"run_id": None},
    },
}

CASES: Final = [
    pytest.param(border, defect, values, id=f"{border}-{defect}")
    for border, defects in BROKEN.items()
    for defect, values in defects.items()
]


def defects_of(border: Border) -> list[str]:
    return [(expectation.meta or {})["defect"] for expectation in suite_of(border).expectations]


@pytest.mark.parametrize("border", BORDERS)
def test_every_defect_has_a_broken_batch(border: Border) -> None:
    assert defects_of(border) == list(BROKEN[border])


@pytest.mark.parametrize(("border", "defect", "values"), CASES)
def test_a_broken_batch_breaks_that_expectation_alone(
    border: Border, defect: str, values: dict[str, Any]
) -> None:
    verdict = validate(changed(sound(border), 1, **values), border)
    found = {finding.defect for finding in verdict.report.findings if not finding.success}
    assert found == {defect}
    assert verdict.failed[1] == (defect,)


@pytest.mark.parametrize("border", BORDERS)
def test_a_sound_batch_passes(border: Border) -> None:
    verdict = validate(sound(border), border)
    assert verdict.failed == {}
    assert verdict.passed_mask.to_pylist() == [True, True, True]


@pytest.mark.parametrize(
    ("border", "values"),
    [
        pytest.param("raw", {"url": None, "title": None, "native_id": None}, id="raw-bare"),
        pytest.param("raw", {"url": "HTTP://UFUQ.example/1"}, id="raw-capital-scheme"),
        pytest.param("raw", {"url": ""}, id="raw-empty-url"),
        pytest.param("raw", {"title": "ع" * 20_000}, id="raw-menu-as-title"),
        pytest.param(
            "article",
            {"body": "قررت الجمعية العمومية لشركة طيران أبوظبي أمس توزيع 7،5% نقداً ."},
            id="article-shortest-real-brief",
        ),
        pytest.param(
            "article",
            {"body": "أطلقت شركة Samsung هاتف Galaxy S3 مع Android في دبي"},
            id="article-latin-names",
        ),
        pytest.param(
            "article",
            {"body": f"{BODY}\nL'élève créée à Orléans: «À l'été, ô Éléonore, où naît la forêt?»"},
            id="article-french-paragraph",
        ),
        pytest.param(
            "article",
            {"body": f"{BODY}\nÜber Größe und Süßigkeiten für größere Äpfel"},
            id="article-german-paragraph",
        ),
        pytest.param(
            "article",
            {"body": f"{BODY}\nظهرت الحروف هكذا: ÇáÓáÇã Úáíßã"},
            id="article-mojibake-quoted",
        ),
        pytest.param("article", {"title": None, "removed": []}, id="article-no-title"),
        pytest.param(
            "article",
            {"published_at": None, "date_precision": None, "date_problem": "no-date"},
            id="article-no-date",
        ),
        pytest.param("article", {"body": f"{BODY} 5 < 6 و AT&T; a?b=1&c=2"}, id="article-signs"),
        pytest.param("article", {"body": f"{BODY} «نعم» 👨‍👩‍👧"}, id="article-guillemets-emoji"),
        pytest.param(
            "corpus", {"published_at": None, "published_month": "unknown"}, id="corpus-no-date"
        ),
        pytest.param(
            "corpus",
            {"duplicate_of": article_id(9), "kind": "exact", "similarity": 1.0},
            id="corpus-a-copy",
        ),
        pytest.param("corpus", {"language": "mixed", "revision": 7}, id="corpus-mixed-revised"),
    ],
)
def test_unusual_but_sound_rows_pass(border: Border, values: dict[str, Any]) -> None:
    assert validate(changed(sound(border), 1, **values), border).failed == {}


def test_defects_are_unique_over_all_borders_and_named_in_kebab_case() -> None:
    defects = [defect for border in BORDERS for defect in defects_of(border)]
    assert len(set(defects)) == len(defects)
    assert [name for name in defects if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


@pytest.mark.parametrize("border", BORDERS)
def test_every_expectation_says_what_must_hold(border: Border) -> None:
    for expectation in suite_of(border).expectations:
        assert (expectation.description or "").endswith("."), expectation.meta


@pytest.mark.parametrize("border", BORDERS)
def test_what_is_measured_is_checked(border: Border) -> None:
    configurations = suite_of(border).expectation_configurations
    checked = {configuration.kwargs["column"] for configuration in configurations}
    assert set(measure(sound(border), border).column_names) == checked
