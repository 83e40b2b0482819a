"""Words and figures that are glued without a mark between them."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.clean.glued_pairs import REACH
from tasks.clean.glued_words import split_glued
from tasks.text.buffers import column_of, texts_of

HARAKAT = "\N{ARABIC FATHA}\N{ARABIC KASRATAN}\N{ARABIC SHADDA}\N{ARABIC TATWEEL}"


def split(text: str) -> str:
    """Split, with ``|`` where a space was put in."""
    out, places = split_glued(texts_of(pa.array([text], pa.large_string())))
    (found,), (at,) = column_of(out).to_pylist(), places.to_pylist()
    assert all(found[n] == " " for n in at)
    assert "".join(char for n, char in enumerate(found) if n not in at) == text
    again, more = split_glued(out)
    assert (column_of(again).to_pylist(), more.to_pylist()) == ([found], [[]])
    return "".join("|" if n in at else char for n, char in enumerate(found))


@pytest.mark.parametrize(
    "right",
    [
        *("قررت الحكومة|المصرية ذلك", "عادت السفينة|في المساء", "بلغت درجة|عالية"),
        *("عند زيارته مكة|وقد رحل", "طريق طويلة|متعبة|وخطرة"),
        *("سافر إلى|القاهرة", "وقع على|عقد", "بقي حتى|المساء", "وعلى|الطريق"),
        *("من المستشفى|الجامعي", "في المستوى|واستعرضت", "نقل الجرحى|للعلاج"),
        *("يوم الثلاثاء|المقبل", "ساد الهدوء|في الحي", "تحدث الخبراء|وقالت", "كل شيء|قال"),
        *("يشير|إلى ذلك", "وصل القطار|إلى المحطة", "قدموا من|إسبانيا", "قال القاضي|إن"),
        *("فيما|أكد الوزير", "لا|أستطيع", "يا|أبناء الحي", "وداعها|أيضا", "إلا|أن"),
        *("بعد 12|جولة", "خلال ٢٤|ساعة", "عمره (17|عاما)", "نحو|200|شخص", "في|2015"),
        *("في جوان|2017", "منذ عام|2011", "أيار/مايو|2021", "وصل 3|من", "يضم 25|مليون"),
        *("عادت الأمور .|في", "انتهى الموسم .|وعاد"),
    ],
)
def test_what_spelling_tells_is_split(right: str) -> None:
    assert split(right.replace("|", "")) == right


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("قراءتنا مساءلتهم جاءت إجراءات يتساءل موءودة جزءان شيئا", id="hamza inside"),
        pytest.param("عبدالله أبوظبي حضرموت عبدالإله مسؤول معديكرب", id="names"),
        pytest.param("رؤىً هدىً فتىً مدرسةً لغةٌ", id="marks at the end"),
        pytest.param("الىوم فىها لدىها المدرسىة الفلسطىنىة الجزىرة شىء", id="ى typed for ي"),
        pytest.param("الىمن الىابان الىهود جرىدة كبرىاء خىالاتهم موسىقى", id="and more"),
        pytest.param("عندةم إليةا منةم الآسيوةية", id="ة typed for ه"),
        pytest.param("هاآرتس قاآني إسراإيلي لينكدإن شاإليزيه الاأمريكية", id="spelt freely"),
        pytest.param("اللاإنسانية لاأخلاقية لاإرادي", id="denied on purpose"),
        pytest.param("وإلى فإن بإذن لإعلان كإنسان أإلى والإعلام ولإنها فبإنهم", id="proclitics"),
        pytest.param("القرآن مآثر مرآة سأل منأى تأخر", id="alef inside"),
        pytest.param("#غزةالعزة #تحيا_مكةالمكرمة @مكةاليوم", id="hashtags and handles"),
        pytest.param("1436هـ 2014م 50كلم 75كم 3ر5 12.5م 46ه", id="units and eras"),
        pytest.param(
            "فرانس24 إف16 يوم7 اليوم7 و46 بـ20 الـ15 فورمولا1 إتش1إن1", id="names, joined"
        ),
        pytest.param("KF600هاتف مي-17في إف-2إيه (1كور17:10) مارس3", id="models and verses"),
        pytest.param("اۆئةچةگ مةلةك پةروەردەی ئةم", id="other languages"),
        pytest.param("أ .ف .ب و بي .بي .سي وإتش .تي .سي و سوق .كوم", id="initials"),
        pytest.param("كتابةئ مئة ةذلك بةض", id="no word"),
    ],
)
def test_what_may_be_one_word_stays(text: str) -> None:
    assert split(text) == text


@pytest.mark.parametrize(
    "right",
    [
        "قال مراسل القناة إن الحكومة|ترفض، وأضاف مراسل|القناة",
        "أكدت الحكومة|المصرية دعم النازحين، من|النازحين",
        "في مدرسة|حديثة طلاب العاصمة الكبيرة، وزار العاصمة|في",
        "جاء المراسل وشاهد القناة في مدرسة|حديثة، وأجاب المراسل|القناة|على",
    ],
)
def test_what_the_text_tells_is_split(right: str) -> None:
    assert split(right.replace("|", "")) == right


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("قال مراسل القناة إن مراسلالقناة", id="no sign of vanished spaces"),
        pytest.param("مدرسة|حديثة: مراسل القناة، مراسلالقناة، مراسلالقناة", id="it occurs twice"),
        pytest.param("مدرسة|حديثة: كيلو من مترا، كيلومترا", id="short words"),
        pytest.param("مدرسة|حديثة: واجب ثم اتهم، واجباتهم", id="an ending"),
        pytest.param("مدرسة|حديثة: وعبد العزيز، وعبدالعزيز", id="a name"),
        pytest.param("مدرسة|حديثة: لعبة واجهة توقع أخذها، لمواجهة فيتوقع فيأخذها", id="one word"),
        pytest.param("مدرسة|حديثة: مراسل القناة، #مراسلالقناة مراسلالقناة20", id="in a name"),
    ],
)
def test_what_the_text_does_not_tell_stays(text: str) -> None:
    assert split(text.replace("|", "")) == text


@pytest.mark.parametrize("mark", HARAKAT)
def test_marks_and_tatweel_change_no_decision(mark: str) -> None:
    for right in ("الحكومة|المصرية", "تشير|إلى", "فيما|أكد", "إلى|القاهرة", "جاءت", "المدرسة"):
        letters = right.replace("|", "")
        marked = split(mark.join(letters) + mark)
        assert marked.replace(mark, "") == right


@given(st.text("ةىءاأإالموفيتن ـً.،:12٣#_aی", max_size=40))
def test_a_second_pass_changes_nothing(text: str) -> None:
    split(text)


@given(
    st.lists(st.sampled_from(["مدرسة", "الحكومة", "إلى", "في", "القاهرة", "أن", "2015", ".", " "]))
)
def test_words_in_any_order_are_split_once(words: list[str]) -> None:
    split("".join(words))


@pytest.mark.parametrize(
    "piece", ["ة", "ةا", "مة", "ىإ", "اأ", "مدرسةحديثة", "1م", "م1", "ءا", " ةم"]
)
def test_endless_words_are_left_in_bounded_time(piece: str) -> None:
    split(piece * 20_000)
    assert split("ب" * REACH + "ةالحكم") == "ب" * REACH + "ةالحكم"
