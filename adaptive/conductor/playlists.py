"""Playlists: one name for several sections that play one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.variation_picker import PickState, VariationPicker
from adaptive.preset.model import Preset
from adaptive.preset.schema import PlaylistTable, TransitionTable
from adaptive.timebase import BEAT_TOLERANCE

ADVANCE_RULE = TransitionTable(exit_at="end")
"""Transition to a playlist's next section where the preset has no rule: at the end, tails ring on."""


@dataclass(frozen=True, slots=True)
class PlaylistState:
    """State of all playlists, to restore when a planned transition is cancelled.

    Parameters
    ----------
    picks : dict
        Playlist to its pick state.
    rounds : dict
        Playlist to the number of items picked since it was entered.
    interrupted : dict
        Playlist to the section in which it was interrupted.
    """

    picks: dict[str, PickState]
    rounds: dict[str, int]
    interrupted: dict[str, str]


class Playlists:
    """Resolves playlist names to sections, and picks the next section of a playlist.

    Parameters
    ----------
    preset : Preset
        Has the playlists.
    seed : int
        Random seed.
    """

    def __init__(self, preset: Preset, seed: int) -> None:
        self._preset = preset
        self._tables = dict(preset.file.playlists)
        self._pickers = {name: _picker(name, table, seed) for name, table in self._tables.items()}
        self.picks = {name: PickState() for name in self._tables}
        self.rounds = dict.fromkeys(self._tables, 0)
        self.interrupted: dict[str, str] = {}
        self._begun: dict[str, float] = {}
        self._due: tuple[SegmentInstance, str, float] | None = None

    def is_within(self, section: str, wanted: str) -> bool:
        """Whether a section is the one that was asked for, or belongs to the playlist of that name."""
        return section == wanted or wanted in self._preset.playlists_of(section)

    def snapshot(self) -> PlaylistState:
        """The present state."""
        return PlaylistState(dict(self.picks), dict(self.rounds), dict(self.interrupted))

    def restore(self, state: PlaylistState) -> None:
        """Restore a snapshot."""
        self.picks, self.rounds = dict(state.picks), dict(state.rounds)
        self.interrupted = dict(state.interrupted)

    def leave(self, instance: SegmentInstance, target: str) -> None:
        """Remember the section in which each playlist is interrupted: `target` lies outside of it."""
        outer = set(self._preset.playlists_of(target))
        for name in self._preset.playlists_of(instance.section):
            if name not in outer:
                self.interrupted[name] = instance.section

    def forget(self, name: str) -> bool:
        """Forget where a playlist was interrupted; returns whether it was."""
        return self.interrupted.pop(name, None) is not None

    def interrupted_section(self, name: str) -> str | None:
        """The section in which a playlist was interrupted; None if it was not."""
        return self.interrupted.get(name)

    def take_over(self, before: Playlists, instance: SegmentInstance) -> None:
        """Continue from the playlists before an edit.

        A pick state is kept if it fits the edited playlist.  The beat at which `instance` is due to end is
        kept if its playlists and its number of loops are unchanged.
        """
        for name, table in self._tables.items():
            pick = before.picks.get(name)
            if pick is not None and pick.fits(len(table.play)):
                self.picks[name], self.rounds[name] = pick, before.rounds[name]
            section = before.interrupted.get(name)
            if section is not None and section in self._preset.segments and self.is_within(section, name):
                self.interrupted[name] = section
        self._begun = {
            segment: passes for segment, passes in before._begun.items() if segment in self._preset.segments
        }
        section = instance.section
        if before._due is None or self._preset.playlists_of(section) != before._preset.playlists_of(section):
            return
        is_present = before._due[0] is instance and bool(self._preset.playlists_of(section))
        if is_present and self._loops(section) == before._loops(section):
            self._due = before._due

    def replace_instance(self, source: SegmentInstance, target: SegmentInstance) -> None:
        """Keep the due beat for a new object of the same instance, if its length is unchanged."""
        if self._due is not None and self._due[0] is source and source.length_beats == target.length_beats:
            self._due = (target, *self._due[1:])

    def enter(self, name: str) -> str:
        """Pick the section to enter for a name; the name of a section is returned as it is.

        A sequence starts from its first item whenever its playlist is entered.  Random and shuffled
        playlists continue from their last pick.
        """
        table = self._tables.get(name)
        if table is None:
            return name
        self.rounds[name] = 0
        self.interrupted.pop(name, None)
        if table.order == "sequence":
            self.picks[name] = PickState()
        return self._pick(name)

    def _pick(self, name: str) -> str:
        picked, self.picks[name] = self._pickers[name].pick(self.picks[name])
        self.rounds[name] += 1
        return self._inner(self._tables[name].play[picked])

    def _inner(self, item: str) -> str:
        """The section of an item; an inner playlist continues from its last pick."""
        if item not in self._tables:
            return item
        self.rounds[item] = 0
        return self._pick(item)

    def due_beat(self, instance: SegmentInstance, wanted: str, now_beat: float) -> float | None:
        """Beat at which the playlist goes on to its next section; None if it stays in this one.

        The loops of the section are counted from its entry.  If they were over before the playlist was
        asked for, the section ends with the present pass.
        """
        owners = self._preset.playlists_of(instance.section)
        if wanted not in owners or self._has_ended(owners, wanted):
            return None
        if self._due is None or self._due[:2] != (instance, wanted):
            if instance.offset_beats < instance.length_beats:  # otherwise it resumes in a later pass
                self._begun[instance.section] = 0.0
            first = self._begun.setdefault(instance.section, instance.offset_beats // instance.length_beats)
            passes = first + self._loops(instance.section)
            passes = max(passes, (instance.local(now_beat) + BEAT_TOLERANCE) // instance.length_beats + 1.0)
            self._due = (instance, wanted, instance.beat_of(passes * instance.length_beats))
        return self._due[2]

    def repeat(self, instance: SegmentInstance) -> None:
        """Let an instance play its loops once more, because the same section was picked again."""
        if self._due is not None:
            more = self._loops(instance.section) * instance.length_beats
            self._due = (instance, self._due[1], self._due[2] + more)

    def _loops(self, section: str) -> int:
        loops = self._tables[self._preset.playlists_of(section)[0]].loops
        return loops if isinstance(loops, int) else loops.get(section, 1)

    def _has_ended(self, owners: tuple[str, ...], wanted: str) -> bool:
        """Whether a playlist with ``at_end = "hold"`` has reached its last section."""
        table = self._tables[wanted]
        inner = owners[: owners.index(wanted)]
        has_inner_ended = not any(self._has_more(name) for name in inner)
        is_last = self.picks[wanted].count >= len(table.play)
        return table.at_end == "hold" and is_last and has_inner_ended

    def _has_more(self, name: str) -> bool:
        """Whether a playlist with ``each_time = "all"`` has items left in this round."""
        table = self._tables[name]
        return table.each_time == "all" and self.rounds[name] < len(table.play)

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
