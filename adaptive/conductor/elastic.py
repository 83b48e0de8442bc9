"""Lets recorded layers follow the tempo: finds how each is stretched, and tells the engine."""

from __future__ import annotations

from adaptive.conductor.assets import Assets
from adaptive.conductor.layers.stem_tempo import StemTempo
from adaptive.conductor.layers.stems import StemLayer
from adaptive.conductor.layout.layout import PresetLayout
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
    for stem in assets.stems.values():
        for sound in stem.recordings():
            stretch_plan_of(engine.bank, sound)


def make_elastic(
    preset: Preset, layout: PresetLayout, assets: Assets, engine: Engine, tempo: TempoMap
) -> None:
    """Let recorded layers follow a tempo map from now on.

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


def _kind_of(preset: Preset, name: str, stem: StemLayer, engine: Engine) -> int:
    """How a layer is stretched: as the preset says, or as most of its recordings ask for."""
    votes: list[str] = []
    for sound, number in stem.numbered():
        plan, proposed = stretch_plan_of(engine.bank, sound)
        engine.plan_stretch(number, plan)
        votes.append(proposed.kind)
    table = preset.file.layers.get(name)
    asked: str = (table.stretch if table is not None else None) or "auto"
    if asked == "auto":
        # a part that is struck in one recording has to stay sharp there
        asked = "transients" if len(set(votes)) > 1 else (votes or ["tones"])[0]
    return KINDS[asked]
