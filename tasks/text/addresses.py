"""Web addresses as identities: what differs between links to one page is taken away."""

from typing import Final
from urllib.parse import urljoin

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.text.address_kernel import GROWS_AT_MOST, settle_escapes
from tasks.text.buffers import Texts, column_of, texts_of

LONGEST: Final = 8192
"""Bytes of the longest address that is read; servers refuse longer ones."""

TRACKING: Final = (
    "utm_[^=&]*", "fbclid", "fb_[^=&]*", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid",
    "yclid", "twclid", "ttclid", "igshid", "igsh", "mc_cid", "mc_eid", "_ga", "_gl", "ocid",
    "at_[^=&]*", "ns_[^=&]*", "xtor", "cmpid", "__twitter_impression", "s_cid", "mkt_tok", "_hsenc",
    "_hsmi", "vero_id", "wt_mc", "spm", "ncid", "amp_[^=&]*", "usqp",
)  # fmt: skip
"""Parameters that say where a reader came from and never which page: those of the campaigns of
Google, Meta, Microsoft, X, TikTok, Yandex and mailing services, and of the BBC (``at_``, ``ns_``),
MSN (``ocid``) and France 24 (``xtor``); ``amp_`` and ``usqp`` are those of AMP caches."""

_AMP_QUERY: Final = "amp(?:=(?:1|true)?)?|outputtype=amp"
_DROPPED: Final = rf"(?i)&(?:(?:{'|'.join(TRACKING)})(?:=[^&]*)?|{_AMP_QUERY})&"

_AMP_CACHE: Final = (
    r"(?i)^(?:https?:)?//(?:(?:[a-z0-9-]+\.cdn\.ampproject\.org|(?:www\.)?google\.[a-z.]{2,6})"
    r"/(?:amp|c|v|wp)/(?:s/)?)+([a-z0-9-]+\.[^/].*)$"
)
"""Copies of pages at AMP caches (``a-com.cdn.ampproject.org/c/s/a.com/1``): the page follows."""

_AMP_START: Final = r"(?i)^(?:/amp)+(/.+)$"
_AMP_END: Final = r"(?i)^(/.+?)(?:/+amp|\.amp)+/*$"
"""Where sites have the AMP copy of a page: ``/amp/1`` (al-Jazeera, Sky News Arabia, Youm7),
``/1/amp`` (WordPress), ``/1.amp`` (BBC)."""

_MAY_BE_AMP: Final = r"(?i)[/.]amp(?:[/.]|$)|\.ampproject\."
_PARTS: Final = (
    r"(?is)^(?:https?:)?//(?:[^/?#@]*@)?"
    r'(?P<host>\[[0-9a-f:.]+\]|[^\s/?#:@\[\]\\<>"^`{|}%]+)(?::(?P<port>[0-9]{0,5}))?'
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?$"
)
_SETTLED: Final = (
    r"^https?://[a-z0-9.-]*[a-z0-9-]"
    r"(?:/[A-Za-z0-9._~:/\[\]@!$'()*+,;=\x{0621}-\x{064A}-]*)?$"
)
"""What at most lacks ``https`` and has slashes at its end, three addresses of four: without port,
query, blanks, escapes, anything to be escaped or marks that the normal form joins or sorts."""

_ROUTE: Final = "^[!/]"
"""Fragments that name a page, in sites that are one program (``#!/2015/03``, ``#/news/7``)."""

_USUAL_PORTS: Final = pa.array(["", "80", "443"])


