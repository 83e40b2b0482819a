"""``warraq retract``: an article is taken out of the corpus, or of everything, by hand."""

import sys
import uuid
from argparse import Namespace
from dataclasses import dataclass, replace

from expectations.dispositions import PURGED
from flows.command_output import counted, print_json, tell_wait
from flows.lake_commands import open_named
from flows.purge_search import Landed, find_quarantined, purge_landed
from tasks.deduplicate import compare_with
from tasks.fetch import purge_raw
from tasks.retract import Request, Retraction, retract
from tasks.settings import Settings, load_settings
from tasks.store import Lake, clear_work, open_lake, writer_lock


@dataclass(frozen=True, slots=True)
class _Purge:
    """What went beside the corpus: records of the raw zone, and of batches nobody committed."""

    raw: int = 0
    landed: tuple[Landed, ...] = ()


def retract_article(options: Namespace) -> int:
    """Take the article out, tell what went, return the exit code."""
    lake = open_named(options)
    settings = load_settings()
    request = Request(
        options.article_id, options.reason, purge=options.purge, with_copies=options.copies
    )
    wait = settings.store.lock_wait_seconds
    run_id = f"by-hand-{uuid.uuid4()}"

    with writer_lock(lake.root, run_id=run_id, wait_seconds=wait, on_wait=tell_wait):
        if request.purge:
            newest = open_lake(lake.root)
            request = replace(request, quarantined=find_quarantined(newest, settings))
        done = retract(lake, request, run_id=run_id, wait_seconds=wait, compare_with=compare_with)
        purge = _purge_beside(lake, request, done, settings) if request.purge else _Purge()
    if options.json:
        print_json(
            {
                "lake": str(lake.root),
                "version": done.version,
                "article_ids": done.article_ids,
                "records": len(done.records),
                "raw_records": purge.raw,
                "promoted": done.promoted,
                "copies": done.copies,
                "landed": [
                    {"folder": str(each.folder), "emptied": each.emptied, "problem": each.problem}
                    for each in purge.landed
                ],
            }
        )
    else:
        _print(lake, request, done, purge)
    return 0


def _purge_beside(lake: Lake, request: Request, done: Retraction, settings: Settings) -> _Purge:
    """Take out of the lake's folder what no commit reaches."""
    raw = purge_raw(lake.root, done.records, refusal=PURGED, detail=request.reason)
    landed = purge_landed(open_lake(lake.root), settings)
    clear_work(lake.root)  # what runs that were cut off have made of it
    return _Purge(raw, tuple(landed))


def _print(lake: Lake, request: Request, done: Retraction, purge: _Purge) -> None:
    articles = counted(len(done.article_ids), "article")
    if done.version is None:
        told = f"{articles} had been taken out before; nothing changed in the corpus"
    else:
        told = (
            f"version {done.version}: {articles} taken out, {counted(len(done.records), 'record')}"
        )
    lines = [f"{lake.root}: {told}"]
    if request.purge:
        lines.append(
            f"{counted(purge.raw, 'record')} emptied in the raw zone; "
            "earlier versions cannot be read any more"
        )
    lines += map(_tell_landed, purge.landed)
    if done.promoted:
        lines.append(f"{done.promoted}, its first copy, is the article now")
    if done.copies:
        lines.append(
            f"the text is still there under {', '.join(done.copies)}; --copies takes these out too"
        )
    sys.stdout.write("\n".join(lines) + "\n")


def _tell_landed(batch: Landed) -> str:
    told = f"{batch.folder} landed but was never committed; "
    if batch.problem is None:
        return f"{told}looked through: {counted(batch.emptied, 'record')} emptied"
    return (
        f"{told}it could not be looked through ({batch.problem}): mend that and give this command "
        "again, or delete the folder"
    )
