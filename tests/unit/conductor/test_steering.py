from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.composer.learned import harmony_weights, weights
from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import LockLayers, Message, SetChord, SetKey, SetMood, SetSteer
from adaptive.conductor.saved_steering import SavedSteering, saved_steering, steering_of
from adaptive.conductor.steering import HeldControls, cutoff_hz
from adaptive.music.chord import Chord
from adaptive.music.pitch import Pitch
from adaptive.music.scale import Key
from tests.helpers.presets import RATE, Played, Player, control_step_of, make_preset, play

BEAT_S = 0.5
BODY = """
[layers.pad]
generator = "pad"
style = "pulse"
[layers.low]
generator = "bass"
[layers.drums]
generator = "drums"
style = "halftime"
[sections.calm]
layers = ["pad", "low", "drums"]
length_bars = 8
"""
AT = 2.2
HEARD_S = 2.5
"""The next beat after `AT`."""


def steered(folder: Path, *messages: Message, seconds: float = 6.0, body: str = BODY) -> Played:
    return play(make_preset(folder, body), seconds, {control_step_of(AT): list(messages)})


def notes(played: Played, layer: str, first_s: float, last_s: float = 1e9) -> list[dict]:
    rows = played.lines("note", layer=layer)
    return [row for row in rows if first_s * RATE <= row["frame"] < last_s * RATE]


def shape(rows: list[dict]) -> list[tuple]:
    return [(row["frame"], row["midi"], row["velocity"]) for row in rows]


def test_a_control_is_heard_from_the_next_beat_on_and_not_before(tmp_path: Path) -> None:
    plain = steered(tmp_path / "a")
    dense = steered(tmp_path / "b", SetSteer((("density", 1.0),), id="d"))

    for layer in ("pad", "drums"):
        before = (0.0, HEARD_S - 0.06)
        assert shape(notes(dense, layer, *before)) == shape(notes(plain, layer, *before))
        assert len(notes(dense, layer, HEARD_S, 4.0)) > len(notes(plain, layer, HEARD_S, 4.0))
    assert dense.told("d") == ["accepted", "finished"]


def test_a_message_for_one_layer_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    plain = steered(tmp_path / "a")
    dense = steered(tmp_path / "b", SetSteer((("density", 1.0),), "drums"))

    assert shape(notes(dense, "pad", 0.0)) == shape(notes(plain, "pad", 0.0))
    assert shape(notes(dense, "drums", HEARD_S)) != shape(notes(plain, "drums", HEARD_S))


