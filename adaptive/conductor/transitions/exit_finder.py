"""Finds where a transition leaves its source and enters its destination, and what limited the exit."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.segment_instance import Exit, SegmentInstance
from adaptive.preset.grids import describe
from adaptive.preset.routes import MATCHING, RANDOM
from adaptive.preset.schema import Entry, Grid, TransitionTable
from adaptive.preset.segments import is_bridge
from adaptive.preset.timing import PREPARE_S
from adaptive.timebase import BEAT_TOLERANCE


@dataclass(frozen=True, slots=True)
class ExitPlan:
    """Exit and entry of a transition.

    Parameters
    ----------
    exit : Exit
        Where the source is left.
    frame : int
        Frame of the exit, never earlier than the look-ahead allows.
    target : SegmentInstance
        The segment that starts there.
    bound_by : str
        What the exit had to wait for: ``look-ahead``, ``exit grid``, ``next pass``, ``introduction``,
        ``pickup``, ``fill``, ``stream`` or ``bridge``.
    remark : str
        Sentences that say what the rule asks for and the segments lack; empty if they lack nothing.
    """

    exit: Exit
    frame: int
    target: SegmentInstance
    bound_by: str
    remark: str = ""


class ExitFinder:
    """Finds the earliest exit that a rule allows, and the entry that belongs to it.

    Parameters
    ----------
    playback : PlaybackState
        What plays and is planned, the tempo and the look-ahead.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self.playback = playback

    def find(
        self, source: SegmentInstance, segment: str, rule: TransitionTable, any_marker: bool = False,
        not_before: float = 0.0, enter_beat: float | None = None,
    ) -> ExitPlan:  # fmt: skip
        """Find exit and entry of a transition.

        Parameters
        ----------
        source : SegmentInstance
            The segment that is left: the present one, or a planned one.
        segment : str
            The segment that is entered; empty: silence.
        rule : TransitionTable
            The rule to apply.
        any_marker : bool
            Whether the source is a bridge that may also be left at any of its markers.
        not_before : float
            Beat before which the source may not be left.
        enter_beat : float or None
            Local beat at which the segment is entered; None: as the rule says.
        """
        playback, exit_at = self.playback, rule.exit_at
        remarks: list[str] = []
        needed, needed_by = self._lead_time(segment, rule)
        prepared = self._stream_time(segment, rule, enter_beat)
        if prepared > needed:
            needed, needed_by = prepared, "stream"
        earliest = playback.tempo.beat_at(playback.earliest)
        # a planned segment cannot be left at its own start
        start = source.start_beat + (2.0 * BEAT_TOLERANCE if source is not playback.instance else 0.0)
        begins = max(earliest, start, not_before)
        first = self._exit(source, begins, exit_at, any_marker, remarks)
        with_lead = max(begins, playback.tempo.beat_at(playback.earliest + needed))
        exit_ = self._exit(source, with_lead, exit_at, any_marker, [])
        frame = max(playback.tempo.frame_at(exit_.beat), playback.earliest)
        entry = self._entry(source, exit_, segment, rule, remarks) if enter_beat is None else enter_beat
        place = entry % playback.preset.segments[segment].beats_per_bar if segment and entry > 0.0 else 0.0
        target = playback.instance_in(segment, exit_.beat, entry, source.next_first_bar(exit_.beat, place))
        bound = self._bound(source, max(earliest, start), first)
        if exit_.beat > first.beat + BEAT_TOLERANCE:
            bound = needed_by
        return ExitPlan(exit_, frame, target, bound, "; ".join(remarks))

    def _exit(
        self, source: SegmentInstance, beat: float, exit_at: str | Grid, any_marker: bool, remarks: list[str]
    ) -> Exit:
        """First exit at or after a beat.

        If the segment has no place on the grid, this is the end of the pass, and a remark is added.
        """
        found = source.next_exit(beat, exit_at)
        if any_marker and isinstance(found, Exit):
            at_marker = source.next_exit(beat, Grid(marker="any"))
            found = min((one for one in (found, at_marker) if one), key=lambda one: one.beat)
        if found is None:
            remarks.append(f"{source.section} has no place at {describe(exit_at)}: it is left at its end")
            found = source.next_exit(beat, "end")
            assert found is not None  # every pass has an end
        return found

    def _bound(self, source: SegmentInstance, begins: float, found: Exit) -> str:
        """What the exit `found` waits for, if neither a pickup nor a fill delays it."""
        if found.beat <= begins + BEAT_TOLERANCE:
            return "look-ahead"
        if is_bridge(source.section):
            return "bridge"
        length = source.length_beats
        if source.is_in_introduction(source.local(begins)):
            return "exit grid" if source.local(found.beat) <= BEAT_TOLERANCE else "introduction"
        passes = [(source.local(beat) + BEAT_TOLERANCE) // length for beat in (begins, found.beat)]
        is_next = passes[1] > passes[0] and source.within_pass(found.beat) > BEAT_TOLERANCE
        return "next pass" if is_next else "exit grid"

    def _lead_time(self, segment: str, rule: TransitionTable) -> tuple[int, str]:
        """Frames that the rule requires before the seam, and what needs them.

        That is a ``pickup``, a ``fill``, or the ``look-ahead`` for the first bars of many layers.
        """
        playback = self.playback
        needed, needed_by = playback.first_bars_frames(segment), "look-ahead"
        if rule.pickup == "always" and rule.enter_at == "start":
            players = dict(playback.assets.players())
            for name in playback.layers_of(segment):
                frames = players[name].lead_in_frames(segment)
                if frames > needed:
                    needed, needed_by = frames, "pickup"
        fill = playback.preset.file.fills.get(rule.fill or "")
        if fill is not None and fill.must_fit:
            beat = playback.tempo.beat_at(playback.earliest)
            frames = playback.tempo.frames_between(beat, beat + fill.length_beats)
            if frames > needed:
                needed, needed_by = frames, "fill"
        return needed, needed_by

    def _stream_time(self, segment: str, rule: TransitionTable, enter_beat: float | None) -> int:
        """Frames in which streamed stems are read, if they are entered where they are not in memory.

        At starts and markers they are.
        """
        playback = self.playback
        if segment == SILENCE or is_bridge(segment):
            return 0
        if enter_beat is None:
            is_anywhere = rule.enter_at in ("same_position", "last_position")
        else:
            markers = {float(beat) for beat, _ in playback.preset.segments[segment].markers}
            is_anywhere = enter_beat not in {0.0, playback.start_of(segment), *markers}
        if not is_anywhere:
            return 0
        goes_on = enter_beat is None and rule.enter_at == "same_position"
        for name in playback.layers_of(segment):
            stem = playback.assets.stems.get(name)
            if stem is not None and stem.is_streamed(segment, may_continue=goes_on):
                return round(PREPARE_S * playback.tempo.sample_rate)
        return 0

    def _entry(
        self, source: SegmentInstance, exit_: Exit, segment: str, rule: TransitionTable, remarks: list[str]
    ) -> float:
        """Local beat at which the destination is entered."""
        enter = rule.enter_at
        if segment == SILENCE or enter == "loop" or is_bridge(segment):
            return 0.0
        if enter == "start":
            return self.playback.start_of(segment)
        playback, origin = self.playback, self.playback.origin_of(source)
        if enter == "same_position":
            return self._beats_by_then(origin, source, exit_.beat) % playback.length_of(segment)
        if enter == "last_position":
            return self._left_at(segment)
        assert isinstance(enter, Entry)  # the schema allows nothing else
        left_at = playback.marker_before(source) if is_bridge(source.section) else exit_.marker
        return self._marker(segment, enter.marker, left_at, remarks)

    def _beats_by_then(self, origin: SegmentInstance, source: SegmentInstance, beat: float) -> float:
        """Local beat that the section `origin` reaches by a beat of the timeline, within its pass.

        If `source` is a bridge, `origin` is the section before it, and is counted on as if it had continued
        while the bridge played.
        """
        in_bridge = 0.0
        if origin is not source:
            in_bridge = (beat - source.start_beat) * origin.beat_unit / source.beat_unit
            beat = source.start_beat
        return max(0.0, (origin.place_of(beat) + in_bridge) % origin.length_beats)

    def _left_at(self, segment: str) -> float:
        """Local beat at which the last planned transition from a section leaves it.

        If none is planned, this is the local beat at which the section was last left; 0 if it never was.
        """
        for transition in reversed(self.playback.transitions):
            if transition.source.section == segment:
                return self.playback.place_to_keep(segment, transition.source.place_of(transition.beat))
        left_at = self.playback.left_at.get(segment)
        start = self.playback.start_of(segment)
        # an edit may have shortened the introduction in which the section was left
        return start if left_at is None else max(start, left_at)

    def _marker(self, segment: str, wanted: str, left_at: str, remarks: list[str]) -> float:
        """Local beat of an entry marker; if the segment lacks the marker, 0, and a remark is added."""
        markers = self.playback.preset.segments[segment].markers
        if wanted == RANDOM and markers:
            playback = self.playback
            rng = np.random.default_rng(
                [playback.seed & 0xFFFFFFFF, zlib.crc32(segment.encode()), playback.arrivals]
            )
            return float(markers[int(rng.integers(len(markers)))][0])
        name = left_at if wanted == MATCHING else wanted
        for at, marker in markers:
            if marker == name:
                return float(at)
        what = f"marker {name}" if name else "marker to match" if wanted == MATCHING else "marker"
        remarks.append(f"{segment} has no {what}: it is entered at its start")
        return self.playback.start_of(segment)
