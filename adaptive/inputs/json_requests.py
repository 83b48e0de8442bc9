"""Reads requests from JSON: an object, or a list of objects, each with the key of one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from adaptive.conductor.messages import TakeBack
from adaptive.errors import ProtocolError
from adaptive.inputs import follow_checks
from adaptive.inputs.control_message import check_control
from adaptive.inputs.message import (
    LONGEST_ID,
    MOST_REQUESTS,
    TOPICS,
    Checker,
    LoadPreset,
    ReloadPreset,
    Request,
    RequestFault,
    RestoreMusic,
    SaveMusic,
    Transaction,
    UndoEdit,
    is_finite_number,
    transport,
)
from adaptive.inputs.shown import shown
from adaptive.inputs.similar_names import nearest, nearest_or_all
from adaptive.inputs.subscribe import Subscribe
from adaptive.preset.schema import Grid, Where

Item = Mapping[str, Any]


def read_json(document: Any, checker: Checker) -> Transaction:
    """Read the requests of a JSON object, or of a list of objects."""
    transaction = Transaction()
    objects = document if isinstance(document, list) else [document]
    if len(objects) > MOST_REQUESTS:
        transaction.faults.append(RequestFault(f"more than {MOST_REQUESTS} requests in one message"))
        return transaction
    for number, item in enumerate(objects):
        at = f"[{number}]" if isinstance(document, list) else ""
        if not isinstance(item, dict):
            text = f'must be an object such as {{"parameter": …}}, got {shown(item)}'
            transaction.faults.append(RequestFault(text, at))
            continue
        message_id = item.get("id")
        is_good_id = message_id is None or (isinstance(message_id, str) and len(message_id) <= LONGEST_ID)
        if not is_good_id:
            text = f"id must be a text of at most {LONGEST_ID} characters, got {shown(message_id)}"
            transaction.faults.append(RequestFault(text, f"{at}.id" if at else "id"))
            continue
        try:
            transaction.requests += _read_object(item, checker, message_id)
        except ProtocolError as error:
            transaction.faults.append(RequestFault(str(error), at, message_id))
    return transaction


def _read_object(item: Mapping[str, Any], checker: Checker, message_id: str | None) -> list[Request]:
    asked = [key for key in (*READERS, *TRANSPORT) if key in item]
    if len(asked) > 1:
        message = f"{asked[0]} and {asked[1]} in one object: send a list of objects"
        raise ProtocolError(message)
    if asked:
        _refuse_strange(asked[0], item, (asked[0], *BESIDE.get(asked[0], ()), "id"))
    for key, reader in READERS.items():
        if key in item:
            return reader(item, checker, message_id)
    for word in TRANSPORT:
        if word in item:
            if item[word] is not True:
                message = f'{word} must be true: {{"{word}": true}}'
                raise ProtocolError(message)
            request = transport(word, message_id)
            return [request] if request else []
    raise ProtocolError(_instead(item, checker))


SHOWN_REQUESTS = ("parameter", "state", "event", "tempo", "volume", "mix", "play", "stop", "save", "restore")
"""Requests that most games need; `docs/protocol.md` has them all."""


def _instead(item: Item, checker: Checker) -> str:
    """Say what to send in place of an object that is no request."""
    first = next(iter(item), "")
    value = item.get(first)
    if first in checker.parameters:
        number = value if is_finite_number(value) else "…"
        return f'{first} is a parameter: send {{"parameter": "{first}", "value": {number}}}'
    if first in checker.settable_groups:
        values = checker.groups[first].values
        named = value if value in values else values[0]
        return f'{first} is a state: send {{"state": {{"{first}": "{named}"}}}}'
    if first in checker.known_events:
        return f'{first} is an event: send {{"event": "{first}"}}'
    for group in sorted(checker.settable_groups):
        if first in checker.groups[group].values:
            return f"{first} is a value of {group}: {_section_by(first, checker)}"
    known = [*READERS, *TRANSPORT]
    if first in {"section", "scene", "music"} or (isinstance(value, str) and value in checker.sections):
        return f"{shown(first)} cannot be sent: {_section_by(value, checker)}"
    if first in {"type", "cmd", "command", "action", "op"} and value in known:
        return f'a request is named by its key: send {{"{value}": …}} in place of {{"{first}": "{value}"}}'
    near = nearest(first, known)
    shown_requests = ", ".join(SHOWN_REQUESTS)
    return f"nothing to do: {shown(first)} is no request{near or f'; there is {shown_requests}, and more'}"


def _section_by(value: Any, checker: Checker) -> str:
    """Say what chooses a section."""
    for group in sorted(checker.settable_groups):
        values = checker.groups[group].values
        if value in values:
            sent = f'"{value}"' if len(checker.groups) == 1 else f'{{"{group}": "{value}"}}'
            return f'send {{"state": {sent}}}'
    names = sorted(checker.settable_groups) or [*checker.parameters]
    return f"the preset's select lines choose the section, from {', '.join(names[:8]) or 'nothing'}"


def _refuse_strange(request: str, item: Item, expected: tuple[str, ...]) -> None:
    strange = next((key for key in item if key not in expected), None)
    if strange is not None:
        message = f"{shown(strange)} is no key of {request}{nearest(strange, expected)}"
        raise ProtocolError(message)


def _states(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    state = item["state"]
    if isinstance(state, Mapping):
        return [checker.state(group, value, message_id) for group, value in state.items()]
    return [checker.state(checker.only_group(), state, message_id)]


def _parameter(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.parameter(item["parameter"], item.get("value"), message_id, item.get("seconds"))]


def _event(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    if item["event"] == checker.phase_event and checker.phase_event is not None:
        _refuse_strange("a step", item, ("event", "age_s", "at_s", "velocity", "id"))
        return [checker.steps(item.get("age_s"), item.get("at_s"), message_id)]
    strange = next((key for key in ("age_s", "at_s") if key in item), None)
    if strange is not None:
        message = f"{strange} goes with the event that the tempo follows, the `phase_event` of the preset"
        raise ProtocolError(message)
    velocity, expires_s = item.get("velocity", 1.0), item.get("expires_s")
    return [checker.event(item["event"], velocity, expires_s, message_id)]


def _tempo(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.tempo(item["tempo"], message_id)]


def _programme(item: Item, _checker: Checker, message_id: str | None) -> list[Request]:
    return [follow_checks.programme(item["programme"], message_id)]


def _following(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.following(item["tempo_follow"], message_id)]


def _output_latency(item: Item, _checker: Checker, message_id: str | None) -> list[Request]:
    return [follow_checks.output_latency(item["output_latency_ms"], message_id)]


def _clock(item: Item, _checker: Checker, message_id: str | None) -> list[Request]:
    return [follow_checks.clock(item["clock"], message_id)]


def _external_clock(item: Item, _checker: Checker, message_id: str | None) -> list[Request]:
    return [follow_checks.external_clock(item["external_clock"], message_id)]


def _volume(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.volume(item["volume"], message_id, item.get("seconds"))]


def _stop(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    stop = item["stop"]
    if stop is True:
        return [checker.stop(None, message_id)]
    if not isinstance(stop, Mapping) or "seconds" not in stop:
        message = f'stop must be true or {{"seconds": 2}}, got {shown(stop)}'
        raise ProtocolError(message)
    _refuse_strange("stop", stop, ("seconds",))
    return [checker.stop(stop["seconds"], message_id)]


def _forget(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.forget(item["forget"], message_id)]


def _jump(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    jump = item["jump"]
    if not isinstance(jump, Mapping) or "section" not in jump:
        message = f'jump must be an object such as {{"section": "combat", "bar": 5}}, got {shown(jump)}'
        raise ProtocolError(message)
    _refuse_strange("jump", jump, ("section", "bar"))
    return [checker.jump(jump["section"], jump.get("bar"), message_id)]


def _load(item: Item, _checker: Checker, message_id: str | None) -> list[Request]:
    name = item["load"]
    if not isinstance(name, str) or not name or len(name) > 64:
        message = f"load must be the name of a preset, got {shown(name)}"
        raise ProtocolError(message)
    exit_at = item.get("exit_at")
    return [LoadPreset(name, message_id, None if exit_at is None else _where(exit_at))]


def _where(value: Any) -> Where:
    """A place of a grid, as the `exit_at` of a transition names it."""
    try:
        where: Where = msgspec.convert(value, Where)
    except (msgspec.ValidationError, UnicodeError):
        where = Grid()
    if (
        isinstance(where, Grid)
        and sum(x is not None for x in (where.every_bars, where.every_beats, where.marker)) != 1
    ):
        message = (
            "exit_at must be immediate, beat, bar, phrase, end or an object such as "
            f'{{"every_bars": 4}}, got {shown(value)}'
        )
        raise ProtocolError(message)
    return where


PLAIN: Mapping[str, Callable[[str | None], Request]] = {
    "save": SaveMusic,
    "reload": ReloadPreset,
    "undo": UndoEdit,
    "take_back": TakeBack,
}
"""Requests without a value: ``{"save": true}``."""


def _mix(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.mix(item["mix"], message_id, item.get("seconds"))]


def _snapshot(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.snapshot(item["snapshot"], message_id)]


def _steer(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.steer(item["steer"], item.get("layer"), message_id)]


def _mood(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.mood(item["mood"], message_id)]


def _key(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.key(item["key"], message_id)]


def _chord(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.chord(item["chord"], message_id)]


def _note(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    note = item["note"]
    if not isinstance(note, Mapping):
        such = '{"note": {"layer": "lead", "pitch": 62, "velocity": 0.8}}'
        message = f"note must be an object such as {such}, got {shown(note)}"
        raise ProtocolError(message)
    _refuse_strange("note", note, ("layer", "pitch", "velocity"))
    return [checker.note(note.get("layer"), note.get("pitch"), note.get("velocity"), message_id)]


def _control(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    control = item["control"]
    if not isinstance(control, Mapping):
        such = '{"control": {"layer": "strings", "control": 1, "value": 0.5}}'
        message = f"control must be an object such as {such}, got {shown(control)}"
        raise ProtocolError(message)
    _refuse_strange("control", control, ("layer", "control", "value", "key"))
    asked = (control.get("layer"), control.get("control"), control.get("value"))
    return [check_control(*asked, checker.controllable, message_id, control.get("key"))]


def _lock(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.lock(item["lock"], message_id)]


def _regenerate(item: Item, checker: Checker, message_id: str | None) -> list[Request]:
    return [checker.regenerate(item["regenerate"], message_id)]


def _plain(item: Item, _checker: Checker, message_id: str | None) -> list[Request]:
    word = next(word for word in PLAIN if word in item)
    if item[word] is not True:
        message = f"{word} must be true, got {shown(item[word])}"
        raise ProtocolError(message)
    return [PLAIN[word](message_id)]


def _restore(item: Item, _checker: Checker, message_id: str | None) -> list[Request]:
    document = item["restore"]
    if not isinstance(document, Mapping):
        message = f"restore must be what `save` answered, got {shown(document)}"
        raise ProtocolError(message)
    return [RestoreMusic(document, message_id)]


def _subscribe(item: Item, _checker: Checker, message_id: str | None) -> list[Request]:
    topics = item["subscribe"]
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        message = f"subscribe must be a list of {', '.join(sorted(TOPICS))}"
        raise ProtocolError(message)
    for topic in topics:
        if topic not in TOPICS:
            message = f"there is nothing to hear of {shown(topic)}{nearest_or_all(topic, TOPICS)}"
            raise ProtocolError(message)
    return [Subscribe(frozenset(topics), message_id)]


BESIDE: dict[str, tuple[str, ...]] = {
    "parameter": ("value", "seconds"),
    "event": ("velocity", "expires_s", "age_s", "at_s"),
    "volume": ("seconds",),
    "mix": ("seconds",),
    "steer": ("layer",),
    "load": ("exit_at",),
}
"""Further keys that an object may have, by the key of its request."""

TRANSPORT = ("play", "pause", "resume", "restart")
READERS: dict[str, Callable[[Item, Checker, str | None], list[Request]]] = {
    "parameter": _parameter,
    "state": _states,
    "event": _event,
    "tempo": _tempo,
    "volume": _volume,
    "stop": _stop,
    "forget": _forget,
    "jump": _jump,
    "mix": _mix,
    "snapshot": _snapshot,
    "steer": _steer,
    "mood": _mood,
    "key": _key,
    "chord": _chord,
    "lock": _lock,
    "note": _note,
    "control": _control,
    "regenerate": _regenerate,
    "take_back": _plain,
    "load": _load,
    "save": _plain,
    "restore": _restore,
    "reload": _plain,
    "undo": _plain,
    "subscribe": _subscribe,
    "programme": _programme,
    "tempo_follow": _following,
    "output_latency_ms": _output_latency,
    "clock": _clock,
    "external_clock": _external_clock,
}
"""Functions that read an object, by the key of its request."""
