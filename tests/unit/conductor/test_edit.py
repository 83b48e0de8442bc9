from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.layout.row_allocator import NoSpareRowsError
from adaptive.conductor.messages import FireEvent, SetState
from adaptive.errors import PresetError
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, QUANTUM
from adaptive.preset.load import load
from adaptive.session.performance import vocabulary
from tests.helpers.presets import BAR, BEAT, RATE, Played, Player, control_step_of, make_preset, write_sine

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
"""Time of the edit in seconds: in bar 3, so that it sounds from bar 4 on."""

LINE = 3 * BAR


def edited(folder: Path, *changes: tuple[str, str]) -> Player:
    """Play to bar 3, then edit the preset."""
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
    outcomes: list[tuple[str, int | None]] = []
    player.performance.edit(
        player.performance.preset, lambda status, _reason, frame: outcomes.append((status, frame))
    )
    played, plain = player.play(5 * BAR), unedited(tmp_path / "b", 5)

    assert differences(played, plain) == {}
    assert np.array_equal(played.master, plain.master)
    assert applied(played) == [(LINE, [], [])]
    assert outcomes == [("finished", LINE)]
    # no additional command
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


def test_an_edited_curve_applies_from_the_bar_line_on(tmp_path: Path) -> None:
    played = edited(tmp_path / "a", ("[[0, -20], [1, 0]]", "[[0, -40], [0.4, -20], [1, -20]]")).play(5 * BAR)
    plain = unedited(tmp_path / "b", 5)
    later = slice(LINE + 2400, 5 * BAR)

    assert list(found := differences(played, plain)) == ["calm"]
    assert is_soon_after(found["calm"], LINE, CONTROL_STEP_FRAMES + QUANTUM)
    assert np.allclose(played.bus("calm")[later], plain.bus("calm")[later] * 10 ** (-10 / 20), atol=1e-4)


def test_reverb_and_sends_change_without_a_click(tmp_path: Path) -> None:
    player = edited(
        tmp_path / "a",
        ("[layers.other]\n", "[reverb]\ndecay_s = 6.0\nlevel_db = -3.0\n[layers.other]\nreverb_db = -6.0\n"),
    )
    played, plain = player.play(7 * BAR), unedited(tmp_path / "b", 7)

    assert differences(played, plain) == {}
    reverb = player.performance.layout.buses.rows["reverb"]
    assert (
        np.abs(played.buses[reverb, 0, LINE + BAR :]).max()
        > np.abs(plain.buses[reverb, 0, LINE + BAR :]).max()
    )
    assert steps_of(played.buses[reverb, 0]) < 0.05


def test_edited_chords_are_played_from_the_bar_line_on_and_stems_continue(tmp_path: Path) -> None:
    played = edited(tmp_path / "a", ('["C", "F", "G", "C"]', '["C", "F", "G", "Ab"]')).play(6 * BAR)
    plain = unedited(tmp_path / "b", 6)
    notes, others = ({(n["frame"], n["layer"], n["pitch"]) for n in p.lines("note")} for p in (played, plain))

    assert set(differences(played, plain)) <= {"bass", "tune"}
    assert "bass" in differences(played, plain)
    assert min(frame for frame, _, _ in notes ^ others) >= LINE - 600  # a walking bass leads into the next
    assert applied(played)[0][1] == ["bass", "tune"]
    assert any(pitch.startswith("Ab") for frame, _, pitch in notes if frame >= LINE)


def test_only_the_generated_layer_that_changed_is_written_again(tmp_path: Path) -> None:
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
    # it returns at the position it would have reached
    assert np.allclose(played.bus("other")[back], plain.bus("other")[back], atol=1e-6)
    assert steps_of(played.bus("other")) < 1.2 * steps_of(plain.bus("other"))


def test_a_stem_whose_file_was_overwritten_is_switched_and_the_others_are_not(tmp_path: Path) -> None:
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


def test_an_edited_tempo_begins_at_the_bar_line(tmp_path: Path) -> None:
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
    assert player.performance.conductor.instance.position(tempo.beat_at(LINE + 2 * BAR)) == "5.1.0"


