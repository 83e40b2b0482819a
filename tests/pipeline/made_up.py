"""Made-up records with everything that makes deciding hard: copies, revisions, repeats, ties."""

import random
from typing import Final

from tests.pipeline.running import Row

OUTLETS: Final = ("منبر الشرق", "صدى الساحل", "أخبار الواحة", "دفتر المدينة")
KINDS: Final = ("copy", "dated copy", "revision", "dated revision", "repeat", "tie")
_LETTERS: Final = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


def words(chance: random.Random, count: int) -> str:
    """Return so many words of Arabic letters."""
    return " ".join("".join(chance.choices(_LETTERS, k=chance.randint(2, 7))) for _ in range(count))


def article(chance: random.Random, number: int) -> Row:
    """Return one record whose text no other record has."""
    date = f"2024-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}T10:00:00Z"
    return {
        "id": f"n{number}",
        "source": chance.choice(OUTLETS),
        "title": words(chance, 6),
        "text": f"{words(chance, 30)}.\n{words(chance, 25)}.",
        "published_at": chance.choice([date, date, date, None, "أمس"]),
        "category": chance.choice(["سياسة", "رياضة", None]),
    }


def records(count: int, seed: int) -> list[Row]:
    """Return records of which half are copies, revisions or repeats of others."""
    chance = random.Random(seed)
    made: list[Row] = []
    for number in range(count):
        fresh = not made or chance.random() < 0.5
        made.append(
            article(chance, number) if fresh else _follow(chance, chance.choice(made), number)
        )
    return made


def _follow(chance: random.Random, other: Row, number: int) -> Row:
    kind = chance.choice(KINDS)
    if kind == "copy":
        fresh = article(chance, number)
        return fresh | {"text": other["text"].replace("ا", "أ", 1)}
    if kind == "dated copy":
        return other | {"id": f"n{number}", "source": chance.choice(OUTLETS)}
    if kind == "revision":
        return other | {"text": f"{words(chance, 20)}.\n{other['text']}"}
    if kind == "dated revision":
        hour = chance.randint(0, 23)
        text = f"{words(chance, 20)}.\n{other['text']}"
        return other | {"text": text, "modified_at": f"2025-01-01T{hour:02d}:00:00Z"}
    if kind == "tie":  # the same text, said to be something else
        return other | {"category": words(chance, 1), "author": words(chance, 2)}
    return dict(other)
