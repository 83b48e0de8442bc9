"""A file that stays open between reads, and is refused once it is not the version that was meant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar


class _Handle(Protocol):
    def close(self) -> object:
        """Close the file."""


Handle = TypeVar("Handle", bound=_Handle)


class VersionedFile(Generic[Handle]):
    """A file of one modification time and size.  Thread: any; `opened` and `drop` with `guard` held.

    Parameters
    ----------
    path : Path
        The file.
    stamp : tuple of int
        Modification time (ns) and size of the version that is meant.
    open_file : callable
        Opens it.
    """

    def __init__(self, path: Path, stamp: tuple[int, int], open_file: Callable[[Path], Handle]) -> None:
        self.path, self.guard = path, threading.Lock()
        self._stamp, self._open_file = stamp, open_file
        self._handle: Handle | None = None

    def opened(self) -> Handle:
        """Return the open file.

        Raises
        ------
        OSError
            It cannot be opened, or has changed.
        """
        status = self.path.stat()
        if (status.st_mtime_ns, status.st_size) != self._stamp:
            self.drop()
            message = "the file has changed"
            raise OSError(message)
        if self._handle is None:
            self._handle = self._open_file(self.path)
        return self._handle

    def drop(self) -> None:
        """Close the file until it is read again."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def close(self) -> None:
        """As `drop`, for those who do not hold the guard."""
        with self.guard:
            self.drop()
