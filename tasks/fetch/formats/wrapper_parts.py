"""What the parts of a wrapper are: an article, something that holds articles, or neither.

A wrapper is told by the list in it that has a known name, or whose objects have a text and a
title. From then on a part is left out only when it is known to be no article: by the name of its
list, or because no object in it has a text.
"""

import re
from typing import Any, Final, Literal

from tasks.sources import FieldNames

Fate = Literal["take", "open", "enter", "drop"]
"""A part is a record, or is opened so that its own parts are told apart, or is a list of which each
element is a record, or is not read."""

_TEXTS: Final = frozenset(map(str.lower, FieldNames().text)) | {
    *("content_text", "content_html"),  # JSON Feed
    *("full_text", "fulltext", "article_text", "article_body"),
}
_TITLES: Final = frozenset(map(str.lower, FieldNames().title))
"""Keys, in small letters, of an object that is an article itself."""

_SURE: Final = frozenset(
    {
        *("articles", "news", "posts", "stories", "docs", "documents"),
        *("الأخبار", "أخبار", "المقالات", "مقالات"),
    }
)
_HOLDERS: Final = _SURE | {"items", "records", "results", "data", "entries", "rows", "hits"}
"""Keys, in small letters, of the list of articles in a wrapper; sure ones also under a side one."""

_NEVER: Final = frozenset(
    {"comments", "replies", "reviews", "ads", "advertisements", "banners", "errors", "warnings"}
)
"""Names, in small letters, of what holds no article though it may have texts and titles."""

_SIDE: Final = frozenset(
    {
        *("widgets", "related", "links", "navigation", "menu", "menus", "breadcrumbs", "tags"),
        *("keywords", "categories", "sections", "topics", "authors", "users", "sources", "outlets"),
        *("images", "photos", "videos", "media", "attachments"),
        *("facets", "filters", "aggregations", "languages", "countries", "pagination"),
    }
)
"""Names, in small letters, of what is mostly no article: only a text with a title is one there."""

_NO_STORY: Final = frozenset(
    {"description", "summary", "about", "note", "copyright", "disclaimer", "license", "terms"}
)
_STORY: Final = 400
"""Characters from which a string with blanks, but for one so named, may be an article's text under
a name that only a profile knows: the median article of our corpora has 1,500."""

_LISTS_DEEP: Final = 3
"""How deep in an object the list that makes it a wrapper may stand."""

_NAME: Final = re.compile(rb'"([^"\\]{1,64})"\s*:\s*\Z')


def name_before(opening: bytes) -> str:
    """Return the key, in small letters, of the value behind these bytes; ``""`` when unknown."""
    found = _NAME.search(opening)
    return "" if found is None else found[1].decode(errors="replace").lower()


def is_never(name: str) -> bool:
    """Whether nothing of that name holds articles."""
    return name in _NEVER


def is_side(name: str, *, around: bool) -> bool:
    """Whether what has that name, and stands ``around`` such or not, is mostly no article."""
    return name in _SIDE or (around and name not in _SURE)


def is_text(name: str, value: object) -> bool:
    """Whether that is the text of the object that it stands in."""
    if isinstance(value, list):
        return name.lower() in _TEXTS and bool(value) and all(isinstance(v, str) for v in value)
    return isinstance(value, str) and (name.lower() in _TEXTS or _is_story(name, value))


def _is_story(name: str, value: object) -> bool:
    if not isinstance(value, str) or len(value) < _STORY or name.lower() in _NO_STORY:
        return False
    return any(map(str.isspace, value[:_STORY]))


def has_text(value: dict[str, Any]) -> bool:
    """Whether an object has a text under one of the usual names, if a blank one."""
    return any(key.lower() in _TEXTS and is_text(key, part) for key, part in value.items())


def has_story(value: dict[str, Any]) -> bool:
    """Whether an object has what may be a text, under a name that is not a usual one."""
    return any(_is_story(name, part) for name, part in value.items())


def has_title(value: dict[str, Any]) -> bool:
    """Whether an object has a title, by its key."""
    return any(key.lower() in _TITLES and part is not None for key, part in value.items())


def looks_like_article(value: object) -> bool:
    """Whether it is an object with a text or a title."""
    return isinstance(value, dict) and (has_text(value) or has_title(value))


def is_wrapper_object(value: object) -> bool:
    """Whether an object has no text, and holds a list that tells that it is a wrapper."""
    if not isinstance(value, dict) or has_text(value):
        return False
    return _holds_list(
        value,
        titled=False,
        with_story=has_story(value),
        depth=_LISTS_DEEP,
    )


def _holds_list(value: dict[str, Any], *, titled: bool, with_story: bool, depth: int) -> bool:
    titled = titled or has_title(value)
    for key, part in value.items():
        name = key.lower()
        if name in _NEVER or name in _SIDE:
            continue
        if isinstance(part, list):
            if _tells(name, part, titled=titled, with_story=with_story):
                return True
        elif isinstance(part, dict) and depth > 1 and not has_text(part):
            deeper = _holds_list(part, titled=titled, with_story=with_story, depth=depth - 1)
            if deeper:
                return True
    return False


def _tells(name: str, values: list[Any], *, titled: bool, with_story: bool) -> bool:
    """Whether a list tells that the object around it is a wrapper.

    Beside a title, or what may be a text, the list may be the related links of an article.
    """
    objects = [value for value in values if isinstance(value, dict)]
    if with_story:
        return name in _HOLDERS and any(map(has_text, objects))
    if titled:
        return name in _HOLDERS and any(map(looks_like_article, objects))
    if name in _HOLDERS:
        return bool(objects) or not values
    return any(has_text(value) and has_title(value) for value in objects)


def fate_of(value: object, name: str, *, side: bool) -> Fate:
    """Return what becomes of a part around the articles of a wrapper that was opened.

    ``side`` says that it mostly is none, by its name or by what it stands in.
    """
    if isinstance(value, dict):
        if _is_article(value, side=side):
            return "take"
    elif is_text(name, value):
        return "take"
    return "open" if _holds_articles(value, side=side) else "drop"


def _is_article(value: dict[str, Any], *, side: bool) -> bool:
    if side:
        return has_text(value) and has_title(value)
    return has_text(value) or has_story(value)


def _holds_articles(value: object, *, side: bool) -> bool:
    """Whether an article stands anywhere in it, or a list that is one of articles by its name."""
    waiting = [(value, side)]
    for part, is_aside in waiting:  # which grows
        if isinstance(part, list):
            waiting += [(inner, is_aside) for inner in part if isinstance(inner, dict | list)]
        elif isinstance(part, dict):
            if _is_article(part, side=is_aside):
                return True
            for key, inner in part.items():
                name = key.lower()
                if name in _NEVER or not isinstance(inner, dict | list):
                    continue
                aside = is_side(name, around=is_aside)
                if not aside and name in _HOLDERS and _has_object(inner):
                    return True
                waiting.append((inner, aside))
    return False


def _has_object(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(part, dict) for part in value)
