"""Checks requests about a runner: steps with their times, programmes, clocks, the latency behind the card."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from adaptive.conductor.messages import (
    ExternalClock,
    MoveProgramme,
    SetFollowing,
    SetOutputLatency,
    SetProgramme,
    TakeSteps,
)
from adaptive.errors import InputError, ProtocolError
from adaptive.follow.client_clock import ClockExchange
from adaptive.follow.programme import read_programme
from adaptive.follow.settings import Mode
from adaptive.follow.taps import latency_of_taps
from adaptive.inputs.shown import shown

MOST_STEPS = 64
"""Steps of one message: a batch of ten seconds has 45 at most."""

MOST_LATENCY_MS = 2000.0
LEAD_TO, LEAD_MS = (60.0, 235.0), (-200.0, 200.0)
CLOCK_BPM, MOST_CLOCK_AGE_S = (20.0, 400.0), 60.0
MOVES = ("pause", "resume", "skip", "back")


@dataclass(frozen=True, slots=True)
class StampedSteps:
    """Steps with times of the client's own clock, which the session turns into ours."""

    event: str
    stamps_s: tuple[float, ...]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ExchangeClock:
    """An exchange of times.

    Parameters
    ----------
    sent_s : float
        When the client sent this, by its own clock.
    last : ClockExchange or None
        The exchange before, complete.
    id : str or None
        Comes back with the answer.
    """

    sent_s: float
    last: ClockExchange | None = None
    id: str | None = None


def steps(
    event: str,
    latency_s: float,
    age_s: Any = None,
    at_s: Any = None,
    message_id: str | None = None,
    least_age_s: float = 0.0,
) -> TakeSteps | StampedSteps:
    """Check steps.

    Parameters
    ----------
    event : str
        The `phase_event` of the preset.
    latency_s : float
        Subtracted from steps without times of their own.
    age_s : number or list of numbers, optional
        How long ago they happened.
    at_s : number or list of numbers, optional
        When they happened, by the client's clock.
    message_id : str, optional
        Id of the request.
    least_age_s : float
        Of a recording, whose control steps may lie before their steps, less than 0.

    Raises
    ------
    ProtocolError
        The times are no numbers, too many, or given in both ways.
    """
    if age_s is not None and at_s is not None:
        raise ProtocolError("give age_s or at_s, not both")
    if age_s is not None:
        ages = _times(age_s, "age_s")
        if min(ages) < least_age_s:
            raise ProtocolError(f"age_s must be {least_age_s:g} or more, got {min(ages):g}")
        return TakeSteps(event, ages, True, message_id)
    if at_s is not None:
        return StampedSteps(event, _times(at_s, "at_s"), message_id)
    return TakeSteps(event, (latency_s,), False, message_id)


def external_clock(value: Any, message_id: str | None = None) -> ExternalClock:
    """Check what an external clock says; null: it has ceased.

    Raises
    ------
    ProtocolError
        A number is missing, is none or is out of range.
    """
    if value is None:
        return ExternalClock(None, None, message_id)
    if not isinstance(value, Mapping) or "tempo_bpm" not in value or set(value) - {"tempo_bpm", "beat_age_s"}:
        such = '{"tempo_bpm": 120, "beat_age_s": 0.1}'
        raise ProtocolError(f"external_clock must be null or an object such as {such}, got {shown(value)}")
    tempo_bpm, age_s = value["tempo_bpm"], value.get("beat_age_s")
    if not _is_within(tempo_bpm, *CLOCK_BPM):
        raise ProtocolError(f"tempo_bpm must be a number from 20 to 400, got {shown(tempo_bpm)}")
    if age_s is not None and not _is_within(age_s, -MOST_CLOCK_AGE_S, MOST_CLOCK_AGE_S):
        raise ProtocolError(f"beat_age_s must be a number of at most 60 seconds, got {shown(age_s)}")
    return ExternalClock(float(tempo_bpm), None if age_s is None else float(age_s), message_id)


