"""Which hosts may be asked: no request is led to a private network (SSRF).

A name is looked up once for a connection, every address it has is judged, and the connection goes
to the judged address itself: what the name means a moment later (DNS rebinding) does not matter.
The last gate is where sockets are made.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from tasks.web.troubles import AddressRefused, NotAsked

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host's name and a port to its addresses as text; raises ``OSError`` when it has none."""

PORTS: Final = frozenset({80, 443, 8080, 8443})
"""What web servers listen on in public; other ports are other services, which are not asked."""

LONGEST_URL: Final = 8192

_TRIED: Final = 4
"""Addresses of one host that are tried; each may take the whole time of a handshake."""

_RESERVED_4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
"""IANA's special-purpose registry for IPv4, multicast and class E; the standard library's
``is_global`` says otherwise of some, and not the same in every version."""

_GLOBAL_6: Final = ipaddress.IPv6Network("2000::/3")
"""All that is given out to the public; in it, Teredo's 2001::/32 carries addresses too."""

_RESERVED_6: Final = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20")
)

_TRANSLATED_6: Final = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4
)
"""Networks whose addresses end at the IPv4 address in them, and how many bits follow it."""

_PRIVATE: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
        "::1/128", "fc00::/7",
    )
)  # fmt: skip
"""What ``allow_private_hosts`` allows. Link-local addresses, where clouds keep their machines'
secrets (169.254.169.254), multicast and reserved ones are never asked."""

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HOST: Final = re.compile(r"(?=.{1,253}$)(?:[0-9A-Za-z_-]{1,63}\.)*[0-9A-Za-z_-]{1,63}\.?")
_LITERAL_6: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:%.*)?")


def judge(address: Address, *, allow_private: bool) -> bool:
    """Whether the address may be connected to; one that carries an IPv4 address is judged by it."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return judge(carried, allow_private=allow_private)
    if allow_private and any(address in network for network in _PRIVATE):
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _RESERVED_4)
    return address in _GLOBAL_6 and not any(address in network for network in _RESERVED_6)


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    number = int(address)
    for network, shift in _TRANSLATED_6:
        if address in network:
            return ipaddress.IPv4Address((number >> shift) & 0xFFFF_FFFF)
    return None


def read_address(text: str) -> Address | None:
    """Return the address that the text is, without its zone; null for a name."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


class Guard:
    """Judges addresses, before and at connecting; also the resolver and the maker of sockets."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    def check(self, url: str) -> URL:
        """Return the address as it will be asked, without its fragment, or raise ``NotAsked``."""
        if len(url.encode("utf-8", "surrogatepass")) > LONGEST_URL:
            raise NotAsked("wrong-address", f"the address has over {LONGEST_URL:,} bytes")
        if _CONTROLS.search(url):
            raise NotAsked("wrong-address", "the address has line ends or control characters")
        try:
            target = URL(url)
            host, port = target.raw_host, target.port
        except ValueError as error:
            raise NotAsked("wrong-address", f"it is no address: {error}") from error
        if target.scheme not in {"http", "https"}:
            raise NotAsked("wrong-address", f"the scheme is «{target.scheme[:20]}», not http(s)")
        if not host or not (_HOST.fullmatch(host) or _LITERAL_6.fullmatch(host)):
            raise NotAsked("wrong-address", "the address names no host")
        if target.raw_user is not None or target.raw_password is not None:
            raise NotAsked("wrong-address", "the address holds a user name or password")
        if not self._allow_private and port not in PORTS:
            raise NotAsked("wrong-address", f"port {port} is none of a public web server")
        literal = read_address(host)
        if literal is not None and not judge(literal, allow_private=self._allow_private):
            raise NotAsked("private-address", f"{host} is not on the public internet")
        return target.with_fragment(None)

    def check_addresses(self, host: str, texts: Sequence[str]) -> list[Address]:
        """Return the host's addresses, or raise :class:`AddressRefused` when any is not public.

        One bad address condemns the host: nobody but an attacker mixes both.
        """
        addresses = []
        for text in texts:
            address = read_address(text)
            if address is None or not judge(address, allow_private=self._allow_private):
                raise AddressRefused(f"{host} is {text}, which is not on the public internet")
            addresses.append(address)
        return addresses

    def make_socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket of a connection, if its address may be connected to.

        ``info`` is as ``getaddrinfo`` gives it; the socket connects to the address in it.
        """
        family, kind, protocol, _, place = info
        self.check_addresses("the host", [place[0]])
        return socket.socket(family, kind, protocol)


class GuardedResolver(AbstractResolver):
    """aiohttp's look-up of names: what it returns has been judged."""

    def __init__(self, guard: Guard, resolve: Resolve, seconds: float) -> None:
        self._guard = guard
        self._resolve = resolve
        self._seconds = seconds

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,
    ) -> list[ResolveResult]:
        """Return the addresses to connect to, judged; raise ``OSError`` when there is none."""
        try:
            async with asyncio.timeout(self._seconds):
                texts = await self._resolve(host, port)
        except TimeoutError as error:
            raise OSError(f"the name was not found within {self._seconds:g} s") from error
        addresses = self._guard.check_addresses(host, texts)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "the name has no address")
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=0,
                flags=int(socket.AI_NUMERICHOST),
            )
            for address in addresses[:_TRIED]
        ]

    async def close(self) -> None:
        """Do nothing: the look-up belongs to who made it."""


class SystemLookup:
    """The system's look-up of names, in threads of its own: a slow server of names stops no other.

    Cancelling does not end a look-up that has begun, closing waits for none.
    """

    def __init__(self, at_once: int = 16) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="look-up")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Return the host's addresses, each once, in the system's order."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port)
        return list(dict.fromkeys(str(place[0]) for *_, place in found))

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[tuple[Any, ...]]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
