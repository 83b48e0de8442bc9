"""What a preset sounds like, made ready: lengths in frames, sounds in the engine, harmony by the bar."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from adaptive.composer.context import Harmony
from adaptive.composer.registry import GENERATORS
from adaptive.conductor.hits import KitPlayer, KitSound, SynthPlayer
from adaptive.conductor.layout import LayerPlace, ScoreLayout, control_start, default_value
from adaptive.conductor.stems import StemLayer
from adaptive.conductor.writer import GeneratedLayer
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.engine import Engine
from adaptive.errors import AudioFileError, PresetError
from adaptive.instruments import kits
from adaptive.music.harmony import default_progression, parse_bar
from adaptive.music.scale import Key
from adaptive.preset.lengths import section_length_beats, section_stems, stem_loop_beats
from adaptive.preset.model import Preset

DECLICK_S = 0.005
CHOKE_S = 0.012


@dataclass(frozen=True, slots=True)
class SectionMaterial:
    """A section in numbers.

    Parameters
    ----------
    length_beats : int
        Length of a pass.
    loop_frames : int
        The same in frames: whole, so that stems and written notes never drift apart.
    tempo_bpm : float
        Quarter notes a minute that belong to `loop_frames`; within a millionth of the declared.
    has_stems : bool
        Whether recorded material binds its tempo.
    """

    length_beats: int
    loop_frames: int
    tempo_bpm: float
    has_stems: bool


@dataclass(slots=True)
class Material:
    """All a conductor plays with."""

    sections: dict[str, SectionMaterial]
    stems: dict[str, StemLayer]
    generated: dict[str, GeneratedLayer]
    stingers: dict[str, tuple[Sound, int]]
    harmony: dict[str, Callable[[int], Harmony]] = field(default_factory=dict)


def prepare(preset: Preset, layout: ScoreLayout, engine: Engine, seed: int) -> Material:
    """Decode, resample and lay out all a preset needs.

    Raises
    ------
    PresetError
        A stem cannot be used; every such stem is named.
    """
    bank, rate = engine.bank, engine.spec.sample_rate
    faults: list[str] = []
    durations: dict[Path, float] = {}
    bank.decode_ahead(preset.stems.values())
    for name, path in preset.stems.items():
        try:
            durations[path] = bank.duration(path)
        except AudioFileError as error:
            faults.append(f"stem {name!r}: {error}")
    if faults:
        raise PresetError(faults, str(preset.folder))
    sections = {name: _measure_section(preset, name, durations, rate) for name in preset.file.sections}
    stems = {}
    for name, place in layout.layers.items():
        if preset.file.layers[name].generator is None:
            sounds = _stem_sounds(preset, name, sections, durations, engine, faults)
            stems[name] = StemLayer(place, sounds, round(DECLICK_S * rate))
    stingers = {}
    for name, table in preset.file.stingers.items():
        try:
            sound = bank.load(preset.stems[table.stem], round(table.first_beat_s * rate))
            stingers[name] = (sound, engine.add_sound(sound))
        except AudioFileError as error:
            faults.append(f"stingers.{name}.stem: {error}")
    if faults:
        raise PresetError(faults, str(preset.folder))
    generated = {
        name: _generated_layer(preset, place, engine, seed)
        for name, place in layout.layers.items()
        if preset.file.layers[name].generator is not None
    }
    bank.forget_decoded()
    harmony = {name: section_harmony(preset, name) for name in preset.file.sections}
    return Material(sections, stems, generated, stingers, harmony)


def _measure_section(preset: Preset, name: str, durations: dict[Path, float], rate: int) -> SectionMaterial:
    length = section_length_beats(preset, name, durations)
    divisor = 1
    for path in section_stems(preset, name).values():
        loop = stem_loop_beats(preset, name, durations[path], length)
        if loop:
            divisor = math.lcm(divisor, length // loop)
    exact = length * preset.beat_s(name) * rate
    frames = max(1, round(exact / divisor)) * divisor
    quarters = length * 4.0 / preset.beat_unit
    stems = section_stems(preset, name)
    return SectionMaterial(length, frames, quarters * 60.0 * rate / frames, bool(stems))


def _stem_sounds(
    preset: Preset,
    layer: str,
    sections: dict[str, SectionMaterial],
    durations: dict[Path, float],
    engine: Engine,
    faults: list[str],
) -> dict[str, tuple[Sound, int]]:
    rate = engine.spec.sample_rate
    sounds = {}
    for name, table in preset.file.sections.items():
        path = preset.stem(layer, name)
        if layer not in table.layers or path is None:
            continue
        section = sections[name]
        loop = stem_loop_beats(preset, name, durations[path], section.length_beats)
        if loop is None:
            faults.append(
                f"sections.{name}: {path.name} neither fills its {section.length_beats} beats nor "
                "divides them"
            )
            continue
        frames = section.loop_frames * loop // section.length_beats
        beat = round(preset.beat_s(name) * rate)
        try:
            origin = round(table.first_beat_s * rate)
            sound = engine.bank.load(path, origin, frames, beat)
            sounds[name] = (sound, engine.add_sound(sound))
        except AudioFileError as error:
            faults.append(f"layers.{layer}.stem: {error}")
    return sounds


def _generated_layer(preset: Preset, place: LayerPlace, engine: Engine, seed: int) -> GeneratedLayer:
    table = preset.file.layers[place.name]
    spec = GENERATORS[table.generator or ""]
    defaults = {name: default_value(t) for name, t in preset.file.parameters.items()}
    player: KitPlayer | SynthPlayer = SynthPlayer(place)
    if place.kit is not None:
        rate = engine.spec.sample_rate
        player = KitPlayer(place, _kit_sounds(place.kit, engine), round(CHOKE_S * rate))
    return GeneratedLayer(
        place=place,
        generator=spec.function,
        player=player,
        style=table.style or spec.styles[0],
        octave=table.octave,
        seed=seed ^ zlib.crc32(place.name.encode()),
        beat_unit=preset.beat_unit,
        density=control_start(table.density, defaults, 0.5),
    )


def _kit_sounds(name: str, engine: Engine) -> dict[str, KitSound]:
    bank: Bank = engine.bank
    hits = kits.kit(name, engine.spec.sample_rate)
    sounds = {}
    for piece, hit in hits.items():
        sound = bank.made((name, piece), lambda hit=hit: hit.audio)  # type: ignore[misc]
        sounds[piece] = KitSound(sound, engine.add_sound(sound), hit.gain, hit.pan, hit.choke)
    return sounds


def section_harmony(preset: Preset, section: str) -> Callable[[int], Harmony]:
    """Harmony of every bar of a section: its chords, round and round."""
    table = preset.file.sections[section]
    key = Key.parse(table.key or preset.file.key)
    written = table.chords or default_progression(key)
    bars = [tuple(parse_bar(text, preset.beats_per_bar)) for text in written]

    @lru_cache(maxsize=256)
    def harmony_of(bar: int) -> Harmony:
        after = bars[(bar + 1) % len(bars)]
        return Harmony(key, bars[bar % len(bars)], after[0][1])

    return harmony_of
