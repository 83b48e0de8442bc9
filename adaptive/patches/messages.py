"""What goes between the engine and the process of a patch, as MessagePack."""

from __future__ import annotations

import msgspec


class PatchNote(msgspec.Struct, frozen=True, array_like=True):
    """A written note: first frame, frames for which it is held, MIDI pitch, velocity from 0 to 1."""

    frame: int
    frames: int
    pitch: float
    velocity: float


class LivePatchNote(msgspec.Struct, frozen=True, array_like=True):
    """A note that is played live: the frame at which it begins, or with velocity 0 ends; MIDI pitch."""

    frame: int
    pitch: float
    velocity: float


class Update(msgspec.Struct, frozen=True):
    """What a patch is told: values that have changed, the beat at a frame, and the notes to come.

    `beat` lies at `frame`; from there on a frame lasts `beats_a_frame`.  `notes` replaces all notes that have
    not begun; None: they are unchanged.  In
    lockstep, frames up to `until` come before the next update.  `live` comes beside what was told before.
    """

    parameters: dict[str, float] = {}
    frame: int = 0
    beat: float = 0.0
    beats_a_frame: float = 0.0
    tempo_bpm: float = 120.0
    notes: tuple[PatchNote, ...] | None = None
    until: int = 0
    live: tuple[LivePatchNote, ...] = ()


class PatchBeginning(msgspec.Struct, frozen=True):
    """The first message to a patch: its file, its ring, and what it may ask for.

    `is_lockstep`: it renders as far as each update says, and not as far as its ring has room, so that a file
    is rendered alike each time.
    """

    file: str
    function: str
    ring: str
    capacity: int
    latency: int
    sample_rate: int
    parameters: dict[str, float]
    is_lockstep: bool = False


class PatchReply(msgspec.Struct, frozen=True):
    """What a patch tells: that it plays, or what is wrong; `is_over`: it has ended."""

    sentence: str = ""
    is_over: bool = False
