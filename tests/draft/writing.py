"""Invented articles in every odd layout that the tests draft profiles for."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from random import Random

from tasks.draft.columns import TEXT as PLAIN
from tasks.draft.columns import Column, Shape

_TEXT = (
    "الحكومة الوزير أعلن قرار المدينة جديد مشروع افتتاح الطريق العام مدرسة تلاميذ برنامج اجتماع "
    "مجلس ميزانية سوق أسعار الخضر المطر الرياح موسم الزيتون قطار محطة ميناء سفن صيادون جسر قرية"
)
_WORDS = _TEXT.split()


class Writer:
    """Writes the same sentences for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self.random = Random(seed)

    def words(self, count: int) -> str:
        return " ".join(self.random.choice(_WORDS) for _ in range(count))

    def text(self) -> str:
        return f"{self.words(35)}.\n{self.words(30)}."

    def article(self) -> tuple[str, str]:
        """Return a title and a text that begins with its words, as reports do."""
        title = self.words(6)
        return title, f"{title} {self.text()}"


def shape(columns: Mapping[str, Sequence[str | None]]) -> Shape:
    rows = max(map(len, columns.values()))
    made = {path: Column(path, list(values), {PLAIN}) for path, values in columns.items()}
    return Shape("rows", rows, made)


def csv_of(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def json_lines(records: Sequence[object]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
