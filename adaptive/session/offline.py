"""Renders to files, with the engine and conductor of a live session, as fast as the machine can."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from adaptive.analysis.loudness import Loudness, LoudnessMeter
from adaptive.conductor.beginning import AS_DECLARED, Beginning
from adaptive.conductor.messages import Message, Transport
from adaptive.engine import commands
from adaptive.engine.bank import Bank
from adaptive.engine.rig_spec import RigSpec
from adaptive.engine.spec import CEILING_DB
from adaptive.errors import InputError
from adaptive.inputs.beginning import split_trace
from adaptive.inputs.control_message import MoveControl
from adaptive.inputs.note_message import PlayNote
from adaptive.inputs.trace import Trace, TraceLine
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, MASTER_LOOK_AHEAD
from adaptive.preset.mixer import REVERB
from adaptive.preset.model import Preset
from adaptive.session.incoming.patches import Patches, needs_code, refusal
from adaptive.session.incoming.recorded_input import RecordedInputs
from adaptive.session.live_notes import waits_for_mixer
from adaptive.session.midi_export import MidiExport, require_notes
from adaptive.session.missing_bars import MissingBars
from adaptive.session.performance import Performance
from adaptive.session.playable import require_playable
from adaptive.sinks.file import AudioFileSink, credits_of

Audio = np.ndarray[Any, np.dtype[np.float32]]

FADE_S = 3.0
"""Length of the fade at the end of a render, and of the tail after a trace."""

LONGEST_CADENCE_S = 20.0
"""Upper bound on what a cadence adds to the length."""

MIDI_SUFFIX = ".mid"
QUIET = 10.0 ** (-70.0 / 20.0)
"""Peak, -70 dBFS, below which a cadence has ended."""


@dataclass(frozen=True, slots=True)
class RenderJob:
    """What to render.

    Parameters
    ----------
    preset : Preset
        The preset.
    seed : int
        Seed of all random decisions.
    seconds : float
        Length of the music.
    trace : Trace, optional
        Parameters and messages, with their times.
    ending : str
        ``cut``: ends after `seconds`.  ``fade``: a fade of `FADE_S` within `seconds`, or after them if there
        is a trace.  ``cadence``: stops on the next bar after `seconds` and rings out.
    sample_rate : int
        Frames per second.
    channels : int
        Output channels.
    beginning : Beginning
        The state to begin in; what the trace says at t = 0 comes after it.
    fades_within : bool
        With a trace too, the fade lies within `seconds`.
    rig : RigSpec, optional
        The speakers; see `Performance`.
    ceiling_db : float
        No sample of the output is louder.
    may_run_code : bool
        Whether code that the preset brings may run.
    """

    preset: Preset
    seed: int
    seconds: float
    trace: Trace | None = None
    ending: str = "fade"
    sample_rate: int = 48000
    channels: int = 2
    beginning: Beginning = AS_DECLARED
    fades_within: bool = False
    rig: RigSpec | None = None
    ceiling_db: float = CEILING_DB
    may_run_code: bool = False


@dataclass(slots=True)
class RenderResult:
    """Result of a render.

    Attributes
    ----------
    seconds : float
        Length of the file.
    sections : list of str
        Sections in the order in which they played.
    peak : float
        Largest absolute sample.
    loudness : Loudness or None
        Of the file; None for a MIDI file, and for ambisonics.
    notes : int
        Notes of a MIDI file.
    remarks : list of str
        Sentences about what a MIDI file leaves out, and about generators that failed.
    """

    seconds: float = 0.0
    sections: list[str] = field(default_factory=list)
    peak: float = 0.0
    loudness: Loudness | None = None
    notes: int = 0
    remarks: list[str] = field(default_factory=list)


class _TraceFeed:
    """Gives a trace to a performance, one control step at a time."""

    def __init__(self, performance: Performance, lines: Sequence[TraceLine]) -> None:
        self._performance, self._lines = performance, lines
        self._next_edit = 0
        self._next = 0
        self._waiting: list[tuple[int, Message]] = []
        self._notes: list[tuple[int, PlayNote | MoveControl]] = []

    def before(self, control_step: int) -> None:
        """Schedule the parameter values of a control step; call before it is rendered."""
        end = (control_step + 1) * CONTROL_STEP_FRAMES
        rows, notes = [], []
        while self._next < len(self._lines) and self._lines[self._next].frame < end:
            line = self._lines[self._next]
            rows += [(line.frame, name, value) for name, value in line.values]
            at = -(-line.frame // CONTROL_STEP_FRAMES)
            if waits_for_mixer(line.messages):
                self._notes += [(at, note) for note in line.notes]
            else:
                notes += [(line.frame, note) for note in line.notes]
            self._waiting += [(at, message) for message in line.messages]
            self._next += 1
        if rows:
            self._performance.schedule_values(rows)
        self._performance.schedule_notes(notes)

    def messages(self, control_step: int) -> list[Message]:
        """Messages of a control step."""
        due = [message for at, message in self._waiting if at <= control_step]
        if due:
            self._waiting = [(at, message) for at, message in self._waiting if at > control_step]
        return due

    def edits(self, control_step: int) -> Iterator[Preset]:
        """Presets to which this one was edited before a control step; call before `messages`."""
        end, place = (control_step + 1) * CONTROL_STEP_FRAMES, self._next_edit
        while place < len(self._lines) and self._lines[place].frame < end:
            edit = self._lines[place].edit
            place += 1
            if edit is not None:
                yield edit
        self._next_edit = place

    def after(self, control_step: int) -> None:
        """Play the notes that came together with values of the mixer; call when these have been set."""
        due = [note for at, note in self._notes if at <= control_step]
        self._notes = [(at, note) for at, note in self._notes if at > control_step]
        for note in due:
            self._performance.play_now(note)


class Renderer:
    """Renders a job, one control step at a time.

    Parameters
    ----------
    job : RenderJob
        What to render.
    bank : Bank, optional
        Decoded audio that is shared with other engines.
    write_log : callable, optional
        Is given every line of the decision log as JSON text.

    Raises
    ------
    InputError
        The ending is unknown.
    PresetError
        A file cannot be used.
    """

    def __init__(
        self,
        job: RenderJob,
        bank: Bank | None = None,
        write_log: Callable[[str], None] | None = None,
    ) -> None:
        self.job = job
        self.performance = Performance(
            job.preset, job.seed, job.sample_rate, job.channels, bank, write_log,
            recorded_bars=job.trace.bars if job.trace else (), rig=job.rig, ceiling_db=job.ceiling_db,
        )  # fmt: skip
        self._remarks: list[str] = []
        self._patches = Patches(self._remarks.append, is_lockstep=True)
        begun, lines = split_trace(job.trace) if job.trace else (AS_DECLARED, ())
        self._beginning = job.beginning.followed_by(begun)
        self._feed = _TraceFeed(self.performance, lines)
        self._inputs: RecordedInputs | None = None
        if job.trace is not None and job.trace.is_recording and job.trace.folder is not None:
            rate = job.sample_rate
            self._inputs = RecordedInputs(
                job.trace.folder, rate, round(min(job.trace.seconds, job.seconds) * rate), self._remarks
            )
        self._length = round(job.seconds * job.sample_rate)
        fade = round(FADE_S * job.sample_rate)
        if job.ending == "fade":
            is_behind = job.trace is not None and not job.fades_within
            self._fade_at = max(0, self._length if is_behind else self._length - fade)
            self._length = self._fade_at + fade if is_behind else self._length
        elif job.ending not in {"cut", "cadence"}:
            message = f"the ending must be cut, fade or cadence, not {job.ending!r}"
            raise InputError(message)

    @property
    def remarks(self) -> list[str]:
        """Sentences about what is not played as the preset says it."""
        return [*self._remarks, *self.performance.remarks]

    @property
    def frames(self) -> int:
        """Frames that will be rendered; a cadence adds to them."""
        return self._length

    def control_steps(self) -> Iterator[Audio]:
        """Render, and yield blocks of shape (frames, channels).

        A block is a control step of 256 frames; the delay of the output is removed, so that the first blocks
        are shorter or empty, and the last ends with the music.
        """
        performance, job = self.performance, self.job
        engine = performance.engine
        performance.begin(beginning=self._beginning)
        if job.ending == "fade":
            frames = self._length - self._fade_at
            mixed_at = self._fade_at + engine.output_delay_frames - MASTER_LOOK_AHEAD
            engine.post([commands.fade_master(mixed_at, 0.0, frames)])
        left = self._length + engine.output_delay_frames
        skip, control_step, stopping_at = engine.output_delay_frames, 0, None
        self._begin_patches()
        while left > 0:
            self._patches.wait()
            self._feed.before(control_step)
            if self._inputs is not None:
                self._inputs.follow(performance)
            block = engine.pull(CONTROL_STEP_FRAMES)
            messages: list[Message] = self._feed.messages(control_step)
            if job.ending == "cadence" and stopping_at is None and left <= CONTROL_STEP_FRAMES:
                stopping_at = control_step
                messages.append(Transport(is_playing=False))
                left += round(LONGEST_CADENCE_S * job.sample_rate)
            engine.drain_replies()
            if control_step * CONTROL_STEP_FRAMES < self._length or stopping_at is not None:
                for edited in self._feed.edits(control_step):
                    performance.edit(require_playable(edited))
                performance.step(messages)
                self._feed.after(control_step)
            self._patches.follow(performance)
            control_step += 1
            piece = block[skip : min(CONTROL_STEP_FRAMES, left)]
            left -= CONTROL_STEP_FRAMES
            skip = max(0, skip - CONTROL_STEP_FRAMES)
            yield piece
            if stopping_at is not None and self._has_ended(piece):
                return

    def _begin_patches(self) -> None:
        layers = needs_code(self.performance)
        if not layers:
            return
        if self.job.may_run_code:
            self._patches.begin(self.performance)
            self._patches.follow(self.performance)
        else:
            self._remarks.append(refusal(layers))

    def close(self) -> None:
        """End the processes of generators and patches."""
        self._patches.close()
        if self._inputs is not None:
            self._inputs.close()
        self.performance.close()

    def _has_ended(self, piece: Audio) -> bool:
        conductor = self.performance.conductor
        return conductor.instance.section == "" and float(np.abs(piece).max(initial=0.0)) < QUIET


def render_to_files(
    job: RenderJob,
    out: Path,
    stems: Path | None = None,
    log: Path | None = None,
    progress: Callable[[float], None] | None = None,
    bank: Bank | None = None,
) -> RenderResult:
    """Render a job to an audio or MIDI file, and optionally its layers and its decision log.

    Parameters
    ----------
    job : RenderJob
        What to render.
    out : Path
        ``.wav``, ``.flac`` or ``.ogg``; ``.mid``: the notes of the generated layers, without audio.
    stems : Path, optional
        Folder for one FLAC file per strip, and one of the reverb; taken before the master's limiter.
    log : Path, optional
        File for the decision log, JSON lines.
    progress : callable, optional
        Called with the share done, 0 … 1, about twice per second of music.
    bank : Bank, optional
        Decoded audio, with its limit of memory.

    Raises
    ------
    InputError
        The file cannot be written, or a MIDI file was asked for and the preset writes no notes.
    PresetError
        A file of the preset cannot be used.
    MachineError
        The disk is full.
    """
    result = RenderResult()
    is_midi = out.suffix.lower() == MIDI_SUFFIX
    if is_midi:
        require_notes(job.preset)
    with contextlib.ExitStack() as stack:
        lines: list[TextIO] = []  # opened after the preset is prepared: if that fails, an old log stays

        def write_log(line: str) -> None:
            lines[0].write(line + "\n")

        renderer = Renderer(job, bank, None if log is None else write_log)
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            lines.append(stack.enter_context(log.open("w", encoding="utf-8")))
        stack.callback(renderer.close)
        missing = MissingBars()
        renderer.performance.log.listeners.append(missing.hear)
        notice = credits_of(job.preset)
        sink: AudioFileSink | MidiExport
        if is_midi:
            sink = stack.enter_context(MidiExport(renderer.performance, out))
        else:
            sink = stack.enter_context(AudioFileSink(out, job.sample_rate, job.channels, notice))
        is_field = job.rig is not None and job.rig.mode == "ambix"  # its channels are no speakers
        meter = None if is_midi or is_field else LoudnessMeter(job.sample_rate, job.channels)
        taps = _open_stems(renderer, stems, notice, stack) if stems is not None else []
        done = 0
        for number, piece in enumerate(renderer.control_steps()):
            sink.write(piece)
            if meter is not None:
                meter.add(piece)
            if taps:
                buses = renderer.performance.engine.take_buses()
                for tap in taps:
                    tap.write(buses[tap.bus].T)
            done += len(piece)
            result.peak = max(result.peak, float(np.abs(piece).max(initial=0.0)))
            section = renderer.performance.conductor.instance.section
            if section and result.sections[-1:] != [section]:
                result.sections.append(section)
            if progress is not None and number % 90 == 0:
                progress(min(1.0, done / max(1, renderer.frames)))
        result.seconds = done / job.sample_rate
        result.loudness = None if meter is None else meter.finish()
        if isinstance(sink, MidiExport):
            sink.save()
            result.notes, result.remarks = sink.notes, sink.remarks()
        result.remarks += [*renderer.remarks, *missing.sentences()]
    return result


class _StemFile:
    """Writes the output of a bus without its latency, so that all stems begin at the same frame.

    Parameters
    ----------
    bus : int
        Row of the bus.
    sink : AudioFileSink
        The file.
    late, most : int
        Frames by which this bus is late, and by which the mix is: all files are shorter by the latter.
    """

    def __init__(self, bus: int, sink: AudioFileSink, late: int, most: int) -> None:
        self.bus, self._sink, self._skip = bus, sink, late
        self._waiting = np.zeros((0, 2), np.float32)
        self._kept_back = most - late

    def write(self, block: Audio) -> None:
        """Write a block of shape (frames, 2)."""
        skipped = min(self._skip, len(block))
        self._skip -= skipped
        waiting = np.concatenate([self._waiting, block[skipped:]])
        ready = max(0, len(waiting) - self._kept_back)
        self._sink.write(waiting[:ready])
        self._waiting = waiting[ready:]


def _open_stems(
    renderer: Renderer, folder: Path, notice: dict[str, str], stack: contextlib.ExitStack
) -> list[_StemFile]:
    folder.mkdir(parents=True, exist_ok=True)
    engine, layout = renderer.performance.engine, renderer.performance.layout
    engine.listen_to_buses(CONTROL_STEP_FRAMES)
    names = {place.bus: name for name, place in layout.layers.items()}
    names |= {place.bus: f"stinger_{name}" for name, place in layout.stingers.items()}
    names |= {place.bus: name.replace(":", "_") for name, place in layout.bridges.items() if place.clips}
    names |= {place.bus: f"fill_{name}" for name, place in layout.fills.items()}
    names |= {row: f"bus_{name}" for name, row in layout.buses.rows.items()}
    names[layout.buses.rows[REVERB]] = REVERB
    rate = engine.spec.sample_rate
    late = engine.memory.latencies
    return [
        _StemFile(
            bus,
            stack.enter_context(AudioFileSink(folder / f"{name}.flac", rate, 2, notice)),
            late.departures.get(bus, 0),
            late.master,
        )
        for bus, name in sorted(names.items())
    ]
