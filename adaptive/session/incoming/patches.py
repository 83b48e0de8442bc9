"""Runs the pyo patches of a preset: one process a layer, told parameters, tempo and notes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adaptive.inputs.input import InputBase, InputHost
from adaptive.inputs.note_message import PlayNote
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.patches.messages import LivePatchNote, PatchBeginning, PatchNote, Update
from adaptive.patches.process import PatchProcess
from adaptive.session.incoming.streams import IncomingStream, StreamWatch, streams_of
from adaptive.session.live_notes import SoundedLiveNote

PYO = "pyo:"
FUNCTION = "build"
"""Name of the function where a preset does not say it."""

MOST_LIVE = 1024
"""Live notes that wait until a patch that is held up can be told; older ones are left out."""

RESTARTS = 3
RESTART_S = 2.0
"""A process that ends by itself is started again after this time, and so many times."""

LIVE_FRAMES = 4 * CONTROL_STEP_FRAMES
"""A live note is told within this time, 21 ms at 48 kHz; it is heard by so much more than the latency later,
so that it lies at the same frame in a render."""

LOAD_S = 30.0
STALL_S = 10.0
"""An offline render waits so long for a patch to be loaded, and for a block of it."""


def needs_code(performance: Any) -> list[str]:
    """The layers whose sound is made by code that the preset brings."""
    return [one.layer for one in streams_of(performance) if one.spec.name.startswith(PYO)]


class RunningPatch:
    """The patch of a layer: its process, and what it has been told.

    Parameters
    ----------
    performance : Performance
        That plays it.
    stream : IncomingStream
        Its stream.
    is_lockstep : bool
        Whether it renders as far as it is told, and no further.
    """

    def __init__(self, performance: Any, stream: IncomingStream, *, is_lockstep: bool = False) -> None:
        self._is_lockstep = is_lockstep
        self.stream, self.restarts_left, self.restart_at = stream, RESTARTS, 0.0
        self._told: dict[str, float] = {}
        self._notes: tuple[PatchNote, ...] = ()
        self._told_at = -1
        self._live: list[LivePatchNote] = []
        self.until = 0
        text = stream.spec.name.removeprefix(PYO)
        path, _, function = text.rpartition(":")
        if not path or not function.isidentifier():
            path, function = text, FUNCTION
        self.file = (performance.preset.folder / path).resolve()
        self._function = function
        self.modified = modified_at(self.file)
        self.begin(performance)

    def begin(self, performance: Any) -> None:
        """Start its process."""
        rate = performance.engine.spec.sample_rate
        self._told, self._notes, self._told_at = {}, (), -1
        values = self._values(performance)
        latency = int(self.stream.record["latency"])
        ring = self.stream.ring
        self.process = PatchProcess(
            PatchBeginning(
                str(self.file),
                self._function,
                ring.name,
                ring.capacity,
                latency,
                rate,
                values,
                self._is_lockstep,
            )
        )

    def hear(self, sounded: SoundedLiveNote) -> None:
        """Keep a live note of its layer until the patch is told."""
        note = sounded.note
        if isinstance(note, PlayNote) and note.layer == self.stream.layer:
            frame = sounded.frame + int(self.stream.record["latency"]) + LIVE_FRAMES
            self._live.append(LivePatchNote(frame, float(note.pitch), note.velocity))
            del self._live[:-MOST_LIVE]

    def _values(self, performance: Any) -> dict[str, float]:
        values = performance.conductor.playback.values
        return {name: values.number(name) for name in performance.layout.parameters}

    def follow(self, performance: Any) -> None:
        """Tell what has changed since it was told last; in a live session once a control step."""
        playback = performance.conductor.playback
        is_told = playback.now == self._told_at and not self._live
        if not self._is_lockstep and (is_told or not self.process.has_room):
            return
        self._told_at = playback.now
        values = self._values(performance)
        changed = {name: value for name, value in values.items() if self._told.get(name) != value}
        self._told = values
        notes = self._notes_of(performance)
        if notes == self._notes:
            notes_told = None
        else:
            notes_told = self._notes = notes
        frame, tempo = playback.now + int(self.stream.record["latency"]), playback.tempo
        rate = performance.engine.spec.sample_rate
        beat = tempo.beat_at(frame)
        slope = (tempo.beat_at(frame + rate) - beat) / rate
        bpm = 60.0 * rate * slope
        self.until = frame + 2 * CONTROL_STEP_FRAMES
        live, self._live = tuple(self._live), []
        self.process.tell(Update(changed, frame, beat, slope, bpm, notes_told, self.until, live))

    def _notes_of(self, performance: Any) -> tuple[PatchNote, ...]:
        layer = performance.conductor.assets.generated.get(self.stream.layer)
        if layer is None:
            return ()
        return tuple(
            PatchNote(one.frame, one.frames, float(one.note.midi), float(one.note.velocity))
            for one in layer.written
        )


def modified_at(path: Path) -> float:
    """When a file was changed; 0: it is not there."""
    with contextlib.suppress(OSError):
        return path.stat().st_mtime
    return 0.0


class Patches:
    """The patches of a performance, and of the one that replaces it.

    Parameters
    ----------
    complain : callable
        Is given a sentence for the user.
    is_lockstep : bool
        Whether they render as far as they are told, and no further.
    """

    def __init__(self, complain: Callable[[str], None], *, is_lockstep: bool = False) -> None:
        self._complain, self._is_lockstep = complain, is_lockstep
        self.running: list[RunningPatch] = []
        self._heard: Any = None

    def begin(self, performance: Any) -> None:
        """Run the patches of a performance; those that go on in the same ring and file stay."""
        wanted = [one for one in streams_of(performance) if one.spec.name.startswith(PYO)]
        kept = []
        for patch in self.running:
            is_same = any(patch.stream.ring is one.ring for one in wanted)
            if is_same and modified_at(patch.file) == patch.modified:
                kept.append(patch)
            else:
                patch.process.close()
        if performance.live_notes is not self._heard:
            self._heard = performance.live_notes
            performance.live_notes.listeners.append(self._hear)
        there = {id(patch.stream.ring) for patch in kept}
        self.running = [
            *kept, *(
                RunningPatch(performance, one, is_lockstep=self._is_lockstep)
                for one in wanted
                if id(one.ring) not in there
            ),
        ]  # fmt: skip

    def _hear(self, sounded: SoundedLiveNote) -> None:
        for patch in self.running:
            patch.hear(sounded)

    def follow(self, performance: Any) -> None:
        """Tell all patches what has changed, tell the user what they say, and start again what has ended."""
        for patch in self.running:
            for sentence in patch.process.pop_sentences():
                self._complain(f"layer {patch.stream.layer}: {sentence}")
            patch.stream.ring.has_writer = patch.process.is_playing
            if not patch.process.is_over:
                patch.follow(performance)
            elif patch.process.is_playing and patch.restarts_left and not patch.restart_at:
                patch.restarts_left -= 1
                patch.restart_at = time.monotonic() + RESTART_S
            elif patch.restart_at and time.monotonic() >= patch.restart_at:
                patch.restart_at = 0.0
                patch.process.close()
                patch.begin(performance)

    def wait(self) -> None:
        """Wait until every patch has rendered as far as it was told."""
        end = time.monotonic() + STALL_S
        for patch in self.running:
            patch.process.wait(LOAD_S)
            while patch.stream.ring.written < patch.until and not patch.process.is_over:
                if time.monotonic() > end:
                    patch.process.close()
                    self._complain(
                        f"layer {patch.stream.layer} made no sound for {STALL_S:g} s; it is left out"
                    )
                    break
                time.sleep(0.0005)

    def close(self) -> None:
        """End all processes."""
        for patch in self.running:
            patch.process.close()
        self.running = []


class PatchInput(InputBase):
    """The patches of a live session.

    Parameters
    ----------
    host : InputHost
        The session.
    may_run_code : bool
        Whether the user allows the preset to run code.
    """

    name = "patches"
    has_port = False

    def __init__(self, host: InputHost, may_run_code: bool) -> None:
        super().__init__(host)
        self._may_run_code = may_run_code
        self._patches = Patches(host.complain)
        self._watch = StreamWatch(host.complain)
        self._layout: Any = None
        self._streams: list[IncomingStream] = []
        self._next_look_s = 0.0

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Start them."""
        stack.callback(self._patches.close)

    def follow(self) -> None:
        """Follow what plays: another preset, an edit, values, notes."""
        performance = self.host.performance
        if performance.layout is not self._layout:
            self._layout = performance.layout
            self._begin(performance)
        self._patches.follow(performance)
        if self._streams and time.monotonic() >= self._next_look_s:
            self._next_look_s = time.monotonic() + 1.0
            self._watch.look(self._streams)

    def _begin(self, performance: Any) -> None:
        self._streams = streams_of(performance)
        if self._may_run_code:
            self._patches.begin(performance)
        elif layers := needs_code(performance):
            self.host.complain(refusal(layers))


def refusal(layers: list[str]) -> str:
    """Why layers with patches are silent."""
    names = ", ".join(layers)
    return f"the preset brings code for {names}, which stays silent; --allow-code runs it"
