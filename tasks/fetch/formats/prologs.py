"""What may stand before the root of a document: blanks, comments, declarations."""

from typing import Final

# Atomic groups: a comment that could end in several places would cost time without bound.
BEFORE_ROOT: Final = rb"\A(?:\xef\xbb\xbf)?(?>\s+|<\?[^>]*>|<!--(?s:.)*?-->)*+"
"""A pattern of all that says nothing of the kind of a document; it takes linear time."""

DOCUMENT_TYPE: Final = rb"(?><!DOCTYPE\s+(?!html\b)[^\[>]*(?:>|\[(?s:.)*?\]\s*>))"
"""A pattern of a document type of any name but HTML's, with what it declares."""
