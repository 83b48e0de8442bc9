"""Renders the stems of *lanterns*: all, or those whose names contain one of the arguments."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tools.lanterns.studio import Audio, hits, phrase, take
from tools.nightfall.encode import write
from tools.nightfall.finish import Finish, finish, loudness

FOLDER = Path(__file__).resolve().parents[2] / "presets" / "lanterns"
PRESET = tomllib.loads((FOLDER / "preset.toml").read_text(encoding="utf-8"))


def loop(section: str, layer: str, seed: int) -> Callable[[], Audio]:
    """Return a function that renders one pass of a section, played by a generator in its harmony."""
    table = PRESET["sections"][section]
    tempo, meter = table.get("tempo_bpm", PRESET["tempo_bpm"]), table.get("meter", PRESET["meter"])
    beats = int(meter.partition("/")[0])
    key, bars = table.get("key", PRESET["key"]), table["length_bars"]
    head = f'tempo_bpm = {tempo}\nmeter = "{meter}"\nkey = "{key}"'
    body = f"length_bars = {bars}\nchords = {table['chords']}\nenergy = {table['energy']}"
    return lambda: take(layer, body, head, bars, beats * 60.0 / tempo, 2.5, seed)


LUTE = (
    'generator = "arpeggio"\nstyle = "{style}"\ninstrument = "arp_pluck"\n'
    "octave = {octave}\ndensity = {density}"
)
DULCIMER = 'generator = "arpeggio"\nstyle = "broken"\ninstrument = "arp_pluck"\noctave = 1\ndensity = 0.7'


def _lute(section: str, style: str, octave: int, density: float, seed: int) -> Callable[[], Audio]:
    return loop(section, LUTE.format(style=style, octave=octave, density=density), seed)


ALARM = (
    (0, "tom_low", 0.9, 0.0), (2, "tom_low", 0.6, -0.2), (4, "tom_mid", 0.8, 0.2),
    (6, "tom_mid", 0.65, 0.1), (8, "tom_high", 0.8, -0.3), (10, "tom_mid", 0.7, 0.0),
    (11, "tom_mid", 0.7, 0.2), (12, "tom_high", 0.9, 0.3), (13, "tom_high", 0.8, -0.1),
    (14, "tom_high", 0.95, -0.3), (15, "tom_low", 1.0, 0.0),
)  # fmt: skip


def alarm() -> Audio:
    """Render one bar that builds up: rising toms, a swell, and the leading note of the chase."""
    played = [(at / 4, piece, gain, pan) for at, piece, gain, pan in ALARM]
    drums = hits("kit_taiko", played, 138.0, 4.0, 1.5)
    swell = hits("kit_night", [(0.0, "swell", 0.5, 0.0)], 138.0, 4.0, 1.5)
    horn = phrase("brass_low", [(0.0, 4.0, 47.0, 0.7), (0.0, 4.0, 54.0, 0.6), (2.0, 2.0, 59.0, 0.75),
                                (3.0, 1.0, 63.0, 0.85)], 138.0, 0.0, 1.5)  # fmt: skip
    size = min(len(drums), len(swell), len(horn))
    return 0.8 * drums[:size] + 0.5 * swell[:size] + 0.9 * horn[:size]


def tambourine() -> Audio:
    """Render one bar of shaker that becomes louder."""
    played = [(at / 4, "shaker", 0.25 + 0.05 * at, 0.4 * (-1) ** at) for at in range(16)]
    played += [(3.0, "rim", 0.5, 0.2), (3.5, "rim", 0.6, -0.2), (3.75, "rim", 0.7, 0.1)]
    return hits("kit_light", played, 96.0, 4.0, 0.6)


def tower(*pitches: float) -> Callable[[], Audio]:
    """Return a function that renders a bell of these pitches, with a softer second stroke."""
    notes = [(0.0, 4.0, pitch, 0.85 - 0.12 * place) for place, pitch in enumerate(pitches)]
    notes += [(1.5, 3.0, pitches[0], 0.45), (1.5, 3.0, pitches[1], 0.35)]
    return lambda: phrase("bell", notes, 96.0, 0.25, 2.5)


def stumble() -> Audio:
    """Render a stumble: a low tom, then a woodblock."""
    return hits("kit_light", [(0.0, "tom_low", 0.9, 0.0), (0.25, "woodblock", 0.6, 0.4),
                              (0.5, "woodblock", 0.35, -0.3)], 96.0, 1.0, 0.6)  # fmt: skip


LUTE_FINISH = Finish(-23.0, 160.0, 7500.0)
STEMS: dict[str, tuple[str, Callable[[], Audio], Finish, float]] = {
    "lute_alley_a.ogg": ("Alley: lute", _lute("alley", "broken", 0, 0.55, 3), LUTE_FINISH, 0.4),
    "lute_alley_b.ogg": ("Alley: lute, another take", _lute("alley", "updown", 0, 0.5, 8), LUTE_FINISH, 0.4),
    "lute_court_a.ogg": ("Court: lute", _lute("court", "broken", 0, 0.6, 4), LUTE_FINISH, 0.4),
    "lute_court_b.ogg": ("Court: lute, another take", _lute("court", "up", 0, 0.5, 12), LUTE_FINISH, 0.4),
    "lute_roofs_a.ogg": ("Roofs: lute", _lute("roofs", "sparse", 0, 0.6, 5), LUTE_FINISH, 0.4),
    "lute_roofs_b.ogg": ("Roofs: lute, another take", _lute("roofs", "updown", 1, 0.3, 6), LUTE_FINISH, 0.4),
    "dulcimer_market.ogg": (
        "Market: dulcimer",
        loop("market", DULCIMER, 2),
        Finish(-22.0, 260.0, 11000.0),
        0.4,
    ),
    "alarm.ogg": ("Bridge: alarm", alarm, Finish(-17.0, 40.0, drive=0.4), 0.5),
    "tambourine.ogg": ("Fill: tambourine", tambourine, Finish(-24.0, 300.0), 0.4),
    "tower_g.ogg": ("Stinger: the tower's bell in G", tower(55.0, 62.0, 67.0), Finish(-20.0, 90.0), 0.5),
    "tower_c.ogg": ("Stinger: the tower's bell in C", tower(60.0, 67.0, 72.0), Finish(-20.0, 90.0), 0.5),
    "tower_e.ogg": ("Stinger: the tower's bell in E", tower(52.0, 59.0, 64.0), Finish(-20.0, 90.0), 0.5),
    "stumble.ogg": ("Stinger: stumble", stumble, Finish(-22.0, 60.0), 0.4),
}


def make(file: str, title: str, render: Callable[[], Audio], how: Finish, quality: float) -> None:
    """Render, finish and write one stem; print its loudness."""
    sound: Any = finish(render(), how, 0.4)
    path = FOLDER / "stems" / file
    write(path, sound, title, quality, "Lanterns")
    peak = 20.0 * np.log10(np.max(np.abs(sound)))
    print(
        f"{file:24} {loudness(sound):6.1f} LUFS  peak {peak:6.1f} dBFS  {path.stat().st_size / 1000:5.0f} kB"
    )


def main() -> None:
    """Render the stems that the command line names."""
    for file, stem in STEMS.items():
        if not sys.argv[1:] or any(word in file for word in sys.argv[1:]):
            make(file, *stem)


if __name__ == "__main__":
    main()
