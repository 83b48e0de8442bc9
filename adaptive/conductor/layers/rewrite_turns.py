"""In which order drums are written again where a seam is planned, or cancelled, within a bar of theirs."""

from __future__ import annotations

from collections.abc import Collection

from adaptive.conductor.layers.generated import GeneratedLayer
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.timing import FEW_LAYERS

URGENT_S = 0.03
"""A bar is written at once if it could no longer be written this time later."""

FEW_DRUMS = 2
"""Layers of drums that are written again in the step in which the seam is planned; none of them if there are
more than `FEW_LAYERS` generated layers, because such a step has enough to do."""


def spread_rewrites(layers: Collection[GeneratedLayer], sample_rate: int) -> None:
    """Let each further layer of drums be written again a control step later, and change so much later.

    To write a bar of drums again takes up to a millisecond.

    Parameters
    ----------
    layers : collection of GeneratedLayer
        All layers of a preset, in order.
    sample_rate : int
        Frames a second.
    """
    drums = [layer for layer in layers if layer.player.is_percussive]
    at_once = FEW_DRUMS if len(layers) <= FEW_LAYERS else 0
    for turn, layer in enumerate(drums[at_once:], 1):
        layer.rewrite_frames = round(URGENT_S * sample_rate) + turn * CONTROL_STEP_FRAMES
