from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine.impulses import LONGEST_S, impulse_response
from adaptive.errors import InputError


def written(folder: Path, audio: np.ndarray, rate: int = 48000) -> str:
    soundfile.write(folder / "room.wav", audio, rate, subtype="FLOAT")
    return str(folder / "room.wav")


def test_a_response_has_an_energy_of_one_and_both_sides(tmp_path: Path) -> None:
    mono = np.random.default_rng(1).standard_normal(4800) * 0.1
    found = impulse_response(written(tmp_path, mono), 48000)

    assert found.shape == (2, 4800)
    assert np.sum(found[0] ** 2) == pytest.approx(1.0, rel=1e-5)
    assert np.array_equal(found[0], found[1])


def test_it_is_resampled_and_waits_for_its_predelay(tmp_path: Path) -> None:
    found = impulse_response(
        written(tmp_path, np.random.default_rng(1).standard_normal((4410, 2)), 44100), 48000, 10.0
    )

    assert found.shape == (2, 4800 + 480)
    assert not found[:, :480].any()


@pytest.mark.parametrize(
    ("frames", "sentence"),
    [(1, "has 1 frame(s)"), (int((LONGEST_S + 1.0) * 48000), "lasts 9 s; an impulse response may last 8 s")],
)
def test_a_response_of_an_hour_or_of_one_sample_is_one_sentence(
    frames: int, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        impulse_response(written(tmp_path, np.full(frames, 0.5)), 48000)

    assert sentence in str(caught.value)


def test_a_silent_response_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is silent"):
        impulse_response(written(tmp_path, np.zeros(4800)), 48000)
