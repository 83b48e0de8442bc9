"""A part of the form as planned: its harmony, bass notes, tune and voicings, made when first asked for.

A part is made in stages: harmony, bass, tune, voicings.  Each stage reads those before it, so that the tune
knows its bass, and the accompaniment knows the tune.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from adaptive.composer.genres.genre import Genre
from adaptive.composer.genres.mixing import mean_of
from adaptive.composer.learned import harmony_weights
from adaptive.composer.learned.harmony_weights import HarmonyNetwork
from adaptive.composer.plan.bass_line import HOME, bass_pitch
from adaptive.composer.plan.brief import BarChords, SectionBrief
from adaptive.composer.plan.character import Character, character_of, leader_of
from adaptive.composer.plan.colour import coloured, tension_colour, without_ninth
from adaptive.composer.plan.counterline import CounterNote, counterline
from adaptive.composer.plan.form import FormPart
from adaptive.composer.plan.progression import Phrase, PhraseGoal, chords_of, write_phrase, written_phrases
from adaptive.composer.plan.stem_bar import free_register
from adaptive.composer.plan.tune import (
    Ideas,
    IdeasAsked,
    PhraseNotes,
    Tune,
    TunePlan,
    chord_in,
    ideas_of,
    joined,
    set_phrase,
)
from adaptive.composer.plan.voicings import HIGH as VOICES_HIGH
from adaptive.composer.plan.voicings import KnownChord, voice_path
from adaptive.composer.seeding import named_seed, seeded
from adaptive.music.chord import Chord
from adaptive.music.pitch import Interval
from adaptive.music.scale import Key

SHARED = (
    "key", "character", "_planned_harmony", "chords", "closes", "basses", "ideas", "tune", "ceilings",
    "voicings", "counterline",
)  # fmt: skip
"""What a part is made of: what another process can make in its stead."""

MODULATING = 0.4
"""Share of contrasting themes that are in another key."""

RELATED = {
    "major": (("6", "minor"), ("5", "major"), ("4", "major")),
    "minor": (("b3", "major"), ("4", "minor"), ("5", "minor")),
}
"""Keys of contrasting themes: interval above the tonic, and mode, by mode of the section."""

SOLO_ACTIVITY = 0.2
"""What is added to the activity of a tune that is improvised."""

TRADING_ENERGY = 0.4
"""Energy from which drums answer alone."""

SEVENTHS = frozenset({"sevenths", "ninths"})
"""Colours in which a dominant has its seventh, which resolves."""

RESOLUTIONS = frozenset({"I", "I6", "vi", "vi7", "VI", "VImaj"})
"""Functions to which a dominant seventh resolves."""

GROOVE_BARS = 2
"""Bars after which the shared accents of a theme repeat."""

NEW_CHORDS = 0.65
"""Share of varied returns in which a phrase gets other chords."""

WRITTEN_BARS = 4
"""Length of the phrases that genres write out."""

AS_USUAL = 0.5
"""Repetition at which themes return as they do where nothing is asked for."""

SALT_TENSION, SALT_REPEATED = 19, 23

SYNCOPATION = 0.1
"""Chance that a note of the tune comes an eighth early."""


@dataclass
class PlannedPart:
    """One statement of a theme.

    Parameters
    ----------
    brief : SectionBrief
        The section.
    form : FormPart
        Its letter and primes.
    number : int
        Place in the section since it was entered, from 0.
    first_bar, bars : int
        Its first bar in the section, from 0, and its length.

    Attributes
    ----------
    is_awaited : bool
        Whether another process has been asked for its stages, and has not sent them.
    """

    brief: SectionBrief
    form: FormPart
    number: int
    first_bar: int
    bars: int
    _prepared: int = field(default=0, init=False, repr=False, compare=False)
    is_awaited: bool = field(default=False, init=False, repr=False, compare=False)

    @cached_property
    def key(self) -> Key:
        """Its key: that of the section, or for some contrasting themes a related one."""
        if self.brief.chords or self.brief.has_stems or self.form.place != 1:
            return self.brief.key
        rng = seeded(self.seed, 17)
        related = RELATED.get(self.brief.key.mode, ())
        if self.genre is not None and self.genre.bridges.get(self.brief.key.mode):
            related = ()  # a bridge leads back to the key
        if not related or rng.random() > MODULATING:
            return self.brief.key
        interval, mode = related[int(rng.integers(len(related)))]
        return Key(self.brief.key.tonic.transposed(Interval.parse(interval)), mode)

    @cached_property
    def character(self) -> Character:
        """What sets it apart."""
        return character_of(self.brief, self.form)

    @cached_property
    def genre(self) -> Genre | None:
        """The genre of its theme; None: none."""
        return self.brief.genre_of(self.form.theme)

    @cached_property
    def seed(self) -> int:
        """Seed of the theme: the same at each of its returns."""
        return named_seed(self.brief.seed, self.brief.section, self.form.theme)

    @cached_property
    def variation(self) -> int:
        """Seed of what changes in this statement; 0: the theme is plain."""
        if not self.form.solo and (self._is_repeated or not (self.form.primes or self._is_renewed)):
            return 0
        return named_seed(self.seed, f"{self.form.primes} {self.number} {self.brief.visit}") or 1

    @cached_property
    def drums(self) -> frozenset[str]:
        """Its drum layers."""
        return frozenset(layer.name for layer in self.brief.layers if layer.generator == "drums")

    @property
    def trades(self) -> bool:
        """Whether drums answer alone in every second phrase, if there are drums that can."""
        is_free = not self.brief.has_stems and self.brief.energy >= TRADING_ENERGY
        return self.form.trades and is_free and self.has_tune and bool(self.drums)

    @property
    def leader(self) -> str:
        """The layer that leads; empty: only drums play."""
        return leader_of(self.brief, self.character.resting)

    @property
    def has_tune(self) -> bool:
        """Whether a layer plays the tune."""
        return any(
            layer.plays_tune and layer.name not in self.character.resting for layer in self.brief.layers
        )

    @property
    def phrases(self) -> int:
        """Number of its phrases; the last may be shorter."""
        return -(-self.bars // self.brief.phrase_bars)

    @cached_property
    def _planned_harmony(self) -> tuple[tuple[Phrase, ...], list[BarChords]]:
        phrases = list(_theme_phrases(self.brief, self.form, self.phrases, self.character, self.key.mode))
        if self.variation and len(phrases) > 1 and not self.form.solo:  # a solo is on the changes
            rng = seeded(self.variation, 1)
            genre = self.genre
            share = NEW_CHORDS if genre is None else NEW_CHORDS * (1.0 - genre.progression_share)
            if rng.random() < share:
                place = int(rng.integers(len(phrases)))
                old = phrases[place]
                goal = PhraseGoal(
                    len(old.bars), old.close, self.character.harmonic_rhythm,
                    0.7 if genre is None else genre.chromaticism, head=old.bars[:1],
                    temperature=self.brief.temperature,
                )  # fmt: skip
                phrases[place] = write_phrase(
                    self.key.mode, self.brief.meter, goal, rng, _network(self.brief, genre)
                )
        colour = "plain" if self.genre is None else self.genre.colour
        chords = [bar for phrase in phrases for bar in chords_of(self.key, phrase, colour)]
        return tuple(phrases), self._tense(chords[: self.bars], colour)

    def _tense(self, chords: list[BarChords], own: str) -> list[BarChords]:
        """Return chords in the colours that the tension asks for; their roots stay."""
        tension = self.brief.tension
        if tension is None:
            return chords
        drawn = seeded(self.seed, SALT_TENSION).random((len(chords), 4)).tolist()
        return [
            tuple(
                (onset, coloured(chord, self.key, tension_colour(own, tension, drawn[bar][place % 4])))
                for place, (onset, chord) in enumerate(one)
            )
            for bar, one in enumerate(chords)
        ]

    @property
    def _is_repeated(self) -> bool:
        """Whether a varied return is plain, because repetition is asked for."""
        repetition = self.brief.repetition
        if repetition is None or repetition <= AS_USUAL:
            return False
        drawn = float(seeded(self.seed, SALT_REPEATED, self.number).random())
        return drawn < 2.0 * (repetition - AS_USUAL)

    @property
    def _is_renewed(self) -> bool:
        """Whether a plain return is varied, because little repetition is asked for."""
        repetition = self.brief.repetition
        if repetition is None or repetition >= AS_USUAL:
            return False
        drawn = float(seeded(self.seed, SALT_REPEATED, self.number).random())
        return drawn < 2.0 * (AS_USUAL - repetition)

    @cached_property
    def chords(self) -> list[BarChords]:
        """The chords of every bar."""
        declared = self.brief.chords
        if declared:
            return [declared[(self.first_bar + bar) % len(declared)] for bar in range(self.bars)]
        if self.brief.has_stems:
            return [((Fraction(0), _tonic(self.brief)),)] * self.bars
        return self._planned_harmony[1]

    @cached_property
    def tune_chords(self) -> list[BarChords]:
        """The chords that the tune hears.

        They are those that sound, of power chords the triads for which they stand, and of ninth chords their
        sevenths in genres whose tunes aim at these.
        """
        planned = not self.brief.chords and not self.brief.has_stems
        if planned and self.genre is not None and self.genre.tune_in_sevenths:
            return [tuple((onset, without_ninth(chord)) for onset, chord in bar) for bar in self.chords]
        if not planned or self.genre is None or self.genre.colour != "power":
            return self.chords
        chords = [bar for phrase in self._planned_harmony[0] for bar in chords_of(self.key, phrase, "triads")]
        return chords[: self.bars]

    @cached_property
    def closes(self) -> tuple[str, ...]:
        """The kind of close of each phrase: ``"half"``, ``"open"`` or ``"authentic"``."""
        if not self.brief.chords and not self.brief.has_stems:
            return tuple(phrase.close for phrase in self._planned_harmony[0])
        ends = [min(self.bars, (n + 1) * self.brief.phrase_bars) - 1 for n in range(self.phrases)]
        return tuple(_close_of(self.brief, self.chords[bar]) for bar in ends)

    @cached_property
    def basses(self) -> list[tuple[int, ...]]:
        """The bass note of every chord, by bar, as MIDI pitches; 0 where there is no chord."""
        previous, bars = HOME, []
        for bar in self.chords:
            notes = []
            for _, chord in bar:
                if not chord.is_silent:
                    previous = bass_pitch(chord.bass, previous)
                notes.append(0 if chord.is_silent else previous)
            bars.append(tuple(notes))
        return bars

    @cached_property
    def ideas(self) -> Ideas:
        """The ideas of its theme."""
        brief, form, kin = self.brief, self.form, None
        if form.solo:
            kin = replace(self, form=replace(form, solo=0, trades=False)).ideas
        elif form.place:
            kin = replace(self, form=FormPart("A", 0, "A", 0)).ideas
        theme = f"{form.theme} solo {self.number}" if form.solo else form.theme
        energy = _clamped(brief.energy + self.character.energy)
        take = (f"take {brief.take}",) if brief.take else ()
        seed = named_seed(brief.seed, brief.section, *(genre.name for genre, _ in brief.genres), *take)
        asked = IdeasAsked(
            energy,
            mean_of(brief.genres, lambda genre: genre.syncopation, SYNCOPATION),
            mean_of(brief.genres, lambda genre: genre.activity, 0.0) + (SOLO_ACTIVITY if form.solo else 0.0),
            brief.repetition,
            brief.temperature,
            mean_of(brief.genres, lambda genre: float(genre.in_eighths), 0.0) > 0.5,
            mean_of(brief.genres, lambda genre: genre.upbeats, 0.0),
        )
        return ideas_of(brief.meter, seed, theme, asked, kin)

    @cached_property
    def tune(self) -> Tune:
        """The tune; no note where no layer plays it."""
        if not self.has_tune:
            return Tune(((),) * self.bars)
        while self._set_next_phrase():
            pass
        return joined(self.ideas, self._tune_plan, self._phrase_notes)

    @cached_property
    def _phrase_notes(self) -> list[PhraseNotes]:
        return []

    def _set_next_phrase(self) -> bool:
        """Set the next phrase of the tune; False if all are set."""
        done = self._phrase_notes
        if not self.has_tune or len(done) == self.phrases:
            return False
        done.append(set_phrase(self.ideas, self._tune_plan, done))
        return True

    @cached_property
    def _tune_plan(self) -> TunePlan:
        return TunePlan(
            self.key,
            self.brief.meter,
            self.tune_chords,
            self.brief.phrase_bars,
            self.closes,
            self.character.register + free_register(self.brief.stem_bars),
            self.variation,
            self.form.primes >= 2,
            self.brief.tension,
            (1.0 if self.form.solo else 0.5)
            * mean_of(self.brief.genres, lambda genre: genre.approaches, 0.0),
            self.genre is not None and self.genre.tune_in_sevenths,
        )

    @cached_property
    def ceilings(self) -> list[int]:
        """The highest MIDI pitch of the accompaniment in each bar: below the tune of the bar."""
        lowest = [min((note.pitch.midi for note in bar), default=128) for bar in self.tune.bars]
        return [low - 1 if low < 128 else VOICES_HIGH + 8 for low in lowest]

    @cached_property
    def voicings(self) -> list[tuple[tuple[int, ...], ...]]:
        """Three voices for every chord, by bar, as MIDI pitches."""
        moments, places = [], []
        for bar, chords in enumerate(self.chords):
            ends = [*(onset for onset, _ in chords[1:]), self.brief.meter.length]
            for (onset, chord), bass, end in zip(chords, self.basses[bar], ends, strict=True):
                if not chord.is_silent:
                    places.append((bar, onset))
                    tune = self._tune_at(bar, onset)
                    line = tuple(n.pitch.midi for n in self.tune.bars[bar] if onset <= n.onset < end)
                    ceiling = min(VOICES_HIGH, self.ceilings[bar])
                    moments.append(KnownChord(chord, bass, tune, ceiling, line))
        found = dict(zip(places, voice_path(moments), strict=True))
        return [
            tuple(found.get((bar, onset), ()) for onset, _ in chords)
            for bar, chords in enumerate(self.chords)
        ]

    @cached_property
    def counterline(self) -> list[tuple[CounterNote, ...]]:
        """A second line below the tune, by bar."""
        meter = self.brief.meter
        return counterline(meter, self.chords, self.tune.bars, self.basses, self.ceilings)

    def _tune_at(self, bar: int, onset: Fraction) -> int | None:
        for note in self.tune.bars[bar]:
            if note.onset <= onset < note.onset + note.length:
                return note.pitch.midi
        return None

    @cached_property
    def groove(self) -> tuple[tuple[float, ...], ...]:
        """One number 0 … 1 for each sixteenth of `GROOVE_BARS` bars; bass and kick prefer the high ones."""
        drawn = seeded(self.seed, 11).random((GROOVE_BARS, len(self.brief.meter.steps)))
        return tuple(tuple(row) for row in drawn.tolist())

    @property
    def _has_counterline(self) -> bool:
        return any(layer.generator == "countermelody" for layer in self.brief.layers)

    @cached_property
    def _stages(self) -> tuple[str, ...]:
        """The stages it needs; the tune has a step for each phrase, and one that joins them."""
        if not self.has_tune:
            return ("chords", "basses", "voicings")
        stages = ("chords", "basses", "ideas", *("phrase",) * self.phrases, "tune", "voicings")
        return (*stages, "counterline") if self._has_counterline else stages

    def prepare(self, *, is_ahead: bool = False) -> bool:
        """Make the next stage; False if there is none left.

        A stage that is there already counts as well, so that the number of calls says nothing of who made it.
        `is_ahead`: nothing needs it yet, so a stage that another process is making is left to it.
        """
        if self._prepared == len(self._stages):
            return False
        name = self._stages[self._prepared]
        self._prepared += 1
        if is_ahead and self.is_awaited:
            return True
        if name != "phrase":
            getattr(self, name)
        elif "tune" not in self.__dict__:
            self._set_next_phrase()
        return True

    def made(self) -> dict[str, Any]:
        """Make all stages, and return them by name."""
        for name in self._stages:
            if name != "phrase":
                getattr(self, name)
        assert self.closes
        return {name: self.__dict__[name] for name in SHARED if name in self.__dict__}

    def accept(self, made: Mapping[str, Any]) -> None:
        """Take over what `made` of an equal part has returned."""
        self.is_awaited = False
        for name, value in made.items():
            self.__dict__.setdefault(name, value)


def _theme_phrases(
    brief: SectionBrief, form: FormPart, count: int, character: Character, mode: str
) -> tuple[Phrase, ...]:
    """Return the phrases of a theme: halves and opens first, the last closes on the tonic."""
    rng = seeded(named_seed(brief.seed, brief.section, form.theme, "harmony"))
    genre = brief.genre_of(form.theme)
    tension = 0.25 + 0.5 * brief.energy if genre is None else genre.chromaticism
    if genre is not None:
        texts = _texts(genre, mode, form.place) if brief.phrase_bars == WRITTEN_BARS else ()
        if texts and rng.random() < genre.progression_share:
            written = written_phrases(texts[int(rng.integers(len(texts)))], brief.meter)
            # the last phrase is the answer, which closes
            return tuple(
                written[-1] if number == count - 1 else written[number % 2] for number in range(count)
            )
    phrases: list[Phrase] = []
    for number in range(count):
        is_last = number == count - 1
        close = "authentic" if is_last else "half" if rng.random() < 0.7 else "open"
        is_answer = number % 2 == 1 and rng.random() < 0.6
        head = phrases[-1].bars[:2] if is_answer and brief.phrase_bars > 3 else ()
        resolves = _must_resolve(genre, phrases)
        if resolves and head and head[0][0][1] not in RESOLUTIONS:
            head = ()
        goal = PhraseGoal(
            brief.phrase_bars, close, character.harmonic_rhythm, tension, form.place == 0 or resolves, head,
            brief.temperature,
        )  # fmt: skip
        phrases.append(write_phrase(mode, brief.meter, goal, rng, _network(brief, genre)))
    return tuple(phrases)


def _must_resolve(genre: Genre | None, before: list[Phrase]) -> bool:
    """Whether a phrase has to begin on the tonic: after a half close on a dominant that has its seventh."""
    return genre is not None and genre.colour in SEVENTHS and bool(before) and before[-1].close == "half"


def _texts(genre: Genre, mode: str, place: int) -> tuple[str, ...]:
    """Return the written progressions of a theme: those of contrasting themes, if there are any."""
    usual = genre.progressions.get(mode, ())
    return genre.bridges.get(mode, usual) if place else usual


def _network(brief: SectionBrief, genre: Genre | None) -> HarmonyNetwork | None:
    """Return the network that writes the progressions of a genre; None: the grammar does."""
    is_learned = brief.learned and genre is not None and genre.learned_harmony
    return harmony_weights.loaded_harmony().harmony if is_learned else None


def _tonic(brief: SectionBrief) -> Chord:
    """The open fifth on the tonic, which clashes with no mode: the chords of recordings are unknown."""
    return Chord(brief.key.tonic, "5", brief.key.tonic)


def _close_of(brief: SectionBrief, chords: BarChords) -> str:
    last = chord_in(chords, brief.meter.length)
    above = (last.root.pitch_class - brief.key.tonic.pitch_class) % 12
    return "authentic" if above == 0 else "half" if above == 7 else "open"


def _clamped(value: float) -> float:
    return min(1.0, max(0.0, value))
