"""Why a request ends without a page; never leaves this room: it becomes a ``Response``."""

from dataclasses import dataclass
from datetime import datetime

from tasks.web.messages import Headers, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of one server; ``body`` is unpacked, ``wire_bytes`` is what it had before."""

    url: str
    status: int
    headers: Headers
    body: bytes
    wire_bytes: int


class Trouble(Exception):
    """A request cannot go on; ``reason`` is one of ``messages.REASONS``.

    ``may_pass`` says whether another attempt may help, ``answer`` what the server said, if it did.
    """

    outcome = Outcome.FAILED

    def __init__(
        self,
        reason: str,
        detail: str,
        *,
        may_pass: bool = False,
        answer: Answer | None = None,
        not_before: datetime | None = None,
    ) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.may_pass = may_pass
        self.answer = answer
        self.not_before = not_before


class NotAsked(Trouble):
    """We do not ask, or not any more."""

    outcome = Outcome.REFUSED

    def again(self) -> "NotAsked":
        """Return an equal one; one that is raised many times gathers the traces of all."""
        return NotAsked(self.reason, self.detail, not_before=self.not_before)


class AddressRefused(OSError):
    """A host's address is not one to connect to; an ``OSError``, as aiohttp wants of look-ups."""
