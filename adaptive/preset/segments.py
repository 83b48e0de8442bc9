"""Segments: sections and bridges in one form, because the conductor plays both in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from adaptive.preset.schema import BridgeTable, PresetFile, SectionTable

BRIDGE = "bridge:"
"""The prefix of a bridge's name where a segment is named; a name in a preset cannot hold a colon."""

BRIDGE_PHRASE_BARS = 4


def bridge_segment(name: str) -> str:
    """Return the name of a bridge's segment, which is also the name of the strip that plays its stem."""
    return BRIDGE + name


def is_bridge(segment: str) -> bool:
    """Return whether a segment is a bridge."""
    return segment.startswith(BRIDGE)


def read_meter(text: str) -> tuple[int, int]:
    """Return the beats of a bar and the note value of a beat.

    Examples
    --------
    >>> read_meter("6/8")
    (6, 8)
    """
    beats, _, unit = text.partition("/")
    return int(beats), int(unit)


QUARTERS: Mapping[str, Fraction] = {
    "whole": Fraction(4),
    "dotted_half": Fraction(3),
    "half": Fraction(2),
    "dotted_quarter": Fraction(3, 2),
    "quarter": Fraction(1),
    "dotted_eighth": Fraction(3, 4),
    "eighth": Fraction(1, 2),
    "sixteenth": Fraction(1, 4),
}
"""Quarter notes of each note value that a beat may have."""


@dataclass(frozen=True, slots=True)
class BeatGrid:
    """The beats of a bar.

    Attributes
    ----------
    beats_per_bar : int
        Beats of a bar.
    beat_unit : float
        Note value of a beat: 4 for a quarter, 8 for an eighth, 8/3 for a dotted quarter.
    meter : tuple of (int, int)
        The meter as written: 6 and 8 for 6/8, whatever its beat.
    """

    beats_per_bar: int
    beat_unit: float
    meter: tuple[int, int]


def bar_grid(meter: str, beat: str | None = None) -> BeatGrid:
    """Return the beats of a bar: those of the meter's denominator, or of the note value `beat`.

    Raises
    ------
    ValueError
        If a bar does not hold a whole number of such beats.

    Examples
    --------
    >>> bar_grid("6/8", "dotted_quarter").beats_per_bar
    2
    """
    beats, unit = read_meter(meter)
    if beat is None:
        return BeatGrid(beats, unit, (beats, unit))
    count = Fraction(4 * beats, unit) / QUARTERS[beat]
    if count.denominator != 1:
        raise ValueError
    value = 4 / QUARTERS[beat]
    beat_unit = int(value) if value.denominator == 1 else float(value)
    return BeatGrid(int(count), beat_unit, (beats, unit))


def grid_of(file: PresetFile, table: SectionTable | BridgeTable | None = None) -> BeatGrid:
    """Return the beats of a bar in a section or bridge, or in the file.

    A section with a meter of its own has a beat of its own, too; a beat that does not divide the bar, which
    is a fault, counts as not given.
    """
    meter, beat = file.meter, file.beat
    if table is not None and table.meter is not None:
        meter, beat = table.meter, table.beat
    elif table is not None and table.beat is not None:
        beat = table.beat
    try:
        return bar_grid(meter, beat)
    except ValueError:
        return bar_grid(meter)


