"""A feed of whole texts through the flow: what its items say and who they are, in the corpus."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.fetch.fetching import make
from tests.fetch.web_runs import serve
from tests.pages.pieces import PARAGRAPHS
from tests.pipeline.running import CHANGES_WITH_THE_RUN, Row, corpus, rows, run, warraq
from tests.web.sites import Site

pytestmark = pytest.mark.flow

OTHERS = (
    "أعلنت بلدية المرفأ أنها ستنقل سوق السمك إلى الرصيف الشمالي مع بداية الشهر المقبل.",
    "وقال رئيس اتحاد الصيادين إن السوق الجديدة تتسع لمئتي قارب، وفيها مصنع للثلج ومخزن للشباك.",
    "وتعهدت البلدية بإعفاء الصيادين من رسوم العام الأول، على أن تبقى السوق القديمة متحفا للبحر.",
    "ويخشى أصحاب المطاعم المجاورة أن يبتعد عنهم الزوار الذين كانوا يأتون في الصباح الباكر.",
    "ويجتمع الطرفان يوم الثلاثاء في دار البلدية لوضع جدول النقل وتحديد مواعيد الحافلات الجديدة.",
)
AGAIN = (
    "انقطع التيار عن ثلاثة أحياء في المرفأ بعد أن أصابت الصاعقة محطة التحويل الغربية مساء الجمعة.",
    "وأوضح مهندس الشبكة أن الأحمال حولت إلى الخط الاحتياطي، وأن المستشفى لم يتأثر بالانقطاع.",
    "ووزعت فرق الدفاع المدني مولدات صغيرة على المخابز ومضخات المياه حتى ساعات الفجر الأولى.",
    "وقدرت الشركة كلفة الإصلاح بمئة ألف، ووعدت بتعويض أصحاب المتاجر عن البضائع التالفة لديهم.",
    "ولم تسجل إصابات، غير أن المدارس في الأحياء الثلاثة أجلت امتحانات الصباح يوما واحدا.",
)
STORY = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
MARKED = (
    f"<figure><img src='/1.jpg'><figcaption>المحطة القديمة</figcaption></figure>{STORY}"
    "<h2>الأسواق تعود</h2>"
    "<p>وتفتح الأسواق أبوابها كل خميس عند المحطة الثانية من الخط، وفق جدول تعلنه القرى.</p>"
    "<p>اقرأ أيضا: <a href='8'>سوق القرية يعود كل خميس</a></p>"
)


@pytest.fixture
def site(prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name, value in {
        "ALLOW_PRIVATE_HOSTS": "true", "HOST_DELAY_SECONDS": "0", "SETTLE_SECONDS": "0",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"WARRAQ_FETCH__{name}", value)
    with Site() as opened:
        yield opened


def feed(*items: dict[str, Any]) -> bytes:
    return orjson.dumps({"version": "https://jsonfeed.org/version/1.1", "items": list(items)})


ITEMS: tuple[dict[str, Any], ...] = (
    {
        "id": "n1", "url": "news/1", "title": "القطار القديم يعود", "content_html": MARKED,
        "date_published": "2024-05-01T09:00:00Z", "tags": ["قطارات", "نقل"],
        "authors": [{"name": "سلمى حداد"}],
    },
    *(
        {
            "id": f"t{n}", "url": "live", "title": f"متابعة مباشرة {n}",
            "content_text": "\n".join([f"في الدقيقة {n} بعد الظهر:", *lines]),
            "date_published": f"2024-05-02T0{n}:00:00Z",
        }
        for n, lines in ((1, OTHERS), (2, AGAIN))
    ),
)  # fmt: skip


def by_id(lake: Path) -> dict[str, Row]:
    return {row["native_id"]: row for row in rows(lake, "articles") + rows(lake, "duplicates")}


def test_items_of_a_feed_are_articles_of_their_own(site: Site, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    address = serve(site, "/rss/all", feed(*ITEMS), "application/feed+json")
    ran = run(address, lake=lake)
    assert sum(ran.dispositions.values()) == ran.told["records"] == 3
    assert ran.dispositions.keys() <= {"published", "duplicate"}
    found = by_id(lake)
    train = found["n1"]
    assert train["url"] == site.url("/rss/news/1")
    assert (train["title"], train["authors"]) == ("القطار القديم يعود", ["سلمى حداد"])
    assert (train["section"], train["tags"]) == ("قطارات", ["قطارات", "نقل"])
    assert train["captions"] == ["المحطة القديمة"]
    assert train["images"] == [{"url": site.url("/1.jpg"), "caption": "المحطة القديمة"}]
    assert train["related"] == [
        {"title": "سوق القرية يعود كل خميس", "url": site.url("/rss/news/8")}
    ]
    assert "الأسواق تعود" in train["body"].split("\n")
    assert "سوق القرية" not in train["body"]
    assert {found[name]["url"] for name in ("t1", "t2")} == {site.url("/rss/live")}
    assert len({row["article_id"] for row in found.values()}) == 3

    assert run(address, lake=lake).told["records"] == 0
    changed = ITEMS[1] | {"content_text": ITEMS[1]["content_text"] + "\nوتبدأ الأشغال غدا."}
    serve(site, "/rss/all", feed(ITEMS[0], changed, ITEMS[2]), "application/feed+json")
    assert run(address, lake=lake).dispositions == {"revised": 1}
    assert by_id(lake)["t1"]["revision"] == 2

    before = corpus(lake, CHANGES_WITH_THE_RUN)
    assert warraq("rebuild", "--lake", lake).code == 0
    assert corpus(lake, CHANGES_WITH_THE_RUN) == before
    assert warraq("verify", "--lake", lake).code == 0


def test_items_of_a_saved_feed_under_one_address_are_texts_of_one_article(
    prefect_api: str, tmp_path: Path
) -> None:
    folder = make(tmp_path / "in", {"المرفأ/feed.json": feed(*ITEMS)})
    told = run(folder, lake=tmp_path / "untold").dispositions
    assert told == {"published": 3}  # «live» is no address where nothing tells whose
    own = orjson.loads(feed(*ITEMS)) | {"home_page_url": "https://marfa.example/"}
    folder = make(tmp_path / "told", {"المرفأ/feed.json": orjson.dumps(own)})
    lake = tmp_path / "lake"
    assert run(folder, lake=lake).dispositions == {"published": 2, "revised": 1}
    assert by_id(lake)["t2"]["url"] == "https://marfa.example/live"
    reasons = {row["native_id"]: row["reason"] for row in rows(lake, "ledger")}
    assert reasons == {"n1": "new", "t1": "older-text", "t2": "new"}
