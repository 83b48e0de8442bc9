"""Composes bars of segments that may come next, in control steps that have nothing else to write."""

from __future__ import annotations

from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.conductor.layers.layer_bars import KEPT_BARS
from adaptive.conductor.playback import PlaybackState

MAX_SEGMENTS = KEPT_BARS // 2
"""Segments a layer is composed ahead for: half of the bars that it keeps."""

PREPARED_BARS = 6
"""So far ahead the plan of the present segment is worked out."""


class ComposeAhead:
    """Composes the first bar of every segment for every generated layer that plays in it, one a step.

    At a transition many layers start in one control step, 50 ms before they sound.  Their first bars are
    composed by then.  A bar is the same whenever it is composed.

    Parameters
    ----------
    playback : PlaybackState
        What plays; its assets have the layers.

    Attributes
    ----------
    version : int
        Increases when there is more to compose.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self._playback = playback
        self._tempo: float | None = None
        self._waiting: list[tuple[str, str]] = []
        self._prepared: tuple[SectionPlan, int] | None = None
        self._entered = playback.instance
        self.version = 0
        self.restart()

    def restart(self, layer: str | None = None) -> None:
        """Compose again, for one layer or for all, because something that the bars depend on has changed."""
        self.version += 1
        wanted = [pair for pair in self._all_pairs() if layer in {None, pair[0]}]
        again = set(wanted)
        self._waiting = [pair for pair in self._waiting if pair not in again] + wanted[::-1]

    def next_pairs(self) -> list[tuple[str, str]]:
        """The layers and segments whose first bars are going to be composed, in order."""
        return self._waiting[::-1]

    def _expect_again(self) -> None:
        """Once a section has been entered, compose its next visit, after all that waits."""
        entered = self._playback.instance
        if entered is self._entered:
            return
        self._entered = entered
        again = [pair for pair in self._all_pairs() if pair[1] == entered.section]
        waiting = set(self._waiting)
        self._waiting = [pair for pair in again if pair not in waiting][::-1] + self._waiting
        self.version += 1

    def _all_pairs(self) -> list[tuple[str, str]]:
        assets, segments = self._playback.assets, self._playback.preset.segments
        composable = [name for name in segments if name in assets.plans][:MAX_SEGMENTS]
        return [
            (name, segment)
            for segment in composable
            for name in segments[segment].layers
            if name in assets.generated
        ]

    def compose_next(self) -> None:
        """Compose the next bar that is not kept yet, if there is one, or work out a stage of its plan."""
        playback = self._playback
        self._expect_again()
        if playback.tempo_wanted != self._tempo:
            self._tempo = playback.tempo_wanted
            self.restart()
        if self._prepare_plan():
            return
        while self._waiting:
            name, segment = self._waiting[-1]
            instance = playback.instance_in(segment, 0.0, 0.0, 1)
            plans = playback.assets.plans[segment]
            if plans.visit(instance.visit).under(playback.held).prepare(0):
                return  # a stage of the plan is enough for a step
            self._waiting.pop()
            if playback.assets.generated[name].compose_ahead(playback.compose_context(instance)):
                return

    def _prepare_plan(self) -> bool:
        """Work out a stage of the part of the form that comes next in the present segment; False if done."""
        playback = self._playback
        instance = playback.instance
        plans = playback.assets.plans.get(instance.section)
        if plans is None or not any(name in playback.assets.generated for name in self._layers()):
            return False
        bar = instance.bar_at(instance.local(playback.tempo.beat_at(playback.now)))
        plan = plans.visit(instance.visit).under(playback.held)
        if self._prepared is not None and self._prepared[0] is plan and self._prepared[1] == bar:
            return False
        if plan.prepare(max(0, bar) + PREPARED_BARS):
            return True
        self._prepared = (plan, bar)
        return False

    def _layers(self) -> tuple[str, ...]:
        return self._playback.layers_of(self._playback.instance.section)
