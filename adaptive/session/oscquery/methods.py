"""The methods of a preset: what can be sent to it over OSC, and what it tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from adaptive.inputs.control_message import NAMED
from adaptive.inputs.message import Checker
from adaptive.inputs.osc_pattern import is_pattern
from adaptive.inputs.reading_source import arguments_of
from adaptive.music.controls import CONTROLS
from adaptive.music.mood import MOODS
from adaptive.preset.model import Preset
from adaptive.preset.schema import InputTable
from adaptive.session.oscquery.address_space import IMPULSE, READ, READ_WRITE, WRITE, Bounds, Method

ROOT = "/adaptive"

LABELS = {
    "/": "adaptive",
    ROOT: "adaptive",
    f"{ROOT}/parameter": "Parameters",
    f"{ROOT}/state": "States",
    f"{ROOT}/event": "Events",
    f"{ROOT}/snapshot": "Snapshots",
    f"{ROOT}/steer": "Steering",
    f"{ROOT}/mix": "Mixer",
    f"{ROOT}/note": "Notes",
    f"{ROOT}/control": "Controls",
    f"{ROOT}/value": "Present values",
    f"{ROOT}/meters": "Meters",
}
"""Names of our containers for people."""

CONTROLLERS = {"bend": -1.0, "pressure": 0.0, "1": 0.0, "7": 0.0, "10": 0.0, "11": 0.0, "64": 0.0}
"""Controls of instruments that are shown, and their least value; the largest is 1."""

LONGEST_MIX_PATH = 3
"""Parts of a target of the mixer that is shown: levels, pans and cutoffs, but not what lies in inserts."""

_SHARE = Bounds(0.0, 1.0)


def methods_of(
    preset: Preset, checker: Checker, presets: Iterable[str], channels: int, *, may_jump: bool = False
) -> Iterator[Method]:
    """Yield all methods.

    Parameters
    ----------
    preset : Preset
        What plays.
    checker : Checker
        Knows the names that can be sent.
    presets : iterable of str
        Names of presets that can be loaded.
    channels : int
        Channels of the master.
    may_jump : bool
        Whether `jump` is accepted.
    """
    yield from _sent(preset, checker)
    yield from _transport(preset, presets, may_jump=may_jump)
    yield from _composer(checker)
    yield from _mixer(checker)
    yield from _told(preset, channels)
    yield from (_input(table) for table in preset.file.inputs if _is_shown(table))


def _sent(preset: Preset, checker: Checker) -> Iterator[Method]:
    """Parameters, states, events and snapshots."""
    for name, (low, high) in checker.parameters.items():
        bounds = (Bounds(float(low), float(high)),)
        yield Method(f"{ROOT}/parameter/{name}", _label(name), "f", READ_WRITE, bounds, is_clamped=True)
    for name, group in checker.groups.items():
        if name in checker.settable_groups:
            values = (Bounds(values=tuple(group.values)),)
            yield Method(f"{ROOT}/state/{name}", _label(name), "s", READ_WRITE, values, is_critical=True)
    for name in checker.known_events:
        yield Method(f"{ROOT}/event/{name}", _label(name), IMPULSE, WRITE, is_critical=True)
    for name in preset.file.snapshots:
        yield Method(f"{ROOT}/snapshot/{name}", _label(name), "T", READ_WRITE, is_critical=True)


def _transport(preset: Preset, presets: Iterable[str], *, may_jump: bool) -> Iterator[Method]:
    """What concerns the whole music."""
    for word in ("play", "stop", "pause", "resume", "restart"):
        yield Method(f"{ROOT}/{word}", word, IMPULSE, WRITE, is_critical=True)
    yield Method(f"{ROOT}/volume", "volume", "f", READ_WRITE, (_SHARE,), is_clamped=True)
    yield Method(f"{ROOT}/tempo", "tempo", "f", READ_WRITE, (Bounds(20.0, 400.0),))
    yield Method(f"{ROOT}/load", "load", "s", WRITE, (Bounds(values=tuple(presets)),), is_critical=True)
    sections = Bounds(values=tuple(preset.file.sections))
    places = Bounds(values=(*preset.file.sections, *preset.file.playlists))
    yield Method(f"{ROOT}/forget", "forget", "s", WRITE, (places,), is_critical=True)
    if may_jump:
        yield Method(f"{ROOT}/jump", "jump", "si", WRITE, (sections, Bounds(low=1.0)), is_critical=True)


def _composer(checker: Checker) -> Iterator[Method]:
    """What steers generated layers, if there are any, and what plays them and patches."""
    if checker.generated:
        for name, control in CONTROLS.items():
            bounds = (Bounds(control.low, control.high),)
            yield Method(f"{ROOT}/steer/{name}", _label(name), "f", READ_WRITE, bounds, is_clamped=True)
        moods = (Bounds(values=("", *MOODS)),)
        yield Method(f"{ROOT}/mood", "mood", "s", READ_WRITE, moods, is_critical=True)
        yield Method(f"{ROOT}/key", "key", "s", READ_WRITE, is_critical=True)
        yield Method(f"{ROOT}/chord", "chord", "s", READ_WRITE, is_critical=True)
    for name in checker.playable:
        pitch_and_velocity = (Bounds(0.0, 127.0), _SHARE)
        yield Method(f"{ROOT}/note/{name}", _label(name), "if", WRITE, pitch_and_velocity)
    for name in checker.controllable:
        for control_name, low in CONTROLLERS.items():
            if name not in checker.listening(NAMED.get(control_name) or int(control_name)):
                continue
            path = f"{ROOT}/control/{name}/{control_name}"
            yield Method(path, control_name, "f", WRITE, (Bounds(low, 1.0),))


def _mixer(checker: Checker) -> Iterator[Method]:
    for path, target in checker.mix_targets.items():
        if path.count(".") < LONGEST_MIX_PATH:
            bounds = (Bounds(float(target.low), float(target.high)),)
            yield Method(f"{ROOT}/mix/{path}", path, "f", READ_WRITE, bounds)


def _told(preset: Preset, channels: int) -> Iterator[Method]:
    """What can only be read: the addresses of subscriptions over OSC."""
    yield Method(f"{ROOT}/preset", "preset", "s", READ)
    yield Method(f"{ROOT}/section", "section", "s", READ)
    yield Method(f"{ROOT}/bar", "bar", "is", READ)
    yield Method(f"{ROOT}/beat", "beat", "iifs", READ)
    yield Method(f"{ROOT}/harmony", "harmony", "ss", READ)
    for word in ("peak_db", "rms_db"):
        yield Method(f"{ROOT}/meters/{word}", _label(word), "f" * channels, READ)
    for name, table in preset.file.parameters.items():
        bounds = (Bounds(float(table.range[0]), float(table.range[1])),)
        yield Method(f"{ROOT}/value/{name}", _label(name), "f", READ, bounds)


def _is_shown(table: InputTable) -> bool:
    return table.osc is not None and not is_pattern(table.osc)


def _input(table: InputTable) -> Method:
    """The address of another program that the preset listens to."""
    path = table.osc or ""
    name = path.rpartition("/")[2]
    if table.event is not None:
        return Method(path, name, IMPULSE, WRITE, is_critical=True)
    arguments = max(arguments_of(table)) + 1
    bounds: tuple[Bounds | None, ...] = ()
    if table.state is not None:
        types = "s" if table.values is None or not all(map(_is_whole, table.values)) else "i"
        if table.values is not None and types == "s":
            bounds = (Bounds(values=tuple(table.values)),)
        return Method(path, name, types, WRITE, bounds, is_critical=True)
    if table.input_range is not None:
        low, high = sorted(map(float, table.input_range))
        bounds = (Bounds(low, high),) * arguments
    return Method(path, name, "f" * arguments, WRITE, bounds)


def _is_whole(text: Any) -> bool:
    return isinstance(text, str) and text.lstrip("-").isdigit()


def _label(name: str) -> str:
    return name.replace("_", " ")
