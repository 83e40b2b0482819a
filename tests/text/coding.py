"""Texts coded for tests of codes and signatures, and the kinds of codes by name."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from tasks.text.buffers import texts_of
from tasks.text.word_codes import (
    CONTENT,
    COUNTRY,
    FUNCTION,
    KIND,
    NUMBER,
    CodedTexts,
    code_words,
)

KINDS: Final = {
    int(CONTENT): "content",
    int(FUNCTION): "function",
    int(NUMBER): "number",
    int(COUNTRY): "country",
}


def code_rows(texts: Sequence[str]) -> list[list[int]]:
    """Return the codes of each text's words, all coded as one shard."""
    _, coded = code_words(texts_of(pa.array(list(texts), pa.large_string())))
    return [row.tolist() for row in np.split(coded.codes, coded.offsets[1:-1])]


def codes_of(text: str) -> list[int]:
    """Return the codes of the words of a text that is coded alone."""
    return code_rows([text])[0]


def kinds_of(text: str) -> list[str]:
    """Return the kinds of a text's words."""
    return [KINDS[code & int(KIND)] for code in codes_of(text)]


def lay_out(rows: Sequence[Sequence[int]]) -> CodedTexts:
    """Return rows of codes as they come from coding."""
    codes = np.array([code for row in rows for code in row], np.uint32)
    return CodedTexts(codes, np.cumsum([0, *map(len, rows)]).astype(np.int64))
