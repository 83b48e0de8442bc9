"""Drum patterns: the strokes of each style, with the density and the energy from which each sounds.

A bar at a higher density therefore contains every stroke of the same bar at a lower one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from adaptive.composer.context import BarContext
from adaptive.composer.meter import Meter
from adaptive.composer.writing import MOTIF_BARS, bar_randoms, meter_of, steady_randoms, step_randoms


@dataclass(frozen=True, slots=True)
class Stroke:
    """A drum stroke; sounds from `density` and `energy` on.

    `velocity` is that at full energy, `late_ms` how late people play it.
    """

    piece: str
    onset: Fraction
    velocity: float
    density: float = 0.0
    energy: float = 0.0
    late_ms: float = 0.0


EARLY_KICK = 0.55
"""Liking of the groove from which a kick comes an eighth early."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Input of a style: the meter, the position in motif and phrase, and random numbers.

    Parameters
    ----------
    meter : Meter
        Meter of the bar.
    bar : int
        0 or 1: bar of the two-bar motif.
    randoms : tuple of float
        One number 0 … 1 for each sixteenth, from `step_randoms`.
    groove : tuple of float
        The same of the plan, which the bass reads too: the kick takes the highest.
    rise : float
        0 in the first bar of a phrase, 1 in its last.
    is_opening : bool
        Whether this is the first bar of a phrase.
    fresh : tuple of float
        One number 0 … 1 for each sixteenth of this bar of the theme, which no other bar repeats.
    steady : tuple of float
        One number 0 … 1 for each sixteenth, the same in every bar of the theme.
    """

    meter: Meter
    bar: int
    randoms: tuple[float, ...]
    groove: tuple[float, ...]
    rise: float
    is_opening: bool
    fresh: tuple[float, ...]
    steady: tuple[float, ...]

    @classmethod
    def of(cls, context: BarContext) -> Pattern:
        """Return the pattern input of a bar."""
        meter = meter_of(context)
        bar = context.bar_in_phrase % MOTIF_BARS
        randoms = step_randoms(context)
        rise = context.bar_in_phrase / max(1, context.phrase_bars - 1)
        fresh = bar_randoms(context, len(meter.steps))
        is_opening = context.bar_in_phrase == 0
        steady = steady_randoms(context)
        return cls(meter, bar, randoms, context.plan.groove, rise, is_opening, fresh, steady)

    def preferred(self, places: Iterable[Fraction], count: int) -> list[Fraction]:
        """Return the `count` onsets with the highest random numbers, highest first."""
        step = self.meter.step
        ranked = sorted(places, key=lambda onset: -self.randoms[int(onset / step)])
        return ranked[:count]

    def usual(self, places: Iterable[Fraction], count: int) -> list[Fraction]:
        """Return `count` onsets that are the same in every bar of the theme."""
        step = self.meter.step
        return sorted(places, key=lambda onset: -self.steady[int(onset / step)])[:count]

    def newest(self, places: Iterable[Fraction], count: int) -> list[Fraction]:
        """Return `count` onsets that change from bar to bar."""
        step = self.meter.step
        return sorted(places, key=lambda onset: -self.fresh[int(onset / step)])[:count]

    def kicks(self, places: Iterable[Fraction], count: int) -> list[Fraction]:
        """Return the `count` onsets that the groove likes best."""
        step = self.meter.step
        return sorted(places, key=lambda onset: -self.groove[int(onset / step)])[:count]

    def main_kicks(self, velocity: float) -> list[Stroke]:
        """Return a kick on each group of pulses, or an eighth early where the groove likes that better."""
        early = 2 * self.meter.step
        strokes = [Stroke("kick", Fraction(0), velocity)]
        for onset in self.meter.group_starts[1:]:
            if self.groove[self.meter.place(onset - early)] > EARLY_KICK:
                strokes += [
                    Stroke("kick", onset - early, 0.9 * velocity),
                    Stroke("kick", onset, velocity, 0.85),
                ]
            else:
                strokes.append(Stroke("kick", onset, velocity))
        return strokes

    @property
    def weak(self) -> list[Fraction]:
        """Sixteenths between the eighths."""
        return list(self.meter.weak)

    def after(self, pulse: Fraction) -> Fraction:
        """Return the eighth before the next pulse; the pulse itself if it is shorter than a quarter."""
        length = self.meter.pulse_lengths[self.meter.pulse_at(pulse)]
        return pulse + length - 2 * self.meter.step if length >= 4 * self.meter.step else pulse


def pulse(pattern: Pattern) -> list[Stroke]:
    """Return a sparse heartbeat: two soft kicks, an occasional rim shot, a quiet tom."""
    meter = pattern.meter
    second = meter.group_starts[1:]
    strokes = [Stroke("kick", Fraction(0), 0.75), Stroke("kick", 2 * meter.step, 0.45, 0.12)]
    strokes += [Stroke("kick", onset, 0.6, 0.35) for onset in second]
    strokes += [Stroke("kick", onset + 2 * meter.step, 0.38, 0.55) for onset in second]
    strokes += [Stroke("kick", onset, 0.55, 0.75, 0.5) for onset in meter.pulses]
    if pattern.bar == 1:
        strokes += [Stroke("rim", onset, 0.4, 0.3) for onset in meter.backbeats[-1:]]
        strokes += [Stroke("tom_low", onset, 0.4, 0.5) for onset in pattern.preferred(meter.halves, 1)]
    strokes += [Stroke("hat", onset, 0.28, 0.6) for onset in meter.halves]
    strokes += [Stroke("rim", onset, 0.22, 0.8) for onset in pattern.preferred(pattern.weak, 2)]
    return strokes


def drive(pattern: Pattern) -> list[Stroke]:
    """Return a rock or electronic pattern: kick and backbeat, continuous hats, ghost notes."""
    meter = pattern.meter
    strokes = pattern.main_kicks(0.95)
    strokes += [Stroke("snare", onset, 0.9, 0.15) for onset in meter.backbeats]
    strokes += [Stroke("kick", onset, 0.85, 0.3, 0.6) for onset in meter.pulses]
    extra = pattern.kicks(meter.halves, 2)
    strokes += [Stroke("kick", onset, 0.7, 0.3 + 0.2 * n) for n, onset in enumerate(extra)]
    strokes += [Stroke("kick", onset, 0.5, 0.7) for onset in pattern.kicks(pattern.weak, 1)]
    strokes += [Stroke("hat", onset, 0.6, 0.1) for onset in meter.pulses]
    strokes += [Stroke("hat", onset, 0.45, 0.25) for onset in meter.halves]
    strokes += [
        Stroke("hat", onset, 0.3, 0.9 - 0.25 * pattern.randoms[meter.place(onset)]) for onset in pattern.weak
    ]
    ghosts = pattern.preferred(pattern.weak, 3)
    strokes += [Stroke("snare", onset, 0.22, 0.55 + 0.12 * n) for n, onset in enumerate(ghosts)]
    if pattern.bar == 1:
        strokes += [Stroke("hat_open", onset, 0.5, 0.4) for onset in meter.halves[-1:]]
    return [*strokes, *_crash(pattern, 0.65)]


def halftime(pattern: Pattern) -> list[Stroke]:
    """Return a half-time pattern: one backbeat a bar, a syncopated kick, triplet rolls on the hat."""
    meter = pattern.meter
    middle = meter.middle
    strokes = [Stroke("kick", Fraction(0), 1.0), Stroke("snare", middle, 0.95, 0.1)]
    before = [onset for onset in (*meter.halves, *pattern.weak) if onset < middle]
    after = [onset for onset in meter.halves if onset > middle]
    strokes += [Stroke("kick", onset, 0.75, 0.2) for onset in pattern.kicks(after, 1)]
    strokes += [Stroke("kick", onset, 0.6, 0.5) for onset in pattern.kicks(before, 1)]
    strokes += [Stroke("hat", onset, 0.45, 0.2) for onset in meter.pulses]
    strokes += [Stroke("hat", onset, 0.32, 0.5) for onset in meter.halves]
    rolls = pattern.preferred(meter.pulses[1:], 1)
    third = Fraction(4, 3) * meter.step
    strokes += [Stroke("hat", onset + third * n, 0.3, 0.8) for onset in rolls for n in (1, 2)]
    strokes += [Stroke("snare", onset, 0.2, 0.65) for onset in pattern.preferred(pattern.weak, 2)]
    if pattern.bar == 1:
        strokes += [Stroke("tom_low", onset, 0.6, 0.6) for onset in meter.halves[-1:]]
        strokes += [Stroke("tom_mid", onset, 0.5, 0.7) for onset in meter.pulses[-1:]]
    return [*strokes, *_crash(pattern, 0.7)]


def shaker(pattern: Pattern) -> list[Stroke]:
    """Return a light pattern: a shaker accenting offbeats, a two-bar woodblock figure, a soft kick."""
    meter = pattern.meter
    strokes = [Stroke("shaker", onset, 0.45, 0.02) for onset in meter.pulses]
    strokes += [Stroke("shaker", onset, 0.6, 0.12) for onset in meter.halves]
    strokes += [
        Stroke("shaker", onset, 0.28, 0.75 - 0.4 * pattern.randoms[meter.place(onset)])
        for onset in pattern.weak
    ]
    strokes += [Stroke("kick", onset, 0.5, 0.3) for onset in meter.group_starts]
    call = sorted(pattern.preferred((*meter.pulses, *meter.halves), 4))
    strokes += [
        Stroke("woodblock", onset, 0.5 - 0.08 * (n % 2), 0.45 + 0.1 * n) for n, onset in enumerate(call)
    ]
    strokes += [Stroke("rim", onset, 0.4, 0.6) for onset in meter.backbeats]
    return strokes


def taiko(pattern: Pattern) -> list[Stroke]:
    """Return large drums: low strokes answered by higher ones; the velocity rises through the phrase."""
    meter, swell = pattern.meter, 0.72 + 0.28 * pattern.rise
    strokes = [Stroke("tom_low", Fraction(0), swell)]
    strokes += [Stroke("tom_low", onset, 0.85 * swell, 0.2) for onset in meter.group_starts[1:]]
    places = (*meter.pulses[1:], *meter.halves)
    call = pattern.usual(places, 3)
    call += [onset for onset in pattern.preferred(places, 4) if onset not in call][:1]
    pieces = ("tom_low", "tom_mid", "tom_mid", "tom_high")
    strokes += [
        Stroke(piece, onset, (0.8 - 0.08 * n) * swell, 0.12 + 0.12 * n)
        for n, (piece, onset) in enumerate(zip(pieces, call, strict=False))
    ]
    strokes += [Stroke("tom_high", onset, 0.38 * swell, 0.6) for onset in meter.halves]
    strokes += [
        Stroke("tom_high", onset, 0.26 * swell, 0.95 - 0.2 * weight)
        for onset, weight in zip(meter.steps, pattern.randoms, strict=True)
        if onset in pattern.weak
    ]
    rolled = [*pattern.usual(pattern.weak, 1), *pattern.newest(pattern.weak, 1)]
    strokes += [Stroke("tom_mid", onset, 0.42 * swell, 0.5 + 0.2 * n) for n, onset in enumerate(rolled)]
    strokes += [Stroke("rim", onset, 0.58, 0.42) for onset in meter.backbeats]
    strokes += [Stroke("snare", onset, 0.62 * swell, 0.5) for onset in pattern.usual(pattern.weak, 1)]
    strokes += [Stroke("kick", onset, 0.9, 0.25 + 0.2 * n, 0.5) for n, onset in enumerate(meter.group_starts)]
    return [*strokes, *_crash(pattern, 0.75)]


def jazz(pattern: Pattern) -> list[Stroke]:
    """Return a jazz pattern: the ride's figure, the hat closed on the backbeats, snares that answer."""
    meter = pattern.meter
    strokes = [Stroke("ride", onset, 0.6) for onset in meter.pulses]
    strokes += [Stroke("ride", pattern.after(onset), 0.5, 0.15) for onset in meter.backbeats]
    strokes += [Stroke("hat_pedal", onset, 0.5, 0.1) for onset in meter.backbeats]
    strokes += [Stroke("kick", onset, 0.3, 0.4) for onset in meter.pulses]
    answers = pattern.preferred(meter.halves, 2)
    strokes += [Stroke("snare", onset, 0.3, 0.35 + 0.2 * n) for n, onset in enumerate(answers)]
    strokes += [Stroke("kick", onset, 0.55, 0.7) for onset in pattern.kicks(meter.halves, 1)]
    return [*strokes, *_crash(pattern, 0.7)]


