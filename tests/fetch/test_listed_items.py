"""Items of whole texts: which of them are one, and by what name each is known."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.listed_items import name_items
from tasks.fetch.web_lists import Item

LIVE = "https://example.org/live"


def item(url: str = LIVE, native_id: str = "", text: str = "نص", title: str = "خبر") -> Item:
    payload = repr((url, native_id, text, title)).encode()
    return Item(url, None, payload, text, native_id=native_id, title=title)


def test_one_item_of_an_address_is_known_by_it() -> None:
    named = name_items([item(f"{LIVE}?utm_source=rss")], set())
    assert [(each.name, each.shares_address) for each in named.items] == [(LIVE, False)]


def test_items_that_share_an_address_are_known_by_their_ids() -> None:
    told = [item(native_id="1", text="أ"), item(native_id="2", text="ب"), item("https://b.org/")]
    first, second, other = name_items(told, set()).items
    assert first.shares_address
    assert second.shares_address
    assert not other.shares_address
    assert len({first.name, second.name, other.name}) == 3
    changed = item(native_id="1", text="ج")
    alone = name_items([changed], {first.name}).items
    assert [each.name for each in alone] == [first.name]
    assert name_items([changed], set()).items[0].name == LIVE


def test_items_without_ids_are_known_by_their_contents() -> None:
    named = name_items([item(text="أ"), item(text="ب"), item("", text="أ")], set())
    assert [each.shares_address for each in named.items] == [True, True, False]
    assert all(re.fullmatch("urn:sha256:[0-9a-f]{64}", each.name) for each in named.items)


def test_the_same_item_twice_is_one() -> None:
    again = item(f"{LIVE}#top", native_id="2")
    named = name_items([item(native_id="1"), again, item(native_id="1")], set())
    assert [each.name for each in named.items] == [LIVE]
    assert (named.same, named.same_id) == (2, 0)


def test_another_text_under_one_address_and_one_id_is_told() -> None:
    named = name_items([item(native_id="1", text="أ"), item(native_id="1", text="ب")], set())
    assert ([each.item.text for each in named.items], named.same_id) == (["أ"], 1)


ITEMS = st.lists(
    st.builds(
        item,
        st.sampled_from(["", LIVE, f"{LIVE}/", "https://example.org/2"]),
        st.sampled_from(["", "1", "2"]),
        st.sampled_from(["أ", "ب"]),
    ),
    max_size=8,
)


@given(ITEMS)
def test_every_item_is_kept_or_counted_and_keeps_its_name(items: list[Item]) -> None:
    named = name_items(items, set())
    assert len(named.items) + named.same + named.same_id == len(items)
    names = [each.name for each in named.items]
    assert len(set(names)) == len(names)
    kept = {(each.item.url and each.page, each.item.title, each.item.text) for each in named.items}
    if not named.same_id:
        assert kept >= {(p.url and p.url.rstrip("/"), p.title, p.text) for p in items}
    assert [each.name for each in name_items(items, set(names)).items] == names
