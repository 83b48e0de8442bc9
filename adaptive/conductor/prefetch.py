"""Lets another process compose, long before, what the conductor's steps are going to need.

Plans and bars of built-in generators are functions of what they are told.  So it does not matter who works
them out: a step takes what has arrived, and works out itself what has not.  What is decided and what sounds
is the same with and without the other process; only the time of the steps differs.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

from adaptive.composer.bar_source import BarRequest
from adaptive.composer.plan.part import PlannedPart
from adaptive.composer.plan.section_plan import SectionPlan
from adaptive.composer.registry import BUILT_IN
from adaptive.composer.worker.ahead_host import PrefetchHost
from adaptive.composer.worker.ahead_orders import BarOrder, PartOrder
from adaptive.conductor.conductor import Conductor
from adaptive.conductor.layers.bar_requests import BarKey, held_in, key_of, request_of
from adaptive.conductor.layers.generated import GeneratedLayer
from adaptive.conductor.layers.write_range import ComposeContext, WriteRange, beats_ratio
from adaptive.music.note import Note

LEAST_LAYERS = 9
"""Built-in generated layers from which the process is worth its 49 MB: with eight of them, 99 of 100 steps
took at most 1.6 ms without it (`docs/proof.md`)."""

LAYERS_A_STEP, PAIRS_A_STEP, ORDERS_A_STEP, REPLIES_A_STEP = 16, 8, 5, 12
"""Layers and first bars of other segments that are looked at, bars that are asked for, and replies that are
accepted in a control step."""

ORDERS_FOR_LAYERS = 1
"""Of these orders, those that only bars of layers that play may take."""

COMMANDS_FOR_AN_ORDER = 16
"""Commands posted in a control step for each order that it asks less."""

MOST_AHEAD = 192
"""First bars of other segments wait to be asked for while so many bars are on their way."""

MOST_PARTS = 256
"""Parts of plans that are remembered as asked for."""


def is_built_in(layer: GeneratedLayer) -> bool:
    """Whether the process can compose for a layer."""
    return BUILT_IN.get(layer.bars.spec.name) is layer.bars.spec


def is_worth_it(conductor: Conductor) -> bool:
    """Whether there are enough layers for a process that composes ahead."""
    layers = conductor.playback.assets.generated.values()
    return sum(map(is_built_in, layers)) >= LEAST_LAYERS


class Prefetch:
    """Asks for plans and bars ahead, and puts them where the conductor looks for them.

    Parameters
    ----------
    host : PrefetchHost
        Runs the process.
    """

    def __init__(self, host: PrefetchHost) -> None:
        self._host = host
        self._parts: OrderedDict[int, PlannedPart] = OrderedDict()  # asked for, by `id`
        self._asked: OrderedDict[tuple[int, object], BarRequest] = OrderedDict()
        self._awaited: dict[int, set[Hashable]] = {}  # of layers, by `id`
        self._todo: deque[GeneratedLayer] = deque()
        self._seen: dict[int, float] = {}
        self._conductor: Conductor | None = None
        self._waiting: deque[tuple[str, str]] = deque()
        self._pairs_version = -1
        self._revision = -1
        self._room = 0

    def step(self, conductor: Conductor) -> None:
        """Accept what has arrived, and ask for what comes next, a little in each control step."""
        if self._host.is_over:
            self._give_up()
            return
        self._host.fetch(REPLIES_A_STEP)
        playback = conductor.playback
        if conductor is not self._conductor:
            self._conductor, self._pairs_version = conductor, -1
            self._todo.clear()
            self._revision = -1
        if playback.revision != self._revision:  # a seam is planned: other bars come
            self._revision = playback.revision
            self._seen.clear()
            return  # the step has done enough
        self._notice(conductor)
        # what a step posts has taken its time: the asking waits for a lighter one
        self._room = max(0, ORDERS_A_STEP - conductor.outbox.posted // COMMANDS_FOR_AN_ORDER)
        for _ in range(min(LAYERS_A_STEP, len(self._todo))):
            if self._room <= 0:
                break
            layer = self._todo.popleft()
            if not self._ask_of(layer, playback.tempo.beat_at(playback.earliest)):
                self._todo.append(layer)  # a plan is on its way
        self._ask_of_others(conductor)

    def _give_up(self) -> None:
        """Wait no more for what the process has not sent: it has ended too often."""
        for part in self._parts.values():
            part.is_awaited = False
        for awaited in self._awaited.values():
            awaited.clear()
        self._parts.clear()
        self._awaited.clear()

    def _notice(self, conductor: Conductor) -> None:
        """Note the layers that have written a bar or have to write one again."""
        seen, moved = self._seen, []
        for layer in conductor.playback.assets.generated.values():
            number, cursor_beat = id(layer), layer.cursor_beat
            if seen.get(number) != cursor_beat:
                seen[number] = cursor_beat
                if is_built_in(layer) and not any(one is layer for one in self._todo):
                    moved.append(layer)
        if moved:  # drums may have to play a fill at once
            self._todo.extend(sorted(moved, key=lambda layer: not layer.player.is_percussive))

    # ── bars to come ───────────────────────────────────────────────────────────────────────────

    def _ask_of(self, layer: GeneratedLayer, earliest_beat: float) -> bool:
        """Ask for the bar at the cursor, the bar after it, and fills; False if a plan is not there yet."""
        is_there = True
        for write_range in layer.ranges[-2:]:
            instance = write_range.context.instance
            cursor = max(layer.cursor_beat, write_range.begins)
            if cursor >= write_range.ends:
                continue
            bar = instance.bar_at(instance.local(cursor))
            for number in (bar, bar + 1):
                is_there = self._ask_bar(layer, write_range, number) and is_there
        last = layer.ranges[-1] if layer.ranges else None
        if layer.player.is_percussive and last is not None and last.leaves_at is None:
            is_there = self._ask_fills(layer, last, max(earliest_beat, last.begins)) and is_there
        return is_there

    def _ask_fills(self, layer: GeneratedLayer, last: WriteRange, from_beat: float) -> bool:
        """Ask for the bars from a beat to the cursor as they would be if a seam followed them."""
        instance, is_there = last.context.instance, True
        first = max(0, instance.bar_at(instance.local(from_beat)))
        written = instance.bar_at(instance.local(layer.cursor_beat))
        for number in range(first, max(first, written) + 1):
            leaving = replace(last, leaves_at=instance.beat_of(instance.bar_end(number)))
            is_there = self._ask_bar(layer, leaving, number) and is_there
        return is_there

    def _ask_bar(self, layer: GeneratedLayer, write_range: WriteRange, number: int) -> bool:
        """Ask for a bar unless it is known or asked for; False if its plan is not there yet."""
        context = write_range.context
        if number < 0:
            return True
        held = held_in(layer, context.instance.section, number)
        if not self._has_plan(context, context.plan.under(held), number):
            return False
        if layer.rests(context, number):
            return True
        start = context.instance.beat_of(context.instance.bar_start(number))
        self._ask(layer, write_range, number, key_of(layer, write_range, number, start), is_needed=True)
        return True

    def _ask(
        self, layer: GeneratedLayer, write_range: WriteRange, number: int, known: BarKey, *, is_needed: bool
    ) -> None:
        key = (id(layer), known.key)
        if key in self._asked or layer.bars.knows(known.key):
            return
        request = request_of(layer, write_range, number, known, 0)

        def accept(memory: Mapping[str, Any] | None, notes: tuple[Note, ...]) -> None:
            self._asked.pop(key, None)
            layer.bars.awaited.discard(request.key)
            if memory is not None and not layer.bars.knows(request.key):
                layer.bars.prefetch(request, memory, notes)

        order = BarOrder(layer.bars.spec.name, request.context, beats_ratio(write_range.context))
        self._room -= 1
        if self._host.ask(order, accept, is_needed=is_needed):
            layer.bars.awaited.add(request.key)
            self._awaited[id(layer)] = layer.bars.awaited
            self._asked[key] = request  # plan and memory stay, so that their ids are not those of others

    # ── plans ──────────────────────────────────────────────────────────────────────────────────

    def _has_plan(self, context: ComposeContext, plan: SectionPlan, number: int) -> bool:
        """Whether the part of a bar is there, and the part after it; they are asked for otherwise."""
        bar = context.first_bar + number
        part = plan.part_at(bar)
        is_there = self._has_part(part, is_needed=True)
        return self._has_part(plan.part_at(part.first_bar + part.bars), is_needed=is_there) and is_there

    def _has_part(self, part: PlannedPart, *, is_needed: bool) -> bool:
        if "voicings" in part.__dict__:
            return True
        if id(part) in self._parts:
            return False

        def accept(made: Mapping[str, Any] | None, _notes: tuple[Note, ...]) -> None:
            part.accept(made or {})

        if self._host.ask(PartOrder(part.brief, part.first_bar), accept, is_needed=is_needed):
            self._parts[id(part)], part.is_awaited = part, True
            if len(self._parts) > MOST_PARTS:
                self._parts.popitem(last=False)
        return False

    # ── segments that may come ─────────────────────────────────────────────────────────────────

    def _ask_of_others(self, conductor: Conductor) -> None:
        """Ask for the first bars that are going to be composed ahead."""
        playback = conductor.playback
        if self._pairs_version != conductor.compose_ahead.version:
            self._pairs_version = conductor.compose_ahead.version
            self._waiting = deque(conductor.compose_ahead.next_pairs())
        contexts: dict[str, ComposeContext] = {}  # the same for the layers of a segment
        for _ in range(min(PAIRS_A_STEP, len(self._waiting))):
            if self._room <= ORDERS_FOR_LAYERS or len(self._asked) >= MOST_AHEAD:
                return
            name, segment = self._waiting[0]
            layer = playback.assets.generated[name]
            if not is_built_in(layer):
                self._waiting.popleft()
                continue
            context = contexts.get(segment)
            if context is None:
                instance = playback.instance_in(segment, 0.0, 0.0, 1)
                context = contexts[segment] = playback.compose_context(instance)
            if not self._has_part(context.plan.under(playback.held).part_at(0), is_needed=False):
                return  # its plan comes first
            self._waiting.popleft()
            if not layer.rests(context, 0):
                write_range = WriteRange(context, 0.0)
                self._ask(layer, write_range, 0, key_of(layer, write_range, 0, 0.0), is_needed=False)
