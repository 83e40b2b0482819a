"""One reader of article pages over the gold's pages: its CPU time, and the text it found.

Usage: ``python page_peer.py READER pages.tar.gz found.json``, by an interpreter that has the
reader; :mod:`tests.benchmarks.pages` calls it. Counted is the CPU of all threads while the pages
are read, after a first page of each template was read: imports, tables and kernels are start-up.

Peers read as their manuals say: trafilatura decodes by itself; the others are given text, decoded
in the encoding that the gold knows. newspaper4k parses what it is handed, without a request.
"""

import json
import sys
import tarfile
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

Reader = Callable[[bytes, str], dict[str, Any]]


def own() -> Reader:
    from tasks.pages import read_page  # noqa: PLC0415

    zone = ZoneInfo("Asia/Riyadh")

    def read(payload: bytes, _: str) -> dict[str, Any]:
        page = read_page(payload, timezone="Asia/Riyadh")
        text = "\n".join(each.text for each in page.paragraphs if each.kind != "related")
        at = page.published
        if at is not None and page.published_precision != "day":
            at = at.astimezone(zone)
        return {"text": text, "title": page.title, "date": str(at or "")[:10]}

    return read


def trafilatura(*, fast: bool = False) -> Reader:
    import trafilatura  # noqa: PLC0415

    def read(payload: bytes, _: str) -> dict[str, Any]:
        found = trafilatura.bare_extraction(
            payload, with_metadata=True, include_comments=False, fast=fast
        )
        if found is None:
            return {}
        return {"text": found.text, "title": found.title, "date": found.date}

    return read


def resiliparse() -> Reader:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415

    def read(payload: bytes, encoding: str) -> dict[str, Any]:
        text = extract_plain_text(payload.decode(encoding, "replace"), main_content=True)
        return {"text": text}

    return read


def newspaper() -> Reader:
    from newspaper import Article, Config  # noqa: PLC0415

    config = Config()
    config.language = "ar"
    config.fetch_images = False

    def read(payload: bytes, encoding: str) -> dict[str, Any]:
        article = Article("https://example.org/a", config=config)
        article.download(input_html=payload.decode(encoding, "replace"))
        article.parse()
        return {
            "text": article.text,
            "title": article.title,
            "date": str(article.publish_date or "")[:10],
        }

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "own": own,
    "trafilatura": trafilatura,
    "trafilatura-fast": lambda: trafilatura(fast=True),
    "resiliparse": resiliparse,
    "newspaper4k": newspaper,
}


def main() -> None:
    """Read all pages; write what was found, and print pages and CPU seconds."""
    name, source, target = sys.argv[1:]
    with tarfile.open(source) as archive:
        files = {each.name.rpartition("/")[2]: archive.extractfile(each) for each in archive}
        data = {file_name: file.read() for file_name, file in files.items() if file is not None}
    rows = [json.loads(line) for line in data.pop("gold.jsonl").decode().splitlines()]
    read = READERS[name]()
    pages = [(row["file"], data[row["file"]], row.get("encoding") or "utf-8") for row in rows]
    for _, payload, encoding in {
        row["template"]: page for row, page in zip(rows, pages, strict=True)
    }.values():
        read(payload, encoding)
    found: dict[str, dict[str, Any]] = {}
    began = time.process_time()
    for file, payload, encoding in pages:
        try:
            found[file] = read(payload, encoding)
        except Exception as error:  # noqa: BLE001
            found[file] = {"error": repr(error)}
    seconds = time.process_time() - began
    with open(target, "w", encoding="utf-8") as out:  # noqa: PTH123
        json.dump(found, out, ensure_ascii=False)
    print(json.dumps({"pages": len(pages), "seconds": seconds}))


if __name__ == "__main__":
    main()
