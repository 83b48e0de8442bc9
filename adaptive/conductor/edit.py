"""The preset is edited while it plays: one conductor takes over from another, at a bar line.

Both sit on the same engine and the same timeline.  What plays is compared with what the new preset says of
the present section, layer by layer; what is the same is not touched, not by one command.  The rest is
exchanged at the bar line, by a seam from the section to itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from adaptive.conductor.assets import MIDDLING, Material
from adaptive.conductor.conductor import Conductor
from adaptive.conductor.layers.generated import GeneratedLayer, Stay
from adaptive.conductor.layers.stems import StemLayer
from adaptive.conductor.layout.layout import ScoreLayout, control_start
from adaptive.conductor.planned_transition import Seam, Wish
from adaptive.conductor.playback import SILENCE, Stage
from adaptive.conductor.segment_instance import Passage
from adaptive.engine import commands
from adaptive.engine.live_edit import Store, moves, stores
from adaptive.engine.spec import EngineSpec
from adaptive.kernel.layout import MASTER_GAIN, TICK_FRAMES
from adaptive.preset.model import Preset
from adaptive.preset.schema import Curve, TransitionTable
from adaptive.preset.segments import Part, is_bridge
from adaptive.timebase import HAIR

REASON = "the preset was edited"
SAME_PLACE = TransitionTable(exit_at="bar", enter_at="same_position", pickup="never")
RESTORE_S = 0.01
"""An instrument that was faded out is back so soon, where its layer is written anew."""


@dataclass(frozen=True, slots=True)
class Score:
    """A preset made ready for an engine: laid out, decoded, in numbers.

    `ground` is what the engine held when it was made.
    """

    preset: Preset
    layout: ScoreLayout
    material: Material
    ground: EngineSpec

    def sounds(self) -> set[int]:
        """Identities of all recordings it may play."""
        return self.material.sounds()


def due_beat(conductor: Conductor, is_overdue: bool) -> float | None:
    """Beat of the bar line at which an edit acts, if it is decided in this step; else None.

    A bridge is played to its end.  A seam that lies before the bar line, or on it, is played as planned,
    and the edit acts a bar later; where bar after bar brings a seam (`is_overdue`), it is planned again.
    """
    stage = conductor.stage
    if is_bridge(stage.passage.section) or conductor.handover.keep():
        return None
    beat = stage.passage.next_boundary(stage.tempo.beat_at(stage.earliest), "bar")
    frame = stage.tempo.frame_at(beat)
    if frame >= stage.earliest + TICK_FRAMES:
        return None
    if stage.seams and stage.seams[0].frame <= frame and not is_overdue:
        return None
    return beat


def take_over(old: Conductor, score: Score, beat: float) -> tuple[Conductor, list[Store]]:
    """Let a new conductor go on with what an old one plays; the new preset is heard from a bar line on.

    Parameters
    ----------
    old : Conductor
        Decides no more.
    score : Score
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
    before = old.stage
    old.take_back(REASON)
    present = before.engine.spec
    before.engine.grow(score.layout.spec, _moved(before.layout, score.layout))
    _carry_harmony(before.material, score.material)
    is_kept = _carry_layers(before.material, score)
    stage = Stage(score.preset, score.layout, score.material, before.engine, before.log, before.seed)
    stage.take_over(before)
    new = Conductor(stage)
    new.take_over(old)
    frame = before.tempo.frame_at(beat)
    changed = _SelfSeam(new, before, beat, frame, is_kept).post()
    wanted = score.layout.spec
    moved = moves(present, wanted, frame)
    stage.commands += moved
    later = stores(before.engine, present, wanted, frame)
    strips = sorted({wanted.buses[c.target].name for c in moved if c.operation != MASTER_GAIN})
    stage.log_line("edit", frame, REASON, status="applied", exchanged=changed, moved=strips)
    return new, later


def _moved(old: ScoreLayout, new: ScoreLayout) -> dict[int, int]:
    """New row to old row of each parameter that has changed its place."""
    return {
        index: old.parameters[name]
        for name, index in new.parameters.items()
        if name in old.parameters and old.parameters[name] != index
    }


def _carry_harmony(old: Material, new: Material) -> None:
    """Keep the harmony of parts whose chords are the same: bars composed over it are known again."""
    for name, harmony in old.harmony.items():
        before, after = old.parts[name].part, new.parts.get(name)
        if name in new.harmony and after is not None and _tonal(before) == _tonal(after.part):
            new.harmony[name] = harmony


def _tonal(part: Part) -> tuple[object, ...]:
    return part.key, part.chords, part.beats_per_bar, part.beat_unit, part.phrase_bars


def _carry_layers(old: Material, score: Score) -> set[str]:
    """Let the new layers go on where the old ones are; which generated ones write on untouched."""
    new, kept = score.material, set()
    for name, stem in new.stems.items():
        if _stays(stem, old.stems.get(name)):
            stem.take_over(old.stems[name])
    for name, layer in new.generated.items():
        if not _stays(layer, old.generated.get(name)):
            continue
        before = old.generated[name]
        control = score.preset.file.layers[name].density
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
    return before is not None and layer.place.shares_seat(before.place)


