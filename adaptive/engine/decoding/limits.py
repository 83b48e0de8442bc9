"""What a file may be at most; everything here is decided from its header, before a sample is decoded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from adaptive.errors import AudioFileError

LOUDEST = 100.0
"""40 dB above full scale; a file with larger samples is refused as broken."""

LONGEST_S = 3600.0
"""Longest file that is decoded: an hour of stereo at 48 kHz is 1.4 GB."""

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8_000, 384_000

MOST_CHANNELS = 64
"""Decoding silence in hundreds of channels takes minutes, and no stem has them."""

_BYTES = 4


def check_shape(name: str, sample_rate: int, channels: int, frames: int) -> None:
    """Refuse a rate, a number of channels or a length that no stem has; `frames` 0 is an unknown length.

    Raises
    ------
    AudioFileError
        One of them is out of bounds.
    """
    if not LOWEST_RATE_HZ <= sample_rate <= HIGHEST_RATE_HZ:
        raise AudioFileError(
            f"{name}: has a sample rate of {sample_rate:,} Hz; "
            f"{LOWEST_RATE_HZ:,} to {HIGHEST_RATE_HZ:,} Hz can be read"
        )
    if channels > MOST_CHANNELS:
        raise AudioFileError(f"{name}: has {channels} channels; at most {MOST_CHANNELS} can be read")
    if frames > LONGEST_S * sample_rate:
        minutes = frames / sample_rate / 60.0
        raise AudioFileError(
            f"{name}: is {minutes:,.0f} minutes long; at most {LONGEST_S / 60.0:.0f} can be read"
        )


@contextmanager
def memory_named(name: str) -> Iterator[None]:
    """Turn running out of memory into a sentence about a file.

    Raises
    ------
    AudioFileError
        The machine has not enough memory.
    """
    try:
        yield
    except MemoryError as error:
        raise AudioFileError(f"{name}: is too large for the memory that this machine has left") from error


class MemoryBudget:
    """The memory that decoded audio may take.  Thread: any.

    Parameters
    ----------
    limit_bytes : int
        Most bytes of all files together.
    sample_rate : int
        Rate to which files are resampled; 0 if they are not.
    """

    def __init__(self, limit_bytes: int, sample_rate: int = 0) -> None:
        self.limit_bytes = limit_bytes
        self.sample_rate = sample_rate
        self.taken_bytes = 0
        self._guard = threading.Lock()

    def take(self, name: str, frames: int, channels: int, sample_rate: int) -> None:
        """Reserve the memory of a file, at its own rate or resampled, whichever is more.

        Raises
        ------
        AudioFileError
            It does not fit; nothing is reserved.
        """
        frames = max(frames, frames * self.sample_rate // sample_rate)
        size = frames * channels * _BYTES
        with self._guard:
            if self.taken_bytes + size > self.limit_bytes:
                raise AudioFileError(_too_large(name, size, self.taken_bytes, self.limit_bytes))
            self.taken_bytes += size


def _too_large(name: str, size: int, taken: int, limit: int) -> str:
    alone = f"takes {size / 1e6:.0f} MB decoded" if size > limit else ""
    others = f"all stems together need {(taken + size) / 1e6:.0f} MB"
    return (
        f"{name}: {alone or others}, more than the {limit / 1e6:.0f} MB they may take (--memory allows more)"
    )
