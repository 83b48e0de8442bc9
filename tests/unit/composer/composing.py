"""Bars as the conductor would ask for them, and measures of what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from adaptive.composer.context import BarContext, Generator
from adaptive.composer.meter import meter
from adaptive.composer.plan.brief import LayerBrief, SectionBrief
from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.music.harmony import parse_bar
from adaptive.music.note import Note
from adaptive.music.scale import Key

Bar = tuple[Note, ...]

METERS = [(4, 4), (3, 4), (5, 4), (6, 8), (7, 8), (2, 2), (12, 8), (1, 4), (7, 16)]


def contexts(
    *, bars: int = 8, key: str = "A minor", chords: Sequence[str] = (), beats: int = 4,
    unit: int = 4, energy: float = 0.5, density: float = 0.5, seed: int = 1, style: str = "",
    leaving: Sequence[int] = (), octave: int = 0, tempo_bpm: float = 100.0, phrase_bars: int = 4,
    form: str = "", layers: Sequence[str] = ("melody", "drums", "bass", "pad"), layer: str = "melody",
    plan: SectionPlan | None = None,
) -> list[BarContext]:  # fmt: skip
    """Contexts of a section whose layers are named like their generators; without chords the plan chooses."""
    plan = plan or _kept_plan(
        key=key, chords=tuple(chords), beats=beats, unit=unit, energy=energy, seed=seed,
        phrase_bars=phrase_bars, form=form, layers=tuple(layers),
    )  # fmt: skip
    planned = [plan.bar(bar) for bar in range(bars)]
    return [
        BarContext(
            section="road",
            bar=bar,
            phrase_bars=phrase_bars,
            beats=beats,
            beat_unit=unit,
            tempo_bpm=tempo_bpm,
            harmony=planned[bar].harmony,
            plan=planned[bar],
            energy=energy,
            density=density,
            is_leaving=bar in leaving,
            seed=planned[bar].rhythm_seed(layer),
            style=style,
            octave=octave,
            layer=layer,
        )
        for bar in range(bars)
    ]


def section_plan(
    *, key: str = "A minor", chords: Sequence[str] = (), beats: int = 4, unit: int = 4,
    energy: float = 0.5, seed: int = 1, phrase_bars: int = 4, form: str = "",
    layers: Sequence[str] = ("melody", "drums", "bass", "pad"), has_stems: bool = False, visit: int = 0,
) -> SectionPlan:  # fmt: skip
    """The plan of a section."""
    return SectionPlan(
        SectionBrief(
            section="road",
            seed=seed,
            key=Key.parse(key),
            meter=meter(beats, unit),
            phrase_bars=phrase_bars,
            energy=energy,
            layers=tuple(LayerBrief(name, name, name == "melody") for name in layers),
            chords=tuple(parse_bar(text, beats) for text in chords),
            form=form,
            has_stems=has_stems,
            visit=visit,
        )
    )


_kept_plan = lru_cache(maxsize=512)(section_plan)
"""A plan is the same whoever plays it: all styles of all generators are asked to play one."""


def compose(generator: Generator, asked: Sequence[BarContext]) -> list[Bar]:
    """Write bar after bar, handing on what the generator remembers."""
    memory, bars = asked[0].memory, []
    for context in asked:
        written = generator(replace(context, memory=memory))
        memory = written.memory
        bars.append(written.notes)
    return bars


def shape(bar: Bar) -> set[tuple[object, str]]:
    """Onsets and pitches, without velocity and timing."""
    return {(note.onset, note.pitch) for note in bar}


def likeness(one: Bar, other: Bar) -> float:
    """Share of onsets that two bars have in common."""
    a, b = ({note.onset for note in bar} for bar in (one, other))
    return len(a & b) / len(a | b) if a | b else 1.0


def as_text(layer: str, bars: Sequence[Bar]) -> str:
    """One event a line: ``bar:beat layer pitch duration velocity``."""
    lines = []
    for number, bar in enumerate(bars, 1):
        for note in sorted(bar, key=lambda note: (note.onset, note.midi)):
            beat = note.onset + 1
            lines.append(f"{number}:{beat} {layer} {note.pitch} {note.duration} {note.velocity:.2f}\n")
    return "".join(lines)
