from __future__ import annotations

import asyncio
import threading

from adaptive.sinks.stream import WAITING_BLOCKS, Broadcast


def test_blocks_from_another_thread_reach_every_listener_in_order() -> None:
    async def run() -> list[list[bytes]]:
        broadcast = Broadcast(asyncio.get_running_loop(), 48000, 2)
        with broadcast.listen() as one, broadcast.listen() as two:
            thread = threading.Thread(target=lambda: [broadcast.put(bytes([n])) for n in range(3)])
            thread.start()
            heard = [[await asyncio.wait_for(queue.get(), 5.0) for _ in range(3)] for queue in (one, two)]
            thread.join()
            return heard

    assert asyncio.run(run()) == [[b"\0", b"\1", b"\2"]] * 2


def test_a_slow_listener_loses_the_oldest_blocks_and_they_are_counted() -> None:
    async def run() -> tuple[bytes, int, int]:
        broadcast = Broadcast(asyncio.get_running_loop(), 48000, 2)
        with broadcast.listen() as queue:
            for number in range(WAITING_BLOCKS + 5):
                broadcast.put(bytes([number]))
            await asyncio.sleep(0)
            return queue.get_nowait(), queue.qsize(), broadcast.dropped_blocks

    assert asyncio.run(run()) == (bytes([5]), WAITING_BLOCKS - 1, 5)


def test_a_listener_that_has_left_is_not_counted_and_not_sent_to() -> None:
    async def run() -> tuple[int, int, bool]:
        broadcast = Broadcast(asyncio.get_running_loop(), 48000, 2)
        with broadcast.listen() as queue:
            during = broadcast.listeners
        broadcast.put(b"x")
        await asyncio.sleep(0)
        return during, broadcast.listeners, queue.empty()

    assert asyncio.run(run()) == (1, 0, True)
