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
from adaptive.kernel import build, cache


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
    from adaptive.cli.play_command import choose_sink
    from adaptive.sinks import portaudio

    try:
        for device in portaudio.list_devices():
            mark = "*" if device.is_default else " "
            sys.stdout.write(
                f"{mark} {device.index:3} {device.name} ({device.host}, {device.channels} channels, "
                f"{device.sample_rate:.0f} Hz)\n"
            )
    except DeviceError as error:
        sys.stdout.write(f"{error}\n")
    choice = choose_sink("auto", None)
    sys.stdout.write(f"auto picks {choice.name}: {choice.why}\n")


def warm() -> None:
    """Compile the kernel."""
    began = time.monotonic()
    count = warm_kernel()
    if count:
        say(f"compiled {count} units in {time.monotonic() - began:.1f} s")
    else:
        say(f"nothing to do: the kernel is compiled ({cache.cache_folder()})")


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
    where = str(cache.cache_folder())
    lasting = cache.is_cache_lasting()
    words = where if lasting else f"{cache.default_cache()} cannot be written; set ADAPTIVE_CACHE_DIR"
    rows.append(("compile cache", lasting, words))
    missing = build.missing_units()
    words = "compiled" if not missing else f"{len(missing)} units missing: adaptive warm"
    rows.append(("kernel", not missing, words))
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


def _check_card() -> tuple[str, bool, str]:
    from adaptive.sinks import portaudio

    try:
        device, why = portaudio.choose_device()
    except DeviceError as error:
        return ("sound card", False, f"{error}; until then: adaptive play --sink web")
    return ("sound card", True, f"{device.name}: {why}")


def explain(
    log: Annotated[Path, typer.Argument(help="A log: --log of render, or log.jsonl of a recording.")],
    at: Annotated[str | None, typer.Argument(help="Seconds, or a position such as 17.1.0.")] = None,
) -> None:
    """Say why it played that."""
    from adaptive.session.explaining import explain_log

    for sentence in explain_log(log, at):
        sys.stdout.write(f"{sentence}\n")
