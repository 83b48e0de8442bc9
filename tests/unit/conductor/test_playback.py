"""The playback state: instances at frames, positions, harmony of bridges, receipts."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.composer.steer import NOTHING_HELD
from adaptive.conductor.messages import Receipt, SetState
from adaptive.conductor.playback import PlaybackState
from adaptive.preset.timing import LOOK_AHEAD_S
from tests.helpers.presets import BAR, Player, control_step_of, make_preset

BODY = (
    '[layers.bass]\ngenerator = "bass"\n'
    '[sections.calm]\nlayers = ["bass"]\nlength_bars = 4\nchords = ["C", "F", "G", "A"]\n'
    '[sections.fight]\nlayers = ["bass"]\nlength_bars = 2\n'
    '[bridges.alarm]\nlayers = ["bass"]\nlength_beats = 4\n'
    '[[transitions]]\nexit_at = "bar"\nbridge = "alarm"\n'
)


@pytest.fixture
def playback(tmp_path: Path) -> PlaybackState:
    """In bar 1 of calm; a bridge is planned at bar 3, and fight at bar 4."""
    player = Player(make_preset(tmp_path, BODY))
    player.play(round(1.5 * BAR), {control_step_of(1.3): [SetState("section", "fight")]})
    return player.performance.conductor.playback


def test_the_instances_follow_each_other_to_the_destination(playback: PlaybackState) -> None:
    names = [(instance.section, ends) for instance, ends in playback.instances()]

    assert names == [("calm", 8.0), ("bridge:alarm", 12.0), ("fight", float("inf"))]
    assert playback.destination.section == "fight"
    assert playback.transition is playback.transitions[0]


@pytest.mark.parametrize(
    ("bars", "section", "position"),
    [
        (1.75, "calm", "2.4.0"),
        (2.0, "bridge:alarm", "3.1.0"),
        (3.0, "fight", "4.1.0"),
        (9.5, "fight", "10.3.0"),
    ],
)
def test_a_frame_has_the_segment_and_position_that_are_planned_for_it(
    playback: PlaybackState, bars: float, section: str, position: str
) -> None:
    frame = round(bars * BAR)

    assert playback.instance_at(frame).section == section
    assert playback.position_at(frame) == position


def test_a_bridge_without_chords_continues_those_of_its_section(playback: PlaybackState) -> None:
    bridge = playback.transitions[0].target
    context = playback.compose_context(bridge, playback.origin_of(bridge))
    calm = playback.assets.plans["calm"].visit(playback.instance.visit)

    assert playback.origin_of(bridge).section == "calm"
    assert [context.plan_of(bar, NOTHING_HELD) for bar in range(3)] == [calm.bar(bar) for bar in (2, 3, 4)]


def test_decisions_sound_one_look_ahead_after_the_control_step(playback: PlaybackState) -> None:
    assert playback.earliest - playback.now == round(LOOK_AHEAD_S * 48000)


def test_only_messages_with_an_id_get_receipts(playback: PlaybackState) -> None:
    receipts: list[Receipt] = []
    playback.on_receipt = receipts.append
    playback.receipt(None, "accepted", "a reason")
    playback.receipt("x", "accepted", "a reason", 480, "1.1.0", "a rule")

    assert receipts == [Receipt("x", "accepted", "a reason", 480, "1.1.0", "a rule")]


def test_a_section_that_is_entered_again_is_another_visit_unless_it_goes_on_where_it_was(
    playback: PlaybackState,
) -> None:
    assert playback.instance.visit == 0
    assert playback.visits == {"calm": 1}
    assert playback.destination.visit == 0  # fight is planned, and not counted before it is entered

    assert playback.instance_in("calm", 40.0, 0.0, 1).visit == 1
    assert playback.instance_in("calm", 40.0, 8.0, 1).visit == 0
    playback.count_visit(playback.instance_in("calm", 40.0, 0.0, 1))
    assert playback.visits["calm"] == 2
    assert playback.instance_in("calm", 80.0, 8.0, 1).visit == 1


def test_each_visit_has_bars_of_its_own_over_the_declared_chords(playback: PlaybackState) -> None:
    first, second = (
        playback.compose_context(playback.instance_in("calm", 40.0, offset, 1)) for offset in (8.0, 0.0)
    )

    assert [context.instance.visit for context in (first, second)] == [0, 1]
    assert first.plan_of(0, NOTHING_HELD).harmony.chords == second.plan_of(0, NOTHING_HELD).harmony.chords
    assert first.plan_of(0, NOTHING_HELD).label != second.plan_of(0, NOTHING_HELD).label
