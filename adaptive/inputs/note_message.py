"""Notes that are played live on a layer of the preset, from any input."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from adaptive.errors import ProtocolError
from adaptive.inputs.shown import shown
from adaptive.preset.schema import PresetFile

HIGHEST = 127
"""Highest pitch, as a MIDI number."""

USUAL_VELOCITY = 0.8
"""Velocity of a note that does not say how hard it is played."""


@dataclass(frozen=True, slots=True)
class PlayNote:
    """Play a note of a layer now, or end it.

    Parameters
    ----------
    layer : str
        A generated layer: its instrument plays; or one with a pyo patch.
    pitch : int
        MIDI number, 0 … 127; of a drum kit, the key of the General MIDI percussion map.
    velocity : float
        0 … 1; 0 ends the note.
    id : str or None
        Asks for receipts.
    """

    layer: str
    pitch: int
    velocity: float = USUAL_VELOCITY
    id: str | None = None

    @property
    def is_end(self) -> bool:
        """Whether it ends a note."""
        return self.velocity <= 0.0

    def as_json(self) -> dict[str, Any]:
        """The message that says the same."""
        return {"note": {"layer": self.layer, "pitch": self.pitch, "velocity": round(self.velocity, 6)}}


def check_note(
    layer: Any, pitch: Any, velocity: Any, known: Collection[str], message_id: str | None = None
) -> PlayNote:
    """Check a note.

    Parameters
    ----------
    layer, pitch, velocity : Any
        What was received; None as velocity: `USUAL_VELOCITY`.
    known : collection of str
        Layers that can be played.
    message_id : str or None
        Asks for receipts.

    Raises
    ------
    ProtocolError
        There is no such layer, or a number is out of range.

    Examples
    --------
    >>> check_note("lead", 62.0, 1, ["lead"])
    PlayNote(layer='lead', pitch=62, velocity=1.0, id=None)
    """
    if not isinstance(layer, str) or layer not in known:
        names = f"; there is {', '.join(sorted(known))}" if known else ": no layer here writes notes"
        message = f"there is no layer {shown(layer)} to play{names}"
        raise ProtocolError(message)
    if not _is_number(pitch) or not float(pitch).is_integer() or not 0 <= pitch <= HIGHEST:
        message = f"pitch must be a whole number from 0 to {HIGHEST}, got {shown(pitch)}"
        raise ProtocolError(message)
    velocity = USUAL_VELOCITY if velocity is None else velocity
    if not _is_number(velocity) or not 0.0 <= velocity <= 1.0:
        message = f"velocity must be a number from 0 to 1, got {shown(velocity)}"
        raise ProtocolError(message)
    return PlayNote(layer, int(pitch), float(velocity), message_id)


def layers_with_notes(file: PresetFile, *, has_patches: bool = False) -> list[str]:
    """Names of the layers for which notes are written; with `has_patches` also those with a pyo patch."""
    return [
        name
        for name, table in file.layers.items()
        if (table.generator is not None and table.midi is None) or (has_patches and table.pyo is not None)
    ]


def _is_number(value: Any) -> bool:
    """Whether a value is a number that compares; infinity and NaN fail the ranges above."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) <= 1e9
