"""Loops over two mirrored halves of a spectrum, sixteen bins at a time.

A spectrum of left + i right holds bin k of both channels in its bins k and N - k.  Its arrays have sixteen
floats more than the transform, so that the vector that mirrors the first sixteen bins may be loaded whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.dsp.fft import FFT_SIZE
from adaptive.kernel.dsp.vectors import LANE_BYTES, LANE_FLOATS, WORD, load, shuffled, store
from adaptive.kernel.layout import LANES

SPECTRUM = FFT_SIZE + LANES
"""Floats of an array that holds one part of a spectrum."""

BLOCKS = FFT_SIZE // 2 // LANES
BACKWARD = list(range(LANES - 1, -1, -1))
VOID = types.void
Pair = tuple[Any, Any]


def _blocks(builder: Any) -> Iterator[tuple[Any, Any]]:
    """Offsets in bytes of sixteen bins, and of those that mirror them; generated once, as a loop."""
    with cgutils.for_range(builder, WORD(BLOCKS)) as loop:
        at = builder.mul(loop.index, WORD(LANE_BYTES))
        yield at, builder.sub(WORD(4 * (FFT_SIZE - LANES + 1)), at)


def _pair(builder: Any, re: Any, im: Any, at: Any, *, is_mirrored: bool = False) -> Pair:
    """Sixteen bins of both parts."""
    parts = [load(builder, part, at, LANE_FLOATS) for part in (re, im)]
    if is_mirrored:
        parts = [shuffled(builder, part, part, BACKWARD) for part in parts]
    return parts[0], parts[1]


def _sum_of_products(builder: Any, pairs: list[Pair]) -> Any:
    """The sum of products of pairs, in their order."""
    total = builder.fmul(*pairs[0])
    for a, b in pairs[1:]:
        total = builder.fadd(total, builder.fmul(a, b))
    return total


@intrinsic
def measure_energies(_context: Any, _energy: Any, _re: Any, _im: Any) -> Any:
    """Write the energy of each bin, both channels together (bins k and N - k).  Arguments are addresses."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        energy, re, im = args
        for at, mirror in _blocks(builder):
            a, b = _pair(builder, re, im, at)
            c, d = _pair(builder, re, im, mirror, is_mirrored=True)
            store(builder, _sum_of_products(builder, [(a, a), (b, b), (c, c), (d, d)]), energy, at)
        return ctx.get_dummy_value()

    return VOID(*[types.int64] * 3), generate


@intrinsic
def compare_spectra(
    _context: Any, _re: Any, _im: Any, _turn_re: Any, _turn_im: Any, _last_re: Any, _last_im: Any,
    _early_re: Any, _early_im: Any,
) -> Any:  # fmt: skip
    """Write, for each bin, a turn x a last spectrum x the conjugate of an early one, both channels together.

    Bin N - k of left + i right holds the conjugate of the product.  Arguments are addresses.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        out_re, out_im, turn_re, turn_im, last_re, last_im, early_re, early_im = args
        for at, mirror in _blocks(builder):
            a, b = _pair(builder, last_re, last_im, at)
            c, d = _pair(builder, early_re, early_im, at)
            e, f = _pair(builder, last_re, last_im, mirror, is_mirrored=True)
            g, h = _pair(builder, early_re, early_im, mirror, is_mirrored=True)
            re = _sum_of_products(builder, [(a, c), (b, d), (e, g), (f, h)])
            plus = _sum_of_products(builder, [(b, c), (e, h)])
            im = builder.fsub(plus, _sum_of_products(builder, [(a, d), (f, g)]))
            x, y = _pair(builder, turn_re, turn_im, at)
            turned = builder.fsub(builder.fmul(x, re), builder.fmul(y, im))
            store(builder, turned, out_re, at)
            store(builder, _sum_of_products(builder, [(x, im), (y, re)]), out_im, at)
        return ctx.get_dummy_value()

    return VOID(*[types.int64] * 8), generate


@intrinsic
def turn_bins(
    _context: Any, _out_re: Any, _out_im: Any, _turn_re: Any, _turn_im: Any, _re: Any, _im: Any
) -> Any:
    """Write a spectrum whose bins are turned, and bin N - k the other way.  Arguments are addresses.

    Bin N / 2 is not written.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        out_re, out_im, turn_re, turn_im, re, im = args
        for at, mirror in _blocks(builder):
            x, y = _pair(builder, turn_re, turn_im, at)
            a, b = _pair(builder, re, im, at)
            c, d = _pair(builder, re, im, mirror, is_mirrored=True)
            there = _sum_of_products(builder, [(c, x), (d, y)])
            back = builder.fsub(builder.fmul(d, x), builder.fmul(c, y))
            store(builder, shuffled(builder, there, there, BACKWARD), out_re, mirror)
            store(builder, shuffled(builder, back, back, BACKWARD), out_im, mirror)
            store(builder, builder.fsub(builder.fmul(a, x), builder.fmul(b, y)), out_re, at)
            store(builder, _sum_of_products(builder, [(a, y), (b, x)]), out_im, at)
        return ctx.get_dummy_value()

    return VOID(*[types.int64] * 6), generate
