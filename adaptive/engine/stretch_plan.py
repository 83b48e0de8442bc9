"""What a stretched stem must know of its sound, found when the sound is loaded: its onsets.

At an onset the stretcher passes the sound at its own speed and starts anew the phase of the bins that the
onset sets in motion.  Both are listed here: the frame of each onset, how far its surroundings reach, and a
mask of bins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adaptive.kernel.dsp.fft import FFT_SIZE
from adaptive.kernel.sources.stretch_record import BINS, STRETCH_ONSET, STRETCH_PLAN, window_frames

Array = np.ndarray[Any, Any]

SHORT_S = 0.0107
"""A short window is the power of two that is nearest to it: 512 frames at 48 kHz."""

SHORT_HOPS = 8
BANDS = 12
LOWEST_HZ, HIGHEST_HZ = 150.0, 16000.0  # the lowest band reaches down to 0
RISE_HOPS = 4  # half a short window
FAINT_DB = -130.0  # what is so far below the loudest band is rounding
FLOOR_DB, LOUD_PERCENT = -50.0, 99.5  # what is so far below the loud moments of its band is not an onset
LEAST_RISE_DB = 2.0  # mean over the bands, above the median of the surroundings
MEDIAN_S = 0.2
APART_S = 0.05
REFINE_S = 0.005
STEP_S = 0.001
ZONE_S = 0.028
"""Time before and behind an onset that is not stretched: every window with the onset in it lies within."""

RESET_FROM_HZ = 500.0
LONG_RISE, SHORT_RISE, LOW_RISE = 4.0, 10.0, 8.0
LEAST_LONG_RISE = 2.0
"""A tone under a drum rises in a short window, but hardly in a long one; the same note struck again does."""

TONAL = 12.0
"""Least energy of a tone's bin over the geometric mean around it; a bin of noise reaches about 5."""

ALONE_DB = 20.0
ALONE_S, ALONE_LEAD_S = 0.02, 0.002
"""Time before and behind an onset that is compared, and how much earlier than found it may begin."""

BLOCK = 2048  # spectra analysed at a time


@dataclass(frozen=True, slots=True)
class StretchPlan:
    """The onsets of a sound, as the kernel reads them.

    Parameters
    ----------
    onsets : array of STRETCH_ONSET
        In order of their frames, which count from beat 1.
    masks : uint8, shape (onsets, MASK_BYTES)
        One bit for each bin that starts anew.
    is_alone : bool, shape (onsets,)
        Onsets out of near silence: there, no tone goes on.
    """

    onsets: Array
    masks: Array
    is_alone: Array
    record: Array = field(init=False)
    calm_record: Array = field(init=False)
    """The same for tones: bins start anew only at onsets that are alone."""

    calm_masks: Array = field(init=False)

    def __post_init__(self) -> None:
        record, calm = np.zeros(1, STRETCH_PLAN), np.zeros(1, STRETCH_PLAN)
        calm_masks = np.where(self.is_alone[:, None], self.masks, np.uint8(0))
        record[0] = (len(self.onsets), self.onsets.ctypes.data, self.masks.ctypes.data)
        calm[0] = (len(self.onsets), self.onsets.ctypes.data, calm_masks.ctypes.data)
        object.__setattr__(self, "record", record)
        object.__setattr__(self, "calm_record", calm)
        object.__setattr__(self, "calm_masks", calm_masks)


def plan_sound(audio: Array, sample_rate: float, origin: int = 0, loop_frames: int = 0) -> StretchPlan:
    """Find the onsets of a sound.

    Parameters
    ----------
    audio : float32, shape (2, frames)
        The whole file.
    sample_rate : float
        In Hz.
    origin, loop_frames : int
        Frame of beat 1 and length of a pass, as in `SOUND`; 0: it does not loop.
    """
    audio = np.nan_to_num(np.asarray(audio, np.float32), posinf=0.0, neginf=0.0)
    around = with_surroundings(audio, origin, loop_frames)
    first = -origin if loop_frames == 0 else 0
    length = around.shape[1] - 2 * CONTEXT
    found = find_onsets(around, sample_rate) - CONTEXT
    found = found[(found >= 0) & (found < length)]
    masks = reset_masks(around, found + CONTEXT, sample_rate)
    onsets = np.zeros(len(found), STRETCH_ONSET)
    onsets["frame"] = found + first
    onsets["before"], onsets["behind"] = zone_frames(onsets["frame"], sample_rate, loop_frames)
    packed = np.packbits(masks, axis=1, bitorder="little")
    return StretchPlan(onsets, packed, are_alone(around, found + CONTEXT, sample_rate))


