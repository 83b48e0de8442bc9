"""``adaptive explain``: tells a decision log in plain sentences."""

from __future__ import annotations

import contextlib
import datetime
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adaptive.conductor.planned_transition import NO_RULE, describe_rule
from adaptive.conductor.playlists import ADVANCE_RULE, BACK_RULE
from adaptive.errors import InputError, ProtocolError, one_line
from adaptive.inputs.json_text import parse_json
from adaptive.inputs.message import is_finite_number

Line = dict[str, Any]

WALL_TIME = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
POSITION = re.compile(r"[0-9]{1,9}\.[0-9]{1,4}\.[0-9]{1,4}")

LONGEST_LINE = 1_000_000
LONGEST_SENTENCE = 600
LONGEST_S = 1e9
"""Limits that no log of this program reaches: bytes per line, characters per sentence, seconds (30 years)."""

NEAR_S = 4.0
"""Decisions up to so many seconds before and after the given time are told."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about the music, and what it is about.

    Attributes
    ----------
    text : str
        The sentence.
    seconds : float or None
        When it was decided; None if the sentence is about the log.
    kind : str
        The kind of the log's line; `playing` if it says what plays.
    position : str
        The position at which it sounds.
    at : str
        The wall time, if the log tells it (`adaptive play --log`).
    """

    text: str
    seconds: float | None = None
    kind: str = "log"
    position: str = ""
    at: str = ""

    def __str__(self) -> str:
        if self.seconds is None:
            return self.text
        wall = f"{self.at[:19].replace('T', ' ')}  " if self.at else ""
        return f"{wall}{_clock(self.seconds)}  {self.text}"

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        told = {"t": self.seconds, "position": self.position or None, "kind": self.kind, "text": self.text}
        return {**told, "at": self.at} if self.at else told


def explain_log(path: Path, at: str | None = None) -> Iterator[str]:
    """Tell a decision log as lines of text; see `explanations`."""
    return map(str, explanations(path, at))


def explanations(path: Path, at: str | None = None) -> Iterator[Told]:
    """Tell what was decided, and why: one sentence for each decision, in the order of decisions.

    Parameters
    ----------
    path : Path
        A decision log, JSON lines; or a folder of them, of which the newest is told.
    at : str, optional
        Seconds (``12.5``), minutes (``1:12.5``), a position (``17.1.0``), or, where the log tells it, the
        wall time (``03:14:00``).  Only decisions within `NEAR_S`
        of it are told, after a sentence about what plays then.

    Raises
    ------
    InputError
        The file is not a decision log, or `at` is not a time.
    """
    lines = sorted(_read(_newest(path) if path.is_dir() else path), key=_decided_at)
    centre = None if at is None else _time_of(at, lines)
    told = 0
    if centre is not None:
        yield from _what_plays(lines, centre)
    for line in lines:
        if centre is not None and abs(_decided_at(line) - centre) > NEAR_S:
            continue
        sentence = _sentence(line)
        if sentence is not None:
            told += 1
            yield Told(sentence, _decided_at(line), line["kind"], line["position"], str(line.get("at", "")))
    if not lines:
        yield Told("the log is empty")
    elif told == 0 and centre is not None and centre > _decided_at(lines[-1]) + NEAR_S:
        yield Told(f"the log ends at {_clock(_decided_at(lines[-1]))}")
    elif told == 0:
        yield Told("nothing was decided there; what played went on")


def _what_plays(lines: Sequence[Line], seconds: float) -> Iterator[Told]:
    """Tell which section plays at a time, since when, and which variation each layer plays."""
    here: Line | None = None
    variations: dict[str, str] = {}
    values: Line | None = None
    for line in sorted(lines, key=lambda line: float(line["t"])):
        if float(line["t"]) > seconds:
            break
        is_first = line["kind"] == "transition" and "status" not in line
        if is_first or (line["kind"] == "layer" and "layers" in line):
            here = line
        if line["kind"] == "parameter" and isinstance(line.get("values"), dict):
            values = line
        if line["kind"] == "layer" and "take" in line:
            variations[str(line.get("layer"))] = str(line["take"])
    if here is not None:
        section = here.get("section") or here.get("target") or "silence"
        playing = [f"{layer} plays {file}" for layer, file in variations.items()]
        since = f"{section} has played since {_clock(here['t'])} ({here['position']})"
        yield Told(one_line("; ".join([since, *playing]))[:LONGEST_SENTENCE], seconds, "playing")
    if values is not None:
        shown = ", ".join(
            f"{name} = {value:g}" for name, value in values["values"].items() if is_finite_number(value)
        )
        text = f"parameters at the bar line before, at {_clock(values['t'])}: {shown}"
        yield Told(one_line(text)[:LONGEST_SENTENCE], seconds, "parameter", values["position"])


