"""Files as users have them, each with the answer of `check` and of `new`."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.proposal import propose
from adaptive.cli.make_commands import findings_of_preset
from adaptive.engine.bank import Bank
from adaptive.engine.decode import decode
from adaptive.errors import AudioFileError
from tests.helpers.audio_bytes import RATE, encoded, mp3, noise, ogg_pages, without_info


def check_lines(folder: str, limit_bytes: int = 1_000_000_000) -> tuple[list[str], bool]:
    """The lines that `check` prints, and whether one of them is a fault."""
    found = findings_of_preset(folder, limit_bytes)
    return [one.shown for one in found], any(one.severity == "fault" for one in found)


PRESET = """
schema = 1
name = "Case"
tempo_bpm = 120
[layers.a]
stem = "stems/{name}"
[sections.a]
layers = ["a"]
"""


def preset(folder: Path, content: bytes, name: str = "a.wav", written: str = "") -> Path:
    (folder / "stems").mkdir()
    (folder / "stems" / name).write_bytes(content)
    (folder / "preset.toml").write_text(PRESET.format(name=written or name), encoding="utf-8")
    return folder


def test_a_wav_that_is_cut_off_is_a_fault_of_both(tmp_path: Path) -> None:
    content = encoded("WAV", "PCM_16", noise(8.0))
    folder = preset(tmp_path, content[: round(0.65 * len(content))])
    told = "a.wav: is cut off: 5.20 s of 8.00 s can be read"

    lines, is_faulty = check_lines(str(folder))
    assert is_faulty
    assert [line.partition(" ")[2] for line in lines] == [f"layers.a.stem: {told}"]
    with pytest.raises(AudioFileError, match=told):
        propose(folder / "stems")


CUT: dict[str, Callable[[], bytes]] = {
    "a.wav": lambda: encoded("WAV", "PCM_16", noise(2.0)),
    "a.aiff": lambda: encoded("AIFF", "PCM_16", noise(2.0)),
    "a.flac": lambda: encoded("FLAC", "PCM_16", noise(2.0)),
    "a.ogg": lambda: encoded("OGG", "VORBIS", noise(2.0)),
    "a.opus": lambda: encoded("OGG", "OPUS", noise(2.0, rate=48_000), 48_000),
    "a.mp3": lambda: mp3(),
}


@pytest.mark.parametrize("name", CUT)
def test_check_and_new_say_the_same_of_a_file_that_is_cut_off(tmp_path: Path, name: str) -> None:
    content = CUT[name]()
    folder = preset(tmp_path, content[: len(content) // 2], name)
    lines, is_faulty = check_lines(str(folder))
    with pytest.raises(AudioFileError) as refusal:
        propose(folder / "stems")

    assert is_faulty
    assert [line.partition(" ")[2] for line in lines] == [f"layers.a.stem: {refusal.value}"]
    assert "is cut off" in lines[0]


@pytest.mark.parametrize("is_variable", [False, True])
def test_an_mp3_without_a_header_plays_four_bars(tmp_path: Path, is_variable: bool) -> None:
    folder = preset(tmp_path, without_info(mp3(is_variable, seconds=8.0)), "a.mp3")

    assert check_lines(str(folder)) == ([], False)
    assert Bank().duration(folder / "stems" / "a.mp3") == pytest.approx(8.0, abs=0.06)


def test_the_centre_of_five_one_is_in_both_channels_and_check_tells_the_fold(tmp_path: Path) -> None:
    audio = np.zeros((2 * RATE, 6), np.float32)
    audio[:, 2], audio[:, 3] = noise(2.0)[:, 0], noise(2.0)[:, 1]
    folder = preset(tmp_path, encoded("WAVEX", "PCM_24", audio))
    left, right = decode(folder / "stems" / "a.wav").audio
    lines, is_faulty = check_lines(str(folder))

    assert not is_faulty
    assert len([line for line in lines if "folded down to two by ITU-R BS.775" in line]) == 1
    np.testing.assert_allclose(left, audio[:, 2] * np.sqrt(0.5), atol=1e-6)
    np.testing.assert_array_equal(left, right)


def test_a_name_in_nfd_is_found(tmp_path: Path) -> None:
    written = "gl\u00fchen.wav"
    folder = preset(
        tmp_path, encoded("WAV", "PCM_16", noise(2.0)), unicodedata.normalize("NFD", written), written
    )

    assert check_lines(str(folder)) == ([], False)


def test_a_small_file_of_an_hour_of_zeros_is_a_fault(tmp_path: Path) -> None:
    zeros = np.zeros((60 * 48_000, 2), np.float32)
    folder = preset(tmp_path, encoded("FLAC", "PCM_16", zeros, 48_000), "a.flac")
    lines, is_faulty = check_lines(str(folder), 20_000_000)

    assert is_faulty
    assert len(lines) == 1
    assert "a.flac: takes 23 MB decoded, more than the 20 MB they may take (--memory allows more)" in lines[0]


def test_a_chain_and_a_stream_that_was_cut_are_warnings_of_both(tmp_path: Path) -> None:
    link = encoded("OGG", "VORBIS", noise(1.0))
    begin, _ = list(ogg_pages(link))[-1]
    folder = preset(tmp_path, link + link[:begin], "a.ogg")
    lines, is_faulty = check_lines(str(folder))
    notes = propose(folder / "stems").notes

    assert not is_faulty
    for told in (
        "is a chain of 2 recordings",
        "may be cut off: its last page does not say that it is the last",
    ):
        assert any(told in line and line.startswith("warning: ") for line in lines)
        assert any(told in note and note.startswith("a.ogg: ") for note in notes)


def test_new_names_what_it_passed_over(tmp_path: Path) -> None:
    content = encoded("OGG", "OPUS", noise(2.0, rate=48_000), 48_000)
    folder = preset(tmp_path, content, "a.opus")
    (folder / "stems" / "b.m4a").touch()
    proposal = propose(folder / "stems")

    assert next(iter(proposal.sections.values())).files["a"] == (folder / "stems" / "a.opus",)
    assert [(item.path.name, item.reason) for item in proposal.passed_over] == [
        ("b.m4a", "M4A is not read here; convert it to WAV or FLAC")
    ]
    assert not any("b.m4a" in note for note in proposal.notes)


@pytest.mark.foreign_data
@pytest.mark.parametrize(
    ("case", "faults", "warnings"),
    [
        ("cut_off_wav", ["is cut off: 5.20 s of 8.00 s can be read"], []),
        ("mp3_no_info_header_constant", [], []),
        ("five_one_fold", [], ["has 6 channels"]),
        ("name_nfd", [], []),
    ],
)
def test_a_case_gives_what_it_asks(tmp_path: Path, case: str, faults: list[str], warnings: list[str]) -> None:
    cases = Path(os.environ["ADAPTIVE_TEST_DATA"]).parent / "cases"
    shutil.copytree(cases / case, tmp_path / case)
    lines, is_faulty = check_lines(str(tmp_path / case))

    assert is_faulty == bool(faults)
    assert len(lines) == len(faults) + len(warnings)
    assert all(told in line for told, line in zip(faults + warnings, lines, strict=True))
