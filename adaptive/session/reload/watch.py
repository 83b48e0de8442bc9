"""Reloads a preset that is edited while it plays: on request, or when its files change.

If the engine has enough spare rows, the edit is applied to the performance that plays.  Otherwise another
performance replaces it at a bar line, as when saved music is restored.  Either way the edit is prepared in a
worker thread, and an edit with a fault changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from adaptive.conductor.edit import PreparedPreset
from adaptive.conductor.layout.row_allocator import NoSpareRowsError
from adaptive.conductor.playback import SILENCE
from adaptive.conductor.saved_state import SavedMusic
from adaptive.engine.bank import Stamp, stamp_of
from adaptive.engine.engine import SOURCE_LOCAL
from adaptive.errors import AdaptiveError, InputError, PresetError
from adaptive.inputs.lines import Connection
from adaptive.inputs.message import ReloadPreset, UndoEdit
from adaptive.preset.changes import changes
from adaptive.preset.check import check
from adaptive.preset.finding import Finding
from adaptive.preset.load import FILE_NAME, load
from adaptive.preset.model import Preset
from adaptive.preset.segments import is_bridge
from adaptive.preset.song_layers import song_of
from adaptive.session.full_check import FullCheck
from adaptive.session.performance import Performance, vocabulary
from adaptive.session.playable import require_playable
from adaptive.session.reload.kept_requests import KeptRequests
from adaptive.session.reload.replace import PAUSE_S, PresetReplacer, ReplaceHost, hand_over

POLL_S = 0.5
"""Time between two looks at the files."""

SETTLE_S = 0.1
"""A file is reloaded once it has not changed for so long: until then it may be half written."""

COMPOSE_S = 0.6
"""Time a new performance has, before its bar line, to compose the bars up to there: at most 64 per layer."""

MOST_FINDINGS = 20
"""More faults and warnings than these are counted, not told."""

SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff"})
"""Audio files whose changes are seen, in the preset's folder and below."""


class ReloadHost(ReplaceHost, Protocol):
    """The part of a session that `PresetReload` uses."""

    def renew(self) -> None:
        """Accept the names of the preset that plays now."""

    def note_edit(self, preset: Preset) -> None:
        """Keep an edit that begins to wait for its bar line, if the run is recorded."""

    @property
    def is_recording(self) -> bool:
        """Whether the run is recorded."""


@dataclass(frozen=True, slots=True)
class _ReloadRequest:
    request: ReloadPreset | UndoEdit
    connection: Connection | None = None


def reread(preset: Preset) -> Preset:
    """Read a preset from its folder again.

    Raises
    ------
    PresetError
        The preset has faults; all of them are listed.
    """
    return require_playable(load(preset.folder / FILE_NAME, vocabulary=vocabulary()))


def stamps_of(preset: Preset) -> dict[Path, Stamp]:
    """Time stamps of ``preset.toml``, of the files it names, and of all audio files in its folder."""
    beside: set[Path] = set()
    with contextlib.suppress(OSError):  # the folder is being moved
        beside = {path for path in preset.folder.rglob("*") if path.suffix.lower() in SUFFIXES}
    files = {preset.folder / FILE_NAME, *preset.stems.values(), *preset.songs.values(), *beside}
    return {path: stamp_of(path) for path in sorted(files)}


def has_changed(performance: Performance) -> bool:
    """Whether the files of a preset have changed since it was loaded."""
    preset, bank = performance.preset, performance.engine.bank
    try:
        content = (preset.folder / FILE_NAME).read_bytes()
    except OSError:
        return True
    is_same = hashlib.sha256(content).hexdigest() == preset.text_digest
    if not is_same or not all(bank.is_current(path) for path in preset.stems.values()):
        return True
    layers = performance.conductor.assets.generated
    try:
        return any(layers[name].bars.song is not song_of(preset, name) for name in layers)
    except InputError:  # a MIDI file has gone, or is broken now
        return True


