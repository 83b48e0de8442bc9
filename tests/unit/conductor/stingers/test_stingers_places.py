from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent, SetState, SetTempo
from adaptive.music.chord import Chord
from adaptive.music.degrees import nearest_key, pitch_of_degree, pitch_over_chord
from adaptive.music.scale import Key
from tests.helpers.presets import (
    BAR,
    BEAT,
    STEM_LAYERS,
    Played,
    control_step_of,
    make_preset,
    play,
    write_sine,
)

SECTIONS = (
    STEM_LAYERS
    + """
[sections.calm]
layers = ["calm"]
length_bars = 4
phrase_bars = 2
markers = { lift = 3, early = "1.3" }
key = "A minor"
[sections.fight]
layers = ["fight"]
length_bars = 4
key = "E major"
{fight}
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
"""
)


SCALE = ["A4", "B4", "C5", "D5", "E5", "F5", "G5", "A5"]


def placed(folder: Path, stinger: str, script: object, seconds: float = 6.0, fight: str = "") -> Played:
    body = SECTIONS.replace("{fight}", fight) + f"[stingers.hit]\n{stinger}\n"
    return play(make_preset(folder, body), seconds, script)  # type: ignore[arg-type]


def hit(message_id: str | None = "h") -> FireEvent:
    return FireEvent("hit", 1.0, None, message_id)


@pytest.mark.parametrize(
    ("play_at", "expected"),
    [
        ('"immediate"', None),
        ('"beat"', 1.5),
        ('"bar"', 2.0),
        ("{ every_beats = 3 }", 1.5),
        ("{ every_beats = 2, offset_beats = 0.5 }", 1.625),
        ("{ every_bars = 3 }", 3.0),
        ('"phrase"', 2.0),
        ('{ marker = "any" }', 2.0),
        ('{ marker = "early" }', 4.5),
        ('"end"', 4.0),
    ],
)
def test_a_stinger_lands_with_its_first_beat_on_any_grid(
    tmp_path: Path, play_at: str, expected: float | None
) -> None:
    table = f'stem = "blow.wav"\nfirst_beat_s = 0.1\nplay_at = {play_at}\nexpires_s = 9.0'
    played = placed(tmp_path, table, {control_step_of(1.3): [hit()]})
    line = played.lines("stinger")[0]
    blow = played.buses[played.performance.layout.stingers["hit"].bus, 0]

    if expected is not None:
        assert line["frame"] == expected * BAR
    else:
        assert line["frame"] == line["decided_frame"] + 2400 + 4800
    assert abs(int(np.abs(blow).argmax()) - line["frame"]) <= 2


def test_a_stinger_without_a_place_waits_for_the_next_section_or_is_dropped(tmp_path: Path) -> None:
    script = {control_step_of(1.3): [SetState("section", "fight")], control_step_of(1.4): [hit()]}
    table = 'stem = "blow.wav"\nplay_at = { every_beats = 4, offset_beats = 2 }\nfirst_beat_s = 0.1\n'
    table += "expires_s = 9.0\n"
    carried = placed(tmp_path / "a", table, {**script, control_step_of(1.5): [hit("i")]})
    dropped = placed(tmp_path / "b", table + 'no_room = "drop"', {**script, control_step_of(1.5): [hit("i")]})

    assert [line["frame"] for line in carried.lines("stinger")] == [round(2.5 * BAR)] * 2
    assert dropped.told("h") == ["dropped"]
    assert "no room for it before calm is left" in dropped.lines("stinger")[0]["reason"]


def test_a_scheduled_stinger_moves_to_the_grid_of_a_section_that_is_planned_later(tmp_path: Path) -> None:
    table = 'stem = "blow.wav"\nplay_at = { every_bars = 3 }\nfirst_beat_s = 0.1\nexpires_s = 9.0'
    script = {control_step_of(0.3): [hit()], control_step_of(0.6): [SetState("section", "fight")]}
    played = placed(tmp_path, table, script)
    scheduled, moved = played.lines("stinger")
    blow = played.buses[played.performance.layout.stingers["hit"].bus, 0]

    assert (scheduled["status"], scheduled["frame"]) == ("scheduled", 3 * BAR)
    # fight begins at 1 s; its grid of three bars is counted from there
    assert (moved["status"], moved["frame"]) == ("moved", 1 * BAR)
    assert abs(int(np.abs(blow).argmax()) - 1 * BAR) <= 2
    assert played.told("h") == ["accepted", "deferred", "started", "finished"]


