"""Values of the mixer that snapshots set, and above them those that messages hold until they are let go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adaptive.conductor.messages import Message, SetMix
from adaptive.conductor.mix_targets import MixTarget, mix_targets
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.snapshots import SavedSnapshot, Snapshots
from adaptive.engine import commands
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, MAP_CUTOFF
from adaptive.units import db_to_gain

SHORTEST_S = 0.02
"""Shortest time of a change: faster ones are heard as a click on low notes."""

SETTLING_S = 0.2
"""Time after an edit in which cells may move: its inserts and sends are written behind the bar line."""


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
    snapshots : Snapshots
        The snapshots of the preset.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox) -> None:
        self._playback, self._outbox = playback, outbox
        self._targets = mix_targets(playback.preset)
        self.held: dict[str, float] = {}
        self.snapshots = Snapshots(playback)
        self._cells: dict[str, tuple[int, MixTarget]] = {}  # of what was ever held
        self._settled_at = 0

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
        playback.receipts_of_done(message.id, words, at)

    def begin(self, messages: Iterable[Message]) -> None:
        """Set what snapshots set and hold what was asked for, before the first frame."""
        self.snapshots.begin()
        self._begin_snapshots()
        for message in messages:
            if isinstance(message, SetMix):
                for path, value in message.values:
                    if path in self._targets:
                        self._begin(path, value)

    def restore(self, held: Mapping[str, float], snapshots: Mapping[str, SavedSnapshot]) -> None:
        """Go on with saved snapshots and held values from the first frame on.

        What the preset does not have is left out.
        """
        self.snapshots.restore(snapshots)
        self._begin_snapshots()
        for path, value in held.items():
            if path in self._targets:
                target = self._targets[path]
                self._begin(path, min(max(value, target.low), target.high))

    def take_over(self, before: Mix) -> None:
        """Continue what was held before an edit."""
        self.held = {path: value for path, value in before.held.items() if path in self._targets}
        self._cells = dict(before._cells)
        self.snapshots.take_over(before.snapshots)

    def hold_again(self, at: int) -> None:
        """Hold everything anew at the bar line of an edit, which may have changed rows and levels.

        What was held before is told what the preset says now; what is no longer there is let go.
        """
        frames = round(SHORTEST_S * self._playback.tempo.sample_rate)
        for path in [*self._cells, *(self.snapshots.paths() - self._cells.keys())]:
            if path in self._targets:
                self._hold(path, self.held.get(path), at, frames)
            else:
                self._leave(path, at, frames)
        self._settled_at = at + round(SETTLING_S * self._playback.tempo.sample_rate)

    def step(self) -> None:
        """Hold values where they are now, after an edit; call in every control step."""
        playback = self._playback
        if playback.now >= self._settled_at:
            return
        frames = round(SHORTEST_S * playback.tempo.sample_rate)
        for path in self.held.keys() | self.snapshots.paths():
            target = self._targets.get(path)
            if target is not None and (self._cell_of(target), target) != self._cells.get(path):
                self._hold(path, self.held.get(path), playback.earliest, frames)

    def blend(self) -> None:
        """Move what snapshots set by a control step; call in every control step, after its messages."""
        at = self._playback.earliest
        for path in sorted(self.snapshots.step()):
            if path in self._targets and path not in self.held:
                self._hold(path, None, at, CONTROL_STEP_FRAMES)

    def _begin_snapshots(self) -> None:
        """Set what snapshots set from the first frame on."""
        for path in sorted(self.snapshots.paths() & self._targets.keys()):
            target = self._targets[path]
            share, value = self.snapshots.mixed(path)
            if not target.has_curve and isinstance(target.control, float | int):
                if target.is_level:
                    start = target.control - target.beside + self.snapshots.added_db(path)
                else:
                    start = target.control + (value - target.control) * share - target.beside
                self._playback.engine.settle_cell(target.place(self._playback.layout), start)
            self._hold(path, None, 0, 0)

    def _begin(self, path: str, value: float | None) -> None:
        """Hold a value from the first frame on, as if the preset said so."""
        target = self._targets[path]
        if value is not None:
            place = target.place(self._playback.layout)
            in_unit = value - target.beside
            self._playback.engine.settle_cell(place, in_unit)
        self._hold(path, value, 0, 0)

    def _hold(self, path: str, value: float | None, at: int, frames: int) -> None:
        if value is None:
            self.held.pop(path, None)
        else:
            self.held[path] = value
        target = self._targets[path]
        cell = self._cell_of(target)
        if path in self._cells and self._cells[path][0] != cell:
            self._leave(path, at, frames)
        share, in_cell, factor = self._wanted(path, target)
        if cell is None or (share == 0.0 and factor == 1.0 and path not in self._cells):
            return  # an edit has still to write it, see `step`; or nothing holds it
        is_new = path not in self._cells
        self._cells[path] = cell, target
        if target.kind == MAP_CUTOFF and (value is not None or (is_new and share > 0.0)):
            # the fader holds a fixed cutoff: from now on the cell holds that too
            row = target.row(self._playback.layout)
            self._outbox.add([commands.filter_bus(at, row, target.high, 0)])
        held = commands.hold_cell(
            at, cell, in_cell, frames, share=share, own=target.own, factor=factor,
            has_curve=target.has_curve, is_ratio=target.is_ratio, is_angle=target.is_angle,
        )  # fmt: skip
        self._outbox.add([held])

    def _wanted(self, path: str, target: MixTarget) -> tuple[float, float, float]:
        """Share and value of what is held or set, in the cell's unit, and the factor of what is its own."""
        factor = db_to_gain(self.snapshots.added_db(path)) if target.is_level else 1.0
        if path in self.held:
            return 1.0, target.in_cell(self.held[path]), factor
        share, value = (0.0, 0.0) if target.is_level else self.snapshots.mixed(path)
        return share, target.in_cell(value) if share > 0.0 else 0.0, factor

    def _leave(self, path: str, at: int, frames: int) -> None:
        """Let a cell go that the preset has no longer, or has elsewhere."""
        cell, target = self._cells.pop(path)
        free = commands.hold_cell(
            at, cell, 0.0, frames, share=0.0, own=target.own, has_curve=target.has_curve,
            is_ratio=target.is_ratio, is_angle=target.is_angle,
        )  # fmt: skip
        self._outbox.add([free])

    def _cell_of(self, target: MixTarget) -> int | None:
        """Address of a target's cell; None: an edit that just took effect has still to write it."""
        try:
            return self._playback.engine.cell(target.place(self._playback.layout))
        except (KeyError, ValueError):
            return None
