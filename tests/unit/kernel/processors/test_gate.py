from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.spec import BusSpec, InsertSpec
from tests.helpers import measure, signals
from tests.helpers.inserted import inserted
from tests.helpers.rendering import LEAD, add, buses_of, engine_of

RATE = 48000


def twin(sound: np.ndarray, **values: float) -> np.ndarray:
    """The same in float64, sample by sample."""
    v = {
        "threshold_db": -45.0, "hysteresis_db": 4.0, "range_db": -80.0,
        "attack_ms": 2.0, "hold_ms": 60.0, "release_ms": 150.0, "look_ahead_ms": 0.0,
    } | values  # fmt: skip
    opens, closes = (
        10.0 ** (level / 20.0) for level in (v["threshold_db"], v["threshold_db"] - v["hysteresis_db"])
    )
    least = 0.0 if v["range_db"] <= -80.0 else 10.0 ** (v["range_db"] / 20.0)
    kept = {name: np.exp(-1000.0 * 1.678347 / (v[name] * RATE)) for name in ("attack_ms", "release_ms")}
    late, hold = round(v["look_ahead_ms"] * 48), int(v["hold_ms"] * 48)
    is_open, left, first, second, made = False, 0, 0.0, 0.0, np.zeros(len(sound))
    for n, value in enumerate(sound.astype(float)):
        if abs(value) > opens or (is_open and abs(value) > closes):
            is_open, left = True, hold
        elif left > 0:
            left -= 1
        else:
            is_open = False
        share = kept["attack_ms" if is_open else "release_ms"]
        first = is_open + (first - is_open) * share
        second = first + (second - first) * share
        heard = float(sound[n - late]) if n >= late else 0.0
        made[n] = heard * (least + (1.0 - least) * second)
    return made


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"threshold_db": -20.0, "range_db": -24.0, "hold_ms": 0.0, "release_ms": 20.0},
        {"threshold_db": -12.0, "hysteresis_db": 12.0, "attack_ms": 0.3, "look_ahead_ms": 4.0},
    ],
)
def test_it_is_its_twin(values: dict[str, float]) -> None:
    rng = np.random.default_rng(3)
    sound = (signals.noise(9600, rng, 0.5) * np.repeat([0.001, 1.0, 0.02, 0.6], 2400)).astype(np.float32)

    assert np.abs(inserted("gate", sound, **values)[0] - twin(sound, **values)).max() < 1e-5


def test_it_opens_by_half_in_its_attack_and_closes_behind_its_hold() -> None:
    sound = np.concatenate([np.full(4800, 0.5), np.full(9600, 1e-3)]).astype(np.float32)
    share = inserted("gate", sound, attack_ms=10.0, hold_ms=50.0, release_ms=20.0)[0] / sound

    assert share[480] == pytest.approx(0.5, abs=0.01)
    assert share[4800 + 2390] > 0.999
    assert share[4800 + 2400 + 960] == pytest.approx(0.5, abs=0.01)


def test_it_opens_for_another_bus_also_while_its_own_rests() -> None:
    """Noise through a gate that a drum opens, before and after half a second of silence in the noise."""
    gated = BusSpec(
        "noise", inserts=(InsertSpec("gate", "it", {"hold_ms": 20.0, "release_ms": 10.0}, key=0),)
    )
    engine = engine_of(clips=2, buses=(BusSpec("drum"), *[BusSpec(str(n)) for n in range(7)], gated))
    drum = np.zeros(96000, np.float32)
    drum[24000:26400] = drum[84000:86400] = 0.5
    noise = signals.noise(96000, np.random.default_rng(1), 0.2)
    noise[30000:80000] = 0.0
    starts = [
        c.start_clip(LEAD, clip, add(engine, sound), bus)
        for clip, sound, bus in ((0, drum, 0), (1, noise, 8))
    ]
    audio = buses_of(engine, 96000, starts)[8, 0]

    assert measure.rms_db(audio[24600:26400]) > -20.0
    assert measure.rms_db(audio[10000:23000]) < -100.0
    assert measure.rms_db(audio[84600:86400]) > -20.0
    assert measure.rms_db(audio[80500:83900]) < -100.0
