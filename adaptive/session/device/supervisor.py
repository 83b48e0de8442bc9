"""Which sink drives the engine now: a sound card while there is one, else a clock, so the music goes on.

A thread of its own looks at the card's callback counter.  If it stands still, the card's gate is shut,
a clock takes over where the device stopped, and a search begins for the device, or for another one.
What is found starts silently; then the clock stops and the gate opens in phase with it.
Never two drivers at once: whoever is to go is out before the next begins.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError
from adaptive.session.device.fade import MasterFade
from adaptive.session.device.playback_clock import PlaybackClock, TimeLine
from adaptive.session.device.search import OPEN_S, DeviceSearch, Opener, discard
from adaptive.sinks.call_timeout import leave_behind, within
from adaptive.sinks.clocked import ClockedSink
from adaptive.sinks.device_probe import SeenDevice
from adaptive.sinks.heartbeat import LOOK_S, Heartbeat, stamp_s
from adaptive.sinks.sound_card import CardSink

STAND_IN_FRAMES = 256
"""Block of the clock that stands in: it has no lead, so this is how far it may be behind."""

LONGEST_SKIP_S = 2.0
CLOSE_S = 2.0
ARRIVED_S = 0.25
"""When a card that took over is held against the line: some twenty blocks have come."""

FLAP_S = 5.0
LONGEST_REST_S = 30.0
"""A card that is lost within `FLAP_S` of its return rests for 1, 3, 7 … s: nobody wants to hear that."""

Report = Callable[[str, dict[str, Any]], None]


class Supervisor:
    """A sink that changes its device when it has to.

    Parameters
    ----------
    engine : Engine
        What is driven.
    sinks : sequence of str
        Libraries that may be used, in order.
    device : str, optional
        Part of a device's name; no other is used then.
    open_card : Opener
        Opens a device.

    Raises
    ------
    DeviceError
        No library can open a device.
    """

    def __init__(self, engine: Engine, sinks: Sequence[str], device: str | None, open_card: Opener) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._card: CardSink | None = self._open_first(sinks, device, open_card)
        self._preferred = SeenDevice(self._card.name, self._card.device)
        self._search = DeviceSearch(sinks, device, self._preferred, open_card)
        self._heart = Heartbeat(0.0, 0.0)
        self._asleep: tuple[CardSink, Heartbeat] | None = None
        self._next: tuple[CardSink, Heartbeat] | None = None
        self._clock: ClockedSink | None = None
        self._course, self._fade = PlaybackClock(engine.spec.sample_rate), MasterFade()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._report: Report = lambda _sentence, _more: None
        self._last_trouble = ""
        self._folded_into = 0
        self._arrived: tuple[CardSink, TimeLine, float] | None = None
        self._after = ""
        self._gone_s = 0.0
        self._began_s, self._rest_until_s, self._flaps = 0.0, 0.0, 0
        self._silent_since_s: float | None = None
        self.trouble = ""
        self.changes = 0
        self.outages, self.silent_s = 0, 0.0

    # ── as a sink ──────────────────────────────────────────────────────────────────────────────

    @property
    def name(self) -> str:
        """Sink that drives the engine at this moment."""
        return "null" if self._card is None else self._card.name

    @property
    def device_name(self) -> str:
        """Device that plays at this moment; empty while there is none."""
        return "" if self._card is None else self._card.device.name

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the ear."""
        card, clock = self._card, self._clock
        return card.latency_frames if card is not None else clock.latency_frames if clock is not None else 0

    @property
    def engine(self) -> Engine:
        """What is driven."""
        return self._engine

    @engine.setter
    def engine(self, engine: Engine) -> None:
        """Let whoever drives drive another from its next block on."""
        with self._guard:
            self._engine = engine
            if self._clock is not None:
                self._clock.engine = engine
            if self._card is not None:
                self._card.stream_gate.publish(engine.memory.header_address, engine)

    def report_to(self, report: Report) -> None:
        """Tell somebody of every change of device: a sentence, and what belongs to it."""
        self._report = report

    def start(self) -> None:
        """Begin to play.

        Raises
        ------
        DeviceError
            The device does not start.
        """
        card = self._card
        assert card is not None
        within(OPEN_S, card.device.name, card.prepare)
        card.begin()
        self._heart = Heartbeat(stamp_s(), card.block_frames / self._engine.spec.sample_rate)
        folded = self._folded(card)
        if folded:
            self._say(f"{card.device.name} has {card.channels} channels: {folded}", card)
        self._thread.start()

    def stop(self) -> None:
        """Stop whatever plays; the engine's memory may be dropped after this.  Never hangs."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(OPEN_S)
        self._search.end()
        if self._clock is not None:
            self._clock.stop()
        cards = [self._card, self._asleep and self._asleep[0], self._next and self._next[0]]
        for card in cards:
            if card is not None:
                is_out = card.halt()
                self._close(card, is_alive=card is self._card)
                if is_out:
                    card.release()

    # ── watching ───────────────────────────────────────────────────────────────────────────────

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                with self._guard:
                    self._look(stamp_s())
            except Exception as error:  # the watch goes on: nobody else would notice the next loss
                self._say_once(f"the watch over the sound card stumbled: {error!r}")

    def _look(self, now_s: float) -> None:
        if self._card is not None:
            self._heart.look(self._card.stream_gate.blocks, now_s)
            if self._heart.is_lost:
                self._lose(self._card, now_s)
        if self._asleep is not None:
            card, heart = self._asleep
            heart.look(card.stream_gate.blocks, now_s)
            if heart.is_alive and self._card is None and now_s >= self._rest_until_s:
                self._asleep = None
                self._forget_next()
                self._next = (card, heart)
        self._seek(now_s)
        if self._next is not None:
            self._advance(now_s)
        if self._arrived is not None and now_s - self._began_s >= ARRIVED_S:
            self._tell_of_return(now_s, *self._arrived)

    def _seek(self, now_s: float) -> None:
        """Look for what is better than what plays."""
        if self._next is not None or (self._card is not None and self._is_preferred(self._card)):
            return
        found = self._search.step(self._engine, now_s, is_any_wanted=self._card is None)
        if isinstance(found, CardSink):
            block_s = found.block_frames / self._engine.spec.sample_rate
            self._next = (found, Heartbeat(now_s, block_s))
        elif found is not None:
            self._say_once(str(found))

    def _is_preferred(self, card: CardSink) -> bool:
        return SeenDevice(card.name, card.device).is_same(self._preferred)

    # ── changing ───────────────────────────────────────────────────────────────────────────────

    def _lose(self, card: CardSink, now_s: float) -> None:
        """Let a clock drive the engine from where the card has stopped."""
        if not card.halt():
            return  # its callback stands in the engine: nobody else may, until it is out
        self._course.end_card(card, now_s)
        self._card, self._asleep, self._gone_s = None, (card, self._heart), now_s
        self._silent_since_s = now_s
        self.outages += 1
        self._forget_next()
        self._clock = ClockedSink(self._engine, "null", lead_s=0.0, block_frames=STAND_IN_FRAMES)
        self._course.begin_clock(self._clock)
        self._flaps = self._flaps + 1 if now_s - self._began_s < FLAP_S else 0
        self._rest_until_s = now_s + min(LONGEST_REST_S, 2.0**self._flaps - 1.0)
        self._search.begin(self._rest_until_s)
        last_s = card.stream_gate.last_s
        silent_ms = round(1000.0 * (now_s - last_s)) if last_s > 0.0 else None
        self.trouble = f"no sound from {card.device.name}"
        self._say(
            f"{card.device.name} does not ask for sound any more: the music goes on silently", None,
            silent_ms=silent_ms,
        )  # fmt: skip

    def _advance(self, now_s: float) -> None:
        """Bring in the card that runs silently: wait for its blocks, fade, change."""
        assert self._next is not None
        card, heart = self._next
        heart.look(card.stream_gate.blocks, now_s)
        if heart.is_lost:
            self._next = None
            self._fade.back(self._engine)
            self._close(card, is_alive=False)
        elif heart.is_alive and self._fade.out(self._engine, now_s) and self._end_driver(now_s):
            self._begin_driver(card, heart)

    def _end_driver(self, now_s: float) -> bool:
        """Stop whoever drives, and lay the line through where it was; False if it is not out yet."""
        if self._card is not None:
            if not self._card.halt():
                return False
            self._course.end_card(self._card, now_s)
            discard(self._card)
            self._card = None
        if self._clock is not None:
            self._clock.stop()
            if self._clock.is_running:
                return False
            self._course.end_clock(self._clock)
            self._clock = None
        return True

    def _begin_driver(self, card: CardSink, heart: Heartbeat) -> None:
        """Let a card drive from where the line is."""
        now_s, line = stamp_s(), self._course.line
        lacking = line.lacking(self._course.made, card.latency_frames, now_s)
        rate = self._engine.spec.sample_rate
        if lacking < 0:
            time.sleep(min(-lacking / rate, LONGEST_SKIP_S))
        elif lacking > 0:
            lacking = min(lacking, round(LONGEST_SKIP_S * rate))
            self._engine.pull(lacking, self._engine.spec.channels)
            self._course.made += lacking
        self._engine.memory["telemetry"][0]["last_ns"] = 0  # the gap is not the callback's
        self._course.begin_card(card)
        self._fade.back(self._engine)
        card.begin(self._engine)
        self._card, self._heart, self._next = card, heart, None
        self.trouble = "" if self._is_preferred(card) else f"{self._preferred.device.name} is missing"
        self._settle()
        self.changes += 1
        self._began_s = now_s
        self._arrived = (card, line, now_s - self._gone_s)
        self._after = ""
        if self._silent_since_s is not None:
            silent_s, self._silent_since_s = now_s - self._silent_since_s, None
            self.silent_s += silent_s
            self._after = f"after {silent_s:.1f} s of silence"

    def _tell_of_return(self, now_s: float, card: CardSink, line: TimeLine, away_s: float) -> None:
        """Say what plays now, and how far from the line it is, as its own blocks tell."""
        self._arrived = None
        if card is not self._card or card.stream_gate.last_s == 0.0:
            return
        apart = self._course.line_of(card).heard(now_s) - line.heard(now_s)
        off_ms = round(1000.0 * apart / self._engine.spec.sample_rate, 1)
        words = [f"the music plays on {card.device.name} ({card.name})", self._after, self._folded(card)]
        self._say(
            ", ".join(filter(None, words)), card,
            away_s=round(away_s, 3), phase_ms=off_ms,
        )  # fmt: skip

    def _settle(self) -> None:
        """What is asleep is given up, what is looked for is found."""
        if self._asleep is not None:
            card, self._asleep = self._asleep[0], None
            self._close(card, is_alive=False)
        self._search.end()
        self._last_trouble = ""
        if self._card is not None and not self._is_preferred(self._card):
            self._search.begin(stamp_s())

    def _forget_next(self) -> None:
        if self._next is not None:
            card, self._next = self._next[0], None
            self._fade.back(self._engine)
            discard(card)

    def _close(self, card: CardSink, is_alive: bool) -> None:
        if not is_alive and not card.can_close:
            card.release()
            leave_behind(card)
        elif self._stopping.is_set():
            with contextlib.suppress(DeviceError):
                within(CLOSE_S, card.device.name, card.close)
        else:
            discard(card)

    # ── telling ────────────────────────────────────────────────────────────────────────────────

    def _folded(self, card: CardSink) -> str:
        """What a card with fewer channels makes of the music; empty if it has enough, or if that was said."""
        is_told, self._folded_into = self._folded_into == card.channels, card.channels
        channels = self._engine.spec.channels
        if is_told or card.channels >= channels:
            return ""
        return f"{channels} channels are folded into {card.channels}"

    def _say_once(self, sentence: str) -> None:
        """Say what may come again at every look."""
        if sentence != self._last_trouble:
            self._last_trouble = sentence
            self._say(sentence, self._card)

    def _say(self, sentence: str, card: CardSink | None, **more: Any) -> None:
        sink, device = ("null", None) if card is None else (card.name, card.device.name)
        with contextlib.suppress(RuntimeError):  # whoever listens has gone
            self._report(sentence, {"sink": sink, "device": device, **more})

    def _open_first(self, sinks: Sequence[str], device: str | None, open_card: Opener) -> CardSink:
        errors = []
        for sink in sinks:
            try:
                return within(OPEN_S, sink, lambda sink=sink: open_card(self._engine, sink, device))  # type: ignore[misc]
            except DeviceError as error:
                errors.append(error)
        raise errors[0]
