from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.errors import InputError
from adaptive.sinks.file import AudioFileSink, credits_of
from tests.helpers.presets import two_sections

RATE = 48000
SINE = 0.5 * np.sin(2.0 * np.pi * 440.0 / RATE * np.arange(4800))
AUDIO = np.stack([SINE, -SINE], axis=1).astype(np.float32)


@pytest.mark.parametrize(("suffix", "most"), [(".wav", 2**-23), (".FLAC", 2**-23), (".ogg", 0.05)])
def test_what_is_written_is_read_back_with_the_precision_of_its_format(
    tmp_path: Path, suffix: str, most: float
) -> None:
    path = tmp_path / "folder" / f"x{suffix}"
    with AudioFileSink(path, RATE, 2, {"title": "T"}) as sink:
        sink.write(AUDIO[:1000])
        sink.write(AUDIO[1000:])
    audio, rate = soundfile.read(path, dtype="float32")

    assert (rate, audio.shape) == (RATE, AUDIO.shape)
    assert np.abs(audio - AUDIO).max() <= most


def test_a_suffix_that_is_no_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x.mp3: a file must end in .wav, .flac or .ogg"):
        AudioFileSink(tmp_path / "x.mp3", RATE, 2, {})


def test_music_of_the_drum_generator_credits_what_it_learned_from(tmp_path: Path) -> None:
    drums = '[layers.beat]\ngenerator = "drums"\n'
    preset = two_sections(tmp_path / "small", more=drums)

    assert "Groove MIDI Dataset" in credits_of(preset)["comment"]
    assert "CC BY 4.0" in credits_of(preset)["comment"]


def test_learned_harmony_is_credited_where_a_genre_has_it_and_it_is_on(tmp_path: Path) -> None:
    pad = '[layers.air]\ngenerator = "pad"\nstyle = "chamber"\n'
    comments = [
        credits_of(two_sections(tmp_path / name, more=more)).get("comment", "")
        for name, more in (
            ("learned", pad),
            ("rules", pad + "[steer]\nlearned = false\n"),
            ("jazz", pad.replace("chamber", "jazz")),
        )
    ]

    assert "JS Fake Chorales by Omar Peracha" in comments[0]
    assert "CC BY 4.0" in comments[0]
    assert comments[1:] == ["", ""]


def test_credits_become_tags_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    preset = two_sections(tmp_path / "small", more='[credits]\ncomposer = "Ada"\n')
    tags = credits_of(preset)
    with AudioFileSink(tmp_path / "x.flac", RATE, 2, tags) as sink:
        sink.write(AUDIO)
    with soundfile.SoundFile(tmp_path / "x.flac") as file:
        assert (file.title, file.artist, file.license) == ("Test", "Ada", "")

    assert tags == {"title": "Test", "artist": "Ada"}


def test_a_flac_file_of_too_many_channels_is_refused_before_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a FLAC file holds 8 channels at most, not 12"):
        AudioFileSink(tmp_path / "x.flac", RATE, 12, {})

    assert not (tmp_path / "x.flac").exists()
