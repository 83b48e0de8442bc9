"""The render kernel: all that runs on the audio thread, and nothing else.

The law of this folder: no allocation, no lock, no GIL, no exception, no libm, no fast-math.
A test compiles every function here and reads what came out (``tests/house/test_kernel_audit.py``).
Only `adaptive.kernel.compile.jit` imports numba; only `adaptive.kernel.units` is asked for addresses.
"""
