"""Looks for devices in a child process, because a sound system that half works can hang or crash its caller.

For every line that the child reads, it writes one line of JSON: the devices of each library.  If it hangs, it
is killed.  When its parent has ended, it reads the end of its input and ends too.
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
from adaptive.sinks.choice import SOUND_CARD_SINKS, library_of
from adaptive.sinks.devices import Device

ANSWER_S = 3.0
"""Limit for an answer, which takes 0.1 to 0.3 s; a sound server that hangs never answers."""


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """A device, and the library that listed it."""

    sink: str
    device: Device

    def is_same(self, other: SeenDevice) -> bool:
        """Whether both are the same device, although its number and format may have changed."""
        ours, theirs = self.device, other.device
        return (self.sink, ours.host, ours.name) == (other.sink, theirs.host, theirs.name)


class DeviceProbe:
    """Asks the child process for devices, without blocking.

    Parameters
    ----------
    sinks : sequence of str
        Libraries to ask: of `SOUND_CARD_SINKS`.
    """

    def __init__(self, sinks: Sequence[str] = SOUND_CARD_SINKS) -> None:
        self._sinks = tuple(sinks)
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._asked_s: float | None = None

    @property
    def is_asked(self) -> bool:
        """Whether a question has not been answered yet."""
        return self._asked_s is not None

    def ask(self, now_s: float) -> None:
        """Ask for the devices; `answer` returns them later."""
        if self._process is None or self._process.poll() is not None:
            self._begin()
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # the child has died: no answer will come
            self._process.stdin.write(b"\n")
        self._asked_s = now_s

    def answer(self, now_s: float) -> list[SeenDevice] | None:
        """The devices; None while there is no answer.  After `ANSWER_S` the child is killed."""
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
        # a session of its own, so that Ctrl-C does not reach the child
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0, start_new_session=True
        )
        answers, said = self._answers, self._process.stdout

        def read() -> None:  # on every system a thread can wait for a pipe
            assert said is not None
            with said:
                for line in said:
                    answers.put(line)

        threading.Thread(target=read, name="device-probe", daemon=True).start()

    def close(self) -> None:
        """End the child process."""
        process, self._process = self._process, None
        self._asked_s, self._answers = None, queue.SimpleQueue()
        if process is not None:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()


def look(sinks: Sequence[str]) -> list[dict[str, Any]]:
    """List the devices of these libraries."""
    seen: list[dict[str, Any]] = []
    for sink in sinks:
        with contextlib.suppress(DeviceError):
            seen += [{"sink": sink, "device": asdict(d)} for d in library_of(sink).list_devices()]
    return seen


def main() -> None:
    """Answer one line for each line of input, until the input ends."""
    for _ in sys.stdin.buffer:
        sys.stdout.write(json.dumps(look(sys.argv[1:])) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
