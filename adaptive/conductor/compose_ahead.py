"""What may come next is composed before it comes: in the steps that have nothing else to write."""

from __future__ import annotations

from adaptive.conductor.layers.generated import KEPT_BARS
from adaptive.conductor.playback import Stage

MOST_PARTS = KEPT_BARS // 2
"""Parts a layer is composed ahead for: half of the bars it keeps."""


class Foresight:
    """Composes the first bar of every part for every generated layer that plays in it, one a step.

    Where the music turns, many layers begin in one step, 50 ms before they sound; by then their bars are
    known.  A bar comes out the same whenever it is composed.

    Parameters
    ----------
    stage : Stage
        What plays.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tempo: float | None = None
        self._waiting: list[tuple[str, str]] = []
        self.look_again()

    def look_again(self, layer: str | None = None) -> None:
        """Compose anew, for one layer or all: what they hang on has changed."""
        material, parts = self._stage.material, self._stage.preset.parts
        harmonious = [name for name in parts if name in material.harmony][:MOST_PARTS]
        wanted = [
            (name, part)
            for part in harmonious
            for name in parts[part].layers
            if name in material.generated and layer in {None, name}
        ]
        self._waiting = [pair for pair in self._waiting if pair not in wanted] + wanted[::-1]

    def look(self) -> None:
        """Compose the next bar that is not known yet, if any is left."""
        stage = self._stage
        if stage.tempo_wanted != self._tempo:
            self._tempo = stage.tempo_wanted
            self.look_again()
        while self._waiting:
            name, part = self._waiting.pop()
            passage = stage.passage_in(part, 0.0, 0.0, 1)
            if stage.material.generated[name].compose_ahead(stage.stay_in(passage)):
                return
