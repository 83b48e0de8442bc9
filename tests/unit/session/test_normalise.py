from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.loudness import loudness_of
from adaptive.session.normalise import normalise

RATE = 48000


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
@pytest.mark.parametrize(("wanted", "is_forbidden"), [(-30.0, False), (-3.0, True)])
def test_the_written_file_holds_loudness_and_ceiling(
    tmp_path: Path, rng: np.random.Generator, suffix: str, wanted: float, is_forbidden: bool
) -> None:
    audio = (0.1 * rng.standard_normal((2 * RATE, 2))).astype(np.float32)
    soundfile.write(tmp_path / "source.flac", audio, RATE, subtype="PCM_24")
    before = loudness_of(audio.T, RATE)
    done = normalise(tmp_path / "source.flac", tmp_path / f"x{suffix}", before, wanted, -1.0, {})
    written, rate = soundfile.read(tmp_path / f"x{suffix}", dtype="float32")
    found = loudness_of(written.T, rate)

    assert found.true_peak_db <= -1.0
    assert ("would exceed" in done.in_words(wanted, -1.0)) == is_forbidden
    if not is_forbidden:
        assert found.integrated_lufs == pytest.approx(wanted, abs=0.1)
    assert not (tmp_path / "source.flac").exists()


def test_silence_is_written_as_it_is(tmp_path: Path) -> None:
    silence = np.zeros((RATE, 2), np.float32)
    soundfile.write(tmp_path / "source.flac", silence, RATE, subtype="PCM_24")
    before = loudness_of(silence.T, RATE)
    done = normalise(tmp_path / "source.flac", tmp_path / "x.wav", before, -16.0, -1.0, {})

    assert done.in_words(-16.0, -1.0).startswith("not changed")
    assert not soundfile.read(tmp_path / "x.wav")[0].any()
