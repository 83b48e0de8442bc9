"""The plan of a section: the piece so far and to come, bar by bar.

A plan is a function of its brief: the same brief gives the same bars in whatever order they are asked for.
What has been worked out is only kept, so the brief is all that has to be saved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache

from adaptive.composer.genres.mixing import mean_of
from adaptive.composer.harmony import Harmony
from adaptive.composer.plan.brief import SectionBrief
from adaptive.composer.plan.counterline import CounterNote
from adaptive.composer.plan.form import MOVEMENT_PARTS, FormPart, chorus, movement, parse_form
from adaptive.composer.plan.part import PlannedPart
from adaptive.composer.plan.stem_bar import StemBar
from adaptive.composer.plan.tune import TuneNote
from adaptive.composer.seeding import named_seed, seeded
from adaptive.composer.steer import NOTHING_HELD, HeldHarmony

PART_BARS = 8
"""A part has two phrases, or as many as this number of bars takes if phrases are shorter than half of it."""

LONGEST_CYCLE = 16
"""Declared chords that repeat after 4 to this number of bars make a part of that length."""

KEPT_PARTS = 12
"""Parts that are kept; others are made again if they are asked for."""

KEPT_HELD = 6
"""Plans of held keys and chords that are kept."""

KEPT_VISITS = 4
"""Plans of a section that are kept."""

THIN_BAR = 0.1
"""Density that the last bar of a phrase loses in every layer."""

REST_CHANCE = 0.3
"""Chance that all rest for a moment before another theme."""


@dataclass(frozen=True)
class BarPlan:
    """All that the plan says about a bar.

    Parameters
    ----------
    part : PlannedPart
        The part of the form it belongs to.
    bar : int
        Bar of the section, from 0.
    harmony : Harmony
        Key, chords, and the first chord of the next bar.
    following : PlannedPart or None
        The part that begins with the next bar, if this is the last bar of its part.
    rests_from : Fraction or None
        Onset from which all layers rest, in beats; None: they do not.
    """

    part: PlannedPart
    bar: int
    harmony: Harmony
    following: PlannedPart | None = None
    rests_from: Fraction | None = None

    def __reduce__(self) -> tuple[Callable[[SectionBrief, int], BarPlan], tuple[SectionBrief, int]]:
        """Pickle the brief and the number of the bar: a plan follows from them."""
        return planned_bar, (self.part.brief, self.bar)

    @property
    def bar_in_part(self) -> int:
        """Position in the part, from 0."""
        return self.bar - self.part.first_bar

    @property
    def phrase(self) -> int:
        """Number of the phrase in the part, from 0."""
        return self.bar_in_part // self.part.brief.phrase_bars

    @property
    def close(self) -> str:
        """Kind of close of its phrase: ``"half"``, ``"open"`` or ``"authentic"``."""
        return self.part.closes[self.phrase]

    @property
    def is_phrase_end(self) -> bool:
        """Whether it is the last bar of a phrase."""
        return (self.bar_in_part + 1) % self.part.brief.phrase_bars == 0 or self.is_part_end

    @property
    def is_part_end(self) -> bool:
        """Whether another part begins with the next bar."""
        return self.following is not None

    @property
    def label(self) -> str:
        """The part as written in the form, such as ``A'``."""
        return str(self.part.form)

    @property
    def energy(self) -> float:
        """Energy of the bar, 0 … 1."""
        raised = self.part.character.energy + 0.03 * self.part.form.primes
        return min(1.0, max(0.0, self.part.brief.energy + raised))

    @property
    def tension(self) -> float:
        """0 … 1: rises through the part, and falls to its close."""
        if self.is_part_end and self.close == "authentic":
            return 0.1
        return 0.2 + 0.7 * self.bar_in_part / max(1, self.part.bars)

    def density(self, asked: float) -> float:
        """Return the density at which a layer plays that is asked for `asked`, 0 … 1."""
        if asked <= 0.0 or asked >= 1.0:
            return asked
        room = 2.0 * min(asked, 1.0 - asked, 0.5)
        change = self.part.character.density - (THIN_BAR if self.is_phrase_end else 0.0)
        return min(1.0, max(0.0, asked + room * change))

    def plays(self, layer: str) -> bool:
        """Whether a layer plays in this bar."""
        if self.is_drum_solo and layer not in self.part.drums:
            return False
        return layer not in self.part.character.resting

    @property
    def is_drum_solo(self) -> bool:
        """Whether drums answer alone: in every second phrase of a part in which phrases are traded."""
        return self.part.trades and self.phrase % 2 == 1

    @property
    def leader(self) -> str:
        """The layer that leads; empty: only drums play."""
        return self.part.leader

    @cached_property
    def upbeat(self) -> tuple[TuneNote, ...]:
        """The notes of the tune that lead into the next part."""
        if self.following is None or not self.part.has_tune:
            return ()
        return self.following.tune.upbeat

    @cached_property
    def tune(self) -> tuple[TuneNote, ...]:
        """The notes of the tune, with those that lead into the next part."""
        notes, upbeat = self.part.tune.bars[self.bar_in_part], self.upbeat
        if not upbeat:
            return notes
        end = upbeat[0].onset - 2 * self.part.brief.meter.step
        kept = (
            TuneNote(note.onset, min(note.length, end - note.onset), note.pitch, note.is_strong)
            for note in notes
            if note.onset < end
        )
        return (*kept, *upbeat)

    @property
    def basses(self) -> tuple[int, ...]:
        """The bass note of each chord, as MIDI pitch; 0 where there is no chord."""
        return self.part.basses[self.bar_in_part]

    @property
    def voicings(self) -> tuple[tuple[int, ...], ...]:
        """Three voices for each chord, as MIDI pitches."""
        return self.part.voicings[self.bar_in_part]

    @property
    def counterline(self) -> tuple[CounterNote, ...]:
        """The notes of a second line below the tune."""
        return self.part.counterline[self.bar_in_part]

    @property
    def next_voicing(self) -> tuple[int, ...]:
        """The voices of the next bar's first chord; empty at the end of a part."""
        if self.is_part_end:
            return ()
        return self.part.voicings[self.bar_in_part + 1][0]

    @property
    def ceiling(self) -> int:
        """The highest MIDI pitch of the accompaniment: below the tune."""
        return self.part.ceilings[self.bar_in_part]

    @property
    def groove(self) -> tuple[float, ...]:
        """One number 0 … 1 for each sixteenth: bass and kick prefer the high ones."""
        return self.part.groove[self.bar_in_part % len(self.part.groove)]

    @property
    def recorded(self) -> StemBar | None:
        """What the recordings of the section sound in the bar; None: nothing that is known."""
        bars = self.part.brief.stem_bars
        return bars[self.bar % len(bars)] if bars else None

    def rhythm_seed(self, layer: str) -> int:
        """Return the seed of a layer in this theme: the same at each return."""
        return named_seed(self.part.seed, layer)

    def change_seed(self, layer: str) -> int:
        """Return a seed for what changes from bar to bar.

        Bars of a plain return, and those of the first half of a varied one, have that of the theme; those
        of a solo have their own.
        """
        is_early = 2 * self.bar_in_part < self.part.bars and not self.part.form.solo
        variation = 0 if is_early else self.part.variation
        return named_seed(self.part.seed ^ variation, layer, str(self.bar_in_part))

    def describe(self) -> str:
        """Return the bar in words, as the log has it at the start of a part."""
        part = self.part
        resting = ", ".join(sorted(part.character.resting))
        chords = " | ".join(" ".join(str(chord) for _, chord in bar) for bar in part.chords)
        closes = ", ".join(part.closes)
        words = f"{self.label}: {part.bars} bars in {part.key}, closes {closes}; {chords}"
        return f"{words}; without {resting}" if resting else words


