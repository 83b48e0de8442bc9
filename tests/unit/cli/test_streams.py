from __future__ import annotations

import io
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adaptive
from adaptive import cli
from adaptive.cli.streams import ERRORS, stand_in, use_stand_ins
from tests.helpers.presets import write_sine

PRESET = """
schema = 1
name = "Łódź → ♯ 日本"
tempo_bpm = 120
[parameters.threat]
[layers.pad]
generator = "pad"
[sections.calm]
layers = ["pad"]
"""

NO_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""A system without a locale, and a Python that does not help itself to one."""

COMMANDS: dict[tuple[str, ...], int] = {
    ("check", "Łódź"): 0,
    ("check", "wrong", "nopé"): 1,
    ("check", "wrong", "--json"): 1,
    ("render", "Łódź", "-o", "Ł.wav", "--log", "Ł.jsonl", "--trace", "trace.jsonl", "--seconds", "0.1"): 0,
    ("explain", "Ł.jsonl"): 0,
    ("explain", "Ł.jsonl", "--json"): 0,
    ("new", "→"): 0,
    ("send", "é=1", "--to", "tcp://127.0.0.1:1"): 1,
    ("play", "wrong"): 1,
    ("--help",): 0,
}
"""Commands that write texts of the user's, in this order, and the code that each ends with."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Łódź").mkdir()
    (tmp_path / "Łódź" / "preset.toml").write_text(PRESET, encoding="utf-8")
    (tmp_path / "wrong").mkdir()
    wrong = PRESET + '[[select]]\nsection = "grün"\nwhen = "thréat > 1"\n'
    (tmp_path / "wrong" / "preset.toml").write_text(wrong, encoding="utf-8")
    (tmp_path / "trace.jsonl").write_text('{"t": 0.1, "Łódź": 1}\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_every_command_writes_its_text_on_every_console(
    encoding: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments, code in COMMANDS.items():
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setattr(sys, "argv", ["adaptive", *arguments])
        use_stand_ins()

        assert cli._run() == code, arguments
        assert out.tell() + err.tell() > 0, arguments


def test_a_system_without_a_locale_decodes_files_with_any_name(folder: Path) -> None:
    (folder / "grün").mkdir()
    text = PRESET.replace('generator = "pad"', 'stem = "flöte.wav"')
    (folder / "grün" / "preset.toml").write_text(text, encoding="utf-8")
    # as macOS archives it: the preset has it as keyboards write it
    write_sine(folder / "grün" / unicodedata.normalize("NFD", "flöte.wav"), 220.0)
    environment = os.environ | NO_LOCALE | {"PYTHONPATH": str(Path(adaptive.__file__).parents[1])}
    command = [sys.executable, "-m", "adaptive", "check", "grün"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)

    assert done.stderr == b""
    assert done.stdout.endswith(b": no faults\n")


def test_what_cannot_be_written_has_a_stand_in_and_the_rest_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    use_stand_ins()
    stream.write("Łódź: a → b, „ü“ 日 \udcc3")
    stream.flush()

    assert raw.getvalue().decode("cp1252") == "Lódz: a -> b, „ü“ ? ?"


def test_a_program_without_streams_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)

    use_stand_ins()


@given(st.characters(codec=None))
def test_every_character_has_a_stand_in_of_plain_ones(character: str) -> None:
    use_stand_ins()

    assert stand_in(character).isascii()
    for encoding in ("ascii", "cp1252", "utf-8"):
        character.encode(encoding, errors=ERRORS)
