from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.conductor.messages import FireEvent, Message, SetState, SetTempo, Transport
from adaptive.conductor.saved_state import SavedMusic, read_saved
from adaptive.engine.bank import Bank
from adaptive.errors import InputError
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import Performance, vocabulary
from tests.helpers.amounts import amount
from tests.helpers.presets import BAR, BEAT, Played, Player, control_step_of, make_preset

BODY = """
[parameters.threat]
rise_s = 4.0
fall_s = 4.0
[parameters.dread]
value = "threat"
fall_s = 8.0
[states.place]
values = ["road", "inn"]
[states.mode]
values = ["list", "other"]
[layers.lute]
stem = { one = ["calm.wav", "fight.wav", "both.wav"], two = "both.wav", inn = "fight.wav" }
[layers.bass]
generator = "bass"
style = "walking"
[layers.tune]
generator = "melody"
[sections.one]
layers = ["lute", "bass", "tune"]
length_bars = 4
[sections.two]
layers = ["lute", "bass"]
length_bars = 4
[sections.inn]
layers = ["lute"]
length_bars = 4
min_stay_bars = 2
[playlists.songs]
play = ["one", "two"]
order = "sequence"
loops = 2
[[select]]
section = "inn"
when = "place == 'inn'"
[[select]]
section = "songs"
[[transitions]]
from = "inn"
to = "any"
exit_at = "bar"
enter_at = "last_position"
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
cooldown_s = 3.0
"""


def go_on(preset_folder: Path, document: object, seconds: float, script: object = None) -> Played:
    """Play another performance from a saved state that has passed through JSON."""
    saved = read_saved(json.loads(json.dumps(document)))
    player = Player(load(preset_folder, vocabulary=vocabulary()), seed=saved.seed, saved=saved)
    return player.play(round(seconds * BAR), script or {})  # type: ignore[arg-type]


def save_after(folder: Path, seconds: float, script: dict[int, list[Message]]) -> tuple[Player, dict]:
    player = Player(make_preset(folder, BODY), seed=3)
    player.performance.schedule_values([(BAR, "threat", 0.8)])
    player.play(round(seconds * BAR), script)
    return player, msgspec.to_builtins(player.performance.save())


def notes(played: Played, first: int, last: int) -> list[tuple[int, str, str]]:
    lines = played.lines("note")
    return sorted((ln["frame"], ln["layer"], ln["pitch"]) for ln in lines if first <= ln["frame"] < last)


def test_a_restored_state_continues_in_the_same_bar_with_the_same_notes_and_files(tmp_path: Path) -> None:
    player, document = save_after(tmp_path, 9.6, {})
    begun = 9 * BAR  # the bar it was in
    again = go_on(tmp_path, document, 8)
    whole = player.play(round(17.5 * BAR))

    assert document["bar"] == 10
    assert again.lines("parameter")[0]["position"].split(".")[0] == "11"
    assert notes(again, BEAT, 7 * BAR) == [
        (frame - begun, layer, pitch) for frame, layer, pitch in notes(whole, begun + BEAT, begun + 7 * BAR)
    ]
    here, there = again.bus("lute")[480 : 7 * BAR], whole.bus("lute")[begun + 480 : begun + 7 * BAR]
    assert np.abs(here - there).max() < 1e-6
    # the playlist advances as in the first performance
    seams = [(ln["target"], ln["frame"] + begun) for ln in again.seams()]
    assert seams
    assert seams == [(ln["target"], ln["frame"]) for ln in whole.seams() if ln["frame"] > begun][: len(seams)]


def test_parameters_are_restored_with_target_and_smoothed_value(tmp_path: Path) -> None:
    player, document = save_after(tmp_path, 2.6, {})
    target, value = document["parameters"]["threat"]
    again = go_on(tmp_path, document, 0.5)
    index = again.performance.layout.parameters

    assert target == pytest.approx(0.8)
    assert 0.3 < value < 0.79
    first = again.performance.engine.values_at(0)[index["threat"]][0]
    assert first == pytest.approx(value, abs=0.01)
    assert again.performance.engine.value(index["threat"]) > value
    dread = player.performance.engine.value(index["dread"])
    assert again.performance.engine.values_at(0)[index["dread"]][0] == pytest.approx(dread, abs=0.02)


