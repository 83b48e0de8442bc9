"""Draws the spectra of mixes before and after, beside the reference, and prints their figures as a table.

    python -m tools.mix_pictures OUT.png NAME BEFORE AFTER [NAME BEFORE AFTER …]

BEFORE and AFTER are folders of presets.  The picture and the table are part of docs/mixing.md.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

from adaptive.analysis.bands import CENTRES_HZ
from adaptive.analysis.mix_profile import layer_profile, profile_of
from adaptive.analysis.mix_proposal import figures
from adaptive.analysis.mix_reference import levelled
from adaptive.analysis.mix_search import HeardMix, MixModel
from adaptive.engine.bank import Bank
from adaptive.session.listening import RATE, render_section, ways_into
from adaptive.session.mixing import HEARD_S, reference_of, roles_of
from adaptive.session.opening import open_preset

BEFORE, AFTER, REFERENCE = "#c0504d", "#1f6f8b", "#999999"


def main() -> None:
    """Draw the picture and print the table."""
    mpl.use("Agg")
    out, *rest = sys.argv[1:]
    rows = [rest[start : start + 3] for start in range(0, len(rest), 3)]
    figure, axes = plt.subplots(2, (len(rows) + 1) // 2, figsize=(9.0, 6.0), squeeze=False, sharey=True)
    print("| preset | state | LUFS | above 2 kHz | side to mid | from the reference (mean) | distance |")
    print("|---|---|---|---|---|---|---|")
    for axis, (name, before, after) in zip(axes.flat, rows, strict=False):
        for state, folder, colour in (("before", before, BEFORE), ("after", after, AFTER)):
            model, found = _heard(folder)
            reference = model.reference
            if state == "before":
                low, high = (reference.bands_db + sign * reference.tolerance_db for sign in (-1.0, 1.0))
                axis.fill_between(CENTRES_HZ, low, high, color=REFERENCE, alpha=0.25, lw=0)
                axis.plot(CENTRES_HZ, reference.bands_db, color=REFERENCE, lw=1.0)
            axis.plot(CENTRES_HZ, levelled(model.measured({}).bands_db), color=colour, label=state)
            print(
                f"| {name} | {state} | {found['lufs']:.1f} | {found['above_2k_db']:.1f} dB | "
                f"{found['side_mid_db']:.1f} dB | {found['apart_db']:.1f} dB | {found['distance']:.1f} |",
                flush=True,
            )
        axis.set_xscale("log")
        axis.set_xticks([100, 1000, 10000], ["100 Hz", "1 kHz", "10 kHz"])
        axis.set_ylim(-35, 20)
        axis.set_title(name)
        axis.grid(alpha=0.3)
    axes[0, 0].legend()
    for row in axes:
        row[0].set_ylabel("dB, 0 from 200 Hz to 4 kHz")
    figure.tight_layout()
    figure.savefig(Path(out), dpi=110)


def _heard(folder: str) -> tuple[MixModel, dict[str, Any]]:
    preset, bank = open_preset(folder), Bank(RATE)
    heard = []
    for name, way in ways_into(preset).items():
        mix, layers = render_section(preset, name, way, bank, HEARD_S)
        measured = {layer: layer_profile(audio, RATE) for layer, audio in layers.items()}
        heard.append(HeardMix(name, profile_of([mix], RATE), measured))
    roles = roles_of(preset, heard)
    model = MixModel(heard, roles, reference_of(preset, heard, roles))
    return model, figures(heard, model)


if __name__ == "__main__":
    main()