def _read(path: Path) -> Iterator[Line]:
    try:
        with path.open("rb") as file:
            for number, text in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
                try:
                    line = _parsed(text, f"{path.name}: line {number}")
                except InputError:
                    if number == 1 or text.endswith(b"\n") or len(text) == LONGEST_LINE:
                        raise
                    return  # the power was cut while it was written
                if not _is_line(line):
                    message = f"{path.name}: line {number} is no line of a decision log"
                    raise InputError(message)
                yield line
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise InputError(message) from error


def _parsed(text: bytes, where: str) -> Any:
    try:
        return parse_json(text)
    except ProtocolError as error:
        message = f"{where} {error}; a decision log is JSON lines"
        raise InputError(message) from None


def _is_line(line: Any) -> bool:
    if not isinstance(line, dict) or not isinstance(line.get("kind"), str):
        return False
    times: tuple[Any, ...] = (line.get("t"), line.get("wait_s", 0.0))
    position = line.get("position")
    if not all(is_finite_number(time) and abs(time) <= LONGEST_S for time in times) or not isinstance(
        position, str
    ):
        return False
    return POSITION.fullmatch(position) is not None and isinstance(line.get("reason"), str)


def _numbers(position: str) -> tuple[int, ...]:
    return tuple(int(number) for number in position.split("."))


def _newest(folder: Path) -> Path:
    """The newest log of a folder: names begin with a number."""
    found = sorted(folder.glob("*.jsonl"))
    if not found:
        message = f"{folder}: holds no log"
        raise InputError(message)
    return found[-1]


def _at_wall_time(at: str, lines: list[Line]) -> float:
    """Seconds of the music at a time of the day: of the line that was logged nearest to it."""
    wanted = datetime.time.fromisoformat(at.rjust(8, "0"))
    day_s = wanted.hour * 3600 + wanted.minute * 60 + wanted.second
    distances = {}
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            told = datetime.datetime.fromisoformat(line["at"])
            apart = abs(told.hour * 3600 + told.minute * 60 + told.second - day_s)
            distances[_decided_at(line)] = min(apart, 86_400 - apart)
    if not distances:
        message = f"this log does not tell the time of the day, so {at} is not found"
        raise InputError(message)
    return min(distances, key=lambda seconds: distances[seconds])


def _time_of(at: str, lines: list[Line]) -> float:
    if WALL_TIME.fullmatch(at):
        return _at_wall_time(at, lines)
    if POSITION.fullmatch(at):
        wanted = _numbers(at)
        for line in lines:
            if _numbers(line["position"]) >= wanted:
                return float(line["t"])
        message = f"the log ends before {at}"
        raise InputError(message)
    try:
        minutes, colon, seconds = at.rpartition(":")
        found = (float(minutes) * 60.0 if colon else 0.0) + float(seconds)
        if not math.isfinite(found):
            raise ValueError
        return found
    except ValueError:
        message = f"{at!r} is no time: give seconds (12.5), minutes (1:12.5) or a position (17.1.0)"
        raise InputError(message) from None


def _decided_at(line: Line) -> float:
    """Seconds at which a line was decided, to a millisecond: `wait_s` before it is heard."""
    return round(float(line["t"]) - float(line.get("wait_s", 0.0)), 3)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(float(seconds), 60.0)
    return f"{int(minutes)}:{rest:06.3f}"


def _sentence(line: Line) -> str | None:
    teller = TELLERS.get(line["kind"])
    try:
        sentence = None if teller is None else teller(line)
        return None if sentence is None else one_line(sentence)[:LONGEST_SENTENCE]
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        message = f"no decision log: the {line['kind']} line at {line['t']:g} s lacks what it needs"
        raise InputError(message) from None


def _transition(line: Line) -> str:
    target, source = line.get("target") or "silence", line.get("source")
    status = line.get("status")
    if source is None and status is None:
        return f"{target} begins, because {line['reason']}"
    if status == "held":
        return f"{target} has to wait: {line['reason']}"
    if status == "cancelled":
        return f"the transition to {target} is withdrawn, because {line['reason']}"
    wait = line.get("wait_s", 0.0)
    bound = BOUNDS.get(line.get("bound_by", ""), "its exit grid")
    extras = [line["note"]] if "note" in line else []
    if "fill" in line:
        is_left_out = "left out" in line["fill"]
        take = f" ({line['take']})" if "take" in line else ""
        extras.append(line["fill"] if is_left_out else f"the fill {line['fill']}{take} leads there")
    more = "".join(f"; {extra}" for extra in extras)
    return (
        f"{source or 'silence'} changes to {target} at {line['position']} ({_clock(line['t'])}, in "
        f"{wait:.2f} s, set by {bound}), because {line['reason']}; {_rule(str(line['rule']))}{more}"
    )


END_DEFAULTS = {describe_rule(rule) for rule in (ADVANCE_RULE, BACK_RULE)}
"""What applies where a section ends and no rule names both sides."""


