"""One line of `[[inputs]]` with `midi`, and what it remembers: where a knob was, whether a switch is on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from adaptive.errors import ProtocolError
from adaptive.inputs.message import Checker, Request, SetParameter
from adaptive.inputs.midi.controls import ControlValue
from adaptive.inputs.midi.keys import HALF
from adaptive.inputs.midi.names import find_name
from adaptive.inputs.reading_source import ReadingSource
from adaptive.inputs.shown import shown
from adaptive.preset.midi_source import FULL_RANGE, MidiSource
from adaptive.preset.readings import NoReadings
from adaptive.preset.schema import InputTable

NEAR = 1.0 / 64.0
"""Distance, as a share of the range, at which a knob has picked a value up."""

MOVED = 0.02
"""Distance by which others have moved a value that a knob holds, so that it has to be picked up again."""

SETTLE_S = 0.1
"""After the knob has sent a value, what is read of the parameter may be older for so long."""

USUAL_DETENTS = 100


class PresentValues(Protocol):
    """Tells the present targets of parameters."""

    def __call__(self, name: str) -> float | None:
        """The target of a parameter; None: there is none of this name."""


@dataclass(slots=True)
class MidiMapping:
    """A mapping.

    Parameters
    ----------
    table : InputTable
        The line of the preset, or of a site file.
    """

    table: InputTable
    source: MidiSource = field(init=False)
    no_readings: NoReadings = field(init=False)
    _sent: float | None = None
    _sent_s: float = 0.0
    _share: float | None = None
    _is_picked_up: bool = False
    _is_on: bool = False

    def __post_init__(self) -> None:
        """Read what it listens to."""
        self.source = MidiSource.parse(self.table.midi or "")
        self.no_readings = NoReadings(self.table.ignore)

    def hears(self, port: str, channel: int) -> bool:
        """Whether it listens to a port, by its plain name, and to a channel, 0 … 15."""
        table = self.table
        is_channel = table.channel is None or table.channel == channel + 1
        return is_channel and (table.port is None or find_name(table.port, [port]) is not None)

    def requests(
        self, value: ControlValue, checker: Checker, present: PresentValues, now_s: float
    ) -> list[Request]:
        """Requests of a control's new value.

        Raises
        ------
        ProtocolError
            The preset does not take it.
        """
        if value.value in self.no_readings:
            return []
        if self.table.parameter is not None:
            return self._parameter(self.table.parameter, value, checker, present, now_s)
        if self.table.state is not None:
            return self._state(self.table.state, value.value, checker)
        if self.table.event is not None:
            return self._event(self.table.event, value, checker)
        return []

    # ── parameters ─────────────────────────────────────────────────────────────────────────────

    def _parameter(
        self, name: str, value: ControlValue, checker: Checker, present: PresentValues, now_s: float
    ) -> list[Request]:
        low, high = checker.parameters.get(name, (0.0, 1.0))
        now = present(name)
        if self.table.relative is not None:
            return self._turned(name, value.value, (low, high), now, checker, now_s)
        number = self._scaled(value.value, (low, high))
        if self.table.pickup and not self._picks_up(number, (low, high), now, now_s):
            return []
        return self._set(name, number, checker, now_s)

    def _set(self, name: str, number: float, checker: Checker, now_s: float) -> list[Request]:
        self._sent, self._sent_s = number, now_s
        request = checker.parameter(name, number)
        if isinstance(request, SetParameter) and name in checker.arbitrated:
            request = replace(request, source=ReadingSource(self.table, ""))
        return [request]

    def _scaled(self, value: int, bounds: tuple[float, float]) -> float:
        """Map a number as it is sent; without ranges, the whole travel is the whole range."""
        table = self.table
        if table.factor is not None:
            return value * table.factor
        low, high = table.input_range or FULL_RANGE[self.source.kind]
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        first, last = table.output_range or bounds
        return first + (last - first) * share

    def _turned(
        self, name: str, value: int, bounds: tuple[float, float], now: float | None, checker: Checker,
        now_s: float,
    ) -> list[Request]:  # fmt: skip
        """Move by what an encoder was turned."""
        low, high = self.table.output_range or bounds
        is_fresh = self._sent is not None and now_s - self._sent_s < SETTLE_S
        base = self._sent if is_fresh else now
        base = low if base is None else base
        moved = base + turned(value, self.table.relative or "") * (high - low) / (
            self.table.detents or USUAL_DETENTS
        )
        return self._set(name, min(max(moved, min(low, high)), max(low, high)), checker, now_s)

    def _picks_up(self, number: float, bounds: tuple[float, float], now: float | None, now_s: float) -> bool:
        """Whether the knob holds the parameter: it was there, or has gone through its value."""
        low, high = bounds
        width = (high - low) or 1.0
        before, self._share = self._share, (number - low) / width
        if now is None:
            return True
        at = (now - low) / width
        is_settled = now_s - self._sent_s >= SETTLE_S
        if self._is_picked_up and is_settled and self._sent is not None:
            self._is_picked_up = abs(now - self._sent) / abs(width) <= MOVED
        if not self._is_picked_up:
            is_through = before is not None and (before - at) * (self._share - at) <= 0.0
            self._is_picked_up = is_through or abs(self._share - at) <= NEAR
        return self._is_picked_up

    # ── states and events ──────────────────────────────────────────────────────────────────────

    def _state(self, group: str, value: int, checker: Checker) -> list[Request]:
        values = self.table.values
        if values is None:
            return [checker.state(group, value)]
        if str(value) not in values:
            if value == 0:
                return []
            message = f"the `values` of {self.source} do not name what it sends, got {shown(value)}"
            raise ProtocolError(message)
        return [checker.state(group, values[str(value)])]

    def _event(self, name: str, value: ControlValue, checker: Checker) -> list[Request]:
        """A press: a key, or a controller that rises through its middle."""
        if self.source.kind not in {"note", "notes", "program"}:
            low, high = FULL_RANGE[self.source.kind]
            was_on, self._is_on = self._is_on, value.value >= low + (high - low) * HALF / 128.0
            if was_on or not self._is_on:
                return []
        if name == checker.phase_event:
            latency_ms = self.table.input_latency_ms
            return [checker.steps(latency_s=None if latency_ms is None else latency_ms / 1000.0)]
        velocity = value.value / 127.0 if self.source.kind in {"note", "notes", "cc"} else 1.0
        return [checker.event(name, min(1.0, velocity))]


def turned(value: int, way: str) -> int:
    """Detents that an encoder was turned by, from the value of its controller.

    Examples
    --------
    >>> [turned(value, "twos_complement") for value in (1, 127)]
    [1, -1]
    >>> [turned(value, "binary_offset") for value in (65, 63)]
    [1, -1]
    >>> [turned(value, "sign_magnitude") for value in (1, 65)]
    [1, -1]
    """
    if way == "binary_offset":
        return value - 64
    if value < 64:
        return value
    return -(value - 64) if way == "sign_magnitude" else value - 128
