"""Where compiled kernels are kept: folders that may be read-only, one file a unit, one lock.

A unit's file is named by the hash of all its machine code depends on, so an edit anywhere makes another
name, wherever the sources lie.  It is written beside and then renamed, and carries its own digest: a
process finds a whole file or none.  (numba's own cache is tied to the path and the date of a source, and
does not notice an edit in another file.)
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

DIGEST_BYTES = 32
LOCK_RETRY_S = 0.1


def default_cache() -> Path:
    """Folder of the user's for compiled kernels: ``ADAPTIVE_CACHE_DIR``, else the system's habit."""
    named = os.environ.get("ADAPTIVE_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "adaptive"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(_home()))) / "adaptive" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache") / "adaptive"


def _home() -> Path:
    """The user's home; a place that cannot be written for a user the system does not know."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _is_own(folder: Path) -> bool:
    """Whether nobody else could have put a file there: what lies in a cache is run."""
    if sys.platform == "win32":
        return True  # the temporary folder is the user's own
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """Folder compiled kernels are written to: the user's, or one for temporary files.

    Raises nothing: without a cache the engine starts, only more slowly.
    """
    folder = default_cache()
    if _is_writable(folder):
        return folder
    user = os.getuid() if sys.platform != "win32" else "user"
    spare = Path(tempfile.gettempdir()) / f"adaptive-kernel-{user}"
    with contextlib.suppress(OSError):
        spare.mkdir(mode=0o700, exist_ok=True)
        if _is_own(spare) and _is_writable(spare):
            return spare
    return Path(tempfile.mkdtemp(prefix="adaptive-kernel-"))


def readable_folders() -> tuple[Path, ...]:
    """Folders to look in: a cache that was filled while it could be written serves when it cannot."""
    folders = (default_cache(), cache_folder())
    return folders[:1] if folders[0] == folders[1] else folders


def is_cache_lasting() -> bool:
    """Whether what is compiled now survives a restart of the machine."""
    return cache_folder() == default_cache()


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock file: two processes never compile the same unit at once."""
    with (folder / "lock").open("w") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                    break
                except OSError:  # the other compiles, for longer than Windows is willing to wait
                    time.sleep(LOCK_RETRY_S)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


class UnitFile:
    """The kept code of one unit; takes the place of numba's cache of a function.

    Parameters
    ----------
    name : str
        Its file name, hash and all.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def path(self) -> Path | None:
        """The first file of that name; None if there is none."""
        candidates = (folder / self.name for folder in readable_folders())
        return next((path for path in candidates if path.is_file()), None)

    def load_overload(self, _signature: Any, context: Any) -> Any:
        """Return the code, made ready to run; None if there is none or it is damaged."""
        from numba.core.compiler import CompileResult

        context.refresh()
        for folder in readable_folders():
            with contextlib.suppress(OSError):
                raw = (folder / self.name).read_bytes()
                body = raw[DIGEST_BYTES:]
                if hashlib.sha256(body).digest() == raw[:DIGEST_BYTES]:
                    return CompileResult._rebuild(context, *pickle.loads(body))
        return None

    def save_overload(self, _signature: Any, compiled: Any) -> None:
        """Keep the code; what cannot be kept is compiled again next time."""
        from numba.core.serialize import dumps

        body = dumps(compiled._reduce())
        keep(cache_folder() / self.name, hashlib.sha256(body).digest() + body)


def keep(path: Path, content: bytes) -> None:
    """Write a file so that others see all of it or none; a full disk is no fault."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
