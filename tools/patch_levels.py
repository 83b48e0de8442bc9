"""Measures the factory patches and sets their levels: ``python -m tools.patch_levels``.

A minor triad in the middle of a patch's range, at velocity 0.7, has -20 dBFS in its loudest 400 ms.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from adaptive.engine import commands
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.instruments.kinds import instrument_spec
from adaptive.preset.patch_library import FILE, FactoryPatch, library

WANTED_DB = -20.0
RATE = 48000


def middle(patch: FactoryPatch) -> int:
    """The key in the middle of a patch's range, lower by half a triad."""
    return (patch.range[0] + patch.range[1]) // 2 - 3


def loudest_db(patch: FactoryPatch, seconds: float = 2.5) -> float:
    """Level of a triad in its loudest 400 ms."""
    engine = Engine(EngineSpec(instruments=[instrument_spec(patch.instrument, 0, Path())]))
    keys = (middle(patch) + third for third in (0, 3, 7))
    engine.post([commands.play_note(0, 0, float(key), 0.7, int(2 * RATE)) for key in keys])
    audio = np.asarray(engine.pull(int(seconds * RATE)), dtype=np.float64)
    blocks = [audio[at : at + 19200] for at in range(0, len(audio) - 19200, 4800)]
    return max(float(10.0 * np.log10(np.mean(block**2) + 1e-20)) for block in blocks)


def main() -> None:
    """Set the level of every patch with pitches."""
    text = FILE.read_text(encoding="utf-8")
    for name, patch in library().items():
        if patch.role == "drums":
            continue
        off = WANTED_DB - loudest_db(patch)
        level = round(float(getattr(patch.instrument, "level_db")) + off, 1)  # noqa: B009
        print(f"{name}: {off:+.1f} dB")
        pattern = re.compile(rf"(\[{name}\]\n(?:.*\n)*?instrument = .*?level_db = )[-\d.]+")
        text = pattern.sub(rf"\g<1>{level}", text, count=1)
    FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
