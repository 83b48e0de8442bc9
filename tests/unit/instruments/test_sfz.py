from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from adaptive.errors import InputError
from adaptive.instruments.sfz import SfzInstrument, read_sfz
from tests.helpers.wave_file import with_loop

RATE = 48000


def tone(hz: float, frames: int = 4800) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(frames) / RATE)).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lib" / "My Samples").mkdir(parents=True)
    soundfile.write(tmp_path / "lib" / "My Samples" / "Sine One.wav", tone(1000), RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "lib" / "wide.wav", np.stack([tone(500), tone(700)]).T, RATE, subtype="FLOAT")
    with_loop(tmp_path / "lib" / "My Samples" / "Sine One.wav", 480, 527, key=72)
    soundfile.write(tmp_path / "secret.wav", tone(300), RATE)
    return tmp_path


def read(folder: Path, text: str) -> SfzInstrument:
    (folder / "lib" / "a.sfz").write_text(text, encoding="utf-8")
    return read_sfz(folder / "lib" / "a.sfz", folder / "lib")


def regions(folder: Path, text: str) -> tuple[Any, ...]:
    return read(folder, text).samples.regions


def test_headers_variables_and_included_files_are_read(folder: Path) -> None:
    (folder / "lib" / "drums.txt").write_text(
        "<group> volume=-6 // softer\n<region> key=$LOWER sample=Sine One.wav\n", encoding="utf-8"
    )
    low, high = regions(
        folder,
        "#define $LOW 36\n#define $LOWER 35\n<control> default_path=My Samples\\ note_offset=1\n"
        '<global> ampeg_release=0.5 /* for\nall */ <master> tune=10\n#include "drums.txt"\n'
        "<region> lokey=c#4 hikey=$LOW9 pitch_keycenter=c4 sample=Sine One.wav pan=-50 volume=3",
    )

    assert (low.keys, low.root_key, low.level_db, low.tune_cents) == ((36, 36), 36.0, -6.0, 10.0)
    assert (high.root_key, high.pan, high.level_db) == (61.0, -0.5, 3.0)
    assert low.amplitude.release_s == high.amplitude.release_s == 0.5


def test_loops_are_those_of_the_file_unless_it_says_otherwise(folder: Path) -> None:
    sample = "sample=My Samples/Sine One.wav"
    own, other, none, key = regions(
        folder,
        f"<region> {sample}\n<region> {sample} loop_start=0 loop_end=47\n"
        f"<region> {sample} loop_mode=no_loop\n"
        f"<region> {sample} pitch_keycenter=sample loop_end=999999999",
    )

    assert (own.loop, other.loop, none.loop) == ((480, 528), (0, 48), None)  # both name their last frame
    assert (key.root_key, key.loop) == (72.0, (480, 4800))


def test_a_stereo_recording_is_two_regions_that_play_together(folder: Path) -> None:
    left, right = regions(folder, "<region> sample=wide.wav seq_length=2 seq_position=2")

    assert (left.pan, right.pan) == (-1.0, 1.0)
    assert left.rule == right.rule
    assert left.level_db == pytest.approx(-3.01, abs=0.01)


def test_what_is_not_there_not_known_or_outside_is_told_and_the_rest_plays(folder: Path) -> None:
    made = read(
        folder,
        "<control> default_path=My Samples/\n<region> sample=sine one.wav key=60 warmth=3 label_cc1=Mood\n"
        "<region> sample=lost one.wav\n<region> sample=../../secret.wav\n<region> sample=*saw\n"
        "<region> sample=Sine One.wav trigger=never\n<region> sample=Sine_One.wav\n<effect> type=echo\n",
    )

    assert len(made.samples.regions) == 1
    assert made.remarks == (
        "a.sfz: headers that are not read: <effect>",
        "a.sfz: `My Samples/sine one.wav` is written in another case than the file",
        "a.sfz: `My Samples/../../secret.wav` lies outside the folder of the instrument's library",
        "a.sfz: `*saw` is not played",
        "a.sfz names files that are not there: `My Samples/lost one.wav`, `My Samples/Sine_One.wav` "
        "(there is `My Samples/Sine One.wav`)",
        "a.sfz: opcodes that are not played: warmth, trigger=never",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no region that can be played"),
        ("<region> sample=gone.wav", "no region that can be played; a.sfz names files that are not there"),
        ("<region> sample=a.sfz", "cannot be decoded"),
        ('#include "a.sfz"', "includes too many files, or itself"),
    ],
)
def test_what_cannot_be_played_at_all_is_one_sentence(folder: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(folder, text)


def test_a_file_that_lies_gives_regions_or_one_sentence(folder: Path) -> None:
    rng = np.random.default_rng(5)
    words = ["<region>", "<group>", "sample=wide.wav", "loop_start=", "key=", "c#4", "1e99", "-1", "$A", "\n",
             "#define $A $A", "offset=99999999999", "end=-1", "lorand=nan", "seq_length=-4", "hicc1=5",
             "xfin_lovel=90", "cutoff=1e-30", "ampeg_decay=-5", "volume=9999", "//", "/*", "="]  # fmt: skip
    for _ in range(60):
        text = " ".join(rng.choice(words, 30))
        try:
            made = regions(folder, "<region> sample=wide.wav " + text)
        except InputError:
            continue
        for region in made:
            frames = region.recording.size
            assert 0 <= region.start < region.end <= frames
            assert region.loop is None or 0 <= region.loop[0] < region.loop[1] <= frames
            assert region.level_db <= 100.0


def test_a_file_is_read_again_when_one_of_its_recordings_has_changed(folder: Path) -> None:
    text = "<region> sample=wide.wav"
    before = read(folder, text)
    assert read_sfz(folder / "lib" / "a.sfz", folder / "lib") is before
    os.utime(folder / "lib" / "wide.wav", ns=(1, 1))

    assert read_sfz(folder / "lib" / "a.sfz", folder / "lib") is not before
