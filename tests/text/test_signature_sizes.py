from dataclasses import fields, replace

import pytest

from tasks.text.signature_sizes import DEFAULT_SIZES, Sizes


@pytest.mark.parametrize("name", [field.name for field in fields(Sizes)])
def test_signatures_of_other_sizes_are_told_by_the_header(name: str) -> None:
    header = DEFAULT_SIZES.header()
    other = replace(DEFAULT_SIZES, **{name: getattr(DEFAULT_SIZES, name) + 1}).header()
    assert {key for key in header if header[key] != other[key]} == {name}


def test_the_header_is_the_same_each_time() -> None:
    assert Sizes().header() == DEFAULT_SIZES.header()


def test_a_text_has_a_key_for_each_band() -> None:
    assert Sizes(bands=5, opening_bands=2).all_bands == 7
