"""What every sink on a sound card has: a stream that runs, and a gate in front of the engine."""

from __future__ import annotations

from adaptive.engine.engine import Engine
from adaptive.engine.stream_gate import StreamGate
from adaptive.sinks.devices import Device


class CardSink:
    """An open stream on a sound card.  Its system's calls may hang; the gate never does.

    Parameters
    ----------
    engine : Engine
        Kept alive, through the ticket, for as long as the stream is open.
    device : Device
        Where it plays.
    stream_gate : StreamGate
        What its callback was given.
    block_frames : int
        Frames a block, as far as is known.
    """

    name = "card"

    def __init__(self, engine: Engine, device: Device, stream_gate: StreamGate, block_frames: int) -> None:
        self._engine: Engine | None = engine
        self.device, self.stream_gate = device, stream_gate
        self.sample_rate = engine.spec.sample_rate
        self.block_frames = block_frames

    @property
    def channels(self) -> int:
        """Channels of the stream; the engine's are folded or padded."""
        return self.stream_gate.channels

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the speaker."""
        return 0

    @property
    def can_close(self) -> bool:
        """Whether `close` may be called although the device is dead."""
        return True

    def prepare(self) -> None:
        """Let the stream run; it plays silence until `begin`.

        Raises
        ------
        DeviceError
            It does not start.
        """

    def begin(self, engine: Engine | None = None) -> None:
        """Let the stream drive the engine, or another one.  Nobody else may, from here on."""
        if engine is not None:
            self._engine = engine
            self.stream_gate.publish(engine.memory.header_address, engine)
        self.stream_gate.open()

    def halt(self) -> bool:
        """Let the stream play silence; True when another may drive the engine."""
        return self.stream_gate.shut()

    def close(self) -> None:
        """Stop and close the stream."""

    def release(self) -> None:
        """Let go of the engine, for good: its gate is shut, and nobody is inside."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.forget_ticket(self.stream_gate)
        self.stream_gate.release()

    def start(self) -> None:
        """Begin to play."""
        self.begin()
        self.prepare()

    def stop(self) -> None:
        """Stop and close; the engine's memory may be dropped after this."""
        self.close()
        self.release()
