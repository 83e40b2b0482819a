"""Maintain: merge small files and give up old versions, by one commit; make the index anew."""

from datetime import UTC, datetime, timedelta

from tasks.store import Lake, Upkeep, keep_up, open_index, transaction
from tasks.text.signature_sizes import Sizes

MIB = 1024 * 1024


def maintain(
    lake: Lake, *, run_id: str, wait_seconds: float, target_mib: int, retention_days: float
) -> Upkeep:
    """Do what is to be done; readers by path see the same rows before and after.

    Small files become files of about ``target_mib``. A version that a later one replaced more than
    ``retention_days`` ago can no longer be read.
    """
    with transaction(
        lake, run_id=run_id, operation="maintain", wait_seconds=wait_seconds
    ) as changes:
        return keep_up(
            changes,
            keep_since=datetime.now(UTC) - timedelta(days=retention_days),
            target_bytes=target_mib * MIB,
        )


def rebuild_index(lake: Lake, sizes: Sizes) -> int:
    """Make the duplicate index anew from the corpus; return how many texts it knows.

    It answers as the one that grew with the lake, but where signatures have other ``sizes`` now.
    The caller holds the lake for writing.
    """
    with open_index(lake, sizes=sizes, anew=True) as index:
        return index.count_texts()
