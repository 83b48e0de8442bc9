"""The kinds of sound sources, by name."""

from __future__ import annotations

from adaptive.kernel.sources.descriptor import SoundSource
from adaptive.kernel.sources.drums import DRUM_SOURCE
from adaptive.kernel.sources.fm import FM_SOURCE
from adaptive.kernel.sources.granular import GRANULAR_SOURCE
from adaptive.kernel.sources.incoming_settings import INCOMING_STREAM
from adaptive.kernel.sources.modal import MODAL_SOURCE
from adaptive.kernel.sources.plucked import PLUCKED_SOURCE
from adaptive.kernel.sources.sampler_settings import SAMPLER_SOURCE
from adaptive.kernel.sources.subtractive import SUBTRACTIVE_SOURCE
from adaptive.kernel.sources.synth_settings import SYNTH
from adaptive.kernel.sources.waveguide import WAVEGUIDE_SOURCE
from adaptive.kernel.sources.wavetable import WAVETABLE_SOURCE

SOURCES: dict[str, SoundSource] = {
    source.kind: source
    for source in (
        INCOMING_STREAM,
        SYNTH,
        SAMPLER_SOURCE,
        SUBTRACTIVE_SOURCE,
        FM_SOURCE,
        PLUCKED_SOURCE,
        MODAL_SOURCE,
        WAVETABLE_SOURCE,
        GRANULAR_SOURCE,
        WAVEGUIDE_SOURCE,
        DRUM_SOURCE,
    )
}
