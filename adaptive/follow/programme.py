"""Programmes: intervals with targets of tempo, cadence or heart-rate zone.

A programme belongs to the listener and not to the preset: it comes from a file or from a message.
`read_programme` checks either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from adaptive.errors import InputError

MOST_STEPS = 200
"""Steps of a programme, repeats counted."""

LONGEST_S = 12 * 3600.0
"""Length of a step."""

MOST_CHARACTERS = 100
"""Of a name."""

RANGES = {"tempo_bpm": (20.0, 400.0), "cadence_spm": (60.0, 235.0), "zone": (1.0, 5.0)}
"""Targets, and the least and greatest value of each."""

STEP_KEYS = ("name", "minutes", "seconds", *RANGES)
KEYS = ("name", "max_heart_rate", "waits", "cue_s", "steps")


@dataclass(frozen=True, slots=True)
class ProgrammeStep:
    """An interval; at most one of the targets is not None.

    Parameters
    ----------
    name : str
        Such as *warm-up*.
    seconds : float
        Its length, without the time that the runner stands.
    tempo_bpm, cadence_spm : float or None
        A tempo of the music, or of the runner.
    zone : int or None
        A heart-rate zone, 1 to 5.
    """

    name: str
    seconds: float
    tempo_bpm: float | None = None
    cadence_spm: float | None = None
    zone: int | None = None

    @property
    def has_target(self) -> bool:
        """Whether the programme leads in this step."""
        return self.tempo_bpm is not None or self.cadence_spm is not None or self.zone is not None

    def words(self) -> str:
        """The target, for people."""
        if self.tempo_bpm is not None:
            return f"{self.tempo_bpm:g} BPM"
        if self.cadence_spm is not None:
            return f"{self.cadence_spm:g} steps a minute"
        return "free" if self.zone is None else f"zone {self.zone}"


@dataclass(frozen=True, slots=True)
class Programme:
    """Intervals, one after another.

    Parameters
    ----------
    name : str
        Shown to the listener.
    steps : tuple of ProgrammeStep
        At least one; repeats are written out.
    max_heart_rate : float or None
        The listener's own maximum; zones need it.
    waits : bool
        Whether the time stands still while the runner does.
    cue_s : float
        How long before each change it is told.
    """

    name: str
    steps: tuple[ProgrammeStep, ...]
    max_heart_rate: float | None = None
    waits: bool = True
    cue_s: float = 10.0


def read_programme(document: Any) -> Programme:
    """Check a programme.

    Parameters
    ----------
    document : object
        What a TOML file or a JSON message holds::

            {"name": "4 x 3", "max_heart_rate": 188,
             "steps": [{"name": "warm-up", "minutes": 10, "zone": 2},
                       {"repeat": 4, "steps": [{"name": "fast", "minutes": 3, "cadence_spm": 172},
                                               {"name": "easy", "minutes": 2, "cadence_spm": 160}]},
                       {"name": "cool-down", "minutes": 5}]}

    Raises
    ------
    InputError
        One sentence, which begins with the key path.
    """
    table = _table(document, "programme", KEYS)
    steps = tuple(_steps(table.get("steps"), "steps", is_inner=False))
    max_heart_rate = table.get("max_heart_rate")
    if max_heart_rate is not None:
        max_heart_rate = _number(max_heart_rate, "max_heart_rate", 100.0, 240.0)
    zoned = next((i for i, step in enumerate(steps, 1) if step.zone is not None), None)
    if zoned is not None and max_heart_rate is None:
        _refuse("max_heart_rate", f"is missing: step {zoned} has a zone, which is a share of it")
    waits = table.get("waits", True)
    if not isinstance(waits, bool):
        _refuse("waits", f"must be true or false, got {waits!r:.40}")
    cue_s = _number(table.get("cue_s", 10.0), "cue_s", 0.0, 120.0)
    return Programme(_name(table.get("name", ""), "name"), steps, max_heart_rate, waits, cue_s)


def programme_json(programme: Programme) -> dict[str, Any]:
    """A programme as a document that `read_programme` reads again."""
    steps = []
    for step in programme.steps:
        targets = {key: value for key in RANGES if (value := getattr(step, key)) is not None}
        steps.append({"name": step.name, "seconds": step.seconds, **targets})
    document: dict[str, Any] = {"name": programme.name, "waits": programme.waits, "cue_s": programme.cue_s}
    if programme.max_heart_rate is not None:
        document["max_heart_rate"] = programme.max_heart_rate
    return {**document, "steps": steps}


def _steps(value: Any, at: str, *, is_inner: bool) -> list[ProgrammeStep]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        _refuse(at, "must be a list of steps, at least one")
    found: list[ProgrammeStep] = []
    for i, item in enumerate(value, 1):
        where = f"{at}[{i}]"
        if isinstance(item, Mapping) and "steps" in item and not is_inner:
            table = _table(item, where, ("repeat", "steps"))
            times = _number(table.get("repeat", 1), f"{where}.repeat", 1.0, float(MOST_STEPS))
            if not times.is_integer():
                _refuse(f"{where}.repeat", f"must be a whole number, got {times:g}")
            inner = _steps(table["steps"], f"{where}.steps", is_inner=True)
            if len(inner) * times > MOST_STEPS:
                _refuse(where, f"makes {len(inner) * times:g} steps, more than {MOST_STEPS}")
            found += inner * int(times)
        else:
            found.append(_step(item, where, len(found) + 1))
        if len(found) > MOST_STEPS:
            _refuse(at, f"has more than {MOST_STEPS} steps")
    return found


def _step(item: Any, at: str, number: int) -> ProgrammeStep:
    table = _table(item, at, STEP_KEYS)
    lengths = [key for key in ("minutes", "seconds") if key in table]
    if len(lengths) != 1:
        _refuse(at, "needs either `minutes` or `seconds`")
    unit = 60.0 if lengths[0] == "minutes" else 1.0
    seconds = unit * _number(table[lengths[0]], f"{at}.{lengths[0]}", 1.0 / unit, LONGEST_S / unit)
    targets = [key for key in RANGES if table.get(key) is not None]
    if len(targets) > 1:
        _refuse(at, f"has two targets, `{targets[0]}` and `{targets[1]}`; a step has one at most")
    values = {key: _number(table[key], f"{at}.{key}", *RANGES[key]) for key in targets}
    zone = values.get("zone")
    if zone is not None and not zone.is_integer():
        _refuse(f"{at}.zone", f"must be a whole number from 1 to 5, got {zone:g}")
    name = _name(table.get("name", f"step {number}"), f"{at}.name")
    return ProgrammeStep(
        name, seconds, values.get("tempo_bpm"), values.get("cadence_spm"),
        None if zone is None else int(zone),
    )  # fmt: skip


def _table(value: Any, at: str, keys: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(at, "must be a table of " + ", ".join(keys))
    for key in value:
        if key not in keys:
            _refuse(f"{at}.{key}"[:80], f"is no key here; there is {', '.join(keys)}")
    return value


def _number(value: Any, at: str, low: float, high: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        _refuse(at, f"must be a number from {low:.4g} to {high:g}, got {value!r:.40}")
    return float(value)


def _name(value: Any, at: str) -> str:
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS:
        _refuse(at, f"must be a text of at most {MOST_CHARACTERS} characters")
    return value


def _refuse(at: str, text: str) -> NoReturn:
    message = f"{at}: {text}"
    raise InputError(message)
