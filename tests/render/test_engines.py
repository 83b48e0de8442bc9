from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from adaptive.engine import commands as c
from adaptive.engine.bank import Bank
from adaptive.engine.engine import Engine
from tests.helpers import scene
from tests.helpers.rendering import digest

FRAMES = 9600
COUNT = 20


def sharing(bank: Bank) -> list[Engine]:
    """Twenty engines that play the same sounds of one bank."""
    shared = scene.sounds(bank)
    engines = [Engine(scene.spec(), bank) for _ in range(COUNT)]
    for engine in engines:
        numbers = [engine.add_sound(sound) for sound in shared]
        engine.post(scene.commands(engine, numbers))
    return engines


def alone() -> str:
    return digest(scene.prepared().pull(FRAMES))


def test_twenty_engines_share_one_bank_and_give_the_bytes_of_one_alone() -> None:
    bank = Bank()
    engines = sharing(bank)
    one = Bank()
    scene.sounds(one)

    assert one.used_bytes == bank.used_bytes
    assert {alone()} == {digest(engine.pull(FRAMES)) for engine in engines}


def test_engines_pulled_alternately_give_the_bytes_of_one_alone() -> None:
    engines = sharing(Bank())
    blocks = [[engine.pull(480) for engine in engines] for _ in range(FRAMES // 480)]

    assert {alone()} == {digest(np.concatenate(pieces)) for pieces in zip(*blocks, strict=True)}


def test_engines_pulled_by_several_threads_give_the_bytes_of_one_alone() -> None:
    engines = sharing(Bank())
    with ThreadPoolExecutor(4) as pool:
        audio = list(pool.map(lambda engine: engine.pull(FRAMES), engines))

    assert {alone()} == {digest(one) for one in audio}


def test_an_engine_may_be_pulled_by_a_different_thread_each_time() -> None:
    engine = scene.prepared()
    pieces = []
    for _ in range(10):
        with ThreadPoolExecutor(1) as pool:
            pieces.append(pool.submit(engine.pull, FRAMES // 10).result())

    assert alone() == digest(np.concatenate(pieces))


def test_commands_to_one_engine_do_not_reach_the_others() -> None:
    engines = sharing(Bank())
    engines[3].post([c.fade_master(5, 0.0, 1)])
    engines[3].set_volume(0.1)
    engines[3].set_parameter(0, 1.0)
    hashes = [digest(engine.pull(FRAMES)) for engine in engines]

    assert [index != 3 for index in range(COUNT)] == [one == alone() for one in hashes]


def test_rendering_restores_the_mode_of_the_floating_point_unit() -> None:
    scene.prepared().pull(640)
    smallest = np.float32(1e-40)

    assert float(smallest * np.float32(0.5)) > 0.0
