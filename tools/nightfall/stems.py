"""The list of stems: notes, hits, reverb, finish and file of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adaptive.engine.spec import InsertSpec
from tools.nightfall import combat, explore, percussion, tension
from tools.nightfall.finish import Finish
from tools.nightfall.percussion import Hit
from tools.nightfall.stingers import LEAD_BEATS, STINGERS
from tools.nightfall.theory import BEAT, LENGTH, Note

LEAD_FRAMES = BEAT // 2
"""The first beat of every section is half a beat (0.266667 s) after the beginning of its files."""


def _reverb(decay_s: float, damping: float, predelay_ms: float, low_cut_hz: float) -> InsertSpec:
    values = {"decay_s": decay_s, "damping": damping, "predelay_ms": predelay_ms, "low_cut_hz": low_cut_hz}
    return InsertSpec("reverb", "reverb", values)


VALLEY = _reverb(5.5, 0.5, 34, 220.0)
STREET = _reverb(2.6, 0.5, 22, 240.0)
HALL = _reverb(2.1, 0.42, 18, 230.0)


@dataclass(frozen=True, slots=True)
class Stem:
    """One stem: what plays, through which reverb and finish, and the file.

    `lead_frames` is the position of beat 1, `drum_send_db` the reverb send of the hits, `quality` that of the
    Vorbis encoder (0 to 1).
    """

    file: str
    title: str
    notes: Callable[[], list[Note]]
    hits: Callable[[], list[Hit]]
    reverb: InsertSpec
    finish: Finish
    beats: float = LENGTH
    tail_s: float = 3.2
    lead_frames: int = LEAD_FRAMES
    drum_send_db: float = -16.0
    quality: float = 0.5


def _nothing() -> list[Hit]:
    return []


def _no_notes() -> list[Note]:
    return []


def _sections() -> list[Stem]:
    pads = [
        Stem("explore_pad.ogg", "Explore: far chords", explore.pad, _nothing, VALLEY,
             Finish(-25.5, 140.0, 6000.0), tail_s=5.0, quality=0.4),
        Stem("explore_drone.ogg", "Explore: ground and air", explore.drone, _nothing, VALLEY,
             Finish(-30.0, 34.0, 6000.0, dip=(300.0, 2.0, -4.0)), tail_s=5.0, quality=0.3),
        Stem("explore_glass.ogg", "Explore: the motif on glass", explore.glass, _nothing, VALLEY,
             Finish(-26.0, 330.0), tail_s=5.0, quality=0.4),
        Stem("tension_pad.ogg", "Tension: low breath", tension.pad, _nothing, STREET,
             Finish(-25.5, 115.0, 3500.0), quality=0.4),
    ]  # fmt: skip
    moving = [
        Stem("tension_ostinato.ogg", "Tension: the motif, limping", tension.ostinato, _nothing,
             STREET, Finish(-23.5, 110.0, drive=0.5), quality=0.4),
        Stem("tension_strings.ogg", "Tension: clusters and a viola", tension.strings, _nothing,
             STREET, Finish(-24.5, 230.0), quality=0.4),
        Stem("tension_glass.ogg", "Tension: far metal", tension.glass, _nothing, VALLEY,
             Finish(-32.0, 700.0), tail_s=4.5, quality=0.3),
    ]  # fmt: skip
    fight = [
        Stem("combat_drums.ogg", "Combat: drums", _no_notes, percussion.combat, HALL,
             Finish(-21.5, 34.0, drive=0.9), drum_send_db=-15.0, quality=0.4),
        Stem("combat_brass.ogg", "Combat: stabs and the motif in horns", combat.brass, _nothing,
             HALL, Finish(-22.5, 80.0, 11000.0, drive=0.5, dip=(200.0, 1.5, -2.0))),
        Stem("combat_strings.ogg", "Combat: sixteenths", combat.strings, _nothing, HALL,
             Finish(-23.5, 150.0, drive=0.8, dip=(380.0, 1.2, -2.5)), quality=0.4),
        Stem("combat_pad.ogg", "Combat: voices", combat.pad, _nothing, HALL,
             Finish(-26.5, 260.0, 9000.0), quality=0.4),
    ]  # fmt: skip
    return pads + moving + fight


def _stingers() -> list[Stem]:
    how = {
        "kill": (Finish(-21.0, 90.0, drive=0.3), 2.0, 2.0, HALL),
        "hurt": (Finish(-19.5, 32.0, 9000.0, drive=0.6), 2.0, 1.6, HALL),
        "death": (Finish(-20.0, 32.0, drive=0.4), 7.0, 3.0, VALLEY),
        "respawn": (Finish(-26.0, 200.0), 2.5, 3.5, VALLEY),
    }
    return [
        Stem(
            f"{name}.flac" if name in ("kill", "hurt") else f"{name}.ogg",
            f"Stinger: {name}",
            lambda name=name: STINGERS[name]()[0],
            lambda name=name: STINGERS[name]()[1],
            reverb, finish, beats, tail_s, round(LEAD_BEATS[name] * BEAT), -12.0,
        )
        for name, (finish, beats, tail_s, reverb) in how.items()
    ]  # fmt: skip


HEARTBEAT = Stem(
    "heartbeat.ogg", "Health: heartbeat", _no_notes, percussion.heartbeat, HALL,
    Finish(-24.0, 28.0, 900.0), beats=8, tail_s=0.5, drum_send_db=-60.0,
)  # fmt: skip

STEMS = (*_sections(), HEARTBEAT, *_stingers())
