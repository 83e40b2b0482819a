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
