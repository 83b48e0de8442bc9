from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine.bank import Bank, decode, fold_to_stereo
from adaptive.errors import AudioFileError
from tests.helpers import measure, signals

RATE = 48000


def write(path: Path, audio: np.ndarray, rate: int = RATE, subtype: str = "FLOAT") -> Path:
    soundfile.write(path, audio, rate, subtype=subtype)
    return path


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 88200, 96000, 192000])
def test_a_file_of_any_rate_keeps_its_length_pitch_and_level(tmp_path: Path, rate: int) -> None:
    path = write(tmp_path / "a.wav", signals.sine(997.0, rate, 0.5, rate), rate)
    audio = decode(path, RATE)
    frequencies, amplitudes = measure.spectrum(audio[0])

    assert audio.shape == (1, RATE)
    assert frequencies[amplitudes.argmax()] == pytest.approx(997.0, abs=1.0)
    assert measure.rms_db(audio[0, 4800:-4800]) == pytest.approx(-9.03, abs=0.05)


@pytest.mark.parametrize("channels", [1, 2])
def test_one_and_two_channels_are_kept(tmp_path: Path, channels: int) -> None:
    audio = np.stack([signals.sine(100.0 * (n + 1), 999, 0.5) for n in range(channels)])

    np.testing.assert_array_equal(decode(write(tmp_path / "a.wav", audio.T), RATE), audio)


@pytest.mark.parametrize("channels", [3, 4, 6, 8])
def test_more_channels_are_folded_down_to_two_without_a_louder_sum_of_powers(
    tmp_path: Path, rng: np.random.Generator, channels: int
) -> None:
    audio = np.stack([signals.noise(9600, rng, 0.3) for _ in range(channels)])
    folded = decode(write(tmp_path / "a.wav", audio.T), RATE)

    assert folded.shape == (2, 9600)
    assert measure.rms_db(folded) == pytest.approx(measure.rms_db(audio), abs=1.5)


def test_even_channels_go_left_and_odd_ones_right() -> None:
    left, right = fold_to_stereo(np.array([[1.0], [2.0], [4.0], [8.0]], np.float32))

    assert (5.0 / np.sqrt(2), 10.0 / np.sqrt(2)) == pytest.approx((left[0], right[0]))


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "DOUBLE"])
def test_every_sample_format_is_read(tmp_path: Path, subtype: str) -> None:
    audio = signals.sine(440.0, 4800, 0.5)
    decoded = decode(write(tmp_path / "a.wav", audio, subtype=subtype), RATE)

    np.testing.assert_allclose(decoded[0], audio, atol=2.0**-15)


def test_flac_is_read(tmp_path: Path) -> None:
    audio = signals.sine(440.0, 4800, 0.5)
    decoded = decode(write(tmp_path / "a.flac", audio, subtype="PCM_24"), RATE)

    np.testing.assert_allclose(decoded[0], audio, atol=2.0**-22)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_truncated_flac_is_refused_by_name(tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "cut.flac", signals.noise(48000, np.random.default_rng(1)), subtype="PCM_16")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(AudioFileError, match=r"^cut\.flac: "):
        decode(path, RATE)


def test_a_missing_file_is_refused_as_missing(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r"^drums\.wav: .*the file is missing"):
        Bank().load(tmp_path / "drums.wav")


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no audio at all" * 100, bytes(4096)])
def test_a_file_that_is_not_audio_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fake.wav"
    path.write_bytes(content)

    with pytest.raises(AudioFileError, match=r"^fake\.wav: "):
        decode(path, RATE)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError):
        decode(tmp_path, RATE)


def test_a_file_without_frames_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "empty.wav", np.zeros(0, np.float32))

    with pytest.raises(AudioFileError, match="holds no audio"):
        decode(path, RATE)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_a_file_with_samples_that_are_no_numbers_is_refused(tmp_path: Path, value: float) -> None:
    audio = signals.constant(100, 0.5)
    audio[50] = value

    with pytest.raises(AudioFileError, match="no numbers, or absurdly loud"):
        decode(write(tmp_path / "a.wav", audio), RATE)


def test_a_file_is_decoded_once_and_shared(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", signals.sine(100.0, 4800, 0.5))
    bank = Bank()
    first = bank.load(path)
    path.unlink()

    assert bank.load(path) is first
    assert bank.used_bytes == 4800 * 4


def test_a_file_with_another_loop_is_another_sound(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", signals.sine(100.0, 4800, 0.5))
    bank = Bank()
    whole, half = bank.load(path, 0, 4800), bank.load(path, 0, 2400)

    assert (whole.loop_frames, half.loop_frames) == (4800, 2400)


def test_many_threads_get_the_same_sound(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", signals.sine(100.0, 48000, 0.5))
    bank = Bank()
    with ThreadPoolExecutor(8) as pool:
        sounds = list(pool.map(lambda _: bank.load(path), range(32)))

    assert len({id(sound) for sound in sounds}) == 1


def test_a_sound_is_read_only_and_begins_at_a_cache_line() -> None:
    sound = Bank().add(np.stack([signals.constant(99), signals.constant(99, 0.5)]))

    assert not sound.left.flags.writeable
    assert not sound.right.flags.writeable
    assert (sound.left.ctypes.data % 64, sound.right.ctypes.data % 64) == (0, 0)
    assert (sound.left[0], sound.right[0]) == (1.0, 0.5)


def test_the_bank_does_not_grow_beyond_its_limit(tmp_path: Path) -> None:
    bank = Bank(limit_bytes=100_000)
    small = write(tmp_path / "small.wav", signals.constant(20_000))
    large = write(tmp_path / "large.wav", signals.constant(6_000))
    bank.load(small)

    with pytest.raises(AudioFileError, match=r"^large\.wav: all stems together need more"):
        bank.load(large)
    assert bank.used_bytes == 80_000


def test_the_length_of_a_file_is_in_seconds(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", signals.sine(100.0, 22050, 0.5, 44100), 44100)

    assert Bank().duration(path) == pytest.approx(0.5, abs=1e-4)


def test_a_file_that_ends_before_its_first_beat_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", signals.constant(4800))

    with pytest.raises(AudioFileError, match=r"ends before its first beat at 0\.200 s"):
        Bank().load(path, origin=9600)


def test_a_file_may_be_a_beat_short_and_not_more(tmp_path: Path) -> None:
    path = write(tmp_path / "short.wav", signals.sine(100.0, 90_000, 0.5))
    bank = Bank()
    report = bank.load(path, 0, 96_000, beat_frames=24_000).report

    assert report is not None
    assert report.completed_frames == 6_000
    with pytest.raises(AudioFileError, match=r"ends 0\.625 s before its last bar does"):
        bank.load(path, 0, 120_000, beat_frames=24_000)
