from __future__ import annotations

from adaptive.inputs.midi.keys import KeyChange, Keys
from adaptive.inputs.midi.stream import MidiStream


def play(keys: Keys, text: str) -> list[tuple[int, int]]:
    """Keys that begin or end, with their velocities."""
    return [
        (change.key, change.velocity)
        for message in MidiStream().feed(bytes.fromhex(text))
        for change in keys.take(message)
    ]


def test_notes_begin_and_end_and_a_second_end_is_none() -> None:
    keys = Keys()
    assert play(keys, "903c64 3c00 803c40") == [(60, 100), (60, 0)]


def test_the_pedal_holds_what_all_notes_off_ends_until_it_is_released() -> None:
    keys = Keys()
    assert play(keys, "903c64 b0407f b07b00") == [(60, 100)]
    assert play(keys, "b04000") == [(60, 0)]


def test_all_sound_off_ends_at_once_with_the_pedal_down() -> None:
    keys = Keys()
    assert play(keys, "903c64 b0407f b07800") == [(60, 100), (60, 0)]


def test_the_pedal_ends_only_keys_that_are_up_and_only_of_its_channel() -> None:
    keys = Keys()
    play(keys, "b0407f 903c64 904064 803c00 913c64")
    assert play(keys, "b04000") == [(60, 0)]
    assert set(keys.sounding) == {(0, 64), (1, 60)}


def test_everything_is_released_when_the_port_goes_or_resets() -> None:
    keys = Keys()
    play(keys, "b0407f 903c64 923c64")
    assert keys.release_all() == [KeyChange(0, 60, 0), KeyChange(2, 60, 0)]
    assert play(keys, "903c64 ff") == [(60, 100), (60, 0)]
    assert keys.pedals == set()
