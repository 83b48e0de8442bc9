"""A complex Fourier transform of any power of two, for convolution: Stockham's, in radix 2.

`fft` transforms 4,096 points in vectors; this one is for the sizes that a convolution needs.  The inverse is
the same with real and imaginary parts exchanged.
"""

from __future__ import annotations

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.fft import turn

FLOAT = np.int64(4)
TWO = np.int64(2)


def turns(size: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Factors of a transform: ``exp(-2 pi i n / size)`` for half the size, first all real parts."""
    pairs = np.array([turn(n, size) for n in range(size // 2)])
    return np.ascontiguousarray(pairs.T.ravel(), np.float32)


@rtsafe
def transform(real: int, imaginary: int, work: int, table: int, size: int) -> None:
    """Transform `size` points in place.

    Parameters
    ----------
    real, imaginary : int64
        Addresses of the parts.
    work : int64
        Address of ``2 · size`` floats.
    table : int64
        Address of what `turns` gives for this size.
    size : int64
        A power of two.
    """
    half = size // TWO
    cosines = carray(pointer(table), half, np.float32)
    sines = carray(pointer(table + FLOAT * half), half, np.float32)
    from_real, from_imaginary = real, imaginary
    to_real, to_imaginary = work, work + FLOAT * size
    groups, width = half, np.int64(1)
    while groups >= np.int64(1):
        a, b = carray(pointer(from_real), size, np.float32), carray(pointer(from_imaginary), size, np.float32)
        c, d = carray(pointer(to_real), size, np.float32), carray(pointer(to_imaginary), size, np.float32)
        for group in range(groups):
            turn_re, turn_im = cosines[group * width], sines[group * width]
            first, to = group * width, TWO * group * width
            second = first + groups * width
            for i in range(width):
                x, y = a[first + i], b[first + i]
                u, v = a[second + i], b[second + i]
                c[to + i], d[to + i] = x + u, y + v
                x, y = x - u, y - v
                c[to + width + i] = x * turn_re - y * turn_im
                d[to + width + i] = x * turn_im + y * turn_re
        from_real, to_real = to_real, from_real
        from_imaginary, to_imaginary = to_imaginary, from_imaginary
        groups, width = groups // TWO, width * TWO
    if from_real != real:
        a, b = carray(pointer(from_real), size, np.float32), carray(pointer(from_imaginary), size, np.float32)
        c, d = carray(pointer(real), size, np.float32), carray(pointer(imaginary), size, np.float32)
        for i in range(size):
            c[i], d[i] = a[i], b[i]
