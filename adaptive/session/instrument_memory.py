"""What the recordings of a preset's instruments need in memory, in sentences for ``adaptive check``."""

from __future__ import annotations

from collections.abc import Iterator

from adaptive.conductor.layout.strip_players import samplers_of, strip_players
from adaptive.instruments.sample_streams import streamed_samplers
from adaptive.kernel.sources.sample_records import streamed_bytes
from adaptive.kernel.sources.sampler_settings import SamplerSpec
from adaptive.preset.model import Preset

WORTH_STREAMING_BYTES = 100_000_000
"""From this size on, what streaming would need is told, too."""


def instrument_sentences(preset: Preset, limit_bytes: int) -> Iterator[str]:
    """Say how many recordings each sampler has, what they need in memory, and which are streamed.

    Parameters
    ----------
    preset : Preset
        One that can be played.
    limit_bytes : int
        What the recordings of all instruments may take.
    """
    specs = samplers_of(strip_players(preset.file, preset.folder))
    by_itself = streamed_samplers(specs, limit_bytes)
    strips: dict[tuple[int, bool], list[str]] = {}
    for strip, spec in specs.items():
        if isinstance(spec, SamplerSpec):
            is_streamed = spec.is_streamed or strip in by_itself
            strips.setdefault((id(spec.samples), is_streamed), []).append(strip)
    for (_, is_streamed), names in strips.items():
        spec = specs[names[0]]
        assert isinstance(spec, SamplerSpec)
        each = " for each of them" if len(names) > 1 else ""
        yield f"{', '.join(names)}: {_sentence(spec, each, is_streamed=is_streamed)}"
        if names[0] in by_itself:
            yield by_itself[names[0]]


def _sentence(spec: SamplerSpec, each: str, *, is_streamed: bool) -> str:
    samples = spec.samples
    files = {id(one.recording.source or one.recording) for one in samples.regions}
    count = f"{len(files)} recording{'s' if len(files) > 1 else ''}"
    longest = max(one.recording.size / one.recording.sample_rate for one in samples.regions)
    about = f"`{samples.name}` has {count} of at most {longest:.1f} s"
    whole, heads = samples.whole_bytes / 1e6, streamed_bytes(samples.regions) / 1e6
    if is_streamed and samples.may_stream:
        return (
            f"{about}, streamed from disk: {_megabytes(heads)} of {_megabytes(whole)} stay in memory{each}, "
            "and about 2 MB for each stereo note that sounds"
        )
    if is_streamed:
        return f"{about}, too short or in a format that is not streamed: {_megabytes(whole)} of memory"
    hint = ""
    if samples.whole_bytes >= WORTH_STREAMING_BYTES and samples.may_stream and heads < 0.7 * whole:
        hint = f"; with `streamed = true` about {_megabytes(heads)}{each}"
    return f"{about}: {_megabytes(whole)} of memory{hint}"


def _megabytes(size: float) -> str:
    return f"{size:.1f} MB" if size < 10.0 else f"{size:.0f} MB"
