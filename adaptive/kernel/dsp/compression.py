"""Gains of eight columns of compression: level, static curve and ballistics of each frame.

Feed-forward, in the logarithmic domain, with a quadratic knee; the wanted reduction is held by the release
and then smoothed by the attack, so that a steady tone is reduced by what the static curve says of its peaks
(D. Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range compressor design: a tutorial and analysis",
J. Audio Eng. Soc. 60(6), 2012, equations 4 and 17).  Levels and reductions are in octaves of amplitude: one
is 6.02 dB.  Both sides of a column get the gain of the louder one, so each gain is computed once.
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
    ROW_BYTES,
    VECTOR_BYTES,
    VECTORS,
    WIDTH,
    WORD,
    everywhere,
    load,
    magnitude,
    store,
    transposed,
)
from adaptive.kernel.layout import PAIRS, record

STATE = ("held", "reduction")
MOVING = ("threshold", "slope", "knee")

COMPRESSION = record(
    [
        ("held", "f4", PAIRS),  # reduction before the attack, octaves, at least 0
        ("reduction", "f4", PAIRS),  # octaves, at least 0
        *((name, "f4", PAIRS) for name in MOVING),  # at the first frame of a quantum
        *((f"{name}_step", "f4", PAIRS) for name in MOVING),  # change a frame
        ("attack", "f4", PAIRS),  # share of the distance that is left after a frame
        ("release", "f4", PAIRS),
    ]
)
"""State of eight columns; threshold and knee in octaves (knee at least 0.001), slope is 1 - 1 / ratio."""

FLOOR = 1e-6
"""Level below which everything is alike, -120 dB."""

MOST_OCTAVES = 40.0
"""Greatest reduction: 240 dB, more than any sample has above the lowest threshold."""


class _EightCompressors:
    """Eight columns, with their state in registers."""

    def __init__(self, builder: Any, address: Any, mask: Any) -> None:
        self.builder, self.address = builder, address
        follows = load(builder, mask, 0, integers(WIDTH))
        self.follows = builder.icmp_signed("!=", follows, ir.Constant(integers(WIDTH), [0] * WIDTH))
        self.before = {name: self._field(name) for name in STATE}
        self.state = {name: cgutils.alloca_once_value(builder, value) for name, value in self.before.items()}
        self.moving = {name: cgutils.alloca_once_value(builder, self._field(name)) for name in MOVING}
        self.steps = {name: self._field(f"{name}_step") for name in MOVING}
        self.attack, self.release = self._field("attack"), self._field("release")

    def _field(self, name: str) -> Any:
        return load(self.builder, self.address, int(COMPRESSION.fields[name][1]))

    def louder(self, left: Any, right: Any) -> Any:
        """The louder of both sides, in eight frames; the floor where a sample is not a number."""
        heard = greater(self.builder, magnitude(self.builder, left), everywhere(FLOOR))
        return greater(self.builder, magnitude(self.builder, right), heard)

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

    def gain(self, louder: Any) -> Any:
        """The gain of a frame."""
        b = self.builder
        wanted = self.wanted(log2(b, louder))
        held, before = (b.load(self.state[name]) for name in STATE)
        held = greater(b, wanted, b.fadd(wanted, b.fmul(b.fsub(held, wanted), self.release)))
        now = b.fadd(held, b.fmul(b.fsub(before, held), self.attack))
        b.store(held, self.state["held"])
        b.store(now, self.state["reduction"])
        return exp2(b, b.fsub(everywhere(0.0), now))

    def finish(self) -> None:
        """Store the state of the columns that follow."""
        for name, before in self.before.items():
            now = self.builder.select(self.follows, self.builder.load(self.state[name]), before)
            store(self.builder, now, self.address, int(COMPRESSION.fields[name][1]))


@intrinsic
def _gain_rows(_context: Any, _state: Any, _mask: Any, _keys: Any, _out: Any) -> Any:
    """Write a row of gains for each column; see `gain_rows`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        state, mask, keys, out = args
        eight = _EightCompressors(builder, state, mask)
        rows = [load(builder, keys, 8 * row, WORD) for row in range(2 * PAIRS)]
        with cgutils.for_range(builder, WORD(VECTORS)) as loop:
            at = builder.mul(loop.index, WORD(VECTOR_BYTES))
            sides = [load(builder, row, at) for row in rows]
            louder = [eight.louder(*pair) for pair in zip(sides[::2], sides[1::2], strict=True)]
            gains = [eight.gain(frame) for frame in transposed(builder, louder)]
            for column, row in enumerate(transposed(builder, gains)):
                store(builder, row, out, builder.add(at, WORD(column * ROW_BYTES)))
        eight.finish()
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 4), generate


@intrinsic
def _apply_rows(
    _context: Any, _to: Any, _left: Any, _right: Any, _gains: Any,
    _dry: Any, _dry_step: Any, _wet: Any, _wet_step: Any,
) -> Any:  # fmt: skip
    """Write two rows of a signal times gains; see `apply_rows`."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        to, left, right, gains, *lines = args
        for (offset, dry), (_, wet) in zip(line(builder, *lines[:2]), line(builder, *lines[2:]), strict=True):
            gain = builder.fadd(dry, builder.fmul(wet, load(builder, gains, offset)))
            for side, source in enumerate((left, right)):
                scaled = builder.fmul(load(builder, source, offset), gain)
                store(builder, scaled, to, offset + side * ROW_BYTES)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 4, *[types.float32] * 4), generate


@rtsafe
def apply_rows(
    to: int, left: int, right: int, gains: int, dry: float, dry_step: float, wet: float, wet_step: float
) -> None:
    """Write both sides of a signal times gains, ``source · (dry + wet · gain)``, frame by frame.

    Parameters
    ----------
    to, left, right, gains : int64
        Addresses of the two rows that are written, of those of the signal, and of the gains.
    dry, dry_step, wet, wet_step : float32
        Shares at the first frame, and their changes a frame.
    """
    _apply_rows(to, left, right, gains, dry, dry_step, wet, wet_step)


@rtsafe
def gain_rows(state_address: int, mask_address: int, keys_address: int, out: int) -> None:
    """Write the gains that compress eight columns for 64 frames.

    Parameters
    ----------
    state_address : int64
        Address of a `COMPRESSION`.
    mask_address : int64
        Address of eight int32: 0 where a column is to keep its state.
    keys_address : int64
        Address of the addresses of sixteen rows: what the left and the right side of each column hear.
    out : int64
        Address of the eight rows of gains.
    """
    _gain_rows(state_address, mask_address, keys_address, out)