def test_an_edited_meter_begins_with_the_bar(tmp_path: Path) -> None:
    body = '[layers.bass]\ngenerator = "bass"\n[sections.one]\nlayers = ["bass"]\nlength_bars = 4\n'
    player = Player(make_preset(tmp_path, body))
    player.play(round(EDIT_AT * RATE))
    make_preset(tmp_path, body.replace("[sections.one]", '[sections.one]\nmeter = "3/4"'))
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    player.play(8 * BAR)
    conductor = player.performance.conductor

    assert conductor.instance.position(conductor.tempo.beat_at(LINE)) == "4.1.0"
    assert conductor.instance.position(conductor.tempo.beat_at(LINE + 3 * BEAT)) == "5.1.0"
    assert conductor.instance.section_position(conductor.tempo.beat_at(LINE + 1)) == "4.1.0"


def test_an_edited_condition_decides_from_the_bar_line_on(tmp_path: Path) -> None:
    player = edited(tmp_path, ("place == 'inn'", "heat > 0.4"))
    played = player.play(9 * BAR)

    seam = played.seams()[0]
    assert (seam["target"], seam["frame"]) == ("two", 4 * BAR)
    assert LINE - 2400 - CONTROL_STEP_FRAMES < seam["decided_frame"] <= LINE - 2400


def test_edited_markers_post_no_commands(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path / "a", BODY))
    player.play(round(EDIT_AT * RATE))
    write(player, tmp_path / "a", ("[sections.one]\n", "[sections.one]\nmarkers = { lift = 3 }\n"))
    played, plain = player.play(9 * BAR), unedited(tmp_path / "b", 9)

    assert [name for _, name in player.performance.conductor.instance.markers] == ["lift"]
    assert np.array_equal(played.master, plain.master)
    assert player.performance.engine.numbers.sequence == plain.performance.engine.numbers.sequence


def test_a_planned_transition_is_decided_again_by_the_edited_rules(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY.replace('exit_at = "phrase"', 'exit_at = "end"')))
    player.play(round(EDIT_AT * RATE), {control_step_of(0.5): [SetState("place", "inn", "s")]})
    make_preset(tmp_path, BODY.replace('exit_at = "phrase"', "exit_at = { every_bars = 3 }"))
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    played = player.play(9 * BAR)

    assert [ln["reason"] for ln in played.lines("transition", status="cancelled")] == [
        "the preset was edited"
    ]
    assert [ln["rule"].count("end") for ln in played.seams()] == [1, 0]
    assert played.told("s")[-1] == "finished"
    assert player.performance.conductor.instance.section == "two"


def test_a_seam_on_the_bar_line_is_played_and_the_edit_acts_a_bar_later(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY.replace('exit_at = "phrase"', 'exit_at = "bar"')))
    player.play(round(EDIT_AT * RATE), {control_step_of(2.2): [SetState("place", "inn")]})
    write(player, tmp_path, ("[layers.other]\n", "[layers.other]\nlevel_db = -6.0\n"))
    played = player.play(6 * BAR)

    assert [(ln["target"], ln["frame"]) for ln in played.seams()] == [("two", LINE)]
    assert applied(played)[0][0] == 4 * BAR


def test_a_bridge_is_played_to_its_end(tmp_path: Path) -> None:
    body = BODY.replace('exit_at = "phrase"', 'exit_at = "bar"\nbridge = "span"')
    player = Player(make_preset(tmp_path, body))
    player.play(round(3.3 * RATE), {control_step_of(2.2): [SetState("place", "inn")]})
    assert player.performance.conductor.instance.section == "bridge:span"
    make_preset(tmp_path, body.replace("[layers.bass]\n", "[layers.bass]\nlevel_db = -6.0\n"))
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    played = player.play(8 * BAR)

    assert applied(played)[0][0] == 6 * BAR
    assert [ln["target"] for ln in played.seams()] == ["bridge:span", "two"]


def test_a_scheduled_stinger_lands_where_its_receipt_said(tmp_path: Path) -> None:
    script = {control_step_of(2.8): [FireEvent("hit", id="h")]}
    player = Player(make_preset(tmp_path / "a", BODY.replace("cooldown_s", 'play_at = "bar"\ncooldown_s')))
    player.play(round(2.9 * RATE), script)
    write(player, tmp_path / "a", ("[layers.bass]\n", "[layers.bass]\nlevel_db = -6.0\n"))
    played = player.play(5 * BAR)
    bus = played.buses[player.performance.layout.stingers["hit"].bus, 0]

    assert played.told("h") == ["accepted", "started", "finished"]
    assert np.abs(bus[LINE - 10 : LINE]).max() < 0.05
    assert np.abs(bus[LINE : LINE + 10]).max() > 0.3


