from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.errors import PresetError
from adaptive.preset.load import MAX_BYTES, find, load, read
from adaptive.preset.schema import Fade, Grid
from adaptive.preset.table import Curve
from adaptive.preset.tempo_follow_table import TempoFollowTable
from tests.unit.preset.preset_files import NIGHT_RUN, VOCABULARY, faults_of, loaded, write

TWO_MOODS = """
schema    = 1
name      = "Two moods"
tempo_bpm = 120
[layers.calm]
stem = "stems/calm.wav"
[layers.fight]
stem = "stems/fight.wav"
[sections.calm]
layers = ["calm"]
[sections.fight]
layers = ["fight"]
"""


def test_the_smallest_preset_loads(tmp_path: Path) -> None:
    write(tmp_path, TWO_MOODS)
    silence = np.zeros((48, 1), np.float32)
    for mood in ("calm", "fight"):
        soundfile.write(tmp_path / f"stems/{mood}.wav", silence, 48000)
    preset = load(tmp_path)

    assert preset.file.name == "Two moods"
    assert preset.file.tempo_bpm == 120.0
    assert preset.folder == tmp_path.resolve()
    assert preset.variations("fight", "fight") == (tmp_path.resolve() / "stems/fight.wav",)
    assert {(segment.beats_per_bar, segment.beat_unit) for segment in preset.segments.values()} == {(4, 4)}
    assert preset.text_digest == hashlib.sha256(TWO_MOODS.encode()).hexdigest()


def write_night_run(folder: Path, text: str) -> Path:
    return write(folder, text, *re.findall(r'"(stems/[^"]+)"', NIGHT_RUN))


def test_the_full_example_loads(tmp_path: Path) -> None:
    preset = load(write_night_run(tmp_path, NIGHT_RUN), vocabulary=VOCABULARY)

    assert preset.default_section == "road"
    assert preset.file.parameters["cadence"].range == (60.0, 240.0)
    assert preset.file.layers["pad"].level_db == Curve("threat", ((0.0, -4.0), (1.0, -12.0)))
    assert preset.file.tempo_follow == TempoFollowTable((148.0, 174.0), "cadence")
    assert preset.file.inputs[2].values == {"0": "road", "1": "shelter"}
    assert preset.transition("chase", "road").exit_at == Grid(every_bars=4)
    assert preset.transition("road", "shelter").fade_out == Fade(seconds=1.5)
    assert preset.transition("shelter", "chase").fade_out == Fade(beats=2.0)
    assert preset.variations("bass", "shelter") == ()
    assert preset.variations("shaker", "road") == ()
    assert preset.segments["bridge:alarm"].layers == ("shaker", "bridge:alarm")
    assert preset.segments["road"].markers == ((32, "lift"),)


def test_a_preset_is_found_by_name_by_folder_and_by_file(tmp_path: Path) -> None:
    folder = tmp_path / "night_run"
    folder.mkdir()
    digest = loaded(folder).text_digest

    for way in ("night_run", folder, str(folder), folder / "preset.toml"):
        assert load(way, [tmp_path]).text_digest == digest


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nightrun", 'there is no preset named "nightrun"; did you mean `night_run`?'),
        ("..", 'there is no preset named ".."; there is `night_run`'),
        ("../night_run", 'there is no preset named "../night_run"; did you mean `night_run`?'),
    ],
)
def test_a_name_finds_nothing_outside_the_presets_folders(tmp_path: Path, name: str, expected: str) -> None:
    folder = tmp_path / "presets" / "night_run"
    folder.mkdir(parents=True)
    loaded(folder)

    with pytest.raises(PresetError) as caught:
        find(name, [tmp_path / "presets", tmp_path / "missing"])

    assert [expected] == caught.value.faults


def test_a_folder_in_the_working_directory_is_suggested_where_a_path_may_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quest").mkdir()
    loaded(tmp_path / "quest")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PresetError, match="did you mean `quest`"):
        load("qest")
    with pytest.raises(PresetError) as caught:  # as the message `load` does, which takes names alone
        find("qest", [tmp_path / "presets"])

    assert "quest" not in caught.value.faults[0]


def test_a_missing_path_and_an_empty_folder_are_different_faults(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == ["there is no preset.toml in this folder"]
    missing = tmp_path / "nowhere"
    assert faults_of(missing) == [f"there is no such file or folder: {missing}"]


def test_the_error_says_which_file_as_the_user_named_it(tmp_path: Path) -> None:
    with pytest.raises(PresetError) as caught:
        load(write(tmp_path, "nonsense = 1"))

    assert str(tmp_path) == caught.value.where


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"schema = 1\nname = \n", r"name: at column 8, a value is missing"),
        (b"schema = 1\nschema = 2\n", r"at column \d+, `schema` is already defined; leave one of them out"),
        (b'name = """', r"name: at the end, a text has no closing quote"),
        (b"schema = 1\nname = '\xff'\n", r"at column 9, `ÿ` is not written in UTF-8; save the file as UTF-8"),
        (b"a = " + b"[" * 100_000, r"nests too deeply"),
        (b"a = " + b"1" * 5000, r"holds a number with too many digits"),
        (b"#" * (MAX_BYTES + 1), r"is larger than the 1000000 bytes a preset may have"),
    ],
    ids=["no value", "twice", "no end", "not UTF-8", "nested", "digits", "large"],
)
def test_text_that_is_not_toml_is_one_fault(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "preset.toml").write_bytes(content)
    (fault,) = faults_of(tmp_path)

    assert re.fullmatch(expected, fault)


LINES = [line for line in NIGHT_RUN.splitlines() if line and not line.startswith("#")]
VALUES = ["1", "-1", "1e400", "nan", "true", "[]", "[1, 2]", "{}", '"x"', '"x > 1"', "{ x = 1 }"]


@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(["", *VALUES]))))
@settings(deadline=None)
def test_a_corrupted_preset_is_refused_and_never_breaks_the_reader(
    spoilt: list[tuple[int, str]],
) -> None:
    lines = list(LINES)
    for place, value in spoilt:
        key = lines[place].partition("=")[0]
        lines[place] = f"{key}= {value}" if value else ""

    with pytest.raises(PresetError):
        read("\n".join(lines).encode(), Path(__file__).parent, VOCABULARY)
