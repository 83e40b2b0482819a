"""The archives that Warraq looks into, one module each; nothing is ever unpacked to disk.

An archive is added by its module and one line in ``ARCHIVES``. Its members are read like files: by
their content, in any format, compressed or not, up to ``max_archive_depth`` archives deep.
"""

from typing import Final

from tasks.fetch.archives.members import Archive, Member
from tasks.fetch.archives.tar_archive import TAR
from tasks.fetch.archives.warc_archive import WARC
from tasks.fetch.archives.zip_archive import ZIP

ARCHIVES: Final = (ZIP, TAR, WARC)


def find_archive(head: bytes) -> Archive | None:
    """Return the kind of archive that has these first bytes, if it is one."""
    return next((kind for kind in ARCHIVES if kind.sniff(head)), None)


__all__ = ["ARCHIVES", "Archive", "Member", "find_archive"]
