from __future__ import annotations

from adaptive.inputs.midi.controls import Controls
from adaptive.inputs.midi.stream import MidiStream


def turn(*sent: tuple[float, str]) -> list[tuple[str, int]]:
    """Controls and values of bytes with their times."""
    stream, controls = MidiStream(), Controls()
    return [
        (str(value.source), value.value)
        for at, text in sent
        for message in stream.feed(bytes.fromhex(text))
        for value in controls.take(message, at)
    ]


def of(name: str, found: list[tuple[str, int]]) -> list[int]:
    return [value for control, value in found if control == name]


def test_a_pair_that_sends_its_high_half_first() -> None:
    found = turn((0.0, "b00740"), (0.0005, "b02720"), (1.0, "b02721"), (2.0, "b00741"), (2.001, "b02701"))
    assert of("cc14 7", found) == [8192, 8224, 8225, 8320, 8321]
    assert of("cc 7", found) == [64, 65]


def test_a_pair_that_sends_its_low_half_first() -> None:
    sent = [
        (0.01 * i + half * 0.001, f"b0{number:02x}{n:02x}")
        for i, n in enumerate((0, 1, 2, 1, 0))
        for half, number in enumerate((39, 7))
    ]
    assert of("cc14 7", turn(*sent)) == [0, 129, 258, 129, 0]


def test_a_low_half_alone_of_a_device_that_sends_it_first_counts_after_a_while() -> None:
    stream, controls = MidiStream(), Controls()
    for at, text in ((0.0, "b02701"), (0.001, "b00701"), (1.0, "b02705")):
        for message in stream.feed(bytes.fromhex(text)):
            list(controls.take(message, at))
    assert list(controls.follow(1.002)) == []
    assert [value.value for value in controls.follow(1.006)] == [133]
    assert list(controls.follow(1.007)) == []


def test_parameter_numbers_take_data_entry_and_fire_no_controllers() -> None:
    found = turn((0.0, "b06300 b0622f b00600 b02601"))
    assert found == [("nrpn 47", 0), ("nrpn 47", 1)]
    assert turn((0.0, "b06500 b06400 b00602")) == [("rpn 0", 256)]


def test_the_null_parameter_lets_data_entry_be_a_controller_again() -> None:
    found = turn((0.0, "b06300 b0622f b06200"), (0.1, "b0657f b0647f"), (0.2, "b00603"))
    assert ("cc 6", 3) in found


def test_increments_stay_in_range() -> None:
    found = turn((0.0, "b06300 b06205"), (0.1, "b06100 b06000 b06000"))
    assert found == [("nrpn 5", 0), ("nrpn 5", 1), ("nrpn 5", 2)]


def test_bend_pressure_and_program() -> None:
    found = turn((0.0, "e00000 e07f7f e00040 d05a a03c20 c007"))
    assert found == [
        ("bend", -8192), ("bend", 8191), ("bend", 0), ("pressure", 90), ("key_pressure 60", 32),
        ("program", 7),
    ]  # fmt: skip
