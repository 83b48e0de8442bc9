"""Compiles the units, caches their machine code, and returns their addresses.

Each unit is stored in a file named by a hash of everything its code depends on.  Missing units are compiled
in as many processes as there are cores, under a lock file, and then loaded into this process.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import os
import re
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Collection, Iterable, Sequence
from ctypes import CFUNCTYPE
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from adaptive.errors import MachineError
from adaptive.kernel.compile.cache import UnitFile, cache_folder, locked
from adaptive.kernel.compile.object_code import ObjectCode

PACKAGE = "adaptive.kernel"

LONGEST_CAUSE = 300
"""Characters of a compiler's sentence that are told."""

_RAISED = re.compile(r"^[\w.]*(?:Error|Exception)\b:? *")
_STAGES = ("Failed in nopython mode pipeline", "During: ")
_PLACE = re.compile(r'^File "([^"]+)", line (\d+)')

COMPILE_UNITS = "--compile-units"
"""First argument with which a frozen program starts itself as a compiling process."""

FORMAT = 3
"""Version of the content of a cache file, and of the way in which it is compiled."""

POLL_S = 0.05
COSTS_S = {
    "subtractive": 7.4, "control": 6.5, "sampler": 6.4, "clips": 5.3, "wavetable": 5.0, "granular": 5.0,
    "waveguide": 5.0, "stretch": 4.6, "plucked": 4.2, "fm": 4.0, "modal": 4.0, "panner": 3.7, "limiter": 3.6,
    "synth": 3.6, "modulated_reverb": 3.5, "drums": 3.4, "convolution": 3.3, "eq": 3.2, "buses": 3.2,
    "delay": 3.0, "saturation": 2.9, "gate": 2.6, "compressor": 2.5, "reverb": 2.0, "chorus": 2.0,
    "receive": 1.9, "master": 1.8,
}  # fmt: skip
"""Compile time of the slower units, in seconds of CPU; every other unit takes about one second."""

STRETCH_UNITS = ("stretch", "fft")
"""Units of clips that follow a tempo map."""

