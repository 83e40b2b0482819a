"""Which pages are no articles, and why: told by their metadata, their words and their make-up."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from tasks.pages.json_ld import Linked
from tasks.pages.marks import WALL
from tasks.pages.outline import Outline, Run
from tasks.pages.paragraphs import Paragraph
from tasks.text.letters import fold_letters

REASONS: Final = (
    "empty-page", "not-html", "page-too-large", "unknown-encoding", "soft-404", "consent-wall",
    "paywall",
    "video-page", "section-front", "no-article",
)  # fmt: skip

_GONE: Final = re.compile(
    r"\b404\b|(?:page|not) (?:not )?found|can.?t (?:be found|find (?:that|this|the) page)|"
    r"could not be found|"
    r"الصفحه (?:المطلوبه )?(?:التي .{0,40})?(?:(?:غير|ليست) موجوده|لم يتم العثور|لا توجد|محذوفه|"
    r"غير متاحه|غير متوفره)|(?:هذه )?الصفحه غير"
    r"|العثور علي (?:(?:هذ[اه] )?ال(?:صفحه|مقال|خبر|محتوي|موضوع|رابط)|اي ?(?:شيء|نتايج)|"
    r"شيء|ما تبحث)"
    r"|(?:المحتوي|الموضوع|الخبر|المقال|الرابط) (?:المطلوب )?(?:(?:غير|ليس) (?:موجود|متاح|متوفر)|"
    r"محذوف|لم يعد (?:موجودا|متاحا|متوفرا))|الرابط .{0,30}غير صحيح|"
    r"لا (?:يوجد|توجد) (?:خبر|مقال|صفحه) ب|عفوا.{0,30}(?:غير موجود|لا يمكن)|"
    r"page (?:introuvable|non trouvee)",
    re.IGNORECASE,
)
"""Of a page: «لم يتم العثور على ناجين», «الخبر غير صحيح» are news."""

_COOKIES: Final = r"(?:ملفات تعريف الارتباط|الكوكيز|كوكيز|cookies)"
_CONSENT: Final = re.compile(
    rf"(?:نستخدم|يستخدم (?:هذا )?الموقع|تستخدم) .{{0,40}}{_COOKIES}"
    rf"|(?:توافق|موافقتك|قبول|اعدادات|سياسه|متصفحك|جهازك).{{0,60}}{_COOKIES}"
    rf"|{_COOKIES}.{{0,60}}(?:توافق|موافقتك|قبول|متصفحك|جهازك)|نهتم بخصوصيتك"
    r"|we (?:and our partners )?(?:use|value) .{0,30}(?:cookies|privacy)"
    r"|before you continue|enable (?:javascript|cookies)"
    r"|تفعيل (?:الجافا|جافا ?سكريبت|javascript)|checking your browser|are you a robot|"
    r"verify (?:that )?you are (?:a )?human|security check|captcha|لست روبوت|"
    r"(?:agree|accept|consent)\b.{0,40} cookies",
    re.IGNORECASE,
)
"""Asked of the reader; an article may tell of cookies, and of who must ask before setting them."""

_SUBSCRIBE: Final = r"(?:اشترك|الاشتراك|سجل|تسجيل الدخول|انشي حساب)"
"""«سجل» is also a record, but not one that lets a reader go on."""

_READING: Final = (
    r"(?:(?:متابعه|مواصله|اكمال|استكمال|تكمل|تتابع|تواصل) (?:ال)?(?:قراءه|مقال|خبر|نص)"
    r"|قراءه (?:ال|هذا ال|هذه ال|بقيه ال|باقي ال)(?:مقال|خبر|نص|ماده|موضوع|تقرير))"
)
_PAYWALL: Final = re.compile(
    rf"للمشتركين فقط|محتوي (?:حصري )?للمشتركين|{_SUBSCRIBE}.{{0,60}}ل{_READING}|"
    rf"ل{_READING}.{{0,40}}{_SUBSCRIBE}|اشترك (?:الان )?(?:ل?متابعه|ل?قراءه|لتتمكن|للوصول)|"
    r"(?:هذ[اه]|بقيه|باقي) (?:المحتوي|المقال|الخبر|الموضوع|الماده|التقرير)(?: \w+){0,2} "
    r"(?:للمشتركين|للاعضاء)|"
    r"الحد الاقصي (?:من|لعدد) المقالات|"
    r"subscribers only|subscribe to (?:read|continue)|already a subscriber|"
    r"(?:free account|sign in|log in) to (?:read|continue)",
    re.IGNORECASE,
)
_TELLING: Final = (
    *("شترك", "قراء", "لأعضاء", "لاعضاء", "المقالات", "أكمل", "إكمال", "تابع", "واصل"),
    *("كوكيز", "ارتباط", "ملفات", "خصوصيتك", "جافا", "روبوت"),
    *("ubscri", "ccount", "ign in", "og in", "ookie", "rivacy", "efore you", "avascript"),
    *("avaScript", "browser", "robot", "human", "ecurity check", "aptcha", "APTCHA"),
)
"""One of these is in whatever the two patterns above match; they are looked for much faster."""

_SITE_TYPES: Final = frozenset({"website", "blog", "profile", "object"})
_PLAYER: Final = re.compile(
    rb"<video\b|<(?:iframe|embed|object)\b[^<>]{0,300}?"
    rb"(?:youtu\.?be|vimeo|dailymotion|video|player)",
    re.IGNORECASE,
)
"""«<iframe src="https://www.youtube.com/embed/x">»: trees are built without frames."""

_VIDEO_TYPES: Final = re.compile(r"video|movie|episode")

LEAST: Final = 12
"""Letters of the shortest body of what claims to be an article: a real page has one of 17."""

_BRIEF: Final = 260
"""Letters of a body that a wall or a notice may be mistaken for."""

_SNIPPET: Final = 900
_NOTHING: Final = 60
"""Letters of prose of its own below which a page has nothing to read: «شاهد التقرير», and is an
article only where it says so."""

_SENTENCE: Final = 25
_SENTENCES: Final = 3
"""Sentences below a film from which on they are an article, and letters of the shortest."""

_STOP: Final = re.compile(r"[.؟?!…\n]+")
_FIRST: Final = 20
_LINKS_OF_FRONT: Final = 12
_LINKS_OF_LIST: Final = 5
"""Linked headlines of a page that has nothing else; a front has articles' texts beside its own."""

