"""``adaptive presets``, ``devices``, ``doctor``, ``warm``, ``explain``."""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from adaptive.cli.common import UsageError, open_site, say, warm_kernel
from adaptive.errors import AdaptiveError, DeviceError
from adaptive.kernel.compile import cache
from adaptive.session.device.supervisor import Supervisor
from adaptive.session.opening import preset_folders
from adaptive.site.load import Site


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("presets", help="List the presets that can be named.")(presets)
    app.command("devices", help="List sound cards, and say which one `auto` picks and why.")(devices)
    app.command("doctor", help="Check this machine; name the command that fixes each problem.")(doctor)
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


def devices(
    test_channels: Annotated[
        bool, typer.Option("--test-channels", help="Play pulsed noise through one channel after the other.")
    ] = False,
    site: Annotated[Path | None, typer.Option(help="Site file, whose speakers are tested.")] = None,
    device: Annotated[str | None, typer.Option(help="Part of a device's name.")] = None,
    channels: Annotated[int | None, typer.Option(min=1, max=64, help="Channels to open.")] = None,
    sink: Annotated[str, typer.Option(help="auto, portaudio, miniaudio or null.")] = "auto",
) -> None:
    """List output devices, or test the channels of one."""
    if test_channels:
        play_every_channel(open_site(site), device, channels, sink)
        return
    if site is not None or device is not None or channels is not None or sink != "auto":
        raise UsageError("--site, --device, --channels and --sink go with --test-channels")
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
        for one in listed:
            sys.stdout.write(f"{'*' if one.is_default else ' '} {one.index:3} {one}\n")
    choice = choose_sink("auto", None)
    sys.stdout.write(f"auto picks {choice.name}: {choice.why}\n")


def play_every_channel(site: Site | None, device: str | None, channels: int | None, sink: str) -> None:
    """Play pulses through every channel of a device, and say which it is."""
    from adaptive.session.channel_test import ChannelTest
    from adaptive.session.place import output_plan
    from adaptive.session.sink_kinds import SINK_KINDS, SinkSettings, choose_kind

    if sink not in {"auto", "portaudio", "miniaudio", "null"}:
        raise UsageError(f"--sink must be one of auto, portaudio, miniaudio, null, got {sink!r}")
    plan = output_plan(site, channels)
    device = device or (None if site is None else site.file.device)
    choice = choose_kind(sink, device)
    if choice.name == "web":
        raise DeviceError(choice.why)
    test = ChannelTest(plan)
    card = SINK_KINDS[choice.name].make(test.engine, SinkSettings(sink, device, plan.channels))
    if isinstance(card, Supervisor):
        card.report_to(lambda sentence, _more: say(sentence))
    say(f"{choice.name} ({choice.why}); {plan.channels} channels; Ctrl-C ends it")
    told, is_over = 0, False
    card.start()
    try:
        while not is_over:
            is_over = test.engine.frame >= test.seconds * test.engine.spec.sample_rate
            for turn in test.due(told):
                sys.stdout.write(f"{turn.words}\n")
                sys.stdout.flush()
                told += 1
            time.sleep(0.02)
    finally:
        card.stop()


def warm() -> None:
    """Compile the kernel."""
    began = time.monotonic()
    count = warm_kernel()
    if count:
        say(f"compiled {count} units in {time.monotonic() - began:.1f} s")
    else:
        say(f"nothing to do: the kernel is compiled ({cache.cache_folder()})")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check this machine."""
    from adaptive.cli.doctor import machine, software
    from adaptive.cli.doctor.row import Row

    rows = [*software.checks(), Row(*_check_miniaudio()), Row(*_check_card()), *machine.checks()]
    if as_json:
        report = {"ok": all(row.is_fine for row in rows), "checks": [row.as_json() for row in rows]}
        sys.stdout.write(json.dumps(report) + "\n")
        return
    for row in rows:
        sys.stdout.write(f"{row}\n")
    troubles = sum(not row.is_fine for row in rows)
    sys.stdout.write("all is well\n" if troubles == 0 else f"{troubles} to look at\n")


def _check_miniaudio() -> tuple[str, bool, str]:
    """Whether miniaudio works; without it PortAudio is the only way to a sound card."""
    from adaptive.sinks import miniaudio_library

    try:
        miniaudio_library.load()
        found = ", ".join(device.host for device in miniaudio_library.list_devices() if device.is_default)
    except DeviceError as error:
        return ("miniaudio", False, f"{error}: no second way to the sound card if PortAudio fails")
    device = f"its default device is by {found}" if found else "and it has no device"
    return ("miniaudio", True, f"{importlib.metadata.version('miniaudio')}, {device}")


def _check_card() -> tuple[str, bool, str]:
    from adaptive.sinks.choice import SOUND_CARD_SINKS, choose_sink

    choice = choose_sink("auto", None)
    if choice.name in SOUND_CARD_SINKS:
        return ("sound card", True, f"{choice.name}, {choice.why}")
    return ("sound card", False, f"{choice.why}; until there is one: adaptive play --sink web")


def explain(
    log: Annotated[Path, typer.Argument(help="A log: --log of render, or log.jsonl of a recording.")],
    at: Annotated[
        str | None, typer.Argument(help="Seconds, minutes (1:12.5) or a position such as 17.1.0.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Explain a decision log."""
    from adaptive.session.explain import explanations

    for told in explanations(log, at):
        sys.stdout.write(f"{json.dumps(told.as_json()) if as_json else told}\n")
