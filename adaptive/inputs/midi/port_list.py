"""The MIDI system of a machine and its ports, asked for in another thread: a library may take long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from adaptive.errors import MachineError
from adaptive.inputs.midi.ports import MidiSystem


class PortList:
    """Finds the MIDI system once, and lists ports whenever it is asked.

    Parameters
    ----------
    make_system : callable
        Finds the MIDI system of the machine.
    complain : callable
        Is given a sentence for the user.

    Attributes
    ----------
    is_broken : bool
        Whether the machine has none.
    """

    def __init__(self, make_system: Callable[[], MidiSystem], complain: Callable[[str], None]) -> None:
        self._make_system, self._complain = make_system, complain
        self._system: MidiSystem | None = None
        self.is_broken = False

    async def system(self) -> MidiSystem | None:
        """The MIDI system; None: the machine has none, which is told once."""
        if self._system is None and not self.is_broken:
            try:
                self._system = await asyncio.to_thread(self._make_system)
            except MachineError as error:
                self.is_broken = True
                self._complain(f"{error}; the music plays without it")
        return self._system

    async def names(self, listed: Callable[[], list[str]]) -> list[str]:
        """The ports that `listed`, of the system, names; none if it cannot, which is told."""
        try:
            return await asyncio.to_thread(listed)
        except Exception as error:  # whatever a library raises when its server has gone
            self._complain(f"MIDI: the ports cannot be listed: {error}")
            return []
