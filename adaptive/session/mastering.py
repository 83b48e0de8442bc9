"""Masters a finished piece with the processors of the kernel, offline: what ``adaptive master`` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from adaptive.analysis.master_plan import MasterStep, compressor_step, tone_step, width_step
from adaptive.analysis.mix_profile import Audio, SoundProfile, profile_of
from adaptive.analysis.mix_reference import MixReference, average_reference
from adaptive.analysis.recording import open_recording, recording_profile
from adaptive.engine import commands
from adaptive.engine.bank import Bank
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec
from adaptive.errors import AudioFileError, InputError
from adaptive.kernel.layout import QUANTUM
from adaptive.sinks.file import AudioFileSink

KINDS = frozenset({"eq", "width", "compressor", "limiter"})
"""Processors that it uses."""

LONGEST_S = 1200.0
LEAD, CHUNK = 4 * QUANTUM, 256 * QUANTUM
"""Frames until every smoothed value of the mixer is at rest, and frames that are rendered at a time."""

MOST_GAIN_DB, MOST_TRIES, NEAR_LU = 24.0, 6, 0.05
HARD_DB = 6.0
"""A limiter that takes off more is heard."""

TAGS = ("title", "artist", "license", "comment")


@dataclass
class Mastered:
    """What was done to a piece.

    Attributes
    ----------
    before, after : SoundProfile
        What was measured of it.
    steps : list of (MasterStep, SoundProfile or None)
        Each step, and what was measured behind it; None: it was left out.
    missing_lu : float
        How far it stays from the loudness that was wanted.
    seconds : float
        Its length.
    """

    before: SoundProfile
    after: SoundProfile
    steps: list[tuple[MasterStep, SoundProfile | None]] = field(default_factory=list)
    missing_lu: float = 0.0
    seconds: float = 0.0


def master_file(
    source: Path,
    out: Path,
    wanted_lufs: float,
    ceiling_db: float = -1.0,
    reference: MixReference | None = None,
    amount: float = 0.7,
    tell: Callable[[float], None] = lambda _share: None,
) -> Mastered:
    """Bring a piece to a loudness under a ceiling of its true peak, and write it.

    Parameters
    ----------
    source, out : Path
        The piece, and the file to write; it is written as a whole or not at all.
    wanted_lufs, ceiling_db : float
        Integrated loudness, and largest true peak.
    reference : MixReference or None
        What its spectrum and width are compared with; None: the published average.
    amount : float
        How far a spectrum that is outside is brought inside, 0 to 1.
    tell : callable
        Is given the share of the work that is done.

    Raises
    ------
    AudioFileError
        The piece cannot be read, or is too short, too long or silent.
    InputError
        The file cannot be written.
    """
    if out.exists() and source.exists() and out.samefile(source):
        message = f"{out} is the piece itself; write the master somewhere else"
        raise InputError(message)
    audio, rate, tags = _read(source)
    before = _measured(audio, rate)
    if before.lufs is None:
        message = f"{source} is silent: there is nothing to master"
        raise AudioFileError(message)
    part = out.with_name(f".{out.stem}.part{out.suffix}")
    _check_writable(out, part, rate, len(audio), tags)
    try:
        made = _Master(audio, rate, before, tell)
        made.shape(reference or average_reference(), wanted_lufs, ceiling_db, amount)
        made.limit(wanted_lufs, ceiling_db, part, tags)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return made.result


class _Master:
    """A piece on its way, step by step."""

    def __init__(self, audio: Audio, rate: int, before: SoundProfile, tell: Callable[[float], None]) -> None:
        self._audio, self._rate, self._now, self._tell = audio, rate, before, tell
        self.result = Mastered(before, before, seconds=audio.shape[1] / rate)

    def shape(self, reference: MixReference, lufs: float, ceiling_db: float, amount: float) -> None:
        """EQ, width and compressor, each by what was measured behind the one before."""
        plans: list[Callable[[SoundProfile], MasterStep]] = [
            lambda now: tone_step(now, reference, amount),
            lambda now: width_step(now, reference),
            lambda now: compressor_step(now, lufs, ceiling_db),
        ]
        for number, plan in enumerate(plans, 1):
            step = plan(self._now)
            if step.settings and not (step.kind == "width" and len(self._audio) == 1):
                self._audio = processed(self._audio, self._rate, [_insert(step)])
                self._now = _measured(self._audio, self._rate)
                self.result.steps.append((step, self._now))
            else:
                self.result.steps.append((step, None))
            self._tell(number / (len(plans) + 2))

    def limit(self, wanted_lufs: float, ceiling_db: float, part: Path, tags: dict[str, str]) -> None:
        """Level and limiter, until the written file has the loudness and the ceiling; write it."""
        start = self._now
        gain_db = float(np.clip(wanted_lufs - (start.lufs or 0.0), -MOST_GAIN_DB, MOST_GAIN_DB))
        limit_db = ceiling_db
        found, step = start, MasterStep("limiter", {}, "")
        for attempt in range(MOST_TRIES):
            settings = {"gain_db": gain_db, "ceiling_db": max(-24.0, limit_db)}
            step = MasterStep("limiter", settings, _limiter_reason(start, gain_db, ceiling_db))
            audio = processed(self._audio, self._rate, [_insert(step)])
            found = _written(audio, part, self._rate, tags)
            self._tell(min(1.0, 0.7 + 0.1 * attempt))
            over = found.true_peak_db - ceiling_db
            missing = wanted_lufs - (found.lufs or 0.0)
            if over <= 0.0 and (abs(missing) <= NEAR_LU or gain_db >= MOST_GAIN_DB):
                break
            limit_db -= max(0.0, over + 0.02) if over > 0.0 else 0.0
            gain_db = float(np.clip(gain_db + missing, -MOST_GAIN_DB, MOST_GAIN_DB))
        self.result.steps.append((step, found))
        self.result.after = found
        self.result.missing_lu = wanted_lufs - (found.lufs or 0.0)


def _limiter_reason(start: SoundProfile, gain_db: float, ceiling_db: float) -> str:
    over = start.true_peak_db + gain_db - ceiling_db
    reason = f"{gain_db:+.1f} dB bring it to its loudness"
    if over <= 0.0:
        return f"{reason}; no peak reaches the ceiling of {ceiling_db:g} dBTP"
    heard = ", which is heard" if over > HARD_DB else ""
    return f"{reason}; the highest peak is lowered by {over:.1f} dB to {ceiling_db:g} dBTP{heard}"


def _insert(step: MasterStep) -> InsertSpec:
    return InsertSpec(step.kind, step.kind, dict(step.settings))


def processed(audio: Audio, rate: int, inserts: Sequence[InsertSpec]) -> Audio:
    """A sound behind inserts, as long as before and not late.

    Parameters
    ----------
    audio : ndarray of float32, shape (channels, frames)
        One or two channels.
    rate : int
        In Hz.
    inserts : sequence of InsertSpec
        In the order of the signal.
    """
    channels, frames = audio.shape
    engine = Engine(EngineSpec(rate, buses=(BusSpec("piece", inserts=tuple(inserts)),)), Bank(rate))
    engine.pull(LEAD)
    late = engine.memory.latencies.departures.get(0, 0)
    stereo = audio if channels == 2 else np.repeat(audio, 2, axis=0)
    padded = np.pad(stereo, ((0, 0), (0, late + QUANTUM)))
    engine.post([commands.start_clip(LEAD, 0, engine.add_sound(engine.bank.add(padded)), 0)])
    engine.listen_to_buses(CHUNK + QUANTUM)
    made = np.concatenate(list(_pulled(engine, frames + late)), axis=1)
    found: Audio = np.ascontiguousarray(made[:channels, late : late + frames])
    return found


def _pulled(engine: Engine, frames: int) -> Iterator[Audio]:
    while frames > 0:
        engine.pull(CHUNK)
        engine.drain_replies()
        yield engine.take_buses()[0]
        frames -= CHUNK


def _measured(audio: Audio, rate: int) -> SoundProfile:
    piece = 10 * rate
    pieces = (audio[:, start : start + piece].T for start in range(0, audio.shape[1], piece))
    return profile_of(pieces, rate, len(audio))


def _read(source: Path) -> tuple[Audio, int, dict[str, str]]:
    with open_recording(source) as file:
        rate, seconds = file.samplerate, file.frames / file.samplerate
        problem = ""
        if seconds > LONGEST_S:
            problem = (
                f"lasts {seconds / 60.0:.0f} minutes; up to {LONGEST_S / 60.0:g} can be mastered at once"
            )
        elif file.channels > 2:
            problem = f"has {file.channels} channels; one or two can be mastered"
        if problem:
            message = f"{source} {problem}"
            raise AudioFileError(message)
        try:
            audio = file.read(dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            message = f"{source} cannot be decoded to its end; it may be cut off"
            raise AudioFileError(message) from error
        tags = {name: str(getattr(file, name, "") or "") for name in TAGS}
    whole = np.nan_to_num(audio, posinf=1.0, neginf=-1.0)
    return np.ascontiguousarray(whole.T), rate, {name: value for name, value in tags.items() if value}


def _check_writable(out: Path, part: Path, rate: int, channels: int, tags: dict[str, str]) -> None:
    """Find out before the work whether the file can be written."""
    if out.is_dir():
        message = f"{out} is a folder; name a file, such as {out / 'master.wav'}"
        raise InputError(message)
    try:
        with AudioFileSink(part, rate, channels, tags):
            pass
    except InputError as error:
        message = str(error).replace(part.name, out.name)
        if "cannot be written" in message:
            message = f"{out} cannot be written"
        raise InputError(message) from None


def _written(audio: Audio, part: Path, rate: int, tags: dict[str, str]) -> SoundProfile:
    """Write a file; return what is measured of it as it is read again."""
    with AudioFileSink(part, rate, len(audio), tags) as sink:
        for start in range(0, audio.shape[1], CHUNK):
            sink.write(audio[:, start : start + CHUNK].T)
    if part.suffix.lower() != ".ogg":  # 24 bits move nothing that is measured
        return _measured(audio, rate)
    return recording_profile(part)[0]
