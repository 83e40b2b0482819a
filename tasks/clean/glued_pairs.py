"""Two words glued without a mark between them: «الحكومةالمصرية», «تشيرإلى», «12جولة».

Where an editor's markup vanishes, the space beside it may, too. Spelling tells most places: within
an Arabic word no letter follows ة or ى, and none but a proclitic stands before إ. 20,000 real
articles hold a thousand such places. What stands on both sides must agree, because a letter may be
mistyped («الىوم», «عندةم», «الجلسىة») and names are spelt freely («لينكدإن», «هاآرتس»):

- ة: two letters or more before it, and behind it neither an ending nor a single letter;
- ى of «إلى» and «على»: the same; any other ى, and ء: a noun with its article or a function word or
  verb of reports («المستوىواستعرضت», «الثلاثاءالمقبل»), because old systems print every ي as ى and
  endings follow ء («قراءتنا»);
- إ: a function word begins there («الحكومات|إلى»), or one ends («من|إيران»);
- ا before أ: the same («فيما|أكد», «لا|أستطيع»);
- a figure before three letters or more («12جولة»; «1436هـ», «2014م», «50كم» stay), and behind
  prepositions and the like («من200»), and a year behind its month («جوان2017»).

Hashtags, addresses, handles and what begins in Latin letters («KF600هاتف») stay as they are; so do
words with letters of other languages. Vowel marks and tatweel neither make a place nor hide one.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0911, PLR0913, PLR0917 (kernels take their arrays one by one)

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.text import letters
from tasks.text.kernels import borrowing
from tasks.text.letters import LETTER
from tasks.text.lexicons import load_lexicon
from tasks.text.utf8 import decode

REACH: Final = 64
"""Letters of a word, and bytes of what stands before it, that are looked at: no word has more."""

FUNCTION, ENDING, FIRST, BEFORE_HAMZA, DENIED, BEFORE_NUMBER, MONTH, TO, UNIT = (
    np.int32(1 << bit) for bit in range(9)
)
"""What a word of the lexicons is good for."""

_ROLES: Final = (
    (FUNCTION, ("glued_function_words", "opening_verbs")),
    (ENDING, ("glued_endings",)),
    (FIRST, ("glued_first_words",)),
    (BEFORE_HAMZA, ("glued_before_hamza",)),
    (DENIED, ("glued_after_not",)),
    (BEFORE_NUMBER, ("glued_before_numbers",)),
    (MONTH, ("month_names",)),
    (UNIT, ("glued_units",)),
)
_TO: Final = ("إلى", "وإلى", "فإلى", "على", "وعلى", "فعلى", "حتى", "وحتى", "لدى", "ولدى")

NO_LETTERS: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x9E3779B97F4A7C15)

OTHER, BASIC, LEFT_OUT, FOREIGN = range(4)

ALEF, HAMZA, TEH, MAQSURA = 0x627, 0x621, 0x629, 0x649
ALEF_HAMZA, ALEF_BELOW, LAM, WAW, FEH, BEH, KAF = 0x623, 0x625, 0x644, 0x648, 0x641, 0x628, 0x643
SEEN = 0x633


@borrowing
def add_letter(value, code):
    """Return the hash of a word with one letter more."""
    value = (value ^ np.uint64(code)) * _PRIME
    return value ^ (value >> np.uint64(29))


@borrowing
def hash_letters(codes, start, stop):
    """Hash the letters ``codes[start:stop]`` as they are spelt; never 0."""
    value = NO_LETTERS
    for k in range(start, stop):
        value = add_letter(value, codes[k])
    return value | np.uint64(1)


@borrowing
def slot(keys, value):
    """Return where a hash stands in a table of open addresses, or where it may be put."""
    mask = len(keys) - 1
    at = np.int64(value >> np.uint64(20)) & mask
    while keys[at] and keys[at] != value:
        at = (at + 1) & mask
    return at


@cache
def roles() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Return a hash table of the lexicons' words, 0 where it is empty, and each word's roles."""
    entries = [
        (role, word) for role, names in _ROLES for name in names for word in load_lexicon(name)
    ]
    entries += [(TO, word) for word in _TO]
    keys = np.zeros(1 << (4 * len(entries)).bit_length(), np.uint64)
    values = np.zeros(len(keys), np.int32)
    for role, word in entries:
        codes = np.array([ord(char) for char in word], np.int32)
        value = np.uint64(hash_letters(codes, 0, len(codes)))
        at = slot(keys, value)
        keys[at] = value
        values[at] |= role
    keys.flags.writeable = values.flags.writeable = False
    return keys, values


