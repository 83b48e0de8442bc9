"""The seam between a file that plays once and its loop: no click, at any rate and however it was rounded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine.bank import Bank, Sound

ENGINE = 48000
HZ = 441.0


def write(path: Path, rate: int, first_s: float, frames: int) -> Path:
    """A tone that a later or earlier file goes on with, where the time of its first frame says so."""
    tone = 0.3 * np.sin(2.0 * np.pi * HZ * (np.arange(frames) / rate + first_s) + 0.9)
    soundfile.write(path, tone.astype(np.float32), rate, subtype="FLOAT")
    return path


def seam(introduction: Sound, loop: Sound, end: int) -> np.ndarray:
    """What sounds from 20 ms before the loop begins to 20 ms after it."""
    out = np.zeros(1920)
    before = introduction.whole()[0, end - 960 : end + 960]
    out[: len(before)] += before
    out[960:] += loop.whole()[0, loop.origin : loop.origin + 960]
    return out


def expected(end: int) -> np.ndarray:
    return 0.3 * np.sin(2.0 * np.pi * HZ * np.arange(end - 960, end + 960) / ENGINE + 0.9)


@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000])
@pytest.mark.parametrize("change", [0, -1, 1, -20, 20])
@pytest.mark.parametrize("is_first_pass", [False, True])
def test_a_tone_goes_on_over_the_seam(tmp_path: Path, rate: int, change: int, is_first_pass: bool) -> None:
    length = 2.0 * 60.0 / 137.0 * 4.0  # two bars of 137 BPM: no whole number of frames
    end = round(length * ENGINE)
    once = write(tmp_path / "intro.wav", rate, 0.0, round(length * rate) + change)
    stem = write(tmp_path / "loop.wav", rate, end / ENGINE, rate * 2)
    bank = Bank(ENGINE)
    loop = bank.load(stem, 0, 2 * ENGINE, 20000, is_wrapped=is_first_pass)
    sound = (
        bank.first_pass(once, 0, end, [loop]) if is_first_pass else bank.introduction(once, 0, end, [loop])
    )
    heard = seam(sound, loop, end)
    apart = np.abs(heard - expected(end))
    margin = 250 + abs(change) * ENGINE // rate  # a loop is mended within 5 ms of its beginning

    assert np.abs(np.diff(heard)).max() < 1.3 * 0.3 * 2.0 * np.pi * HZ / ENGINE
    assert apart[: 960 - margin].max() < 1e-3
    assert apart.max() < 0.05


def test_ends_that_do_not_meet_decay_on_top_of_the_loop(tmp_path: Path) -> None:
    once = write(tmp_path / "intro.wav", ENGINE, 0.0, ENGINE)
    stem = write(tmp_path / "loop.wav", ENGINE, 1.0 + 0.5 / HZ, 2 * ENGINE)  # upside down
    bank = Bank(ENGINE)
    loop = bank.load(stem, 0, 2 * ENGINE)
    heard = seam(bank.introduction(once, 0, ENGINE, [loop]), loop, ENGINE)

    assert np.abs(np.diff(heard)).max() < 0.3 * 2.0 * np.pi * HZ / ENGINE + 0.6 * np.pi / 2.0 / 240
    np.testing.assert_array_equal(heard[960 + 240 :], loop.whole()[0, 240:960])


def test_an_introduction_that_is_too_short_fades_out(tmp_path: Path) -> None:
    once = write(tmp_path / "intro.wav", ENGINE, 0.0, ENGINE)
    bank = Bank(ENGINE)
    loop = bank.load(write(tmp_path / "loop.wav", ENGINE, 0.0, ENGINE), 0, ENGINE)
    sound = bank.introduction(once, 0, ENGINE + 4800, [loop])

    assert abs(sound.whole()[0, ENGINE - 1]) < 1e-3
    assert sound.frames == ENGINE + 4801
