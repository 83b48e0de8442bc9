"""Which files are streamed: those that ask for it, and the largest ones if all do not fit into memory."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from adaptive.engine import stream_file
from adaptive.engine.decode import Decoded, decoded_bytes
from adaptive.errors import AudioFileError

STREAM_BYTES = 4_000_000
"""About what a stereo stream takes in memory at 48 kHz."""


class StreamChoice:
    """Knows which files of a bank are streamed.

    Attributes
    ----------
    remarks : list of str
        Sentences for the user: what is streamed for want of memory, and what cannot be.
    used : set of Path
        Files of streams that are in use, which are not deleted.
    """

    def __init__(self) -> None:
        self._streamed: set[Path] = set()
        self.remarks: list[str] = []
        self.used: set[Path] = set()

    def choose(
        self, asked: Collection[Path], may: Collection[Path], others: Collection[Path], limit_bytes: int,
        sample_rate: int,
    ) -> None:  # fmt: skip
        """Choose what is streamed, before anything is decoded.

        Parameters
        ----------
        asked, may, others : collection of Path
            Files whose layer asks for it, files that may be streamed, and the rest.
        limit_bytes : int
            What all may take together.
        sample_rate : int
            Of the engine.
        """
        asked = {path.resolve() for path in asked}
        free = {path.resolve() for path in may} - asked
        rest = {path.resolve() for path in others} - asked - free
        sizes = {path: decoded_bytes(path, sample_rate) for path in free | rest}
        self._streamed |= asked
        needed = sum(sizes.values()) + STREAM_BYTES * len(asked)
        for path in sorted(free - self._streamed, key=lambda one: (-sizes[one], str(one))):
            if needed <= limit_bytes or sizes[path] <= STREAM_BYTES:
                break
            needed -= sizes[path] - STREAM_BYTES
            self._streamed.add(path)
            self.remarks.append(
                f"{path.name}: is streamed from disk, because all stems together need more than the "
                f"{limit_bytes / 1e6:.0f} MB they may take (--memory allows more)"
            )

    def is_streamed(self, path: Path) -> bool:
        """Whether a file, by its resolved path, is streamed."""
        return path in self._streamed

    def tell_no_room(self, name: str, size: int, reason: str, *, is_kept: bool) -> None:
        """Take note that the file of a stream could not be written."""
        result = "it stays in memory" if is_kept else "it is silent, because it does not fit into memory"
        self.remarks.append(
            f"{name}: cannot be streamed: up to {size / 1e6:.0f} MB could not be written to "
            f"{stream_file.folder()}: {reason}; {result}"
        )

    def known_length(self, path: Path) -> float | None:
        """Seconds of a streamed file that was decoded by an earlier run; None: it must be decoded."""
        if path not in self._streamed:
            return None
        try:
            found = stream_file.known_length(stream_file.content_digest(path))
        except AudioFileError:
            return None
        return None if found is None else found[0] / found[1]

    def keep_length(self, path: Path, decoded: Decoded) -> None:
        """Keep the length of a streamed file for later runs."""
        if path in self._streamed:
            digest = stream_file.content_digest(path)
            stream_file.keep_length(digest, decoded.frames, decoded.sample_rate)
