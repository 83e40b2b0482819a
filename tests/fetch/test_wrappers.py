"""Of a wrapper, whatever its articles stand in, nothing vanishes."""

import io
import itertools
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.formats import recognise
from tasks.fetch.formats.content import join
from tasks.fetch.formats.json_arrays import Cutter
from tasks.fetch.formats.pieces import Piece
from tasks.fetch.streams import HEAD, Stream
from tasks.sources import SourceProfile

LONGEST = 1 << 20


def article(number: int, **more: Any) -> dict[str, Any]:
    return {"title": f"عنوان {number}", "text": f"نص {number}.", **more}


def text(number: int) -> dict[str, Any]:
    return {"text": f"نص {number}."}


def written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def pieces(data: bytes, longest: int = LONGEST) -> list[Piece]:
    kind = recognise("a.json", data[:HEAD])
    assert kind is not None
    return list(kind.split(Stream(io.BytesIO(data)), longest))


def cut(data: bytes, size: int, longest: int) -> list[Piece]:
    cutter = Cutter(longest, wrapped=True)
    chunks = (data[at : at + size] for at in range(0, len(data), size))
    found = [piece for chunk in chunks for piece in cutter.cut(chunk)]
    return found + list(cutter.finish(None))


def details(value: object) -> list[str]:
    """Why each record of a file with that value is refused."""
    data = written(value)
    kind = recognise("a.json", data)
    assert kind is not None
    payloads = [piece.payload for piece in pieces(data)]
    return kind.decode(join(payloads, pa.large_binary()), SourceProfile(name="x"), 64, None).details


@pytest.mark.parametrize(
    ("whole", "numbers"),
    [
        pytest.param(
            {"featured": [article(1)], "articles": [article(2)], "lead": article(3)},
            [1, 2, 3],
            id="around-the-list",
        ),
        pytest.param({"الأخبار": [article(1)], "items": [article(2)]}, [1, 2], id="arabic-first"),
        pytest.param({"breaking": [text(1)], "articles": [text(2)]}, [1, 2], id="list-before"),
        pytest.param(
            {"data": {"top": [article(1)], "articles": [text(2)]}}, [1, 2], id="one-deeper"
        ),
        pytest.param({"articles": [text(1)], "lead": text(2)}, [1, 2], id="object-behind"),
        pytest.param({"lead": text(2), "articles": [text(1)]}, [2, 1], id="object-before"),
        pytest.param(
            {"articles": [text(1)], "sections": [{"name": "رياضة", "articles": [text(2)]}]},
            [1, 2],
            id="lists-of-sections",
        ),
        pytest.param(
            {"articles": [text(1)], "next": {"articles": [text(2)]}}, [1, 2], id="wrapper-behind"
        ),
        pytest.param(
            {"videos": [article(1)], "articles": [], "media": [article(2)], "sections": [text(9)]},
            [1, 2],
            id="side-lists-with-titles",
        ),
        pytest.param(
            {"articles": [], "related": [article(1), {"title": "رابط"}, article(2)]},
            [1, 2],
            id="articles-only-aside",
        ),
        pytest.param({"title": "موقع", "articles": [text(1)]}, [1], id="title-of-its-own"),
        pytest.param({"articles": [text(1)], "x": [2, [article(2)]]}, [1, 2], id="list-in-a-list"),
        pytest.param(
            {"articles": [article(1, comments=[text(9)])], "comments": [article(8)]},
            [1],
            id="comments-are-none",
        ),
        pytest.param(
            {"articles": [article(1, related=[article(9)])], "meta": {"menu": [{"title": "أ"}]}},
            [1],
            id="an-article-stays-one",
        ),
        pytest.param({"content": [article(1)], "totalPages": 1}, [1], id="a-list-named-content"),
    ],
)
def test_each_article_is_a_record_once(whole: Any, numbers: list[int]) -> None:
    data = written(whole)
    found = pieces(data)
    assert [piece.refusal for piece in found] == [None] * len(numbers)
    assert [json.loads(piece.payload)["text"] for piece in found] == [
        text(number)["text"] for number in numbers
    ]
    assert [data[piece.start : piece.end] for piece in found] == [p.payload for p in found]
    assert found == cut(data, 1, LONGEST)


@pytest.mark.parametrize(
    ("whole", "detail"),
    [
        pytest.param(
            {"version": "1", "title": "موقع", "items": [{"id": "1", "content_text": "نص"}]},
            "the names there are id, content_text",
            id="json-feed",
        ),
        pytest.param(
            {"title": "مقال", "sections": [article(1), article(2)]},
            "it holds a list of 2 objects under sections: save that list alone",
            id="parts-of-an-article",
        ),
        pytest.param(
            {"https://a": article(1), "https://b": article(2)},
            "it holds a list of 2 objects under its keys",
            id="by-address",
        ),
        pytest.param(
            {"id": 1, "story": "قال الوزير " * 50, "items": [{"title": "رابط"}]},
            "the names there are id, story, items",
            id="text-by-a-name-of-its-own",
        ),
    ],
)
def test_what_is_not_read_is_refused_with_what_helps(whole: Any, detail: str) -> None:
    (told,) = details(whole)
    assert detail in told


