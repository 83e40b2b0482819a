"""What cleaning does to real news, to be read by a person: scores, shares, the largest cuts.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/cleaning_report.py --folder /tmp/report

Prints the scores of both sets of labelled articles, those of the outlets apart that were in the
first one (by which the rules were written) and those that were not, and of the corpus of real news
the share of text removed by outlet and kind. Into the folder it writes ``largest.txt``, the hundred
largest cuts with what stands around them, and ``untouched.txt``, 200 articles drawn from those that
lost nothing: what they hold stays outside the project, it is the outlets'.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import tasks.clean as stage
from tasks.sources import load_profiles
from tests.benchmarks.cleaning import batch_titles, read_news
from tests.benchmarks.measuring import news, print_table
from tests.quality.test_floors import LATER_LABELS, read_gold, read_labelled_news, scores_of

LARGEST: Final = 100
UNTOUCHED: Final = 200
_AROUND: Final = 160
_SCORES: Final = ("exact", "body_kept", "noise_removed", "kind_right")

Row = dict[str, Any]


def main() -> int:
    options = _parser().parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    _print_scores()
    shares: defaultdict[str, Counter[str]] = defaultdict(Counter)
    largest: list[tuple[int, str]] = []
    untouched: list[str] = []
    for raw, row in _cleaned():
        count = shares[row["source"]]
        count["articles"] += 1
        count["letters"] += len(raw["text"])
        untouched += [] if row["removed"] else [_whole(raw, row)]
        for cut in row["removed"]:
            count[cut["kind"]] += cut["end"] - cut["start"]
            largest.append((cut["end"] - cut["start"], _around(raw, cut)))
        largest = sorted(largest, reverse=True)[:LARGEST]
    _print_shares(shares)
    drawn = random.Random(options.seed).sample(untouched, min(UNTOUCHED, len(untouched)))
    for name, texts in (("largest", [text for _, text in largest]), ("untouched", drawn)):
        path = options.folder / f"{name}.txt"
        path.write_text("\n\n=====\n".join(texts) + "\n", encoding="utf-8")
        print(f"{len(texts):,} in {path}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="where to write what is read")
    parser.add_argument("--seed", type=int, default=1, help="of the drawing (default: 1)")
    return parser


def _print_scores() -> None:
    gold, labelled = read_gold(), read_labelled_news() + read_labelled_news(LATER_LABELS)
    known = {article["source"] for article in gold}
    sets = {
        "gold": gold,
        "labelled news": labelled,
        "of outlets in the gold": [each for each in labelled if each["source"] in known],
        "of other outlets": [each for each in labelled if each["source"] not in known],
    }
    rows: list[list[object]] = []
    for name, articles in sets.items():
        scores = scores_of(articles)
        told = [f"{scores[key]:.4f}" for key in _SCORES]
        rows.append([name, scores["articles"], *told])
    print_table("Scores", ["articles of", "count", *_SCORES], rows)


def _cleaned() -> Iterator[tuple[Row, Row]]:
    """Yield each record of the corpus of real news with what cleaning makes of it."""
    shards, profiles = read_news(news()), load_profiles(folder=None)
    titles = batch_titles(shards)
    for records in shards:
        kept = stage.clean(records, profiles, titles=titles).kept
        yield from zip(records.to_pylist(), kept.to_pylist(), strict=True)


def _whole(raw: Row, row: Row) -> str:
    return f"{raw['source']} {raw['record_ref']}\n# {row['title']}\n{row['body']}"


def _around(raw: Row, cut: Row) -> str:
    text, start, end = raw["text"], cut["start"], cut["end"]
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    head = f"{raw['source']} {raw['record_ref']}: {cut['kind']}, {end - start} code points"
    return f"{head}\n{before}⟦{text[start:end]}⟧{after}"


def _print_shares(shares: dict[str, Counter[str]]) -> None:
    rows: list[list[object]] = []
    for source, count in sorted(shares.items(), key=lambda item: -item[1]["articles"]):
        kinds = Counter({k: n for k, n in count.items() if k not in {"articles", "letters"}})
        letters = max(count["letters"], 1)
        most = ", ".join(f"{kind} {n / letters:.2%}" for kind, n in kinds.most_common(4))
        rows.append([source, count["articles"], f"{kinds.total() / letters:.2%}", most])
    heads = ["outlet", "articles", "removed", "most of it"]
    print_table("Share of the letters removed, by outlet", heads, rows)


if __name__ == "__main__":
    sys.exit(main())
