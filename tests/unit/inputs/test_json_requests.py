from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptive.conductor.messages import ForgetPlace, Jump, Restart, SetMix, Transport
from adaptive.inputs.json_requests import read_json
from adaptive.inputs.message import Checker, LoadPreset, SetVolume
from adaptive.preset.schema import Grid
from tests.helpers.presets import two_sections


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    more = '[playlists.walk]\nplay = ["calm", "fight"]\n'
    return Checker(two_sections(tmp_path_factory.mktemp("json"), more=more), may_jump=True)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"stop": True}, Transport(False)),
        ({"stop": {"seconds": 0}, "id": "s"}, Transport(False, "s", 0.0)),
        ({"stop": {"seconds": 2.5}}, Transport(False, None, 2.5)),
        ({"volume": 0.5, "seconds": 1}, SetVolume(0.5, None, 1.0)),
        ({"volume": 0.5}, SetVolume(0.5)),
        (
            {"mix": {"layers.calm.level_db": -6}, "id": "m"},
            SetMix((("layers.calm.level_db", -6.0),), 0.0, "m"),
        ),
        (
            {"mix": {"layers.calm.level_db": None}, "seconds": 2},
            SetMix((("layers.calm.level_db", None),), 2.0),
        ),
        ({"forget": "fight", "id": "f"}, ForgetPlace("fight", "f")),
        ({"forget": "walk"}, ForgetPlace("walk")),
        ({"restart": True, "id": "r"}, Restart("r")),
        ({"jump": {"section": "fight", "bar": 5}, "id": "j"}, Jump("fight", 5, "j")),
        ({"jump": {"section": "fight"}}, Jump("fight")),
        ({"load": "lanterns", "exit_at": "bar"}, LoadPreset("lanterns", None, "bar")),
        ({"load": "lanterns", "exit_at": {"every_bars": 4}}, LoadPreset("lanterns", None, Grid(4))),
        ({"load": "lanterns"}, LoadPreset("lanterns")),
    ],
)
def test_a_request_is_read(checker: Checker, document: Any, expected: Any) -> None:
    transaction = read_json(document, checker)

    assert transaction.faults == []
    assert transaction.requests == [expected]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"stop": False}, 'stop must be true or {"seconds": 2}, got false'),
        ({"stop": {}}, 'stop must be true or {"seconds": 2}, got {}'),
        ({"stop": {"seconds": 1, "second": 2}}, "'second' is no key of stop (did you mean 'seconds'?)"),
        ({"stop": {"seconds": "1"}}, "seconds must be a number from 0 to 3600, got '1'"),
        ({"stop": {"seconds": 10**400}}, "seconds must be a number from 0 to 3600, got a number of more"),
        ({"volume": 1, "seconds": -1}, "seconds must be a number from 0 to 3600, got -1"),
        ({"volume": 1, "second": 1}, "'second' is no key of volume (did you mean 'seconds'?)"),
        ({"mix": -6}, 'mix must be an object such as {"layers.NAME.level_db": -6}, got -6'),
        ({"mix": {}}, 'mix must be an object such as {"layers.NAME.level_db": -6}, got {}'),
        (
            {"mix": {"layers.clam.level_db": 1}},
            "the mixer has no 'layers.clam.level_db' (did you mean 'layers",
        ),
        (
            {"mix": {"layers.calm.placed.azimuth_deg": 1}},
            "the mixer has no 'layers.calm.placed.azimuth_deg'; layers.calm has no place: `placed`",
        ),
        (
            {"mix": {"layers.calm.level_db": 99}},
            "layers.calm.level_db must be a number from -120 to 24, got 99",
        ),
        (
            {"mix": {"layers.calm.level_db": True}},
            "layers.calm.level_db must be a number from -120 to 24, got true",
        ),
        (
            {"mix": {"layers.calm.level_db": 0}, "seconds": -1},
            "seconds must be a number from 0 to 3600, got -1",
        ),
        ({"forget": "figt"}, "there is no section 'figt' (did you mean 'fight'?)"),
        ({"forget": []}, "there is no section []; there is calm, fight, walk"),
        ({"restart": 1}, 'restart must be true: {"restart": true}'),
        ({"jump": "fight"}, 'jump must be an object such as {"section": "combat", "bar": 5}'),
        ({"jump": {"section": "walk"}}, "there is no section 'walk'"),
        ({"jump": {"section": "calm", "bars": 2}}, "'bars' is no key of jump (did you mean 'bar'?)"),
        ({"jump": {"section": "calm", "bar": 0}}, "bar must be a whole number from 1 to 4096, got 0"),
        ({"jump": {"section": "calm", "bar": 1.5}}, "bar must be a whole number from 1 to 4096, got 1.5"),
        ({"jump": {"section": "calm", "bar": True}}, "bar must be a whole number from 1 to 4096, got true"),
        ({"load": "x", "exit_at": "bars"}, "exit_at must be immediate, beat, bar, phrase, end or an object"),
        ({"load": "x", "exit_at": {"every_bars": 1, "marker": "a"}}, "exit_at must be immediate, beat"),
        ({"load": "x", "exit_at": {}}, "exit_at must be immediate, beat"),
    ],
)
def test_a_request_that_cannot_be_is_one_sentence(checker: Checker, document: Any, expected: str) -> None:
    transaction = read_json(document, checker)

    assert transaction.requests == []
    assert [fault.error[: len(expected)] for fault in transaction.faults] == [expected]


def test_a_jump_is_refused_unless_the_session_allows_it(tmp_path: Path) -> None:
    transaction = read_json({"jump": {"section": "fight"}}, Checker(two_sections(tmp_path)))

    assert transaction.requests == []
    assert "--allow-jump" in transaction.faults[0].error
