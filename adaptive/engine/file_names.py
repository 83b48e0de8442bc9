"""The name of a file as libsndfile takes it."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def for_libsndfile(path: Path) -> str | bytes:
    """Return the name of a file for libsndfile.

    soundfile encodes names itself, and fails without a locale where a name has an umlaut.  Windows has names
    of characters, other systems have names of bytes.
    """
    return str(path) if sys.platform == "win32" else os.fsencode(path)
