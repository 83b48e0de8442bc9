"""Decoded audio, resident, shared by any number of engines.

Everything is decoded to float32, resampled once to the engine's rate, folded to stereo, and laid out
planar with its loop made whole (`adaptive.engine.loops`).  The bank is read-only once a sound is made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from adaptive.engine.loops import LoopReport, complete_loop
from adaptive.engine.memory import address, aligned
from adaptive.errors import AudioFileError

Audio = np.ndarray[Any, np.dtype[np.float32]]

LOUDEST = 100.0
"""40 dB above full scale: no recording holds that."""

Stamp = tuple[int, int] | None
"""When a file was changed, and its size: another stamp, another file.  None: it cannot be read."""

LONGEST_S = 3600.0
"""Longest file that is decoded: an hour is 1.4 GB, above any sensible limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Audio the kernel can play.

    Parameters
    ----------
    left, right : ndarray of float32, shape (frames,)
        The channels; the same array for mono.
    origin : int
        Frame where beat 1 lies.
    loop_frames : int
        Length of a pass; 0: plays once.
    report : LoopReport or None
        What was done to make the loop whole.
    """

    left: Audio
    right: Audio
    origin: int = 0
    loop_frames: int = 0
    report: LoopReport | None = None

    @property
    def frames(self) -> int:
        """Length of the material."""
        return int(self.left.size)

    def fill(self, record: Any) -> None:
        """Write this sound into a row of an engine's table."""
        record["left"], record["right"] = address(self.left), address(self.right)
        record["frames"], record["origin"] = self.frames, self.origin
        record["loop_frames"] = self.loop_frames


