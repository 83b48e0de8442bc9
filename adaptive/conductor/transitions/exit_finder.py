"""Where a seam lies: the first legal exit, the entry it leads to, and what bound it."""

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
from adaptive.timebase import HAIR


@dataclass(frozen=True, slots=True)
class ExitPlan:
    """A way from one passage to the next.

    Parameters
    ----------
    exit : Exit
        Where the source is left.
    frame : int
        The same in frames, never before the look-ahead.
    target : SegmentInstance
        What begins there.
    bound_by : str
        ``look-ahead``, ``exit grid``, ``next pass``, ``pickup``, ``fill`` or ``bridge``.
    note : str
        What the rule asked for and could not have; empty: nothing.
    """

    exit: Exit
    frame: int
    target: SegmentInstance
    bound_by: str
    note: str = ""


class ExitFinder:
    """Finds routes.

    Parameters
    ----------
    playback : PlaybackState
        What plays, the tempo, the look-ahead.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self.playback = playback

    def find(
        self, source: SegmentInstance, segment: str, rule: TransitionTable, is_turning: bool = False,
        not_before: float = 0.0,
    ) -> ExitPlan:  # fmt: skip
        """Route from a passage to a part by a rule.

        Parameters
        ----------
        source : SegmentInstance
            What is left: the present passage, or one that is planned.
        segment : str
            What is entered; empty: silence.
        rule : TransitionTable
            Says where the source may be left, and how to enter.
        is_turning : bool
            The mind was changed in a bridge: it may be left at its markers, too.
        not_before : float
            Beat before which the source may not be left.
        """
        playback, exit_at = self.playback, rule.exit_at
        notes: list[str] = []
        needed, needed_by = self._needs(segment, rule)
        earliest = playback.tempo.beat_at(playback.earliest)
        # a passage that is only planned lasts a moment at least: its own beginning is no place to leave it
        begun = source.start_beat + (2.0 * HAIR if source is not playback.instance else 0.0)
        begins = max(earliest, begun, not_before)
        found = self._exit(source, begins, exit_at, is_turning, notes)
        with_room = max(begins, playback.tempo.beat_at(playback.earliest + needed))
        waits = self._exit(source, with_room, exit_at, is_turning, [])
        frame = max(playback.tempo.frame_at(waits.beat), playback.earliest)
        entry = self._entry(source, waits, segment, rule, notes)
        place = entry % playback.preset.segments[segment].beats_per_bar if segment else 0.0
        target = playback.instance_in(segment, waits.beat, entry, source.next_first_bar(waits.beat, place))
        bound = self._bound(source, max(earliest, begun), found)
        if waits.beat > found.beat + HAIR:
            bound = needed_by
        return ExitPlan(waits, frame, target, bound, "; ".join(notes))

    def _exit(
        self, source: SegmentInstance, beat: float, exit_at: str | Grid, is_turning: bool, notes: list[str]
    ) -> Exit:
        found = source.next_exit(beat, exit_at)
        if is_turning and isinstance(found, Exit):
            turning = source.next_exit(beat, Grid(marker="any"))
            found = min((one for one in (found, turning) if one), key=lambda one: one.beat)
        if found is None:
            notes.append(f"{source.section} has no place at {describe(exit_at)}: it is left at its end")
            found = source.next_exit(beat, "end")
            assert found is not None  # every pass has an end
        return found

    def _bound(self, source: SegmentInstance, begins: float, found: Exit) -> str:
        if found.beat <= begins + HAIR:
            return "look-ahead"
        if is_bridge(source.section):
            return "bridge"
        length = source.length_beats
        passes = [(source.local(beat) + HAIR) // length for beat in (begins, found.beat)]
        is_next = passes[1] > passes[0] and source.within_pass(found.beat) > HAIR
        return "next pass" if is_next else "exit grid"

    def _needs(self, segment: str, rule: TransitionTable) -> tuple[int, str]:
        """Frames a rule insists on having before the seam, and for what."""
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
        """Beats from the part's beginning at which it is entered."""
        enter = rule.enter_at
        if segment == SILENCE or enter == "start" or is_bridge(segment):
            return 0.0
        playback, origin = self.playback, self.playback.origin_of(source)
        if enter == "same_position":
            return self._beats_by_then(origin, source, exit_.beat) % playback.length_of(segment)
        if enter == "last_position":
            return self._left_at(segment)
        assert isinstance(enter, Entry)  # the schema knows no other
        left_at = playback.marker_before(source) if is_bridge(source.section) else exit_.marker
        return self._marker(segment, enter.marker, left_at, notes)

    def _beats_by_then(self, origin: SegmentInstance, source: SegmentInstance, beat: float) -> float:
        """Beats of the old section's own meter at a beat, as if it had gone on under a bridge."""
        over = 0.0
        if origin is not source:
            over = (beat - source.start_beat) * origin.beat_unit / source.beat_unit
            beat = source.start_beat
        return max(0.0, (origin.place_of(beat) + over) % origin.length_beats)

    def _left_at(self, segment: str) -> float:
        """Where a section was left last, or is about to be left."""
        for transition in reversed(self.playback.transitions):
            if transition.source.section == segment:
                return transition.source.place_of(transition.beat)
        return self.playback.left_at.get(segment, 0.0)

    def _marker(self, segment: str, wanted: str, left_at: str, notes: list[str]) -> float:
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
