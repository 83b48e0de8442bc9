"""Laws of assumed loops: what is assumed where the onsets fit no tempo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.fallback import assume_loop, is_on_bars, spacing_of_attacks
from adaptive.analysis.loop import Extent
from adaptive.analysis.onsets import Onsets
from adaptive.analysis.proposal import propose
from tests.unit.analysis.analysis_loops import only_section
from tests.unit.analysis.analysis_signals import Samples, clicks, pad, save


def test_a_pad_that_decays_is_assumed_to_be_at_120_bpm(tmp_path: Path) -> None:
    save(tmp_path / "pad.wav", pad(17.0, fades=True))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars, section.confidence) == (120.0, 8, 0.0)
    assert section.notes[0].startswith("No rhythm")


def test_a_pad_that_is_cut_is_a_whole_number_of_bars(tmp_path: Path) -> None:
    save(tmp_path / "pad.wav", pad(16 * 240.0 / 140.0, fades=False))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars, section.tail_s) == (140.0, 16, 0.0)


def test_with_a_tempo_from_elsewhere_the_loop_is_whole_bars() -> None:
    loop = assume_loop(100.0, "It was said.", [Extent(10.0, 10.0, True)])

    assert (loop.bars, pytest.approx(loop.tail_s)) == (4, 0.4)


def chords(length_s: float, at_s: Sequence[float], rate: int = 44_100) -> Samples:
    """Chords of a pad that begin softly at the given times; the last one is cut where the file ends."""
    time_s = np.arange(round(length_s * rate)) / rate
    out = np.zeros(len(time_s))
    for number, (begin_s, end_s) in enumerate(zip(at_s, [*at_s[1:], length_s], strict=True)):
        local_s = time_s - begin_s
        swell = np.clip(local_s / 0.03, 0.0, 1.0) * (time_s < end_s)
        for ratio in (1.0, 1.25, 1.5, 2.0, 3.0):
            out += swell * np.sin(2.0 * np.pi * (180.0 + 37.0 * number) * ratio * local_s)
    return np.asarray(0.1 * out, dtype=np.float32)


def test_a_few_attacks_that_lie_evenly_are_on_the_bars(tmp_path: Path) -> None:
    save(tmp_path / "menu_pad.wav", chords(12.0, (0.0, 3.0, 6.0, 9.0)))
    save(tmp_path / "shop_drums.wav", clicks(120.0, 16))
    menu = propose(tmp_path).sections["menu"]

    assert (menu.tempo_bpm, menu.bars, menu.confidence, menu.is_tempo_guessed) == (80.0, 4, 0.0, True)
    assert any("a guess: with it the few attacks, 3.00 s apart" in note for note in menu.notes)


def test_the_tempo_of_another_section_names_that_section_and_is_a_guess(tmp_path: Path) -> None:
    save(tmp_path / "menu_pad.wav", pad(12.0, fades=False))
    save(tmp_path / "shop_drums.wav", clicks(120.0, 16))
    save(tmp_path / "battle_drums.wav", clicks(144.0, 16, noise=0.001))
    found = propose(tmp_path).sections
    (lead,) = {name for name in ("shop", "battle") if found[name].tempo_bpm == found["menu"].tempo_bpm}

    assert f"a guess: that of the section {lead}." in found["menu"].notes[1]
    assert [name for name in found if found[name].is_tempo_guessed] == ["menu"]


@pytest.mark.parametrize(
    ("at_s", "spacing_s"),
    [((0.01, 3.0, 6.03, 9.0), 3.0), ((0.0, 3.0, 6.0), 0.0), ((0.0, 3.0, 6.2, 9.0), 0.0), ((0.0, 6.0), 0.0)],
)
def test_only_attacks_that_divide_the_whole_loop_have_a_spacing(
    at_s: tuple[float, ...], spacing_s: float
) -> None:
    onsets = Onsets(np.array(at_s), np.full(len(at_s), 3.0), np.zeros(1))

    assert spacing_of_attacks(onsets, [Extent(12.0, 12.0, True)]) == spacing_s
    assert spacing_of_attacks(onsets, [Extent(12.0, 11.0, False)]) == 0.0


def test_a_tempo_puts_attacks_on_bars_only_if_the_loop_is_whole_bars() -> None:
    tried = [(80.0, True), (160.0, True), (120.0, False), (100.0, False), (40.0, True)]
    assert [is_on_bars(3.0, 12.0, bpm, 4) for bpm, _ in tried] == [expected for _, expected in tried]