def dance(pattern: Pattern) -> list[Stroke]:
    """Return a dance pattern: a kick on every pulse, open hats between them, claps on the backbeats."""
    meter = pattern.meter
    strokes = [Stroke("kick", onset, 0.95) for onset in meter.pulses]
    strokes += [Stroke("hat_open", onset, 0.5, 0.15) for onset in meter.halves]
    strokes += [Stroke("snare", onset, 0.8, 0.25) for onset in meter.backbeats]
    strokes += [Stroke("hat", onset, 0.45, 0.4) for onset in meter.pulses]
    strokes += [
        Stroke("hat", onset, 0.3, 0.9 - 0.3 * pattern.randoms[meter.place(onset)]) for onset in pattern.weak
    ]
    return [*strokes, *_crash(pattern, 0.6)]


def reggae(pattern: Pattern) -> list[Stroke]:
    """Return a one-drop: kick and rim together in the middle of the bar, hats between the pulses."""
    meter = pattern.meter
    strokes = [Stroke("kick", meter.middle, 0.9), Stroke("rim", meter.middle, 0.7, 0.1)]
    strokes += [Stroke("hat", onset, 0.55, 0.1) for onset in meter.halves]
    strokes += [Stroke("hat", onset, 0.4, 0.3) for onset in meter.pulses]
    strokes += [Stroke("rim", onset, 0.35, 0.5) for onset in pattern.preferred(meter.halves, 2)]
    strokes += [Stroke("kick", Fraction(0), 0.4, 0.7)]
    return [*strokes, *_crash(pattern, 0.7)]


