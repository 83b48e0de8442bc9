"""Drum generator: a groove of the theme, changed in every bar, and fills at ends.

The bars of most styles are drawn from networks that learned from drummers; where those cannot write, and in
the other styles, rules do, and the networks say how the rules' strokes are played.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.fills import KEPT, fill, fill_start, swell
from adaptive.composer.learned_drums import learned_strokes, with_feel
from adaptive.composer.percussion import HANDS, PIECES
from adaptive.composer.seeding import seeded
from adaptive.composer.strokes import STYLES, Pattern, Stroke, house_percussion
from adaptive.composer.writing import meter_of, ms_in_beats, style_of
from adaptive.music.note import Note

OVERLAYS: Mapping[str, Callable[[Pattern], list[Stroke]]] = {"house": house_percussion}
"""What rules add to a learned pattern, by style."""

FEW_STROKES = 16
"""A motif of fewer strokes is changed in one only, every other time."""

SEVERAL_PLAYERS = frozenset({"shaker", "taiko"})
"""Styles that are played by more than one pair of hands."""

LONG_FILLS = frozenset({"breaks", "taiko"})
"""Styles whose fills at the end of a part last half a bar: a beat is too short for their tempo or drums."""

QUIETEST = 0.55
"""Velocity factor at energy 0; it rises linearly to 1 at energy 1."""


def drums(context: BarContext) -> WrittenBar:
    """Write a bar of drums.

    Parameters
    ----------
    context : BarContext
        `density` selects the strokes that sound (a higher density never removes one).  `energy` sets
        their velocity and whether crashes and fills are played.

    Returns
    -------
    WrittenBar
        Notes named by piece (`PIECES`); the memory stays empty.
    """
    style = style_of(context, STYLES, "drums")
    strokes = learned_strokes(context, style)
    if strokes is None:
        strokes = with_feel(context, _by_rules(context, style), style)
    elif style in OVERLAYS:
        strokes = [*strokes, *_sounding(context, OVERLAYS[style](Pattern.of(context)))]
    notes = _performed(context, strokes, is_one_drummer=style not in SEVERAL_PLAYERS)
    rising = swell(context)
    if rising is not None:
        notes.append(replace(_note(context, rising[0]), offset_beats=rising[1]))
    return WrittenBar(tuple(sorted(notes, key=lambda note: (note.onset, note.midi))))


def _by_rules(context: BarContext, style: str) -> list[Stroke]:
    """Return the strokes of a bar as the rules of a style have them."""
    strokes = _sounding(context, _changed(context, STYLES[style](Pattern.of(context))))
    strokes += _phrase_pickup(context)
    start = Fraction(0) if context.plan.is_drum_solo else fill_start(context, is_long=style in LONG_FILLS)
    if start is not None:
        strokes = [s for s in strokes if s.onset < start or s.piece in KEPT]
        strokes += fill(context, style, start)
    return strokes


def _sounding(context: BarContext, strokes: list[Stroke]) -> list[Stroke]:
    """Return the strokes whose density and energy are reached."""
    return [
        stroke for stroke in strokes if stroke.density <= context.density and stroke.energy <= context.energy
    ]


def _changed(context: BarContext, strokes: list[Stroke]) -> list[Stroke]:
    """Change some strokes of the motif: a soft one comes only at a higher density, others are added.

    The first bar of a part is as the motif has it.  A plain return of the theme has the same changes.
    """
    soft = [place for place, stroke in enumerate(strokes) if stroke.density >= 0.25 and stroke.velocity < 0.8]
    if not context.plan.bar_in_part or not soft:
        return strokes
    meter, rng = meter_of(context), seeded(context.plan.change_seed(context.layer))
    place = soft[int(rng.integers(len(soft)))]
    less = replace(strokes[place], density=min(1.0, strokes[place].density + 0.3))
    if len(strokes) < FEW_STROKES and rng.random() < 0.5:
        return [*strokes[:place], less, *strokes[place + 1 :]]
    free = [*meter.halves, *(onset for onset in meter.weak if rng.random() < 0.5)]
    if not free:
        return strokes
    added = []
    for _ in range(1 if len(strokes) < FEW_STROKES else 2):
        like = strokes[soft[int(rng.integers(len(soft)))]]
        onset = free[int(rng.integers(len(free)))]
        added.append(Stroke(like.piece, onset, 0.75 * like.velocity, like.density, like.energy))
    return [*strokes[:place], less, *strokes[place + 1 :], *added]


def _phrase_pickup(context: BarContext) -> list[Stroke]:
    """Return a kick on the last offbeat of the phrase, which leads into the next phrase."""
    halves = meter_of(context).halves
    if not context.is_phrase_end or context.density < 0.25 or not halves:
        return []
    return [Stroke("kick", halves[-1], 0.5)]


def _performed(context: BarContext, strokes: list[Stroke], *, is_one_drummer: bool) -> list[Note]:
    loudest: dict[tuple[str, Fraction], Stroke] = {}
    for stroke in strokes:
        key = stroke.piece, stroke.onset
        if key not in loudest or loudest[key].velocity < stroke.velocity:
            loudest[key] = stroke
    # Open and closed hat are the same cymbals, so an open hat replaces a closed one at its onset.
    opened = {onset for piece, onset in loudest if piece == "hat_open"}
    kept = [stroke for (piece, onset), stroke in loudest.items() if piece != "hat" or onset not in opened]
    return [_note(context, stroke) for stroke in (_two_handed(kept) if is_one_drummer else kept)]


def _two_handed(strokes: list[Stroke]) -> list[Stroke]:
    """Leave out what a drummer has no third hand for, and the hat where the ride is played."""
    by_onset: dict[Fraction, list[Stroke]] = {}
    for stroke in strokes:
        by_onset.setdefault(stroke.onset, []).append(stroke)
    kept: list[Stroke] = []
    for together in by_onset.values():
        by_hand = sorted((s for s in together if s.piece in HANDS), key=lambda s: HANDS.index(s.piece))
        if any(stroke.piece == "ride" for stroke in by_hand):
            by_hand = [stroke for stroke in by_hand if stroke.piece not in {"hat", "hat_open"}]
        kept += [stroke for stroke in together if stroke.piece not in HANDS] + by_hand[:2]
    return kept


def _note(context: BarContext, stroke: Stroke) -> Note:
    loudness = stroke.velocity * (QUIETEST + (1.0 - QUIETEST) * context.energy)
    late = round(ms_in_beats(context, stroke.late_ms), 4)
    velocity = round(min(max(loudness, 0.05), 1.0), 3)
    duration = meter_of(context).step
    return Note(stroke.onset, duration, stroke.piece, PIECES[stroke.piece], velocity, late)
