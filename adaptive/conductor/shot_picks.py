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

    Attributes
    ----------
    state : Mapping
        Pick state by key path; it is replaced and never changed.
    """

    def __init__(self, pickers: Mapping[str, VariationPicker]) -> None:
        self._pickers = dict(pickers)
        self.state: Mapping[str, PickState] = {}

    def fitting(self, state: Mapping[str, PickState]) -> Mapping[str, PickState]:
        """The pick states that fit these files, which a save or an edit may not have had."""
        return {
            name: pick
            for name, pick in state.items()
            if name in self._pickers and pick.fits(len(self._pickers[name].weights))
        }

    def describe(self, name: str) -> str:
        """The order in which a one-shot's files are picked."""
        return self._pickers[name].order

    def pick(self, name: str) -> tuple[int, PickState | None]:
        """Pick the next file; returns its index, and the state before for `undo`; None: one file."""
        picker = self._pickers.get(name)
        if picker is None:
            return 0, None
        before = self.state.get(name, PickState())
        picked, after = picker.pick(before)
        self.state = {**self.state, name: after}
        return picked, before

    def undo(self, name: str, before: PickState | None) -> None:
        """Take back the last pick, if nothing has been picked after it."""
        picker = self._pickers.get(name)
        if before is not None and picker is not None and picker.pick(before)[1] == self.state.get(name):
            self.state = {**self.state, name: before}
