"""What the function of a patch is given: parameters, the beat and notes, as signals of pyo."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from adaptive.patches.messages import Update
from adaptive.patches.note_rows import NoteRows

Array = np.ndarray[Any, Any]

MOST_VOICES = 64
BLOCK = 64
"""Frames that are rendered at a time."""


class PatchError(Exception):
    """A patch asks for something that is not there, or returns no sound; the sentence is for the user."""


class PatchNotes:
    """The notes written for the layer, and those played live on it, one stream for each voice.

    Attributes
    ----------
    pitch, hz, velocity, gate : pyo.PyoObject
        MIDI pitch, frequency, velocity from 0 to 1, and 1 while a note is held; each has as many streams as
        there are voices.
    """

    def __init__(self, pitch: Any, hz: Any, velocity: Any, gate: Any) -> None:
        self.pitch, self.hz, self.velocity, self.gate = pitch, hz, velocity, gate


class PyoPatch:
    """What a patch is made with.

    Parameters
    ----------
    parameters : Mapping
        Present value of each parameter of the preset.
    sample_rate : int
        Frames per second.
    """

    def __init__(self, parameters: Mapping[str, float], sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._targets = dict(parameters)
        self._ramps: list[_Ramp] = []
        self._beat_row: Array | None = None
        self._beat: Any = None
        self._tempo_row: Array | None = None
        self._tempo: Any = None
        self._notes: NoteRows | None = None
        self._tables: list[tuple[Array, Array]] = []
        self._kept: list[Any] = []
        self._update = Update()

    def parameter(self, name: str, ramp_ms: float = 20.0) -> Any:
        """A parameter of the preset as a signal that follows its value.

        Parameters
        ----------
        name : str
            Its name in the preset.
        ramp_ms : float
            Time in which it covers 63 % of a step.

        Raises
        ------
        PatchError
            The preset has no such parameter.
        """
        if name not in self._targets:
            near = difflib.get_close_matches(name, self._targets, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            message = f"the preset has no parameter {name!r}{hint}"
            raise PatchError(message)
        ramp = _Ramp(name, self._targets[name], ramp_ms * self.sample_rate / 1000.0)
        self._ramps.append(ramp)
        return self._signal(ramp.row)

    @property
    def beat(self) -> Any:
        """The beat of the timeline as a signal: it rises by 1 a beat, sample by sample."""
        if self._beat is None:
            self._beat_row = np.zeros(BLOCK, np.float32)
            self._beat = self._signal(self._beat_row)
        return self._beat

    @property
    def tempo_bpm(self) -> Any:
        """The tempo as a signal, in beats a minute."""
        if self._tempo is None:
            self._tempo_row = np.full(BLOCK, 120.0, np.float32)
            self._tempo = self._signal(self._tempo_row)
        return self._tempo

    def notes(self, voices: int = 8) -> PatchNotes:
        """The notes that the layer's generator writes, and those that are played live.

        Raises
        ------
        PatchError
            It has been called before, or the number of voices is not from 1 to 64.
        """
        if self._notes is not None:
            message = "notes() was called twice; keep what it returns"
            raise PatchError(message)
        if not 1 <= voices <= MOST_VOICES:
            message = f"notes() takes 1 to {MOST_VOICES} voices, not {voices}"
            raise PatchError(message)
        rows = self._notes = NoteRows(voices, BLOCK, self.sample_rate)
        pitch, velocity, gate = (self._signals(block) for block in (rows.pitch, rows.velocity, rows.gate))
        import pyo

        hz = pyo.MToF(pitch)
        return PatchNotes(pitch, hz, velocity, gate)

    def _signal(self, row: Array) -> Any:
        return self._signals([row])

    def _signals(self, rows: Iterable[Array]) -> Any:
        """One signal with a stream for each row; the rows are read before each block."""
        import pyo

        tables = []
        for row in rows:
            table = pyo.DataTable(size=BLOCK)
            self._tables.append((row, np.asarray(table.getBuffer())))
            tables.append(table)
        self._kept.append(tables)
        signal = pyo.TableScan(tables)
        self._kept.append(signal)
        return signal

    # ── called by the process, not by a patch ──────────────────────────────────────────────────

    def take(self, update: Update) -> None:
        """Take what has changed."""
        self._targets.update(update.parameters)
        self._update = update
        if update.notes is not None and self._notes is not None:
            self._notes.replace(update.notes)
        if self._notes is not None and update.live:
            self._notes.play(update.live)

    def fill(self, position: int) -> None:
        """Write what the signals read in the block that begins at a frame."""
        for ramp in self._ramps:
            ramp.fill(self._targets[ramp.name])
        told = self._update
        if self._beat_row is not None:
            first = told.beat + (position - told.frame) * told.beats_a_frame
            self._beat_row[:] = first + told.beats_a_frame * np.arange(BLOCK)
        if self._tempo_row is not None:
            self._tempo_row[:] = told.tempo_bpm
        if self._notes is not None:
            self._notes.fill(position)
        for row, table in self._tables:
            table[:BLOCK] = row


class _Ramp:
    """The row of a parameter: a straight line in each block, towards its value."""

    def __init__(self, name: str, value: float, ramp_frames: float) -> None:
        self.name, self._value = name, value
        self._share = 1.0 - math.exp(-BLOCK / max(ramp_frames, 1.0))
        self.row: Array = np.full(BLOCK, value, np.float32)

    def fill(self, target: float) -> None:
        """Write the next block."""
        after = self._value + (target - self._value) * self._share
        self.row[:] = np.linspace(self._value, after, BLOCK, endpoint=False)
        self._value = after
