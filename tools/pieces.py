"""Composes pieces without an engine, bar after bar, and writes them as MIDI files, for measures and pictures.

::

    python -m tools.pieces jazz jazz.mid --seed 2 --bars 128

A piece is ``full`` (one of each generator, plain styles), ``template`` (as of ``adaptive new``), or a genre.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import mido

from adaptive.composer.bar import write_bar
from adaptive.composer.context import BarContext
from adaptive.composer.genres.genre import Genre
from adaptive.composer.genres.mixing import own_style
from adaptive.composer.genres.registry import GENRES
from adaptive.composer.meter import meter
from adaptive.composer.percussion import PIECES
from adaptive.composer.plan.brief import LayerBrief, SectionBrief
from adaptive.composer.plan.section_plan import BarPlan, SectionPlan
from adaptive.composer.registry import GENERATORS
from adaptive.composer.steer import AS_PEOPLE_PLAY, NOTHING_HELD, HeldHarmony, Steer
from adaptive.music.note import Note
from adaptive.music.scale import Key

TICKS = 960
DRUM_CHANNEL = 9

Bars = list[dict[str, tuple[Note, ...]]]
"""The notes of each layer, bar by bar."""


@dataclass(frozen=True, slots=True)
class PlayedLayer:
    """A layer of a piece: its generator, style, density and octave."""

    name: str
    generator: str
    style: str = ""
    density: float = 0.5
    octave: int = 0


@dataclass(frozen=True, slots=True)
class Ensemble:
    """What a piece is composed for."""

    name: str
    layers: tuple[PlayedLayer, ...]
    key: str = "A minor"
    beats: int = 4
    unit: int = 4
    tempo_bpm: float = 110.0
    energy: float = 0.5
    steer: Steer = AS_PEOPLE_PLAY
    held: HeldHarmony = NOTHING_HELD
    densities: Mapping[str, float] = field(default_factory=dict)


FULL = Ensemble(
    "full",
    tuple(
        PlayedLayer(name, name, "drive" if name == "drums" else "")
        for name in ("melody", "pad", "bass", "arpeggio", "drums")
    ),
)
TEMPLATE = Ensemble(
    "template",
    (
        PlayedLayer("tune", "melody"),
        PlayedLayer("pad", "pad"),
        PlayedLayer("bass", "bass"),
        PlayedLayer("drums", "drums", "drive", 0.5),
    ),
    energy=0.6,
)


def of_genre(genre: Genre) -> Ensemble:
    """Return the ensemble of a genre, all of its layers."""
    beats, _, unit = genre.meter.partition("/")
    layers = tuple(
        PlayedLayer(layer.name, layer.generator, genre.name, layer.density, layer.octave)
        for layer in genre.layers
    )
    return Ensemble(genre.name, layers, genre.key, int(beats), int(unit), genre.tempo_bpm[1], 0.55)


ENSEMBLES = {"full": FULL, "template": TEMPLATE} | {name: of_genre(genre) for name, genre in GENRES.items()}


def plan_of(ensemble: Ensemble, seed: int, visit: int = 0) -> SectionPlan:
    """Return the plan of a piece."""
    layers = tuple(
        LayerBrief(
            layer.name,
            layer.generator,
            layer.generator == "melody" and own_style(layer.style, "melody", ("motif",)) in {"", "motif"},
            layer.style,
        )
        for layer in ensemble.layers
    )
    bar_meter = meter(ensemble.beats, ensemble.unit)
    brief = SectionBrief(
        "one", seed, Key.parse(ensemble.key), bar_meter, 4, ensemble.energy, layers, visit=visit
    )
    return SectionPlan(brief).under(ensemble.held)


def compose(ensemble: Ensemble, seed: int, bars: int, start: int = 0) -> tuple[SectionPlan, Bars]:
    """Return the plan and the bars of a piece."""
    plan = plan_of(ensemble, seed)
    return plan, list(each_bar(ensemble, plan, bars, start))


def each_bar(
    ensemble: Ensemble, plan: SectionPlan, bars: int, start: int = 0
) -> Iterator[dict[str, tuple[Note, ...]]]:
    """Compose the bars of a plan, one after another."""
    memories: dict[str, Mapping[str, Any]] = {}
    for number in range(start, start + bars):
        bar: dict[str, tuple[Note, ...]] = {layer.name: () for layer in ensemble.layers}
        for layer, context in bar_contexts(ensemble, plan.bar(number), memories):
            done = write_bar(GENERATORS[layer.generator].function, context)
            memories[layer.name], bar[layer.name] = done.memory, done.notes
        yield bar


def bar_contexts(
    ensemble: Ensemble, planned: BarPlan, memories: Mapping[str, Mapping[str, Any]]
) -> list[tuple[PlayedLayer, BarContext]]:
    """Return what the layers that are not muted are told about a bar, before `planned`."""
    return [
        (
            layer,
            BarContext(
                section="one", bar=planned.bar, phrase_bars=4, beats=ensemble.beats, beat_unit=ensemble.unit,
                tempo_bpm=ensemble.tempo_bpm, harmony=planned.harmony, plan=planned, energy=ensemble.energy,
                density=ensemble.densities.get(layer.name, layer.density), is_leaving=False,
                seed=planned.rhythm_seed(layer.name), style=layer.style, octave=layer.octave,
                layer=layer.name, steer=ensemble.steer, memory=memories.get(layer.name, {}),
            ),
        )
        for layer in ensemble.layers
        if not ensemble.steer.mutes(layer.generator, is_percussive=layer.generator == "drums")
    ]  # fmt: skip


def write_midi(path: Path, ensemble: Ensemble, bars: Bars, start_marker: str = "one") -> None:
    """Write a piece as a MIDI file: a track for each layer, named as ``adaptive render`` names them."""
    quarter = 4.0 / ensemble.unit
    bar_ticks = round(ensemble.beats * quarter * TICKS)
    file = mido.MidiFile(ticks_per_beat=TICKS)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(ensemble.tempo_bpm)))
    head.append(mido.MetaMessage("time_signature", numerator=ensemble.beats, denominator=ensemble.unit))
    head.append(mido.MetaMessage("marker", text=start_marker))
    head.append(mido.MetaMessage("end_of_track", time=len(bars) * bar_ticks))
    file.tracks.append(head)
    for place, layer in enumerate(ensemble.layers):
        is_drums = layer.generator == "drums"
        channel = DRUM_CHANNEL if is_drums else place if place < DRUM_CHANNEL else place + 1
        style = own_style(layer.style, layer.generator, ()) or "plain"
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("track_name", name=f"{layer.name}: {layer.generator} {style}"))
        events: list[tuple[int, int, int, int]] = []
        for number, bar in enumerate(bars):
            for note in bar[layer.name]:
                beat = float(note.onset) + note.offset_beats
                at = max(0, number * bar_ticks + round(beat * quarter * TICKS))
                length = max(1, round(float(note.duration) * quarter * TICKS))
                midi = GM_OF_PIECE[note.pitch] if is_drums else note.midi
                events.append((at, 1, midi, max(1, round(127 * note.velocity))))
                events.append((at + length, 0, midi, 0))
        now = 0
        for at, is_on, midi, velocity in sorted(events):
            kind = "note_on" if is_on else "note_off"
            track.append(mido.Message(kind, channel=channel, note=midi, velocity=velocity, time=at - now))
            now = at
        file.tracks.append(track)
    file.save(str(path))


GM_OF_PIECE = dict(PIECES)
"""General MIDI key of each piece of a kit."""


def main() -> None:
    """Compose a piece and write it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("name", choices=tuple(ENSEMBLES))
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bars", type=int, default=128)
    parser.add_argument("--density", type=float)
    asked = parser.parse_args()
    ensemble = ENSEMBLES[asked.name]
    if asked.density is not None:
        layers = tuple(replace(layer, density=asked.density) for layer in ensemble.layers)
        ensemble = replace(ensemble, layers=layers)
    _, bars = compose(ensemble, asked.seed, asked.bars)
    write_midi(asked.path, ensemble, bars)


if __name__ == "__main__":
    main()
