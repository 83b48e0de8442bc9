from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.errors import QueueFullError
from adaptive.inputs.control_message import MoveControl, check_control
from adaptive.inputs.note_message import PlayNote
from adaptive.inputs.trace import read_trace_lines
from adaptive.music.channel_note import BEND
from adaptive.preset.load import load
from adaptive.session.live_notes import LiveNotes
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import Performance, vocabulary

PRESET = """schema = 1
name = "keys"
tempo_bpm = 60
[layers.lead]
generator = "melody"
instrument = "lead_soft"
[layers.kit]
generator = "drums"
density = 0.0
[sections.calm]
layers = ["lead", "kit"]
length_bars = 4
"""


def moved(value: int) -> MoveControl:
    """A pitch bend of 14 bits."""
    return MoveControl("lead", BEND, value / 16384.0)


@pytest.fixture
def played(tmp_path: Path) -> Performance:
    (tmp_path / "preset.toml").write_text(PRESET)
    performance = Performance(load(tmp_path, vocabulary()), seed=1)
    performance.begin()
    return performance


def logged(performance: Performance) -> list[Any]:
    """Its lines about live notes, as they come."""
    found: list[Any] = []
    performance.log.listeners.append(lambda line: found.append(line) if line["kind"] == "live_note" else None)
    return found


def pull(performance: Performance, steps: int) -> tuple[np.ndarray, list[Any]]:
    audio, sounded = [], []
    for _ in range(steps):
        audio.append(performance.engine.pull(256))
        sounded += performance.live_notes.take_replies(performance.engine.drain_replies())
        performance.step()
    return np.concatenate(audio), sounded


def test_a_note_sounds_from_the_next_quantum_until_it_is_ended(played: Performance, tmp_path: Path) -> None:
    other = Performance(played.preset, seed=1)
    other.begin()
    notes, conductor, lines = played.live_notes, played.conductor, logged(played)
    plain, _ = pull(other, 40)
    before, _ = pull(played, 4)
    assert notes.play(PlayNote("lead", 72, 1.0), conductor) == ""
    during, begun = pull(played, 16)
    assert list(notes.held) == [("lead", 72)]
    notes.play(PlayNote("lead", 72, 0.0), conductor)
    after, ended = pull(played, 20)

    assert [(one.frame, one.note.velocity) for one in begun] == [(1024, 1.0)]
    assert [one.frame for one in ended] == [20 * 256]
    assert notes.held == {}
    assert [line["frame"] for line in lines] == [1024, 5120]
    whole = np.concatenate([before, during, after])
    differs = np.flatnonzero(np.abs(whole - plain).max(axis=1))
    delay = played.engine.output_delay_frames
    assert 1024 + delay <= differs[0] <= 1024 + delay + 64

    repeated = Performance(played.preset, seed=1)
    repeated.begin()
    lines_again = logged(repeated)
    repeated.schedule_notes((one.frame, one.note) for one in (*begun, *ended))
    again, _ = pull(repeated, 40)
    assert np.array_equal(again, whole)
    assert lines_again == lines


def test_a_bend_is_heard_in_the_next_quantum_and_a_render_repeats_it(played: Performance) -> None:
    notes, conductor = played.live_notes, played.conductor
    pull(played, 4)
    notes.play(PlayNote("lead", 72, 1.0), conductor)
    _, begun = pull(played, 12)
    heard = [one for value in (5000, 9000, 16383) if notes.play(moved(value), conductor) == ""
             for one in pull(played, 3)[1]]  # fmt: skip
    at_rest, _ = pull(played, 12)

    assert [one.frame for one in heard] == [16 * 256, 19 * 256, 22 * 256]
    recorded = [json.loads(json.dumps(one.note.as_json()))["control"] for one in heard]
    again = [check_control(one["layer"], one["control"], one["value"], ["lead"]) for one in recorded]
    repeated = Performance(played.preset, seed=1)
    repeated.begin()
    repeated.schedule_notes([(one.frame, one.note) for one in begun])
    repeated.schedule_notes([(one.frame, note) for one, note in zip(heard, again, strict=True)])
    whole, _ = pull(repeated, 37)
    straight = Performance(played.preset, seed=1)
    straight.begin()
    straight.schedule_notes([(one.frame, one.note) for one in begun])
    other, _ = pull(straight, 37)
    assert np.array_equal(whole[-len(at_rest) :], at_rest)
    differs = np.flatnonzero(np.abs(whole - other).max(axis=1))
    assert 16 * 256 + played.engine.output_delay_frames <= differs[0] < 16 * 256 + 200
    assert notes.play(MoveControl("kit", BEND, 0.0), conductor) != ""


