"""Messages to the conductor as lines of a trace, which `adaptive.inputs.trace` reads again."""

from __future__ import annotations

from typing import Any

from adaptive.conductor.messages import (
    ExternalClock,
    FireEvent,
    ForgetPlace,
    Jump,
    LockLayers,
    Message,
    MoveProgramme,
    Regenerate,
    SetChord,
    SetFollowing,
    SetKey,
    SetMix,
    SetMood,
    SetOutputLatency,
    SetProgramme,
    SetSnapshot,
    SetState,
    SetSteer,
    SetTempo,
    TakeBack,
    TakeSteps,
    Transport,
)
from adaptive.follow.programme import programme_json


def message_json(message: Message) -> dict[str, Any]:
    """The keys of a trace's line for a message, without its time."""
    if isinstance(message, SetState):
        return {"state": {message.group: message.value}}
    if isinstance(message, FireEvent):
        line: dict[str, Any] = {"event": message.name, "velocity": message.velocity}
        if message.expires_s is not None:
            line["expires_s"] = message.expires_s
        return line
    if isinstance(message, TakeSteps):
        steps: dict[str, Any] = {"event": message.event, "age_s": list(message.ages_s)}
        return steps if message.is_timed else {**steps, "is_timed": False}
    if isinstance(message, SetTempo):
        return {"tempo": message.tempo_bpm}
    if isinstance(message, Transport):
        return _transport(message)
    if isinstance(message, ForgetPlace):
        return {"message": {"forget": message.name}}
    if isinstance(message, SetMix | SetSnapshot):
        return {"message": _mixer(message)}
    if isinstance(message, LockLayers | Regenerate | TakeBack):
        return {"message": _takes(message)}
    if isinstance(message, SetSteer | SetMood | SetKey | SetChord):
        return {"message": _steering(message)}
    if isinstance(message, Jump):
        bar = {} if message.bar is None else {"bar": message.bar}
        return {"message": {"jump": {"section": message.section, **bar}}}
    return {"message": _follow(message)}


def _mixer(message: SetMix | SetSnapshot) -> dict[str, Any]:
    if isinstance(message, SetSnapshot):
        return {"snapshot": dict(message.values)}
    return {"mix": dict(message.values), "seconds": message.seconds}


def _follow(message: Message) -> dict[str, Any]:
    if isinstance(message, SetProgramme):
        return {"programme": None if message.programme is None else programme_json(message.programme)}
    if isinstance(message, MoveProgramme):
        return {"programme": message.word}
    if isinstance(message, SetFollowing):
        keys = {"mode": message.mode, "lead_to": message.lead_to_spm, "lead_ms": message.lead_ms}
        return {"tempo_follow": {key: value for key, value in keys.items() if value is not None}}
    if isinstance(message, ExternalClock):
        age = {} if message.beat_age_s is None else {"beat_age_s": message.beat_age_s}
        tempo_bpm = message.tempo_bpm
        return {"external_clock": None if tempo_bpm is None else {"tempo_bpm": tempo_bpm, **age}}
    if isinstance(message, SetOutputLatency):
        return {"output_latency_ms": message.milliseconds}
    return {"restart": True}


def _takes(message: LockLayers | Regenerate | TakeBack) -> dict[str, Any]:
    if isinstance(message, LockLayers):
        return {"lock": list(message.layers)}
    if isinstance(message, TakeBack):
        return {"take_back": True}
    bars = {} if message.bars is None else {"bars": list(message.bars)}
    return {"regenerate": {"layers": list(message.layers), **bars}}


def _steering(message: SetSteer | SetMood | SetKey | SetChord) -> dict[str, Any]:
    if isinstance(message, SetSteer):
        layer = {"layer": message.layer} if message.layer else {}
        return {"steer": dict(message.values), **layer}
    if isinstance(message, SetMood):
        point = message.point
        named = message.word or (None if point is None else {"valence": point[0], "arousal": point[1]})
        return {"mood": named}
    return {"key": message.key} if isinstance(message, SetKey) else {"chord": message.chord}


def _transport(message: Transport) -> dict[str, Any]:
    if message.is_playing:
        return {"play": True}
    return {"stop": True if message.seconds is None else {"seconds": message.seconds}}
