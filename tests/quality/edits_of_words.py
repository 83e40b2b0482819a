"""What editors, and the machines that reword for them, do to the words of a story they take over.

Each edit takes an article, chance, and other articles as material; it returns the article as the
other outlet prints it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from tests.quality.edits_of_letters import (
    drop_hamzas,
    starts_with_joined_waw,
    swap_punctuation,
    undot_ta_marbuta,
)
from tests.quality.stories import Article, split_parts

Edit = Callable[[Article, Random, Sequence[Article]], Article]

NAMES: Final = ("محمد عبد الله", "سارة حسن", "أحمد الخطيب", "ليلى مراد", "يوسف العلي", "هند سالم")
CITIES: Final = ("القاهرة", "عمّان", "الرباط", "بيروت", "الرياض", "تونس", "دبي")
BYLINES: Final = (
    "كتب: {name}",
    "كتب - {name}",
    "{city} - {name}",
    "{name} ({city})",
    "{name} – {city}",
)
HEADINGS: Final = (
    "اقرأ أيضاً",
    "اقرأ أيضا:",
    "إقرأ المزيد",
    "أخبار ذات صلة",
    "مواضيع متعلقة",
    "شاهد أيضاً",
    "قد يهمك أيضا",
)
CREDITS_BEHIND: Final = ("(وكالات)", "المصدر: وكالات", "- رويترز", "المصدر: فرانس برس", "(د ب أ)")
CREDITS_BEFORE: Final = (
    "(رويترز) - ",
    "(أ ف ب) - ",
    "وكالات - ",
    "{city} - (أ ش أ): ",
    "{city} - وكالات: ",
)

CONNECTIVES: Final = (
    "وكما {}",
    "وحيث {}",
    "كما {}",
    "هذا و{}",
    "ومن جانب آخر {}",
    "وفي السياق ذاته {}",
    "مشيرا إلى أن ما سبق يأتي في وقت {}",
    "وتجدر الإشارة إلى أنه {}",
)
"""The first two are by far the most frequent in reworded news (``data/sample``, scrape.txt)."""
_WEIGHTS: Final = (6, 6, 3, 2, 2, 2, 1, 1)

REPORTING: Final = {
    "قال": "ذكر", "قالت": "ذكرت", "ذكر": "أفاد", "ذكرت": "أفادت", "أكد": "أوضح", "أكدت": "أوضحت",
    "أوضح": "بيّن", "أوضحت": "بيّنت", "أضاف": "تابع", "أضافت": "تابعت", "أعلن": "كشف",
    "أعلنت": "كشفت", "أشار": "لفت", "أشارت": "لفتت", "مشيرا": "لافتا", "مشيراً": "لافتاً",
    "مؤكدا": "مشددا", "مؤكداً": "مشدداً", "صرح": "قال", "صرحت": "قالت", "تابع": "استطرد",
    "كشف": "أعلن", "كشفت": "أعلنت", "قائلا": "مصرحا", "قائلاً": "مصرحاً", "اعتبر": "رأى",
}  # fmt: skip
FUNCTION_WORDS: Final = {
    "التي": "اللتي", "الذي": "اللذي", "أن": "إن", "إن": "أن", "أنه": "إنه", "أنها": "إنها",
    "قال": "ذكر", "قالت": "ذكرت", "خلال": "أثناء", "حول": "بشأن", "حيث": "إذ", "لكن": "إلا أن",
    "أيضا": "كذلك", "أيضاً": "كذلك", "بسبب": "جراء", "عندما": "حين", "بين": "ما بين",
    "عبر": "من خلال", "ضمن": "في إطار", "نحو": "حوالي", "بعد": "عقب", "قبل": "قبيل",
    "هذه": "هاته", "ذلك": "ذاك", "قد": "لقد", "لدى": "عند", "ضد": "بوجه", "كل": "جميع",
    "أمس": "يوم أمس", "منذ": "من",
}  # fmt: skip

_WORD: Final = re.compile("[ء-غف-ي\N{ARABIC FATHATAN}]+")
_STATEMENT: Final = re.compile(r"[ء-ي][^؟]*\Z")
_PLAIN_WORD: Final = re.compile(r"(?<!\S)[ء-ي]+(?=[،.؛:]?(?!\S))")
_LEAD_WORDS: Final = 60
MOST_TITLE_WORDS: Final = 20
"""Some outlets' records have a whole paragraph for a title: nobody links to an article by that."""


