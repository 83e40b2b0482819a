"""Settle a batch: the disposition of every record, and what changes in the lake by it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.dispositions import BY_HAND
from tasks.deduplicate.clusters import Clusters, Known, Rows, find_clusters, precedence_of
from tasks.deduplicate.decisions import DECISIONS, Case, Decisions, make_decisions
from tasks.deduplicate.gone import find_gone, reject_gone
from tasks.deduplicate.history import Entry, History
from tasks.deduplicate.links import Links, find_links, keys_of
from tasks.deduplicate.parameters import DEFAULTS, Parameters
from tasks.deduplicate.revisions import CURRENT, order_revisions
from tasks.deduplicate.ways import Comparing, Node, Way
from tasks.store import Alike


def decide(candidates: pa.Table, history: History, parameters: Parameters = DEFAULTS) -> Decisions:
    """Settle the candidates of a whole batch against themselves and against ``history``.

    A changed text of a published article is a revision and stays in the corpus, whatever it is
    like; a changed text of a copy is judged anew. What was taken out by hand does not come back.
    Refused records take no part: leave their rows out.
    """
    known = _by_id(history.find_articles(candidates["article_id"].combine_chunks()))
    texts = history.find_texts(candidates["text_key"].combine_chunks().unique()).to_pylist()
    reasons = find_gone(candidates, known.values(), texts)
    if reasons.null_count == len(reasons):
        return _decide(candidates, known, texts, history, parameters)
    gone = reasons.is_valid().to_numpy(zero_copy_only=False)
    rest = _decide(
        candidates.filter(pa.array(~gone)),
        {name: entry for name, entry in known.items() if entry["dataset"] not in BY_HAND},
        [entry for entry in texts if entry["dataset"] not in BY_HAND],
        history,
        parameters,
    )
    rejected = reject_gone(candidates.filter(pa.array(gone)), reasons.drop_null(), DECISIONS)
    rows = np.argsort(np.concatenate([np.flatnonzero(~gone), np.flatnonzero(gone)]))
    records = pa.concat_tables([rest.records, rejected]).take(pa.array(rows))
    return replace(rest, records=records)


def _decide(
    candidates: pa.Table,
    known: Mapping[str, Entry],
    texts: Iterable[Entry],
    history: History,
    parameters: Parameters,
) -> Decisions:
    revisions = order_revisions(candidates, known)
    current = precedence_of(candidates, np.flatnonzero(revisions.standing == CURRENT))
    ids: list[str] = candidates["article_id"].to_pylist()
    changing = {ids[row] for row in current} & known.keys() if known else set()
    exact = [entry for entry in texts if entry["article_id"] not in changing]
    links, alike = _find_links(candidates, current, changing, history, parameters)
    lake = _ask_lake(history, exact, alike, {name: known[name] for name in changing})
    comparing = Comparing(candidates, history, parameters)
    clusters = find_clusters(candidates, current, links.pairs, lake, comparing)
    case = Case(
        candidates=candidates,
        ids=ids,
        revisions=revisions,
        current=np.sort(current).tolist(),
        clusters=clusters,
        heads=lake.canonical,
        moving=_find_moving(clusters, lake, comparing),
    )
    return make_decisions(case)


def _by_id(entries: pa.Table) -> dict[str, Entry]:
    return _entries(entries.to_pylist())


def _find_links(
    candidates: pa.Table,
    current: Rows,
    changing: set[str],
    history: History,
    parameters: Parameters,
) -> tuple[Links, list[Entry]]:
    """Link the current texts, and tell the index entries of those of the lake that are linked.

    Of equal texts the first stands for all. ``current`` comes in the order of its precedence.
    """
    keys = candidates["text_key"].combine_chunks().dictionary_encode().indices.to_numpy()
    _, firsts = np.unique(keys[current], return_index=True)
    rows = current[np.sort(firsts)]
    found = history.find_alike(keys_of(candidates)[rows])
    texts = found.texts
    pairs = np.stack([rows[found.pairs[:, 0]], found.pairs[:, 1]], axis=1)
    if changing:
        stays = pc.invert(pc.is_in(texts["article_id"], pa.array(sorted(changing))))
        pairs = pairs[stays.to_numpy()[pairs[:, 1]]]
    links = find_links(candidates, rows, Alike(pairs, texts), parameters)
    # Of the lake's texts only those that are linked count from here on.
    size = len(candidates)
    numbers = np.unique(links.pairs[links.pairs >= size])
    linked = texts["article_id"].combine_chunks().take(pa.array(numbers - size))
    known = _by_id(history.find_articles(linked))
    entries = [known[name] for name in linked.to_pylist()]
    renumbered = np.where(
        links.pairs >= size, size + np.searchsorted(numbers, links.pairs), links.pairs
    )
    return Links(renumbered, links.likeness), entries


def _ask_lake(
    history: History,
    exact: list[Entry],
    alike: list[Entry],
    changing: Mapping[str, Entry],
) -> Known:
    """Gather what the lake has to do with the batch, with the articles that are copied there."""
    entries = [*exact, *alike, *changing.values()]
    heads = sorted({entry["duplicate_of"] for entry in entries if entry["duplicate_of"]})
    canonical = _by_id(history.find_articles(pa.array(heads, pa.string())))
    own = {entry["article_id"]: entry for entry in entries if not entry["duplicate_of"]}
    staying = (name for name, entry in changing.items() if entry["dataset"] == "articles")
    return Known(exact, alike, {**own, **canonical}, frozenset(changing), frozenset(staying))


def _find_moving(clusters: Clusters, lake: Known, comparing: Comparing) -> list[tuple[Entry, Way]]:
    """Return what copies a crowned article from now on, and how: what it deposed, and its copies.

    But for those whose own text changes in this batch.
    """
    if not clusters.crowned:
        return []
    deposed = sorted(clusters.crowned)
    followers = comparing.history.find_copies(pa.array(deposed, pa.string())).to_pylist()
    moving = [lake.canonical[name] for name in deposed]
    moving += [entry for entry in followers if entry["article_id"] not in lake.changing]
    heads = [clusters.crowned[entry["duplicate_of"] or entry["article_id"]] for entry in moving]
    pairs: list[tuple[Node, Node]] = [
        (entry["article_id"], clusters.rows_of_heads[head])
        for entry, head in zip(moving, heads, strict=True)
    ]
    return list(zip(moving, comparing.ways(pairs, _entries(moving)), strict=True))


def _entries(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {entry["article_id"]: entry for entry in entries}
