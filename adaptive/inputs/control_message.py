"""Controls of a layer's instrument that are moved live, from any input."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from adaptive.conductor.layout.strip_players import strip_players
from adaptive.errors import ProtocolError
from adaptive.inputs.shown import shown
from adaptive.kernel.sources.channel_record import HEARD_CONTROLS
from adaptive.kernel.sources.registry import SOURCES
from adaptive.music.channel_note import ALL_SOUND_OFF, BEND, BEND_RANGE, KEY_PRESSURE, PRESSURE
from adaptive.music.generator_parameters import GENERATOR_COUNT, GENERATORS, is_generator
from adaptive.preset.schema import PresetFile

LAST_CONTROLLER = 119
"""Controllers above are modes of a channel, not controls."""

RESET = 121

NAMED: Mapping[str, int] = {
    "bend": BEND, "pressure": PRESSURE, "bend_range": BEND_RANGE, "reset": RESET,
    "sound_off": ALL_SOUND_OFF, "key_pressure": KEY_PRESSURE,
}  # fmt: skip
"""Controls that have a name in place of a controller's number."""

ALL_CONTROLS = frozenset(
    {*range(LAST_CONTROLLER + 1), *NAMED.values(), *range(GENERATORS, GENERATORS + GENERATOR_COUNT)}
)
LAST_KEY = 127
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
        A layer whose instrument has controls.
    control : int
        A controller, one of the numbers of `NAMED`, or a generator (`music.generator_parameters`).
    value : float
        0 … 1, or of a generator what is added to it, as `music.channel_note.normalised` gives it.
    id : str or None
        Asks for receipts.
    key : int or None
        The key of `KEY_PRESSURE`, 0 … 127.
    """

    layer: str
    control: int
    value: float
    id: str | None = None
    key: int | None = None

    @property
    def name(self) -> str | int:
        """The control as messages name it."""
        if is_generator(self.control):
            return f"{GENERATOR}{self.control - GENERATORS}"
        return next((name for name, number in NAMED.items() if number == self.control), self.control)

    @property
    def told(self) -> float:
        """The value as messages give it, without a loss: what is recorded is rendered to the same samples."""
        if self.control == BEND:
            return 2.0 * self.value - 1.0
        return round(127.0 * self.value, 9) if self.control == BEND_RANGE else self.value

    def as_json(self) -> dict[str, Any]:
        """The message that says the same."""
        moved: dict[str, Any] = {"layer": self.layer, "control": self.name, "value": self.told}
        return {"control": moved if self.key is None else moved | {"key": self.key}}


def with_controls(file: PresetFile) -> dict[str, frozenset[int]]:
    """The controls of each layer whose instrument has some: it has pitches and plays notes.

    A sampler may listen to all, as its file says.
    """
    kinds = {path: strip.player for path, strip in strip_players(file).items()}
    return {
        path.removeprefix("layers."): ALL_CONTROLS if kind == "sampler" else HEARD_CONTROLS
        for path, kind in kinds.items()
        if path.startswith("layers.") and kind in SOURCES and SOURCES[kind].has_channel_controls
    }


def check_control(
    layer: Any, control: Any, value: Any, known: Collection[str], message_id: str | None = None,
    key: Any = None,
) -> MoveControl:  # fmt: skip
    """Check a control.

    Parameters
    ----------
    layer, control, value, key : Any
        What was received; only the pressure of a key has a key.
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
    MoveControl(layer='strings', control=128, value=0.0, id=None, key=None)
    """
    if not isinstance(layer, str) or layer not in known:
        names = (
            f"; there is {', '.join(sorted(known))}"
            if known
            else ": no instrument here has pitches and notes"
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
    ranges = {BEND: (-1.0, 1.0), BEND_RANGE: (0.0, WIDEST_BEND)}
    usual = (-MOST_AMOUNT, MOST_AMOUNT) if is_generator(int(number)) else (0.0, 1.0)
    low, high = ranges.get(int(number), usual)
    value = 0.0 if value is None and number in {RESET, ALL_SOUND_OFF} else value
    is_value = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_value or not low <= value <= high:
        message = f"value must be a number from {low:g} to {high:g}, got {shown(value)}"
        raise ProtocolError(message)
    is_key = isinstance(key, int) and not isinstance(key, bool) and 0 <= key <= LAST_KEY
    if is_key != (number == KEY_PRESSURE) or (key is not None and not is_key):
        message = (
            f"key_pressure needs a key from 0 to {LAST_KEY}, and no other control has one; got {shown(key)}"
        )
        raise ProtocolError(message)
    if number == BEND:
        value = min((value + 1.0) / 2.0, 16383.0 / 16384.0)
    elif number == BEND_RANGE:
        value /= 127.0
    return MoveControl(layer, int(number), float(value), message_id, key)


def _named(control: str) -> int | None:
    """The number of a control that has a name; None: there is none."""
    if control in NAMED:
        return NAMED[control]
    number = control.removeprefix(GENERATOR)
    is_one = number != control and number.isascii() and number.isdigit() and len(number) < 4
    return GENERATORS + int(number) if is_one and int(number) < GENERATOR_COUNT else None
