"""A story that is taken out of a lake, and where its text may still be."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.pipeline.running import rows, warraq

SECRET = "اسم الشاهد سين صاد"
STORY = f"قالت المحكمة إن {SECRET} أدلى بشهادته أمس أمام القاضي في قاعة مغلقة حضرها محاموه وحدهم."


def told(number: int, source: str, text: str = STORY, **more: Any) -> dict[str, Any]:
    """One record of the story."""
    return {
        "id": str(number),
        "source": source,
        "title": "شهادة",
        "text": text,
        "published_at": f"2026-03-0{number}T08:00:00Z",
    } | more


def ids(lake: Path) -> dict[str, str]:
    """The article_id of each outlet's record of the story."""
    return {
        row["source"]: row["article_id"]
        for row in rows(lake, "ledger")
        if row["source"] in {"الأولى", "الثانية", "الثالثة", "الرابعة"}
    }


def retract(lake: Path, article_id: str, *options: str) -> dict[str, Any]:
    ran = warraq("retract", article_id, "--reason", "حكم محكمة", *options, "--lake", lake)
    assert ran.code == 0, ran.log
    assert warraq("verify", "--lake", lake).code == 0
    return dict(ran.told)


def holds(root: Path, text: str) -> list[Path]:
    """Every file under a folder that has the text in it, unpacked where it is Parquet."""
    found = []
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = str(pq.read_table(path, partitioning=None).to_pylist()).encode()
        written = (text.encode(), text.encode("unicode_escape"), repr(text.encode())[2:-1].encode())
        if any(form in content for form in written):
            found.append(path)
    return found
