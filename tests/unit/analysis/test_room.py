"""`check` says what recordings sound, and which layers leave room for it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.room import room_of_preset
from adaptive.cli.make_commands import check
from tests.helpers.presets import make_preset

LIMIT = 10**9
BODY = (
    '[layers.calm]\nstem = "calm.wav"\n[layers.tune]\ngenerator = "melody"\n'
    '[layers.beat]\ngenerator = "drums"\n'
    '[sections.road]\nlayers = ["calm", "tune", "beat"]\nlength_bars = 4\nkey = "A minor"\n'
)


def test_pitched_recordings_without_chords_are_told(tmp_path: Path) -> None:
    room = room_of_preset(make_preset(tmp_path, BODY, stems={"calm": 220.0}), LIMIT)["road"]

    assert (room.lowest, room.highest, room.layers) == (57, 57, ("tune",))
    assert room.sentence == (
        "its recordings begin sounds at 0% of its sixteenths and have tones and overtones from A3 to A3, and"
        " it has no `chords`: `tune` plays tones of A minor that do not clash with them; a key is not guessed"
    )


def test_with_chords_layers_avoid_clashes(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY + 'chords = ["Am"]\n', stems={"calm": 220.0})

    assert room_of_preset(preset, LIMIT)["road"].sentence.endswith(
        ": `tune` leaves room there, and avoids clashes with them"
    )


def test_drums_have_no_pitch(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    beat = random.normal(0, 0.2, 12000) * np.exp(-np.arange(12000) / 600)
    soundfile.write(tmp_path / "hits.wav", np.tile(beat, 16), 48000)
    preset = make_preset(tmp_path, BODY.replace("calm.wav", "hits.wav"))

    assert room_of_preset(preset, LIMIT)["road"].sentence == (
        "its recordings begin sounds at 25% of its sixteenths and have no pitch: `tune` leaves room there"
    )


def test_a_section_with_drums_alone_is_not_told(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY.replace('"melody"', '"drums"'), stems={"calm": 220.0})

    assert room_of_preset(preset, LIMIT) == {}


def test_check_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_preset(tmp_path, BODY, stems={"calm": 220.0})

    check([str(tmp_path)], as_json=False, memory=1000)
    check([str(tmp_path)], as_json=True, memory=1000)

    text, report = capsys.readouterr().out.splitlines()[-3::2]
    assert text.startswith("sections.road: its recordings begin")
    assert json.loads(report)["room"]["road"]["layers"] == ["tune"]
