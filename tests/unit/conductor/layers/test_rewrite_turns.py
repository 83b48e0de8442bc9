"""Drums that are written again at a seam take turns."""

from __future__ import annotations

from types import SimpleNamespace

from adaptive.conductor.layers.rewrite_turns import FEW_DRUMS, URGENT_S, spread_rewrites
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.timing import FEW_LAYERS


def turns(drums: int, others: int) -> list[int]:
    """Control steps after the urgent time at which each layer of drums is written again; 0: at once."""
    layers = [
        SimpleNamespace(player=SimpleNamespace(is_percussive=n < drums), rewrite_frames=0)
        for n in range(drums + others)
    ]
    spread_rewrites(layers, 1000)
    urgent = round(URGENT_S * 1000)
    assert all(layer.rewrite_frames == 0 for layer in layers[drums:])
    return [max(0, layer.rewrite_frames - urgent) // CONTROL_STEP_FRAMES for layer in layers[:drums]]


def test_each_layer_of_drums_beyond_a_few_waits_a_step_longer() -> None:
    assert turns(FEW_DRUMS + 3, 4) == [0, 0, 1, 2, 3]


def test_with_many_layers_none_is_written_in_the_step_of_the_seam() -> None:
    assert turns(3, FEW_LAYERS) == [1, 2, 3]
