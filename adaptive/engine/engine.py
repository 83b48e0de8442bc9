"""The engine: memory, command port, replies and telemetry in one object, without global state."""

from __future__ import annotations

import math
import struct
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.cells import cell_of, fill_mappings, settle, settle_cell
from adaptive.engine.commands import Command
from adaptive.engine.disk_stream import DiskStream
from adaptive.engine.inserts import kinds_of
from adaptive.engine.memory import NO_SLACK_YET, Memory
from adaptive.engine.ports import UNIT, CommandPort, Numbers, Reply, ReplyPort
from adaptive.engine.spare_rows import grow, is_at_rest, merged
from adaptive.engine.spec import EngineRow, EngineSpec, MappingSpec
from adaptive.engine.stem_rows import stem_rows
from adaptive.engine.stream_gate import StreamGate
from adaptive.engine.stream_reader import STEP_FRAMES
from adaptive.engine.stretch_plan import StretchPlan
from adaptive.engine.telemetry import Telemetry, read_telemetry
from adaptive.kernel import layout as k
from adaptive.kernel.compile import build

Audio = np.ndarray[Any, np.dtype[np.float32]]

SOURCE_TIMELINE, SOURCE_NETWORK, SOURCE_LOCAL = range(3)
"""Sources that write parameter slots: traces and commits, the network, this process.

The fourth source is the OSC receiver (`layout.RECEIVER_SOURCE`).
"""

_SINGLE, _WORD = struct.Struct("<f"), struct.Struct("<I")


def slot_word(value: float, number: int) -> int:
    """Return the word of a slot: bits of the float32 value in the low half, arrival number in the high."""
    return int(number) << 32 | int(_WORD.unpack(_SINGLE.pack(value))[0])


def signed(word: int) -> int:
    """Return the same 64 bits as a signed integer."""
    return word - (1 << 64) if word >= 1 << 63 else word


class TableFullError(ValueError):
    """The sound table of an engine has no free row."""


