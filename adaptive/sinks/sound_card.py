"""Base class of the sinks on sound cards: an open stream, and a gate in front of the engine."""

from __future__ import annotations

from adaptive.engine.engine import Engine
from adaptive.engine.rehearsal import rehearsal_of
from adaptive.engine.stream_gate import StreamGate
from adaptive.sinks.devices import Device


class SoundCardSink:
    """An open stream on a sound card.  Calls to the sound system may hang; those to the gate never do.

    Parameters
    ----------
    engine : Engine
        The engine to drive; the gate keeps it alive while the stream is open.
    device : Device
        The device that plays.
    stream_gate : StreamGate
        The gate that the stream's callback reads.
    block_frames : int
        Frames per block; 0 if unknown.
    """

    name = "card"

    def __init__(self, engine: Engine, device: Device, stream_gate: StreamGate, block_frames: int) -> None:
        self._engine: Engine | None = engine
        self.device, self.stream_gate = device, stream_gate
        self.sample_rate = engine.spec.sample_rate
        self.block_frames = block_frames

    @property
    def channels(self) -> int:
        """Channels of the stream; the engine's channels are folded or padded to them."""
        return self.stream_gate.channels

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the speaker."""
        return 0

    @property
    def can_close(self) -> bool:
        """Whether `close` may be called after the device has died."""
        return True

    def prepare(self) -> None:
        """Start the stream; it plays silence until `begin`.

        Raises
        ------
        DeviceError
            The stream does not start.
        """

    def rehearse(self) -> None:
        """Let the stream, which plays silence, render the beginning of the music once, unheard.

        Else the first block of the music takes several times as long as the others: its code is in no cache,
        and the processor does not know its branches.
        """
        if self._engine is not None:
            copy = rehearsal_of(self._engine)
            self.stream_gate.rehearse(copy.memory.header_address, copy)

    def begin(self, engine: Engine | None = None) -> None:
        """Open the gate: the stream drives the engine, or another one.  No other sink may drive it then."""
        if engine is not None:
            self._engine = engine
            self.stream_gate.publish(engine.memory.header_address, engine)
        self.stream_gate.open()

    def halt(self) -> bool:
        """Shut the gate: the stream plays silence.  Returns True once another sink may drive the engine."""
        return self.stream_gate.shut()

    def close(self) -> None:
        """Stop and close the stream."""

    def release(self) -> None:
        """Release the engine for good.  The gate must be shut, and no callback inside the engine."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.forget_stream_gate(self.stream_gate)
        self.stream_gate.release()

    def start(self) -> None:
        """Start the stream and let it drive the engine."""
        self.begin()
        self.prepare()

    def stop(self) -> None:
        """Stop and close the stream.  The engine's memory may be released afterwards."""
        self.close()
        self.release()
