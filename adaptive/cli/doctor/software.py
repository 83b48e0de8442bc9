"""Checks of the software: Python, packages, the compiled kernel."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import re
import struct
import sys
import sysconfig

from adaptive.cli.doctor.row import Row, trouble
from adaptive.kernel.compile import build, cache

DISTRIBUTION = "adaptive-soundtrack"
PYTHONS = ((3, 11), (3, 14))

NOT_IMPORTED = {"sounddevice", "miniaudio"}
"""Packages that look for sound cards when they are imported; the row of the sound card covers them."""

IMPORT_NAMES = {"python-rtmidi": "rtmidi"}

COSTS = {
    "miniaudio": "without it PortAudio is the only way to a sound card",
    "python-rtmidi": "without it no MIDI controllers",
}
"""Effect of a missing package, for packages that do not have a wheel for every machine."""


def checks() -> list[Row]:
    """Run all checks of the software."""
    return [check_python(), *check_packages(), check_other(), check_cache(), check_kernel()]


def check_python() -> Row:
    """The interpreter must be CPython 3.11 to 3.14, 64 bits, with the global interpreter lock."""
    (low, high), version = PYTHONS, sys.version_info[:2]
    words = f"{platform.python_implementation()} {platform.python_version()} ({platform.machine()})"
    wrong = []
    if platform.python_implementation() != "CPython" or not low <= version <= high:
        wrong.append("adaptive runs on CPython 3.11 to 3.14")
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        wrong.append("numba does not run on a free-threaded build")
    if struct.calcsize("P") != 8:
        wrong.append("there are no packages for 32 bits")
    if wrong:
        mend = f"python3.13 -m venv .venv && .venv/bin/python -m pip install {DISTRIBUTION}"
        return trouble("python", f"{words}: {'; '.join(wrong)}", mend)
    return Row("python", True, words)


def required() -> list[tuple[str, str]]:
    """Requirements of the project: (name, environment marker)."""
    try:
        lines = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    split = [line.partition(";") for line in lines if "extra ==" not in line]
    return [(re.split(r"[\s<>=!~\[(]", text, maxsplit=1)[0], marker.strip()) for text, _, marker in split]


def check_packages() -> list[Row]:
    """One row for all packages that are fine, and one for each other package."""
    well, rows = [], []
    for name, marker in required():
        try:
            version = importlib.metadata.version(name)
            if name not in NOT_IMPORTED:
                importlib.import_module(IMPORT_NAMES.get(name, name))
            well.append(f"{name} {version}")
        except importlib.metadata.PackageNotFoundError:
            rows.append(_absent(name, marker))
        except Exception as error:
            # a broken wheel may raise anything; the other checks must still run
            said = (str(error).splitlines() or [type(error).__name__])[0]
            mend = f"{sys.executable} -m pip install --force-reinstall {name}"
            rows.append(trouble("wheels", f"{name} cannot be imported: {said}", mend))
    if not required():
        return [Row("wheels", True, "they came with this program")]
    return [Row("wheels", True, ", ".join(well)), *rows]


def _absent(name: str, marker: str) -> Row:
    if marker:  # left out by its marker: there is no wheel for this machine
        cost = COSTS.get(name, "its features do not work")
        return Row("wheels", True, f"{name} has no wheel for this machine; {cost}")
    return trouble("wheels", f"{name} is missing", f"{sys.executable} -m pip install {name}")


def check_other() -> Row:
    """Whether the unrelated distribution *adaptive*, which has the same import name, is installed."""
    try:
        other = importlib.metadata.version("adaptive")
    except importlib.metadata.PackageNotFoundError:
        return Row("import name", True, "no other library called adaptive")
    words = f"another library called adaptive ({other}) has the same import name"
    line = f"{sys.executable} -m pip"
    return trouble(
        "import name",
        words,
        f"{line} uninstall -y adaptive && {line} install --force-reinstall {DISTRIBUTION}",
    )


def check_cache() -> Row:
    """Whether the folder of the compiled kernel can be written."""
    where = cache.cache_folder()
    if cache.is_cache_lasting():
        return Row("compile cache", True, str(where))
    if not build.missing_units():
        return Row("compile cache", True, f"{where} is used, and holds all there is")
    words = f"{cache.default_cache()} cannot be written; {where} is used, which may not outlive a restart"
    return trouble("compile cache", words, "export ADAPTIVE_CACHE_DIR=FOLDER, one that can be written")


def check_kernel() -> Row:
    """Whether the kernel is compiled."""
    missing = build.missing_units()
    if missing:
        words = f"{len(missing)} units are not compiled yet: the next start takes about half a minute longer"
        return trouble("kernel", words, "adaptive warm")
    return Row("kernel", True, "compiled")
