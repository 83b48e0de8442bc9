"""What a sink is: it drives an engine, and takes its output somewhere."""

from __future__ import annotations

from typing import Protocol


class Sink(Protocol):
    """Drives an engine: asks it for frames.

    A sink that has an attribute `engine` is given another engine there when another preset is loaded.
    """

    @property
    def name(self) -> str:
        """Kind of sink: ``portaudio``, ``miniaudio``, ``web``, ``pcm``, ``null``, or a registered one."""

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the speaker."""

    def start(self) -> None:
        """Start to drive the engine."""

    def stop(self) -> None:
        """Stop.  The engine's memory may be released afterwards."""
