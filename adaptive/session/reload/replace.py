"""Replaces the performance that plays by one of another preset, or of saved music."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from adaptive.conductor.saved_state import SavedMusic, read_saved
from adaptive.errors import InputError, in_words
from adaptive.inputs.lines import Connection
from adaptive.inputs.message import LoadPreset, RestoreMusic
from adaptive.preset.model import Preset
from adaptive.preset.schema import Where
from adaptive.session.performance import Performance

Request = LoadPreset | RestoreMusic

PAUSE_S = 0.055
"""Time that the old performance takes to fade out."""

LONGEST_CALLBACK_S = 1.0
"""Upper bound on a callback that still uses the old engine."""


class ReplaceHost(Protocol):
    """The part of a session that `PresetReplacer` uses."""

    performance: Performance

    def acknowledge(
        self, message_id: str | None, connection: Connection | None, status: str, reason: str
    ) -> None:
        """Write a receipt for a request to its connection."""

    def adopt(self, performance: Performance) -> None:
        """Play another performance from the next block on."""

    def tell(self, sentence: str) -> None:
        """Show the user a sentence."""


@dataclass(frozen=True, slots=True)
class _ReplaceRequest:
    request: Request
    connection: Connection | None

    @property
    def description(self) -> str:
        return self.request.name if isinstance(self.request, LoadPreset) else "other saved music"


async def hand_over(
    host: ReplaceHost, old: Performance, performance: Performance, catch_up: Callable[[], None] | None = None
) -> None:
    """Fade one performance out, then play another.  `catch_up` is called in between, while all is silent."""
    old.engine.set_paused(is_paused=True)
    for _ in range(200):
        if old.engine.is_paused:
            break
        await asyncio.sleep(0.005)
    if catch_up is not None:
        catch_up()
    host.adopt(performance)


def exit_frame(performance: Performance, where: Where, after: int) -> int:
    """First frame from `after` on at which what plays, or is planned, reaches a place of its grid."""
    playback = performance.conductor.playback
    beat = playback.tempo.beat_at(after)
    found = beat
    for instance, ends in playback.instances():
        begins = max(beat, instance.start_beat)
        if begins >= ends:
            continue
        found = instance.next_boundary(begins, where)
        if found < ends:
            break
    return max(after, playback.tempo.frame_at(found))


class PresetReplacer:
    """Replaces performances one at a time.  A newer request supersedes one that still waits.

    Parameters
    ----------
    host : ReplaceHost
        The session.
    load_preset : callable or None
        Loads a preset by name.  None if the session cannot load presets.

    Attributes
    ----------
    lock : asyncio.Lock
        Held while a performance is replaced or edited.
    """

    def __init__(self, host: ReplaceHost, load_preset: Callable[[str], Preset] | None) -> None:
        self._host, self._load_preset = host, load_preset
        self.lock = asyncio.Lock()
        self._pending: _ReplaceRequest | None = None
        self._is_replacing = False
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, request: Request, connection: Connection | None, *, is_recording: bool) -> None:
        """Prepare what was asked for and play it, unless a newer request comes first."""
        say = self._host.acknowledge
        if is_recording:
            say(request.id, connection, "dropped", "a session that is recorded keeps its preset")
            return
        if isinstance(request, LoadPreset) and self._load_preset is None:
            say(request.id, connection, "dropped", "this session cannot load presets")
            return
        asked = _ReplaceRequest(request, connection)
        if self._pending is not None:
            before = self._pending
            reason = f"{asked.description} was asked for after it"
            say(before.request.id, before.connection, "superseded", reason)
        say(request.id, connection, "accepted", "is being prepared")
        self._pending = asked
        if self._is_replacing:
            return  # the running task goes on with the newest request
        self._is_replacing = True
        task = asyncio.get_running_loop().create_task(self._replace_until_done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _replace_until_done(self) -> None:
        """Serve the newest request, until no newer one has come."""
        try:
            async with self.lock:
                while self._pending is not None:
                    asked, self._pending = self._pending, None
                    await self._replace(asked)
        finally:
            self._is_replacing = False

    async def _replace(self, asked: _ReplaceRequest) -> None:
        host, old, message_id = self._host, self._host.performance, asked.request.id
        try:
            performance = await asyncio.to_thread(self._prepare, asked.request, old)
        except Exception as error:  # whatever fails, the music goes on
            sentence = in_words(error)
            host.tell(f"{asked.description}: {sentence}")
            host.acknowledge(message_id, asked.connection, "failed", sentence)
            return
        if not await self._wait_for_exit(asked, old):
            reason = "something else was asked for before it could begin"
            host.acknowledge(message_id, asked.connection, "superseded", reason)
            return
        await hand_over(host, old, performance)
        name = performance.preset.file.name
        host.acknowledge(message_id, asked.connection, "accepted", f"{name} is loaded")
        words = f"{name} plays"
        if isinstance(asked.request, RestoreMusic):
            instance = performance.conductor.instance
            words = f"{name} goes on in {instance.section or 'silence'}, bar {instance.bar_number(0.0)}"
        host.acknowledge(message_id, asked.connection, "finished", words)
        host.tell(words)
        await asyncio.sleep(LONGEST_CALLBACK_S)

    async def _wait_for_exit(self, asked: _ReplaceRequest, old: Performance) -> bool:
        """Let the music play to the place where the request wants to leave it; False if a newer one came."""
        where = asked.request.exit_at if isinstance(asked.request, LoadPreset) else None
        if where is None:
            return True
        pause = round(PAUSE_S * old.engine.spec.sample_rate)
        after = old.engine.frame + pause
        at = exit_frame(old, where, after)
        position = old.conductor.playback.position_at(at)
        name = asked.description
        self._host.acknowledge(asked.request.id, asked.connection, "deferred", f"{name} begins at {position}")
        while old.engine.frame < exit_frame(old, where, after) - pause:
            if self._pending is not None:
                return False
            if old.engine.is_paused or not old.conductor.playback.is_playing:
                break  # nothing is heard that could be left at the wrong place
            await asyncio.sleep(0.002)
        return True

    def _prepare(self, request: Request, old: Performance) -> Performance:
        """Make the other performance and begin it.  Runs in a worker thread."""
        saved: SavedMusic | None = None
        preset, seed = old.preset, old.seed
        if isinstance(request, LoadPreset):
            assert self._load_preset is not None  # `ask` has checked it
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
        The music was saved from another preset.
    """
    if saved.preset != preset.folder.name:
        message = f"the saved music is of {saved.preset!r}, and {preset.folder.name!r} plays"
        raise InputError(message)