def _is_within(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def programme(value: Any, message_id: str | None = None) -> SetProgramme | MoveProgramme:
    """Check a programme, or a word that moves the one that plays; null ends it."""
    if value is None:
        return SetProgramme(None, message_id)
    if isinstance(value, str):
        if value not in MOVES:
            raise ProtocolError(
                f"programme must be a table, null, or one of {', '.join(MOVES)}, got {shown(value)}"
            )
        return MoveProgramme(cast(Literal["pause", "resume", "skip", "back"], value), message_id)
    try:
        return SetProgramme(read_programme(value), message_id)
    except InputError as error:
        raise ProtocolError(f"programme: {error}") from None


def following(value: Any, message_id: str | None = None) -> SetFollowing:
    """Check a change of how the tempo follows."""
    if not isinstance(value, Mapping) or not value:
        raise ProtocolError(f'tempo_follow must be an object such as {{"mode": "match"}}, got {shown(value)}')
    for key in value:
        if key not in ("mode", "lead_to", "lead_ms"):
            raise ProtocolError(f"{shown(key)} is no key of tempo_follow; there is mode, lead_to, lead_ms")
    mode = value.get("mode")
    if mode is not None and mode not in get_args(Mode):
        raise ProtocolError(f"mode must be one of {', '.join(get_args(Mode))}, got {shown(mode)}")
    numbers: list[float | None] = []
    for key, (low, high) in {"lead_to": LEAD_TO, "lead_ms": LEAD_MS}.items():
        number = value.get(key)
        if number is not None and (not _is_number(number) or not low <= number <= high):
            raise ProtocolError(f"{key} must be a number from {low:g} to {high:g}, got {shown(number)}")
        numbers.append(None if number is None else float(number))
    return SetFollowing(cast(Mode | None, mode), numbers[0], numbers[1], message_id)


def output_latency(value: Any, message_id: str | None = None) -> SetOutputLatency:
    """Check the latency behind the sound card: a number, or clicks and taps from which it is computed.

    Of clicks and taps only the differences count: both are by the client's clock, or both by ours.
    """
    if isinstance(value, Mapping):
        return SetOutputLatency(round(1000.0 * _tapped(value), 1), message_id)
    if not _is_number(value) or not 0.0 <= value <= MOST_LATENCY_MS:
        raise ProtocolError(
            f"output_latency_ms must be a number from 0 to {MOST_LATENCY_MS:g}, got {shown(value)}"
        )
    return SetOutputLatency(float(value), message_id)


def _tapped(value: Mapping[str, Any]) -> float:
    if set(value) != {"clicks_s", "taps_s"}:
        raise ProtocolError("output_latency_ms must be a number, or hold the lists clicks_s and taps_s")
    clicks, taps = _times(value["clicks_s"], "clicks_s"), _times(value["taps_s"], "taps_s")
    try:
        return latency_of_taps(clicks, taps)
    except InputError as error:
        raise ProtocolError(str(error)) from None


def clock(value: Any, message_id: str | None = None) -> ExchangeClock:
    """Check an exchange of times."""
    if not isinstance(value, Mapping) or not _is_number(value.get("sent_s")):
        raise ProtocolError(f'clock must be an object such as {{"sent_s": 12.5}}, got {shown(value)}')
    last = value.get("last")
    strange = next((key for key in value if key not in ("sent_s", "last")), None)
    if strange is not None:
        raise ProtocolError(f"{shown(strange)} is no key of clock")
    if last is None:
        return ExchangeClock(float(value["sent_s"]), None, message_id)
    keys = ("sent_s", "received_s", "answered_s", "heard_s")
    if not isinstance(last, Mapping) or set(last) != set(keys) or not all(_is_number(last[k]) for k in keys):
        raise ProtocolError(f"last must hold the numbers {', '.join(keys)}, got {shown(last)}")
    exchange = ClockExchange(*(float(last[key]) for key in keys))
    return ExchangeClock(float(value["sent_s"]), exchange, message_id)


def _times(value: Any, key: str) -> tuple[float, ...]:
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    if not values or len(values) > MOST_STEPS or not all(_is_number(one) for one in values):
        raise ProtocolError(
            f"{key} must be a number of seconds, or a list of up to {MOST_STEPS}, got {shown(value)}"
        )
    return tuple(float(one) for one in values)


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) <= 1e12 and math.isfinite(value)