def _rule(rule: str) -> str:
    """Name the rule of the preset that was used, or the default if no rule matched."""
    default = rule.removeprefix(NO_RULE)
    if default == rule:
        return f"by rule {rule}"
    if default in END_DEFAULTS:
        return f"where a section ends, only rules that name both sides count, and none does, so {default}"
    return f"no rule of the preset matches, so {default}"


BOUNDS = {
    "look-ahead": "the look-ahead",
    "pickup": "the length of its pickup",
    "stream": "reading its streams from disk",
    "fill": "the length of its fill",
    "bridge": "the length of the bridge",
    "introduction": "its first pass: the introduction has no such place",
    "next pass": "the next pass, because this one has no such place left",
}


def _stinger(line: Line) -> str:
    if line.get("status") == "dropped":
        return f"{line['event']} is not played: {line['reason']}"
    if line.get("status") == "moved":
        return f"{line['event']} moves to {line['position']}: {line['reason']}"
    played = f" as {' '.join(line['pitches'])} in {line['key']}" if "pitches" in line else ""
    played += f", from {line['take']}" if "take" in line else ""
    return f"{line['event']} sounds at {line['position']} ({_clock(line['t'])}){played}: {line['reason']}"


def _select_line(line: Line) -> str:
    """Name a select line, which the log counts from 1; 0 is the default section.

    A line that is not in the file, because a state names the section, is named by its condition.
    """
    if "condition" in line:
        return str(line["condition"])
    return f"select[{line['select']}]" if line["select"] else "the default"


def _state(line: Line) -> str:
    if line.get("status") == "spent":
        line_name = _select_line(line)
        return f"{line['section']} has ended: {line_name} does not count until its condition has been false"
    if line.get("status") == "counts again":
        return f"{_select_line(line)} ({line['section']}) counts again: its condition has been false"
    if "transport" in line:
        return f"{line['transport']} was asked for"
    if "forgotten" in line:
        return str(line["reason"])
    if "dropped" in line:
        return f"{line['dropped']} was asked for and is not done: {line['reason']}"
    return f"the state {line['group']} is now {line['value']} (was {line['before']})"


def _layer(line: Line) -> str | None:
    if "layers" in line:
        levels = [
            f"{name} {db:+g} dB" if db else f"{name} at its own level"
            for name, db in line.get("levels_db", {}).items()
        ]
        return ", ".join([f"{line['section'] or 'silence'} plays", *levels])
    if "take" not in line:
        return None
    return f"{line['layer']} plays {line['take']} ({line['reason']})"


def _tempo(line: Line) -> str:
    if line.get("status") == "dropped":
        return f"the tempo stays: {line['reason']}"
    return f"the tempo goes to {line['tempo_bpm']:g} bpm: {line['reason']}"


def _edit(line: Line) -> str:
    touched = [*line.get("exchanged", ()), *line.get("moved", ())]
    what = ", ".join(dict.fromkeys(touched)) or ("rules alone" if line["status"] == "applied" else "all")
    return f"{line['reason']}; from {line['position']} on it concerns {what}"


def _mix(line: Line) -> str:
    if line["value"] is None:
        return f"{line['target']} goes back to what the preset says, in {line['seconds']:g} s"
    return f"{line['target']} goes to {line['value']:g}, in {line['seconds']:g} s: {line['reason']}"


def _snapshot(line: Line) -> str:
    shares = "; ".join(f"{path}: {share}" for path, share in line["shares"].items())
    what = f"snapshot {line['name']} blends {line['status']} over {line['seconds']:g} s"
    return f"{what}: {line['reason']}; then {shares}"


def _programme(line: Line) -> str:
    following = f"; then {line['next']}" if line.get("next") else ""
    return f"programme, {line['status']}: {line['reason']}{following}"


def _steer(line: Line) -> str:
    values = line.get("values")
    if values is None:
        return f"{line['reason']}"
    told = ", ".join(
        f"{name} {'as the preset says' if value is None else f'{value:g}'}" for name, value in values.items()
    )
    return f"{line.get('layer') or 'all layers'}: {told}"


def _health(line: Line) -> str:
    return f"health: {line['reason']}"


def _bar(line: Line) -> str | None:
    if line.get("status") != "missing":
        return None
    return f"{line['layer']} goes on without its generator for a bar: {line['reason']}"


def _plan(line: Line) -> str:
    resting = ", ".join(line["resting"])
    without = f", without {resting}" if resting else ""
    leader = f"; {line['leader']} leads" if line.get("leader") else ""
    chords = " | ".join(line["chords"])
    length = f"{line['bars']} bars in {line['key']}"
    return f"{line['section']} plays {line['part']} ({length}{without}): {chords}{leader}"


TELLERS: dict[str, Callable[[Line], str | None]] = {
    "transition": _transition,
    "layer": _layer,
    "stinger": _stinger,
    "state": _state,
    "tempo": _tempo,
    "health": _health,
    "edit": _edit,
    "plan": _plan,
    "bar": _bar,
    "mix": _mix,
    "snapshot": _snapshot,
    "programme": _programme,
    "steer": _steer,
}
