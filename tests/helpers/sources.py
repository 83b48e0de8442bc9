"""Notes of one instrument of a kind, and what is measured of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.kernel.sources.descriptor import NumbersSpec
from adaptive.kernel.sources.registry import SOURCES
from tests.helpers.rendering import LEAD, buses_of, engine_of

Audio = np.ndarray[Any, Any]
RATE = 48000.0


def pitch(hertz: float) -> float:
    """The MIDI number of a frequency."""
    return float(69.0 + 12.0 * np.log2(hertz / 440.0))


def engine_of_kind(kind: str, voices: int = 16, **keys: float | str) -> Engine:
    """An engine with one instrument, whose keys are those of a preset."""
    source, values = SOURCES[kind], {}
    known: dict[str, Any] = {one.name: one for one in source.settings}
    for name, value in keys.items():
        values[name] = float(known[name].choices.index(value)) if isinstance(value, str) else float(value)
    spec = NumbersSpec(kind, 0, voices, values, tuple(one.name for one in source.options))
    return engine_of(instruments=(spec,))


def played(
    kind: str,
    frames: int,
    notes: Sequence[tuple[int, float, float, int]],
    voices: int = 16,
    **keys: float | str,
) -> Audio:
    """Both channels of some notes (frame, pitch, velocity, frames), float64."""
    engine = engine_of_kind(kind, voices, **keys)
    posted = [c.play_note(LEAD + at, 0, key, velocity, length) for at, key, velocity, length in notes]
    return buses_of(engine, frames, posted)[0].astype(np.float64)


def hertz_of(audio: Audio, low: float, high: float) -> float:
    """The frequency of the loudest partial in a range, by a parabola through three bins."""
    size = 1 << 20
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(audio.size), size))
    first = int(low * size / RATE)
    at = first + int(spectrum[first : int(high * size / RATE)].argmax())
    a, b, d = np.log(spectrum[at - 1 : at + 2])
    return float((at + 0.5 * (a - d) / (a - 2 * b + d)) * RATE / size)


def cents_off(audio: Audio, hertz: float) -> float:
    """By how many cents a tone is off a frequency."""
    return float(1200.0 * np.log2(hertz_of(audio, 0.94 * hertz, 1.06 * hertz) / hertz))


def loudest_alias_db(audio: Audio, hertz: float) -> float:
    """The loudest partial below 16 kHz that is no harmonic, beside the fundamental, in decibels."""
    spectrum = np.abs(np.fft.rfft(audio * np.kaiser(audio.size, 30.0)))
    at = np.arange(spectrum.size) * RATE / audio.size
    is_alias = (np.abs(at - np.round(at / hertz) * hertz) > 80.0) & (at > 60.0) & (at < 16000.0)
    return float(20.0 * np.log10(spectrum[is_alias].max() / spectrum[np.abs(at - hertz) < 60.0].max()))


def above(audio: Audio, hertz: float) -> Audio:
    """What lies above a frequency."""
    at = np.arange(-512, 513)
    low = 2.0 * hertz / RATE * np.sinc(2.0 * hertz / RATE * at) * np.blackman(at.size)
    return audio - np.convolve(audio, low / low.sum(), "same")
