"""Introductions in a folder of stems: marked in the files, or named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.introduction import pair_files, pair_sections, with_introduction
from adaptive.analysis.loop import Extent
from adaptive.analysis.model import SectionProposal
from adaptive.analysis.names import NamedStem, group
from adaptive.analysis.proposal import propose, write_preset
from adaptive.preset.load import load
from tests.unit.analysis.analysis_signals import clicks, save, smpl, wav


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["theme_intro.wav", "theme_loop.wav"], {"theme_loop.wav": "theme_intro.wav"}),
        (["theme_intro.wav", "theme.wav"], {"theme.wav": "theme_intro.wav"}),
        (["Intro - Drums.wav", "Loop - Drums.wav"], {"Loop - Drums.wav": "Intro - Drums.wav"}),
        (["boss1_intro.ogg", "boss1_loop.ogg", "boss2_loop.ogg"], {"boss1_loop.ogg": "boss1_intro.ogg"}),
        (["intro_drums.wav", "calm_drums.wav"], {}),
        (["introspection.wav", "spection.wav"], {}),
        (["intro.wav", "loop.wav"], {"loop.wav": "intro.wav"}),
    ],
)
def test_files_are_paired_by_their_names(names: list[str], pairs: dict[str, str]) -> None:
    found = pair_files([Path(name) for name in names])
    assert {loop.name: intro.name for loop, intro in found.items()} == pairs


@pytest.mark.parametrize("name", ["village_intro.wav", "Village - Intro.wav"])
def test_a_file_named_after_the_introduction_of_a_section_is_no_loop(tmp_path: Path, name: str) -> None:
    source = tmp_path / "in" / "village"
    source.mkdir(parents=True)
    for layer, beats in (("drums", 16), ("bass", 8), ("pad", 32)):
        save(source / f"village_{layer}.wav", clicks(120.0, beats))
    save(source / name, clicks(120.0, 8, swing=0.3))
    proposal = propose(tmp_path / "in")
    (section,) = proposal.sections.values()

    assert set(section.files) == {"drums", "bass", "pad"}
    assert section.intros == {"pad": source / name}
    assert any(f"{name} sounds once before the loop" in note for note in section.notes)
    write_preset(proposal, tmp_path / "out")
    assert load(tmp_path / "out").file.layers["pad"].intro is not None


def test_introductions_of_sections_belong_to_a_layer_without_one_or_are_passed_over() -> None:
    def pairs(*names: str) -> tuple[list[str], dict[str, str], list[str]]:
        sections: dict[str, list[NamedStem]] = {}
        for stem in group([Path(name) for name in names], Path()):
            sections.setdefault(stem.section, []).append(stem)
        kept, found, gone = pair_sections(sections, {Path("b_pad.wav"): Path("b_pad_intro.wav")})
        return (
            list(kept),
            {str(loop): str(intro) for loop, intro in found.items()},
            [item.reason for item in gone],
        )

    kept, found, gone = pairs("b_pad.wav", "b_drums.wav", "b_intro.wav")
    assert (found, gone) == ({"b_drums.wav": "b_intro.wav"}, [])
    kept, found, gone = pairs("village_drums.wav", "battle_pad.wav", "village_intro.wav", "battle_drums.wav")
    assert (kept, found) == (["village", "battle"], {"village_drums.wav": "village_intro.wav"})
    kept, found, gone = pairs("intro.wav", "verse.wav", "chorus.wav")
    assert (kept, found, gone) == (["intro", "verse", "chorus"], {}, [])
    _, found, gone = pairs("x/b_pad.wav", "x/intro_a.wav", "x/intro_b.wav")
    assert found == {"x/b_pad.wav": "x/intro_a.wav"}
    assert len(gone) == 1
    assert gone[0].startswith("the name says intro, but ")


def marked(begins_s: float, ends_s: float, first_s: float = 0.0, bpm: float = 120.0) -> SectionProposal:
    found = SectionProposal(
        6, 24, first_s, 0.0, bpm, 0.9, {}, ("Beat 1: 0 s.", "Length: 6 bars.", "Tempo: x")
    )
    return with_introduction(found, 4, [Extent(12.5, 12.5, True, (begins_s, ends_s))], {})


@pytest.mark.parametrize(
    ("begins_s", "ends_s", "first_s", "bpm", "expected"),
    [
        (4.0, 12.0, 0.0, 120.0, (8, 16, 0.0, 120.0)),
        (4.05, 12.05, 0.05, 120.0, (8, 16, 0.05, 120.0)),
        (4.0, 12.0, 0.0004, 120.2, (8, 16, 0.0, 120.0)),
        (1.5, 12.0, 0.0, 120.0, (3, 21, 0.0, 120.0)),
        (0.1, 12.1, 0.1, 120.0, (0, 24, 0.1, 120.0)),  # the loop begins where the file does
        (4.0, 12.3, 0.0, 120.0, (0, 24, 0.0, 120.0)),  # a loop that is no whole number of beats
    ],
)
def test_a_marked_loop_that_begins_later_has_an_introduction(
    begins_s: float, ends_s: float, first_s: float, bpm: float, expected: tuple[int, int, float, float]
) -> None:
    found = marked(begins_s, ends_s, first_s, bpm)
    assert (found.intro_beats, found.beats, found.first_beat_s, round(found.tempo_bpm, 3)) == expected
    assert any(note.startswith("Introduction:") for note in found.notes) == bool(expected[0])
    assert not (expected[0] and any(note.startswith(("Beat 1:", "Length:")) for note in found.notes))


def test_an_intro_file_is_copied_and_written_into_the_preset(tmp_path: Path) -> None:
    music = np.zeros(48000 * 8, np.float32)
    for beat in range(16):
        music[beat * 24000 : beat * 24000 + 400] = np.exp(-np.arange(400) / 80) * (0.9 if beat % 4 else 0.5)
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "theme_loop.wav", music, 48000)
    soundfile.write(tmp_path / "in" / "theme_intro.wav", music[: 48000 * 4], 48000)
    write_preset(propose(tmp_path / "in"), tmp_path / "out")
    preset = load(tmp_path / "out")
    (layer,) = preset.file.layers.values()
    assert layer.intro is not None
    assert layer.intro in preset.stems
    assert len(preset.file.sections) == 1


def test_an_introduction_whose_loop_is_not_used_is_passed_over(tmp_path: Path) -> None:
    save(tmp_path / "calm_drums_loop.wav", clicks(120.0, 16))
    save(tmp_path / "calm_again.wav", clicks(120.0, 16))
    save(tmp_path / "calm_drums_intro.wav", clicks(120.0, 8))
    proposal = propose(tmp_path)

    reasons = {item.path.name: item.reason for item in proposal.passed_over}
    assert reasons == {
        "calm_drums_loop.wav": "is the same recording as calm_again.wav",
        "calm_drums_intro.wav": "is the introduction of calm_drums_loop.wav, which is not used with it",
    }


def test_files_that_hold_an_introduction_are_measured_from_bar_1_on(tmp_path: Path) -> None:
    frames = len(clicks(120.0, 24))
    start = round(frames / 3)
    (tmp_path / "a.wav").write_bytes(wav(clicks(120.0, 24), smpl(start, frames - 1)))
    save(tmp_path / "b.wav", clicks(120.0, 16, swing=0.5))
    (section,) = propose(tmp_path).sections.values()

    assert (section.intro_beats, section.beats) == (8, 16)
    assert any("loops within the section, every 2 bars" in note for note in section.notes)
