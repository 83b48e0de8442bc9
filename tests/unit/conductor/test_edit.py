from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent, SetState
from adaptive.errors import PresetError
from adaptive.kernel.layout import QUANTUM, TICK_FRAMES
from adaptive.preset.load import load
from adaptive.session.edits import OtherShapeError
from adaptive.session.performance import vocabulary
from tests.helpers.presets import BAR, BEAT, RATE, Played, Player, make_preset, tick_of, write_sine

BODY = """
[parameters.heat]
default = 0.5
rise_s = 0.2
fall_s = 0.2
[states.place]
values = ["road", "inn"]
[layers.calm]
stem = { one = "calm.wav", two = "fight.wav" }
level_db = { over = "heat", points = [[0, -20], [1, 0]] }
[layers.other]
stem = "both.wav"
[layers.bass]
generator = "bass"
style = "walking"
[layers.tune]
generator = "melody"
[sections.one]
layers = ["calm", "other", "bass", "tune"]
length_bars = 4
chords = ["C", "F", "G", "C"]
[sections.two]
layers = ["calm", "bass"]
length_bars = 4
[sections.three]
layers = ["other"]
length_bars = 2
[playlists.songs]
play = ["one", "three"]
order = "sequence"
[[select]]
section = "two"
when = "place == 'inn'"
[[select]]
section = "one"
[[transitions]]
from = "any"
to = "any"
exit_at = "phrase"
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
cooldown_s = 0.1
[bridges.span]
layers = ["other"]
length_beats = 8
"""

EDIT_AT = 2.3
"""Seconds after which the file is written anew: in bar 3, so that the edit sounds from bar 4 on."""

LINE = 3 * BAR


def edited(folder: Path, *changes: tuple[str, str]) -> Player:
    """Play to the middle of bar 3, then write the preset anew."""
    player = Player(make_preset(folder, BODY))
    player.play(round(EDIT_AT * RATE))
    write(player, folder, *changes)
    return player


def write(player: Player, folder: Path, *changes: tuple[str, str]) -> None:
    body = BODY
    for before, after in changes:
        assert before in body
        body = body.replace(before, after)
    player.performance.edit(make_preset(folder, body))


def unedited(folder: Path, seconds: float, script: object = None) -> Played:
    return Player(make_preset(folder, BODY)).play(round(seconds * RATE), script)  # type: ignore[arg-type]


def first_difference(one: Played, other: Played, layer: str) -> int | None:
    """First frame at which a layer's strip differs, to the bit."""
    found = np.flatnonzero(one.bus(layer) != other.bus(layer))
    return int(found[0]) if found.size else None


def differences(one: Played, other: Played) -> dict[str, int | None]:
    layers = ("calm", "other", "bass", "tune")
    return {name: first for name in layers if (first := first_difference(one, other, name)) is not None}


def is_soon_after(frame: int | None, line: int, within: int = 2) -> bool:
    return frame is not None and line <= frame <= line + within


def applied(played: Played) -> list[tuple[int, list[str], list[str]]]:
    return [(line["frame"], line["exchanged"], line["moved"]) for line in played.lines("edit")]


def steps_of(audio: np.ndarray) -> float:
    """The largest step between two frames."""
    return float(np.abs(np.diff(audio)).max())


def test_an_edit_that_changes_nothing_posts_nothing(tmp_path: Path) -> None:
    player = edited(tmp_path / "a")
    told: list[tuple[str, int | None]] = []
    player.performance.edit(
        player.performance.preset, lambda status, _reason, frame: told.append((status, frame))
    )
    played, plain = player.play(5 * BAR), unedited(tmp_path / "b", 5)

    assert differences(played, plain) == {}
    assert np.array_equal(played.master, plain.master)
    assert applied(played) == [(LINE, [], [])]
    assert told == [("finished", LINE)]
    # not one command more
    assert player.performance.engine.numbers.sequence == plain.performance.engine.numbers.sequence
    assert [ln for ln in played.log if ln["kind"] != "edit"] == plain.log


