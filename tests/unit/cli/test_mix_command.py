from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.cli.mix_command import write_text
from adaptive.errors import InputError
from adaptive.session import mixing
from tests.helpers.mixes import write_mix
from tests.unit.cli.running import Run


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "HEARD_S", 5.0)


def test_the_diff_goes_to_the_output_and_the_file_changes_only_if_asked(run: Run, tmp_path: Path) -> None:
    folder = write_mix(tmp_path / "mine", {"bass": "level_db = 12.0"})
    before = (folder / "preset.toml").read_text()
    shown = run("mix", folder)
    unchanged = (folder / "preset.toml").read_text()
    applied = run("mix", folder, "--apply")
    after = (folder / "preset.toml").read_text()

    assert (shown.code, applied.code) == (0, 0)
    assert unchanged == before
    assert "-level_db = 12.0\n" in shown.out
    assert any(line.startswith("1. ") for line in shown.sentences)
    assert shown.sentences[-1] == "nothing is written; with --apply it is"
    assert applied.out == shown.out
    assert tomllib.loads(after)["layers"]["bass"]["level_db"] < 6.0


def test_hostile_input_is_one_sentence_each(run: Run, tmp_path: Path) -> None:
    folder = write_mix(tmp_path / "mine")
    short, silent = tmp_path / "short.wav", tmp_path / "silent.wav"
    soundfile.write(short, np.ones(4800), 48000)
    soundfile.write(silent, np.zeros(5 * 48000), 48000)
    cases = [
        (("mix", folder, "--amount", "7"), 2, "--amount must be from 0 to 1, got 7"),
        (("mix", folder, "--amount", "nan"), 2, "--amount must be from 0 to 1, got nan"),
        (("mix", folder, "--reference", short), 1, "lasts 0.1 s; 3 s or more can be measured"),
        (("mix", folder, "--reference", silent), 1, "is silent"),
        (("mix", folder, "--reference", folder / "preset.toml"), 1, "is no audio file"),
        (("mix", tmp_path / "none"), 1, "there is no"),
    ]  # fmt: skip
    for arguments, code, sentence in cases:
        done = run(*arguments)

        assert done.code == code
        assert len(done.sentences) == 1
        assert sentence in done.err


def test_a_file_that_was_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "preset.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    write_text(path, "a = 1\r\n", "a = 2\r\n")

    assert path.read_bytes() == b"\xef\xbb\xbfa = 2\r\n"
    with pytest.raises(InputError, match="was changed while it was heard"):
        write_text(path, "a = 1\r\n", "a = 3\r\n")
