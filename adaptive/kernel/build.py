"""Compiles the units, caches them honestly, and gives their addresses.

numba's own cache does not notice an edit in another file.  So each unit is cached in a folder named by
a hash of the sources it reaches; what is missing is compiled in as many processes as there are cores,
under a lock, and then loaded here.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib
import importlib.util
import inspect
import os
import subprocess
import sys
import tempfile
import threading
import types
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from adaptive.errors import MachineError

PACKAGE = "adaptive.kernel"
_loaded: dict[str, Any] = {}
_guard = threading.Lock()


def default_cache() -> Path:
    """Folder of the user's for compiled kernels: ``ADAPTIVE_CACHE_DIR``, else the system's habit."""
    named = os.environ.get("ADAPTIVE_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "adaptive"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "adaptive" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "adaptive"


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """Folder compiled kernels are kept in; a temporary one if the user's cannot be written.

    Raises nothing: without a cache the engine starts, only more slowly.
    """
    folder = default_cache()
    if _is_writable(folder):
        return folder
    return Path(tempfile.mkdtemp(prefix="adaptive-kernel-"))


def is_cache_lasting() -> bool:
    """Whether compiled kernels survive this process."""
    return cache_folder() == default_cache()


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


def source_hash(function: Callable[..., Any]) -> str:
    """Hash of all a unit's machine code depends on: its sources, numba, Python."""
    import llvmlite
    import numba

    digest = hashlib.sha256()
    digest.update(f"{numba.__version__} {llvmlite.__version__} {sys.version}".encode())
    digest.update(os.environ.get("NUMBA_CPU_NAME", "").encode())
    digest.update(os.environ.get("NUMBA_CPU_FEATURES", "").encode())
    digest.update(inspect.getsource(function).encode())
    for module in reached_modules(function):
        spec = importlib.util.find_spec(module)
        if spec and spec.origin:
            digest.update(Path(spec.origin).read_bytes())
    return digest.hexdigest()[:20]


def _units() -> dict[str, tuple[Any, Any]]:
    table: dict[str, tuple[Any, Any]] = importlib.import_module(f"{PACKAGE}.units").UNITS
    return table


def unit_folder(name: str) -> Path:
    """Folder a unit is cached in."""
    return cache_folder() / f"{name}-{source_hash(_units()[name][0])}"


def missing_units() -> list[str]:
    """Units that have to be compiled."""
    return [name for name in _units() if not any(unit_folder(name).rglob("*.nbc"))]


def load_unit(name: str) -> int:
    """Compile a unit, or load it from the cache; return its address.

    The compiled function is kept for as long as the process lives: a sound card may hold its address.
    """
    import numba

    from adaptive.kernel.jit import FLAGS

    with _guard:
        if name not in _loaded:
            function, signature = _units()[name]
            numba.config.CACHE_DIR = str(unit_folder(name))
            flags = {key: value for key, value in FLAGS.items() if key != "nogil"}
            _loaded[name] = numba.cfunc(signature, cache=True, nopython=True, **flags)(function)
        address: int = _loaded[name].address
        return address


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the cache's lock file: two processes never compile the same unit at once."""
    with (folder / "lock").open("w") as file:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
    with _locked(folder):
        names = missing_units()
        workers = min(len(names), os.cpu_count() or 1)
        environment = dict(os.environ, ADAPTIVE_CACHE_DIR=str(folder))
        waiting, done = list(names), 0
        running: dict[str, subprocess.Popen[bytes]] = {}
        while waiting or running:
            while waiting and len(running) < workers:
                name = waiting.pop(0)
                command = [sys.executable, "-m", f"{PACKAGE}.build", name]
                running[name] = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
            name, process = next(iter(running.items()))
            for other, candidate in running.items():
                if candidate.poll() is not None:
                    name, process = other, candidate
            _, said = process.communicate()
            del running[name]
            if process.returncode != 0:
                for left in running.values():
                    left.kill()
                last = said.decode(errors="replace").strip().splitlines()[-1:]
                message = f"the render kernel's unit {name!r} cannot be compiled here: {''.join(last)}"
                raise MachineError(message)
            done += 1
            if progress is not None:
                progress(name, done, len(names))
    return len(names)


def addresses(progress: Callable[[str, int, int], None] | None = None) -> dict[str, int]:
    """Addresses of all units, compiled first if need be."""
    compile_missing(progress)
    return {name: load_unit(name) for name in _units()}


if __name__ == "__main__":
    for unit in sys.argv[1:]:
        load_unit(unit)
