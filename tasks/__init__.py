"""How data is made so: a room per stage, pure functions over Arrow tables, thin Prefect tasks.

Importing this package settles where compiled kernels are kept, before numba is imported.
"""

import atexit
import hashlib
import os
import shutil
import tempfile
from pathlib import Path


def _settle_kernel_cache() -> None:
    """Keep compiled kernels in a folder named by the digest of their sources.

    numba looks at the file of a kernel only, not at those of the kernels that it calls: after an
    update it would go on with old ones. Where the code may not be written, the folder is private
    and passing: compiled code that others could replace is never loaded.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    here = Path(__file__).parent
    state = hashlib.sha256()
    for file in sorted(here.rglob("*.py")):
        source = file.read_bytes()
        compiled = b"njit" in source or b"borrowing" in source
        if compiled or file.parent.name == "text":  # letters.py has their constants
            state.update(source)
    folder = here / "__pycache__" / f"kernels-{state.hexdigest()[:12]}"
    if not os.access(here, os.W_OK):
        folder = Path(tempfile.mkdtemp(prefix="warraq-kernels-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)


_settle_kernel_cache()


def kernels_are_compiled() -> bool:
    """Whether an earlier process left compiled kernels; else they take a minute or so."""
    return any(Path(os.environ["NUMBA_CACHE_DIR"]).rglob("*.nbi"))