def are_alone(audio: Array, onsets: Array, sample_rate: float) -> Array:
    """Whether each onset rises by `ALONE_DB` above what sounds before it: shape (onsets,), bool."""
    sums = np.concatenate([[0.0], np.cumsum((audio.astype(np.float64) ** 2).sum(axis=0))])
    span, lead = int(ALONE_S * sample_rate), int(ALONE_LEAD_S * sample_rate)
    begin = np.clip(onsets - lead, span, len(sums) - 1 - span)
    before, behind = sums[begin] - sums[begin - span], sums[begin + span] - sums[begin]
    alone: Array = behind > 10.0 ** (ALONE_DB / 10.0) * before
    return alone


CONTEXT = 2 * FFT_SIZE
"""Frames before and behind a sound that the analysis looks at."""


def with_surroundings(audio: Array, origin: int, loop_frames: int) -> Array:
    """A sound with what is heard before and behind it: if it loops, its own end and beginning."""
    if loop_frames == 0:
        return np.pad(audio, ((0, 0), (CONTEXT, CONTEXT)))
    one_pass = audio[:, origin : origin + loop_frames]
    short = loop_frames - one_pass.shape[1]
    one_pass = np.pad(one_pass, ((0, 0), (0, short)))
    places = np.arange(-CONTEXT, loop_frames + CONTEXT) % loop_frames
    return np.ascontiguousarray(one_pass[:, places])


def short_frames(sample_rate: float) -> int:
    """Frames of a short window.

    Examples
    --------
    >>> short_frames(48000.0), short_frames(96000.0)
    (512, 1024)
    """
    return min(int(2 ** round(math.log2(SHORT_S * sample_rate))), FFT_SIZE)


def band_levels(audio: Array, sample_rate: float) -> Array:
    """Level of each band in dB, eight times in a short window, both channels: shape (times, BANDS)."""
    short = short_frames(sample_rate)
    edges = np.geomspace(LOWEST_HZ, min(HIGHEST_HZ, 0.45 * sample_rate), BANDS + 1)
    edges[0] = 0.0
    cuts = np.unique(np.ceil(edges * short / sample_rate).astype(int))
    window = np.hanning(short).astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(audio, short, axis=1)[:, :: short // SHORT_HOPS]
    levels = []
    for start in range(0, views.shape[1], BLOCK):
        spectra = np.fft.rfft(views[:, start : start + BLOCK] * window, axis=2)
        energy = (spectra.real**2 + spectra.imag**2).sum(axis=0)
        levels.append(np.add.reduceat(energy[:, : cuts[-1]], cuts[:-1], axis=1))
    power = np.concatenate(levels)
    loud = np.percentile(power, LOUD_PERCENT, axis=0)
    floor = np.maximum(loud * 10.0 ** (FLOOR_DB / 10.0), loud.max() * 10.0 ** (FAINT_DB / 10.0)) + 1e-12
    levels_db: Array = 10.0 * np.log10(power + floor)
    return levels_db


def onset_strength(levels: Array) -> Array:
    """Rise within half a short window, in dB, mean over the bands; entry n compares n with n - RISE_HOPS."""
    rise = np.zeros(len(levels))
    rise[RISE_HOPS:] = np.maximum(levels[RISE_HOPS:] - levels[:-RISE_HOPS], 0.0).mean(axis=1)
    return np.convolve(rise, (0.25, 0.5, 0.25), "same")


def find_onsets(audio: Array, sample_rate: float) -> Array:
    """Frames of the onsets, in order, at least 50 ms apart."""
    short = short_frames(sample_rate)
    hop = short // SHORT_HOPS
    if audio.shape[1] < 2 * short:
        return np.zeros(0, np.int64)
    rise = onset_strength(band_levels(audio, sample_rate))
    hops_per_s = sample_rate / hop
    over = rise - moving_median(rise, int(MEDIAN_S * hops_per_s))
    apart = int(APART_S * hops_per_s)
    strongest = np.argsort(-over, kind="stable")
    taken = np.zeros(len(over) + 2 * apart, bool)
    found = []
    for place in strongest:
        if over[place] < LEAST_RISE_DB:
            break
        if not taken[place : place + 2 * apart].any():
            taken[place + apart] = True
            found.append(int(place))
    differenced = np.diff(audio, axis=1, prepend=audio[:, :1])
    sums = np.concatenate([[0.0], np.cumsum((differenced.astype(np.float64) ** 2).sum(axis=0))])
    reach = int(REFINE_S * sample_rate)
    # the level rises most when the attack is a quarter of a window behind the middle of the two windows
    middle = short // 2 + short // 4 - RISE_HOPS * hop // 2
    step = int(STEP_S * sample_rate)
    exact = [steepest(sums, place * hop + middle, reach, step) for place in sorted(found)]
    return np.unique(np.array(exact, np.int64))


def moving_median(values: Array, half: int) -> Array:
    """Median over `half` values before and behind each."""
    padded = np.pad(values, half, mode="edge")
    median: Array = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)[:, ::4], axis=1)
    return median


