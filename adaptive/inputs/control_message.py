"""Controls of a layer's instrument that are moved live, from any input."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adaptive.errors import ProtocolError
from adaptive.inputs.shown import shown
from adaptive.music.channel_note import ALL_SOUND_OFF, PRESSURE, WHEEL, WHEEL_RANGE
from adaptive.music.generator_parameters import GENERATOR_COUNT, GENERATORS, is_generator
from adaptive.preset.schema import PresetFile

LAST_CONTROLLER = 119
"""Controllers above are modes of a channel, not controls."""

RESET = 121

NAMED: Mapping[str, int] = {
    "bend": WHEEL, "pressure": PRESSURE, "bend_range": WHEEL_RANGE, "reset": RESET,
    "sound_off": ALL_SOUND_OFF,
}  # fmt: skip
"""Controls that have a name in place of a controller's number."""

GENERATOR, MOST_AMOUNT = "soundfont_generator_", 32768.0
"""A generator of a SoundFont is named by this and its number, and moved by so much at most."""

WIDEST_BEND = 96.0
"""Semitones."""


@dataclass(frozen=True, slots=True)
class MoveControl:
    """Move a control of the instrument of a layer.

    Parameters
    ----------
    layer : str
        A layer that a sampler plays.
    control : int
        A controller, one of the numbers of `NAMED`, or a generator (`music.generator_parameters`).
    value : float
        0 … 1, or of a generator what is added to it, as `music.channel_note.normalised` gives it.
    id : str or None
        Asks for receipts.
    """

    layer: str
    control: int
    value: float
    id: str | None = None

    @property
    def name(self) -> str | int:
        """The control as messages name it."""
        if is_generator(self.control):
            return f"{GENERATOR}{self.control - GENERATORS}"
        return next((name for name, number in NAMED.items() if number == self.control), self.control)

    @property
    def told(self) -> float:
        """The value as messages give it."""
        if is_generator(self.control):
            return self.value
        if self.control == WHEEL:
            return round(2.0 * self.value - 1.0, 6)
        return round(127.0 * self.value if self.control == WHEEL_RANGE else self.value, 6)

    def as_json(self) -> dict[str, Any]:
        """The message that says the same."""
        return {"control": {"layer": self.layer, "control": self.name, "value": self.told}}


def with_controls(file: PresetFile, layers: Iterable[str]) -> list[str]:
    """Those of some layers that a sampler plays."""
    named = {name: file.layers[name].instrument for name in layers}
    tables = {name: file.instruments.get(one) if isinstance(one, str) else one for name, one in named.items()}
    return [name for name, one in tables.items() if one is not None and one.kind == "sampler"]


def check_control(
    layer: Any, control: Any, value: Any, known: Collection[str], message_id: str | None = None
) -> MoveControl:
    """Check a control.

    Parameters
    ----------
    layer, control, value : Any
        What was received.
    known : collection of str
        Layers whose controls can be moved.
    message_id : str or None
        Asks for receipts.

    Raises
    ------
    ProtocolError
        There is no such layer or control, or the value is out of range.

    Examples
    --------
    >>> check_control("strings", "bend", -1, ["strings"])
    MoveControl(layer='strings', control=128, value=0.0, id=None)
    """
    if not isinstance(layer, str) or layer not in known:
        names = (
            f"; there is {', '.join(sorted(known))}" if known else ": no layer here is played by a sampler"
        )
        message = f"there is no layer {shown(layer)} whose controls can be moved{names}"
        raise ProtocolError(message)
    number: Any = _named(control) if isinstance(control, str) else control
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    is_known = is_number and (isinstance(control, str) or 0 <= number <= LAST_CONTROLLER)
    if number is None or not is_known or not float(number).is_integer():
        message = (
            f"control must be a controller from 0 to {LAST_CONTROLLER}, or one of {', '.join(NAMED)}, "
            f"{GENERATOR}0 … {GENERATOR}{GENERATOR_COUNT - 1}; got {shown(control)}"
        )
        raise ProtocolError(message)
    ranges = {WHEEL: (-1.0, 1.0), WHEEL_RANGE: (0.0, WIDEST_BEND)}
    usual = (-MOST_AMOUNT, MOST_AMOUNT) if is_generator(int(number)) else (0.0, 1.0)
    low, high = ranges.get(int(number), usual)
    value = 0.0 if value is None and number in {RESET, ALL_SOUND_OFF} else value
    is_value = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_value or not low <= value <= high:
        message = f"value must be a number from {low:g} to {high:g}, got {shown(value)}"
        raise ProtocolError(message)
    if number == WHEEL:
        value = min((value + 1.0) / 2.0, 16383.0 / 16384.0)
    elif number == WHEEL_RANGE:
        value /= 127.0
    return MoveControl(layer, int(number), float(value), message_id)


def _named(control: str) -> int | None:
    """The number of a control that has a name; None: there is none."""
    if control in NAMED:
        return NAMED[control]
    number = control.removeprefix(GENERATOR)
    is_one = number != control and number.isascii() and number.isdigit() and len(number) < 4
    return GENERATORS + int(number) if is_one and int(number) < GENERATOR_COUNT else None
