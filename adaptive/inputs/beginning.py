"""The state to begin in: what `--set` names, and the lines of a trace at t = 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import FireEvent, Message, TakeSteps
from adaptive.errors import InputError, ProtocolError
from adaptive.inputs.message import Checker, NoReading
from adaptive.inputs.message_json import message_json
from adaptive.inputs.shown import shown
from adaptive.inputs.similar_names import nearest
from adaptive.inputs.trace import Trace, TraceLine
from adaptive.preset.model import Preset


def read_settings(settings: Iterable[str], preset: Preset) -> Beginning:
    """Read the values of ``--set NAME=VALUE``: a parameter and a number, or a state group and its value.

    Raises
    ------
    InputError
        One of them names nothing, or has a value that cannot be.
    """
    values: dict[str, float] = {}
    messages: list[Message] = []
    checker = Checker(preset)
    for setting in settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        try:
            if not equals or not name or not text:
                raise ProtocolError("needs a name and a value, as in --set intensity=0.8")
            if name in checker.groups:
                messages.append(checker.state(name, text))
            elif name in preset.file.parameters:
                request = checker.parameter(name, _number(name, text))
                if isinstance(request, NoReading):
                    raise ProtocolError(f"{name} ignores {text}: it is no reading")
                values[name] = request.value
                _require_in_range(checker, name, text, is_clamped=request.is_clamped)
            else:
                known = [*checker.parameters, *checker.groups]
                raise ProtocolError(f"there is no parameter or state {shown(name)}{nearest(name, known)}")
        except ProtocolError as error:
            raise InputError(f"--set {setting[:100]}: {error}") from None
    return Beginning(values, tuple(messages))


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ProtocolError(f"{name} is a parameter and must be a number, got {shown(text)}") from None


def _require_in_range(checker: Checker, name: str, text: str, *, is_clamped: bool) -> None:
    if is_clamped:
        low, high = checker.parameters[name]
        raise ProtocolError(f"{name} lies between {low:g} and {high:g}, got {text}")


def split_trace(trace: Trace) -> tuple[Beginning, tuple[TraceLine, ...]]:
    """What a trace says of the beginning, and the lines that are left for later.

    Of an ordinary trace these are the lines at t = 0, except events, which are placed on the grid.  A
    recording names its beginning itself: its lines at t = 0 arrived after the first frame was rendered.
    """
    if trace.is_recording:
        return _beginning(trace.begin), trace.lines
    first = [line for line in trace.lines if line.frame == 0]
    later = trace.lines[len(first) :]
    left = (replace(line, messages=tuple(filter(_is_event, line.messages))) for line in first)
    return _beginning((*trace.begin, *first)), (*left, *later)


def _beginning(lines: Iterable[TraceLine]) -> Beginning:
    values: dict[str, float] = {}
    messages: list[Message] = []
    for line in lines:
        values |= dict(line.values)
        messages += [message for message in line.messages if not _is_event(message)]
    return Beginning(values, tuple(messages))


def _is_event(message: Message) -> bool:
    return isinstance(message, FireEvent | TakeSteps)


def beginning_json(beginning: Beginning) -> list[dict[str, Any]]:
    """A beginning as a recording keeps it: lines of a trace, without times."""
    lines = [message_json(message) for message in beginning.messages]
    return [dict(beginning.values), *lines] if beginning.values else lines
