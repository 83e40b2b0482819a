"""An outlet on loopback: a feed and pages that its newsroom changes between two runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from aiohttp import web

from tests.web.sites import Site

FIRST = datetime(2024, 5, 1, 9, tzinfo=UTC)
SENTENCES = (
    "افتتح رئيس بلدية المرفأ أمس جسرا جديدا يربط ضفتي النهر بعد ثلاث سنوات من العمل.",
    "وقال المهندس المشرف إن الجسر يتسع لأربعة مسارات ويخدم عشرين ألف سيارة في اليوم.",
    "وأضاف أن كلفة المشروع بلغت سبعة ملايين، وأن الأرصفة ستكتمل قبل نهاية الصيف.",
    "ورحب سكان الحي بالافتتاح، وطالبوا بمواقف للسيارات قرب السوق القديمة.",
    "وتعمل الورش الآن على إنارة الطريق المؤدية إلى الجسر من جهة المحطة.",
)


@dataclass
class Story:
    """One story of the outlet; ``changed`` is when it was last written to."""

    number: int
    note: str = ""
    changed: datetime = FIRST

    @property
    def path(self) -> str:
        return f"/خبر/{self.number}"

    @property
    def title(self) -> str:
        return f"افتتاح الجسر رقم {self.number} في مدينة المرفأ"

    @property
    def paragraphs(self) -> list[str]:
        told = [f"{each} (الحلقة {self.number})" for each in SENTENCES]
        return [*told, self.note] if self.note else told


@dataclass
class Outlet:
    """The outlet's stories by number, and what its server does."""

    site: Site
    whole: bool = False
    stories: dict[int, Story] = field(default_factory=dict)
    broken: str | None = None

    def open(self, count: int) -> "Outlet":
        self.site.pages["/feed"] = self._feed
        for number in range(1, count + 1):
            self.add(number)
        return self

    def add(self, number: int) -> None:
        story = self.stories[number] = Story(number, changed=FIRST + timedelta(hours=number))
        self.site.pages[story.path] = self._page_of(story)

    def correct(self, number: int, note: str) -> None:
        story = self.stories[number]
        story.note, story.changed = note, datetime.now(UTC) + timedelta(seconds=2)

    @property
    def feed(self) -> str:
        return self.site.url("/feed")

    def _page_of(self, story: Story) -> Callable[[web.BaseRequest], web.Response]:
        def page(_: web.BaseRequest) -> web.Response:
            body = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
            return web.Response(
                text=f"<!doctype html><html lang=ar><head><title>{story.title} - المرفأ</title>"
                f'<meta property="og:site_name" content="المرفأ">'
                f'<meta property="article:published_time" content="{FIRST.isoformat()}">'
                f"</head><body><nav><a href=/>الرئيسية</a></nav><article><h1>{story.title}</h1>"
                f"{body}</article><footer>جميع الحقوق محفوظة</footer></body></html>",
                content_type="text/html",
            )

        return page

    def _feed(self, _: web.BaseRequest) -> web.Response:
        items = "".join(map(self._item, self.stories.values()))
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>المرفأ</title>{items}'
        text = self.broken or f"{text}</channel></rss>"
        return web.Response(text=text, content_type="application/rss+xml")

    def _item(self, story: Story) -> str:
        told = (
            "".join(f"<p>{each}</p>" for each in story.paragraphs) if self.whole else SENTENCES[0]
        )
        return (
            f"<item><title>{story.title}</title><link>{self.site.url(story.path)}</link>"
            f"<pubDate>{format_datetime(story.changed)}</pubDate>"
            f"<description><![CDATA[{told}]]></description></item>"
        )
