"""Replaces the performance that plays by one of another preset, or of saved music."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from adaptive.conductor.saved_state import SavedMusic, read_saved
from adaptive.errors import InputError, in_words
from adaptive.inputs.lines import Connection
from adaptive.inputs.message import Checker, LoadPreset, RestoreMusic
from adaptive.preset.model import Preset
from adaptive.preset.schema import Where
from adaptive.session.performance import Performance
from adaptive.session.reload.kept_requests import KeptRequests, described

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

    def drop(
        self, words: str, message_id: str | None, connection: Connection | None, status: str, reason: str
    ) -> None:
        """Write the last receipt of a request that does not happen; without an id, tell the user."""

    def adopt(self, performance: Performance, kept: KeptRequests | None = None) -> None:
        """Play another performance from the next block on, and act on what was kept for it."""

    def release(self, kept: KeptRequests) -> None:
        """Act on what was kept for a performance that does not come."""

    def placed(self, preset: Preset) -> Preset:
        """A preset with the inputs of this place."""

    def tell(self, sentence: str) -> None:
        """Show the user a sentence."""


@dataclass(frozen=True, slots=True)
class _ReplaceRequest:
    request: Request
    connection: Connection | None
    kept: KeptRequests

    @property
    def description(self) -> str:
        return self.request.name if isinstance(self.request, LoadPreset) else "other saved music"


async def hand_over(
    host: ReplaceHost,
    old: Performance,
    performance: Performance,
    catch_up: Callable[[], None] | None = None,
    kept: KeptRequests | None = None,
) -> None:
    """Fade one performance out, then play another.  `catch_up` is called in between, while all is silent."""
    old.engine.set_paused(is_paused=True)
    for _ in range(200):
        if old.engine.is_paused:
            break
        await asyncio.sleep(0.005)
    if catch_up is not None:
        catch_up()
    host.adopt(performance, kept)


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
    waiting : list of KeptRequests
        What came since each performance that is prepared was asked for, the newest last.
    """

    def __init__(self, host: ReplaceHost, load_preset: Callable[[str], Preset] | None) -> None:
        self._host, self._load_preset = host, load_preset
        self.lock = asyncio.Lock()
        self.waiting: list[KeptRequests] = []
        self._pending: _ReplaceRequest | None = None
        self._is_replacing = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def newest(self) -> KeptRequests | None:
        """What came since the newest performance that is prepared was asked for; None: none is prepared."""
        return self.waiting[-1] if self.waiting else None

    def ask(
        self,
        request: Request,
        connection: Connection | None,
        *,
        is_recording: bool,
        arrival: int | None = None,
    ) -> None:
        """Prepare what was asked for and play it, unless a newer request comes first.

        Parameters
        ----------
        request : LoadPreset or RestoreMusic
            What is asked for.
        connection : Connection or None
            Where it came from; it is sent the receipts.
        is_recording : bool
            Whether the run is recorded: then nothing is replaced.
        arrival : int, optional
            Arrival number of the request; parameters with a later one count in the music that comes.
        """
        host = self._host
        if is_recording:
            reason = "a session that is recorded keeps its preset"
            host.drop(described(request), request.id, connection, "dropped", reason)
            return
        if isinstance(request, LoadPreset) and self._load_preset is None:
            reason = "this session cannot load presets"
            host.drop(described(request), request.id, connection, "dropped", reason)
            return
        mark = arrival or host.performance.engine.numbers.next_arrival()
        acts_now = isinstance(request, LoadPreset) and request.exit_at is not None
        asked = _ReplaceRequest(request, connection, KeptRequests(mark, acts_now))
        if self._pending is not None:
            self._supersede(self._pending, f"{asked.description} was asked for after it")
        host.acknowledge(request.id, connection, "accepted", "is being prepared")
        self._pending = asked
        self.waiting.append(asked.kept)
        if self._is_replacing:
            return  # the running task goes on with the newest request
        self._is_replacing = True
        task = asyncio.get_running_loop().create_task(self._replace_until_done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _supersede(self, asked: _ReplaceRequest, reason: str) -> None:
        """Say that a request, and all that was kept for its music, does not happen."""
        self._host.acknowledge(asked.request.id, asked.connection, "superseded", reason)
        for one in asked.kept.requests:
            if one.own_id is None and not asked.kept.acts_now:
                self._host.drop(described(one.request), one.request.id, one.connection, "superseded", reason)
        self.waiting.remove(asked.kept)

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
            performance = await asyncio.to_thread(self._prepare, asked, old)
        except Exception as error:  # whatever fails, the music goes on
            sentence = in_words(error)
            host.tell(f"{asked.description}: {sentence}")
            host.acknowledge(message_id, asked.connection, "failed", sentence)
            self.waiting.remove(asked.kept)
            host.release(asked.kept)
            return
        if not await self._wait_for_exit(asked, old):
            self._supersede(asked, "something else was asked for before it could begin")
            return
        await hand_over(host, old, performance, kept=asked.kept)
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

    def _other(self, request: LoadPreset, old: Performance) -> Preset:
        """The preset that is asked for; the present one needs no name that is found."""
        if request.seed is not None and request.name == old.preset.folder.name:
            return old.preset
        assert self._load_preset is not None  # `ask` has checked it
        return self._host.placed(self._load_preset(request.name))

    def _prepare(self, asked: _ReplaceRequest, old: Performance) -> Performance:
        """Make the other performance and begin it.  Runs in a worker thread."""
        request, kept = asked.request, asked.kept
        if isinstance(request, LoadPreset):
            performance = old.successor(
                self._other(request, old), old.seed if request.seed is None else request.seed
            )
            values = kept.all_values(old.engine, old.layout.parameters)
            performance.begin(None, kept.beginning(Checker(performance.preset), values))
        else:
            saved: SavedMusic = read_saved(request.document)
            require_same_preset(saved, old.preset)
            performance = old.successor(old.preset, saved.seed)
            performance.begin(saved)
        performance.engine.date_values(kept.mark)
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