def house(pattern: Pattern) -> list[Stroke]:
    """Return a house pattern: four on the floor, open hats between, claps, a shaker of sixteenths."""
    meter = pattern.meter
    strokes = [Stroke("kick", onset, 0.95) for onset in meter.pulses]
    strokes += [Stroke("hat_open", onset, 0.55, 0.1) for onset in meter.halves]
    strokes += [Stroke("snare", onset, 0.8, 0.2) for onset in meter.backbeats]
    strokes += [
        Stroke("hat", onset, 0.32, 0.8 - 0.45 * pattern.randoms[meter.place(onset)]) for onset in pattern.weak
    ]
    strokes += [Stroke("hat", onset, 0.4, 0.5) for onset in meter.pulses]
    return [*strokes, *house_percussion(pattern), *_crash(pattern, 0.6)]


_CLAVES = ((3, 6, 10, 13), (2, 5, 11, 14), (3, 7, 10), (6, 9, 14), (3, 10, 14), (1, 6, 11, 13))
"""Figures of a rim in house, in sixteenths of 4/4."""


def house_percussion(pattern: Pattern) -> list[Stroke]:
    """Return what is played over four on the floor: a rim of the theme, a shaker, a kick that leads on."""
    meter, step = pattern.meter, pattern.meter.step
    figure = _CLAVES[int(pattern.randoms[0] * len(_CLAVES))]
    places = [step * place for place in figure if step * place < meter.length]
    missed = pattern.newest(places, 1)
    strokes = [Stroke("rim", onset, 0.5, 0.62 if onset in missed else 0.3) for onset in places]
    strokes += [Stroke("snare", onset, 0.24, 0.42) for onset in pattern.newest(pattern.weak, 1)]
    strokes += [
        Stroke("shaker", onset, 0.34 if onset in meter.halves else 0.24, 0.35 + 0.4 * liked)
        for onset, liked in zip(meter.steps, pattern.fresh, strict=True)
    ]
    if pattern.bar == 1:
        strokes += [Stroke("kick", onset, 0.7, 0.35) for onset in pattern.newest(meter.weak[-2:], 1)]
    return strokes


