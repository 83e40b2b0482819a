"""The lake: landed files, atomic commits, the log, the index, counts of lines, the runs."""

from tasks.store.corrections import AMENDMENTS
from tasks.store.finding import Finding
from tasks.store.index import DuplicateIndex, open_index
from tasks.store.known_texts import Alike
from tasks.store.lake import Lake, open_lake
from tasks.store.line_counts import WHOLE, merge_line_counts, read_line_counts
from tasks.store.lock import writer_lock
from tasks.store.log import LiveFile, LogEntry, Operation, read_entry
from tasks.store.lookup import find_article, find_cluster, find_ledger, find_rows
from tasks.store.maintenance import Upkeep, is_due, keep_up
from tasks.store.migrations import migrate
from tasks.store.runs import fail_cut_off_runs, read_runs, write_runs
from tasks.store.state import State
from tasks.store.transaction import Transaction, transaction
from tasks.store.verify import Examination, examine, verify
from tasks.store.views import view_path
from tasks.store.work import clear_work, sweep_work

__all__ = [
    "AMENDMENTS",
    "WHOLE",
    "Alike",
    "DuplicateIndex",
    "Examination",
    "Finding",
    "Lake",
    "LiveFile",
    "LogEntry",
    "Operation",
    "State",
    "Transaction",
    "Upkeep",
    "clear_work",
    "examine",
    "fail_cut_off_runs",
    "find_article",
    "find_cluster",
    "find_ledger",
    "find_rows",
    "is_due",
    "keep_up",
    "merge_line_counts",
    "migrate",
    "open_index",
    "open_lake",
    "read_entry",
    "read_line_counts",
    "read_runs",
    "sweep_work",
    "transaction",
    "verify",
    "view_path",
    "write_runs",
    "writer_lock",
]
