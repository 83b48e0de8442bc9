"""Playlists: sections that take turns under one name."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.variation_picker import PickState, VariationPicker
from adaptive.preset.model import Preset
from adaptive.preset.schema import PlaylistTable, TransitionTable
from adaptive.timebase import HAIR

GOES_ON = TransitionTable(exit_at="end")
"""How a playlist goes on to its next section, where no rule says it: at the end, tails ringing over."""


@dataclass(frozen=True, slots=True)
class PlaylistState:
    """What has been drawn, and how far into its round each playlist is: what to come back to."""

    picks: dict[str, PickState]
    rounds: dict[str, int]
    interrupted: dict[str, str]


class Playlists:
    """Says which section a name stands for, and which comes after it.

    Parameters
    ----------
    preset : Preset
        Has the playlists.
    seed : int
        Of chance.
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
        """Whether a section is what a name stands for, as one of its turns."""
        return section == wanted or wanted in self._preset.playlists_of(section)

    def snapshot(self) -> PlaylistState:
        """What has been drawn so far."""
        return PlaylistState(dict(self.picks), dict(self.rounds), dict(self.interrupted))

    def restore(self, turn: PlaylistState) -> None:
        """Put back what was drawn since a snapshot."""
        self.picks, self.rounds = dict(turn.picks), dict(turn.rounds)
        self.interrupted = dict(turn.interrupted)

    def leave(self, instance: SegmentInstance, target: str) -> None:
        """Take note of a section that is left for one outside its playlists: its turn is not over."""
        outer = set(self._preset.playlists_of(target))
        for name in self._preset.playlists_of(instance.section):
            if name not in outer:
                self.interrupted[name] = instance.section

    def take_up(self, name: str) -> str | None:
        """The section of a playlist that was interrupted; what it was about to play is not drawn anew."""
        return self.interrupted.get(name)

    def take_over(self, before: Playlists, instance: SegmentInstance) -> None:
        """Keep what has been drawn, where a hand still fits its deck; and the turn of what plays."""
        for name, table in self._tables.items():
            pick = before.picks.get(name)
            if pick is not None and pick.fits(len(table.play)):
                self.picks[name], self.rounds[name] = pick, before.rounds[name]
            held = before.interrupted.get(name)
            if held is not None and held in self._preset.segments and self.is_within(held, name):
                self.interrupted[name] = held
        self._begun = {
            segment: passes for segment, passes in before._begun.items() if segment in self._preset.segments
        }
        section = instance.section
        if before._due is None or self._preset.playlists_of(section) != before._preset.playlists_of(section):
            return
        has_turn = before._due[0] is instance and bool(self._preset.playlists_of(section))
        if has_turn and self._loops(section) == before._loops(section):
            self._due = before._due

    def go_on_in(self, source: SegmentInstance, target: SegmentInstance) -> None:
        """Let a passage that is called by another object have the turn it had, if it is as long."""
        if self._due is not None and self._due[0] is source and source.length_beats == target.length_beats:
            self._due = (target, *self._due[1:])

    def enter(self, name: str) -> str:
        """Draw the section a name stands for now; a section stands for itself.

        A sequence begins anew whenever its playlist is entered; chance goes on where it was.
        """
        table = self._tables.get(name)
        if table is None:
            return name
        self.rounds[name] = 0
        self.interrupted.pop(name, None)
        if table.order == "sequence":
            self.picks[name] = PickState()
        return self._draw(name)

    def _draw(self, name: str) -> str:
        drawn, self.picks[name] = self._pickers[name].draw(self.picks[name])
        self.rounds[name] += 1
        return self._inner(self._tables[name].play[drawn])

    def _inner(self, item: str) -> str:
        """What an item of a playlist stands for: an inner playlist goes on where it was."""
        if item not in self._tables:
            return item
        self.rounds[item] = 0
        return self._draw(item)

    def due_beat(self, instance: SegmentInstance, wanted: str, now_beat: float) -> float | None:
        """Beat at which a passage has had its turn; None if it stays for good.

        Its turn counts from its entry; one that was over before its playlist was wanted ends with this pass.
        """
        owners = self._preset.playlists_of(instance.section)
        if wanted not in owners or self._is_over(owners, wanted):
            return None
        if self._due is None or self._due[:2] != (instance, wanted):
            if instance.offset_beats < instance.length_beats:  # else it was interrupted in a later pass
                self._begun[instance.section] = 0.0
            first = self._begun.setdefault(instance.section, instance.offset_beats // instance.length_beats)
            passes = first + self._loops(instance.section)
            passes = max(passes, (instance.local(now_beat) + HAIR) // instance.length_beats + 1.0)
            self._due = (instance, wanted, instance.beat_of(passes * instance.length_beats))
        return self._due[2]

    def stay_on(self, instance: SegmentInstance) -> None:
        """Let a passage have another turn: the same section was drawn again."""
        if self._due is not None:
            more = self._loops(instance.section) * instance.length_beats
            self._due = (instance, self._due[1], self._due[2] + more)

    def _loops(self, section: str) -> int:
        loops = self._tables[self._preset.playlists_of(section)[0]].loops
        return loops if isinstance(loops, int) else loops.get(section, 1)

    def _is_over(self, owners: tuple[str, ...], wanted: str) -> bool:
        """Whether the sequence that is wanted has come to an end that is held."""
        table = self._tables[wanted]
        inner = owners[: owners.index(wanted)]
        is_inside_done = not any(self._has_more(name) for name in inner)
        is_last = self.picks[wanted].count >= len(table.play)
        return table.at_end == "hold" and is_last and is_inside_done

    def _has_more(self, name: str) -> bool:
        table = self._tables[name]
        return table.each_time == "all" and self.rounds[name] < len(table.play)

    def after(self, section: str, wanted: str) -> tuple[str, str]:
        """Draw what comes after a section, and say by which playlist."""
        owners = self._preset.playlists_of(section)
        for name in owners[: owners.index(wanted)]:
            if self._has_more(name):
                return self._draw(name), name
        return self._draw(wanted), wanted

    def rule(self, source: str, target: str) -> TransitionTable:
        """How a playlist goes on: by a rule that names sections or playlists on both sides, at the end."""
        found = self._preset.written_transition(source, target, wildcard=())
        if found is None:
            return GOES_ON
        enter = "start" if found.enter_at == "same_position" else found.enter_at
        return msgspec.structs.replace(found, exit_at="end", enter_at=enter)


def _picker(name: str, table: PlaylistTable, seed: int) -> VariationPicker:
    weights = tuple(table.weights.get(item, 1.0) for item in table.play)
    return VariationPicker(f"playlist {name}", weights, table.order, table.avoid_last, seed)
