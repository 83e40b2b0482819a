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


def test_names_below_the_poems_of_several_are_the_texts() -> None:
    """Signed is each of them: the first name is no more the article's than the others."""
    poems = (
        "يا بحر هل عادت إليك سفائني\nوالريح تعصف بالقلوع\nسالم حداد - المجمعة\n"
        "في آخر الليل الطويل حكاية\nلا يعرف الساري متى تطلع\nهدى المنصوري - الرياض"
    )
    row = cleaned({"text": poems, "title": "من قصائد القراء"})[0]
    assert (row["body"], row["authors"]) == (poems, [])
    story = "وصلت إلى الميناء صباح أمس أول سفينة بعد ثلاثة أعوام من أعمال الترميم في الأرصفة."
    row = cleaned({"text": f"عودة السفن\nسالم حداد - الرياض\n{story}", "title": "الميناء"})[0]
    assert row["authors"] == ["سالم حداد"]


def test_a_profile_adds_phrases_and_mastheads() -> None:
    row = cleaned(
        {"text": "عدسة: سمير نجم\nافتتح المعرض اليوم.", "source": "x"}, byline_phrases=["عدسة"]
    )[0]
    assert (row["authors"], row["body"]) == (["سمير نجم"], "افتتح المعرض اليوم.")
    row = cleaned({"text": "الأفق- دمشق: افتتح المعرض.", "source": "x"}, outlets=["الأفق"])[0]
    assert (row["outlet"], row["dateline_place"], row["body"]) == ("الأفق", "دمشق", "افتتح المعرض.")


STORY = (
    "أعلنت البلدية صباح اليوم أن أعمال توسعة الشارع الرئيسي ستنتهي قبل نهاية العام الجاري، بحسب ما "
    "قاله المهندس المشرف عليها."
)


def test_an_opener_behind_a_prompt_is_read_once_that_is_gone() -> None:
    row = cleaned({"text": f"مشهد من المدينة القديمة\n( شاهد التقرير ) القدس (CNN)-- {STORY}"})[0]
    assert row["body"].endswith(f"\n{STORY}")
    assert (row["dateline_place"], row["outlet"]) == ("القدس", "CNN")


def test_a_signature_below_links_and_others_is_read_once_those_are_gone() -> None:
    links = "اقرأ أيضاً\n- خبر أول عن البلدية\n- خبر ثان عن الشارع"
    heads = "عنوان أول\nعنوان ثان\nعنوان ثالث"
    row = cleaned({"text": f"{heads}\n{links}\nكتبت: ليلى الشوملي\n{STORY}"})[0]
    assert (row["body"], row["authors"]) == (f"{heads}\n{STORY}", ["ليلى الشوملي"])
    signed = f"كتب: أحمد سعيد\n{heads}\n{links}\nكتبت: ليلى الشوملي\n{STORY}"
    row = cleaned({"text": signed})[0]
    assert (row["body"], row["authors"]) == (f"{heads}\n{STORY}", ["أحمد سعيد", "ليلى الشوملي"])
