"""The render kernel: all that runs on the audio thread, and nothing else.

Rules for every function here: no allocation, no lock, no GIL, no exception, no libm, no fast-math.
``tests/house/test_kernel_audit.py`` compiles every function and checks the generated code for them.
All functions are compiled with the flags of `adaptive.kernel.compile.jit`; code outside the kernel gets
their addresses from `adaptive.kernel.compile.build`.
"""
