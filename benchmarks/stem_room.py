"""How much room generated layers leave for recordings: shares of clashes and of covered onsets.

::

    python -m benchmarks.stem_room [GUITAR.ogg]

For *nightfall*, the notes that its stems were rendered from are the truth; for other recordings, what the
analysis found in them is.  A note clashes if it lies 1 or 13 semitones from a recorded note for a quarter of
its length, unless the recording has its pitch, too.  It is covered if a recorded sound begins on its
sixteenth.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from adaptive.composer.bar import write_bar
from adaptive.composer.context import BarContext
from adaptive.composer.plan.brief import SectionBrief
from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.composer.plan.stem_bar import StemBar
from adaptive.composer.registry import GENERATORS
from adaptive.conductor.assets import prepare
from adaptive.conductor.layout.builder import lay_out
from adaptive.engine.engine import Engine
from adaptive.music.note import Note
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from tools.nightfall import combat, explore, tension

NIGHTFALL = {
    "explore": (explore.pad, explore.drone, explore.glass),
    "tension": (tension.pad, tension.ostinato, tension.strings, tension.glass),
    "combat": (combat.brass, combat.strings, combat.pad),
}
"""The notes of its pitched stems."""

BARS, SEEDS = 64, (1, 2, 3)

GUITAR = """schema = 1
name = "Guitar"
tempo_bpm = 140
key = "F# minor"
[layers.guitar]
stem = "guitar.ogg"
[layers.tune]
generator = "melody"
[layers.run]
generator = "arpeggio"
[layers.air]
generator = "pad"
[layers.ground]
generator = "bass"
[sections.one]
layers = ["guitar", "tune", "run", "air", "ground"]
length_bars = 16
{chords}
"""

Truth = list[tuple[float, float, int]]
"""Recorded notes: onset and end in beats of the section, and MIDI pitch."""


def composed(brief: SectionBrief, preset: Preset, layer: str) -> list[tuple[int, Note]]:
    """Return the notes of a layer in `BARS` bars of a section, each with its bar."""
    table = preset.file.layers[layer]
    spec = GENERATORS[table.generator or ""]
    density = table.density if isinstance(table.density, float) else 0.5
    plan, memory, notes = SectionPlan(brief), {}, []
    for number in range(BARS):
        bar = plan.bar(number)
        context = BarContext(
            brief.section, number, brief.phrase_bars, brief.meter.beats, brief.meter.unit, 120.0, bar.harmony,
            bar, brief.energy, density, False, brief.seed ^ bar.rhythm_seed(layer),
            table.style or spec.styles[0], table.octave, layer, memory=memory,
        )  # fmt: skip
        written = write_bar(spec.function, context)
        memory = written.memory
        notes += [(number, note) for note in written.notes]
    return notes


def true_notes(section: str) -> Truth:
    """Return the notes that the stems of a section of *nightfall* were rendered from."""
    return [
        (note.beat, note.beat + note.beats, round(note.pitch))
        for written in NIGHTFALL[section]
        for note in written()
        if note.patch not in {"wind", "breath"}
    ]


def shares(
    notes: Iterable[tuple[int, Note]], brief: SectionBrief, stem_bars: tuple[StemBar, ...], truth: Truth
) -> tuple[int, float, float]:
    """Return the number of notes, and the shares that clash and that are covered."""
    meter, count, clashes, covered = brief.meter, 0, 0, 0
    cycle = len(stem_bars) * meter.beats
    onsets = {round(4 * onset) % (4 * cycle) for onset, _, _ in truth}
    for number, note in notes:
        count += 1
        bar = stem_bars[number % len(stem_bars)]
        if not truth:
            clashes += bar.clash_share(note.midi, note.onset, note.duration) >= 0.25
            covered += bar.covers(note.onset, meter.step)
            continue
        start = float(number % len(stem_bars) * meter.beats + note.onset)
        length = float(min(note.duration, Fraction(meter.beats) - note.onset))
        rubbing = sum(
            max(0.0, min(end, start + length) - max(begin, start))
            for begin, end, midi in truth
            if abs(midi - note.midi) in {1, 13}
        )
        is_doubled = any(
            midi == note.midi and begin < start + length and start < end for begin, end, midi in truth
        )
        clashes += rubbing >= 0.25 * length and not is_doubled
        covered += round(4 * start) in onsets
    return count, clashes / max(1, count), covered / max(1, count)


def report(name: str, preset: Preset, truth_of: Callable[[str], Truth]) -> None:
    """Print the shares of each pitched layer of a preset, before and after."""
    layout = lay_out(preset)
    plans = prepare(preset, layout, Engine(layout.spec), 1).plans
    briefs = {name: one.brief for name, one in plans.items()}
    for section in preset.file.sections:
        truth = truth_of(section)
        for layer in preset.segments[section].layers:
            generator = preset.file.layers[layer].generator
            if generator is None or generator == "drums":
                continue
            rows = [
                shares(composed(one, preset, layer), one, briefs[section].stem_bars, truth)
                for seed in SEEDS
                for one in (
                    replace(briefs[section], seed=seed, stem_bars=()),
                    replace(briefs[section], seed=seed),
                )
                if briefs[section].stem_bars
            ]
            if rows:
                before, after = ([sum(v) / len(SEEDS) for v in zip(*rows[n::2], strict=True)] for n in (0, 1))
                print(
                    f"| {name} {section} | {layer} ({generator}) | {before[0]:.0f} → {after[0]:.0f} |"
                    f" {before[1]:.3f} → {after[1]:.3f} | {before[2]:.3f} → {after[2]:.3f} |", flush=True,
                )  # fmt: skip


def main() -> None:
    """Print a row for each layer."""
    print("| section | layer | notes | clashes | covered |\n|---|---|---|---|---|")
    folder = Path(__file__).parents[1] / "presets"
    report("nightfall", load(folder / "nightfall"), true_notes)
    report("lanterns", load(folder / "lanterns"), lambda _: [])
    for path in sys.argv[1:]:
        for name, chords in (("guitar", ""), ("guitar with chords", 'chords = ["F#m", "D", "A", "E"]')):
            with tempfile.TemporaryDirectory() as made:
                shutil.copy(path, Path(made) / "guitar.ogg")
                (Path(made) / "preset.toml").write_text(GUITAR.format(chords=chords), encoding="utf-8")
                report(name, load(Path(made)), lambda _: [])


if __name__ == "__main__":
    main()
