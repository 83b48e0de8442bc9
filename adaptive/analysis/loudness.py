"""Loudness and true peak, as defined in ITU-R BS.1770-4 and EBU R 128: one measure, used everywhere.

`LoudnessMeter` measures a stream, in constant memory; `loudness_of` a whole recording.

References
----------
ITU-R BS.1770-4, "Algorithms to measure audio programme loudness and true-peak audio level", 2015.
EBU Tech 3341, "Loudness metering: EBU mode"; EBU Tech 3342, "Loudness range".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import soxr

Audio = np.ndarray[Any, np.dtype[np.float32]]
F64 = np.ndarray[Any, np.dtype[np.float64]]

SILENT_LUFS = -70.0
"""The absolute gate of the standard: what is below it is ignored."""

DUAL_MONO_LU = 10.0 * math.log10(2.0)
"""How much louder one channel is when both speakers play it."""

STEP_S = 0.01
"""Momentary and short-term loudness move by this; EBU's cases 10 and 13 need 20 ms or less."""

MOMENTARY_STEPS, SHORT_TERM_STEPS, BLOCK_STEPS = 40, 300, 10
"""In steps: 0.4 s, 3 s, and 0.1 s from one gated block to the next."""

_OFFSET_LU, _INTEGRATED_GATE_LU, _RANGE_GATE_LU = -0.691, -10.0, -20.0
_LOW_SHARE, _HIGH_SHARE = 0.10, 0.95  # percentiles of the loudness range
_BIN_LU, _HIGHEST_LUFS = 0.01, 20.0
_BINS = round((_HIGHEST_LUFS - SILENT_LUFS) / _BIN_LU)
# The response of the filters falls by 1,000 dB a second: 0.2 s of what is before make a piece exact.
_WARM_UP_S, _PIECE_S, _LEAST_S = 0.2, 2.5, 0.1
# The two filters of the standard, as analogue prototypes: a high shelf (the head) and a high-pass.  At 48 kHz
# they give its coefficients.
_SHELF_HZ, _SHELF_DB, _SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
_HIGH_PASS_HZ, _HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773


@dataclass(frozen=True, slots=True)
class Loudness:
    """What was measured; None where it cannot be: the sound was shorter than 0.4 s (3 s), or below -70 LUFS.

    Attributes
    ----------
    momentary_lufs, short_term_lufs : float or None
        Of the last 0.4 s and 3 s.
    most_momentary_lufs, most_short_term_lufs : float or None
        The loudest of each.
    integrated_lufs : float or None
        Of everything, gated.
    range_lu : float or None
        Loudness range.
    true_peak_db : float
        In dBTP; minus infinity for silence, or where it is not measured.
    channels : int
        Channels; one counts once.
    """

    momentary_lufs: float | None
    short_term_lufs: float | None
    most_momentary_lufs: float | None
    most_short_term_lufs: float | None
    integrated_lufs: float | None
    range_lu: float | None
    true_peak_db: float
    channels: int = 2

    @property
    def dual_mono_lufs(self) -> float | None:
        """Integrated loudness of one channel that two speakers play; None for more channels."""
        if self.channels != 1 or self.integrated_lufs is None:
            return None
        return self.integrated_lufs + DUAL_MONO_LU

    @property
    def in_words(self) -> str:
        """One line: loudness, range and true peak."""
        peak = f"true peak {self.true_peak_db:.1f} dBTP"
        if self.integrated_lufs is None:
            return f"loudness not measurable, {peak}"
        words = f"{self.integrated_lufs:.1f} LUFS"
        if self.dual_mono_lufs is not None:
            words += f" ({self.dual_mono_lufs:.1f} LUFS from two speakers)"
        if self.range_lu is not None:
            words += f", range {self.range_lu:.1f} LU"
        return f"{words}, {peak}"

    def as_json(self) -> dict[str, float | None]:
        """Its numbers, rounded to 0.1; null where they cannot be measured."""
        peak = self.true_peak_db if math.isfinite(self.true_peak_db) else None
        numbers = {
            "momentary_lufs": self.momentary_lufs, "short_term_lufs": self.short_term_lufs,
            "integrated_lufs": self.integrated_lufs, "range_lu": self.range_lu, "true_peak_db": peak,
        }  # fmt: skip
        return {name: None if value is None else round(value, 1) for name, value in numbers.items()}


