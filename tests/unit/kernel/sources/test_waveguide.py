from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import sources

EXCITERS = ("reed", "bow")
CORNERS: tuple[dict[str, float], ...] = (
    {},
    {"pressure": 1.0, "force": 1.0},
    {"pressure": 0.0, "force": 0.0},
    {"damping": 1.0, "place": 0.3, "noise": 0.5},
    {"damping": 0.0, "place": 0.05},
)


@pytest.mark.parametrize("exciter", EXCITERS)
@pytest.mark.parametrize(
    "keys", [CORNERS[0], *(pytest.param(keys, marks=pytest.mark.ci) for keys in CORNERS[1:])], ids=str
)
def test_it_speaks_at_once_in_tune_on_its_lowest_mode(exciter: str, keys: dict[str, float]) -> None:
    for hertz in (65.0, 440.0, 1760.0):
        audio = sources.played(
            "waveguide", 48000, [(0, sources.pitch(hertz), 0.8, 0)], exciter=exciter, variation=0.0, **keys
        )
        mono = audio.mean(axis=0)
        held = np.sqrt(np.mean(mono[24000:] ** 2))
        early = np.sqrt(np.mean(mono[2880:4800] ** 2))  # 60 to 100 ms
        fundamental = sources.hertz_of(mono[12000:], 0.5 * hertz, 1.5 * hertz)

        assert 0.02 < held < 0.6
        assert early > 0.5 * held
        assert abs(1200 * np.log2(fundamental / hertz)) < 1.0
        assert np.abs(audio).max() < 1.5


@pytest.mark.parametrize("exciter", EXCITERS)
def test_a_vibrato_sways_about_the_pitch(exciter: str) -> None:
    audio = sources.played(
        "waveguide", 110000, [(0, 69.0, 0.8, 0)], exciter=exciter, vibrato_cents=30.0, vibrato_hz=5.0,
        vibrato_fade_ms=10.0,
    )[0]  # fmt: skip
    spectrum = np.abs(np.fft.rfft(audio[14000:] * np.hanning(96000)))
    at = np.arange(spectrum.size) * 0.5
    near = (at > 420.0) & (at < 460.0)
    middle = (at[near] * spectrum[near] ** 2).sum() / (spectrum[near] ** 2).sum()

    assert abs(1200 * np.log2(middle / 440.0)) < 2.0
    assert spectrum[near][np.abs(at[near] - 440.0) > 4.0].max() > 0.3 * spectrum[near].max()


def test_pitches_beyond_the_range_sound_octaves_nearer() -> None:
    for pitch, hertz in ((20.0, 51.913), (105.0, 1760.0)):
        audio = sources.played("waveguide", 60000, [(0, pitch, 0.8, 0)])[0]

        assert abs(sources.cents_off(audio[12000:], hertz)) < 1.0


def test_pressure_makes_it_louder_and_damping_darker() -> None:
    def of(**keys: float | str) -> np.ndarray:
        return sources.played("waveguide", 30000, [(0, 57.0, 0.8, 0)], variation=0.0, **keys)[0, 10000:]

    def height(audio: np.ndarray) -> float:
        return float(np.mean(np.diff(audio) ** 2) / np.mean(audio**2))

    assert np.mean(of(pressure=1.0) ** 2) > 1.5 * np.mean(of(pressure=0.0) ** 2)
    assert height(of(damping=0.0)) > 1.3 * height(of(damping=1.0))


def test_a_reed_has_no_aliases_that_are_heard() -> None:
    for hertz in (880.0, 1760.0):
        note = [(0, sources.pitch(hertz), 0.8, 0)]
        audio = sources.played("waveguide", 100000, note, noise=0.0, air=0.0, variation=0.0)

        assert sources.loudest_alias_db(audio.mean(axis=0)[40000:], hertz) < -72.0
