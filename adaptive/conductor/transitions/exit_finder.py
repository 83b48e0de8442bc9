"""Where a seam lies: the first legal exit, the entry it leads to, and what bound it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from adaptive.conductor.playback import SILENCE, Stage
from adaptive.conductor.segment_instance import Exit, Passage
from adaptive.preset.grids import describe
from adaptive.preset.routes import MATCHING, RANDOM
from adaptive.preset.schema import Entry, Grid, TransitionTable
from adaptive.preset.segments import is_bridge
from adaptive.timebase import HAIR


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one passage to the next.

    Parameters
    ----------
    exit : Exit
        Where the source is left.
    frame : int
        The same in frames, never before the look-ahead.
    target : Passage
        What begins there.
    bound_by : str
        ``look-ahead``, ``exit grid``, ``next pass``, ``pickup``, ``fill`` or ``bridge``.
    note : str
        What the rule asked for and could not have; empty: nothing.
    """

    exit: Exit
    frame: int
    target: Passage
    bound_by: str
    note: str = ""


class Router:
    """Finds routes.

    Parameters
    ----------
    stage : Stage
        What plays, the tempo, the look-ahead.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def find(
        self, source: Passage, part: str, rule: TransitionTable, is_turning: bool = False,
        not_before: float = 0.0,
    ) -> Route:  # fmt: skip
        """Route from a passage to a part by a rule.

        Parameters
        ----------
        source : Passage
            What is left: the present passage, or one that is planned.
        part : str
            What is entered; empty: silence.
        rule : TransitionTable
            Says where the source may be left, and how to enter.
        is_turning : bool
            The mind was changed in a bridge: it may be left at its markers, too.
        not_before : float
            Beat before which the source may not be left.
        """
        stage, exit_at = self.stage, rule.exit_at
        notes: list[str] = []
        needed, needed_by = self._needs(part, rule)
        earliest = stage.tempo.beat_at(stage.earliest)
        # a passage that is only planned lasts a moment at least: its own beginning is no place to leave it
        begun = source.start_beat + (2.0 * HAIR if source is not stage.passage else 0.0)
        begins = max(earliest, begun, not_before)
        found = self._exit(source, begins, exit_at, is_turning, notes)
        with_room = max(begins, stage.tempo.beat_at(stage.earliest + needed))
        waits = self._exit(source, with_room, exit_at, is_turning, [])
        frame = max(stage.tempo.frame_at(waits.beat), stage.earliest)
        entry = self._entry(source, waits, part, rule, notes)
        place = entry % stage.preset.parts[part].beats_per_bar if part else 0.0
        target = stage.passage_in(part, waits.beat, entry, source.next_first_bar(waits.beat, place))
        bound = self._bound(source, max(earliest, begun), found)
        if waits.beat > found.beat + HAIR:
            bound = needed_by
        return Route(waits, frame, target, bound, "; ".join(notes))

    def _exit(
        self, source: Passage, beat: float, exit_at: str | Grid, is_turning: bool, notes: list[str]
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

    def _bound(self, source: Passage, begins: float, found: Exit) -> str:
        if found.beat <= begins + HAIR:
            return "look-ahead"
        if is_bridge(source.section):
            return "bridge"
        length = source.length_beats
        passes = [(source.local(beat) + HAIR) // length for beat in (begins, found.beat)]
        is_next = passes[1] > passes[0] and source.within_pass(found.beat) > HAIR
        return "next pass" if is_next else "exit grid"

    def _needs(self, part: str, rule: TransitionTable) -> tuple[int, str]:
        """Frames a rule insists on having before the seam, and for what."""
        stage, needed, needed_by = self.stage, 0, ""
        if rule.pickup == "always" and rule.enter_at == "start":
            for name in stage.layers_of(part):
                layer = stage.material.stems.get(name)
                for sound, _ in layer.sounds.get(part, ()) if layer else ():
                    if sound.origin > needed:
                        needed, needed_by = sound.origin, "pickup"
        fill = stage.preset.file.fills.get(rule.fill or "")
        if fill is not None and fill.must_fit:
            beat = stage.tempo.beat_at(stage.earliest)
            frames = stage.tempo.frames_between(beat, beat + fill.length_beats)
            if frames > needed:
                needed, needed_by = frames, "fill"
        return needed, needed_by

    def _entry(
        self, source: Passage, exit_: Exit, part: str, rule: TransitionTable, notes: list[str]
    ) -> float:
        """Beats from the part's beginning at which it is entered."""
        enter = rule.enter_at
        if part == SILENCE or enter == "start" or is_bridge(part):
            return 0.0
        stage, origin = self.stage, self.stage.origin_of(source)
        if enter == "same_position":
            return self._beats_by_then(origin, source, exit_.beat) % stage.length_of(part)
        if enter == "last_position":
            return self._left_at(part)
        assert isinstance(enter, Entry)  # the schema knows no other
        left_at = stage.marker_before(source) if is_bridge(source.section) else exit_.marker
        return self._marker(part, enter.marker, left_at, notes)

    def _beats_by_then(self, origin: Passage, source: Passage, beat: float) -> float:
        """Beats of the old section's own meter at a beat, as if it had gone on under a bridge."""
        over = 0.0
        if origin is not source:
            over = (beat - source.start_beat) * origin.beat_unit / source.beat_unit
            beat = source.start_beat
        return max(0.0, (origin.place_of(beat) + over) % origin.length_beats)

    def _left_at(self, part: str) -> float:
        """Where a section was left last, or is about to be left."""
        for seam in reversed(self.stage.seams):
            if seam.source.section == part:
                return seam.source.place_of(seam.beat)
        return self.stage.left_at.get(part, 0.0)

    def _marker(self, part: str, wanted: str, left_at: str, notes: list[str]) -> float:
        markers = self.stage.preset.parts[part].markers
        if wanted == RANDOM and markers:
            stage = self.stage
            rng = np.random.default_rng([stage.seed & 0xFFFFFFFF, zlib.crc32(part.encode()), stage.arrivals])
            return float(markers[int(rng.integers(len(markers)))][0])
        name = left_at if wanted == MATCHING else wanted
        for at, marker in markers:
            if marker == name:
                return float(at)
        what = f"marker {name}" if name else "marker to match" if wanted == MATCHING else "marker"
        notes.append(f"{part} has no {what}: it is entered at its start")
        return 0.0
