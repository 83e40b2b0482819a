import gzip
from urllib.parse import quote, unquote

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.addresses import LONGEST, TRACKING, canonical_urls, spelt_urls
from tests.shared_data import NEWS, needs_news


def canonical(*urls: str | None) -> list[str | None]:
    told: list[str | None] = canonical_urls(pa.array(urls, pa.string())).to_pylist()
    return told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("HTTP://WWW.Example.COM/A", "https://www.example.com/A", id="case"),
        pytest.param("http://a.b:80/x", "https://a.b/x", id="port-of-http"),
        pytest.param("https://a.b:443/x", "https://a.b/x", id="port-of-https"),
        pytest.param("http://a.b:8080/x", "https://a.b:8080/x", id="other-port"),
        pytest.param("http://a.b:/x", "https://a.b/x", id="no-port"),
        pytest.param("http://a.b/x#part", "https://a.b/x", id="fragment"),
        pytest.param("http://a.b/#!/2015/3", "https://a.b#!/2015/3", id="route-stays"),
        pytest.param("http://a.b/x/", "https://a.b/x", id="slash-at-the-end"),
        pytest.param("http://a.b", "https://a.b", id="host-alone"),
        pytest.param("http://a.b/?", "https://a.b", id="empty-query"),
        pytest.param("http://a.b./x", "https://a.b/x", id="dot-behind-the-host"),
        pytest.param("http://me:secret@a.b/x", "https://a.b/x", id="user"),
        pytest.param("//a.b/x", "https://a.b/x", id="no-scheme"),
        pytest.param(" http://a.b/x\n", "https://a.b/x", id="blanks-around"),
        pytest.param("http://a.b/x?id=3", "https://a.b/x?id=3", id="query-stays"),
        pytest.param("http://a.b/x?b=1&a=2", "https://a.b/x?b=1&a=2", id="order-stays"),
        pytest.param(
            "http://a.b/x?utm_source=f&id=3&fbclid=z", "https://a.b/x?id=3", id="tracking"
        ),
        pytest.param("http://a.b/x?UTM_Source=f&gclid", "https://a.b/x", id="tracking-alone"),
        pytest.param(
            "http://a.b/x?gclidx=1&xutm_a=1", "https://a.b/x?gclidx=1&xutm_a=1", id="alike"
        ),
        pytest.param("http://a.b/x?a=1&amp;utm_a=b&amp;c=2", "https://a.b/x?a=1&c=2", id="entity"),
        pytest.param("http://a.b/%D8%AE%D8%A8%D8%B1", "https://a.b/خبر", id="escaped-arabic"),
        pytest.param("http://a.b/%d8%ae%D8%a8%D8%B1", "https://a.b/خبر", id="in-lower-case"),
        pytest.param("http://a.b/?q=%D8%AE", "https://a.b?q=خ", id="escaped-in-the-query"),
        pytest.param('http://a.b/a b"c', "https://a.b/a%20b%22c", id="blank-inside"),
        pytest.param("http://a.b/%7euser%2fx%3F", "https://a.b/~user%2Fx%3F", id="reserved-stay"),
        pytest.param("http://a.b/100%", "https://a.b/100%25", id="stray-percent"),
        pytest.param("http://a.b/%ff%D8", "https://a.b/%FF%D8", id="escaped-not-utf8"),
        pytest.param("http://a.b/%ED%A0%80%C0%80", "https://a.b/%ED%A0%80%C0%80", id="surrogate"),
        pytest.param("http://a.b/a\u200fb", "https://a.b/a%E2%80%8Fb", id="invisible-is-escaped"),
        pytest.param("http://a.b/%E2%80%8F", "https://a.b/%E2%80%8F", id="invisible-stays-escaped"),
        pytest.param("http://a.b/%F0%9F%98%80", "https://a.b/😀", id="four-bytes"),
        pytest.param("http://a.b/%D8%A7%D9%93", "https://a.b/آ", id="composed"),
        pytest.param("http://مثال.مصر/x", "https://xn--mgbh0fb.xn--wgbh1c/x", id="arabic-host"),
        pytest.param("http://[::1]:80/x", "https://[::1]/x", id="ipv6"),
        pytest.param("http://a.b/amp/news/1", "https://a.b/news/1", id="amp-first"),
        pytest.param("http://a.b/news/1/amp/", "https://a.b/news/1", id="amp-last"),
        pytest.param("http://a.b/news/1.amp", "https://a.b/news/1", id="amp-suffix"),
        pytest.param("http://a.b/1?amp=1&id=2", "https://a.b/1?id=2", id="amp-in-the-query"),
        pytest.param("http://a.b/1?amp", "https://a.b/1", id="amp-alone-in-the-query"),
        pytest.param("http://a.b/1?outputType=amp", "https://a.b/1", id="amp-as-output"),
        pytest.param("http://a.b/1?amp=2", "https://a.b/1?amp=2", id="amp-of-another-kind"),
        pytest.param("http://a.b/amp", "https://a.b/amp", id="page-named-amp"),
        pytest.param("http://a.b/1/amps", "https://a.b/1/amps", id="no-amp"),
        pytest.param("http://a.b/champ.ampere/1", "https://a.b/champ.ampere/1", id="no-amp-inside"),
        pytest.param(
            "https://a-b.cdn.ampproject.org/c/s/a.b/1/amp?amp_js_v=0.1&usqp=x&id=2",
            "https://a.b/1?id=2",
            id="amp-cache",
        ),
        pytest.param("https://www.google.com/amp/s/a.b/1", "https://a.b/1", id="google-amp"),
        pytest.param("https://www.google.com/amp/s/1", "https://www.google.com/s/1", id="no-page"),
        pytest.param("http://a.b/1/%61mp?utm%5Fsource=x", "https://a.b/1", id="in-escapes"),
        pytest.param(None, None, id="null"),
        pytest.param("", None, id="empty"),
        pytest.param("ftp://a.b/x", None, id="ftp"),
        pytest.param("mailto:a@b", None, id="mail"),
        pytest.param("/news/1", None, id="path-alone"),
        pytest.param("www.a.b/x", None, id="no-scheme-at-all"),
        pytest.param("http://", None, id="no-host"),
        pytest.param("http:///x", None, id="no-host-but-path"),
        pytest.param("http://./x", None, id="dot-as-host"),
        pytest.param("http://a b/x", None, id="blank-in-host"),
        pytest.param("http://a.b:99999999/x", None, id="impossible-port"),
        pytest.param("http://a.b/" + "x" * LONGEST, None, id="too-long"),
    ],
)
def test_canonical(url: str | None, told: str | None) -> None:
    assert canonical(url, "http://z.z/z") == [told, "https://z.z/z"]