def add_byline(article: Article, rng: Random, _: Sequence[Article]) -> Article:
    """Put a reporter of the other outlet on a line before the text."""
    line = rng.choice(BYLINES).format(name=rng.choice(NAMES), city=rng.choice(CITIES))
    return replace(article, text=f"{line}\n{article.text}")


def add_related_block(article: Article, rng: Random, others: Sequence[Article]) -> Article:
    """Put a heading and two to four titles of other articles between sentences in the middle."""
    titles = [title for title in (other.title for other in others) if title]
    links = [title for title in titles if len(title.split()) <= MOST_TITLE_WORDS]
    block = [rng.choice(HEADINGS), *rng.sample(links, rng.randint(2, 4))]
    parts = split_parts(article.text)
    middle = len(parts) // 2
    before, after = "".join(parts[:middle]).rstrip(), "".join(parts[middle:])
    return replace(article, text="\n".join([before, *block, after]))


def add_agency_credit(article: Article, rng: Random, _: Sequence[Article]) -> Article:
    """Credit an agency before the first word or behind the last."""
    if rng.random() < 0.5:
        return replace(article, text=f"{article.text} {rng.choice(CREDITS_BEHIND)}")
    credit = rng.choice(CREDITS_BEFORE).format(city=rng.choice(CITIES))
    return replace(article, text=credit + article.text)


def spin_connectives(article: Article, rng: Random, _: Sequence[Article]) -> Article:
    """Begin most sentences with a connective, as machine rewording does: «وكما أكد»."""
    first, *rest = split_parts(article.text)
    spun = [
        _connected(part, rng) if _STATEMENT.match(part) and rng.random() < 0.7 else part
        for part in rest
    ]
    return replace(article, text=first + "".join(spun))


def _connected(part: str, rng: Random) -> str:
    joined = starts_with_joined_waw(part)
    return rng.choices(CONNECTIVES, _WEIGHTS)[0].format(part[1:] if joined else part)


def spin_heavily(article: Article, rng: Random, others: Sequence[Article]) -> Article:
    """Change connectives, reporting verbs and the «و» at the head of clauses all together."""
    text = spin_connectives(article, rng, others).text
    text = _swap_words(text, REPORTING, rng, share=0.9)

    def toggle(found: re.Match[str]) -> str:
        word = found[0]
        if starts_with_joined_waw(word):
            return word[1:]
        return f"و{word}" if word[0] != "و" and rng.random() < 0.3 else word

    return replace(article, text=re.sub("(?<=[،؛] )[ء-ي]+", toggle, text))


def swap_function_words(article: Article, rng: Random, _: Sequence[Article]) -> Article:
    """Exchange small words for others that do as well, or are taken for them: «اللتي», «إن»."""
    text = _swap_words(article.text, FUNCTION_WORDS, rng, share=0.7)
    return replace(
        article,
        text=re.sub(
            "(?<![ء-ي])في ([ء-ي]{3,})",
            lambda found: f"ب{found[1]}" if rng.random() < 0.4 else found[0],
            text,
        ),
    )


def _swap_words(text: str, pairs: dict[str, str], rng: Random, *, share: float) -> str:
    """Swap so large a share of the words that are in ``pairs``, also behind a «و»."""

    def swap(found: re.Match[str]) -> str:
        word = found[0]
        joined = "و" if word not in pairs and word.startswith("و") else ""
        other = pairs.get(word.removeprefix(joined))
        return word if other is None or rng.random() > share else joined + other

    return _WORD.sub(swap, text)


def cut_to(share: float) -> Edit:
    """Return the edit that prints so large a share of the words only, often with dots behind."""

    def cut(article: Article, rng: Random, _: Sequence[Article]) -> Article:
        words = list(re.finditer(r"\S+", article.text))
        end = words[max(round(share * len(words)), 1) - 1].end()
        return replace(article, text=article.text[:end] + rng.choice(["", "...", " ..."]))

    return cut


