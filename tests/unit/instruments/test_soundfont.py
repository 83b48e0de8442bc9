from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.errors import InputError
from adaptive.instruments import soundfont
from adaptive.kernel.sources.sampler_regions import Region
from tests.helpers.soundfont_file import both, sine
from tests.helpers.soundfont_file import soundfont as written

ZONES = [
    {"keys": both(0, 59), "sample": 0},
    {"keys": both(60, 127), "velocities": both(1, 80), "attenuation": 100, "sample": 1},
    {"keys": both(60, 127), "velocities": both(81, 127), "loops": 1, "pan": -500, "sample": 1},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    samples = [(sine(), 48000, 48, 0, 4800), (sine(period=24), 44100, 72, 480, 528)]
    return written(tmp_path / "two.sf2", samples, [("Two Sines", 0, 5, ZONES), ("Kit", 128, 0, ZONES[:1])])


def test_programs_have_their_names_banks_and_numbers(path: Path) -> None:
    programs = soundfont.read(path).programs

    assert [(one.name, one.bank, one.number) for one in programs] == [("Two Sines", 0, 5), ("Kit", 128, 0)]


def test_zones_become_regions_with_keys_velocities_levels_and_loops(path: Path) -> None:
    font = soundfont.read(path)
    low, soft, loud = soundfont.regions(font, font.programs[0])

    assert (low.keys, low.root_key, low.loop) == ((0, 59), 48.0, None)
    assert (soft.velocities, soft.level_db) == ((1, 80), -4.0)  # attenuation counts 0.4 times
    assert (loud.loop, loud.pan, loud.recording.sample_rate) == ((480, 528), -1.0, 44100.0)
    assert soft.recording is loud.recording
    np.testing.assert_allclose(loud.recording.whole(), sine(period=24) / 32768.0, atol=1e-7)


def test_a_file_that_has_not_changed_is_read_once(path: Path) -> None:
    assert soundfont.read(path) is soundfont.read(path)


@pytest.mark.parametrize("seed", range(60))
def test_a_file_that_lies_gives_regions_or_one_sentence(path: Path, seed: int) -> None:
    """Bytes of the tables are changed at random: sizes, indices, offsets, ranges."""
    rng, made = np.random.default_rng(seed), list[Region]()
    data = bytearray(path.read_bytes())
    begin = bytes(data).index(b"pdta") if seed % 2 else 0
    for _ in range(12):
        data[int(rng.integers(begin, len(data)))] = int(rng.integers(256))
    path.write_bytes(bytes(data[: len(data) - seed % 3 * 40]))
    with contextlib.suppress(InputError):
        font = soundfont.read(path)
        made += [region for program in font.programs for region in soundfont.regions(font, program)]
    for region in made:
        frames = region.recording.size
        assert 0 <= region.start < frames
        assert region.loop is None or 0 <= region.loop[0] < region.loop[1] <= frames


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"RIFF\xff\xff\xff\xffsfbk", b"RIFF\4\0\0\0WAVE", bytes(400)]
)
def test_what_is_no_soundfont_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no.sf2").write_bytes(content)

    with pytest.raises(InputError, match=r"no\.sf2 is not a SoundFont"):
        soundfont.read(tmp_path / "no.sf2")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no SoundFont lost\.sf2"):
        soundfont.read(tmp_path / "lost.sf2")


def test_a_soundfont_3_is_decoded(tmp_path: Path) -> None:
    """Its samples are Ogg Vorbis, with loops that count from their beginnings."""
    packed = io.BytesIO()
    soundfile.write(packed, sine().astype(np.float32) / 32768.0, 48000, format="OGG", subtype="VORBIS")
    content = packed.getvalue() + b"\0" * (len(packed.getvalue()) % 2)
    path = written(
        tmp_path / "three.sf3",
        [(np.frombuffer(content, "<i2"), 48000, 60, 480, 528)],
        [("Sine", 0, 0, [{"sample": 0, "loops": 1}])],
    )
    data = bytearray(path.read_bytes())
    head = bytes(data).index(b"shdr") + 8
    struct.pack_into("<IIII", data, head + 20, 0, len(content), 480, 528)
    struct.pack_into("<H", data, head + 44, 0x11)
    path.write_bytes(bytes(data))
    (region,) = soundfont.regions(soundfont.read(path), soundfont.read(path).programs[0])

    assert region.loop == (480, 528)
    np.testing.assert_allclose(region.recording.whole()[200:4600], (sine() / 32768.0)[200:4600], atol=0.05)

    struct.pack_into("<II", data, head + 20, 20, len(content))
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="cannot be decoded"):
        soundfont.regions(soundfont.read(path), soundfont.read(path).programs[0])


def test_a_sample_of_an_hour_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundfont, "LONGEST_FRAMES", 4000)
    font = soundfont.read(path)

    with pytest.raises(InputError, match="minutes; samples may last"):
        soundfont.regions(font, font.programs[0])
