"""What the sources with one envelope have in common: pitches, macros, and voices that others need."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import sources

KINDS = ("fm", "plucked", "modal", "wavetable", "waveguide")
HIGHEST_HZ = {"waveguide": 2490.0}


@pytest.mark.parametrize("kind", KINDS)
def test_pitches_are_right_to_a_cent(kind: str) -> None:
    for hertz in (30.0, 440.0, HIGHEST_HZ.get(kind, 4000.0)):
        audio = sources.played(kind, 70000, [(0, sources.pitch(hertz), 0.8, 0)])
        begin = 12000 if kind == "waveguide" else 2000  # it listens for a quarter of a second

        assert abs(sources.cents_off(audio[0, begin:], hertz)) < 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_the_macros_do_what_they_say(kind: str) -> None:
    def height(**keys: float) -> float:
        audio = sources.played(kind, 16000, [(0, 60.0, 0.8, 0)], **keys)[0]
        power = np.abs(np.fft.rfft(audio)) ** 2
        return float((power * np.arange(power.size)).sum() / power.sum())

    def early(**keys: float) -> float:
        audio = sources.played(kind, 16000, [(0, 60.0, 0.8, 0)], **keys)[0]
        return float(np.abs(audio[:400]).max() / np.abs(audio).max())

    assert height(brightness=0.8) > 1.02 * height(brightness=-0.8)
    assert early(attack=1.0) < 0.5 * early(attack=0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_note_whose_voice_is_needed_ebbs(kind: str) -> None:
    audio = sources.played(kind, 30000, [(0, 45.0, 0.9, 0), (12037, 50.0, 0.0, 0)], voices=1)[0]

    assert np.abs(audio[11000:12000]).max() > 1e-3
    assert np.abs(audio[16000:]).max() < 1e-4
