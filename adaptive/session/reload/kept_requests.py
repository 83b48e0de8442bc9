"""Requests that come while other music is prepared: they count in it, on top of what it begins with.

`restore` and `load` take a moment.  A game that restores its save and sends the state of its world at once
means the music that comes, so its requests are kept, and act as soon as that music plays.  With `exit_at` the
present music goes on for bars: then requests act on it at once, and what lasts, such as a state, counts again
in the music that comes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import (
    ExternalClock,
    LockLayers,
    Message,
    SetChord,
    SetFollowing,
    SetKey,
    SetMix,
    SetMood,
    SetOutputLatency,
    SetProgramme,
    SetSnapshot,
    SetState,
    SetSteer,
    SetTempo,
    TakeSteps,
    Transport,
)
from adaptive.engine.engine import Engine
from adaptive.inputs.json_requests import read_json
from adaptive.inputs.lines import Connection
from adaptive.inputs.message import Checker, LoadPreset, RestoreMusic, SaveMusic
from adaptive.inputs.message_json import message_json

Keepable = Message | SaveMusic

LASTING = (
    SetState | SetTempo | Transport | SetMix | SetSnapshot | SetSteer | SetMood | SetKey | SetChord
    | LockLayers | SetFollowing | SetProgramme
)  # fmt: skip
"""Messages that set something, which holds until it is set again."""

AT_ONCE = TakeSteps | SetOutputLatency | ExternalClock
"""Messages about this moment, which are not kept."""

MOST_KEPT = 10_000
"""Requests that may wait for music that is prepared; the rest are dropped."""


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request that waits, and the id under which the present music answers it, if it does."""

    request: Keepable
    connection: Connection | None
    own_id: str | None = None


@dataclass(slots=True, eq=False)
class KeptRequests:
    """What came since other music was asked for.

    Parameters
    ----------
    mark : int
        Arrival number of the request for the other music.
    acts_now : bool
        Whether requests act on the present music too.
    requests : list of KeptRequest
        In the order in which they came.
    values : dict of str to (float, int)
        Parameters that were set through Python, with their arrival numbers.
    ramps : set of str
        Parameters that began to ramp.
    """

    mark: int
    acts_now: bool = False
    requests: list[KeptRequest] = field(default_factory=list)
    values: dict[str, tuple[float, int]] = field(default_factory=dict)
    ramps: set[str] = field(default_factory=set)

    def holds(self, request: object) -> bool:
        """Whether a request waits, instead of acting on the present music."""
        return not self.acts_now and isinstance(request, Keepable) and not isinstance(request, AT_ONCE)

    def lasts(self, request: object) -> bool:
        """Whether a request acts on the present music and counts again in the other."""
        return self.acts_now and isinstance(request, LASTING)

    def all_values(self, engine: Engine, index_of: Mapping[str, int]) -> dict[str, tuple[float, int]]:
        """The latest value of each parameter that was set, over OSC too, with its arrival number."""
        found = dict(self.values)
        for name, (value, arrival) in engine.received_since(self.mark, index_of).items():
            if name not in found or (arrival - found[name][1]) & 0xFFFFFFFF < 0x80000000:
                found[name] = (value, arrival)
        return found

    def beginning(self, checker: Checker, values: Mapping[str, tuple[float, int]]) -> Beginning:
        """What counts before the first section of another preset is chosen; its receipts come later."""
        messages = [
            replace(kept.request, id=None)
            for kept in list(self.requests)
            if isinstance(kept.request, LASTING) and not misfit(kept.request, checker)
        ]
        fitting = {name: value for name, (value, _) in values.items() if name in checker.parameters}
        return Beginning(fitting, messages)


def misfit(request: Keepable, checker: Checker) -> str:
    """Why a request does not fit a preset; empty: it fits."""
    if isinstance(request, SaveMusic):
        return ""
    document = message_json(request)
    faults = read_json(document.get("message", document), checker).faults
    return faults[0].error if faults else ""


def described(request: Keepable | LoadPreset | RestoreMusic) -> str:
    """A request as a person would write it."""
    if isinstance(request, LoadPreset):
        return f"load {request.name}"
    if isinstance(request, RestoreMusic | SaveMusic):
        return "restore" if isinstance(request, RestoreMusic) else "save"
    document = message_json(request)
    return json.dumps(document.get("message", document), ensure_ascii=False)
