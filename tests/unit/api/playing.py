"""Sessions of a small preset for the tests of the Python API."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import adaptive
from tests.helpers.presets import two_sections

MORE = """
[parameters.threat]
[parameters.near]
value = "threat"
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
[states.place]
values = ["inn", "road"]
"""
SELECT = '[[select]]\nsection = "fight"\nwhen = "place == \'road\'"\n[[select]]\nsection = "calm"\n'


def small(folder: Path) -> adaptive.Preset:
    """Two sections of one stem each, a parameter, an event, a state group; a bar lasts a second."""
    return two_sections(folder, more=MORE + SELECT)


def until(is_so: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait until something is so; returns whether it became so."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True