class PresetReload:
    """Applies edits one at a time.  A newer edit supersedes one that still waits.

    Parameters
    ----------
    host : ReloadHost
        The session.
    replacer : PresetReplacer
        Replaces performances.  Its lock is held during an edit, so that only one of the two works at a time.
    """

    def __init__(self, host: ReloadHost, replacer: PresetReplacer) -> None:
        self._host, self._replacer = host, replacer
        self._pending: _ReloadRequest | None = None
        self._task: asyncio.Task[None] | None = None
        self._replaced: tuple[Performance, Preset] | None = None
        self._checks = FullCheck()
        self._checking: asyncio.Task[None] | None = None
        self._is_watching = False

    def ask(self, request: ReloadPreset | UndoEdit, connection: Connection | None) -> None:
        """Prepare an edit, or an undo, unless a newer request comes first."""
        say = self._host.acknowledge
        if self._pending is not None:
            before = self._pending
            say(before.request.id, before.connection, "superseded", "it was asked for again")
        say(request.id, connection, "accepted", "is being prepared")
        self._pending = _ReloadRequest(request, connection)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def watch(self) -> None:
        """Ask for a reload whenever a file of the preset has changed."""
        self._is_watching = True
        performance = self._host.performance
        seen = await asyncio.to_thread(stamps_of, performance.preset)
        # the kernel may have been compiled since the preset was loaded: files can change in that minute
        if await asyncio.to_thread(has_changed, performance):
            self.ask(ReloadPreset(), None)
        else:
            self._check(performance.preset)
        while True:
            await asyncio.sleep(POLL_S)
            now = await asyncio.to_thread(stamps_of, self._host.performance.preset)
            if self._host.performance.preset.folder != performance.preset.folder:
                performance, seen = self._host.performance, now
                continue
            if now == seen:
                continue
            await asyncio.sleep(SETTLE_S)
            if now == await asyncio.to_thread(stamps_of, self._host.performance.preset):
                seen = now
                self.ask(ReloadPreset(), None)

    async def _work(self) -> None:
        while self._pending is not None:
            asked, self._pending = self._pending, None
            async with self._replacer.lock:
                try:
                    await self._edit(asked)
                except AdaptiveError as error:
                    self._refuse(asked, error)

    async def _edit(self, asked: _ReloadRequest) -> None:
        performance = self._host.performance
        if isinstance(asked.request, UndoEdit):
            prepared, preset, why = self._previous(performance)
            if prepared is None and preset is None:
                self._say(asked, "dropped", "nothing was edited")
                return
        else:
            preset = self._host.placed(await asyncio.to_thread(reread, performance.preset))
            prepared, why = await self._prepare(performance, preset)
            if self._is_watching:
                self._check(preset)
        if prepared is not None:
            self._apply(asked, performance, prepared)
        elif preset is not None and self._host.is_recording:
            self._say(asked, "failed", f"{why}: a recording has one timeline")
            self._host.tell(f"the edit is not heard: {why}, and a recording has one timeline")
        elif preset is not None:
            await self._replace(asked, performance, preset, why)

    async def _prepare(self, performance: Performance, preset: Preset) -> tuple[PreparedPreset | None, str]:
        """Prepare an edit for the engine that plays; None, and the reason, if it has too few spare rows."""
        while True:
            try:
                prepared = await asyncio.to_thread(performance.prepare_edit, preset)
            except NoSpareRowsError as error:
                return None, str(error)
            if performance.edit_queue.fits(prepared, performance.engine):
                return prepared, ""

    def _previous(self, performance: Performance) -> tuple[PreparedPreset | None, Preset | None, str]:
        """What undo goes back to: a prepared preset; or a preset for another performance, and why."""
        before = performance.edit_queue.previous
        if before is None and self._replaced is not None and self._replaced[0] is performance:
            return None, self._replaced[1], "undo to a preset with another layout"
        return before, None, ""

    def _apply(self, asked: _ReloadRequest, performance: Performance, prepared: PreparedPreset) -> None:
        what = _describe(asked, performance.preset, prepared.preset)

        def tell(status: str, reason: str, frame: int | None) -> None:
            if frame is not None:
                playback = performance.conductor.playback
                reason = f"sounds from {playback.position_at(frame)} on: {what}"
                self._host.renew()
                self._host.tell(f"{prepared.preset.file.name}: {reason}")
            self._say(asked, status, reason)

        performance.edit_queue.ask(prepared, tell)
        self._host.note_edit(prepared.preset)

    # ── edits that need another engine ─────────────────────────────────────────────────────────

    async def _replace(self, asked: _ReloadRequest, old: Performance, preset: Preset, why: str) -> None:
        """Continue in another performance at a bar line, from the state that this one will have there."""
        fresh = await asyncio.to_thread(old.successor, preset, old.seed)
        sentence = f"{why}: tails, reverb and held notes are cut"
        # what comes from here on acts on the old one, and what lasts counts again in the fresh one
        late = KeptRequests(old.engine.numbers.next_arrival(), acts_now=True)
        self._replacer.waiting.insert(0, late)
        try:
            await self._continue(old, fresh, late, sentence)
        finally:
            if late in self._replacer.waiting:
                self._replacer.waiting.remove(late)
        self._replaced = (fresh, old.preset)
        # the bank drops sounds that only the old engine used; that engine keeps them while it is heard
        kept = {id(sound) for sound in fresh.engine.sounds}
        old.engine.bank.forget([sound for sound in old.engine.sounds if id(sound) not in kept])
        self._say(asked, "finished", sentence)
        self._host.tell(f"{preset.file.name} was edited: {sentence}")

    async def _continue(
        self, old: Performance, fresh: Performance, late: KeptRequests, sentence: str
    ) -> None:
        """Begin the fresh performance where the old one will be, and play it from there on."""
        saved, at = _state_ahead(old, fresh.preset)
        await asyncio.to_thread(fresh.begin, saved)
        fresh.engine.date_values(late.mark)
        pause = round(PAUSE_S * old.engine.spec.sample_rate)
        while old.engine.frame < at - pause and not old.engine.is_paused:  # noqa: ASYNC110  # frames pass
            await asyncio.sleep(0.002)
        old.conductor.playback.log_line("edit", at, sentence, status="replaced")
        await hand_over(self._host, old, fresh, lambda: _catch_up(old, fresh, saved), late)
        fresh.conductor.playback.log_line("edit", 0, sentence, status="replaced")

    # ── reports ────────────────────────────────────────────────────────────────────────────────

    def _say(self, asked: _ReloadRequest, status: str, reason: str) -> None:
        self._host.acknowledge(asked.request.id, asked.connection, status, reason)

    def _check(self, preset: Preset) -> None:
        """Begin to look for what `adaptive check` finds; what an older look has not found yet is dropped."""
        if self._checking is not None:
            self._checking.cancel()
        self._checking = asyncio.get_running_loop().create_task(self._tell_findings(preset))

    async def _tell_findings(self, preset: Preset) -> None:
        """Tell what the text alone shows at once, and the rest when the files are measured."""
        told: set[Finding] = set()
        for look in (check, self._checks.findings):
            found = [one for one in await asyncio.to_thread(look, preset) if one not in told]
            told.update(found)
            for finding in found[:MOST_FINDINGS]:
                self._host.tell(finding.shown)
            if len(found) > MOST_FINDINGS:
                self._host.tell(f"and {len(found) - MOST_FINDINGS} more, which `adaptive check` lists")

    def _refuse(self, asked: _ReloadRequest, error: AdaptiveError) -> None:
        if self._checking is not None:
            self._checking.cancel()  # it is about a text that is no longer there
        faults = list(error.faults) if isinstance(error, PresetError) else [str(error)]
        playback = self._host.performance.conductor.playback
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        playback.log_line(
            "health", playback.now, f"the edited preset is not taken: {faults[0]}{more}", faults=faults
        )
        self._host.tell("the edited preset is not taken, what plays goes on:")
        for fault in faults:
            self._host.tell(f"  {fault}")
        self._say(asked, "failed", faults[0])


