from __future__ import annotations

from pathlib import Path

import numpy as np

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import SetState, SetTempo, Transport
from tests.helpers.presets import GAIN, RATE, Player, control_step_of, make_preset, two_sections

BODY = """
[parameters.threat]
rise_s = 2.0
[parameters.danger]
value = "threat * 0.5 + 0.25"
rise_s = 2.0
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
level_db = { over = "danger", points = [[0.0, -80.0], [0.5, -6.0206], [1.0, 0.0]] }
[layers.bass]
generator = "bass"
density = { over = "threat", points = [[0.0, 0.1], [1.0, 0.9]] }
[sections.calm]
layers = ["calm", "bass"]
[sections.fight]
layers = ["fight", "bass"]
[[select]]
section = "fight"
when = "danger > 0.4"
[[select]]
section = "calm"
"""


def test_a_parameter_begins_at_its_value_and_so_does_what_is_derived_from_it(tmp_path: Path) -> None:
    played = Player(make_preset(tmp_path, BODY), beginning=Beginning({"threat": 0.5})).play(RATE // 10)
    performance = played.performance
    layout, engine = performance.layout, performance.engine

    assert performance.conductor.instance.section == "fight"
    assert [engine.value(layout.parameters[name]) for name in ("threat", "danger")] == [0.5, 0.5]
    assert np.isclose(np.abs(played.bus("fight")[:256]).max(), GAIN / 2, rtol=0.01)  # from the first frame on
    assert performance.conductor.assets.generated["bass"].density == 0.5
    assert played.seams() == []


def test_a_state_chooses_the_first_section_and_is_answered(tmp_path: Path) -> None:
    beginning = Beginning(messages=[SetState("section", "fight", "a")])
    player = Player(two_sections(tmp_path), beginning=beginning)
    played = player.play(RATE // 10)

    assert played.lines("transition")[0]["target"] == "fight"
    assert played.seams() == []
    assert played.told("a") == ["accepted", "finished"]


def test_stop_begins_in_silence_and_play_begins_the_music(tmp_path: Path) -> None:
    player = Player(two_sections(tmp_path), beginning=Beginning(messages=[Transport(is_playing=False)]))
    played = player.play(2 * RATE, {control_step_of(1.0): [Transport(is_playing=True)]})

    assert np.abs(played.master[:RATE]).max() == 0.0
    assert np.abs(played.master[RATE:]).max() > 0.1


def test_a_tempo_holds_from_the_first_bar_on(tmp_path: Path) -> None:
    body = '[layers.bass]\ngenerator = "bass"\n[sections.written]\nlayers = ["bass"]\n'
    begin = Beginning(messages=[SetTempo(100.0, "t")])
    written = Player(make_preset(tmp_path / "a", body), beginning=begin)
    recorded = Player(two_sections(tmp_path / "b"), beginning=begin)

    assert written.performance.conductor.tempo.tempo_at(0) == 100.0
    assert [receipt.status for receipt in written.receipts] == ["accepted", "finished"]
    assert recorded.performance.conductor.tempo.tempo_at(0) == 120.0
    assert [receipt.status for receipt in recorded.receipts] == ["accepted", "finished"]


def test_the_later_of_two_beginnings_wins() -> None:
    first = Beginning({"threat": 0.1, "health": 1.0}, [SetState("place", "road")])
    both = first.followed_by(Beginning({"threat": 0.9}, [SetState("place", "boss")]))

    assert both.values == {"threat": 0.9, "health": 1.0}
    assert both.messages == (SetState("place", "road"), SetState("place", "boss"))
