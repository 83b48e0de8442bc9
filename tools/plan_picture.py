"""Draws a piano roll and a self-similarity matrix of a planned section as SVG.

::

    python -m tools.plan_picture docs/pictures/composing.svg [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path

from adaptive.composer.bar import write_bar
from adaptive.composer.context import BarContext
from adaptive.composer.meter import meter
from adaptive.composer.plan.brief import LayerBrief, SectionBrief
from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.composer.registry import GENERATORS
from adaptive.music.note import Note
from adaptive.music.scale import Key

LAYERS = {"melody": "#c62828", "pad": "#90caf9", "bass": "#2e7d32", "arpeggio": "#ef9a1a", "drums": "#777777"}
"""Generators of the picture, and their colours."""

STYLES = {"drums": "drive"}

BARS, BAR_PX, KEY_PX, LOWEST, HIGHEST = 48, 18, 4, 24, 92

Bar = dict[str, tuple[Note, ...]]


def compose(seed: int, bars: int = BARS, density: float = 0.5) -> tuple[SectionPlan, list[Bar]]:
    """Return the plan of a section with one of each of `LAYERS`, and its bars by layer."""
    layers = tuple(LayerBrief(name, name, name == "melody", STYLES.get(name, "")) for name in LAYERS)
    plan = SectionPlan(SectionBrief("one", seed, Key.parse("A minor"), meter(4, 4), 4, 0.5, layers))
    memories: dict[str, object] = {}
    written = []
    for number in range(bars):
        planned, bar = plan.bar(number), {}
        for name in LAYERS:
            context = BarContext(
                section="one", bar=number, phrase_bars=4, beats=4, beat_unit=4, tempo_bpm=110.0,
                harmony=planned.harmony, plan=planned, energy=0.5, density=density, is_leaving=False,
                seed=planned.rhythm_seed(name), style=STYLES.get(name, ""), layer=name,
                memory=memories.get(name, {}),  # type: ignore[arg-type]
            )  # fmt: skip
            done = write_bar(GENERATORS[name].function, context)
            memories[name], bar[name] = done.memory, done.notes
        written.append(bar)
    return plan, written


def likeness(one: Bar, other: Bar) -> float:
    """Return the share of notes (layer, onset, pitch) that two bars have in common."""
    a, b = ({(name, n.onset, n.midi) for name, notes in bar.items() for n in notes} for bar in (one, other))
    return len(a & b) / len(a | b) if a | b else 1.0


def picture(plan: SectionPlan, bars: list[Bar]) -> str:
    """Return the SVG."""
    width, roll = len(bars) * BAR_PX, (HIGHEST - LOWEST) * KEY_PX
    height = roll + 40 + width
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        *_labels(plan, len(bars), height),
        *(row for number, bar in enumerate(bars) for row in _roll(number, bar)),
        *_matrix(bars, roll + 40),
        "</svg>",
    ]
    return "\n".join(rows) + "\n"


def _labels(plan: SectionPlan, bars: int, height: int) -> list[str]:
    rows = []
    for bar in range(0, bars, plan.part_at(0).bars):
        x = bar * BAR_PX
        rows.append(f'<line x1="{x}" x2="{x}" y1="0" y2="{height}" stroke="#bbb" stroke-width="0.6"/>')
        rows.append(f'<text x="{x + 4}" y="14" font-size="13">{plan.bar(bar).label}</text>')
    return rows


def _roll(number: int, bar: Bar) -> list[str]:
    rows = []
    for name, colour in LAYERS.items():
        for note in bar[name]:
            x = (number + float(note.onset) / 4) * BAR_PX
            length = 1.2 if name == "drums" else max(1.0, float(note.duration) / 4 * BAR_PX - 0.5)
            y = (
                (HIGHEST - note.midi) * KEY_PX
                if name != "drums"
                else (HIGHEST - LOWEST) * KEY_PX + 40 - note.midi / 2
            )
            rows.append(
                f'<rect x="{x:.1f}" y="{y:.0f}" width="{length:.1f}" height="{KEY_PX - 1}" fill="{colour}"/>'
            )
    return rows


def _matrix(bars: list[Bar], top: int) -> list[str]:
    rows = []
    for row, one in enumerate(bars):
        for column, other in enumerate(bars):
            grey = round(255 * (1.0 - likeness(one, other)))
            if grey < 250:
                rows.append(
                    f'<rect x="{column * BAR_PX}" y="{top + row * BAR_PX}" width="{BAR_PX}" '
                    f'height="{BAR_PX}" fill="#{grey:02x}{grey:02x}{grey:02x}"/>'
                )
    return rows


def main(arguments: list[str]) -> None:
    """Write the picture."""
    plan, bars = compose(int(arguments[1]) if len(arguments) > 1 else 1)
    Path(arguments[0]).write_text(picture(plan, bars), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
