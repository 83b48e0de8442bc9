"""Decoded audio in memory, shared by any number of engines.

Files are decoded (`adaptive.engine.decode`), resampled to the bank's rate, stored planar, and their loops
completed (`adaptive.engine.loops`).  The samples of a sound are read-only.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.engine import stream_file
from adaptive.engine.arrays import address, aligned
from adaptive.engine.decode import Audio, Decoded, MemoryBudget, decode
from adaptive.engine.decoding.limits import memory_named
from adaptive.engine.disk_stream import DiskStream
from adaptive.engine.introductions import fit_to_loop, remove_loop
from adaptive.engine.join import JOIN_S, fade_cut_end
from adaptive.engine.loops import LoopReport, complete_loop
from adaptive.engine.resample import resample
from adaptive.engine.sparse_memory import SparseMemory
from adaptive.engine.stream_choice import StreamChoice
from adaptive.engine.stream_reader import StreamReader
from adaptive.engine.transpose import transposed
from adaptive.errors import AudioFileError

Stamp = tuple[int, int] | None
"""Modification time (ns) and size of a file, which identify its version.  None: it cannot be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Audio that the kernel can play.

    Parameters
    ----------
    left, right : ndarray of float32 or int16, shape (frames,)
        The channels, for the kernel; for mono both are the same array.  Of a stream only some chunks are in
        memory: `whole` returns all.
    origin : int
        Frame of beat 1.
    loop_frames : int
        Length of a pass; 0: the sound plays once.
    report : LoopReport or None
        How the loop was completed; None for a sound that plays once.
    scale : float
        Its frames for each frame of the recording: not 1 if it is transposed.
    stream : DiskStream or None
        What it is streamed by; None: all of it is in memory.
    """

    left: np.ndarray[Any, Any]
    right: np.ndarray[Any, Any]
    origin: int = 0
    loop_frames: int = 0
    report: LoopReport | None = None
    scale: float = 1.0
    stream: DiskStream | None = None

    def whole(self) -> Audio:
        """Return all its frames, shape (2, frames), float32; of a stream, read from disk.

        Raises
        ------
        AudioFileError
            They cannot be read any more.
        """
        if self.stream is not None:
            audio = self.stream.file.audio()
            return audio if len(audio) == 2 else np.concatenate([audio, audio])
        return stream_file.as_float(np.stack([self.left, self.right]))

    def pin(self, positions: Iterable[int]) -> None:
        """Keep the beginnings at these positions in memory, in frames from beat 1; see `DiskStream.pin`."""
        if self.stream is not None:
            self.stream.pin(round(position * self.scale) for position in positions)

    @property
    def memory_bytes(self) -> int:
        """Memory that it takes."""
        if self.stream is not None:
            return self.stream.resident_bytes
        return (1 if self.left is self.right else 2) * int(self.left.nbytes)

    @property
    def frames(self) -> int:
        """Length of the audio, including lead-in and tail."""
        return int(self.left.size)

    def fill(self, record: Any) -> None:
        """Write this sound into a row of an engine's sound table."""
        record["left"], record["right"] = address(self.left), address(self.right)
        record["frames"], record["origin"] = self.frames, self.origin
        record["loop_frames"] = self.loop_frames
        record["is_short"] = self.left.dtype == np.int16
        record["at_chunks"] = 0 if self.stream is None else address(self.stream.marks)


