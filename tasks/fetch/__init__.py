"""Fetch: SOURCEs in, raw records landed for good, their fields decoded for ``clean``."""

from tasks.fetch.batches import Fetched, Intake, fetch, fetch_again, read_landed
from tasks.fetch.decode import decode_raw
from tasks.fetch.files import SourceFile, WrongSource, find_addresses, find_files
from tasks.fetch.intake import Progress
from tasks.fetch.purging import purge_raw, uncommitted_batches
from tasks.fetch.raw import read_raw
from tasks.fetch.reading import Reading
from tasks.fetch.seen import History

__all__ = [
    "Fetched",
    "History",
    "Intake",
    "Progress",
    "Reading",
    "SourceFile",
    "WrongSource",
    "decode_raw",
    "fetch",
    "fetch_again",
    "find_addresses",
    "find_files",
    "purge_raw",
    "read_landed",
    "read_raw",
    "uncommitted_batches",
]
