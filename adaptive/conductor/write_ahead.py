"""Writes the notes of generated layers ahead of the music, a few bars in each control step."""

from __future__ import annotations

from adaptive.conductor.layers.generated import GeneratedLayer
from adaptive.conductor.layers.rewrite_turns import URGENT_S
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.timing import FEW_LAYERS
from adaptive.timebase import BEAT_TOLERANCE

CERTAIN_S = 1.5
"""Notes are written at least this far ahead; a pause of Python of that length is not heard."""

SOON_S = 0.3
"""Bars that sound within this time are written before all others, `MOST_AT_ONCE` in a step; bars that could
no longer be written after `URGENT_S` are written at once, whatever their number."""

MOST_AT_ONCE = 6
"""Bars written in a control step because they sound soon, so that a seam with many layers costs several
steps a little, and not one step a lot."""

BARS_A_STEP = 2
"""Further bars written in a control step: to compose a bar of one layer takes about a millisecond."""


class WriteAhead:
    """Writes every layer to the end of the next bar and at least `CERTAIN_S` ahead.

    Bars that sound within `SOON_S` are written at once, but only `MOST_AT_ONCE` in a step as long as the
    others are not due within `URGENT_S`: at a seam many layers begin together.  If more than that are due,
    they are spread evenly over the steps that are left.  The rest is spread over
    several control steps, `BARS_A_STEP` each, the layer that is least ahead first: a bar line at which many
    layers need a bar would otherwise make one step too long.  A plan that has not been worked out is worked
    out first, a stage in a step.

    Of more than `FEW_LAYERS` built-in layers as many bars are written in a step as must be, so that each is
    there `URGENT_S` before it could no longer be written, and one at least; those due first come first.
    In a step in which a seam is planned or cancelled, only what is due in it is written.

    Parameters
    ----------
    playback : PlaybackState
        What plays; its assets have the layers.
    outbox : CommandOutbox
        Receives the commands.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox) -> None:
        self._playback, self._outbox = playback, outbox
        self._revision = playback.revision
        self._next_bar: tuple[SegmentInstance, float, float] | None = None
        assets = playback.assets
        self._layers = list(assets.generated.values())
        self._is_spread = sum(layer.bars.source.is_immediate for layer in self._layers) > FEW_LAYERS
        self._changing = [stem for stem in assets.stems.values() if stem.changes_sounds]

    def step(self, not_before: int) -> None:
        """Write what is due in a control step.

        Parameters
        ----------
        not_before : int
            No note is posted before this frame.  0: the beginning, where everything is written at once.
        """
        layers, changing = self._layers, self._changing
        if not layers and not changing:
            return
        playback, tempo = self._playback, self._playback.tempo
        late = [layer for layer in layers if not layer.bars.source.is_immediate]
        for layer in late:
            layer.bars.is_waiting = False
        now_beat, instance = tempo.beat_at(playback.now), playback.instance
        certain = tempo.beat_at(
            playback.now + round(CERTAIN_S * tempo.sample_rate) + len(layers) * CONTROL_STEP_FRAMES
        )
        # a hundredth of a beat later, so that on a bar line the next one is found
        until = max(certain, self._bar_line(instance, now_beat + 0.01) + instance.beats_per_bar)
        behind = [layer for layer in layers if layer.cursor_beat < until - BEAT_TOLERANCE]
        if self._is_spread and not_before and behind:
            self._write_evenly(
                [layer for layer in behind if layer.bars.source.is_immediate], not_before, until
            )
            behind = [layer for layer in behind if not layer.bars.source.is_immediate]
        if behind:
            self._write_soon(behind, not_before, until)
            self._write_some(behind, not_before, until)
        for layer in late:
            layer.ask_ahead(not_before)
        if changing:
            frame = tempo.frame_at(until)
            for stem in changing:
                self._outbox.add(stem.write_changes(frame))

    def _write_evenly(self, layers: list[GeneratedLayer], not_before: int, until: float) -> None:
        """Write the least number of bars a step with which all are in time, those due first first."""
        tempo = self._playback.tempo
        layers.sort(key=_cursor)
        due = tempo.frames_at([layer.cursor_beat for layer in layers])
        begins = not_before + round(URGENT_S * tempo.sample_rate)
        is_moved, self._revision = self._revision != self._playback.revision, self._playback.revision
        room, urgent = 1, 0
        for count, frame in enumerate(due, 1):
            steps_left = (frame - begins) // CONTROL_STEP_FRAMES
            urgent += steps_left < 1
            room = max(room, -(-count // max(1, steps_left + 1)))
        for place, layer in enumerate(layers[:urgent] if is_moved else layers):
            if room <= 0:
                break
            if place >= urgent and layer.prepare():
                break  # a stage of the plan is enough for this step
            before = layer.cursor_beat
            posted = layer.write(until, tempo, not_before, 1)
            self._outbox.add(posted)
            room -= bool(posted)  # a bar in which the layer rests takes no time
            if layer.cursor_beat == before:
                layer.cursor_beat = until  # the layer does not play in this stretch

    def _write_soon(self, layers: list[GeneratedLayer], not_before: int, until: float) -> None:
        """Write the bars that sound soon."""
        playback, tempo = self._playback, self._playback.tempo
        rate = tempo.sample_rate
        soon = until if not_before == 0 else tempo.beat_at(playback.now + round(SOON_S * rate))
        urgent = soon if not_before == 0 else tempo.beat_at(not_before + round(URGENT_S * rate))
        due = [layer.cursor_beat for layer in layers if layer.cursor_beat < urgent]
        room, needed = MOST_AT_ONCE, len(due)
        if not_before and needed > MOST_AT_ONCE:
            # what is due in this step is written in it, and an even share of the others
            steps_left = (tempo.frame_at(min(due)) - not_before) // CONTROL_STEP_FRAMES
            room = needed = -(-needed // max(1, steps_left))
        for layer in layers:
            before = layer.cursor_beat
            if before >= soon:
                continue
            if before < urgent:
                if needed == 0:
                    continue
                needed -= 1
            if room > 0 and urgent <= before and layer.prepare():
                room = 0  # a stage of the plan is enough for this step
            self._outbox.add(layer.write(soon if room > 0 else min(soon, urgent), tempo, not_before))
            room -= layer.cursor_beat > before

    def _write_some(self, layers: list[GeneratedLayer], not_before: int, until: float) -> None:
        """Write some bars of the layers that are least ahead."""
        for _ in range(BARS_A_STEP):
            waiting = [layer for layer in layers if not layer.bars.is_waiting]
            behind = min(waiting, key=_cursor, default=None)
            if behind is None or behind.cursor_beat >= until - BEAT_TOLERANCE:
                break
            if not_before and behind.prepare():
                break
            before = behind.cursor_beat
            self._outbox.add(behind.write(until, self._playback.tempo, not_before, 1))
            if behind.cursor_beat == before and not behind.bars.is_waiting:
                behind.cursor_beat = until  # the layer does not play in this stretch

    def _bar_line(self, instance: SegmentInstance, beat: float) -> float:
        """The first bar line of an instance at or after a beat; the same one for some hundred steps."""
        known = self._next_bar
        if known is None or known[0] is not instance or not known[1] <= beat <= known[2]:
            known = self._next_bar = (instance, beat, instance.next_boundary(beat, "bar"))
        return known[2]


def _cursor(layer: GeneratedLayer) -> float:
    return layer.cursor_beat
