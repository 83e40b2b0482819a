"""Where groups of shapes are found without RE2, they are those that RE2 finds."""

import re
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.clean import page_tails
from tasks.clean.page_heads import SHAPES
from tasks.clean.shapes import Match, matches

_PIECES = ("content='", 'content="', " content='", "'/>", '" />', "خبر", "a", "_", " ", "." * 195)
_MENUS = ("Example - ", "الرئيسية", "العالم", "العالم العربي ", "العربي", "|", "صحة ", "رياضة ")
_STAMPS = ("آخر تحديث:", "آخر تحديث :", "2012", " GMT", ")", "1234567")
_RUNS = tuple("س" * count for count in (1, 190, 199, 200, 698, 699, 700, 701, 799, 800, 801))
_ENDINGS = tuple(shape.example for shape in page_tails.ENDING_SHAPES)
_MARKS = (
    ".",
    "؟",
    "!",
    "»",
    ")",
    "]",
    ". ",
    ".. ",
    " ",
    "قال الوزير",
    "www.example.com",
    "المصدر: ",
)


def _told(groups: Sequence[Match]) -> list[tuple[int, str, int, int]]:
    return sorted(
        (where, group.name.rstrip("0123456789"), start, end)
        for group in groups
        for where, start, end in zip(
            group.where.tolist(), group.start.tolist(), group.end.tolist(), strict=True
        )
    )


@pytest.mark.parametrize("shape", [each for each in SHAPES if each.end])
@given(pieces=st.lists(st.sampled_from(_PIECES + _MENUS + _STAMPS + _RUNS), max_size=9))
def test_a_search_ends_where_the_pattern_does(shape, pieces) -> None:  # type: ignore[no-untyped-def]
    text = "".join(pieces)
    found = re.match(shape.pattern.replace("$", r"\Z"), text, re.ASCII)
    assert shape.end(text) == (found.end(1) if found else -1)


@pytest.mark.parametrize("starts", [2, 64], ids=["crowded", "usual"])
@given(texts=st.lists(st.lists(st.sampled_from(_ENDINGS + _MARKS), max_size=6).map("".join)))
def test_tails_are_those_of_the_whole_frame(starts: int, texts: list[str]) -> None:
    column = pa.array(texts, pa.large_string())
    told = page_tails._SHAPES, page_tails._FRAME, page_tails._SIGNS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_tails, "_STARTS", starts)
        found = page_tails._matches(column)
    assert _told(found) == _told(matches(column, *told))
