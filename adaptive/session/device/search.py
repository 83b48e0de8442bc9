"""Searches for a sound card while none plays, or while another one replaces the preferred one."""

from __future__ import annotations

import contextlib
import queue
import re
import threading
from collections.abc import Callable, Sequence

from adaptive.engine.engine import Engine
from adaptive.errors import DeviceError
from adaptive.sinks.call_timeout import within
from adaptive.sinks.device_probe import DeviceProbe, SeenDevice
from adaptive.sinks.sound_card import SoundCardSink

OPEN_S = 4.0
"""Limit for opening a device, which takes 0.1 to 0.3 s.  A call that hangs is abandoned."""

INTERVALS_S = ((30.0, 0.25), (600.0, 1.0), (float("inf"), 2.0))
"""Pairs (seconds since the loss, seconds between two looks).

A look costs 20 ms of a core: 2 % of it from half a minute on.
"""

FIRST_REST_S = 0.5
LONGEST_REST_S = {True: 1.0, False: 15.0}
"""Pause after a device refused to open.  It doubles each time; the limit is short while nothing plays."""

_NUMBER = re.compile(r"\(hw:\d+,\d+\)|\bhw:\d+,\d+")


def _unnumbered(name: str) -> str:
    """Name of a device without the number that ALSA gives it anew at every start."""
    return _NUMBER.sub("", name).strip()


Opener = Callable[[Engine, str, str | None], SoundCardSink]
"""Opens the device of a name, or the default device, through a sink of `SOUND_CARD_SINKS`."""


def discard(card: SoundCardSink) -> None:
    """Close a sound card whose gate is shut, in a thread of its own; if it hangs it is abandoned."""
    card.release()

    def close() -> None:
        with contextlib.suppress(DeviceError):
            within(OPEN_S, card.device.name, card.close)

    threading.Thread(target=close, name="discard", daemon=True).start()


class DeviceSearch:
    """Looks for devices in child processes, and opens the wanted one in a thread of its own.

    Parameters
    ----------
    sinks : sequence of str
        Libraries that may be used, in order of preference.
    wanted : str, optional
        Part of a device's name.  Without it any device is accepted, the system's default first.
    preferred : SeenDevice
        The device that played first; the search returns to it.
    open_card : Opener
        Opens a device.
    """

    def __init__(
        self, sinks: Sequence[str], wanted: str | None, preferred: SeenDevice, open_card: Opener
    ) -> None:
        self._sinks, self._wanted, self._preferred = tuple(sinks), wanted, preferred
        self._open_card = open_card
        # one probe per library: a JACK server that hangs blocks PortAudio's child process only
        self._probes = [DeviceProbe([sink]) for sink in self._sinks]
        self._answers: list[SeenDevice] = []
        self._began_s = self._next_s = 0.0
        self._opened: queue.SimpleQueue[SoundCardSink | DeviceError] = queue.SimpleQueue()
        self._is_opening = False
        self._search_number = 0
        self._seen: Sequence[SeenDevice] | None = None
        self._failures = 0

    def begin(self, now_s: float) -> None:
        """Begin the search; the first look is at `now_s`."""
        self._began_s = self._next_s = now_s
        self._seen, self._failures = None, 0

    def end(self) -> None:
        """End the search.  A device that is just being opened is closed afterwards."""
        self._search_number += 1
        self._is_opening = False
        for probe in self._probes:
            probe.close()
        with contextlib.suppress(queue.Empty):
            while True:
                found = self._opened.get_nowait()
                if isinstance(found, SoundCardSink):
                    discard(found)

    def step(self, engine: Engine, now_s: float, is_any_wanted: bool) -> SoundCardSink | DeviceError | None:
        """Advance the search, without blocking.

        Parameters
        ----------
        engine : Engine
            The engine that the device will play.
        now_s : float
            The present time, on the clock of `adaptive.sinks.heartbeat.stamp_s`.
        is_any_wanted : bool
            Whether another device than the preferred one is accepted.

        Returns
        -------
        SoundCardSink, DeviceError or None
            A sound card that was opened and runs silently, the reason why it did not open, or nothing yet.
        """
        with contextlib.suppress(queue.Empty):
            found = self._opened.get_nowait()
            self._is_opening = False
            rest_s = min(FIRST_REST_S * 2.0**self._failures, LONGEST_REST_S[is_any_wanted])
            self._next_s, self._failures = now_s + rest_s, self._failures + 1
            return found
        if self._is_opening:
            return None
        if any(probe.is_asked for probe in self._probes):
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
            for probe in self._probes:
                probe.ask(now_s)
        return None

    def _answer(self, now_s: float) -> list[SeenDevice] | None:
        """Devices that all probes have seen; None until each has answered or timed out."""
        for probe in self._probes:
            self._answers += probe.answer(now_s) or []
        return None if any(probe.is_asked for probe in self._probes) else self._answers

    def choose(self, seen: Sequence[SeenDevice], is_any_wanted: bool) -> SeenDevice | None:
        """The preferred device if it is there, otherwise another one if any is wanted.

        At the first look of a search, any device may be chosen.  From the second look on, a device other than
        the preferred one is chosen only if the look before has seen it too, because a sound server that is
        starting lists its devices one by one.
        """
        for device in seen:
            if device.is_same(self._preferred):
                return device
        if not is_any_wanted:
            return None
        if self._seen is not None:
            seen = [s for s in seen if any(s.is_same(before) for before in self._seen)]
        if self._wanted is not None:
            seen = [s for s in seen if self._is_named(s, self._wanted)]
        ranked = sorted(seen, key=lambda s: (self._sinks.index(s.sink), not s.device.is_default))
        return ranked[0] if ranked else None

    def _is_named(self, seen: SeenDevice, wanted: str) -> bool:
        """Whether this is the device that was named, although ALSA gave it another number.

        Through the library that played it, its whole name must be the same: a part of a name may fit another
        card, which must stay silent.  Through another library it is known by the part alone.
        """
        if seen.sink == self._preferred.sink:
            return _unnumbered(seen.device.name) == _unnumbered(self._preferred.device.name)
        return not wanted.isdigit() and wanted.lower() in seen.device.name.lower()

    def _open(self, engine: Engine, seen: SeenDevice, is_any_wanted: bool) -> None:
        self._is_opening = True
        attempts: list[tuple[str, str | None]] = [(seen.sink, seen.device.name)]
        if (
            is_any_wanted
        ):  # another library may open a device that refuses our sample rate, because it resamples
            attempts += [(sink, self._wanted) for sink in self._sinks if sink != seen.sink]
        search_number = self._search_number

        def run() -> None:
            found = self._first_that_opens(engine, attempts)
            if search_number == self._search_number:
                self._opened.put(found)
            elif isinstance(found, SoundCardSink):
                discard(found)

        threading.Thread(target=run, name="open-card", daemon=True).start()

    def _first_that_opens(
        self, engine: Engine, attempts: Sequence[tuple[str, str | None]]
    ) -> SoundCardSink | DeviceError:
        errors: list[DeviceError] = []
        for sink, device in attempts:

            def open_it(sink: str = sink, device: str | None = device) -> SoundCardSink:
                card = self._open_card(engine, sink, device)
                card.prepare()
                return card

            try:
                return within(OPEN_S, device or sink, open_it)
            except DeviceError as error:
                errors.append(error)
        return errors[0]
