"""``--record``: keeps a trace of what the kernel applied and when, and the decision log."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from adaptive.conductor.log import Line
from adaptive.conductor.messages import Message
from adaptive.engine.ports import Reply
from adaptive.inputs.bar_json import bar_json
from adaptive.inputs.message_json import message_json
from adaptive.inputs.trace import MOST_EDITS, edit_name
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, REPLY_APPLIED
from adaptive.session.live_notes import SoundedLiveNote

LARGEST_TEXT = 4_000_000_000
"""Bytes of trace and log together, if nothing else is said."""


class Recorder:
    """Writes ``trace.jsonl`` and ``log.jsonl``; `adaptive render` of the trace gives the same log.

    Parameters
    ----------
    folder : Path
        Created if it does not exist.
    meta : dict
        What a render needs: preset, digest, seed, sample rate.
    names : Mapping
        Names of the parameters, and their rows in the kernel.
    sample_rate : int
        Frames a second.
    tell : callable
        Is given one sentence if the recording ends before the music.
    limit_bytes : int
        Trace and log end when they are as large as this together.
    """

    def __init__(
        self,
        folder: Path,
        meta: dict[str, Any],
        names: Mapping[str, int],
        sample_rate: int,
        tell: Callable[[str], None] = lambda _sentence: None,
        limit_bytes: int = LARGEST_TEXT,
    ) -> None:
        self._left_bytes = limit_bytes
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._rate, self._tell = folder, sample_rate, tell
        self._names: dict[int, str] = {}
        self.use_names(names)
        self._edits: list[int] = []
        self._edit_count = 0
        self._is_broken = False
        self._trace: TextIO = (folder / "trace.jsonl").open("w", encoding="utf-8", buffering=1)
        self._log: TextIO = (folder / "log.jsonl").open("w", encoding="utf-8", buffering=1)
        self._applied: list[tuple[int, str, float]] = []
        self._bars: list[dict[str, Any]] = []
        self._notes: list[SoundedLiveNote] = []
        self._write(self._trace, {"meta": meta})

    def take_line(self, line: Line) -> None:
        """Write a line of the decision log; the trace keeps bars that cannot be composed again."""
        self._write(self._log, json.dumps(line, ensure_ascii=False))
        if line["kind"] == "bar":
            self._bars.append(bar_json(line))

    def take_replies(self, replies: Sequence[Reply]) -> None:
        """Remember the parameter values that the kernel has applied."""
        for reply in replies:
            if reply.kind == REPLY_APPLIED and not self._is_broken:
                name = self._names.get(reply.which)
                if name is not None:
                    self._applied.append((reply.done, name, reply.value))

    def use_names(self, names: Mapping[str, int]) -> None:
        """Know the rows of the parameters of an edited preset."""
        self._names |= {row: name for name, row in names.items()}

    def take_edit(self, text: str) -> None:
        """Keep the text of an edited preset, which changes at the bar line after the next control step."""
        if self._is_broken or self._edit_count >= MOST_EDITS:
            return
        self._edit_count += 1
        try:
            path = self._folder / edit_name(self._edit_count)
            path.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            self._break_off(str(error.strerror or error))
            return
        self._edits.append(self._edit_count)

    def take_notes(self, notes: Sequence[SoundedLiveNote]) -> None:
        """Remember the live notes that have begun or ended."""
        if not self._is_broken:
            self._notes += notes

    def take_step(self, control_step: int, messages: Sequence[Message]) -> None:
        """Write a control step: its messages, and the values applied in its four quanta."""
        rows: list[tuple[int, dict[str, Any]]] = [
            (control_step * CONTROL_STEP_FRAMES, line) for line in map(message_json, messages) if line
        ]
        start, end = control_step * CONTROL_STEP_FRAMES, (control_step + 1) * CONTROL_STEP_FRAMES
        rows = [(start, {"edit": edit}) for edit in self._edits] + rows
        self._edits.clear()
        due = [row for row in self._applied if row[0] < end]
        self._applied = [row for row in self._applied if row[0] >= end]
        rows += [(frame, {name: value}) for frame, name, value in due]
        rows += [(one.frame, {"message": one.note.as_json()}) for one in self._notes if one.frame < end]
        self._notes = [one for one in self._notes if one.frame >= end]
        # the bars of the step before: they say themselves when they were written
        rows += [(control_step * CONTROL_STEP_FRAMES, bar) for bar in self._bars]
        self._bars.clear()
        for frame, line in sorted(rows, key=lambda row: row[0]):
            self._write(self._trace, {"t": frame / self._rate, **line})

    def close(self, seconds: float) -> None:
        """End the recording.  A last line of the trace gives its length."""
        for bar in self._bars:
            self._write(self._trace, {"t": seconds, **bar})
        self._write(self._trace, {"t": seconds})
        for file in (self._trace, self._log):
            with contextlib.suppress(OSError):  # a file that cannot be written cannot be flushed
                file.close()

    def _write(self, file: TextIO, line: str | dict[str, Any]) -> None:
        """Write a line.  A full disk ends the recording; the music goes on."""
        if self._is_broken:
            return
        text = (line if isinstance(line, str) else json.dumps(line)) + "\n"
        self._left_bytes -= len(text)
        if self._left_bytes < 0:
            self._break_off("it is as large as --record-mb allows")
            return
        try:
            file.write(text)
        except OSError as error:
            self._break_off(str(error.strerror or error))

    def _break_off(self, why: str) -> None:
        self._is_broken = True
        self._applied.clear()
        self._bars.clear()
        self._notes.clear()
        self._tell(f"{self._folder}: the recording ends here, the music goes on: {why}")
