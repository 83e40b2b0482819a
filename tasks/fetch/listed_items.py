"""The items of a feed of whole texts, each under the name by which later runs know it.

An item is known by its address, as a page is. Feeds have several under one address: the same item
twice, or a ticker whose items all lead to its one page. What differs in title or text is another
item; those that share an address are known by their native ids, or else by their contents.
"""

import hashlib
from collections import Counter
from collections.abc import Container, Sequence
from typing import NamedTuple

from tasks.fetch.revisits import pages_of
from tasks.fetch.web_lists import Item


class Named(NamedTuple):
    """An item, its page, and its name: the page, or a URN (RFC 8141) where that is not its own."""

    item: Item
    page: str
    name: str

    @property
    def shares_address(self) -> bool:
        """Whether other items have, or had, its address."""
        return bool(self.item.url) and self.name != self.page


class NamedItems(NamedTuple):
    """The items in their order, and how many are left out: as the same, or as of the same id."""

    items: list[Named]
    same: int
    same_id: int


def name_items(items: Sequence[Item], known: Container[str]) -> NamedItems:
    """Return the items that differ, each under one name.

    Of several that have one address and one native id the first is taken: which of them stands,
    the feed does not say. ``known`` are the names of earlier runs, to which items keep.
    """
    pages = pages_of([item.url or _urn(item.digest) for item in items])
    seen: set[tuple[str, ...]] = set()
    told = []
    same = same_id = 0
    for item, page in zip(items, pages, strict=True):
        content = (page, item.title, item.text, "" if item.url else item.digest)
        own = (page, item.native_id)
        if content in seen:
            same += 1
        elif item.native_id and own in seen:
            same_id += 1
        else:
            seen |= {content, own}
            told.append((item, page))
    counts = Counter(page for _, page in told)
    named = []
    for item, page in told:
        name = _urn(page, item.native_id or item.digest) if item.url else page
        is_own = counts[page] == 1 and name not in known
        named.append(Named(item, page, page if is_own else name))
    return NamedItems(named, same, same_id)


def _urn(*parts: str) -> str:
    """Return a name of what has no address; a digest alone is that of the item."""
    [digest] = parts if len(parts) == 1 else [hashlib.sha256("\0".join(parts).encode()).hexdigest()]
    return f"urn:sha256:{digest}"
