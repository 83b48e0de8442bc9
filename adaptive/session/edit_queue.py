"""Edits of a running performance, prepared in a worker thread and applied at a bar line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adaptive.composer.bar_source import SourceOf, in_the_step
from adaptive.conductor.assets import prepare
from adaptive.conductor.conductor import Conductor
from adaptive.conductor.edit import PreparedPreset, due_beat, take_over
from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.layout.row_allocator import NoSpareRowsError, Occupancy
from adaptive.conductor.layout.strip_players import kinds_used
from adaptive.engine.engine import Engine, TableFullError
from adaptive.engine.live_edit import Store
from adaptive.kernel.compile import build
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.model import Preset

MOST_BARS_POSTPONED = 2
"""Bar lines on which an edit gives way to a planned seam.  At the next one it is applied anyway."""

Tell = Callable[[str, str, int | None], None]
"""Callback that is told the outcome of an edit.

Arguments: a status as in receipts, a sentence, and the first frame that is rendered with the edit; None if
the edit is not rendered.
"""


def tell_nobody(_status: str, _reason: str, _frame: int | None) -> None:
    """Ignore the outcome of an edit."""


@dataclass(slots=True)
class _PendingEdit:
    """An edit that waits for its bar line, and later for the rendering of that bar line."""

    prepared: PreparedPreset
    tell: Tell
    bar: int | None = None
    bars_postponed: int = 0


class EditQueue:
    """Prepares edits and applies them one at a time.  A newer edit replaces one that still waits.

    Parameters
    ----------
    prepared : PreparedPreset
        The preset that plays at the beginning.
    source_of : callable
        Makes the sources of generated layers.

    Attributes
    ----------
    current : PreparedPreset
        The preset that plays.
    previous : PreparedPreset or None
        The preset that played before the last edit: undo applies it again.
    """

    def __init__(self, prepared: PreparedPreset, source_of: SourceOf = in_the_step) -> None:
        self.current, self._source_of = prepared, source_of
        self.previous: PreparedPreset | None = None
        self._pending: _PendingEdit | None = None
        self._deferred_stores: list[Store] = []
        self._applied: list[tuple[int, _PendingEdit]] = []  # until their first frame is rendered

    @property
    def is_waiting(self) -> bool:
        """Whether an edit waits for its bar line."""
        return self._pending is not None

    def prepare(self, preset: Preset, engine: Engine, seed: int, conductor: Conductor) -> PreparedPreset:
        """Make a preset ready for an engine that plays.  Any thread, but one call at a time.

        Raises
        ------
        PresetError
            A file cannot be used.
        NoSpareRowsError
            The engine has too few spare rows; the message says of which kind.
        """
        spec, pending = engine.spec, self._pending
        kept = {id(sound) for sound in conductor.stingers.sounds()}
        held = conductor.stingers.rows()
        for prepared in (self.current, self.previous, pending.prepared if pending else None):
            if prepared is not None:
                kept |= prepared.sounds()
                held |= set(prepared.layout.spec.owners)
        occupancy = Occupancy(spec, held, engine.is_at_rest)
        layout = lay_out(
            preset, spec.sample_rate, spec.channels, self.current.layout, occupancy, spec.rig,
            spec.ceiling_db, engine.bank.limit_bytes,
        )  # fmt: skip
        build.addresses(build.unit_names(kinds_used(preset.file)))  # here, not where the edit takes effect
        engine.bank.forget(engine.drop_sounds(kept))
        try:
            assets = prepare(preset, layout, engine, seed, self._source_of)
        except TableFullError as error:
            raise NoSpareRowsError(str(error)) from error
        return PreparedPreset(preset, layout, assets, spec)

    def fits(self, prepared: PreparedPreset, engine: Engine) -> bool:
        """Whether the engine still has the rows that a preset was prepared for; another edit changes them."""
        return prepared is self.previous or prepared.occupancy is engine.spec

    def ask(self, prepared: PreparedPreset, tell: Tell = tell_nobody) -> None:
        """Apply a prepared preset at the next bar line.  An edit that still waits is superseded."""
        if self._pending is not None:
            self._pending.tell("superseded", "the preset was edited again before it sounded", None)
        self._pending = _PendingEdit(prepared, tell)

    def drop(self, reason: str) -> None:
        """Drop the edit that waits and those not rendered yet, because another performance takes over."""
        unheard = [edit for _, edit in self._applied] + [self._pending]
        self._pending, self._applied = None, []
        for edit in unheard:
            if edit is not None:
                edit.tell("dropped", reason, None)

    def step(self, conductor: Conductor, control_step: int) -> Conductor:
        """Apply the edit if it is due; call before the conductor runs the control step.

        Returns the conductor to run from now on: a new one once the edit is applied.
        """
        self._finish_rendered(control_step)
        pending = self._pending
        if pending is None:
            return conductor
        conductor.advance_to(control_step)
        beat = due_beat(conductor, self._is_overdue(pending, conductor))
        if beat is None:
            return conductor
        self._pending = None
        frame = conductor.tempo.frame_at(beat)
        conductor, stores = take_over(conductor, pending.prepared, beat)
        self.previous, self.current = self.current, pending.prepared
        self._deferred_stores += stores
        self._applied.append((frame, pending))
        return conductor

    def _is_overdue(self, pending: _PendingEdit, conductor: Conductor) -> bool:
        bar = conductor.instance.bar_number(conductor.tempo.beat_at(conductor.now))
        pending.bars_postponed += pending.bar is not None and bar != pending.bar
        pending.bar = bar
        return pending.bars_postponed >= MOST_BARS_POSTPONED

    def _finish_rendered(self, control_step: int) -> None:
        """Do what had to wait until the frames of this control step were rendered.

        Values that the old music still needed are stored, and edits that are heard by now are reported.
        """
        if not self._deferred_stores and not self._applied:
            return
        rendered = (control_step + 1) * CONTROL_STEP_FRAMES
        due = [store for frame, store in self._deferred_stores if frame <= rendered]
        self._deferred_stores = [entry for entry in self._deferred_stores if entry[0] > rendered]
        for store in due:
            store()
        heard = [entry for entry in self._applied if entry[0] <= rendered]
        self._applied = [entry for entry in self._applied if entry[0] > rendered]
        for frame, edit in heard:
            edit.tell("finished", "it sounds", frame)
