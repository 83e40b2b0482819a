"""The few operations on files that a lake is made of.

All that changes what is in a lake goes through these: put a file if its name is free, put one in
place of another, switch, list, delete, and what views and groups of files need (make a folder,
link, give a whole folder its name, withdraw it). Nothing else in this package changes a file
system but the writer lock and SQLite, which are local by nature, and Arrow, which writes data files
below a group's folder (``tests/store/test_files.py`` holds it to that). An object store can follow
behind the same names: the log is put if absent, and views are derived from it.
"""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from tasks.errors import StopRun

_NO_HARD_LINK: Final = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV, errno.EMLINK}
)
_STAYS: Final = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT})
_ADVICE: Final = {
    errno.ENOSPC: "the disk is full; free some space and run it again",
    errno.EDQUOT: "the disk quota is used up; free some space and run it again",
    errno.EFBIG: "a file would pass the size limit of this process or disk; raise it (ulimit -f)",
    errno.EACCES: "it may not be written by this user; check its owner and mode",
    errno.EPERM: "it may not be written by this user; check its owner and mode",
    errno.EROFS: "the file system is read-only; choose another lake",
    errno.ENOTDIR: "a part of the path is a file; choose another place",
    errno.EEXIST: "a file of this name is there; choose another place",
    errno.ENOENT: "a folder of the path is gone; make it, or choose another place",
    errno.ENAMETOOLONG: "the path is too long; choose a shorter one",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
    errno.EIO: "the disk fails; check it before anything else",
}
_CLOSED: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
)
_SYNC_THREADS: Final = 8  # journals gather syncs that arrive together: 2 times faster for 150 files


@contextmanager
def explained(problem: str, path: Path) -> Iterator[None]:
    """Turn an :class:`OSError` inside into a :class:`StopRun` that names the path and a way out."""
    try:
        yield
    except OSError as error:
        why = _ADVICE.get(error.errno or 0, error.strerror or str(error))
        # Of two names the second is the one to be made. Some are relative, to a folder or a link.
        named = [str(name) for name in (error.filename2, error.filename) if name is not None]
        place = next(filter(os.path.isabs, named), str(path))
        raise StopRun(f"{problem}: {why}", path=place) from error


def may_pass(error: StopRun) -> bool:
    """Whether only writing failed, for want of room or of the right to: reading may go on."""
    return isinstance(error.__cause__, OSError) and error.__cause__.errno in _CLOSED


def aside_of(path: Path) -> Path:
    """Return a new hidden name beside ``path``; readers of Parquet folders skip hidden names."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def put_if_absent(path: Path, content: bytes) -> bool:
    """Create the file whole and durable, or return False when the name is taken.

    Where the file system has no hard links, the writer lock alone keeps two writers apart.
    """
    aside = aside_of(path)
    try:
        with aside.open("xb") as sink:
            sink.write(content)
            sink.flush()
            os.fsync(sink.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_HARD_LINK:
                raise
            if path.exists():
                return False
            aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def put(path: Path, content: bytes) -> None:
    """Write the file whole and durable, in place of what stands there."""
    with putting(path) as sink:
        sink.write(content)


@contextmanager
def putting(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write in any order; in the end it stands whole and durable in ``path``."""
    aside = aside_of(path)
    try:
        with aside.open("xb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)


def put_unsynced(path: Path, content: bytes) -> None:
    """Write a new file of something derived, which is made again when a power cut tears it."""
    path.write_bytes(content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name to write to; what is there in the end takes the place of ``path`` in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(path)
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def switch(link: Path, target: str) -> None:
    """Point the symbolic link at ``target`` in one step: readers see the old or the new one."""
    aside = aside_of(link)
    aside.symlink_to(target)
    try:
        aside.replace(link)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(link.parent)


def point(link: Path, target: str) -> None:
    """Make a symbolic link; what stands there stays, and is an error."""
    link.symlink_to(target)


def switched_to(link: Path) -> str | None:
    """Return what the symbolic link points at; None when there is no such link."""
    try:
        return str(link.readlink())
    except OSError:
        return None


def link(source: str, target: str) -> None:
    """Give an immutable file a second name; a relative symbolic link where there are no hard ones.

    Takes text, not paths: a view links every live file, and building paths costs twice the link.
    """
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_HARD_LINK:
            raise
        os.symlink(os.path.relpath(source, os.path.dirname(target)), target)  # noqa: PTH120, PTH211


def link_or_copy(source: Path, target: Path) -> None:
    """Give an immutable file a second name that outlives the first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_HARD_LINK:
            raise
        shutil.copyfile(source, target)


def make_folder(path: Path | str) -> None:
    """Make the folder, and those above it, where there is none."""
    os.makedirs(path, exist_ok=True)  # noqa: PTH103 (a view may have 10,000 folders)


def name_folder(aside: Path, path: Path) -> None:
    """Give a folder that was made under another name its own, in one step, durable."""
    aside.rename(path)
    sync_folder(path.parent)


def withdraw(folder: Path) -> None:
    """Remove a folder that readers may be in: who lists it finds all of it or nothing."""
    aside = aside_of(folder)
    folder.rename(aside)
    delete(aside)


def delete_empty(folder: Path) -> None:
    """Remove the folder if nothing is in it."""
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno not in _STAYS:
            raise


def names(folder: Path) -> list[str]:
    """List the names in the folder, sorted; empty when there is no such folder."""
    try:
        return sorted(entry.name for entry in os.scandir(folder))
    except FileNotFoundError:
        return []


def delete(path: Path) -> None:
    """Remove a file or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of the file, hexadecimal."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def sync(paths: Iterable[Path]) -> None:
    """Wait until the files and folders are on the disk."""
    with ThreadPoolExecutor(_SYNC_THREADS) as pool:
        for _ in pool.map(_sync_one, paths):
            pass


def sync_folder(folder: Path) -> None:
    """Wait until the folder's names are on the disk."""
    _sync_one(folder)


def _sync_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
