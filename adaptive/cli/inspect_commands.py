"""``adaptive presets``, ``devices``, ``doctor``, ``warm``, ``explain``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from adaptive.cli.common import preset_folders, say, warm_kernel
from adaptive.errors import AdaptiveError, DeviceError
from adaptive.kernel import cache


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
    from adaptive.cli.doctor import machine, software
    from adaptive.cli.doctor.row import Row

    rows = [*software.checks(), Row(*_check_card()), *machine.checks()]
    for row in rows:
        sys.stdout.write(f"{row}\n")
    troubles = sum(not row.is_fine for row in rows)
    sys.stdout.write("all is well\n" if troubles == 0 else f"{troubles} to look at\n")


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
