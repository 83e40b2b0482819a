"""How sites are asked: the bounds of ``tasks.settings.FetchSettings``, as plain values."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Who asks, how often, how long and how much.

    The names are those of ``FetchSettings``, which says what each is; only ``max_body_bytes``,
    which bounds a body on the wire and unpacked, is ``max_record_bytes`` there.
    """

    user_agent: str = "Warraq"
    contact: str = ""
    allow_private_hosts: bool = False
    ca_file: Path | None = None
    host_delay_seconds: float = 1.0
    host_connections: int = 1
    connections: int = 32
    max_crawl_delay_seconds: float = 30.0
    connect_seconds: float = 10.0
    headers_seconds: float = 20.0
    read_seconds: float = 15.0
    answer_seconds: float = 60.0
    max_body_bytes: int = 16 * MIB
    max_unpacked_ratio: int = 200
    max_redirects: int = 5
    attempts: int = 3
    backoff_seconds: float = 1.0
    max_wait_seconds: float = 120.0
    host_failures: int = 9
    buffer_bytes: int = 64 * MIB


DEFAULTS: Final = WebSettings()
