"""Several sources of one parameter: which of them counts, and how the values of many become one.

An input with `combine` makes one value of what its addresses sent last.  Of several inputs that set the same
parameter, the one with the highest `priority` counts, as long as it is heard.  A source that has not sent for
its `stale_after_s` counts no more.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from adaptive.follow.health import HealthNotes
from adaptive.inputs.message import SetParameter, Transaction
from adaptive.inputs.reading_source import arbitrated
from adaptive.preset.model import Preset
from adaptive.preset.schema import InputTable

MOST_SOURCES = 256
"""Addresses of one input that are remembered; what further ones send is dropped."""

LIVE_SHARE = 0.5
"""A source falls out of a combined value only if another was heard within this share of `stale_after_s`."""

MESSAGES = "messages"
"""How the source is called that is no input: a message that names the parameter."""


@dataclass(slots=True)
class _SourceChannel:
    """What one input, or the messages, last sent to a parameter."""

    name: str
    combine: str
    priority: int
    stale_after_s: float
    heard: dict[str, tuple[float, float]] = field(default_factory=dict)  # place: value, time
    silent: dict[str, float] = field(default_factory=dict)  # place that was heard: time of its last value
    fallen: list[str] = field(default_factory=list)  # places that are silent since it was told

    def drop_stale(self, now_s: float) -> None:
        stale = [place for place, (_, at_s) in self.heard.items() if now_s - at_s > self.stale_after_s]
        for place in stale:
            if len(self.silent) < MOST_SOURCES:
                self.silent[place] = self.heard[place][1]
            self.fallen.append(place)
            del self.heard[place]

    def take(self, place: str, value: float, now_s: float) -> bool:
        """Remember a value; False: there are too many places."""
        if place not in self.heard and len(self.heard) >= MOST_SOURCES:
            return False
        self.silent.pop(place, None)
        self.heard.pop(place, None)  # so that the newest is the last
        self.heard[place] = (value, now_s)
        return True

    @property
    def newest_s(self) -> float:
        """When it was heard last."""
        return max(at_s for _, at_s in self.heard.values())

    def value(self) -> float:
        """The value of all that it heard."""
        values = [value for value, _ in self.heard.values()]
        match self.combine:
            case "max":
                return max(values)
            case "min":
                return min(values)
            case "mean":
                return math.fsum(values) / len(values)
            case _:
                return values[-1]


class _Sources:
    """The sources of one parameter."""

    def __init__(self, name: str, stale_after_s: float | None, tables: Iterable[InputTable]) -> None:
        own = math.inf if stale_after_s is None else stale_after_s
        self.name = name
        self.tables = list(tables)
        self.of_input: dict[int, _SourceChannel] = {}
        for table in self.tables:
            limit = own if table.stale_after_s is None else table.stale_after_s
            called = table.osc or table.midi or "an input"
            self.of_input[id(table)] = _SourceChannel(
                called, table.combine or "latest", table.priority, limit
            )
        self.messages = _SourceChannel(MESSAGES, "latest", 0, own)
        self.winner: _SourceChannel | None = None
        self.told: float | None = None

    def go_on(self, before: _Sources) -> None:
        """Remember what was heard before an edit, by inputs that are equal."""
        self.messages.heard = before.messages.heard
        for table in self.tables:
            same = next((one for one in before.tables if one == table), None)
            if same is not None:
                known, channel = before.of_input[id(same)], self.of_input[id(table)]
                channel.heard, channel.silent = known.heard, known.silent

    @property
    def channels(self) -> list[_SourceChannel]:
        return [*self.of_input.values(), self.messages]

    def chosen(self, now_s: float) -> _SourceChannel | None:
        """The channel that counts; None: none is heard."""
        for one in self.channels:
            one.drop_stale(now_s)
        heard = [one for one in self.channels if one.heard]
        return max(heard, key=lambda one: (one.priority, one.newest_s), default=None)

    def next_change_s(self) -> float:
        """When the next source becomes stale."""
        times = [at + one.stale_after_s for one in self.channels for _, at in one.heard.values()]
        return min(times, default=math.inf)


def _shown(place: str) -> str:
    """A place as people know it: the address, and the argument if it is not the first."""
    address, _, argument = place.rpartition(" ")
    return address if argument == "0" else f"{address}, argument {argument}" if address else place


class InputSources:
    """Passes on those values of parameters that count.

    Parameters
    ----------
    preset : Preset
        Declares parameters and inputs.
    tell : callable
        Is given a sentence, the name of the parameter and that of its new source, when another one counts.
    clock : callable
        Seconds of the monotonic clock: a jump of the wall clock changes no age.
    tell_silence : callable
        Is given a sentence, the name of the parameter and an address of an input, when that one falls silent
        while others of the input are heard; for an address every 30 s at most.
    """

    def __init__(
        self,
        preset: Preset,
        tell: Callable[[str, str, str], None] = lambda *_: None,
        clock: Callable[[], float] = time.monotonic,
        tell_silence: Callable[[str, str, str], None] = lambda *_: None,
    ) -> None:
        self._tell, self._clock, self._tell_silence = tell, clock, tell_silence
        self._parameters: dict[str, _Sources] = {}
        self._next_s = math.inf
        self._silences = HealthNotes()
        self.dropped = 0
        self.use(preset)

    def use(self, preset: Preset) -> None:
        """Use the inputs of a preset; what its inputs have in common with those before stays known."""
        before, self._parameters = self._parameters, {}
        for name in arbitrated(preset.file.inputs):
            table = preset.file.parameters.get(name)
            tables = [one for one in preset.file.inputs if one.parameter == name]
            made = _Sources(name, None if table is None else table.stale_after_s, tables)
            known = before.get(name)
            if known is not None:
                made.go_on(known)
            self._parameters[name] = made

    def pass_on(self, transaction: Transaction) -> list[SetParameter]:
        """Take out, or change, what does not count as it is; return the requests that are dropped."""
        if not self._parameters:
            return []
        kept: list[Any] = []
        dropped = []
        for request in transaction.requests:
            if not isinstance(request, SetParameter) or request.name not in self._parameters:
                kept.append(request)
                continue
            passed = self._take(self._parameters[request.name], request)
            if passed is None:
                dropped.append(request)
            else:
                kept.append(passed)
        transaction.requests[:] = kept
        self.dropped += len(dropped)
        return dropped

    def _take(self, parameter: _Sources, request: SetParameter) -> SetParameter | None:
        now_s = self._clock()
        source = request.source
        channel = parameter.messages if source is None else parameter.of_input.get(id(source.table))
        if channel is None:  # an input of the preset before
            return None
        if not channel.take("" if source is None else source.place, request.value, now_s):
            return None
        chosen = self._choose(parameter, now_s)
        self._next_s = min(self._next_s, now_s + channel.stale_after_s)
        if chosen is not channel:
            return None
        parameter.told = channel.value()
        return replace(request, value=parameter.told)

    def _choose(self, parameter: _Sources, now_s: float) -> _SourceChannel | None:
        chosen, before = parameter.chosen(now_s), parameter.winner
        self._tell_silent(parameter)
        parameter.winner = chosen
        has_choice = len(parameter.channels) > 2
        if chosen is not None and chosen is not before and has_choice:
            was = "" if before is None else f", {before.name} before"
            self._tell(f"{parameter.name}: {chosen.name} is heard{was}", parameter.name, chosen.name)
        return chosen

    def _tell_silent(self, parameter: _Sources) -> None:
        """Tell which of the addresses of an input are silent while others are heard."""
        for one in parameter.channels:
            fallen, one.fallen = one.fallen, []
            for place in fallen:
                if place and place in one.silent and self._is_live(one):
                    others = f"{len(one.heard)} of {one.name} {'is' if len(one.heard) == 1 else 'are'} heard"
                    text = f"{parameter.name}: {_shown(place)} is silent, {others}"
                    self._silences.once(self._clock(), f"{parameter.name} {place}", text)
                    for note in self._silences.pop():
                        self._tell_silence(note.text, parameter.name, _shown(place))

    def _is_live(self, channel: _SourceChannel) -> bool:
        """Whether it is being heard; if all fall silent together, what is left for a moment says nothing."""
        return bool(channel.heard) and self._clock() - channel.newest_s <= channel.stale_after_s * LIVE_SHARE

    def follow(self) -> list[SetParameter]:
        """Values that have changed because a source is heard no more."""
        now_s = self._clock()
        if now_s <= self._next_s:
            return []
        found = []
        self._next_s = math.inf
        for parameter in self._parameters.values():
            chosen = self._choose(parameter, now_s)
            self._next_s = min(self._next_s, parameter.next_change_s())
            if chosen is not None and self._is_live(chosen) and chosen.value() != parameter.told:
                parameter.told = chosen.value()
                found.append(SetParameter(parameter.name, parameter.told))
        return found

    def now(self) -> dict[str, dict[str, Any]]:
        """Of each parameter with several sources: which counts, how many are heard, and who is silent."""
        now_s, told = self._clock(), {}
        for name, parameter in self._parameters.items():
            chosen = parameter.chosen(now_s)
            told[name] = {
                "source": None if chosen is None else chosen.name,
                "heard": sum(len(one.heard) for one in parameter.channels),
                "silent": {
                    _shown(place): round(now_s - at_s, 3)
                    for one in parameter.channels
                    for place, at_s in one.silent.items()
                    if place
                },
            }
        return told