def change_a_tenth(article: Article, rng: Random, others: Sequence[Article]) -> Article:
    """Replace a word in ten by one of its length from other articles, delete it, or add one."""

    def change(found: re.Match[str]) -> str:
        if rng.random() > 0.1:
            return found[0]
        other = _word_like(found[0], rng, others)
        return rng.choices([other, "", f"{other} {found[0]}"], [6, 2, 2])[0]

    changed = re.sub(r"\S+", change, article.text)
    return replace(article, text=re.sub(" {2,}", " ", changed))


def _word_like(word: str, rng: Random, others: Sequence[Article]) -> str:
    words = rng.choice(others).text.split()
    alike = [other for other in words if abs(len(other) - len(word)) <= 1]
    return rng.choice(alike or words)


def add_new_lead(article: Article, rng: Random, others: Sequence[Article]) -> Article:
    """Put a new first paragraph over the story: its own words in part, in part new ones.

    It is as long as another story's first sentences; half of it is runs of the story's words.
    """
    other = _PLAIN_WORD.findall(rng.choice(others).text)
    size = rng.randint(min(30, len(other)), min(_LEAD_WORDS, len(other)))
    own = _PLAIN_WORD.findall(article.text)
    lead: list[str] = []
    while len(lead) < size:
        words = own if rng.random() < 0.5 else other
        start = rng.randrange(max(len(words) - 3, 1))
        lead += words[start : start + rng.randint(1, 3)]
    title = article.title and f"{article.title} (محدث)"
    return replace(article, title=title, text=f"{' '.join(lead)}.\n{article.text}")


def reorder_sentences(article: Article, rng: Random, _: Sequence[Article]) -> Article:
    """Keep the lead and print the other sentences in another order."""
    parts = split_parts(article.text)
    order = list(range(1, len(parts)))
    while order == sorted(order):
        rng.shuffle(order)
    spaces = [part[len(part.rstrip()) :] for part in parts]
    moved = [parts[place].rstrip() for place in (0, *order)]
    return replace(article, text="".join(map("".join, zip(moved, spaces, strict=True))))


def cut_out_a_passage(article: Article, rng: Random, _: Sequence[Article]) -> Article:
    """Leave a paragraph out, or a sixth of the sentences where there are few paragraphs."""
    paragraphs = [line for line in article.text.split("\n") if line.strip()]
    words = len(article.text.split())
    fit = [n for n, line in enumerate(paragraphs) if n and 0.05 < len(line.split()) / words < 0.3]
    if fit:
        del paragraphs[rng.choice(fit)]
        return replace(article, text="\n".join(paragraphs))
    parts = split_parts(article.text)
    size = max(len(parts) // 6, 1)
    start = rng.randint(1, len(parts) - size)
    return replace(article, text="".join(parts[:start] + parts[start + size :]).strip())


def edit_a_little_of_all(article: Article, rng: Random, others: Sequence[Article]) -> Article:
    """Print in the house's own spelling and pointing, signed, with a related block."""
    text = swap_punctuation(undot_ta_marbuta(drop_hamzas(article.text), rng), rng)
    blocked = add_related_block(replace(article, text=text), rng, others)
    return add_byline(blocked, rng, others)


def merge_whole(article: Article, _: Random, others: Sequence[Article]) -> Article:
    """Print two stories of one day under both titles, one after the other."""
    (other,) = others
    title = " .. ".join(title for title in (article.title, other.title) if title)
    return replace(article, title=title or None, text=f"{article.text}\n{other.text}")


def merge_halves(article: Article, _: Random, others: Sequence[Article]) -> Article:
    """Print a digest: what stands first in each of two stories, half of each."""
    halves = ["".join(parts[: len(parts) // 2]).strip() for parts in
              (split_parts(each.text) for each in (article, *others))]  # fmt: skip
    return replace(merge_whole(article, _, others), text="\n".join(halves))