def test_a_faulty_edit_does_not_change_a_sample(tmp_path: Path) -> None:
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


def test_undo_restores_the_old_preset_and_a_second_undo_the_edit(tmp_path: Path) -> None:
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
    # the same sound, from the row it had: the file on disk has been overwritten
    assert np.allclose(played.bus("other")[back], plain.bus("other")[back], atol=1e-6)
    assert "other" in differences(played, plain)
    assert first_difference(played, plain, "calm") is None
    again = np.abs(np.fft.rfft(played.bus("other")[8 * BAR : 9 * BAR]))
    assert abs(int(again.argmax()) - 600) <= 1


def test_of_two_edits_within_a_bar_the_newest_is_heard(tmp_path: Path) -> None:
    folder, outcomes = tmp_path / "a", []
    player = Player(make_preset(folder, BODY))
    player.play(round(EDIT_AT * RATE))
    for number, level in enumerate((-6.0, -12.0)):
        make_preset(folder, BODY.replace("[layers.other]\n", f"[layers.other]\nlevel_db = {level}\n"))
        player.performance.edit(
            load(folder, vocabulary=vocabulary()), lambda s, _r, f, n=number: outcomes.append((n, s, f))
        )
        player.play(round((EDIT_AT + 0.1) * RATE))
    played, plain = player.play(5 * BAR), unedited(tmp_path / "b", 5)
    later = slice(LINE + 480, 5 * BAR)

    assert outcomes == [(0, "superseded", None), (1, "finished", LINE)]
    assert np.allclose(played.bus("other")[later], plain.bus("other")[later] * 10 ** (-12 / 20), atol=1e-5)


ADDED = '[layers.more]\nstem = "fight.wav"\n'


def test_an_added_layer_enters_at_the_bar_line_and_the_rest_is_not_touched(tmp_path: Path) -> None:
    player = edited(
        tmp_path / "a",
        ("[layers.tune]\n", f"{ADDED}[layers.tune]\n"),
        ('"other", "bass", "tune"]', '"other", "bass", "tune", "more"]'),
    )
    played, plain = player.play(6 * BAR), unedited(tmp_path / "b", 6)
    more = played.bus("more")

    assert differences(played, plain) == {}
    assert np.abs(more[:LINE]).max() == 0.0
    assert np.abs(more[LINE + 480 :]).max() > 0.1
    assert steps_of(more) < 0.02
    assert applied(played) == [(LINE, ["more"], [])]


def test_a_removed_layer_leaves_at_the_bar_line_and_the_rest_is_not_touched(tmp_path: Path) -> None:
    player = edited(
        tmp_path / "a",
        ('[layers.other]\nstem = "both.wav"\n', ""),
        ('["calm", "other", "bass", "tune"]', '["calm", "bass", "tune"]'),
        ('layers = ["other"]\nlength_bars = 2', 'layers = ["bass"]\nlength_bars = 2'),
        ('layers = ["other"]\nlength_beats = 8', 'layers = ["bass"]\nlength_beats = 8'),
    )
    was_at = Player(make_preset(tmp_path / "c", BODY)).performance.layout.layers["other"].bus
    played, plain = player.play(6 * BAR), unedited(tmp_path / "b", 6)
    gone, before = played.buses[was_at, 0], plain.bus("other")

    assert all(np.array_equal(played.bus(name), plain.bus(name)) for name in ("calm", "bass", "tune"))
    assert np.array_equal(gone[:LINE], before[:LINE])
    assert np.abs(gone[LINE + 480 :]).max() == 0.0
    assert steps_of(gone) < 0.02
    assert applied(played) == [(LINE, ["other"], [])]


