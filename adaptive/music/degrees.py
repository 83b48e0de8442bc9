"""Scale degrees as pitches: transposes a phrase written in degrees to any key or over any chord.

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
    """Return the pitch of a degree of a key.

    Parameters
    ----------
    key : Key
        Tonic and mode.
    degree : int
        1 is the tonic, 8 the octave above it, 0 the step below it.
    near : float
        MIDI number; degree 1 is the tonic nearest to it.
    """
    tonic = key.tonic.nearest(near)
    octaves, step = divmod(degree - 1, 7)
    return key.spell(tonic.midi + 12 * octaves + key.intervals[step].semitones)


def pitch_over_chord(chord: Chord, key: Key, degree: int, near: float) -> Pitch:
    """Return the pitch of a degree counted from the root of a chord.

    Parameters
    ----------
    chord : Chord
        Degree 1 is its root.
    key : Key
        Source of the tones between the chord tones, and of the spelling.
    degree : int
        As in `pitch_of_degree`.
    near : float
        MIDI number; degree 1 is the root nearest to it.

    Notes
    -----
    Degrees 1, 3 and 5 are chord tones, and so is 7 if the chord has a seventh.  A degree in between is the
    tone of the key nearest to the middle between its two neighbours.
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
    """Return the index of the key most similar to another.

    The same key comes first, then the one with the most tones in common, then the one with the lowest index.

    Examples
    --------
    >>> nearest_key(Key.parse("E minor"), [Key.parse("C major"), Key.parse("G major")])
    1
    """

    def similarity(key: Key) -> tuple[bool, int]:
        return key == wanted, len(key.pitch_classes & wanted.pitch_classes)

    return max(range(len(among)), key=lambda place: (*similarity(among[place]), -place))
