"""Another preset, or saved music, takes over: prepared beside what plays, handed over in one store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from adaptive.conductor.saved_state import SavedMusic, read_saved
from adaptive.errors import AdaptiveError, InputError
from adaptive.inputs.lines import Connection
from adaptive.inputs.message import LoadPreset, RestoreMusic
from adaptive.preset.model import Preset
from adaptive.session.performance import Performance

Request = LoadPreset | RestoreMusic

LAST_BLOCK_S = 1.0
"""The sound card may be in the old engine's last block so long."""


class ReplaceHost(Protocol):
    """The session, as far as a swap needs it."""

    performance: Performance

    def acknowledge(
        self, message_id: str | None, connection: Connection | None, status: str, reason: str
    ) -> None:
        """Tell what became of a request."""

    def adopt(self, performance: Performance) -> None:
        """Drive another performance from now on."""

    def tell(self, sentence: str) -> None:
        """Tell the user."""


@dataclass(frozen=True, slots=True)
class _ReplaceRequest:
    request: Request
    connection: Connection | None

    @property
    def word(self) -> str:
        return self.request.name if isinstance(self.request, LoadPreset) else "other saved music"


async def take_turn(
    host: ReplaceHost, old: Performance, performance: Performance, catch_up: Callable[[], None] | None = None
) -> None:
    """Fade one performance out and drive another; `catch_up` is called in the moment between."""
    old.engine.set_paused(is_paused=True)
    for _ in range(200):
        if old.engine.is_paused:
            break
        await asyncio.sleep(0.005)
    if catch_up is not None:
        catch_up()
    host.adopt(performance)


class PresetReplacer:
    """Swaps performances, one at a time; the newest request wins.

    Parameters
    ----------
    host : ReplaceHost
        The session.
    load_preset : callable or None
        Finds a preset by name; None: this session cannot load.
    """

    def __init__(self, host: ReplaceHost, load_preset: Callable[[str], Preset] | None) -> None:
        self._host, self._load_preset = host, load_preset
        self.turn = asyncio.Lock()
        self._next: _ReplaceRequest | None = None
        self._is_at_it = False
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, request: Request, connection: Connection | None, *, is_recording: bool) -> None:
        """Prepare and hand over, unless something newer is asked for meanwhile."""
        say = self._host.acknowledge
        if is_recording:
            say(request.id, connection, "dropped", "a session that is recorded keeps its preset")
            return
        if isinstance(request, LoadPreset) and self._load_preset is None:
            say(request.id, connection, "dropped", "this session cannot load presets")
            return
        asked = _ReplaceRequest(request, connection)
        if self._next is not None:
            before = self._next
            say(before.request.id, before.connection, "superseded", f"{asked.word} was asked for after it")
        say(request.id, connection, "accepted", "is being prepared")
        self._next = asked
        if self._is_at_it:
            return  # whoever swaps takes the newest when it is done
        self._is_at_it = True
        task = asyncio.get_running_loop().create_task(self._in_turn())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_turn(self) -> None:
        """Swap to the newest of what was asked for, until nothing newer has come."""
        try:
            async with self.turn:
                while self._next is not None:
                    asked, self._next = self._next, None
                    await self._swap(asked)
        finally:
            self._is_at_it = False

    async def _swap(self, asked: _ReplaceRequest) -> None:
        host, old, message_id = self._host, self._host.performance, asked.request.id
        try:
            performance = await asyncio.to_thread(self._prepare, asked.request, old)
        except Exception as error:  # whatever it is, what plays goes on
            is_told = isinstance(error, AdaptiveError)
            sentence = str(error).splitlines()[0] if is_told else f"cannot be prepared: {error!r}"
            host.tell(f"{asked.word}: {sentence}")
            host.acknowledge(message_id, asked.connection, "failed", sentence)
            return
        await take_turn(host, old, performance)
        name = performance.preset.file.name
        host.acknowledge(message_id, asked.connection, "accepted", f"{name} is loaded")
        words = f"{name} plays"
        if isinstance(asked.request, RestoreMusic):
            instance = performance.conductor.instance
            words = f"{name} goes on in {instance.section or 'silence'}, bar {instance.bar_number(0.0)}"
        host.acknowledge(message_id, asked.connection, "finished", words)
        host.tell(words)
        await asyncio.sleep(LAST_BLOCK_S)

    def _prepare(self, request: Request, old: Performance) -> Performance:
        """Another performance, begun and not yet heard; in a worker thread."""
        saved: SavedMusic | None = None
        preset, seed = old.preset, old.seed
        if isinstance(request, LoadPreset):
            assert self._load_preset is not None  # asked before
            preset = self._load_preset(request.name)
        else:
            saved = read_saved(request.document)
            require_same_preset(saved, preset)
            seed = saved.seed
        performance = old.successor(preset, seed)
        performance.begin(saved)
        return performance


def require_same_preset(saved: SavedMusic, preset: Preset) -> None:
    """Refuse music that was saved from another preset.

    Raises
    ------
    InputError
        It was.
    """
    if saved.preset != preset.folder.name:
        message = f"the saved music is of {saved.preset!r}, and {preset.folder.name!r} plays"
        raise InputError(message)
