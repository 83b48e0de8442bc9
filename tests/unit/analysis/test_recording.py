from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.recording import recording_profile
from adaptive.errors import AudioFileError
from tests.helpers.signals import sine


def refusal(path: Path) -> str:
    with pytest.raises(AudioFileError) as caught:
        recording_profile(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_cannot_be_measured_is_one_sentence(tmp_path: Path) -> None:
    text, short, silent, cut = (tmp_path / name for name in ("a.wav", "b.wav", "c.wav", "d.flac"))
    text.write_text("no audio")
    soundfile.write(short, sine(440.0, 4800), 48000)
    soundfile.write(silent, np.zeros((4 * 48000, 2)), 48000)
    soundfile.write(cut, np.random.default_rng(0).uniform(-0.5, 0.5, 8 * 48000), 48000)
    cut.write_bytes(cut.read_bytes()[:200_000])

    assert "there is no such file" in refusal(tmp_path / "none.wav")
    assert "there is no such file" in refusal(tmp_path)
    assert "is no audio file that can be read" in refusal(text)
    assert "lasts 0.1 s; 3 s or more" in refusal(short)
    assert "is silent" in refusal(silent)
    assert "cut off" in refusal(cut) or recording_profile(cut)[1] > 3.0


def test_the_middle_of_a_long_recording_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptive.analysis.recording.MOST_HEARD_S", 4.0)
    audio = np.concatenate(
        [0.0 * sine(440.0, 4 * 48000), sine(440.0, 4 * 48000, 0.1), 0.0 * sine(440.0, 4 * 48000)]
    )
    soundfile.write(tmp_path / "long.wav", audio, 48000)
    found, seconds = recording_profile(tmp_path / "long.wav")

    assert seconds == 4.0
    assert found.lufs == pytest.approx(-23.5, abs=0.5)  # one channel counts once
