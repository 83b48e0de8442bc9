from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.kernel.sources.drum_kits import DRUM_KITS
from adaptive.kernel.sources.drum_pieces import PIECE_NAMES
from tests.helpers import sources
from tests.helpers.rendering import LEAD, buses_of

GAP = 12000


def hits(piece: str, velocities: list[float], **keys: float | str) -> np.ndarray:
    """Left channel of hits of a piece, a quarter of a second apart: shape (hits, frames)."""
    engine, row = sources.engine_of_kind("drums", **keys), PIECE_NAMES.index(piece)
    posted = [
        c.play_note(LEAD + GAP * number, 0, 60.0, velocity, 0, which=row)
        for number, velocity in enumerate(velocities)
    ]
    return buses_of(engine, GAP * len(velocities), posted)[0, 0].astype(np.float64).reshape(-1, GAP)


def likeness(heard: np.ndarray) -> np.ndarray:
    """The cross-correlation of each pair of hits, at the lag at which it is greatest."""
    spectra = np.fft.rfft(heard, 2 * GAP)
    found = []
    for number, one in enumerate(heard):
        for other in range(number):
            along = np.fft.irfft(spectra[number] * np.conj(spectra[other]), 2 * GAP)
            found.append(np.abs(along).max() / np.sqrt((one**2).sum() * (heard[other] ** 2).sum()))
    return np.array(found)


@pytest.mark.parametrize("kit", DRUM_KITS)
def test_every_kit_has_every_piece(kit: str) -> None:
    assert set(DRUM_KITS[kit]) == set(PIECE_NAMES)


@pytest.mark.parametrize(
    ("piece", "kit"),
    [("kick", "studio"), ("kick", "analog"), ("tom_low", "analog"), ("snare", "studio"), ("hat", "studio")],
)
def test_no_two_of_thirteen_hits_are_alike(piece: str, kit: str) -> None:
    assert likeness(hits(piece, [0.8] * 13, kit=kit)).max() < 0.95


def test_hits_without_variation_are_alike() -> None:
    assert likeness(hits("kick", [0.8] * 3, variation=0.0)).min() > 0.98


def test_velocity_and_position_change_the_sound() -> None:
    soft, hard = hits("snare", [0.3, 1.0], variation=0.0)
    middle, rim = (hits("tom_low", [0.8], variation=0.0, position=place)[0] for place in (0.0, 1.0))

    def height(audio: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(audio)) ** 2
        return float((power * np.arange(power.size)).sum() / power.sum())

    assert height(hard) > 1.1 * height(soft)
    assert height(rim) > 1.05 * height(middle)


def test_a_closed_hat_chokes_an_open_one() -> None:
    engine = sources.engine_of_kind("drums")
    rows = [PIECE_NAMES.index(name) for name in ("hat_open", "hat")]
    alone = hits("hat_open", [0.8])[0]
    struck = ((0, 0.8, rows[0]), (3000, 0.01, rows[1]))
    posted = [c.play_note(LEAD + at, 0, 60.0, v, 0, which=row) for at, v, row in struck]
    both = buses_of(engine, GAP, posted)[0, 0]

    assert np.abs(alone[6000:8000]).max() > 0.003
    assert np.abs(both[6000:8000]).max() < 0.3 * np.abs(alone[6000:8000]).max()
