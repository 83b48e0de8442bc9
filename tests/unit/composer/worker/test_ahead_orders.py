"""Orders to the process that composes ahead: what comes back is what would have been composed here."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest

from adaptive.composer.bar import as_played
from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.composer.registry import BUILT_IN
from adaptive.composer.worker import ahead_orders
from adaptive.composer.worker.ahead_child import made
from adaptive.composer.worker.ahead_orders import (
    AheadReply,
    BarOrder,
    Order,
    OrderReader,
    OrderWriter,
    PartOrder,
    unpacked,
)
from tests.unit.composer.composing import contexts, section_plan

HALF = Fraction(1, 2)


def carried_out(*orders: Order, writer: OrderWriter, reader: OrderReader) -> list[AheadReply]:
    replies: list[AheadReply] = [made(order) for order in reader.decoded(writer.encoded(orders))]
    return pickle.loads(pickle.dumps(replies))  # type: ignore[no-any-return]


def test_a_bar_is_the_same_wherever_it_is_composed() -> None:
    writer, reader = OrderWriter(), OrderReader()
    for name in BUILT_IN:
        for context in contexts(bars=3, layers=("melody", "drums", "bass", "pad", name), layer=name):
            here = BUILT_IN[name].function(context)
            (reply,) = carried_out(BarOrder(name, context, HALF), writer=writer, reader=reader)
            assert unpacked(reply.notes) == as_played(here.notes, context, HALF)
            assert reply.made == dict(here.memory)


def test_a_part_made_elsewhere_is_the_part_made_here() -> None:
    here, there = section_plan(), section_plan()
    (reply,) = carried_out(PartOrder(here.brief, 9), writer=OrderWriter(), reader=OrderReader())
    part, own = there.part_at(9), here.part_at(9)
    assert reply.made is not None
    part.accept(reply.made)
    names = reply.made.keys()
    own.made()
    assert {"chords", "tune", "voicings"} <= names
    assert [part.__dict__[name] for name in names] == [own.__dict__[name] for name in names]
    assert there.bar(9).tune == here.bar(9).tune


def test_as_many_stages_are_counted_whoever_has_made_them() -> None:
    here, there = section_plan().part_at(0), section_plan().part_at(0)
    there.accept(section_plan().part_at(0).made())

    def steps(part) -> int:
        return sum(iter(part.prepare, False))

    assert steps(here) == steps(there) > 4


def test_an_order_that_fails_has_no_reply_but_that() -> None:
    (reply,) = carried_out(
        BarOrder("nobody", contexts(bars=1)[0], HALF), writer=OrderWriter(), reader=OrderReader()
    )
    assert reply.made is None


def test_a_brief_is_sent_once_and_again_when_it_was_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead_orders, "MOST_BRIEFS", 2)
    plans = [SectionPlan(section_plan(key=key).brief) for key in ("C major", "D minor", "E minor")]
    writer, reader = OrderWriter(), OrderReader()
    first = len(writer.encoded([PartOrder(plans[0].brief, 0)]))
    assert len(writer.encoded([PartOrder(plans[0].brief, 0)])) < first / 2
    writer, keys = OrderWriter(), []
    for plan in [*plans, *plans]:
        (reply,) = carried_out(PartOrder(plan.brief, 0), writer=writer, reader=reader)
        assert reply.made is not None
        keys.append(reply.made["key"])
    assert keys == [plan.brief.key for plan in [*plans, *plans]]