def steepest(sums: Array, middle: int, reach: int, step: int) -> int:
    """Frame near `middle` where the energy of the next `step` frames most exceeds that of the last ones."""
    places = np.arange(max(step, middle - reach), min(len(sums) - 1 - step, middle + reach))
    if len(places) == 0:
        return middle
    steps = sums[places + step] - 2.0 * sums[places] + sums[places - step]
    return int(places[np.argmax(steps)])


def zone_frames(frames: Array, sample_rate: float, loop_frames: int) -> tuple[Array, Array]:
    """How far the surroundings of each onset reach before and behind it; crowded onsets share the gap."""
    zone = int(ZONE_S * sample_rate)
    if len(frames) == 0:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    around = loop_frames - frames[-1] + frames[0] if loop_frames else 4 * zone
    gaps = np.concatenate([[around], np.diff(frames), [around]])
    return np.minimum(zone, gaps[:-1] // 2), np.minimum(zone, (gaps[1:] - 1) // 2)


def spectra_at(audio: Array, centres: Array, size: int, *, is_short: bool = False) -> Array:
    """Energy of each bin of windows around some frames, both channels together: shape (centres, bins)."""
    window = np.zeros(FFT_SIZE, np.float32)
    window[:size] = np.hanning(size)
    used = size if is_short else FFT_SIZE
    places = np.clip(centres[:, None] - size // 2 + np.arange(used), 0, audio.shape[1] - 1)
    energy: Any = 0.0
    for channel in audio:
        spectrum = np.fft.rfft(channel[places] * window[:used], axis=1)
        energy = energy + spectrum.real**2 + spectrum.imag**2
    return np.asarray(energy)


def smoothed(energy: Array, half: int) -> Array:
    """Mean over `half` bins below and above each."""
    padded = np.pad(energy, ((0, 0), (half, half)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1)
    mean: Array = (sums[:, 2 * half + 1 :] - sums[:, : -2 * half - 1]) / (2 * half + 1)
    return mean


def is_tonal(energy: Array) -> Array:
    """Bins of tones: peaks far above the geometric mean around them, and two bins on each side."""
    padded = np.pad(energy, ((0, 0), (2, 2)))
    neighbours = np.max([padded[:, n : n + energy.shape[1]] for n in (0, 1, 3, 4)], axis=0)
    around = np.exp(smoothed(np.log(energy + 1e-20), 12))
    peaks = (energy > neighbours) & (energy > TONAL * around)
    padded_peaks = np.pad(peaks, ((0, 0), (2, 2)))
    near: Array = np.any([padded_peaks[:, n : n + energy.shape[1]] for n in range(5)], axis=0)
    return near


def reset_masks(audio: Array, onsets: Array, sample_rate: float) -> Array:
    """Bins whose phase starts anew at each onset: shape (onsets, BINS), bool.

    They are those from 500 Hz up whose energy rises fourfold, that hold no tone both before and behind the
    onset, or whose energy rises tenfold within a short window and twofold in a long one.  Tones that go on
    keep their phase.
    """
    window, short = window_frames(sample_rate, is_tones=False), short_frames(sample_rate)
    half = window // 2
    masks = np.zeros((len(onsets), BINS), bool)
    for start in range(0, len(onsets), 64):
        at = onsets[start : start + 64]
        before = spectra_at(audio, at - half, window)
        behind = spectra_at(audio, at + half, window)
        was, became = smoothed(before, 1), smoothed(behind, 1)
        quiet = spectra_at(audio, at - short // 2, short, is_short=True)
        loud = spectra_at(audio, at + short // 2, short, is_short=True)
        steps = np.repeat(loud > SHORT_RISE * quiet, FFT_SIZE // short, axis=1)[:, :BINS]
        steps &= became > LEAST_LONG_RISE * was
        # noise of a drum may hide a tone in one of two windows
        earlier, later = (
            spectra_at(audio, at - 3 * half, window),
            spectra_at(audio, at + 3 * half, window),
        )
        goes_on = (is_tonal(before) | is_tonal(earlier)) & (is_tonal(behind) | is_tonal(later))
        masks[start : start + 64] = (became > LONG_RISE * was) | ~goes_on | steps
        low = int(RESET_FROM_HZ * FFT_SIZE / sample_rate)
        masks[start : start + 64, :low] = became[:, :low] > LOW_RISE * was[:, :low]
    return masks
