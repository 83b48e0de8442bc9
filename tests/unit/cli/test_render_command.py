from __future__ import annotations

import re
from pathlib import Path

import pytest
import soundfile

from adaptive.analysis.loudness import loudness_of
from tests.unit.cli.running import Run


def test_a_stem_that_is_no_audio_is_named(run: Run, preset: Path) -> None:
    (preset / "fight.wav").write_bytes(b"RIFF of the mountains")
    done = run("render", preset, "-o", preset / "x.wav", "--seconds", "1")

    assert (done.code, len(done.sentences)) == (1, 1)
    assert "fight.wav" in done.err


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read: No such file or directory"),
        (b'{"t": 1}\n{"t": 0}\n', "run.jsonl: line 2: its time 0 is before that of the line above"),
        (b"\xff\x00\n", "run.jsonl: line 1: is not UTF-8 text: byte 1 is wrong"),
        (b'{"meta": {"seed": "x"}}\n{"t": 1}\n', "the trace's meta: seed must be a whole number from 0 to"),
        (b'{"meta": {"seed": 1, "sample_rate": 3}}\n{"t": 1}\n', "the trace's meta: sample_rate must be"),
    ],
)
def test_a_broken_trace_is_one_sentence(
    run: Run, preset: Path, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    path = tmp_path / "run.jsonl"
    if content is not None:
        path.write_bytes(content)
    done = run("render", preset, "-o", tmp_path / "x.wav", "--trace", path)

    assert (done.code, len(done.sentences)) == (1, 1)
    assert expected in done.err


def test_a_file_that_cannot_be_written_is_one_sentence(run: Run, preset: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for option in (["-o", tmp_path / "file" / "x.wav"], ["-o", tmp_path / "x.mp3"],
                   ["-o", tmp_path / "x.wav", "--log", tmp_path / "file" / "log"],
                   ["-o", tmp_path / "x.wav", "--log", tmp_path],
                   ["-o", tmp_path / "x.wav", "--stems", tmp_path / "file"]):  # fmt: skip
        done = run("render", preset, "--seconds", "0.1", *option)

        assert (done.code, len(done.sentences)) == (1, 1), done.err


def test_a_render_to_midi_says_how_many_notes_it_wrote(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert run("new", folder).code == 0
    done = run("render", folder, "-o", tmp_path / "x.mid", "--seconds", "8")

    assert done.code == 0
    assert re.search(r"x\.mid: 8\.0 s, \d+ × real time, [1-9]\d* notes; sections: calm", done.err)
    assert (tmp_path / "x.mid").read_bytes().startswith(b"MThd")


def test_a_render_to_midi_of_nothing_but_stems_is_refused(run: Run, preset: Path, tmp_path: Path) -> None:
    done = run("render", preset, "-o", tmp_path / "x.mid", "--seconds", "1")

    assert done.code == 1
    assert done.sentences == [
        "adaptive: Test has no generated layer, so there are no notes to write: "
        "render it to .wav, .flac or .ogg"
    ]


def test_a_render_has_the_loudness_that_is_asked_for(run: Run, preset: Path, tmp_path: Path) -> None:
    done = run("render", preset, "-o", tmp_path / "x.wav", "--seconds", "2", "--loudness", "-30")
    audio, rate = soundfile.read(tmp_path / "x.wav", dtype="float32", always_2d=True)

    assert done.code == 0
    assert "-30.0 LUFS" in done.err
    assert loudness_of(audio.T, rate).integrated_lufs == pytest.approx(-30.0, abs=0.05)
    assert [path.name for path in tmp_path.glob("*.flac")] == []


def test_a_ceiling_that_forbids_a_loudness_is_said(run: Run, preset: Path, tmp_path: Path) -> None:
    done = run("render", preset, "-o", tmp_path / "x.wav", "--seconds", "2", "--loudness", "0")
    audio, rate = soundfile.read(tmp_path / "x.wav", dtype="float32", always_2d=True)

    assert "would exceed the ceiling of -1 dBTP by" in done.err
    assert loudness_of(audio.T, rate).true_peak_db == pytest.approx(-1.05, abs=0.05)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["x.wav", "--loudness", "3"], "--loudness must be from -60 to 0 LUFS"),
        (["x.wav", "--loudness", "-16", "--ceiling", "2"], "--ceiling must be from -20 to 0 dBTP"),
        (["x.mid", "--loudness", "-16"], "a MIDI file has none"),
    ],
)
def test_a_loudness_that_cannot_be_is_refused(
    run: Run, preset: Path, tmp_path: Path, options: list[str], expected: str
) -> None:
    done = run("render", preset, "--seconds", "1", "-o", tmp_path / options[0], *options[1:])

    assert done.code != 0
    assert expected in done.err


def test_a_misspelt_state_is_told_before_the_render_and_refused_if_strict(
    run: Run, preset: Path, tmp_path: Path
) -> None:
    trace, out = tmp_path / "run.jsonl", tmp_path / "x.wav"
    trace.write_text('{"t": 0, "state": {"section": "figth"}}\n{"t": 0.1}\n', encoding="utf-8")
    told = run("render", preset, "-o", out, "--trace", trace, "--ending", "cut")
    out.unlink()
    refused = run("render", preset, "-o", out, "--trace", trace, "--strict")

    assert told.code == 0
    assert told.sentences[0] == (
        "names that the preset does not declare are ignored (--strict refuses them): "
        "section=figth (1×) (did you mean fight?)"
    )
    assert (refused.code, len(refused.sentences), out.exists()) == (1, 1, False)
    assert "section=figth (1×) (did you mean fight?)" in refused.err


def test_a_trace_of_declared_names_passes_strictly(run: Run, preset: Path, tmp_path: Path) -> None:
    trace = tmp_path / "run.jsonl"
    trace.write_text('{"t": 0, "state": {"section": "fight"}, "threat": 0.5}\n{"t": 0.1}\n')
    done = run("render", preset, "-o", tmp_path / "x.wav", "--trace", trace, "--strict", "--ending", "cut")

    assert (done.code, len(done.sentences)) == (0, 1)


def test_a_render_in_space_has_the_channels_that_were_asked_for(
    run: Run, preset: Path, tmp_path: Path
) -> None:
    site = tmp_path / "hall.toml"
    site.write_text("[[speakers]]\nchannel = 3\nat_m = [0, 2, 0]\n[places.nobody]\nazimuth_deg = 3\n")
    asked = {
        "ring.wav": ("--channels", "5"),
        "hall.wav": ("--site", site),
        "field.wav": ("--layout", "ambix"),
    }
    done = {
        name: run("render", preset, "-o", tmp_path / name, "--seconds", "0.3", *words)
        for name, words in asked.items()
    }
    refused = run("render", preset, "-o", tmp_path / "x.wav", "--seconds", "1", "--layout", "cube")
    both = run(
        "render", preset, "-o", tmp_path / "x.wav", "--seconds", "1", "--layout", "ambix", "--channels", "4"
    )

    assert {name: soundfile.info(tmp_path / name).channels for name in asked} == {
        "ring.wav": 5, "hall.wav": 3, "field.wav": 4,
    }  # fmt: skip
    assert done["hall.wav"].sentences[0] == "hall.toml places what Test does not have: nobody"
    assert (refused.code, both.code) == (2, 2)
    assert "--layout must be one of speakers, ambix, binaural, got 'cube'" in refused.sentences[0]