def stamp_of(path: Path) -> Stamp:
    """When a file was changed, in nanoseconds, and its size."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def decode(path: Path, sample_rate: int) -> Audio:
    """Decode a file and resample it.

    Returns
    -------
    ndarray of float32, shape (channels, frames)
        One or two channels; more are folded down to two.

    Raises
    ------
    AudioFileError
        The file is missing, empty, truncated beyond use, too long, or no audio file.
    """
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            promised = file.frames
            if promised > LONGEST_S * rate:
                message = f"{path.name}: longer than an hour, which no stem may be"
                raise AudioFileError(message)
            data = file.read(dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        reason = "the file is missing" if not path.exists() else "it is no audio file, or broken"
        message = f"{path.name}: cannot be decoded: {reason}"
        raise AudioFileError(message) from error
    if len(data) == 0:
        message = f"{path.name}: holds no audio"
        raise AudioFileError(message)
    if 0 < promised < 2**40 and len(data) < promised:
        message = f"{path.name}: is cut off: {len(data) / rate:.2f} s of {promised / rate:.2f} s can be read"
        raise AudioFileError(message)
    if not np.isfinite(data).all() or np.abs(data).max() > LOUDEST:
        message = f"{path.name}: holds samples that are no numbers, or absurdly loud"
        raise AudioFileError(message)
    if rate != sample_rate:
        data = soxr.resample(data, rate, sample_rate, quality="HQ")
    return np.ascontiguousarray(fold_to_stereo(data.T), dtype=np.float32)


def fold_to_stereo(audio: Audio) -> Audio:
    """Fold more than two channels down: even ones to the left, odd ones to the right."""
    if audio.shape[0] <= 2:
        return audio
    share = np.float32(1.0 / np.sqrt(audio.shape[0] / 2))
    return np.stack([audio[0::2].sum(axis=0), audio[1::2].sum(axis=0)]) * share


class Bank:
    """Sounds by file and loop, made once.

    Thread: any.  A second engine that asks for the same file gets the same memory.

    Parameters
    ----------
    sample_rate : int
        Rate of every engine that shares it.
    limit_bytes : int
        Most memory the bank may take; what goes beyond is refused.
    """

    def __init__(self, sample_rate: int = 48000, limit_bytes: int = 1_000_000_000) -> None:
        self.sample_rate = sample_rate
        self.limit_bytes = limit_bytes
        self.used_bytes = 0
        self._sounds: dict[tuple[Any, ...], Sound] = {}
        self._decoded: dict[Path, Audio] = {}
        self._durations: dict[tuple[Path, Stamp], float] = {}
        self._stamps: dict[Path, Stamp] = {}
        self._guard = threading.Lock()

    def load(self, path: Path, origin: int = 0, loop_frames: int = 0, beat_frames: int = 0) -> Sound:
        """Sound of a file.

        Parameters
        ----------
        path : Path
            An audio file of any rate and channel count.
        origin : int
            Frame, at the bank's rate, where beat 1 lies.
        loop_frames : int
            Length of a pass; 0 for a sound that plays once.
        beat_frames : int
            Frames of a beat: how much a file may be short.

        Raises
        ------
        AudioFileError
            It cannot be decoded, is more than a beat short, or exceeds the bank's limit.
        """
        key = (*self._version_of(path), origin, loop_frames)
        with self._guard:
            if key not in self._sounds:
                audio = self._decode_once(path)
                self._sounds[key] = self._make(path, audio, origin, loop_frames, beat_frames)
            return self._sounds[key]

    def decode_ahead(self, paths: Iterable[Path]) -> None:
        """Decode files side by side (decoding lets go of the GIL); faults wait for `load`."""
        waiting = [
            path
            for path in dict.fromkeys(p.resolve() for p in paths)
            if path not in self._decoded and self._version_of(path) not in self._durations
        ]
        with ThreadPoolExecutor() as pool:
            for path, audio in zip(waiting, pool.map(self._try_decode, waiting), strict=True):
                if audio is not None:
                    self._decoded[path] = audio

    def _version_of(self, path: Path) -> tuple[Path, Stamp]:
        """A file and its stamp; one that is gone is what it was last."""
        path = path.resolve()
        self._stamps[path] = stamp_of(path) or self._stamps.get(path)
        return path, self._stamps[path]

    def is_current(self, path: Path) -> bool:
        """Whether a file is as it was when it was last asked for."""
        path = path.resolve()
        return self._stamps.get(path) == stamp_of(path)

    def _try_decode(self, path: Path) -> Audio | None:
        try:
            return decode(path, self.sample_rate)
        except AudioFileError:
            return None

    def duration(self, path: Path) -> float:
        """Length of a file in seconds."""
        key = self._version_of(path)
        with self._guard:
            if key not in self._durations:
                self._durations[key] = float(self._decode_once(path).shape[1]) / self.sample_rate
            return self._durations[key]

    def add(self, audio: Audio, loop_frames: int = 0, origin: int = 0) -> Sound:
        """Sound of an array, shape (channels, frames)."""
        return self._lay_out(np.atleast_2d(audio), origin, loop_frames, None)

    def made(self, key: Hashable, make: Callable[[], Audio]) -> Sound:
        """Sound of what a function computes, made once for all engines that share the bank."""
        with self._guard:
            if ("made", key) not in self._sounds:
                self._sounds["made", key] = self.add(make())
            return self._sounds["made", key]

    def forget(self, sounds: Iterable[Sound]) -> None:
        """Drop sounds of files that have changed since; whoever plays one of them keeps it."""
        gone = {id(sound) for sound in sounds}
        with self._guard:
            for key, sound in list(self._sounds.items()):
                if id(sound) in gone and isinstance(key[0], Path):
                    del self._sounds[key]
                    channels = 1 if sound.left is sound.right else 2
                    self.used_bytes -= channels * sound.left.nbytes
            known = {(key[0], key[1]) for key in self._sounds if isinstance(key[0], Path)}
            self._durations = {key: kept for key, kept in self._durations.items() if key in known}

    def forget_decoded(self) -> None:
        """Drop what was kept only to make more sounds of the same file."""
        with self._guard:
            self._decoded.clear()

    def _decode_once(self, path: Path) -> Audio:
        path = path.resolve()
        if path not in self._decoded:
            self._decoded[path] = decode(path, self.sample_rate)
        return self._decoded[path]

    def _make(self, path: Path, audio: Audio, origin: int, loop_frames: int, beat_frames: int) -> Sound:
        report = None
        if loop_frames:
            missing = origin + loop_frames - audio.shape[1]
            if missing > beat_frames:
                message = (
                    f"{path.name}: ends {missing / self.sample_rate:.3f} s before its last bar does, "
                    "more than a beat"
                )
                raise AudioFileError(message)
            audio, report = complete_loop(audio, origin, loop_frames, self.sample_rate)
        elif origin >= audio.shape[1]:
            message = f"{path.name}: ends before its first beat at {origin / self.sample_rate:.3f} s"
            raise AudioFileError(message)
        return self._lay_out(audio, origin, loop_frames, report, path.name)

    def _lay_out(
        self, audio: Audio, origin: int, loop_frames: int, report: LoopReport | None, name: str = ""
    ) -> Sound:
        size = audio.shape[0] * audio.shape[1] * 4
        if self.used_bytes + size > self.limit_bytes:
            message = (
                f"{name}: all stems together need more than the {self.limit_bytes / 1e6:.0f} MB "
                "they may take (--memory allows more)"
            )
            raise AudioFileError(message)
        self.used_bytes += size
        channels = []
        for row in audio[:2]:
            channel = aligned(np.float32, row.size)
            channel[:] = row
            channel.flags.writeable = False
            channels.append(channel)
        return Sound(channels[0], channels[-1], origin, loop_frames, report)
