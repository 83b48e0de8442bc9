from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import adaptive
from adaptive.api.handles import HandleMap
from tests.unit.api.playing import small, until


def held(music: adaptive.Session) -> dict[str, float]:
    return dict(music.performance.conductor.mix.held)


def test_a_parameter_is_set_and_ramps(music: adaptive.Session) -> None:
    threat = music.parameters["threat"]
    threat.set(np.float32(0.25))
    assert until(lambda: threat.value == 0.25)
    threat.ramp_to(0.75, seconds=0.4)
    passed = set()
    for _ in range(40):
        passed.add(threat.value)
        music.wait(0.005)

    assert until(lambda: threat.value == 0.75)
    assert len(passed) > 5
    assert min(passed) >= 0.25
    assert max(passed) <= 0.75
    assert (threat.range, threat.is_derived) == ((0.0, 1.0), False)
    assert repr(threat) == "<parameter threat: 0.75, range 0 to 1>"


def test_a_later_set_ends_a_ramp(music: adaptive.Session) -> None:
    threat = music.parameters["threat"]
    threat.ramp_to(1.0, seconds=0.3)
    threat.set(0.1)
    music.wait(0.5)

    assert threat.value == pytest.approx(0.1)


def test_a_value_out_of_range_is_clamped_and_a_wrong_one_refused(music: adaptive.Session) -> None:
    music.parameters["threat"].set(7)
    assert until(lambda: music.parameters["threat"].value == 1.0)

    for value in (float("nan"), "loud", True, None):
        with pytest.raises(adaptive.ProtocolError):
            music.parameters["threat"].set(value)  # type: ignore[arg-type]
    with pytest.raises(adaptive.ProtocolError, match="derived"):
        music.parameters["near"].set(0.5)
    with pytest.raises(adaptive.ProtocolError, match="seconds must be a number from 0 to 3600"):
        music.parameters["threat"].ramp_to(0.5, seconds=-1)


def test_names_are_mappings_and_a_wrong_one_is_a_key_error_with_a_sentence(music: adaptive.Session) -> None:
    assert list(music.layers) == ["calm", "fight"]
    assert "drums" not in music.layers
    assert len(music.parameters) == 2
    assert dict(music.states) == {"place": "inn"}
    assert music.states.values_of("place") == ("inn", "road")
    with pytest.raises(KeyError) as caught:
        music.layers["clam"]
    assert str(caught.value) == "there is no layer 'clam' (did you mean 'calm'?)"
    with pytest.raises(adaptive.UnknownNameError, match="no state group 'palce'"):
        music.states["palce"] = "inn"
    with pytest.raises(adaptive.ProtocolError, match="place is never 'rode'"):
        music.states["place"] = "rode"
    with pytest.raises(adaptive.InputError, match="can be set, and not removed"):
        del music.states["place"]


def test_levels_mutes_and_solos_are_one_mixer(music: adaptive.Session) -> None:
    calm, fight = music.layers["calm"], music.layers["fight"]
    calm.level_db = -6
    assert until(lambda: held(music) == {"layers.calm.level_db": -6.0})
    fight.solo()
    assert until(lambda: held(music) == {"layers.calm.level_db": -80.0})
    calm.level_db = -3
    assert (calm.level_db, calm.is_playing, fight.is_soloed) == (-3.0, True, True)
    fight.unsolo()
    assert until(lambda: held(music) == {"layers.calm.level_db": -3.0})
    calm.mute()
    assert until(lambda: held(music) == {"layers.calm.level_db": -80.0})
    assert calm.is_muted
    assert repr(calm) == "<layer calm: -3.0 dB, muted>"
    calm.unmute()
    calm.release(seconds=0.1)
    assert until(lambda: held(music) == {})
    assert calm.level_db == 0.0


def test_another_preset_begins_with_its_own_levels(
    music: adaptive.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = small(tmp_path / "other")
    monkeypatch.setattr(music._live._replacer, "_load_preset", lambda _name: other)
    music.layers["calm"].mute()
    assert until(lambda: held(music) == {"layers.calm.level_db": -80.0})
    assert music.load("other").wait(10.0)
    assert until(lambda: music.performance.preset is other)
    music.layers["fight"].level_db = -6

    assert until(lambda: held(music) == {"layers.fight.level_db": -6.0})
    assert not music.layers["calm"].is_muted


def test_a_level_that_cannot_be_changes_nothing(music: adaptive.Session) -> None:
    calm = music.layers["calm"]
    calm.level_db = -6
    for level in (99, float("nan"), "loud"):
        with pytest.raises(adaptive.ProtocolError, match="must be a number from -120 to 24"):
            calm.level_db = level  # type: ignore[assignment]

    assert calm.level_db == -6.0


def test_the_level_of_a_curve_is_read_as_it_is_now(tmp_path: Path) -> None:
    file = tmp_path / "preset.toml"
    file.write_text(
        'schema = 1\nname = "Curve"\ntempo_bpm = 120\n[parameters.threat]\ndefault = 0.5\n[layers.a]\n'
        'generator = "pad"\nlevel_db = { over = "threat", points = [[0.0, -20.0], [1.0, 0.0]] }\n'
        '[sections.a]\nlayers = ["a"]\nlength_bars = 4\nchords = ["C"]\n',
        encoding="utf-8",
    )
    with adaptive.play(tmp_path, sink="null") as music:
        assert music.layers["a"].level_db == pytest.approx(-10.0)


def test_handles_of_a_mapping_follow_the_names() -> None:
    names = ["a"]
    handles: HandleMap[str] = HandleMap("thing", lambda: names, lambda name: name.upper())
    names.append("b")

    assert dict(handles) == {"a": "A", "b": "B"}
    assert repr(handles) == "<things: a, b>"
