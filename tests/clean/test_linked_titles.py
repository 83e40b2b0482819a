import numpy as np
import pyarrow as pa
import pytest

from tasks.clean import clean
from tasks.clean.title_keys import among, keys_of
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tests.clean.record_tables import cleaned, records

PROFILES = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}
BEFORE = "أعلنت البلدية بدء أعمال الصيانة في الشوارع الرئيسية اعتبارا من يوم غد."
AFTER = "وأضافت أن الأعمال تستمر أسبوعين وأن حركة السير لن تتأثر في ساعات الذروة."
LINK = "متحف الضفتين يفتح أبوابه ليلا"


def test_a_title_of_another_article_is_a_link_without_a_heading() -> None:
    told = f"{BEFORE}\nمتحف الضفّتين يفتح ابوابه ليلاً\n{AFTER}"
    row = cleaned({"text": told, "title": "صيانة الشوارع"}, {"text": BEFORE, "title": LINK})[0]
    assert row["body"] == f"{BEFORE}\n{AFTER}"
    assert [link["title"] for link in row["related"]] == ["متحف الضفّتين يفتح ابوابه ليلاً"]
    assert [cut["kind"] for cut in row["removed"]] == ["related"]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        pytest.param("الطقس اليوم", "الطقس اليوم", id="two-words"),
        pytest.param(f"{LINK}.", LINK, id="sentence"),
        pytest.param(f"{LINK}:", LINK, id="announces"),
        pytest.param(" ".join(["كلمة"] * 30), " ".join(["كلمة"] * 30), id="paragraph"),
    ],
)
def test_lines_that_only_look_like_a_title_stay(line: str, title: str) -> None:
    text = f"{BEFORE}\n{line}\n{AFTER}"
    assert cleaned({"text": text}, {"text": "نص", "title": title})[0]["body"] == text


def test_the_first_line_may_be_the_articles_own_headline() -> None:
    text = f"{LINK}\n{BEFORE}"
    row = cleaned({"text": text, "title": "خبر آخر"}, {"text": BEFORE, "title": LINK})[0]
    assert row["body"] == text


def test_titles_inside_text_files_are_known_too() -> None:
    file = {"text": f"{LINK}\n{BEFORE}", "title_in_text": True}
    assert cleaned({"text": f"{BEFORE}\n{LINK}\n{AFTER}"}, file)[0]["body"] == f"{BEFORE}\n{AFTER}"


def test_the_number_of_shards_does_not_matter() -> None:
    table = records(
        {"text": f"{BEFORE}\n{LINK}\n{AFTER}", "title": "صيانة الشوارع الرئيسية غدا"},
        {"text": f"{AFTER}\nصيانة الشوارع الرئيسية غدا\n{BEFORE}", "title": LINK},
    )
    keys = [keys_of(table.slice(place, 1)) for place in range(2)]
    titles = among(np.unique(np.concatenate(keys)))
    apart = [clean(table.slice(place, 1), PROFILES, titles=titles).kept for place in range(2)]
    assert pa.concat_tables(apart).equals(clean(table, PROFILES).kept)


def test_a_title_of_another_outlet_is_a_subhead() -> None:
    text = f"{BEFORE}\n{LINK}\n{AFTER}"
    other = {"text": BEFORE, "title": LINK, "source": "مرآة النهر"}
    assert cleaned({"text": text}, other)[0]["body"] == text
