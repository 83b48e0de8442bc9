"""The kinds of sound sources, by name."""

from __future__ import annotations

from adaptive.kernel.sources.descriptor import SoundSource
from adaptive.kernel.sources.drums import DRUM_SOURCE
from adaptive.kernel.sources.incoming_settings import INCOMING_STREAM
from adaptive.kernel.sources.sampler_settings import SAMPLER_SOURCE
from adaptive.kernel.sources.subtractive import SUBTRACTIVE_SOURCE
from adaptive.kernel.sources.synth_settings import SYNTH

SOURCES: dict[str, SoundSource] = {
    source.kind: source
    for source in (SYNTH, SAMPLER_SOURCE, SUBTRACTIVE_SOURCE, DRUM_SOURCE, INCOMING_STREAM)
}
