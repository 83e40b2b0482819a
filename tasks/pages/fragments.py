"""The text of a piece of HTML that is known to be an article's, as feeds carry it."""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from tasks.pages.taming import tame

_LEFT_OUT: Final = (
    *("script", "style", "template", "noscript", "iframe", "svg", "form", "button", "select"),
    *("figure", "figcaption", "img", "video", "audio"),
)
# Up to the next tag at most: tags without an end would cost the square of their number.
_BREAK: Final = re.compile(
    r"<(?:br|hr|/?(?:p|div|h[1-6]|li|ul|ol|blockquote|tr|td|table|section|article|pre))\b[^<>]*>",
    re.IGNORECASE,
)
_ESCAPED_ONCE_MORE: Final = re.compile(
    r"</?(?:a|b|br|div|em|h[1-6]|i|img|li|ol|p|span|strong|ul)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_BLANKS: Final = re.compile(r"[^\S\n]+")
_LINES: Final = re.compile(r" ?\n[\n ]*")


def read_fragment(markup: str) -> str:
    """Return the text, a block a line; without tags it is the text itself, blanks made one.

    Feeds escape markup twice as often as not: what is markup still is read once more.
    """
    text = _read(markup)
    if _ESCAPED_ONCE_MORE.search(text):
        text = _read(text)
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def _read(markup: str) -> str:
    if "<" not in markup and "&" not in markup:
        return markup
    has_blocks = _BREAK.search(markup) is not None
    if has_blocks:
        # Where blocks tell the lines, those of the source are blanks, as in any page.
        markup = markup.replace("\n", " ")
    tamed = tame(markup.encode("utf-8", "replace"))[0].decode("utf-8", "replace")
    # Lines are put in behind it: beside tags it takes blanks out.
    parser = LexborHTMLParser(_BREAK.sub("\n", tamed) if has_blocks else tamed)
    parser.strip_tags(list(_LEFT_OUT))
    return parser.body.text() if parser.body is not None else ""