def test_a_level_moves_at_the_bar_line_and_nothing_else_does(tmp_path: Path) -> None:
    played = edited(tmp_path / "a", ("[layers.other]\n", "[layers.other]\nlevel_db = -6.0\n")).play(5 * BAR)
    plain = unedited(tmp_path / "b", 5)

    assert list(found := differences(played, plain)) == ["other"]
    assert is_soon_after(found["other"], LINE)
    later = slice(LINE + 480, 5 * BAR)
    assert np.allclose(played.bus("other")[later], plain.bus("other")[later] * 10 ** (-6 / 20), atol=1e-5)
    assert applied(played) == [(LINE, [], ["other"])]


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ("pan = -0.5\n", lambda new, old: np.abs(new).max() > 1.2 * np.abs(old).max()),
        ("cutoff_hz = 200.0\n", lambda new, old: np.abs(new).max() < 0.5 * np.abs(old).max()),
    ],
)
def test_pan_and_cutoff_move_at_the_bar_line(tmp_path: Path, line: str, check: object) -> None:
    played = edited(tmp_path / "a", ("[layers.other]\n", f"[layers.other]\n{line}")).play(5 * BAR)
    plain = unedited(tmp_path / "b", 5)
    later = slice(LINE + 2400, 5 * BAR)

    assert list(found := differences(played, plain)) == ["other"]
    assert is_soon_after(found["other"], LINE, 2 * QUANTUM)
    assert check(played.bus("other")[later], plain.bus("other")[later])  # type: ignore[operator]


def test_a_curve_is_another_from_the_bar_line_on(tmp_path: Path) -> None:
    played = edited(tmp_path / "a", ("[[0, -20], [1, 0]]", "[[0, -40], [0.4, -20], [1, -20]]")).play(5 * BAR)
    plain = unedited(tmp_path / "b", 5)
    later = slice(LINE + 2400, 5 * BAR)

    assert list(found := differences(played, plain)) == ["calm"]
    assert is_soon_after(found["calm"], LINE, TICK_FRAMES + QUANTUM)
    assert np.allclose(played.bus("calm")[later], plain.bus("calm")[later] * 10 ** (-10 / 20), atol=1e-4)


def test_the_room_and_sends_follow_without_a_click(tmp_path: Path) -> None:
    player = edited(
        tmp_path / "a",
        ("[layers.other]\n", "[reverb]\ndecay_s = 6.0\nlevel_db = -3.0\n[layers.other]\nreverb_db = -6.0\n"),
    )
    played, plain = player.play(7 * BAR), unedited(tmp_path / "b", 7)

    assert differences(played, plain) == {}
    room = player.performance.layout.reverb_bus
    assert (
        np.abs(played.buses[room, 0, LINE + BAR :]).max() > np.abs(plain.buses[room, 0, LINE + BAR :]).max()
    )
    assert steps_of(played.buses[room, 0]) < 0.05


def test_other_chords_are_written_anew_from_the_bar_line_and_stems_go_on(tmp_path: Path) -> None:
    played = edited(tmp_path / "a", ('["C", "F", "G", "C"]', '["C", "F", "G", "Ab"]')).play(6 * BAR)
    plain = unedited(tmp_path / "b", 6)
    notes, others = ({(n["frame"], n["layer"], n["pitch"]) for n in p.lines("note")} for p in (played, plain))

    assert set(differences(played, plain)) <= {"bass", "tune"}
    assert "bass" in differences(played, plain)
    assert min(frame for frame, _, _ in notes ^ others) >= LINE - 600  # a walking bass leads into the next
    assert applied(played)[0][1] == ["bass", "tune"]
    assert any(pitch.startswith("Ab") for frame, _, pitch in notes if frame >= LINE)


def test_only_the_generated_layer_that_changed_is_written_anew(tmp_path: Path) -> None:
    played = edited(tmp_path / "a", ('style = "walking"', 'style = "root"')).play(6 * BAR)
    plain = unedited(tmp_path / "b", 6)

    assert list(found := differences(played, plain)) == ["bass"]
    assert found["bass"] is not None
    assert found["bass"] >= LINE
    assert applied(played)[0][1] == ["bass"]


def test_layers_of_the_present_section_enter_and_leave_at_the_bar_line(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path / "a", BODY))
    player.play(round(EDIT_AT * RATE))
    write(player, tmp_path / "a", ('["calm", "other", "bass", "tune"]', '["calm", "bass"]'))
    player.play(round(4.3 * RATE))
    write(player, tmp_path / "a")
    played, plain = player.play(7 * BAR), unedited(tmp_path / "b", 7)

    assert set(found := differences(played, plain)) == {"other", "tune"}
    assert is_soon_after(found["other"], LINE)
    silent = played.bus("other")[LINE + 480 : 5 * BAR]
    assert np.abs(silent).max() == 0.0
    back = slice(5 * BAR + 480, 7 * BAR)
    # it comes back where it would have been
    assert np.allclose(played.bus("other")[back], plain.bus("other")[back], atol=1e-6)
    assert steps_of(played.bus("other")) < 1.2 * steps_of(plain.bus("other"))


