"""A running engine whose preset is edited: seen in its folder, asked for, refused, undone, replaced."""

from __future__ import annotations

import json
from pathlib import Path

import mido
import pytest

from adaptive.errors import TraceError
from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary
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


def test_a_recording_keeps_its_edits_and_renders_to_the_same_log(folder: Path, tmp_path: Path) -> None:
    original, run = (folder / "preset.toml").read_bytes(), tmp_path / "run"
    more = "[parameters.more]\n[layers.more]\ngenerator = 'pad'\nlevel_db = -9\n"
    with playing(tmp_path, folder, "--sink", "null", "--watch", "--record", str(run)) as engine:
        client = engine.client()

        def is_heard(count: int) -> bool:
            return len([line for line in engine.said() if "sounds from" in line]) == count

        write(folder, ("[layers.bass]\n", f"{more}[layers.bass]\n"), ('["calm", "bass"]', '["bass", "more"]'))
        assert until(lambda: is_heard(1), 30.0)
        client.send({"parameter": "more", "value": 0.5}, {"undo": True}, {"state": {"place": "inn"}})
        assert until(lambda: is_heard(2), 30.0)
        write(folder, ("length_bars = 4", "length_bars = 2"))
        assert until(lambda: is_heard(3), 30.0)
        engine.end()
    (folder / "preset.toml").write_bytes(original)
    kept = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
    preset = load(folder, vocabulary=vocabulary())
    trace = read_trace(run / "trace.jsonl", preset, 48000)
    lines: list[str] = []
    job = RenderJob(preset, int(trace.meta["seed"]), trace.seconds, trace, "cut")
    for _ in Renderer(job, write_log=lines.append).control_steps():
        pass

    assert sorted(path.name for path in run.glob("edit-*")) == ["edit-1.toml", "edit-2.toml", "edit-3.toml"]
    assert trace.ignored == {}
    assert lines == kept
    assert mido.MidiFile(run / "notes.mid").length > 1.0


def test_an_edit_that_needs_another_engine_is_not_heard_while_recording(folder: Path, tmp_path: Path) -> None:
    with playing(tmp_path, folder, "--sink", "null", "--record", str(tmp_path / "run")) as engine:
        client = engine.client()
        write(folder, ("[layers.bass]\n", "[reverb]\npredelay_ms = 50\n[layers.bass]\n"))
        client.send({"reload": True, "id": "a"})
        reason = client.until("receipt", receipt="a", status="failed")["reason"]

    assert reason == "the reverb's pre-delay was changed: a recording has one timeline"


@pytest.mark.parametrize("edit", [0, -1, 1.5, True, "../preset", None, 10_001, 7])
def test_an_edit_of_a_trace_is_a_file_beside_it(folder: Path, tmp_path: Path, edit: object) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(json.dumps({"t": 1.0, "edit": edit}), encoding="utf-8")

    with pytest.raises(TraceError, match="line 1: edit"):
        read_trace(path, load(folder), 48000)
