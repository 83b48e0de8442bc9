from __future__ import annotations

import io
import re
from dataclasses import replace

import msgspec
import pytest

from adaptive.composer.bar_source import BarFailure
from adaptive.composer.context import WrittenBar
from adaptive.composer.registry import BUILT_IN
from adaptive.composer.worker import wire
from tests.unit.composer.composing import contexts

CONTEXT = contexts(bars=1)[0]


class Unpicklable:
    def __reduce__(self):
        raise TypeError("no copy of me")


def test_an_order_arrives_as_it_was_sent_and_memory_stays_sealed_on_the_way() -> None:
    bar = BUILT_IN["melody"].function(CONTEXT)
    remembered = wire.answer_of(wire.reply_of(replace(bar, memory={"last": 64, "motif": (1, 2)})))
    assert isinstance(remembered, WrittenBar)

    assert remembered.notes == bar.notes
    assert list(remembered.memory) == [wire.SEALED]
    asked = replace(CONTEXT, memory=remembered.memory)
    assert wire.context_of(wire.order_of(asked)) == replace(
        CONTEXT, memory={"last": 64, "motif": (1, 2)}
    )  # fmt: skip


def test_a_failure_arrives_as_one_line() -> None:
    assert wire.answer_of(wire.reply_of(BarFailure("two\nlines"))) == BarFailure("two\ufffdlines")


@pytest.mark.parametrize(
    ("memory", "told"),
    [
        ({"a": Unpicklable()}, r"a memory that cannot be kept \(TypeError: no copy of me\)"),
        ({"a": bytes(2_000_000)}, "a memory of more than 1000000 bytes"),
    ],
)
def test_a_memory_that_cannot_be_kept_is_a_failure(memory: dict, told: str) -> None:
    answer = wire.answer_of(wire.reply_of(WrittenBar((), memory)))

    assert isinstance(answer, BarFailure)
    assert re.search(told, answer.reason)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode([1, 2, 3]),
        msgspec.msgpack.encode([[["1/0", "1", "C4", 60, 1.0, 0.0]]]),
    ],
)
def test_what_is_no_reply_is_an_error(reply: bytes) -> None:
    with pytest.raises(wire.WireError, match="something that is no bar"):
        wire.answer_of(reply)


def test_messages_have_a_length_and_a_limit() -> None:
    pipe = io.BytesIO()
    wire.send(pipe, b"one")
    wire.send(pipe, b"")
    whole = pipe.getvalue()

    assert [wire.receive(io.BytesIO(whole[:cut])) for cut in (0, 3, 5)] == [None, None, None]
    pipe.seek(0)
    assert [wire.receive(pipe) for _ in range(3)] == [b"one", b"", None]
    with pytest.raises(wire.WireError, match="more than 4000000 bytes"):
        wire.send(pipe, bytes(wire.LONGEST_MESSAGE + 1))
    with pytest.raises(wire.WireError, match="more than 4000000 bytes"):
        wire.receive(io.BytesIO(b"\xff\xff\xff\xff"))