def test_a_stem_whose_file_was_written_anew_is_exchanged_and_the_others_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    player = Player(make_preset(folder, BODY))
    player.play(round(EDIT_AT * RATE))
    write_sine(folder / "both.wav", 600.0)
    player.performance.edit(load(folder, vocabulary=vocabulary()))
    played, plain = player.play(5 * BAR), unedited(tmp_path / "b", 5)

    assert list(found := differences(played, plain)) == ["other"]
    assert is_soon_after(found["other"], LINE)
    assert applied(played)[0][1] == ["other"]
    spectrum = np.abs(np.fft.rfft(played.bus("other")[4 * BAR : 5 * BAR]))
    assert abs(int(spectrum.argmax()) - 600) <= 1
    assert steps_of(played.bus("other")) < 2.0 * steps_of(plain.bus("other"))


def test_another_tempo_begins_at_the_bar_line(tmp_path: Path) -> None:
    body = '[layers.bass]\ngenerator = "bass"\n[sections.one]\nlayers = ["bass"]\nlength_bars = 4\n'
    player = Player(make_preset(tmp_path, body))
    player.play(round(EDIT_AT * RATE))
    make_preset(tmp_path, body.replace("[sections.one]", "[sections.one]\ntempo_bpm = 120"))
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    played = player.play(8 * BAR)
    bars = [line["frame"] for line in played.lines("parameter")]
    tempo = player.performance.conductor.tempo

    assert bars == []
    assert tempo.tempo_at(LINE - 1) == pytest.approx(240.0)
    assert tempo.tempo_at(LINE + 1) == pytest.approx(120.0)
    assert player.performance.conductor.passage.position(tempo.beat_at(LINE + 2 * BAR)) == "5.1.0"


def test_another_meter_begins_with_the_bar(tmp_path: Path) -> None:
    body = '[layers.bass]\ngenerator = "bass"\n[sections.one]\nlayers = ["bass"]\nlength_bars = 4\n'
    player = Player(make_preset(tmp_path, body))
    player.play(round(EDIT_AT * RATE))
    make_preset(tmp_path, body.replace("[sections.one]", '[sections.one]\nmeter = "3/4"'))
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    player.play(8 * BAR)
    conductor = player.performance.conductor

    assert conductor.passage.position(conductor.tempo.beat_at(LINE)) == "4.1.0"
    assert conductor.passage.position(conductor.tempo.beat_at(LINE + 3 * BEAT)) == "5.1.0"
    assert conductor.passage.section_position(conductor.tempo.beat_at(LINE + 1)) == "4.1.0"


def test_a_rule_decides_from_the_bar_line_on(tmp_path: Path) -> None:
    player = edited(tmp_path, ("place == 'inn'", "heat > 0.4"))
    played = player.play(9 * BAR)

    seam = played.seams()[0]
    assert (seam["target"], seam["frame"]) == ("two", 4 * BAR)
    assert LINE - 2400 - TICK_FRAMES < seam["decided_frame"] <= LINE - 2400


def test_markers_and_phrases_that_nobody_hears_post_nothing(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path / "a", BODY))
    player.play(round(EDIT_AT * RATE))
    write(player, tmp_path / "a", ("[sections.one]\n", "[sections.one]\nmarkers = { lift = 3 }\n"))
    played, plain = player.play(9 * BAR), unedited(tmp_path / "b", 9)

    assert [name for _, name in player.performance.conductor.passage.markers] == ["lift"]
    assert np.array_equal(played.master, plain.master)
    assert player.performance.engine.numbers.sequence == plain.performance.engine.numbers.sequence


def test_a_planned_seam_is_decided_again_by_the_new_rules(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY.replace('exit_at = "phrase"', 'exit_at = "end"')))
    player.play(round(EDIT_AT * RATE), {tick_of(0.5): [SetState("place", "inn", "s")]})
    make_preset(tmp_path, BODY.replace('exit_at = "phrase"', "exit_at = { every_bars = 3 }"))
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    played = player.play(9 * BAR)

    assert [ln["reason"] for ln in played.lines("transition", status="cancelled")] == [
        "the preset was edited"
    ]
    assert [ln["rule"].count("end") for ln in played.seams()] == [1, 0]
    assert played.told("s")[-1] == "finished"
    assert player.performance.conductor.passage.section == "two"


