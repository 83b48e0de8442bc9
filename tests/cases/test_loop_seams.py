"""Loops that clicked at each pass: a frame too long or short, another rate, ends that do not meet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.helpers import measure
from tests.unit.cli.conftest import run  # noqa: F401  # the fixture that runs a command
from tests.unit.cli.running import Run

RATE = 48000
PASS = 96000
HZ = (220.0, 331.0)
OWN_STEP = 0.017
"""The largest step of the tone itself at 48 kHz."""

PRESET = (
    'schema = 1\nname = "case"\ntempo_bpm = 120\n[layers.a]\nstem = "a.wav"\n'
    '[sections.a]\nlayers = ["a"]\nlength_bars = 1\n'
)


def tone(frames: int, rate: int = RATE, second_hz: float = HZ[1]) -> np.ndarray:
    """Two tones that loop exactly in 2 s and do not begin at 0."""
    seconds = np.arange(frames) / rate
    return 0.25 * np.cos(2.0 * np.pi * HZ[0] * seconds + 0.5) + 0.2 * np.sin(
        2.0 * np.pi * second_hz * seconds + 0.3
    )


def rendered(run: Run, folder: Path, audio: np.ndarray, rate: int = RATE) -> np.ndarray:  # noqa: F811
    """Render 5 s of a preset with one stem, as a user does; return the left channel."""
    folder.mkdir()
    (folder / "preset.toml").write_text(PRESET, encoding="utf-8")
    soundfile.write(folder / "a.wav", audio, rate, subtype="PCM_16")
    checked = run("check", folder)
    made = run("render", folder, "-o", folder / "o.wav", "--seconds", "5", "--ending", "cut")

    assert (checked.code, made.code) == (0, 0)
    assert "no faults" in checked.out
    assert "tail" not in checked.out
    return soundfile.read(folder / "o.wav", always_2d=True)[0][:, 0]


@pytest.fixture
def reference(run: Run, tmp_path: Path) -> np.ndarray:  # noqa: F811
    """The render of the tone at 48 kHz, which is seamless."""
    return rendered(run, tmp_path / "reference", tone(PASS))


@pytest.mark.parametrize(
    ("make", "rate"),
    [
        (lambda: tone(PASS + 1), RATE),
        (lambda: tone(PASS - 1), RATE),
        (lambda: tone(88200, 44100), 44100),
        (lambda: tone(192000, 96000), 96000),
        (lambda: tone(44100, 22050), 22050),
    ],
    ids=["one frame long", "one frame short", "44.1 kHz", "96 kHz", "22.05 kHz"],
)
def test_the_tone_is_seamless_however_it_was_written(
    run: Run,  # noqa: F811
    tmp_path: Path,
    reference: np.ndarray,
    make: Callable[[], np.ndarray],
    rate: int,
) -> None:
    heard = rendered(run, tmp_path / "case", make(), rate)
    apart = np.abs(heard - reference)

    assert measure.largest_step(heard[1000:230000]) <= measure.largest_step(reference[1000:230000]) * 1.01
    assert apart[PASS - 500 : PASS + 500].max() < 10.0 ** (-80 / 20)
    assert apart.max() < 10.0 ** (-80 / 20)


def test_ends_that_do_not_meet_do_not_click_and_leave_the_first_entry_as_it_is(
    run: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    audio = tone(PASS, second_hz=331.25)
    heard = rendered(run, tmp_path / "case", audio)
    step = float(audio[-1] - audio[0])

    assert abs(step) > 5 * OWN_STEP
    assert (
        measure.largest_step(heard[PASS - 300 : PASS + 300]) < measure.largest_step(audio) + abs(step) / 100.0
    )
    assert measure.largest_step(heard[PASS - 2 : PASS + 2]) <= measure.largest_step(audio)