def test_interrupted_sections_and_cooldowns_are_restored(tmp_path: Path) -> None:
    script: dict[int, list[Message]] = {
        control_step_of(1.3): [SetState("place", "inn")],
        control_step_of(3.3): [FireEvent("hit")],
    }
    _, document = save_after(tmp_path, 4.4, script)
    again = go_on(
        tmp_path,
        document,
        8,
        {control_step_of(0.3): [FireEvent("hit", 1.0, None, "h"), SetState("place", "road", "s")]},
    )

    assert document["section"] == "inn"
    assert document["left_at"] != {}
    assert again.told("h") == ["dropped"]  # its cooldown was restored
    seam = again.seams()[0]
    left = document["left_at"].get(seam["target"], 0.0)
    assert seam["section_position"] == f"{int(left % 16 // 4) + 1}.{int(left % 4) + 1}.0"


def test_silence_and_tempo_are_restored(tmp_path: Path) -> None:
    body = '[layers.bass]\ngenerator = "bass"\n[sections.calm]\nlayers = ["bass"]\nlength_bars = 4\n'
    player = Player(make_preset(tmp_path, body))
    player.play(3 * BAR, {control_step_of(0.5): [SetTempo(180.0)]})
    fast = msgspec.to_builtins(player.performance.save())
    player.play(8 * BAR, {player.performance.next_control_step + 10: [Transport(is_playing=False)]})
    stopped = msgspec.to_builtins(player.performance.save())

    assert go_on(tmp_path, fast, 1).performance.conductor.tempo.tempo_at(0) == 180.0
    silent = go_on(tmp_path, stopped, 2, {control_step_of(1.0): [Transport(is_playing=True)]})
    assert (stopped["section"], stopped["is_playing"]) == ("", False)
    assert np.abs(silent.master[: round(0.9 * BAR)]).max() == 0.0
    assert silent.performance.conductor.instance.section == "calm"


def test_in_a_bridge_its_destination_is_saved(tmp_path: Path) -> None:
    body = (
        '[layers.calm]\nstem = "calm.wav"\n[layers.fight]\nstem = "fight.wav"\n'
        '[sections.calm]\nlayers = ["calm"]\nlength_bars = 4\n[sections.fight]\nlayers = ["fight"]\n'
        'length_bars = 4\n[[transitions]]\nbridge = "span"\n'
        '[bridges.span]\nlayers = ["calm"]\nlength_beats = 4\n'
    )
    player = Player(make_preset(tmp_path, body))
    player.play(round(1.5 * BAR), {control_step_of(0.3): [SetState("section", "fight")]})
    document = msgspec.to_builtins(player.performance.save())

    assert player.performance.conductor.instance.section == "bridge:span"
    assert (document["section"], document["local_beats"]) == ("fight", 0.0)
    assert go_on(tmp_path, document, 1).performance.conductor.instance.section == "fight"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"section": "nowhere"}, "is in section 'nowhere', which this preset does not have"),
        ({"music": 2}, "no saved music: music: invalid enum value 2"),
        ({"local_beats": -20000.0}, "no saved music: local_beats: expected `float` >= -16384.0"),
        ({"local_beats": "x"}, "no saved music: local_beats: expected `float`, got `str`"),
        ({"surprise": 1}, "no saved music: unknown key `surprise`"),
        ({"sur\nprise": 1}, "no saved music: unknown key `sur\ufffdprise`"),
        (
            {"playlists": {"songs": {"count": -1}}},
            r"no saved music: playlists\[...\].count: expected `int` >= 0",
        ),
        ({"section": "\ud800"}, "is in section .*, which this preset does not have"),
        ({"\ud800": 1}, "no saved music: a text in it is not valid Unicode"),
        ({"seed": 10**400}, "no saved music"),
        ({"local_beats": 10**400}, "no saved music"),
    ],
)
def test_an_invalid_state_is_refused_and_the_message_names_the_key(
    tmp_path: Path, change: dict[str, object], sentence: str
) -> None:
    _, document = save_after(tmp_path, 1.5, {})

    with pytest.raises(InputError, match=sentence):
        go_on(tmp_path, document | change, 0.1)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Preset, Bank]:
    return make_preset(tmp_path_factory.mktemp("saved"), BODY), Bank()


