import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.draft.toml_text import Entry, example, one_line, quote, render

ANYTHING = st.text() | st.text(
    st.sampled_from('"\\\n\r\t\0\x1b\x7f\x85\u2028\u2029\u202e\ufeff #=[]«»\U000e0001أ')
)
VALUES = ANYTHING | st.booleans() | st.lists(ANYTHING, max_size=3).map(tuple)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("نص", '"نص"', id="arabic"),
        pytest.param('a"b\\c', r'"a\"b\\c"', id="quotes-and-backslashes"),
        pytest.param("a\nb\tc\r", r'"a\nb\tc\r"', id="line-ends"),
        pytest.param("\x00\x7f\x85", r'"\u0000\u007F\u0085"', id="controls"),
        pytest.param("\u2028\u202e", r'"\u2028\u202E"', id="line-separator-and-direction"),
        pytest.param("\U000e0001", r'"\U000E0001"', id="beyond-the-first-plane"),
        pytest.param("a\ud800", '"a\N{REPLACEMENT CHARACTER}"', id="half-a-pair"),
    ],
)
def test_a_string_is_written(text: str, written: str) -> None:
    assert quote(text) == written
    tomllib.loads(f"key = {quote(text)}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\n\nb \u2028c", "a b c", id="line-ends"),
        pytest.param("a\x00\u202eb", "a b", id="hidden"),
        pytest.param("ا" * 100, "ا" * 59 + "…", id="long"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_comment_is_one_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(
    st.lists(
        st.builds(
            Entry,
            key=st.sampled_from(["text", "outlets", "two words", 'q"', "ع"]),
            value=VALUES,
            certain=st.booleans(),
            why=st.lists(ANYTHING.map(example) | ANYTHING, max_size=2).map(tuple),
            table=st.sampled_from(["", "fields"]),
        ),
        unique_by=lambda entry: (entry.table, entry.key),
    ),
    st.lists(ANYTHING, max_size=2),
)
def test_any_text_reads_back_as_it_was_and_comments_say_nothing(
    entries: list[Entry], notes: list[str]
) -> None:
    told = tomllib.loads(render(notes, entries, notes))
    expected: dict[str, object] = {}
    for entry in entries:
        if entry.certain:
            place = expected.setdefault("fields", {}) if entry.table else expected
            assert isinstance(place, dict)
            value = entry.value
            place[entry.key] = list(value) if isinstance(value, tuple) else value
    assert told == expected


def test_a_guess_becomes_a_key_when_its_sign_is_taken_away() -> None:
    entry = Entry(
        key="text", value=("نص",), certain=False, why=("3 of 4\nrecords",), table="fields"
    )
    toml = render(["Drafted."], [entry])
    assert tomllib.loads(toml) == {}
    accepted = "\n".join(
        line.removeprefix("# ") if "[" in line else line for line in toml.splitlines()
    )
    assert tomllib.loads(accepted) == {"fields": {"text": ["نص"]}}
