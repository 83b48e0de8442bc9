"""Laws of `adaptive new`: what it says fits what it wrote, and what `check` says of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.cli import make_commands
from adaptive.preset.finding import fault
from tests.helpers.amounts import variants
from tests.unit.analysis.analysis_signals import Samples, clicks, pad, save
from tests.unit.analysis.test_straighten import write_band
from tests.unit.cli.running import Run

BARS = clicks(120.0, 16, swing=0.5)

FOLDERS: dict[str, dict[str, Samples]] = {
    **{
        f"{ms} ms of lead-in": {"a.wav": clicks(120.0, 16, first_beat_s=ms / 1000.0)} for ms in (1, 7, 12, 60)
    },
    **{f"{ms} ms cut off": {"a.wav": BARS[: -round(44.1 * ms)]} for ms in (1, 3, 20)},
    **{f"{ms} ms of tail": {"a.wav": clicks(120.0, 16, tail_s=ms / 1000.0)} for ms in (1, 3, 20, 700)},
    "shifted by 12 ms": {"a.wav": np.roll(BARS, 529)},
    "one frame longer": {"a.wav": np.append(BARS, BARS[-1:])},
    "a tempo with decimals": {"a.wav": clicks(133.7, 16, swing=0.5)},
    "ten beats": {"a.wav": clicks(120.0, 10, swing=0.5)},
    "half a second": {"a.wav": pad(0.62, fades=False)},
    "silence": {"a.wav": np.zeros(88_200, np.float32)},
    "mono and stereo": {"a.wav": BARS, "b.wav": np.stack([pad(8.0, fades=False)] * 2, axis=1)},
    "three bars beside four": {"a.wav": BARS, "b.wav": clicks(120.0, 12, swing=0.5)},
    "a hit beside a loop": {"a.wav": BARS, "b.wav": clicks(120.0, 1)[:9000]},
    "a trimmed pad": {"a.wav": BARS, "b.wav": pad(5.3, fades=True)},
    "two tempi": {"a_slow.wav": BARS, "a_fast.wav": clicks(150.0, 16, swing=0.5)},
}

SHORT = {
    "7 ms of lead-in", "3 ms cut off", "20 ms of tail", "shifted by 12 ms", "one frame longer", "ten beats",
    "mono and stereo", "a hit beside a loop", "a trimmed pad", "two tempi",
}  # fmt: skip
"""One of each kind."""


def filled(folder: Path, files: dict[str, Samples]) -> Path:
    for name, samples in files.items():
        save(folder / name, samples)
    return folder


@pytest.mark.parametrize("kind", variants(FOLDERS, SHORT))
def test_new_says_what_check_says_and_nothing_it_writes_is_refused(
    run: Run, tmp_path: Path, kind: str
) -> None:
    stems = filled(tmp_path / "in", FOLDERS[kind])
    made = run("new", tmp_path / "out", "--from", stems)
    checked = run("check", tmp_path / "out")

    assert (made.code, checked.code) == (0, 0)
    assert [line for line in checked.out.splitlines()[:-1] if line not in made.sentences] == []
    assert f"hear it: adaptive play {tmp_path}/out" in made.sentences[-1]


@pytest.mark.parametrize(
    "kind", variants([kind for kind in FOLDERS if "lead-in" in kind or "shifted" in kind], SHORT)
)
def test_a_lead_in_is_no_finding(run: Run, tmp_path: Path, kind: str) -> None:
    run("new", tmp_path / "out", "--from", filled(tmp_path / "in", FOLDERS[kind]))

    assert run("check", tmp_path / "out").out.splitlines() == [f"{tmp_path}/out: no faults"]


def test_what_is_refused_is_not_to_be_heard(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [fault(("layers", "a"), "is wrong")]
    monkeypatch.setattr(make_commands, "findings_of_preset", lambda _name, _limit_bytes: wrong)
    done = run("new", tmp_path / "out", "--from", filled(tmp_path / "in", {"a.wav": BARS}))

    assert done.code == 1
    assert "layers.a: is wrong" in done.sentences
    assert "cannot be played yet" in done.sentences[-1]
    assert "hear it" not in done.err


def test_what_was_passed_over_is_told_by_name(run: Run, tmp_path: Path) -> None:
    stems = filled(tmp_path / "in", {"Grün/a.wav": BARS})
    (stems / "Grün" / "broken.flac").write_bytes(b"fLaC")
    (stems / "notes.txt").touch()
    done = run("new", tmp_path / "out", "--from", stems)

    assert done.code == 0
    assert "passed over: notes.txt: is no audio file" in done.sentences
    assert any(line.startswith("passed over: Grün/broken.flac: ") for line in done.sentences)


def test_a_tempo_that_is_a_guess_is_told_as_one(run: Run, tmp_path: Path) -> None:
    stems = filled(tmp_path / "in", {"menu_pad.wav": pad(8.0, fades=False), "shop_drums.wav": BARS})
    done = run("new", tmp_path / "out", "--from", stems)
    told = {line.split(":")[0]: "a guess" in line for line in done.sentences if line.startswith("section ")}

    assert told == {"section menu": True, "section shop": False}


def test_json_is_one_object_with_all_that_was_found(run: Run, tmp_path: Path) -> None:
    stems = filled(
        tmp_path / "in", {"calm_a.wav": BARS, "fight_a.wav": clicks(120.0, 32), "stinger.wav": BARS[:9000]}
    )
    (stems / "notes “1”.txt").touch()
    done = run("new", tmp_path / "out", "--from", stems, "--json")
    found = json.loads(done.out)

    assert (done.code, done.err, found["ok"], found["findings"]) == (0, "", True, [])
    assert found["preset"] == str(tmp_path / "out" / "preset.toml")
    assert {name: section["length_bars"] for name, section in found["sections"].items()} == {
        "calm": 4,
        "fight": 8,
    }
    assert found["sections"]["calm"]["layers"] == {"music": ["calm_a.wav"]}
    assert list(found["stingers"]) == ["stinger"]
    assert found["passed_over"] == [{"file": "notes “1”.txt", "reason": "is no audio file"}]
    assert done.out.isascii()  # a stand-in for a typographic quote would end a text of the JSON


def test_an_empty_preset_is_checked_too(run: Run, tmp_path: Path) -> None:
    done = run("new", tmp_path / "out", "--json")

    assert (done.code, json.loads(done.out)["ok"]) == (0, True)


def test_a_file_of_that_name_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    done = run("new", tmp_path / "out")

    assert (done.code, len(done.sentences)) == (1, 1)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_padded_copy_lasts_as_long_as_its_section(run: Run, tmp_path: Path) -> None:
    run("new", tmp_path / "out", "--from", filled(tmp_path / "in", FOLDERS["a trimmed pad"]))

    assert soundfile.info(tmp_path / "out" / "stems" / "b.wav").duration == pytest.approx(8.0, abs=0.001)


def test_a_new_preset_never_overwrites(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "song.txt").write_text("la", encoding="utf-8")
    done = run("new", tmp_path / "mine")

    assert (done.code, done.sentences) == (1, [f"adaptive: {tmp_path}/mine exists and is not empty"])
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["song.txt"]


@pytest.mark.parametrize("source", ["nowhere", "file"])
def test_stems_that_are_not_there_are_one_sentence(run: Run, tmp_path: Path, source: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = run("new", tmp_path / "mine", "--from", tmp_path / source)

    assert (done.code, len(done.sentences)) == (1, 1)


def test_a_new_preset_can_be_checked_at_once(run: Run, tmp_path: Path) -> None:
    made = run("new", tmp_path / "mine")
    checked = run("check", tmp_path / "mine")

    assert made.code == 0
    assert checked.code == 0


def test_songs_without_a_click_are_named_and_straightened(run: Run, tmp_path: Path) -> None:
    write_band(tmp_path / "songs")
    plain = run("new", tmp_path / "a", "--from", tmp_path / "songs")
    even = run("new", tmp_path / "b", "--from", tmp_path / "songs", "--straighten")

    assert any("band.wav: the beats are on no even grid" in one for one in plain.sentences)
    assert "beats are even now" in even.err
    assert "no even grid" not in even.err


def test_there_may_be_nothing_to_straighten(run: Run, tmp_path: Path) -> None:
    stems = filled(tmp_path / "in", {"a.wav": BARS})
    done = run("new", tmp_path / "out", "--from", stems, "--straighten")

    assert done.code == 0
    assert any(one.startswith("nothing to straighten") for one in done.sentences)
