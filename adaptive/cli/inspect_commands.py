"""``adaptive presets``, ``devices``, ``doctor``, ``warm``, ``explain``."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from adaptive.cli.common import preset_folders, say, warm_kernel
from adaptive.errors import AdaptiveError, DeviceError
from adaptive.kernel import build


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("presets", help="List the presets that can be named.")(presets)
    app.command("devices", help="List sound cards, and say which one `auto` picks and why.")(devices)
    app.command("doctor", help="Check this machine; say the one line that mends each trouble.")(doctor)
    app.command("warm", help="Compile the kernel ahead of the first start.")(warm)
    app.command("explain", help="Read a decision log back in plain sentences.")(explain)


def presets() -> None:
    """List the presets."""
    from adaptive.preset.load import load

    for folder in preset_folders():
        try:
            preset = load(folder)
            sections = ", ".join(preset.file.sections)
            sys.stdout.write(f"{folder.name:16} {preset.file.name}: {sections}\n")
        except AdaptiveError as error:
            first = str(error).splitlines()[0]
            sys.stdout.write(f"{folder.name:16} faulty: {first}\n")


def devices() -> None:
    """List output devices."""
    from adaptive.sinks import miniaudio_library, portaudio_library
    from adaptive.sinks.choice import choose_sink

    for name, library in (("portaudio", portaudio_library), ("miniaudio", miniaudio_library)):
        sys.stdout.write(f"through {name}:\n")
        try:
            listed = library.list_devices()
        except DeviceError as error:
            sys.stdout.write(f"  {error}\n")
            continue
        if not listed:
            sys.stdout.write("  there is no sound card here\n")
        for device in listed:
            sys.stdout.write(f"{'*' if device.is_default else ' '} {device.index:3} {device}\n")
    choice = choose_sink("auto", None)
    sys.stdout.write(f"auto picks {choice.name}: {choice.why}\n")


def warm() -> None:
    """Compile the kernel."""
    began = time.monotonic()
    count = warm_kernel()
    if count:
        say(f"compiled {count} units in {time.monotonic() - began:.1f} s")
    else:
        say(f"nothing to do: the kernel is compiled ({build.cache_folder()})")


def doctor() -> None:
    """Check this machine."""
    troubles = 0
    for name, is_fine, words in _checks():
        mark = "ok  " if is_fine else "!!  "
        troubles += not is_fine
        sys.stdout.write(f"{mark}{name}: {words}\n")
    sys.stdout.write("all is well\n" if troubles == 0 else f"{troubles} to look at\n")


def _checks() -> list[tuple[str, bool, str]]:
    version = platform.python_version_tuple()
    is_known = (3, 11) <= (int(version[0]), int(version[1])) <= (3, 14)
    rows = [("python", is_known, f"{platform.python_version()} ({platform.machine()})")]
    packages = ("numpy", "numba", "sounddevice", "soundfile", "soxr")
    rows += [(package, True, importlib.metadata.version(package)) for package in packages]
    rows.append(_check_other())
    where = str(build.cache_folder())
    lasting = build.is_cache_lasting()
    words = where if lasting else f"{build.default_cache()} cannot be written; set ADAPTIVE_CACHE_DIR"
    rows.append(("compile cache", lasting, words))
    missing = build.missing_units()
    words = "compiled" if not missing else f"{len(missing)} units missing: adaptive warm"
    rows.append(("kernel", not missing, words))
    rows.append(_check_miniaudio())
    rows.append(_check_card())
    return rows


def _check_other() -> tuple[str, bool, str]:
    """Another distribution called *adaptive* has the same import name."""
    try:
        other = importlib.metadata.version("adaptive")
    except importlib.metadata.PackageNotFoundError:
        return ("import name", True, "no other library called adaptive")
    words = f"another library called adaptive ({other}) is installed: pip uninstall adaptive"
    return ("import name", False, words)


def _check_miniaudio() -> tuple[str, bool, str]:
    """Whether the second way to a sound card is there; without it PortAudio is the only one."""
    from adaptive.sinks import miniaudio_library

    try:
        miniaudio_library.load()
        found = ", ".join(device.host for device in miniaudio_library.list_devices() if device.is_default)
    except DeviceError as error:
        return ("miniaudio", False, f"{error}: no second way to the sound card if PortAudio fails")
    words = f"{importlib.metadata.version('miniaudio')}, its default device by {found or 'none'}"
    return ("miniaudio", True, words)


def _check_card() -> tuple[str, bool, str]:
    from adaptive.sinks.choice import CARDS, choose_sink

    choice = choose_sink("auto", None)
    if choice.name in CARDS:
        return ("sound card", True, f"{choice.name}, {choice.why}")
    return ("sound card", False, f"{choice.why}; until there is one: adaptive play --sink web")


def explain(
    log: Annotated[Path, typer.Argument(help="A log: --log of render, or log.jsonl of a recording.")],
    at: Annotated[str | None, typer.Argument(help="Seconds, or a position such as 17.1.0.")] = None,
) -> None:
    """Say why it played that."""
    from adaptive.session.explaining import explain_log

    for sentence in explain_log(log, at):
        sys.stdout.write(f"{sentence}\n")
