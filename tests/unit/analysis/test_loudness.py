from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from adaptive.analysis import loudness
from adaptive.analysis.loudness import SILENT_LUFS, integrated_lufs

RATE = 48000


@pytest.mark.parametrize("kind", ["noise", "sine", "bursts", "stereo"])
def test_loudness_is_what_an_independent_meter_says(kind: str) -> None:
    rng, t = np.random.default_rng(3), np.arange(6 * RATE) / RATE
    audio = {
        "noise": 0.1 * rng.standard_normal((1, t.size)),
        "sine": 0.3 * np.sin(2 * np.pi * 997.0 * t)[None],
        "bursts": 0.3 * rng.standard_normal((1, t.size)) * (t % 2.0 < 0.5),
        "stereo": np.stack([0.1 * rng.standard_normal(t.size), 0.4 * np.sin(2 * np.pi * 60.0 * t)]),
    }[kind].astype(np.float32)
    expected = pyloudnorm.Meter(RATE).integrated_loudness(audio.T.astype(np.float64))

    assert integrated_lufs(audio) == pytest.approx(expected, abs=0.1)


def test_silence_has_the_loudness_of_the_gate() -> None:
    assert integrated_lufs(np.zeros((2, RATE), np.float32)) == SILENT_LUFS
    assert integrated_lufs(np.zeros((1, 10), np.float32)) == SILENT_LUFS


def test_a_file_in_pieces_is_as_loud_as_in_one(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    t = np.arange(round(11.37 * RATE)) / RATE
    audio = (0.1 * rng.standard_normal((2, t.size)) * (1.1 + np.sin(t))).astype(np.float32)
    pieces = integrated_lufs(audio)
    monkeypatch.setattr(loudness, "_TRANSFORM", 1 << 20)

    assert integrated_lufs(audio) == pytest.approx(pieces, abs=0.001)


def test_a_frame_more_than_a_piece_holds_changes_nothing(rng: np.random.Generator) -> None:
    frames = 23 * 4800 + 19200 - 4800  # the blocks of one piece
    audio = (0.1 * rng.standard_normal((2, frames + 1))).astype(np.float32)

    assert integrated_lufs(audio[:, :-1]) == pytest.approx(integrated_lufs(audio), abs=1e-3)
