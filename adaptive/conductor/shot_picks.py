"""Picks which file of a stinger or a fill sounds next, where it has several."""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.conductor.variation_picker import PickState, VariationPicker


class ShotPicks:
    """The pickers of stingers and fills, and what they have picked so far.

    Parameters
    ----------
    pickers : Mapping
        Pickers by key path, such as ``stingers.hit``; only of one-shots with several files.
    """

    def __init__(self, pickers: Mapping[str, VariationPicker]) -> None:
        self._pickers = dict(pickers)
        self.states: dict[str, PickState] = {}

    def take_over(self, before: ShotPicks) -> None:
        """Keep the pick states that fit the files of an edited preset."""
        self.set(before.states)

    def set(self, states: Mapping[str, PickState]) -> None:
        """Set pick states where they fit."""
        self.states = {
            name: state
            for name, state in states.items()
            if name in self._pickers and state.fits(len(self._pickers[name].weights))
        }

    def describe(self, name: str) -> str:
        """The order in which a one-shot's files are picked."""
        return self._pickers[name].order

    def pick(self, name: str) -> tuple[int, PickState | None]:
        """Pick the next file; returns its index, and the state before for `undo`; None: one file."""
        picker = self._pickers.get(name)
        if picker is None:
            return 0, None
        before = self.states.get(name, PickState())
        picked, self.states[name] = picker.pick(before)
        return picked, before

    def undo(self, name: str, before: PickState | None) -> None:
        """Take back the last pick, if nothing has been picked after it."""
        picker = self._pickers.get(name)
        if before is not None and picker is not None and picker.pick(before)[1] == self.states.get(name):
            self.states[name] = before
