"""Selects the section that should play: the first `[[select]]` line whose condition is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from adaptive.conductor.step_values import StepValues
from adaptive.preset.expression import Expression, Latches, bind
from adaptive.preset.key_path import show_path
from adaptive.preset.model import Preset

LineKey = tuple[str, str]
"""Section and condition of a select line, by which it is found in an edited preset; empty: no line."""

DEFAULT_LINE = -1
"""Number that stands for the default section, which plays if no line is true."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The selected section; `explain` builds the reason only when somebody asks for it."""

    section: str
    is_urgent: bool
    explain: Callable[[], str]
    key: LineKey = ("", "")

    @property
    def reason(self) -> str:
        """The line, its condition, and the values that the condition read."""
        return self.explain()


@dataclass(frozen=True, slots=True)
class SelectorState:
    """What a selector remembers.

    Parameters
    ----------
    spent : tuple of LineKey
        Lines that do not count until their conditions have been false.
    latches : Mapping
        Number and condition of a line to what hysteresis remembers of it.
    """

    spent: tuple[LineKey, ...] = ()
    latches: Mapping[tuple[int, str], Latches] = field(default_factory=dict)


class Selector:
    """Evaluates the `[[select]]` lines and keeps the latches that hysteresis needs, one set for each line.

    As long as nothing changes that a condition reads, the last choice is returned without evaluation.

    Parameters
    ----------
    preset : Preset
        Has the lines and their compiled conditions.
    """

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        self._conditions: list[Callable[[], object] | None] | None = None
        self._latches = [Latches() for _ in preset.select]
        texts = " ".join(condition.text for condition in preset.when.values())
        self._reads_time = "age" in texts or "bars_in_section" in texts
        self._seen: object = None
        self._last: Choice | None = None
        self._values: StepValues | None = None
        self._true: list[int] = []
        self._spent: set[int] = set()
        self._trial: list[Callable[[], object] | None] | None = None
        self._trial_latches: list[Latches] = []
        self._trial_key: tuple[Choice | None, str] = (None, "")
        self._trial_answers: frozenset[str] = frozenset()
        self._renewed: list[tuple[int, str]] = []

    @property
    def state(self) -> SelectorState:
        """What is remembered from step to step."""
        spent = tuple(self._key(number) for number in sorted(self._spent))
        conditions = self._preset.when.items()
        return SelectorState(spent, {(n, when.text): self._latches[n] for n, when in conditions})

    @state.setter
    def state(self, state: SelectorState) -> None:
        """Continue from a state; lines and conditions that it does not know begin anew.

        Lines keep their latches if number and condition are unchanged: hysteresis continues.
        """
        for number, condition in self._preset.when.items():
            if (number, condition.text) in state.latches:
                self._latches[number] = state.latches[number, condition.text]
        numbers = range(DEFAULT_LINE, len(self._preset.select))
        self._spent = {number for number in numbers if self._key(number) in state.spent}
        self._last = None

    def choose(self, values: StepValues) -> Choice:
        """Section of the first true line; the preset's default section if none is true."""
        seen = values.signature()
        if self._last is not None and seen == self._seen and not self._reads_time:
            return self._last
        self._seen = seen
        if self._conditions is None:
            numbers = range(len(self._preset.select))
            self._conditions = [self._bind(number, values, self._latches) for number in numbers]
        # every line is evaluated, not only up to the first true one: its latches must be current
        self._true = [
            number
            for number, condition in enumerate(self._conditions)
            if condition is None or bool(condition())
        ]
        if self._spent:
            self._renew()
        self._values = values
        self._last = self._first(self._spent)
        return self._last

    @property
    def last(self) -> Choice:
        """The last choice."""
        assert self._last is not None  # it has been chosen in this control step
        return self._last

    def without(self, section: str) -> Choice:
        """What would be chosen if the lines of a section were spent."""
        return self._first(self._spent | self._lines_of(section))

    def answers_but_for_state(self, section: str) -> frozenset[str]:
        """What select would answer if the state that selected a section were another; also playlists.

        One state group often names the music: while it names a fanfare, it cannot name what the fanfare
        interrupted.  So every other value of the groups that the section's true lines read is tried, without
        the lines of the section.
        """
        key = (self._last, section)
        if self._trial_key != key or self._reads_time:
            self._trial_key, self._trial_answers = key, self._try_states(section)
        return self._trial_answers

    def _try_states(self, section: str) -> frozenset[str]:
        values, lines, when = self._values, self._lines_of(section), self._preset.when
        if values is None:
            return frozenset()
        if self._trial is None:
            numbers = range(len(self._preset.select))
            self._trial_latches = [Latches() for _ in numbers]
            self._trial = [self._bind(number, values, self._trial_latches) for number in numbers]
        read = {name for number in lines & when.keys() for name in when[number].names & values.states.keys()}
        spent, found = self._spent | lines, set()
        for group in read:
            present = values.states[group]
            for value in self._preset.state_groups[group].values:
                values.states[group] = value
                for mine, real in zip(self._trial_latches, self._latches, strict=True):
                    mine.copy_from(real)
                true = (
                    self._preset.select[number].section
                    for number, condition in enumerate(self._trial)
                    if number not in spent and (condition is None or condition())
                )
                found.add(next(true, ""))
            values.states[group] = present
        return frozenset(found)

    # ── spent lines ────────────────────────────────────────────────────────────────────────────

    def is_spent(self, section: str) -> bool:
        """Whether a line of a section is spent."""
        return any(self._section_of(number) == section for number in self._spent)

    def spend(self, section: str) -> list[int]:
        """Let the lines of a section count no more until their conditions have been false; returns them."""
        lines = self._lines_of(section) - self._spent
        self._spent |= lines
        self._last = None
        return sorted(lines)

    def unspend(self, section: str, reason: str) -> None:
        """Let the spent lines of a section count again, whatever their conditions say."""
        for number in sorted(self._spent):
            if self._section_of(number) == section:
                self._spent.discard(number)
                self._renewed.append((number, reason))
                self._last = None

    def pop_renewed(self) -> list[tuple[int, str]]:
        """The lines that have begun to count again since the last call, each with the reason."""
        renewed, self._renewed = self._renewed, []
        return renewed

    def _lines_of(self, section: str) -> set[int]:
        """The true lines that name a section, and the default if it is that section."""
        lines = {number for number in self._true if self._preset.select[number].section == section}
        return lines | ({DEFAULT_LINE} if self._preset.default_section == section else set())

    def _renew(self) -> None:
        """Let spent lines count again whose conditions are false.

        A line without a condition, and the default, mean "otherwise": false while a line above is true.
        """
        first = next((number for number in self._true if number not in self._spent), None)
        for number in sorted(self._spent):
            is_otherwise = number == DEFAULT_LINE or number not in self._preset.when
            above = first is not None and (number == DEFAULT_LINE or first < number)
            if above if is_otherwise else number not in self._true:
                self._spent.discard(number)
                self._renewed.append((number, "its condition has been false"))

    def _section_of(self, number: int) -> str:
        return self._preset.default_section if number == DEFAULT_LINE else self._preset.select[number].section

    def _key(self, number: int) -> LineKey:
        if number == DEFAULT_LINE:
            return "", ""
        condition = self._preset.when.get(number)
        return self._preset.select[number].section, "" if condition is None else condition.text

    def _first(self, spent: set[int]) -> Choice:
        """The first true line that is not spent."""
        for number in self._true:
            if number not in spent:
                line, condition = self._preset.select[number], self._preset.when.get(number)
                name = f"{show_path(('select', number))}: " if self._preset.file.select else ""
                explain = partial(_explain, name, condition, self._values, is_first=number == 0)
                return Choice(line.section, line.urgent, explain, self._key(number))
        if DEFAULT_LINE in spent:
            return Choice("", False, _nothing_left)
        return Choice(self._preset.default_section, False, _nothing_true)

    def _bind(
        self, number: int, values: StepValues, latches: Sequence[Latches]
    ) -> Callable[[], object] | None:
        condition = self._preset.when.get(number)
        return None if condition is None else bind(condition, values, latches[number])


def _nothing_true() -> str:
    return "no line of select is true: the default"


def _nothing_left() -> str:
    return "every line of select that is true is spent"


def _explain(line: str, condition: Expression | None, values: StepValues | None, *, is_first: bool) -> str:
    """Reason of a line; its name is empty if it is not in the file, because a state names the section."""
    if condition is None or values is None:
        return f"{line}{'it has no `when`' if is_first else 'no line above it is true'}"
    terms = []
    for name in sorted(condition.names):
        value = values.value(name)
        shown = f"{value:.3f}" if isinstance(value, float) else value
        terms.append(f"{name} = {shown}")
    return f"{line}{condition.text} ({', '.join(terms)})"