def test_a_seam_on_the_bar_line_is_played_and_the_edit_acts_a_bar_later(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY.replace('exit_at = "phrase"', 'exit_at = "bar"')))
    player.play(round(EDIT_AT * RATE), {tick_of(2.2): [SetState("place", "inn")]})
    write(player, tmp_path, ("[layers.other]\n", "[layers.other]\nlevel_db = -6.0\n"))
    played = player.play(6 * BAR)

    assert [(ln["target"], ln["frame"]) for ln in played.seams()] == [("two", LINE)]
    assert applied(played)[0][0] == 4 * BAR


def test_a_bridge_is_played_to_its_end(tmp_path: Path) -> None:
    body = BODY.replace('exit_at = "phrase"', 'exit_at = "bar"\nbridge = "span"')
    player = Player(make_preset(tmp_path, body))
    player.play(round(3.3 * RATE), {tick_of(2.2): [SetState("place", "inn")]})
    assert player.performance.conductor.passage.section == "bridge:span"
    make_preset(tmp_path, body.replace("[layers.bass]\n", "[layers.bass]\nlevel_db = -6.0\n"))
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    played = player.play(8 * BAR)

    assert applied(played)[0][0] == 6 * BAR
    assert [ln["target"] for ln in played.seams()] == ["bridge:span", "two"]


def test_a_stinger_on_its_way_lands_where_it_was_promised(tmp_path: Path) -> None:
    script = {tick_of(2.8): [FireEvent("hit", id="h")]}
    player = Player(make_preset(tmp_path / "a", BODY.replace("cooldown_s", 'play_at = "bar"\ncooldown_s')))
    player.play(round(2.9 * RATE), script)
    write(player, tmp_path / "a", ("[layers.bass]\n", "[layers.bass]\nlevel_db = -6.0\n"))
    played = player.play(5 * BAR)
    bus = played.buses[player.performance.layout.stingers["hit"].bus, 0]

    assert played.told("h") == ["accepted", "started", "finished"]
    assert np.abs(bus[LINE - 10 : LINE]).max() < 0.05
    assert np.abs(bus[LINE : LINE + 10]).max() > 0.3


