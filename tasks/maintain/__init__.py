"""Maintain: merge the lake's small files and give up its old versions, by one commit."""

from datetime import UTC, datetime, timedelta

from tasks.store import Lake, Upkeep, keep_up, transaction

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
