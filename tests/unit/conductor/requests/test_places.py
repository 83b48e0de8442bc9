from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import FireEvent, ForgetPlace, Jump, Restart, SetState, SetTempo, Transport
from adaptive.conductor.saved_state import SavedMusic
from adaptive.preset.model import Preset
from tests.helpers.presets import BAR, RATE, Played, Player, control_step_of, make_preset, play, two_sections

LAST = 'exit_at = "bar"\nenter_at = "last_position"'


def to(section: str, message_id: str | None = None) -> SetState:
    return SetState("section", section, message_id)


def at(**steps: object) -> dict[int, list[object]]:
    """Messages by time: `s2_5` is two and a half seconds."""
    return {control_step_of(float(name[1:].replace("_", "."))): list(sent) for name, sent in steps.items()}


def entries(played: Played) -> list[tuple[str | None, str]]:
    """Section and place in it of each seam that was planned, and not cancelled in the same step."""
    return [(line["target"], line["section_position"]) for line in played.seams()]


def test_a_fight_that_is_forgotten_begins_anew_and_otherwise_goes_on(tmp_path: Path) -> None:
    script = at(
        s0_5=[to("fight")], s2_5=[to("calm")], s3_5=[to("fight")],  # left at bar 3, entered there again
        s5_5=[ForgetPlace("fight", "f"), to("calm")], s6_5=[to("fight")],  # left at bar 1 of the next pass
    )  # fmt: skip
    played = play(two_sections(tmp_path, LAST), 8.0, script)

    assert [place for section, place in entries(played) if section == "fight"] == ["1.1.0", "3.1.0", "1.1.0"]
    assert played.told("f") == ["accepted", "finished"]
    assert played.lines("state", forgotten="fight")


def test_forgetting_counts_too_when_the_section_has_been_left_or_is_on_its_way_back(tmp_path: Path) -> None:
    left = at(s0_5=[to("fight")], s2_5=[to("calm")], s3_5=[ForgetPlace("fight")], s4_5=[to("fight")])
    back = at(s0_5=[to("fight")], s2_5=[to("calm")], s4_1=[to("fight")], s4_5=[ForgetPlace("fight")])
    for number, script in enumerate((left, back)):
        played = play(two_sections(tmp_path / str(number), LAST), 7.0, script)
        assert played.lines("layer", section="fight")[-1]["section_position"] == "1.1.0"


def test_after_it_began_anew_a_section_is_remembered_again(tmp_path: Path) -> None:
    script = at(
        s0_5=[to("fight")], s1_5=[ForgetPlace("fight")], s2_5=[to("calm")], s3_5=[to("fight")],
        s5_5=[to("calm")], s6_5=[to("fight")],
    )  # fmt: skip
    played = play(two_sections(tmp_path, LAST), 8.0, script)

    assert [place for section, place in entries(played) if section == "fight"] == ["1.1.0", "1.1.0", "3.1.0"]


def test_a_section_that_was_never_left_has_nothing_to_forget(tmp_path: Path) -> None:
    played = play(two_sections(tmp_path, LAST), 1.0, at(s0_5=[ForgetPlace("fight", "f")]))

    assert played.told("f") == ["merged"]


def test_a_forgotten_playlist_begins_anew(tmp_path: Path) -> None:
    body = '[playlists.walk]\nplay = ["calm", "fight"]\n[sections.shop]\nlayers = ["calm"]\nlength_bars = 4\n'
    script = at(s4_5=[to("shop")], s6_5=[to("walk")])
    begin = Beginning(messages=[to("walk")])
    kept = Player(two_sections(tmp_path / "a", LAST, more=body), beginning=begin).play(8 * RATE, script)
    script[control_step_of(5.5)] = [ForgetPlace("walk", "f")]
    anew = Player(two_sections(tmp_path / "b", LAST, more=body), beginning=begin).play(8 * RATE, script)

    assert [line["section"] for line in kept.lines("layer")[-1:]] == ["fight"]
    assert [line["section"] for line in anew.lines("layer")[-1:]] == ["calm"]
    assert anew.told("f") == ["accepted", "finished"]


# ── restart ────────────────────────────────────────────────────────────────────────────────────────