def marker_beats(place: int | str, beats_per_bar: int) -> int:
    """Return the beats from bar 1 to a marker, whose place is a bar counted from 1 or ``"bar.beat"``.

    Examples
    --------
    >>> marker_beats(9, 4), marker_beats("9.3", 4)
    (32, 34)
    """
    bar, _, beat = str(place).partition(".")
    return (int(bar) - 1) * beats_per_bar + int(beat or 1) - 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A section or a bridge, in one form.

    Attributes
    ----------
    name : str
        The section's name, or `bridge_segment` of the bridge's name.
    layers : tuple of str
        The layers that play; for a bridge with a stem, also the bridge's own segment name.
    length_bars, length_beats : int or None
        The length that the file declares; at most one of them is given.
    intro_bars, intro_beats : int or None
        The length of the introduction that the file declares; at most one of them is given.
    first_beat_s : float
        The position of the first beat in its files, in seconds: of the introduction, if they hold one.
    tempo_bpm : float
        Quarter notes per minute.
    beats_per_bar, beat_unit : int, float
        Beats of a bar, and the note value of a beat: 6 and 8 for 6/8, unless it has another `beat`.
    meter : tuple of (int, int)
        The meter as written.
    phrase_bars, min_stay_bars : int
        The length of a phrase and the minimum stay, in bars; `BRIDGE_PHRASE_BARS` and 0 for a bridge.
    key : str
        The key, such as ``"A minor"``.
    chords : tuple of str
        One text for each bar.  If empty, the key decides; in a bridge, the chords of the old section go on.
    form : str
        The form of what is generated, such as ``"A A' B A"``; empty: the plan chooses.
    energy : float
        0 to 1: how intensely generators play.
    markers : tuple of (int, str)
        Beats from bar 1, and name, in order of the beats.
    """

    name: str
    layers: tuple[str, ...]
    length_bars: int | None
    length_beats: int | None
    intro_bars: int | None
    intro_beats: int | None
    first_beat_s: float
    tempo_bpm: float
    beats_per_bar: int
    beat_unit: float
    meter: tuple[int, int]
    phrase_bars: int
    min_stay_bars: int
    key: str
    chords: tuple[str, ...]
    form: str
    energy: float
    markers: tuple[tuple[int, str], ...]

    @property
    def written_length_beats(self) -> int | None:
        """The declared length in beats; None if it follows from the files."""
        return self.length_beats if self.length_bars is None else self.length_bars * self.beats_per_bar

    @property
    def written_intro_beats(self) -> int | None:
        """The declared length of the introduction in beats; None if its files decide."""
        return self.intro_beats if self.intro_bars is None else self.intro_bars * self.beats_per_bar

    @property
    def beat_s(self) -> float:
        """The duration of a beat of its meter, in seconds."""
        return 60.0 / self.tempo_bpm * 4.0 / self.beat_unit


def segments_of(file: PresetFile) -> Mapping[str, Segment]:
    """Return all segments of a preset by name: its sections, then its bridges."""
    segments = {name: _segment(file, name, table) for name, table in file.sections.items()}
    for name, table in file.bridges.items():
        segments[bridge_segment(name)] = _segment(file, bridge_segment(name), table)
    return segments


def _segment(file: PresetFile, name: str, table: SectionTable | BridgeTable) -> Segment:
    grid = grid_of(file, table)
    beats = grid.beats_per_bar
    own: tuple[str, ...] = ()
    phrase_bars, min_stay_bars = BRIDGE_PHRASE_BARS, 0
    intro_bars = intro_beats = None
    form = ""
    if isinstance(table, SectionTable):
        phrase_bars, min_stay_bars = table.phrase_bars, table.min_stay_bars
        intro_bars, intro_beats = table.intro_bars, table.intro_beats
        form = table.form or ""
    elif table.stem is not None:
        own = (name,)
    marked = sorted((marker_beats(place, beats), marker) for marker, place in table.markers.items())
    return Segment(
        name=name,
        layers=(*table.layers, *own),
        length_bars=table.length_bars,
        length_beats=table.length_beats,
        intro_bars=intro_bars,
        intro_beats=intro_beats,
        first_beat_s=table.first_beat_s,
        tempo_bpm=table.tempo_bpm or file.tempo_bpm,
        beats_per_bar=beats,
        beat_unit=grid.beat_unit,
        meter=grid.meter,
        phrase_bars=phrase_bars,
        min_stay_bars=min_stay_bars,
        key=table.key or file.key,
        chords=table.chords,
        form=form,
        energy=table.energy,
        markers=tuple(marked),
    )
