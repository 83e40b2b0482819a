"""What outlets, their systems and their typists do to the letters of a text they take over.

Each edit takes a text and chance, and returns the text as the other outlet prints it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Final

from tasks.text.letters import HARAKAT, TATWEEL

Respelling = Callable[[str, Random], str]

FATHATAN: Final = "\N{ARABIC FATHATAN}"
FATHA: Final = "\N{ARABIC FATHA}"
DAMMA: Final = "\N{ARABIC DAMMA}"
KASRA: Final = "\N{ARABIC KASRA}"
SHADDA: Final = "\N{ARABIC SHADDA}"
SUKUN: Final = "\N{ARABIC SUKUN}"
KASRATAN: Final = "\N{ARABIC KASRATAN}"
DAMMATAN: Final = "\N{ARABIC DAMMATAN}"

VOWELS: Final = {FATHA: 40, KASRA: 20, SUKUN: 17, DAMMA: 13, SHADDA + FATHA: 6, SHADDA + KASRA: 4}
"""How often each mark stands on a letter, in per cent, about as in vocalised prose."""
ENDINGS: Final = {KASRA: 40, DAMMA: 20, FATHA: 20, KASRATAN: 8, DAMMATAN: 7, SUKUN: 5}
"""The same of a word's last letter."""
OF_LENGTH: Final = {"ا": FATHA, "ى": FATHA, "و": DAMMA, "ي": KASRA}
"""Letters that lengthen a vowel: they bear no mark, the letter before them bears the vowel."""

_WORD: Final = re.compile("[ء-غف-ي]+")
_MARKED_WORD: Final = re.compile(f"[ء-غف-ي{HARAKAT}]+")
_INDEFINITE: Final = re.compile("[ء-غف-ي]{2,}[^هنموكلي]ا")
_STRETCHED: Final = re.compile("(?<=[بتثجحخسشصضطظعغفقكلمنهي])(?!(?<=ل)[اأإآ])(?=[ء-غف-ي])")
_POINTED: Final = str.maketrans({"،": ",", "؛": ";", "؟": "?", "«": '"', "»": '"', "…": "..."})
_POINTS: Final = re.compile(
    r"(?<!\d)[،؛؟.,:;!?…]|[،؛؟.,:;!?…](?!\d)|[«»\"“”()\[\]]|(?<=\s)[-–—](?=\s)"
)
_TO_EASTERN: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_TO_WESTERN: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_HAMZAS: Final = str.maketrans("أإآ", "ااا")
_ROOT_WAW: Final = re.compile(
    "و(?:زار|زير|زرا|كال|كيل|طن|قت|قع|قف|قو|قي|فد|فق|فا|فر|سط|سائ|سيل|سيط|صل|صول|صف|ضع|ضح|احد|اقع"
    "|اجب|اسع|الد|الي|اشنط|ثيق|ثائ|رق|رش|رد|جه|جود|جب|حد|لاي|لد|عد|عي|ظيف|ظائ|باء|دي|زن|راء)"
)
"""Words whose و is their own («وزير»): nobody splits it off."""


def add_full_harakat(text: str, rng: Random) -> str:
    """Vocalise every word that bears no mark yet, as school and religious pages do."""

    def vowel(found: re.Match[str]) -> str:
        word = found[0]
        is_marked = any(letter in HARAKAT for letter in word)
        return word if is_marked else "".join(_vowelled(word, rng))

    return _MARKED_WORD.sub(vowel, text)


def _vowelled(word: str, rng: Random) -> Iterator[str]:
    for place, letter in enumerate(word):
        after = word[place + 1 : place + 2]
        if letter in OF_LENGTH and (place or letter == "ا"):
            yield letter
        elif letter == "ل" and word[:place] in ("ا", "وا", "با"):
            yield letter + SUKUN
        elif after in OF_LENGTH:
            yield letter + OF_LENGTH[after]
        elif not after:
            yield letter + rng.choices(list(ENDINGS), list(ENDINGS.values()))[0]
        else:
            mark = rng.choices(list(VOWELS), list(VOWELS.values()))[0]
            yield letter + (mark if place else mark.replace(SUKUN, KASRA).removeprefix(SHADDA))


def add_sparse_harakat(text: str, rng: Random) -> str:
    """Mark what a careful editor marks: «جدًا», a doubled letter, a passive verb; 1 word in 8."""

    def mark(found: re.Match[str]) -> str:
        word = found[0]
        if any(letter in HARAKAT for letter in word):
            return word
        if _INDEFINITE.fullmatch(word):
            return word[:-1] + FATHATAN + "ا"
        inner = [n for n in range(2, len(word) - 1) if word[n] not in "اأإآءىوي"]
        if len(word) < 4 or not inner or rng.random() > 0.125:
            return word
        if word[0] in "يت" and rng.random() < 0.5:
            return word[0] + DAMMA + word[1:]
        place = rng.choice(inner) + 1
        return word[:place] + SHADDA + word[place:]

    return _MARKED_WORD.sub(mark, text)


def stretch_letters(text: str, rng: Random) -> str:
    """Stretch 15 % of the words, as layout in columns did: «الرئيـــس»."""

    def stretch(found: re.Match[str]) -> str:
        places = [place.start() for place in _STRETCHED.finditer(found[0])]
        if len(found[0]) < 3 or not places or rng.random() > 0.15:
            return found[0]
        place = rng.choice(places)
        return found[0][:place] + TATWEEL * rng.randint(1, 4) + found[0][place:]

    return _WORD.sub(stretch, text)