_TEASERS: Final = 0.6


class Told(NamedTuple):
    """What was read of a page.

    ``pruned``: marks of the parts left out, by run. ``is_sure``: the page names the place of its
    text, or prints a date at its headline. ``markup``: the page itself, in UTF-8.
    """

    title: str
    paragraphs: list[Paragraph]
    pruned: list[int]
    is_sure: bool
    markup: bytes


def refusal_of(outline: Outline, linked: Linked, metas: dict[str, str], told: Told) -> str | None:
    """Return why a page is no article page, None if it is one."""
    prose = [each.text for each in told.paragraphs if each.kind not in {"related", "caption"}]
    size = sum(map(len, prose))
    shown = size + sum(len(each.text) for each in told.paragraphs if each.kind == "caption")
    named = fold_letters(f"{told.title} {outline.title}")[:400]
    words = prose if size >= _NOTHING else [run.text for run in outline.runs[:_FIRST]]
    body = fold_letters(" ".join(words))[:1000] if size <= _SNIPPET else ""
    brief, short = size <= _BRIEF, size <= _SNIPPET
    claimed = told.is_sure or linked.kind or metas.get("og:type", "").lower() == "article"
    least = LEAST if claimed else _NOTHING
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("empty-page", lambda: not outline.runs),
        ("soft-404", lambda: brief and (_GONE.search(named) or _GONE.search(body))),
        ("consent-wall", lambda: short and _is_consent(outline, named, prose)),
        ("paywall", lambda: short and _is_walled(outline, linked, told.pruned, prose)),
        ("video-page", lambda: brief and _is_video(linked, metas, prose, told.markup)),
        ("section-front", lambda: shown < least and _is_list(outline, linked, metas)),
        ("section-front", lambda: not told.is_sure and _is_front(outline, linked, metas, size)),
        ("no-article", lambda: shown < least),
    )
    return next((reason for reason, holds in checks if holds()), None)


