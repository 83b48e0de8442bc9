"""Memory at fixed addresses of which only parts are in use: the frames of a sound that is streamed."""

from __future__ import annotations

import ctypes
import mmap
import sys
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_MEM_RESET, _READ_WRITE = 0x0008_0000, 4


class SparseMemory:
    """Zeros at consecutive addresses; the system gives memory to a page where it is first written.

    A page that nobody has written reads as zeros.

    Parameters
    ----------
    size : int
        Bytes.
    """

    def __init__(self, size: int) -> None:
        if sys.platform == "win32":
            self._memory = mmap.mmap(-1, max(1, size))
        else:
            flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)
            self._memory = mmap.mmap(-1, max(1, size), flags=flags)
        if hasattr(mmap, "MADV_NOHUGEPAGE"):  # a page of 2 MB would be used for each frame that is written
            self._memory.madvise(mmap.MADV_NOHUGEPAGE)
        self.bytes: Array = np.frombuffer(self._memory, np.uint8)

    def release(self, first: int, count: int) -> None:
        """Give bytes back to the system: whole pages, which nobody reads; what they hold then is undefined.

        Linux frees them at once, macOS and Windows when they need memory.
        """
        if sys.platform == "win32":
            where = ctypes.c_void_p(int(self.bytes.ctypes.data) + first)
            ctypes.windll.kernel32.VirtualAlloc(where, ctypes.c_size_t(count), _MEM_RESET, _READ_WRITE)
        elif sys.platform == "darwin":
            self._memory.madvise(mmap.MADV_FREE, first, count)
        else:
            self._memory.madvise(mmap.MADV_DONTNEED, first, count)
