"""Messages to the conductor, each with an optional id, and the receipts that an id asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adaptive.follow.programme import Programme
from adaptive.follow.settings import Mode


@dataclass(frozen=True, slots=True)
class SetState:
    """Set a state group to one of its values."""

    group: str
    value: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class FireEvent:
    """Fire an event.

    Parameters
    ----------
    name : str
        Name of the event and of its stinger.
    velocity : float
        0 … 1; the gain of a recorded stinger is its square.
    expires_s : float or None
        The stinger is dropped if it cannot sound within this time; None: only the stinger's own limit holds.
    id : str or None
        Asks for receipts.
    """

    name: str
    velocity: float = 1.0
    expires_s: float | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetTempo:
    """Ask for a tempo in quarter notes a minute; None returns to the segments' own tempi."""

    tempo_bpm: float | None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """Start playback, or stop it.

    Parameters
    ----------
    is_playing : bool
        Whether to play.
    id : str or None
        Asks for receipts.
    seconds : float or None
        Of stop: the length of a fade that begins at once; 0: none.  None: at the next bar line, over a bar.
    """

    is_playing: bool
    id: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ForgetPlace:
    """Forget where a section, or a playlist, was left: it is entered at its start the next time."""

    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """Begin the present section again, from its start."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """Go to a bar of a section, counted from 1, at the next beat; without a bar, to its start.

    Only the start has the introduction, if the section has one.
    """

    section: str
    bar: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetMix:
    """Hold values of the mixer in place of the preset's, or let them go.

    Parameters
    ----------
    values : tuple of (str, float or None)
        Key path, such as ``layers.strings.level_db``, and value; None lets it go.
    seconds : float
        Time in which they are reached.
    id : str or None
        Asks for receipts.
    """

    values: tuple[tuple[str, float | None], ...]
    seconds: float = 0.0
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetSnapshot:
    """Turn snapshots of the mixer on or off; None lets one go, to its condition and its events.

    Parameters
    ----------
    values : tuple of (str, bool or None)
        Name of a snapshot, and what it shall be.
    id : str or None
        Asks for receipts.
    """

    values: tuple[tuple[str, bool | None], ...]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class TakeSteps:
    """Steps of a runner, or taps, whose phase the tempo follows.

    Parameters
    ----------
    event : str
        The `phase_event` of the preset.
    ages_s : tuple of float
        How long before this message's control step each of them happened; negative: within it.
    is_timed : bool
        Whether they had times of their own; otherwise they happened when they arrived.
    id : str or None
        Asks for receipts.
    """

    event: str
    ages_s: tuple[float, ...]
    is_timed: bool = False
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetProgramme:
    """Begin a programme; None ends the one that plays."""

    programme: Programme | None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class MoveProgramme:
    """Pause or resume the programme, or go to its next step or back."""

    word: Literal["pause", "resume", "skip", "back"]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetFollowing:
    """Change how the tempo follows; None leaves what is.

    Parameters
    ----------
    mode : {"match", "lead", "manual"} or None
        As `mode` of `[tempo_follow]`.
    lead_to_spm : float or None
        The cadence to lead to.
    lead_ms : float or None
        How long before a step its beat is heard.
    id : str or None
        Asks for receipts.
    """

    mode: Mode | None = None
    lead_to_spm: float | None = None
    lead_ms: float | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetOutputLatency:
    """Say how long after its frame the music is heard, in milliseconds, all latencies together."""

    milliseconds: float
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ExternalClock:
    """What an external clock says, such as a MIDI clock.

    Parameters
    ----------
    tempo_bpm : float or None
        Quarter notes a minute; None: the clock has ceased, and the tempo stays.
    beat_age_s : float or None
        How long before this message's control step it was on a quarter note; None: its beats are not known.
    id : str or None
        Asks for receipts.
    """

    tempo_bpm: float | None
    beat_age_s: float | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetSteer:
    """Hold controls of the composer in place of the preset's, or let them go.

    Parameters
    ----------
    values : tuple of (str, float or None)
        Control and value; None lets it go.
    layer : str
        The layer that they are held for; empty: all.
    id : str or None
        Asks for receipts.
    clamped : tuple of str
        Controls that were asked for beyond their ranges.
    """

    values: tuple[tuple[str, float | None], ...]
    layer: str = ""
    id: str | None = None
    clamped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetMood:
    """Hold a mood as valence and arousal, -1 … 1; None lets it go.  `word`: its name, if it had one."""

    point: tuple[float, float] | None
    word: str = ""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetKey:
    """Hold a key, such as ``D minor``; None lets it go."""

    key: str | None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SetChord:
    """Hold a chord, such as ``Dm7``; None lets it go."""

    chord: str | None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class LockLayers:
    """Keep these generated layers as they are, whatever steers the others; no layer: unlock all."""

    layers: tuple[str, ...]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Write generated layers anew, in another way.

    Parameters
    ----------
    layers : tuple of str
        Which layers.
    bars : (int, int) or None
        First and last bar since the present section was entered, from 1; None: all from the next beat on.
    id : str or None
        Asks for receipts.
    """

    layers: tuple[str, ...]
    bars: tuple[int, int] | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take the last regeneration back."""

    id: str | None = None


Message = (
    SetState
    | FireEvent
    | SetTempo
    | Transport
    | ForgetPlace
    | Restart
    | Jump
    | SetMix
    | SetSnapshot
    | TakeSteps
    | SetProgramme
    | MoveProgramme
    | SetFollowing
    | SetOutputLatency
    | ExternalClock
    | SetSteer
    | SetMood
    | SetKey
    | SetChord
    | LockLayers
    | Regenerate
    | TakeBack
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message.

    Parameters
    ----------
    id : str
        The message's id.
    status : str
        ``accepted``, ``deferred``, ``started``, or one of the last ones: ``merged``, ``superseded``,
        ``dropped``, ``failed``, ``finished``.
    reason : str
        One sentence.
    frame : int or None
        Frame of the timeline at which it sounds.
    position : str
        That frame as ``bar.beat.tick``.
    rule : str
        The transition rule or stinger that applies.
    """

    id: str
    status: str
    reason: str
    frame: int | None = None
    position: str = ""
    rule: str = ""