class SectionPlan:
    """The plan of a section since it was entered.

    Parameters
    ----------
    brief : SectionBrief
        All that it depends on.
    """

    def __init__(self, brief: SectionBrief) -> None:
        self.brief = brief
        self._declared = parse_form(brief.form) if brief.form else ()
        self._part_bars = _part_bars(brief)
        self._genre = max(brief.genres, key=lambda row: row[1])[0] if brief.genres else None
        self._parts: dict[int, PlannedPart] = {}
        self._bars: dict[int, BarPlan] = {}
        self._under: dict[HeldHarmony, SectionPlan] = {}

    def under(self, held: HeldHarmony) -> SectionPlan:
        """Return the plan with a held key, mode or chord, and the same form; the latest few are kept."""
        if held is NOTHING_HELD or held == NOTHING_HELD:
            return self
        found = self._under.get(held)
        if found is None:
            brief = self.brief.under(held)
            if brief == self.brief:
                return self  # not kept: a plan that refers to itself would wait for the garbage collector
            found = self._under[held] = SectionPlan(brief)
            if len(self._under) > KEPT_HELD:
                del self._under[next(iter(self._under))]
        return found

    def bar(self, number: int) -> BarPlan:
        """Return the plan of a bar of the section, from 0; the same object each time while it is kept."""
        found = self._bars.get(number)
        if found is None:
            found = self._bars[number] = self._planned(number)
            if len(self._bars) > 2 * KEPT_PARTS * PART_BARS:
                del self._bars[next(iter(self._bars))]
        return found

    def part_at(self, bar: int) -> PlannedPart:
        """Return the part that a bar of the section lies in."""
        number = bar // self._part_bars
        found = self._parts.get(number)
        if found is None:
            first = number * self._part_bars
            found = self._parts[number] = PlannedPart(
                self.brief, self._form_of(number), number, first, self._part_bars
            )
            if len(self._parts) > KEPT_PARTS:
                del self._parts[next(iter(self._parts))]
        return found

    def _form_of(self, number: int) -> FormPart:
        seed = named_seed(self.brief.seed, self.brief.section)
        forms = self._genre.forms if self._genre is not None else ()
        length = len(self._declared) or (len(forms[0].split()) if forms else MOVEMENT_PARTS)
        round_, place = divmod(number, length)
        choruses = self._genre.choruses if self._genre is not None else None
        if choruses is not None and not self._declared:
            return chorus(round_, seed, forms, choruses, self.brief.visit)[place]
        return movement(round_, seed, self._declared, self.brief.visit, forms)[place]

    def prepare(self, bar: int) -> bool:
        """Work out the next stage of the part at a bar, which nothing needs yet; False if none is left."""
        return self.part_at(bar).prepare(is_ahead=True)

    def _planned(self, number: int) -> BarPlan:
        part = self.part_at(number)
        following = None
        chords = part.chords[number - part.first_bar]
        if number == part.first_bar + part.bars - 1:
            following = self.part_at(number + 1)
            after = following.chords[0]
        else:
            after = part.chords[number + 1 - part.first_bar]
        harmony = Harmony(part.key, chords, after[0][1])
        return BarPlan(part, number, harmony, following, self._rest(part, following))

    def _rest(self, part: PlannedPart, following: PlannedPart | None) -> Fraction | None:
        """Return where all rest before another theme."""
        meter = self.brief.meter
        is_change = following is not None and following.form.theme != part.form.theme
        if not is_change or self.brief.has_stems or len(meter.pulses) < 3:
            return None
        rng = seeded(part.seed ^ part.variation, 13)
        if rng.random() > mean_of(self.brief.genres, lambda genre: genre.rests, REST_CHANCE):
            return None
        return meter.pulses[-1 if rng.random() < 0.6 else -2]


