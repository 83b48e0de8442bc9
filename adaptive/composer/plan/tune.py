"""The tune of a theme: cells developed over phrases, and set to the chords of a part.

A theme's tune is kept as *cells and what becomes of them*; where the theme returns, they are set again: the
same notes over the same chords, the same rhythm and contour over others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from adaptive.composer.line import TargetNote, fit, nearest_consonance
from adaptive.composer.meter import Meter
from adaptive.composer.plan import cells
from adaptive.composer.plan.brief import BarChords
from adaptive.composer.plan.cells import Cell, CellNote
from adaptive.composer.seeding import named_seed, seeded
from adaptive.music.chord import Chord
from adaptive.music.pitch import Pitch
from adaptive.music.scale import Key

LOW, HOME, HIGH = 28, 33, 45
"""C4, A4 and F6 as staff positions: lowest, central and highest note of a tune."""

# What becomes of the ideas `a`, `b` and `c` in the bars of a phrase before its close; `+` and `-` move an
# idea by a step, `o` ornaments it, `i` inverts it, `f` repeats its head.  An answer keeps the first two bars,
# the second perhaps ornamented, and has another third one.
_SCHEMES: tuple[tuple[str, str, str], ...] = (
    ("a", "b", "a+"),
    ("a", "a-", "f"),
    ("a", "a+", "b"),
    ("a", "a+", "c"),
    ("a", "b", "b+"),
    ("a", "i", "b"),
)
KIN_RHYTHMS = 0.5
"""Share of themes in which two ideas have one rhythm."""

MORE_CHANGES = 0.75
"""Share of the phrases of a varied statement in which two bars change, and not one."""

TURNED_ANSWERS = 0.7
"""Share of themes whose answer ornaments the second bar."""

OTHER_CLOSES = 0.5
"""Share of the phrases of a varied statement that lead to their close with the third idea."""

NEW_ANSWERS = 0.7
"""Share of the later phrases of a varied statement in which the first bar changes, too."""

STRICTER = 2.4
"""How much more a note outside its chord costs at tension 0 than at 0.5, as a share of the usual cost."""

SALT_REPETITION, SALT_UPBEAT, SALT_APPROACH = 29, 30, 32

WIDEST_APPROACH = 5
"""Semitones from the note before that an approach is at most away."""

MOST_LEANING = 1
"""Strong notes of an exact transposition that may lie outside their chords."""

FARTHEST = 7
"""Semitones by which an exact transposition may lie beside the line that fits best."""

_THIRDS = ("a+", "b-", "b+", "f", "c", "a-")


@dataclass(frozen=True, slots=True)
class TuneNote:
    """A note of the tune: onset and length in beats of its bar, pitch, and whether its chord is new there."""

    onset: Fraction
    length: Fraction
    pitch: Pitch
    is_strong: bool = False


PhraseNotes = list[tuple[TuneNote, ...]]
"""The notes of each bar of a phrase."""


@dataclass(frozen=True, slots=True)
class Ideas:
    """The cells of a theme, its schemes for a first phrase and for the answer, and its upbeat.

    Parameters
    ----------
    a, b, c : Cell
        The ideas.
    scheme, answer : tuple of str
        What becomes of them, bar by bar.
    upbeat : int
        Notes that lead into a phrase, an eighth each; 0: none.
    upbeat_rises : bool
        Whether they rise.
    seed : int
        Seed of further choices.
    in_eighths : bool
        Whether no note is shorter than an eighth.
    """

    a: Cell
    b: Cell
    c: Cell
    scheme: tuple[str, ...]
    answer: tuple[str, ...]
    upbeat: int
    upbeat_rises: bool
    seed: int
    in_eighths: bool = False


@dataclass(frozen=True, slots=True)
class IdeasAsked:
    """What the ideas of a theme are asked to be.

    Parameters
    ----------
    energy : float
        0 … 1: how active its rhythm is.
    syncopation : float
        0 … 1: chance that a note comes an eighth early.
    activity : float
        Added to the activity that follows from `energy`.
    repetition : float or None
        0 … 1: below 0.5 bars get ideas of their own, above it they repeat the first; None: as usual.
    temperature : float
        0 … 3: above 1 contours are less chosen.
    in_eighths : bool
        Whether no note is shorter than an eighth.
    upbeats : float
        0 … 1: chance of an upbeat where there would be none.
    """

    energy: float
    syncopation: float = 0.0
    activity: float = 0.0
    repetition: float | None = None
    temperature: float = 1.0
    in_eighths: bool = False
    upbeats: float = 0.0


def ideas_of(meter: Meter, seed: int, theme: str, asked: IdeasAsked, kin: Ideas | None = None) -> Ideas:
    """Return the ideas of a theme.

    Parameters
    ----------
    meter : Meter
        Its meter.
    seed : int
        Seed of the section.
    theme : str
        Its name.
    asked : IdeasAsked
        How active, syncopated, repetitive and unusual they are.
    kin : Ideas or None
        Another theme, of which half of the themes take an idea and change it.
    """
    seed = named_seed(seed, theme, "tune")
    rng = seeded(seed)
    activity = 0.25 + 0.6 * asked.energy + 0.2 * (float(rng.random()) - 0.5) + asked.activity
    activity, syncopation = min(1.0, max(0.05, activity)), asked.syncopation
    proposals = max(1, round(cells.PROPOSALS / max(0.2, asked.temperature)))

    figure = float(rng.random())  # the ideas of a theme divide their pulses alike

    def cell(share: float, least: int = 2) -> Cell:
        return cells.cell(
            meter, rng, min(1.0, activity * share), syncopation, least, proposals,
            in_eighths=asked.in_eighths, figure=figure,
        )  # fmt: skip

    a, b, c = cell(1.0, 3), cell(0.8), cell(1.25, 3)
    if float(rng.random()) < KIN_RHYTHMS:  # the third idea has the rhythm of the first
        c = cells.with_contour([(note.onset, note.length) for note in a], rng, proposals)
    drawn = float(rng.random())
    if kin is not None and drawn < 0.6:
        b = cells.inverted(kin.a) if drawn < 0.2 else cells.augmented(kin.a, meter) if drawn < 0.4 else kin.b
    scheme: tuple[str, ...] = _SCHEMES[int(rng.integers(len(_SCHEMES)))]
    third = _THIRDS[int(rng.integers(len(_THIRDS)))]
    upbeat = int(rng.choice((0, 0, 0, 0, 1, 2, 2, 3)))
    if not upbeat and asked.upbeats and seeded(seed, SALT_UPBEAT).random() < asked.upbeats:
        upbeat = 2
    rises = bool(rng.random() < 0.65)
    turned = "o" if rng.random() < TURNED_ANSWERS else ""
    answer: tuple[str, ...] = (scheme[0], scheme[1] + turned, third)
    if asked.repetition is not None:
        scheme, answer = (
            _repeating(scheme, seed, asked.repetition, ("a", "b", "c", "i")),
            _repeating(answer, seed, asked.repetition, ("i", "c-", "b+", "f")),
        )
    return Ideas(a, b, c, scheme, answer, upbeat, rises, seed, asked.in_eighths)


def _repeating(
    words: tuple[str, ...], seed: int, repetition: float, others: tuple[str, ...]
) -> tuple[str, ...]:
    """Return a scheme in which bars repeat the first idea, or have one of `others`, as asked for."""
    drawn = seeded(seed, SALT_REPETITION).random(len(words)).tolist()
    share = 2.0 * abs(repetition - 0.5)
    changed = []
    for place, word in enumerate(words):
        other = words[0] if repetition > 0.5 else others[place % 4]
        is_kept = not place and (repetition > 0.5 or other == word)
        changed.append(other if drawn[place] < share and not is_kept else word)
    return tuple(changed)


@dataclass(frozen=True, slots=True)
class TunePlan:
    """What the tune of a part has to fit.

    Parameters
    ----------
    key : Key
        Key.
    meter : Meter
        Meter.
    chords : sequence of BarChords
        Chords of every bar.
    phrase_bars : int
        Bars of a phrase.
    closes : sequence of str
        Kind of close of each phrase.
    register : int
        Staff steps above `HOME`.
    variation : int
        0: plain; else the seed of the changes.
    lifts : bool
        Whether the second half is an octave higher.
    tension : float or None
        0 … 1: how readily notes lie outside their chords; None: as at 0.5.
    approaches : float
        0 … 1: share of the places at which a short note leads into a tone of its chord from a semitone below.
    is_guided : bool
        Whether eighths on strong beats are tones of their chords, too, and not only longer notes.
    """

    key: Key
    meter: Meter
    chords: Sequence[BarChords]
    phrase_bars: int
    closes: Sequence[str]
    register: int = 0
    variation: int = 0
    lifts: bool = False
    tension: float | None = None
    approaches: float = 0.0
    is_guided: bool = False


@dataclass(frozen=True, slots=True)
class Tune:
    """The notes of each bar, and the notes that lead into the first bar, placed in the bar before it."""

    bars: tuple[tuple[TuneNote, ...], ...]
    upbeat: tuple[TuneNote, ...] = ()

    def lowest(self) -> int | None:
        """Return the MIDI pitch of its lowest note; None if it has none."""
        return min((note.pitch.midi for bar in self.bars for note in bar), default=None)


def set_phrase(ideas: Ideas, plan: TunePlan, before: Sequence[PhraseNotes]) -> PhraseNotes:
    """Set the ideas of a theme to the chords of the phrase after those that are set already."""
    phrase, last = len(before), last_step(before[-1]) if before else None
    first = phrase * plan.phrase_bars
    chords = plan.chords[first : first + plan.phrase_bars]
    written = _phrase_cells(ideas, plan, phrase, len(chords))
    lift = 7 if plan.lifts and 2 * phrase >= len(plan.closes) else 0
    fitted = _pitched(plan, chords, written, plan.closes[phrase], lift, last)
    known = [bar for phrase_before in before for bar in phrase_before]
    done = _sequenced(plan, chords, fitted, known)
    return _approached(ideas, plan, chords, done, known) if plan.approaches else done


def last_step(notes: PhraseNotes) -> int | None:
    """Return the staff position of the last note of a phrase; None if it has none."""
    return next((note.pitch.step for bar in reversed(notes) for note in reversed(bar)), None)


def joined(ideas: Ideas, plan: TunePlan, phrases: Sequence[PhraseNotes]) -> Tune:
    """Join the phrases of a part, each with the upbeat that leads into it."""
    bars: list[tuple[TuneNote, ...]] = [bar for phrase in phrases for bar in phrase]
    openings = [next((note for bar in phrase[:1] for note in bar), None) for phrase in phrases]
    upbeats = [_upbeat(ideas, plan, opening) for opening in openings]
    for phrase, upbeat in enumerate(upbeats[1:], 1):
        place = phrase * plan.phrase_bars - 1
        if upbeat and place < len(bars):
            kept = _until(bars[place], upbeat[0].onset - 2 * plan.meter.step)
            bars[place] = (*kept, *upbeat)
    return Tune(tuple(bars), upbeats[0] if upbeats else ())


def _until(notes: tuple[TuneNote, ...], end: Fraction) -> tuple[TuneNote, ...]:
    """Return the notes that begin before `end`, cut off there: a breath before an upbeat."""
    return tuple(
        TuneNote(note.onset, min(note.length, end - note.onset), note.pitch, note.is_strong)
        for note in notes
        if note.onset < end
    )


def _phrase_cells(ideas: Ideas, plan: TunePlan, phrase: int, count: int) -> list[Cell]:
    """Return a cell for each bar of a phrase; the last one closes it."""
    words = ideas.answer if phrase % 2 else ideas.scheme
    made = [_developed(ideas, words[bar % len(words)], plan.meter) for bar in range(count - 1)]
    if plan.variation:
        rng = seeded(plan.variation, phrase)
        changes = 2 if rng.random() < MORE_CHANGES else 1
        inner = rng.permutation(range(1, max(2, count - 1)))
        places = {int(place) for place in inner[:changes]}
        if phrase and rng.random() < NEW_ANSWERS:
            places.add(0)
        for place in sorted(places):
            if place < len(made):
                made[place] = _varied(ideas, made[place], plan.meter, float(rng.random()))
    return [*made, _closing(ideas, plan, phrase)]


def _developed(ideas: Ideas, word: str, meter: Meter) -> Cell:
    if word.endswith("o"):
        return cells.ornamented(_developed(ideas, word[:-1], meter), meter, in_eighths=ideas.in_eighths)
    if word == "f":
        return cells.fragmented(ideas.a, meter)
    if word == "i":
        return cells.inverted(ideas.a)
    idea = {"a": ideas.a, "b": ideas.b, "c": ideas.c}[word[0]]
    return cells.moved(idea, {"+": 1, "-": -1}.get(word[1:], 0))


def _varied(ideas: Ideas, notes: Cell, meter: Meter, drawn: float) -> Cell:
    if drawn < 0.4:
        return cells.ornamented(notes, meter, in_eighths=ideas.in_eighths)
    if drawn < 0.6:
        return cells.recast(notes, meter)
    return cells.moved(notes, 2 if drawn < 0.8 else -2)


def _closing(ideas: Ideas, plan: TunePlan, phrase: int) -> Cell:
    meter, is_last = plan.meter, plan.closes[phrase] == "authentic"
    pulses = meter.pulses
    early = seeded(ideas.seed, 7, phrase % 2).random() < (0.35 if is_last else 0.5)
    landing = (
        Fraction(0) if early or len(pulses) < 3 else pulses[1] if is_last or ideas.upbeat else meter.middle
    )
    ends = meter.length - 4 * meter.step if meter.length > 8 * meter.step else meter.length - 2 * meter.step
    ends = max(ends, landing + 2 * meter.step)
    other = plan.variation and seeded(plan.variation, 3, phrase).random() < OTHER_CLOSES
    return cells.closing(ideas.c if other else ideas.a, landing, min(ends, meter.length))


def _pitched(
    plan: TunePlan,
    chords: Sequence[BarChords],
    written: Sequence[Cell],
    close: str,
    lift: int,
    before: int | None,
) -> list[tuple[TuneNote, ...]]:
    """Find the pitches of a phrase."""
    targets: list[TargetNote] = []
    notes: list[tuple[int, CellNote, Chord]] = []
    count = len(written)
    low, high = LOW + min(0, lift), HIGH
    for bar, cell in enumerate(written):
        rise = (0, 1, 2, 0)[bar * 4 // max(1, count)] if count > 1 else 0
        base = min(HOME + plan.register + lift + rise, HIGH - 3)
        anchor = base
        for place, note in enumerate(cell):
            chord = chord_in(chords[bar], note.onset)
            if chord.is_silent:
                continue
            if place == 0:
                anchor = nearest_consonance(base, chord)
            position = anchor + note.height
            is_last = bar == count - 1 and place == len(cell) - 1
            if is_last:
                position = _final(plan.key, chord, close, base - rise)
            strong = is_last or _is_strong(plan, note, chords[bar])
            targets.append(TargetNote(position, chord, strong, is_last))
            notes.append((bar, note, chord))
    bars: list[list[TuneNote]] = [[] for _ in written]
    strictness = 1.0 if plan.tension is None else max(0.15, 1.0 + STRICTER * (0.5 - plan.tension))
    pitches = fit(targets, plan.key, low, high, before, strictness) if targets else []
    for (bar, note, _), target, pitch in zip(notes, targets, pitches, strict=True):
        bars[bar].append(TuneNote(note.onset, note.length, pitch, target.is_strong))
    return [tuple(bar) for bar in bars]


def _sequenced(
    plan: TunePlan, chords: Sequence[BarChords], bars: PhraseNotes, known: Sequence[tuple[TuneNote, ...]]
) -> PhraseNotes:
    """Let a bar be the exact transposition of the first one of its rhythm, where the chords allow that.

    `known` are the bars of the phrases before.  The last bar of a phrase, its close, stays as it is.
    """
    models = {_rhythm(bar): bar for bar in reversed(known) if len(bar) > 2}
    set_bars = []
    for bar, one_chords in zip(bars[:-1], chords, strict=False):
        model = models.get(_rhythm(bar))
        is_another = model is not None and [n.pitch for n in model] != [n.pitch for n in bar]
        done = _transposed(plan, one_chords, model, bar) if model is not None and is_another else bar
        set_bars.append(done)
        if len(done) > 2:
            models.setdefault(_rhythm(done), done)
    return [*set_bars, *bars[-1:]]


def _approached(
    ideas: Ideas,
    plan: TunePlan,
    chords: Sequence[BarChords],
    bars: PhraseNotes,
    known: Sequence[tuple[TuneNote, ...]],
) -> PhraseNotes:
    """Let short notes lead into tones of their chords by a semitone, at places that belong to the theme.

    A transposition of a bar of `known`, the phrases before, has them where that bar has.
    """
    drawn = seeded(ideas.seed, SALT_APPROACH).random(len(plan.meter.steps)).tolist()
    led: list[tuple[TuneNote, ...]] = []
    for bar, one_chords in zip(bars, chords, strict=False):
        places = next(
            (p for other in (*known, *led) if (p := _same_approaches(bar, other)) is not None), None
        )
        if places is None:
            places = [
                place
                for place in range(1, len(bar) - 1)
                if drawn[plan.meter.place(bar[place].onset)] < plan.approaches
                and _may_approach(plan.meter, one_chords, *bar[place - 1 : place + 2])
            ]
        led.append(
            tuple(
                replace(note, pitch=plan.key.spell(bar[place + 1].pitch.midi - 1))
                if place in places
                else note
                for place, note in enumerate(bar)
            )
        )
    return led


def _may_approach(meter: Meter, chords: BarChords, before: TuneNote, note: TuneNote, after: TuneNote) -> bool:
    """Whether a note may lead into the next one by a semitone: short, not strong, near, and without a rub."""
    midi = after.pitch.midi - 1
    is_short = note.length <= 2 * meter.step and after.onset == note.onset + note.length
    is_near = 0 < abs(before.pitch.midi - midi) <= WIDEST_APPROACH
    is_tone = chord_in(chords, after.onset).tone_of(after.pitch.midi) is not None
    rubs = (midi - 1) % 12 in chord_in(chords, note.onset).pitch_classes
    return is_short and is_near and is_tone and not rubs and not note.is_strong


def _same_approaches(bar: tuple[TuneNote, ...], other: tuple[TuneNote, ...]) -> list[int] | None:
    """Return where a bar has to be changed to be a transposition of another one; None: it cannot be.

    All of these places must lead into the next note by a semitone in the other bar.
    """
    if len(bar) < 3 or _rhythm(bar) != _rhythm(other):
        return None
    moves = [one.pitch.midi - two.pitch.midi for one, two in zip(bar, other, strict=True)]
    places = [place for place, move in enumerate(moves) if move != moves[0]]
    leads = all(
        0 < place < len(bar) - 1
        and other[place + 1].pitch.midi - other[place].pitch.midi == 1
        and place + 1 not in places
        for place in places
    )
    return places if leads else None


def _rhythm(bar: tuple[TuneNote, ...]) -> tuple[tuple[Fraction, Fraction], ...]:
    return tuple((note.onset, note.length) for note in bar)


def _transposed(
    plan: TunePlan, chords: BarChords, model: tuple[TuneNote, ...], fitted: tuple[TuneNote, ...]
) -> tuple[TuneNote, ...]:
    """Return the transposition of a bar that lies nearest to `fitted`; `fitted` if none is in the harmony."""
    moves = [new.pitch.midi - old.pitch.midi for new, old in zip(fitted, model, strict=True)]
    middle = sorted(moves)[len(moves) // 2]
    for shift in sorted(range(middle - FARTHEST, middle + FARTHEST + 1), key=lambda s: abs(s - middle)):
        pitches = [_in_harmony(plan.key, chords, note, note.pitch.midi + shift) for note in model]
        if shift and all(pitches) and _leaning(chords, model, pitches) <= MOST_LEANING:
            return tuple(
                TuneNote(old.onset, old.length, pitch, new.is_strong)
                for old, new, pitch in zip(model, fitted, pitches, strict=True)
                if pitch is not None
            )
    return fitted


def _in_harmony(key: Key, chords: BarChords, note: TuneNote, midi: int) -> Pitch | None:
    """Return a transposed note as spelled; None if it is outside the range, or neither of chord nor key."""
    chord = chord_in(chords, note.onset)
    tone = chord.tone_of(midi)
    if tone is not None:
        pitch = tone.nearest(midi)
    elif midi % 12 not in key.pitch_classes or (note.is_strong and not _may_lean(chord, note, midi)):
        return None
    else:
        pitch = key.spell(midi)
    return pitch if LOW <= pitch.step <= HIGH else None


def _may_lean(chord: Chord, note: TuneNote, midi: int) -> bool:
    """Whether a note outside its chord may lean on it.

    It does not rub against it from above; power chords are too bare to lean on, and ninth chords are rich
    enough on the downbeat.
    """
    most = 4 if note.onset == 0 else 5
    return 3 <= len(chord.tones) <= most and (midi - 1) % 12 not in chord.pitch_classes


def _leaning(chords: BarChords, model: tuple[TuneNote, ...], pitches: Sequence[Pitch | None]) -> int:
    """Return how many strong notes lie outside their chords; one that is not left by step counts twice."""
    found = 0
    for place, (note, pitch) in enumerate(zip(model, pitches, strict=True)):
        if note.is_strong and pitch and chord_in(chords, note.onset).tone_of(pitch.midi) is None:
            after = pitches[place + 1] if place + 1 < len(pitches) else None
            found += 1 if after is not None and abs(after.midi - pitch.midi) in {1, 2} else 2
    return found


def _final(key: Key, chord: Chord, close: str, near: int) -> int:
    """Return the staff position of the last note of a phrase: the tonic if it closes on it."""
    letters = [tone.letter for tone in chord.tones]
    if close == "authentic" and key.tonic.letter in letters:
        wanted = [key.tonic.letter]
    else:
        others = [letter for letter in letters if letter != key.tonic.letter]
        wanted = others or letters
    places = [place for place in range(near - 4, near + 5) if place % 7 in wanted]
    return min(places, key=lambda place: (abs(place - near), place))


def chord_in(chords: BarChords, onset: Fraction) -> Chord:
    """Return the chord that sounds at an onset of a bar."""
    return [chord for start, chord in chords if start <= onset][-1]


def _is_strong(plan: TunePlan, note: CellNote, chords: BarChords) -> bool:
    meter = plan.meter
    shortest = (2 if plan.is_guided else 4) * meter.step
    return (
        (meter.weight(note.onset) >= 1.0 and note.length >= shortest)
        or note.length >= 6 * meter.step
        or (note.onset > 0 and any(note.onset == onset for onset, _ in chords))
    )


def _upbeat(ideas: Ideas, plan: TunePlan, opening: TuneNote | None) -> tuple[TuneNote, ...]:
    """Return the notes that lead into a phrase, a step each."""
    meter = plan.meter
    eighth = 2 * meter.step
    count = min(ideas.upbeat, int(meter.length / eighth) // 3)
    if opening is None or not count or opening.onset > eighth:
        return ()
    side = -1 if ideas.upbeat_rises else 1
    notes = []
    for place in range(count):
        step = opening.pitch.step + side * (count - place)
        tone = plan.key.tones[(step - plan.key.tonic.letter) % 7]
        onset = meter.length - eighth * (count - place)
        notes.append(TuneNote(onset, eighth, tone.at(step // 7)))
    return tuple(notes)
