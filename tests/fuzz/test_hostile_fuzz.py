"""Hundreds of damaged packets for each protocol, and thousands in `.ci/run`.

`tests/prove/test_hostile.py` throws a million.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from adaptive.preset.model import Preset
from tests.helpers import documents, doors, side_doors
from tests.helpers.amounts import amount
from tests.helpers.hostile import Rig
from tests.helpers.mutation import Chance, damaged, damaged_json, damaged_tree

SEED = 1000
AT_A_DOOR = {
    "osc": amount(1000, 3000), "lines": amount(800, 2500), "websocket": amount(500, 1500),
    "http": amount(500, 1500),
}  # fmt: skip
AT_A_SIDE_DOOR = 1000
DOCUMENTS = {
    "traces": amount(400, 1500), "presets": amount(150, 600), "states": amount(300, 1000),
    "audio": amount(200, 750), "logs": amount(300, 1000),
}  # fmt: skip


@pytest.mark.parametrize("name", doors.DOORS)
def test_damaged_packets_at_a_door_are_refused_and_the_music_goes_on(name: str, tmp_path: Path) -> None:
    report = doors.run(name, str(tmp_path), SEED, AT_A_DOOR[name])

    assert report.failures == []
    assert report.refused > AT_A_DOOR[name] // 20
    assert report.is_alive
    assert report.files == 0


@pytest.mark.ci
@pytest.mark.parametrize("name", side_doors.DOORS)
def test_damaged_packets_at_a_side_door_are_refused_and_the_music_goes_on(name: str, tmp_path: Path) -> None:
    report = side_doors.run(name, str(tmp_path), SEED, AT_A_SIDE_DOOR)

    assert report.failures == []
    assert report.refused >= AT_A_SIDE_DOOR * side_doors.REFUSED_SHARE.get(name, 0.05)
    assert report.is_alive
    assert report.files == 0


@pytest.mark.parametrize("leaked", [pytest.param(0, marks=pytest.mark.ci), 1])
def test_a_file_counts_if_it_stays_open_and_not_while_a_load_reads_it(
    leaked: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, left_open = amount(800, 1500), []

    def load(rig: Rig, _name: str) -> Preset:
        file = (rig.preset.folder / "preset.toml").open("rb")
        time.sleep(0.5)  # a busy machine: the first load is under way when the warm-up is over
        if rig.report.packets > count // 5 and len(left_open) < leaked:
            left_open.append(file)
        else:
            file.close()
        return rig.preset

    monkeypatch.setattr(Rig, "_load", load)
    report = doors.run("osc", str(tmp_path), SEED, count)
    for file in left_open:
        file.close()

    assert report.failures == []
    assert report.files == leaked


@pytest.mark.parametrize("name", documents.DOCUMENTS)
def test_damaged_documents_are_refused_in_clear_sentences(name: str, tmp_path: Path) -> None:
    report = documents.run(name, str(tmp_path), SEED, DOCUMENTS[name])

    assert report.failures == []
    assert report.refused > DOCUMENTS[name] // 20
    assert report.accepted > 0
    assert report.files == 0


def test_the_same_seed_does_the_same_damage() -> None:
    trees = [{"parameter": "threat", "value": 0.8}, [{"event": "hit"}]]

    def some(seed: int) -> list[object]:
        chance = Chance(seed)
        return [
            [
                damaged(chance, [b"/a\0\0,f\0\0"]),
                damaged_json(chance, trees, [b'{"a": 1}']),
                repr(damaged_tree(chance, trees)),
            ]
            for _ in range(500)
        ]

    assert some(1) == some(1)
    assert some(1) != some(2)
