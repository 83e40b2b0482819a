"""Clean: out of a scraped text, the article, and a record of every cut.

Characters are repaired first, for the whole column (:mod:`tasks.text.repair`); then the rules of
``RULES`` cut, in this order, each seeing what the earlier ones left. A rule is one file with one
function ``Draft -> Found``; it cuts lines or parts of them. What it cuts is kept in ``removed``
with its place in the raw text. What markup says of lines is respected (``Lines.hint``); what it
tells beside the text, captions and links above all, is put to what rules find there.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conformance import check
from expectations.schema import CLEANED, RECORDS, REFUSED
from tasks.clean.accepted_lines import find_accepted_lines
from tasks.clean.agency_credits import find_agencies
from tasks.clean.assemble import (
    all_cuts,
    body_of,
    links_column,
    removed_column,
    with_rules_of_tails,
)
from tasks.clean.bare_links import find_bare_links
from tasks.clean.bylines import find_bylines, find_uncovered_bylines
from tasks.clean.captions import find_captions
from tasks.clean.credits import authors_column
from tasks.clean.date_piles import find_date_piles
from tasks.clean.date_stamps import find_date_stamps
from tasks.clean.draft import TITLE, Draft, Found, Spans, open_draft
from tasks.clean.edge_lines import line_keys_column
from tasks.clean.embeds import find_embeds
from tasks.clean.furniture import find_furniture
from tasks.clean.glued_links import find_glued_links
from tasks.clean.glued_titles import find_glued_titles
from tasks.clean.glued_words import split_glued
from tasks.clean.identity import article_ids, content_hashes
from tasks.clean.inline_links import find_inline_links
from tasks.clean.lead_repeats import find_lead_repeats
from tasks.clean.learned_lines import find_learned_lines
from tasks.clean.linked_titles import find_linked_titles
from tasks.clean.lone_captions import find_lone_captions
from tasks.clean.markup import images_column, told_texts, with_told_links
from tasks.clean.media_prompts import find_media_prompts
from tasks.clean.page_heads import find_page_heads
from tasks.clean.page_tails import find_page_tails
from tasks.clean.related_links import find_related_links
from tasks.clean.teaser_tails import find_teaser_tails
from tasks.clean.times import read_times
from tasks.clean.title_keys import KeySearch, among, title_column
from tasks.clean.title_line import find_titles
from tasks.clean.title_repeats import find_title_repeats
from tasks.clean.title_tags import find_title_tags
from tasks.outcome import Outcome
from tasks.sources import SourceProfile
from tasks.text.addresses import canonical_urls
from tasks.text.buffers import column_of
from tasks.text.lexicons import load_lexicon
from tasks.text.repair import repair, repair_column

_SEARCHED: Final = ("source", "author", "section", "published_raw", "modified_raw")
_BEARABLE: Final = 500
"""Characters that the raw border lets an outlet's name have."""

Rule = Callable[..., Found]

RULES: Final[tuple[Rule, ...]] = (
    find_titles,
    find_accepted_lines,
    find_furniture,
    find_date_stamps,
    find_page_heads,
    find_glued_titles,
    find_title_repeats,
    find_captions,
    find_bylines,
    find_agencies,
    find_lone_captions,
    find_related_links,
    find_glued_links,
    find_inline_links,
    find_linked_titles,
    find_embeds,
    find_date_piles,
    find_page_tails,
    find_title_tags,
    find_learned_lines,
    find_media_prompts,
    find_bare_links,
    find_lead_repeats,
    find_teaser_tails,
)
"""The cutting rules in the order in which they see the text; then heads are read once more."""

_HEADING: Final = 60
"""Characters of a text that stand for the title of a record without one."""


def clean(
    records: pa.Table,
    profiles: Mapping[str, SourceProfile],
    *,
    titles: KeySearch | None = None,
    learned: KeySearch | None = None,
) -> Outcome:
    """Clean one shard: ``RECORDS`` in, ``CLEANED`` out, one row each, order kept.

    ``profiles`` has every profile that the records name. ``titles`` knows the titles that lines are
    compared with (:mod:`tasks.clean.title_keys`), None for those of the shard; ``learned`` knows
    the outlets' boilerplate (:mod:`tasks.clean.learned_lines`), None for none. Nothing is refused
    here: a text of which nothing is left fails at the border.
    """
    check(records, RECORDS, "clean takes")
    headings = [*load_lexicon("related_headings")]
    headings += [heading for each in profiles.values() for heading in each.related_headings]
    draft = open_draft(records, profiles, repair(records["text"]), headings)
    edges = line_keys_column(draft)
    given = {find_linked_titles: {"titles": titles}, find_learned_lines: {"learned": learned}}
    found: list[Found] = []
    for rule in RULES:
        found.append(rule(draft, **given.get(rule, {})))
        draft = draft.without(found[-1].cuts)
    draft = _read_heads_again(draft, found)
    cuts, kinds = all_cuts(found)
    kinds = with_rules_of_tails(draft, cuts, kinds)
    body, split = split_glued(body_of(draft, cuts))
    headlines = _titles(draft, cuts, kinds)
    columns = {
        **_identity(records),
        **_editorial(draft, found),
        **read_times(records, profiles),
        "title": headlines,
        "title_key": title_column(headlines, records["source"]),
        "body": column_of(body),
        "removed": removed_column(draft, cuts, kinds),
        "glued_words_split": split,
        "read_as": records["read_as"],
        "line_keys": edges,
        "record_ref": records["record_ref"],
    }
    kept = pa.table([columns[name] for name in CLEANED.names], schema=CLEANED)
    changed = len(np.unique(cuts.row[kinds != TITLE]))
    return Outcome(check(kept, CLEANED, "clean makes"), REFUSED.empty_table(), changed)


