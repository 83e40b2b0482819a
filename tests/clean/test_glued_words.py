import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.clean.glued_words import split_glued
from tasks.text.buffers import column_of, texts_of


def split(*texts: str) -> tuple[list[str], list[list[int]]]:
    out, places = split_glued(texts_of(pa.array(texts, pa.large_string())))
    return column_of(out).to_pylist(), places.to_pylist()


@pytest.mark.parametrize(
    ("glued", "right"),
    [
        ("انتهى الأمر.وعلى صعيد آخر", "انتهى الأمر. وعلى صعيد آخر"),
        ("مساء اليوم،أفادت الوزارة", "مساء اليوم، أفادت الوزارة"),
        ("ضغط الدم ،والصحة", "ضغط الدم ، والصحة"),
        ("ماذا بعد؟سؤال صعب!لا جواب", "ماذا بعد؟ سؤال صعب! لا جواب"),
        ("هذا أول؛هذا ثان", "هذا أول؛ هذا ثان"),
        ("أبوظبي:أعلنت الهيئة", "أبوظبي: أعلنت الهيئة"),
        ("قال:إن", "قال: إن"),
        ('قال: "نعم".وأضاف الوزير', 'قال: "نعم". وأضاف الوزير'),
        ("قال: «نعم» .وأضاف الوزير", "قال: «نعم» . وأضاف الوزير"),
        ("(الخليج).لم يعد", "(الخليج). لم يعد"),
        ("في عام 2012.وكان", "في عام 2012. وكان"),
        ("في عام ٢٠١٢.وكان", "في عام ٢٠١٢. وكان"),
        ("قال مرسي :إن", "قال مرسي : إن"),
        ("الأعمال ,مشيراً إلى", "الأعمال , مشيراً إلى"),
        ("قال ذلك أيضاً.وعاد", "قال ذلك أيضاً. وعاد"),
        ("انتهت السنة.بدأت السنة.عاد الناس", "انتهت السنة. بدأت السنة. عاد الناس"),
    ],
)
def test_a_missing_space_is_put_in(glued: str, right: str) -> None:
    (found,), (places,) = split(glued)
    assert found == right
    assert "".join(char for n, char in enumerate(found) if n not in places) == glued
    assert split(right) == ([right], [[]])


@pytest.mark.parametrize(
    "text",
    [
        *("إن.بي.كيه", "د.محمد وصل", "أ.ف.ب", "م.ع.ن", "كما قال أ.د.سامي"),
        *(
            "موقع سوق.كوم للتجارة",
            "شبكة أخبار.نت",
            "سورة البقرة:23",
            "الساعة 10:30",
            "26،7 في المئة",
        ),
        *(
            "لم يعد...ثم عاد",
            "النهاية..والبداية",
            "www.example.com",
            "خبر.",
            "سؤال؟",
            "هل:",
            "«نعم!»",
        ),
        *('الشركة "سوق".نت', "بنسبة 41.5 و«أ».ب", "طبعة 3.م"),
        *("ملف/وثيقة.نسخة", "اسم@بريد.موقع", "", ".", "،", ":أول"),
    ],
)
def test_what_may_be_meant_stays(text: str) -> None:
    assert split(text) == ([text], [[]])


@given(st.lists(st.text('أبة.،,:!؟ 1a/"»)', max_size=12), max_size=5))
def test_only_spaces_come_in_and_each_is_known(texts: list[str]) -> None:
    found, places = split(*texts) if texts else ([], [])
    for text, out, at in zip(texts, found, places, strict=True):
        assert "".join(char for n, char in enumerate(out) if n not in at) == text
        assert all(out[n] == " " for n in at)
        assert split(out) == ([out], [[]])
