"""Playlists: one name for several sections that play one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.variation_picker import PickState, VariationPicker
from adaptive.preset.model import Preset
from adaptive.preset.schema import PlaylistTable, TransitionTable
from adaptive.timebase import BEAT_TOLERANCE

ADVANCE_RULE = TransitionTable(exit_at="end")
BACK_RULE = TransitionTable(exit_at="end", enter_at="last_position")
"""Transition to a playlist's next section where the preset has no rule: at the end, tails ring on."""


@dataclass(frozen=True, slots=True)
class PlaylistState:
    """What all playlists have picked; a transition that is cancelled puts it back.

    Parameters
    ----------
    picks : Mapping
        Playlist to its pick state.
    rounds : Mapping
        Playlist to the number of items picked since it was entered.
    interrupted : Mapping
        Playlist to the section in which it was interrupted.
    """

    picks: Mapping[str, PickState]
    rounds: Mapping[str, int]
    interrupted: Mapping[str, str] = field(default_factory=dict)

    def picked(self, name: str, pick: PickState, rounds: int) -> PlaylistState:
        """The state after a playlist has picked."""
        return replace(self, picks={**self.picks, name: pick}, rounds={**self.rounds, name: rounds})

    def without_interrupted(self, name: str) -> PlaylistState:
        """The state after a playlist's interruption is forgotten."""
        left = {key: section for key, section in self.interrupted.items() if key != name}
        return replace(self, interrupted=left)


@dataclass(frozen=True, slots=True)
class PlaylistCourse:
    """How far the present section of a playlist has come; it goes on when a transition is cancelled.

    Parameters
    ----------
    begun : Mapping
        Section to the pass from which its loops are counted.
    due : (SegmentInstance, str, float) or None
        The present instance, the playlist that is wanted, and the beat at which it goes on.
    """

    begun: Mapping[str, float] = field(default_factory=dict)
    due: tuple[SegmentInstance, str, float] | None = None


