from tests.clean.record_tables import cleaned


def test_the_credits_go_to_columns_and_the_cut_is_kept() -> None:
    text = "عنوان الخبر\nمحرر سياسى مصر وناسهاأعلن التحالف نتائج التصويت."
    row = cleaned({"text": text, "title_in_text": True, "source": "مصر وناسها"})[0]
    assert row["title"] == "عنوان الخبر"
    assert row["body"] == "أعلن التحالف نتائج التصويت."
    assert (row["authors"], row["outlet"]) == (["محرر سياسى"], "مصر وناسها")
    assert [(cut["kind"], cut["text"]) for cut in row["removed"]] == [
        ("title", "عنوان الخبر"),
        ("byline", "محرر سياسى مصر وناسها"),
    ]


def test_a_profile_adds_phrases_and_mastheads() -> None:
    row = cleaned(
        {"text": "عدسة: سمير نجم\nافتتح المعرض اليوم.", "source": "x"}, byline_phrases=["عدسة"]
    )[0]
    assert (row["authors"], row["body"]) == (["سمير نجم"], "افتتح المعرض اليوم.")
    row = cleaned({"text": "الأفق- دمشق: افتتح المعرض.", "source": "x"}, outlets=["الأفق"])[0]
    assert (row["outlet"], row["dateline_place"], row["body"]) == ("الأفق", "دمشق", "افتتح المعرض.")
