"""Prepares the one-shots of a preset: the files of stingers and fills, and what picks among several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adaptive.conductor.variation_picker import VariationPicker
from adaptive.engine.bank import Sound
from adaptive.engine.engine import Engine
from adaptive.errors import AudioFileError
from adaptive.music.scale import Key
from adaptive.preset.finding import Finding, fault
from adaptive.preset.key_path import KeyPath
from adaptive.preset.model import Preset
from adaptive.preset.schema import FillTable, StingerTable
from adaptive.preset.stems import files_of


@dataclass(frozen=True, slots=True)
class OneShot:
    """A sound that plays once, its number in the engine's table, its file, and the key it was recorded in."""

    sound: Sound
    number: int
    file: str = ""
    key: Key | None = None


def _one_shot(
    preset: Preset, stem: str, first_beat_s: float, engine: Engine, at: KeyPath, faults: list[Finding],
    key: Key | None = None,
) -> OneShot | None:  # fmt: skip
    try:
        sound = engine.bank.load(preset.stems[stem], round(first_beat_s * engine.spec.sample_rate))
    except AudioFileError as error:
        faults.append(fault(at, str(error)))
        return None
    return OneShot(sound, engine.add_sound(sound), preset.stems[stem].name, key)


def stinger_sounds(preset: Preset, name: str, engine: Engine, faults: list[Finding]) -> tuple[OneShot, ...]:
    """The files of a stinger, in order."""
    table = preset.file.stingers[name]
    files: list[tuple[Key | None, str]] = []
    if isinstance(table.stem, dict):
        for key, stems in table.stem.items():
            files += [(Key.parse(key), stem) for stem in files_of(stems)]
    else:
        files = [(None, stem) for stem in files_of(table.stem)]
    at = ("stingers", name, "stem")
    shots = [_one_shot(preset, stem, table.first_beat_s, engine, at, faults, key) for key, stem in files]
    return tuple(shot for shot in shots if shot is not None)


def fill_sounds(preset: Preset, name: str, engine: Engine, faults: list[Finding]) -> tuple[OneShot, ...]:
    """The files of a fill, in order."""
    table, at = preset.file.fills[name], ("fills", name, "stem")
    stems = files_of(table.stem)
    shots = [_one_shot(preset, stem, table.first_beat_s, engine, at, faults) for stem in stems]
    return tuple(shot for shot in shots if shot is not None)


def shot_pickers(
    preset: Preset,
    stingers: Mapping[str, Sequence[OneShot]],
    fills: Mapping[str, Sequence[OneShot]],
    seed: int,
) -> dict[str, VariationPicker]:
    """Pickers of stingers and fills with several files, by key path; of stingers one for each key."""
    several: dict[str, tuple[int, StingerTable | FillTable]] = {}
    for name, shots in stingers.items():
        table = preset.file.stingers[name]
        for key in {shot.key for shot in shots}:
            count = sum(shot.key == key for shot in shots)
            several[shot_path("stingers", name, key)] = (count, table)
    for name, shots in fills.items():
        several[shot_path("fills", name)] = (len(shots), preset.file.fills[name])
    return {
        path: VariationPicker(path, (1.0,) * count, one.order, one.avoid_last, seed)
        for path, (count, one) in several.items()
        if count > 1
    }


def shot_path(kind: str, name: str, key: Key | None = None) -> str:
    """The name under which the picks of a one-shot are kept."""
    return f"{kind}.{name}" if key is None else f"{kind}.{name}.{key}"
