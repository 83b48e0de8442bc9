"""`render`: music as an array, as fast as the machine can."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.api.handles import as_number, require
from adaptive.api.opening import compile_kernel, load, plan_of, require_whole
from adaptive.api.take import Take
from adaptive.engine.bank import Bank
from adaptive.errors import InputError, TraceError
from adaptive.inputs.message import Checker, is_finite_number
from adaptive.inputs.trace import Trace, read_trace, read_trace_lines
from adaptive.inputs.trace_words import ignored_words
from adaptive.preset.model import Preset
from adaptive.session.midi_export import MidiExport, stem_layers
from adaptive.session.missing_bars import MissingBars
from adaptive.session.offline import Renderer
from adaptive.session.opening import DEFAULT_MEMORY_MB
from adaptive.session.render_job import (
    DEFAULT_RATE,
    ENDINGS,
    LARGEST_SEED,
    LONGEST_S,
    make_job,
    read_at_own_rate,
)
from adaptive.sinks.file import credits_of
from adaptive.site.load import load_site

Course = float | Sequence[tuple[float, float]]
"""A number, or (seconds, value) pairs: the value is set at that time, as a game would."""

StateCourse = str | Sequence[tuple[float, str]]
TraceSource = str | os.PathLike[str] | Iterable[Mapping[str, Any]]


def render(
    preset: str | os.PathLike[str] | Preset,
    seconds: float | None = None,
    *,
    seed: int | None = None,
    parameters: Mapping[str, Course] | None = None,
    states: Mapping[str, StateCourse] | None = None,
    events: Sequence[tuple[float, str]] = (),
    trace: TraceSource | None = None,
    ending: str | None = None,
    sample_rate: int | None = None,
    memory_mb: int = DEFAULT_MEMORY_MB,
    site: str | os.PathLike[str] | None = None,
    channels: int | None = None,
    layout: str = "speakers",
    allow_code: bool = False,
) -> Take:
    """Render a preset, with the engine that plays live.  The same arguments give the same samples.

    Parameters
    ----------
    preset : str, path or Preset
        A preset's name or folder, or what `load` returned.
    seconds : float, optional
        Length of the music; it may be left out with a trace, which has a length of its own.
    seed : int, optional
        Seed of all chance; left out: that of the recording, else the preset's.
    parameters : mapping, optional
        Parameter to a number, or to (seconds, value) pairs: ``{"intensity": [(0, 0.2), (10, 0.9)]}`` sets 0.2
        at the start and 0.9 after ten seconds.  What is set at 0 counts before the first bar.
    states : mapping, optional
        State group to a value, or to (seconds, value) pairs.
    events : sequence of (float, str)
        When each event is fired, and its name.
    trace : path or iterable of dict, optional
        The full form: a trace or recording as `docs/protocol.md` describes it, a file or its lines, such as
        ``{"t": 4.5, "event": "kill", "velocity": 0.8}``.  It takes the place of the three above.
    ending : str, optional
        ``fade``: three seconds, within `seconds`, or behind a trace; ``cut``; ``cadence``: stops on the next
        bar and rings out.  Left out: ``cut`` for a recording, else ``fade``.
    sample_rate : int, optional
        Frames a second; left out: that of the recording, else 48000.
    memory_mb : int
        Megabytes that stems may take.
    site : path, optional
        A site file, with the speakers of a place: one channel each.
    channels : int, optional
        1 to 64; without a site: 4 corners, 6 (5.1), 8 (7.1), any other number a ring of speakers.
    layout : str
        ``speakers``, ``ambix`` (first-order ambisonics) or ``binaural`` (headphones).
    allow_code : bool
        Whether code that the preset brings runs, such as pyo patches; else their layers are silent.

    Returns
    -------
    Take
        Audio, decision log and notes.

    Raises
    ------
    PresetError
        The preset has faults.
    InputError
        An argument cannot be.

    Examples
    --------
    >>> import adaptive
    >>> take = adaptive.render("lanterns", seconds=1, seed=1, states={"place": "market"})
    >>> take.audio.shape, take.audio.dtype.name, take.sample_rate
    ((48000, 2), 'float32', 48000)
    >>> take.sections
    ((0.0, 'market'),)
    """
    loaded = load(preset)
    _check_arguments(seconds, seed, ending, sample_rate, memory_mb)
    given = parameters or states or events
    if trace is not None and given:
        message = "give a trace, or parameters, states and events: not both"
        raise InputError(message)
    if trace is None and seconds is None:
        message = "say how long: seconds=30, or a trace"
        raise InputError(message)
    source = trace
    if given and seconds is not None:
        source = trace_lines(loaded, seconds, parameters or {}, states or {}, events)
    read, rate = None, sample_rate or DEFAULT_RATE
    if source is not None:
        read, rate = _read(source, loaded, sample_rate)
    job = make_job(loaded, read, rate, seconds, seed, ending)
    plan = plan_of(None if site is None else load_site(Path(site)), channels, layout, fills=True)
    job = replace(job, channels=plan.channels, rig=plan.rig, ceiling_db=plan.ceiling_db)
    job = replace(job, may_run_code=allow_code)
    compile_kernel(loaded)
    log: list[str] = []
    bank = Bank(rate, memory_mb * 1_000_000)
    renderer = Renderer(replace(job, fades_within=seconds is not None), bank, log.append)
    missing, midi = MissingBars(), io.BytesIO()
    renderer.performance.log.listeners.append(missing.hear)
    export = None
    if len(stem_layers(loaded)) < len(loaded.file.layers):
        export = MidiExport(renderer.performance, midi)
    pieces = [np.zeros((0, job.channels), np.float32)]
    with contextlib.closing(renderer):
        for piece in renderer.control_steps():
            pieces.append(piece)
            if export is not None:
                export.write(piece)
        if export is not None:
            export.save()
    ignored = _remarks(read, loaded) if trace is not None and read is not None else ()
    audio = np.concatenate(pieces)
    return Take(
        audio,
        rate,
        tuple(json.loads(line) for line in log),
        loaded.file.name,
        job.seed,
        (*ignored, *renderer.remarks, *missing.sentences()),
        credits_of(loaded),
        midi.getvalue(),
    )


def trace_lines(
    preset: Preset,
    seconds: float,
    parameters: Mapping[str, Course],
    states: Mapping[str, StateCourse],
    events: Sequence[tuple[float, str]],
) -> list[dict[str, Any]]:
    """The lines of the trace that says the same; a wrong name or number is refused.

    Raises
    ------
    UnknownNameError
        The preset has no such parameter, state group or event.
    InputError
        A value or a time cannot be.
    """
    checker = Checker(preset)
    lines: list[dict[str, Any]] = []
    for name, course in parameters.items():
        require("parameter", name, preset.file.parameters)
        for at, value in _pairs(name, course):
            checker.parameter(name, as_number(value))
            lines.append({"t": _time(name, at), name: as_number(value)})
    for group, values in states.items():
        require("state group", group, checker.groups)
        for at, value in _pairs(group, values):
            lines.append({"t": _time(group, at), "state": {group: checker.state(group, value).value}})
    for at, event in _pairs("events", events):
        require("event", event, checker.events)
        lines.append({"t": _time("events", at), "event": event})
    lines = [line for line in lines if line["t"] <= seconds]
    return [*sorted(lines, key=lambda line: float(line["t"])), {"t": float(seconds)}]


def _pairs(name: str, course: Any) -> list[tuple[Any, Any]]:
    """A course as pairs of a time and a value; a single value counts from the start."""
    if isinstance(course, str) or not isinstance(course, Iterable):
        return [(0.0, course)]
    pairs = [tuple(pair) if isinstance(pair, Iterable) else (pair,) for pair in course]
    if any(len(pair) != 2 or isinstance(pair, str) for pair in pairs):
        wanted = (
            "pairs such as [(2.5, 'kill')]" if name == "events" else "a value, or pairs such as [(0, 0.2)]"
        )
        message = f"{name} must be {wanted}, got {course!r:.80}"
        raise InputError(message)
    return [(pair[0], pair[1]) for pair in pairs]


def _time(name: str, at: Any) -> float:
    number = as_number(at)
    if not is_finite_number(number) or number < 0.0:
        message = f"{name}: a time must be a number of seconds of at least 0, got {at!r:.80}"
        raise InputError(message)
    return float(number)


def _check_arguments(
    seconds: Any, seed: int | None, ending: str | None, sample_rate: int | None, memory_mb: int
) -> None:
    if seconds is not None and not (is_finite_number(seconds) and 0.0 < seconds <= LONGEST_S):
        message = f"seconds must be a number above 0, a week at most, got {seconds!r:.80}"
        raise InputError(message)
    if seed is not None:
        require_whole("seed", seed, 0, LARGEST_SEED)
    if ending is not None and ending not in ENDINGS:
        message = f"ending must be one of {', '.join(ENDINGS)}, got {ending!r:.80}"
        raise InputError(message)
    if sample_rate is not None:
        require_whole("sample_rate", sample_rate, 8000, 192000)
    require_whole("memory_mb", memory_mb, 1, 1_000_000)


def _read(source: TraceSource, preset: Preset, sample_rate: int | None) -> tuple[Trace, int]:
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        return read_at_own_rate(lambda rate: read_trace(path, preset, rate), sample_rate)
    try:
        lines = [json.dumps(dict(line), default=as_number).encode() for line in source]
    except (TypeError, ValueError) as error:
        message = f'a trace is a file, or lines such as {{"t": 1.5, "intensity": 0.8}}: {error}'
        raise TraceError(message) from error
    return read_at_own_rate(lambda rate: read_trace_lines(lines, preset, rate), sample_rate)


def _remarks(trace: Trace, preset: Preset) -> Iterable[str]:
    """Sentences about what the trace holds and was not followed."""
    if trace.ignored:
        yield f"names that the preset does not declare were ignored: {ignored_words(trace.ignored, preset)}"
    if trace.clamped:
        names = ", ".join(f"{name} ({count}×)" for name, count in trace.clamped.items())
        yield f"values out of their range were clamped: {names}"
    if trace.no_readings:
        names = ", ".join(f"{name} ({count}×)" for name, count in trace.no_readings.items())
        yield f"numbers that are no readings were ignored, as the preset asks: {names}"
