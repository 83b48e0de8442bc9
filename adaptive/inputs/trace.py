"""Traces: JSON lines of what a game or a recording sent, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adaptive.conductor.layers.recorded_bars import RecordedBar
from adaptive.conductor.messages import FireEvent, Message, SetState, SetTempo, TakeSteps, Transport
from adaptive.errors import PresetError, ProtocolError, TraceError
from adaptive.inputs.bar_json import is_bar, read_bar
from adaptive.inputs.clamped_values import clamped_values
from adaptive.inputs.control_message import MoveControl
from adaptive.inputs.json_requests import read_json
from adaptive.inputs.json_text import parse_json
from adaptive.inputs.message import Checker, is_finite_number
from adaptive.inputs.note_message import PlayNote
from adaptive.inputs.shown import shown
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import read
from adaptive.preset.model import Preset
from adaptive.preset.readings import NoReadings
from adaptive.preset.schema import ParameterTable

LONGEST_LINE = 65536
LONGEST_S = 30 * 24 * 3600.0
MOST_LINES = 20_000_000
LONGEST_NAME, MOST_IGNORED = 100, 1000
"""Characters and number of the undeclared names that are remembered."""

KEYS = {
    "t",
    "event",
    "state",
    "tempo",
    "play",
    "stop",
    "velocity",
    "meta",
    "expires_s",
    "message",
    "age_s",
    "is_timed",
}
"""Keys of a line that are not names of parameters."""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One line: parameters that are set, messages that are sent and notes that are played, at `frame`.

    With `edit`, the preset was edited there, and changes to this one at the next bar line.
    """

    frame: int
    values: tuple[tuple[str, float], ...]
    messages: tuple[Message, ...]
    notes: tuple[PlayNote | MoveControl, ...] = ()
    edit: Preset | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace read for a preset.

    Parameters
    ----------
    lines : tuple of TraceLine
        In order of time.
    ignored : Mapping
        Names that the preset does not declare, and how often each occurred.
    seconds : float
        Time of the last line.
    meta : Mapping
        The ``meta`` object of the file; empty if there is none.
    clamped : Mapping
        Parameters that were out of range, and how often.
    no_readings : Mapping
        Parameters that were sent a number that their `ignore` lists, and how often.
    begin : tuple of TraceLine
        Of a recording: what was set before the music began.
    bars : tuple of RecordedBar
        Of a recording: the bars that came late or not at all, and those that no generator writes again.
    folder : Path or None
        Where its file lies, with what a recording keeps beside it.
    """

    lines: tuple[TraceLine, ...]
    ignored: Mapping[str, int]
    seconds: float
    meta: Mapping[str, Any]
    clamped: Mapping[str, int] = field(default_factory=dict)
    no_readings: Mapping[str, int] = field(default_factory=dict)
    begin: tuple[TraceLine, ...] = ()
    bars: tuple[RecordedBar, ...] = ()
    folder: Path | None = None

    @property
    def is_recording(self) -> bool:
        """Whether `--record` wrote it; then its values are those that the kernel applied."""
        return "quantum" in self.meta


def read_trace(path: Path, preset: Preset, sample_rate: int) -> Trace:
    """Read a trace.

    Raises
    ------
    TraceError
        The file cannot be read, or a line is malformed; the message gives its number.
    """
    try:
        with path.open("rb") as file:
            lines = iter(lambda: file.readline(LONGEST_LINE + 1), b"")
            return read_trace_lines(lines, preset, sample_rate, path.parent)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise TraceError(message) from error
    except TraceError as error:
        message = f"{path.name}: {error}"
        raise TraceError(message) from error


def read_trace_lines(
    lines: Iterable[bytes], preset: Preset, sample_rate: int, folder: Path | None = None
) -> Trace:
    """Read the lines of a trace, each the JSON of an object; `folder` has what a recording keeps beside it.

    Raises
    ------
    TraceError
        A line is malformed; the message gives its number.
    """
    reader = _TraceReader(preset, sample_rate, folder)
    for number, raw in enumerate(lines, 1):
        reader.take(number, raw)
    counts = reader.clamped, reader.no_readings
    begin, bars = tuple(reader.begin), tuple(reader.bars)
    return Trace(
        tuple(reader.lines), reader.ignored, reader.last_s, reader.meta, *counts, begin, bars, folder
    )


MOST_EDITS = 10_000
"""Edits of a recording."""


def edit_name(number: int) -> str:
    """Name of the file of an edit, beside the trace.

    Examples
    --------
    >>> edit_name(3)
    'edit-3.toml'
    """
    return f"edit-{number}.toml"


class _TraceReader:
    """Turns lines into `TraceLine`s."""

    def __init__(self, preset: Preset, sample_rate: int, folder: Path | None) -> None:
        self._rate, self._folder = sample_rate, folder
        self._parameters: dict[str, ParameterTable] = {}
        self._use(preset)
        self.lines: list[TraceLine] = []
        self.ignored: dict[str, int] = {}
        self.clamped: dict[str, int] = {}
        self.begin: list[TraceLine] = []
        self.no_readings: dict[str, int] = {}
        self.meta: Mapping[str, Any] = {}
        self.last_s = 0.0
        self.bars: list[RecordedBar] = []

    def _use(self, preset: Preset) -> None:
        """Know the names of a preset, beside those of the ones before: an edit waits for its bar line."""
        self._preset, self._checker = preset, Checker(preset, may_jump=True)
        self._parameters |= preset.file.parameters
        self._ignores = {name: NoReadings(table.ignore) for name, table in self._parameters.items()}

    def _edited(self, number: int, edit: Any) -> Preset:
        """The preset of an edit, from the file that the recording keeps beside its trace."""
        if isinstance(edit, bool) or not isinstance(edit, int) or not 1 <= edit <= MOST_EDITS:
            message = f"line {number}: edit must be a number from 1 to {MOST_EDITS}, got {shown(edit)}"
            raise TraceError(message)
        name = edit_name(edit)
        try:
            content = b"" if self._folder is None else (self._folder / name).read_bytes()
            preset = read(content, self._preset.folder, None, name)
        except (OSError, PresetError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
            message = f"line {number}: {name} cannot be read: {why}"
            raise TraceError(message) from None
        self._use(preset)
        return preset

    def take(self, number: int, raw: bytes) -> None:
        if not raw.strip():
            return
        if number > MOST_LINES or len(raw) > LONGEST_LINE:
            message = f"line {number}: longer than a trace may be"
            raise TraceError(message)
        try:
            line = parse_json(raw)
        except ProtocolError as error:
            message = f"line {number}: {error}"
            raise TraceError(message) from None
        if not isinstance(line, dict):
            message = f'line {number}: must be an object such as {{"t": 1.5, "intensity": 0.8}}'
            raise TraceError(message)
        if "meta" in line and "t" not in line:
            self.meta = line["meta"] if isinstance(line["meta"], dict) else {}
            self.begin = self._begin(number)
            return
        seconds = self._time(number, line)
        if "edit" in line and "edit" not in self._parameters:
            edited = self._edited(number, line["edit"])
            self.lines.append(TraceLine(round(seconds * self._rate), (), (), (), edited))
            return
        values = tuple(self._values(number, line))
        asked = list(self._messages(number, line))
        messages = tuple(one for one in asked if not isinstance(one, PlayNote | MoveControl))
        notes = tuple(one for one in asked if isinstance(one, PlayNote | MoveControl))
        if is_bar("bar", line.get("bar")):
            self.bars.append(self._bar(number, line["bar"]))
        if asked or values:
            self.lines.append(TraceLine(round(seconds * self._rate), values, messages, notes))

    def _begin(self, number: int) -> list[TraceLine]:
        lines = self.meta.get("begin", [])
        if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
            message = f"line {number}: begin must be a list of objects"
            raise TraceError(message)
        return [
            TraceLine(
                0,
                tuple(self._values(number, line)),
                tuple(
                    one for one in self._messages(number, line) if not isinstance(one, PlayNote | MoveControl)
                ),
            )
            for line in lines
        ]

    def _bar(self, number: int, document: Any) -> RecordedBar:
        """A bar that a recording keeps."""
        try:
            return read_bar(document)
        except TraceError as error:
            message = f"line {number}: {error}"
            raise TraceError(message) from None

    def _time(self, number: int, line: Mapping[str, Any]) -> float:
        seconds: Any = line.get("t")
        if not is_finite_number(seconds) or not 0.0 <= seconds <= LONGEST_S:
            message = f'line {number}: needs "t", the seconds since the start'
            raise TraceError(message)
        if seconds < self.last_s:
            message = f"line {number}: its time {seconds:g} is before that of the line above"
            raise TraceError(message)
        self.last_s = float(seconds)
        return self.last_s

    def _values(self, number: int, line: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
        for name, value in line.items():
            if name in KEYS or is_bar(name, value):
                continue
            if name not in self._parameters or name in self._preset.derived:
                self._ignore(name)
            elif value is not None:
                if not is_finite_number(value):
                    message = f"line {number}: {name} must be a finite number, got {shown(value)}"
                    raise TraceError(message)
                low, high = self._parameters[name].range
                kept = float(min(max(value, low), high))
                if value in self._ignores[name] or kept in self._ignores[name]:
                    self.no_readings[name] = self.no_readings.get(name, 0) + 1
                    continue
                if kept != value:
                    self.clamped[name] = self.clamped.get(name, 0) + 1
                yield name, kept

    def _messages(self, number: int, line: Mapping[str, Any]) -> Iterator[Message | PlayNote | MoveControl]:
        if "state" in line:
            yield from self._states(number, line["state"])
        if "event" in line:
            yield from self._event(number, line)
        if "tempo" in line:
            tempo = line["tempo"]
            if tempo is not None and not (is_finite_number(tempo) and 20.0 <= tempo <= 400.0):
                message = f"line {number}: tempo must be a number from 20 to 400, or null"
                raise TraceError(message)
            yield SetTempo(None if tempo is None else float(tempo))
        if line.get("play") is True:
            yield Transport(is_playing=True)
        if "stop" in line and line["stop"] is not False:
            yield from self._message(number, {"stop": line["stop"]})
        if "message" in line:
            yield from self._message(number, line["message"])

    def _message(self, number: int, document: Any) -> Iterator[Message | PlayNote | MoveControl]:
        """Messages that a trace holds as they are sent over TCP."""
        transaction = read_json(document, self._checker)
        if transaction.faults:
            message = f"line {number}: {transaction.faults[0].error}"
            raise TraceError(message)
        for request in transaction.requests:
            for one in clamped_values([request]):
                self.clamped[one.name] = self.clamped.get(one.name, 0) + 1
            if not isinstance(request, Message | PlayNote | MoveControl):
                message = f"line {number}: this does not belong in a trace: {shown(document)}"
                raise TraceError(message)
            yield request

    def _ignore(self, name: str) -> None:
        """Count an undeclared name, shortened; beyond `MOST_IGNORED` names as "others", to limit memory."""
        name = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
        if name not in self.ignored and len(self.ignored) >= MOST_IGNORED:
            name = "others"
        self.ignored[name] = self.ignored.get(name, 0) + 1

    def _states(self, number: int, state: Any) -> Iterator[Message]:
        groups = self._preset.state_groups
        wanted = state
        if isinstance(state, str):
            if len(groups) != 1:
                example = next(iter(groups), "GROUP")
                message = (
                    f"line {number}: say which of the groups {', '.join(groups)} is meant: "
                    f'"state": {{"{example}": "{state}"}}'
                )
                raise TraceError(message)
            wanted = {next(iter(groups)): state}
        if not isinstance(wanted, dict):
            message = f"line {number}: state must be a name, or an object of group and name"
            raise TraceError(message)
        for group, value in wanted.items():
            if group in groups and value in groups[group].values:
                yield SetState(group, value)
            else:
                self._ignore(f"{group}={value if isinstance(value, str) else shown(value)}")

    def _event(self, number: int, line: Mapping[str, Any]) -> Iterator[Message]:
        name, velocity = line["event"], line.get("velocity", 1.0)
        if not isinstance(name, str) or not is_finite_number(velocity):
            message = f"line {number}: event must be a name, its velocity a number"
            raise TraceError(message)
        if name == self._checker.phase_event:
            yield self._steps(number, line)
            return
        if name not in self._preset.file.stingers:
            self._ignore(name)
            return
        expires_s = line.get("expires_s")
        if expires_s is not None and not (is_finite_number(expires_s) and expires_s >= 0):
            message = f"line {number}: expires_s must be a number of at least 0, got {shown(expires_s)}"
            raise TraceError(message)
        if velocity > 0:
            life = None if expires_s is None else float(expires_s)
            yield FireEvent(name, min(1.0, float(velocity)), life)

    def _steps(self, number: int, line: Mapping[str, Any]) -> TakeSteps:
        """Steps; the control step that takes them begins at the line's time or up to 256 frames later."""
        try:
            found = self._checker.steps(line.get("age_s"), least_age_s=-1.0)
        except ProtocolError as error:
            message = f"line {number}: {error}"
            raise TraceError(message) from None
        assert isinstance(found, TakeSteps)
        late = -round(float(line["t"]) * self._rate) % CONTROL_STEP_FRAMES / self._rate
        ages = tuple(age + late for age in found.ages_s)
        return TakeSteps(found.event, ages, found.is_timed and line.get("is_timed") is not False)
