"""Which pages are no articles, and why: told by their metadata, their words and their make-up."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from tasks.pages.json_ld import Linked
from tasks.pages.marks import WALL
from tasks.pages.outline import Outline
from tasks.pages.paragraphs import Paragraph
from tasks.text.letters import fold_letters

REASONS: Final = (
    "empty-page", "not-html", "page-too-large", "unknown-encoding", "soft-404", "consent-wall",
    "paywall",
    "video-page", "section-front", "no-article",
)  # fmt: skip

_GONE: Final = re.compile(
    r"\b404\b|(?:page|not) (?:not )?found|"
    r"الصفحه (?:المطلوبه )?(?:التي .{0,40})?(?:غير موجوده|لم يتم العثور|لا توجد|محذوفه|"
    r"غير متاحه|غير متوفره)"
    r"|(?:لم يتم|لم نتمكن من|تعذر) العثور علي|(?:هذه )?الصفحه غير|الخبر غير موجود|المقال غير موجود|"
    r"(?:الرابط|المحتوي|الموضوع) (?:غير موجود|غير متاح|غير صحيح)|عفوا.{0,30}(?:غير موجود|لا يمكن)|"
    r"page (?:introuvable|non trouvee)",
    re.IGNORECASE,
)
_CONSENT: Final = re.compile(
    r"(?:نستخدم|نحن نستخدم|يستخدم (?:هذا )?الموقع|تستخدم) .{0,40}(?:ملفات تعريف الارتباط|"
    r"الكوكيز|كوكيز|cookies)"
    r"|ملفات تعريف الارتباط|سياسه ملفات|we (?:use|value) .{0,30}(?:cookies|privacy)|"
    r"enable (?:javascript|cookies)"
    r"|تفعيل (?:الجافا|جافا ?سكريبت|javascript)|checking your browser|are you a robot|"
    r"verify you are human",
    re.IGNORECASE,
)
_PAYWALL: Final = re.compile(
    r"للمشتركين فقط|محتوي (?:حصري )?للمشتركين|اشترك (?:الان )?(?:ل?متابعه|ل?قراءه|لتتمكن|للوصول)|"
    r"(?:لمتابعه|لاكمال|لاستكمال) (?:ال)?قراءه.{0,40}(?:اشترك|سجل|الاشتراك|تسجيل)|"
    r"هذا المحتوي (?:مخصص )?للمشتركين|"
    r"subscribers only|subscribe to (?:read|continue)",
    re.IGNORECASE,
)
_TELLING: Final = (
    *("شترك", "قراء", "ubscri", "كوكيز", "ارتباط", "ملفات", "ookie", "rivacy", "avascript"),
    *("avaScript", "الجافا", "جافا", "browser", "robot", "human"),
)
"""One of these is in whatever the two patterns above match; they are looked for much faster."""

_SITE_TYPES: Final = frozenset({"website", "blog", "profile", "object"})
_VIDEO_TYPES: Final = re.compile(r"video|movie|episode")

LEAST: Final = 12
"""Letters of the shortest body: a real page has one of 17."""

_BRIEF: Final = 260
"""Letters of a body that a wall or a notice may be mistaken for."""

_SNIPPET: Final = 900
_FIRST: Final = 20
_LINKS_OF_FRONT: Final = 12


class Told(NamedTuple):
    """What was read of a page.

    ``pruned``: marks of the parts left out, by run. ``is_sure``: the page names the place of its
    text, or prints a date at its headline.
    """

    title: str
    paragraphs: list[Paragraph]
    pruned: list[int]
    is_sure: bool


def refusal_of(outline: Outline, linked: Linked, metas: dict[str, str], told: Told) -> str | None:
    """Return why a page is no article page, None if it is one."""
    prose = [each.text for each in told.paragraphs if each.kind not in {"related", "caption"}]
    size = sum(map(len, prose))
    shown = size + sum(len(each.text) for each in told.paragraphs if each.kind == "caption")
    named = fold_letters(f"{told.title} {outline.title}")[:400]
    words = prose or [run.text for run in outline.runs[:_FIRST]]
    body = fold_letters(" ".join(words))[:1000] if size <= _SNIPPET else ""
    brief, short = size <= _BRIEF, size <= _SNIPPET
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("empty-page", lambda: not outline.runs),
        ("soft-404", lambda: brief and (_GONE.search(named) or _GONE.search(body))),
        ("consent-wall", lambda: short and _is_consent(outline, named, body, size)),
        ("paywall", lambda: short and _is_walled(outline, linked, told.pruned)),
        ("video-page", lambda: brief and _is_video(linked, metas)),
        ("section-front", lambda: not told.is_sure and _is_front(outline, linked, metas, size)),
        ("no-article", lambda: shown < LEAST),
    )
    return next((reason for reason, holds in checks if holds()), None)


def _is_walled(outline: Outline, linked: Linked, pruned: list[int]) -> bool:
    return linked.free is False or _says(outline, _PAYWALL, pruned)


def _says(outline: Outline, pattern: re.Pattern[str], pruned: list[int] | None = None) -> bool:
    return any(
        len(run.text) < 400
        and any(word in run.text for word in _TELLING)
        and not (pruned and pruned[number] & ~WALL)
        and pattern.search(fold_letters(run.text))
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
