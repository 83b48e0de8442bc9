"""Decides which sink drives the engine: a sound card while one works, otherwise a clock.

A thread watches the sound card's callback counter.  If the counter stops, the supervisor shuts the card's
gate, starts a clocked sink at the frame where the device stopped, and searches for the device or for another
one.  A device that is found runs silently at first; then the clocked sink stops and the gate opens, in phase.
Only one sink drives the engine at a time: the old one has ended before the next one begins.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError, in_words
from adaptive.session.device.fade import MasterFade
from adaptive.session.device.playback_clock import PlaybackClock, TimeLine
from adaptive.session.device.search import OPEN_S, DeviceSearch, Opener, discard
from adaptive.sinks.call_timeout import leave_behind, within
from adaptive.sinks.clocked import ClockedSink
from adaptive.sinks.device_probe import SeenDevice
from adaptive.sinks.heartbeat import LOOK_S, Heartbeat, stamp_s
from adaptive.sinks.sound_card import SoundCardSink

STAND_IN_BLOCK_FRAMES = 256
"""Block of the clocked sink.  The sink makes no blocks ahead, so it is late by one block at most."""

LONGEST_SKIP_S = 2.0
"""Longest stretch of music that is skipped, or longest wait, so that a device starts in phase."""

CLOSE_S = 2.0
"""Limit for closing a device when the supervisor stops."""

PHASE_REPORT_DELAY_S = 0.25
"""Time after which the phase of a new device is measured; with 128 frames at 48 kHz, 94 blocks."""

UNSTABLE_S = 5.0
LONGEST_REST_S = 30.0
"""Limits of the rest after a quick loss.

