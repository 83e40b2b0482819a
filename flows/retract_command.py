"""``warraq retract``: an article is taken out of the corpus, or of everything, by hand."""

import sys
import uuid
from argparse import Namespace

from flows.command_output import counted, print_json, tell_wait
from flows.lake_commands import open_named
from tasks.fetch import purge_raw
from tasks.retract import Request, Retraction, retract
from tasks.settings import load_settings
from tasks.store import Lake, clear_work, writer_lock


def retract_article(options: Namespace) -> int:
    """Take the article out, tell what went, return the exit code."""
    lake = open_named(options)
    request = Request(
        options.article_id, options.reason, purge=options.purge, with_copies=options.copies
    )
    wait = load_settings().store.lock_wait_seconds
    run_id = f"by-hand-{uuid.uuid4()}"

    with writer_lock(lake.root, run_id=run_id, wait_seconds=wait, on_wait=tell_wait):
        done = retract(lake, request, run_id=run_id, wait_seconds=wait)
        raw = 0
        if options.purge:
            raw = purge_raw(lake.root, done.records, options.reason)
            clear_work(lake.root)  # what runs that were cut off have made of it
    if options.json:
        print_json(
            {
                "lake": str(lake.root),
                "version": done.version,
                "article_ids": done.article_ids,
                "records": len(done.records),
                "raw_records": raw,
                "promoted": done.promoted,
                "copies": done.copies,
            }
        )
    else:
        _print(lake, request, done, raw)
    return 0


def _print(lake: Lake, request: Request, done: Retraction, raw: int) -> None:
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
            f"{counted(raw, 'record')} emptied in the raw zone; "
            "earlier versions cannot be read any more"
        )
    if done.promoted:
        lines.append(f"{done.promoted}, its first copy, is the article now")
    if done.copies:
        lines.append(
            f"the text is still there under {', '.join(done.copies)}; --copies takes these out too"
        )
    sys.stdout.write("\n".join(lines) + "\n")
