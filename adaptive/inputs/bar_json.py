"""Bars of generators as a recording keeps them: the key ``bar`` of a line of a trace."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from adaptive.composer.checked_bar import LARGEST_DENOMINATOR, LONGEST_PITCH, MOST_NOTES
from adaptive.composer.note_rows import note_of
from adaptive.conductor.layers.recorded_bars import RecordedBar
from adaptive.conductor.log import Line
from adaptive.errors import TraceError, one_line
from adaptive.music.note import Note

Name = Annotated[str, Meta(max_length=200)]
Fractional = Annotated[str, Meta(max_length=30, pattern=r"^[0-9]{1,12}(/[0-9]{1,8})?$")]
Frame = Annotated[int, Meta(ge=0, le=2**53)]

Row = tuple[
    Fractional,
    Fractional,
    Annotated[str, Meta(min_length=1, max_length=LONGEST_PITCH)],
    Annotated[int, Meta(ge=0, le=127)],
    Annotated[float, Meta(ge=0.0, le=1.0)],
    Annotated[float, Meta(ge=-1.0, le=1.0)],
]


class _BarDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A recorded bar as JSON."""

    layer: Name
    section: Name
    bar: Annotated[int, Meta(ge=0, le=2**53)]
    tried_frame: Frame
    settled_frame: Frame
    reason: Annotated[str, Meta(max_length=2000)] = ""
    notes: Annotated[tuple[Row, ...], Meta(max_length=MOST_NOTES)] | None = None


def is_bar(name: str, value: object) -> bool:
    """Whether a key of a trace's line is a recorded bar; a parameter of that name is a number."""
    return name == "bar" and isinstance(value, dict)


def bar_json(line: Line) -> dict[str, Any]:
    """The keys of a trace's line for a line of the decision log about a bar, without its time."""
    kept = ("layer", "section", "bar", "tried_frame", "settled_frame", "reason", "notes")
    return {"bar": {key: line[key] for key in kept if key in line}}


def read_bar(document: object) -> RecordedBar:
    """Read a recorded bar.

    Raises
    ------
    TraceError
        It is none; the message says which part.
    """
    try:
        read = msgspec.convert(document, _BarDocument)
        notes = None if read.notes is None else tuple(map(_note, read.notes))
    except (msgspec.ValidationError, ValueError, ZeroDivisionError, UnicodeError) as error:
        message = f"`bar` is no recorded bar: {one_line(str(error)[:200])}"
        raise TraceError(message) from None
    return RecordedBar(
        read.layer, read.section, read.bar, read.tried_frame, read.settled_frame, read.reason, notes
    )  # fmt: skip


def _note(row: Row) -> Note:
    note = note_of(row)
    finest = max(note.onset.denominator, note.duration.denominator)
    if note.duration <= 0 or finest > LARGEST_DENOMINATOR:
        message = "a note has no length, or a beat is divided too finely"
        raise ValueError(message)
    return note
