from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine.bank import Bank
from adaptive.errors import AudioFileError
from tests.helpers import signals

RATE = 48000


def write(path: Path, audio: np.ndarray, rate: int = RATE, subtype: str = "FLOAT") -> Path:
    soundfile.write(path, audio, rate, subtype=subtype)
    return path


def test_a_missing_file_is_refused_as_missing(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r"^drums\.wav: .*the file is missing"):
        Bank().load(tmp_path / "drums.wav")


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


def test_files_decoded_ahead_take_no_more_than_the_limit_together(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{n}.wav", np.zeros((10_000, 2), np.float32)) for n in range(10)]
    bank = Bank(limit_bytes=250_000)
    bank.decode_ahead(paths)

    assert len(bank._decoded) == 3
    assert [bank.duration(path) for path in paths] == [pytest.approx(10_000 / RATE)] * 10
    assert sum(one.audio.nbytes for one in bank._decoded.values()) <= 250_000


def test_running_out_of_memory_is_a_sentence_with_the_files_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_names: object) -> object:
        raise MemoryError

    monkeypatch.setattr("adaptive.engine.bank.aligned", refuse)
    with pytest.raises(AudioFileError, match=r"^a\.wav: is too large for the memory"):
        Bank().load(write(tmp_path / "a.wav", signals.constant(4800)))
