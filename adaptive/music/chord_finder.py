"""Names the chord that some keys form.

Examples
--------
>>> from adaptive.music.scale import Key
>>> chord_of([57, 60, 64], Key.parse("C major"))
'Am'
>>> chord_of([52, 60, 67], Key.parse("C major"))
'C/E'
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from adaptive.music.chord import QUALITIES, Chord
from adaptive.music.pitch import Interval
from adaptive.music.scale import Key

FEWEST, MOST = 3, 12
"""Keys with different names that form a chord."""


def chord_of(pitches: Collection[int], key: Key) -> str | None:
    """The symbol of the chord that the keys form; None: they form none that has a name here.

    The lowest key is the root if a chord on it has all tones and no other; else another root is tried, and
    the lowest key is the bass of a slash chord.  Chords of four tones and more may lack their fifth.

    Parameters
    ----------
    pitches : collection of int
        MIDI numbers.
    key : Key
        The tones are spelled as in this key.
    """
    classes = {pitch % 12 for pitch in pitches}
    if not FEWEST <= len(classes) <= MOST:
        return None
    bass = min(pitches) % 12
    for lacks_fifth in (False, True):
        for root in (bass, *sorted(classes - {bass})):
            for tones in (frozenset(classes - {bass}), frozenset(classes)):
                if root not in tones or len(tones) < FEWEST:
                    continue
                above = frozenset((tone - root) % 12 for tone in tones)
                quality = _qualities(lacks_fifth).get(above)
                if quality is not None:
                    return _symbol(root, quality, bass, key)
    return None


def _symbol(root: int, quality: str, bass: int, key: Key) -> str:
    tone, low = key.spell(60 + root).tone, key.spell(60 + bass).tone
    return str(Chord(tone, quality, low))


@lru_cache(maxsize=2)
def _qualities(lacks_fifth: bool) -> dict[frozenset[int], str]:
    """Quality by the semitones above the root; of equal ones the first of `QUALITIES`."""
    found: dict[frozenset[int], str] = {}
    for quality, names in QUALITIES.items():
        if lacks_fifth and (len(names) < 4 or "5" not in names):
            continue
        kept = [name for name in names if not (lacks_fifth and name == "5")]
        found.setdefault(frozenset(Interval.parse(name).semitones % 12 for name in kept), quality)
    return found
