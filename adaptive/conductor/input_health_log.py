"""Writes into the log what the kernel finds of the readings of a parameter: a low rate, refused readings."""

from __future__ import annotations

from adaptive.conductor.playback import PlaybackState
from adaptive.follow.health import HealthNotes
from adaptive.kernel.layout import HEALTH_DOUBTFUL, HEALTH_SLOW
from adaptive.preset.schema import ParameterTable

SLOW, REFUSED = "slow", "refused"
"""Words for the two troubles."""


class InputHealthLog:
    """Compares, in every control step, the health of watched parameters with that of the step before.

    A trouble that comes and goes is told every 30 s at most.

    Parameters
    ----------
    playback : PlaybackState
        Has the values and the log.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self._playback, self._notes = playback, HealthNotes()
        tables = playback.preset.file.parameters
        self._watched = {name: 0 for name, table in tables.items() if is_watched(table)}

    def follow(self) -> None:
        """Log what has changed in a control step."""
        if not self._watched:
            return
        for name, before in self._watched.items():
            health = self._playback.values.health(name) & (HEALTH_SLOW | HEALTH_DOUBTFUL)
            if health != before:
                self._watched[name] = health
                self._compare(name, health, before)

    def _compare(self, name: str, health: int, before: int) -> None:
        playback, notes = self._playback, self._notes
        at_s = playback.now / playback.engine.spec.sample_rate
        table = playback.preset.file.parameters[name]
        changed = health ^ before
        if changed & HEALTH_SLOW:
            word = f"{name}: comes less often than {table.expected_rate_hz or 0.0:g} times a second"
            if health & HEALTH_SLOW:
                notes.begin(at_s, f"{SLOW} {name}", word)
            else:
                notes.end(at_s, f"{SLOW} {name}", f"{name}: comes as often as expected again")
        if changed & HEALTH_DOUBTFUL and health & HEALTH_DOUBTFUL:
            sent = playback.values.sent(name)
            notes.once(
                at_s, f"{REFUSED} {name}", f"{name}: {sent:g} is refused, it does not fit what came before"
            )
        for note in notes.pop():
            trouble, parameter = note.kind.split()
            playback.log_line(
                "health", playback.now, note.text, parameter=parameter, trouble=trouble, is_over=note.is_over
            )


def is_watched(table: ParameterTable) -> bool:
    """Whether a parameter says what its readings have to be like."""
    wanted = (table.expected_rate_hz, table.max_change_per_s, table.outlier_sigmas)
    return any(one is not None for one in wanted)
