"""UTF-8 that was read as windows-1256: the repair of single words, in texts that are our own."""

import gzip
import unicodedata
from collections.abc import Callable
from itertools import islice
from operator import eq

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.mojibake import UTF_8, repair_mojibake
from tasks.text.mojibake_words import BLANKS, CUT, UTF_8_AS_1256
from tests.shared_data import NEWS, needs_news

BLANK = "\N{NO-BREAK SPACE}"
LETTERS = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
NATURAL = "،؛؟…«»“”‘’–—•" + BLANK + "\N{ZERO WIDTH NON-JOINER}"

NEWS_LIKE = {
    "plain": "افتتح وزير الثقافة أمس معرض الكتاب في العاصمة بحضور جمع من القراء",
    "punctuation": "قال المدير: «لن نغلق المكتبة»، ثم سأل؛ هل من اعتراض؟ نعم… ربما!",
    "curly-quotes": "وصف الناقد الرواية بأنها “عمل ناضج” لا ‘تجربة أولى’ – كما قيل",
    "digits": "ارتفع سعر البرميل ٣٫٢٪ إلى ١٠٠ دولار، مقابل 98.50 دولار يوم 12/5/2024",
    "latin": "أعلنت شركة Siemens افتتاح مكتب في Zürich (سويسرا) باسم Café Génération",
    "harakat": "كَتَبَ الطَّالِبُ رِسَالَةً إلى مُعلِّمِهِ شُكرًا وتقديرًا",
    "persian": "زار وفد من گیلان وکرمان پارک الحدیقة وتحدث عن چای وژاله في اللقاء",
    "tatweel": "بـــــيان هـــام من إدارة الـطـرق حول الأمطــار",
    "emoji": "فوز كبير للمنتخب 👏🏼 مبروك للجميع ⚽",
    "no-break": f"{BLANK}{BLANK}عاد الوفد{BLANK}إلى العاصمة مساء أمس{BLANK}",
    "lines": f"عنوان الخبر الأول\r\n\r\n{BLANK}\r\nوقع الحادث مساء\n«و»\n–\nثم",
    "short": "علي عمر",
    "tah": "ضغط الخطاط على الورق، وحفظ الحظ والوعظ والقيظ ولم يغلط",
}


def as_windows_1256(text: str) -> str:
    return text.encode().decode("windows-1256")


def mend(text: str) -> tuple[str | None, str | None]:
    mended = repair_mojibake(pa.array([text], pa.large_string()))
    return mended.column[0].as_py(), mended.kinds[0].as_py()


@pytest.mark.parametrize("text", NEWS_LIKE.values(), ids=NEWS_LIKE.keys())
def test_what_was_read_wrongly_is_restored(text: str) -> None:
    assert mend(as_windows_1256(text)) == (text, UTF_8_AS_1256)


@pytest.mark.parametrize("text", NEWS_LIKE.values(), ids=NEWS_LIKE.keys())
def test_sound_text_stays(text: str) -> None:
    assert mend(text) == (text, None)


words = st.text(LETTERS, min_size=3, max_size=9)


@given(st.lists(words, min_size=5, max_size=30), st.sampled_from([" ", "، ", " – ", ". ", "\n"]))
def test_any_words_are_restored(some: list[str], between: str) -> None:
    text = between.join(["المدينة", *some])
    assert mend(as_windows_1256(text)) == (text, UTF_8_AS_1256)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "«", "“", "(", "ال"]),
            st.text("طظعغ" + LETTERS, min_size=2, max_size=9),
            st.sampled_from(["", *NATURAL, "»،", "؟»", "…»", "”."]),
        ).map("".join),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([" ", "\n", BLANK]),
)
def test_sound_words_stay_whatever_follows_them(some: list[str], between: str) -> None:
    column = pa.array([between.join(some)])
    assert repair_mojibake(column).column is column


