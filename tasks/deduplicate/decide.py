"""Settle a batch: the disposition of every record, and what changes in the lake by it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.dispositions import BY_HAND
from expectations.lake_schema import INDEX_STEP
from tasks.deduplicate.clusters import Clusters, Known, find_clusters, precedence_of
from tasks.deduplicate.decisions import DECISIONS, Case, Decisions, make_decisions
from tasks.deduplicate.gone import find_gone, reject_gone
from tasks.deduplicate.links import Links, find_links, keys_of
from tasks.deduplicate.parameters import DEFAULTS, Parameters
from tasks.deduplicate.revisions import CURRENT, Entry, order_revisions
from tasks.deduplicate.ways import TO_THE_LETTER, Way, find_ways
from tasks.errors import StopRun
from tasks.store import Alike
from tasks.text.signatures import Keys

Rows = npt.NDArray[np.int64]


class History(Protocol):
    """Everything published so far, as of one version of the lake."""

    def find_articles(self, article_ids: pa.Array) -> pa.Table:
        """Return the index entries of those ids that are known."""

    def find_texts(self, text_keys: pa.Array) -> pa.Table:
        """Return the index entries whose text is among these."""

    def find_copies(self, article_ids: pa.Array) -> pa.Table:
        """Return the index entries of what copies one of these articles."""

    def find_alike(self, keys: Keys) -> Alike:
        """Return the texts of articles and copies that agree in a band with one of the rows."""

    def read_texts(self, article_ids: pa.Array) -> pa.Table:
        """Return the ``KNOWN_TEXTS`` of these articles, those that are known."""


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
    staying = frozenset(name for name in changing if known[name]["dataset"] == "articles")
    clusters = find_clusters(candidates, current, staying, links, lake)
    ways = _find_ways(candidates, clusters, lake, history, parameters)
    case = Case(
        candidates=candidates,
        ids=ids,
        revisions=revisions,
        current=np.sort(current).tolist(),
        clusters=clusters,
        ways=ways.of_rows,
        heads=lake.canonical,
        moving=ways.of_moving,
    )
    return make_decisions(case)


def _by_id(entries: pa.Table) -> dict[str, Entry]:
    return {entry["article_id"]: entry for entry in entries.to_pylist()}


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
    entries = texts.select(INDEX_STEP.names).take(pa.array(numbers - size)).to_pylist()
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
    return Known(exact, alike, {**own, **canonical}, frozenset(changing))


@dataclass(frozen=True, slots=True)
class _Ways:
    """How rows of the batch copy, and entries of the lake that copy a crowned article now."""

    of_rows: Mapping[int, Way]
    of_moving: list[tuple[Entry, Way]]


def _find_ways(
    candidates: pa.Table,
    clusters: Clusters,
    lake: Known,
    history: History,
    parameters: Parameters,
) -> _Ways:
    """Tell how each row copies its article, and how the lake's rows copy a crowned one.

    What copies an article that loses its place copies the new one from now on, unless its own text
    changes in this batch.
    """
    heads = lake.canonical
    deposed = pa.array(sorted(clusters.crowned), pa.string())
    followers = history.find_copies(deposed).to_pylist() if len(deposed) else []
    moving = [heads[name] for name in deposed.to_pylist()]
    moving += [entry for entry in followers if entry["article_id"] not in lake.changing]
    keys, ids = candidates["text_key"], candidates["article_id"]
    mine = {ids[row].as_py(): row for row in clusters.rows_of_heads}
    head_keys = {name: keys[row].as_py() for name, row in mine.items()}
    head_keys |= {name: entry["text_key"] for name, entry in heads.items() if name not in mine}
    rows = [*clusters.head_of]
    own_keys = dict(zip(rows, keys.take(pa.array(rows, pa.int64())).to_pylist(), strict=True))
    unlike_rows = [row for row in rows if own_keys[row] != head_keys[clusters.head_of[row]]]
    new_heads = [clusters.crowned[entry["duplicate_of"] or entry["article_id"]] for entry in moving]
    unlike_moving = [
        (entry["article_id"], head)
        for entry, head in zip(moving, new_heads, strict=True)
        if entry["text_key"] != head_keys[head]
    ]
    wanted = {clusters.head_of[row] for row in unlike_rows} - mine.keys()
    wanted |= {name for name, _ in unlike_moving}
    texts = history.read_texts(pa.array(sorted(wanted), pa.string()))
    nodes = {name: len(candidates) + n for n, name in enumerate(texts["article_id"].to_pylist())}
    if lacking := wanted - nodes.keys():
        raise StopRun(
            "The duplicate index lacks texts; make it anew with `warraq maintain --rebuild-index`",
            articles=len(lacking),
            first=min(lacking),
        )
    nodes |= mine
    of_rows = {row: (row, nodes[clusters.head_of[row]]) for row in unlike_rows}
    of_moving = {name: (nodes[name], nodes[head]) for name, head in unlike_moving}
    ways = find_ways(candidates, texts, [*of_rows.values(), *of_moving.values()], parameters)
    return _Ways(
        {row: ways[of_rows[row]] if row in of_rows else TO_THE_LETTER for row in rows},
        [
            (
                entry,
                ways[of_moving[name]]
                if (name := entry["article_id"]) in of_moving
                else TO_THE_LETTER,
            )
            for entry in moving
        ],
    )
