"""Makes a compiling process faster: functions that are only linked into units get no code of their own.

numba compiles each function to the end: it optimises it with everything that it calls, makes machine code of
it, and a wrapper by which Python can call it.  A process that only makes the files of units needs none of
this: the functions of a unit are optimised together, once, when the unit is.  All units took 84 s of CPU time
before and 42 s with this; the units are as fast (`OPTIMISED_BEFORE` has the exception), and give the same
samples.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from adaptive.kernel.compile.jit import registry

OPTIMISED_BEFORE = {"want_gain", "least_of_window", "recover", "average_window", "limit"}
"""Functions of the limiter: optimised only as parts of the master they are not vectorised as well, and eight
buses with an active limiter took 1.09 times the CPU instead of 1.02."""

WITHOUT_WRAPPERS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def link_only(units: Collection[str]) -> bool:
    """Compile nothing to the end but units, in this process and from now on; return whether that works.

    Functions cannot be called from Python afterwards.  Another numba than this was written for may lack what
    is replaced here: everything is then compiled as ever.

    Parameters
    ----------
    units : collection of str
        Qualified names of the functions that are units.
    """
    from numba import _dynfunc
    from numba.core.codegen import CPUCodeLibrary
    from numba.core.cpu import CPUContext

    replaced = ("_finalize_final_module", "_optimize_final_module", "_finalize_dynamic_globals")
    if not all(hasattr(CPUCodeLibrary, name) for name in replaced):
        return False
    for dispatcher in registry:
        dispatcher.targetoptions.update(WITHOUT_WRAPPERS)

    def is_unit(library: Any) -> bool:
        return library.name in units

    made: Any = CPUCodeLibrary
    optimise, finish, executable = (
        made._optimize_final_module,
        made._finalize_final_module,
        CPUContext.get_executable,
    )

    def optimise_unit(library: Any) -> None:
        """Optimise a unit with all that is linked into it, and what has to be optimised before that."""
        if is_unit(library) or library.name in OPTIMISED_BEFORE:
            optimise(library)

    def finish_unit(library: Any) -> None:
        """Make machine code of a unit."""
        if is_unit(library):
            finish(library)
        else:
            library._finalize_dynamic_globals()
            library._finalized = True

    def executable_of(context: Any, library: Any, described: Any, environment: Any) -> Any:
        """What Python would call: of anything but a unit, an object without code."""
        if is_unit(library):
            return executable(context, library, described, environment)
        name = described.qualname.rpartition(".")[2]
        return _dynfunc.make_function(described.lookup_module(), name, "", 0, environment, (library,))

    made._optimize_final_module, made._finalize_final_module = optimise_unit, finish_unit
    context: Any = CPUContext
    context.get_executable = executable_of
    return True
