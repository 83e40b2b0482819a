import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.seeking import hold

LETTERS = st.text("كل: ", max_size=200).map(str.encode)


@given(LETTERS, st.sampled_from(["للك", ": ", "لل", " لك:"]), st.lists(st.integers(0, 400)))
def test_ranges_hold_bytes_as_python_finds_them(data: bytes, sought: str, cuts: list[int]) -> None:
    places = np.array([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)], np.int64)
    wanted = sought.encode()
    told = hold(
        np.frombuffer(data, np.uint8), places[:-1], places[1:], np.frombuffer(wanted, np.uint8)
    )
    pairs = zip(places[:-1].tolist(), places[1:].tolist(), strict=True)
    assert told.tolist() == [wanted in data[start:end] for start, end in pairs]
