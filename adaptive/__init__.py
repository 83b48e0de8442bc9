"""adaptive: a real-time adaptive soundtrack engine.

The names below are what a program uses; `docs/python.md` shows how.  They are imported when they are first
used, so that ``import adaptive`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adaptive.api.events import Beat, SectionChange, SoundedNote
    from adaptive.api.generators import register_generator
    from adaptive.api.message_receipts import MessageReceipts, Moment
    from adaptive.api.opening import load, play, play_async
    from adaptive.api.rendering import render
    from adaptive.api.session import Session
    from adaptive.api.take import Take
    from adaptive.composer.context import BarContext, WrittenBar
    from adaptive.composer.harmony import Harmony
    from adaptive.errors import (
        AdaptiveError,
        AudioFileError,
        CallbackError,
        DeviceError,
        EndedError,
        InputError,
        MachineError,
        PresetError,
        ProtocolError,
        TraceError,
        UnknownNameError,
    )
    from adaptive.music.chord import Chord
    from adaptive.music.note import Note
    from adaptive.music.scale import Key
    from adaptive.preset.model import Preset
    from adaptive.session.input_kinds import register_input
    from adaptive.session.sink_kinds import register_sink

__version__ = "0.1.0"

_HOME = {
    "AdaptiveError": "adaptive.errors",
    "AudioFileError": "adaptive.errors",
    "BarContext": "adaptive.composer.context",
    "Beat": "adaptive.api.events",
    "CallbackError": "adaptive.errors",
    "Chord": "adaptive.music.chord",
    "DeviceError": "adaptive.errors",
    "EndedError": "adaptive.errors",
    "Harmony": "adaptive.composer.harmony",
    "InputError": "adaptive.errors",
    "Key": "adaptive.music.scale",
    "MachineError": "adaptive.errors",
    "MessageReceipts": "adaptive.api.message_receipts",
    "Moment": "adaptive.api.message_receipts",
    "Note": "adaptive.music.note",
    "Preset": "adaptive.preset.model",
    "PresetError": "adaptive.errors",
    "ProtocolError": "adaptive.errors",
    "SectionChange": "adaptive.api.events",
    "Session": "adaptive.api.session",
    "SoundedNote": "adaptive.api.events",
    "Take": "adaptive.api.take",
    "TraceError": "adaptive.errors",
    "UnknownNameError": "adaptive.errors",
    "WrittenBar": "adaptive.composer.context",
    "load": "adaptive.api.opening",
    "play": "adaptive.api.opening",
    "play_async": "adaptive.api.opening",
    "register_generator": "adaptive.api.generators",
    "register_input": "adaptive.session.input_kinds",
    "register_sink": "adaptive.session.sink_kinds",
    "render": "adaptive.api.rendering",
}
"""Public name to the module that defines it."""

__all__ = [
    "AdaptiveError",
    "AudioFileError",
    "BarContext",
    "Beat",
    "CallbackError",
    "Chord",
    "DeviceError",
    "EndedError",
    "Harmony",
    "InputError",
    "Key",
    "MachineError",
    "MessageReceipts",
    "Moment",
    "Note",
    "Preset",
    "PresetError",
    "ProtocolError",
    "SectionChange",
    "Session",
    "SoundedNote",
    "Take",
    "TraceError",
    "UnknownNameError",
    "WrittenBar",
    "__version__",
    "load",
    "play",
    "play_async",
    "register_generator",
    "register_input",
    "register_sink",
    "render",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        message = f"module 'adaptive' has no attribute {name!r}"
        raise AttributeError(message)
    found: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
