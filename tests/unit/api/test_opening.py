from __future__ import annotations

import logging
import socket
from pathlib import Path
from typing import Any

import pytest

import adaptive
from adaptive.api import opening


def test_a_preset_is_loaded_by_folder_and_checked(preset: adaptive.Preset, tmp_path: Path) -> None:
    assert adaptive.load(preset) is preset
    assert adaptive.load(preset.folder).file == adaptive.load(str(preset.folder)).file == preset.file
    with pytest.raises(adaptive.PresetError):
        adaptive.load(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"sink": "nul"}, "there is no sink 'nul' (did you mean 'null'?)"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"block": 9000}, "block must be a whole number from 0 to 8192"),
        ({"osc": "9000"}, "osc must be a port or a pair"),
        ({"tcp": 70000}, "tcp must be a whole number from 0 to 65535"),
        ({"parameters": {"thrat": 1.0}}, "there is no parameter 'thrat'"),
        ({"states": {"place": "in"}}, "place is never 'in'"),
    ],
)
def test_what_cannot_be_played_is_said_in_a_sentence(
    preset: adaptive.Preset, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(adaptive.InputError) as caught:
        adaptive.play(preset, **{"sink": "null", **arguments})

    assert sentence in str(caught.value)


def test_code_is_allowed_only_by_its_argument(
    preset: adaptive.Preset, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = []

    def open_live(*arguments: Any) -> None:
        allowed.append(arguments[2].may_run_code)
        raise adaptive.MachineError("enough")

    monkeypatch.setattr(opening, "open_live", open_live)
    for options in ({}, {"allow_code": True}):
        with pytest.raises(adaptive.MachineError, match="enough"):
            adaptive.play(preset, sink="null", **options)

    assert allowed == [False, True]


def test_it_begins_as_it_was_told(preset: adaptive.Preset) -> None:
    with adaptive.play(preset, sink="null", parameters={"threat": 0.5}, states={"place": "road"}) as music:
        assert music.parameters["threat"].value == 0.5
        assert music.section == "fight"


def test_it_listens_where_it_is_told_and_a_taken_port_is_a_machine_error(preset: adaptive.Preset) -> None:
    with adaptive.play(preset, sink="null", tcp=0, http=("127.0.0.1", 0)) as music:
        assert sorted(music.ports) == ["http", "tcp"]
        with socket.create_connection(("127.0.0.1", music.ports["tcp"])) as client:
            client.sendall(b'{"parameter": "threat", "value": 0.75, "id": "a"}\n')
            lines = client.makefile("r", encoding="utf-8")
            assert '"hello"' in lines.readline()
            assert '"accepted"' in lines.readline()
        with pytest.raises(adaptive.MachineError, match="is taken"):
            adaptive.play(preset, sink="null", tcp=music.ports["tcp"])
        assert music.is_playing


def test_the_environment_names_the_sink_and_a_browser_gets_an_address(
    preset: adaptive.Preset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(opening.SINK_VARIABLE, "web")
    monkeypatch.setattr(opening, "PAGE", ("127.0.0.1", 0))
    with caplog.at_level(logging.WARNING, "adaptive"), adaptive.play(preset) as music:
        assert music.sink == "web"
        port = music.ports["http"]

    assert f"listen at http://127.0.0.1:{port}/" in caplog.text
