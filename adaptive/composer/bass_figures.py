"""Figures of the bass that belong to genres: in two, in sixteenths, off the beat, long and low."""

from __future__ import annotations

from fractions import Fraction

from adaptive.composer.bass_span import HIGH, ChordSpan, PossibleNote
from adaptive.composer.plan.bass_line import LOW
from adaptive.composer.seeding import seeded

USUAL_WALKS = 0.45
"""Share of the chords behind a solo over which the bass walks as it does in the theme."""


def two_feel(span: ChordSpan) -> list[PossibleNote]:
    """Play root and fifth by turns, on the groups of pulses; a higher density walks between them."""
    groups = [span.start, *(g for g in span.meter.group_starts if span.start < g < span.end)]
    ends = [*groups[1:], span.end]
    fifth = span.fifth if span.fifth <= HIGH else span.fifth - 12
    steps = []
    for place, (onset, end) in enumerate(zip(groups, ends, strict=True)):
        midi = span.root if place % 2 == 0 else max(fifth, LOW)
        need = 0.0 if place == 0 else 0.1
        steps.append(
            PossibleNote(onset, (end - onset) * Fraction(9, 10), midi, 0.8 - 0.1 * (place % 2), need)
        )
    last = [pulse for pulse in span.pulses if pulse not in groups][-1:]
    steps += [PossibleNote(pulse, span.end - pulse, span.approach, 0.6, 0.62) for pulse in last]
    return steps


def other_walk(span: ChordSpan, usual: list[int]) -> list[int]:
    """Return a walk of as many pulses as the usual one, between the same roots.

    It goes through the fifth below or the octave, by the scale, or comes to the next root from the other
    side, a semitone away.
    """
    rng = seeded(span.context.plan.change_seed(span.context.layer), int(span.meter.place(span.start)))
    drawn, way = float(rng.random()), int(rng.integers(3))
    count = len(usual)
    if drawn < USUAL_WALKS or count < 2:
        return usual
    side = 1 if span.next_root > span.root else -1
    target = span.next_root
    chromatic = target - side if LOW <= target - side <= HIGH and target - side != span.root else usual[-1]
    other = target + side if LOW <= target + side <= HIGH and target + side != span.root else usual[-1]
    if count < 4:
        return [*usual[:-1], (chromatic, other, usual[-1])[way]]
    fifth = span.fifth if span.fifth <= HIGH else span.fifth - 12
    octave = span.root + 12 if span.root + 12 <= HIGH else span.root - 12
    octave = octave if octave >= LOW else span.root
    inner = [fifth, octave] if way == 0 else _steps(span, span.root, side) if way == 1 else [octave, fifth]
    inner = [max(LOW, midi) for midi in inner]
    return [span.root, *inner, *usual[3:-1], other if way == 2 else chromatic]


def _steps(span: ChordSpan, root: int, side: int) -> list[int]:
    """Return the two steps of the scale after a root."""
    scale = span.context.harmony.key.pitch_classes | span.chord.pitch_classes
    ladder = range(root + 1, HIGH + 1) if side > 0 else range(root - 1, LOW - 1, -1)
    found = [midi for midi in ladder if midi % 12 in scale][:2]
    return found if len(found) == 2 else [root, root]


def sixteenths(span: ChordSpan) -> list[PossibleNote]:
    """Play the one, then what the groove likes of the sixteenths: roots, octaves above, a note before it.

    Beats 2 and 4 are left to the snare, unless the groove likes them best.
    """
    step = span.meter.step
    inside = [place for place in span.meter.steps if span.start < place < span.end]
    backbeats = set(span.meter.backbeats)
    liked = sorted(inside, key=lambda place: -span.liking(place) + 0.35 * (place in backbeats))
    steps = [PossibleNote(span.start, 2 * step, span.root, 0.9)]
    for rank, place in enumerate(liked):
        need = 0.08 + 0.9 * rank / max(1, len(liked))
        is_pop = span.liking(place) > 0.72 and span.root + 12 <= HIGH
        midi = span.root + 12 if is_pop else span.root
        if place == inside[-1]:
            midi = span.approach
        elif rank % 5 == 3:
            midi = span.fifth if span.fifth <= HIGH else span.fifth - 12
        loud = 0.72 if is_pop else 0.5 + 0.2 * span.meter.weight(place)
        steps.append(PossibleNote(place, step * Fraction(4, 5), max(midi, LOW), loud, need))
    return steps


def offbeat(span: ChordSpan) -> list[PossibleNote]:
    """Leave the pulses to the kick: play between them, with an octave where the groove likes it.

    A change of chord has its root at once, short and soft.
    """
    step = span.meter.step
    halves = [place for place in span.meter.halves if span.start < place < span.end]
    steps = [PossibleNote(span.start, step, span.root, 0.62)]
    for place in halves:
        high = span.liking(place) > 0.7 and span.root + 12 <= HIGH
        steps.append(
            PossibleNote(
                place, 2 * step, span.root + 12 if high else span.root, 0.8, 0.3 * (1.0 - span.liking(place))
            )
        )
    between = [place for place in span.meter.weak if span.start < place < span.end]
    steps += [
        PossibleNote(place, step, span.root, 0.6, 1.0 - 0.5 * span.liking(place))
        for place in between
        if span.liking(place) > 0.4
    ]
    return steps


def sub(span: ChordSpan) -> list[PossibleNote]:
    """Hold long low notes that begin with the kick, and now and then one an octave or a fifth away."""
    step = span.meter.step
    low = span.root - 12 if span.root - 12 >= LOW else span.root
    length = span.end - span.start
    steps = [PossibleNote(span.start, length - 2 * step if length > 4 * step else length, low, 0.85)]
    ranked = sorted(
        (p for p in (*span.meter.pulses, *span.meter.halves) if span.start + 3 * step < p < span.end),
        key=lambda place: -span.liking(place),
    )[:3]
    for rank, place in enumerate(ranked):
        midi = (low, low + 12, span.fifth - 12)[rank] if rank < 2 or span.fifth - 12 >= LOW else low
        steps.append(PossibleNote(place, 3 * step, midi, 0.7 - 0.08 * rank, 0.22 + 0.25 * rank))
    taken = {one.onset for one in steps}
    if span.end == span.meter.length and span.next_root != span.root and span.end - step not in taken:
        steps.append(PossibleNote(span.end - step, step, span.approach, 0.55, 0.75))
    return steps
