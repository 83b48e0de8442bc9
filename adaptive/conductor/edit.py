"""The preset is edited while it plays: one conductor takes over from another, at a bar line.

Both sit on the same engine and the same timeline.  What plays is compared with what the new preset says of
the present section, layer by layer; what is the same is not touched, not by one command.  The rest is
exchanged at the bar line, by a seam from the section to itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from adaptive.conductor.assets import MIDDLING, Assets
from adaptive.conductor.conductor import Conductor
from adaptive.conductor.layers.generated import ComposeContext, GeneratedLayer
from adaptive.conductor.layers.stems import StemLayer
from adaptive.conductor.layout.layout import PresetLayout, control_start
from adaptive.conductor.planned_transition import PlannedTransition, TransitionRequest
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.engine import commands
from adaptive.engine.live_edit import Store, moves, stores
from adaptive.engine.spec import EngineSpec
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, MASTER_GAIN
from adaptive.preset.model import Preset
from adaptive.preset.schema import Curve, TransitionTable
from adaptive.preset.segments import Segment, is_bridge
from adaptive.timebase import HAIR

REASON = "the preset was edited"
SAME_PLACE = TransitionTable(exit_at="bar", enter_at="same_position", pickup="never")
RESTORE_S = 0.01
"""An instrument that was faded out is back so soon, where its layer is written anew."""


@dataclass(frozen=True, slots=True)
class PreparedPreset:
    """A preset made ready for an engine: laid out, decoded, in numbers.

    `occupancy` is what the engine held when it was made.
    """

    preset: Preset
    layout: PresetLayout
    assets: Assets
    occupancy: EngineSpec

    def sounds(self) -> set[int]:
        """Identities of all recordings it may play."""
        return self.assets.sounds()


def due_beat(conductor: Conductor, is_overdue: bool) -> float | None:
    """Beat of the bar line at which an edit acts, if it is decided in this step; else None.

    A bridge is played to its end.  A seam that lies before the bar line, or on it, is played as planned,
    and the edit acts a bar later; where bar after bar brings a seam (`is_overdue`), it is planned again.
    """
    playback = conductor.playback
    if is_bridge(playback.instance.section) or conductor.planner.keep():
        return None
    beat = playback.instance.next_boundary(playback.tempo.beat_at(playback.earliest), "bar")
    frame = playback.tempo.frame_at(beat)
    if frame >= playback.earliest + CONTROL_STEP_FRAMES:
        return None
    if playback.transitions and playback.transitions[0].frame <= frame and not is_overdue:
        return None
    return beat


def take_over(old: Conductor, prepared: PreparedPreset, beat: float) -> tuple[Conductor, list[Store]]:
    """Let a new conductor go on with what an old one plays; the new preset is heard from a bar line on.

    Parameters
    ----------
    old : Conductor
        Decides no more.
    prepared : PreparedPreset
        Made for the engine as it is.
    beat : float
        The bar line: `due_beat` of this step.

    Returns
    -------
    Conductor
        Decides from this step on.
    list
        What is to be stored once the bar line has been rendered.
    """
    before = old.playback
    old.take_back(REASON)
    present = before.engine.spec
    before.engine.grow(prepared.layout.spec, _moved(before.layout, prepared.layout))
    _carry_harmony(before.assets, prepared.assets)
    is_kept = _carry_layers(before.assets, prepared)
    playback = PlaybackState(
        prepared.preset, prepared.layout, prepared.assets, before.engine, before.log, before.seed
    )
    playback.take_over(before)
    new = Conductor(playback, old.outbox)
    new.take_over(old)
    frame = before.tempo.frame_at(beat)
    changed = _SelfSeam(new, before, beat, frame, is_kept).post()
    wanted = prepared.layout.spec
    moved = moves(present, wanted, frame)
    new.outbox.add(moved)
    later = stores(before.engine, present, wanted, frame)
    strips = sorted({wanted.buses[c.target].name for c in moved if c.operation != MASTER_GAIN})
    playback.log_line("edit", frame, REASON, status="applied", exchanged=changed, moved=strips)
    return new, later


def _moved(old: PresetLayout, new: PresetLayout) -> dict[int, int]:
    """New row to old row of each parameter that has changed its place."""
    return {
        index: old.parameters[name]
        for name, index in new.parameters.items()
        if name in old.parameters and old.parameters[name] != index
    }


def _carry_harmony(old: Assets, new: Assets) -> None:
    """Keep the harmony of parts whose chords are the same: bars composed over it are known again."""
    for name, harmony in old.harmony.items():
        before, after = old.segments[name].segment, new.segments.get(name)
        if name in new.harmony and after is not None and _tonal(before) == _tonal(after.segment):
            new.harmony[name] = harmony


def _tonal(segment: Segment) -> tuple[object, ...]:
    return segment.key, segment.chords, segment.beats_per_bar, segment.beat_unit, segment.phrase_bars


def _carry_layers(old: Assets, prepared: PreparedPreset) -> set[str]:
    """Let the new layers go on where the old ones are; which generated ones write on untouched."""
    new, kept = prepared.assets, set()
    for name, stem in new.stems.items():
        if _stays(stem, old.stems.get(name)):
            stem.take_over(old.stems[name])
    for name, layer in new.generated.items():
        if not _stays(layer, old.generated.get(name)):
            continue
        before = old.generated[name]
        control = prepared.preset.file.layers[name].density
        # a curve is followed step by step, as ever
        density = before.density if isinstance(control, Curve) else control_start(control, {}, MIDDLING)
        is_as_dense = density == before.density
        if layer.is_like(before):
            new.generated[name] = before
        else:
            layer.take_over(before)
        if new.generated[name] is before and is_as_dense:
            kept.add(name)
        new.generated[name].density = density
    return kept


def _stays(layer: StemLayer | GeneratedLayer, before: StemLayer | GeneratedLayer | None) -> bool:
    """Whether a layer goes on from one before it: it has that one's seat."""
    return before is not None and layer.place.shares_row(before.place)


