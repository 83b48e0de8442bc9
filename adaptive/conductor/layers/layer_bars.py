"""The bars of one layer: taken from its source, kept, and replaced where they are late or fail."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from adaptive.composer.bar import as_played, in_beats, rested
from adaptive.composer.bar_source import BarFailure, BarRequest, BarSource
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.continuation import continued
from adaptive.composer.feel.performance import performed, swung
from adaptive.composer.registry import BUILT_IN, GeneratorSpec
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.music.note import Note

KEPT_BARS = 256
"""Number of composed bars that a layer keeps: a bar that is written again need not be composed again."""

LATEST_FRAMES = 2 * CONTROL_STEP_FRAMES
"""So many frames before the last moment, a bar that was asked for at short notice is given up."""

SPARE_S = 0.25
"""A bar that was asked for in time is given up so early before the last moment at which it could be written:
a pause of Python of that length is then not heard."""

LATE = "its bar came too late"


class ComposedBar(NamedTuple):
    """A bar as its generator wrote it, what the generator was told, and its notes in the segment's beats.

    A bar that was prefetched has its memory, but no notes as the generator wrote them.
    """

    bar: WrittenBar
    context: BarContext
    notes: tuple[Note, ...]
    is_prefetched: bool = False


@dataclass(frozen=True, slots=True)
class BarReport:
    """What became of a bar, for the log and for recordings.

    Parameters
    ----------
    beat : float
        Beat of the timeline at which it starts.
    section : str
        Segment it was written for.
    bar : int
        Its number since the segment was entered.
    tried_frame, settled_frame : int
        See `RecordedBar`.
    reason : str
        Why the generator did not write it; empty: it did.
    notes : tuple of Note or None
        Its notes, if the generator may write others the next time.
    """

    beat: float
    section: str
    bar: int
    tried_frame: int
    settled_frame: int
    reason: str = ""
    notes: tuple[Note, ...] | None = None


class LayerBars:
    """The bars of one layer.

    Parameters
    ----------
    spec : GeneratorSpec
        The generator.
    source : BarSource
        Gives its bars.
    sample_rate : int
        Frames a second.

    Attributes
    ----------
    is_waiting : bool
        Whether the last bar that was needed is not there yet.
    reports : list of BarReport
        What has become of bars since `pop_reports`.
    awaited : set
        Keys of bars that another process has been asked for, and has not sent.
    """

    def __init__(self, spec: GeneratorSpec, source: BarSource, sample_rate: int) -> None:
        self.spec, self.source = spec, source
        self._spare_frames = round(SPARE_S * sample_rate)
        self.is_waiting = False
        self._composed: OrderedDict[Hashable, ComposedBar | None] = OrderedDict()
        self._prefetched: OrderedDict[Hashable, ComposedBar] = OrderedDict()
        self._left_open: dict[Hashable, tuple[object, ...]] = {}
        self.awaited: set[Hashable] = set()
        self._tried: tuple[Hashable, int, int] | None = None
        self.reports: list[BarReport] = []

    @property
    def song(self) -> object:
        """The MIDI file that they are of; None: a generator writes them."""
        return getattr(self.source, "song", None)

    def __len__(self) -> int:
        return len(self._composed)

    def leave_open(self, key: Hashable, *told: object, is_awaited: bool = False) -> bool:
        """Leave the place of a bar open that another process is going to send; False if none is.

        `is_awaited`: the process makes the plan of the bar, and is asked for the bar after that.

        Nothing but the time of the step depends on it: the place counts as a bar that is kept, and who needs
        the bar before it has arrived composes it.  `told` is what the key refers to by `id`.
        """
        if key in self._composed or not (is_awaited or key in self.awaited):
            return False
        self._left_open[key] = told
        self._store(key, None)
        return True

    def ask(self, request: BarRequest, *, is_ahead: bool = False) -> None:
        """Let a bar be composed that is needed later."""
        if self._composed.get(request.key) is None:
            self.source.ask(request, is_ahead=is_ahead)

    def recalled(self, request: BarRequest, ratio: Fraction) -> ComposedBar | None:
        """Return a bar before anything sounds; None if the generator does not write it."""
        kept = self.kept(request.key)
        if kept is not None:
            return kept
        answer = self.source.take(request, may_wait=True)
        if answer is None or isinstance(answer, BarFailure):
            return None
        return self._keep(request, answer, ratio)

    def take(
        self, request: BarRequest, ratio: Fraction, beat: float, lead_frames: int, good: ComposedBar | None
    ) -> tuple[tuple[Note, ...], ComposedBar | None] | None:
        """Return the notes of a bar that is to be written now.

        Parameters
        ----------
        request : BarRequest
            The bar.
        ratio : Fraction
            Beats of the segment for each beat in which the generator counts.
        beat : float
            Beat of the timeline at which it starts.
        lead_frames : int
            Frames from the earliest frame that can be written to the first of the bar that is not written.
        good : ComposedBar or None
            The last bar that the generator wrote.

        Returns
        -------
        tuple of Note
            Its notes, in the segment's beats.
        ComposedBar or None
            The bar, if the generator wrote it.

        None: it is not there yet, and there is time to wait for it.
        """
        kept = self.kept(request.key)
        if kept is not None:
            return kept.notes, kept
        is_beginning = request.frame == 0
        answer = self.source.take(request, may_wait=is_beginning)
        if answer is not None and not isinstance(answer, BarFailure):
            kept = self._keep(request, answer, ratio)
            self._report(request, beat, kept)
            return kept.notes, kept
        if answer is None:
            if self._tried is None or self._tried[0] != request.key:
                self._tried = (request.key, request.frame, lead_frames)
            had_time = self._tried[2] > self._spare_frames + LATEST_FRAMES
            if not is_beginning and lead_frames > (self._spare_frames if had_time else LATEST_FRAMES):
                self.is_waiting = True
                return None
        reason = LATE if answer is None else answer.reason
        self._report(request, beat, None, reason)
        instead = rested(self._instead(request.context, good), request.context)
        return in_beats(instead, ratio), None

    def knows(self, key: Hashable) -> bool:
        """Whether a bar is kept or prefetched."""
        return self._composed.get(key) is not None or key in self._prefetched

    def prefetch(self, request: BarRequest, memory: Mapping[str, Any], notes: tuple[Note, ...]) -> None:
        """Keep a bar that another process has composed, until it is taken: as if it were composed then."""
        bar = WrittenBar((), memory)
        self._prefetched[request.key] = ComposedBar(bar, request.context, notes, is_prefetched=True)
        if len(self._prefetched) > KEPT_BARS:
            self._prefetched.popitem(last=False)

    def forget_try(self) -> None:
        """Forget when the next bar was first needed: it has been withdrawn, and is needed anew."""
        self._tried = None

    def pop_reports(self) -> list[BarReport]:
        """Remove and return what has become of bars since the last call."""
        reports, self.reports = self.reports, []
        return reports

    def kept(self, key: Hashable) -> ComposedBar | None:
        """Return a bar that has been composed or prefetched; None: it is neither."""
        kept = self._composed.get(key)
        if kept is not None:
            self._composed.move_to_end(key)
            return kept
        prefetched = self._prefetched.pop(key, None)
        if prefetched is not None:
            self._store(key, prefetched)
        return prefetched

    def _keep(self, request: BarRequest, bar: WrittenBar, ratio: Fraction) -> ComposedBar:
        context = request.context
        if self.spec.is_performed:
            notes = in_beats(bar.notes, ratio)
        elif self.spec.is_quick:
            notes = as_played(bar.notes, context, ratio)
        else:
            notes = in_beats(swung(rested(bar.notes, context), context), ratio)
        made = ComposedBar(bar, context, notes)
        self._store(request.key, made)
        return made

    def _store(self, key: Hashable, kept: ComposedBar | None) -> None:
        if kept is not None and self._left_open.pop(key, None) is not None:
            self._composed.move_to_end(key)
        self._composed[key] = kept
        if len(self._composed) > KEPT_BARS:
            self._left_open.pop(self._composed.popitem(last=False)[0], None)

    def _instead(self, context: BarContext, good: ComposedBar | None) -> tuple[Note, ...]:
        """The notes of a bar that the generator owes."""
        stand_in = BUILT_IN.get(self.spec.stand_in)
        if stand_in is not None:
            return performed(stand_in.function(replace(context, style="", memory={})).notes, context)
        before = None if good is None else (self._as_written(good), good.context)
        return continued(before, context, is_percussive=self.spec.is_percussive)

    def _as_written(self, good: ComposedBar) -> WrittenBar:
        """The bar as its generator wrote it; one that was prefetched is composed again."""
        return self.spec.function(good.context) if good.is_prefetched else good.bar

    def _report(self, request: BarRequest, beat: float, kept: ComposedBar | None, reason: str = "") -> None:
        """Note what has become of a bar, if a repetition could not know it."""
        tried, frame = self._tried, request.frame
        first = tried[1] if tried is not None and tried[0] == request.key else frame
        self._tried = None
        if not reason and first == frame and self.spec.is_deterministic:
            return
        notes = None if kept is None or self.spec.is_deterministic else kept.bar.notes
        context = request.context
        self.reports.append(BarReport(beat, context.section, context.bar, first, frame, reason, notes))
