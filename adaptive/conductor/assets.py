"""Prepares a preset's assets: lengths in frames, sounds in the engine's table, plans of sections."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from adaptive.composer.bar_source import SourceOf, in_the_step
from adaptive.composer.blend import blend_text, weights_of
from adaptive.composer.genres.mixing import own_style
from adaptive.composer.meter import meter
from adaptive.composer.plan.brief import LayerBrief, SectionBrief
from adaptive.composer.plan.section_plan import SectionPlans
from adaptive.composer.plan.stem_bar import StemBar
from adaptive.composer.registry import GENERATORS
from adaptive.conductor.layers.generated import GeneratedLayer
from adaptive.conductor.layers.incoming import IncomingLayer
from adaptive.conductor.layers.layer_bars import LayerBars
from adaptive.conductor.layers.layer_player import LayerPlayer
from adaptive.conductor.layers.note_players import NotePlayer, note_player_of
from adaptive.conductor.layers.rewrite_turns import spread_rewrites
from adaptive.conductor.layers.song_source import SongSource
from adaptive.conductor.layers.sound_entry import SoundEntry
from adaptive.conductor.layers.stem_state import Introduction
from adaptive.conductor.layers.stem_tempo import StemTempo
from adaptive.conductor.layers.stems import StemLayer
from adaptive.conductor.layout.layout import LayerPlace, PresetLayout, control_start, default_value
from adaptive.conductor.one_shots import OneShot, fill_sounds, shot_pickers, stinger_sounds
from adaptive.conductor.stem_bars import SectionGrid, stem_bars_of
from adaptive.conductor.variation_picker import VariationPicker
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.engine import Engine
from adaptive.engine.plan_cache import stretch_plan_of
from adaptive.errors import AudioFileError, PresetError
from adaptive.kernel.compile import build
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.music.harmony import parse_bar
from adaptive.music.mood import mood_mode, mood_point
from adaptive.music.scale import Key, has_mode
from adaptive.preset.check import ordered
from adaptive.preset.finding import Finding, fault
from adaptive.preset.key_path import KeyPath
from adaptive.preset.lengths import (
    first_pass_intro_beats,
    held_intro_beats,
    intro_length_beats,
    section_length_beats,
    section_stems,
    stem_loop_beats,
)
from adaptive.preset.model import Preset
from adaptive.preset.schema import BridgeTable, LayerTable, MoodPoint
from adaptive.preset.segments import BRIDGE, Segment, is_bridge
from adaptive.preset.song_layers import MIDI_FILE, channels_of, song_of
from adaptive.preset.stems import key_of, streamed_files
from adaptive.timebase import BEAT_TOLERANCE

DECLICK_S = 0.005
"""Length of the fade where a stem is cut or entered in its middle."""

LOOP_TOLERANCE_S = 0.0005
"""How far the end of a loop may lie from a seam and still count as on it: half a millisecond."""

TUNE_STYLES = ("", "motif")
"""Styles of `melody` that play the tune of the plan."""

DEFAULT_DENSITY = 0.5
"""Density of a generated layer where the preset says nothing."""


@dataclass(frozen=True, slots=True)
class SegmentAssets:
    """Length and tempo of a section or bridge.

    Parameters
    ----------
    segment : Segment
        The section or bridge of the preset.
    length_beats : int
        Length of a pass, in beats.
    loop_frames : int
        Length of a pass, in frames: whole, so that stems and written notes never drift apart.
    tempo_bpm : float
        Quarter notes a minute that give `loop_frames`: the declared tempo, except for rounding to frames.
    has_stems : bool
        Whether it has recorded stems.
    intro_beats : int
        Length of the introduction before its first pass; 0: it has none.
    """

    segment: Segment
    length_beats: int
    loop_frames: int
    tempo_bpm: float
    has_stems: bool
    intro_beats: int = 0

    @property
    def intro_frames(self) -> int:
        """Length of the introduction in frames."""
        return self._frames(self.intro_beats)

    @property
    def grid(self) -> SectionGrid:
        """Where its bars lie."""
        bars = Fraction(self.length_beats, self.segment.beats_per_bar)
        return SectionGrid(meter(*self.segment.meter), self.loop_frames, bars)

    def _frames(self, beats: float) -> int:
        return round(beats * self.loop_frames / self.length_beats)

    def frames_into(self, local_beats: float) -> int:
        """Frames from bar 1 of a pass to a local beat, which may lie in a later pass.

        Negative in the introduction.
        """
        if local_beats < -BEAT_TOLERANCE:
            return self._frames(local_beats)
        return round(local_beats % self.length_beats * self.loop_frames / self.length_beats)


@dataclass(slots=True)
class Assets:
    """Everything that a conductor plays: segments, layers, one-shots and plans, by name."""

    segments: dict[str, SegmentAssets]
    stems: dict[str, StemLayer]
    generated: dict[str, GeneratedLayer]
    stingers: dict[str, tuple[OneShot, ...]]
    fills: dict[str, tuple[OneShot, ...]]
    plans: dict[str, SectionPlans] = field(default_factory=dict)
    shot_pickers: dict[str, VariationPicker] = field(default_factory=dict)
    stinger_players: dict[str, NotePlayer] = field(default_factory=dict)
    """What plays the notes of written stingers."""

    fill_tempo: dict[str, StemTempo] = field(default_factory=dict)
    stinger_tempo: dict[str, StemTempo] = field(default_factory=dict)
    """How fills follow the tempo; empty until recordings are stretched."""

    incoming: dict[str, IncomingLayer] = field(default_factory=dict)
    """Layers whose sound comes from outside."""

    def players(self) -> Iterator[tuple[str, LayerPlayer]]:
        """What plays each layer, by its name, and each bridge with stems, by the name of its segment."""
        yield from self.stems.items()
        yield from self.generated.items()
        yield from self.incoming.items()

    def sounds(self) -> set[int]:
        """Identities (`id`) of all sounds."""
        found = {id(sound) for _, player in self.players() for sound in player.recordings()}
        kinds = (*self.stingers.values(), *self.fills.values())
        return found | {id(shot.sound) for variants in kinds for shot in variants}


def prepare(
    preset: Preset, layout: PresetLayout, engine: Engine, seed: int, source_of: SourceOf = in_the_step
) -> Assets:
    """Decode and resample the files of a preset and enter them in the engine's table of sounds.

    Parameters
    ----------
    preset : Preset
        The preset.
    layout : PresetLayout
        Its engine rows.
    engine : Engine
        Holds the bank and the table of sounds.
    seed : int
        Seed of all random choices.
    source_of : callable
        Makes the source of a generated layer's bars.

    Raises
    ------
    PresetError
        Stems cannot be used; the message names each of them.
    """
    bank, rate = engine.bank, engine.spec.sample_rate
    faults: list[Finding] = []
    durations: dict[Path, float] = {}
    asked, may = streamed_files(preset.file, preset.stems)
    bank.choice.choose(asked, may, preset.stems.values(), bank.limit_bytes, rate)
    bank.decode_ahead(preset.stems.values())
    for name, path in preset.stems.items():
        try:
            durations[path] = bank.duration(path)
        except AudioFileError as error:
            faults.append(fault(key_of(preset.file, name), str(error)))
    if faults:
        raise PresetError(ordered(preset, faults), str(preset.folder))
    segments = {name: measure_segment(preset, name, durations, rate) for name in preset.segments}
    stems = {}
    for name, place in layout.stem_places.items():
        sounds = stem_sounds(preset, name, segments, durations, bank, faults)
        introductions = _introductions(preset, name, segments, sounds, engine, faults)
        first_passes = _first_passes(preset, name, segments, sounds, engine, faults)
        entry = SoundEntry(preset, name, engine)
        stems[name] = StemLayer(
            place, entry.sounds(sounds), round(DECLICK_S * rate), round(LOOP_TOLERANCE_S * rate),
            _pickers(preset, name, sounds, seed),
            {segment: one.loop_frames for segment, one in segments.items()},
            entry.introductions(introductions), entry.first_passes(first_passes),
        )  # fmt: skip
    for stem in stems.values():
        pin_heads(stem, segments)
    stingers = {name: stinger_sounds(preset, name, engine, faults) for name in preset.file.stingers}
    fills = {name: fill_sounds(preset, name, engine, faults) for name in preset.file.fills}
    if faults:
        raise PresetError(ordered(preset, faults), str(preset.folder))
    generated = {
        name: _generated_layer(preset, place, engine, layout.spec.instruments, seed, source_of)
        for name, place in layout.layers.items()
        if preset.file.layers[name].generator is not None
    }
    spread_rewrites(generated.values(), rate)
    bank.forget_decoded()
    briefs = {
        name: section_brief(preset, name, seed, has_stems=segments[name].has_stems)
        for name in preset.segments
        if _has_harmony(preset, name)
    }
    plans = {
        name: SectionPlans(replace(brief, stem_bars=_stem_bars(brief, segments[name], stems, bank)))
        for name, brief in briefs.items()
    }
    if layout.spec.is_elastic or engine.spec.is_elastic:  # what takes long, before the music waits for it
        build.addresses(build.STRETCH_UNITS)
        for stem in stems.values():
            for sound in stem.recordings():
                stretch_plan_of(bank, sound)
    pickers = shot_pickers(preset, stingers, fills, seed)
    players = {
        name: note_player_of(place, engine, layout.spec.instruments)
        for name, place in layout.stingers.items()
        if place.instrument is not None
    }
    incoming = {
        name: IncomingLayer(place, rate)
        for name, place in layout.layers.items()
        if preset.file.layers[name].comes_in
    }
    return Assets(segments, stems, generated, stingers, fills, plans, pickers, players, incoming=incoming)


def pin_heads(stem: StemLayer, segments: Mapping[str, SegmentAssets]) -> None:
    """Keep the beginnings of streamed stems at starts and markers in memory: they are entered at once."""
    for name, sounds in stem.sounds.items():
        segment = segments[name]
        markers = [segment.frames_into(float(beat)) for beat, _ in segment.segment.markers]
        for sound, _ in sounds:
            loop = max(1, round((sound.loop_frames or sound.frames) / sound.scale))
            sound.pin([0, -segment.intro_frames, *(place % loop for place in markers)])


def _stem_bars(
    brief: SectionBrief, segment: SegmentAssets, stems: dict[str, StemLayer], bank: Bank
) -> tuple[StemBar, ...]:
    """What the recordings of a segment sound; empty if no layer of it leaves room."""
    if not leaves_room(brief):
        return ()
    names = {*segment.segment.layers, brief.section}
    loops = [
        sound
        for name, stem in stems.items()
        if name in names
        for sound, _ in stem.sounds.get(brief.section, ())
    ]
    return stem_bars_of(bank, loops, segment.grid)


def leaves_room(brief: SectionBrief) -> bool:
    """Whether a section has a pitched generated layer, which leaves room for recordings."""
    return any(not GENERATORS[layer.generator].is_percussive for layer in brief.layers)


def _has_harmony(preset: Preset, segment: str) -> bool:
    """Whether a segment has chords of its own; a bridge without chords continues those of its section."""
    if not is_bridge(segment):
        return True
    table = preset.file.bridges[segment.removeprefix(BRIDGE)]
    return bool(table.chords) or table.key is not None


def measure_segment(preset: Preset, name: str, durations: dict[Path, float], rate: int) -> SegmentAssets:
    """Measure a section or bridge from the durations of its files, in seconds."""
    segment = preset.segments[name]
    length = section_length_beats(preset, name, durations)
    divisor = 1
    stems = section_stems(preset, name)
    for layer, path in stems:
        held = held_intro_beats(preset, name, layer)
        loop = stem_loop_beats(preset, name, durations[path], length, held)
        if loop:
            divisor = math.lcm(divisor, length // loop)
    exact = length * segment.beat_s * rate
    frames = max(1, round(exact / divisor)) * divisor
    quarters = length * 4.0 / segment.beat_unit
    tempo_bpm = quarters * 60.0 * rate / frames
    intro = intro_length_beats(preset, name, durations)
    return SegmentAssets(segment, length, frames, tempo_bpm, bool(stems), intro)


def stem_sounds(
    preset: Preset,
    layer: str,
    segments: dict[str, SegmentAssets],
    durations: dict[Path, float],
    bank: Bank,
    faults: list[Finding],
) -> dict[str, tuple[Sound, ...]]:
    """Load the loops of a layer, by segment; what cannot be used is added to `faults`."""
    rate = bank.sample_rate
    sounds: dict[str, tuple[Sound, ...]] = {}
    for name, segment_assets in segments.items():
        segment = segment_assets.segment
        for path in preset.variations(layer, name) if layer in segment.layers else ():
            held = held_intro_beats(preset, name, layer)
            loop = stem_loop_beats(preset, name, durations[path], segment_assets.length_beats, held)
            if loop is None:
                length = f"its {segment_assets.length_beats} beats"
                length += f" after the {held} of its introduction" if held else ""
                faults.append(fault(_key_path(name), f"{path.name} neither fills {length} nor divides them"))
                continue
            frames = segment_assets.loop_frames * loop // segment_assets.length_beats
            try:
                origin = round(segment.first_beat_s * rate) + (segment_assets.intro_frames if held else 0)
                beat = round(segment.beat_s * rate)
                is_wrapped = preset.is_wrapped(layer)
                pair = preset.file.layers[layer].pair if layer in preset.file.layers else None
                sound = bank.load(path, origin, frames, beat, is_wrapped=is_wrapped, pair=pair or "")
                sounds[name] = (*sounds.get(name, ()), sound)
            except AudioFileError as error:
                faults.append(fault(_key_path(name), str(error)))
    return sounds


def _introductions(
    preset: Preset,
    layer: str,
    segments: dict[str, SegmentAssets],
    sounds: dict[str, tuple[Sound, ...]],
    engine: Engine,
    faults: list[Finding],
) -> dict[str, Introduction]:
    """The introductions of a stem layer, by segment."""
    found: dict[str, Introduction] = {}
    for name, variations in sounds.items():
        frames = segments[name].intro_frames
        if not frames:
            continue
        path = preset.intro_file(layer, name)
        if path is None:
            is_held = first_pass_intro_beats(preset, name, layer) > 0
            found[name] = Introduction(frames, is_held=is_held)
            continue
        first_beat = round(segments[name].segment.first_beat_s * engine.spec.sample_rate)
        first_pass = preset.first_pass_file(layer, name)
        try:
            loops = list(variations)
            if first_pass is not None:
                loops = [engine.bank.first_pass(first_pass, first_beat, segments[name].loop_frames, loops)]
            sound = engine.bank.introduction(path, first_beat, frames, loops)
            found[name] = Introduction(frames, sound)
        except AudioFileError as error:
            faults.append(fault(("layers", layer, "intro"), str(error)))
    return found


def _first_passes(
    preset: Preset,
    layer: str,
    segments: dict[str, SegmentAssets],
    sounds: dict[str, tuple[Sound, ...]],
    engine: Engine,
    faults: list[Finding],
) -> dict[str, Sound]:
    """What a stem layer plays in the first pass instead of its stem, by segment."""
    found: dict[str, Sound] = {}
    for name, segment_assets in segments.items():
        path = preset.first_pass_file(layer, name) if layer in segment_assets.segment.layers else None
        if path is None:
            continue
        origin = round(segment_assets.segment.first_beat_s * engine.spec.sample_rate)
        origin += segment_assets.intro_frames if first_pass_intro_beats(preset, name, layer) else 0
        try:
            stems = list(sounds.get(name, ()))
            found[name] = engine.bank.first_pass(path, origin, segment_assets.loop_frames, stems)
        except AudioFileError as error:
            faults.append(fault(("layers", layer, "first_pass"), str(error)))
    return found


def _key_path(segment: str) -> KeyPath:
    return ("bridges", segment.removeprefix(BRIDGE)) if is_bridge(segment) else ("sections", segment)


def _pickers(
    preset: Preset, layer: str, sounds: dict[str, tuple[Sound, ...]], seed: int
) -> dict[str, VariationPicker]:
    """Pickers of a layer: one for each segment in which it has several files."""
    several = {segment: variants for segment, variants in sounds.items() if len(variants) > 1}
    if not several:
        return {}
    bridge = preset.file.bridges.get(layer.removeprefix(BRIDGE)) if is_bridge(layer) else None
    table: LayerTable | BridgeTable = bridge or preset.file.layers[layer]
    return {
        segment: VariationPicker(
            f"{layer} in {segment}", (1.0,) * len(variants), table.order, table.avoid_last, seed
        )
        for segment, variants in several.items()
    }


def _generated_layer(
    preset: Preset,
    place: LayerPlace,
    engine: Engine,
    instruments: Sequence[InstrumentSpec],
    seed: int,
    source_of: SourceOf,
) -> GeneratedLayer:
    table = preset.file.layers[place.name]
    spec = GENERATORS[table.generator or ""]
    defaults = {name: default_value(t) for name, t in preset.file.parameters.items()}
    song = song_of(preset, place.name)
    if song is None:
        source = source_of(spec, place.name)
    else:
        source = SongSource(song, channels_of(table), place.player)
    return GeneratedLayer(
        place=place,
        bars=LayerBars(spec, source, engine.spec.sample_rate),
        player=note_player_of(place, engine, instruments),
        style=blend_text(table.style) or spec.styles[0],
        octave=table.octave,
        seed=seed ^ zlib.crc32(place.name.encode()),
        density=control_start(table.density, defaults, DEFAULT_DENSITY),
    )


def _plays_tune(style: str) -> bool:
    """Whether a style of the melody, or one of weighted styles, plays the tune."""
    names = [name for name, _ in weights_of(style)] or [""]
    return any(own_style(name, "melody", TUNE_STYLES) in TUNE_STYLES for name in names)


def _key_of(preset: Preset, text: str) -> Key:
    """Return the key of a section; a tonic alone has the mode of the preset's mood, if there is one."""
    key, mood = Key.parse(text), preset.file.steer.mood
    if mood is None or has_mode(text):
        return key
    valence = mood.valence if isinstance(mood, MoodPoint) else mood_point(mood)[0]
    return Key(key.tonic, mood_mode(valence))


def section_brief(preset: Preset, name: str, seed: int, *, has_stems: bool) -> SectionBrief:
    """All that the plan of a section or bridge depends on."""
    segment = preset.segments[name]
    tables = preset.file.layers
    layers = tuple(
        LayerBrief(
            layer,
            table.generator,
            table.generator == "melody" and _plays_tune(blend_text(table.style)),
            blend_text(table.style),
        )
        for layer, table in ((layer, tables[layer]) for layer in segment.layers if layer in tables)
        if table.generator not in {None, MIDI_FILE}
    )
    return SectionBrief(
        section=name,
        seed=seed,
        key=_key_of(preset, segment.key),
        meter=meter(*segment.meter),
        phrase_bars=segment.phrase_bars,
        energy=segment.energy,
        layers=layers,
        chords=tuple(parse_bar(text, segment.meter[0]) for text in segment.chords),
        form=segment.form,
        has_stems=has_stems,
        learned=preset.file.steer.learned,
    )
