"""Bars as the conductor would ask for them, and measures of what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adaptive.composer.context import BarContext, Generator, Harmony
from adaptive.music.harmony import default_progression, parse_bar
from adaptive.music.note import Note
from adaptive.music.scale import Key

Bar = tuple[Note, ...]

METERS = [(4, 4), (3, 4), (5, 4), (6, 8), (7, 8), (2, 2), (12, 8), (1, 4), (7, 16)]


def contexts(
    *, bars: int = 8, key: str = "A minor", chords: Sequence[str] = (), beats: int = 4,
    unit: int = 4, energy: float = 0.5, density: float = 0.5, seed: int = 1, style: str = "",
    leaving: Sequence[int] = (), octave: int = 0, tempo_bpm: float = 100.0, phrase_bars: int = 4,
) -> list[BarContext]:  # fmt: skip
    signature = Key.parse(key)
    written = [parse_bar(text, beats) for text in chords or default_progression(signature)]
    return [
        BarContext(
            section="road",
            bar=bar,
            phrase_bars=phrase_bars,
            beats=beats,
            beat_unit=unit,
            tempo_bpm=tempo_bpm,
            harmony=Harmony(
                signature,
                written[bar % len(written)],
                written[(bar + 1) % len(written)][0][1],
            ),
            energy=energy,
            density=density,
            is_leaving=bar in leaving,
            seed=seed,
            style=style,
            octave=octave,
        )
        for bar in range(bars)
    ]


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
