"""What a plan is made from: all that is known of a section before its first bar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from adaptive.composer.blend import drawn_style
from adaptive.composer.genres.genre import Genre
from adaptive.composer.genres.mixing import Weighted, genres_of
from adaptive.composer.genres.registry import GENRES
from adaptive.composer.meter import Meter
from adaptive.composer.plan.stem_bar import StemBar
from adaptive.composer.seeding import named_seed
from adaptive.composer.steer import HeldHarmony
from adaptive.music.chord import Chord
from adaptive.music.pitch import Tone
from adaptive.music.scale import Key

BarChords = tuple[tuple[Fraction, Chord], ...]
"""The chords of a bar: onset in beats from the start of the bar, and chord."""


@dataclass(frozen=True, slots=True)
class LayerBrief:
    """A generated layer of a section.

    Parameters
    ----------
    name, generator : str
        Names of the layer and of its generator.
    plays_tune : bool
        Whether it plays the tune.
    style : str
        Style of its generator, or several with weights (`adaptive.composer.blend`); empty: the first.
    """

    name: str
    generator: str
    plays_tune: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class SectionBrief:
    """All that a plan depends on.  Two plans of equal briefs are equal.

    Parameters
    ----------
    section : str
        Name of the section.
    seed : int
        Seed of the preset.
    key : Key
        Tonic and mode.
    meter : Meter
        Time signature, in which generators count.
    phrase_bars : int
        Length of a phrase in bars.
    energy : float
        0 … 1: how intense the section is.
    layers : tuple of LayerBrief
        Its generated layers.
    chords : tuple of BarChords
        The chords the preset declares, a bar each, repeated; empty: the plan chooses them.
    form : str
        The form the preset declares, such as ``"A A' B A"``; empty: the plan chooses it.
    has_stems : bool
        Whether recordings sound as well: then no layer rests by plan, and no chord is chosen freely.
    visit : int
        How often the section was entered before.
    stem_bars : tuple of StemBar
        What the recordings sound, a bar each, repeated; empty: nothing that is known.
    take : int
        Number of the regeneration of the tune; 0: as planned.
    tension, repetition : float or None
        0 to 1: what is asked for; None: nothing.
    temperature : float
        0 to 3: how unusual what is drawn may be; 1: as usual.
    learned : bool
        Whether the network of harmony may write the progressions of genres that its data speak for.
    """

    section: str
    seed: int
    key: Key
    meter: Meter
    phrase_bars: int = 4
    energy: float = 0.5
    layers: tuple[LayerBrief, ...] = ()
    chords: tuple[BarChords, ...] = ()
    form: str = ""
    has_stems: bool = False
    visit: int = 0
    stem_bars: tuple[StemBar, ...] = ()
    take: int = 0
    tension: float | None = None
    repetition: float | None = None
    temperature: float = 1.0
    learned: bool = True

    def under(self, held: HeldHarmony) -> SectionBrief:
        """Return the brief with a held key, mode or chord.

        A key changes nothing where recordings sound.  It transposes declared chords, which keep their
        qualities; a mode does not change them.
        """
        brief = replace(
            self,
            take=held.take or self.take,
            tension=held.tension,
            repetition=held.repetition,
            temperature=held.temperature,
        )
        if self.chords and not self.has_stems and held.key is not None:
            brief = replace(brief, key=held.key, chords=_transposed(self.chords, self.key, held.key))
        elif not self.chords and not self.has_stems:
            key = held.key or self.key
            brief = replace(brief, key=Key(key.tonic, held.mode or key.mode))
        if held.chord is not None:  # as many bars as are declared, so that parts keep their length
            brief = replace(brief, chords=(((Fraction(0), held.chord),),) * max(1, len(self.chords)))
        return brief

    @property
    def genres(self) -> Weighted:
        """The genres that its pitched layers name as styles, with weights; empty: none."""
        return genres_of(tuple(layer.style for layer in self.layers if layer.generator != "drums"))

    def genre_of(self, theme: str) -> Genre | None:
        """The genre from which a theme takes what cannot be mixed; None: none."""
        genres = self.genres
        if len(genres) < 2:
            return genres[0][0] if genres else None
        text = " + ".join(f"{genre.name} {weight:g}" for genre, weight in genres)
        return GENRES[drawn_style(text, named_seed(self.seed, self.section, theme))]

    @property
    def has_tune(self) -> bool:
        """Whether a layer plays the tune."""
        return any(layer.plays_tune for layer in self.layers)


def _transposed(chords: tuple[BarChords, ...], old: Key, new: Key) -> tuple[BarChords, ...]:
    """Return declared chords in another key; their names are those of the new key's side."""
    fifths = new.tonic.fifths - old.tonic.fifths
    return tuple(
        tuple((onset, chord if chord.is_silent else _moved(chord, fifths)) for onset, chord in bar)
        for bar in chords
    )


def _moved(chord: Chord, fifths: int) -> Chord:
    return Chord(Tone(chord.root.fifths + fifths), chord.quality, Tone(chord.bass.fifths + fifths))
