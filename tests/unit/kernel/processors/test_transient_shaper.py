from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import signals
from tests.helpers.inserted import inserted

RATE = 48000


def twin(sound: np.ndarray, attack_db: float, sustain_db: float) -> np.ndarray:
    """The same in float64, sample by sample."""
    kept = {ms: np.exp(-1000.0 / (ms * RATE)) for ms in (60.0, 1.0, 20.0, 1000.0, 0.5)}
    peak = quick = slow = long = gain = 0.0
    made = np.zeros(len(sound))

    def share(ratio: float) -> float:
        return float(np.clip((np.log2(ratio) - 1.0 / 6.0) / 2.0, 0.0, 1.0))

    for n, value in enumerate(sound.astype(float)):
        peak, long = max(abs(value), peak * kept[60.0]), max(abs(value), long * kept[1000.0])
        quick, slow = peak + (quick - peak) * kept[1.0], peak + (slow - peak) * kept[20.0]
        wanted = (
            share((quick + 1e-4) / (slow + 1e-4)) * attack_db
            + share((long + 1e-4) / (peak + 1e-4)) * sustain_db
        )
        gain = wanted + (gain - wanted) * kept[0.5]
        made[n] = value * 10.0 ** (gain / 20.0)
    return made


def drum(frames: int = 24000) -> np.ndarray:
    t = np.arange(frames) / RATE
    hit = np.sin(2.0 * np.pi * 180.0 * t) * np.exp(-t / 0.08)
    return (0.5 * np.concatenate([np.zeros(960), hit])[:frames]).astype(np.float32)


@pytest.mark.parametrize(("attack_db", "sustain_db"), [(0.0, 0.0), (12.0, 0.0), (-12.0, 9.0), (24.0, -24.0)])
def test_it_is_its_twin(attack_db: float, sustain_db: float) -> None:
    found = inserted("transient_shaper", drum(9600), attack_db=attack_db, sustain_db=sustain_db)[0]
    expected = twin(drum(9600), attack_db, sustain_db)

    assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()


def test_attack_and_sustain_are_heard_where_they_should_and_alike_on_soft_sounds() -> None:
    def change_db(part: slice, level: float, **values: float) -> float:
        sound = level * drum()
        audio = inserted("transient_shaper", sound, **{"attack_db": 0.0} | values)[0]
        return float(20.0 * np.log10(np.abs(audio[part]).max() / np.abs(sound[part]).max()))

    begin, ring = slice(960, 1900), slice(9600, 16000)
    assert change_db(begin, 1.0, attack_db=9.0) > 5.0
    assert abs(change_db(ring, 1.0, attack_db=9.0)) < 0.5
    assert change_db(ring, 1.0, sustain_db=9.0) > 5.0
    assert abs(change_db(begin, 1.0, sustain_db=9.0)) < 0.5
    assert change_db(begin, 0.1, attack_db=9.0) == pytest.approx(
        change_db(begin, 1.0, attack_db=9.0), abs=0.3
    )


def test_a_steady_tone_is_left_alone() -> None:
    sound = signals.sine(60.0, 48000, 0.4)
    audio = inserted("transient_shaper", sound, attack_db=24.0, sustain_db=24.0)[0]

    assert np.abs(audio[24000:]).max() == pytest.approx(0.4, rel=0.12)
