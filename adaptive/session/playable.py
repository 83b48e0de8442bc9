"""Checks that need more than the preset itself: keys, chords, and which instrument plays which generator."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from adaptive.composer.blend import blend_text
from adaptive.composer.plan.form import parse_form
from adaptive.composer.registry import GENERATORS
from adaptive.errors import InputError, PresetError
from adaptive.instruments import kits, patches
from adaptive.instruments.kinds import instrument_spec, table_of
from adaptive.instruments.songs import song_spec
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.kernel.sources.sampler_settings import SamplerSpec
from adaptive.music.harmony import parse_bar
from adaptive.music.scale import Key
from adaptive.preset import patch_library
from adaptive.preset.check import ordered
from adaptive.preset.faults import KeyPath, join_names
from adaptive.preset.finding import Finding, fault, warning
from adaptive.preset.instrument_tables import AnyInstrumentTable
from adaptive.preset.model import Preset
from adaptive.preset.schema import SectionTable
from adaptive.preset.segments import bridge_segment
from adaptive.preset.song_layers import channels_of, song_of

OTHER_TEMPO = 1e-4
"""Share by which a tempo may differ and still be that of a MIDI file."""


def require_playable(preset: Preset) -> Preset:
    """Return the preset if it can be played.

    Raises
    ------
    PresetError
        A key or chord is invalid, or an instrument cannot play its layer.  All faults are listed.
    """
    found = [*_harmony_faults(preset), *_instrument_faults(preset), *_layer_faults(preset)]
    if found:
        raise PresetError(ordered(preset, found), str(preset.folder))
    return preset


def _fault(at: KeyPath, attempt: Callable[..., object], *arguments: object) -> Iterator[Finding]:
    try:
        attempt(*arguments)
    except InputError as error:
        yield fault(at, str(error))


def _harmony_faults(preset: Preset) -> Iterator[Finding]:
    yield from _fault(("key",), Key.parse, preset.file.key)
    for kind, tables in (("sections", preset.file.sections), ("bridges", preset.file.bridges)):
        for name, table in tables.items():
            if table.key is not None:
                yield from _fault((kind, name, "key"), Key.parse, table.key)
            beats = preset.segments[name if kind == "sections" else bridge_segment(name)].meter[0]
            if isinstance(table, SectionTable) and table.form is not None:
                yield from _fault((kind, name, "form"), parse_form, table.form)
            for number, bar in enumerate(table.chords):
                yield from _fault((kind, name, "chords", number), parse_bar, bar, beats)
    for name, stinger in preset.file.stingers.items():
        for key in stinger.stem if isinstance(stinger.stem, dict) else ():
            yield from _fault(("stingers", name, "stem", key), Key.parse, key)


def _instrument_faults(preset: Preset) -> Iterator[Finding]:
    for name in preset.file.instruments:
        yield from _fault(("instruments", name), _made, name, preset)
    for name, layer in preset.file.layers.items():
        if layer.midi is not None:
            table = _sampler_of(layer.instrument, preset)
            if table is not None:
                yield from _fault(("layers", name, "instrument"), _song_made, table, preset, name)
        elif layer.instrument is not None and not isinstance(layer.instrument, str):
            yield from _fault(("layers", name, "instrument"), _made, layer.instrument, preset)


def instrument_remarks(preset: Preset) -> Iterator[Finding]:
    """Warnings about files of instruments that are not played as they are written."""
    for name, layer in preset.file.layers.items():
        yield from _tempo_remarks(preset, name)
        table = _sampler_of(layer.instrument, preset)
        if table is not None:
            made = _song_made(table, preset, name) if layer.midi is not None else _made(table, preset)
            if isinstance(made, SamplerSpec) and not made.is_streamed:
                made.samples.verify()
            for remark in getattr(made, "remarks", ()):
                yield warning(("layers", name, "instrument"), remark)


def _tempo_remarks(preset: Preset, layer: str) -> Iterator[Finding]:
    """Warnings about sections that play a MIDI file at another tempo than its own."""
    song = song_of(preset, layer)
    for name, segment in preset.segments.items():
        if song is None or layer not in segment.layers:
            continue
        if abs(segment.tempo_bpm / song.tempo_bpm - 1.0) > OTHER_TEMPO:
            text = f"`{song.name}` begins at {song.tempo_bpm:g} bpm; `{name}` plays it at"
            yield warning(("layers", layer, "midi"), f"{text} {segment.tempo_bpm:g}")


def _sampler_of(instrument: str | AnyInstrumentTable | None, preset: Preset) -> AnyInstrumentTable | None:
    """The table of an instrument, if it is a sampler."""
    table = preset.file.instruments.get(instrument) if isinstance(instrument, str) else instrument
    return table if table is not None and table.kind == "sampler" else None


def _song_made(instrument: AnyInstrumentTable, preset: Preset, layer: str) -> InstrumentSpec:
    """What an engine plays for a MIDI file: all programs that it names are read."""
    song = song_of(preset, layer)
    assert song is not None
    return song_spec(instrument, 0, preset.folder, song, channels_of(preset.file.layers[layer]))


def _made(instrument: str | AnyInstrumentTable, preset: Preset, _layer: str = "") -> InstrumentSpec:
    """What an engine plays for an instrument: its files are read."""
    return instrument_spec(table_of(instrument, preset.file.instruments), 0, preset.folder)


def _layer_faults(preset: Preset) -> Iterator[Finding]:
    for name, stinger in preset.file.stingers.items():
        if stinger.instrument in kits.KITS:
            text = f"`{stinger.instrument}` is a drum kit, which has no pitches"
            yield fault(("stingers", name, "instrument"), text)
    for name, layer in preset.file.layers.items():
        spec = GENERATORS.get(layer.generator or "")
        if spec is None:
            continue
        instrument = layer.instrument or spec.instrument_for(blend_text(layer.style))
        is_kit = _is_kit(instrument, preset)
        at: KeyPath = ("layers", name, "instrument" if layer.instrument is not None else "generator")
        known = {*kits.KITS, *patches.PATCHES, *patch_library.names(), *preset.file.instruments}
        if isinstance(instrument, str) and instrument not in known:
            yield fault(at, f"`{spec.name}` asks for an instrument that does not exist: `{instrument}`")
            continue
        if spec.is_percussive and not is_kit:
            synthesised = (name for name, one in patch_library.library().items() if one.role == "drums")
            drum_kits = [*kits.KITS, *synthesised]
            got = f"`{instrument}`" if isinstance(instrument, str) else "an instrument with pitches"
            yield fault(at, f"`{spec.name}` needs a drum kit ({join_names(drum_kits, 'or')}), got {got}")
        elif is_kit and not spec.is_percussive and not spec.is_performed:
            what = f"`{instrument}` is a drum kit" if isinstance(instrument, str) else "this is a drum kit"
            yield fault(at, f"{what}, which `{spec.name}` cannot play")


def _is_kit(instrument: str | AnyInstrumentTable, preset: Preset) -> bool:
    """Whether an instrument plays drums."""
    if isinstance(instrument, str) and instrument not in preset.file.instruments:
        patch = patch_library.find(instrument)
        return instrument in kits.KITS or (patch is not None and patch.role == "drums")
    return table_of(instrument, preset.file.instruments).plays_drums