class _SelfSeam:
    """The seam from the present section to itself: what has changed of it is exchanged.

    Parameters
    ----------
    conductor : Conductor
        The new one.
    before : PlaybackState
        What the old one played on.
    beat, frame : float, int
        The bar line.
    is_kept : set of str
        Generated layers that write and play as before.
    """

    def __init__(
        self, conductor: Conductor, before: PlaybackState, beat: float, frame: int, is_kept: set[str]
    ) -> None:
        self.conductor, self.playback, self.before = conductor, conductor.playback, before
        self.beat, self.frame, self.is_kept = beat, frame, is_kept

    def post(self) -> list[str]:
        """Post it; returns the layers that are exchanged."""
        source = self.before.instance
        if source.section == SILENCE:
            return []
        target = self._enter_again(source)
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
            self.playback.left, self.playback.instance = source, target
            self.playback.entered_frame = self.frame
            self.conductor.playlists.go_on_in(source, target)
        was, made = (
            playback.assets.segments.get(source.section) for playback in (self.before, self.playback)
        )
        if (
            was
            and made
            and (was.tempo_bpm, was.segment.beat_unit) != (made.tempo_bpm, made.segment.beat_unit)
        ):
            self.conductor.planner.step_tempo(transition)
        changed = [*self._exchange_stems(transition), *self._write_anew(transition)]
        return sorted({*changed, *self._let_go(transition)})

    def _enter_again(self, source: SegmentInstance) -> SegmentInstance:
        """The passage as the new preset has it: the same object if nothing of it has changed.

        Where the meter is another, the bar that would have come begins in the new one.  Where the section is
        no more, there is silence, and what is selected from there begins in the same frame.
        """
        if source.section not in self.playback.preset.segments:
            return self.playback.instance_in(SILENCE, self.beat, 0.0, source.next_first_bar(self.beat))
        segment, length = (
            self.playback.preset.segments[source.section],
            self.playback.length_of(source.section),
        )
        if (segment.beats_per_bar, segment.beat_unit) != (source.beats_per_bar, source.beat_unit):
            bars = round(source.local(self.beat) / source.beats_per_bar)
            place = float(bars * segment.beats_per_bar % length)
            return SegmentInstance.of(segment, length, self.beat, place, source.bar_number(self.beat))
        target = replace(
            source, length_beats=length, phrase_bars=segment.phrase_bars, markers=segment.markers
        )
        return source if target == source else target

    # ── stems ──────────────────────────────────────────────────────────────────────────────────

    def _exchange_stems(self, transition: PlannedTransition) -> list[str]:
        section, changed = transition.target.section, []
        wanted = set(self.playback.layers_of(section))
        made = self.playback.assets.segments.get(section)
        position = 0 if made is None else made.frames_into(transition.target.local(self.beat))
        is_at_end = transition.source.ends_pass_at(self.beat)
        is_placed = transition.target.start_beat == transition.source.start_beat
        for name, layer in self.playback.assets.stems.items():
            old = self.before.assets.stems.get(name)
            was_wanted = _stays(layer, old) and name in self.before.layers_of(section)
            is_wanted = name in wanted
            is_like = old is not None and layer.plays_as(old, section)
            if was_wanted == is_wanted and is_placed and (not is_wanted or is_like):
                continue
            self.conductor.outbox.add(layer.unwind(self.frame))
            posted = self.conductor.planner.applier.exchange_stem(
                layer, is_wanted, transition, position, is_at_end
            )
            self.conductor.outbox.add(posted)
            changed += [name] if posted else []
        return changed

    # ── generated layers ───────────────────────────────────────────────────────────────────────

    def _write_anew(self, transition: PlannedTransition) -> list[str]:
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
                and name in self.is_kept
                and _is_same(write_range.context, context)
            ):
                layer.rest_on(transition.source, transition.target)
                continue
            changed.append(name)
            self._turn_over(layer, context, transition.group)
        return changed

    def _turn_over(self, layer: GeneratedLayer, context: ComposeContext | None, group: int) -> None:
        if layer.cursor_beat > self.beat + HAIR:
            self.conductor.outbox.add(layer.withdraw(self.frame, self.beat))
        layer.turn_over(self.beat, context)
        if context is not None and layer.place.instrument is not None:
            frames = round(RESTORE_S * self.playback.tempo.sample_rate)
            back = commands.fade_instrument(self.frame, layer.place.instrument, 1.0, frames, group=group)
            self.conductor.outbox.add([back])

    # ── what is no more ────────────────────────────────────────────────────────────────────────

    def _let_go(self, transition: PlannedTransition) -> list[str]:
        """End what the new preset has no more, or seats elsewhere: it rings out where it is."""
        let_go, playback, old, new = [], self.playback, self.before.assets, self.playback.assets
        is_at_end = transition.source.ends_pass_at(self.beat)
        for name, stem in old.stems.items():
            if not _stays(stem, new.stems.get(name)):
                posted = stem.unwind(self.frame)
                posted += stem.leave(
                    self.frame, is_at_end, transition.fades, playback.earliest, transition.group
                )
                self.conductor.outbox.add(posted)
                let_go += [name] if posted else []
        for name, layer in old.generated.items():
            if not _stays(layer, new.generated.get(name)):
                if layer.range_at(self.beat) is not None:
                    let_go.append(name)
                self._turn_over(layer, None, transition.group)
                playback.log_notes(name, layer.style, layer.sounded(self.frame))
        return let_go


def _is_same(old: ComposeContext, new: ComposeContext) -> bool:
    """Whether a bar comes out the same: markers are not read by who writes notes."""
    return (
        old.harmony_of is new.harmony_of
        and (old.energy, old.tempo_bpm) == (new.energy, new.tempo_bpm)
        and replace(old.instance, markers=()) == replace(new.instance, markers=())
    )
