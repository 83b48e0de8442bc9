"""Bars as a recording keeps them, and a source that repeats them.

A recording keeps what a generator cannot repeat: every bar of a generator that does not declare itself
deterministic, and of every generator the bars that came late or not at all.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from adaptive.composer.bar_source import Answer, BarFailure, BarRequest, BarSource, SourceOf
from adaptive.composer.context import WrittenBar
from adaptive.composer.registry import GeneratorSpec
from adaptive.music.note import Note


@dataclass(frozen=True, slots=True)
class RecordedBar:
    """What became of a bar.

    Parameters
    ----------
    layer, section : str
        The layer, and the segment it was written for.
    bar : int
        Number of the bar since the segment was entered, from 0.
    tried_frame, settled_frame : int
        Earliest frame that could still be written when the bar was first needed, and when it was written.
    reason : str
        Why the generator did not write it, as part of a sentence; empty: it did.
    notes : tuple of Note or None
        Its notes; None: the generator writes the same ones again.
    """

    layer: str
    section: str
    bar: int
    tried_frame: int
    settled_frame: int
    reason: str = ""
    notes: tuple[Note, ...] | None = None


class RecordedSource:
    """Repeats the recorded bars of a layer, each in the control step in which it was written.

    Parameters
    ----------
    inner : BarSource
        Composes the bars that the recording does not hold.
    bars : iterable of RecordedBar
        The recorded bars of this layer, in order.
    """

    def __init__(self, inner: BarSource, bars: Iterable[RecordedBar]) -> None:
        self._inner = inner
        self._bars: dict[tuple[str, int, int], deque[RecordedBar]] = defaultdict(deque)
        for bar in bars:
            self._bars[bar.section, bar.bar, bar.tried_frame].append(bar)
        self._late: dict[Hashable, RecordedBar] = {}

    @property
    def is_immediate(self) -> bool:
        """As the source that was recorded."""
        return self._inner.is_immediate

    def ask(self, request: BarRequest, *, is_ahead: bool = False) -> None:
        """Do nothing: what has to be composed is composed when it is taken."""

    def take(self, request: BarRequest, *, may_wait: bool = False) -> Answer | None:
        """Return the bar as it was recorded; None until the control step in which it was written."""
        bar = self._late.pop(request.key, None) or self._recorded(request)
        if bar is None:
            return self._inner.take(request, may_wait=True)
        if bar.settled_frame > request.frame:
            self._late[request.key] = bar
            return None
        if bar.reason:
            return BarFailure(bar.reason)
        if bar.notes is not None:
            return WrittenBar(bar.notes, {})
        return self._inner.take(request, may_wait=True)

    def _recorded(self, request: BarRequest) -> RecordedBar | None:
        waiting = self._bars.get((request.context.section, request.context.bar, request.frame))
        return waiting.popleft() if waiting else None


def repeating(source_of: SourceOf, bars: Iterable[RecordedBar]) -> SourceOf:
    """Make sources that repeat recorded bars; those of layers without any are as they were."""
    of_layer: dict[str, list[RecordedBar]] = defaultdict(list)
    for bar in bars:
        of_layer[bar.layer].append(bar)

    def source(spec: GeneratorSpec, layer: str) -> BarSource:
        inner = source_of(spec, layer)
        return RecordedSource(inner, of_layer[layer]) if layer in of_layer else inner

    return source
