"""What a sampler expects of what its recordings are read from, and of recordings that are streamed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

Array = np.ndarray[Any, Any]

Loop = tuple[int, int]
"""First frame of a loop, and the one behind its last."""


class SampleStream(Protocol):
    """A recording that is read while it plays: its frames at fixed addresses, and marks of what is there.

    With a loop, copies of its beginning follow its end.
    """

    @property
    def at_marks(self) -> int:
        """Address of its marks, an int64 for each chunk: 1 where it is in memory."""

    def address(self, channel: int) -> int:
        """Address of the first frame of a channel."""

    def pin(self, first: int, frames: int) -> None:
        """Keep frames in memory, and read them now."""


class SampleSource(Protocol):
    """A file, or a part of one, that recordings are read from."""

    @property
    def name(self) -> str:
        """What it is called, for sentences."""

    @property
    def frames(self) -> int:
        """Its length."""

    @property
    def channels(self) -> int:
        """1 or 2."""

    @property
    def may_stream(self) -> bool:
        """Whether any part of it can be read by itself, and is then the same as when all is read."""

    def read(self, first: int, count: int) -> Array:
        """Read frames: float32, shape (channels, count).

        Raises
        ------
        OSError
            They cannot be read, or the file has changed.
        """

    def close(self) -> None:
        """Close its file until it is read again."""

    def stream(self, loop: Loop | None) -> SampleStream:
        """Return a stream of it, with copies of a loop's beginning behind its end."""


def spans_of(starts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans (first frame, frames) without those that lie within another.

    Examples
    --------
    >>> spans_of([(0, 100), (10, 50), (40, 200)])
    [(0, 100), (40, 200)]
    """
    found: list[tuple[int, int]] = []
    for first, count in sorted(starts, key=lambda span: (span[0], -span[1])):
        if not found or first + count > found[-1][0] + found[-1][1]:
            found.append((first, count))
    return found
