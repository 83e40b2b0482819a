"""Hugging Face's ``datasets``, imported so that it asks no network and keeps nothing at home.

Both are read from the environment once, at the first import: tests import it from here.
"""

import atexit
import os
import shutil
import tempfile

_HOME = tempfile.mkdtemp(prefix="warraq-hf-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ.update({"HF_HUB_OFFLINE": "1", "HF_HOME": _HOME})

from datasets import Dataset, disable_progress_bars, load_dataset  # noqa: E402
from huggingface_hub import DatasetCard  # noqa: E402

disable_progress_bars()

__all__ = ["Dataset", "DatasetCard", "load_dataset"]
