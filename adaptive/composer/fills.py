"""Drum fills: strokes that end a phrase or lead into a transition."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from adaptive.composer.context import BarContext
from adaptive.composer.meter import Meter
from adaptive.composer.percussion import SWELL_S
from adaptive.composer.seeding import seeded
from adaptive.composer.strokes import Stroke
from adaptive.composer.writing import FILL, meter_of, ms_in_beats

FILL_ENERGY, PART_FILL_ENERGY = 0.6, 0.4
"""Lowest energy at which the end of a phrase may get a fill, and that at which the end of a part does."""

PHRASE_FILLS = 0.35
"""Share of phrases within a part that end with a fill."""

KEPT = frozenset({"kick", "crash", "swell"})
"""Pieces that keep playing during a fill."""

# Rhythms of one pulse, in sixteenths from its start.
_FIGURES: tuple[tuple[Fraction, ...], ...] = (
    (Fraction(0), Fraction(1), Fraction(2), Fraction(3)),
    (Fraction(0), Fraction(2), Fraction(3)),
    (Fraction(0), Fraction(4, 3), Fraction(8, 3)),
    (Fraction(0), Fraction(1), Fraction(2)),
)
# The same of a pulse of three eighths: in a compound meter the fill lasts to the bar line, too.
_COMPOUND: tuple[tuple[Fraction, ...], ...] = tuple(
    tuple(map(Fraction, figure))
    for figure in ((0, 2, 4), (0, 2, 3, 4, 5), (0, 1, 2, 4), (0, 3, 4, 5), (0, 2, 4, 5), (0, 1, 2, 3, 4, 5))
)
# Broken beats turn on rolls and gaps, and not on even sixteenths alone.
_BROKEN: tuple[tuple[Fraction, ...], ...] = tuple(
    tuple(map(Fraction, figure))
    for figure in ((0, 1, 2, 3), (0, 3), (0, 1, 3), (1, 2, 3), (0, 2, 3), (1, 3), (0, 1), (0, 2))
)
_DESCENTS: dict[str, tuple[str, ...]] = {
    "drive": ("snare", "tom_high", "tom_mid", "tom_low"),
    "halftime": ("snare", "tom_mid", "tom_low"),
    "taiko": ("tom_high", "tom_mid", "tom_low"),
    "shaker": ("woodblock", "rim", "woodblock"),
    "pulse": ("tom_mid", "tom_low", "tom_low"),
    "frame": ("tom_mid", "rim", "tom_high", "tom_low"),
    "house": ("snare", "snare", "rim"),
    "breaks": ("snare", "tom_high", "snare", "tom_low"),
}


TURNS, FRAME_TURNS = 0.25, 0.5
"""Share of the strokes of a fill whose piece is another than the descent has, and that on a frame drum."""


def fill_start(context: BarContext, *, is_long: bool = False) -> Fraction | None:
    """Return the onset, in beats, where the fill of this bar begins; None if the bar has no fill.

    It lasts a pulse or half a bar, as the energy is; at the end of a part always half a bar if `is_long`.
    """
    pulses = meter_of(context).pulses
    if context.is_leaving:
        length = 1 if context.energy < 0.4 else ceil(len(pulses) / 2)
    elif _has_fill(context):
        is_short = context.energy < 0.7 and not (is_long and context.plan.is_part_end)
        length = 1 if is_short else ceil(len(pulses) / 2)
    else:
        return None
    return pulses[max(0, len(pulses) - length)]


def _has_fill(context: BarContext) -> bool:
    if context.plan.is_part_end:
        return context.energy >= PART_FILL_ENERGY
    if not context.is_phrase_end or context.energy < FILL_ENERGY:
        return False
    return bool(seeded(context.plan.change_seed(context.layer), FILL).random() < PHRASE_FILLS)


def fill(context: BarContext, style: str, start: Fraction) -> list[Stroke]:
    """Return the strokes of a fill from `start` to the bar line, with rising velocity and falling pitch."""
    meter = meter_of(context)
    rng = seeded(context.plan.change_seed(context.layer), FILL, context.bar)
    onsets = []
    for pulse, length in zip(meter.pulses, meter.pulse_lengths, strict=True):
        if pulse >= start:
            simple = _BROKEN if style == "breaks" else _FIGURES
            figures = _COMPOUND if length == 6 * meter.step else simple
            figure = figures[int(rng.integers(len(figures)))]
            onsets += [pulse + cut * meter.step for cut in figure]
    pieces = _DESCENTS.get(style, _DESCENTS["drive"])
    if len(pieces) > 2 and rng.random() < 0.5:  # some fills leave a piece out, some begin lower
        left_out = int(rng.integers(len(pieces)))
        pieces = (*pieces[:left_out], *pieces[left_out + 1 :])
    span, turns = meter.length - start, FRAME_TURNS if style == "frame" else TURNS
    strokes = []
    for onset in sorted({onset for onset in onsets if onset < meter.length}):
        place = float((onset - start) / span)
        velocity = 0.5 + 0.45 * place - (0.0 if meter.weight(onset) > 0.2 else 0.1)
        turn = float(rng.random()) < turns  # a piece that is not next in the descent
        piece = int(rng.integers(len(pieces))) if turn else int(place * len(pieces))
        strokes.append(Stroke(pieces[piece], onset, velocity))
    return strokes


def swell(context: BarContext) -> tuple[Stroke, float] | None:
    """Return a cymbal swell that peaks at the next bar line, and its offset from the written onset in beats.

    None if no transition follows, if the energy is below 0.3, or if the swell (`SWELL_S` long) would
    have to begin before the bar or after its last sixteenth.
    """
    meter: Meter = meter_of(context)
    exact = context.beats - ms_in_beats(context, 1000.0 * SWELL_S)
    if not context.is_leaving or context.energy < 0.3 or exact < 0:
        return None
    written = meter.step * ceil(Fraction(exact) / meter.step)
    if written >= meter.length:
        return None
    return Stroke("swell", written, 0.6), round(exact - float(written), 4)
