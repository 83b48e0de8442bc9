"""Render the same preset with several seeds, and choose by ear or by number: here, by the number of notes."""

import numpy as np

import adaptive

takes = [adaptive.render("lanterns", seconds=20, seed=seed, ending="cut") for seed in range(4)]
for take in takes:
    level_db = 20.0 * np.log10(max(1e-6, float(np.sqrt(np.mean(np.square(take.audio))))))
    lowest = min((note.midi for note in take.notes), default=0)
    print(f"seed {take.seed}: {len(take.notes)} notes, the lowest {lowest}, {level_db:.1f} dB")
busiest = max(takes, key=lambda take: len(take.notes))
print(f"the busiest is seed {busiest.seed}")
