"""Enforces `min_stay_bars`: a section that has been entered is not left before so many bars."""

from __future__ import annotations

from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.selector import Choice
from adaptive.conductor.transitions.planner import TransitionPlanner
from adaptive.timebase import BEAT_TOLERANCE


class MinStay:
    """Says whether the present section has to stay, and logs it once for each section that is wanted.

    It does not apply to urgent select lines, to silence, and to a stop.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    planner : TransitionPlanner
        Knows the rules, and so where a section would be left.
    """

    def __init__(self, playback: PlaybackState, planner: TransitionPlanner) -> None:
        self.playback, self.planner = playback, planner
        self.told: tuple[str, str] | None = None
        """The section that stays, and the one that is wanted: logged once."""

    def release(self) -> None:
        """Take note that the wanted section plays or is planned: the next hold is logged again."""
        self.told = None

    def holds(self, target: str, choice: Choice) -> bool:
        """Whether the present section stays, although a line of select wants to leave it for `target`."""
        playback, instance = self.playback, self.playback.instance
        if not playback.is_playing or instance.section == SILENCE or choice.is_urgent:
            return False
        stay_bars = playback.preset.segments[instance.section].min_stay_bars
        rest = stay_bars - playback.values.bars_in_section
        if rest <= BEAT_TOLERANCE:
            return False
        # the stay is measured to the seam, not to the request
        leaves = instance.next_boundary(
            playback.tempo.beat_at(playback.earliest), self.planner.rule(instance.section, target).exit_at
        )
        if instance.bars_since_entry(leaves) >= stay_bars - BEAT_TOLERANCE:
            return False
        if self.told != (instance.section, choice.section):
            self.told = (instance.section, choice.section)
            playback.log_line(
                "transition", playback.now, f"stays at least {stay_bars} bars, {rest:.1f} more; "
                f"wanted by {choice.reason}", source=instance.section, target=choice.section, status="held",
            )  # fmt: skip
        return True
