"""An introduction sounds once, before the loop; grids, markers and bars count the loop alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.conductor.messages import SetState
from adaptive.errors import PresetError
from adaptive.preset.check import check
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import vocabulary
from tests.helpers.measure import click
from tests.helpers.presets import BAR, HEAD, RATE, Player, control_step_of, make_preset, play, sounding

Audio = np.ndarray


def tones(bars: list[float], gain: float = 0.2) -> Audio:
    """One bar of each frequency; every bar has whole cycles, so bars meet without a step."""
    phase = 2.0 * np.pi * np.arange(BAR) / BAR
    return np.concatenate([gain * np.sin(round(hz) * phase) for hz in bars]).astype(np.float32)


def write(path: Path, audio: Audio) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, audio, RATE, subtype="FLOAT")


INTRO, LOOP = tones([660, 550]), tones([330, 440, 275, 220])

LAYERS = """
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
"""
CALM = """
[sections.calm]
layers = ["calm"]
intro_bars = 2
length_bars = 4
markers = { lift = 3 }
"""
FIGHT = """
[sections.fight]
layers = ["fight"]
length_bars = 4
markers = { lift = 3 }
"""
OWN = "a file of its own"
BOTH = pytest.mark.parametrize("kind", ["the stem", OWN])
NOTHING = np.zeros(0, np.float32)


def a_preset(
    folder: Path, rule: str = 'exit_at = "bar"', kind: str = "the stem", *,
    starts: str = "calm", calm: str = "", tail: Audio = NOTHING,
) -> Preset:  # fmt: skip
    """A section with an introduction of two bars, in its stem or in a file of its own, and another."""
    layers = LAYERS
    write(folder / "calm.wav", np.concatenate([INTRO, LOOP]))
    if kind == OWN:
        write(folder / "calm.wav", LOOP)
        write(folder / "calm_intro.wav", np.concatenate([INTRO, tail]))
        layers = LAYERS.replace('"calm.wav"', '"calm.wav"\nintro = "calm_intro.wav"')
    sections = [CALM + calm, FIGHT] if starts == "calm" else [FIGHT, CALM + calm]
    rules = f'[[transitions]]\nfrom = "any"\nto = "any"\n{rule}\n'
    return make_preset(folder, "".join([layers, *sections, rules]))


def go(value: str) -> list[SetState]:
    return [SetState("section", value)]


def bar_hz(audio: Audio, bar: int) -> int:
    """The frequency of a bar, counted from 0."""
    return int(np.argmax(np.abs(np.fft.rfft(audio[bar * BAR : (bar + 1) * BAR]))))


@BOTH
def test_it_sounds_once_before_the_loop_and_not_again(tmp_path: Path, kind: str) -> None:
    calm = play(a_preset(tmp_path, kind=kind), 13).bus("calm")
    expected = np.concatenate([INTRO, LOOP, LOOP, LOOP])
    length = min(len(calm), len(expected))
    assert np.abs(calm[:length] - expected[:length]).max() < 1e-6


@BOTH
@pytest.mark.parametrize(
    ("enter", "first"),
    [
        ('"start"', 660),
        ('"loop"', 330),
        ('"same_position"', 275),
        ('"last_position"', 660),
        ('{ marker = "lift" }', 275),
        ('{ marker = "matching" }', 275),
    ],
)
def test_a_rule_says_whether_it_is_entered_with_the_introduction(
    tmp_path: Path, enter: str, first: int, kind: str
) -> None:
    rule = f'exit_at = {{ marker = "lift" }}\nenter_at = {enter}'
    preset = a_preset(tmp_path, rule, kind, starts="fight")
    played = play(preset, 5, {control_step_of(0.5): go("calm")})
    assert played.seams()[0]["frame"] == 2 * BAR
    assert bar_hz(played.bus("calm"), 2) == first
    assert click(played.bus("calm")) < 2.0


@BOTH
@pytest.mark.parametrize(
    ("exit_at", "asked", "leaves"),
    [
        ('"beat"', 0.3, 0.5),
        ('"bar"', 0.3, 1.0),
        ('"bar"', 1.3, 2.0),
        ('"phrase"', 0.3, 2.0),
        ("{ every_beats = 3 }", 0.3, 0.75),
        ("{ every_beats = 3 }", 1.6, 2.0),
        ('{ marker = "lift" }', 0.3, 4.0),
        ('"end"', 0.3, 6.0),
        ('"end"', 1.98, 6.0),
    ],
)
def test_grids_count_from_its_own_first_bar_and_its_end_is_not_the_end_of_a_pass(
    tmp_path: Path, exit_at: str, asked: float, leaves: float, kind: str
) -> None:
    played = play(a_preset(tmp_path, f"exit_at = {exit_at}", kind), 8, {control_step_of(asked): go("fight")})
    assert played.seams()[0]["frame"] == round(leaves * BAR)
    calm = played.bus("calm")
    expected = np.concatenate([INTRO, LOOP])[: round(leaves * BAR)]
    assert np.abs(calm[: len(expected)] - expected).max() < 1e-6
    assert np.abs(calm[round(leaves * BAR) + 480 :]).max() < 1e-6
    assert click(calm) < 2.0


@BOTH
def test_bars_are_counted_and_told_apart_from_those_of_the_loop(tmp_path: Path, kind: str) -> None:
    played = play(a_preset(tmp_path, kind=kind), 4, {control_step_of(1.3): go("fight")})
    seam = played.seams()[0]
    assert (seam["position"], seam["section_position"]) == ("3.1.0", "1.1.0")
    assert played.log[0]["section_position"] == "-2.1.0"


@BOTH
def test_a_withdrawn_transition_leaves_no_trace(tmp_path: Path, kind: str) -> None:
    preset = a_preset(tmp_path, 'exit_at = "bar"\nfade_out = { beats = 1, start_beats = -3 }', kind)
    for back in (0.35, 0.6, 0.9):
        script = {control_step_of(0.2): go("fight"), control_step_of(back): go("calm")}
        calm = play(preset, 8, script).bus("calm")
        expected = np.concatenate([INTRO, LOOP, LOOP])
        assert np.abs(calm[2 * BAR : 8 * BAR] - expected[2 * BAR : 8 * BAR]).max() < 1e-6, back
        assert click(calm) < 2.0


@BOTH
def test_what_was_left_in_the_introduction_goes_on_there(tmp_path: Path, kind: str) -> None:
    preset = a_preset(tmp_path, 'exit_at = "bar"\nenter_at = "last_position"', kind)
    script = {control_step_of(0.5): go("fight"), control_step_of(2.5): go("calm")}
    calm = play(preset, 9, script).bus("calm")
    assert [bar_hz(calm, bar) for bar in (0, 3, 4, 5, 6, 7, 8)] == [660, 550, 330, 440, 275, 220, 330]


@BOTH
def test_a_saved_state_goes_on_in_the_introduction(tmp_path: Path, kind: str) -> None:
    preset = a_preset(tmp_path, kind=kind)
    player = Player(preset)
    player.play(round(1.4 * RATE))
    saved = player.performance.save()
    assert (saved.local_beats, saved.entered_beats, saved.bar) == (-4.0, -8.0, 2)
    restored = Player(preset, saved=saved).play(6 * RATE)
    calm = restored.bus("calm")
    assert [bar_hz(calm, bar) for bar in range(6)] == [550, 330, 440, 275, 220, 330]
    assert restored.log[0]["position"] == "2.1.0"


def test_a_tail_of_the_introduction_rings_over_the_loop(tmp_path: Path) -> None:
    tail = (0.1 * np.linspace(1.0, 0.0, BAR) * np.sin(2.0 * np.pi * 880.0 * np.arange(BAR) / BAR)).astype(
        "f4"
    )
    calm = play(a_preset(tmp_path, kind=OWN, tail=tail), 7).bus("calm")
    expected = np.concatenate([INTRO, LOOP, LOOP])[: len(calm)]
    expected[2 * BAR : 3 * BAR] += tail
    assert np.abs(calm[: 7 * BAR] - expected[: 7 * BAR]).max() < 1e-6


@pytest.mark.parametrize("bars", [0.25, 1.0, 4.0, 6.0])
@pytest.mark.parametrize("reverberation", [0.0, 0.03])
def test_a_file_that_also_holds_the_loops_beginning_does_not_double_it(
    tmp_path: Path, bars: float, reverberation: float
) -> None:
    surplus = np.tile(LOOP, 2)[: round(bars * BAR)].copy()
    ring = reverberation * np.sin(2.0 * np.pi * 997.0 * np.arange(len(surplus)) / BAR)
    ring *= np.exp(-np.arange(len(surplus)) / (0.1 * RATE))
    surplus += ring.astype(np.float32)
    preset = a_preset(tmp_path, kind=OWN, tail=surplus)
    calm = play(preset, 12).bus("calm")
    expected = np.concatenate([INTRO, LOOP, LOOP, LOOP])[: len(calm)]
    heard = min(len(surplus), 4 * BAR) - 300
    expected[2 * BAR : 2 * BAR + heard] += ring[:heard].astype(np.float32)
    difference = np.abs(calm[: 12 * BAR] - expected[: 12 * BAR])
    assert difference.max() < max(1e-6, reverberation)
    assert difference[: 2 * BAR + heard].max() < 1e-6
    assert click(calm) < 2.0


def test_of_a_layer_with_variations_the_loops_beginning_is_cut_away(tmp_path: Path) -> None:
    preset = a_preset(tmp_path, kind=OWN, tail=LOOP[: BAR // 2])
    text = (preset.folder / "preset.toml").read_text(encoding="utf-8")
    text = text.replace('stem = "calm.wav"', 'stem = ["calm.wav", "both.wav"]\norder = "sequence"')
    body = text.removeprefix(HEAD)
    calm = play(make_preset(preset.folder, body), 11).bus("calm")
    assert [bar_hz(calm, bar) for bar in (0, 1, 2, 5, 6, 10)] == [660, 550, 330, 220, 443, 330]
    assert np.abs(calm[2 * BAR + 240 : 6 * BAR] - LOOP[240:]).max() < 1e-6
    assert np.abs(calm[2 * BAR : 3 * BAR]).max() < 0.41


def test_without_a_declared_length_the_longest_intro_file_gives_it_and_other_layers_wait(
    tmp_path: Path,
) -> None:
    write(tmp_path / "calm_intro.wav", np.concatenate([INTRO, 0.1 * INTRO[: BAR // 5]]))
    body = (
        '[layers.calm]\nstem = "calm.wav"\nintro = "calm_intro.wav"\n[layers.drums]\nstem = "both.wav"\n'
        '[sections.calm]\nlayers = ["calm", "drums"]\n'
    )
    preset = make_preset(tmp_path, body)
    played = play(preset, 5)
    assert [(a / BAR) for a, _ in sounding(played.bus("drums"))] == pytest.approx([2.0], abs=1e-4)
    assert bar_hz(played.bus("calm"), 2) == 220


@pytest.mark.parametrize(("bars", "beats"), [(0, 6), (0, 3), (1, 0)])
def test_an_introduction_need_not_be_whole_bars(tmp_path: Path, bars: int, beats: int) -> None:
    length = f"intro_bars = {bars}" if bars else f"intro_beats = {beats}"
    lasting = bars * 4 + beats
    write(tmp_path / "calm.wav", np.concatenate([np.tile(INTRO, 2)[: lasting * BAR // 4], LOOP]))
    body = LAYERS + CALM.replace("intro_bars = 2", length) + FIGHT + '[[transitions]]\nexit_at = "bar"\n'
    preset = make_preset(tmp_path, body)
    seams = {0.1: min(lasting / 4, 1.0), lasting / 4 + 0.3: lasting / 4 + 1.0}
    for asked, leaves in seams.items():
        played = play(preset, 4, {control_step_of(asked): go("fight")})
        seam = played.seams()[0]
        assert seam["frame"] == round(leaves * BAR)
        whole = -(-lasting // 4)
        assert seam["position"] == (f"{whole + 2}.1.0" if asked > 0.1 else "2.1.0")


def test_generated_layers_play_an_introduction_of_their_own_and_rest_in_a_recorded_one(
    tmp_path: Path,
) -> None:
    generated = '[layers.bass]\ngenerator = "bass"\n[sections.a]\nlayers = ["bass"{more}]\n'
    generated += "length_bars = 4\nintro_bars = 2\n"
    played = play(make_preset(tmp_path / "a", generated.replace("{more}", "")), 8)
    bars = [line["section_position"].split(".")[0] for line in played.lines("note")]
    assert list(dict.fromkeys(bars))[:7] == ["-2", "-1", "1", "2", "3", "4"]
    write(tmp_path / "b" / "calm.wav", np.concatenate([INTRO, LOOP]))
    with_stem = generated.replace("{more}", ', "calm"') + '[layers.calm]\nstem = "calm.wav"\n'
    played = play(make_preset(tmp_path / "b", with_stem), 8)
    assert played.lines("note")[0]["frame"] == pytest.approx(2 * BAR, abs=960)
    notes = [(line["frame"], line["midi"]) for line in played.lines("note")]
    assert len(notes) == len(set(notes)) > 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("intro_bars = 2\nintro_beats = 8", "sections.calm.intro_beats: is given together with `intro_bars`"),
        ("intro_bars = 0", "sections.calm.intro_bars: must be"),
        ("intro_bar = 2", "did you mean `intro_bars`?"),
    ],
)
def test_faults_are_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(PresetError) as raised:
        make_preset(tmp_path, LAYERS + CALM.replace("intro_bars = 2", text) + FIGHT)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("bars", "severity", "says"),
    [
        (3, "fault", "`calm.wav` lasts 8.00 beats of the 12 after the 8 of its introduction: more than one"),
        (4, "warning", "`calm.wav` is as long as the loop alone, and its first 8 beats are played as the"),
    ],
)
def test_check_says_what_to_do_if_a_stem_holds_no_introduction(
    tmp_path: Path, bars: int, severity: str, says: str
) -> None:
    preset = make_preset(tmp_path, LAYERS + CALM.replace("_bars = 4", f"_bars = {bars}") + FIGHT)
    found = check(preset, dict.fromkeys(preset.stems.values(), 4.0))
    text = next(one.text for one in found if one.at == "sections.calm.layers[1]" and one.severity == severity)
    assert text.startswith(says)
    assert text.endswith(
        "if the file holds the loop alone, write `intro_bars = 0` in its layer, or give it an `intro` file"
    )


def test_check_finds_an_intro_file_that_is_too_short(tmp_path: Path) -> None:
    preset = a_preset(tmp_path, kind=OWN)
    seconds = dict.fromkeys(preset.stems.values(), 4.0)
    seconds[preset.stems["calm_intro.wav"]] = 1.5
    found = [one.sentence for one in check(preset, seconds) if one.severity == "fault"]
    assert found == [
        "layers.calm.intro: `calm_intro.wav` lasts 6.00 beats of the 8 of `calm`'s introduction: more than"
        " one beat is missing at the end"
    ]


@BOTH
def test_an_edit_in_the_introduction_leaves_what_it_does_not_change_untouched(
    tmp_path: Path, kind: str
) -> None:
    more = '[layers.drums]\nstem = "both.wav"\n'
    preset = a_preset(tmp_path, kind=kind, calm=more)
    player = Player(preset)
    player.play(round(0.4 * RATE))
    text = (tmp_path / "preset.toml").read_text(encoding="utf-8")
    text = text.replace("lift = 3", "lift = 2", 1).replace('["calm"]', '["calm", "drums"]', 1)
    (tmp_path / "preset.toml").write_text(text, encoding="utf-8")
    player.performance.edit(load(tmp_path, vocabulary=vocabulary()))
    played = player.play(7 * BAR)
    heard = played.bus("calm")
    assert [line["exchanged"] for line in played.lines("edit")] == [["drums"]]
    expected = np.concatenate([INTRO, LOOP, LOOP])
    assert np.abs(heard[: 7 * BAR] - expected[: 7 * BAR]).max() < 1e-6


FLUTE = """
[layers.flute]
stem = "flute.wav"
{flute}
[layers.strings]
stem = "strings.wav"
{strings}
[sections.calm]
layers = ["flute", "strings"]
{section}
"""


@pytest.mark.parametrize(
    ("flute", "strings", "section"),
    [
        ("intro_bars = 2", "", ""),
        ("", "intro_bars = 0", "intro_bars = 2"),
        ("intro_bars = 2", "intro_bars = 0", "intro_bars = 2"),
    ],
)
def test_one_stem_holds_the_introduction_and_the_others_begin_with_the_loop(
    tmp_path: Path, flute: str, strings: str, section: str
) -> None:
    write(tmp_path / "flute.wav", np.concatenate([INTRO, LOOP]))
    write(tmp_path / "strings.wav", LOOP)
    preset = make_preset(tmp_path, FLUTE.format(flute=flute, strings=strings, section=section))
    played = play(preset, 11)

    for layer, first in (("flute", INTRO), ("strings", 0.0 * INTRO)):
        expected = np.concatenate([first, LOOP, LOOP])
        heard = played.bus(layer)
        length = min(len(heard), len(expected))
        assert length >= 10 * BAR
        assert np.abs(heard[:length] - expected[:length]).max() < 1e-6


@pytest.mark.parametrize(
    ("flute", "section", "sentence"),
    [
        ("", "intro_bars = 2", "write `intro_bars = 0` in its layer, or give it an `intro` file"),
        ("intro_bars = 3", "intro_bars = 2", "introduction of its sections, which lasts 2 bars"),
        ('intro = "flute.wav"\nintro_bars = 3', "", "does not go with `intro`, which is a file of its own"),
    ],
)
def test_what_a_layer_says_of_its_introduction_must_be_true(
    tmp_path: Path, flute: str, section: str, sentence: str
) -> None:
    write(tmp_path / "flute.wav", np.concatenate([INTRO, LOOP]))
    write(tmp_path / "strings.wav", LOOP)
    body = FLUTE.format(flute=flute, strings="", section=section + "\nlength_bars = 3")
    assert any(sentence in fault for fault in faults_of(tmp_path, body))


def faults_of(folder: Path, body: str) -> list[str]:
    """The faults of the text, or else those that follow from the lengths of the files."""
    try:
        preset = make_preset(folder, body)
    except PresetError as error:
        return list(error.faults)
    seconds = {path: soundfile.info(str(path)).duration for path in preset.stems.values()}
    return [one.text for one in check(preset, seconds)]
