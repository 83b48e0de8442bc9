"""Parts: what can be the present passage.  A section is one, and so is a bridge between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adaptive.preset.schema import BridgeTable, PresetFile, SectionTable

BRIDGE = "bridge:"
"""Before the name of a bridge where a part is named; no name of a preset holds a colon."""

BRIDGE_PHRASE_BARS = 4


def bridge_segment(name: str) -> str:
    """Name of a bridge among the parts, and of the strip that plays its stem."""
    return BRIDGE + name


def is_bridge(segment: str) -> bool:
    """Whether a part is a bridge."""
    return segment.startswith(BRIDGE)


def read_meter(text: str) -> tuple[int, int]:
    """Beats of a bar and the note a beat is: ``"6/8"`` is 6 and 8."""
    beats, _, unit = text.partition("/")
    return int(beats), int(unit)


def marker_beats(place: int | str, beats_per_bar: int) -> int:
    """Beats from bar 1 to a marker: a bar counted from 1, or ``"bar.beat"``.

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
        A section's name, or `bridge_segment` of a bridge's.
    layers : tuple of str
        Who plays; of a bridge with a stem, also the bridge itself.
    length_bars, length_beats : int or None
        What the file says of its length.
    first_beat_s : float
        Where beat 1 lies in its files.
    tempo_bpm : float
        Quarter notes a minute.
    beats_per_bar, beat_unit : int
        Its meter.
    phrase_bars, min_stay_bars : int
        Of a bridge: no phrases of its own, and no stay.
    key : str
        Its key.
    chords : tuple of str
        One text a bar; empty: left to the key, or of a bridge, to the section it leaves.
    energy : float
        0 … 1.
    markers : tuple of (int, str)
        Beats from bar 1, and name, in order.
    """

    name: str
    layers: tuple[str, ...]
    length_bars: int | None
    length_beats: int | None
    first_beat_s: float
    tempo_bpm: float
    beats_per_bar: int
    beat_unit: int
    phrase_bars: int
    min_stay_bars: int
    key: str
    chords: tuple[str, ...]
    energy: float
    markers: tuple[tuple[int, str], ...]

    @property
    def written_length_beats(self) -> int | None:
        """Length as declared; None when its files decide."""
        return self.length_beats if self.length_bars is None else self.length_bars * self.beats_per_bar

    @property
    def beat_s(self) -> float:
        """Seconds of a beat of its meter."""
        return 60.0 / self.tempo_bpm * 4.0 / self.beat_unit


def parts_of(file: PresetFile) -> Mapping[str, Segment]:
    """All parts of a preset: its sections, then its bridges."""
    segments = {name: _segment(file, name, table) for name, table in file.sections.items()}
    for name, table in file.bridges.items():
        segments[bridge_segment(name)] = _segment(file, bridge_segment(name), table)
    return segments


def _segment(file: PresetFile, name: str, table: SectionTable | BridgeTable) -> Segment:
    beats, unit = read_meter(table.meter or file.meter)
    own: tuple[str, ...] = ()
    phrase_bars, min_stay_bars = BRIDGE_PHRASE_BARS, 0
    if isinstance(table, SectionTable):
        phrase_bars, min_stay_bars = table.phrase_bars, table.min_stay_bars
    elif table.stem is not None:
        own = (name,)
    marked = sorted((marker_beats(place, beats), marker) for marker, place in table.markers.items())
    return Segment(
        name=name,
        layers=(*table.layers, *own),
        length_bars=table.length_bars,
        length_beats=table.length_beats,
        first_beat_s=table.first_beat_s,
        tempo_bpm=table.tempo_bpm or file.tempo_bpm,
        beats_per_bar=beats,
        beat_unit=unit,
        phrase_bars=phrase_bars,
        min_stay_bars=min_stay_bars,
        key=table.key or file.key,
        chords=table.chords,
        energy=table.energy,
        markers=tuple(marked),
    )
