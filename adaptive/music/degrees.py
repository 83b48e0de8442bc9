"""Scale degrees as pitches: a phrase written in numbers, sounded in any key or over any chord.

Examples
--------
>>> [str(pitch_of_degree(Key.parse("A minor"), degree, 69)) for degree in (1, 3, 5, 8, 0)]
['A4', 'C5', 'E5', 'A5', 'G4']
>>> [str(pitch_over_chord(Chord.parse("F"), Key.parse("A minor"), degree, 65)) for degree in (1, 2, 3, 5, 8)]
['F4', 'G4', 'A4', 'C5', 'F5']
"""

from __future__ import annotations

from adaptive.music.chord import Chord
from adaptive.music.pitch import Pitch
from adaptive.music.scale import Key


def pitch_of_degree(key: Key, degree: int, near: float) -> Pitch:
    """Pitch of a degree of a key.

    Parameters
    ----------
    key : Key
        Tonic and mode.
    degree : int
        1 is the tonic, 8 its octave, 0 the step below the tonic.
    near : float
        MIDI number; the tonic of degree 1 is the one nearest to it.
    """
    tonic = key.tonic.nearest(near)
    octaves, step = divmod(degree - 1, 7)
    return key.spell(tonic.midi + 12 * octaves + key.intervals[step].semitones)


def pitch_over_chord(chord: Chord, key: Key, degree: int, near: float) -> Pitch:
    """Pitch of a degree counted from a chord's root.

    Notes
    -----
    Degrees 1, 3 and 5, and 7 where the chord has one, are the chord's own tones.  What lies between is
    the key's tone nearest to the middle of its neighbours.
    """
    root = chord.root.nearest(near)
    octaves, step = divmod(degree - 1, 7)
    above = sorted(interval.semitones for interval in chord.intervals[:4])
    stack = {0: 0, 2: above[min(1, len(above) - 1)], 4: above[min(2, len(above) - 1)], 7: 12}
    if len(above) > 3:
        stack[6] = above[3]
    if step not in stack:
        low = max(place for place in stack if place < step)
        high = min(place for place in stack if place > step)
        middle = stack[low] + (stack[high] - stack[low]) * (step - low) / (high - low)
        between = range(stack[low] + 1, stack[high]) or range(stack[low], stack[high] + 1)
        stack[step] = min(
            between,
            key=lambda tone: ((root.midi + tone) % 12 not in key.pitch_classes, abs(tone - middle), tone),
        )
    return key.spell(root.midi + 12 * octaves + stack[step])


def nearest_key(wanted: Key, among: list[Key]) -> int:
    """Place of the key that is most like another: the same, else the most tones in common, else the first.

    Examples
    --------
    >>> nearest_key(Key.parse("E minor"), [Key.parse("C major"), Key.parse("G major")])
    1
    """

    def likeness(key: Key) -> tuple[bool, int]:
        return key == wanted, len(key.pitch_classes & wanted.pitch_classes)

    return max(range(len(among)), key=lambda place: (*likeness(among[place]), -place))