def _is_walled(outline: Outline, linked: Linked, pruned: list[int], prose: list[str]) -> bool:
    """Tell whether the rest is for subscribers: the page says so behind the text or beside it.

    What stands in its first paragraph, or with two more behind it, is told of others.
    """
    story = set(prose[: max(len(prose) - 2, 1)]) if len(prose) > 1 else set()
    return linked.free is False or any(
        text not in story for text in _saying(outline, _PAYWALL, pruned)
    )


def _saying(
    outline: Outline, pattern: re.Pattern[str], pruned: list[int] | None = None
) -> Iterator[str]:
    """Yield the lines that a pattern is in, but none of parts left out for more than a wall."""
    for number, run in enumerate(outline.runs[:400]):
        if (
            len(run.text) < 400
            and any(word in run.text for word in _TELLING)
            and not (pruned and pruned[number] & ~WALL)
            and pattern.search(fold_letters(run.text))
        ):
            yield run.text


def _is_consent(outline: Outline, named: str, prose: list[str]) -> bool:
    """Tell whether the page asks for consent, or for a browser, and has nothing else to read."""
    if sum(map(len, prose)) <= _BRIEF and _CONSENT.search(named):
        return True
    other = [text for text in prose if not _CONSENT.search(fold_letters(text))]
    if sum(map(len, other)) >= _NOTHING:
        return False
    walled = any(element.marks & WALL for element in outline.elements)
    if len(other) == len(prose) and not walled and len(outline.runs) >= 40:
        return False
    return any(_saying(outline, _CONSENT))


def _is_video(linked: Linked, metas: dict[str, str], prose: list[str], markup: bytes) -> bool:
    """Tell whether the page is a film: it says so and tells little of it, or shows one alone."""
    kind = metas.get("og:type", "").lower()
    if _VIDEO_TYPES.search(kind) or (not linked.kind and "VideoObject" in linked.types):
        sentences = (each for text in prose for each in _STOP.split(text))
        return sum(len(each.strip()) >= _SENTENCE for each in sentences) < _SENTENCES
    if sum(map(len, prose)) >= _NOTHING:
        return False
    return "og:video" in metas or _PLAYER.search(markup) is not None


def _is_list(outline: Outline, linked: Linked, metas: dict[str, str]) -> bool:
    """Tell whether a page that has no article has some headlines of others."""
    claims = linked.kind or "article:published_time" in metas
    return not claims and len(_headlines(outline)) >= _LINKS_OF_LIST


def _is_front(outline: Outline, linked: Linked, metas: dict[str, str], size: int) -> bool:
    """Tell whether the page lists articles: most of its words are links to them, or teasers."""
    kind = metas.get("og:type", "").lower()
    if linked.kind or kind == "article" or "article:published_time" in metas:
        return False
    teasers = [len(run.text) for run in outline.runs if _is_teaser(run)]
    if len(teasers) >= _LINKS_OF_LIST and sum(teasers) > _TEASERS * size:
        return True
    headlines = _headlines(outline)
    told = sum(run.linked for run in headlines)
    listed = {"CollectionPage", "ItemList", "SearchResultsPage"} & linked.types
    says = bool(listed) or kind in _SITE_TYPES
    many = len(headlines) >= _LINKS_OF_FRONT
    return many and ((size < _BRIEF and told > 4 * size) or (says and told > size))


def _headlines(outline: Outline) -> list[Run]:
    return [
        run
        for run in outline.runs
        if len(run.text) >= _SENTENCE and run.linked >= 0.8 * len(run.text)
    ]


def _is_teaser(run: Run) -> bool:
    """Tell whether a headline that is a link stands over a text in one block."""
    first, _, rest = run.text.partition("\n")
    return len(rest) > len(first) >= _SENTENCE and 0.8 * len(first) <= run.linked <= len(first)
