"""What may be asked of the conductor, each with an optional id that asks for receipts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetState:
    """Set a state group to one of its values."""

    group: str
    value: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class FireEvent:
    """Fire an event: `velocity` 0 … 1; too late after `expires_s`."""

    name: str
    velocity: float = 1.0
    expires_s: float | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetTempo:
    """Ask for a tempo in quarter notes a minute; None lets go."""

    tempo_bpm: float | None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """Begin to play, or stop musically."""

    is_playing: bool
    id: str | None = None


Message = SetState | FireEvent | SetTempo | Transport


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message.

    Parameters
    ----------
    id : str
        The message's id.
    status : str
        ``accepted``, then one of ``merged``, ``superseded``, ``dropped``, ``failed``, ``finished``.
    reason : str
        One sentence.
    frame : int or None
        Frame of the timeline at which it sounds.
    position : str
        That frame as bar.beat.tick.
    """

    id: str
    status: str
    reason: str
    frame: int | None = None
    position: str = ""
    rule: str = ""
