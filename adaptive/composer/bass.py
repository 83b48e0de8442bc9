"""Bass generator: chord tones between E1 and B2, and approach notes into the next chord.

It plays on the pulses, together with the kick, and plays offbeats only at a higher density.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from adaptive.composer.bass_figures import offbeat, other_walk, sixteenths, sub, two_feel
from adaptive.composer.bass_span import HIGH, ChordSpan, PossibleNote
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.plan.bass_line import HOME, LOW, bass_pitch
from adaptive.composer.writing import chord_index, chord_spans, meter_of, pitch_in, plain_note, style_of
from adaptive.music.note import Note


def bass(context: BarContext) -> WrittenBar:
    """Write a bar of bass.

    Parameters
    ----------
    context : BarContext
        `density` adds passing notes and repetitions, where the plan's groove puts the kick.

    Returns
    -------
    WrittenBar
        Notes that never overlap.
    """
    style = style_of(context, STYLES, "bass")
    steps: list[PossibleNote] = []
    for start, end, chord, after in chord_spans(context):
        root = context.plan.basses[chord_index(context, start)]
        following = bass_pitch(after.bass, root)
        span = ChordSpan(context, meter_of(context), start, end, chord, after, root, following)
        steps += STYLES[style](span)
    return WrittenBar(tuple(_performed(context, steps)) if steps else ())


def root(span: ChordSpan) -> list[PossibleNote]:
    """Hold the root; a higher density repeats it and adds a note that leads into the next chord."""
    breath = min(2 * span.meter.step, (span.end - span.start) / 4)
    breath = breath if span.context.is_phrase_end else Fraction(0)
    pulses = span.pulses
    steps = [PossibleNote(span.start, span.end - span.start - breath, span.root, 0.8)]
    middle = [pulse for pulse in pulses[1:] if pulse in span.meter.group_starts]
    steps += [
        PossibleNote(
            pulse, span.end - pulse - breath, span.root, 0.65, 0.1 + 0.45 * (1.0 - span.liking(pulse))
        )
        for pulse in middle
    ]
    steps += [
        PossibleNote(place, 2 * span.meter.step, span.root, 0.6, 0.72 - 0.4 * span.liking(place))
        for place in _with_kick(span)
    ]
    steps += [
        PossibleNote(place, 2 * span.meter.step, span.root, 0.55, 1.0 - 0.35 * span.liking(place))
        for place in span.eighths[1:]
    ]
    if len(pulses) > 2 and not span.context.is_phrase_end:
        steps.append(PossibleNote(pulses[-1], span.end - pulses[-1], span.approach, 0.6, 0.65))
    return _once(steps)


def _once(steps: list[PossibleNote]) -> list[PossibleNote]:
    """Keep one of several notes that a style offers at one onset: that of the lowest density."""
    first: dict[Fraction, PossibleNote] = {}
    for step in steps:
        kept = first.get(step.onset)
        if kept is None or step.density < kept.density:
            first[step.onset] = step
    return list(first.values())


def _with_kick(span: ChordSpan) -> list[Fraction]:
    """Return the two offbeats of the bar that the groove likes best, as far as they lie in the span."""
    ranked = sorted(span.meter.halves, key=lambda place: -span.liking(place))[:2]
    return [place for place in ranked if span.start < place < span.end]


def pulse(span: ChordSpan) -> list[PossibleNote]:
    """Play eighths on the root, with rests chosen by the seed and an approach note at the end."""
    places = span.eighths
    randoms = span.context.plan.groove
    steps = []
    for place in places:
        weight = span.meter.weight(place)
        random = randoms[span.meter.place(place)]
        need = 0.0 if place == span.start else 0.03 + (0.95 - 0.45 * weight) * (1.0 - random)
        midi = span.root
        if place == places[-1] and len(places) > 3:
            midi = span.approach
        elif random < 0.3 and weight < 0.5:
            midi = span.fifth if span.fifth <= HIGH else span.root
        steps.append(PossibleNote(place, 2 * span.meter.step, midi, 0.55 + 0.35 * weight, need))
    return steps


def walking(span: ChordSpan) -> list[PossibleNote]:
    """Play a walking bass: the root, chord tones on the pulses, then a step into the next root.

    Behind a solo it also walks by other ways.
    """
    pulses = span.pulses
    path = _path(span, len(pulses))
    if span.context.plan.part.form.solo:
        path = other_walk(span, path)
    ends = [*pulses[1:], span.end]
    return [
        PossibleNote(
            onset, (end - onset) * Fraction(9, 10), midi, 0.7 if n % 2 else 0.8,
            0.0 if n == 0 else 0.05 + 0.45 * (1.0 - span.liking(onset)),
        )
        for n, (onset, end, midi) in enumerate(zip(pulses, ends, path, strict=True))
    ] + [
        PossibleNote(onset, 2 * span.meter.step, midi, 0.5, 0.52 + 0.46 * (1.0 - span.liking(onset)))
        for onset, midi in _skips(span, path)
    ]  # fmt: skip


def _skips(span: ChordSpan, path: list[int]) -> list[tuple[Fraction, int]]:
    """Return the eighths between the pulses, each with the note of its pulse: they skip into the next."""
    return [
        (onset, path[sum(pulse <= onset for pulse in span.pulses) - 1])
        for onset in span.meter.halves
        if span.start < onset < span.end
    ]


def octave(span: ChordSpan) -> list[PossibleNote]:
    """Alternate between the root on the pulse and its octave on the offbeat."""
    randoms = span.context.plan.groove
    steps = []
    for place in span.eighths:
        on_pulse = place in span.meter.pulses or place == span.start
        need = 0.0 if place == span.start else 0.1 if on_pulse else 0.25
        need += 0.6 * (1.0 - randoms[span.meter.place(place)]) if place != span.start else 0.0
        low = span.root - 12 if span.root - 12 >= LOW else span.root
        midi, velocity = (low, 0.85) if on_pulse else (low + 12, 0.62)
        steps.append(PossibleNote(place, span.meter.step * Fraction(3, 2), midi, velocity, need))
    if len(steps) > 4 and span.next_root != span.root:
        last = steps[-1]
        steps[-1] = PossibleNote(last.onset, last.length, span.approach, 0.65, last.density)
    return steps


def _path(span: ChordSpan, count: int) -> list[int]:
    """Return one pitch for each pulse: the root, chord tones, and the approach note last."""
    if count == 1:
        return [span.root]
    tones = {tone.pitch_class for tone in span.chord.tones}
    is_rising = span.next_root > span.root or span.root <= HOME
    ladder = [
        midi
        for midi in range(LOW, HIGH + 1)
        if midi % 12 in tones and (midi > span.root) == is_rising and midi != span.root
    ]
    ladder.sort(reverse=not is_rising)
    ladder = ladder or [span.root]
    # The line reverses after three chord tones, so that it does not become a plain arpeggio.
    around = [*ladder[:3], *ladder[1:2], *ladder[:1]]
    middle = [around[n % len(around)] for n in range(count - 2)]
    return [span.root, *middle, span.approach]


def _performed(context: BarContext, steps: list[PossibleNote]) -> list[Note]:
    """Perform the notes whose density is reached; each ends at the latest where the next begins."""
    meter = meter_of(context)
    limit = meter.length - (2 * meter.step if context.is_phrase_end else 0)
    chosen = [s for s in steps if s.density <= context.density]
    kept = [s for s in chosen if s.onset < limit or s.onset == 0]
    kept.sort(key=lambda s: s.onset)
    ends = [*(s.onset for s in kept[1:]), meter.length]
    chords = {start: chord for start, _, chord, _ in chord_spans(context)}
    notes = []
    chord = context.harmony.chords[0][1]
    for step, end in zip(kept, ends, strict=True):
        chord = chords.get(step.onset, chord)
        length = min(step.length, end - step.onset)
        velocity = step.velocity * (0.65 + 0.35 * context.energy)
        pitch = pitch_in(context, chord, step.midi)
        notes.append(plain_note(step.onset, length, pitch, velocity))
    return notes


STYLES: dict[str, Callable[[ChordSpan], list[PossibleNote]]] = {
    "root": root,
    "pulse": pulse,
    "walking": walking,
    "octave": octave,
    "two_feel": two_feel,
    "sixteenths": sixteenths,
    "offbeat": offbeat,
    "sub": sub,
}
