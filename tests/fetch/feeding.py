"""Feeds as tests make and cut them."""

from collections.abc import Sequence
from functools import partial

from tasks.fetch.formats.feed_cutter import Cutter
from tasks.fetch.formats.pieces import Piece
from tasks.fetch.streams import HEAD
from tests.fetch.archiving import Pieces

TEXT = "افتتح رئيس البلدية أمس جسرا جديدا يربط ضفتي النهر."
ITEM = f"<item><title>افتتاح الجسر</title><description>{TEXT}</description></item>"


def cut(
    data: bytes | str, longest: int = 1 << 20, sizes: Sequence[int] = (1 << 20,)
) -> list[Piece]:
    """Cut bytes that come in pieces of these sizes; a stream would join small ones."""
    source, cutter = (
        Pieces(data.encode() if isinstance(data, str) else data, sizes),
        Cutter(longest),
    )
    pieces = [piece for part in iter(partial(source.read, HEAD), b"") for piece in cutter.cut(part)]
    return [*pieces, *cutter.finish(None)]


class Endless:
    """A feed of so many bytes: its beginning, and then one part over and over."""

    def __init__(self, size: int, part: bytes, beginning: bytes = b"<rss>") -> None:
        self.left = size
        self.part = part * (HEAD // len(part) + 2)
        self.held = bytearray(beginning)

    def read(self, size: int, /) -> bytes:
        while len(self.held) < size and self.left > 0:
            self.held += self.part
            self.left -= len(self.part)
        data = bytes(self.held[:size])
        del self.held[:size]
        return data
