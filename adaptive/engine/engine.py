"""The engine: memory, ports and telemetry in one object.  Deaf to music, and nothing of it is global."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from adaptive.engine.bank import Bank, Sound
from adaptive.engine.commands import Command
from adaptive.engine.memory import NO_SLACK_YET, Memory, address, aligned
from adaptive.engine.ports import UNIT, CommandPort, Numbers, Reply, ReplyPort
from adaptive.engine.spare_rows import grow, is_at_rest, merged
from adaptive.engine.spec import EngineRow, EngineSpec
from adaptive.engine.stream_gate import StreamGate
from adaptive.engine.telemetry import Telemetry, read_telemetry
from adaptive.kernel import layout as k
from adaptive.kernel.compile import build

Audio = np.ndarray[Any, np.dtype[np.float32]]

SOURCE_TIMELINE, SOURCE_NETWORK, SOURCE_LOCAL = range(3)
"""Who writes parameter slots: traces and commits, the network, this process; beside them the fast lane."""


def slot_word(value: float, number: int) -> int:
    """A slot: the float32's bits below, the arrival number above."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return int(number) << 32 | int(bits)


def signed(word: int) -> int:
    """The same 64 bits as a signed integer."""
    return word - (1 << 64) if word >= 1 << 63 else word


class TableFullError(ValueError):
    """An engine has no row left for another sound."""