def test_an_object_around_that_is_nested_too_deep_is_refused_in_one() -> None:
    inner: Any = {"articles": [text(2)]}
    for _ in range(8):
        inner = {"page": 1, "next": inner}
    (told,) = details({"articles": [text(1)], "next": inner})
    assert told.startswith("no text under")
    assert len(pieces(written({"articles": [text(1)], "next": inner}))) == 2


TITLED = st.booleans()
NOISE = (
    st.none()
    | st.integers(0, 9)
    | st.sampled_from(["ok", "]}", '{"', "\\"])
    | st.lists(st.integers(0, 9), max_size=3)
    | st.just({"name": "أ", "n": [{"x": 1}]})
)
LINKS = st.lists(st.just({"title": "رابط", "url": "u"}), max_size=2)
PLANTED = st.fixed_dictionaries(
    {"text": st.just("")}, optional={"title": st.just("ع"), "related": LINKS, "id": NOISE}
)
ASIDE = st.fixed_dictionaries({"text": st.just(""), "title": st.just("ع")})
NAMES = st.sampled_from(["articles", "items", "data", "featured", "lead", "أخرى", "q\\", "n"])


def around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        inner
        | PLANTED
        | st.lists(PLANTED, max_size=3)
        | st.lists(PLANTED | NOISE, max_size=3)
        | st.fixed_dictionaries(
            {"name": NOISE},
            optional={
                "related": st.lists(ASIDE | LINKS, max_size=3),
                "sections": ASIDE | st.lists(ASIDE, max_size=2),
                "comments": st.just([{"title": "ع", "text": "تعليق"}]),
            },
        )
        | st.dictionaries(NAMES, inner, max_size=4)
    )


WRAPPERS = st.dictionaries(NAMES, around(around(NOISE)), max_size=6)


def plant(value: Any, numbers: Any) -> Any:
    """Give each article of a drawn wrapper a text that stands nowhere else."""
    if isinstance(value, list):
        return [plant(part, numbers) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"<{next(numbers)}>" if key == "text" and not part else plant(part, numbers)
        for key, part in value.items()
    }


@given(
    WRAPPERS,
    st.sampled_from([None, 1]),
    st.sampled_from([20, 60, 200, LONGEST]),
    st.integers(1, 300),
    st.integers(0, 40),
)
def test_each_article_is_in_one_piece(
    whole: Any, indent: Any, longest: int, size: int, cut_off: int
) -> None:
    """However small the limit; a text without its article, and what is cut off, is refused."""
    numbers = itertools.count()
    data = json.dumps(plant(whole, numbers), indent=indent).encode()
    found = cut(data, size, longest)
    assert found == cut(data, len(data), longest)
    marks = [f"<{number}>".encode() for number in range(next(numbers))]
    for mark in marks:
        assert sum(mark in piece.payload for piece in found) == 1
    for piece in found:
        assert data[piece.start : piece.end] == piece.payload
    short = data[: max(len(data) - cut_off, 1)]
    left = cut(short, size, longest)
    assert left == cut(short, len(short), longest)
    for mark in marks:
        assert sum(mark in piece.payload for piece in left) == (mark in short)


def test_wrappers_with_a_long_list_first_are_read_piece_by_piece() -> None:
    articles = [article(number, pad="ن" * 1000) for number in range(3000)]
    more = [article(number) for number in range(3000, 3010)]
    data = written({"breaking": articles, "articles": more, "lead": text(3010)})
    cutter = Cutter(LONGEST, wrapped=True)
    found: list[Piece] = []
    for at in range(0, len(data), HEAD):
        found += cutter.cut(data[at : at + HEAD])
        assert len(cutter._rest) <= LONGEST + HEAD
    found += cutter.finish(None)
    assert [json.loads(piece.payload)["text"] for piece in found] == [
        text(number)["text"] for number in range(3011)
    ]
    assert found == pieces(data)


def test_a_text_behind_lists_that_were_read_is_refused() -> None:
    articles = [article(number, pad="ن" * 1000) for number in range(3000)]
    found = pieces(written({"articles": articles, "text": "نص الأول"}))
    assert [piece.refusal for piece in found] == [None] * 3000 + ["not-json"]
    assert found[-1].payload == '"نص الأول"'.encode()


def test_a_broken_article_in_a_wrapper_is_the_only_one_refused() -> None:
    data = b'{"articles":[' + written(text(1)) + b',{"text":"x",},' + written(text(2)) + b"]}"
    assert [piece.payload for piece in pieces(data)] == [
        written(text(1)),
        b'{"text":"x",}',
        written(text(2)),
    ]
