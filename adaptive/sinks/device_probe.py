"""Looks for devices in a process of its own: to look is to touch a sound system that may be half dead.

The engine must not hang, and must not come down, because it asked whether a server is back.  So a child
asks: for every line it reads it writes one line of JSON, the devices of each library.  If it hangs it is
killed; when its parent is gone it reads the end of its input and ends.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from adaptive.errors import DeviceError
from adaptive.sinks.choice import CARDS, library_of
from adaptive.sinks.devices import Device

ANSWER_S = 3.0
"""An answer takes 0.1 to 0.3 s; a server that stands still never gives one."""


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """A device, and the library through which it was seen."""

    sink: str
    device: Device

    def is_same(self, other: SeenDevice) -> bool:
        """Whether both are one device, whatever its number and its format have become."""
        ours, theirs = self.device, other.device
        return (self.sink, ours.host, ours.name) == (other.sink, theirs.host, theirs.name)


class DeviceProbe:
    """The parent's side: asks, and finds the answer when it is there.

    Parameters
    ----------
    sinks : sequence of str
        Libraries to ask: of `CARDS`.
    """

    def __init__(self, sinks: Sequence[str] = CARDS) -> None:
        self._sinks = tuple(sinks)
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._asked_s: float | None = None

    @property
    def is_asked(self) -> bool:
        """Whether an answer is awaited."""
        return self._asked_s is not None

    def ask(self, now_s: float) -> None:
        """Ask what there is; the answer is for `answer` to find."""
        if self._process is None or self._process.poll() is not None:
            self._begin()
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has died: no answer will come
            self._process.stdin.write(b"\n")
        self._asked_s = now_s

    def answer(self, now_s: float) -> list[SeenDevice] | None:
        """What was seen; None while there is no answer.  After `ANSWER_S` the child is given up."""
        asked_s = self._asked_s
        if asked_s is None:
            return None
        with contextlib.suppress(queue.Empty):
            line = self._answers.get_nowait()
            self._asked_s = None
            return [SeenDevice(entry["sink"], Device(**entry["device"])) for entry in json.loads(line)]
        if now_s - asked_s > ANSWER_S:
            self.close()
        return None

    def _begin(self) -> None:
        self.close()
        command = [sys.executable, "-m", "adaptive.sinks.device_probe", *self._sinks]
        pipe = subprocess.PIPE
        # a group of its own: Ctrl-C is for its parent
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0, start_new_session=True
        )
        answers, said = self._answers, self._process.stdout

        def read() -> None:  # a pipe can be waited for in a thread on every system
            assert said is not None
            with said:
                for line in said:
                    answers.put(line)

        threading.Thread(target=read, name="scout", daemon=True).start()

    def close(self) -> None:
        """Send the child away."""
        process, self._process = self._process, None
        self._asked_s, self._answers = None, queue.SimpleQueue()
        if process is not None:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()


def look(sinks: Sequence[str]) -> list[dict[str, Any]]:
    """Devices of these libraries at this moment."""
    seen: list[dict[str, Any]] = []
    for sink in sinks:
        with contextlib.suppress(DeviceError):
            seen += [{"sink": sink, "device": asdict(d)} for d in library_of(sink).list_devices()]
    return seen


def main() -> None:
    """Answer until nobody asks any more."""
    for _ in sys.stdin.buffer:
        sys.stdout.write(json.dumps(look(sys.argv[1:])) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
