"""The state in which music begins: parameters and states that count before its first section is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adaptive.conductor.messages import Message
from adaptive.conductor.playback import PlaybackState
from adaptive.preset.program import run_program


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is set before the first frame.

    Parameters
    ----------
    values : Mapping
        Parameters; each begins at its value, without the smoothing of `rise_s` and `fall_s`.
    messages : sequence of Message
        States, a tempo, play or stop, in order.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    messages: Sequence[Message] = ()

    def followed_by(self, other: Beginning) -> Beginning:
        """Return both together; the other one wins where both set the same."""
        return Beginning({**self.values, **other.values}, (*self.messages, *other.messages))


AS_DECLARED = Beginning()
"""Parameters and states begin at the defaults of the preset."""


def begin_values(values: Mapping[str, float], playback: PlaybackState) -> None:
    """Set parameters, and those derived from them, before the first frame is rendered."""
    known = {name: value for name, value in values.items() if name in playback.layout.parameters}
    if not known:
        return
    engine, layout = playback.engine, playback.layout
    for name, value in known.items():
        engine.set_at_start(layout.parameters[name], value, value, is_sent=False)
    for name in playback.preset.derived:  # each reads only parameters before it
        index = layout.parameters[name]
        spec = engine.spec.parameters[index]
        present = [engine.value(row) for row in range(len(engine.spec.parameters))]
        still = [0.0] * len(present)
        value = run_program(spec.program or (), present, still, [False] * len(present))
        value = min(max(value, spec.low), spec.high)
        engine.set_at_start(index, value, value, is_sent=False)
    engine.settle_at_start()
