"""Lines at the edges of texts: which are counted, and which are cut once they are known."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from expectations.lake_schema import LINE_COUNTS
from tasks.clean import clean
from tasks.clean.draft import open_draft
from tasks.clean.edge_lines import line_keys_column, text_keys
from tasks.clean.learned_lines import learned_keys
from tasks.clean.title_keys import among
from tasks.learn import judge_lines
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tasks.text.repair import repair
from tests.clean.record_tables import cleaned, records

OUTLET = "مرآة النهر"
STORY = (
    "أعلنت البلدية بدء أعمال الصيانة في الشوارع الرئيسية اعتبارا من يوم غد.",
    "وأضافت أن الأعمال تستمر أسبوعين وأن حركة السير لن تتأثر في ساعات الذروة.",
    "وقال السكان إنهم ينتظرون هذه الأعمال منذ سنوات طويلة.",
)
MORE = (
    "وكان المجلس قد أقر الخطة في جلسته الأخيرة بعد نقاش دام ثلاث ساعات.",
    "وتبلغ كلفة المشروع مليوني دينار يدفع الصندوق نصفها.",
    "ومن المنتظر أن يعلن الجدول الكامل للأعمال في الأسبوع المقبل.",
)
APP = "حمّلوا تطبيق مرآة النهر"
HEAD, TAIL = 0, 1


def keys_of(*lines: str) -> list[int]:
    """Keys of the edge lines of one text, as numbers without sign."""
    table = records({"text": "\n".join(lines), "source": OUTLET})
    column = line_keys_column(open_draft(table, {}, repair(table["text"]), []))
    return [key % 2**64 for key in column[0].as_py()]


def key_of(line: str) -> int:
    return int(text_keys([line])[0])


def known(*lines: tuple[str, int], source: str = OUTLET) -> Any:
    """Know these lines as learned, each at one edge."""
    keys = np.array([key_of(line) | edge for line, edge in lines], np.uint64).view(np.int64)
    row = {"source": source, "articles": 90, "contexts": -1, "days": -1, "missed": 0}
    counts = [{**row, "line_key": int(key), "example_id": "a"} for key in keys]
    whole = {**row, "line_key": 0, "articles": 100, "example_id": None}
    table = pa.Table.from_pylist([whole, *counts], schema=LINE_COUNTS)
    return among(learned_keys(judge_lines(table)))


def clean_known(text: str, learned: Any, **profile: Any) -> dict[str, Any]:
    table = records({"text": text, "source": OUTLET, "title": "صيانة الشوارع"})
    profiles = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE, **profile)}
    return dict(clean(table, profiles, learned=learned).kept.to_pylist()[0])


def test_short_lines_tell_their_edge() -> None:
    assert keys_of("زاوية حادة", *STORY, *MORE, APP) == [key_of("زاوية حادة"), key_of(APP) | TAIL]


def test_a_line_of_a_short_text_stands_at_both_edges() -> None:
    assert keys_of(*STORY, APP) == [key_of(APP) | TAIL]
    assert keys_of(STORY[0], APP) == [key_of(APP), key_of(APP) | TAIL]


def test_a_line_in_the_middle_of_a_long_text_is_at_no_edge() -> None:
    assert keys_of(*STORY, APP, *MORE, *MORE) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("عدد القراءات: 12", "عدد القراءات: ٣٤٥"),
        ("حمّلوا تطبيق مرآة النهر", "حملوا تطبيق مراه النهر"),
        ("* حمّلوا تطبيق مرآة النهر *", "حملوا تطبيق مرآة النهر"),
    ],
)
def test_spellings_and_figures_make_one_line(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("وتشهد البلاد حربا منذ سنوات طويلة.", id="a-sentence-of-the-story"),
        pytest.param("12 - 34 - 56", id="figures-alone"),
        pytest.param(" ".join(["كلمة"] * 15), id="long"),
        pytest.param("—" * 300, id="a-rule"),
    ],
)
def test_lines_that_are_no_boilerplate_are_not_counted(line: str) -> None:
    assert keys_of(*STORY, *MORE, line) == []


def test_a_sentence_of_the_outlet_about_itself_is_counted() -> None:
    line = "المقالات المنشورة تعبر عن رأي كتابها فقط."
    assert keys_of(*STORY, *MORE, line) == [key_of(line) | TAIL]


def test_what_was_cut_does_not_change_what_is_counted() -> None:
    text = "\n".join([*STORY, *MORE, APP])
    row = clean_known(text, known((APP, TAIL)))
    assert row["line_keys"] == clean_known(text, None)["line_keys"] != []


def test_a_learned_line_is_cut_at_its_edge() -> None:
    row = clean_known("\n".join([*STORY, *MORE, APP]), known((APP, TAIL)))
    assert row["body"] == "\n".join([*STORY, *MORE])
    assert [(cut["kind"], cut["text"]) for cut in row["removed"]] == [("meta", APP)]


@pytest.mark.parametrize(
    ("lines", "learned"),
    [
        pytest.param((*STORY, *MORE, APP), known((APP, HEAD)), id="learned-at-the-other-edge"),
        pytest.param((*STORY, APP, *MORE, *MORE), known((APP, TAIL)), id="in-the-middle"),
        pytest.param((*STORY, *MORE, f"{APP} الآن"), known((APP, TAIL)), id="more-words"),
        pytest.param((*STORY, APP), known((APP, TAIL), source="صدى"), id="another-outlet"),
        pytest.param((*STORY, APP), None, id="nothing-learned"),
    ],
)
def test_other_lines_stay(lines: tuple[str, ...], learned: Any) -> None:
    assert clean_known("\n".join(lines), learned)["body"] == "\n".join(lines)


def test_a_profile_keeps_lines_that_recur() -> None:
    text = "\n".join([*STORY, APP])
    assert clean_known(text, known((APP, TAIL)), kept_lines=[APP])["body"] == text


def test_a_reporters_name_that_recurs_signs() -> None:
    text = "\n".join([*STORY, *MORE, "هدى سالم المنصوري"])
    row = clean_known(text, known(("هدى سالم المنصوري", TAIL)))
    assert (row["authors"], row["removed"][0]["kind"]) == (["هدى سالم المنصوري"], "signature")


def test_accepted_lines_go_wherever_they_stand_and_first() -> None:
    text = "\n".join(["المرآة اليومية 7", f"القاهرة - {STORY[0]}", "المرآة اليومية 8", *STORY[1:]])
    row = cleaned({"text": text, "title": "صيانة"}, boilerplate=["المرآة اليومية 1"])[0]
    assert row["body"] == "\n".join(STORY)
    assert row["dateline_place"] == "القاهرة"