BROKEN = as_windows_1256("عبد الرحمن المنيف")


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        pytest.param(f"ندوة عن {BROKEN} في عمان", "ندوة عن عبد الرحمن المنيف في عمان", id="name"),
        pytest.param(f"رواية لـ«{BROKEN}»، فقط،", "رواية لـ«عبد الرحمن المنيف»، فقط،", id="quoted"),
        pytest.param(
            f"رواية “{BROKEN}” الحظ»", "رواية “عبد الرحمن المنيف” الحظ»", id="curly-quotes"
        ),
        pytest.param(f"عاجل | {BROKEN}", "عاجل | عبد الرحمن المنيف", id="sound-prefix"),
        pytest.param(f"قائمة {BROKEN}: ط، ظ، غ", "قائمة عبد الرحمن المنيف: ط، ظ، غ", id="alphabet"),
        pytest.param(f"فقط، {BROKEN}", "فقط، عبد الرحمن المنيف", id="sound-pair-before"),
        pytest.param(f"حفظ»\n{BROKEN}\nفقط،", "حفظ»\nعبد الرحمن المنيف\nفقط،", id="sound-lines"),
        pytest.param(f"{BROKEN} ٢٠٢٤", "عبد الرحمن المنيف ٢٠٢٤", id="sound-digits"),
        pytest.param(f"«{BROKEN}{BLANK}{BROKEN}»", f"«عبد الرحمن المنيف{BLANK}عبد الرحمن المنيف»",
                     id="entities"),
    ],
)  # fmt: skip
def test_what_is_sound_beside_it_stays(text: str, mended: str) -> None:
    assert mend(text) == (mended, UTF_8_AS_1256)


LONG = f"{NEWS_LIKE['plain']} وقال إن الحضور حافل"


@pytest.mark.parametrize(
    "lose",
    [
        pytest.param(lambda text: text.replace("\N{SOFT HYPHEN}", ""), id="soft-hyphens-stripped"),
        pytest.param(lambda text: text.replace("ط§", "ط\N{REPLACEMENT CHARACTER}", 1), id="u+fffd"),
        pytest.param(lambda text: text.replace("ظ„", "ظ?", 1), id="question-mark"),
        pytest.param(lambda text: text.replace("ط§ظ", "§ظ", 1), id="first-half-lost"),
        pytest.param(lambda text: unicodedata.normalize("NFKC", text), id="normalised"),
        pytest.param(lambda text: text.replace("ھ", "ه"), id="persian-letters-exchanged"),
        pytest.param(lambda text: f"{as_windows_1256('“نص')} â€ {text}", id="quote-lost"),
        pytest.param(lambda text: f"{as_windows_1256('“نص')}â€\" {text}", id="quote-straightened"),
        pytest.param(lambda text: f"{as_windows_1256('سوق ثان')}\n{text}".replace("\xad", ""),
                     id="another-line-is-whole"),
        pytest.param(lambda text: f"{text}\nفي #ط\N{REPLACEMENT CHARACTER}ظ„ظ‚ط¯ط³ اليوم",
                     id="one-word-in-a-sound-line"),
    ],
)  # fmt: skip
def test_a_text_that_lost_bytes_stays_whole(lose: Callable[[str], str]) -> None:
    """Half a repair would pass for sound: it is for a check to keep such a text back."""
    text = lose(f"{as_windows_1256(LONG)}\n{as_windows_1256(LONG)}")
    assert mend(text) == (text, None)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        pytest.param(f"عاد{BLANK}الوفد إلى{BLANK}مصر", None, id="between-words"),
        pytest.param(f"عاد الوفد{BLANK}\n{BLANK}\nإلى مصر", "عاد الوفد\n\nإلى مصر", id="at-ends"),
        pytest.param("بلغ السعر ١٠ دولارات", None, id="zero-before-a-word"),
        pytest.param("بلغ السعر (١٠٠) دولار", None, id="zeros-before-a-sign"),
        pytest.param("الهاتف ٠٥ للجميع", None, id="zero-first"),
    ],
)
@pytest.mark.parametrize("collapse", [False, True], ids=["plain", "collapsed"])
def test_no_break_spaces_that_became_spaces_are_put_back(
    text: str, mended: str | None, collapse: bool
) -> None:
    broken = as_windows_1256(text).replace(BLANK, " ")
    if collapse:
        broken = "\n".join(" ".join(line.split()) for line in broken.split("\n"))
    result, kinds = mend(broken)
    assert result is not None
    result = "\n".join(line.rstrip(BLANK) for line in result.split("\n"))
    assert (result, kinds) == (mended or text, f"{BLANKS}, {UTF_8_AS_1256}")


