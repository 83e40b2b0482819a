"""Can a copy be told for one, however the other outlet edited it? The edits, and their table.

Usage, from the project's folder::

    .venv/bin/python -m tests.quality.republication
    .venv/bin/python -m tests.quality.republication --sample --every-id

It prints a table of all edits, and the floors for ``floors.json`` that these scores would be.
"""

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

from tests.quality import edits_of_letters as letters
from tests.quality import edits_of_words as words
from tests.quality.edits_of_words import Edit
from tests.quality.planting import DigestScore, Score, planted
from tests.quality.stories import Article, articles
from tests.shared_data import NEWS


def in_title_too(respell: letters.Respelling) -> Edit:
    """Return the edit that treats the title and the text alike, as an outlet's system does."""

    def edit(article: Article, rng: Random, _: Sequence[Article]) -> Article:
        title = article.title and respell(article.title, rng)
        return Article(article.article_id, article.outlet, title, respell(article.text, rng))

    return edit


PEERS_EDITS: Final[Mapping[str, Edit]] = {
    "full-harakat": in_title_too(letters.add_full_harakat),
    "sparse-harakat": in_title_too(letters.add_sparse_harakat),
    "tatweel": in_title_too(letters.stretch_letters),
    "hamza-seats": in_title_too(letters.change_hamza_seats),
    "alef-maqsura": in_title_too(letters.dot_final_alef),
    "ta-marbuta": in_title_too(letters.undot_ta_marbuta),
    "egyptian-spelling": in_title_too(letters.write_as_in_egypt),
    "punctuation-swapped": in_title_too(letters.swap_punctuation),
    "punctuation-removed": in_title_too(letters.drop_punctuation),
    "arabic-indic-digits": in_title_too(letters.swap_digits),
    "direction-marks": in_title_too(letters.add_direction_marks),
    "spaces": in_title_too(letters.change_spaces),
    "presentation-forms": in_title_too(letters.shape_letters),
    "byline": words.add_byline,
    "related-block": words.add_related_block,
    "agency-credit": words.add_agency_credit,
    "spun-connectives": words.spin_connectives,
    "cut-to-60": words.cut_to(0.6),
    "cut-to-80": words.cut_to(0.8),
    "tenth-of-words": words.change_a_tenth,
    "new-lead": words.add_new_lead,
    "newlines": in_title_too(letters.break_lines),
    "waw-split": in_title_too(letters.split_off_waw),
}
"""The 23 edits that other systems were measured with."""

EDITS: Final[Mapping[str, Edit]] = {
    **PEERS_EDITS,
    "sentences-reordered": words.reorder_sentences,
    "function-words": words.swap_function_words,
    "passage-cut-out": words.cut_out_a_passage,
    "heavy-spin": words.spin_heavily,
    "a-little-of-all": words.edit_a_little_of_all,
}
"""Every edit that leaves a copy a copy."""

DIGESTS: Final[Mapping[str, Edit]] = {
    "digest-of-wholes": words.merge_whole,
    "digest-of-halves": words.merge_halves,
}
"""What makes one text of two stories: a copy of neither, and no bridge between them."""


def measure(root: Path, *, real: bool) -> tuple[dict[str, Score], dict[str, DigestScore]]:
    """Plant every edit and every digest, into a lake under ``root``."""
    with planted(articles(real=real), root) as beds:
        return (
            {name: beds.score(name, edit) for name, edit in EDITS.items()},
            {name: beds.score_digests(name, merge) for name, merge in DIGESTS.items()},
        )


def as_floors(
    scores: Mapping[str, Score], digests: Mapping[str, DigestScore]
) -> dict[str, dict[str, float]]:
    """Return what ``floors.json`` holds of one set of articles; every figure may rise, not fall.

    Of a digest, what counts is the share that was *not* merged, and that did not join two stories.
    """
    in_batch = {name: score.in_batch for name, score in scores.items()}
    in_history = {name: score.in_history for name, score in scores.items()}
    return {
        "in_batch": _down(in_batch | _overall(in_batch)),
        "in_history": _down(in_history | _overall(in_history)),
        "apart": _down({name: score.apart for name, score in scores.items()}),
        "digests_unmerged": _down({name: 1 - each.merged for name, each in digests.items()}),
        "digests_unjoined": _down({name: 1 - each.joined for name, each in digests.items()}),
    }


def _overall(shares: Mapping[str, float]) -> dict[str, float]:
    return {
        "overall": _mean(shares.values()),
        "overall-of-peers": _mean(shares[name] for name in PEERS_EDITS),
    }


def _mean(shares: Iterable[float]) -> float:
    found = list(shares)
    return sum(found) / len(found)


def _down(shares: Mapping[str, float]) -> dict[str, float]:
    return {name: math.floor(share * 1000 + 1e-6) / 1000 for name, share in shares.items()}


def set_name(*, real: bool) -> str:
    """Return the name of a set of articles in ``floors.json``, under ``republication``."""
    return "news" if real else "sample"


def main() -> int:
    options = _parser().parse_args()
    real = NEWS.exists() and not options.sample
    with tempfile.TemporaryDirectory(prefix="warraq-republication-") as name:
        scores, digests = measure(Path(name), real=real)
    floors = as_floors(scores, digests)
    print(f"{len(articles(real=real))} articles ({set_name(real=real)})\n")
    print(f"{'':22}{'copies':>7}{'batch':>8}{'history':>8}{'wrong':>8}  not found")
    for edit, score in scores.items():
        lost = score.lost if options.every_id else score.lost[:2]
        more = f" and {len(score.lost) - len(lost)} more" if len(lost) < len(score.lost) else ""
        shares = f"{score.in_batch:8.3f}{score.in_history:8.3f}{1 - score.apart:8.3f}"
        print(f"{edit:22}{score.copies:7}{shares}  {', '.join(lost)}{more}")
    for overall in ("overall", "overall-of-peers"):
        shares = "".join(f"{floors[way][overall]:8.3f}" for way in ("in_batch", "in_history"))
        print(f"{overall:22}{'':7}{shares}")
    print(f"\n{'':22}{'digests':>7}{'merged':>8}{'joined':>8}")
    for merge, each in digests.items():
        print(f"{merge:22}{each.digests:7}{each.merged:8.3f}{each.joined:8.3f}")
    print(f"\n{json.dumps({'republication': {set_name(real=real): floors}}, indent=2)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", action="store_true", help="not the real news beside us")
    parser.add_argument("--every-id", action="store_true", help="name every copy not found")
    return parser


if __name__ == "__main__":
    sys.exit(main())
