"""What a figure of the bass works with: the span of a chord, and the notes that it offers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from adaptive.composer.context import BarContext
from adaptive.composer.meter import Meter
from adaptive.composer.plan.bass_line import LOW
from adaptive.music.chord import Chord

HIGH = 47
"""B2, just below the range of the pad."""


@dataclass(frozen=True, slots=True)
class PossibleNote:
    """A note the style offers: onset, length, MIDI pitch, velocity, and the density from which it sounds."""

    onset: Fraction
    length: Fraction
    midi: int
    velocity: float
    density: float = 0.0


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """The time one chord lasts within a bar, with the roots of this chord and of the next."""

    context: BarContext
    meter: Meter
    start: Fraction
    end: Fraction
    chord: Chord
    after: Chord
    root: int
    next_root: int

    @property
    def pulses(self) -> list[Fraction]:
        """Onsets of the pulses within the span; its start is always included."""
        inside = [pulse for pulse in self.meter.pulses if self.start < pulse < self.end]
        return [self.start, *inside]

    def liking(self, onset: Fraction) -> float:
        """How much the groove likes an onset, 0 … 1."""
        return self.context.plan.groove[self.meter.place(onset)]

    @property
    def eighths(self) -> list[Fraction]:
        """Onsets of the eighths within the span; its start is always included."""
        places = sorted((*self.meter.pulses, *self.meter.halves))
        return [self.start, *(place for place in places if self.start < place < self.end)]

    @property
    def fifth(self) -> int:
        """MIDI pitch of the chord tone nearest to a perfect fifth above the root."""
        tones = [(tone.pitch_class - self.root) % 12 for tone in self.chord.tones]
        return self.root + min(tones, key=lambda above: abs(above - 7))

    @property
    def approach(self) -> int:
        """A note a step away from the next root, on the side of the present root, in the key if possible."""
        scale = self.context.harmony.key.pitch_classes
        if self.next_root == self.root:
            return self.fifth if self.fifth <= HIGH else self.fifth - 12
        direction = -1 if self.next_root > self.root else 1
        near = [self.next_root + side * step for side in (direction, -direction) for step in (1, 2)]
        choices = [m for m in near if m % 12 in scale and m >= LOW - 1 and m != self.root]
        return choices[0] if choices else near[0]
