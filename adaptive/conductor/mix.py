"""Values of the mixer that messages hold in place of the preset's, until they are let go."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping

from adaptive.conductor.messages import Message, SetMix
from adaptive.conductor.mix_targets import MixTarget, mix_targets
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.playback import PlaybackState

SHORTEST_S = 0.02
"""Shortest time of a change: faster ones are heard as a click on low notes."""


class Mix:
    """Holds values of the mixer.

    Planned transitions do not touch it, and withdrawing them does not either: the kernel holds these values
    beside the levels that sections and fades set.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    outbox : CommandOutbox
        Receives the commands.

    Attributes
    ----------
    held : dict of str to float
        Key path of each value that is held, and the value.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox) -> None:
        self._playback, self._outbox = playback, outbox
        self._targets = mix_targets(playback.preset)
        self.held: dict[str, float] = {}
        self._dropped: list[tuple[MixTarget, str]] = []

    def set(self, message: SetMix) -> None:
        """Hold the values of a message, or let them go."""
        playback = self._playback
        changed = {
            path: value
            for path, value in message.values
            if path in self._targets and value != self.held.get(path)
        }
        if not changed:
            playback.receipt(message.id, "merged", "the mixer is so already")
            return
        at = playback.earliest
        frames = round(max(message.seconds, SHORTEST_S) * playback.tempo.sample_rate)
        for path, value in changed.items():
            self._hold(path, value, at, frames)
            why = "held by a message" if value is not None else "let go by a message"
            playback.log_line("mix", at, why, target=path, value=value, seconds=message.seconds)
        words = f"{', '.join(changed)} {'moves' if len(changed) == 1 else 'move'} from there on"
        playback.receipt(message.id, "accepted", words, at, playback.position_at(at))
        playback.receipt(message.id, "finished", "")

    def begin(self, messages: Iterable[Message]) -> None:
        """Hold what was asked for before the first frame."""
        for message in messages:
            if isinstance(message, SetMix):
                for path, value in message.values:
                    if path in self._targets:
                        self._hold(path, value, 0, 0)

    def restore(self, held: Mapping[str, float]) -> None:
        """Hold saved values from the first frame on; those that the preset does not have are left out."""
        for path, value in held.items():
            if path in self._targets:
                target, _name = self._targets[path]
                self._hold(path, min(max(value, target.low), target.high), 0, 0)

    def take_over(self, before: Mix) -> None:
        """Continue what was held before an edit."""
        self.held = {path: value for path, value in before.held.items() if path in self._targets}
        self._dropped = [before._targets[path] for path in before.held if path not in self._targets]

    def hold_again(self, at: int) -> None:
        """Hold everything anew at the bar line of an edit, which may have changed rows and levels."""
        frames = round(SHORTEST_S * self._playback.tempo.sample_rate)
        for path, value in list(self.held.items()):
            self._hold(path, value, at, frames)
        for target, name in self._dropped:
            with contextlib.suppress(KeyError):  # it is no longer laid out
                self._outbox.add(target.hold(self._playback.layout, name, None, at, frames))
        self._dropped = []

    def _hold(self, path: str, value: float | None, at: int, frames: int) -> None:
        target, name = self._targets[path]
        self._outbox.add(target.hold(self._playback.layout, name, value, at, frames))
        if value is None:
            self.held.pop(path, None)
        else:
            self.held[path] = value