def change_hamza_seats(text: str, rng: Random) -> str:
    """Drop the hamzas of every alef, or seat them wrongly: «إنتخاب», «أعلام», «مسئول»."""
    if rng.random() < 0.5:
        return drop_hamzas(text)
    seats = {"أ": "اإ", "إ": "اأ", "آ": "اأ"}

    def seat(found: re.Match[str]) -> str:
        word: str = found[0].replace("ؤو", "ئو")
        if word[0] in seats:
            seated: str = rng.choices(word[0] + seats[word[0]], [4, 4, 2])[0]
            return seated + word[1:]
        if word.startswith("ا") and not word.startswith("ال") and rng.random() < 0.3:
            return "إ" + word[1:]
        return word

    return _WORD.sub(seat, text)


def drop_hamzas(text: str) -> str:
    """Write أ, إ and آ as ا."""
    return text.translate(_HAMZAS)


def dot_final_alef(text: str, _: Random) -> str:
    """Write a final ى as ي: «علي», «إلي»."""
    return re.sub("ى(?![ء-ي])", "ي", text)


def undot_ta_marbuta(text: str, _: Random) -> str:
    """Write a final ة as ه: «الحكومه»."""
    return re.sub("ة(?![ء-ي])", "ه", text)


def write_as_in_egypt(text: str, _: Random) -> str:
    """Write a final ي as ى, initial hamzas without seat or sign, and «شئون», «مسئول»."""
    text = re.sub("ي(?![ء-ي])", "ى", text.replace("ؤو", "ئو"))
    return re.sub("(?<![ء-ي])(و?(?:ال)?)[أإ]", r"\1ا", text)


def swap_punctuation(text: str, _: Random) -> str:
    """Point as a Latin keyboard does: , for ، and straight quotes for guillemets."""
    return text.translate(_POINTED)


def drop_punctuation(text: str, _: Random) -> str:
    """Take out every mark but those within numbers."""
    return re.sub(" {2,}", " ", re.sub(" *\n *", "\n", _POINTS.sub(" ", text))).strip()


def swap_digits(text: str, _: Random) -> str:
    """Write 2026 as ٢٠٢٦; a text that has such digits only, the other way."""
    return text.translate(_TO_EASTERN if re.search("[0-9]", text) else _TO_WESTERN)


def add_direction_marks(text: str, rng: Random) -> str:
    """Set the marks that word processors set at numbers, brackets and heads of paragraphs."""
    rlm, lrm = "\N{RIGHT-TO-LEFT MARK}", "\N{LEFT-TO-RIGHT MARK}"
    rle, pdf = "\N{RIGHT-TO-LEFT EMBEDDING}", "\N{POP DIRECTIONAL FORMATTING}"
    text = re.sub(r"\d+", lambda found: f"{lrm}{found[0]}{rlm}", text)
    text = re.sub('[().«»"،]', lambda found: found[0] + (rlm if rng.random() < 0.4 else ""), text)
    return "\n".join(f"{rle}{line}{pdf}" if line.strip() else line for line in text.split("\n"))


def change_spaces(text: str, rng: Random) -> str:
    """Make every fifth space a no-break space, and set zero-width characters at ends of words."""
    unseen = (
        "\N{ZERO WIDTH NON-JOINER}",
        "\N{ZERO WIDTH SPACE}",
        "\N{ZERO WIDTH NO-BREAK SPACE}",
        "\N{WORD JOINER}",
    )

    def change(_: re.Match[str]) -> str:
        space = "\N{NO-BREAK SPACE}" if rng.random() < 0.2 else " "
        return (rng.choice(unseen) if rng.random() < 0.1 else "") + space

    return re.sub(" ", change, text)


def shape_letters(text: str, _: Random) -> str:
    """Write every letter as the presentation form of its place, as text taken from a PDF is."""
    forms = _forms()
    shaped = []
    n = 0
    while n < len(text):
        pair = text[n : n + 2]
        letters = pair if pair in forms else text[n]
        before, after = text[n - 1 : n], text[n + len(letters) : n + len(letters) + 1]
        form = ("isolated", "final", "initial", "medial")[
            ("initial" in forms.get(before, {}))
            + 2 * ("final" in forms.get(after, {}) and "initial" in forms.get(letters, {}))
        ]
        shaped.append(forms.get(letters, {}).get(form, letters))
        n += len(letters)
    return "".join(shaped)


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Return the forms of each letter, and of lam with each alef, by their names in Unicode."""
    forms: dict[str, dict[str, str]] = {}
    for code in range(0xFE80, 0xFEFD):
        form, *letters = unicodedata.decomposition(chr(code)).split()
        whole = "".join(chr(int(letter, 16)) for letter in letters)
        forms.setdefault(whole, {})[form.strip("<>")] = chr(code)
    return forms


def split_off_waw(text: str, rng: Random) -> str:
    """Set a space behind most joined conjunctions: «و قال»."""

    def split_word(found: re.Match[str]) -> str:
        word = found[0]
        split = starts_with_joined_waw(word) and rng.random() < 0.8
        return f"و {word[1:]}" if split else word

    return _WORD.sub(split_word, text)


def starts_with_joined_waw(text: str) -> bool:
    """Whether a text begins with the conjunction, joined to a word of at least three letters."""
    return re.match("و[ء-ي]{3}", text) is not None and not _ROOT_WAW.match(text)


def break_lines(text: str, _: Random) -> str:
    """Set every sentence on its own line; a text that has lines, in one."""
    if "\n" in text:
        return re.sub(r"\s*\n\s*", " ", text)
    return re.sub(r"(?<=[.!؟?]) +(?=[ء-ي]{2})", "\n\n", text)
