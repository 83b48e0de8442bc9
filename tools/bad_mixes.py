"""Spoils three presets, lets `adaptive mix` mend them, and has a judge measure all three states of each.

    python -m tools.bad_mixes JUDGE [--only NAME]

JUDGE is a program that prints the measures of an audio file as JSON: ``JUDGE audio FILE --json``.  The table
that is printed is part of docs/proof.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from adaptive.analysis.proposal import blank_preset
from adaptive.engine.bank import Bank
from adaptive.preset.load import FILE_NAME
from adaptive.preset.mix_text import with_insert, with_level
from adaptive.preset.model import Preset
from adaptive.session.listening import RATE, render_section, ways_into
from adaptive.session.mixing import mix_preset
from adaptive.session.opening import open_preset

MEASURES = ("lufs", "above_2k", "side_mid", "crest_400ms", "corr_low")
OCTAVES = ("63", "125", "250", "500", "1k", "2k", "4k", "8k", "16k")
PRESETS = Path(__file__).resolve().parent.parent / "presets"
HEARD_S = 20.0


@dataclass(frozen=True)
class Spoilt:
    """A deliberately bad mix: what is wrong with it, and how it is made."""

    words: str
    preset: str
    spoil: Callable[[str], str]


def _muddy(text: str) -> str:
    text = with_level(with_level(text, "bass", 9.0), "pad", 4.0)
    return with_insert(
        text,
        ("master",),
        "eq",
        "spoilt",
        {"low_mid_hz": 250.0, "low_mid_db": 7.0, "high_hz": 4000.0, "high_db": -9.0},
    )


def _buried(text: str) -> str:
    for layer, by_db in (("tune", -20.0), ("drums", 8.0), ("bass", 6.0)):
        text = with_level(text, layer, by_db)
    return text


def _narrow(text: str) -> str:
    text = with_level(with_level(text, "", -12.0), "shaker", 12.0)
    text = with_insert(text, ("master",), "width", "spoilt_width", {"width": 0.3})
    return with_insert(
        text,
        ("master",),
        "eq",
        "spoilt",
        {"low_hz": 150.0, "low_db": -9.0, "high_hz": 6000.0, "high_db": 8.0},
    )


BAD = {
    "muddy": Spoilt(
        "boomy and dull: bass +9 dB, pad +4 dB, +7 dB around 250 Hz, -9 dB above 4 kHz", "stride", _muddy
    ),
    "buried": Spoilt("the tune buried: tune -20 dB, drums +8 dB, bass +6 dB", "new", _buried),
    "narrow": Spoilt(
        "quiet, narrow, harsh: all -12 dB, width 0.3, shaker +12 dB, -9 dB below 150 Hz, +8 dB above 6 kHz",
        "nightfall",
        _narrow,
    ),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("judge", type=Path)
    parser.add_argument("--only", choices=sorted(BAD))
    given = parser.parse_args()
    print("| mix | state | " + " | ".join(MEASURES) + " | octaves from the good mix (mean, dB) |")
    print("|---|---" * (len(MEASURES) + 1) + "|")
    for name in [given.only] if given.only else BAD:
        with tempfile.TemporaryDirectory() as folder:
            _tell(name, _states(BAD[name], Path(folder)), given.judge, Path(folder))


def _states(bad: Spoilt, folder: Path) -> dict[str, Preset]:
    """The good mix, the spoilt one and the mended one, each a preset in a folder of its own."""
    good = folder / "good"
    if bad.preset == "new":
        blank_preset(good)
    else:
        shutil.copytree(PRESETS / bad.preset, good)
    states = {"good": good}
    for state in ("bad", "mended"):
        states[state] = folder / state
        shutil.copytree(good, states[state])
    text = bad.spoil((good / FILE_NAME).read_text(encoding="utf-8"))
    (states["bad"] / FILE_NAME).write_text(text, encoding="utf-8")
    found = mix_preset(open_preset(states["bad"]), None, 0.7)
    (states["mended"] / FILE_NAME).write_text(found.text, encoding="utf-8")
    for one in found.changes:
        print(f"  {one.layer or 'all'}: {one.in_words}; {one.reason}", file=sys.stderr)
    return {state: open_preset(place) for state, place in states.items()}


def _tell(name: str, states: Mapping[str, Preset], judge: Path, folder: Path) -> None:
    measured = {state: _judged(preset, judge, folder / f"{state}.wav") for state, preset in states.items()}
    for state, found in measured.items():
        apart = np.mean([abs(found[f"oct_{one}"] - measured["good"][f"oct_{one}"]) for one in OCTAVES])
        shown = " | ".join(f"{found[one]:.1f}" for one in MEASURES)
        print(f"| {name} | {state} | {shown} | {apart:.1f} |", flush=True)


def _judged(preset: Preset, judge: Path, wave: Path) -> dict[str, float]:
    """What the judge says of all sections, one after another."""
    bank = Bank(RATE)
    pieces = [render_section(preset, one, way, bank, HEARD_S)[0] for one, way in ways_into(preset).items()]
    soundfile.write(wave, np.concatenate(pieces), RATE, subtype="PCM_24")
    done = subprocess.run(
        [sys.executable, str(judge), "audio", str(wave), "--json"], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)["measures"]
    return {key.removeprefix("audio."): float(value) for key, value in found.items()}


if __name__ == "__main__":
    main()
