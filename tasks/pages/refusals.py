"""Which pages are no articles, and why: told by their metadata, their words and their make-up."""

import re
from typing import Final

from tasks.pages.json_ld import Linked
from tasks.pages.marks import WALL
from tasks.pages.outline import Outline
from tasks.pages.paragraphs import Paragraph
from tasks.pages.words import folded

REASONS: Final = (
    "empty-page", "not-html", "page-too-large", "unknown-encoding", "soft-404", "consent-wall", "paywall",
    "video-page", "section-front", "no-article",
)  # fmt: skip

_GONE: Final = re.compile(
    r"\b404\b|(?:page|not) (?:not )?found|الصفحه (?:المطلوبه )?(?:التي .{0,40})?(?:غير موجوده|لم يتم العثور|لا توجد|محذوفه|غير متاحه|غير متوفره)"
    r"|(?:لم يتم|لم نتمكن من|تعذر) العثور علي|(?:هذه )?الصفحه غير|الخبر غير موجود|المقال غير موجود|"
    r"(?:الرابط|المحتوي|الموضوع) (?:غير موجود|غير متاح|غير صحيح)|عفوا.{0,30}(?:غير موجود|لا يمكن)|"
    r"page (?:introuvable|non trouvee)",
    re.IGNORECASE,
)
_CONSENT: Final = re.compile(
    r"(?:نستخدم|نحن نستخدم|يستخدم (?:هذا )?الموقع|تستخدم) .{0,40}(?:ملفات تعريف الارتباط|الكوكيز|كوكيز|cookies)"
    r"|ملفات تعريف الارتباط|سياسه ملفات|we (?:use|value) .{0,30}(?:cookies|privacy)|enable (?:javascript|cookies)"
    r"|تفعيل (?:الجافا|جافا ?سكريبت|javascript)|checking your browser|are you a robot|verify you are human",
    re.IGNORECASE,
)
_PAYWALL: Final = re.compile(
    r"للمشتركين فقط|محتوي (?:حصري )?للمشتركين|اشترك (?:الان )?(?:ل?متابعه|ل?قراءه|لتتمكن|للوصول)|"
    r"(?:لمتابعه|لاكمال|لاستكمال) (?:ال)?قراءه.{0,40}(?:اشترك|سجل|الاشتراك|تسجيل)|هذا المحتوي (?:مخصص )?للمشتركين|"
    r"subscribers only|subscribe to (?:read|continue)",
    re.IGNORECASE,
)
_SITE_TYPES: Final = frozenset({"website", "blog", "profile", "object"})
_VIDEO_TYPES: Final = re.compile(r"video|movie|episode")

LEAST: Final = 12
"""Letters of the shortest body: a real page has one of 17."""

_BRIEF: Final = 260
"""Letters of a body that a wall or a notice may be mistaken for."""

_SNIPPET: Final = 900
_FIRST: Final = 20
_LINKS_OF_FRONT: Final = 12


def refusal_of(
    outline: Outline,
    linked: Linked,
    metas: dict[str, str],
    title: str,
    paragraphs: list[Paragraph],
    pruned: list[int],
    *,
    is_told: bool,
) -> str | None:
    """Return why a page is no article page, None if it is one.

    ``is_told``: the page names the place of its text, or prints a date at its headline.
    """
    prose = [each.text for each in paragraphs if each.kind not in {"related", "caption"}]
    size = sum(map(len, prose))
    told = folded(f"{title} {outline.title}")[:400]
    words = prose or [run.text for run in outline.runs[:_FIRST]]
    body = folded(" ".join(words))[:1000] if size <= _SNIPPET else ""
    if not outline.runs:
        return "empty-page"
    if size <= _BRIEF and (_GONE.search(told) or _GONE.search(body)):
        return "soft-404"
    if size <= _SNIPPET and _is_consent(outline, told, body, size):
        return "consent-wall"
    if size <= _SNIPPET and (linked.free is False or _says(outline, _PAYWALL, pruned)):
        return "paywall"
    if size <= _BRIEF and _is_video(linked, metas):
        return "video-page"
    if not is_told and _is_front(outline, linked, metas, size):
        return "section-front"
    return "no-article" if size < LEAST else None


def _says(outline: Outline, pattern: re.Pattern[str], pruned: list[int] | None = None) -> bool:
    return any(
        len(run.text) < 400
        and not (pruned and pruned[number] & ~WALL)
        and pattern.search(folded(run.text))
        for number, run in enumerate(outline.runs[:400])
    )


def _is_consent(outline: Outline, told: str, body: str, size: int) -> bool:
    """Tell whether the page asks for consent, or for a browser, and has nothing else to read."""
    if _CONSENT.search(told):
        return True
    if size < _BRIEF and len(outline.runs) < 40 and _says(outline, _CONSENT):
        return True
    walled = any(element.marks & WALL for element in outline.elements)
    return bool(_CONSENT.search(body)) and (walled or len(outline.runs) < 40)


def _is_video(linked: Linked, metas: dict[str, str]) -> bool:
    kind = metas.get("og:type", "").lower()
    return bool(_VIDEO_TYPES.search(kind)) or (not linked.kind and "VideoObject" in linked.types)


def _is_front(outline: Outline, linked: Linked, metas: dict[str, str], size: int) -> bool:
    """Tell whether the page lists articles: most of its words are links to them."""
    if (
        linked.kind
        or metas.get("og:type", "").lower() == "article"
        or "article:published_time" in metas
    ):
        return False
    linked_runs = [
        run for run in outline.runs if len(run.text) >= 25 and run.linked >= 0.8 * len(run.text)
    ]
    told = sum(run.linked for run in linked_runs)
    lists = bool({"CollectionPage", "ItemList", "SearchResultsPage"} & linked.types)
    kind = metas.get("og:type", "").lower() in _SITE_TYPES
    many = len(linked_runs) >= _LINKS_OF_FRONT
    return many and ((size < _BRIEF and told > 4 * size) or ((lists or kind) and told > size))
