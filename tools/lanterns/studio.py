"""Renders recordings with the engine: a generated layer alone, notes on a patch, hits of a kit."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.engine.commands import play_note
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.instruments import kits, patches
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import read
from adaptive.session.performance import Performance, vocabulary

Audio = np.ndarray[Any, np.dtype[np.float32]]

RATE = 48000
PRE_ROLL = 4800


def take(layer: str, section: str, head: str, bars: float, bar_s: float, tail_s: float, seed: int) -> Audio:
    """Render one pass of a generated layer, with its tail.

    Parameters
    ----------
    layer, section, head : str
        The bodies of the layer's table, of the section's table and of the preset, in TOML.
    bars, bar_s : float
        Length of the pass in bars, and of a bar in seconds.
    tail_s : float
        Seconds that are rendered after the pass.
    seed : int
        Seed of the generator.

    Returns
    -------
    ndarray of float32, shape (frames, 2)
    """
    text = f'schema = 1\nname = "Take"\n{head}\n[layers.take]\n{layer}\n'
    text += f'[sections.take]\nlayers = ["take"]\n{section}\n'
    with tempfile.TemporaryDirectory() as folder:
        preset = read(text.encode(), Path(folder), vocabulary())
        performance = Performance(preset, seed)
        performance.engine.listen_to_buses(CONTROL_STEP_FRAMES)
        performance.begin()
        frames = round(bars * bar_s * RATE)
        pieces: list[Audio] = []
        while performance.frame < frames + round(tail_s * RATE):
            performance.engine.pull(CONTROL_STEP_FRAMES)
            pieces.append(performance.engine.take_buses()[performance.layout.layers["take"].bus].T)
            performance.engine.drain_replies()
            # notes of the next pass must not be in the recording
            if performance.conductor.tempo.beat_at(performance.frame + 2400) < frames / RATE * _beats(head):
                performance.step()
            else:
                _withdraw_after(performance, frames)
        return np.concatenate(pieces)[: frames + round(tail_s * RATE)]


def _beats(head: str) -> float:
    """Return beats per second, from the `tempo_bpm` in `head`."""
    return float(head.split("tempo_bpm = ")[1].split()[0]) / 60.0


def _withdraw_after(performance: Performance, frame: int) -> None:
    if performance.engine.frame < frame:
        for layer in performance.conductor.assets.generated.values():
            performance.engine.post(layer.withdraw(frame, 1e9))


def phrase(patch: str, notes: Sequence[tuple[float, float, float, float]], tempo_bpm: float, lead_s: float,
           tail_s: float) -> Audio:  # fmt: skip
    """Render notes (beat, beats, MIDI pitch, velocity) on a built-in patch, shape (frames, 2)."""
    spec = patches.synth_spec(patches.PATCHES[patch], 0)
    engine = Engine(EngineSpec(buses=(BusSpec("take"),), instruments=(spec,)))
    beat = 60.0 / tempo_bpm * RATE
    origin = PRE_ROLL + round(lead_s * RATE)
    engine.post(
        [
            play_note(origin + round(at * beat), 0, pitch, velocity, max(64, round(length * beat)))
            for at, length, pitch, velocity in sorted(notes)
        ]
    )
    last = max(at + length for at, length, _, _ in notes)
    count = round(lead_s * RATE + last * beat + tail_s * RATE)
    engine.listen_to_buses(PRE_ROLL + count + 64)
    engine.pull(PRE_ROLL + count)
    return engine.take_buses()[0].T[PRE_ROLL : PRE_ROLL + count]


def hits(kit: str, played: Sequence[tuple[float, str, float, float]], tempo_bpm: float, beats: float,
         tail_s: float) -> Audio:  # fmt: skip
    """Render hits (beat, piece, gain, pan) of a kit, mixed, shape (frames, 2)."""
    made = kits.kit(kit, RATE)
    beat = 60.0 / tempo_bpm * RATE
    out = np.zeros((round(beats * beat + tail_s * RATE), 2), np.float32)
    for at, piece, gain, pan in played:
        sound = np.atleast_2d(made[piece].audio)
        stereo = np.stack([sound[0] * (1.0 - max(0.0, pan)), sound[-1] * (1.0 + min(0.0, pan))], axis=1)
        first = round(at * beat)
        length = min(len(stereo), len(out) - first)
        out[first : first + length] += gain * stereo[:length]
    return out
