"""Fills: what a drummer plays to close a phrase or to open a door."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from adaptive.composer.context import BarContext
from adaptive.composer.meter import Meter
from adaptive.composer.percussion import SWELL_S
from adaptive.composer.strokes import Stroke
from adaptive.composer.writing import FILL, meter_of, ms_in_beats

FILL_ENERGY = 0.6
"""From this energy on the end of a phrase is filled."""

KEPT = frozenset({"kick", "crash", "swell"})
"""What goes on underneath a fill."""

# How a pulse is cut, in sixteenths from its start; a compound pulse takes those that fit.
_FIGURES: tuple[tuple[Fraction, ...], ...] = (
    (Fraction(0), Fraction(1), Fraction(2), Fraction(3)),
    (Fraction(0), Fraction(2), Fraction(3)),
    (Fraction(0), Fraction(4, 3), Fraction(8, 3)),
    (Fraction(0), Fraction(1), Fraction(2)),
)
_DESCENTS: dict[str, tuple[str, ...]] = {
    "drive": ("snare", "tom_high", "tom_mid", "tom_low"),
    "halftime": ("snare", "tom_mid", "tom_low"),
    "taiko": ("tom_high", "tom_mid", "tom_low"),
    "shaker": ("woodblock", "rim", "woodblock"),
    "pulse": ("tom_mid", "tom_low", "tom_low"),
}


def fill_start(context: BarContext) -> Fraction | None:
    """Return where in the bar a fill begins, if there is one."""
    pulses = meter_of(context).pulses
    if context.is_leaving:
        length = 1 if context.energy < 0.4 else ceil(len(pulses) / 2)
    elif context.is_phrase_end and context.energy >= FILL_ENERGY:
        length = 1 if context.energy < 0.85 else ceil(len(pulses) / 2)
    else:
        return None
    return pulses[max(0, len(pulses) - length)]


def fill(context: BarContext, style: str, start: Fraction) -> list[Stroke]:
    """Return the strokes of a fill from `start` to the bar line, growing louder and lower."""
    meter = meter_of(context)
    rng = context.rng(FILL, context.bar // context.phrase_bars)
    onsets = [
        pulse + cut * meter.step
        for pulse in meter.pulses
        if pulse >= start
        for cut in _FIGURES[int(rng.integers(len(_FIGURES)))]
    ]
    pieces = _DESCENTS[style]
    span = meter.length - start
    strokes = []
    for onset in sorted({onset for onset in onsets if onset < meter.length}):
        place = float((onset - start) / span)
        velocity = 0.5 + 0.45 * place - (0.0 if meter.weight(onset) > 0.2 else 0.1)
        strokes.append(Stroke(pieces[int(place * len(pieces))], onset, velocity))
    return strokes


def swell(context: BarContext) -> tuple[Stroke, float] | None:
    """Return a swell into the next bar and by how many beats it leads its written place.

    None when it does not fit into the bar: a swell that begins at full level is no swell.
    """
    meter: Meter = meter_of(context)
    exact = context.beats - ms_in_beats(context, 1000.0 * SWELL_S)
    if not context.is_leaving or context.energy < 0.3 or exact < 0:
        return None
    written = meter.step * ceil(Fraction(exact) / meter.step)
    if written >= meter.length:
        return None
    return Stroke("swell", written, 0.6), round(exact - float(written), 4)
