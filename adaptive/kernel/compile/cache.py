"""The cache of compiled units: one file for each unit, in a folder that may be read-only, and one lock file.

The name of a file contains a hash of everything the unit's machine code depends on, so an edit of any of
its sources gives another name, and two copies of the sources share the files.  A file begins with a digest
of its content and is written under another name, then renamed: a process finds a whole file or none.
(numba's own cache depends on the path and date of one source file and misses edits in others.)
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from adaptive.kernel.compile.object_code import ObjectCode

DIGEST_BYTES = 32
LOCK_RETRY_S = 0.1


def default_cache() -> Path:
    """The user's folder for compiled kernels: ``ADAPTIVE_CACHE_DIR``, else where the system keeps caches."""
    named = os.environ.get("ADAPTIVE_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "adaptive"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(_home()))) / "adaptive" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache") / "adaptive"


def _home() -> Path:
    """The user's home folder; the null device, which cannot be written to, for a user without one."""
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
    """Whether only this user can write to a folder; the code in a cache is executed."""
    if sys.platform == "win32":
        return True  # the temporary folder is the user's own
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """Folder to which compiled kernels are written: the user's, or a temporary one if it is read-only.

    Never raises: without a cache the engine starts too, only more slowly.
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
    """Folders that are searched: the user's is read even when it cannot be written to."""
    folders = (default_cache(), cache_folder())
    return folders[:1] if folders[0] == folders[1] else folders


def is_cache_lasting() -> bool:
    """Whether compiled units outlive a restart of the machine: False in a temporary folder."""
    return cache_folder() == default_cache()


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock file, so that two processes never compile the same unit at once."""
    with (folder / "lock").open("w") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                    break
                except OSError:  # LK_LOCK gives up after ten seconds, less than a compilation takes
                    time.sleep(LOCK_RETRY_S)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


class UnitFile:
    """The cached code of one unit.

    Parameters
    ----------
    name : str
        File name, including the hash.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def path(self) -> Path | None:
        """Path of the first file of that name in the folders that are searched; None if there is none."""
        candidates = (folder / self.name for folder in readable_folders())
        return next((path for path in candidates if path.is_file()), None)

    def load(self) -> int | None:
        """Load the code; return its address, or None if there is no file that is whole and can be loaded."""
        for folder in readable_folders():
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                raw = (folder / self.name).read_bytes()
                body = raw[DIGEST_BYTES:]
                if hashlib.sha256(body).digest() == raw[:DIGEST_BYTES]:
                    return ObjectCode.from_bytes(body).load()
        return None

    def save(self, code: ObjectCode) -> None:
        """Write the code to the cache; if that fails, the unit is compiled again next time."""
        body = code.to_bytes()
        write_file(cache_folder() / self.name, hashlib.sha256(body).digest() + body)


def write_kept(path: Path, content: bytes, most_files: int) -> None:
    """Write a file into a folder of the cache, and delete the oldest beyond `most_files`."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, content)
        files = sorted(path.parent.glob(f"*{path.suffix}"), key=lambda one: one.stat().st_mtime)
        for old in files[: max(0, len(files) - most_files)]:
            old.unlink()


def write_file(path: Path, content: bytes) -> None:
    """Write a file atomically; errors such as a full disk are ignored."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
