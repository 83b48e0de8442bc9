from pathlib import Path

import pytest

from adaptive.preset.check import check
from adaptive.preset.load import load
from adaptive.preset.tempo_follow import followed_ratios, has_factor
from tests.unit.preset.preset_files import faults_of, write

HEAD = """\
schema    = 1
name      = "Run"
tempo_bpm = 160
"""
TAIL = """\

[parameters.cadence]
range = [60.0, 240.0]

[parameters.heart_rate]
range = [30.0, 240.0]

[layers.pad]
generator = "pad"

[sections.road]
layers = ["pad"]

[stingers.hit]
stem = "stems/hit.wav"
"""


def run(folder: Path, follow: str, more: str = "") -> Path:
    return write(folder, f"{HEAD}\n[tempo_follow]\n{follow}\n{TAIL}\n{more}", "stems/hit.wav")


GOOD = 'range_bpm = [148.0, 174.0]\nparameter = "cadence"\nphase_event = "step"'


def test_a_table_that_follows_a_cadence_and_steps_loads(tmp_path: Path) -> None:
    more = '[[inputs]]\nosc = "/belt"\nevent = "step"\ninput_latency_ms = 40\n'
    more += '[[inputs]]\nosc = "/pod"\nparameter = "cadence"\nfactor = 2.0\n'
    preset = load(run(tmp_path, GOOD, more))

    assert preset.file.tempo_follow is not None
    assert preset.file.tempo_follow.phase_event == "step"
    assert has_factor(preset.file)
    assert [finding.text for finding in check(preset) if "half_double" in str(finding.path)] == [
        "has no effect: an input of the cadence has a `factor`"
    ]


@pytest.mark.parametrize(
    ("follow", "more", "sentence"),
    [
        ('parameter = "cadence"', "", "range_bpm"),
        ("range_bpm = [148.0, 174.0]", "", "follows nothing: give `parameter`, `tempo_bpm` or `phase_event`"),
        ('range_bpm = [174, 148]\nparameter = "cadence"', "", "must rise from low to high"),
        ('range_bpm = [5, 148]\nparameter = "cadence"', "", "range_bpm"),
        ('range_bpm = [148, 174]\nparameter = "cadance"', "", "did you mean `cadence`"),
        ('range_bpm = [148, 174]\nphase_event = "hit"', "", "is a stinger; a step makes no sound of its own"),
        (f'{GOOD}\nmode = "lead"', "", "needs `lead_to`"),
        (f"{GOOD}\nlead_to = 170", "", 'goes with `mode = "lead"`'),
        (f'{GOOD}\ncue_event = "bell"', "", "cue_event"),
        (
            f'{GOOD}\ntempo_bpm = {{ over = "heart_rate", points = [[100, 120], [180, 170]] }}',
            "",
            "has both `parameter` and `tempo_bpm`",
        ),
        (
            'range_bpm = [100, 174]\ntempo_bpm = { over = "heart_rate", points = [[100, 120], [90, 170]] }',
            "",
            "must lie to the right of the point before",
        ),
        (GOOD, '[[inputs]]\nosc = "/a"\nevent = "stomp"', "stinger"),
        (GOOD, '[[inputs]]\nosc = "/a"\nevent = "step"\nfactor = 2', "goes with `parameter`"),
        (
            GOOD,
            '[[inputs]]\nosc = "/a"\nparameter = "cadence"\nfactor = 2\ninput_range = [0, 1]',
            "has both `factor` and `input_range`",
        ),
        (
            GOOD,
            '[[inputs]]\nosc = "/a"\nparameter = "cadence"\ninput_latency_ms = 40',
            "goes with an `event` that is the `phase_event`",
        ),
    ],
)
def test_a_fault_is_one_sentence(tmp_path: Path, follow: str, more: str, sentence: str) -> None:
    faults = faults_of(run(tmp_path, follow, more))

    assert len(faults) == 1
    assert sentence in faults[0]


def test_a_range_without_the_presets_own_tempo_is_a_warning(tmp_path: Path) -> None:
    preset = load(run(tmp_path, 'range_bpm = [100, 120]\nparameter = "cadence"'))

    assert "does not hold the preset's own tempo, 160" in [finding.text for finding in check(preset)]


def test_a_section_that_is_followed_farther_than_was_judged_is_named(tmp_path: Path) -> None:
    song = '[layers.song]\nstem = "stems/hit.wav"\n[sections.{0}]\nlayers = ["song"]\ntempo_bpm = {1}\n'
    more = song.format("slow", 120) + song.format("near", 150).split("\n", 2)[2]

    assert list(followed_ratios(load(run(tmp_path, GOOD, more)))) == [
        "sections.slow: its 120 BPM follow from 148 to 174, 1.23 to 1.45 times; recordings were judged from "
        "0.8 to 1.25 times"
    ]
