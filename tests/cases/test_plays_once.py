"""Music that plays once and moves on: `plays` and `then`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import SetState
from adaptive.errors import PresetError
from adaptive.preset.check import check
from adaptive.preset.model import Preset
from adaptive.session.explain import explain_log
from tests.helpers.measure import click
from tests.helpers.presets import BAR, RATE, Played, Player, control_step_of, make_preset, play, write_sine

LAYERS = "".join(f'[layers.{name}]\nstem = "{name}.wav"\n' for name in ("calm", "fight", "both"))
BODY = (
    LAYERS + '[states.mood]\nvalues = ["calm", "fight", "tired"]\n[states.won]\nvalues = ["no", "yes"]\n'
    '[sections.fanfare]\nlayers = ["both"]\nlength_bars = 2\nplays = {plays}\n{then}\n'
    '[sections.calm]\nlayers = ["calm"]\nlength_bars = 4\n'
    '[sections.fight]\nlayers = ["fight"]\nlength_bars = 4\n'
    '[[select]]\nsection = "fanfare"\nwhen = "won == \'yes\'"\n'
    '[[select]]\nsection = "fight"\nwhen = "mood == \'fight\'"\n'
    '[[select]]\nsection = "calm"\n'
    '[[transitions]]\nexit_at = "bar"\n'
)


def a_preset(folder: Path, then: str = "", plays: int = 1, more: str = "", body: str = BODY) -> Preset:
    folder.mkdir(exist_ok=True)
    write_sine(folder / "both.wav", 443.0, beats=8)
    written = f'then = "{then}"' if then else ""
    return make_preset(folder, body.replace("{plays}", str(plays)).replace("{then}", written) + more)


def at(**seconds: Mapping[str, float]) -> dict[int, list[SetState]]:
    """A script: state=(value, seconds, value, seconds …)."""
    script: dict[int, list[SetState]] = {}
    for group, pairs in seconds.items():
        for value, when in pairs.items():
            script.setdefault(control_step_of(when), []).append(SetState(group, value.rstrip("_")))
    return script


def heard(played: Played) -> list[tuple[float, str]]:
    """When each section began, in bars, and its name; by what sounds."""
    lines = [line for line in played.log if line["kind"] == "layer" and "layers" in line]
    return [(line["frame"] / BAR, line["section"] or "") for line in lines]


@pytest.mark.parametrize(("plays", "ends"), [(1, 4.0), (3, 8.0)])
def test_it_ends_after_its_passes_and_select_decides(tmp_path: Path, plays: int, ends: float) -> None:
    played = play(a_preset(tmp_path, plays=plays), ends + 6, at(won={"yes": 1.5}))
    assert heard(played) == [(2.0, "fanfare"), (ends, "calm")]
    level = [np.abs(played.bus("both")[bar * BAR :][:BAR]).max() for bar in range(int(ends) + 4)]
    assert [value > 0.1 for value in level] == [2 <= bar < ends for bar in range(int(ends) + 4)]
    assert click(played.master[:, 0]) < 2.0


def test_its_line_is_spent_until_its_condition_has_been_false(tmp_path: Path) -> None:
    script = at(won={"yes": 0.5, "no": 7.5, "yes_": 9.5})
    played = play(a_preset(tmp_path), 16, script)
    assert heard(played) == [(1.0, "fanfare"), (3.0, "calm"), (10.0, "fanfare"), (12.0, "calm")]
    told = [(line["status"], line["select"]) for line in played.lines("state") if "select" in line]
    assert told == [("spent", 1), ("counts again", 1), ("spent", 1)]


@pytest.mark.parametrize(
    ("then", "mood", "expected"),
    [
        ("select", {"fight": 2.5}, [(1.0, "fanfare"), (3.0, "fight")]),
        ("back", {}, [(1.0, "fanfare"), (3.0, "calm")]),
        ("back", {"fight": 2.5}, [(1.0, "fanfare"), (3.0, "fight")]),
        ("fight", {}, [(1.0, "fanfare"), (3.0, "fight")]),
        # a section plays until select's answer changes
        ("fight", {"fight": 6.5, "calm": 8.5}, [(1.0, "fanfare"), (3.0, "fight"), (9.0, "calm")]),
    ],
)
def test_what_follows(
    tmp_path: Path, then: str, mood: dict[str, float], expected: list[tuple[float, str]]
) -> None:
    played = play(a_preset(tmp_path, then), 12, at(won={"yes": 0.5}, mood=mood))
    assert heard(played) == expected


def test_back_goes_on_where_it_was_left(tmp_path: Path) -> None:
    played = play(a_preset(tmp_path, "back"), 8, at(won={"yes": 2.5}))
    seam = next(line for line in played.seams() if line["target"] == "calm")
    assert (seam["frame"], seam["section_position"]) == (5 * BAR, "4.1.0")


def test_an_end_that_is_planned_can_be_withdrawn(tmp_path: Path) -> None:
    """The fight begins at the next bar; when it is over, the fanfare has not ended and plays once more."""
    urgent = '[[select]]\nsection = "calm"\nwhen = "mood == \'tired\'"\n'
    first = '[[select]]\nsection = "fanfare"'
    body = BODY.replace(first, urgent + first)
    script = at(won={"yes": 0.5}, mood={"tired": 1.5, "calm": 4.5})
    played = play(a_preset(tmp_path, body=body), 12, script)
    assert heard(played) == [(1.0, "fanfare"), (2.0, "calm"), (5.0, "fanfare"), (7.0, "calm")]
    assert click(played.master[:, 0]) < 2.0


def test_in_a_playlist_its_loops_decide(tmp_path: Path) -> None:
    more = '[playlists.list]\nplay = ["fanfare", "fight"]\nloops = { fanfare = 2 }\n'
    body = BODY.replace('section = "calm"\n[[tr', 'section = "list"\n[[tr')
    preset = a_preset(tmp_path, more=more, body=body)
    played = play(preset, 9)
    assert heard(played)[0] == (4.0, "fight")


def test_if_nothing_is_left_silence_follows_until_another_line_is_true(tmp_path: Path) -> None:
    body = BODY.replace('[[select]]\nsection = "calm"\n', "").replace("won == 'yes'", "mood == 'tired'")
    played = play(a_preset(tmp_path, body=body), 12, at(mood={"fight": 5.5, "calm": 7.5}))
    assert [name for _, name in heard(played)] == ["", "fight", "fanfare", ""]
    assert [when for when, _ in heard(played)] == pytest.approx([2.0, 5.55, 7.55, 9.55], abs=0.02)
    found = [one.sentence for one in check(a_preset(tmp_path, body=body)) if "silence follows" in one.text]
    assert found[0].startswith("select[2]: `fanfare` plays if no line is true, and it ends: silence follows")


@pytest.mark.parametrize("then", ["select", "back", "fight"])
@pytest.mark.parametrize("seconds", [2.5, 5.5])
def test_a_saved_state_keeps_what_has_ended_and_what_was_interrupted(
    tmp_path: Path, then: str, seconds: float
) -> None:
    preset = a_preset(tmp_path, then)
    whole = play(preset, 10, at(won={"yes": 0.5}))
    player = Player(preset)
    player.play(round(seconds * RATE), at(won={"yes": 0.5}))
    saved = player.performance.save()
    rest = Player(preset, saved=saved).play(5 * RATE)
    bar = int(seconds)
    later = [(when - bar, name) for when, name in heard(whole) if when > bar]
    assert [one for one in heard(rest) if one[0] < 5.0] == later
    document = json.loads(json.dumps([*saved.spent]))
    assert document == ([["fanfare", "won == 'yes'"]] if seconds > 5 else [])


def test_explain_tells_it(tmp_path: Path) -> None:
    played = play(a_preset(tmp_path), 8, at(won={"yes": 0.5, "no": 5.5}))
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in played.log))
    told = "\n".join(explain_log(tmp_path / "log.jsonl"))
    assert "because fanfare has played its 1 pass; then: select" in told
    assert "fanfare has ended: select[1] does not count until its condition has been false" in told
    assert "select[1] (fanfare) counts again: its condition has been false" in told


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("plays = 0", "sections.fanfare.plays: must be"),
        ('plays = 1\nthen = "bck"', "did you mean `back`?"),
        ('plays = 1\nthen = "fanfare"', "sections.fanfare.then: is the section itself"),
        ('then = "back"', "sections.fanfare.then: goes with `plays`"),
    ],
)
def test_faults_are_one_sentence(tmp_path: Path, keys: str, says: str) -> None:
    with pytest.raises(PresetError) as raised:
        a_preset(tmp_path, body=BODY.replace("plays = {plays}\n{then}", keys))
    assert says in str(raised.value)


def test_check_knows_that_a_line_below_one_that_ends_is_reached(tmp_path: Path) -> None:
    body = BODY.replace("won == 'yes'", "mood == 'fight'").replace(
        '[states.won]\nvalues = ["no", "yes"]\n', ""
    )
    findings = [one.sentence for one in check(a_preset(tmp_path, body=body)) if "select" in one.at]
    assert findings == []
