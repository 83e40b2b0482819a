"""How sites are asked: the bounds of ``tasks.settings.FetchSettings``, as plain values."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Who asks, how often, how long and how much; times in seconds, sizes in bytes.

    ``host_delay`` lies between the starts of two requests to one host, of which at most
    ``host_connections`` run at once, and ``connections`` to all hosts. ``connect_timeout`` bounds
    the look-up of a name, and the TCP and TLS handshakes with each of its addresses;
    ``headers_timeout`` all until the headers are there; ``read_timeout`` each silence;
    ``total_timeout`` one whole answer. ``max_body_bytes`` bounds a body on the wire and unpacked;
    ``max_unpacked_ratio`` how many times its size it may unpack to. ``attempts`` are made of
    a request, the first included, ``backoff`` times 2, 4, … apart; ``max_wait`` is the longest
    wait for one, also where a site asks for more. A host is given up after ``host_failures`` failed
    attempts in a row. ``buffer_bytes`` of bodies wait for the caller before nothing more is asked.
    """

    user_agent: str = "Warraq"
    contact: str = ""
    allow_private_hosts: bool = False
    ca_file: Path | None = None
    host_delay: float = 1.0
    host_connections: int = 1
    connections: int = 32
    max_crawl_delay: float = 30.0
    connect_timeout: float = 10.0
    headers_timeout: float = 20.0
    read_timeout: float = 15.0
    total_timeout: float = 120.0
    max_body_bytes: int = 16 * MIB
    max_unpacked_ratio: int = 200
    max_redirects: int = 5
    attempts: int = 3
    backoff: float = 1.0
    max_wait: float = 120.0
    host_failures: int = 9
    buffer_bytes: int = 64 * MIB
