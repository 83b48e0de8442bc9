"""Memory of time-stretching: one voice a stem, what is known of its sound, and what all stems share."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.dsp.fft import FFT_SIZE, FFT_TABLES, FFT_WORK, turn
from adaptive.kernel.dsp.spectra import SPECTRUM
from adaptive.kernel.layout import QUANTUM, record

HOP_S, LEAST_HOP_QUANTA, MOST_HOP_QUANTA = 0.016, 6, 16
"""Time between the centres of two spectra, as near as whole quanta come to it, and bounds in quanta."""

WINDOW_S, TONES_WINDOW_S = 0.048, 0.064
"""Length of a Hann window, as near as whole hops come to it, for transients and for tones."""

LEAST_OVERLAP = 3
"""Squared Hann windows, so many or more hops long, add up to a constant."""

MOST_WINDOW = FFT_SIZE
"""Frames of the longest window: it has to fit into a transform."""

STEADY_S = 0.05
"""Time at ratio 1 before phases turn back."""

BINS = FFT_SIZE // 2 + 1
MASK_BYTES = -(-BINS // 8)

STRETCH_RESTING, STRETCH_RUNNING = range(2)
"""Modes of a stretched stem: its sound is copied; or it is made of spectra."""

STRETCH_WINDOW = record(
    [
        ("hop", "i8"),  # frames between the centres of two spectra
        ("hop_quanta", "i8"),
        ("frames", "i8"),  # of the window
        ("half", "i8"),
        ("margin", "i8"),  # zeros before and behind the window in a spectrum's frame
        ("overlap", "i8"),  # spectra in whose window a frame is
        ("steady", "i8"),  # frames at ratio 1 before phases turn back
        ("window", "f4", MOST_WINDOW),
        ("output_window", "f4", MOST_WINDOW),  # scaled so that overlapping frames add up to one
        ("squared", "f4", MOST_WINDOW),  # product of both, times the size of the transform
    ]
)
"""A window and the distance of spectra, at one sample rate."""

STRETCH_TABLES = record(
    [
        ("fft", FFT_TABLES),
        ("fft_unit", "i8"),  # address of the compiled `fft`
        ("windows", STRETCH_WINDOW, 2),  # of transients, of tones
    ]
)

STRETCH_PLAN = record(
    [
        ("onset_count", "i8"),
        ("at_onsets", "i8"),  # address of `STRETCH_ONSET` records, in order of their frames
        ("at_masks", "i8"),  # address of `MASK_BYTES` bytes an onset: bins that start anew at it
    ]
)
"""What was found in a sound when it was loaded."""

STRETCH_ONSET = record(
    [
        ("frame", "i8"),  # from beat 1
        ("before", "i4"),  # frames before it, and behind it, that are not stretched
        ("behind", "i4"),
    ]
)

STRETCH = record(
    [
        # the tempo map: frame f plays position + (f - frame) * (rate + rate_change * (f - frame) / 2)
        ("map_frame", "i8"),
        ("map_position", "f8"),  # frames of the sound from beat 1 of the first pass
        ("map_rate", "f8"),  # frames of the sound in a frame of output
        ("map_rate_change", "f8"),
        ("steady_since", "i8"),  # first frame from which the rate is exactly 1
        ("mode", "i4"),
        ("hop_quantum", "i4"),  # quantum of a hop in which this stem makes its spectra
        ("offset", "i8"),  # frame of output minus frame of the sound, of the last spectrum or at rest
        ("analysed", "i8"),  # centre of the last spectrum, in frames of the sound
        ("onset", "i8"),  # number of the next or present onset, counted over all passes
        ("is_in_zone", "i4"),
        ("steps_to_rest", "i4"),  # hops until every bin is back in phase; 0: not on the way
        ("unturned", "i4"),  # hops since the spectra are those of the sound itself
        ("slid", "f8"),  # varispeed: frames by which it is ahead of the tempo map, at most a half
        ("old_offset", "i8"),  # slices: `offset` of the slice that fades out
        ("fade_frames", "i8"),
        ("fade_left", "i8"),
        ("made", "i8"),  # spectra made, for telemetry
        ("turn_re", "f4", BINS),  # how far the phase of each bin is from that of the sound, as a unit number
        ("turn_im", "f4", BINS),
        ("last_re", "f4", SPECTRUM),  # the last spectrum: left + i right
        ("last_im", "f4", SPECTRUM),
        (
            "ring_left",
            "f4",
            MOST_WINDOW,
        ),  # output that later spectra add to; frame f is at f modulo the window
        ("ring_right", "f4", MOST_WINDOW),
    ]
)
"""A stretched stem."""

STRETCH_WORK = record(
    [
        ("fft", FFT_WORK),
        ("left", "f4", MOST_WINDOW),
        ("right", "f4", MOST_WINDOW),
        ("frame_re", "f4", FFT_SIZE),
        ("frame_im", "f4", FFT_SIZE),
        ("now_re", "f4", SPECTRUM),
        ("now_im", "f4", SPECTRUM),
        ("early_re", "f4", SPECTRUM),  # spectrum one hop before `now`
        ("early_im", "f4", SPECTRUM),
        ("energy", "f4", BINS),
        ("is_peak", "u1", BINS),
        ("cross_re", "f4", BINS),
        ("cross_im", "f4", BINS),
    ]
)
"""Scratch memory, shared by all stems: nothing in it outlives a hop."""


def hop_quanta(sample_rate: float) -> int:
    """Quanta between the centres of two spectra.

    Examples
    --------
    >>> hop_quanta(48000.0), hop_quanta(96000.0)
    (12, 16)
    """
    return min(max(round(HOP_S * sample_rate / QUANTUM), LEAST_HOP_QUANTA), MOST_HOP_QUANTA)


def window_frames(sample_rate: float, *, is_tones: bool) -> int:
    """Frames of the window of a spectrum.

    Examples
    --------
    >>> window_frames(48000.0, is_tones=False), window_frames(48000.0, is_tones=True)
    (2304, 3072)
    >>> window_frames(96000.0, is_tones=False)
    4096
    """
    hop = hop_quanta(sample_rate) * QUANTUM
    hops = round((TONES_WINDOW_S if is_tones else WINDOW_S) * sample_rate / hop)
    return hop * min(max(hops, LEAST_OVERLAP), MOST_WINDOW // hop)


def _fill_window(table: Any, sample_rate: float, *, is_tones: bool) -> None:
    """Write a `STRETCH_WINDOW`."""
    frames, quanta = window_frames(sample_rate, is_tones=is_tones), hop_quanta(sample_rate)
    table["hop"], table["hop_quanta"], table["frames"] = quanta * QUANTUM, quanta, frames
    table["half"], table["margin"] = frames // 2, (FFT_SIZE - frames) // 2
    table["overlap"] = frames // (quanta * QUANTUM)
    table["steady"] = int(STEADY_S * sample_rate)
    window = np.array([0.5 - 0.5 * turn(n, frames)[0] for n in range(frames)])
    overlap = 0.375 * (frames // (quanta * QUANTUM))  # sum of the squared Hann windows over a frame
    table["window"][:frames] = window
    table["output_window"][:frames] = window / (overlap * FFT_SIZE)
    table["squared"][:frames] = window * window / overlap


def stretch_tables(fft_unit: int, sample_rate: float) -> np.ndarray[Any, Any]:
    """The constants of stretching: an array with one `STRETCH_TABLES`.

    Parameters
    ----------
    fft_unit : int
        Address of the compiled `fft`: a C function of six int64.
    sample_rate : float
        In Hz.
    """
    from adaptive.kernel.dsp.fft import fft_tables

    tables = np.zeros(1, STRETCH_TABLES)
    tables[0]["fft"] = fft_tables()[0]
    tables[0]["fft_unit"] = fft_unit
    for number, is_tones in enumerate((False, True)):
        _fill_window(tables[0]["windows"][number], sample_rate, is_tones=is_tones)
    return tables
