"""What callbacks are told: beats, sections, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat of the section that plays; the callbacks of ``bar`` are given the first one of each bar.

    Parameters
    ----------
    section : str
        Name of the section.
    position : str
        ``bar.beat.tick`` of the timeline, such as ``12.1.0``.
    bar, beat : int
        Bar of the timeline and beat of the bar, both from 1.
    tempo_bpm : float
        Quarter notes a minute.
    frame : int
        Frame of the timeline at which it lies.
    heard_frame : int
        Frame at which it reaches the speaker, with the delays of the limiter and the sink.
    """

    section: str
    position: str
    bar: int
    beat: int
    tempo_bpm: float
    frame: int
    heard_frame: int

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Beat:
        """A beat from the message that subscribers get.

        Examples
        --------
        >>> told = {"section": "calm", "position": "12.3.0", "tempo_bpm": 120.0, "frame": 0, "heard_frame": 9}
        >>> found = Beat.of(told)
        >>> found.bar, found.beat
        (12, 3)
        """
        bar, beat, _tick = document["position"].split(".")
        return cls(
            document["section"], document["position"], int(bar), int(beat), document["tempo_bpm"],
            document["frame"], document["heard_frame"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section that begins to play.

    Parameters
    ----------
    section : str
        The section; empty: silence.
    before : str or None
        The section before it; None: it is the first.
    position : str
        ``bar.beat.tick`` of its first frame.
    frame, heard_frame : int
        That frame on the timeline, and the frame at which it reaches the speaker.
    """

    section: str
    before: str | None
    position: str
    frame: int
    heard_frame: int


@dataclass(frozen=True, slots=True)
class SoundedNote:
    """A note of a generated layer that has sounded.

    Parameters
    ----------
    layer : str
        The layer.
    pitch : str
        As spelled, such as ``Eb4``; of drums the piece.
    midi : int
        MIDI number; of drums that of the General MIDI percussion map.
    velocity : float
        0 … 1.
    seconds : float
        When it began, in seconds from the start of the music.
    frame : int
        The same in frames.
    position : str
        The same as ``bar.beat.tick``.
    onset_beats, duration_beats : Fraction
        As written: from the start of its bar, and its length, in beats of the meter's denominator.
    """

    layer: str
    pitch: str
    midi: int
    velocity: float
    seconds: float
    frame: int
    position: str
    onset_beats: Fraction
    duration_beats: Fraction

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> SoundedNote:
        """A note from a line of the decision log of kind ``note``."""
        return cls(
            line["layer"], line["pitch"], line["midi"], line["velocity"], line["t"], line["frame"],
            line["position"], Fraction(line["onset"]), Fraction(line["duration"]),
        )  # fmt: skip
