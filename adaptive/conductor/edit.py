"""Live edits: at a bar line a conductor with the edited preset takes over from the present conductor.

Both use the same engine and the same timeline.  Each layer of the present section is compared with the
edited preset.  A layer that did not change gets no command at all.  The others are switched at the bar line,
by a transition from the section to itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from adaptive.conductor.assets import DEFAULT_DENSITY, Assets
from adaptive.conductor.conductor import Conductor
from adaptive.conductor.layers.generated import GeneratedLayer
from adaptive.conductor.layers.incoming import IncomingLayer
from adaptive.conductor.layers.stems import StemLayer
from adaptive.conductor.layers.write_range import ComposeContext
from adaptive.conductor.layout.layout import PresetLayout
from adaptive.conductor.planned_transition import PlannedTransition, TransitionRequest
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.steering import Steering, declared_of
from adaptive.engine.commands import Command
from adaptive.engine.live_edit import MOVE_S, Store, moves, stores
from adaptive.engine.spec import EngineSpec
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, MASTER_GAIN
from adaptive.preset.model import Preset
from adaptive.preset.schema import TransitionTable
from adaptive.preset.segments import is_bridge
from adaptive.preset.table import Curve
from adaptive.timebase import BEAT_TOLERANCE

REASON = "the preset was edited"

SAME_PLACE = TransitionTable(exit_at="bar", enter_at="same_position", pickup="never")
"""Rule of the transition from the present section to itself."""


@dataclass(frozen=True, slots=True)
class PreparedPreset:
    """A preset prepared for an engine: laid out, with its files decoded.

    Parameters
    ----------
    preset : Preset
        The preset.
    layout : PresetLayout
        Its engine rows.
    assets : Assets
        Its sounds, layers and generators.
    occupancy : EngineSpec
        Specification of the engine when the layout was made.
    """

    preset: Preset
    layout: PresetLayout
    assets: Assets
    occupancy: EngineSpec

    def sounds(self) -> set[int]:
        """Identities (`id`) of all recordings that it may play."""
        return self.assets.sounds()


def due_beat(conductor: Conductor, is_overdue: bool) -> float | None:
    """Beat of the bar line at which an edit acts, if that has to be decided in this control step; else None.

    A bridge is played to its end.  A seam before the bar line, or on it, is played as planned, and the edit
    acts a bar later.  With `is_overdue`, because a seam lay on every bar line so far, the transition is
    cancelled instead and decided again.
    """
    playback = conductor.playback
    if is_bridge(playback.instance.section) or conductor.planner.locked_count():
        return None
    beat = playback.instance.next_boundary(playback.tempo.beat_at(playback.earliest), "bar")
    frame = playback.tempo.frame_at(beat)
    if frame >= playback.earliest + CONTROL_STEP_FRAMES:
        return None
    if playback.transitions and playback.transitions[0].frame <= frame and not is_overdue:
        return None
    return beat


def take_over(old: Conductor, prepared: PreparedPreset, beat: float) -> tuple[Conductor, list[Store]]:
    """Make a conductor that continues what another one plays, with an edited preset from a bar line on.

    Parameters
    ----------
    old : Conductor
        The present conductor; it must not be stepped again.
    prepared : PreparedPreset
        The edited preset, prepared for this engine.
    beat : float
        The bar line: `due_beat` of this control step.

    Returns
    -------
    Conductor
        The conductor to step from this control step on.
    list of Store
        Stores into the engine's memory, to be made when the bar line has been rendered.
    """
    before = old.playback
    old.cancel_planned(REASON)
    present = before.engine.spec
    before.engine.grow(prepared.layout.spec, _moved_parameters(before.layout, prepared.layout))
    _keep_plans(before.assets, prepared.assets, before.instance)
    kept_layers = _take_over_layers(before.assets, prepared, old.steering)
    playback = PlaybackState(
        prepared.preset, prepared.layout, prepared.assets, before.engine, before.log, before.seed
    )
    playback.take_over(before)
    new = Conductor(playback, old.outbox)
    new.take_over(old)
    frame = before.tempo.frame_at(beat)
    changed = _EditTransition(new, before, beat, frame, kept_layers).post()
    edited = prepared.layout.spec
    moved = [*new.planner.applier.levels.add_to(moves(present, edited, frame)), *_levels(new, frame)]
    new.outbox.add(moved)
    new.mix.hold_again(frame)
    later = stores(before.engine, present, edited, frame)
    strips = sorted({edited.buses[c.target].name for c in moved if c.operation != MASTER_GAIN})
    playback.log_line("edit", frame, REASON, status="applied", exchanged=changed, moved=strips)
    return new, later


def _levels(conductor: Conductor, frame: int) -> list[Command]:
    """Commands for what the present section adds to the levels of its layers, if the edit changed that."""
    levels = conductor.planner.applier.levels
    changed = levels.enter(conductor.playback.instance.section)
    frames = round(MOVE_S * conductor.playback.tempo.sample_rate)
    return [levels.fade(name, frame, frames) for name in changed]


def _moved_parameters(old: PresetLayout, new: PresetLayout) -> dict[int, int]:
    """New row to old row of each parameter whose row has changed."""
    return {
        index: old.parameters[name]
        for name, index in new.parameters.items()
        if name in old.parameters and old.parameters[name] != index
    }


def _keep_plans(old: Assets, new: Assets, present: SegmentInstance) -> None:
    """Keep the plans of segments whose briefs are unchanged: composed bars are found by them.

    If only layers were added or removed, the present visit goes on as planned.
    """
    for name, plans in old.plans.items():
        if name in new.plans and new.plans[name].brief == plans.brief:
            new.plans[name] = plans
        elif name in new.plans and name == present.section:
            new.plans[name].adopt(plans, present.visit)


def _take_over_layers(old: Assets, prepared: PreparedPreset, steering: Steering) -> set[str]:
    """Let new layers continue from old ones; returns the generated layers that write on unchanged."""
    new, kept = prepared.assets, set()
    for name, stem in new.stems.items():
        if _keeps_row(stem, old.stems.get(name)):
            stem.take_over(old.stems[name])
    for name, incoming in new.incoming.items():
        if _keeps_row(incoming, old.incoming.get(name)):
            incoming.take_over(old.incoming[name])
    for name, layer in new.generated.items():
        if not _keeps_row(layer, old.generated.get(name)):
            continue
        before = old.generated[name]
        control = declared_of(prepared.preset.file, name).get("density", DEFAULT_DENSITY)
        # a curve and what is held keep the present density: `Steering` follows both in every step
        density = before.density
        if not isinstance(control, Curve) and not steering.holds(name, "density"):
            density = control
        is_unchanged = layer.is_like(before)
        if is_unchanged:
            new.generated[name] = before
        else:
            layer.take_over(before)
        if is_unchanged and density == before.density:
            kept.add(name)
        new.generated[name].density = density
    return kept


AnyLayer = StemLayer | GeneratedLayer | IncomingLayer


def _keeps_row(layer: AnyLayer, before: AnyLayer | None) -> bool:
    """Whether a layer continues an old one, because it has the same engine rows."""
    return before is not None and layer.place.shares_row(before.place)


class _EditTransition:
    """The transition from the present section to itself, which switches the layers that an edit changed.

    Parameters
    ----------
    conductor : Conductor
        The new conductor.
    before : PlaybackState
        Playback state of the old conductor.
    beat, frame : float, int
        The bar line.
    kept_layers : set of str
        Generated layers that the edit did not change.
    """

    def __init__(
        self, conductor: Conductor, before: PlaybackState, beat: float, frame: int, kept_layers: set[str]
    ) -> None:
        self.conductor, self.playback, self.before = conductor, conductor.playback, before
        self.beat, self.frame, self.kept_layers = beat, frame, kept_layers

    def post(self) -> list[str]:
        """Post it; returns the layers that are switched."""
        source = self.before.instance
        if source.section == SILENCE:
            return []
        target = self._edited_instance(source)
        transition = PlannedTransition(
            source,
            target,
            self.frame,
            self.beat,
            self.conductor.planner.next_group(),
            SAME_PLACE,
            "edit",
            TransitionRequest(source.section, REASON),
            self.playback.now,
            self.playback.tempo.snapshot(),
        )
        if target is not source:
            self.playback.enter(target, self.frame)
            self.conductor.playlists.replace_instance(source, target)
        if self._tempo_in(self.before) != self._tempo_in(self.playback):
            self.conductor.planner.tempo_changes.step_at(transition)
        changed = [
            *self._switch_stems(transition),
            *self._rewrite_generated(transition),
            *self._switch_incoming(transition),
        ]
        return sorted({*changed, *self._end_removed(transition)})

    def _tempo_in(self, playback: PlaybackState) -> tuple[float, float] | None:
        """Tempo and beat unit of the present section; None if the preset does not have it."""
        segment = playback.assets.segments.get(self.before.instance.section)
        return None if segment is None else (segment.tempo_bpm, segment.segment.beat_unit)

    def _edited_instance(self, source: SegmentInstance) -> SegmentInstance:
        """The present instance with the edited settings; the same object if they are unchanged.

        If the meter has changed, the next bar starts in the new meter.  If the section was removed, silence
        follows, and the section that is selected then starts in the same frame.
        """
        if source.section not in self.playback.preset.segments:
            return self.playback.instance_in(SILENCE, self.beat, 0.0, source.next_first_bar(self.beat))
        segment = self.playback.preset.segments[source.section]
        length = self.playback.length_of(source.section)
        if (segment.beats_per_bar, segment.beat_unit) != (source.beats_per_bar, source.beat_unit):
            bars = round(source.local(self.beat) / source.beats_per_bar)
            place = float(bars * segment.beats_per_bar % length)
            return SegmentInstance.of(
                segment, length, self.beat, place, source.bar_number(self.beat), visit=source.visit
            )
        target = replace(
            source,
            length_beats=length,
            phrase_bars=segment.phrase_bars,
            markers=segment.markers,
            intro_beats=self.playback.intro_of(source.section),
        )
        return source if target == source else target

    # ── stems ──────────────────────────────────────────────────────────────────────────────────

    def _switch_stems(self, transition: PlannedTransition) -> list[str]:
        section, changed = transition.target.section, []
        wanted = set(self.playback.layers_of(section))
        segment_assets = self.playback.assets.segments.get(section)
        seam = self.conductor.planner.applier.seam_of(transition)
        if segment_assets is not None:
            # the instance may have begun long before this bar line
            seam = replace(seam, position=segment_assets.frames_into(transition.target.local(self.beat)))
        has_same_start = transition.target.start_beat == transition.source.start_beat
        for name, layer in self.playback.assets.stems.items():
            old = self.before.assets.stems.get(name)
            was_wanted = _keeps_row(layer, old) and name in self.before.layers_of(section)
            is_wanted = name in wanted
            is_like = old is not None and layer.has_same_material(old, section)
            if was_wanted == is_wanted and has_same_start and (not is_wanted or is_like):
                continue  # unchanged
            self.conductor.outbox.add(layer.undo_changes(self.frame))
            posted = layer.cross(seam, is_wanted=is_wanted)
            self.conductor.outbox.add(posted)
            changed += [name] if posted else []
        return changed

    # ── layers that come in ────────────────────────────────────────────────────────────────────

    def _switch_incoming(self, transition: PlannedTransition) -> list[str]:
        wanted, changed = self.playback.layers_of(transition.target.section), []
        for name, layer in self.playback.assets.incoming.items():
            posted = layer.turn(self.frame, transition.group, is_wanted=name in wanted)
            self.conductor.outbox.add(posted)
            changed += [name] if posted else []
        return changed

    # ── generated layers ───────────────────────────────────────────────────────────────────────

    def _rewrite_generated(self, transition: PlannedTransition) -> list[str]:
        changed = []
        wanted = self.playback.layers_of(transition.target.section)
        for name, layer in self.playback.assets.generated.items():
            context = self.playback.compose_context(transition.target) if name in wanted else None
            write_range = layer.range_at(self.beat)
            if write_range is None and context is None:
                continue
            if (
                write_range is not None
                and context is not None
                and name in self.kept_layers
                and _is_same(write_range.context, context)
            ):
                layer.replace_instance(transition.source, transition.target)
                continue
            changed.append(name)
            self._rewrite_layer(layer, context, transition.group)
        return changed

    def _rewrite_layer(self, layer: GeneratedLayer, context: ComposeContext | None, group: int) -> None:
        if layer.cursor_beat > self.beat + BEAT_TOLERANCE:
            self.conductor.outbox.add(layer.withdraw(self.frame, self.beat))
        layer.rewrite_from(self.beat, context)
        if context is not None:
            self.conductor.outbox.add(layer.fade_in(self.frame, group, self.playback.tempo.sample_rate))

    # ── removed layers ─────────────────────────────────────────────────────────────────────────

    def _end_removed(self, transition: PlannedTransition) -> list[str]:
        """End layers that were removed or got other rows; they decay in the rows they had."""
        removed, playback, old, new = [], self.playback, self.before.assets, self.playback.assets
        is_at_end = transition.source.ends_pass_at(self.beat)
        for name, stem in old.stems.items():
            if not _keeps_row(stem, new.stems.get(name)):
                posted = stem.undo_changes(self.frame)
                posted += stem.leave(
                    self.frame, is_at_end, transition.fades, playback.earliest, transition.group
                )
                self.conductor.outbox.add(posted)
                removed += [name] if posted else []
        for name, incoming in old.incoming.items():
            if not _keeps_row(incoming, new.incoming.get(name)):
                posted = incoming.turn(self.frame, transition.group, is_wanted=False)
                self.conductor.outbox.add(posted)
                removed += [name] if posted else []
        for name, layer in old.generated.items():
            if not _keeps_row(layer, new.generated.get(name)):
                if layer.range_at(self.beat) is not None:
                    removed.append(name)
                self._rewrite_layer(layer, None, transition.group)
                playback.log_notes(name, layer.style, layer.pop_sounded(self.frame))
        return removed


def _is_same(old: ComposeContext, new: ComposeContext) -> bool:
    """Whether bars come out the same: generators read all of a context except the markers."""
    return (
        old.plan.brief == new.plan.brief
        and old.first_bar == new.first_bar
        and (old.energy, old.tempo_bpm) == (new.energy, new.tempo_bpm)
        and old.meter == new.meter
        and old.rests_in_introduction == new.rests_in_introduction
        and replace(old.instance, markers=()) == replace(new.instance, markers=())
    )
