"""Delays of a modulated reverb: their lengths by character and size, and their places in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adaptive.kernel import layout as k
from adaptive.kernel.dsp.dispersion import CHAINS, chain_floats, stretch_of
from adaptive.kernel.processors.descriptor import Values
from adaptive.kernel.processors.modulated_reverb_record import SIDES, STEPS
from adaptive.kernel.processors.reverb_delays import ROW_GAP, next_prime, row_frames

SCRATCH_ROWS = k.LANES + SIDES
"""Rows of a quantum behind the delays: the damped lines, and the signal itself."""


@dataclass(frozen=True, slots=True)
class RoomShape:
    """Lengths in milliseconds: shortest and longest line of the loop, and the longest delay of each step."""

    shortest_ms: float
    longest_ms: float
    steps_ms: tuple[float, float, float]


CHARACTERS = {
    "hall": RoomShape(67.0, 193.0, (13.0, 24.0, 36.0)),
    "room": RoomShape(41.0, 127.0, (8.0, 14.0, 22.0)),
    "plate": RoomShape(59.0, 173.0, (5.0, 9.0, 14.0)),
    "spring": RoomShape(33.0, 43.0, (2.0, 3.0, 4.0)),
}
"""A spring has lines of nearly equal length, whose echoes flutter, behind a chain of all-passes."""

ORDERS = (
    (0, 9, 4, 13, 2, 11, 6, 15, 8, 1, 12, 5, 10, 3, 14, 7),
    (5, 12, 1, 8, 15, 6, 11, 2, 13, 4, 9, 0, 7, 14, 3, 10),
    (10, 3, 14, 7, 0, 9, 4, 13, 2, 11, 6, 15, 8, 1, 12, 5),
)
"""Which part of a step's longest delay each channel has: another order in each step."""


def delays(rate: int, values: Values) -> list[int]:
    """Return the delays in frames: input, diffuser, lines; each is longer than a quantum."""
    character = list(CHARACTERS.values())[round(values["character"])]
    size, taken = values["size"], set[int]()

    def frames(ms: float) -> int:
        found = next_prime(max(k.QUANTUM + 1, round(ms * rate / 1000.0)))
        while found in taken:  # at low rates short ones would be alike
            found = next_prime(found + 1)
        taken.add(found)
        return found

    ratio = character.longest_ms / character.shortest_ms
    lines = [
        frames(size * character.shortest_ms * ratio ** (line / (k.LANES - 1))) for line in range(k.LANES)
    ]
    steps = [
        frames(size * character.steps_ms[step] * (ORDERS[step][channel] + 0.5) / k.LANES)
        for step in range(STEPS)
        for channel in range(k.LANES)
    ]
    before = max(k.QUANTUM, round(values["predelay_ms"] * rate / 1000.0))
    return [before] * SIDES + steps + lines


def floats_of_rows(rate: int, values: Values) -> int:
    """Return the floats of all delays."""
    return sum(row_frames(delay) + k.QUANTUM + ROW_GAP for delay in delays(rate, values))


def memory_frames(rate: int, values: Values) -> int:
    """Return the floats of a reverb: its delays, the all-passes of a spring, and the rows to work in."""
    chains = SIDES * CHAINS * chain_floats(stretch_of(rate)) if is_spring(values) else 0
    return floats_of_rows(rate, values) + chains + SCRATCH_ROWS * k.QUANTUM


def is_spring(values: Values) -> bool:
    """Return whether it is a spring, whose highs arrive later than its lows."""
    return list(CHARACTERS)[round(values["character"])] == "spring"


def lay_out(hall: Any, rate: int, values: Values) -> None:
    """Write the places of the delays of a new reverb; its lines rotate from different angles."""
    first = 0
    for row, delay in enumerate(delays(rate, values)):
        hall["length"][row], hall["row_first"][row] = delay, first
        hall["row_frames"][row], hall["row_write"][row] = row_frames(delay), 0
        first += row_frames(delay) + k.QUANTUM + ROW_GAP
    hall["spring_first"], hall["spring_at"] = floats_of_rows(rate, values), 0
    hall["stretch"] = stretch_of(rate) if is_spring(values) else 0
    for pair in range(k.LANES // 2):
        hall["phase"][pair] = pair / (k.LANES // 2)
    for field in ("low", "high", "cut"):
        hall[field][:] = 0.0
