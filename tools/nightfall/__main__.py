"""Renders the stems of *nightfall*: all, or those whose names contain one of the arguments."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import numpy as np

from tools.nightfall.encode import write
from tools.nightfall.finish import finish, loudness
from tools.nightfall.stems import STEMS, Stem
from tools.nightfall.studio import render

FOLDER = Path(__file__).resolve().parents[2] / "presets" / "nightfall" / "stems"


def make(stem: Stem) -> None:
    """Render, finish and write one stem; print its loudness."""
    seed = zlib.crc32(stem.file.encode())
    audio = render(
        stem.notes(), stem.hits(), stem.reverb, lead_frames=stem.lead_frames, beats=stem.beats,
        tail_s=stem.tail_s, drum_send_db=stem.drum_send_db, seed=seed,
    )  # fmt: skip
    sound = finish(audio, stem.finish, min(1.2, 0.5 * stem.tail_s))
    path = FOLDER / stem.file
    write(path, sound, stem.title, stem.quality)
    peak = 20.0 * np.log10(np.max(np.abs(sound)))
    size = path.stat().st_size / 1000.0
    print(f"{stem.file:24} {loudness(sound):6.1f} LUFS  peak {peak:6.1f} dBFS  {size:6.0f} kB")


def main() -> None:
    """Render the stems that the command line names."""
    wanted = sys.argv[1:]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for stem in STEMS:
        if not wanted or any(word in stem.file for word in wanted):
            make(stem)


if __name__ == "__main__":
    main()
