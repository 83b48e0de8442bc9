"""Writes SuperCollider synth definition files (version 2), so that sclang is not needed."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

CONTROL, AUDIO = 1, 2
ADD, MULTIPLY, DIVIDE, LESSER = 0, 2, 4, 12


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a unit generator."""

    unit: int
    index: int


Input = Output | float


@dataclass(slots=True)
class Graph:
    """A synth definition under construction.

    Parameters
    ----------
    name : str
        The name of the definition.
    controls : dict
        The controls of a node, with their initial values.
    trigger : str, optional
        A control that returns to zero after one block.
    """

    name: str
    controls: dict[str, float]
    trigger: str = ""
    _constants: list[float] = field(default_factory=list)
    _units: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.unit("Control", CONTROL, (), len(self.controls))
        if self.trigger:
            self.unit("TrigControl", CONTROL, (), 1, len(self.controls))

    def __getitem__(self, name: str) -> Output:
        """Return the output of a control."""
        if name == self.trigger:
            return Output(1, 0)
        return Output(0, list(self.controls).index(name))

    def unit(
        self, kind: str, rate: int, inputs: Sequence[Input], outputs: int = 1, special: int = 0
    ) -> list[Output]:
        """Add a unit generator; return its outputs."""
        wires = b"".join(self._wire(wire) for wire in inputs)
        head = _name(kind) + struct.pack(">biih", rate, len(inputs), outputs, special)
        self._units.append(head + wires + bytes([rate]) * outputs)
        return [Output(len(self._units) - 1, index) for index in range(outputs)]

    def combine(self, operation: int, left: Input, right: Input, rate: int = AUDIO) -> Output:
        """Add an arithmetic unit; return its output."""
        return self.unit("BinaryOpUGen", rate, (left, right), 1, operation)[0]

    def encode(self) -> bytes:
        """Return the content of the file."""
        controls = {**self.controls, **({self.trigger: 0.0} if self.trigger else {})}
        parts = [b"SCgf", struct.pack(">ih", 2, 1), _name(self.name)]
        parts += [struct.pack(f">i{len(self._constants)}f", len(self._constants), *self._constants)]
        parts += [struct.pack(f">i{len(controls)}f", len(controls), *controls.values())]
        parts += [struct.pack(">i", len(controls))]
        parts += [_name(name) + struct.pack(">i", index) for index, name in enumerate(controls)]
        parts += [struct.pack(">i", len(self._units)), *self._units, struct.pack(">h", 0)]
        return b"".join(parts)

    def _wire(self, wire: Input) -> bytes:
        if isinstance(wire, Output):
            return struct.pack(">ii", wire.unit, wire.index)
        if wire not in self._constants:
            self._constants.append(wire)
        return struct.pack(">ii", -1, self._constants.index(wire))


def _name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()
