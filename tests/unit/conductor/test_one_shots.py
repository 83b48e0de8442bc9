"""Variants of stingers, bridges and fills, from the preset to what is heard, saved and undone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent, SetState
from adaptive.conductor.one_shots import shot_path
from adaptive.conductor.saved_state import SavedMusic
from adaptive.errors import PresetError
from adaptive.music.scale import Key
from adaptive.preset.model import Preset
from tests.helpers.presets import RATE, Player, control_step_of, play, two_sections, write_sine

HZ = {"one": 400.0, "two": 800.0, "three": 1200.0}
FILES = '["one.wav", "two.wav", "three.wav"]'


def with_files(folder: Path, more: str, rule: str = 'exit_at = "bar"') -> Preset:
    folder.mkdir(parents=True, exist_ok=True)
    for name, hz in HZ.items():
        write_sine(folder / f"{name}.wav", hz, beats=1)
    return two_sections(folder, rule, more=more)


def pitch(audio: np.ndarray) -> str:
    """The file whose sine it is."""
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    hz = float(np.fft.rfftfreq(len(audio), 1 / RATE)[spectrum.argmax()])
    return min(HZ, key=lambda name: abs(HZ[name] - hz))


def fired(*at_s: float) -> dict[int, list[FireEvent]]:
    return {control_step_of(at): [FireEvent("hit", id=f"{at}")] for at in at_s}


def test_a_stinger_alternates_between_its_files_and_the_log_names_them(tmp_path: Path) -> None:
    preset = with_files(tmp_path, f'[stingers.hit]\nstem = {FILES}\norder = "sequence"\n')
    played = play(preset, 5.0, fired(0.6, 1.6, 2.6, 3.6))
    strip = played.buses[played.performance.layout.stingers["hit"].bus, 0]
    takes = [line["take"] for line in played.lines("stinger", status="scheduled")]

    assert takes == ["one.wav", "two.wav", "three.wav", "one.wav"]
    heard = [pitch(strip[line["frame"] + 500 : line["frame"] + 9000]) for line in played.lines("stinger")]
    assert [f"{name}.wav" for name in heard] == takes


def test_shuffled_files_do_not_repeat_and_depend_on_the_seed_alone(tmp_path: Path) -> None:
    preset = with_files(tmp_path, f"[stingers.hit]\nstem = {FILES}\n")
    script = fired(*(0.6 + n for n in range(9)))

    def takes(seed: int) -> list[str]:
        return [line["take"] for line in Player(preset, seed).play(10 * RATE, script).lines("stinger")]

    first = takes(1)
    assert first == takes(1)
    assert first != takes(2)
    assert all(a != b for a, b in pairwise(first))
    assert sorted(first[:3]) == sorted(first[3:6]) == ["one.wav", "three.wav", "two.wav"]


def test_a_key_may_have_several_files(tmp_path: Path) -> None:
    stem = '{ "A minor" = ["one.wav", "two.wav"], "Eb major" = "three.wav" }'
    preset = with_files(tmp_path, f'[stingers.hit]\nstem = {stem}\norder = "sequence"\n')
    played = play(preset, 4.0, fired(0.6, 1.6, 2.6))

    assert [line.get("take") for line in played.lines("stinger")] == ["one.wav", "two.wav", "one.wav"]
    assert shot_path("stingers", "hit", Key.parse("A minor")) in played.performance.save().shots


def test_a_stinger_that_moves_keeps_its_file_and_one_that_is_dropped_gives_it_back(tmp_path: Path) -> None:
    keys = 'order = "sequence"\nplay_at = "bar"\nno_room = "drop"\n'
    preset = with_files(tmp_path, f"[stingers.hit]\nstem = {FILES}\n{keys}", 'exit_at = "beat"')
    script = fired(0.1) | {control_step_of(0.3): [SetState("section", "fight")]} | fired(2.1)
    played = play(preset, 4.0, script)

    assert [(line["status"], line.get("take")) for line in played.lines("stinger")] == [
        ("scheduled", "one.wav"), ("dropped", None), ("scheduled", "one.wav"),
    ]  # fmt: skip


BRIDGE = f'[bridges.alarm]\nstem = {FILES}\nlength_beats = 1\norder = "sequence"\n'
FILL = f'[fills.roll]\nstem = {FILES}\nlength_beats = 1\norder = "sequence"\n'


def changes(*at_s: float) -> dict[int, list[SetState]]:
    names = ["fight", "calm"]
    return {control_step_of(at): [SetState("section", names[n % 2])] for n, at in enumerate(at_s)}


def test_a_bridge_alternates_between_its_files(tmp_path: Path) -> None:
    preset = with_files(tmp_path, BRIDGE, 'exit_at = "bar"\nbridge = "alarm"')
    played = play(preset, 9.0, changes(0.5, 2.5, 4.5, 6.5))
    strip = played.buses[played.performance.layout.bridges["bridge:alarm"].bus, 0]
    lines = played.lines("layer", layer="bridge:alarm")

    assert [line["take"] for line in lines] == ["one.wav", "two.wav", "three.wav", "one.wav"]
    heard = [pitch(strip[line["frame"] + 500 : line["frame"] + 9000]) for line in lines]
    assert heard == ["one", "two", "three", "one"]


def test_a_fill_alternates_between_its_files_and_a_withdrawn_one_is_not_counted(tmp_path: Path) -> None:
    preset = with_files(tmp_path, FILL, 'exit_at = "bar"\nfill = "roll"')
    script = changes(0.5, 2.1)  # the second is withdrawn: fight is wanted again
    script[control_step_of(2.3)] = [SetState("section", "fight")]
    script[control_step_of(3.3)] = [SetState("section", "calm")]
    played = play(preset, 5.0, script)
    strip = played.buses[played.performance.layout.fills["roll"].bus, 0]

    assert [line["take"] for line in played.seams()] == ["one.wav", "two.wav", "two.wav"]
    assert [pitch(strip[s * RATE - 11000 : s * RATE - 1000]) for s in (1, 4)] == ["one", "two"]


def test_a_save_goes_on_with_the_next_file_and_repeats_those_that_were_only_planned(tmp_path: Path) -> None:
    more = f'[stingers.hit]\nstem = {FILES}\norder = "sequence"\n{FILL}'
    preset = with_files(tmp_path, more, 'exit_at = "bar"\nfill = "roll"')
    player = Player(preset)
    player.play(round(2.2 * RATE), fired(0.6) | changes(1.1, 2.1))
    text = msgspec.json.encode(player.performance.save())
    saved = msgspec.json.decode(text, type=SavedMusic)
    again = Player(preset, saved=saved).play(2 * RATE, fired(0.6))

    assert {path: pick.count for path, pick in saved.shots.items()} == {"stingers.hit": 1, "fills.roll": 1}
    assert again.lines("stinger")[0]["take"] == "two.wav"
    assert again.seams()[0]["take"] == "two.wav"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("[stingers.hit]\nstem = []\n", "stingers.hit.stem: must have at least one file"),
        ('[fills.roll]\nlength_beats = 1\nstem = ["one.wav", "one.wav"]\n', "`one.wav` is there already"),
        ('[bridges.x]\nlength_beats = 1\nstem = ["one.wav", "onn.wav"]\n', "did you mean `one.wav`?"),
        ('[stingers.hit]\nstem = { "A minor" = [] }\n', "must have at least one file"),
    ],
)
def test_a_list_that_cannot_be_is_a_fault(tmp_path: Path, more: str, expected: str) -> None:
    with pytest.raises(PresetError) as caught:
        with_files(tmp_path, more)

    assert expected in str(caught.value)
