"""No request is led to a private network, whatever an address, a name or a redirect says."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tasks.web import Outcome
from tasks.web.guard import Guard, GuardedResolver, SystemLookup, judge
from tasks.web.troubles import AddressRefused, NotAsked
from tests.web.sites import Site, ask, ask_one, names, page, redirect, status

PUBLIC = Guard(allow_private=False)
ANY = Guard(allow_private=True)

PRIVATE = (
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "198.18.0.1", "192.0.2.1", "203.0.113.9", "240.0.0.1",
    "::1", "::", "fc00::1", "fd12:3456::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:0:808:808::f7f7:f7f7", "fec0::1",
)  # fmt: skip
NEVER = (
    "169.254.169.254", "169.254.0.1", "224.0.0.1", "239.255.255.250", "255.255.255.255",
    "fe80::1", "ff02::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "0.0.0.0", "::",
)  # fmt: skip
GLOBAL = (
    "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2a00:1450:4001::1", "2606:4700::1",
    "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
)  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE + NEVER)
def test_no_private_address_is_public(text: str) -> None:
    assert not judge(ipaddress.ip_address(text), allow_private=False)


@pytest.mark.parametrize("text", GLOBAL)
@pytest.mark.parametrize("allow_private", [False, True])
def test_public_addresses_are_asked(text: str, allow_private: bool) -> None:
    assert judge(ipaddress.ip_address(text), allow_private=allow_private)


@pytest.mark.parametrize("text", NEVER)
def test_some_are_never_asked(text: str) -> None:
    assert not judge(ipaddress.ip_address(text), allow_private=True)


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1", "10.0.0.1", "192.168.0.1", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1"],
)
def test_private_ones_are_asked_when_that_is_allowed(text: str) -> None:
    assert judge(ipaddress.ip_address(text), allow_private=True)


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_never_asked(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if judge(address, allow_private=False):
        carries = isinstance(address, ipaddress.IPv6Address) and (
            address.ipv4_mapped
            or address.sixtofour
            or address in ipaddress.ip_network("64:ff9b::/96")
        )
        assert carries or address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_judged_like_it(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    alone = judge(address, allow_private=False)
    carriers = (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80)
    for carrier in carriers:
        assert judge(ipaddress.IPv6Address(carrier), allow_private=False) == alone


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("ftp://example.com/a", "wrong-address", id="ftp"),
        pytest.param("file:///etc/passwd", "wrong-address", id="file"),
        pytest.param("javascript:alert(1)", "wrong-address", id="javascript"),
        pytest.param("data:text/html,x", "wrong-address", id="data"),
        pytest.param("gopher://127.0.0.1:70/_x", "wrong-address", id="gopher"),
        pytest.param("/news/1", "wrong-address", id="relative"),
        pytest.param("//example.com/a", "wrong-address", id="no-scheme"),
        pytest.param("", "wrong-address", id="empty"),
        pytest.param("http://", "wrong-address", id="no-host"),
        pytest.param("http:///a", "wrong-address", id="no-host-but-path"),
        pytest.param("http://user:secret@example.com/", "wrong-address", id="password"),
        pytest.param("http://user@example.com/", "wrong-address", id="user"),
        pytest.param("http://example.com\\@127.0.0.1/", "wrong-address", id="backslash"),
        pytest.param("http://example.com:22/", "wrong-address", id="ssh"),
        pytest.param("http://example.com:6379/", "wrong-address", id="redis"),
        pytest.param("http://example.com:0/", "wrong-address", id="port-0"),
        pytest.param("http://example.com:99999/", "wrong-address", id="impossible-port"),
        pytest.param("http://example.com:x/", "wrong-address", id="port-of-letters"),
        pytest.param("http://a\r\nX-Evil: 1/", "wrong-address", id="line-end-in-the-host"),
        pytest.param("http://a.com/\r\nX-Evil: 1", "wrong-address", id="line-end-in-the-path"),
        pytest.param("http://a.com/\x00", "wrong-address", id="nul"),
        pytest.param("http://a.com/\u2028", "wrong-address", id="line-separator"),
        pytest.param("http://a.com/\ud800", "wrong-address", id="surrogate"),
        pytest.param("http://a b.com/", "wrong-address", id="blank-in-the-host"),
        pytest.param("http://[::1/", "wrong-address", id="open-bracket"),
        pytest.param("http://a..com/", "wrong-address", id="empty-label"),
        pytest.param(f"http://{'a' * 64}.com/", "wrong-address", id="long-label"),
        pytest.param(f"http://{'a.' * 130}com/", "wrong-address", id="long-host"),
        pytest.param("http://a.com/" + "x" * 9000, "wrong-address", id="too-long"),
        pytest.param("http://127.0.0.1/", "private-address", id="loopback"),
        pytest.param("http://[::1]/", "private-address", id="loopback-6"),
        pytest.param("http://[::ffff:127.0.0.1]/", "private-address", id="mapped"),
        pytest.param("http://[fe80::1%25eth0]/", "private-address", id="zone"),
        pytest.param("http://169.254.169.254/latest/meta-data/", "private-address", id="metadata"),
        pytest.param("http://192.168.0.1:8080/", "private-address", id="router"),
        pytest.param("http://①②⑦.⓪.⓪.①/", "private-address", id="circled-digits"),
    ],
)  # fmt: skip
def test_addresses_that_are_not_asked(url: str, reason: str) -> None:
    with pytest.raises(NotAsked) as caught:
        PUBLIC.check(url)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        pytest.param("http://example.com", "http://example.com", id="no-path"),
        pytest.param("HTTPS://Example.com:8443/A#b", "https://example.com:8443/A", id="fragment"),
        pytest.param(
            "http://a.com/خبر?q=أ", "http://a.com/%D8%AE%D8%A8%D8%B1?q=%D8%A3", id="arabic"
        ),
        pytest.param("http://a.com/%d8%ae", "http://a.com/%D8%AE", id="escaped"),
        pytest.param("http://a.com/a b", "http://a.com/a%20b", id="blank"),
        pytest.param("http://مثال.مصر/", "http://xn--mgbh0fb.xn--wgbh1c/", id="arabic-host"),
        pytest.param("http://8.8.8.8/", "http://8.8.8.8/", id="public-number"),
    ],
)
def test_addresses_as_they_are_asked(url: str, asked: str) -> None:
    assert str(PUBLIC.check(url)) == asked


@given(st.text(max_size=50), st.sampled_from(["", "http://", "https://a.com/", "http://[", "//"]))
def test_any_text_is_an_address_or_refused(text: str, before: str) -> None:
    try:
        url = PUBLIC.check(before + text)
    except NotAsked:
        return
    assert url.scheme in {"http", "https"}
    assert str(url).isascii()
    assert not set(str(url)) & set("\r\n\t \x00")
    assert URL(str(url)) == url


@pytest.mark.parametrize(
    "places",
    [
        pytest.param(["127.0.0.1"], id="loopback"),
        pytest.param(["8.8.8.8", "10.0.0.1"], id="one-of-two"),
        pytest.param(["2606:4700::1", "::ffff:10.0.0.1"], id="mapped"),
        pytest.param(["8.8.8.8", "not-an-address"], id="nonsense"),
    ],
)
def test_one_private_address_condemns_a_name(places: list[str]) -> None:
    resolver = GuardedResolver(PUBLIC, names(a_com=places), 1.0)
    with pytest.raises(AddressRefused):
        asyncio.run(resolver.resolve("a.com", 80))


def test_only_few_addresses_are_tried() -> None:
    resolver = GuardedResolver(PUBLIC, names(a_com=[f"8.8.8.{n}" for n in range(50)]), 1.0)
    assert len(asyncio.run(resolver.resolve("a.com", 80))) == 4


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"])
def test_other_spellings_of_loopback_lead_nowhere(host: str) -> None:
    response = ask_one(f"http://{host}/", allow_private_hosts=False, attempts=1, resolve=None)
    assert response.outcome is Outcome.REFUSED
    assert response.reason in {"private-address", "wrong-address", "robots-unreachable"}
    assert (
        "127.0.0.1" in response.detail or "canonical" in response.detail or "::1" in response.detail
    )


def test_a_name_that_means_another_host_a_moment_later_leads_nowhere() -> None:
    """DNS rebinding: the connection goes to the address that was judged, and to no other.

    Loopback is allowed here, and plays the public host; link-local is never asked.
    """
    looked_up: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        looked_up.append(host)
        return ["169.254.169.254"] if len(looked_up) > 1 else ["127.0.0.1"]

    with Site(
        {"/": page(Connection="close"), "/robots.txt": status(404, Connection="close")}
    ) as site:
        came = ask_one(site.url(host="rebind.example"), resolve=rebinding)
        assert (came.outcome, site.paths()) == (Outcome.FETCHED, ["/"])
        assert looked_up == ["rebind.example"]
        # A new look-up means a new judgement.
        came = ask_one(site.url(host="rebind.example"), resolve=rebinding)
        assert came.outcome is Outcome.REFUSED
        assert "169.254.169.254, which is not on the public internet" in came.detail
        assert site.paths() == ["/"]


def test_the_last_gate_is_the_socket() -> None:
    def info(place: str) -> tuple[object, ...]:
        return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 80))

    PUBLIC.make_socket(info("8.8.8.8")).close()
    ANY.make_socket(info("127.0.0.1")).close()
    with pytest.raises(AddressRefused):
        PUBLIC.make_socket(info("127.0.0.1"))


@pytest.mark.parametrize(
    "to",
    [
        pytest.param("http://169.254.169.254/", id="number"),
        pytest.param("//169.254.169.254/", id="no-scheme"),
        pytest.param("http://[::ffff:169.254.169.254]/", id="mapped"),
        pytest.param("http://metadata.example/", id="name"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("ftp://example.com/", id="ftp"),
        pytest.param("javascript:alert(1)", id="javascript"),
        pytest.param("http://user:pw@127.0.0.1/", id="password"),
    ],
)
def test_a_redirect_is_judged_like_an_address(to: str) -> None:
    hosts = names(outlet_example=["127.0.0.1"], metadata_example=["169.254.169.254"])
    with Site({"/": redirect(to)}) as site:
        start = site.url(host="outlet.example")
        response = ask_one(start, resolve=hosts, attempts=1)
    assert response.outcome is Outcome.REFUSED
    assert response.reason in {"private-address", "wrong-address", "robots-unreachable"}
    if to.endswith("metadata.example/"):
        assert "metadata.example is 169.254.169.254" in response.detail


def test_a_redirect_to_a_private_network_is_not_followed() -> None:
    client = Guard(allow_private=False)
    with pytest.raises(NotAsked, match="private-address"):
        client.check(str(URL("http://8.8.8.8/a").join(URL("//127.0.0.1/b"))))


def test_names_are_looked_up_by_the_system() -> None:
    lookup = SystemLookup()
    try:
        assert "127.0.0.1" in asyncio.run(lookup("localhost", 80))
        with pytest.raises(socket.gaierror):
            asyncio.run(lookup("name.invalid", 80))
    finally:
        lookup.close()


def test_a_slow_look_up_is_not_waited_for() -> None:
    async def slow(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    [response] = ask("http://a.example/", resolve=slow, connect_seconds=0.05, attempts=1)
    assert response.reason == "robots-unreachable"
    assert "not found within 0.05 s" in response.detail
