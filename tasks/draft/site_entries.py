"""From what a site answered to the keys of a profile, each with what speaks for it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from statistics import median
from typing import Final

from tasks.draft.arab_zones import offset_of, zone_of_country, zones_with
from tasks.draft.site_looks import Look
from tasks.draft.toml_text import Entry, example
from tasks.fetch.web_lists import WHOLE, changes_of, has_texts, is_cut_off
from tasks.sources import host_of

MOST_DATES: Final = 200
MOST_SITES: Final = 3
MOST_SHOWN: Final = 8

LONGER: Final = 1.5
"""How many times the text of its item a page has when the item is only a part of it."""

_MOST: Final = 0.9
"""Share of items from which on a feed is of one kind."""


def site_entries(look: Look, name: str) -> tuple[Entry, ...]:
    """Return the keys: certain ones, and guesses for a person to accept."""
    return (
        _outlet(look, name),
        _addresses(look),
        *_sites(look),
        *_follow(look),
        *_timezone(look),
    )


def _outlet(look: Look, name: str) -> Entry:
    pages = [each for each in look.articles if each.page is not None and not each.problem]
    names = Counter(each.page.site_name for each in pages if each.page and each.page.site_name)
    title = look.head.title if look.head is not None else ""
    if names:
        [(said, count), *others] = names.most_common()
        why = f"{count:,} of {len(pages):,} pages that were read call the site so"
        why += (
            f"; others say {', '.join(example(other) for other, _ in others)}." if others else "."
        )
        agreed = len(pages) > 1 and count == len(pages)
        return Entry(key="outlet", value=said, certain=agreed or said == title, why=(why,))
    if title:
        why = (
            "The feed's title; the pages do not say a name. Leave out the section's, if it has one."
        )
        return Entry(key="outlet", value=title, certain=False, why=(why,))
    why = "Neither the feed nor the pages say which outlet it is: say so here."
    return Entry(key="outlet", value=name, certain=False, why=(why,))


def _addresses(look: Look) -> Entry:
    what = "page" if look.head is None else "feed"
    why = f"The {what} that was read"
    if look.address != look.given:
        reason = "which it announces" if look.announced else "to which it leads"
        why += f", from {example(look.given)}, {reason}"
    lines = [f"{why}."]
    others = [link for link in look.announced if link.url != look.address]
    if others:
        lines.append("It announces these too; add those that you want:")
        lines += [f"- {link.url} {example(link.title)}" for link in others[:MOST_SHOWN]]
    if len(others) > MOST_SHOWN:
        lines.append(f"- and {len(others) - MOST_SHOWN:,} more.")
    return Entry(key="addresses", value=(look.address,), certain=True, why=tuple(lines))


def _sites(look: Look) -> Iterator[Entry]:
    urls = [item.url for item in look.items] or [look.address]
    hosts = Counter(host for url in urls if (host := host_of(url)) is not None)
    chosen = [(host, count) for host, count in hosts.most_common(MOST_SITES) if _is_host(host)]
    sure = [(host, count) for host, count in chosen if count >= _MOST * len(urls)]
    told = ", ".join(f"{count:,} of {len(urls):,} at {example(host)}" for host, count in chosen)
    why = f"Where the articles are: {told}."
    if chosen:
        values = tuple(host for host, _ in sure or chosen)
        yield Entry(key="sites", value=values, certain=bool(sure), why=(why,))


def _is_host(host: str) -> bool:
    """Whether a profile can name it: IPv6 addresses cannot stand there."""
    return re.fullmatch(r"[\w.-]+(?::\d{1,5})?", host) is not None


def _follow(look: Look) -> Iterator[Entry]:
    if look.head is None:
        return
    texts = [len(item.text) for item in look.items]
    long = sum(length >= WHOLE for length in texts)
    why = [
        f"{long:,} of {len(texts):,} items have texts of {WHOLE:,} characters or more, the median "
        f"{median(texts):,.0f}; {sum(map(is_cut_off, look.items)):,} end as if cut off."
    ]
    ratios = [
        len(each.body) / len(each.item.text)
        for each in look.articles
        if each.body and each.item is not None and each.item.text
    ]
    if ratios:
        why.append(f"Their pages that were read have {median(ratios):.1f} times as much.")
    whole = has_texts(look.items)
    if whole and ratios and median(ratios) > LONGER:
        why.append("So the items are rather long teasers; without this key they would be taken.")
        yield Entry(key="follow", value=True, certain=False, why=tuple(why))
        return
    same = long >= _MOST * len(texts) if whole else long <= (1 - _MOST) * len(texts)
    why.append("The articles are read from the feed." if whole else "The pages are fetched.")
    if not (same and any(each.body for each in look.articles)):
        why.append("Without this key each run looks anew.")
    certain = same and any(each.body for each in look.articles)
    yield Entry(key="follow", value=not whole, certain=certain, why=tuple(why))


def _timezone(look: Look) -> Iterator[Entry]:
    stated = _stated_offsets(look)
    offsets = Counter(offset for _, offset in stated)
    zone, because = _zone_of_country(look)
    zones = zones_with(stated) if any(offsets) else ()
    if not offsets:
        why = ["No date of the feed states an offset."]
    elif not zones:
        why = [f"{_counts(offsets)}: no Arab country's clocks, or just a server's."]
    elif zone in zones:
        why = [f"{_counts(offsets)}, as the clocks there are."]
    else:
        zone, because = zones[0], ""
        why = [f"{_counts(offsets)}, as the clocks there are."]
        why += [f"So they are in {', '.join(zones[1:])}."] if zones[1:] else []
    if zone:
        why += [because] if because else []
        yield Entry(
            key="timezone", value=zone, certain=bool(because) and zone in zones, why=tuple(why)
        )


def _stated_offsets(look: Look) -> list[tuple[datetime, int]]:
    """Return the times of items with the minutes east of UTC that their dates state."""
    items = look.items[:MOST_DATES]
    return [
        (at, offset)
        for item, at in zip(items, changes_of(items), strict=True)
        if at is not None and item.changed and (offset := offset_of(item.changed)) is not None
    ]


def _zone_of_country(look: Look) -> tuple[str, str]:
    """Return the zone of the country that addresses or the feed name, and how; empty for none."""
    urls = [look.address, *(each.url for each in look.articles)]
    signs = [host for url in urls if (host := host_of(url))]
    signs += [look.head.language] if look.head is not None else []
    found = zone_of_country(*signs)
    return ("", "") if found is None else (found[0], f"{example(found[1])} names that country.")


def _counts(offsets: Counter[int]) -> str:
    shown = ", ".join(f"{_shown(offset)} {count:,}" for offset, count in offsets.most_common(4))
    return f"Dates of the feed by the offset that they state: {shown}"


def _shown(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{rest:02}"