class _SelfSeam:
    """The seam from the present section to itself: what has changed of it is exchanged.

    Parameters
    ----------
    conductor : Conductor
        The new one.
    before : Stage
        What the old one played on.
    beat, frame : float, int
        The bar line.
    is_kept : set of str
        Generated layers that write and play as before.
    """

    def __init__(
        self, conductor: Conductor, before: Stage, beat: float, frame: int, is_kept: set[str]
    ) -> None:
        self.conductor, self.stage, self.before = conductor, conductor.stage, before
        self.beat, self.frame, self.is_kept = beat, frame, is_kept

    def post(self) -> list[str]:
        """Post it; returns the layers that are exchanged."""
        source = self.before.passage
        if source.section == SILENCE:
            return []
        target = self._enter_again(source)
        seam = Seam(
            source, target, self.frame, self.beat, self.conductor.handover.next_group(), SAME_PLACE,
            "edit", Wish(source.section, REASON), self.stage.now, self.stage.tempo.snapshot(),
        )  # fmt: skip
        if target is not source:
            self.stage.left, self.stage.passage = source, target
            self.stage.entered_frame = self.frame
            self.conductor.playlists.go_on_in(source, target)
        was, made = (stage.material.parts.get(source.section) for stage in (self.before, self.stage))
        if was and made and (was.tempo_bpm, was.part.beat_unit) != (made.tempo_bpm, made.part.beat_unit):
            self.conductor.handover.step_tempo(seam)
        changed = [*self._exchange_stems(seam), *self._write_anew(seam)]
        return sorted({*changed, *self._let_go(seam)})

    def _enter_again(self, source: Passage) -> Passage:
        """The passage as the new preset has it: the same object if nothing of it has changed.

        Where the meter is another, the bar that would have come begins in the new one.  Where the section is
        no more, there is silence, and what is selected from there begins in the same frame.
        """
        if source.section not in self.stage.preset.parts:
            return self.stage.passage_in(SILENCE, self.beat, 0.0, source.next_first_bar(self.beat))
        part, length = self.stage.preset.parts[source.section], self.stage.length_of(source.section)
        if (part.beats_per_bar, part.beat_unit) != (source.beats_per_bar, source.beat_unit):
            bars = round(source.local(self.beat) / source.beats_per_bar)
            place = float(bars * part.beats_per_bar % length)
            return Passage.of(part, length, self.beat, place, source.bar_number(self.beat))
        target = replace(source, length_beats=length, phrase_bars=part.phrase_bars, markers=part.markers)
        return source if target == source else target

    # ── stems ──────────────────────────────────────────────────────────────────────────────────

    def _exchange_stems(self, seam: Seam) -> list[str]:
        section, changed = seam.target.section, []
        wanted = set(self.stage.layers_of(section))
        made = self.stage.material.parts.get(section)
        position = 0 if made is None else made.frames_into(seam.target.local(self.beat))
        is_at_end = seam.source.ends_pass_at(self.beat)
        is_placed = seam.target.start_beat == seam.source.start_beat
        for name, layer in self.stage.material.stems.items():
            old = self.before.material.stems.get(name)
            was_wanted = _stays(layer, old) and name in self.before.layers_of(section)
            is_wanted = name in wanted
            is_like = old is not None and layer.plays_as(old, section)
            if was_wanted == is_wanted and is_placed and (not is_wanted or is_like):
                continue
            self.stage.commands += layer.unwind(self.frame)
            posted = self.conductor.handover.exchange.exchange_stem(
                layer, is_wanted, seam, position, is_at_end
            )
            self.stage.commands += posted
            changed += [name] if posted else []
        return changed

    # ── generated layers ───────────────────────────────────────────────────────────────────────

    def _write_anew(self, seam: Seam) -> list[str]:
        changed = []
        wanted = self.stage.layers_of(seam.target.section)
        for name, layer in self.stage.material.generated.items():
            stay = self.stage.stay_in(seam.target) if name in wanted else None
            span = layer.span_at(self.beat)
            if span is None and stay is None:
                continue
            if span is not None and stay is not None and name in self.is_kept and _is_same(span.stay, stay):
                layer.rest_on(seam.source, seam.target)
                continue
            changed.append(name)
            self._turn_over(layer, stay, seam.group)
        return changed

    def _turn_over(self, layer: GeneratedLayer, stay: Stay | None, group: int) -> None:
        if layer.cursor_beat > self.beat + HAIR:
            self.stage.commands += layer.withdraw(self.frame, self.beat)
        layer.turn_over(self.beat, stay)
        if stay is not None and layer.place.instrument is not None:
            frames = round(RESTORE_S * self.stage.tempo.sample_rate)
            back = commands.fade_instrument(self.frame, layer.place.instrument, 1.0, frames, group=group)
            self.stage.commands.append(back)

    # ── what is no more ────────────────────────────────────────────────────────────────────────

    def _let_go(self, seam: Seam) -> list[str]:
        """End what the new preset has no more, or seats elsewhere: it rings out where it is."""
        let_go, stage, old, new = [], self.stage, self.before.material, self.stage.material
        is_at_end = seam.source.ends_pass_at(self.beat)
        for name, stem in old.stems.items():
            if not _stays(stem, new.stems.get(name)):
                posted = stem.unwind(self.frame)
                posted += stem.leave(self.frame, is_at_end, seam.fades, stage.earliest, seam.group)
                stage.commands += posted
                let_go += [name] if posted else []
        for name, layer in old.generated.items():
            if not _stays(layer, new.generated.get(name)):
                if layer.span_at(self.beat) is not None:
                    let_go.append(name)
                self._turn_over(layer, None, seam.group)
                stage.log_notes(name, layer.style, layer.sounded(self.frame))
        return let_go


def _is_same(old: Stay, new: Stay) -> bool:
    """Whether a bar comes out the same: markers are not read by who writes notes."""
    return (
        old.harmony_of is new.harmony_of
        and (old.energy, old.tempo_bpm) == (new.energy, new.tempo_bpm)
        and replace(old.passage, markers=()) == replace(new.passage, markers=())
    )