def test_a_generated_layer_can_be_replaced_by_a_stem_of_the_same_name(tmp_path: Path) -> None:
    stem = '[layers.tune]\nstem = "fight.wav"\n'
    played = edited(tmp_path / "a", ('[layers.tune]\ngenerator = "melody"\n', stem)).play(6 * BAR)
    plain = unedited(tmp_path / "b", 6)
    notes = [n["frame"] for n in played.lines("note", layer="tune")]
    expected = [n["frame"] for n in plain.lines("note", layer="tune") if n["frame"] < LINE]

    assert {name for name in differences(played, plain) if name != "tune"} == set()
    assert notes == expected
    assert np.abs(played.bus("tune")[LINE + 480 :]).max() > 0.1
    assert applied(played)[0][1] == ["tune"]


def test_undo_restores_a_removed_layer_and_a_second_undo_removes_it(tmp_path: Path) -> None:
    player = edited(
        tmp_path / "a",
        ('[layers.tune]\ngenerator = "melody"\n', ""),
        ('["calm", "other", "bass", "tune"]', '["calm", "other", "bass"]'),
    )
    player.play(round(3.3 * RATE))
    assert player.performance.undo()
    player.play(round(5.3 * RATE))
    back = player.performance.layout.layers["tune"].bus
    assert player.performance.undo()
    played, plain = player.play(8 * BAR), unedited(tmp_path / "b", 8)
    tune = played.buses[back, 0]

    assert all(np.array_equal(played.bus(name), plain.bus(name)) for name in ("calm", "other", "bass"))
    assert [line["exchanged"] for line in played.lines("edit")] == [["tune"]] * 3
    assert any(4 * BAR <= n["frame"] < 6 * BAR for n in played.lines("note", layer="tune"))
    assert not any(LINE <= n["frame"] < 4 * BAR for n in played.lines("note", layer="tune"))
    assert np.abs(tune[4 * BAR : 6 * BAR]).max() > 0.01
    assert steps_of(tune) < 0.1


def test_an_added_stinger_sounds_and_a_removed_one_rings_out(tmp_path: Path) -> None:
    hit = {control_step_of(2.5): [FireEvent("hit", 1.0, None, "h")]}
    late = {control_step_of(2.9): [FireEvent("hit", 1.0, None, "late")]}
    player, plain = (Player(make_preset(tmp_path / name, BODY)) for name in "ab")
    for one in (player, plain):
        one.play(round(2.3 * RATE))
    changes = ("[stingers.hit]", "[stingers.bang]"), ("cooldown_s = 0.1", 'play_at = "bar"\ncooldown_s = 0.1')
    write(player, tmp_path / "a", *changes)
    old = player.performance.layout.stingers["hit"].bus
    for one in (player, plain):
        one.play(round(3.2 * RATE), hit | late)
    asked = [FireEvent("bang", 1.0, None, "b"), FireEvent("hit", 1.0, None, "n")]
    player.play(5 * BAR, {control_step_of(3.3): asked})
    played, unchanged = player.result(), plain.play(5 * BAR)
    new = played.performance.layout.stingers["bang"].bus

    assert new != old
    assert played.told("h") == ["accepted", "started", "finished"]
    assert np.array_equal(played.buses[old, 0][:LINE], unchanged.buses[old, 0][:LINE])
    assert played.told("b") == ["accepted", "started", "finished"]
    assert played.told("n")[-1] == "dropped"
    assert played.told("late")[-1] in {"finished", "dropped"}
    assert np.abs(played.buses[new, 0][4 * BAR : 4 * BAR + 480]).max() > 0.1
    assert differences(played, unchanged) == {}


COLD = '[parameters.cold]\ndefault = 1.0\n[parameters.frost]\nvalue = "cold * heat"\n'
FROSTY = 'level_db = { over = "frost", points = [[0, -40], [1, 0]] }\n'


def test_an_added_parameter_moves_what_depends_on_it(tmp_path: Path) -> None:
    player = edited(
        tmp_path / "a",
        ("[parameters.heat]", f"{COLD}[parameters.heat]"),
        ("[layers.other]\n", f"[layers.other]\n{FROSTY}"),
    )  # fmt: skip
    player.play(4 * BAR)
    performance = player.performance
    performance.engine.set_parameter(performance.layout.parameters["heat"], 1.0)
    player.play(5 * BAR)
    performance.engine.set_parameter(performance.layout.parameters["cold"], 0.0)
    played, plain = player.play(6 * BAR), unedited(tmp_path / "b", 4)
    other = played.bus("other")
    level = [
        float(np.abs(other[at : at + 2400]).max()) for at in (LINE + 4800, 5 * BAR - 2400, 6 * BAR - 2400)
    ]
    before = float(np.abs(other[:LINE]).max())

    assert level == pytest.approx([before * 0.1, before, before * 0.01], rel=0.02)
    assert np.array_equal(other[:LINE], plain.bus("other")[:LINE])
    assert np.array_equal(played.bus("calm")[: 4 * BAR], plain.bus("calm"))
    assert steps_of(other) < 0.02


