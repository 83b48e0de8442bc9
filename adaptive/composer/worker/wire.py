"""What goes between the engine and a generator's process: one order, one reply, each with its length first.

Orders are pickled: the engine wrote them.  Replies are MessagePack with a limit of length, because the code
that wrote them is not ours.  A generator's memory stays sealed: only the generator's process unpickles it, so
the engine never imports what a generator puts into it.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from typing import IO, Any

import msgspec

from adaptive.composer.bar_source import Answer, BarFailure
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.note_rows import NoteRow, note_of, note_row
from adaptive.errors import AdaptiveError, one_line

LONGEST_MESSAGE = 4_000_000
"""Bytes of an order or a reply."""

LARGEST_MEMORY = 1_000_000
"""Bytes of a generator's memory: it goes to the generator and back with every bar."""

LENGTH_BYTES = 4

SEALED = "sealed"
"""Key under which the engine keeps the pickled memory of a generator."""


class WireError(AdaptiveError):
    """A message is too long, or cannot be read."""


class BarReply(msgspec.Struct, frozen=True, array_like=True):
    """What a generator's process replies: notes and sealed memory, or why there are none."""

    notes: tuple[NoteRow, ...] = ()
    memory: bytes = b""
    failure: str = ""


def send(pipe: IO[bytes], message: bytes) -> None:
    """Write a message with its length.

    Raises
    ------
    WireError
        It is too long.
    OSError
        The other side has ended.
    """
    if len(message) > LONGEST_MESSAGE:
        text = f"its message has more than {LONGEST_MESSAGE} bytes"
        raise WireError(text)
    pipe.write(len(message).to_bytes(LENGTH_BYTES, "little") + message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """Read a message; None: the other side has ended.

    Raises
    ------
    WireError
        It is longer than a message may be.
    """
    head = pipe.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    length = int.from_bytes(head, "little")
    if length > LONGEST_MESSAGE:
        text = f"its message has more than {LONGEST_MESSAGE} bytes"
        raise WireError(text)
    message = pipe.read(length)
    return message if len(message) == length else None


def order_of(context: BarContext) -> bytes:
    """Encode an order: the context, with the generator's memory as it was sealed."""
    sealed = context.memory.get(SEALED, b"")
    return pickle.dumps((replace(context, memory={}), sealed), protocol=5)


def context_of(order: bytes) -> BarContext:
    """Decode an order, in the generator's process."""
    context: BarContext
    context, sealed = pickle.loads(order)
    memory: Mapping[str, Any] = pickle.loads(sealed) if sealed else {}
    return replace(context, memory=memory)


def reply_of(answer: Answer) -> bytes:
    """Encode a reply, in the generator's process."""
    if isinstance(answer, BarFailure):
        return msgspec.msgpack.encode(BarReply(failure=answer.reason))
    try:
        memory = pickle.dumps(dict(answer.memory), protocol=5) if answer.memory else b""
    except Exception as error:
        why = one_line(f"{type(error).__name__}: {error}"[:160])
        return msgspec.msgpack.encode(BarReply(failure=f"returned a memory that cannot be kept ({why})"))
    if len(memory) > LARGEST_MEMORY:
        text = f"returned a memory of more than {LARGEST_MEMORY} bytes"
        return msgspec.msgpack.encode(BarReply(failure=text))
    return msgspec.msgpack.encode(BarReply(tuple(map(note_row, answer.notes)), memory))


def answer_of(reply: bytes) -> Answer:
    """Decode a reply.

    Raises
    ------
    WireError
        It is no reply.
    """
    try:
        read = msgspec.msgpack.decode(reply, type=BarReply)
        if read.failure:
            return BarFailure(one_line(read.failure[:400]))
        notes = tuple(map(note_of, read.notes))
    except (msgspec.MsgspecError, ValueError, ZeroDivisionError, UnicodeError) as error:
        message = "its process replied something that is no bar"
        raise WireError(message) from error
    return WrittenBar(notes, {SEALED: read.memory})
