"""``adaptive render``: renders a preset, and optionally a trace, to files."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from adaptive.cli.common import UsageError, console, open_site, read_layout, say, warm_kernel, with_programme
from adaptive.engine.bank import Bank
from adaptive.errors import InputError
from adaptive.inputs.beginning import read_settings
from adaptive.inputs.trace import read_trace
from adaptive.inputs.trace_words import ignored_words
from adaptive.preset.model import Preset
from adaptive.session.normalise import check_goal, normalise
from adaptive.session.offline import MIDI_SUFFIX, RenderJob, render_to_files
from adaptive.session.opening import open_preset
from adaptive.session.place import Layout, OutputPlan, output_plan
from adaptive.session.render_job import (
    DEFAULT_RATE,
    ENDINGS,
    LARGEST_SEED,
    LONGEST_S,
    make_job,
    read_at_own_rate,
)
from adaptive.sinks.file import credits_of
from adaptive.site.load import Site
from adaptive.units import gain_to_db


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("render", help="Render a preset to a file, as fast as the machine can.")(render)


def render(
    preset: Annotated[str, typer.Argument(help="A preset's name or folder.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="OUT.wav, OUT.flac, OUT.ogg, or OUT.mid (the notes).")
    ],
    trace: Annotated[Path | None, typer.Option(help="What the game sends: JSON lines.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Length of the music.")] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=LARGEST_SEED, help="Seed of chance; the preset's, else 0.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A state or parameter to begin with; repeatable."),
    ] = None,
    programme: Annotated[
        Path | None, typer.Option(help="Intervals with targets of tempo, cadence or zone, as TOML or JSON.")
    ] = None,
    stems: Annotated[Path | None, typer.Option(help="Folder for one file a layer.")] = None,
    log: Annotated[Path | None, typer.Option(help="The decision log, JSON lines.")] = None,
    memory: Annotated[int, typer.Option(min=1, help="Megabytes that stems may take.")] = 1000,
    loudness: Annotated[
        float | None, typer.Option(help="Integrated loudness that the file shall have, in LUFS, such as -16.")
    ] = None,
    ceiling: Annotated[float, typer.Option(help="With --loudness: the highest true peak, in dBTP.")] = -1.0,
    ending: Annotated[
        str | None,
        typer.Option(help="cut, fade (three seconds, behind a trace; the default) or cadence (on the bar)."),
    ] = None,
    site: Annotated[
        Path | None, typer.Option(help="Site file: the speakers of a place, one channel each.")
    ] = None,
    channels: Annotated[
        int | None, typer.Option(min=1, max=64, help="Channels: 4 corners, 6 (5.1), 8 (7.1), else a ring.")
    ] = None,
    layout: Annotated[
        str, typer.Option(help="speakers, ambix (first-order ambisonics) or binaural (headphones).")
    ] = "speakers",
    allow_code: Annotated[
        bool, typer.Option("--allow-code", help="Run code that the preset brings, such as pyo patches.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a trace with names that the preset does not declare.")
    ] = False,
) -> None:
    """Render a preset to a file."""
    loaded = open_preset(preset)
    place = open_site(site, loaded)
    _refuse_overwriting(loaded, out, log)
    begun = with_programme(read_settings(set_ or (), loaded), programme)
    check_goal(loudness, ceiling)
    if loudness is not None and out.suffix.lower() == MIDI_SUFFIX:
        message = "--loudness goes with an audio file; a MIDI file has none"
        raise UsageError(message)
    job = replace(read_job(loaded, trace, seconds, seed, ending), beginning=begun, may_run_code=allow_code)
    plan = _plan(place, channels, layout)
    if layout == "ambix" and loudness is not None:
        message = "--loudness goes with what is heard; the channels of ambix are no speakers"
        raise UsageError(message)
    job = replace(job, channels=plan.channels, rig=plan.rig, ceiling_db=plan.ceiling_db)
    _tell_ignored(job, is_refused=strict)
    warm_kernel(loaded, has_rig=plan.rig is not None)
    began = time.monotonic()
    written = out if loudness is None else out.with_name(f".{out.stem}.unscaled.flac")
    with Progress(
        TextColumn("rendering"), BarColumn(), TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(), console=console, transient=True, disable=not sys.stderr.isatty(),
    ) as bar:  # fmt: skip
        task = bar.add_task("rendering", total=1.0)
        result = render_to_files(
            job,
            written,
            stems,
            log,
            lambda share: bar.update(task, completed=share),
            Bank(48000, memory * 1_000_000),
        )
    took = max(1e-6, time.monotonic() - began)
    what = f"peak {gain_to_db(result.peak):.1f} dBFS"
    if out.suffix.lower() == MIDI_SUFFIX:
        what = f"{result.notes} notes"
    changed = ""
    if loudness is not None and result.loudness is not None:
        scaled = normalise(written, out, result.loudness, loudness, ceiling, credits_of(job.preset))
        result.loudness, changed = scaled.loudness, scaled.in_words(loudness, ceiling)
        what = f"peak {gain_to_db(result.peak) + scaled.gain_db:.1f} dBFS"
    if result.loudness is not None:
        what += f", {result.loudness.in_words}"
    say(
        f"{out}: {result.seconds:.1f} s, {result.seconds / took:.0f} × real time, {what}; "
        f"sections: {' → '.join(result.sections)}"
    )
    if changed:
        say(changed)
    for remark in result.remarks:
        say(remark)
    if job.trace and job.trace.clamped:
        names = ", ".join(f"{name} ({count}×)" for name, count in job.trace.clamped.items())
        say(f"values out of their range were clamped: {names}")
    if job.trace and job.trace.no_readings:
        names = ", ".join(f"{name} ({count}×)" for name, count in job.trace.no_readings.items())
        say(f"numbers that are no readings were ignored, as the preset asks: {names}")


def _plan(place: Site | None, channels: int | None, layout: str) -> OutputPlan:
    """The output that the options ask for."""
    chosen = read_layout(layout, get_args(Layout))
    if layout != "speakers" and channels is not None:
        message = "--channels goes with speakers; ambix has four and binaural two"
        raise UsageError(message)
    return output_plan(place, channels, chosen, fills=True)


def _tell_ignored(job: RenderJob, *, is_refused: bool) -> None:
    """Tell of names that the preset does not declare, before minutes are rendered without them.

    They are no fault by themselves: one trace may serve several presets.

    Raises
    ------
    InputError
        There are such names, and they are to be refused.
    """
    if job.trace is None or not job.trace.ignored:
        return
    names = ignored_words(job.trace.ignored, job.preset)
    if is_refused:
        message = f"the trace has names that the preset does not declare: {names}"
        raise InputError(message)
    say(f"names that the preset does not declare are ignored (--strict refuses them): {names}")


def _refuse_overwriting(preset: Preset, out: Path, log: Path | None) -> None:
    """Refuse to overwrite a stem of the preset, or the audio with the log."""
    target = out.resolve()
    if target in {path.resolve() for path in preset.stems.values()}:
        message = f"{out} is a stem of the preset itself; write it somewhere else"
        raise InputError(message)
    if log is not None and log.resolve() == target:
        message = f"--log and --out are the same file, {out}"
        raise InputError(message)


def read_job(
    preset: Preset,
    trace_path: Path | None,
    seconds: float | None,
    seed: int | None,
    ending: str | None,
) -> RenderJob:
    """The job that the options ask for.

    Raises
    ------
    UsageError
        No length is given, or the ending is unknown.
    """
    trace, rate = None, DEFAULT_RATE
    if trace_path is not None:
        trace, rate = read_at_own_rate(lambda rate: read_trace(trace_path, preset, rate))
    if trace is None and seconds is None:
        message = "say how long: --seconds N, or --trace FILE"
        raise UsageError(message)
    if seconds is not None and not 0.0 < seconds <= LONGEST_S:
        message = f"--seconds must be from 0 to a week, got {seconds:g}"
        raise UsageError(message)
    if ending is not None and ending not in ENDINGS:
        message = f"--ending must be one of {', '.join(ENDINGS)}, got {ending!r}"
        raise UsageError(message)
    return make_job(preset, trace, rate, seconds, seed, ending)
