"""Lets recorded layers follow the tempo: finds how each is stretched, and tells the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adaptive.conductor.assets import Assets
from adaptive.conductor.layers.stem_tempo import StemTempo
from adaptive.conductor.layers.stems import StemLayer
from adaptive.conductor.layout.layout import PresetLayout
from adaptive.engine.bank import Sound
from adaptive.engine.engine import Engine
from adaptive.engine.plan_cache import stretch_plan_of
from adaptive.kernel import layout as k
from adaptive.kernel.compile import build
from adaptive.preset.model import Preset
from adaptive.timebase import TempoMap

KINDS = {
    "tones": k.STRETCH_TONES,
    "transients": k.STRETCH_TRANSIENTS,
    "slices": k.STRETCH_SLICES,
    "varispeed": k.STRETCH_VARISPEED,
}


def prepare_stretch(assets: Assets, engine: Engine) -> None:
    """Compile and look for onsets, so that `make_elastic` need not.  Thread: any."""
    build.addresses(build.STRETCH_UNITS)
    for sound, _ in _recordings(assets):
        stretch_plan_of(engine.bank, sound)


def _recordings(assets: Assets) -> Iterator[tuple[Sound, int]]:
    """Every recording that is stretched, with its number: those of stems, bridges and fills."""
    for stem in assets.stems.values():
        yield from stem.numbered()
    for shots in assets.fills.values():
        yield from ((shot.sound, shot.number) for shot in shots)


def make_elastic(
    preset: Preset, layout: PresetLayout, assets: Assets, engine: Engine, tempo: TempoMap
) -> None:
    """Let recorded layers, fills, and stingers that have a tempo follow a tempo map from now on.

    Compiles two units of the kernel if they are not cached, and looks for onsets in every recording, unless
    these are known: about 12 ms a second of stereo.

    Parameters
    ----------
    preset, layout : Preset, PresetLayout
        The preset and its engine rows.
    assets : Assets
        Its recorded layers are changed.
    engine : Engine
        The engine that plays it.
    tempo : TempoMap
        What they follow.
    """
    engine.make_elastic()
    own_bpm = {name: segment.tempo_bpm for name, segment in assets.segments.items()}
    for number, (name, stem) in enumerate(assets.stems.items()):
        if stem.elastic is None:
            stem.elastic = StemTempo(
                tempo, own_bpm, _kind_of(preset, name, stem, engine), layout.tempo_group, number,
                stem.place.clips.start,
            )  # fmt: skip
        stem.elastic.tempo = tempo
    for name, place in layout.fills.items():
        number, first = len(assets.stems), place.clips.start
        if name not in assets.fill_tempo:
            kind = _planned_kind("auto", [(shot.sound, shot.number) for shot in assets.fills[name]], engine)
            assets.fill_tempo[name] = StemTempo(tempo, own_bpm, kind, 0, number, first)
        assets.fill_tempo[name].tempo = tempo
    for name, place in layout.stingers.items():
        table = preset.file.stingers[name]
        if table.tempo_bpm is None:
            continue
        if name not in assets.stinger_tempo:
            shots = [(shot.sound, shot.number) for shot in assets.stingers[name]]
            kind = _planned_kind(table.stretch or "auto", shots, engine)
            own = {name: table.tempo_bpm}
            number, first = len(assets.stems) + 1, place.clips.start
            assets.stinger_tempo[name] = StemTempo(tempo, own, kind, layout.tempo_group, number, first)
        assets.stinger_tempo[name].tempo = tempo


def _kind_of(preset: Preset, name: str, stem: StemLayer, engine: Engine) -> int:
    """How a layer is stretched, as the preset says or as its recordings ask for."""
    table = preset.file.layers.get(name)
    asked: str = (table.stretch if table is not None else None) or "auto"
    return _planned_kind(asked, stem.numbered(), engine)


def _planned_kind(asked: str, recordings: Iterable[tuple[Sound, int]], engine: Engine) -> int:
    """Tell the engine the onsets of some recordings; return how they are stretched."""
    votes: list[str] = []
    for sound, number in recordings:
        plan, proposed = stretch_plan_of(engine.bank, sound)
        engine.plan_stretch(number, plan)
        votes.append(proposed.kind)
    if asked == "auto":
        # a part that is struck in one recording has to stay sharp there
        asked = "transients" if len(set(votes)) > 1 else (votes or ["tones"])[0]
    return KINDS[asked]
