from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from tests.helpers.mixes import layers_of_noise
from tests.unit.cli.running import Run


def test_each_step_is_told_with_what_was_measured_behind_it(run: Run, tmp_path: Path) -> None:
    piece = 0.2 * np.asarray(sum(layers_of_noise(3.0).values()))
    soundfile.write(tmp_path / "a.wav", piece, 48000)
    done = run("master", tmp_path / "a.wav", "-o", tmp_path / "b.wav", "--loudness", "-16")

    assert done.code == 0
    assert (tmp_path / "b.wav").exists()
    assert "no EQ: the spectrum is within what is usual" in done.err
    assert "limiter (gain_db " in done.err
    assert "behind it: -16.0 LUFS" in done.err


def test_a_goal_that_no_file_can_have_is_refused(run: Run, tmp_path: Path) -> None:
    for more, sentence in (
        (("--loudness", "3"), "--loudness must be from"), (("--ceiling", "2"), "--ceiling must be from"),
        (("--amount", "-1"), "--amount must be from 0 to 1"), ((), "there is no such file"),
    ):  # fmt: skip
        done = run("master", tmp_path / "a.wav", "-o", tmp_path / "b.wav", *more)

        assert done.code in {1, 2}
        assert len(done.sentences) == 1
        assert sentence in done.err