UNRELATED = {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_DEBUG_CACHE"}
"""Environment variables of numba that do not affect machine code."""

IMPORT = re.compile(rf"^ *from ({PACKAGE}[\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)
NAME = re.compile(r"(?<! as )\b(?!as\b)\w+")

_loaded: dict[str, int] = {}
_kept: list[Any] = []
"""Functions that this process compiled: numba frees the code of one that nothing refers to."""

_guard = threading.Lock()


@lru_cache(maxsize=256)
def _imports(module: str) -> tuple[str, ...]:
    """Kernel modules that a module imports, found in its text: parsing all sources would take 0.3 s."""
    found: set[str] = set()
    for owner, imported in IMPORT.findall(_source(module).decode("utf-8", errors="replace")):
        names = {f"{owner}.{name}" for name in NAME.findall(imported)}
        found.update(names if _is_package(owner) else {owner})
    return tuple(sorted(found))


@lru_cache(maxsize=256)
def _source(module: str) -> bytes:
    """The source text of a module; empty if there is none."""
    spec = importlib.util.find_spec(module)
    return b"" if spec is None or spec.origin is None else Path(spec.origin).read_bytes()


@lru_cache(maxsize=256)
def _is_package(module: str) -> bool:
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.submodule_search_locations is not None


def reached_modules(function: Callable[..., Any]) -> list[str]:
    """Kernel modules a unit depends on: those its globals come from, and all that they import.

    A unit of `units` does not depend on that module as a whole, which imports everything; the unit of a
    processor depends on the processor's module.
    """
    waiting = [] if function.__module__ == f"{PACKAGE}.units" else [function.__module__]
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, types.ModuleType) and value.__name__.startswith(PACKAGE):
            waiting.append(value.__name__)
        else:
            owner = getattr(getattr(value, "py_func", value), "__module__", None) or ""
            if owner.startswith(PACKAGE) and owner != function.__module__:
                waiting.append(owner)
    seen: set[str] = {f"{PACKAGE}.compile.jit", f"{PACKAGE}.layout", f"{PACKAGE}.atomic"}
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(_imports(module))
    return sorted(seen)


@lru_cache(maxsize=1)
def _machine() -> str:
    """Everything machine code depends on besides its sources: compiler, interpreter, processor, settings."""
    import llvmlite
    import llvmlite.binding as llvm
    import numba

    importlib.import_module(f"{PACKAGE}.compile.jit")  # sets the processor features that are used
    features = numba.config.CPU_FEATURES
    settings = sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_"))
    return repr((
        FORMAT, numba.__version__, llvmlite.__version__, sys.version, llvm.get_process_triple(),
        numba.config.CPU_NAME or llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten() if features is None else features,
        [item for item in settings if item[0] not in UNRELATED],
    ))  # fmt: skip


def _constants(function: Callable[..., Any]) -> str:
    """Constants that a unit uses from its own module; other units of the module do not affect its hash."""
    known = ((name, function.__globals__.get(name)) for name in sorted(set(function.__code__.co_names)))
    plain = ((name, value) for name, value in known if not isinstance(value, types.ModuleType))
    return repr([(name, repr(value)) for name, value in plain if value is not None and not callable(value)])


def source_hash(name: str) -> str:
    """Hash of everything a unit's machine code depends on: its sources, the compiler, the processor."""
    return hash_of(*_units()[name])


def hash_of(function: Callable[..., Any], signature: Any) -> str:
    """Hash of everything the machine code of a C function depends on that is made of kernel functions."""
    digest = hashlib.sha256(_machine().encode())
    digest.update(f"{inspect.getsource(function)} {signature} {_constants(function)}".encode())
    for module in reached_modules(function):
        digest.update(_source(module))
    return digest.hexdigest()[:20]


def _units() -> dict[str, tuple[Any, Any]]:
    table: dict[str, tuple[Any, Any]] = importlib.import_module(f"{PACKAGE}.units").UNITS
    return table


@lru_cache(maxsize=256)  # a start asks three times for each unit, which took 0.1 s
def _hash_once(function: Callable[..., Any], signature: Any) -> str:
    return hash_of(function, signature)


def unit_file(name: str) -> UnitFile:
    """The cache file of a unit."""
    return UnitFile(f"{name}-{_hash_once(*_units()[name])}.unit")


def unit_names(kinds: Collection[str] | None = None) -> list[str]:
    """Names of the units that an engine needs; None: of all units.

    `kinds` are the optional ones that it uses: kinds of processors, and `STRETCH_UNITS`.
    """
    optional = importlib.import_module(f"{PACKAGE}.units").OPTIONAL
    return [name for name in _units() if kinds is None or name in kinds or name not in optional]


def missing_units(names: Iterable[str] | None = None) -> list[str]:
    """Units that are not in the cache, of those named, or of all."""
    return [name for name in (_units() if names is None else names) if unit_file(name).path() is None]


def load_unit(name: str) -> int:
    """Compile a unit, or load it from the cache; return its address.

    The compiled function is kept until the process ends, because an audio device may hold its address.
    """
    with _guard:
        if name not in _loaded:
            _loaded[name] = compiled(*_units()[name], unit_file(name)).address
        return _loaded[name]


@dataclass(frozen=True)
class CompiledUnit:
    """A compiled C function: its address and its signature in numba's terms."""

    address: int
    signature: Any

    @property
    def ctypes(self) -> Any:
        """The function as one of ctypes."""
        from numba.core.typing.ctypes_utils import to_ctypes

        returned, *arguments = map(to_ctypes, (self.signature.return_type, *self.signature.args))
        return CFUNCTYPE(returned, *arguments)(self.address)


def compiled(function: Callable[..., Any], signature: Any, file: UnitFile) -> CompiledUnit:
    """Load a C function from its cache file, or compile it with the flags of the kernel."""
    return CompiledUnit(file.load() or _compiled(function, signature, file), signature)


def _compiled(function: Callable[..., Any], signature: Any, file: UnitFile) -> int:
    """Compile a C function with the flags of the kernel and write it to its cache file."""
    from numba.core.ccallback import CFunc
    from numba.core.sigutils import normalize_signature

    from adaptive.kernel.compile.jit import FLAGS

    flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
    made: Any = CFunc(function, normalize_signature(signature), {}, flags | {"nopython": True})
    made._cache = Saving(file)
    made.compile()
    _kept.append(made)
    address: int = made.address
    return address


class Saving:
    """A cache of numba's that finds nothing and writes what was compiled to a unit's file."""

    def __init__(self, file: UnitFile) -> None:
        self._file = file

    def load_overload(self, _signature: Any, _context: Any) -> None:
        """Find nothing."""

    def save_overload(self, _signature: Any, compiled: Any) -> None:
        """Write the code."""
        self._file.save(ObjectCode.of(compiled))


def compiler_command() -> list[str]:
    """Command that starts a compiling process; the names of its units are appended."""
    if getattr(sys, "frozen", False):  # a frozen program is its own interpreter: see `adaptive.__main__`
        return [sys.executable, COMPILE_UNITS]
    return [sys.executable, "-m", f"{PACKAGE}.compile.build"]


def compile_missing(
    progress: Callable[[str, int, int], None] | None = None, wanted: Sequence[str] | None = None
) -> int:
    """Compile the units that are not cached, in several processes; return their number.

    Parameters
    ----------
    progress : callable, optional
        Called with (unit, number done, number in all) after each.
    wanted : sequence of str, optional
        Names of units; left out: all.

    Raises
    ------
    MachineError
        A unit cannot be compiled; the message quotes the last line of the compiler's output.
    """
    if not missing_units(wanted):
        return 0
    folder = cache_folder()
    with locked(folder):
        names = missing_units(wanted)
        environment = dict(os.environ, ADAPTIVE_CACHE_DIR=str(folder))
        running = {
            " and ".join(share): subprocess.Popen(
                [*compiler_command(), *share], env=environment, stderr=subprocess.PIPE
            )
            for share in shares(names, os.cpu_count() or 1)
        }
        waiting = {name: unit_file(name) for name in names}
        while running:
            time.sleep(POLL_S)
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
    """Distribute units among at most `most` processes with similar total compile times, slowest first.

    Starting a process takes more than a second: fourteen processes, one a unit, took 27 s on two cores.
    """
    divided: list[list[str]] = [[] for _ in range(max(1, min(most, len(names))))]
    for name in sorted(names, key=lambda name: -COSTS_S.get(name, 1.0)):
        min(divided, key=lambda share: sum(COSTS_S.get(one, 1.0) for one in share)).append(name)
    return [share for share in divided if share]


def _require_compiled(
    share: str, process: subprocess.Popen[bytes], others: Iterable[subprocess.Popen[bytes]]
) -> None:
    """If a compiling process has failed, stop the others and raise with what its output says."""
    _, said = process.communicate()
    if process.returncode == 0:
        return
    for other in others:
        other.kill()
    again = " ".join([f"python -m {PACKAGE}.compile.build", *share.split(" and ")])
    message = f"the render kernel cannot be compiled here ({share}): {cause(said.decode(errors='replace'))}"
    raise MachineError(f"{message}; the whole error: {again}")


def cause(said: str) -> str:
    """Return what went wrong in the output of a compiling process, with the first place that it names.

    Numba's exceptions begin with lines about the stages of its pipeline, and end with one, too.
    """
    lines = [line.strip() for line in said.strip().splitlines()]
    raised = [number for number, line in enumerate(lines) if _RAISED.match(line)]
    if not raised:
        return lines[-1] if lines else "it ended without a word"
    lines = lines[raised[-1] :]
    first = _RAISED.sub("", lines[0], count=1)
    told = next((line for line in (first, *lines[1:]) if line and not line.startswith(_STAGES)), lines[0])
    place = next((found for line in lines if (found := _PLACE.match(line))), None)
    where = f" ({Path(place[1]).name}, line {place[2]})" if place else ""
    return told[:LONGEST_CAUSE] + where


def addresses(names: Sequence[str] | None = None) -> dict[str, int]:
    """Addresses of units by name, of those named, or of all; missing units are compiled first.

    Units that this process has loaded are not looked up again: reading every source takes 25 ms.
    """
    wanted = list(_units()) if names is None else names
    if not all(name in _loaded for name in wanted):
        compile_missing(wanted=wanted)
    return {name: load_unit(name) for name in wanted}


def main(names: list[str]) -> None:
    """Compile the named units; entry point of a compiling process."""
    from adaptive.kernel.compile.link_only import link_only

    link_only({function.__qualname__ for function, _ in _units().values()})
    for name in names:
        load_unit(name)


if __name__ == "__main__":
    main(sys.argv[1:])