def test_a_stinger_returns_to_its_grid_when_the_transition_is_cancelled(tmp_path: Path) -> None:
    table = 'stem = "blow.wav"\nplay_at = { marker = "lift" }\nfirst_beat_s = 0.1\nexpires_s = 9.0'
    script = {
        control_step_of(0.2): [hit()],
        control_step_of(0.4): [SetState("section", "fight")],
        control_step_of(0.6): [SetState("section", "calm")],
    }
    played = placed(tmp_path, table, script, fight="markers = { lift = 2 }")

    assert [(line["status"], line["frame"] / BAR) for line in played.lines("stinger")] == [
        ("scheduled", 2.0),
        ("moved", 2.0),
        ("moved", 2.0),
    ]
    without_marker = placed(tmp_path / "b", table, {**script, control_step_of(0.6): []})
    assert without_marker.lines("stinger")[-1]["status"] == "dropped"
    assert without_marker.told("h") == ["accepted", "dropped"]


def test_a_stinger_keeps_to_the_beat_when_the_tempo_moves(tmp_path: Path) -> None:
    body = (
        '[layers.drums]\ngenerator = "drums"\n[sections.calm]\nlayers = ["drums"]\nlength_bars = 4\n'
        '[stingers.hit]\nstem = "blow.wav"\nfirst_beat_s = 0.1\nplay_at = "bar"\nexpires_s = 9.0\n'
    )
    script = {control_step_of(0.2): [hit()], control_step_of(0.4): [SetTempo(160.0)]}
    played = play(make_preset(tmp_path, body), 4, script)
    bar_2 = played.performance.conductor.tempo.frame_at(4.0)

    assert played.lines("stinger")[-1]["frame"] == bar_2
    assert bar_2 > BAR


def test_a_recorded_stinger_is_chosen_by_the_present_key(tmp_path: Path) -> None:
    for name, hz in (("hit_a", 220.0), ("hit_e", 1300.0)):
        write_sine(tmp_path / f"{name}.wav", hz, beats=1)
    table = 'stem = { "A minor" = "hit_a.wav", "E major" = "hit_e.wav" }'
    script = {
        control_step_of(0.3): [hit("a")],
        control_step_of(1.3): [SetState("section", "fight")],
        control_step_of(2.3): [hit("b")],
    }
    played = placed(tmp_path, table, script)
    bus = played.buses[played.performance.layout.stingers["hit"].bus, 0]

    def pitch(at: int) -> int:
        return int(np.argmax(np.abs(np.fft.rfft(bus[at : at + BEAT])))) * 4

    assert pitch(2 * BEAT) == 220
    assert pitch(10 * BEAT) == 1300


def test_a_written_stinger_is_transposed_to_the_key_or_the_chord(tmp_path: Path) -> None:
    table = (
        'instrument = "bell"\nnotes = [{ at = -0.5, degree = 5 }, { at = 0, degree = 8, beats = 2 }]\n'
        'play_at = "beat"'
    )
    script = {
        control_step_of(0.3): [hit("a")],
        control_step_of(1.3): [SetState("section", "fight")],
        control_step_of(2.3): [hit("b")],
    }
    played = placed(tmp_path / "a", table, script)
    assert [line["pitches"] for line in played.lines("stinger")] == [["E5", "A5"], ["B5", "E6"]]
    # its pickup sounds half a beat before the sync point
    first = played.lines("stinger")[0]
    assert first["frame"] - first["starts_frame"] == BEAT // 2

    chords = placed(tmp_path / "b", table + '\nfollows = "chord"', script, fight='chords = ["E", "C#m"]')
    assert chords.lines("stinger")[1]["pitches"][-1][:2] == "E6"
    assert chords.told("b") == ["accepted", "started", "finished"]


def test_degrees_follow_key_and_chord() -> None:
    minor, chord = Key.parse("A minor"), Chord.parse("F")

    assert [str(pitch_of_degree(minor, d, 69)) for d in range(1, 9)] == SCALE
    assert [str(pitch_over_chord(chord, minor, d, 65)) for d in (1, 3, 5, 8)] == ["F4", "A4", "C5", "F5"]
    for quality in ("", "m7b5", "sus4", "maj7", "7"):
        over = Chord.parse(f"B{quality}")
        line = [pitch_over_chord(over, minor, d, 60).midi for d in range(-6, 16)]
        assert line == sorted(set(line))
    assert nearest_key(Key.parse("E minor"), [Key.parse("F major"), Key.parse("G major")]) == 1


def test_a_cooldown_counts_scheduled_stingers_too(tmp_path: Path) -> None:
    table = 'stem = "blow.wav"\nplay_at = "bar"\nfirst_beat_s = 0.1\ncooldown_s = 1.5\nexpires_s = 3.0'
    script = {
        control_step_of(0.2): [hit("a")],
        control_step_of(0.4): [hit("b")],
        control_step_of(1.6): [hit("c")],
        control_step_of(2.6): [hit("d")],
    }
    played = placed(tmp_path, table, script)

    assert [played.told(name)[-1] for name in "abcd"] == ["finished", "dropped", "dropped", "finished"]
