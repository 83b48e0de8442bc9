"""Reads the Groove MIDI Dataset (Gillick et al. 2019, CC BY 4.0) as grids with timing and velocity."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido
import numpy as np
from numpy.typing import NDArray

from adaptive.composer.learned.drum_grid import (
    BAR_STEPS,
    GHOST,
    GHOST_VELOCITY,
    KINDS,
    SNARE,
    STROKES,
    STYLES,
)

PITCHES = {
    "kick": (35, 36), "snare": (37, 38, 40), "hat": (22, 42, 44), "hat_open": (26, 46),
    "ride": (51, 53, 59), "crash": (49, 52, 55, 57), "tom_high": (48, 50), "tom_mid": (45, 47),
    "tom_low": (41, 43, 58),
}  # fmt: skip
"""MIDI notes of the drum kit on which the dataset was recorded, by stroke."""

KIND_OF = {pitch: STROKES.index(name) for name, pitches in PITCHES.items() for pitch in pitches}

SWUNG = ("jazz", "blues", "afrocuban")
"""Styles whose short takes are read as swung; of long takes their own notes decide."""

FEWEST_OFFBEATS = 24
"""A take with fewer notes between the beats does not decide itself whether it is swung."""


@dataclass(frozen=True)
class Take:
    """One recording.

    Parameters
    ----------
    name : str
        Its id in the dataset.
    style : int
        Index into `STYLES`.
    is_fill, is_train : bool
        What it is, and whether it belongs to the train split (else to validation).
    tempo_bpm : float
        Quarter notes a minute.
    offbeat : float
        Where the second eighth of a beat lies: 0.5 is straight.
    grid : ndarray of uint8, shape (steps, KINDS)
        Strokes.
    deviation_ms : ndarray of float, shape (steps, KINDS)
        How late each stroke is; NaN where there is none.
    velocity : ndarray of float, shape (steps, KINDS)
        0 to 127; NaN where there is none.
    """

    name: str
    style: int
    is_fill: bool
    is_train: bool
    tempo_bpm: float
    offbeat: float
    grid: NDArray[np.uint8]
    deviation_ms: NDArray[np.float64]
    velocity: NDArray[np.float64]


def read(folder: Path) -> list[Take]:
    """Return all takes in 4/4 of the train and validation splits, in the order of the dataset's table.

    Parameters
    ----------
    folder : Path
        The unpacked dataset, with ``info.csv``.
    """
    takes = []
    with (folder / "info.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            style = row["style"].partition("/")[0]
            if row["time_signature"] != "4-4" or row["split"] == "test" or style not in STYLES:
                continue
            if (folder / row["midi_filename"]).is_file():
                takes.append(_take(folder, row, style))
    return takes


def _take(folder: Path, row: dict[str, Any], style: str) -> Take:
    beats, kinds, velocities = _notes(folder / row["midi_filename"])
    is_fill = row["beat_type"] == "fill"
    offbeat = _offbeat(beats, is_swung=style in SWUNG)
    straight = _straightened(beats, offbeat)
    steps = np.round(straight * 4).astype(int)
    exact = _swung(steps / 4, offbeat)
    late_ms = (beats - exact) * 60_000.0 / float(row["bpm"])
    size = max(BAR_STEPS, -(-(int(steps.max()) + 1) // BAR_STEPS) * BAR_STEPS)
    grid = np.zeros((size, KINDS), np.uint8)
    deviation, velocity = np.full((size, KINDS), np.nan), np.full((size, KINDS), np.nan)
    for step, kind, late, loud in zip(steps, kinds, late_ms, velocities, strict=True):
        if step < 0 or (grid[step, kind] and velocity[step, kind] >= loud):
            continue
        grid[step, kind] = 1
        deviation[step, kind], velocity[step, kind] = late, loud
    # a full stroke hides a ghost at the same place
    both = (grid[:, SNARE] & grid[:, GHOST]).astype(bool)
    grid[both, GHOST] = 0
    deviation[both, GHOST] = velocity[both, GHOST] = np.nan
    return Take(
        row["id"], STYLES.index(style), is_fill, row["split"] == "train", float(row["bpm"]), offbeat,
        grid, deviation, velocity,
    )  # fmt: skip


def _notes(path: Path) -> tuple[NDArray[np.float64], list[int], NDArray[np.float64]]:
    """Return onsets in beats, kinds and velocities."""
    file = mido.MidiFile(path)
    rows = []
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity > 0 and message.note in KIND_OF:
                kind = KIND_OF[message.note]
                if kind == SNARE and message.velocity <= round(127 * GHOST_VELOCITY):
                    kind = GHOST
                rows.append((tick / file.ticks_per_beat, kind, float(message.velocity)))
    rows.sort()
    return np.array([r[0] for r in rows]), [r[1] for r in rows], np.array([r[2] for r in rows])


def _offbeat(beats: NDArray[np.float64], *, is_swung: bool) -> float:
    """Return where the second eighth of a beat lies: the median of a swung take's, else 0.5."""
    place = beats % 1.0
    between = place[(place > 0.17) & (place < 0.9)]
    if len(between) >= FEWEST_OFFBEATS:
        straight = np.abs(between * 4 - np.round(between * 4)) / 4
        ternary = np.abs(between * 3 - np.round(between * 3)) / 3
        is_swung = float(np.median(ternary)) < float(np.median(straight))
    if not is_swung:
        return 0.5
    late = place[(place > 0.56) & (place < 0.78)]
    return float(np.median(late)) if len(late) >= 4 else 2 / 3


def _straightened(beats: NDArray[np.float64], offbeat: float) -> NDArray[np.float64]:
    whole = np.floor(beats)
    place = beats - whole
    early = 0.5 * place / offbeat
    late = 0.5 + 0.5 * (place - offbeat) / (1.0 - offbeat)
    return whole + np.where(place < offbeat, early, late)


def _swung(beats: NDArray[np.float64], offbeat: float) -> NDArray[np.float64]:
    whole = np.floor(beats)
    place = beats - whole
    early = 2.0 * place * offbeat
    late = offbeat + 2.0 * (place - 0.5) * (1.0 - offbeat)
    return whole + np.where(place < 0.5, early, late)
