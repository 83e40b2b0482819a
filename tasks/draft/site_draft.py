"""The profile that a source on the web seems to need, as TOML for a person to read over."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from tasks.draft.site_entries import site_entries
from tasks.draft.site_looks import Look, look_at_site
from tasks.draft.toml_text import Entry, example, one_line, render
from tasks.errors import StopRun
from tasks.fetch.web_lists import has_texts
from tasks.sources import SourceProfile
from tasks.web import WebSettings

LOOKED_AT: Final = 200_000
"""Characters by which the language is told."""

_ARABIC: Final = re.compile("[\u0621-\u063a\u0641-\u064a\u0671-\u06d3]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_OTHERS: Final = re.compile("[پچژگٹڈڑںے]")
_MOSTLY: Final = 0.5
_SHOWN: Final = 80
_PERSIAN: Final = 0.01
"""Share of letters that Arabic has not: Persian and Urdu have some 4 %, Arabic news nearly none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What the texts are written in: the share of Arabic letters, and what the site says.

    ``problem`` says in words why it is not Arabic, empty where it is.
    """

    arabic: float
    declared: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDraft:
    """A profile as TOML, checked by :class:`SourceProfile`, and what it was drafted from.

    ``texts`` is how many of the articles that were looked at give a text with this profile, from
    their item in the feed or from their page.
    """

    name: str
    toml: str
    profile: SourceProfile
    entries: tuple[Entry, ...]
    look: Look
    texts: int
    language: Language

    @property
    def advice(self) -> tuple[str, ...]:
        """What a person is to think of before a run."""
        return (f"mind that {self.language.problem}",) if self.language.problem else ()


def draft_site(source: str, *, name: str, settings: WebSettings) -> SiteDraft:
    """Look at what a web address answers, and draft the profile of that name.

    It makes at most six requests, by the settings of a run. Raises what :func:`look_at_site` does,
    and :class:`StopRun` when no article can be read.
    """
    look = look_at_site(source, settings)
    texts = _count_texts(look)
    if not texts:
        why = Counter(each.problem for each in look.articles).most_common()
        raise StopRun(
            "No article of this source can be read, so there is nothing to draft a profile from",
            source=source,
            articles=", ".join(f"{count:,} {reason}" for reason, count in why),
        )
    language = _language_of(look)
    entries = site_entries(look, name)
    toml = render(_preface(look, texts, language), entries, _notes(look))
    return SiteDraft(
        name=name,
        toml=toml,
        profile=SourceProfile.model_validate({**tomllib.loads(toml), "name": name}),
        entries=entries,
        look=look,
        texts=texts,
        language=language,
    )


def _count_texts(look: Look) -> int:
    if has_texts(look.items):
        return sum(bool(each.item and each.item.text) for each in look.articles)
    return sum(bool(each.body) for each in look.articles)


def _language_of(look: Look) -> Language:
    some = "\n".join([*(each.body for each in look.articles), *(item.text for item in look.items)])
    some = some[:LOOKED_AT]
    arabic = len(_ARABIC.findall(some))
    share = arabic / max(len(_LETTER.findall(some)), 1)
    pages = [each.page.language for each in look.articles if each.page is not None]
    said = [look.head.language if look.head is not None else "", *pages]
    declared = tuple(dict.fromkeys(one_line(tag.lower(), 20) for tag in said if tag))
    told = f"; the site says {', '.join(map(example, declared))}" if declared else ""
    problem = ""
    if share < _MOSTLY:
        problem = f"its texts are not Arabic: {share:.0%} of their letters are{told}"
    elif len(_OTHERS.findall(some)) > _PERSIAN * arabic:
        problem = f"its texts are rather Persian or Urdu, by their letters{told}"
    return Language(arabic=share, declared=declared, problem=problem)


def _preface(look: Look, texts: int, language: Language) -> list[str]:
    seen = "a page"
    if look.head is not None:
        seen = f"a feed of {len(look.items):,} items, titled {example(look.head.title)}"
    lines = [
        f"Drafted by `warraq source new` for a person to read over. Looked at: {seen}, with "
        f"{look.requests:,} requests; {texts:,} of {len(look.articles):,} articles give a text.",
        "Keys that are commented out are guesses: accept one by taking its # away.",
    ]
    if language.problem:
        lines.append(f"MIND: {language.problem}.")
    else:
        lines.append(f"Of the letters {language.arabic:.0%} are Arabic.")
    return lines


def _notes(look: Look) -> list[str]:
    lines = ["Articles that were looked at:"]
    for each in look.articles:
        title = (each.page.title if each.page is not None else None) or ""
        told = each.problem or f"{example(title)}, {len(each.body):,} characters"
        lines.append(f"- {one_line(unquote(each.url), _SHOWN)}: {told}")
    return lines