If a device is lost within `UNSTABLE_S` after it took over, no device is searched for or used again for 1 s.
After each further such loss in a row the rest is longer: 3 s, 7 s …, at most `LONGEST_REST_S`.
"""

Report = Callable[[str, dict[str, Any]], None]


class Supervisor:
    """A sink that changes to another device, or to a clock, when its device fails.

    Parameters
    ----------
    engine : Engine
        The engine to drive.
    sinks : sequence of str
        Libraries that may be used, in order of preference.
    device : str, optional
        Part of a device's name.  If it is given, only devices whose name contains it are used.
    open_card : Opener
        Opens a device.

    Raises
    ------
    DeviceError
        No library can open a device.

    Attributes
    ----------
    trouble : str
        What is wrong at present, for the status line; empty if nothing is.
    changes : int
        Devices that have taken over since the start.
    outages : int
        Losses of a device.
    silent_s : float
        Seconds without a device, in all.
    """

    def __init__(self, engine: Engine, sinks: Sequence[str], device: str | None, open_card: Opener) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._card: SoundCardSink | None = self._open_first(sinks, device, open_card)
        self._preferred = SeenDevice(self._card.name, self._card.device)
        self._search = DeviceSearch(sinks, device, self._preferred, open_card)
        self._heartbeat = Heartbeat(0.0, 0.0)
        self._stalled: tuple[SoundCardSink, Heartbeat] | None = None
        self._candidate: tuple[SoundCardSink, Heartbeat] | None = None
        self._clocked_sink: ClockedSink | None = None
        self._playback_clock, self._fade = PlaybackClock(engine.spec.sample_rate), MasterFade()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._report: Report = lambda _sentence, _more: None
        self._last_sentence = ""
        self._reported_channels = 0
        self._taken_over: tuple[SoundCardSink, TimeLine, float] | None = None
        self._silence_note = ""
        self._lost_s = 0.0
        self._began_s, self._rest_until_s, self._quick_losses = 0.0, 0.0, 0
        self._silent_since_s: float | None = None
        self.trouble = ""
        self.changes = 0
        self.outages, self.silent_s = 0, 0.0

    # ── as a sink ──────────────────────────────────────────────────────────────────────────────

    @property
    def name(self) -> str:
        """Name of the sink that drives the engine now."""
        return "null" if self._card is None else self._card.name

    @property
    def device_name(self) -> str:
        """Name of the device that plays now; empty if there is none."""
        return "" if self._card is None else self._card.device.name

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the speaker."""
        card, clock = self._card, self._clocked_sink
        return card.latency_frames if card is not None else clock.latency_frames if clock is not None else 0

    @property
    def engine(self) -> Engine:
        """The engine that is driven."""
        return self._engine

    @engine.setter
    def engine(self, engine: Engine) -> None:
        """Drive another engine from the next block on."""
        with self._lock:
            self._engine = engine
            if self._clocked_sink is not None:
                self._clocked_sink.engine = engine
            if self._card is not None:
                self._card.stream_gate.publish(engine.memory.header_address, engine)

    def report_to(self, report: Report) -> None:
        """Set the function that is called when the device changes, with a sentence and the log line's keys.

        The function may be called in the supervisor's thread.
        """
        self._report = report

    def start(self) -> None:
        """Start the device and the thread that watches it.

        Raises
        ------
        DeviceError
            The device does not start.
        """
        card = self._card
        assert card is not None
        within(OPEN_S, card.device.name, card.prepare)
        card.rehearse()
        card.begin()
        self._heartbeat = Heartbeat(stamp_s(), card.block_frames / self._engine.spec.sample_rate)
        folding = self._folding(card)
        if folding:
            self._say(f"{card.device.name} has {card.channels} channels: {folding}", card)
        self._thread.start()

    def stop(self) -> None:
        """Stop the sink, even if its device hangs.  The engine's memory may be released afterwards."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(OPEN_S)
        self._search.end()
        if self._clocked_sink is not None:
            self._clocked_sink.stop()
        cards = [self._card, self._stalled and self._stalled[0], self._candidate and self._candidate[0]]
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
                with self._lock:
                    self._look(stamp_s())
            except Exception as error:  # continue: no other thread would notice the next loss
                self._say_once(
                    f"an error occurred while watching the sound card; the watch continues: {in_words(error)}"
                )

    def _look(self, now_s: float) -> None:
        if self._card is not None:
            self._heartbeat.look(self._card.stream_gate.blocks, now_s)
            if self._heartbeat.is_lost:
                self._replace_by_clock(self._card, now_s)
        if self._stalled is not None:
            card, heartbeat = self._stalled
            heartbeat.look(card.stream_gate.blocks, now_s)
            if heartbeat.is_alive and self._card is None and now_s >= self._rest_until_s:
                self._stalled = None
                self._discard_candidate()
                self._candidate = (card, heartbeat)
        self._search_devices(now_s)
        if self._candidate is not None:
            self._advance(now_s)
        if self._taken_over is not None and now_s - self._began_s >= PHASE_REPORT_DELAY_S:
            self._tell_of_return(now_s, *self._taken_over)

    def _search_devices(self, now_s: float) -> None:
        """Look for the preferred device, or for any while none plays."""
        if self._candidate is not None or (self._card is not None and self._is_preferred(self._card)):
            return
        found = self._search.step(self._engine, now_s, is_any_wanted=self._card is None)
        if isinstance(found, SoundCardSink):
            block_s = found.block_frames / self._engine.spec.sample_rate
            self._candidate = (found, Heartbeat(now_s, block_s))
        elif found is not None:
            self._say_once(str(found))

    def _is_preferred(self, card: SoundCardSink) -> bool:
        return SeenDevice(card.name, card.device).is_same(self._preferred)

    # ── changing the sink ──────────────────────────────────────────────────────────────────────

    def _replace_by_clock(self, card: SoundCardSink, now_s: float) -> None:
        """Let a clocked sink drive the engine from the frame at which the device stopped."""
        if not card.halt():
            return  # its callback is still inside the engine: no other sink may drive it yet
        self._playback_clock.end_card(card, now_s)
        self._card, self._stalled, self._lost_s = None, (card, self._heartbeat), now_s
        self._silent_since_s = now_s
        self.outages += 1
        self._discard_candidate()
        self._clocked_sink = ClockedSink(self._engine, "null", lead_s=0.0, block_frames=STAND_IN_BLOCK_FRAMES)
        self._playback_clock.begin_clock(self._clocked_sink)
        self._quick_losses = self._quick_losses + 1 if now_s - self._began_s < UNSTABLE_S else 0
        self._rest_until_s = now_s + min(LONGEST_REST_S, 2.0**self._quick_losses - 1.0)
        self._search.begin(self._rest_until_s)
        last_s = card.stream_gate.last_s
        silent_ms = round(1000.0 * (now_s - last_s)) if last_s > 0.0 else None
        self.trouble = f"no sound from {card.device.name}"
        self._say(
            f"{card.device.name} does not ask for sound any more: the music goes on silently", None,
            silent_ms=silent_ms,
        )  # fmt: skip

    def _advance(self, now_s: float) -> None:
        """Change to the candidate, which runs silently: wait for its callbacks, fade out, and change."""
        assert self._candidate is not None
        card, heartbeat = self._candidate
        heartbeat.look(card.stream_gate.blocks, now_s)
        if heartbeat.is_lost:
            self._candidate = None
            self._fade.back(self._engine)
            self._close(card, is_alive=False)
        elif heartbeat.is_alive and self._fade.out(self._engine, now_s) and self._end_driver(now_s):
            self._begin_driver(card, heartbeat)

    def _end_driver(self, now_s: float) -> bool:
        """Stop the sink that drives the engine, and set the playback clock's line by that sink's last block.

        The line says how many frames have been heard at which time (`TimeLine`).  Returns False if the sink
        is still inside the engine.
        """
        if self._card is not None:
            if not self._card.halt():
                return False
            self._playback_clock.end_card(self._card, now_s)
            discard(self._card)
            self._card = None
        if self._clocked_sink is not None:
            self._clocked_sink.stop()
            if self._clocked_sink.is_running:
                return False
            self._playback_clock.end_clock(self._clocked_sink)
            self._clocked_sink = None
        return True

    def _begin_driver(self, card: SoundCardSink, heartbeat: Heartbeat) -> None:
        """Let a device drive the engine, so that it plays each frame when the playback clock's line says.

        To get there, frames are skipped or the start waits, for `LONGEST_SKIP_S` at most.
        """
        now_s, line = stamp_s(), self._playback_clock.line
        lacking = line.lacking(self._playback_clock.made, card.latency_frames, now_s)
        rate = self._engine.spec.sample_rate
        if lacking < 0:
            time.sleep(min(-lacking / rate, LONGEST_SKIP_S))
        elif lacking > 0:
            lacking = min(lacking, round(LONGEST_SKIP_S * rate))
            self._engine.pull(lacking, self._engine.spec.channels)
            self._playback_clock.made += lacking
        # otherwise the time without a callback would count as a gap between two callbacks
        self._engine.memory["telemetry"][0]["last_ns"] = 0
        self._playback_clock.begin_card(card)
        self._fade.back(self._engine)
        card.begin(self._engine)
        self._card, self._heartbeat, self._candidate = card, heartbeat, None
        self.trouble = "" if self._is_preferred(card) else f"{self._preferred.device.name} is missing"
        self._end_search()
        self.changes += 1
        self._began_s = now_s
        self._taken_over = (card, line, now_s - self._lost_s)
        self._silence_note = ""
        if self._silent_since_s is not None:
            silent_s, self._silent_since_s = now_s - self._silent_since_s, None
            self.silent_s += silent_s
            self._silence_note = f"after {silent_s:.1f} s of silence"

    def _tell_of_return(self, now_s: float, card: SoundCardSink, line: TimeLine, away_s: float) -> None:
        """Report the device that plays now, and how far its sound is from `line`.

        `line` is that of the playback clock when the device took over.  It is compared with the line measured
        from the device's own blocks.
        """
        self._taken_over = None
        if card is not self._card or card.stream_gate.last_s == 0.0:
            return
        apart = self._playback_clock.line_of(card).heard(now_s) - line.heard(now_s)
        off_ms = round(1000.0 * apart / self._engine.spec.sample_rate, 1)
        words = [
            f"the music plays on {card.device.name} ({card.name})",
            self._silence_note,
            self._folding(card),
        ]
        self._say(
            ", ".join(filter(None, words)), card,
            away_s=round(away_s, 3), phase_ms=off_ms,
        )  # fmt: skip

    def _end_search(self) -> None:
        """Close the stalled device and end the search; begin a new one if the preferred device is missing."""
        if self._stalled is not None:
            card, self._stalled = self._stalled[0], None
            self._close(card, is_alive=False)
        self._search.end()
        self._last_sentence = ""
        if self._card is not None and not self._is_preferred(self._card):
            self._search.begin(stamp_s())

    def _discard_candidate(self) -> None:
        if self._candidate is not None:
            card, self._candidate = self._candidate[0], None
            self._fade.back(self._engine)
            discard(card)

    def _close(self, card: SoundCardSink, is_alive: bool) -> None:
        if not is_alive and not card.can_close:
            card.release()
            leave_behind(card)
        elif self._stopping.is_set():
            with contextlib.suppress(DeviceError):
                within(CLOSE_S, card.device.name, card.close)
        else:
            discard(card)

    # ── reports ────────────────────────────────────────────────────────────────────────────────

    def _folding(self, card: SoundCardSink) -> str:
        """A clause that says that a device has fewer channels than the engine; empty if it was reported."""
        is_told, self._reported_channels = self._reported_channels == card.channels, card.channels
        channels = self._engine.spec.channels
        if is_told or card.channels >= channels:
            return ""
        words = f"{channels} channels are folded into {card.channels}"
        if self._engine.spec.rig is None:
            return words
        return f"{words}, each into the speaker there that stands nearest, below the same ceiling"

    def _say_once(self, sentence: str) -> None:
        """Report a sentence unless it is the same as the last: an error may occur again at every look."""
        if sentence != self._last_sentence:
            self._last_sentence = sentence
            self._say(sentence, self._card)

    def _say(self, sentence: str, card: SoundCardSink | None, **more: Any) -> None:
        sink, device = ("null", None) if card is None else (card.name, card.device.name)
        with contextlib.suppress(RuntimeError):  # the event loop is closed
            self._report(sentence, {"sink": sink, "device": device, **more})

    def _open_first(self, sinks: Sequence[str], device: str | None, open_card: Opener) -> SoundCardSink:
        errors = []
        for sink in sinks:
            try:
                return within(OPEN_S, sink, lambda sink=sink: open_card(self._engine, sink, device))  # type: ignore[misc]
            except DeviceError as error:
                errors.append(error)
        raise errors[0]
