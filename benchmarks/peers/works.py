"""Defines the work that all engines do; each peer's module implements it with the means of that engine.

*Stems*: `count` different looping stereo stems of four seconds, started at different positions and mixed to
stereo.  Every 100 ms each gain gets a new target, which it reaches in 50 ms.
*Voices*: `count` voices that all sound, each with two saws and a resonant low-pass.  Every 100 ms
`notes(count)` of them start a new note.
*Effects*: eight stereo stems through eight buses, each with a low-pass and a send of 0.5 to a stereo reverb,
and a limiter on the sum.
*Mix*: sixteen stereo stems with gains as above and a pan each, two of them through each of eight buses with
an equaliser of four bands and a compressor; three of the buses send 0.5 to a stereo reverb; a limiter on the
sum.

All are 48 kHz, stereo, 32-bit floats, without a sound card.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RATE = 48_000
STEM_SECONDS = 4
STEM_FRAMES = RATE * STEM_SECONDS
STEM_RMS = 0.01
EFFECT_RMS = 0.2
"""Loud enough that the sum of eight stems makes the limiter act."""

RETARGET_S = 0.1
RAMP_S = 0.05
LOWEST_GAIN, HIGHEST_GAIN = 0.2, 1.0
START_STRIDE_FRAMES = 500
"""Each stem starts this much later in its loop than the one before."""

LOWEST_NOTE, NOTES_SPAN = 40, 48
SECOND_SAW_RATIO = 2.0 ** (0.1 / 12.0)
VOICE_GAIN = 0.02
CUTOFF_RATIO = 6.0
"""Cutoff of a voice as a multiple of its frequency, at most `HIGHEST_CUTOFF_HZ`."""

HIGHEST_CUTOFF_HZ = 12_000.0
RESONANCE_Q = 2.0
ATTACK_S, DECAY_S, SUSTAIN = 0.005, 0.1, 0.8

BUSES = 8
BUS_CUTOFF_HZ = 3000.0
SEND_GAIN = 0.5
CEILING = 0.89

LAYERS, SENDING_BUSES = 16, 3
LAYER_RMS = 0.25
LOW_HZ, LOW_DB = 120.0, 3.0
LOW_MID_HZ, LOW_MID_DB = 400.0, -3.0
HIGH_MID_HZ, HIGH_MID_DB = 2500.0, 2.0
HIGH_HZ, HIGH_DB = 8000.0, -2.0
"""Two shelves, and between them two bells with a quality of 1."""

THRESHOLD, RATIO = 0.125, 2.0
COMPRESSION_S, RELEASE_S = 0.01, 0.12
"""Attack and release of the compressors, and the level above which they reduce."""

STEMS, VOICES, EFFECTS, MIX = "stems", "voices", "effects", "mix"
TITLES = {
    STEMS: "{count} looping stereo stems, gains ramped",
    VOICES: "{count} voices, two saws and a resonant low-pass each",
    EFFECTS: "{count} filtered buses, a reverb, a limiter",
    MIX: "{count} layers, 8 buses with equaliser and compressor, 3 sends, a reverb, a limiter",
}


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work, its count, and the frames of a block."""

    kind: str
    count: int
    block_frames: int

    @property
    def title(self) -> str:
        """The title of the work."""
        return TITLES[self.kind].format(count=self.count)

    @property
    def key(self) -> str:
        """A unique name for files and folders."""
        return f"{self.kind}-{self.count}-{self.block_frames}"


ALL = (
    *(Work(STEMS, count, 64) for count in (8, 32, 128)),
    *(Work(STEMS, 128, block) for block in (128, 256)),
    *(Work(VOICES, count, 64) for count in (16, 64, 256)),
    *(Work(VOICES, 256, block) for block in (128, 256)),
    *(Work(EFFECTS, BUSES, block) for block in (64, 128, 256)),
    *(Work(MIX, LAYERS, block) for block in (64, 128, 256)),
)
"""Growing counts at 64 frames a block, and the largest count at 128 and 256."""


def notes(count: int) -> int:
    """Return how many notes begin in 100 ms: a quarter of the voices, at most 24."""
    return min(24, max(1, count // 4))


def noise(index: int, rms: float = STEM_RMS, frames: int = STEM_FRAMES) -> np.ndarray:
    """Return stem number `index`: white noise of shape (frames, 2)."""
    rng = np.random.default_rng(index)
    return rng.standard_normal((frames, 2), dtype=np.float32) * np.float32(rms)


def pan(index: int) -> float:
    """Return the pan of layer number `index`, -0.75 to 0.75."""
    return (index % 4 - 1.5) / 2.0


def gains(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return random target gains."""
    return rng.uniform(LOWEST_GAIN, HIGHEST_GAIN, count)


def hertz(note: int) -> float:
    """Return the frequency of a MIDI note in hertz."""
    return float(440.0 * 2.0 ** ((note - 69) / 12.0))


def cutoff_hz(frequency_hz: float) -> float:
    """Return the cutoff of a voice's low-pass for a note of this frequency."""
    return min(CUTOFF_RATIO * frequency_hz, HIGHEST_CUTOFF_HZ)
