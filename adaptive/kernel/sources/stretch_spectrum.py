"""Spectra of a stretched stem: taken from the sound, turned in phase, and added to the output.

One transform carries both channels, as left + i right.  All bins are turned by the same angle in both, so the
stereo image stays.  A turn is a unit number, computed without trigonometry: at a peak of the spectrum it is

    the last turn x the last spectrum x the conjugate of the spectrum one hop before the present one,

summed over three bins and both channels, and scaled to length 1.  The bins around a peak take its turn
(Laroche & Dolson 1999, "Improved phase vocoder time-scale modification of audio": identity phase locking).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.fft import FFT_SIZE, call_fft
from adaptive.kernel.dsp.maths import F32, ONE, ZERO
from adaptive.kernel.dsp.spectra import compare_spectra, measure_energies, turn_bins
from adaptive.kernel.sources.stretch_read import read_sound
from adaptive.kernel.sources.stretch_record import (
    MASK_BYTES,
    STRETCH,
    STRETCH_TABLES,
    STRETCH_WINDOW,
    STRETCH_WORK,
)

N = np.int64(FFT_SIZE)
TOP = np.int64(FFT_SIZE // 2)
FLOAT = np.int64(4)
BYTES = np.int64(MASK_BYTES)
BYTE_BITS = np.int64(8)
NOTHING = F32(1e-30)  # square of a product of spectra at -210 dB: their phases mean nothing
OPPOSITE = F32(1e-6)


def at_of(kind: Any, name: str) -> Any:
    """Offset of a field in bytes."""
    return np.int64(kind.fields[name][1])


FFT_UNIT = at_of(STRETCH_TABLES, "fft_unit")
FFT_TABLE, FFT_SCRATCH = at_of(STRETCH_TABLES, "fft"), at_of(STRETCH_WORK, "fft")
LEFT, RIGHT = at_of(STRETCH_WORK, "left"), at_of(STRETCH_WORK, "right")
FRAME_RE, FRAME_IM = at_of(STRETCH_WORK, "frame_re"), at_of(STRETCH_WORK, "frame_im")
NOW_RE, NOW_IM = at_of(STRETCH_WORK, "now_re"), at_of(STRETCH_WORK, "now_im")
EARLY_RE, EARLY_IM = at_of(STRETCH_WORK, "early_re"), at_of(STRETCH_WORK, "early_im")
ENERGY, IS_PEAK = at_of(STRETCH_WORK, "energy"), at_of(STRETCH_WORK, "is_peak")
CROSS_RE, CROSS_IM = at_of(STRETCH_WORK, "cross_re"), at_of(STRETCH_WORK, "cross_im")
TURN_RE, TURN_IM = at_of(STRETCH, "turn_re"), at_of(STRETCH, "turn_im")
LAST_RE, LAST_IM = at_of(STRETCH, "last_re"), at_of(STRETCH, "last_im")
RING_LEFT, RING_RIGHT = at_of(STRETCH, "ring_left"), at_of(STRETCH, "ring_right")
WINDOWS, WINDOW_BYTES = at_of(STRETCH_TABLES, "windows"), np.int64(STRETCH_WINDOW.itemsize)
WINDOW_AT, OUTPUT_WINDOW = at_of(STRETCH_WINDOW, "window"), at_of(STRETCH_WINDOW, "output_window")
SQUARED = at_of(STRETCH_WINDOW, "squared")


@rtsafe
def window_address(tables_address: int, number: int) -> int:
    """Address of the window of transients (`number` 0) or tones (1)."""
    return tables_address + WINDOWS + WINDOW_BYTES * number


@rtsafe
def multiply(out: int, source: int, weights: int, count: int) -> None:
    """Write products of floats; arguments are addresses, and how many there are."""
    to = carray(pointer(out), count, np.float32)
    a, b = carray(pointer(source), count, np.float32), carray(pointer(weights), count, np.float32)
    for i in range(count):
        to[i] = a[i] * b[i]


@rtsafe
def add_products(out: int, source: int, weights: int, count: int) -> None:
    """Add products of floats to others; arguments are addresses, and how many there are."""
    to = carray(pointer(out), count, np.float32)
    a, b = carray(pointer(source), count, np.float32), carray(pointer(weights), count, np.float32)
    for i in range(count):
        to[i] += a[i] * b[i]


@rtsafe
def clear_floats(out: int, count: int) -> None:
    """Set `count` floats from an address on to zero."""
    to = carray(pointer(out), count, np.float32)
    for i in range(count):
        to[i] = ZERO


@rtsafe
def transform(re: int, im: int, out_re: int, out_im: int, tables_address: int, work_address: int) -> None:
    """Call the compiled `fft`."""
    unit = carray(pointer(tables_address + FFT_UNIT), np.int64(1), np.int64)[0]
    call_fft(unit, re, im, out_re, out_im, tables_address + FFT_TABLE, work_address + FFT_SCRATCH)


@rtsafe
def analyse(
    work_address: int,
    tables_address: int,
    shape: Any,
    weights: int,
    sound: Any,
    centre: int,
    re: int,
    im: int,
) -> None:
    """Write the spectrum of a sound around a position to two addresses.

    Zeros lie before and behind the window; the address of its weights is `weights`.
    """
    count, margin = shape["frames"], FLOAT * shape["margin"]
    left, right = work_address + LEFT, work_address + RIGHT
    frame_re, frame_im = work_address + FRAME_RE, work_address + FRAME_IM
    read_sound(left, right, sound, centre - shape["half"], count)
    clear_floats(frame_re, shape["margin"])
    clear_floats(frame_im, shape["margin"])
    multiply(frame_re + margin, left, weights + WINDOW_AT, count)
    multiply(frame_im + margin, right, weights + WINDOW_AT, count)
    clear_floats(frame_re + margin + FLOAT * count, shape["margin"])
    clear_floats(frame_im + margin + FLOAT * count, shape["margin"])
    transform(frame_re, frame_im, re, im, tables_address, work_address)


@rtsafe
def compare(address: int, work_address: int) -> None:
    """Write the energy of each bin, and its unscaled turn."""
    early_re, early_im = work_address + EARLY_RE, work_address + EARLY_IM
    measure_energies(work_address + ENERGY, work_address + NOW_RE, work_address + NOW_IM)
    compare_spectra(
        work_address + CROSS_RE, work_address + CROSS_IM, address + TURN_RE, address + TURN_IM,
        address + LAST_RE, address + LAST_IM, early_re, early_im,
    )  # fmt: skip


@rtsafe
def turn_of(stretch: Any, work: Any, peak: int) -> tuple[float, float]:
    """The turn at a peak; where there is no energy, its last turn."""
    one = np.int64(1)
    re = work["cross_re"][peak - one] + work["cross_re"][peak] + work["cross_re"][peak + one]
    im = work["cross_im"][peak - one] + work["cross_im"][peak] + work["cross_im"][peak + one]
    size = re * re + im * im
    if not size > NOTHING:
        return stretch["turn_re"][peak], stretch["turn_im"][peak]
    scale = ONE / np.sqrt(size)
    return re * scale, im * scale


@rtsafe
def fill_turns(stretch: Any, first: int, last: int, re: float, im: float) -> None:
    """Give the bins `first` up to `last` one turn."""
    for k in range(first, last):
        stretch["turn_re"][k] = re
        stretch["turn_im"][k] = im


@rtsafe
def mark_peaks(work_address: int) -> None:
    """Mark the bins with more energy than two neighbours on either side."""
    count = TOP - np.int64(5)
    energy = work_address + ENERGY + FLOAT
    low = carray(pointer(energy), count, np.float32)
    lower = carray(pointer(energy + FLOAT), count, np.float32)
    here = carray(pointer(energy + FLOAT * np.int64(2)), count, np.float32)
    higher = carray(pointer(energy + FLOAT * np.int64(3)), count, np.float32)
    high = carray(pointer(energy + FLOAT * np.int64(4)), count, np.float32)
    mark = carray(pointer(work_address + IS_PEAK + np.int64(3)), count, np.uint8)
    for i in range(count):
        value = here[i]
        above = (value > low[i]) & (value > lower[i])
        mark[i] = above & (value >= higher[i]) & (value >= high[i])


@rtsafe
def lock_to_peaks(stretch: Any, work: Any, work_address: int) -> None:
    """Give every bin the turn of its peak; the bins between two peaks are divided at the least energy."""
    mark_peaks(work_address)
    energy, mark = work["energy"], work["is_peak"]
    begin, edge = np.int64(1), np.int64(1)
    is_first = True
    least, re, im = ZERO, ONE, ZERO
    for k in range(np.int64(3), TOP - np.int64(2)):
        if mark[k]:
            if not is_first:
                fill_turns(stretch, begin, edge, re, im)
                begin = edge
            is_first = False
            re, im = turn_of(stretch, work, k)
            least, edge = energy[k], k + np.int64(1)
        value = energy[k]
        edge = k if value < least else edge
        least = min(value, least)
    if not is_first:
        fill_turns(stretch, begin, TOP, re, im)


@rtsafe
def start_anew(stretch: Any, mask_address: int) -> None:
    """Bring the bins of a mask back into the phase of the sound: an attack stays as sharp as it is."""
    mask = carray(pointer(mask_address), BYTES, np.uint8)
    for k in range(np.int64(1), TOP):
        if (np.int64(mask[k // BYTE_BITS]) >> (k % BYTE_BITS)) & np.int64(1):
            stretch["turn_re"][k] = ONE
            stretch["turn_im"][k] = ZERO


@rtsafe
def halved(re: float, im: float) -> tuple[float, float]:
    """A unit number of half the angle."""
    x = ONE + re
    size = x * x + im * im
    if size < OPPOSITE:
        return ZERO, ONE
    scale = ONE / np.sqrt(size)
    return x * scale, im * scale


@rtsafe
def turn_back(stretch: Any, steps: int) -> None:
    """Take one of three steps (3, 2, 1) on which each bin returns to the phase of the sound.

    They leave three quarters, three eighths and nothing of its angle, and need no trigonometry: the direction
    of 1 + z has half the angle of z, and that of z + its half has three quarters.
    """
    if steps == 1:
        fill_turns(stretch, np.int64(1), TOP, ONE, ZERO)
        return
    share = ONE if steps == 3 else ZERO
    for k in range(np.int64(1), TOP):
        x, y = stretch["turn_re"][k], stretch["turn_im"][k]
        re, im = halved(x, y)
        re, im = re + share * x, im + share * y
        scale = ONE / np.sqrt(re * re + im * im)
        stretch["turn_re"][k], stretch["turn_im"][k] = re * scale, im * scale


@rtsafe
def turn_spectrum(address: int, work_address: int) -> None:
    """Write the spectrum, turned, over the early one.

    Bins 0 and N / 2 are real in both channels and stay.
    """
    re, im = work_address + EARLY_RE, work_address + EARLY_IM
    now_re, now_im = work_address + NOW_RE, work_address + NOW_IM
    turn_bins(re, im, address + TURN_RE, address + TURN_IM, now_re, now_im)
    copy(re + FLOAT * TOP, now_re + FLOAT * TOP, np.int64(1))
    copy(im + FLOAT * TOP, now_im + FLOAT * TOP, np.int64(1))


@rtsafe
def copy(out: int, source: int, count: int) -> None:
    """Copy floats; arguments are addresses, and how many there are."""
    to, data = carray(pointer(out), count, np.float32), carray(pointer(source), count, np.float32)
    for i in range(count):
        to[i] = data[i]


@rtsafe
def keep_spectrum(address: int, work_address: int) -> None:
    """Keep the spectrum as the last one, for the next hop."""
    copy(address + LAST_RE, work_address + NOW_RE, N)
    copy(address + LAST_IM, work_address + NOW_IM, N)


@rtsafe
def add_spectrum(
    address: int, work_address: int, tables_address: int, shape: Any, weights: int, frame: int
) -> None:
    """Transform the turned spectrum back, and add it to the output from a frame on."""
    re, im = work_address + EARLY_RE, work_address + EARLY_IM
    transform(im, re, im, re, tables_address, work_address)
    at, count = FLOAT * shape["margin"], shape["frames"]
    add_to_ring(address, count, re + at, im + at, weights + OUTPUT_WINDOW, count, frame)


@rtsafe
def add_to_ring(
    address: int, ring_frames: int, left: int, right: int, weights: int, count: int, frame: int
) -> None:
    """Add `count` weighted frames to the output from a frame on; `left`, `right`, `weights` are addresses."""
    start = frame % ring_frames
    first = min(count, ring_frames - start)
    to_left, to_right = address + RING_LEFT, address + RING_RIGHT
    add_products(to_left + FLOAT * start, left, weights, first)
    add_products(to_right + FLOAT * start, right, weights, first)
    at = FLOAT * first
    add_products(to_left, left + at, weights + at, count - first)
    add_products(to_right, right + at, weights + at, count - first)
