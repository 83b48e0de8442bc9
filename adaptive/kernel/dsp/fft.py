"""A complex Fourier transform of 4,096 points in vectors of sixteen floats.

The points are sixteen interleaved series of 256.  A Stockham transform (Cochran et al. 1967, radix 8, 8, 4)
treats the sixteen series as lanes; then blocks of 16 x 16 points are transposed in registers, and transforms
of 16 points run across the series.  So every load, store and multiplication is sixteen floats wide, and the
result is in natural order.  Real and imaginary parts are separate arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.dsp.vectors import (
    LANE_BYTES,
    LANE_FLOATS,
    WORD,
    everywhere,
    load,
    shuffled,
    splat,
    store,
)
from adaptive.kernel.layout import LANES, record

FFT_SIZE = 4096
SERIES = LANES
POINTS = FFT_SIZE // SERIES  # of one series
FIRST_RADIX, SECOND_RADIX, RADIX = 8, 8, 4
FIRST_COUNT = POINTS // FIRST_RADIX
SECOND_COUNT = FIRST_COUNT // SECOND_RADIX

FFT_TABLES = record(
    [
        # twiddle factors: exp(-2 pi i n / size)
        ("first_re", "f4", FIRST_COUNT * FIRST_RADIX),
        ("first_im", "f4", FIRST_COUNT * FIRST_RADIX),
        ("second_re", "f4", SECOND_COUNT * SECOND_RADIX),
        ("second_im", "f4", SECOND_COUNT * SECOND_RADIX),
        ("cross_re", "f4", FFT_SIZE),
        ("cross_im", "f4", FFT_SIZE),
    ]
)
"""Constants of the transform; see `fft_tables`."""

FFT_WORK = record([("re", "f4", FFT_SIZE), ("im", "f4", FFT_SIZE)])
"""Scratch memory of one transform."""

Pair = tuple[Any, Any]


def turn(n: int, size: int) -> tuple[float, float]:
    """``exp(-2 pi i n / size)`` as (real, imaginary), by a Taylor series within an eighth of a turn.

    The C library's sine may differ in its last bit from machine to machine; additions and products do not.

    Examples
    --------
    >>> turn(1, 4)
    (0.0, -1.0)
    """
    eighths, rest = divmod(8 * (n % size), size)
    angle = 3.141592653589793 / 4.0 * (rest / size)
    cosine, sine, term = 0.0, 0.0, 1.0
    for power in range(0, 22, 2):
        cosine += term if power % 4 == 0 else -term
        term *= angle / (power + 1)
        sine += term if power % 4 == 0 else -term
        term *= angle / (power + 2)
    half = 0.7071067811865476
    if eighths % 2:
        cosine, sine = half * (cosine - sine), half * (cosine + sine)
    for _ in range(eighths // 2):
        cosine, sine = -sine, cosine
    return cosine + 0.0, 0.0 - sine


def fft_tables() -> np.ndarray[Any, Any]:
    """The constants of the transform: an array with one `FFT_TABLES`."""
    tables = np.zeros(1, FFT_TABLES)
    places = {
        "first": [(p * k, POINTS) for p in range(FIRST_COUNT) for k in range(FIRST_RADIX)],
        "second": [(p * k, FIRST_COUNT) for p in range(SECOND_COUNT) for k in range(SECOND_RADIX)],
        "cross": [(k * n, FFT_SIZE) for k in range(POINTS) for n in range(SERIES)],
    }
    for name, turns in places.items():
        values = np.array([turn(n, size) for n, size in turns])
        tables[0][f"{name}_re"], tables[0][f"{name}_im"] = values[:, 0], values[:, 1]
    return tables


def _add(builder: Any, a: Pair, b: Pair) -> Pair:
    return builder.fadd(a[0], b[0]), builder.fadd(a[1], b[1])


def _subtract(builder: Any, a: Pair, b: Pair) -> Pair:
    return builder.fsub(a[0], b[0]), builder.fsub(a[1], b[1])


def _multiply(builder: Any, a: Pair, b: Pair) -> Pair:
    real = builder.fsub(builder.fmul(a[0], b[0]), builder.fmul(a[1], b[1]))
    return real, builder.fadd(builder.fmul(a[0], b[1]), builder.fmul(a[1], b[0]))


def _dft4(builder: Any, x: Sequence[Pair]) -> list[Pair]:
    """Transform four numbers; the factor -i exchanges real and imaginary part."""
    even, even_gap = _add(builder, x[0], x[2]), _subtract(builder, x[0], x[2])
    odd, odd_gap = _add(builder, x[1], x[3]), _subtract(builder, x[1], x[3])
    second = builder.fadd(even_gap[0], odd_gap[1]), builder.fsub(even_gap[1], odd_gap[0])
    fourth = builder.fsub(even_gap[0], odd_gap[1]), builder.fadd(even_gap[1], odd_gap[0])
    return [_add(builder, even, odd), second, _subtract(builder, even, odd), fourth]


def _dft8(builder: Any, x: Sequence[Pair]) -> list[Pair]:
    """Transform eight numbers: two transforms of four, joined by eighths of a turn."""
    even, odd = _dft4(builder, x[::2]), _dft4(builder, x[1::2])
    half = everywhere(0.70710678, LANE_FLOATS)
    re, im = odd[1]
    odd[1] = builder.fmul(half, builder.fadd(re, im)), builder.fmul(half, builder.fsub(im, re))
    re, im = odd[2]
    odd[2] = im, builder.fsub(everywhere(0.0, LANE_FLOATS), re)
    re, im = odd[3]
    minus = everywhere(-0.70710678, LANE_FLOATS)
    odd[3] = builder.fmul(half, builder.fsub(im, re)), builder.fmul(minus, builder.fadd(re, im))
    pairs = list(zip(even, odd, strict=True))
    return [_add(builder, a, b) for a, b in pairs] + [_subtract(builder, a, b) for a, b in pairs]


def _dft16(builder: Any, x: Sequence[Pair]) -> list[Pair]:
    """Transform sixteen numbers as four by four."""
    columns = [_dft4(builder, x[j::4]) for j in range(4)]
    out: list[Any] = [None] * 16
    for k in range(4):
        row = []
        for j in range(4):
            factor = tuple(everywhere(part, LANE_FLOATS) for part in turn(j * k, 16))
            row.append(columns[j][k] if j * k == 0 else _multiply(builder, columns[j][k], factor))
        out[k::4] = _dft4(builder, row)
    return out


def _transposed(builder: Any, rows: Sequence[Any]) -> list[Any]:
    """Transpose sixteen vectors of sixteen floats: exchange blocks of 1, 2, 4, 8 (Eklundh 1972)."""
    rows = list(rows)
    for distance in (1, 2, 4, 8):
        first = [n + LANES - distance if n & distance else n for n in range(LANES)]
        second = [n + LANES if n & distance else n + distance for n in range(LANES)]
        for number in range(LANES):
            if not number & distance:
                a, b = rows[number], rows[number + distance]
                rows[number] = shuffled(builder, a, b, first)
                rows[number + distance] = shuffled(builder, a, b, second)
    return rows


def _row(builder: Any, pair: Pair, number: Any) -> Pair:
    """Load a row of both parts; `number` counts rows of sixteen floats."""
    at = builder.mul(number, WORD(LANE_BYTES))
    return load(builder, pair[0], at, LANE_FLOATS), load(builder, pair[1], at, LANE_FLOATS)


def _keep(builder: Any, value: Pair, pair: Pair, number: Any) -> None:
    """Store a row of both parts."""
    at = builder.mul(number, WORD(LANE_BYTES))
    store(builder, value[0], pair[0], at)
    store(builder, value[1], pair[1], at)


def _table(builder: Any, tables: Any, name: str) -> Pair:
    """Addresses of both parts of a table."""
    offsets = [int(FFT_TABLES.fields[f"{name}_{part}"][1]) for part in ("re", "im")]
    re, im = (builder.add(tables, WORD(offset)) for offset in offsets)
    return re, im


def _factor(builder: Any, table: Pair, number: Any) -> Pair:
    """One twiddle factor, the same for all lanes."""
    at = builder.mul(number, WORD(4))
    re, im = (splat(builder, load(builder, part, at, ir.FloatType()), LANE_FLOATS) for part in table)
    return re, im


def _first_stage(builder: Any, tables: Any, source: Pair, out: Pair) -> None:
    """Radix 8 over 256 rows."""
    table = _table(builder, tables, "first")
    with cgutils.for_range(builder, WORD(FIRST_COUNT)) as loop:
        p = loop.index
        first = builder.mul(p, WORD(FIRST_RADIX))
        rows = [_row(builder, source, builder.add(p, WORD(FIRST_COUNT * j))) for j in range(FIRST_RADIX)]
        for k, value in enumerate(_dft8(builder, rows)):
            number = builder.add(first, WORD(k))
            turned = value if k == 0 else _multiply(builder, value, _factor(builder, table, number))
            _keep(builder, turned, out, number)


def _second_stage(builder: Any, tables: Any, source: Pair, out: Pair) -> None:
    """Radix 8 over eight interleaved series of 32 rows."""
    table = _table(builder, tables, "second")
    with cgutils.for_range(builder, WORD(SECOND_COUNT)) as outer:
        first = builder.mul(outer.index, WORD(SECOND_RADIX))
        factors = [_factor(builder, table, builder.add(first, WORD(k))) for k in range(SECOND_RADIX)]
        with cgutils.for_range(builder, WORD(FIRST_RADIX)) as inner:
            q = inner.index
            begin = builder.add(q, builder.mul(outer.index, WORD(FIRST_RADIX)))
            step = FIRST_RADIX * SECOND_COUNT
            rows = [_row(builder, source, builder.add(begin, WORD(step * j))) for j in range(SECOND_RADIX)]
            end = builder.add(q, builder.mul(first, WORD(FIRST_RADIX)))
            for k, value in enumerate(_dft8(builder, rows)):
                turned = value if k == 0 else _multiply(builder, value, factors[k])
                _keep(builder, turned, out, builder.add(end, WORD(FIRST_RADIX * k)))


def _third_stage(builder: Any, tables: Any, source: Pair, out: Pair) -> None:
    """Radix 4 over 64 interleaved series of 4 rows, and the factors between the sixteen series."""
    table = _table(builder, tables, "cross")
    step = POINTS // RADIX
    with cgutils.for_range(builder, WORD(step)) as loop:
        rows = [_row(builder, source, builder.add(loop.index, WORD(step * j))) for j in range(RADIX)]
        for k, value in enumerate(_dft4(builder, rows)):
            number = builder.add(loop.index, WORD(step * k))
            _keep(builder, _multiply(builder, value, _row(builder, table, number)), out, number)


def _last_stage(builder: Any, source: Pair, out: Pair) -> None:
    """Transforms of 16 points across the series, sixteen of them at a time."""
    blocks = POINTS // LANES
    with cgutils.for_range(builder, WORD(blocks)) as loop:
        first = builder.mul(loop.index, WORD(LANES))
        rows = [_row(builder, source, builder.add(first, WORD(j))) for j in range(LANES)]
        re = _transposed(builder, [row[0] for row in rows])
        im = _transposed(builder, [row[1] for row in rows])
        for k, value in enumerate(_dft16(builder, list(zip(re, im, strict=True)))):
            _keep(builder, value, out, builder.add(loop.index, WORD(blocks * k)))


@intrinsic
def fft(_context: Any, _re: Any, _im: Any, _out_re: Any, _out_im: Any, _tables: Any, _work: Any) -> Any:
    """Transform 4,096 points: ``X[k] = sum of x[n] exp(-2 pi i n k / 4096)``.

    All arguments are addresses: real and imaginary part of the input and of the output (which may be the
    input), an `FFT_TABLES` and an `FFT_WORK`.  With real and imaginary parts exchanged, on both sides, it is
    the inverse transform, times 4,096.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        re, im, out_re, out_im, tables, work = args
        source, out = (re, im), (out_re, out_im)
        middle = work, builder.add(work, WORD(int(FFT_WORK.fields["im"][1])))
        _first_stage(builder, tables, source, middle)
        _second_stage(builder, tables, middle, out)
        _third_stage(builder, tables, out, middle)
        _last_stage(builder, middle, out)
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 6), generate


@intrinsic
def call_fft(
    _context: Any, _unit: Any, _re: Any, _im: Any, _out_re: Any, _out_im: Any, _tables: Any, _work: Any
) -> Any:  # fmt: skip
    """Call `fft` where it was compiled apart: at the address `unit`.

    It is 700 vector instructions; compiled into each of its callers, and again into theirs, it took 45 s.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [WORD] * 6).as_pointer()
        builder.call(builder.inttoptr(args[0], kind), args[1:])
        return ctx.get_dummy_value()

    return types.void(*[types.int64] * 7), generate