def test_a_faulty_edit_changes_not_one_sample(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    player = Player(make_preset(folder, BODY))
    player.play(round(EDIT_AT * RATE))
    (folder / "both.wav").write_bytes(b"no sound")
    with pytest.raises(PresetError, match=r"both\.wav"):
        player.performance.edit(load(folder, vocabulary=vocabulary()))
    (folder / "preset.toml").write_text(BODY.replace("layers =", "layer ="), encoding="utf-8")
    with pytest.raises(PresetError):
        player.performance.edit(load(folder, vocabulary=vocabulary()))
    played, plain = player.play(6 * BAR), unedited(tmp_path / "b", 6)

    assert np.array_equal(played.master, plain.master)
    assert played.log == plain.log


def test_undo_gives_back_what_was_and_undo_again_the_edit(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    player = Player(make_preset(folder, BODY))
    assert not player.performance.undo()
    player.play(round(EDIT_AT * RATE))
    write_sine(folder / "both.wav", 600.0)
    write(player, folder, ("[layers.bass]\n", "[layers.bass]\nlevel_db = -6.0\ndensity = 0.9\n"))
    player.play(round(4.3 * RATE))
    assert player.performance.undo()
    player.play(round(6.3 * RATE))
    assert player.performance.undo()
    played, plain = player.play(9 * BAR), unedited(tmp_path / "b", 9)

    assert [frame for frame, _, _ in applied(played)] == [3 * BAR, 5 * BAR, 7 * BAR]
    assert {name for _, names, _ in applied(played) for name in names} == {"other", "bass"}
    back = slice(5 * BAR + 480, 7 * BAR)
    # the same wave, from the row it had: the file on disk is another by now
    assert np.allclose(played.bus("other")[back], plain.bus("other")[back], atol=1e-6)
    assert "other" in differences(played, plain)
    assert first_difference(played, plain, "calm") is None
    again = np.abs(np.fft.rfft(played.bus("other")[8 * BAR : 9 * BAR]))
    assert abs(int(again.argmax()) - 600) <= 1


def test_of_two_edits_within_a_bar_the_newest_is_heard(tmp_path: Path) -> None:
    folder, told = tmp_path / "a", []
    player = Player(make_preset(folder, BODY))
    player.play(round(EDIT_AT * RATE))
    for number, level in enumerate((-6.0, -12.0)):
        make_preset(folder, BODY.replace("[layers.other]\n", f"[layers.other]\nlevel_db = {level}\n"))
        player.performance.edit(
            load(folder, vocabulary=vocabulary()), lambda s, _r, f, n=number: told.append((n, s, f))
        )
        player.play(round((EDIT_AT + 0.1) * RATE))
    played, plain = player.play(5 * BAR), unedited(tmp_path / "b", 5)
    later = slice(LINE + 480, 5 * BAR)

    assert told == [(0, "superseded", None), (1, "finished", LINE)]
    assert np.allclose(played.bus("other")[later], plain.bus("other")[later] * 10 ** (-12 / 20), atol=1e-5)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("[layers.tune]\n", '[layers.more]\nstem = "both.wav"\n[layers.tune]\n'), "layer 'more' was added"),
        (("[stingers.hit]", "[stingers.bang]"), "stinger 'bang' was added"),
        (("[parameters.heat]", "[parameters.cold]\n[parameters.heat]"), "parameter 'cold' was added"),
        (
            ("[layers.other]\n", '[layers.other]\npan = { over = "heat", points = [[0, 0], [1, 1]] }\n'),
            "curve",
        ),
        (("rise_s = 0.2", 'rise_s = 0.2\nlaw = "linear"'), "parameter 'heat' has another law"),
        (("[layers.tune]\n", "[reverb]\npredelay_ms = 50\n[layers.tune]\n"), "pre-delay"),
    ],
)
def test_another_shape_says_what_was_added(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    with pytest.raises(OtherShapeError, match=why):
        edited(tmp_path, change)


def test_a_table_without_room_for_another_file_is_another_shape(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    engine = player.performance.engine
    kept = [engine.bank.add(np.zeros((1, 8), np.float32)) for _ in range(engine.spec.sounds)]
    for sound in kept[len(engine.sounds) :]:
        engine.add_sound(sound)
    write_sine(tmp_path / "both.wav", 600.0)

    # their rows are free at once, for nobody plays them
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    for sound in kept[len(engine.sounds) :]:
        engine.add_sound(sound)
    engine.drop_sounds = lambda _kept: []  # type: ignore[method-assign]
    write_sine(tmp_path / "both.wav", 700.0)
    with pytest.raises(OtherShapeError, match="cannot take another"):
        player.performance.edit(load(tmp_path, vocabulary=vocabulary()))


def test_a_section_that_plays_and_is_gone_is_another_shape(tmp_path: Path) -> None:
    body = BODY.replace('play = ["one", "three"]', 'play = ["three"]')
    player = Player(make_preset(tmp_path, body))
    player.play(round(EDIT_AT * RATE))
    told: list[tuple[str, str]] = []
    player.performance.edit(
        make_preset(tmp_path, body.replace("one", "eins")), lambda s, r, _f: told.append((s, r))
    )
    player.play(5 * BAR)

    assert told == [("other shape", "section 'one', which plays, was removed")]


def test_two_hundred_edits_take_no_memory(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    engine = player.performance.engine
    sizes = []
    for number in range(200):
        if number % 10 == 0:
            write_sine(tmp_path / "both.wav", 400.0 + number)
        level = -(number % 7)
        write(player, tmp_path, ("[layers.other]\n", f"[layers.other]\nlevel_db = {level}\n"))
        until = player.performance.frame + BAR // 2
        while player.performance.frame < until or player.performance.edits.is_waiting:
            player.tick()
            player._master.clear()
            player._buses.clear()
        sizes.append((engine.bank.used_bytes, len(engine._sounds), len(engine.bank._durations)))

    telemetry = engine.telemetry()
    assert max(sizes[100:]) <= max(sizes[20:100])
    assert (telemetry.refused, telemetry.not_finite, telemetry.late_commands) == (0, 0, 0)


def test_the_hands_of_playlists_and_latches_go_on(tmp_path: Path) -> None:
    body = BODY.replace('section = "one"\n[[t', 'section = "songs"\n[[t')
    plain = Player(make_preset(tmp_path, body)).play(14 * BAR)
    player = Player(make_preset(tmp_path, body))
    player.play(round(EDIT_AT * RATE))
    player.performance.edit(
        make_preset(tmp_path, body.replace("[layers.bass]\n", "[layers.bass]\npan = 0.5\n"))
    )
    played = player.play(14 * BAR)

    turns = [[(ln["section"], ln["frame"]) for ln in p.lines("layer")] for p in (plain, played)]
    assert turns[0] == turns[1]
    assert len(turns[0]) >= 4


MORE = """
[parameters.heat]
default = 0.2
[parameters.dread]
value = "heat * 0.5"
[layers.pad]
generator = "pad"
instrument = "mine"
level_db = { over = "dread", points = [[0, 0], [1, 0]] }
[instruments.mine]
base = "pad_warm"
level_db = -6.0
[sections.one]
layers = ["pad"]
length_bars = 4
[sections.two]
layers = ["pad"]
length_bars = 2
[playlists.songs]
play = ["one", "two"]
order = "sequence"
[[select]]
section = "songs"
"""


def after_changes(folder: Path, *changes: tuple[str, str], send: float | None = None) -> Player:
    """Play to bar 3, take an edit, play to bar 6."""
    player = Player(make_preset(folder, MORE))
    if send is not None:
        player.performance.schedule_values([(BAR, "heat", send)])
    player.play(round(EDIT_AT * RATE))
    body = MORE
    for before, after in changes:
        assert before in body
        body = body.replace(before, after)
    player.performance.edit(make_preset(folder, body))
    player.play(6 * BAR)
    return player


def value_of(player: Player, name: str) -> float:
    return player.performance.engine.value(player.performance.layout.parameters[name])


def test_parameters_follow_what_is_edited_of_them(tmp_path: Path) -> None:
    change = ("default = 0.2", "default = 0.6")
    silent = after_changes(tmp_path / "a", change)
    sent = after_changes(tmp_path / "b", change, send=0.3)
    derived = after_changes(tmp_path / "c", ("heat * 0.5", "heat * 2.0 + 0.1"))
    ranged = after_changes(tmp_path / "d", ("default = 0.2", "default = 0.2\nrange = [0.0, 2.0]"))
    ranged.performance.schedule_values([(ranged.performance.frame + 4800, "heat", 1.5)])
    ranged.play(7 * BAR)

    assert value_of(silent, "heat") == pytest.approx(0.6)
    assert value_of(sent, "heat") == pytest.approx(0.3)
    assert value_of(derived, "dread") == pytest.approx(0.5)
    assert value_of(ranged, "heat") == pytest.approx(1.5)


def test_an_instrument_sounds_as_edited_without_a_command(tmp_path: Path) -> None:
    plain = after_changes(tmp_path / "a").result()
    player = after_changes(tmp_path / "b", ("level_db = -6.0", "level_db = -18.0"))
    played = player.result()
    later = slice(4 * BAR, 6 * BAR)

    found = np.flatnonzero(played.bus("pad") != plain.bus("pad"))
    assert is_soon_after(int(found[0]), LINE, TICK_FRAMES + QUANTUM)
    ratio = np.abs(played.bus("pad")[later]).max() / np.abs(plain.bus("pad")[later]).max()
    assert ratio == pytest.approx(10 ** (-12 / 20), rel=0.1)
    assert player.performance.engine.numbers.sequence == plain.performance.engine.numbers.sequence


def test_an_edited_playlist_goes_on_with_its_next(tmp_path: Path) -> None:
    player = after_changes(tmp_path, ('play = ["one", "two"]', 'play = ["two", "one"]'))
    played = player.play(13 * BAR)

    # "one" was the first of the list; the second is "one" again by now, and then comes "two"
    assert [(ln["section"], ln["frame"]) for ln in played.lines("layer")] == [
        ("two", 8 * BAR),
        ("one", 10 * BAR),
    ]


def test_states_that_are_gone_are_forgotten_and_new_ones_begin(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    player.play(round(EDIT_AT * RATE), {tick_of(0.1): [SetState("place", "inn")]})
    body = BODY.replace('["road", "inn"]', '["road", "lake"]').replace("== 'inn'", "== 'lake'")
    player.performance.edit(make_preset(tmp_path, body + '[states.mood]\nvalues = ["sad", "glad"]\n'))
    player.play(5 * BAR)

    assert player.performance.conductor.stage.scope.states == {"place": "road", "mood": "sad"}