@cache
def kinds() -> npt.NDArray[np.uint8]:
    """Return whether a character is a letter of Arabic, left out, or another letter, (65536,)."""
    table = np.where(letters.classes() & LETTER, FOREIGN, OTHER).astype(np.uint8)
    table[0x621:0x63B] = table[0x641:0x64B] = BASIC
    for char in letters.HARAKAT + letters.TATWEEL:
        table[ord(char)] = LEFT_OUT
    table.flags.writeable = False
    return table


def tables() -> Any:
    """Return what the kernels look up, as one argument."""
    return kinds(), *roles()


@borrowing
def role_of(codes, start, stop, known):
    """Return what the word ``codes[start:stop]`` is good for, 0 for an unknown one."""
    _, keys, values = known
    return values[slot(keys, hash_letters(codes, start, stop))]


@borrowing
def kind_at(data, i, known):
    """Return (kind, code point, length) of the character at byte ``i``."""
    code, length = decode(data, i)
    return (known[0][code] if code < 0x10000 else np.uint8(OTHER)), code, length


@borrowing
def _back(data, i, start):
    i -= 1
    while i > start and data[i] & 0xC0 == 0x80:
        i -= 1
    return i


@borrowing
def read_word(data, i, start, end, codes, known):
    """Read the word around byte ``i`` into ``codes``: (letters before it, letters, first, after).

    No letters where it is too long or holds letters of another language.
    """
    first = i
    for _ in range(REACH):
        if first == start:
            break
        before = _back(data, first, start)
        kind, _, _ = kind_at(data, before, known)
        if kind == OTHER:
            break
        first = before
    at = first
    count = left = 0
    while at < end and count < REACH:
        kind, code, length = kind_at(data, at, known)
        if kind == OTHER:
            return left, count, first, at
        if kind == FOREIGN or at - first > 4 * REACH:
            return 0, 0, first, at
        if kind == BASIC:
            codes[count] = code
            count += 1
            left += at < i
        at += length
    return (left, count, first, at) if at >= end else (0, 0, first, at)


@borrowing
def is_bound(data, start, first, after, end):
    """Tell whether a word is part of a hashtag, a handle, an address or a name in Latin letters."""
    if after < end and data[after] == 0x5F:
        return True
    for i in range(first - 1, max(start, first - REACH) - 1, -1):
        byte = data[i]
        if byte <= 0x20:
            return False
        # # & * = @ _ ~ and letters
        if byte in (0x23, 0x26, 0x2A, 0x3D, 0x40, 0x5F, 0x7E) or 0x61 <= byte | 0x20 <= 0x7A:
            return True
    return first - start > REACH


@borrowing
def _has_article(codes, start, stop, least):
    """Tell whether a noun with its article stands there («المصرية», «والتي», «للمرمى»)."""
    if start < stop and codes[start] in (WAW, FEH):
        start += 1
    if stop - start < least + 2:
        return False
    if codes[start] == LAM and codes[start + 1] == LAM:
        return True
    if codes[start] in (BEH, KAF):
        start += 1
    if stop - start < least + 2 or codes[start] != ALEF or codes[start + 1] != LAM:
        return False
    return stop - start > least + 2 or codes[start + 2] != ALEF  # «الات» ends a plural


