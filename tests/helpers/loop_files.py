"""Files as programs write them, for tests of loops: of any rate, tempo, length, lead-in, tail and format."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from hypothesis import strategies as st

Audio = np.ndarray

RATES = (8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 192000)
FORMATS = (("wav", "PCM_16"), ("wav", "PCM_24"), ("wav", "FLOAT"), ("flac", "PCM_16"), ("flac", "PCM_24"))
LONGEST = 100_000
"""Frames of the longest pass that is made, of those longer than a beat."""


@dataclass(frozen=True)
class LoopFile:
    """How a file is made, and how it is played."""

    seed: int
    rate: int
    engine_rate: int
    tempo_bpm: float
    meter: int
    bars: int
    rounding: str
    change_frames: int
    """Frames that the file is longer or shorter than its pass."""
    lead_in_s: float
    tail_s: float
    """What decays after the last bar; 0: what follows is the beginning again, as the music has it."""
    material: str
    is_periodic: bool
    """Whether the music loops in its tempo; otherwise its ends do not meet."""
    channels: int
    format: tuple[str, str]

    @property
    def beats(self) -> int:
        """Length of a pass, in beats."""
        return self.meter * self.bars

    @property
    def pass_s(self) -> float:
        """Length of a pass in seconds, as the tempo has it."""
        return self.beats * 60.0 / self.tempo_bpm

    @property
    def origin(self) -> int:
        """Frame of beat 1, at the engine's rate."""
        return round(self.lead_in_s * self.engine_rate)

    @property
    def loop_frames(self) -> int:
        """Length of a pass, at the engine's rate."""
        return round(self.pass_s * self.engine_rate)

    @property
    def beat_frames(self) -> int:
        """Frames of a beat, at the engine's rate."""
        return round(60.0 / self.tempo_bpm * self.engine_rate)

    def write(self, folder: Path) -> Path:
        """Write the file; return its path."""
        rounded = {"floor": math.floor, "round": round, "ceil": math.ceil}[self.rounding]
        lead, length = round(self.lead_in_s * self.rate), rounded(self.pass_s * self.rate)
        frames = max(lead + 64, lead + length + self.change_frames + round(self.tail_s * self.rate))
        seconds = (np.arange(frames) - lead) / self.rate
        rng = np.random.default_rng(self.seed)
        rows = [self._music(seconds, rng) for _ in range(self.channels)]
        audio = np.stack(rows)
        if self.tail_s:
            audio = audio * np.exp(np.minimum(0.0, (self.pass_s - seconds) * 5.0 / self.tail_s))
        kind, subtype = self.format
        path = folder / f"a.{kind}"
        soundfile.write(path, audio.T * (0.9 / max(0.9, float(np.abs(audio).max()))), self.rate, subtype)
        return path

    def _music(self, seconds: Audio, rng: np.random.Generator) -> Audio:
        """Sums of tones below 0.38 of the lower rate: a few, many (a noise), or many in bursts."""
        highest = 0.38 * min(self.rate, self.engine_rate)
        count = {"tones": 5, "noise": 24, "bursts": 16}[self.material]
        limit = min(highest, 3000.0) if self.material == "tones" else highest * 0.9
        frequencies = np.exp(rng.uniform(np.log(60.0), np.log(limit), count))
        if self.is_periodic:
            frequencies = np.maximum(1.0, np.round(frequencies * self.pass_s)) / self.pass_s
        phases = rng.uniform(0.0, 2.0 * np.pi, count)
        out = np.zeros(len(seconds))
        for frequency, phase in zip(frequencies, phases, strict=True):
            out += np.cos(2.0 * np.pi * frequency * seconds + phase)
        out *= 0.25 / math.sqrt(count / 2.0)
        if self.material == "bursts":  # swells on every beat, which keep the band narrow
            out *= 0.55 + 0.45 * np.cos(2.0 * np.pi * seconds * self.tempo_bpm / 60.0)
        return out


@st.composite
def loop_files(draw: st.DrawFn) -> LoopFile:
    """Any file of the issue's list, with a pass short enough to be quick."""
    rate = draw(st.sampled_from(RATES))
    # soxr itself errs by more than -90 dB between some rates that are lower than any engine's
    engine_rate = draw(st.sampled_from((44100, 48000, rate if rate < 44100 else 48000)))
    tempo = round(draw(st.floats(60.0, 200.0)), draw(st.integers(0, 3)))
    meter = draw(st.integers(1, max(1, min(7, int(LONGEST / (60.0 / tempo * rate))))))
    most = max(1, int(LONGEST / (meter * 60.0 / tempo * rate)))
    change = draw(st.one_of(st.integers(-3, 3), st.integers(-2000, 2000)))
    beat = 60.0 / tempo * rate
    return LoopFile(
        seed=draw(st.integers(0, 2**31)),
        rate=rate,
        engine_rate=engine_rate,
        tempo_bpm=tempo,
        meter=meter,
        bars=draw(st.integers(1, min(4, most))),
        rounding=draw(st.sampled_from(("floor", "round", "ceil"))),
        change_frames=max(change, -int(0.45 * beat)),
        lead_in_s=draw(st.sampled_from((0.0, 0.0, 0.003, 0.02, 0.1, 0.2503))),
        tail_s=draw(st.sampled_from((0.0, 0.0, 0.0, 0.1, 0.4))) if change >= 0 else 0.0,
        material=draw(st.sampled_from(("tones", "noise", "bursts"))),
        is_periodic=draw(st.booleans()),
        channels=draw(st.integers(1, 2)),
        format=draw(st.sampled_from(FORMATS)),
    )
