"""The generated tables against camel-tools, which they derive from."""

import unicodedata

import pytest
from camel_tools.utils.charsets import AR_DIAC_CHARSET, UNICODE_PUNCT_SYMBOL_CHARSET
from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
    normalize_unicode,
)

from tasks.text import letters
from tasks.text.words import fold

ARABIC_LETTERS = [chr(code) for code in range(0x0621, 0x064B) if chr(code) != letters.TATWEEL]


@pytest.mark.parametrize("letter", ARABIC_LETTERS)
def test_folding_goes_as_far_as_camel_tools_and_unites_hamza_seats(letter: str) -> None:
    camel = normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(letter)))
    assert fold(letter) == {"ؤ": "و", "ئ": "ي"}.get(camel, camel)


def test_every_camel_diacritic_is_folded_away() -> None:
    for mark in AR_DIAC_CHARSET:
        assert letters.folds()[ord(mark)] == 0
        assert dediac_ar(f"كت{mark}ب") == "كتب" == fold(f"كت{mark}ب")


def test_words_break_where_camel_tools_breaks_them() -> None:
    table = letters.classes()
    for code in range(letters.PLANE):
        breaks = bool(table[code] & letters.MARK_OR_SYMBOL)
        assert breaks == (chr(code) in UNICODE_PUNCT_SYMBOL_CHARSET), hex(code)


def test_expansions_equal_nfkc_but_where_it_is_wrong_for_arabic() -> None:
    starts, data = letters.expansions()
    for code in range(0xFB50, 0xFEFD):
        if letters.repairs()[code] != letters.EXPAND:
            continue
        form = data[starts[code - 0xFB50] : starts[code - 0xFB50 + 1]].tobytes().decode()
        nfkc = normalize_unicode(chr(code))
        assert form.replace(" ", "") == nfkc.replace(" ", ""), hex(code)
        assert all(unicodedata.category(c)[0] in "LMZ" for c in form)


def test_longest_expansion_fits_the_kernel() -> None:
    from tasks.text.repair_kernel import EXPANDED_AT_MOST  # noqa: PLC0415

    starts, _ = letters.expansions()
    assert int((starts[1:] - starts[:-1]).max()) <= EXPANDED_AT_MOST