class Engine:
    """Renders what it is told.

    Thread: control, unless a method says otherwise.  The sound card (or `pull`) drives it.

    Parameters
    ----------
    spec : EngineSpec
        What it is made of.
    bank : Bank, optional
        Decoded audio, shared with other engines of the same rate.
    before : Engine, optional
        The one this is to take over from: it counts arrivals on, so that what came before stays older.

    Examples
    --------
    >>> from adaptive.engine.spec import EngineSpec
    >>> engine = Engine(EngineSpec())
    >>> engine.pull(128).shape
    (128, 2)
    """

    def __init__(self, spec: EngineSpec, bank: Bank | None = None, before: Engine | None = None) -> None:
        units = build.addresses()
        self.spec = spec
        self.bank = bank or Bank(spec.sample_rate)
        self.memory: Memory = Memory(spec, units, None if before is None else before.memory["arrivals"])
        self.numbers = Numbers(address(self.memory["arrivals"]), units["gate"])
        self.port = CommandPort(self.memory, 0, self.numbers, units["publish"])
        self.replies = ReplyPort(self.memory)
        self.callback_address = units["callback"]
        self.miniaudio_callback_address = units["miniaudio_callback"]
        self._gate = units["gate"]
        self._pull = UNIT(units["pull"])
        self._publish = UNIT(units["publish"])
        self._sounds: list[Sound | None] = []
        self._index_of: dict[int, int] = {}
        self._taps: Audio | None = None
        self._block: Audio | None = None
        self._block_address = 0
        self._header_address = self.memory.header_address
        self._stream_gates: list[StreamGate] = []
        self._before: Engine | None = None

    @property
    def frame(self) -> int:
        """First frame of the timeline that is not rendered yet."""
        return int(self.memory.head["frame"])

    @property
    def control_steps(self) -> int:
        """Ticks whose parameter values are recorded and whose frames are rendered."""
        return int(self.memory.head["steps_recorded"])

    @property
    def output_delay_frames(self) -> int:
        """Frames between the timeline and the output: the limiter's look-ahead."""
        return k.MASTER_LOOK_AHEAD

    def add_sound(self, sound: Sound) -> int:
        """Enter a sound in this engine's table; return its number.

        Raises
        ------
        TableFullError
            There is no row left.
        """
        known = self._index_of.get(id(sound))
        if known is not None:
            return known
        index = self._sounds.index(None) if None in self._sounds else len(self._sounds)
        if index >= self.spec.sounds:
            message = f"an engine laid out for {self.spec.sounds} sounds cannot take another"
            raise TableFullError(message)
        sound.fill(self.memory["sounds"][index])
        self._sounds[index : index + 1] = [sound]
        self._index_of[id(sound)] = index
        return index

    @property
    def sounds(self) -> list[Sound]:
        """Sounds in this engine's table."""
        return [sound for sound in self._sounds if sound is not None]

    def drop_sounds(self, kept: Collection[int]) -> list[Sound]:
        """Free the rows of sounds whose `id` is not among `kept` and that no clip is in; return them.

        Nothing in the schedule may start them any more: then a clip that is at rest stays so, and a row
        that no clip is in is not read until it has been filled again.
        """
        clips = self.memory["clips"]
        sounding = set(clips["sound"][clips["state"] != 0].tolist())
        dropped = []
        for index, sound in enumerate(self._sounds):
            if sound is not None and id(sound) not in kept and index not in sounding:
                dropped.append(sound)
                del self._index_of[id(sound)]
                self._sounds[index] = None
        return dropped

    def show_rows(self, name: str, rows: Any, counted_by: str = "", count: int = 0) -> None:
        """Let the kernel read other rows of an array from its next quantum on, and so many of them."""
        at = self.memory.address_of(counted_by) if counted_by else 0
        # between the two stores it reads fewer rows, never rows that are not written
        if at and count < self.memory.head[counted_by]:
            self._store(at, count)
        self.memory.show(name, rows, self._store)
        if at:
            self._store(at, count)

    def is_at_rest(self, row: EngineRow) -> bool:
        """Whether nothing of a row is heard, or will be without another command."""
        return is_at_rest(self.memory, row)

    def grow(self, spec: EngineSpec, moved: Mapping[int, int]) -> None:
        """Make room for the tenants of another specification, beside those that are there.

        Parameters
        ----------
        spec : EngineSpec
            Within the room of this engine; rows that keep their tenant keep their settings.
        moved : Mapping
            New row to old row of each parameter that has changed its place.
        """
        before, self.spec = self.spec, merged(self.spec, spec)
        grow(self.memory, before, self.spec, moved, self._store)
        self.port.renew(self.spec)

    def _store(self, at: int, value: int) -> None:
        """Store a word so that all written before it is seen with it."""
        self._publish(at, value, 0, 0)

    def post(self, commands: Sequence[Command]) -> int:
        """Post a commit: whole, or `QueueFullError` and nothing."""
        return self.port.post(commands)

    def set_parameter(
        self, index: int, value: float, source: int = SOURCE_LOCAL, arrival: int | None = None
    ) -> None:
        """Write a parameter's slot: latest wins, heard in the next quantum.  Thread: any, one a source.

        `arrival` is the number it arrived with, and nothing younger is undone; left out: it arrives now.
        """
        slots = self.memory["slots"]
        if arrival is not None:
            before = int(slots[source, index]) >> 32
            if before and (arrival - before) & 0xFFFFFFFF > 0x7FFFFFFF:
                return
        slots[source, index] = np.uint64(slot_word(value, arrival or self.numbers.next_arrival()))

    def parameter_word(self, value: float, arrival: int | None = None) -> int:
        """A slot's word with its arrival number, for `commands.set_parameter`."""
        return signed(slot_word(value, arrival or self.numbers.next_arrival()))

    def values_at(self, control_step: int) -> Audio:
        """Recorded parameters of a tick, shape (parameters, 3): value, age in seconds, staleness."""
        row: Audio = self.memory["history"][control_step % self.spec.history_steps]
        return row

    def value(self, index: int) -> float:
        """Present smoothed value of a parameter (for display)."""
        return float(self.memory["parameters"][index]["value"])

    def pull(self, frames: int, channels: int | None = None) -> Audio:
        """Render frames; shape (frames, channels).  Releases the GIL.  Never beside a sound card."""
        channels = channels or self.spec.channels
        if self._block is None or self._block.shape != (frames, channels):
            self._block = aligned(np.float32, frames, channels)
            self._block_address = address(self._block)
        self._pull(self._header_address, self._block_address, frames, channels)
        return self._block.copy()

    def targets(self, index_of: Mapping[str, int]) -> dict[str, tuple[float, float]]:
        """Where each parameter was sent to, and where it is on the way there."""
        records = self.memory["parameters"]
        return {
            name: (float(records[index]["target"]), float(records[index]["value"]))
            for name, index in index_of.items()
        }

    def set_at_start(self, index: int, target: float, value: float, *, is_sent: bool = True) -> None:
        """Let a parameter begin at a value, on its way to a target; before the first frame only."""
        record = self.memory["parameters"][index]
        record["target"], record["value"] = target, value
        if is_sent:
            self.set_parameter(index, target)

    def listen_to_buses(self, frames: int) -> None:
        """Keep what every bus puts out, for at most `frames` frames between two `take_buses`."""
        self._taps = aligned(np.float32, len(self.spec.buses), 2, frames)
        self.memory.head["at_taps"] = address(self._taps)
        self.memory.head["tap_at"] = 0
        self.memory.head["tap_frames"] = frames

    def take_buses(self) -> Audio:
        """What the buses put out since the last call, shape (buses, 2, frames), without master delay."""
        if self._taps is None:
            return np.zeros((len(self.spec.buses), 2, 0), np.float32)
        count = int(self.memory.head["tap_at"])
        self.memory.head["tap_at"] = 0
        return self._taps[:, :, :count].copy()

    def drain_replies(self) -> list[Reply]:
        """What the kernel has reported since the last call."""
        return self.replies.drain()

    def stream_gate(self, channels: int, room_behind: int = 0) -> StreamGate:
        """What a stream of a sound card is given, shut; it follows this engine's hand-overs.

        Parameters
        ----------
        channels : int
            Of the stream; the engine's are folded or padded.
        room_behind : int
            Bytes of zeros wanted right behind it.
        """
        stream_gate = StreamGate(channels, self._gate, room_behind)
        stream_gate.publish(self.memory.header_address, self)
        self._stream_gates.append(stream_gate)
        return stream_gate

    def forget_ticket(self, stream_gate: StreamGate) -> None:
        """Let go of a ticket whose stream is closed."""
        if stream_gate in self._stream_gates:
            self._stream_gates.remove(stream_gate)

    def hand_over_to(self, other: Engine) -> None:
        """Let the sound card that drives this engine drive another from its next block on.

        One store publishes the other's header.  The other keeps this one: the sound card may still be in it.
        """
        other._before = self
        self._before = None
        other._stream_gates = self._stream_gates
        for stream_gate in self._stream_gates:
            stream_gate.publish(other.memory.header_address, other)

    def set_volume(self, gain: float) -> None:
        """Set the listener's volume (linear); latest wins, no step."""
        self.memory.head["volume_wanted"] = gain

    def set_paused(self, is_paused: bool) -> None:
        """Pause or resume with 50 ms fades; the position holds."""
        self.memory.head["pause_wanted"] = int(is_paused)

    @property
    def is_paused(self) -> bool:
        """Whether time stands still."""
        return bool(self.memory["master"][0]["is_paused"])

    def telemetry(self) -> Telemetry:
        """How it is doing."""
        return read_telemetry(self.memory)

    def reset_telemetry(self) -> None:
        """Set all counters to zero (a few callbacks may be lost)."""
        self.memory["telemetry"][0] = np.zeros((), k.TELEMETRY)
        self.memory["telemetry"][0]["least_slack_frames"] = NO_SLACK_YET

    def peaks(self) -> Audio:
        """Peak of each master channel since the last call, linear."""
        master = self.memory["master"][0]
        peaks: Audio = master["peak"][: self.spec.channels].copy()
        master["peak"] = 0.0
        return peaks

    def rms(self) -> Audio:
        """Root mean square of each master channel over about 300 ms, linear."""
        return np.asarray(np.sqrt(self.memory["master"][0]["square"][: self.spec.channels]))
