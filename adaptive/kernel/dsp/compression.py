"""Gains of sixteen lanes of compression: level, static curve and ballistics of each frame.

Feed-forward, in the logarithmic domain, with a quadratic knee; the wanted reduction is held by the release
and then smoothed by the attack, so that a steady tone is reduced by what the static curve says of its peaks
(D. Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range compressor design: a tutorial and analysis",
J. Audio Eng. Soc. 60(6), 2012, equations 4 and 17).  Levels and reductions are in octaves of amplitude: one
is 6.02 dB.  Both sides of a stereo pair get the gain of the louder one.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.ramps import line
from adaptive.kernel.dsp.vector_maths import exp2, greater, integers, lesser, log2
from adaptive.kernel.dsp.vectors import (
    LANE_BYTES,
    VECTOR_BYTES,
    WIDTH,
    WORD,
    everywhere,
    load,
    magnitude,
    shuffled,
    store,
)
from adaptive.kernel.layout import LANES, QUANTUM, record

STATE = ("held", "reduction")
MOVING = ("threshold", "slope", "knee")

COMPRESSION = record(
    [
        ("held", "f4", LANES),  # reduction before the attack, octaves, at least 0
        ("reduction", "f4", LANES),  # octaves, at least 0
        *((name, "f4", LANES) for name in MOVING),  # at the first frame of a quantum
        *((f"{name}_step", "f4", LANES) for name in MOVING),  # change a frame
        ("attack", "f4", LANES),  # share of the distance that is left after a frame
        ("release", "f4", LANES),
    ]
)
"""State of sixteen lanes; threshold and knee in octaves (knee at least 0.001), slope is 1 - 1 / ratio."""

FLOOR = 1e-6
"""Level below which everything is alike, -120 dB."""

MOST_OCTAVES = 40.0
"""Greatest reduction: 240 dB, more than any sample has above the lowest threshold."""

SIDES = [1, 0, 3, 2, 5, 4, 7, 6]


class _EightCompressors:
    """Eight lanes, with their state in registers."""

    def __init__(self, builder: Any, address: Any, mask: Any, first_lane: int) -> None:
        self.builder, self.address, self.first_lane = builder, address, first_lane
        follows = load(builder, mask, 4 * first_lane, integers(WIDTH))
        self.follows = builder.icmp_signed("!=", follows, ir.Constant(integers(WIDTH), [0] * WIDTH))
        self.before = {name: self._field(name) for name in STATE}
        self.state = {name: cgutils.alloca_once_value(builder, value) for name, value in self.before.items()}
        self.moving = {name: cgutils.alloca_once_value(builder, self._field(name)) for name in MOVING}
        self.steps = {name: self._field(f"{name}_step") for name in MOVING}
        self.attack, self.release = self._field("attack"), self._field("release")

    def _field(self, name: str) -> Any:
        return load(self.builder, self.address, int(COMPRESSION.fields[name][1]) + 4 * self.first_lane)

    def level(self, key: Any) -> Any:
        """Octaves of the louder side of each pair; the floor where a sample is not a number."""
        size = magnitude(self.builder, key)
        louder = greater(self.builder, size, shuffled(self.builder, size, size, SIDES))
        return log2(self.builder, greater(self.builder, louder, everywhere(FLOOR)))

    def wanted(self, level: Any) -> Any:
        """The reduction of the static curve; parameters move on by a frame."""
        b, now = self.builder, {name: self.builder.load(at) for name, at in self.moving.items()}
        for name, at in self.moving.items():
            b.store(b.fadd(now[name], self.steps[name]), at)
        half = b.fmul(now["knee"], everywhere(0.5))
        over = b.fsub(level, now["threshold"])
        within = lesser(b, greater(b, b.fadd(over, half), everywhere(0.0)), now["knee"])
        bent = b.fdiv(b.fmul(within, within), b.fadd(now["knee"], now["knee"]))
        above = greater(b, b.fsub(over, half), everywhere(0.0))
        return lesser(b, b.fmul(now["slope"], b.fadd(bent, above)), everywhere(MOST_OCTAVES))

    def gain(self, key: Any) -> Any:
        """The gain of a frame."""
        b, wanted = self.builder, self.wanted(self.level(key))
        held, before = (b.load(self.state[name]) for name in STATE)
        held = greater(b, wanted, b.fadd(wanted, b.fmul(b.fsub(held, wanted), self.release)))
        now = b.fadd(held, b.fmul(b.fsub(before, held), self.attack))
        b.store(held, self.state["held"])
        b.store(now, self.state["reduction"])
        return exp2(b, b.fsub(everywhere(0.0), now))

    def finish(self) -> None:
        """Store the state of the lanes that follow."""
        for name, before in self.before.items():
            now = self.builder.select(self.follows, self.builder.load(self.state[name]), before)
            store(self.builder, now, self.address, int(COMPRESSION.fields[name][1]) + 4 * self.first_lane)


@intrinsic
def _gain_lanes(_context: Any, _state: Any, _mask: Any, _block: Any) -> Any:
    """Replace a block of lanes by gains; see `gain_lanes`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        state, mask, block = args
        halves = [_EightCompressors(builder, state, mask, first) for first in range(0, LANES, WIDTH)]
        with cgutils.for_range(builder, WORD(QUANTUM)) as loop:
            frame = builder.mul(loop.index, WORD(LANE_BYTES))
            for number, half in enumerate(halves):  # independent: the processor overlaps them
                at = builder.add(frame, WORD(number * VECTOR_BYTES))
                store(builder, half.gain(load(builder, block, at)), block, at)
        for half in halves:
            half.finish()
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@intrinsic
def _apply_row(
    _context: Any, _row: Any, _source: Any, _dry: Any, _dry_step: Any, _wet: Any, _wet_step: Any
) -> Any:
    """Replace a row of gains by a signal times them; see `apply_row`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        row, source, *lines = args
        for (offset, dry), (_, wet) in zip(line(builder, *lines[:2]), line(builder, *lines[2:]), strict=True):
            gain = builder.fadd(dry, builder.fmul(wet, load(builder, row, offset)))
            store(builder, builder.fmul(load(builder, source, offset), gain), row, offset)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, *[types.float32] * 4), generate


@rtsafe
def apply_row(row: int, source: int, dry: float, dry_step: float, wet: float, wet_step: float) -> None:
    """Replace a row of gains by a signal: ``source · (dry + wet · gain)``, frame by frame.

    Parameters
    ----------
    row, source : int64
        Addresses of the gains, and of the signal.
    dry, dry_step, wet, wet_step : float32
        Shares at the first frame, and their changes a frame.
    """
    _apply_row(row, source, dry, dry_step, wet, wet_step)


@rtsafe
def gain_lanes(state_address: int, mask_address: int, block: int) -> None:
    """Replace 64 frames of sixteen lanes by the gains that compress them.

    Parameters
    ----------
    state_address : int64
        Address of a `COMPRESSION`.
    mask_address : int64
        Address of sixteen int32: 0 where a lane is to keep its state.
    block : int64
        Address of the lanes; two neighbours are the sides of a stereo pair.
    """
    _gain_lanes(state_address, mask_address, block)
