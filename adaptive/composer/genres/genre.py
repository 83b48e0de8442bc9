"""What a genre is: a table that the plan, the generators and ``adaptive new`` read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adaptive.composer.swing import STRAIGHT, Swing

TREBLE_HZ = 3500.0
"""Corner of the shelves of layers and of the whole, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class GenreLayer:
    """A layer of a preset that ``adaptive new --genre`` writes.

    Parameters
    ----------
    name, generator : str
        Names of the layer and of its generator, whose style is the genre.
    instrument : str
        A built-in patch or kit, or a factory patch.
    level_db, pan : float
        Its place in the mix.
    reverb_db : float or None
        Send to the reverb; None: dry.
    density : float
        Its density in the middle of the range of `intensity`.
    octave : int
        Octaves by which it is moved.
    is_extra : bool
        Whether it plays in the full section only.
    treble_db, treble_hz : float
        Level of what lies above a corner in it.
    hold_db : float
        Level before its fader from which a compressor holds its peaks, dBFS; 0: none.
    chorus : float
        Share of a chorus, which widens it; 0: none.
    """

    name: str
    generator: str
    instrument: str
    level_db: float = -6.0
    pan: float = 0.0
    reverb_db: float | None = None
    density: float = 0.5
    octave: int = 0
    is_extra: bool = False
    treble_db: float = 0.0
    chorus: float = 0.0
    hold_db: float = 0.0
    treble_hz: float = TREBLE_HZ


@dataclass(frozen=True, slots=True)
class Choruses:
    """How a genre improvises on its themes.

    Parameters
    ----------
    solos : int
        Choruses that are improvised between two statements of the head.
    trades : bool
        Whether drums answer alone in every second phrase of the last half of the last of them.
    """

    solos: int
    trades: bool = False


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre.

    Parameters
    ----------
    name : str
        Its name in presets.
    about : str
        What it is like, in a sentence.
    tempo_bpm : (float, float, float)
        Slowest, usual and fastest tempo in quarter notes a minute.
    key : str
        Usual key of a preset.
    meter : str
        Usual meter.
    forms : tuple of str
        Movements, in letters; all have the same length.
    choruses : Choruses or None
        How it improvises on its themes; None: it does not.
    colour : str
        How triads are extended, one of `adaptive.composer.plan.colour.COLOURS`.
    progressions : Mapping
        Mode to phrases of four bars as functions of its grammar: ``"ii V | I | …"``; a first phrase and its
        answer are separated by ``//``.
    bridges : Mapping
        The same for contrasting themes, in modes that have others for them; they may close on the dominant.
    progression_share : float
        Share of themes that take one of these; the grammar writes the others.
    learned_harmony : bool
        Whether the network of harmony writes those others in major and minor.
    rhythms : tuple of (str, str, str)
        Harmonic rhythm of a main, a contrasting and a quiet theme, as in `PhraseGoal.rhythm`.
    chromaticism : float
        0 to 1: how freely the grammar leaves the key.
    activity : float
        Added to the activity of the tune's rhythm.
    syncopation : float
        Chance that a note of the tune comes an eighth early.
    in_eighths : bool
        Whether no note of the tune is shorter than an eighth.
    upbeats : float
        Share of the themes with an upbeat, of those that would have none.
    approaches : float
        Share of the places of an improvised tune at which a short note leads into a tone of its chord by a
        semitone from below; themes have half as many.
    tune_in_sevenths : bool
        Whether the strong notes of the tune, short ones too, are roots, thirds, fifths and sevenths, and no
        ninths.
    swing : Swing
        How the ensemble swings.
    styles : Mapping
        Generator to the own style with which it plays the genre.
    quiet_drums : bool
        Whether drums go on in quiet themes.
    looseness : float
        Factor of the deviations in time of its players.
    rests : float
        Chance that all rest before another theme.
    layers : tuple of GenreLayer
        The ensemble of a new preset.
    reverb_s : float
        Decay of the reverb of a new preset.
    level_db : float
        Level of a new preset.
    width : float
        Width of the mix of a new preset, above 120 Hz; 1: as its layers are.
    treble_db, treble_hz : float
        Level of what lies above a corner in the mix of a new preset.
    warmth_db, presence_db : float
        Level of the octaves around 300 Hz and around 2.5 kHz in the mix of a new preset.
    """

    name: str
    about: str
    tempo_bpm: tuple[float, float, float]
    key: str
    meter: str
    forms: tuple[str, ...]
    colour: str
    progressions: Mapping[str, tuple[str, ...]]
    layers: tuple[GenreLayer, ...]
    styles: Mapping[str, str]
    choruses: Choruses | None = None
    bridges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    progression_share: float = 0.7
    learned_harmony: bool = False
    rhythms: tuple[tuple[str, str, str], ...] = (("bar", "half", "bar"), ("half", "slow", "half"))
    chromaticism: float = 0.4
    activity: float = 0.0
    syncopation: float = 0.18
    in_eighths: bool = False
    upbeats: float = 0.0
    approaches: float = 0.0
    tune_in_sevenths: bool = False
    swing: Swing = field(default=STRAIGHT)
    quiet_drums: bool = False
    looseness: float = 1.0
    rests: float = 0.3
    reverb_s: float = 2.0
    level_db: float = 0.0
    width: float = 1.6
    treble_db: float = 0.0
    treble_hz: float = TREBLE_HZ
    warmth_db: float = 0.0
    presence_db: float = 0.0

    @property
    def extras(self) -> frozenset[str]:
        """Generators of the layers that may rest first."""
        core = {layer.generator for layer in self.layers if not layer.is_extra}
        return frozenset(layer.generator for layer in self.layers) - core
