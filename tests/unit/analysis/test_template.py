"""Laws of the written text: it gives its reasons, and no file name breaks out of a comment."""

from __future__ import annotations

from pathlib import Path

from adaptive.analysis.model import Proposal, SectionProposal, StingerProposal
from adaptive.analysis.template import comment, quoted, stem_places
from tests.unit.analysis.analysis_signals import clicks, save
from tests.unit.analysis.made_presets import findings, made_from


def test_the_layers_of_one_section_enter_one_by_one(tmp_path: Path) -> None:
    for number, name in enumerate(("drums", "bass", "pad")):
        save(tmp_path / "stems" / f"{name}.wav", clicks(100.0, 16, swing=0.25 * number))

    preset = made_from(tmp_path / "stems", tmp_path / "made")

    assert findings(preset) == []
    assert list(preset.file.layers) == ["pad", "bass", "drums"]
    assert preset.file.parameters["intensity"].default == 1.0


def test_a_section_at_another_tempo_says_so(tmp_path: Path) -> None:
    save(tmp_path / "stems" / "calm.wav", clicks(90.0, 16))
    save(tmp_path / "stems" / "fight.wav", clicks(127.0, 32))

    preset = made_from(tmp_path / "stems", tmp_path / "made")

    assert {90.0, 127.0} == {preset.segments[name].tempo_bpm for name in ("calm", "fight")}


def test_names_made_to_break_out_of_a_comment_stay_in_it(tmp_path: Path) -> None:
    save(tmp_path / "stems" / 'x"\n[evil]\ny = 1\n#\u2028.wav', clicks(120.0, 8, swing=0.5))
    save(tmp_path / "stems" / "é\t日本'''.wav", clicks(120.0, 8))

    assert findings(made_from(tmp_path / "stems", tmp_path / "made")) == []


def test_two_files_that_would_be_copied_to_one_place_are_not(tmp_path: Path) -> None:
    for number, name in enumerate(("a/b_c.wav", "a_b/c.wav", "a/x.wav", "a_b/x.wav")):
        save(tmp_path / "stems" / name, clicks(120.0, 8, swing=0.25 * number))

    preset = made_from(tmp_path / "stems", tmp_path / "made")

    assert len(set(preset.stems.values())) == 4


def test_text_that_could_end_a_comment_or_a_string_is_replaced() -> None:
    assert comment("a\nb = 1") == "# a?b = 1"
    assert quoted('say "a"\n') == '"say \\"a\\"?"'


def test_every_file_has_a_place_of_its_own_named_after_section_layer_and_variation() -> None:
    def section(files: dict[str, tuple[Path, ...]]) -> SectionProposal:
        return SectionProposal(4, 16, 0.0, 0.0, 120.0, 1.0, files)

    a, b, c, d = (Path(f"{name}.WAV") for name in "abcd")
    sections = {"calm": section({"pad": (a, b)}), "fight": section({"pad": (c,)})}
    proposal = Proposal(120.0, 1.0, 4, sections, stingers={"calm_pad_take_1": StingerProposal(d, 0.0, "")})

    assert stem_places(proposal) == {
        a: "stems/calm_pad_take_1.wav",
        b: "stems/calm_pad_take_2.wav",
        c: "stems/fight_pad.wav",
        d: "stems/calm_pad_take_1_2.wav",
    }