def test_a_restart_begins_the_section_again_at_the_next_bar(tmp_path: Path) -> None:
    played = play(two_sections(tmp_path), 4.0, at(s1_5=[Restart("r")]))

    assert entries(played) == [("calm", "1.1.0")]
    assert played.seams()[0]["frame"] == 2 * BAR
    assert "restart (at the bar" in played.seams()[0]["rule"]
    assert played.told("r") == ["accepted", "started", "finished"]


def test_the_rule_from_a_section_to_itself_says_when(tmp_path: Path) -> None:
    own = '[[transitions]]\nfrom = "calm"\nto = "calm"\nexit_at = "beat"\nenter_at = "same_position"\n'
    played = play(two_sections(tmp_path, more=own), 4.0, at(s1_3=[Restart()]))

    assert entries(played) == [("calm", "1.1.0")]
    assert played.seams()[0]["frame"] == BAR + BAR // 2


def test_a_restart_that_cannot_be_says_why(tmp_path: Path) -> None:
    script = at(
        s0_5=[Restart("a")], s0_6=[Restart("b")],
        s1_5=[to("fight")], s1_6=[Restart("c")],
        s3_5=[Transport(is_playing=False, seconds=0.0)], s4_5=[Restart("d")],
    )  # fmt: skip
    played = play(two_sections(tmp_path), 5.0, script)
    told = {receipt.id: receipt.reason for receipt in played.receipts}

    assert played.told("b") == ["merged"]
    assert [played.told(name) for name in "cd"] == [["dropped"], ["dropped"]]
    assert told["c"] == "calm is about to be left for fight"
    assert told["d"] == "nothing plays"


def test_a_state_takes_precedence_over_a_restart(tmp_path: Path) -> None:
    played = play(two_sections(tmp_path), 4.0, at(s1_2=[Restart("r")], s1_5=[to("fight")]))

    assert played.told("r") == ["accepted", "superseded"]
    assert played.lines("layer")[-1]["section"] == "fight"


def test_a_playlist_goes_on_after_the_section_that_began_again(tmp_path: Path) -> None:
    body = '[playlists.walk]\nplay = ["calm", "fight"]\n'
    begin = Beginning(messages=[to("walk")])
    played = Player(two_sections(tmp_path, more=body), beginning=begin).play(10 * RATE, at(s2_5=[Restart()]))

    assert [(line["t"], line["section"]) for line in played.lines("layer")] == [(3.0, "calm"), (7.0, "fight")]


# ── jump ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_jump_goes_to_the_bar_at_the_next_beat_and_stays_until_select_wants_something_else(
    tmp_path: Path,
) -> None:
    more = '[sections.shop]\nlayers = ["calm"]\nlength_bars = 4\n'
    script = at(s1_3=[Jump("fight", 3, "j")], s6_5=[to("shop")])
    played = play(two_sections(tmp_path, more=more), 9.0, script)

    assert entries(played)[0] == ("fight", "3.1.0")
    assert played.seams()[0]["frame"] == BAR + BAR // 2
    assert played.seams()[0]["rule"] == "jump (at the beat)"
    assert [line["section"] for line in played.lines("layer")] == ["fight", "shop"]
    assert played.told("j") == ["accepted", "started", "finished"]


def test_a_jump_within_the_section_that_select_wants_holds_nothing(tmp_path: Path) -> None:
    body = '[playlists.walk]\nplay = ["calm", "fight"]\n'
    script = {0: [to("walk")], **at(s0_6=[Jump("calm", 4)])}
    played = play(two_sections(tmp_path, more=body), 5.0, script)

    assert entries(played)[0] == ("calm", "4.1.0")
    assert [line["section"] for line in played.lines("layer")] == ["calm", "fight"]
    assert played.performance.conductor.places.state.jumped is None


@pytest.mark.parametrize(
    ("message", "expected"),
    [(Jump("fight", 5, "j"), "fight has 4 bars"), (Jump("shop", 1, "j"), "there is no section 'shop'")],
)
def test_a_jump_that_cannot_be_says_why(tmp_path: Path, message: Jump, expected: str) -> None:
    played = play(two_sections(tmp_path), 1.0, at(s0_5=[message]))

    assert [(receipt.status, receipt.reason) for receipt in played.receipts] == [("dropped", expected)]


def test_nothing_can_be_jumped_to_while_the_music_is_stopped(tmp_path: Path) -> None:
    script = at(s0_5=[Transport(is_playing=False, seconds=0.0)], s1_5=[Jump("fight", 1, "j")])
    played = play(two_sections(tmp_path), 2.0, script)

    assert played.told("j") == ["dropped"]


