"""What holds for every kind of sound source; each check takes a kind and makes its own engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.kernel import layout as k
from adaptive.kernel.sources.descriptor import InstrumentSpec, NumbersSpec
from adaptive.kernel.sources.registry import SOURCES
from adaptive.kernel.sources.sampler_regions import Recording, Region, RegionEnvelope
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet
from adaptive.kernel.sources.synth_settings import EnvelopeSpec, SynthSpec
from tests.helpers.rendering import LEAD, buses_of, digest, engine_of

Audio = np.ndarray
SECOND = 48000
HELD_S = 0.25

FLUTE = Region(
    Recording((0.5 * np.sin(np.arange(480) * (2 * np.pi / 96))).astype(np.float32), 48000.0),
    root_key=71.21, loop=(96, 384), amplitude=RegionEnvelope(release_s=0.2),
)  # fmt: skip
SAMPLES = SampleSet("flute", [FLUTE])

MAKERS: dict[str, Callable[[int], InstrumentSpec]] = {
    "synth": lambda voices: SynthSpec(0, voices, amplitude=EnvelopeSpec(0.001, 0.1, 0.8, 0.05), spread=0.0),
    "sampler": lambda voices: SamplerSpec(0, SAMPLES, voices),
}
"""Kinds that are not made of numbers alone."""


VALUES: dict[str, dict[str, float]] = {
    "drums": {"variation": 0.0},
    "plucked": {"damping": 0.1},  # more cannot be had at 96 kHz
}
"""Numbers beside the defaults, with which a kind sounds the same each time and at every rate."""


def spec_of(kind: str, voices: int = 4, at: float | None = None) -> InstrumentSpec:
    """An instrument of a kind; `at`: with all parameters at that share of their ranges."""
    if kind in MAKERS:
        return MAKERS[kind](voices)
    values = dict(VALUES.get(kind, {}))
    for one in SOURCES[kind].parameters if at is not None else ():
        share = at or 0.0
        is_ratio = one.law == "logarithmic"
        values[one.name] = (
            one.low * (one.high / one.low) ** share if is_ratio else one.low + (one.high - one.low) * share
        )
    return NumbersSpec(kind, 0, voices, values)


def engine_with(kind: str, voices: int = 4, rate: int = 48000) -> Engine:
    """An engine with one instrument of a kind."""
    return engine_of(sample_rate=rate, instruments=(spec_of(kind, voices),))


def note(
    at: int, pitch: float = 60.0, frames: int = int(HELD_S * SECOND), velocity: float = 0.8
) -> c.Command:
    """A note that begins `at` frames after the lead."""
    return c.play_note(LEAD + at, 0, pitch, velocity, frames)


def is_at_rest(engine: Engine) -> bool:
    """Whether the instrument is silent."""
    return engine.is_at_rest(("instrument", 0))


def check_descriptor(kind: str) -> None:
    """Names are unique, ranges hold defaults, texts end with a full stop."""
    source = SOURCES[kind]
    names = [one.name for one in (*source.settings, *source.texts)]

    assert source.kind == kind
    assert len(set(names)) == len(names)
    assert all(text.endswith(".") for text in (source.doc, *(one.doc for one in source.settings)))
    assert all(one.low <= one.default <= one.high for one in source.settings)
    assert all(one.low > 0.0 for one in source.parameters if one.law == "logarithmic")


def check_frames(kind: str) -> None:
    """A note is heard from its exact frame on (or the next: an attack may begin at 0), in both channels."""
    for offset in (0, 1, 37, 63, 64):
        left, right = buses_of(engine_with(kind), 640, [note(offset)])[0]
        heard = int(np.flatnonzero(left)[0])

        assert offset <= heard <= offset + 2
        assert np.abs(right).max() > 0.0


def check_blocks(kind: str) -> None:
    """The samples do not depend on the size of blocks."""

    def rendered(size: int) -> str:
        engine = engine_with(kind)
        engine.post([note(100), note(1001, 64.0, 3000), note(1020, 67.0, 90)])
        return digest(np.concatenate([engine.pull(size) for _ in range(9600 // size)]))

    assert rendered(100) == rendered(9600) == rendered(64)


def check_rest(kind: str) -> None:
    """After its release a note is silent to the last bit, and the instrument is at rest."""
    engine = engine_with(kind)
    audio = buses_of(engine, 3 * SECOND, [note(10), note(300, 72.0)])[0]

    assert np.abs(audio[:, :SECOND]).max() > 1e-3
    assert is_at_rest(engine)
    assert not audio[:, -4800:].any()


def check_bad_notes(kind: str) -> None:
    """Notes with numbers that are none, and extreme ones, give finite samples; a good one is heard after."""
    engine = engine_with(kind)
    bad = [(np.nan, 0.5), (60.0, np.inf), (-400.0, 1.0), (900.0, 1.0), (60.0, -1.0)]
    posted = [note(64 * number, pitch, 500, velocity) for number, (pitch, velocity) in enumerate(bad)]
    audio = buses_of(engine, SECOND, [*posted, note(20000)])[0]

    assert np.isfinite(audio).all()
    assert np.abs(audio[:, 20010:30000]).max() > 1e-3


def check_stealing(kind: str) -> None:
    """More notes than voices: counted, bounded, and the last one is heard."""
    engine = engine_with(kind, voices=2)
    notes = [note(700 * number, 50.0 + number, 0) for number in range(8)]
    audio = buses_of(engine, 12000, notes)[0]

    assert int(engine.telemetry().stolen_voices) >= 6
    assert 1e-3 < np.abs(audio[:, -2000:]).max() < 4.0


def check_fade(kind: str) -> None:
    """A fade of the instrument to nothing makes a held note silent, without a step."""
    engine = engine_with(kind)
    fade = c.fade_instrument(LEAD + 12000, 0, 0.0, 2400)
    audio = buses_of(engine, SECOND, [note(0, frames=0), fade])[0]
    before = np.abs(np.diff(audio[:, 6000:12000])).max()

    assert np.abs(audio[:, 22000:]).max() < 1e-3 * np.abs(audio).max()
    assert np.abs(np.diff(audio[:, 12000:])).max() <= 1.5 * before


def check_live_change(kind: str) -> None:
    """All settings may change while a note sounds."""
    engine = engine_with(kind)
    heard: list[Any] = []
    for number, at in enumerate((0.0, 1.0, 0.5)):
        engine.post([note(4800 * number, frames=0)])
        engine.memory.instruments.set(0, spec_of(kind, at=at))
        heard.append(engine.pull(4800))

    assert np.isfinite(np.concatenate(heard)).all()
    assert np.abs(heard[-1]).max() > 1e-3


def check_rates(kind: str) -> None:
    """Pitch and level are the same at every rate, the pitch to a thousandth of an octave."""
    pitches, levels = [], []
    for rate in (44100, 48000, 96000):
        engine = engine_with(kind, rate=rate)
        frames = rate // 2
        audio = buses_of(engine, frames, [note(0, frames=0)])[0, 0, frames // 4 :].astype(np.float64)
        size = 1 << 19
        spectrum = np.abs(np.fft.rfft(audio * np.hanning(audio.size), size))
        pitches.append(int(spectrum[: size * 4000 // rate].argmax()) * rate / size)
        levels.append(float(np.sqrt(np.mean(audio**2))))

    assert max(pitches) / min(pitches) < 2.0 ** (1 / 1000)
    assert max(levels) / min(levels) < 1.13  # 1 dB


def check_edit(kind: str) -> None:
    """An instrument that is added while the engine plays is heard; the first one plays on."""
    engine = engine_with(kind)
    record = engine.memory.instruments.record(0)
    engine.memory.instruments.begin(0, spec_of(kind, voices=40))
    engine.show_steps()
    audio = buses_of(engine, 4800, [note(0)])[0]

    limit = 40 + SOURCES[kind].spare_voices
    assert engine.memory.instruments.record(0) is not record
    assert int(engine.memory.instruments.record(0)["group_count"]) == -(-limit // k.LANES)
    assert np.abs(audio).max() > 1e-3


CHECKS = (
    check_descriptor, check_frames, check_blocks, check_rest, check_bad_notes, check_stealing, check_fade,
    check_live_change, check_rates, check_edit,
)  # fmt: skip
