"""A message with an id gets receipts up to one last one, with rule, frame and position."""

from __future__ import annotations

from pathlib import Path

from adaptive.conductor.messages import Message, Receipt, SetState, Transport
from tests.helpers.presets import (
    BAR,
    STEM_LAYERS,
    Played,
    Player,
    control_step_of,
    make_preset,
    play,
    two_sections,
)

PLACES = (
    STEM_LAYERS
    + """
[parameters.threat]
[states.place]
values = ["road", "shelter"]
[sections.calm]
layers = ["calm"]
length_bars = 4
{calm}
[sections.fight]
layers = ["fight"]
length_bars = 4
[[select]]
section = "fight"
when = "threat > 0.5"
[[select]]
section = "fight"
when = "place == 'shelter' and threat < 0.2"
[[select]]
section = "calm"
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
"""
)


def played(folder: Path, script: dict[int, list[Message]], calm: str = "", threat_at: float = 99.0) -> Played:
    player = Player(make_preset(folder, PLACES.replace("{calm}", calm)))
    player.performance.schedule_values([(round(threat_at * BAR), "threat", 0.3)])
    return player.play(6 * BAR, script)


def said(result: Played, message_id: str) -> list[tuple[str, float | None]]:
    receipts = [receipt for receipt in result.receipts if receipt.id == message_id]
    return [(r.status, None if r.frame is None else r.frame / BAR) for r in receipts]


def shelter(message_id: str) -> SetState:
    return SetState("place", "shelter", message_id)


def test_receipts_of_a_state_name_frame_position_and_rule_of_its_transition(
    tmp_path: Path,
) -> None:
    result = played(tmp_path, {control_step_of(1.3): [shelter("s")]})

    assert said(result, "s") == [("accepted", 2.0), ("started", 2.0), ("finished", 2.0)]
    first = next(receipt for receipt in result.receipts if receipt.id == "s")
    assert isinstance(first, Receipt)
    assert (first.position, first.rule) == ("3.1.0", "any → any (exit at bar, enter at start)")
    assert "place == 'shelter' and threat < 0.2 (place = shelter, threat = 0.000)" in first.reason


def test_a_state_that_needs_no_transition_is_finished_at_once(tmp_path: Path) -> None:
    script = {control_step_of(1.3): [shelter("s")], control_step_of(3.3): [SetState("place", "shelter", "t")]}
    result = played(tmp_path, script, threat_at=0.5)

    assert said(result, "s") == [("accepted", None), ("finished", None)]
    assert said(result, "t") == [("merged", None)]


def test_a_state_that_has_to_wait_is_deferred_until_its_frame_is_known(tmp_path: Path) -> None:
    result = played(tmp_path, {control_step_of(0.3): [shelter("s")]}, calm="min_stay_bars = 3")

    assert said(result, "s") == [
        ("accepted", None),
        ("deferred", None),
        ("deferred", 3.0),
        ("started", 3.0),
        ("finished", 3.0),
    ]


def test_a_state_is_superseded_by_a_newer_one_of_its_group(tmp_path: Path) -> None:
    script = {control_step_of(1.3): [shelter("s")], control_step_of(1.5): [SetState("place", "road", "r")]}
    result = played(tmp_path, script)

    assert said(result, "s") == [("accepted", 2.0), ("superseded", 2.0)]
    assert said(result, "r") == [("accepted", None), ("finished", None)]


def test_a_state_is_superseded_when_a_parameter_cancels_its_transition(tmp_path: Path) -> None:
    result = played(tmp_path, {control_step_of(1.3): [shelter("s")]}, threat_at=1.6)

    assert said(result, "s") == [("accepted", 2.0), ("superseded", 2.0)]


def test_a_state_that_comes_too_late_before_a_seam_is_deferred_until_after_it(tmp_path: Path) -> None:
    script = {
        control_step_of(1.3): [SetState("section", "fight", "a")],
        control_step_of(1.97): [SetState("section", "calm", "b")],
    }
    player = Player(two_sections(tmp_path))
    result = player.play(6 * BAR, script)

    # fight was accepted and does play, though only for a bar
    assert said(result, "a")[-1][0] == "superseded"
    assert said(result, "b") == [
        ("accepted", None),
        ("deferred", None),
        ("deferred", 3.0),
        ("started", 3.0),
        ("finished", 3.0),
    ]


def test_stop_and_play_get_receipts_up_to_the_last(tmp_path: Path) -> None:
    script = {
        control_step_of(1.3): [Transport(False, "stop")],
        control_step_of(3.5): [Transport(True, "play")],
    }
    result = Player(two_sections(tmp_path)).play(6 * BAR, script)

    assert said(result, "stop") == [("accepted", 2.0), ("started", 2.0), ("finished", 2.0)]
    assert [status for status, _ in said(result, "play")] == ["accepted", "started", "finished"]


def test_a_state_that_is_sent_with_stop_is_not_finished_by_silence(tmp_path: Path) -> None:
    messages: list[Message] = [SetState("section", "fight", "s"), Transport(False, "stop")]
    result = Player(two_sections(tmp_path)).play(4 * BAR, {control_step_of(1.3): messages})

    assert said(result, "s") == [("accepted", None), ("finished", None)]
    assert said(result, "stop")[-1] == ("finished", 2.0)


PLAYLIST = """
[layers.bass]
generator = "bass"
[layers.pad]
generator = "pad"
[states.mode]
values = ["list", "other"]
[sections.a]
layers = ["bass"]
length_bars = 4
{a}
[sections.b]
layers = ["bass", "pad"]
length_bars = 4
markers = {{ k = 3 }}
[sections.x]
layers = ["pad"]
length_bars = 4
[playlists.p]
play = ["a", "b"]
[[select]]
section = "x"
when = "mode == 'other'"
[[select]]
section = "p"
"""


def test_a_state_that_needs_no_transition_does_not_wait_for_a_playlists_transition(tmp_path: Path) -> None:
    body = PLAYLIST.format(a="") + '[states.weather]\nvalues = ["dry", "wet"]\n'
    played = play(make_preset(tmp_path, body), 5, {control_step_of(2.0): [SetState("weather", "wet", "w")]})

    assert played.seams()  # the playlist's own transition is planned by then
    assert played.told("w") == ["accepted", "finished"]


def test_a_request_is_not_finished_by_a_bridge_that_can_no_longer_be_cancelled(tmp_path: Path) -> None:
    body = STEM_LAYERS + '[layers.both]\nstem = "both.wav"\n[states.mood]\nvalues = ["a", "b", "c"]\n'
    for name, layer in (("a", "calm"), ("b", "fight"), ("c", "both")):
        stay = "min_stay_bars = 4" if name == "a" else ""
        body += f'[sections.{name}]\nlayers = ["{layer}"]\nlength_bars = 4\n{stay}\n'
    body += '[[select]]\nsection = "b"\nwhen = "mood == \'b\'"\nurgent = true\n'
    body += '[[select]]\nsection = "c"\nwhen = "mood == \'c\'"\n[[select]]\nsection = "a"\n'
    body += '[[transitions]]\nbridge = "br"\n[bridges.br]\nlayers = ["calm"]\nlength_bars = 1\n'
    script = {
        control_step_of(0.5): [SetState("mood", "b", "b")],
        control_step_of(0.97): [SetState("mood", "c", "c")],
    }
    played = play(make_preset(tmp_path, body), 5, script)
    last = [receipt for receipt in played.receipts if receipt.id == "c"][-1]

    assert (last.status, last.reason, last.frame) == ("finished", "c plays", 2 * BAR)
