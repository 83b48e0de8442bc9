"""Measures the mix of presets and of the templates of genres: ``python -m tools.genre_mix [NAME …]``.

NAME is a genre, or the folder of a preset; without any, all genres are measured.  Of each preset 78 s are
played, 20 dB softer so that the limiter has nothing to do; measured are the 30 s from 2 s on and those from
48 s on, with seed 1, in *full*, or else in the first section that parameters can choose.  ``--layers`` prints
each layer at the last place, before its sends and the master.
The table is part of docs/music.md.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from adaptive.analysis.genre_template import genre_text
from adaptive.analysis.mix_profile import SoundProfile, profile_of
from adaptive.composer.genres.registry import GENRES
from adaptive.engine.bank import Bank
from adaptive.preset.model import Preset
from adaptive.session.listening import RATE, SKIPPED_S, Audio, render_section, ways_into
from adaptive.session.opening import open_preset

SEED = 1
PLACES_S = (2.0, 48.0)
HEARD_S = 30.0
SOFTER_DB = 20.0


def main() -> None:
    """Print the table."""
    names = [one for one in sys.argv[1:] if not one.startswith("--")] or list(GENRES)
    print("| preset | LUFS | above 2 kHz | side to middle | true peak before the limiter |")
    print("|---|---|---|---|---|")
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            if name in GENRES:
                (place / "preset.toml").write_text(genre_text(name, GENRES[name]), encoding="utf-8")
            else:
                place = Path(name)
            whole, layers = measured(open_preset(place))
        lufs = " and ".join(f"{(one.lufs or -99.0) + SOFTER_DB:.1f}" for one in whole)
        above, side = (
            " and ".join(f"{value:.1f}" for value in values)
            for values in ([one.above_2k_db for one in whole], [one.side_mid_db for one in whole])
        )
        peak = " and ".join(f"{one.true_peak_db + SOFTER_DB:+.1f}" for one in whole)
        print(f"| {Path(name).name} | {lufs} | {above} dB | {side} dB | {peak} dBTP |", flush=True)
        if "--layers" in sys.argv:
            for layer, one in layers.items():
                print(
                    f"    {layer:14} {one.lufs or -99.0:6.1f} LUFS, above 2 kHz {one.above_2k_db:6.1f} dB, "
                    f"side {one.side_mid_db:6.1f} dB"
                )


def measured(preset: Preset) -> tuple[list[SoundProfile], dict[str, SoundProfile]]:
    """Return what the mix measures at each place, 20 dB softer, and its layers at the last."""
    file = preset.file
    ways = ways_into(preset)
    name = "full" if "full" in ways else next(iter(ways))
    level_db = (file.level_db if file.master.level_db is None else file.master.level_db) or 0.0
    if not isinstance(level_db, float | int):
        message = "the level of this preset follows a parameter; the tool measures those with one level"
        raise SystemExit(message)
    master = msgspec.structs.replace(file.master, level_db=level_db - SOFTER_DB)
    softer = replace(preset, file=msgspec.structs.replace(file, seed=SEED, level_db=None, master=master))
    mix, taps = render_section(softer, name, ways[name], Bank(RATE), PLACES_S[-1] + HEARD_S)

    def place(audio: Audio, start_s: float) -> Audio:
        first = round((start_s - SKIPPED_S) * RATE)
        return np.ascontiguousarray(audio[first : first + round(HEARD_S * RATE)])

    whole = [profile_of([place(mix, start_s)], RATE) for start_s in PLACES_S]
    last = {layer: place(tap, PLACES_S[-1]) for layer, tap in taps.items()}
    return whole, {layer: profile_of([tap], RATE, has_true_peak=False) for layer, tap in last.items()}


if __name__ == "__main__":
    main()
