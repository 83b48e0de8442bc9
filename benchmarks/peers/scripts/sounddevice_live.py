"""A sounddevice callback in NumPy; python-osc sets its level in a thread: ``sounddevice_live.py PORT``."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import numpy as np
import sounddevice
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

from benchmarks import stress

state = {"level": 0.25}
ones = np.ones((64, 2), np.float32)


def on_level(_address: str, *values: float) -> None:
    """Set the level; called by python-osc."""
    state["level"] = values[0]


def callback(out: np.ndarray, frames: int, _time: Any, _status: Any) -> None:
    """Write one block; called by sounddevice."""
    np.multiply(ones[:frames], state["level"], out=out)


stress.begin_when_told()
dispatcher = Dispatcher()
dispatcher.map("/level", on_level)
receiver = BlockingOSCUDPServer(("127.0.0.1", int(sys.argv[1])), dispatcher)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
jack = next(api for api in sounddevice.query_hostapis() if "JACK" in api["name"])
stream = sounddevice.OutputStream(
    48000, 64, jack["default_output_device"], channels=2, latency="low", callback=callback
)
stream.start()
print("ready", flush=True)
time.sleep(600)
