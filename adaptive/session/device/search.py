"""The search for a sound card while none plays, or while another one stands in for it."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError
from adaptive.sinks.call_timeout import within
from adaptive.sinks.device_probe import DeviceProbe, SeenDevice
from adaptive.sinks.sound_card import CardSink

OPEN_S = 4.0
"""Opening takes 0.1 to 0.3 s; a server that hangs in the middle of it is left behind."""

INTERVALS_S = ((30.0, 0.25), (600.0, 1.0), (float("inf"), 2.0))
"""How long after the loss a look costs what: 20 ms of a core each, so 2 % of it after half a minute."""

FIRST_REST_S = 0.5
LONGEST_REST_S = {True: 1.0, False: 15.0}
"""How long a device that refused is left in peace, twice as long each time: not long while nothing plays."""

Opener = Callable[[Engine, str, str | None], CardSink]
"""Opens the device of a name, or the default, through a sink of `adaptive.sinks.choice.CARDS`."""


def discard(card: CardSink) -> None:
    """Close a card whose gate is shut, without waiting for it; keep it for ever if it cannot be closed."""
    card.release()

    def close() -> None:
        with contextlib.suppress(DeviceError):
            within(OPEN_S, card.device.name, card.close)

    threading.Thread(target=close, name="discard", daemon=True).start()


class DeviceSearch:
    """Looks for cards in a child process and opens what is wanted in a thread of its own.

    Parameters
    ----------
    sinks : sequence of str
        Libraries that may be used, in the order in which they are preferred.
    wanted : str, optional
        Part of a device's name; without it any device will do, the system's default first.
    preferred : SeenDevice
        What played first, and is gone back to.
    open_card : Opener
        Opens a device.
    """

    def __init__(
        self, sinks: Sequence[str], wanted: str | None, preferred: SeenDevice, open_card: Opener
    ) -> None:
        self._sinks, self._wanted, self._preferred = tuple(sinks), wanted, preferred
        self._open_card = open_card
        # one each: a JACK server that hangs holds PortAudio's child, and not miniaudio's
        self._scouts = [DeviceProbe([sink]) for sink in self._sinks]
        self._answers: list[SeenDevice] = []
        self._began_s = self._next_s = 0.0
        self._opened: queue.SimpleQueue[CardSink | DeviceError] = queue.SimpleQueue()
        self._is_opening = False
        self._turn = 0
        self._seen: Sequence[SeenDevice] | None = None
        self._failures = 0

    def begin(self, now_s: float) -> None:
        """Begin to look at a time."""
        self._began_s = self._next_s = now_s
        self._seen, self._failures = None, 0

    def end(self) -> None:
        """Look no more.  What is being opened is closed when it is open."""
        self._turn += 1
        self._is_opening = False
        for scout in self._scouts:
            scout.close()
        with contextlib.suppress(queue.Empty):
            while True:
                found = self._opened.get_nowait()
                if isinstance(found, CardSink):
                    discard(found)

    def step(self, engine: Engine, now_s: float, is_any_wanted: bool) -> CardSink | DeviceError | None:
        """Do what is to be done at this moment; return a card that was opened and runs silently, or why not.

        Parameters
        ----------
        engine : Engine
            For which to open it.
        now_s : float
            The present.
        is_any_wanted : bool
            Whether another device than the preferred one will do.
        """
        with contextlib.suppress(queue.Empty):
            found = self._opened.get_nowait()
            self._is_opening = False
            rest_s = min(FIRST_REST_S * 2.0**self._failures, LONGEST_REST_S[is_any_wanted])
            self._next_s, self._failures = now_s + rest_s, self._failures + 1
            return found
        if self._is_opening:
            return None
        if any(scout.is_asked for scout in self._scouts):
            seen = self._answer(now_s)
            if seen is not None:
                chosen = self.choose(seen, is_any_wanted)
                self._seen = seen
                if chosen is not None:
                    self._open(engine, chosen, is_any_wanted)
        elif now_s >= self._next_s:
            passed = now_s - self._began_s
            self._next_s = now_s + next(pause for until, pause in INTERVALS_S if passed < until)
            self._answers = []
            for scout in self._scouts:
                scout.ask(now_s)
        return None

    def _answer(self, now_s: float) -> list[SeenDevice] | None:
        """What all have seen; None until each has answered or was given up."""
        for scout in self._scouts:
            self._answers += scout.answer(now_s) or []
        return None if any(scout.is_asked for scout in self._scouts) else self._answers

    def choose(self, seen: Sequence[SeenDevice], is_any_wanted: bool) -> SeenDevice | None:
        """The preferred device if it is there, else another if any is wanted.

        Another that appears while nothing plays may be the first of a server that is just starting:
        it has to be seen twice.
        """
        for sighting in seen:
            if sighting.is_same(self._preferred):
                return sighting
        if not is_any_wanted:
            return None
        if self._seen is not None:
            seen = [s for s in seen if any(s.is_same(before) for before in self._seen)]
        if self._wanted is not None:
            seen = [s for s in seen if self._wanted.lower() in s.device.name.lower()]
        ranked = sorted(seen, key=lambda s: (self._sinks.index(s.sink), not s.device.is_default))
        return ranked[0] if ranked else None

    def _open(self, engine: Engine, sighting: SeenDevice, is_any_wanted: bool) -> None:
        self._is_opening = True
        attempts: list[tuple[str, str | None]] = [(sighting.sink, sighting.device.name)]
        if is_any_wanted:  # a library that resamples may take a device that refuses our rate
            attempts += [(sink, self._wanted) for sink in self._sinks if sink != sighting.sink]
        turn = self._turn

        def run() -> None:
            found = self._first_that_opens(engine, attempts)
            if turn == self._turn:
                self._opened.put(found)
            elif isinstance(found, CardSink):
                discard(found)

        threading.Thread(target=run, name="open-card", daemon=True).start()

    def _first_that_opens(
        self, engine: Engine, attempts: Sequence[tuple[str, str | None]]
    ) -> CardSink | DeviceError:
        errors: list[DeviceError] = []
        for sink, device in attempts:

            def open_it(sink: str = sink, device: str | None = device) -> CardSink:
                card = self._open_card(engine, sink, device)
                card.prepare()
                return card

            try:
                return within(OPEN_S, device or sink, open_it)
            except DeviceError as error:
                errors.append(error)
        return errors[0]
