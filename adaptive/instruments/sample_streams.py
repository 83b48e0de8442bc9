"""Which instruments are streamed although nobody asks for it: the largest, if not all fit into memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.kernel.sources.sampler_settings import SamplerSpec

USUAL_BYTES = 1_000_000_000
"""What the recordings of all instruments may take, where nobody says it."""


def streamed_samplers(
    specs: Mapping[str, InstrumentSpec | None], limit_bytes: int = USUAL_BYTES
) -> dict[str, str]:
    """Choose the samplers that are streamed although nobody asks for it, the largest first.

    Parameters
    ----------
    specs : Mapping
        The instrument of each strip.
    limit_bytes : int
        What the recordings of all of them may take in memory.

    Returns
    -------
    dict
        A sentence for the user, by strip.
    """
    sets: dict[int, tuple[SamplerSpec, list[str]]] = {}
    for strip, spec in specs.items():
        if isinstance(spec, SamplerSpec) and not spec.is_streamed:
            sets.setdefault(id(spec.samples), (spec, []))[1].append(strip)
    sizes = {key: spec.samples.whole_bytes for key, (spec, _) in sets.items()}
    needed = sum(sizes.values())
    chosen: dict[str, str] = {}
    for key in sorted(sizes, key=lambda one: (-sizes[one], sets[one][1])):
        spec, strips = sets[key]
        if needed <= limit_bytes or not spec.samples.may_stream:
            continue
        needed -= sizes[key]
        sentence = (
            f"{spec.samples.name}: is streamed from disk, because the recordings of all instruments need "
            f"more than the {limit_bytes / 1e6:.0f} MB they may take (--memory allows more)"
        )
        chosen |= dict.fromkeys(strips, sentence)
    return chosen


def as_streamed(spec: SamplerSpec, sentence: str) -> SamplerSpec:
    """A sampler that is streamed, and says why."""
    return replace(spec, is_streamed=True, told=(*spec.told, sentence))
