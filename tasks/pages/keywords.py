"""Keywords that a page's metadata name: the article's, not the site's nor its text word by word."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from tasks.pages.words import letters_of

_OF_ARTICLES: Final = ("news_keywords", "parsely-tags")
_OF_ANY_PAGE: Final = "keywords"
"""Names of metadata that only articles have, and what many sites say alike on all their pages."""

_LONGEST: Final = 60
_MOST: Final = 50
_FEW: Final = 5
_SINGLE: Final = 0.7


def find_keywords(metas: Mapping[str, str], quoted: str, told: Sequence[str]) -> tuple[str, ...]:
    """Return the keywords of the first metadata that have some.

    ``quoted`` are the letters of what metadata quote of the text, ``told`` the title and the
    paragraphs. Of twelve lists of words in 268 real pages that the description did not give away
    none was of tags: ten were words of the text one by one («أعلنت, شركة, اتحاد»), two the site's.
    """
    contents = {name: metas[name] for name in (*_OF_ARTICLES, _OF_ANY_PAGE) if metas.get(name)}
    if not contents:
        return ()
    title, text = letters_of(told[0]), letters_of("".join(told[1:]))
    for name, content in contents.items():
        words = _keywords(content, (quoted, text))
        if words and (name != _OF_ANY_PAGE or _are_in(words, f"{title} {text}")):
            return words
    return ()


def _keywords(content: str, texts: tuple[str, str]) -> tuple[str, ...]:
    """Return keywords, none where they are only the words of the description or of the text.

    Tags do not follow each other in prose.
    """
    words = [" ".join(word.split()) for word in re.split("[,،;؛|]", content)]
    words = list(dict.fromkeys(word for word in words if 1 < len(word) < _LONGEST))[:_MOST]
    single = sum(" " not in word and letters_of(word) in texts[0] for word in words)
    pairs = [letters_of("".join(pair)) for pair in pairwise(words)]
    in_prose = sum(any(pair in text for text in texts) for pair in pairs)
    begins = len(words) == 1 and any(text.startswith(letters_of(words[0])) for text in texts)
    only_words = begins or 2 * in_prose >= max(len(pairs), 1)
    return () if only_words or (len(words) > _FEW and single > _SINGLE * len(words)) else (*words,)


def _are_in(words: tuple[str, ...], letters: str) -> bool:
    """Tell whether half of the keywords are in an article."""
    return 2 * sum(letters_of(word) in letters for word in words) >= len(words)
