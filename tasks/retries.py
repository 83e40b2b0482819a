"""When a task runs again, and under which name Prefect keeps its result."""

from collections.abc import Mapping
from typing import Any, Final

from tasks.errors import RetryLater

RETRIES: Final = 3
RETRY_SECONDS: Final = (1.0, 5.0, 20.0)


def may_pass(task: object, task_run: object, state: Any) -> bool:
    """Tell Prefect whether the failure is a :class:`RetryLater`: only then waiting can help."""
    return isinstance(state.result(raise_on_failure=False), RetryLater)


def own_key(context: Any, parameters: Mapping[str, object]) -> str:
    """Keep each task run's reference under its own name, as JSON.

    Nothing is taken from Prefect's cache, whose usual key hashes every input: what an earlier run
    finished is found by its files, whatever ran it.
    """
    return str(context.task_run.id)


OF_A_STAGE: Final[Mapping[str, Any]] = {
    "tags": {"warraq"},
    "persist_result": True,
    "result_serializer": "json",
    "cache_key_fn": own_key,
    "retries": RETRIES,
    "retry_delay_seconds": list(RETRY_SECONDS),
    "retry_condition_fn": may_pass,
}
"""The options of every task that is a step of a run: it keeps references, and is tried again."""
