from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.kernel.sources.registry import SOURCES
from tests.helpers import sources
from tests.helpers.rendering import LEAD, buses_of

OPEN: dict[str, float | str] = {"cutoff_hz": 20000.0, "amplitude_attack_ms": 1.0, "spread": 0.0}


@pytest.mark.parametrize(
    ("shape", "keys"),
    [
        ("saw", {"oscillator_1_shape": "saw"}),
        ("pulse", {"oscillator_1_shape": "pulse", "oscillator_1_width": 0.3}),
        ("triangle", {"oscillator_1_shape": "triangle"}),
        ("sync", {
            "oscillator_1_level": 0.0, "oscillator_2_level": 1.0, "oscillator_2_shape": "sync",
            "oscillator_2_semitones": 7.0,
        }),
    ],
)  # fmt: skip
def test_no_wave_has_an_alias_that_is_heard(shape: str, keys: dict[str, float | str]) -> None:
    for hertz, limit in ((1760.0, -70.0), (7040.0, -60.0)):
        if shape == "sync" and hertz > 2000.0:
            continue  # at 10.5 kHz, more than two steps lie within a kernel
        audio = sources.played("subtractive", 30000, [(0, sources.pitch(hertz), 1.0, 0)], **OPEN, **keys)

        assert sources.loudest_alias_db(audio[0, 2000:], hertz) < limit


def test_pitches_are_right() -> None:
    for hertz in (30.0, 440.0, 4000.0):
        audio = sources.played("subtractive", 60000, [(0, sources.pitch(hertz), 1.0, 0)], **OPEN)

        assert abs(sources.cents_off(audio[0, 4000:], hertz)) < 0.1


def test_unison_is_wide_and_stays_in_mono() -> None:
    audio = sources.played(
        "subtractive", 90000, [(0, 60.0, 0.7, 0)], unison=7.0, spread=0.8, detune_cents=14.0, cutoff_hz=2000.0
    )
    left, right = audio[:, 20000:]
    mono = np.mean(((left + right) / 2) ** 2) / (0.5 * (np.mean(left**2) + np.mean(right**2)))

    assert np.corrcoef(left, right)[0, 1] < 0.8
    assert abs(10 * np.log10(mono)) < 1.0


def test_a_note_whose_voice_is_needed_fades_without_a_burst() -> None:
    audio = sources.played(
        "subtractive", 48000, [(0, 45.0, 0.9, 0), (24037, 50.0, 0.9, 0)], voices=1,
        oscillator_1_shape="sine", amplitude_attack_ms=20.0, spread=0.0,
    )[0]  # fmt: skip

    assert np.abs(sources.above(audio, 3000.0)[20000:-600]).max() < 10 ** (-55 / 20) * np.abs(audio).max()


@pytest.mark.parametrize(
    ("keys", "is_louder"),
    [
        ({"filter": "low_pass_24", "cutoff_hz": 500.0}, False),
        ({"filter": "high_pass", "cutoff_hz": 4000.0}, True),
    ],
)
def test_filters_pass_what_they_say(keys: dict[str, float | str], is_louder: bool) -> None:
    wanted = sources.played("subtractive", 20000, [(0, 60.0, 0.8, 0)], **keys)[0, 4000:]
    plain = sources.played("subtractive", 20000, [(0, 60.0, 0.8, 0)], cutoff_hz=20000.0)[0, 4000:]

    def share(audio: np.ndarray) -> float:
        return float(np.mean(sources.above(audio, 3000.0) ** 2) / np.mean(audio**2))

    assert (share(wanted) > share(plain)) == is_louder


def test_modulations_move_what_they_name() -> None:
    note = [(0, 60.0, 0.8, 0)]
    plain = sources.played("subtractive", 24000, note, oscillator_1_shape="sine", cutoff_hz=20000.0)
    keys: dict[str, float | str] = {"oscillator_1_shape": "sine", "cutoff_hz": 20000.0}
    higher = sources.played("subtractive", 24000, note, **keys, envelope_pitch_cents=1200.0)
    aside = sources.played("subtractive", 24000, note, **keys, random_pan=1.0, spread=0.0)
    softer = sources.played("subtractive", 24000, [(0, 60.0, 0.8, 0)], **keys, velocity_level_db=20.0)
    hertz = 440.0 * 2.0 ** (-9 / 12)

    assert abs(sources.cents_off(higher[0, 8000:], 2.0 * hertz)) < 1.0
    assert abs(np.abs(aside[0]).max() - np.abs(aside[1]).max()) > 0.05
    assert np.abs(softer).max() == pytest.approx(np.abs(plain).max() * 10 ** (-4 / 20), rel=0.02)


def test_a_voice_glides_and_random_lfos_hold() -> None:
    keys: dict[str, float | str] = {"oscillator_1_shape": "sine", "cutoff_hz": 20000.0, "glide_ms": 400.0}
    audio = sources.played("subtractive", 48000, [(0, 57.0, 0.8, 4000), (6000, 69.0, 0.8, 0)], **keys)[0]
    steps = sources.played(
        "subtractive", 48000, [(0, 69.0, 0.8, 0)], **OPEN, lfo_1_shape="random", lfo_1_rate_hz=4.0,
        lfo_1_pitch_cents=1200.0,
    )[0]  # fmt: skip

    assert abs(sources.cents_off(audio[30000:], 440.0)) < 1.0
    assert abs(1200 * np.log2(sources.hertz_of(audio[14000:18000], 200.0, 500.0) / 440.0)) > 200.0
    assert sources.hertz_of(steps[2000:11000], 100.0, 1000.0) != sources.hertz_of(
        steps[14000:23000], 100, 1000
    )


def test_a_parameter_moves_without_a_step() -> None:
    engine = sources.engine_of_kind("subtractive", **OPEN, oscillator_1_shape="sine")
    buses_of(engine, 20000, [c.play_note(LEAD, 0, 57.0, 0.8, 0)])
    row = SOURCES["subtractive"].row_of("level_db")
    engine.memory.instruments.record(0)["wanted"][row, 0] = -40.0
    audio = buses_of(engine, 20000)[0, 0].astype(np.float64)

    assert np.abs(audio[8000:]).max() < 0.02 * np.abs(audio[:200]).max()
    assert np.abs(sources.above(audio[:8000], 3000.0)[600:-600]).max() < 10 ** (-60 / 20)
