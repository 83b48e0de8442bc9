"""The keys that are held on one MIDI port, with the pedal and the messages that end notes."""

from __future__ import annotations

from dataclasses import dataclass, field

from adaptive.inputs.midi.stream import CONTROL, NOTE_OFF, NOTE_ON, RESET, MidiMessage

PEDAL, ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF, LAST_MODE = 64, 120, 121, 123, 127
"""Numbers of controllers: the pedal, and channel modes; 124 to 127 end all notes too."""

HALF = 64
"""A switch is on from this value of its controller."""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A note that begins or ends.

    Parameters
    ----------
    channel : int
        0 … 15.
    key : int
        0 … 127.
    velocity : int
        1 … 127; 0: it ends.
    """

    channel: int
    key: int
    velocity: int


@dataclass(slots=True)
class Keys:
    """What sounds because of one port.

    Attributes
    ----------
    sounding : dict
        Channel and key of each note that sounds, and whether its key is down.
    pedals : set of int
        Channels whose pedal is down.
    """

    sounding: dict[tuple[int, int], bool] = field(default_factory=dict)
    pedals: set[int] = field(default_factory=set)

    def take(self, message: MidiMessage) -> list[KeyChange]:
        """The notes that begin or end with a message."""
        if message.kind == RESET:
            return self.release_all()
        channel = message.channel
        if message.kind in {NOTE_ON, NOTE_OFF}:
            key, velocity = message.data
            if message.kind == NOTE_ON and velocity > 0:
                self.sounding[channel, key] = True
                return [KeyChange(channel, key, velocity)]
            return self._let_go(channel, key)
        if message.kind == CONTROL:
            return self._controller(channel, *message.data)
        return []

    def release_all(self) -> list[KeyChange]:
        """End everything: the port has gone, or its sensing has ceased."""
        ended = [KeyChange(channel, key, 0) for channel, key in self.sounding]
        self.sounding.clear()
        self.pedals.clear()
        return ended

    def _let_go(self, channel: int, key: int) -> list[KeyChange]:
        if (channel, key) not in self.sounding:
            return []
        if channel in self.pedals:
            self.sounding[channel, key] = False
            return []
        del self.sounding[channel, key]
        return [KeyChange(channel, key, 0)]

    def _controller(self, channel: int, number: int, value: int) -> list[KeyChange]:
        if number == PEDAL and value >= HALF:
            self.pedals.add(channel)
            return []
        if number in {PEDAL, RESET_CONTROLLERS}:
            self.pedals.discard(channel)
            return self._end(channel, are_keys_up=True)
        if number == ALL_SOUND_OFF:
            return self._end(channel)
        if ALL_NOTES_OFF <= number <= LAST_MODE:
            held = [key for one, key in self.sounding if one == channel]
            return [change for key in held for change in self._let_go(channel, key)]
        return []

    def _end(self, channel: int, *, are_keys_up: bool = False) -> list[KeyChange]:
        """End the notes of a channel; with `are_keys_up`, only those whose keys are up."""
        ended = [
            (one, key)
            for (one, key), is_down in self.sounding.items()
            if one == channel and not (are_keys_up and is_down)
        ]
        for pair in ended:
            del self.sounding[pair]
        return [KeyChange(*pair, 0) for pair in ended]
