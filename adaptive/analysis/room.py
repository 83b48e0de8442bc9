"""Says which recordings of a preset its generated layers leave room for, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adaptive.composer.plan.stem_bar import StemBar
from adaptive.composer.registry import GENERATORS
from adaptive.conductor.assets import leaves_room, measure_segment, section_brief, stem_sounds
from adaptive.conductor.stem_bars import stem_bars_of
from adaptive.engine.bank import Bank
from adaptive.errors import AudioFileError
from adaptive.music.scale import Key
from adaptive.preset.finding import Finding
from adaptive.preset.model import Preset
from adaptive.preset.transpose import semitones_of

USUAL_SHARE = 0.1
"""A pitch counts if it sounds in this share of the beats that have pitches."""


@dataclass(frozen=True, slots=True)
class SectionRoom:
    """What the recordings of a section sound, and which layers leave room for it.

    Attributes
    ----------
    layers : tuple of str
        Pitched generated layers.
    busy : float
        Share of sixteenths at which a recorded sound begins.
    lowest, highest : int or None
        Lowest and highest usual MIDI pitch; None: the recordings have no pitch.
    has_chords : bool
        Whether the section declares chords.
    key : Key
        Its key, as declared.
    """

    layers: tuple[str, ...]
    busy: float
    lowest: int | None
    highest: int | None
    has_chords: bool
    key: Key

    @property
    def sentence(self) -> str:
        """What was found, and what follows."""
        names, one = ", ".join(f"`{name}`" for name in self.layers), len(self.layers) == 1
        found = f"its recordings begin sounds at {self.busy:.0%} of its sixteenths"
        room = f"{names} {'leaves' if one else 'leave'} room there"
        if self.lowest is None or self.highest is None:
            return f"{found} and have no pitch: {room}"
        span = f"{self.key.spell(self.lowest)} to {self.key.spell(self.highest)}"
        found = f"{found} and have tones and overtones from {span}"
        if self.has_chords:
            return f"{found}: {room}, and {'avoids' if one else 'avoid'} clashes with them"
        return (
            f"{found}, and it has no `chords`: {names} {'plays' if one else 'play'} tones of {self.key}"
            " that do not clash with them; a key is not guessed"
        )

    def as_json(self) -> dict[str, object]:
        """Return what ``check --json`` prints."""
        return {
            "layers": list(self.layers), "busy": round(self.busy, 3), "lowest": self.lowest,
            "highest": self.highest, "text": self.sentence,
        }  # fmt: skip


def room_of_preset(preset: Preset, limit_bytes: int) -> dict[str, SectionRoom]:
    """Return what the recordings of each section sound that has pitched generated layers, too.

    Parameters
    ----------
    preset : Preset
        A preset without faults.
    limit_bytes : int
        What its sounds may take.
    """
    bank, found = Bank(limit_bytes=limit_bytes), {}
    for name in preset.file.sections:
        brief = section_brief(preset, name, 0, has_stems=True)
        bars = _stem_bars(preset, name, bank) if leaves_room(brief) else ()
        if bars:
            pitches = list(_usual_pitches(bars))
            layers = (one.name for one in brief.layers if not GENERATORS[one.generator].is_percussive)
            found[name] = SectionRoom(
                tuple(layers), sum(bar.busy for bar in bars) / len(bars), min(pitches, default=None),
                max(pitches, default=None), bool(brief.chords), brief.key,
            )  # fmt: skip
    return found


def _stem_bars(preset: Preset, section: str, bank: Bank) -> tuple[StemBar, ...]:
    """Return what the recordings of a section sound; empty if it has none, or if they cannot be used."""
    layers = [layer for layer in preset.segments[section].layers if preset.variations(layer, section)]
    if not layers:
        return ()
    faults: list[Finding] = []
    try:
        paths = {path for layer in layers for path in preset.variations(layer, section)}
        durations: dict[Path, float] = {path: bank.duration(path) for path in paths}
        segment = measure_segment(preset, section, durations, bank.sample_rate)
        loops = []
        for layer in layers:
            sounds = stem_sounds(preset, layer, {section: segment}, durations, bank, faults)
            semitones = semitones_of(preset, layer, section)
            loops += [bank.transposed(sound, semitones) for sound in sounds.get(section, ())]
        return stem_bars_of(bank, loops, segment.grid)
    except AudioFileError:
        return ()  # what is wrong with a file is told where it is found


def _usual_pitches(bars: tuple[StemBar, ...]) -> Iterator[int]:
    beats = [pitches for bar in bars for pitches in bar.pitches if pitches]
    for pitch in range(128):
        if beats and sum(one >> pitch & 1 for one in beats) >= USUAL_SHARE * len(beats):
            yield pitch