class Playlists:
    """Resolves playlist names to sections, and picks the next section of a playlist.

    Parameters
    ----------
    preset : Preset
        Has the playlists.
    seed : int
        Random seed.

    Attributes
    ----------
    state : PlaylistState
        What has been picked.
    """

    def __init__(self, preset: Preset, seed: int) -> None:
        self._preset = preset
        self._tables = dict(preset.file.playlists)
        self._pickers = {name: _picker(name, table, seed) for name, table in self._tables.items()}
        self.state = PlaylistState(
            {name: PickState() for name in self._tables}, dict.fromkeys(self._tables, 0)
        )
        self._course = PlaylistCourse()

    def is_within(self, section: str, wanted: str) -> bool:
        """Whether a section is the one that was asked for, or belongs to the playlist of that name."""
        return section == wanted or wanted in self._preset.playlists_of(section)

    def leave(self, instance: SegmentInstance, target: str) -> None:
        """Remember the section in which each playlist is interrupted: `target` lies outside of it."""
        outer = set(self._preset.playlists_of(target))
        left = {n: instance.section for n in self._preset.playlists_of(instance.section) if n not in outer}
        self.state = replace(self.state, interrupted={**self.state.interrupted, **left})

    def forget(self, name: str) -> bool:
        """Forget where a playlist was interrupted; returns whether it was."""
        was_interrupted = name in self.state.interrupted
        self.state = self.state.without_interrupted(name)
        return was_interrupted

    def interrupted_section(self, name: str) -> str | None:
        """The section in which a playlist was interrupted; None if it was not."""
        return self.state.interrupted.get(name)

    def fitting(self, state: PlaylistState) -> PlaylistState:
        """As much of a state as fits these playlists, which a save or an edit may not have had."""
        picks = {
            name: pick
            for name, pick in state.picks.items()
            if name in self._tables and pick.fits(len(self._tables[name].play))
        }
        rounds = {name: state.rounds.get(name, 0) for name in picks}
        interrupted = {
            name: section
            for name, section in state.interrupted.items()
            if name in self._tables and section in self._preset.segments and self.is_within(section, name)
        }
        present = self.state
        return PlaylistState({**present.picks, **picks}, {**present.rounds, **rounds}, interrupted)

    def take_over(self, before: Playlists, instance: SegmentInstance) -> None:
        """Continue from the playlists before an edit.

        A pick state is kept if it fits the edited playlist.  The beat at which `instance` is due to end is
        kept if its playlists and its number of loops are unchanged.
        """
        self.state = self.fitting(before.state)
        segments, course, section = self._preset.segments, before._course, instance.section
        begun = {segment: passes for segment, passes in course.begun.items() if segment in segments}
        self._course = PlaylistCourse(begun)
        owners = self._preset.playlists_of(section)
        if course.due is None or not owners or owners != before._preset.playlists_of(section):
            return
        if course.due[0] is instance and self._loops(section) == before._loops(section):
            self._course = replace(self._course, due=course.due)

    def replace_instance(self, source: SegmentInstance, target: SegmentInstance) -> None:
        """Keep the due beat for a new object of the same instance, if its length is unchanged."""
        due = self._course.due
        if due is not None and due[0] is source and source.length_beats == target.length_beats:
            self._course = replace(self._course, due=(target, *due[1:]))

    def enter(self, name: str) -> str:
        """Pick the section to enter for a name; the name of a section is returned as it is.

        A sequence starts from its first item whenever its playlist is entered.  Random and shuffled
        playlists continue from their last pick.
        """
        table = self._tables.get(name)
        if table is None:
            return name
        pick = PickState() if table.order == "sequence" else self.state.picks[name]
        self.state = self.state.without_interrupted(name).picked(name, pick, 0)
        return self._pick(name)

    def _pick(self, name: str) -> str:
        picked, pick = self._pickers[name].pick(self.state.picks[name])
        self.state = self.state.picked(name, pick, self.state.rounds[name] + 1)
        return self._inner(self._tables[name].play[picked])

    def _inner(self, item: str) -> str:
        """The section of an item; an inner playlist continues from its last pick."""
        if item not in self._tables:
            return item
        self.state = self.state.picked(item, self.state.picks[item], 0)
        return self._pick(item)

    def due_beat(self, instance: SegmentInstance, wanted: str, now_beat: float) -> float | None:
        """Beat at which the playlist goes on to its next section; None if it stays in this one.

        The loops of the section are counted from its entry.  If they were over before the playlist was
        asked for, the section ends with the present pass.
        """
        owners = self._preset.playlists_of(instance.section)
        if wanted not in owners or self._has_ended(owners, wanted):
            return None
        course = self._course
        if course.due is None or course.due[:2] != (instance, wanted):
            first = course.begun.get(instance.section, instance.offset_beats // instance.length_beats)
            if instance.offset_beats < instance.length_beats:  # otherwise it resumes in a later pass
                first = 0.0
            passes = first + self._loops(instance.section)
            passes = max(passes, (instance.local(now_beat) + BEAT_TOLERANCE) // instance.length_beats + 1.0)
            due = instance.beat_of(passes * instance.length_beats)
            begun = {**course.begun, instance.section: first}
            self._course = PlaylistCourse(begun, (instance, wanted, due))
            return due
        return course.due[2]

    def repeat(self, instance: SegmentInstance) -> None:
        """Let an instance play its loops once more, because the same section was picked again."""
        due = self._course.due
        if due is not None:
            more = self._loops(instance.section) * instance.length_beats
            self._course = replace(self._course, due=(instance, due[1], due[2] + more))

    def _loops(self, section: str) -> int:
        loops = self._tables[self._preset.playlists_of(section)[0]].loops
        return loops if isinstance(loops, int) else loops.get(section, 1)

    def _has_ended(self, owners: tuple[str, ...], wanted: str) -> bool:
        """Whether a playlist with ``at_end = "hold"`` has reached its last section."""
        table = self._tables[wanted]
        inner = owners[: owners.index(wanted)]
        has_inner_ended = not any(self._has_more(name) for name in inner)
        is_last = self.state.picks[wanted].count >= len(table.play)
        return table.at_end == "hold" and is_last and has_inner_ended

    def _has_more(self, name: str) -> bool:
        """Whether a playlist with ``each_time = "all"`` has items left in this round."""
        table = self._tables[name]
        return table.each_time == "all" and self.state.rounds[name] < len(table.play)

    def pick_next(self, section: str, wanted: str) -> tuple[str, str]:
        """Pick the section after this one; returns the section and the playlist that it was picked from."""
        owners = self._preset.playlists_of(section)
        for name in owners[: owners.index(wanted)]:
            if self._has_more(name):
                return self._pick(name), name
        return self._pick(wanted), wanted

    def rule(self, source: str, target: str) -> TransitionTable:
        """Rule from a playlist's section to its next: a rule that names both sides, or `ADVANCE_RULE`.

        The exit is always the end, because a section plays its loops to the end.
        """
        found = self._preset.written_transition(source, target, wildcard=())
        if found is None:
            return ADVANCE_RULE
        enter = "start" if found.enter_at == "same_position" else found.enter_at
        return msgspec.structs.replace(found, exit_at="end", enter_at=enter)


def _picker(name: str, table: PlaylistTable, seed: int) -> VariationPicker:
    weights = tuple(table.weights.get(item, 1.0) for item in table.play)
    return VariationPicker(f"playlist {name}", weights, table.order, table.avoid_last, seed)
