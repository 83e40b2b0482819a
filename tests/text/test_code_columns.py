"""Columns of word codes, as arrays and back."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from expectations.lake_schema import CODES
from tasks.text.code_columns import code_column, coded, codes_at, join_codes

TEXTS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=4), max_size=6)


def column_of(texts: list[list[int]]) -> pa.Array:
    return pa.array(texts, CODES.type)


@given(TEXTS, st.data())
def test_a_column_comes_back_as_it_was(texts: list[list[int]], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(texts)))
    column = column_of(texts).slice(start)
    assert code_column(coded(column)).equals(column)


@given(st.lists(TEXTS, max_size=4), st.data())
def test_rows_are_those_that_arrow_takes(
    chunks: list[list[list[int]]], data: st.DataObject
) -> None:
    column = pa.chunked_array(map(column_of, chunks), CODES.type)
    chosen = data.draw(st.sets(st.sampled_from(range(len(column)))) if len(column) else st.just([]))
    rows = np.array(sorted(chosen), np.int64)
    taken = code_column(codes_at(column, rows))
    assert taken.to_pylist() == column.take(pa.array(rows)).to_pylist()


@given(st.lists(TEXTS, max_size=4))
def test_pieces_follow_each_other(pieces: list[list[list[int]]]) -> None:
    joined = join_codes([coded(column_of(piece)) for piece in pieces])
    assert code_column(joined).to_pylist() == [text for piece in pieces for text in piece]
