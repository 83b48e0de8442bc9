from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.kernel.sources.descriptor import FileSpec
from adaptive.kernel.sources.grain_materials import MATERIALS, factory_sound
from adaptive.kernel.sources.grain_sound import LEVEL, GrainSound, grain_sound
from adaptive.kernel.sources.granular import GRAINS
from adaptive.kernel.sources.registry import SOURCES
from tests.helpers import sources
from tests.helpers.rendering import LEAD, buses_of, digest, engine_of

EVEN = {"pitch_spread_cents": 0.0, "spray_ms": 0.0, "irregularity": 0.0, "pan_spread": 0.0, "attack_ms": 1.0}
CYCLE = np.sin(2 * np.pi * 220.0 / 48000.0 * np.arange(96000))[None]


def heard(sound: GrainSound, frames: int, pitch: float, **keys: float) -> np.ndarray:
    """Both channels of a note whose grains are cut from a sound."""
    values = {one.name: keys.get(one.name, one.default) for one in SOURCES["granular"].settings}
    engine = engine_of(instruments=(FileSpec("granular", 0, 8, values, (), sound, ("here",)),))
    return buses_of(engine, frames, [c.play_note(LEAD, 0, pitch, 0.8, 0)])[0].astype(np.float64)


def test_grains_follow_the_pitch_to_a_cent() -> None:
    sound = grain_sound(CYCLE, 48000.0, 57.0)  # 220 Hz
    for hertz in (30.0, 440.0, 4000.0):
        audio = heard(sound, 48000, sources.pitch(hertz), **EVEN, grain_ms=1000.0, density_hz=0.5)

        assert abs(sources.cents_off(audio[0], hertz)) < 1.0  # one grain


def test_high_grains_have_no_alias() -> None:
    rng = np.random.default_rng(0)
    sound = grain_sound(rng.standard_normal((1, 96000)), 48000.0, 60.0)
    low = grain_sound(np.sin(2 * np.pi * 15000.0 / 48000.0 * np.arange(96000))[None], 48000.0, 60.0)

    assert sound.gain > 0.0
    # an octave up, 15 kHz would be 18 kHz mirrored: it is not there
    assert np.abs(heard(low, 48000, 72.0, **EVEN)).max() < 2e-3


def test_the_level_does_not_depend_on_the_density() -> None:
    levels = []
    for keys in (
        {"density_hz": 6.0},
        {"density_hz": 150.0},
        {"grain_ms": 30.0},
        {"window": 1.0},
        {"reverse": 1.0},
    ):
        audio = sources.played("granular", 96000, [(0, 60.0, 0.8, 0)], **keys)[:, 24000:]
        levels.append(10 * np.log10(np.mean(audio**2)))

    assert max(levels) - min(levels) < 2.0


def test_a_voice_has_a_bounded_number_of_grains() -> None:
    engine = sources.engine_of_kind("granular", density_hz=400.0, grain_ms=1000.0)
    audio = buses_of(engine, 96000, [c.play_note(LEAD, 0, 60.0, 0.8, 0)])[0]
    grains = int((engine.memory.instruments.voices(0)["left_frames"][0, 0] > 0).sum())

    assert 12 <= grains <= GRAINS
    assert np.isfinite(audio).all()
    assert np.sqrt(np.mean(audio[:, 48000:] ** 2)) > 0.3 * LEVEL


def test_a_note_is_the_same_each_time_and_wide() -> None:
    note = [(0, 60.0, 0.8, 20000)]
    audio = sources.played("granular", 60000, note)

    assert digest(audio) == digest(sources.played("granular", 60000, note))
    assert np.corrcoef(audio[:, 10000:])[0, 1] < 0.8


def test_a_note_whose_voice_is_needed_fades_without_a_burst() -> None:
    audio = sources.played(
        "granular", 60000, [(0, 48.0, 0.9, 0), (24037, 50.0, 0.9, 9000)], voices=1, material="glass",
        cutoff_hz=1500.0,
    )[0]  # fmt: skip

    assert np.abs(sources.above(audio, 5000.0)[22000:-600]).max() < 10 ** (-55 / 20) * np.abs(audio).max()


@pytest.mark.parametrize("frames", [960, 1000, 4801])
def test_short_sounds_are_read_within_their_frames(frames: int) -> None:
    sound = grain_sound(np.ones((2, frames)), 48000.0, 60.0)
    for pitch in (12.0, 60.0, 127.0):
        audio = heard(sound, 24000, pitch, grain_ms=1000.0, reverse=0.5, position=1.0)

        assert np.isfinite(audio).all()
        assert np.abs(audio).max() < 2.0


@pytest.mark.ci
def test_factory_sounds_are_normalised() -> None:
    for name in MATERIALS:
        sound = factory_sound(name)

        assert np.isfinite(sound.left[0]).all()
        assert 0.05 < sound.gain < 20.0
        assert sound.left[0] is not sound.right[0]
