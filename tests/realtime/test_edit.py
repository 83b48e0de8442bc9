"""A running engine whose preset is edited: seen in its folder, asked for, refused, undone, replaced."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.playing import playing, until
from tests.helpers.presets import make_preset, write_sine

BODY = """
[parameters.heat]
default = 0.5
[states.place]
values = ["road", "inn"]
[layers.calm]
stem = "calm.wav"
[layers.bass]
generator = "bass"
[sections.one]
layers = ["calm", "bass"]
length_bars = 4
[sections.two]
layers = ["calm"]
length_bars = 4
[[select]]
section = "two"
when = "place == 'inn'"
[[select]]
section = "one"
"""


def write(folder: Path, *changes: tuple[str, str]) -> None:
    """Write the file anew as editors do: beside it, then in its place."""
    body = BODY
    for before, after in changes:
        assert before in body
        body = body.replace(before, after)
    path = folder / "preset.toml"
    head = 'schema = 1\nname = "Test"\ntempo_bpm = 240\n'
    path.with_suffix(".new").write_text(head + body, encoding="utf-8")
    path.with_suffix(".new").replace(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_preset(tmp_path / "edited", BODY).folder


def test_watch_takes_an_edit_refuses_a_faulty_one_and_takes_the_next(folder: Path, tmp_path: Path) -> None:
    with playing(tmp_path, folder, "--sink", "null", "--watch", "--seconds", "60") as engine:
        write(folder, ("[layers.bass]\n", "[layers.bass]\nlevel_db = -6\n"))
        taken = until(lambda: [line for line in engine.said() if "sounds from" in line])
        write(folder, ("layers =", "layer ="), ("length_bars = 4", "length_bars = 0"))
        refused = until(lambda: [line for line in engine.said() if " sections." in line][3:])
        write_sine(folder / "calm.wav", 300.0)
        write(folder)
        again = until(lambda: [line for line in engine.said() if "sounds from" in line][1:])
        said = engine.said()

    assert taken
    assert refused
    assert any("is not taken, what plays goes on" in line for line in said)
    assert again
    assert not any("Traceback" in line for line in said)


def test_reload_and_undo_by_message_answer_with_receipts(folder: Path, tmp_path: Path) -> None:
    with playing(tmp_path, folder, "--sink", "null", "--seconds", "60") as engine:
        client = engine.client()
        client.send({"undo": True, "id": "none"})
        none = client.until("receipt", receipt="none", status="dropped")
        write(folder, ('"road", "inn"', '"road", "inn", "lake"'))
        client.send({"reload": True, "id": "a"})
        client.until("receipt", receipt="a", status="accepted")
        hello = client.until("hello")["hello"]
        done = client.until("receipt", receipt="a", status="finished")
        client.send({"state": {"place": "lake"}, "id": "s"})
        state = client.until("receipt", receipt="s", status="finished")
        client.send({"undo": True, "id": "b"})
        client.until("receipt", receipt="b", status="finished")
        client.send({"state": {"place": "lake"}, "id": "s2"})
        refused = client.until("error")
        (folder / "preset.toml").write_text("schema = ", encoding="utf-8")
        client.send({"reload": True, "id": "c"})
        failed = client.until("receipt", receipt="c", status="failed")
        client.send({"reload": 1, "id": "d"})
        wrong = client.until("error")

    assert none["reason"] == "nothing was edited"
    assert hello["states"]["place"]["values"] == ["road", "inn", "lake"]
    assert done["reason"].startswith("sounds from ")
    assert state["status"] == "finished"
    assert "never 'lake'" in refused["error"]
    assert failed["reason"]
    assert wrong["error"].startswith("reload must be true")


@pytest.mark.parametrize(
    ("added", "how"),
    [
        ('[layers.more]\nstem = "both.wav"\n', "sounds from "),
        pytest.param(
            "[reverb]\npredelay_ms = 50\n",
            "the reverb's pre-delay was changed: tails, reverb and held notes are cut",
            marks=pytest.mark.ci,
        ),
    ],
)
def test_what_is_added_is_heard_from_a_bar_line_on_and_taken_back(
    folder: Path, tmp_path: Path, added: str, how: str
) -> None:
    with playing(tmp_path, folder, "--sink", "null", "--seconds", "60") as engine:
        client = engine.client()
        client.send({"subscribe": ["beat"]}, {"state": {"place": "inn"}})
        client.until("beat", section="two")
        write(folder, ("[layers.bass]\n", f"{added}[layers.bass]\n"))
        client.send({"reload": True, "id": "a"})
        done = [client.until("receipt", receipt="a", status="finished")["reason"]]
        beat = client.until("beat")["beat"]
        for name in "bc":
            client.send({"undo": True, "id": name})
            done.append(client.until("receipt", receipt=name, status="finished")["reason"])
        heard = [m["beat"]["position"] for m in client.heard if "beat" in m]
        said = engine.said()

    assert done[0].startswith(how)
    assert "cut" in how or done[0].endswith("on: layer more was added")
    assert "cut" in how or "one step back (layer more was removed)" in done[1]
    assert all("cut" in reason or reason.startswith("sounds from ") for reason in done)
    assert beat["section"] == "two"
    # bars go on, whoever plays them
    bars = [int(position.split(".")[0]) for position in heard]
    assert bars == sorted(bars)
    assert not any("Traceback" in line for line in said)


def test_a_recording_keeps_its_preset(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "adaptive", "play", str(folder), "--sink", "null", "--watch"]
    done = subprocess.run(
        [*command, "--record", str(tmp_path / "run")], capture_output=True, text=True, check=False,
        env=os.environ | {"COLUMNS": "200"},
    )  # fmt: skip
    with playing(tmp_path, folder, "--sink", "null", "--record", str(tmp_path / "other")) as engine:
        client = engine.client()
        client.send({"reload": True, "id": "a"})
        receipt = client.until("receipt", receipt="a")

    assert done.returncode == 2
    assert "--watch and --record do not go together" in done.stderr
    assert receipt["status"] == "dropped"
    assert receipt["reason"] == "a session that is recorded keeps its preset"
