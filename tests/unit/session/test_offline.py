from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.errors import InputError
from adaptive.inputs.trace import Trace, TraceLine
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.offline import FADE_S, Renderer, RenderJob, render_to_files
from adaptive.session.performance import vocabulary
from tests.helpers.presets import BAR, RATE, two_sections


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Preset:
    return two_sections(tmp_path_factory.mktemp("offline"), more="[parameters.threat]\n")


def rendered(job: RenderJob) -> np.ndarray:
    return np.concatenate([piece.copy() for piece in Renderer(job).control_steps()])


def test_a_cut_render_has_exactly_the_frames_it_was_asked_for(preset: Preset) -> None:
    audio = rendered(RenderJob(preset, 1, 1.001, ending="cut"))

    assert audio.shape == (round(1.001 * RATE), 2)
    assert np.abs(audio[-100:]).max() > 0.01


def test_a_fade_lies_within_the_length_without_a_trace_and_after_it_with_one(preset: Preset) -> None:
    trace = Trace((TraceLine(0, (("threat", 0.5),), ()),), {}, 1.0, {})
    within = rendered(RenderJob(preset, 1, FADE_S + 1.0))
    after = rendered(RenderJob(preset, 1, 1.0, trace))

    assert len(within) == len(after) == round((FADE_S + 1.0) * RATE)
    assert np.abs(within[-20:]).max() < 1e-3
    assert np.array_equal(within, after)


def test_a_cadence_stops_on_the_next_bar_and_ends_when_it_is_quiet(preset: Preset) -> None:
    audio = rendered(RenderJob(preset, 1, 1.5, ending="cadence"))

    assert 2 * BAR < len(audio) < 10 * BAR
    assert np.abs(audio[-100:]).max() < 1e-3


def test_an_unknown_ending_is_refused(preset: Preset) -> None:
    with pytest.raises(InputError, match="the ending must be cut, fade or cadence, not 'bang'"):
        Renderer(RenderJob(preset, 1, 1.0, ending="bang"))


def test_a_render_that_fails_leaves_an_old_log_alone(preset: Preset, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("old", encoding="utf-8")
    with pytest.raises(InputError):
        render_to_files(RenderJob(preset, 1, 1.0, ending="bang"), tmp_path / "x.wav", log=log)

    assert log.read_text(encoding="utf-8") == "old"


def test_stems_are_one_file_for_each_strip_and_one_of_the_reverb(preset: Preset, tmp_path: Path) -> None:
    job = RenderJob(preset, 1, 0.25, ending="cut")
    result = render_to_files(job, tmp_path / "x.wav", stems=tmp_path / "stems")

    assert {path.name for path in (tmp_path / "stems").iterdir()} == {
        "calm.flac", "fight.flac", "reverb.flac",
    }  # fmt: skip
    assert (result.seconds, result.sections) == (0.25, ["calm"])


LATE = 'inserts = [{ kind = "compressor", ratio = 1.0, look_ahead_ms = 7.0 }]'


@pytest.mark.parametrize("ending", ["cut", "fade"])
def test_a_late_insert_moves_neither_the_mix_nor_a_stem(tmp_path: Path, ending: str) -> None:
    files = {}
    for name, inserts in (("plain", ""), ("late", LATE)):
        folder = two_sections(tmp_path / name).folder
        text = (folder / "preset.toml").read_text(encoding="utf-8")
        (folder / "preset.toml").write_text(
            text.replace("[layers.calm]", f"[layers.calm]\n{inserts}"), "utf-8"
        )
        preset = load(folder, vocabulary=vocabulary())
        job = RenderJob(preset, 1, 4.0, ending=ending)
        render_to_files(job, tmp_path / f"{name}.wav", tmp_path / f"{name}_stems")
        made = [tmp_path / f"{name}.wav", *sorted((tmp_path / f"{name}_stems").glob("*.flac"))]
        files[name] = {path.name.replace(name, ""): soundfile.read(path)[0] for path in made}

    assert files["plain"].keys() == files["late"].keys()
    for name, audio in files["plain"].items():
        late = files["late"][name]
        common = min(len(audio), len(late))
        assert abs(len(audio) - len(late)) < 512
        np.testing.assert_allclose(late[:common], audio[:common], atol=5e-5, err_msg=name)
