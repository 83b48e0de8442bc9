"""What may come next is composed before it comes: in the steps that have nothing else to write."""

from __future__ import annotations

from adaptive.conductor.layers.generated import KEPT_BARS
from adaptive.conductor.playback import PlaybackState

MOST_PARTS = KEPT_BARS // 2
"""Parts a layer is composed ahead for: half of the bars it keeps."""


class ComposeAhead:
    """Composes the first bar of every part for every generated layer that plays in it, one a step.

    Where the music turns, many layers begin in one step, 50 ms before they sound; by then their bars are
    known.  A bar comes out the same whenever it is composed.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self._playback = playback
        self._tempo: float | None = None
        self._waiting: list[tuple[str, str]] = []
        self.look_again()

    def look_again(self, layer: str | None = None) -> None:
        """Compose anew, for one layer or all: what they hang on has changed."""
        assets, segments = self._playback.assets, self._playback.preset.segments
        harmonious = [name for name in segments if name in assets.harmony][:MOST_PARTS]
        wanted = [
            (name, segment)
            for segment in harmonious
            for name in segments[segment].layers
            if name in assets.generated and layer in {None, name}
        ]
        self._waiting = [pair for pair in self._waiting if pair not in wanted] + wanted[::-1]

    def look(self) -> None:
        """Compose the next bar that is not known yet, if any is left."""
        playback = self._playback
        if playback.tempo_wanted != self._tempo:
            self._tempo = playback.tempo_wanted
            self.look_again()
        while self._waiting:
            name, segment = self._waiting.pop()
            instance = playback.instance_in(segment, 0.0, 0.0, 1)
            if playback.assets.generated[name].compose_ahead(playback.compose_context(instance)):
                return
