"""What repair copies in runs is what it keeps, character by character, wherever that stands."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from tasks.text.letters import BLANK, BREAK, KEEP, PLANE, repairs
from tasks.text.repair import raw_places, repair
from tasks.text.repair_kernel import count_growing

LONG = "كلام طويل لا يحتاج إلى إصلاح، وفيه فواصل وأرقام 2012 وعلامات – كثيرة. " * 2


def repaired(texts: list[str], *, one_line: bool = False) -> list[str]:
    texts_made = repair(pa.array(texts, pa.large_string()), one_line=one_line).texts
    data = texts_made.data.tobytes()
    offsets = texts_made.offsets
    return [data[i:j].decode() for i, j in pairwise(offsets)]


@pytest.mark.parametrize("one_line", [False, True])
def test_a_run_stands_only_of_characters_that_repair_keeps(one_line: bool) -> None:
    codes = [code for code in range(PLANE) if not 0xD800 <= code < 0xE000]
    kept = [code for code in codes if repairs()[code] == KEEP and not 0x300 <= code < 0x370]
    blank = [code for code in codes if repairs()[code] in (BLANK, BREAK)]
    alone = repaired([f"س{chr(code)}س" for code in codes], one_line=one_line)
    within = repaired([f"{LONG}س{chr(code)}س {LONG}" for code in codes], one_line=one_line)
    head, tail = LONG, f" {LONG.rstrip()}"
    assert [text.removeprefix(head).removesuffix(tail) for text in within] == alone
    assert kept
    assert blank


@pytest.mark.parametrize("gap", [" \u200f ", "  ", " \n ", "\n\n", "\u200f", " \u00a0", " ـ "])
@pytest.mark.parametrize("size", range(4080, 4100))
def test_a_gap_at_the_end_of_what_is_marked_is_one(gap: str, size: int) -> None:
    whole = f"{'a' * size}{gap}{LONG}"
    parts = repaired([f"a{gap}b"])[0][1:-1]
    assert repaired([whole]) == ["a" * size + parts + LONG.rstrip()]


def test_a_reference_is_counted_wherever_it_stands() -> None:
    for size in range(1015, 1030):
        data = np.frombuffer(f"{'a' * size}&#65018;".encode(), np.uint8)
        assert count_growing(data, np.array([0, len(data)]))[2] == 1


def test_places_in_a_copied_run_are_those_of_the_raw_text() -> None:
    raw = f"\u200f  {LONG}&quot;نص&quot;  {LONG}"
    made = repair(pa.array([raw], pa.large_string()))
    text = made.texts.data.tobytes().decode()
    at = text.rindex("كلام")
    start = np.array([len(text[:at].encode())])
    first, last = raw_places(made, np.zeros(1, np.int32), start, start + len("كلام".encode()))
    assert raw[first[0] : last[0]] == "كلام"
    assert first[0] == raw.rindex("كلام", 0, raw.rindex("كلام") + 4)
