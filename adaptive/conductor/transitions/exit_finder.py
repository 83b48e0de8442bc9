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
        What the exit had to wait for: ``look-ahead``, ``exit grid``, ``next pass``, ``pickup``, ``fill`` or
        ``bridge``.
    note : str
        What the rule asks for and the segments do not have; empty: nothing.
    """

    exit: Exit
    frame: int
    target: SegmentInstance
    bound_by: str
    note: str = ""


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
            The source is a bridge and may also be left at any of its markers.
        not_before : float
            Beat before which the source may not be left.
        enter_beat : float or None
            Local beat at which the segment is entered; None: as the rule says.
        """
        playback, exit_at = self.playback, rule.exit_at
        notes: list[str] = []
        needed, needed_by = self._lead_time(segment, rule)
        earliest = playback.tempo.beat_at(playback.earliest)
        # a planned segment cannot be left at its own start
        start = source.start_beat + (2.0 * BEAT_TOLERANCE if source is not playback.instance else 0.0)
        begins = max(earliest, start, not_before)
        first = self._exit(source, begins, exit_at, any_marker, notes)
        with_lead = max(begins, playback.tempo.beat_at(playback.earliest + needed))
        exit_ = self._exit(source, with_lead, exit_at, any_marker, [])
        frame = max(playback.tempo.frame_at(exit_.beat), playback.earliest)
        entry = self._entry(source, exit_, segment, rule, notes) if enter_beat is None else enter_beat
        place = entry % playback.preset.segments[segment].beats_per_bar if segment else 0.0
        target = playback.instance_in(segment, exit_.beat, entry, source.next_first_bar(exit_.beat, place))
        bound = self._bound(source, max(earliest, start), first)
        if exit_.beat > first.beat + BEAT_TOLERANCE:
            bound = needed_by
        return ExitPlan(exit_, frame, target, bound, "; ".join(notes))

    def _exit(
        self, source: SegmentInstance, beat: float, exit_at: str | Grid, any_marker: bool, notes: list[str]
    ) -> Exit:
        """First exit at or after a beat; the end of the pass, with a note, where the grid has no place."""
        found = source.next_exit(beat, exit_at)
        if any_marker and isinstance(found, Exit):
            at_marker = source.next_exit(beat, Grid(marker="any"))
            found = min((one for one in (found, at_marker) if one), key=lambda one: one.beat)
        if found is None:
            notes.append(f"{source.section} has no place at {describe(exit_at)}: it is left at its end")
            found = source.next_exit(beat, "end")
            assert found is not None  # every pass has an end
        return found

    def _bound(self, source: SegmentInstance, begins: float, found: Exit) -> str:
        """What an exit waits for, if neither a pickup nor a fill delays it."""
        if found.beat <= begins + BEAT_TOLERANCE:
            return "look-ahead"
        if is_bridge(source.section):
            return "bridge"
        length = source.length_beats
        passes = [(source.local(beat) + BEAT_TOLERANCE) // length for beat in (begins, found.beat)]
        is_next = passes[1] > passes[0] and source.within_pass(found.beat) > BEAT_TOLERANCE
        return "next pass" if is_next else "exit grid"

    def _lead_time(self, segment: str, rule: TransitionTable) -> tuple[int, str]:
        """Frames that the rule requires before the seam, and what for: ``pickup`` or ``fill``."""
        playback, needed, needed_by = self.playback, 0, ""
        if rule.pickup == "always" and rule.enter_at == "start":
            for name in playback.layers_of(segment):
                layer = playback.assets.stems.get(name)
                for sound, _ in layer.sounds.get(segment, ()) if layer else ():
                    if sound.origin > needed:
                        needed, needed_by = sound.origin, "pickup"
        fill = playback.preset.file.fills.get(rule.fill or "")
        if fill is not None and fill.must_fit:
            beat = playback.tempo.beat_at(playback.earliest)
            frames = playback.tempo.frames_between(beat, beat + fill.length_beats)
            if frames > needed:
                needed, needed_by = frames, "fill"
        return needed, needed_by

    def _entry(
        self, source: SegmentInstance, exit_: Exit, segment: str, rule: TransitionTable, notes: list[str]
    ) -> float:
        """Local beat at which the destination is entered."""
        enter = rule.enter_at
        if segment == SILENCE or enter == "start" or is_bridge(segment):
            return 0.0
        playback, origin = self.playback, self.playback.origin_of(source)
        if enter == "same_position":
            return self._beats_by_then(origin, source, exit_.beat) % playback.length_of(segment)
        if enter == "last_position":
            return self._left_at(segment)
        assert isinstance(enter, Entry)  # the schema allows nothing else
        left_at = playback.marker_before(source) if is_bridge(source.section) else exit_.marker
        return self._marker(segment, enter.marker, left_at, notes)

    def _beats_by_then(self, origin: SegmentInstance, source: SegmentInstance, beat: float) -> float:
        """Position in the section before, in its own beats, as if it had continued under a bridge."""
        in_bridge = 0.0
        if origin is not source:
            in_bridge = (beat - source.start_beat) * origin.beat_unit / source.beat_unit
            beat = source.start_beat
        return max(0.0, (origin.place_of(beat) + in_bridge) % origin.length_beats)

    def _left_at(self, segment: str) -> float:
        """Local beat at which a section is about to be left, or was left last."""
        for transition in reversed(self.playback.transitions):
            if transition.source.section == segment:
                return self.playback.place_to_keep(segment, transition.source.place_of(transition.beat))
        return self.playback.left_at.get(segment, 0.0)

    def _marker(self, segment: str, wanted: str, left_at: str, notes: list[str]) -> float:
        """Local beat of an entry marker; 0, with a note, if the segment does not have it."""
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
        notes.append(f"{segment} has no {what}: it is entered at its start")
        return 0.0
