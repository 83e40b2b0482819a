"""What the markup of an item's text, and the elements beside it, tell cleaning: as a page's do."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest

from tasks.fetch.formats import MARKUP
from tasks.fetch.formats.content import join
from tasks.fetch.formats.feed_images import MOST_IMAGES
from tasks.fetch.formats.feed_items import parse_item
from tasks.fetch.formats.feeds import decode
from tasks.sources import SourceProfile
from tests.fetch.fetching import kept, land, make
from tests.fetch.reading_pages import hinted
from tests.pages.pieces import BODY, HINTED, MARKED, PARAGRAPHS, article

URL = "https://dafa.example/news/7"
STORY = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
PLAIN = SourceProfile(name="default")


def read(
    item: str | dict[str, object],
    *,
    feed: str | None = "https://dafa.example/rss",
    profile: SourceProfile = PLAIN,
) -> dict[str, Any]:
    """Return the columns of an item that stood in a feed from ``feed``."""
    payload = item.encode() if isinstance(item, str) else orjson.dumps(item)
    header = feed and orjson.dumps({"url": feed}).decode()
    headers = pa.array([header], pa.string())
    found = decode(join([payload], pa.large_binary()), profile, 64, headers)
    assert found.refused_rows == [], found.details
    return {name: column.to_pylist()[0] for name, column in found.columns.items()}


def rss(text: str, more: str = "") -> str:
    return (
        f"<item><title>عنوان الخبر</title><link>{URL}</link>{more}"
        f"<content:encoded><![CDATA[{text}]]></content:encoded></item>"
    )


def json_item(text: str, **more: object) -> dict[str, object]:
    return {"id": "7", "url": URL, "title": "عنوان الخبر", "content_html": text, **more}


def test_of_a_flood_of_images_the_first_few_are_read() -> None:
    """Each has a caption of markup, and one is shown."""
    flood = "".join(
        f"<media:content url='https://a.org/{n}.jpg' medium='image'>"
        f"<media:description>&lt;p>صورة {n}&lt;/p></media:description></media:content>"
        for n in range(MOST_IMAGES + 30)
    )
    images = parse_item(rss(STORY, f"<media:content medium='image'/>{flood}").encode()).images
    assert [image.url for image in images] == [f"https://a.org/{n}.jpg" for n in range(MOST_IMAGES)]


LINKED = f"{MARKED}<p>اقرأ أيضا: <a href='8'>سوق القرية يعود كل خميس</a></p>"


@pytest.mark.parametrize("item", [rss(LINKED), json_item(LINKED)], ids=["rss", "json"])
def test_an_item_tells_what_its_page_would(item: str | dict[str, object]) -> None:
    row = read(item)
    assert hinted(row) == HINTED
    assert row["captions"] == ["جسر الوادي"]
    assert row["related"] == [
        {"title": "سوق القرية يعود كل خميس", "url": "https://dafa.example/news/8"}
    ]
    assert row["images"] == [{"url": "https://dafa.example/2.jpg", "caption": None}]
    assert not {"جسر الوادي", "سوق القرية يعود كل خميس"} & set(row["text"].split("\n"))


def test_headings_over_links_of_a_profile_are_known() -> None:
    text = f"{STORY}<p>من أرشيفنا</p><ul><li>القطار الأخير يغادر</li><li>الجسر القديم</li></ul>"
    own = SourceProfile(name="dafa", related_headings=("من أرشيفنا",))
    assert [link["title"] for link in read(rss(text), profile=own)["related"]] == [
        *("القطار الأخير يغادر", "الجسر القديم")
    ]
    assert read(rss(text))["related"] == []


@pytest.mark.parametrize(
    ("item", "tags"),
    [
        (rss(STORY, "<category>اقتصاد</category><category>محليات</category>"
                    "<category>اقتصاد</category><media:category>صور</media:category>"),
         ["اقتصاد", "محليات"]),
        (f"<entry><category term='eco' label='اقتصاد'/><category term='قطارات'/>"
         f"<category scheme='https://a.org/'/><summary>{BODY}</summary></entry>",
         ["اقتصاد", "قطارات"]),
        (json_item(STORY, tags=["اقتصاد", 7, " ", "محليات\n"]), ["اقتصاد", "محليات"]),
        (json_item(STORY, tags="اقتصاد"), []),
    ],
)  # fmt: skip
def test_all_categories_are_tags_and_the_first_is_the_section(
    item: str | dict[str, object], tags: list[str]
) -> None:
    row = read(item)
    assert row["tags"] == tags
    assert row["section"] == (tags[0] if tags else None)


IN_TEXT = f"<p><img src='in-text.jpg'>{PARAGRAPHS[0]}</p>"


@pytest.mark.parametrize(
    ("more", "url", "caption"),
    [
        ("", "https://dafa.example/news/in-text.jpg", None),
        ("<enclosure url='/e.jpg' type='image/jpeg' length='9'/>", "https://dafa.example/e.jpg",
         None),
        ("<enclosure url='/e.mp3' type='audio/mpeg'/>", "https://dafa.example/news/in-text.jpg",
         None),
        ("<enclosure url='https://a.org/e.png?w=9'/>", "https://a.org/e.png?w=9", None),
        ("<media:thumbnail url='https://a.org/t.jpg'/><enclosure url='/e.jpg' type='image/jpeg'/>"
         "<media:content url='https://a.org/c.jpg' medium='image'>"
         "<media:description>الجسر &lt;b&gt;القديم&lt;/b&gt;</media:description></media:content>",
         "https://a.org/c.jpg", "الجسر القديم"),
        ("<media:thumbnail url='https://a.org/t.jpg'/>", "https://a.org/t.jpg", None),
        ("<media:group><media:content url='/f.mp4' type='video/mp4'/>"
         "<media:content url='/c.jpg' type='image/jpeg'/></media:group>",
         "https://dafa.example/c.jpg", None),
        ("<m:content xmlns:m='http://search.yahoo.com/mrss/' url='/c.webp'/>",
         "https://dafa.example/c.webp", None),
        ("<media:content url='/images/logo.png' medium='image'/>",
         "https://dafa.example/news/in-text.jpg", None),
        ("<media:content url='javascript:x' medium='image'/><enclosure url='file:///x.jpg'/>",
         "https://dafa.example/news/in-text.jpg", None),
        ("<media:content medium='image'/><enclosure/>", "https://dafa.example/news/in-text.jpg",
         None),
        ("<link rel='enclosure' type='image/png' href='/a.png'/>", "https://dafa.example/a.png",
         None),
    ],
)  # fmt: skip
def test_the_lead_image_is_named_beside_the_text_or_stands_in_it(
    more: str, url: str, caption: str | None
) -> None:
    assert read(rss(IN_TEXT, more))["images"] == [{"url": url, "caption": caption}]


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ({"image": "/m.jpg", "banner_image": "/b.jpg"}, "https://dafa.example/m.jpg"),
        ({"image": 7, "banner_image": "https://a.org/b.jpg"}, "https://a.org/b.jpg"),
        ({"attachments": [7, {"url": "/f.mp3", "mime_type": "audio/mpeg"},
                          {"url": "/f.jpg", "mime_type": "image/jpeg"}]},
         "https://dafa.example/f.jpg"),
        ({"attachments": {"url": "/f.jpg"}, "image": "data:image/png;base64,x"},
         "https://dafa.example/news/in-text.jpg"),
    ],
)  # fmt: skip
def test_the_lead_image_of_a_json_item(more: dict[str, object], url: str) -> None:
    assert [image["url"] for image in read(json_item(IN_TEXT, **more))["images"]] == [url]


def test_a_caption_in_the_text_is_that_of_the_image_beside_it() -> None:
    text = f"<figure><img src='1.jpg'><figcaption>المحطة</figcaption></figure>{STORY}"
    row = read(rss(text, "<media:content url='https://a.org/c.jpg' medium='image'/>"))
    assert row["images"] == [{"url": "https://a.org/c.jpg", "caption": "المحطة"}]
    assert row["captions"] == ["المحطة"]


@pytest.mark.parametrize(
    ("opening", "url"),
    [
        (f"<item><link>{URL}</link><description>", "https://dafa.example/news/8"),
        ("<item><description>", "https://dafa.example/8"),
        ("<item xml:base='https://b.example/x/'><description>", "https://b.example/x/8"),
        (f"<entry xml:base='y/'><link href='{URL}'/><content type='html' xml:base='x/'>",
         "https://dafa.example/y/x/8"),
    ],
)  # fmt: skip
def test_links_in_a_text_start_from_its_base_or_its_page(opening: str, url: str) -> None:
    text = f"<![CDATA[{STORY}<p><a href='8'>سوق القرية يعود كل خميس</a></p>]]>"
    ends = {"<item": "</description></item>", "<entr": "</content></entry>"}
    assert [link["url"] for link in read(f"{opening}{text}{ends[opening[:5]]}")["related"]] == [url]


def test_links_of_a_saved_item_that_tells_no_address_have_none() -> None:
    text = f"<img src='/1.jpg'>{STORY}<p><a href='/8'>سوق القرية يعود كل خميس</a></p>"
    row = read(f"<item><description><![CDATA[{text}]]></description></item>", feed=None)
    assert (row["related"][0]["url"], row["images"]) == (None, [])


@pytest.mark.parametrize("summary", [PARAGRAPHS[0], "التذاكر عبر الإنترنت", "قالت وزارة النقل…"])
def test_a_summary_beside_the_text_is_no_subtitle(summary: str) -> None:
    row = read(rss(STORY, f"<description>{summary}</description>"))
    assert (row["subtitle"], row["text"]) == (None, BODY)


def test_a_line_that_is_named_so_is_the_subtitle() -> None:
    row = read(rss(f"<p class='subtitle'>التذاكر عبر الإنترنت</p>{STORY}"))
    assert (row["subtitle"], row["text"]) == ("التذاكر عبر الإنترنت", BODY)


def test_items_without_markup_tell_nothing_of_their_lines() -> None:
    row = read(json_item("", content_text=BODY))
    told = {name: row.get(name) for name in MARKUP}
    assert [name for name, value in told.items() if value] == []
    assert row["text"] == BODY


def test_what_befell_the_text_of_an_item_befell_its_captions_and_tags(tmp_path: Path) -> None:
    text = f"<figure><img src='/1.jpg'><figcaption>المحطة القديمة</figcaption></figure>{STORY}"
    feed = f"<rss>{rss(text, '<category>قطارات</category>')}</rss>"
    sound, mended = (
        kept(land(tmp_path / name, make(tmp_path / f"in-{name}", {"a.xml": each})))[0]
        for name, each in (("sound", feed), ("misread", feed.encode().decode("windows-1256")))
    )
    assert sound["tags"] == ["قطارات"]
    for column in MARKUP:
        assert mended[column] == sound[column], column


def test_a_saved_page_and_a_saved_feed_tell_the_same_of_one_article(tmp_path: Path) -> None:
    head = f"<link rel='canonical' href='{URL}'>"
    folder = make(
        tmp_path / "in",
        {"page.html": article(LINKED, head=head), "feed.xml": f"<rss>{rss(LINKED)}</rss>"},
    )
    page, item = kept(land(tmp_path / "lake", folder))
    for column in ("text", *MARKUP):
        assert page[column] == item[column], column
