from __future__ import annotations

import numpy as np

from adaptive.instruments.sample_streams import as_streamed, streamed_samplers
from adaptive.kernel.sources.sample_source import Loop, SampleStream
from adaptive.kernel.sources.sampler_regions import NOTHING, Recording, Region
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet


class Tape:
    """A source that is never read."""

    name, channels = "tape", 1

    def __init__(self, frames: int, *, may_stream: bool = True) -> None:
        self.frames, self.may_stream = frames, may_stream

    def read(self, first: int, count: int) -> np.ndarray:
        raise AssertionError

    def close(self) -> None:
        raise AssertionError

    def stream(self, loop: Loop | None) -> SampleStream:
        raise AssertionError


def spec_of(name: str, frames: int, **more: bool) -> SamplerSpec:
    region = Region(Recording(NOTHING, 48000.0, Tape(frames, **more)))
    return SamplerSpec(0, SampleSet(name, [region]))


def test_the_largest_are_streamed_until_the_rest_fits() -> None:
    small, large = spec_of("small", 1_000_000), spec_of("large", 2_000_000)
    packed = spec_of("packed", 9_000_000, may_stream=False)
    specs = {"layers.a": small, "layers.b": large, "stingers.b": large, "layers.c": None}

    assert streamed_samplers(specs, 12_100_000) == {}  # both regions of `large` are one recording
    assert list(streamed_samplers(specs, 12_000_000)) == ["layers.b", "stingers.b"]
    assert len(streamed_samplers(specs, 1)) == 3
    assert streamed_samplers({"layers.p": packed}, 1) == {}
    asked = as_streamed(large, "so")
    assert (asked.is_streamed, asked.remarks) == (True, ("so",))
    assert asked.fixed != large.fixed
    assert streamed_samplers({"layers.b": asked, "layers.a": small}, 5_000_000) == {}
