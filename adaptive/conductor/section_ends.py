"""Sections that play a number of passes and then end (`plays`), and what follows them (`then`).

The end is a planned transition, so it can be cancelled until shortly before it.  When it is reached, the
section's select lines are *spent*: they do not count until their conditions have been false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from adaptive.conductor.planned_transition import PlannedTransition, SectionEnd, TransitionRequest
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.playlists import ADVANCE_RULE, BACK_RULE, Playlists
from adaptive.conductor.selector import Choice, LineKey, Selector
from adaptive.conductor.transitions.planner import TransitionPlanner
from adaptive.preset.schema import SectionTable
from adaptive.timebase import BEAT_TOLERANCE

BACK, SELECT = "back", "select"
"""Values of `then` that are not the name of a section."""


@dataclass(frozen=True, slots=True)
class Detour:
    """A section that plays after another has ended, until the answer of select changes.

    Parameters
    ----------
    section : str
        The section.
    after : str
        The section that has ended.
    answer : LineKey
        The select line that was chosen when it began.
    is_way_back : bool
        Whether it also ends as soon as the state no longer names the section that has ended.
    """

    section: str
    after: str
    answer: LineKey
    is_way_back: bool = False


@dataclass(frozen=True, slots=True)
class SectionEndsState:
    """What follows sections that have ended.

    Parameters
    ----------
    interrupted : Mapping
        For each section that ends by itself, the section it interrupted.
    detour : Detour or None
        The section that plays after one that has ended, until the answer of select changes.
    """

    interrupted: Mapping[str, str] = field(default_factory=dict)
    detour: Detour | None = None


class SectionEnds:
    """Plans the ends of sections that have `plays`.

    Parameters
    ----------
    playback : PlaybackState
        What plays and is planned.
    selector : Selector
        Knows which select lines are spent.
    planner : TransitionPlanner
        Plans the transitions.
    playlists : Playlists
        Resolves the names of playlists.
    """

    def __init__(
        self, playback: PlaybackState, selector: Selector, planner: TransitionPlanner, playlists: Playlists
    ) -> None:
        self.playback, self.selector = playback, selector
        self.planner, self.playlists = planner, playlists
        self.state = SectionEndsState()

    def fitting(self, state: SectionEndsState) -> SectionEndsState:
        """As much of a state as fits the preset, which a save or an edit may not have had."""
        sections = self.playback.preset.file.sections
        interrupted = {
            name: before
            for name, before in state.interrupted.items()
            if name in sections and before in sections
        }
        detour = state.detour if state.detour and state.detour.section in sections else None
        return SectionEndsState(interrupted, detour)

    def choice(self, choice: Choice) -> Choice:
        """The answer of select, or the section that plays instead until it changes."""
        detour = self.state.detour
        if detour is None:
            return choice
        is_over = detour.is_way_back and not self.selector.is_spent(detour.after)
        if choice.key != detour.answer or is_over:
            self.state = replace(self.state, detour=None)
            return choice

        def explain() -> str:
            return f"{detour.after} has ended, and select's answer has not changed: {choice.reason}"

        return replace(choice, section=detour.section, explain=explain)

    def planned(self) -> PlannedTransition | None:
        """The planned end of the present section, if there is one."""
        transition = self.playback.transition
        if transition is None or transition.source is not self.playback.instance:
            return None
        return transition if transition.request.section_end is not None else None

    def is_as_planned(self, choice: Choice) -> bool:
        """Whether the present section is still wanted until its planned end, and then the planned target."""
        transition = self.planned()
        if transition is None or transition.request.section_end is None:
            return False
        section_end = transition.request.section_end
        if not self.playback.is_playing or choice.section != section_end.section:
            return False
        section, detour, _ = self._following(choice)
        wanted = transition.request.section
        is_target = wanted == section or self.playlists.is_within(wanted, section)
        return is_target and detour == section_end.detour

    def is_outdated(self, wanted: str) -> bool:
        """Whether the end of the present section is planned and another section is wanted before it."""
        transition = self.planned()
        section_end = None if transition is None else transition.request.section_end
        return section_end is not None and section_end.section != wanted

    def due_beat(self, choice: Choice) -> float | None:
        """Beat at which the present section ends; None if it goes on, as it does in a playlist."""
        playback = self.playback
        instance, table = playback.instance, self._table(playback.instance.section)
        if table is None or table.plays is None or choice.section != instance.section:
            return None
        length, offset = instance.length_beats, max(0.0, instance.offset_beats)
        passes = table.plays
        if offset >= passes * length - BEAT_TOLERANCE:
            passes = int((offset + BEAT_TOLERANCE) // length) + 1
        # if the section was selected while it played on, it ends with the present pass
        now = instance.local(playback.tempo.beat_at(playback.earliest))
        passes = max(passes, int((now - BEAT_TOLERANCE) // length) + 1)
        return instance.beat_of(float(passes * length))

    def plan(self, choice: Choice, due: float, target_of: Callable[[str, str], str]) -> None:
        """Plan the end of the present section.

        Parameters
        ----------
        choice : Choice
            The answer of select; its section is the present one.
        due : float
            Beat of the end.
        target_of : callable
            Returns the section for the present one and a name, which may be a playlist's.
        """
        source = self.playback.instance.section
        table = self._table(source)
        assert table is not None  # `due_beat` has found its passes
        playlists_before = self.playlists.state
        section, detour, is_back = self._following(choice)
        target = section if is_back or section == SILENCE else target_of(source, section)
        rule = self.playlists.rule(source, target)
        if is_back:
            is_default = rule is ADVANCE_RULE
            rule = BACK_RULE if is_default else msgspec.structs.replace(rule, enter_at="last_position")
        passes = "1 pass" if table.plays == 1 else f"{table.plays} passes"
        reason = f"{source} has played its {passes}; then: {table.then}"
        before = self.state.interrupted.get(source, "")
        if table.then == BACK and before and not is_back:
            reason += f", but select does not want {before} any more"
        section_end = SectionEnd(source, detour)
        self.planner.plan(TransitionRequest(target, reason, rule, False, due, playlists_before, section_end))

    def _following(self, choice: Choice) -> tuple[str, Detour | None, bool]:
        """What follows the present section: a name, the detour it is, and whether it is the way back."""
        playback, source = self.playback, self.playback.instance.section
        table = self._table(source)
        then = SELECT if table is None else table.then
        is_detour = self._is_detour(source)
        answer = self.selector.last if is_detour else self.selector.without(source)
        before = self.state.interrupted.get(source, "")
        if then == BACK and before and self.playlists.is_within(before, answer.section):
            return before, None, True
        if then == BACK and before and not playback.preset.file.select:
            # the sections are the values of one state: that it names this one says nothing of what comes next
            return before, Detour(before, source, answer.key), True
        if then == BACK and before and self._is_masked(source, before):
            return before, Detour(before, source, answer.key, is_way_back=True), True
        if then in {BACK, SELECT} or then not in playback.preset.file.sections:
            return answer.section, None, False
        return then, Detour(then, source, answer.key), False

    def _is_masked(self, source: str, before: str) -> bool:
        """Whether select would want `before`, did its state not name the section that ends.

        Music that plays once, such as another fanfare, is not continued.
        """
        table = self._table(before)
        if table is None or table.plays is not None:
            return False
        answers = self.selector.answers_but_for_state(source)
        return any(self.playlists.is_within(before, name) for name in answers if name)

    def _table(self, section: str) -> SectionTable | None:
        return self.playback.preset.file.sections.get(section)

    def _is_detour(self, section: str) -> bool:
        detour = self.state.detour
        return detour is not None and detour.section == section

    def leave(self, arrived: PlannedTransition, destination: str) -> None:
        """Take note of a section that has been left.

        Parameters
        ----------
        arrived : PlannedTransition
            The transition that has been carried out; its source is a section.
        destination : str
            The section it leads to, perhaps over a bridge.
        """
        source, section_end = arrived.source.section, arrived.request.section_end
        table = self._table(destination)
        if table is not None and table.plays is not None and destination != source:
            # a section that has ended passes on what it interrupted
            before = source if section_end is None else self.state.interrupted.get(source, "")
            interrupted = {**self.state.interrupted, destination: before}
            self.state = replace(self.state, interrupted=interrupted)
        if section_end is None:
            return
        playback = self.playback
        playback.left_at.pop(source, None)  # it has ended, so it begins anew
        is_detour = self._is_detour(source)
        self.state = replace(self.state, detour=section_end.detour)
        if not is_detour:
            for place in self.selector.spend(source):
                playback.log_line(
                    "state", arrived.frame, f"{source} has ended", section=source, select=place + 1,
                    status="spent", **self._implied(place),
                )  # fmt: skip

    def report(self) -> None:
        """Log the select lines that count again."""
        for place, reason in self.selector.pop_renewed():
            section = self.playback.preset.select[place].section if place >= 0 else "the default"
            self.playback.log_line(
                "state", self.playback.now, reason, section=section, select=place + 1,
                status="counts again", **self._implied(place),
            )  # fmt: skip

    def _implied(self, place: int) -> dict[str, str]:
        """The condition of a select line that is not in the file: there a state names the section."""
        preset = self.playback.preset
        return {} if preset.file.select or place < 0 else {"condition": preset.when[place].text}
