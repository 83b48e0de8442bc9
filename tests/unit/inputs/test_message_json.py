from __future__ import annotations

import json
from pathlib import Path

import pytest

from adaptive.conductor.messages import (
    ExternalClock,
    FireEvent,
    ForgetPlace,
    Jump,
    LockLayers,
    Message,
    Restart,
    SetChord,
    SetKey,
    SetMix,
    SetMood,
    SetState,
    SetSteer,
    SetTempo,
    TakeBack,
    Transport,
)
from adaptive.inputs.message_json import message_json
from adaptive.inputs.trace import read_trace
from tests.helpers.presets import RATE, two_sections

MESSAGES = [
    ExternalClock(124.0, 0.25),
    ExternalClock(124.0),
    ExternalClock(None),
    SetState("section", "fight"),
    FireEvent("hit", 0.5),
    FireEvent("hit", 1.0, 0.25),
    SetTempo(100.0),
    SetTempo(None),
    Transport(is_playing=False),
    Transport(is_playing=True),
    Transport(is_playing=False, seconds=0.0),
    Transport(is_playing=False, seconds=2.5),
    ForgetPlace("fight"),
    Restart(),
    Jump("fight", 3),
    SetMix((("layers.calm.level_db", -6.0), ("layers.fight.level_db", None)), 0.5),
    SetSteer((("density", 0.25), ("push", None))),
    SetMood((-0.45, 0.6), "tense"),
    SetMood((0.1, -0.2)),
    SetMood(None),
    SetKey("D minor"),
    SetKey(None),
    SetChord("Dm7/G"),
    SetChord(None),
    LockLayers(()),
    TakeBack(),
]


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_a_trace_reads_what_was_written_for_a_message(tmp_path: Path, message: Message) -> None:
    preset = two_sections(tmp_path, more='[stingers.hit]\nstem = "blow.wav"\n')
    path = tmp_path / "trace.jsonl"
    path.write_text(json.dumps({"t": 1.0, **message_json(message)}), encoding="utf-8")

    assert read_trace(path, preset, RATE).lines[0].messages == (message,)