class Engine:
    """Renders audio from commands.

    Thread: control, unless a method says otherwise.  The callback of a sound card, or `pull`, drives it.

    Parameters
    ----------
    spec : EngineSpec
        Counts and settings.
    bank : Bank, optional
        Decoded audio, shared with other engines of the same rate.
    before : Engine, optional
        The engine this one will take over from.  The two share one arrival counter, so that values that
        arrived earlier keep lower numbers.

    Examples
    --------
    >>> from adaptive.engine.spec import EngineSpec
    >>> engine = Engine(EngineSpec())
    >>> engine.pull(128).shape
    (128, 2)
    """

    def __init__(self, spec: EngineSpec, bank: Bank | None = None, before: Engine | None = None) -> None:
        units = dict.fromkeys(build.unit_names(), 0) | build.addresses(build.unit_names(kinds_of(spec)))
        self.spec = spec
        self.bank = bank or Bank(spec.sample_rate)
        self.memory: Memory = Memory(spec, units, None if before is None else before.memory["arrivals"])
        fill_mappings(self.memory, self.memory["mappings"], spec.mappings)
        self.settle_at_start()
        self.numbers = Numbers(address(self.memory["arrivals"]), units["word"])
        self.port = CommandPort(self.memory, 0, self.numbers, units["publish"])
        self.replies = ReplyPort(self.memory)
        self.callback_address = units["callback"]
        self.miniaudio_callback_address = units["miniaudio_callback"]
        self._gate = units["word"]
        self._pull = UNIT(units["pull"])
        self._publish = UNIT(units["publish"])
        self._sounds: list[Sound | None] = []
        self._index_of: dict[int, int] = {}
        self._taps: Audio | None = None
        self._played: Audio | None = None
        self._taken = 0
        self._block: Audio | None = None
        self._block_address = 0
        self._header_address = self.memory.header_address
        # asked for several times a control step: a view of a field is read in a third of the time
        self._frame, self._steps_recorded = self.memory.header["frame"], self.memory.header["steps_recorded"]
        self._stream_gates: list[StreamGate] = []
        self._before: Engine | None = None
        self._plans: dict[int, StretchPlan] = {}
        self._has_streams = any(True for _ in self.memory.instruments.streamed())
        self._stems: tuple[str, ...] = ()
        self._stem_rows: deque[Any] = deque(maxlen=2)  # the kernel may still be reading the last but one

    @property
    def frame(self) -> int:
        """First frame of the timeline that is not yet rendered."""
        return int(self._frame[0])

    @property
    def control_steps(self) -> int:
        """Number of control steps that are rendered and whose parameter values are recorded."""
        return int(self._steps_recorded[0])

    @property
    def output_delay_frames(self) -> int:
        """Delay of the output behind the timeline in frames: of the limiter, and of late inserts."""
        return k.MASTER_LOOK_AHEAD + self.memory.latencies.master

    def add_sound(self, sound: Sound) -> int:
        """Add a sound to this engine's table; return its row.  A sound that is already there keeps its row.

        Raises
        ------
        TableFullError
            The table has no free row.
        """
        known = self._index_of.get(id(sound))
        if known is not None:
            return known
        index = self._sounds.index(None) if None in self._sounds else len(self._sounds)
        if index >= self.spec.sounds:
            message = f"an engine laid out for {self.spec.sounds} sounds cannot take another"
            raise TableFullError(message)
        sound.fill(self.memory["sounds"][index])
        self._has_streams = self._has_streams or sound.stream is not None
        self._sounds[index : index + 1] = [sound]
        self._index_of[id(sound)] = index
        return index

    def make_elastic(self) -> None:
        """Let clips follow a tempo map from now on.  Compiles what they need, if that is not cached."""
        if self.spec.is_elastic:
            return
        self.memory.add_units(build.addresses(list(build.STRETCH_UNITS)))
        self.spec = self.memory.spec = replace(self.spec, is_elastic=True)
        self.memory.add_stretch()
        self.memory.show_steps(self.store)

    def plan_stretch(self, number: int, plan: StretchPlan) -> None:
        """Tell the kernel where the onsets of a sound are, before a clip with this sound is stretched."""
        if self._plans.get(number) is not plan:
            self._plans[number] = plan
            self.memory["stretch_plans"][2 * number] = plan.record[0]
            self.memory["stretch_plans"][2 * number + 1] = plan.calm_record[0]

    def stream_of(self, number: int) -> DiskStream | None:
        """The stream of a row of the table of sounds; None: it is in memory, or there is none."""
        sound = self._sounds[number] if number < len(self._sounds) else None
        return None if sound is None else sound.stream

    @property
    def starved(self) -> int:
        """How many times streamed clips, and voices of streamed instruments, ran out of frames."""
        instruments = self.memory.instruments
        voices = sum(int(instruments.record(row)["starved"]) for row, _ in instruments.streamed())
        return int(self.memory["clips"]["starved"].sum()) + voices

    @property
    def sounds(self) -> list[Sound]:
        """The sounds in this engine's table."""
        return [sound for sound in self._sounds if sound is not None]

    def drop_sounds(self, kept: Collection[int]) -> list[Sound]:
        """Free the rows of sounds whose `id` is not in `kept` and that no active clip plays; return them.

        No command in the schedule may still start one of them.  Then no clip reads a freed row before another
        sound is written into it.
        """
        clips = self.memory["clips"]
        playing = set(clips["sound"][clips["state"] != 0].tolist())
        dropped = []
        for index, sound in enumerate(self._sounds):
            if sound is not None and id(sound) not in kept and index not in playing:
                dropped.append(sound)
                del self._index_of[id(sound)]
                self._sounds[index] = None
        return dropped

    def show_rows(self, name: str, rows: Any, counted_by: str = "", count: int = 0) -> None:
        """Replace an array by `rows`; the kernel reads them from its next quantum on.

        Parameters
        ----------
        name : str
            Name of the array in `Memory`.
        rows : ndarray
            Complete new array.
        counted_by : str
            Header field that counts the rows in use; empty: none.
        count : int
            New value of that field.
        """
        at = self.memory.address_of(counted_by) if counted_by else 0
        # Between the two stores the kernel reads fewer rows, and never rows that are not written.
        if at and count < self.memory.head[counted_by]:
            self.store(at, count)
        self.memory.show(name, rows, self.store)
        if at:
            self.store(at, count)

    def is_at_rest(self, row: EngineRow) -> bool:
        """Whether a row is silent and stays silent until another command (see `spare_rows.is_at_rest`)."""
        return is_at_rest(self.memory, row)

    def grow(self, spec: EngineSpec, moved: Mapping[int, int]) -> None:
        """Add the rows of another specification to those the engine already has.

        Parameters
        ----------
        spec : EngineSpec
            Must fit into the spare rows of this engine.  Rows that keep their owner keep their settings.
        moved : Mapping
            Maps the new row to the old row of each parameter that changes its row.
        """
        self.memory.add_units(build.addresses(build.unit_names(kinds_of(spec))))
        if spec.is_elastic:
            self.make_elastic()
        before, self.spec = self.spec, merged(self.spec, spec)
        grow(self.memory, before, self.spec, moved, self.store)
        self._has_streams = self._has_streams or any(True for _ in self.memory.instruments.streamed())
        self.port.renew(self.spec)
        self.play_stems(self._stems)

    def show_steps(self) -> None:
        """Show the kernel the render list of the present specification and inserts."""
        self.memory.add_units(build.addresses(build.unit_names(self.memory.inserts.kinds())))
        self.memory.show_steps(self.store)

    def store(self, at: int, value: int) -> None:
        """Store a word with release semantics: a reader of the word also sees everything written before."""
        self._publish(at, value, 0, 0)

    def post(self, commands: Sequence[Command]) -> int:
        """Post commands as one commit; return its number.

        Raises
        ------
        QueueFullError
            The commit does not fit; nothing was posted.
        ValueError
            A command is invalid; nothing was posted.
        """
        number = self.port.post(commands)
        if self._has_streams:
            self.bank.streams.announce(self, commands)
        return number

    def set_parameter(
        self, index: int, value: float, source: int = SOURCE_LOCAL, arrival: int | None = None
    ) -> None:
        """Write a parameter's slot.  The latest value wins and takes effect in the next quantum.

        Thread: any, but only one for each source.

        Parameters
        ----------
        index : int
            Row of the parameter.
        value : float
            New target value.
        source : int
            One of the ``SOURCE_…`` numbers.
        arrival : int, optional
            Number with which the value arrived; a slot that holds a later one keeps it.  Left out: the value
            arrives now.
        """
        slots = self.memory["slots"]
        if arrival is not None:
            before = int(slots[source, index]) >> 32
            if before and (arrival - before) & 0xFFFFFFFF > 0x7FFFFFFF:
                return
        slots[source, index] = np.uint64(slot_word(value, arrival or self.numbers.next_arrival()))

    def parameter_word(self, value: float, arrival: int | None = None) -> int:
        """Return the slot word of a value and its arrival number, for `commands.set_parameter`."""
        return signed(slot_word(value, arrival or self.numbers.next_arrival()))

    def received_since(self, mark: int, index_of: Mapping[str, int]) -> dict[str, tuple[float, int]]:
        """Return what the OSC receiver has set since an arrival number, each value with its own number.

        What waits in its mailbox is among them.
        """
        rows = [self.memory["slots"][k.RECEIVER_SOURCE], self.memory["mailbox"][0].astype(np.uint64)]
        found: dict[str, tuple[float, int]] = {}
        for name, index in index_of.items():
            for row in rows:
                word = int(row[index])
                number, last = word >> 32, found.get(name, (0.0, mark))[1]
                if number and 0 < (number - last) & 0xFFFFFFFF < 0x80000000:
                    found[name] = (struct.unpack("<f", struct.pack("<I", word & 0xFFFFFFFF))[0], number)
        return found

    def date_values(self, arrival: int) -> None:
        """Say that all values in the slots arrived with a number; only before the first frame is rendered."""
        slots = self.memory["slots"]
        bits = slots & np.uint64(0xFFFFFFFF)
        slots[:] = np.where(slots == 0, slots, bits | np.uint64(arrival << 32))

    def values_at(self, control_step: int) -> Audio:
        """Recorded parameters of a control step, shape (parameters, 5).

        The columns: value, age, staleness, target, and what was sent last.
        """
        row: Audio = self.memory["history"][control_step % self.spec.history_steps]
        return row

    def value(self, index: int) -> float:
        """Present smoothed value of a parameter, for display."""
        return float(self.memory["parameters"][index]["value"])

    def pull(self, frames: int, channels: int | None = None) -> Audio:
        """Render frames; return them, shape (frames, channels).

        Releases the GIL.  Must not be called while a sound card drives the engine.
        """
        channels = channels or self.spec.channels
        if self._block is None or self._block.shape != (frames, channels):
            self._block = aligned(np.float32, frames, channels)
            self._block_address = address(self._block)
        step = STEP_FRAMES if self._has_streams else frames
        for first in range(0, frames, step):
            if self._has_streams:
                self.bank.streams.keep_up(self)
            at = self._block_address + 4 * channels * first
            self._pull(self._header_address, at, min(step, frames - first), channels)
        return self._block.copy()

    def targets(self, index_of: Mapping[str, int]) -> dict[str, tuple[float, float]]:
        """Return the target and the present value of each parameter by name."""
        records = self.memory["parameters"]
        return {
            name: (float(records[index]["target"]), float(records[index]["value"]))
            for name, index in index_of.items()
        }

    def set_at_start(self, index: int, target: float, value: float, *, is_sent: bool = True) -> None:
        """Start a parameter at `value`, on its way to `target`; only before the first frame is rendered.

        With `is_sent`, the target also counts as a value that was set.
        """
        record = self.memory["parameters"][index]
        record["target"], record["value"] = target, value
        if is_sent:
            self.set_parameter(index, target)

    def settle_at_start(self) -> None:
        """Set every strip to the values of its curves, so that it does not fade to them from the defaults."""
        for index in range(len(self.spec.buses)):
            settle(self.memory, index, self.spec.mappings)

    def cell(self, place: MappingSpec) -> int:
        """Address of a number of the mixer, for `commands.hold_cell`; `place` needs no parameter and points.

        Raises
        ------
        KeyError
            There is no such send or insert, or not yet.
        """
        return cell_of(self.memory, place)

    def settle_cell(self, place: MappingSpec, value: float) -> None:
        """Set a number of the mixer without a ramp, in the unit of its curve; only before the first frame."""
        settle_cell(self.memory, place, value)

    def listen_to_buses(self, frames: int) -> None:
        """Record the output of every bus, at most `frames` frames between two calls of `take_buses`."""
        self._taps = aligned(np.float32, len(self.spec.buses), 2, frames)
        self.memory.head["at_taps"] = address(self._taps)
        self.memory.head["tap_at"] = 0
        self.memory.head["tap_frames"] = frames

    def take_buses(self) -> Audio:
        """Return the buses' output since the last call, shape (buses, 2, frames), without master delay."""
        if self._taps is None:
            return np.zeros((len(self.spec.buses), 2, 0), np.float32)
        count = int(self.memory.head["tap_at"])
        self.memory.head["tap_at"] = 0
        return self._taps[:, :, :count].copy()

    def play_stems(self, names: Sequence[str]) -> None:
        """Let the stems of these names play on the ports of a JACK client, in this order, from now on.

        A name that this engine does not have is silent.  The order holds for engines that take over.
        """
        self._stems = tuple(names)
        if self._stems:
            self._stem_rows.append(stem_rows(self.spec, self.memory.latencies, names))
            self.store(self.memory.address_of("at_stem_rows"), address(self._stem_rows[-1]))

    def listen_to_output(self, seconds: float) -> None:
        """Keep what is played in a ring of some seconds, from which `take_output` reads; once."""
        if self._played is not None:
            return
        quanta = max(8, math.ceil(seconds * self.spec.sample_rate / k.QUANTUM))
        self._played = aligned(np.float32, quanta, self.spec.channels, k.QUANTUM)
        self.memory.head["at_played"] = address(self._played)
        self.memory.head["played_quanta"] = self._taken = 0
        self.memory.head["played_ring"] = quanta  # last: from here on it is written

    def take_output(self) -> Audio:
        """Return what was played since the last call, shape (frames, channels); what was missed is left out.

        One quarter of the ring is never read, because it may be written meanwhile.
        """
        if self._played is None:
            return np.zeros((0, self.spec.channels), np.float32)
        ring, until = len(self._played), int(self.memory.head["played_quanta"])
        first = max(self._taken, until - ring * 3 // 4)
        self._taken = until
        quanta = self._played[np.arange(first, until) % ring]
        frames: Audio = quanta.transpose(0, 2, 1).reshape(-1, self.spec.channels)
        return frames

    def drain_replies(self) -> list[Reply]:
        """Return the kernel's replies since the last call."""
        return self.replies.drain()

    def stream_gate(self, channels: int, extra_bytes: int = 0) -> StreamGate:
        """Return a stream gate for a stream of a sound card.  It is shut, and follows `hand_over_to`.

        Parameters
        ----------
        channels : int
            Channels of the stream; those of the engine are folded or padded.
        extra_bytes : int
            Bytes of zeros to allocate directly after the root.
        """
        stream_gate = StreamGate(channels, self._gate, extra_bytes)
        stream_gate.publish(self.memory.header_address, self)
        self._stream_gates.append(stream_gate)
        return stream_gate

    def forget_stream_gate(self, stream_gate: StreamGate) -> None:
        """Drop a stream gate whose stream is closed."""
        if stream_gate in self._stream_gates:
            self._stream_gates.remove(stream_gate)

    def hand_over_to(self, other: Engine) -> None:
        """Let the sound card that drives this engine drive `other` from its next block on.

        One store publishes the header of the other engine.  The other engine keeps this one alive, because a
        callback may still be rendering it.
        """
        other._before = self
        self._before = None
        other._stream_gates = self._stream_gates
        other.play_stems(self._stems)
        for stream_gate in self._stream_gates:
            stream_gate.publish(other.memory.header_address, other)

    def set_volume(self, gain: float) -> None:
        """Set the listener's volume (linear gain); it is smoothed, and the latest value wins.

        Before the first frame it is not smoothed: music that begins quietly begins quietly.
        """
        self.memory.head["volume_wanted"] = gain
        if self.frame == 0:
            self.memory["master"][0]["volume_value"] = gain

    def set_paused(self, is_paused: bool) -> None:
        """Pause or resume with 50 ms fades; the position is kept."""
        self.memory.head["pause_wanted"] = int(is_paused)

    @property
    def is_paused(self) -> bool:
        """Whether the timeline is stopped."""
        return bool(self.memory["master"][0]["is_paused"])

    def telemetry(self) -> Telemetry:
        """Return a snapshot of the counters."""
        return read_telemetry(self.memory)

    def reset_telemetry(self) -> None:
        """Set all counters to zero; callbacks that run meanwhile may not be counted."""
        self.memory["telemetry"][0] = np.zeros((), k.TELEMETRY)
        self.memory["telemetry"][0]["least_slack_frames"] = NO_SLACK_YET

    def peaks(self) -> Audio:
        """Return the linear peak of each master channel since the last call."""
        master = self.memory["master"][0]
        peaks: Audio = master["peak"][: self.spec.channels].copy()
        master["peak"] = 0.0
        return peaks

    def rms(self) -> Audio:
        """Return the linear RMS of each master channel over about 300 ms."""
        return np.asarray(np.sqrt(self.memory["master"][0]["square"][: self.spec.channels]))