def breaks(pattern: Pattern) -> list[Stroke]:
    """Return a broken beat: kick on the one and before the middle, snares on the backbeats, ghosts.

    The second bar displaces a snare, as breaks of drum and bass do.
    """
    meter, step = pattern.meter, pattern.meter.step
    backbeats = list(meter.backbeats)
    forward = 0.7 + 0.5 * pattern.groove[-1]  # how loud the hats are in this theme
    strokes = [Stroke("kick", Fraction(0), 0.95)]
    late = [onset for onset in meter.halves if meter.middle <= onset < meter.length]
    strokes += [Stroke("kick", onset, 0.9, 0.1) for onset in pattern.kicks(late, 1)]
    early = [onset for onset in meter.halves if 0 < onset < meter.middle]
    strokes += [Stroke("kick", onset, 0.75, 0.7) for onset in pattern.kicks(early, 1)]
    for place, onset in enumerate(backbeats):
        is_moved = pattern.bar == 1 and place == len(backbeats) - 1 and pattern.randoms[0] > 0.35
        strokes.append(Stroke("snare", onset + (2 * step if is_moved else 0) if is_moved else onset, 0.92))
    after = [onset + 3 * step for onset in backbeats if onset + 3 * step < meter.length]
    strokes += [Stroke("snare", onset, 0.48, 0.3) for onset in after]
    # one ghost belongs to the theme, the others to the bar
    strokes += [Stroke("snare", onset, 0.24, 0.45) for onset in pattern.preferred(pattern.weak, 1)]
    strokes += [
        Stroke("snare", onset, 0.3 - 0.06 * n, 0.4 + 0.15 * n)
        for n, onset in enumerate(pattern.newest(pattern.weak, 2))
    ]
    strokes += [Stroke("snare", onset, 0.5, 0.45) for onset in pattern.newest(meter.halves, 1)]
    if pattern.rise >= 1.0:  # the last bar of a phrase turns: the snare answers itself
        places = [onset for onset in (*meter.halves, *pattern.weak) if onset > meter.middle]
        turn = sorted(pattern.newest(places, 2))
        strokes += [Stroke("snare", onset, 0.5 + 0.1 * n, 0.2) for n, onset in enumerate(turn)]
    strokes += [
        Stroke("hat", onset, forward * (0.5 if onset in meter.pulses else 0.38), 0.05)
        for onset in (*meter.pulses, *meter.halves)
    ]
    strokes += [Stroke("hat_open", onset, 0.42, 0.3) for onset in pattern.newest(meter.halves, 1)]
    strokes += [
        Stroke("hat", onset, 0.26, 0.9 - 0.35 * pattern.fresh[int(onset / step)]) for onset in pattern.weak
    ]
    return [*strokes, *_crash(pattern, 0.55)]


