from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive.engine.stretch_kind import propose_stretch
from adaptive.engine.stretch_plan import plan_sound

RATE = 48000
Array = np.ndarray[Any, Any]


def hits(decay: float, gap: int = 12000) -> Array:
    random = np.random.default_rng(1)
    hit = random.normal(0, 0.2, (2, gap)) * np.exp(-np.arange(gap) / decay)
    return np.tile(hit, 12).astype(np.float32)


def chord(seconds: float = 4.0) -> Array:
    """Two chords with a slow change from one to the other, and hiss."""
    t = np.arange(int(seconds * RATE)) / RATE
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * t / seconds)
    first, second = (sum(np.sin(2 * np.pi * f * t) for f in fs) for fs in ((220, 277, 330), (196, 247, 294)))
    hiss = np.random.default_rng(2).normal(0, 1e-4, (2, len(t)))
    return (hiss + 0.1 * (swell * first + (1 - swell) * second)).astype(np.float32)


def kind_of(audio: Array) -> str:
    return propose_stretch(audio, plan_sound(audio, RATE), RATE).kind


def test_hits_that_decay_before_the_next_one_are_slices() -> None:
    found = propose_stretch(hits(1500.0), plan_sound(hits(1500.0), RATE), RATE)

    assert found.kind == "slices"
    assert "12 attacks" in found.reason


def test_hits_that_ring_into_the_next_one_are_transients() -> None:
    assert kind_of(hits(8000.0)) == "transients"


def test_chords_that_change_slowly_are_tones() -> None:
    assert kind_of(chord(8.0)) == "tones"


def held(decay_s: float) -> Array:
    """Chords that begin at once each two seconds."""
    t = np.arange(2 * RATE) / RATE
    edge = np.minimum(t / 0.01, 1.0) * np.minimum((2.0 - t) / 0.02, 1.0) * np.exp(-t / decay_s)
    chords = [sum(np.sin(2 * np.pi * f * k * t) for k in (1, 2, 3, 4)) for f in (220.0, 247.0, 294.0, 262.0)]
    one = np.concatenate([edge * chord * 0.1 for chord in chords])
    return np.tile(one, (2, 2)).astype(np.float32)


def test_chords_that_are_held_are_tones_and_struck_ones_are_not() -> None:
    assert kind_of(held(1e9)) == "tones"
    assert kind_of(held(0.8)) != "tones"


def test_hits_over_a_chord_are_transients() -> None:
    audio = hits(1500.0)

    assert kind_of(audio + np.tile(chord(1.0), 3)[:, : audio.shape[1]]) == "transients"


@pytest.mark.parametrize("frames", [1, 9600, 3 * RATE])
def test_silence_and_short_sounds_are_tones(frames: int) -> None:
    assert kind_of(np.zeros((2, frames), np.float32)) == "tones"
