"""What a recording sounds: onsets on the grid, pitches beat by beat, drums without pitch."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.stem_content import analyse_stem

RATE, BEAT = 48000, 24000


def tone(midi: int, frames: int = BEAT, decay_s: float = 0.6) -> np.ndarray:
    """A tone with four partials."""
    time = np.arange(frames) / RATE
    hz = 440.0 * 2 ** ((midi - 69) / 12)
    wave = sum(0.5**k * np.sin(2 * np.pi * k * hz * time) for k in range(1, 5))
    return (0.3 * wave * np.exp(-time / decay_s) * np.minimum(1.0, time / 0.004)).astype(np.float32)


def pitches(content: np.ndarray, beat: int) -> set[int]:
    return {int(pitch) for pitch in np.nonzero(content[beat])[0]}


def test_pitches_are_found_in_the_beats_in_which_they_sound() -> None:
    bars = [(50, 62), (57,), (53, 69), (64,)]
    mono = np.concatenate([sum(tone(midi) for midi in chord) for chord in bars])

    found = analyse_stem(mono, RATE, 0, len(mono), (4, 16))

    for beat, chord in enumerate(bars):
        sounding = pitches(found.pitches, beat)
        assert set(chord) <= sounding
        assert {midi % 12 for midi in sounding} <= {midi % 12 for midi in chord} | {
            (m + 7) % 12 for m in chord
        }
    assert found.is_pitched


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_onsets_lie_on_their_sixteenths(rate: int) -> None:
    beat, random = rate // 2, np.random.default_rng(1)
    mono = np.zeros(4 * beat, np.float32)
    played = [0, 3, 6, 8, 13]
    for step in played:
        noise = random.normal(0.0, 0.2, beat // 4) * np.exp(-np.arange(beat // 4) / (0.015 * rate))
        start = step * beat // 4
        mono[start : start + len(noise)] += noise.astype(np.float32)

    found = analyse_stem(mono, rate, 0, len(mono), (4, 16))

    assert [step for step in range(16) if found.onsets[step] > 100] == played
    assert not found.is_pitched


def test_a_loop_is_read_from_its_first_beat() -> None:
    mono = np.concatenate([np.zeros(BEAT // 2, np.float32), tone(57), tone(60)])

    found = analyse_stem(mono, RATE, BEAT // 2, 2 * BEAT, (2, 8))

    assert 57 in pitches(found.pitches, 0)
    assert 60 in pitches(found.pitches, 1)
    assert found.onsets[0] > 100


def test_silence_and_a_sound_that_ends_early_are_no_pitches() -> None:
    silent = analyse_stem(np.zeros(BEAT, np.float32), RATE, 0, 4 * BEAT, (4, 16))
    short = analyse_stem(tone(57), RATE, 0, 4 * BEAT, (4, 16))

    assert not silent.is_pitched
    assert not silent.onsets.any()
    assert pitches(short.pitches, 2) == set()
