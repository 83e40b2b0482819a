"""Records of a WARC archive as we write them: answers of sites, and items of lists."""

from typing import Final

from tasks.web import Response

_CODINGS: Final = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers of how the body came, which it is kept without; crawlers mark them so."""


SHARED_ADDRESS: Final = "Warraq-Shared-Address"
"""Name of the field that says that other items of its feed have the address of this one."""


def answer_record(response: Response) -> bytes:
    """Return a record of an answer: its status, its headers as received, and its body."""
    lines = [f"HTTP/1.1 {response.status} "]
    for name, value in response.headers:
        prefix = "X-Archive-Orig-" if name.lower() in _CODINGS else ""
        # On one line, whatever a server put there: no header makes another one.
        lines.append(f"{prefix}{name}: {' '.join(value.split())}")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
    return _record("response", response.url, head + response.body)


def item_record(
    url: str, payload: bytes, base: str | None = None, *, shares_address: bool = False
) -> bytes:
    """Return a record of an item of a list, under the address that it names.

    What the list around it says stands in fields of the record: ``base``, where its links start
    from, in the ``Content-Base`` of RFC 2110; that other items have its address, in one of ours.
    """
    more = f"Content-Base: {''.join(base.split())}\r\n" if base else ""
    more += f"{SHARED_ADDRESS}: yes\r\n" if shares_address else ""
    return _record("resource", url, payload, more)


def _record(kind: str, url: str, block: bytes, more: str = "") -> bytes:
    address = "".join(url.split())
    head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\n{more}"
    return b"".join((f"{head}Content-Length: {len(block)}\r\n\r\n".encode(), block, b"\r\n\r\n"))
