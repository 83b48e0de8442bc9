from __future__ import annotations

import time
from pathlib import Path

import pytest

from adaptive.cli import midi_command
from adaptive.cli.midi_command import append_table, midi
from adaptive.errors import InputError, MachineError, PresetError
from adaptive.inputs.midi.ports import Take
from adaptive.preset.load import load
from tests.helpers.midi_ports import FakeMidi, FakePort
from tests.helpers.presets import two_sections

MORE = '[parameters.threat]\n[stingers.hit]\nstem = "blow.wav"\n'


class PlayedMidi(FakeMidi):
    """Each port sends something as soon as it is open, a while ago: what was moved is decided at once."""

    sent: tuple[str, ...] = ()

    def open_input(self, name: str, take: Take) -> FakePort:
        port = super().open_input(name, take)
        for text in self.sent:
            self.play(name, text, time.monotonic() - 10.0)
        return port


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> PlayedMidi:
    made = PlayedMidi(("nano",), ("synth",))
    monkeypatch.setattr(midi_command, "find_system", lambda: made)
    return made


FADER = tuple(f"b010{value:02x}" for value in range(0, 128, 8))


def test_ports_are_listed_with_what_they_send(system: PlayedMidi, capsys: pytest.CaptureFixture[str]) -> None:
    midi(seconds=0.0)
    assert capsys.readouterr().out == "in  nano\nout synth\n"
    system.sent = ("953c64", "f8", "f8", "e00040")
    midi(port="NAN", seconds=0.05)
    assert capsys.readouterr().out.splitlines()[2:] == [
        "nano: note on 6 60 100", "nano: clock", "nano: bend 1 0 64",
    ]  # fmt: skip
    assert system.opened["nano"].is_closed


def test_a_control_is_learned_and_added_to_the_preset(
    system: PlayedMidi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = two_sections(tmp_path / "small", more=MORE)
    file = preset.folder / "preset.toml"
    before = file.read_text(encoding="utf-8")
    system.sent = FADER
    midi(learn="threat", into=file, seconds=5.0)
    assert file.read_text(encoding="utf-8").startswith(before)
    table = load(preset.folder).file.inputs[0]
    assert (table.midi, table.port, table.channel, table.parameter) == ("cc 16", "nano", 1, "threat")
    assert f"nano, cc 16 on channel 1 moves threat: added to {file}" in capsys.readouterr().err


def test_an_event_is_found_in_the_preset_and_printed(
    system: PlayedMidi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two_sections(tmp_path / "small", more=MORE)
    system.sent = ("903c64",)
    midi(learn="hit", preset=str(tmp_path / "small"), seconds=5.0)
    assert 'midi    = "note 60"' in capsys.readouterr().out
    with pytest.raises(InputError, match="no parameter, state, event or layer 'hot'; there is threat"):
        midi(learn="hot", preset=str(tmp_path / "small"))


def test_what_cannot_be_is_one_sentence(system: PlayedMidi) -> None:
    with pytest.raises(MachineError, match="no MIDI port is called 'keys'"):
        midi(port="keys")
    with pytest.raises(InputError, match=r"nothing was moved within 0\.05 s"):
        midi(learn="threat", seconds=0.05)
    with pytest.raises(midi_command.UsageError, match="go with --learn"):
        midi(preset="small")
    system.there = []
    with pytest.raises(MachineError, match="there is no MIDI port to learn from"):
        midi(learn="threat")


def test_a_file_that_is_no_toml_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text("schema = \n", encoding="utf-8")
    with pytest.raises(PresetError):
        append_table(file, "[[inputs]]\n")
    assert file.read_text(encoding="utf-8") == "schema = \n"
    assert [path.name for path in tmp_path.iterdir()] == ["site.toml"]
    append_table(tmp_path / "new.toml", "[[inputs]]\n")
    assert (tmp_path / "new.toml").read_text(encoding="utf-8") == "[[inputs]]\n"
