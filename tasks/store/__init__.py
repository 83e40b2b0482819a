"""The lake: references to landed files, atomic commits, the log, the duplicate index, the runs."""

from tasks.store.corrections import AMENDMENTS
from tasks.store.index import DuplicateIndex, open_index
from tasks.store.lake import Lake, open_lake
from tasks.store.lock import writer_lock
from tasks.store.log import LiveFile, LogEntry
from tasks.store.lookup import find_article, find_ledger
from tasks.store.runs import fail_cut_off_runs, read_runs, write_runs
from tasks.store.transaction import Transaction, transaction
from tasks.store.verify import Finding, verify
from tasks.store.work import sweep_work

__all__ = [
    "AMENDMENTS",
    "DuplicateIndex",
    "Finding",
    "Lake",
    "LiveFile",
    "LogEntry",
    "Transaction",
    "fail_cut_off_runs",
    "find_article",
    "find_ledger",
    "open_index",
    "open_lake",
    "read_runs",
    "sweep_work",
    "transaction",
    "verify",
    "write_runs",
    "writer_lock",
]
