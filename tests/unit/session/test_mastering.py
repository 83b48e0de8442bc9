from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.loudness import loudness_of
from adaptive.errors import AudioFileError, InputError
from adaptive.session.mastering import master_file, processed
from tests.helpers.mixes import layers_of_noise
from tests.helpers.signals import sine

RATE = 48000


def write_piece(path: Path, gain: float = 1.0, channels: int = 2, rate: int = RATE) -> np.ndarray:
    """A piece with a loud blow every second."""
    whole = gain * np.asarray(sum(layers_of_noise(3.0).values()))
    whole[::RATE] += 0.5 * gain
    soundfile.write(path, whole[:, :channels], rate, subtype="FLOAT")
    return whole


def test_nothing_is_changed_without_inserts() -> None:
    audio = np.stack([sine(441.0, 30000, 0.5), sine(100.0, 30000, 0.3)])

    assert processed(audio, RATE, []) == pytest.approx(audio, abs=1e-6)


@pytest.mark.parametrize(("suffix", "channels"), [(".wav", 2), (".ogg", 1)])
def test_the_written_file_has_loudness_ceiling_and_length(tmp_path: Path, suffix: str, channels: int) -> None:
    write_piece(tmp_path / "a.wav", 0.3, channels)
    out = tmp_path / f"b{suffix}"
    done = master_file(tmp_path / "a.wav", out, -14.0)
    audio, rate = soundfile.read(out, dtype="float32", always_2d=True)
    found = loudness_of(audio.T, rate)

    assert found.integrated_lufs == pytest.approx(-14.0, abs=0.1)
    assert found.true_peak_db <= -1.0
    assert audio.shape == (3 * RATE, channels)
    assert [step.kind for step, _ in done.steps] == ["eq", "width", "compressor", "limiter"]
    assert all(step.reason for step, _ in done.steps)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", out.name]


def test_a_loudness_out_of_reach_is_told(tmp_path: Path) -> None:
    soundfile.write(
        tmp_path / "a.wav", np.stack([sine(1000.0, 3 * RATE, 0.001)] * 2, axis=1), RATE, subtype="FLOAT"
    )
    done = master_file(tmp_path / "a.wav", tmp_path / "b.wav", -6.0)

    assert done.missing_lu > 20.0


def test_what_cannot_be_mastered_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = tmp_path / "a.wav"
    write_piece(piece)
    six = tmp_path / "six.wav"
    soundfile.write(six, np.zeros((4 * RATE, 6)), RATE)
    text = tmp_path / "no.wav"
    text.write_text("no audio")

    def refused(source: Path, out: Path, error: type[InputError] = InputError) -> str:
        with pytest.raises(error) as caught:
            master_file(source, out, -14.0)
        return str(caught.value)

    assert "is the piece itself" in refused(piece, piece)
    assert "is a folder" in refused(piece, tmp_path)
    assert "must end in .wav" in refused(piece, tmp_path / "b.mp3")
    assert "cannot be written" in refused(piece, text / "b.wav")
    assert "no audio file" in refused(text, tmp_path / "b.wav", AudioFileError)
    assert "has 6 channels" in refused(six, tmp_path / "b.wav", AudioFileError)
    monkeypatch.setattr("adaptive.session.mastering.LONGEST_S", 2.0)
    assert "can be mastered at once" in refused(piece, tmp_path / "b.wav", AudioFileError)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "no.wav", "six.wav"]