class _Histogram:
    """Powers by their loudness, in bins of 0.01 LU above the absolute gate."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS, np.int64)
        self._sums = np.zeros(_BINS)

    def add(self, powers: F64) -> None:
        lufs = lufs_of(powers)
        loud = lufs > SILENT_LUFS
        places = np.minimum(((lufs[loud] - SILENT_LUFS) / _BIN_LU).astype(np.int64), _BINS - 1)
        np.add.at(self._counts, places, 1)
        np.add.at(self._sums, places, powers[loud])

    def above(self, gate_lu: float) -> tuple[np.ndarray[Any, Any], float] | None:
        """The counts above a gate relative to the mean of all, and the mean power there; None: nothing."""
        total = int(self._counts.sum())
        if total == 0:
            return None
        gate = float(lufs_of(self._sums.sum() / total)) + gate_lu
        first = max(0, math.ceil((gate - SILENT_LUFS) / _BIN_LU))
        counts = self._counts.copy()
        counts[:first] = 0
        return counts, float(self._sums[first:].sum() / max(1, counts.sum()))


class LoudnessMeter:
    """Measures a stream.

    Parameters
    ----------
    sample_rate : int
        In Hz.
    channels : int
        Channels; each counts once, as left, right and centre do in the standard.
    has_true_peak : bool
        Whether the true peak is measured: four times the frames below 96 kHz, twice below 192 kHz.
    """

    def __init__(self, sample_rate: int, channels: int, *, has_true_peak: bool = True) -> None:
        self._rate, self._channels = sample_rate, channels
        self._step = max(1, round(STEP_S * sample_rate))
        self._warm_up = round(_WARM_UP_S * sample_rate)
        self._before = np.zeros((channels, self._warm_up), np.float32)
        self._waiting = np.zeros((channels, 0), np.float32)
        self._collected: list[Audio] = []
        self._collected_frames, self._least = 0, round(_LEAST_S * sample_rate)
        self._powers: F64 = np.zeros(0)  # of the last steps, as many as short-term loudness reaches
        self._steps = 0
        self._blocks, self._short = _Histogram(), _Histogram()
        self._most_momentary = self._most_short = -math.inf
        self._peak = 0.0
        times = 4 if sample_rate < 96000 else 2 if sample_rate < 192000 else 1
        self._oversampled = (
            soxr.ResampleStream(sample_rate, times * sample_rate, channels, dtype="float32")
            if has_true_peak and times > 1
            else None
        )
        self._has_true_peak = has_true_peak

    def add(self, audio: Audio) -> None:
        """Hear the next frames, shape (frames, channels)."""
        self._collected.append(np.array(audio, np.float32).T)
        self._collected_frames += len(audio)
        if self._collected_frames < self._least:
            return
        self._work_off()

    def _work_off(self) -> None:
        """Measure what was collected: in pieces of a tenth of a second and more, which cost less."""
        new = np.concatenate(self._collected or [self._waiting[:, :0]], axis=1)
        self._collected, self._collected_frames = [], 0
        self._hear_peak(new.T, is_last=False)
        self._waiting = np.concatenate([self._waiting, new], axis=1)
        piece = max(self._step, round(_PIECE_S * self._rate) // self._step * self._step)
        whole = self._waiting.shape[1] // self._step * self._step
        for start in range(0, whole, piece):
            self._measure(self._waiting[:, start : min(start + piece, whole)])
        self._waiting = self._waiting[:, whole:].copy()

    def finish(self) -> Loudness:
        """Hear the end of the stream, and return what was measured."""
        self._work_off()
        self._hear_peak(np.zeros((0, self._channels), np.float32), is_last=True)
        return self.now()

    def now(self) -> Loudness:
        """What has been measured so far."""
        integrated = self._blocks.above(_INTEGRATED_GATE_LU)
        return Loudness(
            self._last(MOMENTARY_STEPS), self._last(SHORT_TERM_STEPS),
            _known(self._most_momentary), _known(self._most_short),
            None if integrated is None else float(lufs_of(integrated[1])), self._range(),
            20.0 * math.log10(self._peak) if self._peak > 0.0 else -math.inf, self._channels,
        )  # fmt: skip

    def _last(self, steps: int) -> float | None:
        if self._steps < steps:
            return None
        return _known(float(lufs_of(self._powers[-steps:].mean())))

    def _range(self) -> float | None:
        found = self._short.above(_RANGE_GATE_LU)
        if found is None:
            return None
        order = np.cumsum(found[0])
        low, high = (int(np.searchsorted(order, share * order[-1])) for share in (_LOW_SHARE, _HIGH_SHARE))
        return (high - low) * _BIN_LU

    def _hear_peak(self, audio: Audio, *, is_last: bool) -> None:
        if not self._has_true_peak:
            return
        self._peak = max(self._peak, float(np.abs(audio).max(initial=0.0)))
        if self._oversampled is not None:
            between = self._oversampled.resample_chunk(np.ascontiguousarray(audio, np.float32), last=is_last)
            self._peak = max(self._peak, float(np.abs(between).max(initial=0.0)))

    def _measure(self, audio: Audio) -> None:
        """Weigh whole steps, and take their powers."""
        heard = np.concatenate([self._before, audio], axis=1)
        weighted = _weighted(heard, self._rate)[:, self._before.shape[1] :]
        self._before = heard[:, -self._warm_up :].copy()
        powers = (weighted**2).sum(axis=0).reshape(-1, self._step).mean(axis=1)
        kept, new = len(self._powers), len(powers)
        known = np.concatenate([self._powers, powers])
        sums = np.concatenate([[0.0], np.cumsum(known)])
        ends = np.arange(kept + 1, kept + new + 1)
        numbers = self._steps + np.arange(1, new + 1)
        self._most_momentary, momentary = _most(sums, ends, numbers, MOMENTARY_STEPS, self._most_momentary)
        self._most_short, short = _most(sums, ends, numbers, SHORT_TERM_STEPS, self._most_short)
        on_block = numbers % BLOCK_STEPS == 0
        self._blocks.add(momentary[on_block & (numbers >= MOMENTARY_STEPS)])
        self._short.add(short[on_block & (numbers >= SHORT_TERM_STEPS)])
        self._steps += new
        self._powers = known[-SHORT_TERM_STEPS:].copy()


def loudness_of(audio: Audio, sample_rate: int, *, has_true_peak: bool = True) -> Loudness:
    """Measure a recording.

    Parameters
    ----------
    audio : ndarray of float32, shape (channels, frames)
        The recording.
    sample_rate : int
        In Hz.
    has_true_peak : bool
        Whether the true peak is measured.
    """
    meter = LoudnessMeter(sample_rate, audio.shape[0], has_true_peak=has_true_peak)
    piece = 10 * sample_rate
    for start in range(0, audio.shape[1], piece):
        meter.add(audio[:, start : start + piece].T)
    return meter.finish()


def integrated_lufs(audio: Audio, sample_rate: int = 48000) -> float:
    """Integrated loudness of a recording of shape (channels, frames), in LUFS.

    `SILENT_LUFS` if nothing is above it.  A recording shorter than 0.4 s counts as followed by silence.
    """
    shortest = round(0.4 * sample_rate)
    if audio.shape[1] < shortest:
        audio = np.pad(audio, ((0, 0), (0, shortest - audio.shape[1])))
    found = loudness_of(audio, sample_rate, has_true_peak=False).integrated_lufs
    return SILENT_LUFS if found is None else found


def lufs_of(power: Any) -> Any:
    """Loudness of a weighted power, summed over channels."""
    return _OFFSET_LU + 10.0 * np.log10(np.maximum(power, 1e-20))


def _known(lufs: float) -> float | None:
    return lufs if lufs > SILENT_LUFS else None


def _most(sums: F64, ends: Any, numbers: Any, steps: int, before: float) -> tuple[float, F64]:
    """Powers of the windows that end at each new step, and the loudest of those that are whole."""
    powers = (sums[ends] - sums[np.maximum(ends - steps, 0)]) / steps
    whole = powers[numbers >= steps]
    return max(before, float(lufs_of(whole.max())) if len(whole) else -math.inf), powers


def _weighted(audio: Audio, sample_rate: int) -> F64:
    """Weigh audio of shape (channels, frames) by the two filters, in the frequency domain."""
    size = 1 << int(audio.shape[1] - 1).bit_length()
    spectrum = np.fft.rfft(audio.astype(np.float64), size, axis=1)
    spectrum *= _response(size, sample_rate)
    found: F64 = np.fft.irfft(spectrum, size, axis=1)  # what wraps around falls into the warm-up
    return found[:, : audio.shape[1]]


def weighting(sample_rate: int) -> tuple[tuple[F64, F64], tuple[F64, F64]]:
    """Numerators and denominators of the shelf and of the high-pass at a sample rate."""
    k = math.tan(math.pi * _SHELF_HZ / sample_rate)
    high = 10.0 ** (_SHELF_DB / 20.0)
    middle = high**0.4996667741545416
    scale = 1.0 + k / _SHELF_Q + k * k
    shelf = (
        np.array(
            [high + middle * k / _SHELF_Q + k * k, 2.0 * (k * k - high), high - middle * k / _SHELF_Q + k * k]
        )
        / scale,
        np.array([scale, 2.0 * (k * k - 1.0), 1.0 - k / _SHELF_Q + k * k]) / scale,
    )
    k = math.tan(math.pi * _HIGH_PASS_HZ / sample_rate)
    scale = 1.0 + k / _HIGH_PASS_Q + k * k
    high_pass = (
        np.array([1.0, -2.0, 1.0]),
        np.array([scale, 2.0 * (k * k - 1.0), 1.0 - k / _HIGH_PASS_Q + k * k]) / scale,
    )
    return shelf, high_pass


@lru_cache(maxsize=8)
def _response(frames: int, sample_rate: int) -> np.ndarray[Any, np.dtype[np.complex128]]:
    """Frequency response of the weighting for a transform of so many frames."""
    z = np.exp(-2j * np.pi * np.arange(frames // 2 + 1) / frames)
    response: np.ndarray[Any, np.dtype[np.complex128]] = np.ones_like(z)
    for (b0, b1, b2), (_, a1, a2) in weighting(sample_rate):
        response *= (b0 + b1 * z + b2 * z * z) / (1.0 + a1 * z + a2 * z * z)
    return response