@borrowing
def _is_function(codes, start, stop, known):
    """Tell whether a function word or a verb of reports stands there, also behind و or ف."""
    if role_of(codes, start, stop, known) & FUNCTION:
        return True
    joined = codes[start] in (WAW, FEH) and stop - start >= 4
    return joined and role_of(codes, start + 1, stop, known) & FUNCTION != 0


@borrowing
def _begins_word(codes, start, stop, known):
    """Tell whether what follows an ended word may be one: no ending, three letters or known."""
    if codes[start] in (TEH, MAQSURA, HAMZA, 0x624, 0x626):
        return False
    size = stop - start
    if size == 2:
        return role_of(codes, start, stop, known) & FUNCTION != 0
    return size > 2 and role_of(codes, start, stop, known) & ENDING == 0


@borrowing
def _ends_before(codes, left, count, known):
    """Tell whether two words meet behind a letter that ends words: ة, ى, ء."""
    last = codes[left - 1]
    if left < 3 or not _begins_word(codes, left, count, known):
        return False
    size = count - left
    if last == TEH:
        return True
    if last == MAQSURA and role_of(codes, 0, left, known) & TO:
        return size > 2 or _is_function(codes, left, count, known)
    if last == HAMZA and codes[left - 2] not in (ALEF, WAW, 0x64A):
        return False
    sure = size > 2 or (codes[left] == FEH and codes[left + 1] == 0x64A)  # «في»
    return sure and (_has_article(codes, left, count, 3) or _is_function(codes, left, count, known))


@borrowing
def _begins_after(codes, left, count, known):
    """Tell whether two words meet before a letter that only begins them: إ, and أ behind ا."""
    size = count - left
    last = codes[left - 1]
    before = role_of(codes, 0, left, known)
    if size < 2:
        return False
    if last == ALEF:
        denied = left <= 3 and codes[left - 2] == LAM
        if denied and (left == 2 or codes[0] in (WAW, FEH)):
            return role_of(codes, left, count, known) & DENIED != 0
        if before & BEFORE_HAMZA:
            return size > 2 or _is_function(codes, left, count, known)
        article = left == 3 or codes[left - 2] == LAM  # «الا», «بالا», «اللا»
        return not article and left > 3 and _is_function(codes, left, count, known)
    proclitics = left < 5
    for k in range(left):
        proclitics = proclitics and codes[k] in (WAW, FEH, BEH, LAM, KAF, SEEN, ALEF, ALEF_HAMZA)
    if proclitics or last in (WAW, FEH):
        return False
    if size > 2 and left > 1:
        if _is_function(codes, left, count, known):
            return True
        return size > 3 and before & (FUNCTION | FIRST) != 0
    # «إن» also ends names («لينكدإن»), and «بإن», «لإن» are typed for «بأن», «لأن»
    named = left > 4 and last not in (BEH, KAF) and _has_article(codes, 0, left, 3)
    return named and _is_function(codes, left, count, known)


@borrowing
def find_pair(data, i, start, end, codes, known):
    """Return the byte at which a word begins that is glued to the one before, -1 without one.

    ``i`` is the byte after the letter that gave rise to the question; ``start`` is where the text
    or, behind a place found already, the rest of it begins.
    """
    while i < end:
        kind, code, length = kind_at(data, i, known)
        if kind != LEFT_OUT:
            break
        i += length
    if i >= end or i <= start or kind != BASIC:
        return -1
    left, count, first, after = read_word(data, i, start, end, codes, known)
    if left < 2 or count - left < 2:
        return -1
    last = codes[left - 1]
    if last in (TEH, MAQSURA, HAMZA) and _ends_before(codes, left, count, known):
        found = True
    elif code == ALEF_BELOW or (code == ALEF_HAMZA and last == ALEF):
        found = _begins_after(codes, left, count, known)
    else:
        found = False
    return i if found and not is_bound(data, start, first, after, end) else -1
