from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from adaptive.engine import commands as c
from adaptive.engine.arrays import address, aligned
from adaptive.engine.engine import Engine
from adaptive.kernel.compile import build
from adaptive.kernel.jack_record import JACK_CLIENT, JACK_OUTPUT, JACK_STEM, MOST_STEMS, RING_FRAMES
from adaptive.kernel.layout import MASTER_LOOK_AHEAD, QUANTUM
from tests.helpers import signals
from tests.helpers.rendering import LEAD, add, engine_of

MOST_FRAMES = 4096


class FakeJack:
    """Gives each port a buffer, as a JACK server does, and asks an engine for blocks."""

    def __init__(self, engine: Engine, stems: list[str]) -> None:
        self.gate = engine.stream_gate(2, extra_bytes=JACK_CLIENT.itemsize)
        self.buffers = np.full((2 + 2 * len(stems), MOST_FRAMES), 9.0, np.float32)
        self._give = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)(self._buffer)
        self._outputs, self._stems = aligned(JACK_OUTPUT, 2), aligned(JACK_STEM, MOST_STEMS)
        self._rings, self._block = aligned(np.float32, len(stems), 2, RING_FRAMES), aligned(np.float32, 64, 2)
        self._outputs["port"] = [1, 2]
        for row in range(len(stems)):
            self._stems[row]["left"], self._stems[row]["right"] = 3 + 2 * row, 4 + 2 * row
            self._stems[row]["at_ring"] = address(self._rings[row])
        record: Any = self.gate.extra_memory.view(JACK_CLIENT)[0]
        record["get_buffer"] = ctypes.cast(self._give, ctypes.c_void_p).value
        record["output_count"], record["stem_count"] = 2, len(stems)
        record["at_outputs"], record["at_stems"] = address(self._outputs), address(self._stems)
        record["at_block"], record["pause_now"] = address(self._block), 1.0
        engine.play_stems(stems)
        at = build.addresses(["jack_callback"])["jack_callback"]
        self._call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_int64)(at)

    def _buffer(self, port: int, _frames: int) -> int:
        return int(self.buffers[port - 1].ctypes.data)

    def ask(self, *blocks: int) -> np.ndarray:
        """What the ports play in some blocks, shape (ports, frames)."""
        heard = []
        for frames in blocks:
            assert self._call(frames, self.gate.address) == 0
            heard.append(self.buffers[:, :frames].copy())
        return np.concatenate(heard, axis=1)


def playing() -> Engine:
    engine = engine_of()
    engine.post([c.start_clip(LEAD, 0, add(engine, signals.sine(1000.0, 9600, 0.5)), 0)])
    return engine


def test_the_master_is_what_it_is_elsewhere_and_a_stem_is_its_bus_in_phase_with_it() -> None:
    expected = playing()
    expected.listen_to_buses(4096)
    master, bus = expected.pull(2000), expected.take_buses()[0]
    engine = playing()
    name = engine.spec.buses[0].name
    jack = FakeJack(engine, [name, "nobody"])
    shut = jack.ask(128)
    jack.gate.open()
    heard = jack.ask(100, 63, 1, 900, 64, 872)

    assert not shut.any()
    assert np.array_equal(heard[:2].T, master)
    assert np.array_equal(heard[2:4, MASTER_LOOK_AHEAD:], bus[:, : 2000 - MASTER_LOOK_AHEAD])
    assert not heard[2:4, :MASTER_LOOK_AHEAD].any()
    assert np.abs(heard[2]).max() > 0.1
    assert not heard[4:].any()  # a name that the engine does not have


def test_a_stem_fades_with_a_pause_and_keeps_its_port_in_an_engine_that_takes_over() -> None:
    engine = playing()
    name = engine.spec.buses[0].name
    jack = FakeJack(engine, ["nobody", name])
    jack.gate.open()
    jack.ask(1024)
    engine.set_paused(True)
    fading = jack.ask(4096)[4]
    other = playing()
    engine.hand_over_to(other)
    taken = jack.ask(1024)

    assert np.abs(np.diff(fading)).max() < 0.07  # a sine of 1 kHz at 0.5 moves by 0.065 a frame
    assert not fading[-QUANTUM:].any()
    assert np.abs(taken[4]).max() > 0.1
    assert not taken[2].any()