def _read_heads_again(draft: Draft, found: list[Found]) -> Draft:
    """Read the heads that rules after bylines uncovered; what it finds goes behind theirs.

    Signatures at the foot stay what comes last, as they do where the head was bare at first.
    """
    place = RULES.index(find_bylines)
    later, _ = all_cuts(found[place + 1 :])
    uncovered = find_uncovered_bylines(draft, read=found[place], later=later)
    found.insert(place + 1, uncovered)
    return draft.without(uncovered.cuts)


def clean_refused(records: pa.Table, profiles: Mapping[str, SourceProfile]) -> pa.Table:
    """Clean records that the raw border may have refused: their ids and texts, to tell them by.

    No titles are compared: which neighbours a record has must not change what it is told by.
    Their short fields are cut, because rules search a text for them: a megabyte in place of an
    outlet's name is no pattern that can be compiled. The ids are those of the whole fields.
    """
    told = records
    for name in _SEARCHED:
        place = told.schema.get_field_index(name)
        cut = pc.utf8_slice_codeunits(told[name], 0, _BEARABLE)
        told = told.set_column(place, told.schema.field(place), cut)
    kept = clean(told, profiles, titles=among(np.empty(0, np.uint64))).kept
    place = kept.schema.get_field_index("article_id")
    return kept.set_column(place, kept.schema.field(place), _identity(records)["article_id"])


def _identity(records: pa.Table) -> dict[str, pa.Array]:
    contents = content_hashes(records["title"], records["text"])
    addresses = canonical_urls(records["url"])
    ids = article_ids(records, addresses, contents, opening=_HEADING)
    return {
        "article_id": ids,
        "content_hash": contents,
        "canonical_url": addresses,
        **{name: records[name] for name in ("native_id", "source", "url", "fetched_at")},
    }


def _editorial(draft: Draft, found: list[Found]) -> dict[str, pa.Array]:
    rows = len(draft.records)
    signed = {row: names for each in found for row, names in each.authors.items()}
    outlets = {row: name for each in found for row, name in each.outlets.items()}
    places = {row: name for each in found for row, name in each.places.items()}
    agencies = {row: name for each in found for row, name in each.agencies.items()}
    sources = {row: name for each in found for row, name in each.sources.items()}
    return {
        "authors": authors_column(draft.records["author"], signed),
        "outlet": pa.array([outlets.get(row) for row in range(rows)], pa.string()),
        "dateline_place": _else_told(places, draft.records["dateline_place"]),
        "agency": _else_told(agencies, draft.records["agency"]),
        "credited_source": pa.array([sources.get(row) for row in range(rows)], pa.string()),
        "captions": _lists(
            rows, [told_texts(draft.records, "captions"), *(each.captions for each in found)]
        ),
        "tags": _lists(rows, [told_texts(draft.records, "tags"), *(each.tags for each in found)]),
        "images": images_column(draft.records),
        "subtitle": repair_column(draft.records["subtitle"], one_line=True),
        "section": repair_column(draft.records["section"], one_line=True),
        "related": with_told_links(links_column(draft, _all_links(found)), draft.records),
    }


def _else_told(found: Mapping[int, str], told: pa.ChunkedArray) -> pa.Array:
    """Return what was found in the text of each row, else what the page told."""
    own = pa.array([found.get(row) for row in range(len(told))], pa.string())
    return own if told.null_count == len(told) else pc.coalesce(own, repair_column(told))


def _lists(rows: int, found: list[Mapping[int, tuple[str, ...]]]) -> pa.Array:
    """Return a column of lists: what all rules found of each row, each value once."""
    lists: list[tuple[str, ...]] = [()] * rows
    for each in found:
        for row, values in each.items():
            lists[row] = tuple(dict.fromkeys((*lists[row], *values)))
    return pa.array(lists, pa.list_(pa.string()))


def _all_links(found: list[Found]) -> Spans:
    """Return every rule's links in the order of the text."""
    links = [each.links for each in found if each.links is not None]
    start = np.concatenate([each.start for each in links])
    order = np.argsort(start, kind="stable")
    row = np.concatenate([each.row for each in links])
    end = np.concatenate([each.end for each in links])
    return Spans(row[order], start[order], end[order])


def _titles(draft: Draft, cuts: Spans, kinds: np.ndarray) -> pa.Array:
    """Return the titles: of the record, else the first that was cut from its text."""
    given = repair_column(draft.records["title"], one_line=True)
    untitled = given.is_null().to_numpy(zero_copy_only=False)
    titles = np.flatnonzero((kinds == TITLE) & untitled[cuts.row])
    if not len(titles):
        return given
    rows, first = np.unique(cuts.row[titles], return_index=True)
    lines = [draft.text(cuts.start[k], cuts.end[k]) for k in titles[first]]
    in_text = np.zeros(len(given), np.bool_)
    in_text[rows] = True
    return pc.replace_with_mask(given, pa.array(in_text), pa.array(lines, pa.string()))
