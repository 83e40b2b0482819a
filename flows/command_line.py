"""The ``warraq`` command.

Exit codes: 0 done (also when records were refused: they are in the ledger), 1 failed and nothing
committed, 2 wrong usage, 130 interrupted.
"""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

from flows.interrupt_guard import INTERRUPTED, sigterm_interrupts
from tasks.errors import WarraqError

FAILED: Final = 1
WRONG_USAGE: Final = 2
_SOURCES: Final = (
    "a file (also a list of addresses, *.urls), a folder, a glob, a web address of a feed or an "
    "article, or the name of a source profile"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a wrong usage ends in ``SystemExit(2)``."""
    options = make_parser().parse_args(arguments)
    try:
        with sigterm_interrupts():
            code = _command(options.command)(options)
        sys.stdout.flush()
    except WarraqError as error:
        _tell_failure(error, as_json=options.json)
        return _failure_code(error)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return INTERRUPTED
    except BrokenPipeError:  # `warraq status | head`: nobody reads on, which is no failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def make_parser() -> argparse.ArgumentParser:
    """Describe every command, its options and an example of each."""
    parser = argparse.ArgumentParser(
        prog="warraq",
        description="Raw Arabic news batches in, a clean, deduplicated, validated Parquet corpus "
        "out.",
        epilog="exit codes: 0 done, 1 failed and nothing committed, 2 wrong usage, 130 interrupted",
    )
    parser.add_argument("--version", action="version", version=f"warraq {version('warraq')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands)
    _add_lake_commands(commands)
    _add_learn(commands)
    _add_lake_changes(commands)
    _add_rebuild(commands)
    _add_migrate(commands)
    _add_schedule_commands(commands)
    _add_source_commands(commands)
    return parser


_Commands = argparse._SubParsersAction  # noqa: SLF001 (argparse names this type nowhere else)


def _add_run(commands: "_Commands[argparse.ArgumentParser]") -> None:
    run = _add(
        commands,
        "run",
        "build one batch into the lake; without a source, the embedded sample",
        "warraq run\n"
        "  warraq run articles/ 'archive/*.jsonl.gz' --lake corpus\n"
        "  warraq run news.jsonl --limit 100 --dry-run",
    )
    _add_batch_options(run)
    run.add_argument("-v", "--verbose", action="store_true", help="show Prefect's own log lines")


def _add_lake_commands(commands: "_Commands[argparse.ArgumentParser]") -> None:
    status = _add(commands, "status", "what is in the lake, and the last runs", "warraq status")
    status.add_argument(
        "--last", type=_count, default=5, metavar="N", help="show so many runs (default: 5)"
    )
    _add(
        commands,
        "verify",
        "check sums, checksums, ids and the reader's view; exit code 1 when something is wrong",
        "warraq verify --lake corpus",
    )
    log = _add(
        commands,
        "log",
        "what each version of the lake changed, and where the versions can be read",
        "warraq log\n  warraq log --last 100 --json",
    )
    log.add_argument(
        "--last", type=_count, default=20, metavar="N", help="show so many versions (default: 20)"
    )
    explain = _add(
        commands,
        "explain",
        "one article: raw, what was removed, clean, and the records that became it",
        "warraq explain 1f0c2ab49d3e5a6728b4c0de\n"
        "  warraq explain 1f0c2ab49d3e5a6728b4c0de --html article.html",
    )
    explain.add_argument("article_id", metavar="ARTICLE_ID", help="the article_id of a row")
    explain.add_argument(
        "--html", type=Path, metavar="FILE", help="write it as a page, each cut in a colour"
    )


def _add_learn(commands: "_Commands[argparse.ArgumentParser]") -> None:
    learn = _add(
        commands,
        "learn",
        "the lines that an outlet prints with text after text, counted in the lake, with examples; "
        "they go into the outlet's profile, to be read over",
        "warraq learn 'صدى الضفتين'\n  warraq learn 'صدى الضفتين' --stdout",
    )
    learn.add_argument("outlet", metavar="OUTLET", help="an outlet, as in the column source")
    learn.add_argument(
        "--profiles",
        type=Path,
        metavar="FOLDER",
        help="folder of the profile (default: profiles of warraq.toml, else profiles)",
    )
    learn.add_argument(
        "--stdout", action="store_true", help="print the profile and write nothing to disk"
    )


def _add_lake_changes(commands: "_Commands[argparse.ArgumentParser]") -> None:
    maintain = _add(
        commands,
        "maintain",
        "merge small files and give up old versions; runs do it by themselves now and then",
        "warraq maintain\n  warraq maintain --keep 30",
    )
    maintain.add_argument(
        "--keep",
        type=_days,
        metavar="DAYS",
        help="days for which a version can be read after a later one (default: "
        "retention_days of warraq.toml, else 7)",
    )
    maintain.add_argument(
        "--target",
        type=_count,
        metavar="MIB",
        help="size of merged files (default: target_mib of warraq.toml, else 128)",
    )
    maintain.add_argument(
        "--rebuild-index",
        action="store_true",
        help="make the duplicate index anew from the corpus; needed after [deduplicate] sizes of "
        "warraq.toml have changed",
    )
    retract = _add(
        commands,
        "retract",
        "take an article out of the corpus; records of it that come later are rejected",
        "warraq retract 1f0c2ab49d3e5a6728b4c0de --reason 'withdrawn by the outlet'\n"
        "  warraq retract 1f0c2ab49d3e5a6728b4c0de --reason 'court order 7/2026' --purge --copies",
    )
    retract.add_argument("article_id", metavar="ARTICLE_ID", help="the article_id of a row")
    retract.add_argument(
        "--reason", required=True, type=_reason, metavar="TEXT", help="what the ledger says of it"
    )
    retract.add_argument(
        "--purge",
        action="store_true",
        help="leave nothing but that fact: also out of the raw zone, the quarantine, batches that "
        "were never committed and every earlier version, which end with it",
    )
    retract.add_argument(
        "--copies", action="store_true", help="also every article that has the same text"
    )


def _add_rebuild(commands: "_Commands[argparse.ArgumentParser]") -> None:
    rebuild = _add(
        commands,
        "rebuild",
        "make the corpus once more from the raw zone under today's rules, and tell what changed; "
        "readers see the old version until all is done",
        "warraq rebuild\n  warraq rebuild --since 2026-03-01",
    )
    rebuild.add_argument(
        "--since",
        type=_day,
        metavar="DATE",
        help="only batches that were committed on this day (UTC) or later, as YYYY-MM-DD; the "
        "version before them has to be there still",
    )


def _add_migrate(commands: "_Commands[argparse.ArgumentParser]") -> None:
    _add(
        commands,
        "migrate",
        "write a lake of an older schema anew in today's, by one commit",
        "warraq migrate --lake corpus",
    )


def _add_schedule_commands(commands: "_Commands[argparse.ArgumentParser]") -> None:
    serve = _add(
        commands,
        "serve",
        "run build-corpus/scheduled as warraq.toml says, and by hand, until Ctrl-C",
        "warraq serve\n  WARRAQ_CONFIG=/etc/warraq.toml warraq serve",
    )
    serve.add_argument(
        "--port",
        type=_port,
        default=None,
        help="port of the server that it starts when PREFECT_API_URL is not set "
        "(default: 4200, or a free one)",
    )
    trigger = _add(
        commands,
        "trigger",
        "start a run of the served deployment now; what is not given stays as served",
        "warraq trigger\n  warraq trigger today.jsonl --wait",
    )
    _add_batch_options(trigger)
    trigger.add_argument("--wait", action="store_true", help="wait for the run's end")


def _add_source_commands(commands: "_Commands[argparse.ArgumentParser]") -> None:
    purpose = "draft the profile of a source that is new"
    source = commands.add_parser("source", help=purpose, description=purpose.capitalize() + ".")
    actions = source.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = _add(
        actions,
        "new",
        "look at some records of a source and write a profile for them, to be read over",
        "warraq source new inbox/al-ufuq\n"
        "  warraq source new archive.jsonl.gz --name al-ufuq --profiles profiles\n"
        "  warraq source new https://al-ufuq.example/ --name al-ufuq\n"
        "  warraq source new news.csv --stdout",
        of_lake=False,
    )
    new.add_argument(
        "source",
        metavar="SOURCE",
        type=_source,
        help="a file, a folder, a glob, or the web address of a feed or a page that announces one",
    )
    new.add_argument(
        "--name", metavar="NAME", help="name of the profile (default: made of the SOURCE's name)"
    )
    new.add_argument(
        "--profiles",
        type=Path,
        metavar="FOLDER",
        help="folder to write it into (default: profiles of warraq.toml, else profiles)",
    )
    new.add_argument(
        "--stdout", action="store_true", help="print the profile and write nothing to disk"
    )


def _add(
    commands: "_Commands[argparse.ArgumentParser]",
    name: str,
    purpose: str,
    example: str,
    *,
    of_lake: bool = True,
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=purpose,
        description=purpose[0].upper() + purpose[1:] + ".",
        epilog=f"examples:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if of_lake:
        command.add_argument(
            "--lake",
            type=Path,
            metavar="PATH",
            help="folder of the corpus (default: the lake of warraq.toml, else data/lake)",
        )
    command.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object on standard output; everything else goes to standard error",
    )
    return command


def _add_batch_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("sources", nargs="*", metavar="SOURCE", type=_source, help=_SOURCES)
    command.add_argument("--limit", type=_count, metavar="N", help="take only the first N records")
    command.add_argument("--dry-run", action="store_true", help="do everything but the commit")


_COMMANDS: Final = {
    "run": ("flows.run_command", "run"),
    "status": ("flows.lake_commands", "status"),
    "log": ("flows.lake_commands", "log"),
    "verify": ("flows.lake_commands", "verify_lake"),
    "learn": ("flows.learn_command", "learn"),
    "maintain": ("flows.maintain_command", "maintain"),
    "retract": ("flows.retract_command", "retract_article"),
    "rebuild": ("flows.rebuild_command", "rebuild"),
    "migrate": ("flows.migrate_command", "migrate_lake"),
    "explain": ("flows.explain_command", "explain"),
    "serve": ("flows.deployments", "serve"),
    "trigger": ("flows.deployments", "trigger"),
    "source": ("flows.source_command", "new"),
}
"""Where each command stands: only its own module is imported."""


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    module, function = _COMMANDS[name]
    command: Callable[[argparse.Namespace], int] = getattr(
        importlib.import_module(module), function
    )
    return command


def _source(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(f"a SOURCE is {_SOURCES}, not an empty text")
    return text


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a reason is some words, not an empty text")
    return text.strip()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-03-01") from None


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 0 on")
    return days


def _port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number from 1 to 65535")
    return int(text)


def _failure_code(error: WarraqError) -> int:
    if "tasks.fetch" not in sys.modules:  # then it did not raise it, and numba need not come in
        return FAILED
    from tasks.fetch import WrongSource

    return WRONG_USAGE if isinstance(error, WrongSource) else FAILED


def _tell_failure(error: WarraqError, *, as_json: bool) -> None:
    sys.stderr.write(f"warraq: {error}\n")
    if as_json:
        facts = {name: str(value) for name, value in error.facts.items()}
        told = {"error": error.problem, "facts": facts}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
