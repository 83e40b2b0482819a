"""Figures glued to words: «12جولة», «من200», «جوان2017»; the reasons are in ``glued_pairs``."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0913, PLR0917 (kernels take their arrays one by one)

import numpy as np

from tasks.clean.glued_pairs import (
    BASIC,
    BEFORE_NUMBER,
    FUNCTION,
    MONTH,
    REACH,
    UNIT,
    is_bound,
    kind_at,
    read_word,
    role_of,
)
from tasks.text.kernels import borrowing


@borrowing
def digit_at(data, i, end):
    """Return the length of the digit at byte ``i``, Arabic-Indic or not; 0 for anything else."""
    if i < end and 0x30 <= data[i] <= 0x39:
        return 1
    return 2 if i + 1 < end and data[i] == 0xD9 and 0xA0 <= data[i + 1] <= 0xA9 else 0


@borrowing
def _figures_before(data, i, start):
    """Return the first byte of the figures that end at byte ``i``, with the marks among them."""
    first = i
    for _ in range(REACH):
        two = first > start + 1 and (
            digit_at(data, first - 2, first) == 2
            or (data[first - 2] == 0xD8 and data[first - 1] == 0x8C)  # ،
        )
        if first > start and 0x2C <= data[first - 1] <= 0x3A:  # , - . / 0-9 :
            first -= 1
        elif two:
            first -= 2
        else:
            break
    return first


@borrowing
def _is_year(data, i, end):
    size = 0
    for _ in range(5):
        length = digit_at(data, i, end)
        if not length:
            break
        i += length
        size += 1
    return size == 4


@borrowing
def find_figure(data, i, start, end, codes, known):
    """Return ``i`` if figures and a word are glued there for certain, -1 otherwise."""
    if i >= end or i <= start:
        return -1
    if digit_at(data, i, end):
        left, count, first, after = read_word(data, i, start, end, codes, known)
        if not count or left != count:
            return -1
        role = role_of(codes, 0, count, known)
        mark = np.uint8(0x20) if first == start else data[first - 1]
        apart = not (0x2D <= mark <= 0x39) and not (
            first > start + 1 and digit_at(data, first - 2, first)
        )
        found = (role & BEFORE_NUMBER and apart) or (role & MONTH and _is_year(data, i, end))
        return i if found and not is_bound(data, start, first, after, end) else -1
    kind, _, _ = kind_at(data, i, known)
    before = data[i - 1]
    figure = 0x30 <= before <= 0x39 or (i > start + 1 and digit_at(data, i - 2, i) == 2)
    if kind != BASIC or not figure:
        return -1
    _, count, _, after = read_word(data, i, i, end, codes, known)
    role = role_of(codes, 0, count, known)
    if role & UNIT or count < 2 or (count == 2 and not role & FUNCTION):
        return -1
    first = _figures_before(data, i, start)
    spelt = first > start and data[first - 1] >= 0x80 and count < 4  # «مي-17في», «إف-2إيه»
    return -1 if spelt or is_bound(data, start, first, after, end) else i
