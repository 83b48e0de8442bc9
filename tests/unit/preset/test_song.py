from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import pytest

from adaptive.errors import InputError
from adaptive.music.channel_note import WHEEL, WHEEL_RANGE, ChannelNote, ControlChange
from adaptive.music.generator_parameters import GENERATORS
from adaptive.preset.song import Song, read_song

EVERYWHERE = frozenset(range(16))
BAR = Fraction(4)


def written(path: Path, *messages: mido.Message, end: int = 1920) -> Path:
    """A file with 480 ticks a quarter note; `time` of a message is its tick."""
    track, last = mido.MidiTrack(), 0
    for message in sorted(messages, key=lambda one: one.time):
        track.append(message.copy(time=message.time - last))
        last = message.time
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - last)))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)
    return path


def on(tick: int, key: int = 60, channel: int = 0, velocity: int = 100) -> mido.Message:
    return mido.Message("note_on", note=key, channel=channel, velocity=velocity, time=tick)


def cc(tick: int, number: int, value: int, channel: int = 0) -> mido.Message:
    return mido.Message("control_change", control=number, value=value, channel=channel, time=tick)


def notes(song: Song) -> list[tuple[Fraction, Fraction]]:
    return [(one.onset, one.duration) for one in song.events if isinstance(one, ChannelNote)]


def test_notes_end_with_their_keys_the_pedal_the_next_of_the_key_or_the_file(tmp_path: Path) -> None:
    song = read_song(written(
        tmp_path / "a.mid",
        on(0), on(240, velocity=0), cc(480, 64, 127), on(480), on(600, velocity=0), on(960),
        on(1200, velocity=0), cc(1440, 64, 0), on(1500), cc(1500, 120, 0, 3),
    ))  # fmt: skip

    assert notes(song) == [
        (Fraction(0), Fraction(1, 2)), (Fraction(1), Fraction(1)), (Fraction(2), Fraction(1)),
        (Fraction(25, 8), Fraction(7, 8)),
    ]  # fmt: skip


def test_a_tempo_that_changes_is_kept_beside_the_first(tmp_path: Path) -> None:
    song = read_song(written(
        tmp_path / "a.mid", mido.MetaMessage("set_tempo", tempo=500_000, time=0),
        mido.MetaMessage("set_tempo", tempo=250_000, time=480), on(960), end=960,
    ))  # fmt: skip

    assert song.tempo_bpm == 120.0
    assert notes(song)[0][0] == Fraction(3, 2)
    assert song.quarters == Fraction(3, 2)


def test_programs_banks_and_the_range_of_the_wheel_are_followed(tmp_path: Path) -> None:
    song = read_song(written(
        tmp_path / "a.mid",
        cc(0, 0, 8), mido.Message("program_change", program=48, channel=0, time=0), on(1), on(2, 36, 9),
        cc(3, 101, 0), cc(3, 100, 0), cc(3, 6, 12), mido.Message("pitchwheel", pitch=8191, time=4),
        cc(5, 101, 0), cc(5, 100, 2), cc(5, 6, 65), on(6, 61),
    ))  # fmt: skip
    values = {one.control: one.value for one in song.events if isinstance(one, ControlChange)}
    last = next(one for one in song.events if isinstance(one, ChannelNote) and one.midi == 61)

    assert song.programs == {(0, 8, 48), (9, 128, 0)}
    assert values[WHEEL_RANGE] == pytest.approx(12 / 127)
    assert values[WHEEL] == pytest.approx(1.0, abs=1e-4)
    assert last.tuning_semitones == 1.0


def test_a_bar_begins_with_the_controls_as_they_are_there_and_bars_repeat(tmp_path: Path) -> None:
    song = read_song(written(tmp_path / "a.mid", on(0), cc(960, 7, 64), cc(2000, 1, 127), on(2400), end=3000))
    first, second = (song.bar(number, BAR, EVERYWHERE) for number in range(2))

    assert song.bars(BAR) == 2
    assert [one.control for one in first if isinstance(one, ControlChange)] == [1, 7, 7]
    assert {one.control: one.value for one in second[:2] if isinstance(one, ControlChange)} == {
        1: 0.0,
        7: 64 / 127,
    }
    assert [one.onset for one in second if isinstance(one, ChannelNote)] == [Fraction(1)]
    assert song.bar(3, BAR, EVERYWHERE) == second
    assert song.bar(0, BAR, frozenset({5})) == ()


BROKEN = (
    "no_tracks_ok", "empty", "eof_in_track", "invalid_data_byte", "zero_len_meta", "keysig_8sharps",
    "too_long_meta",
)  # fmt: skip


def read_or_told(path: Path) -> Song | None:
    """What a file says; None: it was refused, in one sentence."""
    try:
        return read_song(path)
    except InputError as error:
        told = str(error)
    assert "\n" not in told
    return None


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_read_or_told_in_one_sentence(name: str) -> None:
    data = os.environ.get("ADAPTIVE_TEST_DATA")
    if data is None:
        pytest.skip("set ADAPTIVE_TEST_DATA")
    read_or_told(Path(data) / "midi" / f"mido_{name}.mid")


def test_bytes_at_random_are_read_or_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.mid", on(0), cc(5, 7, 3), on(480, velocity=0), on(500, 61))
    good, rng = path.read_bytes(), np.random.default_rng(3)
    for number in range(50):
        data = bytearray(good)
        for _ in range(4):
            data[int(rng.integers(len(data)))] = int(rng.integers(256))
        path.write_bytes(data[: len(data) - number % 5])
        os.utime(path, ns=(number, number))
        song = read_or_told(path)
        if song is None:
            continue
        assert all(one.duration >= 0 for one in song.events)
        song.bar(1, BAR, EVERYWHERE)


def test_generators_of_a_soundfont_are_moved_by_their_parameters(tmp_path: Path) -> None:
    """Both orders of 6 and 38, a number above 99, two values after one choice, another parameter, a reset."""
    steps = [
        (99, 120), (98, 8), (38, 0), (6, 60), (99, 120), (98, 52), (6, 64), (38, 50), (6, 65),
        (99, 120), (98, 100), (98, 3), (6, 1), (99, 1), (98, 8), (6, 1),
        (101, 0), (100, 0), (6, 12), (121, 0),
    ]  # fmt: skip
    song = read_song(
        written(tmp_path / "a.mid", *(cc(30 * n, *step) for n, step in enumerate(steps)), on(700))
    )
    moved = [
        (one.control, one.value)
        for one in song.events
        if isinstance(one, ControlChange) and one.control >= WHEEL_RANGE
    ]

    assert moved == [
        (GENERATORS + 8, -1024.0), (GENERATORS + 52, 0.0), (GENERATORS + 52, 50.0), (GENERATORS + 52, 178.0),
        (WHEEL_RANGE, pytest.approx(12 / 127)), (GENERATORS + 8, 0.0), (GENERATORS + 52, 0.0),
    ]  # fmt: skip
    bar = [one for one in song.bar(0, BAR, EVERYWHERE) if isinstance(one, ControlChange)]
    assert [one.value for one in bar if one.control == GENERATORS + 8] == [0.0, -1024.0, 0.0]