def canonical_urls(urls: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return one spelling for all addresses of a page; null for what is no web address.

    ``https`` stands for ``http`` too; the host is in lower case (``www.`` stays), its usual port,
    user names, the fragment, tracking parameters and a slash at the end go, and Arabic letters
    stand as themselves whether they were escaped or not (an IRI, RFC 3987, in NFC). The AMP copy of
    a page is the page.
    """
    if isinstance(urls, pa.ChunkedArray):
        urls = urls.combine_chunks()
    urls = pc.if_else(pc.less_equal(pc.binary_length(urls), LONGEST), urls, None)
    settled = pc.match_substring_regex(urls, _SETTLED)
    secure = pc.if_else(
        pc.starts_with(urls, "http:"), pc.binary_replace_slice(urls, 0, 4, "https"), urls
    )
    others = pc.or_(pc.invert(settled), pc.match_substring_regex(urls, _MAY_BE_AMP))
    others = others.fill_null(False)
    return pc.replace_with_mask(
        pc.ascii_rtrim(secure, "/"), others, spelt_urls(urls.filter(others))
    )


def spelt_urls(urls: pa.Array) -> pa.Array:
    """Return what :func:`canonical_urls` does, of at most ``LONGEST`` bytes, part by part."""
    urls = pc.replace_substring_regex(pc.utf8_trim_whitespace(urls), "[\t\r\n]", "")
    # Escapes first: what is dropped further on may be written with some.
    urls = _settle_escapes(pc.replace_substring(urls, "&amp;", "&"))
    urls = pc.replace_substring_regex(urls, _AMP_CACHE, r"https://\1")
    parts = pc.extract_regex(urls, _PARTS)
    host, port, path, query, fragment = parts.flatten()
    host = _settle_hosts(host)
    port = pc.if_else(pc.is_in(port, _USUAL_PORTS), "", _after(":", port))
    path = _leave_amp(pc.utf8_rtrim(path, "/"))
    route = pc.if_else(pc.match_substring_regex(fragment, _ROUTE), _after("#", fragment), "")
    rest = pc.binary_join_element_wise(path, _after("?", _drop_tracking(query)), route, "")
    whole = pc.binary_join_element_wise("https://", host, port, rest, "")
    return pc.if_else(pc.not_equal(host, ""), whole, None)


def _leave_amp(paths: pa.Array) -> pa.Array:
    paths = pc.replace_substring_regex(paths, _AMP_START, r"\1")
    return pc.utf8_rtrim(pc.replace_substring_regex(paths, _AMP_END, r"\1"), "/")


def _after(mark: str, texts: pa.Array) -> pa.Array:
    """Return the texts with the mark before them, the empty ones without."""
    return pc.if_else(pc.equal(texts, ""), "", pc.binary_join_element_wise(mark, texts, ""))


def _drop_tracking(query: pa.Array) -> pa.Array:
    if not pc.any(pc.not_equal(query, "")).as_py():
        return query
    # Every parameter gets an ampersand of its own on both sides: RE2 cannot look ahead.
    apart = pc.binary_join_element_wise("&", pc.replace_substring(query, "&", "&&"), "&", "")
    kept = pc.replace_substring_regex(apart, _DROPPED, "")
    return pc.utf8_trim(pc.replace_substring_regex(kept, "&+", "&"), "&")


def _settle_hosts(hosts: pa.Array) -> pa.Array:
    """Return the hosts in lower case and in the letters of the wire (``xn--``), once for each."""
    coded = pc.utf8_rtrim(pc.utf8_lower(hosts), ".").dictionary_encode()
    settled = [_wire_letters(host) for host in coded.dictionary.to_pylist()]
    return pa.array(settled, pa.string()).take(coded.indices)


def _wire_letters(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _settle_escapes(texts: pa.Array) -> pa.Array:
    column = texts_of(texts)
    out = np.empty(GROWS_AT_MOST * len(column.data), np.uint8)
    offsets = np.zeros(len(column) + 1, np.int64)
    settle_escapes(column.data, column.offsets, out, offsets)
    settled = column_of(Texts(out[: offsets[-1]], offsets), pa.string())
    return pc.utf8_normalize(settled, "NFC")


def joined_address(base: str | None, link: str) -> str:
    """Return where a link leads to from ``base``; as it is without one, empty for a broken one."""
    try:
        return urljoin(base or "", link.strip())
    except ValueError:
        return ""
