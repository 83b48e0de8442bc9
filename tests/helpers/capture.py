"""Record what a JACK server plays: ``python -m tests.helpers.capture FILE``, until a line comes on stdin.

A process of its own, so that nothing the engine does can hold it up.
"""

from __future__ import annotations

import queue
import sys
from pathlib import Path

import numpy as np
import sounddevice


def main() -> None:
    """Record channels 3 and 4 of the device `system` as raw float32."""
    blocks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    overflows = 0

    def take(block: object, _frames: int, _time: object, status: sounddevice.CallbackFlags) -> None:
        nonlocal overflows
        overflows += bool(status.input_overflow)
        blocks.put(bytes(block))  # type: ignore[call-overload]

    with sounddevice.RawInputStream(48000, 128, "system", 4, "float32", "high", callback=take):
        print("recording", flush=True)  # noqa: T201
        sys.stdin.readline()
    parts = []
    while not blocks.empty():
        parts.append(blocks.get())
    audio = np.frombuffer(b"".join(parts), np.float32).reshape(-1, 4)[:, 2:]
    np.save(Path(sys.argv[1]), audio)
    print(overflows, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
