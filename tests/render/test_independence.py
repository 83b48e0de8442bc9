from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from tests.helpers import scene, signals
from tests.helpers.rendering import digest

ELSEWHERE = [scene.DRUMS, scene.PAD, scene.LEAD_LINE]
EVERYTHING = [*ELSEWHERE, scene.REVERB, scene.SUM]


def stems(engine: Engine) -> np.ndarray:
    engine.listen_to_buses(scene.FRAMES)
    engine.pull(scene.FRAMES)
    return engine.take_buses()


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    return stems(scene.prepared())


def test_one_more_silent_layer_changes_no_other_bus_by_a_bit(reference: np.ndarray) -> None:
    engine = scene.prepared()
    quiet = engine.add_sound(engine.bank.add(signals.constant(9000, 0.0), 9000))
    engine.post([c.start_clip(1001, 10, quiet, scene.SPARE), c.fade_bus(5003, scene.SPARE, 0.3, 700)])
    audio = stems(engine)

    assert [digest(reference[bus]) for bus in EVERYTHING] == [digest(audio[bus]) for bus in EVERYTHING]


@pytest.mark.parametrize("offset", [0, 1, 31, 63])
def test_one_more_sounding_layer_changes_no_other_stem_by_a_bit(reference: np.ndarray, offset: int) -> None:
    engine = scene.prepared()
    loud = engine.add_sound(engine.bank.add(signals.sine(99.0, 9000, 0.5), 9000))
    engine.post([c.start_clip(6400 + offset, 10, loud, scene.SPARE)])
    audio = stems(engine)

    assert np.count_nonzero(audio[scene.SPARE]) > 10000
    assert [digest(reference[bus]) for bus in ELSEWHERE] == [digest(audio[bus]) for bus in ELSEWHERE]


ADDED = {
    "a clip's gain": (scene.DRUMS, c.fade_clip(20001, 0, 0.9, 100)),
    "a clip's filter": (scene.PAD, c.filter_clip(20001, 1, 2000.0, 100)),
    "a clip's stop": (scene.PAD, c.stop_clip(20001, 1, 100)),
    "a note": (scene.PAD, c.play_note(20001, 0, 61.0, 0.9, 3000)),
    "a note that steals": (scene.LEAD_LINE, c.play_note(20001, 1, 61.0, 0.9, 3000)),
    "a release": (scene.LEAD_LINE, c.release_all(20001, 1)),
    "an instrument's fade": (scene.PAD, c.fade_instrument(26001, 0, 0.9, 99)),
    "a bus's gain": (scene.DRUMS, c.fade_bus(20001, scene.DRUMS, 0.5, 99)),
    "a bus's duck": (scene.DRUMS, c.duck_bus(20001, scene.DRUMS, 0.5, 99)),
    "a bus's pan": (scene.PAD, c.pan_bus(20001, scene.PAD, 0.5, 99)),
    "a bus's filter": (scene.LEAD_LINE, c.filter_bus(20001, scene.LEAD_LINE, 800.0, 99)),
}


@pytest.mark.parametrize("name", ADDED)
def test_a_command_for_one_layer_changes_no_other_stem_by_a_bit(reference: np.ndarray, name: str) -> None:
    layer, command = ADDED[name]
    audio = stems(scene.prepared(more=[command]))
    others = [bus for bus in ELSEWHERE if bus != layer]

    assert [digest(reference[bus]) for bus in others] == [digest(audio[bus]) for bus in others]
    assert digest(reference[layer]) != digest(audio[layer])
    before = 20001 // 64 * 64
    assert digest(reference[layer, :, :before]) == digest(audio[layer, :, :before])


def test_sixty_four_commands_in_one_quantum_change_no_other_stem(
    reference: np.ndarray,
) -> None:
    crowd = [c.fade_bus(19200 + n, scene.DRUMS, n / 64.0, 5) for n in range(64)]
    audio = stems(scene.prepared(more=crowd))
    others = [scene.PAD, scene.LEAD_LINE]

    assert [digest(reference[bus]) for bus in others] == [digest(audio[bus]) for bus in others]
