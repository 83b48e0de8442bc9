"""Time-stretch, driven without an engine: writes a stretched file, and measures the cost of a stem.

    python -m benchmarks.stretch IN OUT.wav 1.25         # 1.25 times as long
    python -m benchmarks.stretch --cost

The kernel's own code renders; only the tempo map comes from here.
"""

from __future__ import annotations

import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numba import carray, types

from adaptive.engine.stretch_plan import StretchPlan, plan_sound
from adaptive.kernel.compile.build import compiled, hash_of
from adaptive.kernel.compile.cache import UnitFile
from adaptive.kernel.compile.jit import pointer
from adaptive.kernel.dsp.fft import fft
from adaptive.kernel.layout import QUANTUM, SOUND
from adaptive.kernel.sources.stretch import render_stretch, start_stretch
from adaptive.kernel.sources.stretch_map import whole
from adaptive.kernel.sources.stretch_record import (
    STRETCH,
    STRETCH_PLAN,
    STRETCH_WORK,
    hop_quanta,
    stretch_tables,
)
from adaptive.kernel.sources.stretch_spectrum import window_address

Array = np.ndarray[Any, Any]
ONE, FLOAT, Q = np.int64(1), np.int64(4), np.int64(QUANTUM)
STRETCH_BYTES = np.int64(STRETCH.itemsize)


def drive(
    stretches: int, count: int, plan: int, sound: int, tables: int, window: int, work: int, quanta: int,
    positions: int, rates: int, left: int, right: int, most: int,
) -> None:  # fmt: skip
    """Render one sound through `count` stems; the last one is what `left` and `right` get.

    All arguments but `count`, `window` (0: of transients, 1: of tones) and `quanta` are addresses; `most`
    gets the number of spectra made in a quantum.
    """
    stems = carray(pointer(stretches), count, STRETCH)
    the_plan = carray(pointer(plan), ONE, STRETCH_PLAN)[0]
    the_sound = carray(pointer(sound), ONE, SOUND)[0]
    the_work = carray(pointer(work), ONE, STRETCH_WORK)[0]
    the_positions = carray(pointer(positions), quanta, np.float64)
    the_rates = carray(pointer(rates), quanta, np.float64)
    spectra = carray(pointer(most), quanta, np.int64)
    weights = window_address(tables, window)
    for quantum in range(quanta):
        frame = quantum * Q
        for number in range(count):
            stem = stems[number]
            stem["map_frame"] = frame
            stem["map_position"] = the_positions[quantum]
            stem["map_rate"] = the_rates[quantum]
            if quantum == 0:
                start_stretch(stem, frame, whole(the_positions[0]))
            spectra[quantum] += render_stretch(
                stem, stretches + number * STRETCH_BYTES, the_plan, the_sound, tables, weights, the_work,
                work,
                left + FLOAT * frame, right + FLOAT * frame, frame,
            )  # fmt: skip


@lru_cache(maxsize=1)
def driver() -> Any:
    """The compiled `drive`, from the cache of the kernel's units, as a ctypes function."""
    signature = types.void(*[types.int64] * 13)
    file = UnitFile(f"stretch_drive-{hash_of(drive, signature)}.unit")
    return compiled(drive, signature, file).ctypes


def transform(re: int, im: int, out_re: int, out_im: int, tables: int, work: int) -> None:
    """The Fourier transform, as a C function."""
    fft(re, im, out_re, out_im, tables, work)


@lru_cache(maxsize=1)
def compiled_fft() -> Any:
    """The compiled `transform`, from the cache of the kernel's units."""
    signature = types.void(*[types.int64] * 6)
    return compiled(transform, signature, UnitFile(f"fft-{hash_of(transform, signature)}.unit"))


def fft_address() -> int:
    """Address of the compiled transform."""
    address: int = compiled_fft().address
    return address