def stamp_of(path: Path) -> Stamp:
    """Return the modification time in nanoseconds and the size of a file; None if it cannot be read."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class Bank:
    """All sounds, each decoded and stored once.

    Thread: any.  Engines that load the same version of a file with the same loop share its memory.

    Parameters
    ----------
    sample_rate : int
        Rate of all engines that share the bank.
    limit_bytes : int
        Most memory the sounds may take; a sound beyond it is refused.
    """

    def __init__(self, sample_rate: int = 48000, limit_bytes: int = 1_000_000_000) -> None:
        self.sample_rate = sample_rate
        self.limit_bytes = limit_bytes
        self.used_bytes = 0
        self._sounds: dict[tuple[Any, ...], Sound] = {}
        self._decoded: dict[Path, Decoded] = {}
        self._durations: dict[tuple[Path, Stamp], float] = {}
        self._stamps: dict[Path, Stamp] = {}
        self.notes: dict[int, Any] = {}
        """What was found out about a sound, by its `id`; forgotten with it."""

        self.contents: dict[int, Any] = {}
        """What was found to sound in a sound, by its `id` and the grid; forgotten with it."""

        self.streams = StreamReader()
        self.choice = StreamChoice()
        """Which files are streamed, and what is told of them."""

        self._guard = threading.Lock()

    def load(
        self,
        path: Path,
        origin: int = 0,
        loop_frames: int = 0,
        beat_frames: int = 0,
        *,
        is_wrapped: bool = False,
        pair: str = "",
    ) -> Sound:
        """Return the sound of a file.

        Parameters
        ----------
        path : Path
            An audio file of any rate and channel count.
        origin : int
            Frame of beat 1, at the bank's rate.
        loop_frames : int
            Length of a pass; 0 for a sound that plays once.
        beat_frames : int
            Frames of a beat: a looping file may be that much too short.
        is_wrapped : bool
            Whether its pass begins with the tail of the pass before; what it holds after the pass is dropped.
        pair : str
            Which of its channels to read, a key of `decoding.fold.PAIRS`; empty: all, folded to two.

        Raises
        ------
        AudioFileError
            It cannot be decoded, ends more than a beat before its loop, ends before its first beat, or
            exceeds the bank's limit.
        """
        key: tuple[Any, ...] = (*self._version_of(path), origin, loop_frames)
        key += ("wrapped",) if is_wrapped else ()
        key += (pair,) if pair else ()
        parts = ("loop", origin, loop_frames, is_wrapped, pair)
        with self._guard, memory_named(path.name):
            if key not in self._sounds and self._open_stream(key, path, parts):
                return self._sounds[key]
            if key not in self._sounds:
                decoded = self._decode_pair(path, pair) if pair else self._decode_once(path)
                if is_wrapped:  # what follows the pass is no tail
                    end = round((origin + loop_frames) * decoded.sample_rate / self.sample_rate)
                    decoded = replace(decoded, audio=decoded.audio[:, :end])
                self._sounds[key] = self._make(path, decoded, origin, loop_frames, beat_frames, parts)
            return self._sounds[key]

    def transposed(self, sound: Sound, semitones: float) -> Sound:
        """Return a sound of this bank, transposed; a stretcher has to restore its length.

        Raises
        ------
        AudioFileError
            It exceeds the bank's limit.
        """
        if semitones == 0.0:
            return sound
        with self._guard:
            known = next((key for key, one in self._sounds.items() if one is sound), (id(sound),))
            key = (*known, "transposed", semitones)
            if key not in self._sounds:
                audio = sound.whole()[: 1 if sound.left is sound.right else 2]
                made = transposed(audio, semitones, sound.origin, sound.loop_frames)
                source = None if sound.stream is None else sound.stream.file
                parts = () if source is None else ("transposed", source.path.stem, semitones)
                laid = self._lay_out(
                    made.audio, made.origin, made.loop_frames, sound.report,
                    "" if source is None else source.name, parts,
                )  # fmt: skip
                self._sounds[key] = replace(laid, scale=made.scale)
            return self._sounds[key]

    def introduction(self, path: Path, first_beat: int, frames: int, loops: Sequence[Sound]) -> Sound:
        """Return the sound of a file that plays once before a loop; position 0 is where the loop begins.

        Parameters
        ----------
        path : Path
            An audio file of any rate and channel count.
        first_beat : int
            Frame of its first beat.
        frames : int
            Length of the introduction.
        loops : sequence of Sound
            What may follow it; a file that holds the beginning of one of them does not double it.

        Raises
        ------
        AudioFileError
            It cannot be decoded, ends before its first beat, or exceeds the bank's limit.
        """
        # a sound in the key cannot be freed, so its identity cannot become that of another one
        key = (*self._version_of(path), "introduction", first_beat, frames, tuple(loops))
        parts = ("introduction", first_beat, frames, *map(_digest_of, loops))
        with self._guard, memory_named(path.name):
            if key not in self._sounds and self._open_stream(key, path, parts):
                return self._sounds[key]
            if key not in self._sounds:
                end = first_beat + frames
                audio = self._fitted(path, first_beat, end, loops)
                beginnings = [one.whole()[:, one.origin :] for one in loops]
                if end < audio.shape[1]:
                    audio = remove_loop(audio, end, beginnings, self.sample_rate)
                if audio.shape[1] != end:
                    audio, _ = fade_cut_end(audio, round(JOIN_S * self.sample_rate))
                missing = end + 1 - audio.shape[1]
                if missing > 0:  # position 0 has to lie inside
                    silence = np.zeros((audio.shape[0], missing), np.float32)
                    audio = np.concatenate([audio, silence], axis=1)
                self._sounds[key] = self._lay_out(audio, end, 0, None, path.name, self._parts(path, parts))
            return self._sounds[key]

    def first_pass(self, path: Path, origin: int, frames: int, stems: Sequence[Sound] = ()) -> Sound:
        """Return the sound of a file that plays once for a pass, and ends where the next pass begins.

        Parameters
        ----------
        path : Path
            An audio file of any rate and channel count.
        origin : int
            Frame of beat 1.
        frames : int
            Length of the pass.
        stems : sequence of Sound
            What may follow it.

        Raises
        ------
        AudioFileError
            It cannot be decoded, ends before its first beat, or exceeds the bank's limit.
        """
        key = (*self._version_of(path), "first_pass", origin, frames, tuple(stems))
        parts = ("first_pass", origin, frames, *map(_digest_of, stems))
        with self._guard, memory_named(path.name):
            if key not in self._sounds and self._open_stream(key, path, parts):
                return self._sounds[key]
            if key not in self._sounds:
                end = origin + frames
                audio = self._fitted(path, origin, end, stems)[:, :end]
                made_of = self._parts(path, parts)
                self._sounds[key] = self._lay_out(audio, origin, 0, None, path.name, made_of)
            return self._sounds[key]

    def _fitted(self, path: Path, first_beat: int, end: int, following: Sequence[Sound]) -> Audio:
        """Decode a file that plays once, fitted to what follows it at `end`.

        Raises
        ------
        AudioFileError
            It cannot be decoded, or ends before its first beat.
        """
        audio = fit_to_loop(self._decode_once(path), end, *_beginning(following), self.sample_rate)
        if first_beat >= audio.shape[1]:
            message = f"{path.name}: ends before its first beat at {first_beat / self.sample_rate:.3f} s"
            raise AudioFileError(message)
        return audio

    def decode_ahead(self, paths: Iterable[Path]) -> None:
        """Decode files in parallel threads (decoding releases the GIL); `load` raises their errors later.

        All that is decoded ahead takes at most the bank's limit; what does not fit waits for its `load`.
        """
        budget = MemoryBudget(self.limit_bytes, self.sample_rate)
        waiting = [
            path
            for path in dict.fromkeys(p.resolve() for p in paths)
            if path not in self._decoded and self._version_of(path) not in self._durations
            if not self.choice.is_streamed(path)
        ]
        with ThreadPoolExecutor() as pool:
            for path, decoded in zip(
                waiting, pool.map(lambda path: self._try_decode(path, budget), waiting), strict=True
            ):
                if decoded is not None:
                    self._decoded[path] = decoded

    def _version_of(self, path: Path) -> tuple[Path, Stamp]:
        """Return the resolved path and its stamp; of a file that no longer exists, the last known stamp."""
        path = path.resolve()
        self._stamps[path] = stamp_of(path) or self._stamps.get(path)
        return path, self._stamps[path]

    def is_current(self, path: Path) -> bool:
        """Whether a file is unchanged since the bank last read its stamp."""
        path = path.resolve()
        return self._stamps.get(path) == stamp_of(path)

    def _try_decode(self, path: Path, budget: MemoryBudget) -> Decoded | None:
        try:
            return decode(path, budget)
        except AudioFileError:
            return None

    def duration(self, path: Path) -> float:
        """Return the length of a file in seconds.

        Raises
        ------
        AudioFileError
            It cannot be decoded.
        """
        key = self._version_of(path)
        with self._guard:
            if key not in self._durations:
                known = self.choice.known_length(key[0])
                self._durations[key] = known or self._decode_once(path).seconds
                if known is None:
                    self.choice.keep_length(key[0], self._decoded[key[0]])
            return self._durations[key]

    def add(self, audio: Audio, loop_frames: int = 0, origin: int = 0) -> Sound:
        """Return a sound of an array, shape (channels, frames) or (frames,), already at the bank's rate."""
        return self._lay_out(np.atleast_2d(audio), origin, loop_frames, None)

    def computed(self, key: Hashable, make: Callable[[], Audio]) -> Sound:
        """Return the sound that `make` computes; it is called once for each key."""
        with self._guard:
            if ("made", key) not in self._sounds:
                self._sounds["made", key] = self.add(make())
            return self._sounds["made", key]

    def forget(self, sounds: Iterable[Sound]) -> None:
        """Drop file sounds from the bank; an engine that still lists one keeps its memory alive."""
        gone = {id(sound) for sound in sounds}
        with self._guard:
            for key, sound in list(self._sounds.items()):
                if id(sound) in gone and isinstance(key[0], Path):
                    del self._sounds[key]
                    self.notes.pop(id(sound), None)
                    self.contents.pop(id(sound), None)
                    self.used_bytes -= sound.memory_bytes
            known = {(key[0], key[1]) for key in self._sounds if isinstance(key[0], Path)}
            self._durations = {key: kept for key, kept in self._durations.items() if key in known}

    def forget_decoded(self) -> None:
        """Free decoded files that are kept only to make further sounds of them."""
        with self._guard:
            self._decoded.clear()

    def _decode_once(self, path: Path) -> Decoded:
        path = path.resolve()
        if path not in self._decoded:
            decoded = decode(path, MemoryBudget(self.limit_bytes, self.sample_rate))
            kept = sum(one.audio.nbytes for one in self._decoded.values())
            if self.choice.is_streamed(path):  # one at a time
                self._decoded = {
                    one: known for one, known in self._decoded.items() if not self.choice.is_streamed(one)
                }
            if kept + decoded.audio.nbytes > self.limit_bytes:
                self._decoded.clear()
            self._decoded[path] = decoded
        return self._decoded[path]

    def _decode_pair(self, path: Path, pair: str) -> Decoded:
        """Decode a pair of the channels of a file; it is not kept, since each is asked for once."""
        return decode(path.resolve(), MemoryBudget(self.limit_bytes, self.sample_rate), pair)

    def _make(
        self, path: Path, decoded: Decoded, origin: int, loop_frames: int, beat_frames: int,
        parts: tuple[object, ...],
    ) -> Sound:  # fmt: skip
        rate, parts = self.sample_rate, self._parts(path, parts)
        if loop_frames:
            missing_s = (origin + loop_frames) / rate - decoded.seconds
            if missing_s > beat_frames / rate + JOIN_S:
                message = f"{path.name}: ends {missing_s:.3f} s before its last bar does, more than a beat"
                raise AudioFileError(message)
            audio, report = complete_loop(decoded, origin, loop_frames, rate)
            return self._lay_out(audio, origin, loop_frames, report, path.name, parts)
        audio = resample(decoded, rate)
        if origin >= audio.shape[1]:
            message = f"{path.name}: ends before its first beat at {origin / rate:.3f} s"
            raise AudioFileError(message)
        return self._lay_out(audio, origin, 0, None, path.name, parts)

    def _parts(self, path: Path, parts: tuple[object, ...]) -> tuple[object, ...]:
        """What a streamed sound of a file is made of; empty: it is not streamed."""
        if not self.choice.is_streamed(path.resolve()):
            return ()
        return (*parts, self.sample_rate, stream_file.content_digest(path))

    def _open_stream(self, key: tuple[Any, ...], path: Path, parts: tuple[object, ...]) -> bool:
        """Take a streamed sound from the file that an earlier run has written, if there is one."""
        made_of = self._parts(path, parts)
        found = stream_file.find(stream_file.name_of(*made_of), path.name) if made_of else None
        if found is None:
            return False
        self._sounds[key] = self._streamed(found)
        return True

    def _streamed(self, file: stream_file.StreamFile) -> Sound:
        """Return the sound of a file of a stream, with the heads at its start and at beat 1 in memory."""
        shape, stream = file.shape, DiskStream(file, self.sample_rate)
        stream.pin([-shape.origin, 0])
        self.used_bytes += stream.resident_bytes
        return Sound(
            stream.channels[0], stream.channels[1], shape.origin, shape.loop_frames, shape.loop_report,
            shape.scale, stream,
        )  # fmt: skip

    def _write_stream(
        self, audio: Audio, origin: int, loop_frames: int, report: LoopReport | None, name: str,
        parts: tuple[object, ...],
    ) -> Sound | None:  # fmt: skip
        """Write a streamed sound and open it; None if it cannot be written and stays in memory."""
        try:
            file = stream_file.write(
                stream_file.name_of(*parts), name, audio[:2], origin, loop_frames, report
            )  # fmt: skip
        except OSError as error:
            fits = self.used_bytes + audio.nbytes <= self.limit_bytes
            reason = error.strerror or str(error)
            self.choice.tell_no_room(name, audio.nbytes, reason, is_kept=fits)
            if fits:
                return None
            silence = SparseMemory(4 * audio.shape[1]).bytes.view(np.float32)[: audio.shape[1]]
            return Sound(silence, silence, origin, loop_frames, report)
        self.choice.used.add(file.path)
        stream_file.forget_oldest(self.choice.used)
        return self._streamed(file)

    def _lay_out(
        self, audio: Audio, origin: int, loop_frames: int, report: LoopReport | None, name: str = "",
        parts: tuple[object, ...] = (),
    ) -> Sound:  # fmt: skip
        """Return the sound of finished audio: streamed if `parts` says what it is made of, else in memory."""
        if parts:
            streamed = self._write_stream(audio, origin, loop_frames, report, name, parts)
            if streamed is not None:
                return streamed
        short = stream_file.as_short(audio) if name else None  # what is computed stays as it is
        samples = audio if short is None else short
        size = samples.nbytes
        if self.used_bytes + size > self.limit_bytes:
            message = (
                f"{name}: all stems together need more than the {self.limit_bytes / 1e6:.0f} MB "
                "they may take (--memory allows more)"
            )
            raise AudioFileError(message)
        self.used_bytes += size
        channels = []
        for row in samples[:2]:
            channel = aligned(samples.dtype, row.size)
            channel[:] = row
            channel.flags.writeable = False
            channels.append(channel)
        return Sound(channels[0], channels[-1], origin, loop_frames, report)


def _digest_of(sound: Sound) -> str:
    """What identifies the sound that a streamed one is fitted to."""
    if sound.stream is not None:
        return sound.stream.file.path.stem
    return hashlib.sha256(sound.left.tobytes() + sound.right.tobytes()).hexdigest()


def _beginning(loops: Sequence[Sound]) -> tuple[Audio, Audio]:
    """Return what sounds before, and from, the first beat of the first loop; nothing if there is none."""
    if not loops:
        none = np.zeros((2, 0), np.float32)
        return none, none
    audio, origin = loops[0].whole(), loops[0].origin
    end = origin + loops[0].loop_frames
    return audio[:, origin:end] if loops[0].loop_frames else audio[:, :origin], audio[:, origin:]
