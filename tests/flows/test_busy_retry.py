import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from flows.busy_retry import Application, Message, Receive, Send, retry_when_busy


class Server:
    """An application that is busy for its first answers, as Prefect's: it raises after answering,
    and writes into the scope.
    """

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.bodies.append((await receive())["body"])
        assert "route" not in scope
        scope["route"] = "taken"
        status = 503 if len(self.bodies) <= self.busy else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"answer"})
        if status == 503:
            raise OperationalError("BEGIN", {}, Exception("database is locked"))


def ask(application: Application, path: str) -> list[Message]:
    sent: list[Message] = []
    parts: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"slots", "more_body": True},
        {"type": "http.request", "body": b"=1", "more_body": False},
    ]

    async def receive() -> Message:
        return parts.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(application({"type": "http", "path": path}, receive, send))  # type: ignore[arg-type]
    return sent


@pytest.mark.parametrize(
    ("busy", "tries", "status"),
    [
        pytest.param(0, 1, 200, id="free"),
        pytest.param(2, 3, 200, id="busy-twice"),
        pytest.param(99, 6, 503, id="always-busy"),
    ],
)
def test_a_busy_answer_is_not_the_last(busy: int, tries: int, status: int) -> None:
    server = Server(busy)
    sent = ask(retry_when_busy(server), "/api/v2/concurrency_limits/increment-with-lease")
    assert server.bodies == [b"slots=1"] * tries
    assert [message.get("status") for message in sent] == [status, None]


def test_other_requests_pass_untouched() -> None:
    server = Server(busy=1)
    with pytest.raises(OperationalError):
        ask(retry_when_busy(server), "/api/flow_runs/")
    assert server.bodies == [b"slots"]
