from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mido
import numpy as np
import pytest

from adaptive.conductor.layers.song_source import SongSource
from adaptive.errors import PresetError
from adaptive.music.channel_note import ChannelNote
from adaptive.preset.load import read
from adaptive.preset.song import read_song
from adaptive.preset.song_layers import ALL_CHANNELS
from adaptive.session.performance import Performance, vocabulary
from adaptive.session.playable import instrument_remarks, require_playable
from adaptive.session.reload.watch import has_changed
from tests.helpers import sources
from tests.helpers.soundfont_file import soundfont
from tests.unit.preset.test_song import cc, on, written

RATE = 48000
PRESET = """schema = 1
name = "song"
tempo_bpm = 120
[layers.song]
midi = "song.mid"
instrument = { soundfont = "two.sf2" }
[sections.all]
layers = ["song"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two programs and a kit of a constant: a note sounds from its first frame on as loud as it can."""
    flat = np.full(40000, 16384, np.int16)
    zones = [{"attack": -32768, "sample": 0, "loops": 1}]
    loud = [{"attack": -32768, "sample": 0, "loops": 1, "pan": 500}]
    programs = [
        ("Left", 0, 3, [zones[0] | {"pan": -500, "sample": 0}]),
        ("Right", 0, 5, loud),
        ("Kit", 128, 0, zones),
    ]
    soundfont(tmp_path / "two.sf2", [(flat, RATE, 60, 8, 39000)], programs)
    return tmp_path


def rendered(folder: Path, text: str, seconds: float) -> np.ndarray:
    preset = require_playable(read(text.encode(), folder, vocabulary()))
    performance = Performance(preset)
    performance.begin()
    pieces = []
    for _ in range(round(seconds * RATE / 256)):
        pieces.append(performance.engine.pull(256))
        while performance.step():
            pass
    performance.close()
    return np.concatenate(pieces).T


def test_a_file_plays_at_its_own_times_with_its_programs_and_controls(folder: Path) -> None:
    tempi = [
        mido.MetaMessage("set_tempo", tempo=500_000, time=0),
        mido.MetaMessage("set_tempo", tempo=413_000, time=777),
    ]
    changes = [mido.Message("program_change", program=3 + 2 * one, channel=one, time=0) for one in range(2)]
    ticks = [101, 702, 1303, 2501]
    played = [on(tick, channel=number % 2) for number, tick in enumerate(ticks)]
    ends = [on(tick + 60, channel=number % 2, velocity=0) for number, tick in enumerate(ticks)]
    written(folder / "song.mid", *tempi, *changes, cc(2400, 7, 0, 1), *played, *ends, end=3000)
    audio = np.abs(rendered(folder, PRESET, 3.0))
    latency = 0

    def frame(tick: int) -> float:
        return RATE * (min(tick, 777) * 500_000 + max(tick - 777, 0) * 413_000) / 480e6

    for number, tick in enumerate(ticks[:3]):
        side, at = number % 2, round(frame(tick))
        begun = at - 500 + int(np.argmax(audio[side, at - 500 :] > 0.01))
        latency = latency or begun - at
        assert abs(begun - at - latency) <= 1
        assert audio[1 - side, at - 500 : at + 2000].max() < 0.01
    assert latency >= 0
    assert audio[1, round(frame(2450)) :].max() < 0.01  # the volume of its channel is 0


def test_what_does_not_go_together_is_told(folder: Path) -> None:
    written(folder / "song.mid", on(0))
    for text, why in (
        (
            PRESET.replace('midi = "song.mid"', 'midi = "song.mid"\ngenerator = "pad"'),
            "in place of a `generator`",
        ),
        (PRESET.replace("song.mid", "lost.mid"), "there is no file"),
        (PRESET.replace('midi = "song.mid"', 'generator = "midi_file"'), "is not a generator"),
        (PRESET.replace('midi = "song.mid"', 'midi = "two.sf2"'), "is not a MIDI file that can be read"),
        (PRESET.replace('midi = "song.mid"', 'generator = "pad"\nmidi_channels = [1]'), "goes with `midi`"),
    ):
        with pytest.raises(PresetError, match=why):
            require_playable(read(text.encode(), folder, vocabulary()))


def test_a_kit_plays_the_drums_of_a_file_and_another_instrument_the_rest(tmp_path: Path) -> None:
    song = read_song(written(tmp_path / "song.mid", on(0, 36, 9), on(0, 72, 1), cc(0, 7, 90, 1)))
    asked: Any = SimpleNamespace(context=SimpleNamespace(bar=2, beats=6, beat_unit=8))
    heard = {
        player: [one.pitch for one in SongSource(song, ALL_CHANNELS, player).take(asked).notes]
        for player in ("kit", "synth", "sampler", "song")
    }

    assert heard["kit"] == ["kick"]
    assert heard["sampler"] == heard["synth"] == ["control 7", "control 7", "C5"]
    assert heard["song"] == ["control 7", "control 7", "control 7", "C5", "C2"]


def test_a_file_bends_the_notes_of_each_channel_of_a_synthesiser(folder: Path) -> None:
    bends = [mido.Message("pitchwheel", pitch=4096, channel=one, time=0) for one in (1, 2)]
    widened = [cc(0, 101, 0, 2), cc(0, 100, 0, 2), cc(0, 6, 12, 2)]
    keys = [on(0, 57, 0), on(0, 69, 1), on(0, 76, 2)]
    written(folder / "song.mid", *bends, *widened, *keys, end=960)
    text = PRESET.replace('{ soundfont = "two.sf2" }', '{ kind = "fm", operator_2_level = 0.0 }')
    audio = rendered(folder, text, 0.9)[0, 6000:].astype(np.float64)

    for hertz in (220.0, 440.0 * 2 ** (1 / 12), 659.255 * 2 ** (6 / 12)):
        assert abs(sources.cents_off(audio, hertz)) < 1.0


def test_a_file_of_another_tempo_than_the_section_is_told(folder: Path) -> None:
    written(folder / "song.mid", mido.Message("program_change", program=3, time=0), on(0))
    for tempo, told in (("120", []), ("100", ["`song.mid` begins at 120 bpm; `all` plays it at 100"])):
        preset = read(PRESET.replace("120", tempo).encode(), folder, vocabulary())
        assert [one.text for one in instrument_remarks(preset)] == told


def test_an_edited_file_is_played_from_the_next_bar_line_on(folder: Path) -> None:
    first = mido.Message("program_change", program=3, time=0)
    written(folder / "song.mid", first, on(0), end=7680)
    (folder / "preset.toml").write_text(PRESET, encoding="utf-8")
    preset = require_playable(read(PRESET.encode(), folder, vocabulary()))
    performance = Performance(preset)
    performance.begin()
    assert not has_changed(performance)
    second = mido.Message("program_change", program=5, time=0)
    written(folder / "song.mid", second, *(on(240 * beat, 40 + beat) for beat in range(40)), end=9600)
    assert has_changed(performance)
    performance.edit(require_playable(read(PRESET.encode(), folder, vocabulary())))
    for _ in range(2 * RATE // 256 + 20):
        performance.engine.pull(256)
        performance.step()
    (layer,) = performance.conductor.assets.generated.values()
    performance.close()

    assert layer.bars.song == read_song(folder / "song.mid")
    assert {one.note.program for one in layer.written if isinstance(one.note, ChannelNote)} == {5}
