"""``warraq migrate``: a lake of an older schema becomes one of today's."""

import sys
import uuid
from argparse import Namespace

from flows.command_output import print_json, tell_wait
from tasks.settings import load_settings
from tasks.store import migrate, open_lake, transaction


def migrate_lake(options: Namespace) -> int:
    """Migrate the lake, tell what was done, return the exit code."""
    settings = load_settings()
    lake = open_lake(options.lake or settings.lake, any_schema=True)
    with transaction(
        lake,
        run_id=f"by-hand-{uuid.uuid4()}",
        operation="migrate",
        wait_seconds=settings.store.lock_wait_seconds,
        on_wait=tell_wait,
    ) as changes:
        before = changes.base
        version = migrate(changes)
    old = before.entry.schema_version
    if options.json:
        told = {"lake": str(lake.root), "version": version or before.version, "from": old}
        print_json(told | {"committed": version is not None, "files": len(before.files)})
    elif version is None:
        sys.stdout.write(f"{lake.root}: has today's schema, {old}; nothing to do\n")
    else:
        sys.stdout.write(
            f"{lake.root}: version {version} has all of its {len(before.files):,} files in today's "
            f"schema; they were of schema {old}\n"
        )
    return 0