# ── stop with a time ───────────────────────────────────────────────────────────────────────────────


def level(played: Played, begins_s: float, ends_s: float) -> float:
    return float(abs(played.bus("calm")[round(begins_s * RATE) : round(ends_s * RATE)]).max())


def test_a_stop_at_once_is_silent_within_a_tenth_of_a_second_and_no_click(tmp_path: Path) -> None:
    stop = Transport(is_playing=False, id="s", seconds=0.0)
    played = play(two_sections(tmp_path), 2.0, at(s0_6=[stop]))

    assert level(played, 0.7, 2.0) == 0.0
    steps = abs(played.bus("calm")[1:] - played.bus("calm")[:-1])
    assert steps.max() < 1.2 * steps[: BAR // 2].max()
    assert played.seams()[0]["rule"] == "stop (at once)"
    assert played.told("s") == ["accepted", "started", "finished"]


def test_a_stop_over_a_second_fades_and_can_be_cut_short(tmp_path: Path) -> None:
    slow = at(s0_6=[Transport(is_playing=False, seconds=1.0)])
    faded = play(two_sections(tmp_path), 3.0, slow)
    cut = play(two_sections(tmp_path), 3.0, {**slow, **at(s1_0=[Transport(False, "c", 0.0)])})

    assert 0.0 < level(faded, 1.4, 1.6) < 0.5 * level(faded, 0.2, 0.6)
    assert level(faded, 1.8, 3.0) == 0.0
    assert level(cut, 1.1, 3.0) == 0.0
    assert cut.told("c") == ["accepted", "finished"]


def test_a_stop_at_the_bar_line_can_be_brought_forward(tmp_path: Path) -> None:
    script = at(s0_2=[Transport(False, "a")], s0_4=[Transport(False, "b", 0.0)], s0_5=[Transport(False, "c")])
    played = play(two_sections(tmp_path), 2.0, script)

    assert level(played, 0.5, 2.0) == 0.0
    assert [played.told(name)[-1] for name in "abc"] == ["superseded", "finished", "merged"]


def test_held_notes_end_with_a_stop_at_once(tmp_path: Path) -> None:
    body = '[layers.calm]\ngenerator = "pad"\n[sections.calm]\nlayers = ["calm"]\nlength_bars = 4\n'
    preset = make_preset(tmp_path, body)
    cut = play(preset, 3.0, at(s1_1=[Transport(is_playing=False, seconds=0.0)]))
    slow = at(s1_1=[Transport(is_playing=False, seconds=2.0)], s1_5=[Transport(False, "c", 0.0)])
    shortened = play(preset, 3.0, slow)

    assert level(cut, 0.5, 1.0) > 0.01
    assert level(cut, 1.3, 3.0) < 1e-4
    assert level(shortened, 1.7, 3.0) < 1e-4


# ── what is saved, and edited ──────────────────────────────────────────────────────────────────────


def saved_at(preset: Preset, seconds: float, script: dict[int, list[object]]) -> SavedMusic:
    player = Player(preset)
    player.play(round(seconds * RATE), script)
    text = msgspec.json.encode(player.performance.save())
    return msgspec.json.decode(text, type=SavedMusic)


def test_a_save_keeps_what_was_forgotten_and_where_one_jumped(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, LAST)
    forgotten = saved_at(preset, 3.2, at(s0_5=[to("fight")], s2_5=[ForgetPlace("fight")]))
    jumped = saved_at(preset, 3.2, at(s0_5=[Jump("fight", 2)]))

    again = Player(preset, saved=forgotten).play(5 * RATE, at(s0_5=[to("calm")], s2_5=[to("fight")]))
    assert forgotten.forgotten == ("fight",)
    assert entries(again)[-1] == ("fight", "1.1.0")
    stays = Player(preset, saved=jumped).play(3 * RATE)
    assert jumped.jumped == ("fight", "calm")
    assert stays.performance.conductor.instance.section == "fight"
    assert stays.seams() == []


def test_other_messages_of_the_same_step_act_too(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, more='[stingers.hit]\nstem = "blow.wav"\n')
    script = at(s0_5=[SetTempo(None), Restart("r"), FireEvent("hit", id="h"), ForgetPlace("calm", "f")])
    played = play(preset, 3.0, script)

    assert [played.told(name)[-1] for name in "rhf"] == ["finished"] * 3