def test_a_curve_replaces_a_fixed_level_and_back_without_getting_loud(tmp_path: Path) -> None:
    fixed = ("[layers.other]\n", "[layers.other]\nlevel_db = -20.0\n")
    curve = (
        "[layers.other]\n",
        '[layers.other]\nlevel_db = { over = "heat", points = [[0, -20], [1, -20]] }\n',
    )
    player = edited(tmp_path / "a", fixed)
    player.play(round(3.3 * RATE))
    write(player, tmp_path / "a", curve)
    player.play(round(4.3 * RATE))
    write(player, tmp_path / "a", fixed)
    played = player.play(6 * BAR)
    other = np.abs(played.bus("other"))
    quiet = float(other[LINE + 4800 : 4 * BAR].max())

    assert other[LINE + 4800 :].max() <= quiet * 1.001
    for at in (4.5, 5.5):
        assert float(other[round(at * BAR) : round(at * BAR) + 2400].max()) == pytest.approx(quiet, rel=1e-3)
    assert steps_of(played.bus("other")) < 0.02


def test_a_parameter_with_another_law_keeps_its_value(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    player.performance.engine.set_parameter(player.performance.layout.parameters["heat"], 0.9)
    player.play(round(EDIT_AT * RATE))
    write(player, tmp_path, ("rise_s = 0.2", 'rise_s = 0.2\nlaw = "linear"'))
    played = player.play(5 * BAR)
    values = [line["values"]["heat"] for line in played.lines("parameter")]
    performance = player.performance

    assert values[1:] == pytest.approx([0.9] * len(values[1:]), abs=1e-4)
    performance.engine.set_parameter(performance.layout.parameters["heat"], 0.4)
    player.play(5 * BAR + round(0.1 * RATE))
    # linear: half the range takes half of the fall's 0.2 s
    assert performance.engine.value(performance.layout.parameters["heat"]) == pytest.approx(0.4, abs=0.01)


def test_a_removed_section_that_plays_is_left_at_the_bar_line(tmp_path: Path) -> None:
    body = BODY.replace('play = ["one", "three"]', 'play = ["three"]')
    player = Player(make_preset(tmp_path / "a", body))
    player.play(round(EDIT_AT * RATE))
    outcomes: list[tuple[str, int | None]] = []
    player.performance.edit(
        make_preset(tmp_path / "a", body.replace("one", "eins")), lambda s, _r, f: outcomes.append((s, f))
    )
    played = player.play(6 * BAR)

    assert outcomes == [("finished", LINE)]
    assert played.seams()[-1]["target"] == "eins"
    assert played.seams()[-1]["frame"] == LINE
    assert played.performance.conductor.instance.section == "eins"
    assert min(np.abs(played.bus("calm")[at : at + 1200]).max() for at in range(LINE, 5 * BAR, 1200)) > 0.02
    assert steps_of(played.bus("calm")) < 0.05


def test_added_layers_reuse_the_rows_of_removed_ones(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    engine, seen = player.performance.engine, set()
    for number in range(20):  # there are 16 spare rows
        kind = 'generator = "pad"' if number % 3 == 0 else 'stem = "fight.wav"'
        layer = f"[layers.more_{number}]\n{kind}\n[layers.tune]\n"
        names = f'["calm", "other", "bass", "tune", "more_{number}"]'
        write(player, tmp_path, ("[layers.tune]\n", layer), ('["calm", "other", "bass", "tune"]', names))
        until = player.performance.frame + 2 * BAR
        while player.performance.frame < until or player.performance.edit_queue.is_waiting:
            player.control_step()
            player._master.clear()
            player._buses.clear()
        seen.add(player.performance.layout.layers[f"more_{number}"].bus)
    telemetry = engine.telemetry()

    assert len(seen) <= 4
    assert (telemetry.refused, telemetry.not_finite, telemetry.late_commands) == (0, 0, 0)


def test_a_full_table_of_sounds_is_reported(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    engine = player.performance.engine
    kept = [engine.bank.add(np.zeros((1, 8), np.float32)) for _ in range(engine.spec.sounds)]
    for sound in kept[len(engine.sounds) :]:
        engine.add_sound(sound)
    write_sine(tmp_path / "both.wav", 600.0)

    # their rows are free at once, because nothing plays them
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    for sound in kept[len(engine.sounds) :]:
        engine.add_sound(sound)
    engine.drop_sounds = lambda _kept: []  # type: ignore[method-assign]
    write_sine(tmp_path / "both.wav", 700.0)
    with pytest.raises(NoSpareRowsError, match="cannot take another"):
        player.performance.edit(load(tmp_path, vocabulary=vocabulary()))


@pytest.mark.parametrize("count", [48, pytest.param(400, marks=pytest.mark.prove)])
def test_memory_does_not_grow_over_many_edits(tmp_path: Path, count: int) -> None:
    player = Player(make_preset(tmp_path, BODY))
    engine = player.performance.engine
    sizes = []
    for number in range(count):
        if number % 4 == 0:
            write_sine(tmp_path / "both.wav", 400.0 + number)
        level = -(number % 7)
        write(player, tmp_path, ("[layers.other]\n", f"[layers.other]\nlevel_db = {level}\n"))
        until = player.performance.frame + BAR // 2
        while player.performance.frame < until or player.performance.edit_queue.is_waiting:
            player.control_step()
            player._master.clear()
            player._buses.clear()
        sizes.append((engine.bank.used_bytes, len(engine._sounds), len(engine.bank._durations)))

    telemetry = engine.telemetry()
    assert max(sizes[count // 2 :]) <= max(sizes[count // 6 : count // 2])
    assert (telemetry.refused, telemetry.not_finite, telemetry.late_commands) == (0, 0, 0)


def test_pick_states_of_playlists_and_latches_survive_an_edit(tmp_path: Path) -> None:
    body = BODY.replace('section = "one"\n[[t', 'section = "songs"\n[[t')
    plain = Player(make_preset(tmp_path, body)).play(14 * BAR)
    player = Player(make_preset(tmp_path, body))
    player.play(round(EDIT_AT * RATE))
    player.performance.edit(
        make_preset(tmp_path, body.replace("[layers.bass]\n", "[layers.bass]\npan = 0.5\n"))
    )
    played = player.play(14 * BAR)

    order = [[(ln["section"], ln["frame"]) for ln in p.lines("layer")] for p in (plain, played)]
    assert order[0] == order[1]
    assert len(order[0]) >= 4


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
    """Play to bar 3, apply an edit, play to bar 6."""
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


def test_parameters_follow_their_edited_settings(tmp_path: Path) -> None:
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
    assert is_soon_after(int(found[0]), LINE, CONTROL_STEP_FRAMES + QUANTUM)
    ratio = np.abs(played.bus("pad")[later]).max() / np.abs(plain.bus("pad")[later]).max()
    assert ratio == pytest.approx(10 ** (-12 / 20), rel=0.1)
    assert player.performance.engine.numbers.sequence == plain.performance.engine.numbers.sequence


def test_an_edited_playlist_continues_with_its_next_item(tmp_path: Path) -> None:
    player = after_changes(tmp_path, ('play = ["one", "two"]', 'play = ["two", "one"]'))
    played = player.play(13 * BAR)

    # "one" plays and is now the second item, so the sequence continues with "two"
    assert [(ln["section"], ln["frame"]) for ln in played.lines("layer")] == [
        ("two", 8 * BAR),
        ("one", 10 * BAR),
    ]


def test_removed_states_are_forgotten_and_added_ones_have_their_default(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    player.play(round(EDIT_AT * RATE), {control_step_of(0.1): [SetState("place", "inn")]})
    body = BODY.replace('["road", "inn"]', '["road", "lake"]').replace("== 'inn'", "== 'lake'")
    player.performance.edit(make_preset(tmp_path, body + '[states.mood]\nvalues = ["sad", "glad"]\n'))
    player.play(5 * BAR)

    assert player.performance.conductor.playback.values.states == {"place": "road", "mood": "sad"}
