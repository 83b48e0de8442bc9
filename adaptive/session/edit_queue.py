"""Edits of a performance: prepared beside what plays, applied in the step that reaches a bar line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adaptive.conductor.assets import prepare
from adaptive.conductor.conductor import Conductor
from adaptive.conductor.edit import PreparedPreset, due_beat, take_over
from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.layout.row_allocator import NoSpareRowsError, Occupancy
from adaptive.engine.engine import Engine, TableFullError
from adaptive.engine.live_edit import Store
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.model import Preset

PATIENCE_BARS = 2
"""Bar lines an edit lets pass because a seam lies on them."""

Tell = Callable[[str, str, int | None], None]
"""Takes what became of an edit: a status as in receipts, a sentence, and the frame from which it sounds."""


def tell_nobody(_status: str, _reason: str, _frame: int | None) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class _Waiting:
    """An edit on its way to its bar line."""

    prepared: PreparedPreset
    tell: Tell
    bar: int | None = None
    bars_passed: int = 0


class EditQueue:
    """Prepares edits and applies them, one at a time; the newest wins.

    Parameters
    ----------
    prepared : PreparedPreset
        What plays at the beginning.
    """

    def __init__(self, prepared: PreparedPreset) -> None:
        self.present = prepared
        self.before: PreparedPreset | None = None
        self._waiting: _Waiting | None = None
        self._later: list[Store] = []
        self._applied: list[tuple[int, _Waiting]] = []  # they sound from a frame on that is not rendered yet

    @property
    def is_waiting(self) -> bool:
        """Whether an edit is on its way to its bar line."""
        return self._waiting is not None

    def prepare(self, preset: Preset, engine: Engine, seed: int, conductor: Conductor) -> PreparedPreset:
        """Make a preset ready for an engine that plays.  Thread: a worker, or any; one at a time.

        Raises
        ------
        PresetError
            A file cannot be used.
        NoSpareRowsError
            The engine has no room for it; for what.
        """
        spec, waiting = engine.spec, self._waiting
        kept = {id(sound) for sound in conductor.stingers.sounds()}
        held = conductor.stingers.rows()
        for prepared in (self.present, self.before, waiting.prepared if waiting else None):
            if prepared is not None:
                kept |= prepared.sounds()
                held |= set(prepared.layout.spec.owners)
        occupancy = Occupancy(spec, held, engine.is_at_rest)
        layout = lay_out(preset, spec.sample_rate, spec.channels, self.present.layout, occupancy)
        engine.bank.forget(engine.drop_sounds(kept))
        try:
            assets = prepare(preset, layout, engine, seed)
        except TableFullError as error:
            raise NoSpareRowsError(str(error)) from error
        return PreparedPreset(preset, layout, assets, spec)

    def fits(self, prepared: PreparedPreset, engine: Engine) -> bool:
        """Whether a score was made for what the engine holds by now: an edit may have come between."""
        return prepared is self.before or prepared.occupancy is engine.spec

    def ask(self, prepared: PreparedPreset, tell: Tell = tell_nobody) -> None:
        """Apply a score at the next bar line; one that waits is superseded."""
        if self._waiting is not None:
            self._waiting.tell("superseded", "the preset was edited again before it sounded", None)
        self._waiting = _Waiting(prepared, tell)

    def drop(self, reason: str) -> None:
        """Forget the edit that waits: something else takes over."""
        unheard = [waiting for _, waiting in self._applied] + [self._waiting]
        self._waiting, self._applied = None, []
        for waiting in unheard:
            if waiting is not None:
                waiting.tell("dropped", reason, None)

    def step(self, conductor: Conductor, control_step: int) -> Conductor:
        """Apply what is due in a tick, before it is stepped; returns who decides from now on."""
        self._store(control_step)
        waiting = self._waiting
        if waiting is None:
            return conductor
        conductor.look_at(control_step)
        beat = due_beat(conductor, self._is_overdue(waiting, conductor))
        if beat is None:
            return conductor
        self._waiting = None
        frame = conductor.tempo.frame_at(beat)
        conductor, later = take_over(conductor, waiting.prepared, beat)
        self.before, self.present = self.present, waiting.prepared
        self._later += later
        self._applied.append((frame, waiting))
        return conductor

    def _is_overdue(self, waiting: _Waiting, conductor: Conductor) -> bool:
        bar = conductor.instance.bar_number(conductor.tempo.beat_at(conductor.now))
        waiting.bars_passed += waiting.bar is not None and bar != waiting.bar
        waiting.bar = bar
        return waiting.bars_passed >= PATIENCE_BARS

    def _store(self, control_step: int) -> None:
        """Store what waited for its frame: the frames of this tick are rendered."""
        if not self._later and not self._applied:
            return
        rendered = (control_step + 1) * CONTROL_STEP_FRAMES
        due = [store for frame, store in self._later if frame <= rendered]
        self._later = [entry for entry in self._later if entry[0] > rendered]
        for store in due:
            store()
        heard = [entry for entry in self._applied if entry[0] <= rendered]
        self._applied = [entry for entry in self._applied if entry[0] > rendered]
        for frame, waiting in heard:
            waiting.tell("finished", "it sounds", frame)
