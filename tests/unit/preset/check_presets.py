"""A preset of two sections, and what `check` reports about variants of it."""

from __future__ import annotations

from pathlib import Path

from adaptive.preset.check import check
from adaptive.preset.load import Preset, load

# At 60 quarter notes a minute a beat of 4/4 lasts a second.
HEAD = """
schema = 1
name = "Check"
tempo_bpm = 60
[layers.pad]
stem = "pad.wav"
[sections.calm]
layers = ["pad"]
length_bars = 8
[sections.storm]
layers = ["pad"]
length_bars = 8
"""


THREAT = """
[parameters.threat]
rise_s = 0.25
fall_s = 3.0
hysteresis = 0.1
"""


OTHERWISE = """
[[select]]
section = "calm"
"""


def a_preset(folder: Path, extra: str = "", head: str = HEAD) -> Preset:
    (folder / "pad.wav").write_bytes(b"")
    (folder / "preset.toml").write_text(head + extra, encoding="utf-8")
    return load(folder)


def reported(folder: Path, extra: str = "", head: str = HEAD) -> list[str]:
    """What is found, as `severity key.path: text`."""
    return [f"{one.severity} {one.sentence}" for one in check(a_preset(folder, extra, head))]


def line(when: str, extra: str = "", section: str = "storm") -> str:
    return f'[[select]]\nsection = "{section}"\nwhen = "{when}"\n{extra}\n'