def test_a_zero_between_digits_is_not_guessed_at() -> None:
    """Written so may be ٢٠٢٤, or ٢٠ ٢٤ with its spaces collapsed."""
    broken = as_windows_1256("انتخابات عام ٢٠٢٤ في البلاد").replace(BLANK, " ")
    assert mend(broken) == (broken, None)


@pytest.mark.parametrize("end", ["", "...", " ...", " …", " [...]"])
@pytest.mark.parametrize("half", ["ط", "ظ", "â", "â€"])
def test_a_text_cut_inside_a_character_loses_the_half(half: str, end: str) -> None:
    text = as_windows_1256(LONG)
    assert mend(f"{text}{half}{end}") == (f"{LONG}{end}", f"{CUT}, {UTF_8_AS_1256}")
    assert mend(f"{text} {half}{end}") == (f"{LONG} {end}", f"{CUT}, {UTF_8_AS_1256}")


def test_half_a_digit_is_not_dropped() -> None:
    broken = as_windows_1256("بلغ عدد الحضور ١٠")[:-1]
    assert mend(broken) == (broken, None)


def test_a_sound_end_is_not_cut() -> None:
    assert mend(f"{BROKEN} باع فقط ط") == (f"{BROKEN} باع فقط ط", None)


def as_windows_1252(text: str) -> str:
    return "".join(
        bytes([octet]).decode("windows-1252", "ignore") or chr(octet) for octet in text.encode()
    )


@pytest.mark.parametrize(
    ("first", "then", "kinds"),
    [
        pytest.param(as_windows_1256, as_windows_1256, UTF_8_AS_1256, id="twice"),
        pytest.param(
            as_windows_1256, as_windows_1252, f"{UTF_8}, {UTF_8_AS_1256}", id="1252-after-1256"
        ),
    ],
)
def test_several_mishaps_are_undone(
    first: Callable[[str], str], then: Callable[[str], str], kinds: str
) -> None:
    assert mend(then(first(LONG))) == (LONG, kinds)


@given(
    st.lists(
        st.text("طظعغآأâï€" + LETTERS[:6] + "§¨©¯„†‡ˆ…«»،؟ پٹھچ \n.?0" + BLANK, max_size=60),
        max_size=4,
    )
)
def test_a_second_repair_changes_nothing(texts: list[str]) -> None:
    once = repair_mojibake(pa.array([*texts, *map(as_windows_1256, texts)], pa.string())).column
    assert repair_mojibake(once).column.equals(once)


def texts_of_news(field: str = "text") -> list[str]:
    with gzip.open(NEWS) as lines:
        return [orjson.loads(line)[field] for line in islice(lines, 20_000)]


@needs_news
@pytest.mark.parametrize("field", ["title", "text", "source", "category"])
def test_real_articles_are_left_alone(field: str) -> None:
    column = pa.array(texts_of_news(field), pa.large_string())
    assert repair_mojibake(column).column is column


@needs_news
def test_real_articles_are_restored() -> None:
    texts = texts_of_news()[::5]
    wrong = pa.array(list(map(as_windows_1256, texts)), pa.large_string())
    restored = repair_mojibake(wrong).column.to_pylist()
    # Two of 20,000 hold no Arabic at all.
    assert sum(map(eq, restored, texts)) >= 0.9995 * len(texts)


@needs_news
def test_five_broken_words_in_a_real_article_are_restored_and_nothing_else() -> None:
    texts = [text for text in texts_of_news()[::10] if text.count(" ") > 20]
    mixed = []
    for number, text in enumerate(texts):
        parts = text.split(" ")
        at = number % (len(parts) - 6)
        parts[at : at + 5] = map(as_windows_1256, parts[at : at + 5])
        mixed.append(" ".join(parts))
    restored = repair_mojibake(pa.array(mixed, pa.large_string())).column.to_pylist()
    assert all(new in (old, text) for new, old, text in zip(restored, mixed, texts, strict=True))
    assert sum(map(eq, restored, texts)) >= 0.99 * len(texts)
