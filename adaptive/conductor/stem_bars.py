"""What the recordings of a section sound in each of its bars, from what each of them contains."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from adaptive.composer.meter import Meter
from adaptive.composer.plan.stem_bar import StemBar
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.stem_content_cache import stem_content_of

LONGEST_BARS = 256
"""Of longer sections, nothing is known: their recordings are songs, not loops."""


@dataclass(frozen=True, slots=True)
class SectionGrid:
    """Where the bars of a section lie.

    Parameters
    ----------
    meter : Meter
        Its meter.
    frames : int
        Length of a pass.
    bars : Fraction
        Bars of a pass.
    """

    meter: Meter
    frames: int
    bars: Fraction

    def of(self, sound: Sound) -> tuple[int, int] | None:
        """Return the beats and sixteenths of a loop; None if it has no whole number of beats."""
        if not sound.loop_frames:
            return None
        beats = (
            self.bars * self.meter.beats * Fraction(sound.loop_frames, self.frames) / Fraction(sound.scale)
        )
        beats = beats.limit_denominator(1000)
        steps = beats / self.meter.step
        if beats.denominator != 1 or steps.denominator != 1 or beats < 1:
            return None
        return int(beats), int(steps)


def stem_bars_of(bank: Bank, sounds: Iterable[Sound], grid: SectionGrid) -> tuple[StemBar, ...]:
    """Return what all of these loops together sound, bar by bar; empty if that is unknown.

    Variations of a layer count together, and so do layers that are faded out.

    Parameters
    ----------
    bank : Bank
        The bank that has the sounds.
    sounds : iterable of Sound
        The loops of the section.
    grid : SectionGrid
        Its bars.
    """
    if grid.bars.denominator != 1 or not 1 <= grid.bars <= LONGEST_BARS:
        return ()
    bars, meter = int(grid.bars), grid.meter
    onsets = np.zeros(bars * len(meter.steps), np.uint8)
    pitches = np.zeros((bars * meter.beats, 128), bool)
    is_known = False
    for sound in sounds:
        loop = grid.of(sound)
        if loop is None:
            continue
        content, is_known = stem_content_of(bank, sound, loop), True
        onsets = np.maximum(onsets, np.resize(content.onsets, onsets.shape))
        pitches |= content.pitches[np.arange(len(pitches)) % len(content.pitches)]
    if not is_known:
        return ()
    rows = np.packbits(pitches, axis=1, bitorder="little")
    masks = [int.from_bytes(row.tobytes(), "little") for row in rows]
    steps, beats = len(meter.steps), meter.beats
    return tuple(
        StemBar(
            onsets[bar * steps : (bar + 1) * steps].tobytes(), tuple(masks[bar * beats : (bar + 1) * beats])
        )
        for bar in range(bars)
    )
