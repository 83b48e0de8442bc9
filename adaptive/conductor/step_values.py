"""What expressions read: parameter values of a control step, states, bars since the section was entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from adaptive.kernel.layout import HEALTH_STALE
from adaptive.preset.model import Preset


@dataclass(frozen=True, slots=True)
class StepState:
    """All values of a control step.

    Parameters
    ----------
    states : Mapping
        State group to its present value.
    bars_in_section : float
        Bars since the present section was entered.
    rows : tuple of five lists
        Values, ages in seconds, health, targets of the parameters and what was sent, by their rows.
    """

    states: Mapping[str, str]
    bars_in_section: float = 0.0
    rows: tuple[list[float], ...] = ([], [], [], [], [])


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
        self._groups = preset.state_groups
        table = preset.file.tempo_follow
        self._followed = None if table is None else table.parameter
        self._believed: float | None = None
        self._index_of, self._rows = index_of, max(index_of.values(), default=-1) + 1
        self.state = StepState({name: group.default for name, group in self._groups.items()})

    @property
    def state(self) -> StepState:
        """All of it."""
        rows = (self._values, self._ages, self._health, self._targets, self._sent)
        return StepState(dict(self.states), self.bars_in_section, rows)

    @state.setter
    def state(self, state: StepState) -> None:
        """Set all of it."""
        self.states = dict(state.states)
        self.bars_in_section = state.bars_in_section
        self._values, self._ages, self._health, self._targets, self._sent = state.rows

    def fitting(self, state: StepState) -> StepState:
        """What of a state this preset declares; groups without a fitting value get their default."""
        kept = {
            name: value
            for name, value in state.states.items()
            if name in self._groups and value in self._groups[name].values
        }
        return replace(state, states={**self.states, **kept})

    def update(self, rows: Any, bars_in_section: float) -> None:
        """Load the values of a control step.

        Parameters
        ----------
        rows : array, shape (parameters, 5)
            Value, age in seconds, health (bits `HEALTH_…` of the layout), target of each parameter, and
            what was sent last.
        bars_in_section : float
            Bars since the present section was entered.
        """
        columns = rows[: self._rows].T.tolist()
        self._values, self._ages, self._health, self._targets, self._sent = columns
        self.bars_in_section = bars_in_section

    def believe(self, cadence_spm: float | None) -> None:
        """Let conditions read this cadence in place of what the sensor sent last; None: what it sent.

        Zeros between readings, stray readings and those of one foot decide nothing then.
        """
        self._believed = cadence_spm

    def signature(self) -> tuple[object, ...]:
        """All that conditions read except ages and bars; equal as long as none of it changes."""
        return (tuple(self._values), tuple(self._health), tuple(self.states.values()), self._believed)

    def value(self, name: str) -> float | str:
        """Smoothed value of a parameter, or value of a state group; for conditions."""
        if name in self.states:
            return self.states[name]
        return self._condition_number(name)

    def reader(self, name: str) -> Callable[[], float | str]:
        """A function that returns `value` of a name, for conditions that ask in every control step."""
        if name in self._groups:
            return lambda: self.states[name]
        if name == self._followed:
            return lambda: self._condition_number(name)
        row = self._index_of[name]
        return lambda: self._values[row]

    def _condition_number(self, name: str) -> float:
        if name == self._followed and self._believed is not None:
            return self._believed
        return self._values[self._index_of[name]]

    def number(self, name: str) -> float:
        """Smoothed value of a parameter."""
        return self._values[self._index_of[name]]

    def target(self, name: str) -> float:
        """The value that was set last, before smoothing."""
        return self._targets[self._index_of[name]]

    def sent(self, name: str) -> float:
        """The value that arrived last: `target`, unless it was refused because it is the cadence."""
        return self._sent[self._index_of[name]]

    def age(self, name: str) -> float:
        """Seconds since a value of a parameter last arrived."""
        return self._ages[self._index_of[name]]

    def is_stale(self, name: str) -> bool:
        """Whether no value has arrived for longer than the parameter's `stale_after_s`."""
        return bool(int(self._health[self._index_of[name]]) & HEALTH_STALE)

    def health(self, name: str) -> int:
        """What a parameter suffers from: 0, or a sum of bits `HEALTH_…` of `adaptive.kernel.layout`."""
        return int(self._health[self._index_of[name]])

    def is_healthy(self, name: str) -> bool:
        """Whether a parameter is neither stale nor slow, and its last reading was not refused."""
        return self._health[self._index_of[name]] == 0.0

    def hysteresis(self, name: str) -> float:
        """Hysteresis of a parameter; 0 for anything else."""
        return self._hysteresis.get(name, 0.0)