def test_a_held_control_that_is_let_go_gives_the_music_back(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    plain = play(preset, 8.0)
    script = {
        control_step_of(AT): [SetSteer((("density", 1.0), ("energy", 0.9)))],
        control_step_of(4.2): [SetSteer((("density", None), ("energy", None)))],
    }

    assert shape(notes(play(preset, 8.0, script), "pad", 5.0)) == shape(notes(plain, "pad", 5.0))


def test_a_key_moves_bass_and_pad_into_its_scale(tmp_path: Path) -> None:
    played = steered(tmp_path, SetKey("Eb major"), seconds=8.0)
    classes = Key.parse("Eb major").pitch_classes
    after = [row["midi"] % 12 for row in notes(played, "pad", HEARD_S)]

    assert sum(pitch in classes for pitch in after) > 0.9 * len(after)
    assert all(Pitch.parse(row["pitch"]).midi == row["midi"] for row in notes(played, "pad", HEARD_S))


def test_a_chord_is_the_only_one_until_it_is_let_go(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    script = {control_step_of(AT): [SetChord("Ebmaj7")], control_step_of(6.2): [SetChord(None)]}
    played, plain = play(preset, 9.0, script), play(preset, 9.0)
    tones = Chord.parse("Ebmaj7").pitch_classes

    held = [row["midi"] % 12 for layer in ("pad", "low") for row in notes(played, layer, HEARD_S, 6.4)]
    assert held
    assert set(held) <= tones
    assert shape(notes(played, "low", 7.0)) == shape(notes(plain, "low", 7.0))


def test_a_mood_changes_density_energy_and_mode(tmp_path: Path) -> None:
    calm = steered(tmp_path / "a", SetMood((0.4, -0.7), "calm"))
    angry = steered(tmp_path / "b", SetMood((-0.75, 0.85), "angry"))

    def loudness(played: Played) -> float:
        rows = notes(played, "low", HEARD_S)
        return sum(row["velocity"] for row in rows) / len(rows)

    assert len(notes(angry, "drums", HEARD_S)) > 1.5 * len(notes(calm, "drums", HEARD_S))
    assert loudness(angry) > loudness(calm)
    keys = [line["key"] for line in angry.lines("plan")]
    assert keys[-1] == "A phrygian"


def test_the_preset_steers_by_numbers_curves_and_moods(tmp_path: Path) -> None:
    curve = '[steer]\nmood = "angry"\nenergy = { over = "heat", points = [[0.0, 0.1], [1.0, 0.9]] }\n'
    body = f"[parameters.heat]\ndefault = 0.0\n{curve}{BODY}"
    player = Player(make_preset(tmp_path, body))
    player.performance.schedule_values([(round(2.2 * RATE), "heat", 1.0)])
    layer = player.performance.conductor.assets.generated["pad"]
    player.play(RATE, {})
    before = (layer.density, layer.energy)
    player.play(3 * RATE, {})

    assert before[0] > 0.7  # the mood's
    assert before[1] == pytest.approx(0.1)
    assert layer.energy == pytest.approx(0.9, abs=0.06)


def test_the_layer_wins_over_the_preset_and_a_message_over_both(tmp_path: Path) -> None:
    body = "[steer]\ndensity = 0.2\n" + BODY.replace(
        'style = "pulse"', 'style = "pulse"\nsteer = { density = 0.8 }'
    )
    played = Player(make_preset(tmp_path, body))
    layers = played.performance.conductor.assets.generated
    played.play(RATE // 2, {})
    assert (layers["pad"].density, layers["low"].density) == (0.8, 0.2)
    played.play(RATE, {control_step_of(0.6): [SetSteer((("density", 0.5),))]})
    assert (layers["pad"].density, layers["low"].density) == (0.5, 0.5)


def test_what_is_held_is_saved_and_restored(tmp_path: Path) -> None:
    state = HeldControls({("", "density"): 0.9, ("pad", "register"): 0.5}, (0.1, -0.2), "D minor", "Dm7")

    assert steering_of(saved_steering(state)) == state
    assert saved_steering(HeldControls()) is None
    assert steering_of(None) == HeldControls()
    strange = SavedSteering({"": {"density": 7.0, "loudness": 1.0}}, None, "H minor", "C??")
    assert steering_of(strange) == HeldControls({("", "density"): 1.0})


def test_saved_music_goes_on_as_it_was_steered(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    player = Player(preset)
    player.play(RATE, {control_step_of(0.1): [SetSteer((("density", 0.9),)), SetKey("C minor")]})
    saved = player.performance.save()
    layer = Player(preset, saved=saved).performance.conductor.assets.generated["pad"]

    assert layer.density == 0.9
    assert str(layer.held.key) == "C minor"


def test_a_held_message_at_the_beginning_is_there_in_the_first_bar(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    beginning = Beginning({}, [SetSteer((("density", 1.0),))])
    played = Player(preset, beginning=beginning).play(2 * RATE)

    assert len(notes(played, "drums", 0.0)) > len(notes(play(preset, 2.0), "drums", 0.0))


def test_brightness_closes_the_filter() -> None:
    cutoffs = [cutoff_hz(n / 10) for n in range(11)]

    assert cutoffs == sorted(cutoffs)
    assert cutoffs[0] == pytest.approx(312.5)
    assert cutoffs[-1] == 20000.0


def test_what_is_held_already_is_merged(tmp_path: Path) -> None:
    again = [SetSteer((("density", 0.9),)), SetSteer((("density", 0.9),), id="x")]

    assert steered(tmp_path, *again).told("x") == ["merged"]


def test_an_edit_keeps_what_is_held_and_writes_no_layer_again_for_it(tmp_path: Path) -> None:
    held = {control_step_of(0.3): [SetSteer((("density", 0.9), ("register", 0.7))), SetKey("C minor")]}
    preset = make_preset(tmp_path, BODY)
    plain = play(preset, 6.0, held)
    player = Player(preset)
    player.play(round(2.2 * RATE), held)
    player.performance.edit(make_preset(tmp_path, BODY.replace('style = "halftime"', 'style = "drive"')))
    played = player.play(6 * RATE)

    assert played.lines("edit")[0]["exchanged"] == ["drums"]
    for layer in ("pad", "low"):
        assert shape(notes(played, layer, 0.0)) == shape(notes(plain, layer, 0.0))
    assert player.performance.conductor.assets.generated["drums"].density == 0.9


def test_missing_weights_are_told_once_and_rules_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "the learned weights drums.npz are missing: drums and their timing are made by rules"
    monkeypatch.setattr(weights, "loaded", lambda: weights.Loaded(None, sentence))
    monkeypatch.setattr("adaptive.conductor.conductor.loaded", weights.loaded)
    played = play(make_preset(tmp_path, BODY.replace('style = "halftime"', 'style = "drive"')), 3.0)

    assert [line["reason"] for line in played.lines("health")] == [sentence]
    assert len(notes(played, "drums", 0.0)) > 10


def test_missing_weights_of_harmony_are_told_once_where_a_genre_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "the learned weights harmony.npz are missing: progressions are written by rules"
    missing = harmony_weights.LoadedHarmony(None, sentence)
    monkeypatch.setattr("adaptive.conductor.conductor.loaded_harmony", lambda: missing)
    told = [
        [line["reason"] for line in play(make_preset(tmp_path / style, body), 1.0).lines("health")]
        for style, body in (("chamber", BODY.replace("pulse", "chamber")), ("pulse", BODY))
    ]

    assert told == [[sentence], []]


def test_learned_false_makes_drums_by_rules(tmp_path: Path) -> None:
    drive = BODY.replace('style = "halftime"', 'style = "drive"')
    rules = play(make_preset(tmp_path / "a", "[steer]\nlearned = false\n" + drive), 3.0)
    learned = play(make_preset(tmp_path / "b", drive), 3.0)

    assert shape(notes(rules, "drums", 0.0)) != shape(notes(learned, "drums", 0.0))
    assert shape(notes(rules, "pad", 0.0)) == shape(notes(learned, "pad", 0.0))


def test_mutes_silence_the_layers_they_name_until_they_are_let_go(tmp_path: Path) -> None:
    muted = steered(tmp_path / "a", SetSteer((("mute_drums", 1.0), ("mute_bass", 1.0))))
    alone = steered(tmp_path / "b", SetSteer((("only_bass_and_drums", 1.0),)))

    assert [len(notes(muted, layer, HEARD_S)) for layer in ("low", "drums")] == [0, 0]
    assert notes(muted, "pad", HEARD_S)
    assert notes(alone, "pad", HEARD_S) == []
    assert notes(alone, "low", HEARD_S)


def test_tension_colours_the_chords_and_keeps_their_roots(tmp_path: Path) -> None:
    plain = steered(tmp_path / "a", SetSteer((("tension", 0.0),)))
    tense = steered(tmp_path / "b", SetSteer((("tension", 1.0),)))

    low, high = (played.lines("plan")[-1]["chords"] for played in (plain, tense))
    roots = [[Chord.parse(text).root for bar in bars for text in bar.split()] for bars in (low, high)]
    sizes = [sum(len(Chord.parse(t).tones) for bar in bars for t in bar.split()) for bars in (low, high)]
    assert roots[0] == roots[1]
    assert sizes[1] > sizes[0]


def test_a_tonic_alone_has_the_mode_of_the_presets_mood(tmp_path: Path) -> None:
    mood = '[steer]\nmood = "sad"\n'
    free = play(make_preset(tmp_path / "a", f'{mood}{BODY}key = "D"\n'), 1.0)
    fixed = play(make_preset(tmp_path / "b", f'{mood}{BODY}key = "D lydian"\n'), 1.0)

    assert free.lines("plan")[0]["key"] == "D phrygian"
    assert fixed.lines("plan")[0]["key"] == "D lydian"


def test_a_key_transposes_declared_chords(tmp_path: Path) -> None:
    body = BODY + 'chords = ["Am", "Dm7/C"]\n'
    played = steered(tmp_path, SetKey("C minor"), body=body)

    assert played.lines("plan")[-1]["chords"][:2] == ["Cm", "Fm7/Eb"]


def test_a_locked_layer_that_is_restored_stays_as_it_was(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, BODY)
    player = Player(preset)
    script: dict[int, list[Message]] = {
        control_step_of(0.1): [SetSteer((("density", 0.9), ("tension", 0.8)))],
        control_step_of(0.3): [LockLayers(("pad",))],
        control_step_of(0.5): [SetSteer((("density", 0.1), ("tension", None)))],
    }
    player.play(RATE, script)
    layers = Player(preset, saved=player.performance.save()).performance.conductor.assets.generated
    pad, drums = layers["pad"], layers["drums"]
    assert (pad.density, pad.held.tension) == (0.9, 0.8)
    assert (drums.density, drums.held.tension) == (0.1, None)


def test_what_was_clamped_is_in_the_receipt(tmp_path: Path) -> None:
    asked = SetSteer((("density", 1.0), ("energy", 0.9)), id="d", clamped=("density",))
    played = steered(tmp_path, asked, seconds=AT + 0.5)
    (told,) = [one.reason for one in played.receipts if one.id == "d" and one.reason]
    assert told.endswith("; density is clamped to 1")