PICKS = st.builds(
    dict, count=st.integers(0, 9), left=st.lists(st.integers(0, 4), max_size=4),
    recent=st.lists(st.integers(0, 4), max_size=4),
)  # fmt: skip
ODD = st.fixed_dictionaries(
    {
        "preset": st.text(max_size=5), "digest": st.text(max_size=5), "seed": st.integers(0, 2**40),
        "section": st.sampled_from(["one", "two", "inn", ""]),
    },
    optional={
        "local_beats": st.floats(0, 1e9), "entered_beats": st.floats(0, 1e9), "bar": st.integers(1, 2**50),
        "tempo_bpm": st.one_of(st.none(), st.floats(20, 400)), "is_playing": st.booleans(),
        "parameters": st.dictionaries(
            st.sampled_from(["threat", "dread", "gone"]), st.tuples(st.floats(), st.floats())
        ),
        "states": st.dictionaries(st.sampled_from(["place", "gone"]), st.sampled_from(["inn", "gone"])),
        "left_at": st.dictionaries(st.sampled_from(["one", "two", "gone"]), st.floats(0, 1e9)),
        "playlists": st.dictionaries(st.sampled_from(["songs", "gone"]), PICKS),
        "rounds": st.dictionaries(st.sampled_from(["songs", "gone"]), st.integers(0, 9)),
        "variations": st.dictionaries(
            st.sampled_from(["lute", "gone"]), st.dictionaries(st.sampled_from(["one", "gone"]), PICKS)
        ),
        "rested_s": st.dictionaries(st.sampled_from(["hit", "gone"]), st.floats(0, 1e8)),
    },
)  # fmt: skip


@settings(deadline=None, max_examples=amount(15, 60))
@given(ODD)
def test_every_state_of_valid_form_plays(loaded: tuple[Preset, Bank], document: dict[str, object]) -> None:
    performance = Performance(loaded[0], bank=loaded[1])
    performance.begin(msgspec.convert(document, SavedMusic))
    for control_step in range(60):
        performance.engine.pull(256)
        performance.step(
            [FireEvent("hit"), SetState("place", ("inn", "road")[control_step % 2])]
            if control_step % 7 == 0
            else ()
        )

    telemetry = performance.engine.telemetry()
    assert (telemetry.refused, telemetry.not_finite) == (0, 0)


def test_visits_are_saved_and_restored(tmp_path: Path) -> None:
    script: dict[int, list[Message]] = {
        control_step_of(1): [SetState("place", "inn")],
        control_step_of(3): [SetState("place", "road")],
    }
    player, document = save_after(tmp_path, 6.5, script)
    visits = player.performance.conductor.playback.visits

    assert document["visits"] == visits
    assert set(visits) >= {"one", "inn"}
    saved = read_saved(json.loads(json.dumps(document)))
    restored = Player(load(tmp_path, vocabulary=vocabulary()), seed=saved.seed, saved=saved)
    restored.play(round(0.1 * BAR), {})
    playback = restored.performance.conductor.playback
    assert playback.visits == visits
    assert playback.instance.visit == player.performance.conductor.playback.instance.visit


def test_steering_by_a_parameter_is_restored_with_its_value(tmp_path: Path) -> None:
    """The saved value counts from the first bar, before the kernel has told any value."""
    body = '[parameters.threat]\n[steer]\nenergy = { over = "threat", points = [[0, 0.25], [1, 0.75]] }\n'
    body += '[layers.bass]\ngenerator = "bass"\n[sections.one]\nlayers = ["bass"]\n'
    player = Player(make_preset(tmp_path, body), seed=3)
    player.performance.schedule_values([(BEAT, "threat", 1.0)])
    player.play(BAR)
    document = msgspec.to_builtins(player.performance.save())
    again = go_on(tmp_path, document, 0.1)
    steering = again.performance.conductor.steering

    assert steering._asked("bass")["energy"] == pytest.approx(0.75)
