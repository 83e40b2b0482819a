"""A lake of made-up news that every stage but Prefect's has made: for what stages do together."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow as pa

from tasks.clean import clean
from tasks.deduplicate import DEFAULTS, Decisions, Parameters, decide, find_candidates
from tasks.enrich import enrich
from tasks.learn import count_lines
from tasks.publish import Edition, publish
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tasks.store import Lake, find_rows, open_index, open_lake, transaction
from tasks.store.references import ShardRef, land
from tests.clean.record_tables import records
from tests.copying import copied
from tests.quality.edits_of_words import cut_to, spin_connectives
from tests.quality.stories import Article, articles

Row = dict[str, Any]

OUTLETS: Final = ("منبر الشرق", "صدى الساحل", "أخبار الواحة", "دفتر المدينة", "بريد الضفتين")

_PROFILES: Final = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}
_LINEAGE: Final = {
    "batch_id": "batch", "run_id": "run", "pipeline_version": "0", "rules_digest": "0"
}  # fmt: skip


@cache
def story(number: int) -> Article:
    """One of some stories that share no text, each of 85 words and more."""
    return [each for each in articles(real=False) if len(each.text.split()) >= 85][number]


@dataclass(frozen=True, slots=True)
class Printed:
    """A text as an outlet prints it on a day of January: ``name`` is the outlet's own id of it."""

    name: str
    text: str
    day: int
    outlet: int = 0

    def record(self) -> Row:
        """Return what matters of RECORDS."""
        return {
            "native_id": self.name,
            "source": OUTLETS[self.outlet],
            "title": f"عنوان {self.name}",
            "text": self.text,
            "published_raw": f"2026-01-{self.day:02d}T10:00:00Z",
        }


def original(name: str, number: int, day: int, outlet: int = 0) -> Printed:
    """A story in full."""
    return Printed(name, story(number).text, day, outlet)


def cut(name: str, number: int, day: int, outlet: int = 1, *, share: float = 0.7) -> Printed:
    """Only so much of the story from its beginning on: a near copy."""
    return Printed(name, cut_to(share)(story(number), Random(name), []).text, day, outlet)


def reworded(name: str, number: int, day: int, outlet: int = 2) -> Printed:
    """The story with other connectives between its sentences."""
    return Printed(name, spin_connectives(story(number), Random(name), []).text, day, outlet)


def cleaned(printed: Iterable[Printed], batch: str = "a") -> pa.Table:
    """Return what cleaning makes of the texts."""
    rows = [each.record() for each in printed]
    named = [row | {"record_ref": f"{batch}.jsonl#{n}"} for n, row in enumerate(rows, start=1)]
    outcome = clean(records(*named), _PROFILES)
    assert outcome.refused.num_rows == 0
    return outcome.kept


def article_ids(*printed: Printed) -> dict[str, str]:
    """Return the article ids of the texts by their names."""
    table = cleaned(printed)
    ids = (table[name].to_pylist() for name in ("native_id", "article_id"))
    return dict(zip(*ids, strict=True))


class NewsLake:
    """A lake under ``root``; ``lake`` is the newest version of it."""

    def __init__(self, root: Path, parameters: Parameters = DEFAULTS) -> None:
        self.root = root
        self.parameters = parameters
        self.names: dict[str, str] = {}
        """The name of every text that was published, by article id."""
        open_lake(root / "lake", create=True)

    def copied(self, root: Path) -> "NewsLake":
        """Return a copy of its own under another root."""
        other = NewsLake(copied(self.root, root), self.parameters)
        other.names = dict(self.names)
        return other

    @property
    def lake(self) -> Lake:
        return open_lake(self.root / "lake")

    def candidates(self, *printed: Printed) -> pa.Table:
        """Return the candidates of a batch that is not published."""
        return find_candidates(cleaned(printed), self.parameters.sizes)

    def decide(self, *printed: Printed) -> Decisions:
        """Decide over a batch that is not published."""
        with open_index(self.lake, sizes=self.parameters.sizes) as history:
            return decide(self.candidates(*printed), history, self.parameters)

    def publish(self, *printed: Printed) -> Decisions:
        """Publish a batch through every stage."""
        lake = self.lake
        batch = f"b{lake.version + 1}"
        work = self.root / "work" / batch
        work.mkdir(parents=True)
        table = cleaned(printed, batch)
        candidates = find_candidates(table, self.parameters.sizes)
        with open_index(lake, sizes=self.parameters.sizes) as history:
            decided = decide(candidates, history, self.parameters)
        rows = enrich(table, decided.records, _LINEAGE)
        ids = zip(*(table[name].to_pylist() for name in ("article_id", "native_id")), strict=True)
        self.names |= dict(ids)
        edition = Edition(
            batch_id=batch,
            run_id="run",
            rows=(land(rows, work / "rows.arrow"),),
            quarantine=(),
            entries=(land(decided.records, work / "records.arrow"),),
            candidates=(land(candidates, work / "candidates.arrow"),),
            lines=land(count_lines(table, decided.records), work / "lines.arrow"),
            licences={},
            **_landed(decided, work),
        )
        with transaction(lake, batch_id=batch, run_id="run", wait_seconds=5) as changes:
            publish(edition, changes)
        return decided

    def rows(self, dataset: str) -> dict[str, Row]:
        """Return a dataset's rows of texts by the text's name; other articles are named so too."""
        found = find_rows(self.lake, dataset, "article_id", self.names.keys()).to_pylist()
        return {self.names[row["article_id"]]: self._named(row) for row in found}

    def _named(self, row: Row) -> Row:
        told = {name: self.names.get(row.get(name, "")) for name in ("duplicate_of", "cluster_id")}
        return row | {name: value for name, value in told.items() if value is not None}

    def copies(self) -> dict[str, str]:
        """Return of whom each copy is one, by names."""
        return {name: row["duplicate_of"] for name, row in self.rows("duplicates").items()}


def _landed(decided: Decisions, work: Path) -> dict[str, ShardRef]:
    names = ("replaced", "amended", "moved", "index_step")
    return {name: land(getattr(decided, name), work / f"{name}.arrow") for name in names}
