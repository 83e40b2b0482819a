"""robots.txt (RFC 9309): asked once for each origin, read within bounds, kept for a day."""

import asyncio
import math
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from protego import Protego
from yarl import URL

from tasks.web.troubles import Answer, NotAsked, Trouble

MAX_BYTES: Final = 500 * 1024
"""What RFC 9309 (2.5) asks crawlers to read; what stands behind it does not count."""

MAX_REDIRECTS: Final = 5
"""What it asks them to follow (2.3.1.2)."""

_KEPT_SECONDS: Final = 24 * 3600.0
"""As long as it lets them keep it (2.4)."""

_FAILED_SECONDS: Final = 600.0
"""A file that could not be read is asked for again after that."""

_KEPT_BYTES: Final = 2 * 1024 * 1024
"""Bytes of files that are kept, of a thousand usual sites; read rules take twenty times as many, of
wildcards a hundred times."""

_AGENT: Final = re.compile(r"(?i)\s*user(?:-|\s+)?agent(?:\s*:|\s)\s*([^#]*)")
_OTHERS: Final = "(others)"
"""Stands for every crawler that is not ours; no product token that we could have."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site allows us; ``refusal`` says why it allows nothing for now."""

    _parsed: Protego | None
    _token: str
    size: int = 0
    refusal: NotAsked | None = None

    def check(self, url: URL) -> None:
        """Raise ``NotAsked`` when the address is not allowed."""
        if self.refusal is not None:
            raise self.refusal.again()
        if self._parsed is not None and not self._parsed.can_fetch(str(url), self._token):
            raise NotAsked("robots", f"{url.origin()}/robots.txt disallows it")

    @property
    def crawl_delay(self) -> float:
        """Seconds that the site wants between two requests; 0 when it does not say."""
        delay = self._parsed.crawl_delay(self._token) if self._parsed is not None else None
        return delay if delay is not None and math.isfinite(delay) else 0.0


def read_rules(text: str, token: str) -> Rules:
    """Return the rules of a robots.txt for the product token (``Warraq``).

    Groups of other crawlers are made one before they are parsed: with thousands of them, a file
    within the bound takes gigabytes. Wildcards are matched in linear time.
    """
    token = token.lower()
    lines = (line for line in text.removeprefix("\ufeff").splitlines() if line)
    return Rules(
        Protego.parse("\n".join(_only_ours(line, token) for line in lines)), token, size=len(text)
    )


def _only_ours(line: str, token: str) -> str:
    agent = _AGENT.match(line)
    if agent is None:
        return line
    # «Warraq/1.0» and «warraq*» mean us too.
    name = agent[1].strip().lower().partition("/")[0].rstrip("*") or agent[1].strip()[:1]
    return f"User-agent: {name if name in {token, '*'} else _OTHERS}"


class Robots:
    """The rules of all origins; ``fetch`` gets a robots.txt, cut at ``MAX_BYTES``.

    It follows redirects, makes the attempts, and raises :class:`Trouble` when there is no answer.
    """

    def __init__(self, fetch: Callable[[URL], Awaitable[Answer]], token: str) -> None:
        self._fetch = fetch
        self._token = token
        self._kept: OrderedDict[URL, tuple[float, Rules]] = OrderedDict()
        self._bytes = 0
        self._asked: dict[URL, asyncio.Task[Rules]] = {}

    async def rules_of(self, url: URL) -> Rules:
        """Return the rules of the address's origin; many may wait for one answer."""
        origin = url.origin()
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(origin)
        if kept is not None and kept[0] > now:
            self._kept.move_to_end(origin)
            return kept[1]
        task = self._asked.get(origin)
        if task is None:
            task = self._asked[origin] = asyncio.create_task(self._ask(origin))
            task.add_done_callback(lambda _: self._asked.pop(origin, None))
        # Who waits may be cancelled; the others still want the answer.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Cancel what is being asked."""
        tasks = list(self._asked.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, origin: URL) -> Rules:
        try:
            answer = await self._fetch(origin / "robots.txt")
            rules = _read_answer(answer, self._token)
        except Trouble as trouble:
            rules = _read_trouble(trouble, self._token)
        self._keep(origin, rules)
        return rules

    def _keep(self, origin: URL, rules: Rules) -> None:
        seconds = _KEPT_SECONDS if rules.refusal is None else _FAILED_SECONDS
        before = self._kept.pop(origin, None)
        self._bytes += _weight(rules) - (0 if before is None else _weight(before[1]))
        self._kept[origin] = (asyncio.get_running_loop().time() + seconds, rules)
        while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._bytes -= _weight(oldest)


def _weight(rules: Rules) -> int:
    return rules.size + 200


def _read_answer(answer: Answer, token: str) -> Rules:
    if 200 <= answer.status < 300:
        # A line that was cut could allow less, or more, than the whole.
        body = answer.body
        if len(body) >= MAX_BYTES:
            body = body[: body.rfind(b"\n") + 1]
        return read_rules(body.decode("utf-8", "replace"), token)
    if 300 <= answer.status < 500 and answer.status != 429:
        return Rules(None, token)
    return _refuse_all(token, f"the site answered {answer.status}")


def _read_trouble(trouble: Trouble, token: str) -> Rules:
    """Return the rules of a site whose robots.txt brought no answer of use.

    Where redirects lead nowhere there is no such file (RFC 9309, 2.3.1.2).
    """
    if trouble.not_before is not None:
        later = NotAsked(
            "not-before", f"robots.txt: {trouble.detail}", not_before=trouble.not_before
        )
        return Rules(None, token, refusal=later)
    if trouble.answer is not None:
        return _read_answer(trouble.answer, token)
    if trouble.reason == "redirects":
        return Rules(None, token)
    if isinstance(trouble, NotAsked):
        return Rules(None, token, refusal=trouble)
    return _refuse_all(token, trouble.detail)


def _refuse_all(token: str, why: str) -> Rules:
    return Rules(None, token, refusal=NotAsked("robots-unreachable", f"robots.txt: {why}"))