class Harness:
    """A sound, ready to be stretched.

    Parameters
    ----------
    audio : float32, shape (2, frames)
        The sound.
    sample_rate : float
        In Hz.
    origin, loop_frames : int
        As in `SOUND`.
    plan : StretchPlan, optional
        Its onsets; found here if they are not given.
    is_tones : bool
        Whether it is stretched as tones, else as transients.
    """

    def __init__(
        self, audio: Array, sample_rate: float = 48000.0, *, origin: int = 0, loop_frames: int = 0,
        plan: StretchPlan | None = None, is_tones: bool = False,
    ) -> None:  # fmt: skip
        self.audio = np.ascontiguousarray(audio, np.float32)
        self.plan = plan or plan_sound(self.audio, sample_rate, origin, loop_frames)
        left, right = (channel.ctypes.data for channel in self.audio)
        self.sound = np.array([(left, right, self.audio.shape[1], origin, loop_frames, 0, 0)], SOUND)
        self.sample_rate, self.is_tones = sample_rate, is_tones
        self.tables = stretch_tables(fft_address(), sample_rate)
        self.work = np.zeros(1, STRETCH_WORK)
        self.made = np.zeros(0, np.int64)
        self.seconds = 0.0

    def render(self, rates: Array, *, first: float = 0.0, stems: int = 1) -> Array:
        """Render one quantum for each rate (frames of the sound a frame of output), shape (2, frames)."""
        rates = np.asarray(rates, np.float64)
        positions = first + np.concatenate([[0.0], np.cumsum(rates * QUANTUM)[:-1]])
        out = np.zeros((2, len(rates) * QUANTUM), np.float32)
        voices = np.zeros(stems, STRETCH)
        voices["hop_quantum"] = np.arange(stems) % hop_quanta(self.sample_rate)
        self.made = np.zeros(len(rates), np.int64)
        record = self.plan.calm_record if self.is_tones else self.plan.record
        drive_it = driver()
        begin = time.thread_time()
        drive_it(
            voices.ctypes.data, stems, record.ctypes.data, self.sound.ctypes.data,
            self.tables.ctypes.data, int(self.is_tones), self.work.ctypes.data, len(rates),
            positions.ctypes.data,
            rates.ctypes.data, out[0].ctypes.data, out[1].ctypes.data, self.made.ctypes.data,
        )  # fmt: skip
        self.seconds = time.thread_time() - begin
        self.voices = voices
        return out

    def stretched(self, ratio: float, *, stems: int = 1) -> Array:
        """The whole sound, `ratio` times as long, shape (2, frames)."""
        frames = round(self.audio.shape[1] * ratio)
        return self.render(np.full(-(-frames // QUANTUM), 1.0 / ratio), stems=stems)[:, :frames]


def read_file(path: str | Path) -> tuple[Array, int]:
    """A file as (2, frames), and its sample rate."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.ascontiguousarray(np.broadcast_to(audio.T[:2], (2, len(audio)))), rate


def noise(rate: int = 48000, seconds: float = 12.0) -> Array:
    """Two channels of noise with a click four times a second."""
    random = np.random.default_rng(1)
    audio = random.normal(0.0, 0.1, (2, int(seconds * rate))).astype(np.float32)
    audio[:, :: rate // 4] += 0.9
    return audio


def cost() -> None:
    """Print the share of a core that a stem takes, and the most spectra in a quantum."""
    for rate, is_tones in ((48000, False), (48000, True), (96000, False), (192000, False)):
        harness = Harness(noise(rate), rate, is_tones=is_tones)
        harness.stretched(1.1)
        kind = f"{rate} Hz, {'tones' if is_tones else 'transients'}"
        for stems in (1, 3, 8, 16) if rate == 48000 else (1, 16):
            for ratio in (1.0, 1.1):
                shares = []
                for _ in range(3):
                    out = harness.stretched(ratio, stems=stems)
                    shares.append(harness.seconds / (out.shape[1] / rate) / stems)
                most, share = harness.made.max(), 100 * min(shares)
                print(f"{kind}: {stems:3} stems at {ratio}: {share:.3f} % of a core each, {most} a quantum")


def main(arguments: list[str]) -> None:
    """Entry point."""
    if arguments == ["--cost"]:
        cost()
        return
    source, target, ratio = arguments
    audio, rate = read_file(source)
    soundfile.write(target, Harness(audio, rate).stretched(float(ratio)).T, rate, subtype="FLOAT")


if __name__ == "__main__":
    main(sys.argv[1:])
