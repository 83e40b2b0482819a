"""What is told of a record beside it: where it came from, as JSON in the raw zone."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from tasks.text.addresses import joined_address

LONGEST_ADDRESS: Final = 8_192
"""Letters of a web address; servers take no longer ones."""

_WEB: Final = re.compile(r"https?://[^\s\x00-\x1f\x7f]+\Z", re.IGNORECASE)


def told_of(header: str | None) -> dict[str, str]:
    """Return the texts of a header by name; none of one that is no JSON object, as others write."""
    if not header:
        return {}
    try:
        told: Any = orjson.loads(header)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(told, dict):
        return {}
    return {name: value for name, value in told.items() if isinstance(value, str)}


def address_of(told: dict[str, str]) -> str | None:
    """Return the web address that a header tells of, null for none."""
    url = told.get("url", "")
    return url if is_web_address(url) else None


def base_of(told: dict[str, str]) -> str | None:
    """Return where the links of an item of a feed start from, by its header; null where untold.

    ``base`` counts from the ``url`` that the item came from, else from ``self``, which its feed
    calls its own address.
    """
    own = told.get("self", "")
    start = address_of(told) or (own if is_web_address(own) else None)
    return address_in_full(told.get("base", ""), start) or start


def joined_headers(told: str | None, own: str | None) -> str | None:
    """Return the header of a record: what its archive ``told`` of it, and its ``own`` file."""
    if told is None or own is None:
        return told or own
    return orjson.dumps(told_of(told) | told_of(own), option=orjson.OPT_SORT_KEYS).decode()


def is_web_address(text: str) -> bool:
    """Whether the text is an address of the web, of a length that is asked for."""
    if len(text) > LONGEST_ADDRESS or _WEB.match(text) is None:
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def address_in_full(link: str, base: str | None) -> str | None:
    """Return the web address that a link leads to from ``base``, null for any other.

    Blanks in it are escaped, as browsers do it. One that stays on its page («#top») is no address.
    """
    told = "".join(link[: LONGEST_ADDRESS + 1].strip().split("\n")).replace(" ", "%20")
    if is_web_address(told):
        return told
    if not told or told.startswith("#"):
        return None
    whole = joined_address(base, told)
    return whole if is_web_address(whole) else None
