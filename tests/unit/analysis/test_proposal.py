"""Laws of the proposed preset: it is valid, gives its reasons, and overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.proposal import blank_preset, propose, write_preset
from adaptive.errors import InputError
from tests.unit.analysis.analysis_signals import clicks, pad, save
from tests.unit.analysis.made_presets import findings, made_from


@pytest.fixture
def two_moods(tmp_path: Path) -> Path:
    """Two sections of two layers at 120 BPM, with beat 1 at 50 ms."""
    stems = tmp_path / "stems"
    save(stems / "explore_pad.flac", pad(16.5, fades=True))
    save(stems / "explore_drums.wav", clicks(120.0, 32, first_beat_s=0.05, tail_s=0.45))
    save(stems / "combat_pad.flac", pad(8.5, fades=True))
    save(stems / "combat_drums.wav", clicks(120.0, 16, first_beat_s=0.05, tail_s=0.45))
    return stems


def test_what_is_written_loads_and_checks_without_a_finding(two_moods: Path, tmp_path: Path) -> None:
    preset = made_from(two_moods, tmp_path / "made")

    assert findings(preset) == []
    assert list(preset.file.sections) == ["explore", "combat"]
    assert [section.length_bars for section in preset.file.sections.values()] == [8, 4]
    assert (
        preset.file.tempo_bpm,
        pytest.approx(preset.file.sections["combat"].first_beat_s, abs=0.001),
    ) == (120.0, 0.05)


def test_stems_are_copied_bit_for_bit_under_legal_names(two_moods: Path, tmp_path: Path) -> None:
    made_from(two_moods, tmp_path / "made")

    copies = sorted(path.name for path in (tmp_path / "made" / "stems").iterdir())
    assert copies == [
        "combat_drums.wav",
        "combat_pad.flac",
        "explore_drums.wav",
        "explore_pad.flac",
    ]
    for name in copies:
        assert (two_moods / name).read_bytes() == (tmp_path / "made/stems" / name).read_bytes()


def test_variations_alternate_and_a_file_shorter_than_a_bar_is_a_stinger(
    two_moods: Path, tmp_path: Path
) -> None:
    for letter, level in (("a", 1.0), ("b", 0.9)):
        (two_moods / f"explore_drums_{letter}.wav").unlink(missing_ok=True)
        save(
            two_moods / f"explore_bells_{letter}.wav",
            clicks(120.0, 32, first_beat_s=0.05, tail_s=0.45) * level,
        )
    save(two_moods / "victory.wav", clicks(120.0, 2, tail_s=0.01))
    save(two_moods / "stinger_door.wav", clicks(120.0, 6, tail_s=0.3))
    preset = made_from(two_moods, tmp_path / "made")
    text = (tmp_path / "made" / "preset.toml").read_text(encoding="utf-8")

    assert findings(preset) == []
    assert list(preset.file.sections) == ["explore", "combat"]
    assert preset.file.layers["bells"].stem == {
        "explore": ("stems/explore_bells_take_1.wav", "stems/explore_bells_take_2.wav")
    }
    assert sorted(preset.file.stingers) == ["door", "victory"]
    assert "explore_bells_a.wav and explore_bells_b.wav alternate" in text
    assert "victory.wav lasts less than a bar" in text


def test_only_stingers_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "stems" / "stinger.wav", clicks(120.0, 2))

    with pytest.raises(InputError, match="holds only stingers"):
        propose(tmp_path / "stems")


def test_every_guess_is_explained_in_a_comment(two_moods: Path, tmp_path: Path) -> None:
    made_from(two_moods, tmp_path / "made")

    comments = (tmp_path / "made" / "preset.toml").read_text(encoding="utf-8")
    for word in (
        "# Tempo: 120.00 BPM, found from onsets",
        "# Beat 1: ",
        "# Length: 8 bars",
        "# Tail:",
    ):
        assert word in comments


def test_the_readme_names_every_section_and_layer(two_moods: Path, tmp_path: Path) -> None:
    made_from(two_moods, tmp_path / "made")

    readme = (tmp_path / "made" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in ("explore", "combat", "pad", "drums"))


def test_a_preset_that_is_there_is_not_overwritten(two_moods: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    (made / "preset.toml").write_text("mine")

    for write in (lambda: write_preset(propose(two_moods), made), lambda: blank_preset(made)):
        with pytest.raises(InputError, match="is there already; nothing was changed"):
            write()
    assert [path.name for path in made.iterdir()] == ["preset.toml"]


def test_a_stem_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    save(tmp_path / "stems" / "drums.wav", clicks(120.0, 8))
    (tmp_path / "made" / "stems").mkdir(parents=True)
    (tmp_path / "made" / "stems" / "drums.wav").write_text("mine")

    with pytest.raises(InputError, match="is another file; nothing was changed"):
        write_preset(propose(tmp_path / "stems"), tmp_path / "made")
    assert (tmp_path / "made" / "stems" / "drums.wav").read_text() == "mine"


def test_a_preset_can_be_made_around_stems_that_lie_in_it(tmp_path: Path) -> None:
    save(tmp_path / "made" / "stems" / "drums.wav", clicks(120.0, 8))

    preset = made_from(tmp_path / "made", tmp_path / "made")

    assert [tmp_path / "made" / "stems" / "drums.wav"] == list(preset.stems.values())


def test_a_folder_without_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / ".hidden.wav").touch()

    with pytest.raises(InputError, match=r"holds no audio files that can be read \(notes\.txt: .*\)\.$"):
        propose(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not a folder\.$"):
        propose(tmp_path / "nowhere")


def test_a_sample_library_is_refused(tmp_path: Path) -> None:
    for number in range(257):
        (tmp_path / f"{number}.wav").touch()

    with pytest.raises(InputError, match="257 audio files; at most 256"):
        propose(tmp_path)


def test_silent_stems_are_named(tmp_path: Path) -> None:
    save(tmp_path / "drums.wav", clicks(120.0, 16))
    save(tmp_path / "bass.wav", np.zeros(8 * 44_100, dtype=np.float32))

    (section,) = propose(tmp_path).sections.values()

    assert "bass.wav is silent from beginning to end." in section.notes
    assert section.tempo_bpm == 120.0


def test_one_file_may_hold_the_introduction_and_a_fanfare_plays_once(tmp_path: Path) -> None:
    stems = tmp_path / "stems"
    save(stems / "explore_drums.wav", clicks(120.0, 32))
    save(stems / "explore_flute (intro+loop).wav", clicks(120.0, 40))
    save(stems / "explore_bells (intro+loop).wav", clicks(120.0, 33))
    save(stems / "victory_fanfare.wav", clicks(120.0, 8))
    save(stems / "menü.wav", clicks(120.0, 16))
    preset = made_from(stems, tmp_path / "made")
    file = preset.file

    assert list(file.sections) == ["menu", "explore", "victory_fanfare"]
    assert (file.layers["flute"].intro_bars, file.sections["explore"].length_bars) == (2, 8)
    assert set(file.sections["explore"].layers) == {"drums", "flute"}
    assert (file.sections["victory_fanfare"].plays, file.sections["victory_fanfare"].then) == (1, "back")
    assert findings(preset) == []
    assert "explore_bells (intro+loop).wav" in [item.path.name for item in propose(stems).passed_over]
