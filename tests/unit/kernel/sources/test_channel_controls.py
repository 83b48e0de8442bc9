"""Pitch bend, modulation wheel and pressure of every kind of instrument."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.kernel.sources.channel_record import BEND, BEND_RANGE, KEY_PRESSURE, PRESSURE
from adaptive.kernel.sources.descriptor import FileSpec
from adaptive.kernel.sources.grain_sound import grain_sound
from adaptive.kernel.sources.synth_settings import SynthSpec
from tests.helpers import sources
from tests.helpers.rendering import LEAD, buses_of, engine_of

KINDS: dict[str, dict[str, float | str]] = {
    "synth": {},
    "subtractive": {"filter": "low_pass_24", "sub_level": 0.3},
    "fm": {},
    "plucked": {"ring_s": 30.0, "variation": 0.0},
    "modal": {"ring_s": 30.0},
    "wavetable": {},
    "granular": {"grain_ms": 1000.0, "density_hz": 0.5, "pitch_spread_cents": 0.0, "window": 1.0},
    "waveguide": {"noise": 0.0, "variation": 0.0},
}
BENT, BEGIN, FRAMES = 12032, 36000, 72000
HEARD = {"granular": slice(18000, 46000)}


def engine_with(kind: str, **keys: float | str) -> Engine:
    if kind == "synth":
        return engine_of(instruments=(SynthSpec(0),))
    if kind == "granular":  # one grain of a tone
        tone = np.sin(2.0 * np.pi * 220.0 / sources.RATE * np.arange(200000))[None]
        sound = grain_sound(tone.astype(np.float32), sources.RATE, 57.0)
        values = {name: float(value) for name, value in (KINDS[kind] | keys).items()}
        return engine_of(instruments=(FileSpec("granular", 0, 16, values, (), sound, ()),))
    return sources.engine_of_kind(kind, **(KINDS[kind] | keys))


def heard(kind: str, posted: list[Command], frames: int = FRAMES, **keys: float | str) -> np.ndarray:
    note = c.play_note(LEAD, 0, 57.0, 0.8, 0, note=1)
    return buses_of(engine_with(kind, **keys), frames, [note, *posted])[0, 0].astype(np.float64)


def control(at: int, number: int, value: float, channel: int = 0, key: float = 0.0) -> Command:
    return c.set_control(LEAD + at, 0, number, value, channel=channel, key=key)


def bend(at: int, value: float) -> Command:
    return control(at, BEND, (value + 1.0) / 2.0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_note_that_sounds_bends_by_its_range_within_a_block(kind: str) -> None:
    straight = heard(kind, [])
    bent = heard(kind, [bend(BENT + 20, 0.75)])
    wide = heard(kind, [control(0, BEND_RANGE, 12.0 / 127.0), bend(BENT, -0.5)])
    held = HEARD.get(kind, slice(BEGIN, FRAMES))
    tone = sources.hertz_of(straight[held], 200.0, 240.0)
    first = int(np.flatnonzero(bent != straight)[0])

    assert BENT <= first < BENT + 64
    for audio, semitones in ((bent, 1.5), (wide, -6.0)):
        wanted = tone * 2.0 ** (semitones / 12.0)
        found = sources.hertz_of(audio[held], 0.97 * wanted, 1.03 * wanted)
        assert abs(1200.0 * np.log2(found / wanted)) < 1.0
    # a click would have partials that neither pitch has
    moved = sources.above(bent, 9000.0)[BENT - 600 : BENT + 3000]
    assert np.abs(moved).max() < 1.5 * np.abs(sources.above(straight, 9000.0)[BENT - 600 :]).max() + 3e-4


@pytest.mark.parametrize("kind", KINDS)
def test_controls_at_rest_leave_the_samples_equal(kind: str) -> None:
    at_rest = [bend(0, 0.0), control(0, PRESSURE, 0.0), control(640, 1, 0.0), control(64, 121, 0.0)]

    assert np.array_equal(heard(kind, at_rest, 9600), heard(kind, [], 9600))


def sway(audio: np.ndarray, hertz: float) -> float:
    """How far the pitch of a tone sways, in cents: half the way from its lowest to its highest."""
    at = np.arange(audio.size) / sources.RATE
    low = np.hanning(1200)
    turned = np.convolve(audio * np.exp(-2j * np.pi * hertz * at), low / low.sum(), "valid")
    off = np.diff(np.unwrap(np.angle(turned[::100]))) / (2 * np.pi * 100 / sources.RATE)
    return float(600.0 * np.log2((hertz + off[20:-20].max()) / (hertz + off[20:-20].min())))


@pytest.mark.parametrize("kind", ["synth", "subtractive", "fm", "modal", "wavetable", "waveguide"])
def test_wheel_and_pressure_add_vibrato_to_their_channel_or_key(kind: str) -> None:
    short = {"vibrato_fade_ms": 1.0} if kind in {"wavetable", "waveguide"} else {}
    for moved in (control(0, 1, 1.0), control(BENT, KEY_PRESSURE, 1.0, key=57.0)):
        audio = heard(kind, [moved], **short)[BEGIN:]
        assert sway(audio, 220.0) == pytest.approx(50.0, abs=9.0)
    for elsewhere in (control(0, 1, 1.0, channel=3), control(BENT, KEY_PRESSURE, 1.0, key=58.0)):
        assert np.array_equal(heard(kind, [elsewhere], 14400, **short), heard(kind, [], 14400, **short))


def test_a_patch_says_what_wheel_and_pressure_move() -> None:
    maps = {
        "wheel_vibrato_cents": 0.0,
        "wheel_brightness": 1.0,
        "pressure_level_db": -12.0,
        "cutoff_hz": 500.0,
    }
    plain = heard("subtractive", [], **maps)[BEGIN:]
    bright = heard("subtractive", [control(BENT, 1, 1.0)], **maps)[BEGIN:]
    soft = heard("subtractive", [control(BENT, PRESSURE, 1.0)], **maps, pressure_vibrato_cents=0.0)[BEGIN:]

    assert np.std(np.diff(bright)) > 2.0 * np.std(np.diff(plain))
    assert 20.0 * np.log10(np.std(soft) / np.std(plain)) == pytest.approx(-12.0, abs=0.1)


def test_a_reset_and_the_ends_of_notes_reach_one_channel() -> None:
    notes = [c.play_note(LEAD, 0, key, 0.8, 0, note=n, which=n) for n, key in ((1, 57.0), (2, 69.0))]
    posted = [
        *notes, *(control(0, BEND, 1.0, channel) for channel in (1, 2)), control(9600, 121, 0.0, 1),
        control(48000, 123, 0.0, 2),
    ]  # fmt: skip
    audio = buses_of(engine_with("subtractive"), 110000, posted)[0, 0].astype(np.float64)
    both, alone = audio[12000:48000], audio[74000:]

    assert abs(sources.cents_off(both, 220.0)) < 1.0
    assert abs(sources.cents_off(both, 440.0 * 2.0 ** (2.0 / 12.0))) < 1.0
    assert abs(sources.cents_off(alone, 220.0)) < 1.0
    bins = np.abs(np.fft.rfft(alone * np.hanning(alone.size)))
    place = round(440.0 * 2.0 ** (2.0 / 12.0) * alone.size / sources.RATE)
    assert bins[place - 3 : place + 4].max() < 1e-3 * bins.max()


def test_a_note_that_begins_bent_has_the_bend_at_once() -> None:
    engine = engine_with("fm")
    posted = [bend(0, 1.0), c.play_note(LEAD + 20, 0, 55.0, 0.8, 0, note=1)]
    audio = buses_of(engine, 48000, posted)[0, 0].astype(np.float64)

    assert abs(sources.cents_off(audio[40:4000], 220.0)) < 12.0
    assert abs(sources.cents_off(audio[4000:], 220.0)) < 1.0
