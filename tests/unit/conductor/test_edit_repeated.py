"""Several edits in a row: undo, rows that are reused, parameter values, ducking."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.conductor.layout.row_allocator import NoSpareRowsError
from adaptive.conductor.messages import FireEvent
from adaptive.engine.engine import SOURCE_NETWORK
from adaptive.kernel.layout import RECEIVER_SOURCE
from tests.helpers.presets import BAR, RATE, Player, make_preset

CALM = '[layers.calm]\nstem = "calm.wav"\n'
ONE = '[sections.one]\nlayers = ["calm"]\nlength_bars = 4\n'
OTHER = '[layers.other]\nstem = "both.wav"\n'
BOTH = '[sections.one]\nlayers = ["calm", "other"]\nlength_bars = 4\n'


def edit(player: Player, folder: Path, body: str) -> None:
    """Write an edited preset and play until the edit sounds."""
    player.performance.edit(make_preset(folder, body))
    settle(player)


def settle(player: Player, bars: float = 1.2) -> None:
    until = player.performance.frame + round(bars * BAR)
    while player.performance.frame < until or player.performance.edit_queue.is_waiting:
        player.control_step()


def fire(player: Player, name: str) -> None:
    player.control_step([FireEvent(name, 1.0, None, name)])


def level(player: Player, layer: str) -> float:
    """Level of a layer in the last tenth of a second."""
    return float(np.abs(player.result().bus(layer)[-RATE // 10 :]).max())


def value(player: Player, name: str) -> float:
    performance = player.performance
    return float(performance.engine.value(performance.layout.parameters[name]))


def kits(*names: str) -> str:
    return "".join(f'[layers.{name}]\ngenerator = "drums"\n' for name in names) + CALM + ONE


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (kits(*"abcdef"), kits(*"uvwxyz")),
        (
            "".join(f"[parameters.a{n}]\n" for n in range(8)) + CALM + ONE,
            "".join(f"[parameters.b{n}]\n" for n in range(8)) + CALM + ONE,
        ),
    ],
)
def test_an_undo_does_not_add_spare_rows(tmp_path: Path, first: str, then: str) -> None:
    player = Player(make_preset(tmp_path, CALM + ONE))
    edit(player, tmp_path, first)
    assert player.performance.undo()
    settle(player)

    with pytest.raises(NoSpareRowsError):
        edit(player, tmp_path, then)


def test_a_value_follows_its_parameter_to_another_row_and_back(tmp_path: Path) -> None:
    plain, linear = (
        f"[parameters.heat]\n{law}[parameters.cold]\n{CALM}{ONE}" for law in ("", 'law = "linear"\n')
    )
    player = Player(make_preset(tmp_path, plain))
    engine = player.performance.engine
    engine.set_parameter(player.performance.layout.parameters["heat"], 0.2)
    settle(player, 0.3)
    edit(player, tmp_path, linear)
    assert value(player, "heat") == pytest.approx(0.2)
    engine.set_parameter(player.performance.layout.parameters["heat"], 0.9)
    settle(player, 0.3)
    assert player.performance.undo()
    settle(player)
    assert value(player, "heat") == pytest.approx(0.9)


def test_a_value_in_the_mailbox_follows_its_parameter(tmp_path: Path) -> None:
    plain, linear = (
        f"[parameters.heat]\n{law}[parameters.cold]\n{CALM}{ONE}" for law in ("", 'law = "linear"\n')
    )
    player = Player(make_preset(tmp_path, plain))
    engine, at = player.performance.engine, player.performance.layout.parameters

    def receive(index: int, amount: float) -> None:
        bits = int(np.float32(amount).view(np.int32))
        engine.memory["mailbox"][0, index] = engine.numbers.next_arrival() << 32 | bits
        engine.memory.head["mailbox_sequence"] += 2

    engine.set_parameter(at["heat"], 0.2, SOURCE_NETWORK)
    settle(player, 0.1)
    receive(at["heat"], 0.8)
    settle(player, 0.1)
    edit(player, tmp_path, linear)
    receive(player.performance.layout.parameters["cold"], 0.5)
    settle(player, 0.2)

    assert value(player, "heat") == pytest.approx(0.8)
    assert engine.memory["slots"][RECEIVER_SOURCE].any()


def test_a_parameter_without_a_sent_value_takes_its_edited_default_even_with_another_law(
    tmp_path: Path,
) -> None:
    player = Player(make_preset(tmp_path, f"[parameters.heat]\n{CALM}{ONE}"))
    edit(player, tmp_path, f'[parameters.heat]\ndefault = 0.7\nlaw = "linear"\n{CALM}{ONE}')

    assert value(player, "heat") == pytest.approx(0.7)


def test_a_late_message_does_not_replace_a_newer_value(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, f"[parameters.heat]\n{CALM}{ONE}"))
    engine = player.performance.engine
    early, late = engine.numbers.next_arrival(), engine.numbers.next_arrival()
    engine.set_parameter(0, 0.9, SOURCE_NETWORK, late)
    engine.set_parameter(0, 0.1, SOURCE_NETWORK, early)
    settle(player, 0.1)

    assert value(player, "heat") == pytest.approx(0.9)


def test_the_rows_of_a_stinger_that_still_sounds_are_not_reused(tmp_path: Path) -> None:
    click = np.ones(RATE // 10, np.float32) * 0.5
    rests = np.concatenate([click, np.zeros(6 * RATE, np.float32), click])
    gap = '[stingers.gap]\nstem = "gap.wav"\n'
    make_preset(tmp_path, CALM + ONE)
    soundfile.write(tmp_path / "gap.wav", rests, RATE, subtype="FLOAT")
    player = Player(make_preset(tmp_path, CALM + ONE + gap))
    row = player.performance.layout.stingers["gap"].bus
    fire(player, "gap")
    settle(player)
    for body in (CALM + ONE, f"{CALM}level_db = -1\n{ONE}", CALM + OTHER + BOTH):
        edit(player, tmp_path, body)
    player.play(8 * BAR)
    played = player.result()

    assert player.performance.layout.layers["other"].bus != row
    assert float(np.abs(played.buses[row, 0, 6 * RATE :]).max()) == pytest.approx(0.5, rel=0.05)


def duck(name: str, db: float = -20.0) -> str:
    return f'[stingers.{name}]\nstem = "long.wav"\nduck_db = {db}\n'


@pytest.fixture
def long(tmp_path: Path) -> Path:
    make_preset(tmp_path, CALM + ONE)
    soundfile.write(tmp_path / "long.wav", np.full(5 * RATE, 1e-3, np.float32), RATE, subtype="FLOAT")
    return tmp_path


def test_an_added_layer_is_ducked_by_a_stinger_that_sounds(long: Path) -> None:
    player = Player(make_preset(long, CALM + ONE + duck("long")))
    fire(player, "long")
    settle(player)
    edit(player, long, CALM + OTHER + BOTH + duck("long"))

    assert level(player, "other") == pytest.approx(level(player, "calm"), rel=0.05)
    player.play(8 * BAR)
    assert level(player, "other") == pytest.approx(0.2, rel=0.05)


def test_a_layer_that_was_removed_while_ducked_returns_at_its_level(long: Path) -> None:
    body = CALM + OTHER + BOTH + duck("long")
    player = Player(make_preset(long, body))
    fire(player, "long")
    settle(player)
    edit(player, long, CALM + ONE + duck("long"))
    assert player.performance.undo()
    settle(player)
    player.play(9 * BAR)

    assert level(player, "other") == pytest.approx(0.2, rel=0.05)


def test_ducking_recovers_when_an_edit_switches_it_off(long: Path) -> None:
    player = Player(make_preset(long, CALM + ONE + duck("long")))
    fire(player, "long")
    settle(player)
    assert level(player, "calm") == pytest.approx(0.02, rel=0.05)
    edit(player, long, CALM + ONE + duck("long", 0.0))
    settle(player)

    assert level(player, "calm") == pytest.approx(0.2, rel=0.05)