@lru_cache(maxsize=16)
def plan_of(brief: SectionBrief) -> SectionPlan:
    """Return the plan of a brief; the latest few are kept."""
    return SectionPlan(brief)


def planned_bar(brief: SectionBrief, bar: int) -> BarPlan:
    """Return the plan of a bar of a section."""
    return plan_of(brief).bar(bar)


def _part_bars(brief: SectionBrief) -> int:
    """Return the length of all parts: whole phrases, and a whole cycle of declared chords if that fits."""
    phrase, cycle = brief.phrase_bars, len(brief.chords)
    if 4 <= cycle <= LONGEST_CYCLE and cycle % phrase == 0:
        return cycle if cycle > phrase else 2 * phrase
    return phrase * max(2, PART_BARS // phrase)


class SectionPlans:
    """The plans of a section, one for each time it is entered; the latest few are kept.

    Parameters
    ----------
    brief : SectionBrief
        All that they depend on, but the visit.
    """

    def __init__(self, brief: SectionBrief) -> None:
        self.brief = brief
        self._plans: dict[int, SectionPlan] = {}

    def visit(self, visit: int) -> SectionPlan:
        """Return the plan of a visit, from 0: the same object each time while it is kept."""
        found = self._plans.get(visit)
        if found is None:
            found = self._plans[visit] = SectionPlan(replace(self.brief, visit=visit))
            if len(self._plans) > KEPT_VISITS:
                del self._plans[min(self._plans)]
        return found

    def adopt(self, before: SectionPlans, visit: int) -> bool:
        """Go on with the plan of a visit from before an edit, if it has what the layers need now.

        So a layer that is added or removed does not touch the others until the section is entered again.
        """
        plan, new = before.visit(visit), replace(self.brief, visit=visit)
        # with declared chords, recordings decide no more than who may rest, and where room is left
        has_stems = plan.brief.has_stems if new.chords else new.has_stems
        stem_bars = plan.brief.stem_bars if new.chords else new.stem_bars
        if replace(new, layers=plan.brief.layers, has_stems=has_stems, stem_bars=stem_bars) != plan.brief:
            return False
        if new.has_tune and not plan.brief.has_tune:
            return False
        self._plans[visit] = plan
        return True
