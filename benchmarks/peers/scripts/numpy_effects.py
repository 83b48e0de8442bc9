"""Eight filtered buses, a reverb of combs and all-passes, and a block-wise limiter, in NumPy and SciPy."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, lfilter

from benchmarks.peers import works

COMBS = (1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617)
ALLPASSES = (556, 441, 341, 225)
FEEDBACK, DAMPING, DIFFUSION = 0.84, 0.2, 0.5
NUMERATOR, DENOMINATOR = butter(2, works.BUS_CUTOFF_HZ, fs=works.RATE)


class DelayLine:
    """A delay line longer than a block, for any leading shape."""

    def __init__(self, shape: tuple[int, ...], delay: int) -> None:
        self.memory = np.zeros((*shape, delay))
        self.at = 0

    def read(self, frames: int) -> np.ndarray:
        """Return the next frames, which were written one delay ago."""
        return self.memory[..., (self.at + np.arange(frames)) % self.memory.shape[-1]]

    def write(self, audio: np.ndarray) -> None:
        """Write frames in place of those that were read."""
        places = (self.at + np.arange(audio.shape[-1])) % self.memory.shape[-1]
        self.memory[..., places] = audio
        self.at = (self.at + audio.shape[-1]) % self.memory.shape[-1]


class Reverb:
    """Eight damped combs and four all-passes, for any leading shape."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.combs = [DelayLine(shape, delay) for delay in COMBS]
        self.states = [np.zeros((*shape, 1)) for _ in COMBS]
        self.allpasses = [DelayLine(shape, delay) for delay in ALLPASSES]

    def block(self, sent: np.ndarray) -> np.ndarray:
        """Return the reverb of one block."""
        frames = sent.shape[-1]
        out = np.zeros_like(sent)
        for index, comb in enumerate(self.combs):
            late = comb.read(frames)
            damped, self.states[index] = lfilter(
                [1.0 - DAMPING], [1.0, -DAMPING], late, axis=-1, zi=self.states[index]
            )
            comb.write(0.1 * sent + FEEDBACK * damped)
            out += late
        for line in self.allpasses:
            late = line.read(frames)
            line.write(out + DIFFUSION * late)
            out = late - out
        return out


class _Effects:
    def __init__(self, count: int) -> None:
        audio = [works.noise(index, works.EFFECT_RMS).T for index in range(count)]
        self.audio = np.stack(audio)
        self.place = 0
        self.gain = 1.0

    def retarget(self) -> None:
        """Do nothing: the effects have no targets."""

    def read(self, frames: int) -> np.ndarray:
        """Return the next frames of every stem, shape (buses, 2, frames)."""
        end = self.place + frames
        if end <= works.STEM_FRAMES:
            part = self.audio[:, :, self.place : end]
        else:
            rest = self.audio[:, :, : end - works.STEM_FRAMES]
            part = np.concatenate([self.audio[:, :, self.place :], rest], axis=2)
        self.place = end % works.STEM_FRAMES
        return part

    def limit(self, mixed: np.ndarray) -> np.ndarray:
        """Apply one gain for each block, reached by a linear ramp."""
        wanted = min(1.0, works.CEILING / max(1e-9, float(np.abs(mixed).max())))
        wanted = min(wanted, self.gain + 0.01)
        ramp = np.linspace(self.gain, wanted, mixed.shape[-1])
        self.gain = wanted
        return (mixed * ramp).T.astype(np.float32)


class EffectsNaive(_Effects):
    """Effects with a loop over buses and channels."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.states = np.zeros((count, 2, 2))
        self.reverbs = [Reverb(()) for _ in range(2)]

    def block(self, frames: int) -> np.ndarray:
        """Render one block."""
        part = self.read(frames)
        mixed = np.zeros((2, frames))
        for bus in range(len(part)):
            for side in (0, 1):
                filtered, self.states[bus, side] = lfilter(
                    NUMERATOR, DENOMINATOR, part[bus, side], zi=self.states[bus, side]
                )
                mixed[side] += filtered
        for side in (0, 1):
            mixed[side] += self.reverbs[side].block(works.SEND_GAIN * mixed[side])
        return self.limit(mixed)


class EffectsVectorised(_Effects):
    """Effects with one filter call for all buses and channels, and one reverb for both channels."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.states = np.zeros((count, 2, 2))
        self.reverb = Reverb((2,))

    def block(self, frames: int) -> np.ndarray:
        """Render one block."""
        filtered, self.states = lfilter(NUMERATOR, DENOMINATOR, self.read(frames), axis=-1, zi=self.states)
        mixed = filtered.sum(axis=0)
        return self.limit(mixed + self.reverb.block(works.SEND_GAIN * mixed))
