"""What expressions read: parameter values of a control step, states, bars since the section was entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adaptive.preset.model import Preset, StateGroup


class StepValues:
    """Values of one control step; an `adaptive.preset.expression.Scope`.

    Parameters
    ----------
    preset : Preset
        Declares parameters and state groups.
    index_of : Mapping
        Parameter name to its row in the kernel's history.

    Attributes
    ----------
    states : dict
        State group to its present value.
    bars_in_section : float
        Bars since the present section was entered.
    """

    def __init__(self, preset: Preset, index_of: Mapping[str, int]) -> None:
        self._hysteresis = {name: t.hysteresis for name, t in preset.file.parameters.items()}
        self._index_of, self._rows = index_of, max(index_of.values(), default=-1) + 1
        self.states = {name: group.default for name, group in preset.state_groups.items()}
        self.bars_in_section = 0.0
        self._values: list[float] = []
        self._ages: list[float] = []
        self._stale_flags: list[float] = []
        self._targets: list[float] = []

    def take_over(self, before: StepValues, groups: Mapping[str, StateGroup]) -> None:
        """Keep the values of another preset, and its states as far as this preset still declares them."""
        kept = {
            name: value
            for name, value in before.states.items()
            if name in groups and value in groups[name].values
        }
        self.states |= kept
        self.bars_in_section = before.bars_in_section
        self._values, self._ages, self._stale_flags = before._values, before._ages, before._stale_flags
        self._targets = before._targets

    def update(self, rows: Any, bars_in_section: float) -> None:
        """Load the values of a control step.

        Parameters
        ----------
        rows : array, shape (parameters, 4)
            Value, age in seconds, staleness (0 or 1) and target of each parameter.
        bars_in_section : float
            Bars since the present section was entered.
        """
        self._values, self._ages, self._stale_flags, self._targets = rows[: self._rows].T.tolist()
        self.bars_in_section = bars_in_section

    def signature(self) -> tuple[object, ...]:
        """All that conditions read except ages and bars; equal as long as none of it changes."""
        return (tuple(self._values), tuple(self._stale_flags), tuple(self.states.values()))

    def value(self, name: str) -> float | str:
        """Smoothed value of a parameter, or the present value of a state group."""
        if name in self.states:
            return self.states[name]
        return self._values[self._index_of[name]]

    def number(self, name: str) -> float:
        """Smoothed value of a parameter."""
        return self._values[self._index_of[name]]

    def target(self, name: str) -> float:
        """The value that was set last, before smoothing."""
        return self._targets[self._index_of[name]]

    def age(self, name: str) -> float:
        """Seconds since a value of a parameter last arrived."""
        return self._ages[self._index_of[name]]

    def is_stale(self, name: str) -> bool:
        """Whether no value has arrived for longer than the parameter's `stale_after_s`."""
        return bool(self._stale_flags[self._index_of[name]])

    def hysteresis(self, name: str) -> float:
        """Hysteresis of a parameter; 0 for anything else."""
        return self._hysteresis.get(name, 0.0)
