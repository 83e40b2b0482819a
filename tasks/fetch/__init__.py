"""Fetch: SOURCEs in, raw records landed for good, their fields decoded for ``clean``."""

from tasks.fetch.batches import Fetched, Progress, fetch
from tasks.fetch.decode import decode_raw
from tasks.fetch.files import SourceFile, WrongSource, find_files
from tasks.fetch.raw import read_raw
from tasks.fetch.reading import Reading

__all__ = [
    "Fetched",
    "Progress",
    "Reading",
    "SourceFile",
    "WrongSource",
    "decode_raw",
    "fetch",
    "find_files",
    "read_raw",
]
