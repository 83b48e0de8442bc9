"""What a MIDI file plays: notes of a channel, and changes of its controls."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.music.generator_parameters import is_generator
from adaptive.music.note import Note

DRUM_CHANNEL = 9
"""The channel of drums in General MIDI, counted from 0; in words it is channel 10."""

WHEEL, PRESSURE, WHEEL_RANGE = 128, 129, 130
"""Numbers of the pitch wheel, of channel pressure and of the wheel's range, beside those of controllers."""

ALL_SOUND_OFF = 120


@dataclass(frozen=True, slots=True)
class ChannelNote(Note):
    """A note of a channel.

    Parameters
    ----------
    channel : int
        0 … 15.
    bank, program : int
        What the channel plays; bank 128 has the drum kits.
    tuning_semitones : float
        What is added to the pitch.
    """

    channel: int = 0
    bank: int = 0
    program: int = 0
    tuning_semitones: float = 0.0


@dataclass(frozen=True, slots=True)
class ControlChange(Note):
    """A control of a channel that moves; its place in the bar is that of a note without length.

    Parameters
    ----------
    channel : int
        0 … 15.
    control : int
        A controller, one of the numbers above, or a generator (`generator_parameters`).
    value : float
        0 … 1; of a generator what is added to it, in its unit.
    """

    channel: int = 0
    control: int = 0
    value: float = 0.0


def normalised(control: int, value: float) -> float:
    """The value of a control from 0 to 1.

    Pan and balance count from 1, so that 64 is their middle (MIDI recommended practice RP-036).

    Parameters
    ----------
    control : int
        A controller, one of the numbers above, or a generator, whose value stays as it is.
    value : float
        0 … 127; of the wheel -8,192 … 8,191; of its range semitones.
    """
    if is_generator(control):
        return value
    if control == WHEEL:
        return (value + 8192.0) / 16384.0
    if control in {8, 10}:
        return max(value - 1.0, 0.0) / 126.0
    return value / 127.0
