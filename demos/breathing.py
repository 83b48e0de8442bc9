"""Follow a sensor: a number that comes ten times a second, as from a chest belt, a slider or a camera."""

import math

import adaptive


def sensor(second: float) -> float:
    """What the sensor measures: a breath of six seconds, that becomes deeper within two minutes."""
    return 0.5 - 0.5 * math.cos(2.0 * math.pi * second / 6.0) * min(1.0, 0.2 + second / 120.0)


with adaptive.play("lanterns") as music:
    steps = music.parameters["steps"]
    for tenth in range(1200):
        steps.set(sensor(tenth / 10.0))
        if tenth % 20 == 0:
            print(f"{'#' * round(40 * steps.value):40} {music.section}, bar {music.position}")
        if not music.wait(0.1):
            break
