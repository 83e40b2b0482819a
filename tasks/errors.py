"""Every error that Warraq raises, grouped by who acts next.

::

    WarraqError
    ├── RetryLater     the same step may work in a moment (a busy disk, a held lock)
    ├── RejectRecord   one record cannot be read: it goes to the ledger, the rest goes on
    └── StopRun        a person must act: nothing was committed
"""

from collections.abc import Mapping


class WarraqError(Exception):
    """Base of every error; says what happened, where, and what to do next.

    ``facts`` names the culprits. ``args`` equals the parameters, so every kind pickles.
    """

    def __init__(
        self, problem: str, facts: Mapping[str, object] | None = None, /, **more: object
    ) -> None:
        self.problem = problem
        self.facts: dict[str, object] = {**(facts or {}), **more}
        super().__init__(problem, self.facts)

    def __str__(self) -> str:
        facts = " ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.problem} [{facts}]" if facts else self.problem


class RetryLater(WarraqError):
    """The step failed for a passing reason; the task runs it again."""


class RejectRecord(WarraqError):
    """One record cannot be read; ``reason`` is one of the schema's reasons for ``rejected``."""

    def __init__(
        self,
        problem: str,
        facts: Mapping[str, object] | None = None,
        /,
        *,
        reason: str = "",
        **more: object,
    ) -> None:
        super().__init__(problem, facts, **more, **({"reason": reason} if reason else {}))

    @property
    def reason(self) -> str:
        """The ledger's reason."""
        return str(self.facts["reason"])


class StopRun(WarraqError):
    """The run cannot go on; nothing is committed and a person must act."""
