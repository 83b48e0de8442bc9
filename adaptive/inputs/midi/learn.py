"""Learns which control was moved: what moved farthest, and no clock, touch or half of a pair."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from adaptive.inputs.midi.controls import Controls, ControlValue
from adaptive.inputs.midi.stream import MidiMessage
from adaptive.preset.midi_source import FULL_RANGE, MidiSource

LEAST_SHARE = 0.05
"""A control that moved by a smaller share of its travel was touched, not moved."""

LONG_S = 1.5
"""Time from the first movement until it is decided."""

FEW = 8
"""An encoder sends values this near to its middle, or to an end."""

LEAST_TURNS = 4


@dataclass(frozen=True, slots=True)
class Learned:
    """A control that was moved.

    Parameters
    ----------
    port : str
        Plain name of its port.
    source : MidiSource
        The control.
    channel : int
        0 … 15.
    relative : str
        How it sends what it was turned, if it is an encoder; empty: it has ends.
    """

    port: str
    source: MidiSource
    channel: int
    relative: str = ""

    def toml(self, target: str, name: str) -> str:
        """The lines of `[[inputs]]` that bind it to a parameter, a state, an event or a layer."""
        source = "notes" if target == "layer" else str(self.source)
        rows = [("midi", source), ("port", self.port), ("channel", self.channel + 1)]
        if self.relative:
            rows.append(("relative", self.relative))
        rows.append((target, name))
        width = max(len(key) for key, _ in rows)
        # a JSON string of printable characters is a TOML string, too
        lines = [f"{key:{width}} = {json.dumps(value, ensure_ascii=False)}" for key, value in rows]
        return "\n".join(["[[inputs]]", *lines]) + "\n"


@dataclass(slots=True)
class _Moved:
    """What one control has sent."""

    values: list[int] = field(default_factory=list)

    def share(self, kind: str) -> float:
        low, high = FULL_RANGE[kind]
        return (max(self.values) - min(self.values)) / (high - low)


@dataclass(slots=True)
class Learner:
    """Takes messages until it is known which control was moved."""

    _controls: dict[str, Controls] = field(default_factory=dict)
    _moved: dict[tuple[str, MidiSource, int], _Moved] = field(default_factory=dict)
    _began_s: float | None = None

    def take(self, port: str, message: MidiMessage, now_s: float) -> None:
        """Take a message of a port."""
        for value in self._controls.setdefault(port, Controls()).take(message, now_s):
            self._take_value(port, value, now_s)

    def _take_value(self, port: str, value: ControlValue, now_s: float) -> None:
        if value.source.kind not in FULL_RANGE:
            return
        if self._began_s is None:
            self._began_s = now_s
        self._moved.setdefault((port, value.source, value.channel), _Moved()).values.append(value.value)

    def learned(self, now_s: float) -> Learned | None:
        """The control that was moved, once enough time has passed; None: not yet."""
        if self._began_s is None or now_s - self._began_s < LONG_S:
            return None
        found = self._best()
        if found is None:  # something was only touched: wait for more
            self._began_s = now_s
        return found

    def _best(self) -> Learned | None:
        best, best_score = None, 0.0
        for (port, source, channel), moved in self._moved.items():
            relative = relative_of(source, moved.values)
            score = self._score(port, source, channel, moved, relative)
            if score > best_score:
                best, best_score = Learned(port, source, channel, relative), score
        return best

    def _score(self, port: str, source: MidiSource, channel: int, moved: _Moved, relative: str) -> float:
        if source.kind in {"note", "program"}:
            return 0.01  # a fader that is touched sends a note: anything that moves counts more
        if relative:
            return 0.5
        share = moved.share(source.kind)
        if source.kind == "cc" and source.number is not None:
            if self._is_pair(port, source.number, channel):
                return 0.0  # both halves move: it is the pair
        elif source.kind == "cc14" and not self._is_pair(port, source.number or 0, channel):
            return 0.0
        is_button = len(set(moved.values)) == 1 and source.kind == "cc"
        return max(share, LEAST_SHARE) if is_button else share if share >= LEAST_SHARE else 0.0

    def _is_pair(self, port: str, number: int, channel: int) -> bool:
        halves = (MidiSource("cc", number % 32), MidiSource("cc", number % 32 + 32))
        return number < 64 and all((port, half, channel) in self._moved for half in halves)


def relative_of(source: MidiSource, values: Sequence[int]) -> str:
    """How an encoder sends what it is turned, if these are the values of one; empty: they are not.

    Examples
    --------
    >>> relative_of(MidiSource("cc", 1), [1, 1, 2, 127, 126])
    'twos_complement'
    >>> relative_of(MidiSource("cc", 1), [60, 61, 62, 63, 64])
    ''
    """
    if source.kind != "cc" or len(values) < LEAST_TURNS:
        return ""
    ups = [value for value in values if 1 <= value <= FEW]
    if ups and all(1 <= value <= FEW or value > 127 - FEW for value in values):
        return "twos_complement" if len(ups) < len(values) or _repeats(values) else ""
    if ups and all(1 <= value <= FEW or 65 <= value <= 64 + FEW for value in values):
        return "sign_magnitude" if len(ups) < len(values) else ""
    if all(abs(value - 64) <= FEW and value != 64 for value in values) and _repeats(values):
        return "binary_offset"
    return ""


def _repeats(values: Sequence[int]) -> bool:
    """Whether a value comes twice in a row: a knob with ends tells only what has changed."""
    return any(first == second for first, second in pairwise(values))
