"""MIDI over JACK from a sequencer that we did not write, which comes and goes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.playing import playing, until
from tests.helpers.presets import make_preset
from tests.helpers.programs import require_program

pytestmark = pytest.mark.device

BODY = """
[parameters.threat]
[layers.lead]
generator = "melody"
[sections.calm]
layers = ["lead"]
[[inputs]]
midi = "notes"
port = "player"
layer = "lead"
"""
SEQUENCE = ("24000", "0", "60", "8000", "12000", "64", "8000")
"""A loop of half a second, with the keys 60 and 64 for a sixth of a second each."""


@contextmanager
def sequencer(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """JACK's own sequencer, which plays until it is ended."""
    program = require_program("jack_midiseq", "sudo apt-get install --yes jackd2")
    process = subprocess.Popen(
        [program, "player", *SEQUENCE], env=os.environ | environment, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(5.0)


def live_notes(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "log.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
    return [line for line in lines if line["kind"] == "live_note"]


def test_a_foreign_sequencer_plays_is_lost_and_comes_back(jack: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("rtmidi", reason="python-rtmidi is missing: pip install -e '.[midi]'")
    preset = make_preset(tmp_path / "small", BODY).folder
    record = tmp_path / "run"
    arguments = ("--sink", "null", "--seed", "1", "--record", str(record))
    with playing(tmp_path / "engine", preset, *arguments, environment=jack) as engine:
        with sequencer(jack):
            until(lambda: len(live_notes(record)) >= 6)
        until(lambda: any("has gone" in line for line in engine.said()))
        until(lambda: live_notes(record)[-1]["velocity"] == 0.0)
        before = len(live_notes(record))
        with sequencer(jack):
            until(lambda: len(live_notes(record)) >= before + 3)
            assert engine.end(signal.SIGTERM) == 0
    found = live_notes(record)
    begun = [(line["midi"], line["frame"]) for line in found if line["velocity"] > 0.0]
    assert {key for key, _ in begun} == {60, 64}
    assert all(
        line["velocity"] == pytest.approx(64 / 127, abs=1e-4) or not line["velocity"] for line in found
    )
    held: set[int] = set()
    for line in found[:before]:
        held = held | {line["midi"]} if line["velocity"] else held - {line["midi"]}
    assert held == set()


def test_every_note_that_is_sent_out_is_ended(jack: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("rtmidi", reason="python-rtmidi is missing: pip install -e '.[midi]'")
    program = require_program("jack_midi_dump", "sudo apt-get install --yes jackd2")
    preset = make_preset(tmp_path / "small", BODY.replace("[[inputs]]", "[x_inputs]")).folder
    heard = tmp_path / "heard.txt"
    with heard.open("w", encoding="utf-8") as file:
        dump = subprocess.Popen(
            ["stdbuf", "-oL", program, "-a", "listener"], env=os.environ | jack, stdout=file
        )
    try:
        arguments = ("--sink", "null", "--seed", "1", "--midi-out", "listener")
        with playing(tmp_path / "engine", preset, *arguments, environment=jack) as engine:
            until(lambda: heard.read_text(encoding="utf-8").count(": 90 ") >= 4, 20.0)
            assert engine.end(signal.SIGTERM) == 0
            until(lambda: " b0 7b 00" in heard.read_text(encoding="utf-8") or not _sounding(heard), 5.0)
    finally:
        dump.terminate()
        dump.wait(5.0)
    assert _sounding(heard) == set()


def _sounding(heard: Path) -> set[str]:
    """Keys that have begun and not ended, as `jack_midi_dump` tells it."""
    held: set[str] = set()
    for line in heard.read_text(encoding="utf-8").splitlines():
        words = line.partition(": ")[2].lower().split()
        if words[:1] == ["90"]:
            held.add(words[1])
        elif words[:1] == ["80"]:
            held.discard(words[1])
    return held
