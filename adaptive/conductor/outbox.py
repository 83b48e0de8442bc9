"""The outbox: commands that the conductor has decided on and not yet posted."""

from __future__ import annotations

from collections.abc import Iterable

from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine

FIRST_COMMIT = 128
"""Commands of one commit at the start: half of what the kernel accepts into its schedule in a quantum."""


class CommandOutbox:
    """Collects the commands of one control step and posts them to the engine as one commit.

    Parameters
    ----------
    engine : Engine
        Receives the commits.

    Attributes
    ----------
    posted : int
        Commands of the last control step.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[Command] = []
        self.posted = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, commands: Iterable[Command]) -> None:
        """Append commands; they are posted in this order."""
        self._waiting += commands

    def post(self) -> None:
        """Post everything as one commit.

        Raises
        ------
        QueueFullError
            The engine's queue has no room for all of it; the commands stay here for the next step.
        """
        self.posted = len(self._waiting)
        if self._waiting:
            self._engine.post(self._waiting)
            self._waiting = []

    def post_in_order(self) -> None:
        """Post everything in order of frames, in commits of `FIRST_COMMIT` commands.

        Called once, before the first frame: the commands of frame 0 must be in the kernel's schedule
        before those of bar 2.
        """
        waiting, self._waiting = sorted(self._waiting, key=lambda command: command.frame), []
        for first in range(0, len(waiting), FIRST_COMMIT):
            self._engine.post(waiting[first : first + FIRST_COMMIT])
