"""What programs say of the sound that they send, and what becomes of its bytes."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.session.incoming.programs import SoundReader, SoundRefusedError, format_of


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"rate": "x"}, "rate must be from 8000 to 384000, not 'x'"),
        ({"rate": "9" * 30}, "rate must be from 8000 to 384000, not '99999999999999999999'"),
        ({"channels": "6"}, "channels must be 1 or 2, not '6'"),
        ({"format": "mp3"}, "format must be f32 or s16, not 'mp3'"),
    ],
)
def test_a_format_that_cannot_be_is_one_sentence(query: dict[str, str], words: str) -> None:
    with pytest.raises(SoundRefusedError) as refused:
        format_of(query, 48000)
    assert str(refused.value) == words


def test_frames_that_are_cut_anywhere_are_put_together() -> None:
    sound = np.arange(-300, 300, dtype="<i2").tobytes()
    reader = SoundReader(format_of({"format": "s16", "channels": "1"}, 48000), 48000)
    pieces = [sound[at : at + 7] for at in range(0, len(sound), 7)]
    frames = np.concatenate([reader.read(piece) for piece in pieces])

    np.testing.assert_array_equal(frames[:, 0], np.arange(-300, 300) / np.float32(32768.0))
    np.testing.assert_array_equal(frames[:, 0], frames[:, 1])


def test_another_rate_is_resampled() -> None:
    tone = np.sin(np.arange(44100) * (2 * np.pi * 1000 / 44100)).astype("<f4")
    reader = SoundReader(format_of({"rate": "44100", "channels": "1"}, 48000), 48000)
    heard = np.concatenate([reader.read(tone[at : at + 441].tobytes()) for at in range(0, 44100, 441)])
    spectrum = np.abs(np.fft.rfft(heard[2000:42000, 0] * np.hanning(40000)))

    assert abs(len(heard) - 48000) < 2000
    assert spectrum.argmax() * 1.2 == pytest.approx(1000.0, abs=1.2)


def test_samples_that_are_no_numbers_do_not_stay_in_the_resampler() -> None:
    reader = SoundReader(format_of({"rate": "44100"}, 48000), 48000)
    bad = np.full(8820, np.nan, "<f4")
    heard = np.concatenate([reader.read(bad.tobytes()), reader.read(np.zeros(88200, "<f4").tobytes())])

    assert np.isfinite(heard).all()
