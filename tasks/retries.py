"""When a task runs again: only where waiting can help.

Tasks have no Prefect cache: what an earlier run finished is found by its files, whatever ran it.
"""

from typing import Any, Final

from tasks.errors import RetryLater

RETRIES: Final = 3
RETRY_SECONDS: Final = (1.0, 5.0, 20.0)


def may_pass(task: object, task_run: object, state: Any) -> bool:
    """Tell Prefect whether the failure is a :class:`RetryLater`."""
    return isinstance(state.result(raise_on_failure=False), RetryLater)