def frame(pattern: Pattern) -> list[Stroke]:
    """Return a frame drum: low strokes on the groups, rim strokes between, a roll into the next phrase."""
    meter = pattern.meter
    strokes = [Stroke("tom_low", Fraction(0), 0.85)]
    strokes += [Stroke("tom_low", onset, 0.62, 0.12) for onset in meter.group_starts[1:]]
    strokes += [Stroke("tom_mid", onset, 0.52, 0.3) for onset in meter.backbeats]
    strokes += [Stroke("rim", onset, 0.5, 0.36) for onset in meter.backbeats]
    # the tipper goes on as the theme has it, and leaves out or adds one stroke in each bar
    kept = {*pattern.usual(meter.halves, -(-2 * len(meter.halves) // 3))}
    kept ^= {*pattern.newest(meter.halves, 1)}
    strokes += [
        Stroke("rim", onset, 0.45 if n % 2 else 0.6, 0.2 if onset in kept else 0.72)
        for n, onset in enumerate(reversed(meter.halves))
    ]
    strokes += [Stroke("tom_high", onset, 0.45, 0.4) for onset in pattern.usual(meter.halves, 1)]
    strokes += [Stroke("tom_mid", onset, 0.42, 0.46) for onset in pattern.preferred(pattern.weak, 1)]
    # a low stroke comes before or after its group now and then, as the other hand damps the skin
    pushed = pattern.newest((*meter.halves, *pattern.weak), 1)
    strokes += [Stroke("tom_low", onset, 0.5, 0.5) for onset in pushed]
    doubled = [*pattern.usual(pattern.weak, 2), *pattern.newest(pattern.weak, 1)]
    strokes += [Stroke("rim", onset, 0.42, 0.4 + 0.1 * n) for n, onset in enumerate(doubled)]
    strokes += [Stroke("shaker", onset, 0.3, 0.5) for onset in meter.pulses]
    return strokes


def pop(pattern: Pattern) -> list[Stroke]:
    """Return a pop pattern: kick and backbeat, steady hats, few ghosts."""
    meter = pattern.meter
    strokes = pattern.main_kicks(0.9)
    strokes += [Stroke("snare", onset, 0.85, 0.1) for onset in meter.backbeats]
    strokes += [Stroke("hat", onset, 0.5, 0.12) for onset in meter.pulses]
    strokes += [Stroke("hat", onset, 0.4, 0.25) for onset in meter.halves]
    strokes += [Stroke("kick", onset, 0.7, 0.5) for onset in pattern.kicks(meter.halves, 1)]
    strokes += [Stroke("hat_open", onset, 0.45, 0.6, 0.5) for onset in meter.halves[-1:]]
    return [*strokes, *_crash(pattern, 0.6)]


def _crash(pattern: Pattern, energy: float) -> list[Stroke]:
    return [Stroke("crash", Fraction(0), 0.6, 0.2, energy)] if pattern.is_opening else []


STYLES: dict[str, Callable[[Pattern], list[Stroke]]] = {
    "pulse": pulse,
    "drive": drive,
    "halftime": halftime,
    "shaker": shaker,
    "taiko": taiko,
    "funk": drive,
    "hiphop": halftime,
    "jazz": jazz,
    "latin": shaker,
    "dance": dance,
    "reggae": reggae,
    "house": house,
    "breaks": breaks,
    "frame": frame,
    "pop": pop,
}
