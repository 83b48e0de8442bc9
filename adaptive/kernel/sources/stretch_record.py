"""Memory of time-stretching: one voice a stem, what is known of its sound, and what all stems share."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.dsp.fft import FFT_SIZE, FFT_TABLES, FFT_WORK, turn
from adaptive.kernel.dsp.spectra import SPECTRUM
from adaptive.kernel.layout import QUANTUM, record

HOP = 768
"""Frames between the centres of two spectra: twelve quanta."""

HOP_QUANTA = HOP // QUANTUM
WINDOW = 3 * HOP
"""Frames of a Hann window; squared windows a third of their length apart add up to a constant."""

HALF_WINDOW = WINDOW // 2
MARGIN = (FFT_SIZE - WINDOW) // 2
"""Zeros before and behind the window in a spectrum's frame."""

BINS = FFT_SIZE // 2 + 1
MASK_BYTES = -(-BINS // 8)

STRETCH_RESTING, STRETCH_RUNNING = range(2)
"""Modes of a stretched stem: its sound is copied; or it is made of spectra."""

STRETCH_TABLES = record(
    [
        ("fft", FFT_TABLES),
        ("fft_unit", "i8"),  # address of the compiled `fft`
        ("window", "f4", WINDOW),
        ("output_window", "f4", WINDOW),  # scaled so that overlapping frames add up to one
        ("squared", "f4", WINDOW),  # product of both, times the size of the transform
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
        ("hop_quantum", "i4"),  # quantum, of the twelve of a hop, in which this stem makes its spectra
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
        ("ring_left", "f4", WINDOW),  # output that later spectra add to; frame f is at f modulo its length
        ("ring_right", "f4", WINDOW),
    ]
)
"""A stretched stem."""

STRETCH_WORK = record(
    [
        ("fft", FFT_WORK),
        ("left", "f4", WINDOW),
        ("right", "f4", WINDOW),
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


def stretch_tables(fft_unit: int) -> np.ndarray[Any, Any]:
    """The constants of stretching: an array with one `STRETCH_TABLES`.

    Parameters
    ----------
    fft_unit : int
        Address of the compiled `fft`: a C function of six int64.
    """
    from adaptive.kernel.dsp.fft import fft_tables

    tables = np.zeros(1, STRETCH_TABLES)
    table = tables[0]
    window = np.array([0.5 - 0.5 * turn(n, WINDOW)[0] for n in range(WINDOW)])
    overlap = 9.0 / 8.0  # sum of three squared Hann windows
    table["fft"] = fft_tables()[0]
    table["fft_unit"] = fft_unit
    table["window"] = window
    table["output_window"] = window / (overlap * FFT_SIZE)
    table["squared"] = window * window / overlap
    return tables
