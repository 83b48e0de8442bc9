"""Compiles the units, caches them honestly, and gives their addresses.

Each unit is kept in a file named by a hash of all that it depends on; what is missing is compiled in as
many processes as there are cores, under a lock, and then loaded here.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import inspect
import os
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from adaptive.errors import MachineError
from adaptive.kernel.cache import UnitFile, cache_folder, locked

PACKAGE = "adaptive.kernel"

COMPILE_UNITS = "--compile-units"
"""First argument of a frozen program that is started to compile."""

LOOK_S = 0.05
COSTS_S = {
    "voices": 6.0, "clips": 6.0, "control": 5.0, "buses": 4.0, "receive": 3.0, "master": 3.0, "reverb": 3.0,
}  # fmt: skip
"""About how long the dearer units take to compile; any other takes one second."""

UNRELATED = {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_DEBUG_CACHE"}
"""Settings of numba that change no machine code."""

_loaded: dict[str, Any] = {}
_guard = threading.Lock()


@lru_cache(maxsize=64)
def _imports(module: str) -> tuple[str, ...]:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return ()
    found = set()
    for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            is_package = node.module == PACKAGE
            found.update(names if is_package else [node.module])
    return tuple(sorted(found))


def reached_modules(function: Callable[..., Any]) -> list[str]:
    """Kernel modules a unit reaches: those its globals come from, and all that they import."""
    waiting = []
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, types.ModuleType) and value.__name__.startswith(PACKAGE):
            waiting.append(value.__name__)
        else:
            owner = getattr(getattr(value, "py_func", value), "__module__", None) or ""
            if owner.startswith(PACKAGE) and owner != function.__module__:
                waiting.append(owner)
    seen: set[str] = {f"{PACKAGE}.jit", f"{PACKAGE}.layout", f"{PACKAGE}.atomic"}
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(_imports(module))
    return sorted(seen)


@lru_cache(maxsize=1)
def _machine() -> str:
    """What machine code depends on beside its sources: compiler, interpreter, processor, settings."""
    import llvmlite
    import llvmlite.binding as llvm
    import numba

    importlib.import_module(f"{PACKAGE}.jit")  # says which of the processor's features are used
    features = numba.config.CPU_FEATURES
    settings = sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_"))
    return repr((
        numba.__version__, llvmlite.__version__, sys.version, llvm.get_process_triple(),
        numba.config.CPU_NAME or llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten() if features is None else features,
        [item for item in settings if item[0] not in UNRELATED],
    ))  # fmt: skip


def _constants(function: Callable[..., Any]) -> str:
    """What a unit takes from its own module beside functions: its neighbours may change without it."""
    known = ((name, function.__globals__.get(name)) for name in sorted(set(function.__code__.co_names)))
    plain = ((name, value) for name, value in known if not isinstance(value, types.ModuleType))
    return repr([(name, repr(value)) for name, value in plain if value is not None and not callable(value)])


def source_hash(name: str) -> str:
    """Hash of all a unit's machine code depends on: its sources, the compiler, the processor."""
    function, signature = _units()[name]
    digest = hashlib.sha256(_machine().encode())
    digest.update(f"{inspect.getsource(function)} {signature} {_constants(function)}".encode())
    for module in reached_modules(function):
        spec = importlib.util.find_spec(module)
        if spec and spec.origin:
            digest.update(Path(spec.origin).read_bytes())
    return digest.hexdigest()[:20]


def _units() -> dict[str, tuple[Any, Any]]:
    table: dict[str, tuple[Any, Any]] = importlib.import_module(f"{PACKAGE}.units").UNITS
    return table


def unit_file(name: str) -> UnitFile:
    """Where a unit is kept."""
    return UnitFile(f"{name}-{source_hash(name)}.unit")


def missing_units() -> list[str]:
    """Units that have to be compiled."""
    return [name for name in _units() if unit_file(name).path() is None]


def load_unit(name: str) -> int:
    """Compile a unit, or load it from the cache; return its address.

    The compiled function is kept for as long as the process lives: a sound card may hold its address.
    """
    from numba.core.ccallback import CFunc
    from numba.core.sigutils import normalize_signature

    from adaptive.kernel.jit import FLAGS

    with _guard:
        if name not in _loaded:
            function, signature = _units()[name]
            flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
            made: Any = CFunc(function, normalize_signature(signature), {}, flags | {"nopython": True})
            made._cache = unit_file(name)
            made.compile()
            _loaded[name] = made
        address: int = _loaded[name].address
        return address


def compiler_command() -> list[str]:
    """How to start a process that compiles the units named after it."""
    if getattr(sys, "frozen", False):  # a frozen program is its own interpreter: see `adaptive.__main__`
        return [sys.executable, COMPILE_UNITS]
    return [sys.executable, "-m", f"{PACKAGE}.build"]


def compile_missing(progress: Callable[[str, int, int], None] | None = None) -> int:
    """Compile what is not cached, in several processes; return how many units that were.

    Parameters
    ----------
    progress : callable, optional
        Called with (unit, done, of) after each.

    Raises
    ------
    MachineError
        A unit cannot be compiled; the compiler's last words are quoted.
    """
    if not missing_units():
        return 0
    folder = cache_folder()
    with locked(folder):
        names = missing_units()
        environment = dict(os.environ, ADAPTIVE_CACHE_DIR=str(folder))
        running = {
            " and ".join(share): subprocess.Popen(
                [*compiler_command(), *share], env=environment, stderr=subprocess.PIPE
            )
            for share in shares(names, os.cpu_count() or 1)
        }
        waiting = {name: unit_file(name) for name in names}
        while running:
            time.sleep(LOOK_S)
            for name in [name for name, file in waiting.items() if file.path() is not None]:
                del waiting[name]
                if progress is not None:
                    progress(name, len(names) - len(waiting), len(names))
            for share, process in list(running.items()):
                if process.poll() is not None:
                    del running[share]
                    _require_compiled(share, process, running.values())
    return len(names)


def shares(names: Sequence[str], most: int) -> list[list[str]]:
    """Units divided among processes, so that each has about as much to do; the dearest first.

    A process takes more than a second to begin with: fourteen of them, one a unit, took 27 s on two cores.
    """
    divided: list[list[str]] = [[] for _ in range(max(1, min(most, len(names))))]
    for name in sorted(names, key=lambda name: -COSTS_S.get(name, 1.0)):
        min(divided, key=lambda share: sum(COSTS_S.get(one, 1.0) for one in share)).append(name)
    return [share for share in divided if share]


def _require_compiled(
    share: str, process: subprocess.Popen[bytes], others: Iterable[subprocess.Popen[bytes]]
) -> None:
    """Stop the others and quote the compiler's last words, if a process of compiling has failed."""
    _, said = process.communicate()
    if process.returncode == 0:
        return
    for other in others:
        other.kill()
    last = said.decode(errors="replace").strip().splitlines()[-1:]
    message = f"the render kernel cannot be compiled here ({share}): {''.join(last)}"
    raise MachineError(message)


def addresses(progress: Callable[[str, int, int], None] | None = None) -> dict[str, int]:
    """Addresses of all units, compiled first if need be.

    What this process has loaded it need not look for: that reads every source, 25 ms for each engine.
    """
    if not all(name in _loaded for name in _units()):
        compile_missing(progress)
    return {name: load_unit(name) for name in _units()}


def main(names: list[str]) -> None:
    """Compile units: what a worker process does."""
    for name in names:
        load_unit(name)


if __name__ == "__main__":
    main(sys.argv[1:])