def _describe(asked: _ReloadRequest, before: Preset, after: Preset) -> str:
    """Say what an edit changes."""
    found = changes(before.file, after.file)
    if before.segments.keys() - after.segments.keys():
        found.append("if a removed section is playing, the one selected instead begins at its bar 1")
    what = "; ".join(found) or "the file equals what plays; changed audio files are reloaded"
    if isinstance(asked.request, UndoEdit):
        return f"one step back ({what}); the file still contains the edit"
    return what


def _state_ahead(old: Performance, preset: Preset) -> tuple[SavedMusic, int]:
    """State of a performance at its first bar line at least `COMPOSE_S` ahead, and the frame of that line."""
    saved, playback = old.save(), old.conductor.playback
    instance, rate = playback.instance, old.engine.spec.sample_rate
    beat = instance.next_boundary(playback.tempo.beat_at(playback.now + COMPOSE_S * rate), "bar")
    at = playback.tempo.frame_at(beat)
    if saved.section not in preset.segments:
        return msgspec.structs.replace(saved, section=SILENCE, local_beats=0.0, entered_beats=0.0), at
    if instance.section == SILENCE or is_bridge(instance.section):
        return saved, at
    local, bar = instance.local(beat), instance.bar_number(beat)
    return msgspec.structs.replace(saved, local_beats=local, bar=bar), at


def _catch_up(old: Performance, fresh: Performance, saved: SavedMusic) -> None:
    """Copy the states and parameters that were set after the state was saved."""
    states = fresh.conductor.playback.values.states
    groups = fresh.preset.state_groups
    for name, value in old.conductor.playback.values.states.items():
        if name in groups and value in groups[name].values:
            states[name] = value
    for name, (target, _value) in old.engine.targets(old.layout.parameters).items():
        is_sent = name in fresh.layout.parameters and name not in fresh.preset.derived
        if is_sent and target != saved.parameters.get(name, (None,))[0]:
            fresh.engine.set_parameter(fresh.layout.parameters[name], target, SOURCE_LOCAL)
