"""``adaptive calibrate``: finds the latency behind the sound card by tapping along to clicks."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile
import typer

from adaptive.api.opening import play
from adaptive.cli.common import say
from adaptive.follow.taps import CLICK_SPACING_S, DISCARDED, TAPS, latency_of_taps

CLICK_HZ, CLICK_S, RATE = 1500.0, 0.012, 48000
SPARE_CLICKS = 6
"""Clicks that may pass without a tap."""

PRESET = """\
schema    = 1
name      = "Clicks"
tempo_bpm = 120

[layers.nothing]
generator = "drone"

[sections.quiet]
layers = []

[stingers.click]
stem      = "click.wav"
play_at   = "immediate"
expires_s = 1.0
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("calibrate", help="Find the latency of headphones, by tapping along to clicks.")(calibrate)


def calibrate(
    sink: Annotated[str, typer.Option(help="Where the clicks are played, as for `play`.")] = "auto",
    device: Annotated[str | None, typer.Option(help="Part of a device's name.")] = None,
) -> None:
    """Play clicks, hear taps, print the latency between them."""
    say(f"Press Enter on each click, {DISCARDED + TAPS} times; they are {CLICK_SPACING_S:g} s apart.")
    with tempfile.TemporaryDirectory() as folder:
        write_clicks(Path(folder))
        clicks, taps = _hear(Path(folder), sink, device)
    latency_ms = 1000.0 * latency_of_taps(clicks, taps)
    sys.stdout.write(f"output_latency_ms = {latency_ms:.0f}\n")
    say(
        f"the music is heard {latency_ms:.0f} ms behind the sound card; send it to the engine that plays: "
        f'{{"output_latency_ms": {latency_ms:.0f}}}'
    )


def write_clicks(folder: Path) -> None:
    """Write a preset that plays a click on the event ``click``."""
    at = np.arange(round(CLICK_S * RATE)) / RATE
    click = 0.7 * np.sin(2.0 * np.pi * CLICK_HZ * at) * np.hanning(len(at))
    soundfile.write(folder / "click.wav", click.astype(np.float32), RATE)
    (folder / "preset.toml").write_text(PRESET, encoding="utf-8")


def _hear(folder: Path, sink: str, device: str | None) -> tuple[list[float], list[float]]:
    """Play clicks until there are enough taps; returns when each click was heard and when each tap came."""
    clicks: list[float] = []
    taps: list[float] = []
    threading.Thread(target=collect_taps, args=(sys.stdin, taps.append), daemon=True).start()
    with play(folder, sink=sink, device=device) as music:
        due_s = time.monotonic() + 1.0
        for _ in range(DISCARDED + TAPS + SPARE_CLICKS):
            if not music.wait(max(0.0, due_s - time.monotonic())) or len(taps) >= DISCARDED + TAPS:
                break
            due_s += CLICK_SPACING_S
            moment = music.fire("click").sounds_at
            heard_s = None if moment is None else music.heard_s(moment.frame)
            if heard_s is not None:
                clicks.append(heard_s)
    return clicks, taps


def collect_taps(lines: Iterable[str], take: Callable[[float], None]) -> None:
    """Note when each line comes."""
    for _ in lines:
        take(time.monotonic())
