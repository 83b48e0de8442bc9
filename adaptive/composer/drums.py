"""Drums: a motif of two bars that returns, ghost notes when dense, fills where a phrase ends."""

from __future__ import annotations

from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.fills import KEPT, fill, fill_start, swell
from adaptive.composer.percussion import PIECES
from adaptive.composer.strokes import STYLES, Pattern, Stroke
from adaptive.composer.writing import Hand, meter_of, style_of
from adaptive.music.note import Note

LOOSENESS = {"kick": 0.4, "snare": 0.6, "tom_low": 0.6, "hat": 1.0, "shaker": 1.3}
"""How far a piece strays; what carries the beat strays least."""

QUIETEST = 0.55
"""Share of its velocity that a stroke keeps at energy 0."""


def drums(context: BarContext) -> WrittenBar:
    """Write a bar of drums.

    Parameters
    ----------
    context : BarContext
        `density` decides which strokes sound (more never removes one), `energy` how hard, and
        whether crashes and fills are played.

    Returns
    -------
    WrittenBar
        Notes named by piece (`PIECES`); nothing is remembered.
    """
    style = style_of(context, STYLES)
    strokes = [
        stroke
        for stroke in STYLES[style](Pattern.of(context))
        if stroke.density <= context.density and stroke.energy <= context.energy
    ]
    strokes += _turn(context)
    start = fill_start(context)
    if start is not None:
        strokes = [s for s in strokes if s.onset < start or s.piece in KEPT]
        strokes += fill(context, style, start)
    notes = _performed(context, strokes)
    rising = swell(context)
    if rising is not None:
        notes.append(_note(context, rising[0], rising[1]))
    return WrittenBar(tuple(sorted(notes, key=lambda note: (note.onset, note.midi))))


def _turn(context: BarContext) -> list[Stroke]:
    """A quiet phrase ends with a pickup where a loud one has its fill."""
    halves = meter_of(context).halves
    if not context.is_phrase_end or context.density < 0.25 or not halves:
        return []
    return [Stroke("kick", halves[-1], 0.5)]


def _performed(context: BarContext, strokes: list[Stroke]) -> list[Note]:
    loudest: dict[tuple[str, Fraction], Stroke] = {}
    for stroke in strokes:
        key = stroke.piece, stroke.onset
        if key not in loudest or loudest[key].velocity < stroke.velocity:
            loudest[key] = stroke
    # An open hat is the same pair of cymbals: where it sounds the closed one does not.
    opened = {onset for piece, onset in loudest if piece == "hat_open"}
    hands = {piece: Hand(context, PIECES[piece]) for piece in {piece for piece, _ in loudest}}
    return [
        _note(context, stroke, hands[piece].offset_beats(onset, LOOSENESS.get(piece, 0.8)))
        for (piece, onset), stroke in loudest.items()
        if piece != "hat" or onset not in opened
    ]


def _note(context: BarContext, stroke: Stroke, offset_beats: float) -> Note:
    number = PIECES[stroke.piece]
    loudness = stroke.velocity * (QUIETEST + (1.0 - QUIETEST) * context.energy)
    velocity = Hand(context, number).velocity(stroke.onset, loudness)
    duration = meter_of(context).step
    return Note(stroke.onset, duration, stroke.piece, number, velocity, offset_beats)
