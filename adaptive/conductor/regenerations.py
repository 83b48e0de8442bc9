"""Takes of generated layers: lock some, let others be written anew, and take that back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adaptive.composer.steer import RegeneratedBars
from adaptive.conductor.messages import LockLayers, Regenerate, TakeBack
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.steering import Steering

MOST_TAKES = 64
"""Regenerations that are kept; the earliest are forgotten, and their bars are as planned again."""

TakeMessage = LockLayers | Regenerate | TakeBack


@dataclass(frozen=True, slots=True)
class RegenerationsState:
    """What was asked for.

    Parameters
    ----------
    history : tuple of (tuple of str, RegeneratedBars)
        Regenerations in order: the layers, and the bars.
    count : int
        Number of regenerations so far, those that were taken back too.
    """

    history: tuple[tuple[tuple[str, ...], RegeneratedBars], ...] = ()
    count: int = 0


class Regenerations:
    """Locks layers and regenerates them.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    outbox : CommandOutbox
        Receives the commands.
    steering : Steering
        Leaves locked layers as they are.

    Attributes
    ----------
    state : RegenerationsState
        What was asked for, beside the locks, which `steering` knows.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox, steering: Steering) -> None:
        self._playback, self._outbox, self._steering = playback, outbox, steering
        self.state = RegenerationsState()

    def handle(self, message: TakeMessage) -> None:
        """Do what a message asks for."""
        if isinstance(message, LockLayers):
            self._lock(message)
        elif isinstance(message, Regenerate):
            self._regenerate(message)
        else:
            self._take_back(message)

    def restore(self, state: RegenerationsState) -> None:
        """Continue from a state, as far as the preset has the layers."""
        self.state = state
        self._apply()

    def _lock(self, message: LockLayers) -> None:
        if frozenset(message.layers) == self._steering.locked:
            self._playback.receipt(message.id, "merged", "they are locked already")
            return
        self._steering.lock(frozenset(message.layers))
        words = f"{', '.join(message.layers)} locked" if message.layers else "no layer is locked"
        self._tell(message, self._playback.earliest, words, {"locked": list(message.layers)})

    def _regenerate(self, message: Regenerate) -> None:
        playback, instance = self._playback, self._playback.instance
        layers = tuple(name for name in message.layers if name not in self._steering.locked)
        if not layers or not instance.section:
            why = "nothing plays" if layers else "they are locked"
            playback.receipt(message.id, "dropped", why)
            return
        number = self.state.count + 1
        first, last = message.bars or (1, 10**9)
        take = RegeneratedBars(instance.section, number, first - 1, last - 1)
        present = max(0, instance.bar_at(instance.local(playback.tempo.beat_at(playback.earliest))))
        if message.bars is None:  # what has been heard stays what it was
            take = replace(take, first=present)
        history = (*self.state.history, (layers, take))[-MOST_TAKES:]
        self.state = RegenerationsState(history, number)
        at = self._write_again(layers)
        words = f"{', '.join(layers)} written anew"
        locked = [name for name in message.layers if name in self._steering.locked]
        if locked:
            words += f"; {', '.join(locked)} {'stays' if len(locked) == 1 else 'stay'} as locked"
        if take.last < present:
            words += f"; these bars have been played, and change when {instance.section} is entered again"
        self._tell(message, at, words, {"layers": list(layers), "take": number})

    def _take_back(self, message: TakeBack) -> None:
        if not self.state.history:
            self._playback.receipt(message.id, "dropped", "nothing was regenerated")
            return
        layers, _ = self.state.history[-1]
        self.state = replace(self.state, history=self.state.history[:-1])
        at = self._write_again(layers)
        self._tell(message, at, f"{', '.join(layers)} as before", {"layers": list(layers)})

    def _write_again(self, layers: tuple[str, ...]) -> int:
        """Withdraw what has not sounded of some layers; returns from which frame."""
        playback = self._playback
        self._apply()
        beat = playback.instance.next_boundary(playback.tempo.beat_at(playback.earliest), "beat")
        frame = playback.tempo.frame_at(beat)
        for name in layers:
            layer = playback.assets.generated.get(name)
            if layer is not None and layer.range_at(beat) is not None and beat < layer.cursor_beat:
                self._outbox.add(layer.withdraw(frame, beat))
        return frame

    def _apply(self) -> None:
        """Tell each layer its takes."""
        for name, layer in self._playback.assets.generated.items():
            layer.takes = tuple(take for layers, take in self.state.history if name in layers)

    def _tell(self, message: TakeMessage, at: int, words: str, fields: dict[str, object]) -> None:
        playback = self._playback
        playback.log_line("steer", at, words, **fields)
        playback.receipts_of_done(message.id, words, at)