def test_a_drum_is_struck_and_held_by_nobody(played: Performance) -> None:
    notes, conductor = played.live_notes, played.conductor
    pull(played, 2)
    assert notes.play(PlayNote("kit", 38, 1.0), conductor) == ""
    assert notes.play(PlayNote("kit", 38, 0.0), conductor) == ""
    assert notes.play(PlayNote("kit", 127, 1.0), conductor) == "kit has no drum at key 127"
    _, sounded = pull(played, 4)

    assert [(one.frame, one.note.pitch) for one in sounded] == [(512, 38)]
    assert notes.held == {}


def test_the_notes_of_an_owner_are_ended_and_no_others(played: Performance) -> None:
    notes, conductor, first, second = played.live_notes, played.conductor, object(), object()
    notes.play(PlayNote("lead", 60), conductor, first)
    notes.play(PlayNote("lead", 64), conductor, second)
    assert notes.release(conductor, first) == 1
    assert list(notes.held) == [("lead", 64)]
    assert notes.release(conductor, is_all=True) == 1


def test_the_end_of_a_note_is_tried_again_while_the_queue_is_full(
    played: Performance, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes, conductor = played.live_notes, played.conductor
    notes.play(PlayNote("lead", 60), conductor)
    pull(played, 2)

    def full(_commands: Any) -> int:
        raise QueueFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(played.engine, "post", full)
        notes.play(PlayNote("lead", 60, 0.0), conductor)
        assert notes.play(PlayNote("lead", 62), conductor) == "no room"
    notes.report(1, conductor.playback)
    _, sounded = pull(played, 2)

    assert [one.note for one in sounded] == [PlayNote("lead", 60, 0.0)]
    assert notes.held == {}


def test_a_layer_that_an_edit_took_away_is_named(played: Performance) -> None:
    gone = LiveNotes(played.engine).play(PlayNote("old", 60), played.conductor)
    assert gone == "there is no layer old any more"


def test_a_note_of_a_layer_that_an_edit_takes_away_ends(played: Performance) -> None:
    notes, conductor = played.live_notes, played.conductor
    notes.play(PlayNote("lead", 60), conductor)
    pull(played, 2)
    del conductor.assets.generated["lead"]
    notes.report(2, conductor.playback)
    assert notes.held == {}
    assert [one.note for one in pull(played, 2)[1]] == [PlayNote("lead", 60, 0.0)]


HIT = """schema = 1
name = "hit"
tempo_bpm = 60
[steer]
mute_drums = true
[layers.hit]
generator = "drums"
level_db = {level_db}
pan = {pan}
cutoff_hz = {cutoff_hz}
sends = {{ reverb = {send} }}
inserts = [{{ kind = "eq", id = "eq", low_mid_db = {low_mid_db}, low_mid_hz = 500.0 }}]
[sections.calm]
layers = ["hit"]
length_bars = 4
"""
PLAIN = {"level_db": 0.0, "pan": 0.0, "cutoff_hz": 20000.0, "send": -6.0, "low_mid_db": 0.0}
TOLD = {"level_db": -60.0, "pan": 0.5, "cutoff_hz": 2000.0, "send": -20.0, "low_mid_db": 6.0}


def heard_of(folder: Path, values: dict[str, float], *messages: dict[str, Any]) -> np.ndarray:
    """The second second of a preset; the messages of one transaction come at 1.003 s."""
    folder.mkdir()
    (folder / "preset.toml").write_text(HIT.format(**values))
    preset = load(folder, vocabulary())
    line = json.dumps({"t": 1.003, "message": list(messages)})
    trace = read_trace_lines([line.encode()], preset, 48000)
    renderer = Renderer(RenderJob(preset, 1, 1.5, trace, ending="cut"))
    return np.concatenate(list(renderer.control_steps()))[48000:]


def test_a_value_in_the_transaction_that_starts_a_sound_holds_from_its_first_frame(tmp_path: Path) -> None:
    note = {"note": {"layer": "hit", "pitch": 38, "velocity": 1.0}}
    paths = ("level_db", "pan", "cutoff_hz", "sends.reverb", "inserts.eq.low_mid_db")
    told = {"mix": {f"layers.hit.{path}": value for path, value in zip(paths, TOLD.values(), strict=True)}}
    expected = heard_of(tmp_path / "written", TOLD, {"mix": {"layers.hit.pan": TOLD["pan"]}}, note)
    found = heard_of(tmp_path / "told", PLAIN, told, note)

    assert 1e-5 < np.abs(expected).max() < 1e-3
    np.testing.assert_allclose(found, expected, atol=2e-8)
