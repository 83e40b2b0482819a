"""What was downloaded, kept as a WARC archive until it is read like any other file."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from tasks.web import Response

_CODINGS: Final = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers of how the body came, which it is kept without; crawlers mark them so."""


class Spool:
    """An archive that is being written: a context manager; ``count`` is how much there is in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._file = self.path.open("wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add_page(self, response: Response) -> None:
        """Keep an answer: its status, its headers as received, and its body."""
        lines = [f"HTTP/1.1 {response.status} "]
        for name, value in response.headers:
            prefix = "X-Archive-Orig-" if name.lower() in _CODINGS else ""
            # On one line, whatever a server put there: no header makes another one.
            lines.append(f"{prefix}{name}: {' '.join(value.split())}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        self._add("response", response.url, head + response.body)

    def add_item(self, url: str, payload: bytes) -> None:
        """Keep an item of a feed."""
        self._add("resource", url, payload)

    def _add(self, kind: str, url: str, block: bytes) -> None:
        if self._file is None:
            raise ValueError("the spool is not open")
        address = "".join(url.split())
        head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\n"
        self._file.write(f"{head}Content-Length: {len(block)}\r\n\r\n".encode())
        self._file.write(block)
        self._file.write(b"\r\n\r\n")
        self.count += 1
