"""Serves orders in the process that composes ahead: parts of plans, and bars of built-in generators."""

from __future__ import annotations

import gc
import pickle
import time
from typing import IO

from adaptive.composer.bar import as_played
from adaptive.composer.learned.weights import loaded
from adaptive.composer.plan.section_plan import plan_of
from adaptive.composer.registry import BUILT_IN
from adaptive.composer.worker import wire
from adaptive.composer.worker.ahead_orders import AheadReply, Order, OrderReader, PartOrder, packed

COMPOSE_AHEAD = "--compose-ahead"
"""Argument of a process that composes ahead, in place of a generator's address."""


def made(order: Order) -> AheadReply:
    """Carry out an order; one that fails is carried out again, and fails again, where it is needed."""
    began = time.thread_time()
    try:
        if isinstance(order, PartOrder):
            return AheadReply(
                plan_of(order.brief).part_at(order.bar).made(), took_s=time.thread_time() - began
            )
        written = BUILT_IN[order.generator].function(order.context)
        notes = packed(as_played(written.notes, order.context, order.ratio))
    except Exception:
        return AheadReply(None)
    return AheadReply(dict(written.memory), notes, time.thread_time() - began)


def serve(orders: IO[bytes], replies: IO[bytes]) -> None:
    """Carry out orders, one after another, until the input ends."""
    loaded()  # weights are read before the first bar
    gc.freeze()  # a full collection takes as long as five plans
    gc.set_threshold(700, 10, 100)
    wire.send(replies, b"ready")
    reader = OrderReader()
    while (order := wire.receive(orders)) is not None:
        wire.send(replies, pickle.dumps([made(one) for one in reader.decoded(order)], protocol=5))