@pytest.mark.parametrize("name", [name.replace("[^=&]*", "any") for name in TRACKING])
def test_every_tracking_parameter_goes_at_any_place(name: str) -> None:
    urls = (
        f"http://a.b/x?{name}=1&id=2",
        f"http://a.b/x?id=2&{name}=",
        f"http://a.b/x?id=2&{name}",
    )
    assert set(canonical(*urls)) == {"https://a.b/x?id=2"}


def test_chunks_and_no_rows() -> None:
    chunks = pa.chunked_array([pa.array(["http://a.b/"]), pa.array([None], pa.string())])
    assert canonical_urls(chunks).to_pylist() == ["https://a.b", None]
    assert canonical_urls(pa.array([], pa.string())).to_pylist() == []


PATHS = st.text(st.characters(codec="utf-8", exclude_characters="?#/\t\r\n&"), max_size=20)


@given(PATHS)
def test_escaped_and_plain_letters_are_the_same_page(path: str) -> None:
    plain, escaped = (f"http://a.b/x{part}x" for part in (path.replace("%", "%25"), quote(path)))
    if not set(path) & set(":[]@!$'()*+,;="):
        assert len(set(canonical(plain, escaped))) == 1


@given(
    st.lists(st.none() | st.text(max_size=40).map(lambda text: f"http://a.b/{text}"), max_size=5)
)
def test_a_second_pass_changes_nothing(urls: list[str | None]) -> None:
    once = canonical(*urls)
    assert canonical(*once) == once
    assert [url is None for url in once] == [url is None for url in urls]


AMP_PARTS = st.sampled_from(
    ["/amp", "/", "/x", ".amp", "amp", "/AMP", "?amp=1", "&amp", "#", "a.cdn.ampproject.org/c/s/",
     "//google.com/amp/s/", "https:", "a.b", "s/", "%2F", "%61mp", "?utm%5Fa=1", " "]
)  # fmt: skip


@given(
    st.lists(AMP_PARTS, max_size=8).map("".join), st.sampled_from(["https://a.b", "https://", ""])
)
def test_a_second_pass_finds_no_more_amp(rest: str, before: str) -> None:
    once = canonical(before + rest)
    assert canonical(*once) == once
    assert canonical(*once) == spelt_urls(pa.array(once, pa.string())).to_pylist()


@given(st.from_regex(r"https?://[a-zA-Z.-]{1,3}[/:@]?[a./?#%&\[~ \n\u0621-\u0655-]{0,6}/?\Z"))
def test_settled_addresses_are_spelt_as_they_would_be_part_by_part(url: str) -> None:
    assert canonical(url) == spelt_urls(pa.array([url])).to_pylist()


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_null(text: str) -> None:
    (told,) = canonical(text)
    assert told is None or told.startswith("https://")


@needs_news
def test_real_addresses_meet_only_when_they_name_one_page() -> None:
    with gzip.open(NEWS) as file:
        urls = sorted({orjson.loads(line)["url"] for line in file} - {None})
    pages: dict[str | None, set[str]] = {}
    for url, told in zip(urls, canonical(*urls), strict=True):
        pages.setdefault(told, set()).add(unquote(url).partition("://")[2].partition("?fb_")[0])
    met = [same for same in pages.values() if len(same) > 1]
    assert None not in pages
    assert len(pages) < len(urls)
    assert all("?utm_" in "".join(same) for same in met)
