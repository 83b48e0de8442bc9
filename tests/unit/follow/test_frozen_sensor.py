from adaptive.follow.frozen_sensor import FrozenSensor


def found(values: list[float], spacing_s: float = 0.5) -> float | None:
    sensor = FrozenSensor()
    for number, value in enumerate(values):
        sensor.take(spacing_s * number, value)
    return sensor.value


def both(count: int) -> list[float]:
    return [value for number in range(count) for value in (164.0, 156.0 + number % 4)]


def test_a_value_that_is_repeated_beside_values_that_change_is_frozen() -> None:
    assert found(both(50)) is None
    assert found(both(70)) == 164.0


def test_it_is_frozen_no_more_once_it_has_not_come_for_ten_seconds() -> None:
    assert found(both(70) + [157.0] * 19) == 164.0
    assert found(both(70) + [157.0] * 25) is None


def test_one_sensor_alone_is_never_frozen() -> None:
    assert found([161.0] * 400) is None
    assert found([164.0, 164.0, 162.0, 164.0, 166.0, 160.0] * 70) is None
    assert found([168.0, 84.0, 168.0, 83.0, 168.0, 85.0, 86.0] * 70) is None
    assert found([168.0, 156.0] * 100) is None
