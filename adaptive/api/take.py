"""A take: what `adaptive.render` returns."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.analysis.loudness import Loudness, loudness_of
from adaptive.api.events import SoundedNote
from adaptive.api.take_html import take_html
from adaptive.errors import InputError
from adaptive.session.offline import MIDI_SUFFIX
from adaptive.sinks.file import AudioFileSink

Audio = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True)
class Take:
    """Rendered music: its audio, and why it sounds so.  A notebook shows it as a picture and a player.

    Parameters
    ----------
    audio : ndarray of float32
        Shape (frames, channels); 1 is full scale.
    sample_rate : int
        Frames a second.
    log : tuple of dict
        The decision log; `docs/protocol.md` describes its lines.
    preset : str
        Name of the preset.
    seed : int
        Seed that it was rendered with.
    remarks : tuple of str
        Sentences about what was ignored or clamped, and about generators that failed.
    credits : Mapping
        ``title``, ``artist``, ``license`` of the preset, and ``comment``, for the tags of files.
    midi : bytes
        A Standard MIDI File of what the generated layers played; empty if there are none.
    """

    audio: Audio
    sample_rate: int
    log: tuple[Mapping[str, Any], ...]
    preset: str
    seed: int
    remarks: tuple[str, ...] = ()
    credits: Mapping[str, str] = field(default_factory=dict)
    midi: bytes = b""

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.audio) / self.sample_rate

    @cached_property
    def loudness(self) -> Loudness:
        """Momentary, short-term and integrated loudness, range and true peak (BS.1770, EBU R 128)."""
        return loudness_of(self.audio.T, self.sample_rate)

    @cached_property
    def notes(self) -> tuple[SoundedNote, ...]:
        """The notes of the generated layers, in the order in which they began."""
        notes = (SoundedNote.of(line) for line in self.log if line["kind"] == "note")
        return tuple(sorted(notes, key=lambda note: note.frame))

    @cached_property
    def sections(self) -> tuple[tuple[float, str], ...]:
        """When each section began, in seconds, and its name; a bridge is ``bridge:NAME``, silence empty."""
        return tuple(_sections(self.log, self.seconds))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file.

        Parameters
        ----------
        path : path
            ``.wav`` (24 bit), ``.flac`` (24 bit) or ``.ogg``; ``.mid`` for the notes of the generated layers.
            Folders that are missing are made.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            The suffix is not one of these, the file cannot be written, or there are no notes for ``.mid``.
        MachineError
            The disk is full.
        """
        target = Path(path)
        if target.suffix.lower() == MIDI_SUFFIX:
            self._save_midi(target)
            return target
        with AudioFileSink(target, self.sample_rate, self.audio.shape[1], dict(self.credits)) as sink:
            sink.write(self.audio)
        return target

    def _save_midi(self, target: Path) -> None:
        if not self.midi:
            message = f"{self.preset} has no generated layer, so there are no notes to write"
            raise InputError(message)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.midi)
        except OSError as error:
            message = f"{target}: cannot be written: {error.strerror or error}"
            raise InputError(message) from error

    def _repr_html_(self) -> str:
        title = f"{self.preset}, {self.seconds:.1f} s, seed {self.seed}"
        return take_html(self.audio, self.sample_rate, title, self.sections)

    def __repr__(self) -> str:
        heard = " → ".join(name or "silence" for _at, name in self.sections)
        return f"<take: {self.preset}, {self.seconds:.1f} s, seed {self.seed}, {heard}>"


def _sections(log: Sequence[Mapping[str, Any]], seconds: float) -> list[tuple[float, str]]:
    """Sections that have begun: planned transitions, without those that were cancelled."""
    planned: list[tuple[int, float, str]] = []
    for line in log:
        if line["kind"] != "transition" or line.get("status") == "held":
            continue
        if line.get("status") == "cancelled":
            planned = [one for one in planned if one[0] < line["frame"]]
            continue
        if line["t"] < seconds:
            planned.append((line["frame"], line["t"], line["target"] or ""))
    return [(at, name) for _frame, at, name in planned]
