"""Answer a request anew when SQLite was busy, instead of letting its client wait two seconds.

Prefect asks for the concurrency slots of a task's tags in a transaction that reads and then writes.
When another write comes in between, SQLite gives it up at once, the server answers 503, and the
client tries again after two seconds: half of all short runs took 2 to 5 seconds longer. The
transaction was rolled back, so the same request is simply put to the application again.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

_BUSY: Final = 503
_PAUSES: Final = (0.01, 0.02, 0.04, 0.08, 0.16)
_PATHS: Final = "/v2/concurrency_limits/"
_LONGEST: Final = 1024 * 1024


def retry_when_busy(application: Application) -> Application:
    """Wrap an ASGI application; only requests for concurrency slots are touched."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _PATHS not in scope["path"]:
            await application(scope, receive, send)
            return
        request = await _read(receive)
        for pause in (*_PAUSES, None):
            answers: list[Message] = []
            try:
                # A copy: the application writes into it which route it took.
                await application({**scope}, _replay(request, receive), _collect(answers))
            except SQLAlchemyError:
                if _status(answers) != _BUSY:  # it answers first and then raises all the same
                    raise
            if pause is None or _status(answers) != _BUSY:
                break
            await asyncio.sleep(pause)
        for message in answers:
            await send(message)

    return answer


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while len(body) <= _LONGEST:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return left.pop() if left else await receive()

    return read


def _collect(answers: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        answers.append(message)

    return keep


def _status(answers: list[Message]) -> int:
    return next((int(m["status"]) for m in answers if m["type"] == "http.response.start"), 0)
