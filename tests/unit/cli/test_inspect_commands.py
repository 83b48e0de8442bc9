from __future__ import annotations

import json
from pathlib import Path

import pytest

from adaptive.session import channel_test
from tests.unit.cli.running import Run

LOG = [
    {"frame": 0, "t": 0.0, "position": "1.1.0", "kind": "transition", "source": None, "target": "calm",
     "reason": "select[2]: no line above it is true"},
    {"frame": 62464, "t": 1.301333, "position": "2.2.197", "kind": "state", "group": "place",
     "value": "shelter",
     "before": "road", "reason": "place set from outside"},
    {"frame": 96000, "t": 2.0, "position": "3.1.0", "kind": "transition", "source": "calm", "target": "fight",
     "status": "planned", "rule": "any → any (exit at bar, enter at start)", "decided_frame": 62464,
     "wait_s": 0.6987, "bound_by": "exit grid", "reason": "select[1]: threat > 0.6 (threat = 0.71)"},
    {"frame": 100000, "t": 2.083333, "position": "3.1.160", "kind": "note", "layer": "bass",
     "reason": "pulse"},
    {"frame": 120000, "t": 2.5, "position": "3.3.0", "kind": "stinger", "event": "hit", "status": "dropped",
     "reason": "it may sound again in 1.20 s (cooldown 2 s)"},
    {"frame": 480000, "t": 10.0, "position": "11.1.0", "kind": "transition", "source": "fight",
     "target": None,
     "status": "planned", "rule": "any → any (exit at bar, enter at start)", "wait_s": 0.05,
     "bound_by": "look-ahead", "reason": "stop was asked for"},
    {"frame": 480000, "t": 75.5, "position": "80.1.0", "kind": "tempo", "status": "set", "tempo_bpm": 150.0,
     "reason": "asked for by a message"},
]  # fmt: skip


TOLD = """\
0:00.000  calm begins, because select[2]: no line above it is true
0:01.301  the state place is now shelter (was road)
0:01.301  calm changes to fight at 3.1.0 (0:02.000, in 0.70 s, set by its exit grid), because \
select[1]: threat > 0.6 (threat = 0.71); by rule any → any (exit at bar, enter at start)
0:02.500  hit is not played: it may sound again in 1.20 s (cooldown 2 s)
0:09.950  fight changes to silence at 11.1.0 (0:10.000, in 0.05 s, set by the look-ahead), because \
stop was asked for; by rule any → any (exit at bar, enter at start)
1:15.500  the tempo goes to 150 bpm: asked for by a message
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LOG), encoding="utf-8")
    return path


def test_a_log_is_told_in_plain_sentences(run: Run, log: Path) -> None:
    done = run("explain", log)

    assert (done.code, done.out) == (0, TOLD)


@pytest.mark.parametrize(
    ("at", "lines"), [("2.5", 5), ("3.1.0", 5), ("1:15", 2), ("40", 2), ("80.1.0", 2), ("0:10.0", 2)]
)
def test_a_time_or_a_position_picks_what_lies_near(run: Run, log: Path, at: str, lines: int) -> None:
    done = run("explain", log, at)

    assert (done.code, len(done.out.splitlines())) == (0, lines)
    assert "calm has played since 0:00.000 (1.1.0)" in done.out.splitlines()[0]


@pytest.mark.parametrize("at", ["soon", "1.2.3.4", "nan", "3.x.0", "inf", ""])
def test_a_time_that_is_none_is_one_sentence(run: Run, log: Path, at: str) -> None:
    done = run("explain", log, at)

    assert (done.code, len(done.sentences)) == (1, 1)
    assert "is no time" in done.err


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"not json\n",
        b"[1]\n",
        b'{"t": 1}\n',
        b'{"kind":"transition","t":"x"}\n',
        b'{"kind":"tempo","t":1}\n',
    ],
)
def test_a_file_that_is_no_log_is_one_sentence(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log.jsonl").write_bytes(content)
    done = run("explain", tmp_path / "log.jsonl")

    assert (done.code, len(done.sentences)) == (1, 1)
    assert "log" in done.err


def test_a_log_that_a_render_wrote_can_be_explained(run: Run, preset: Path, tmp_path: Path) -> None:
    trace = tmp_path / "t.jsonl"
    trace.write_text(
        '{"t":0.5,"state":"fight"}\n{"t":0.7,"event":"hit"}\n{"t":0.8,"tempo":120}\n{"t":2,"stop":true}\n{"t":4}\n'
    )
    made = run("render", preset, "-o", tmp_path / "x.wav", "--trace", trace, "--log", tmp_path / "log.jsonl")
    told = run("explain", tmp_path / "log.jsonl")
    begun = [line.split("  ", 2)[-1].strip() for line in told.out.splitlines()]

    assert made.code == 0
    assert "sections: calm → fight" in made.err
    assert any("calm changes to fight at 2.1.0" in line for line in begun)
    assert any("hit sounds" in line for line in begun)
    assert any("the tempo goes to 120 bpm" in line for line in begun)
    assert any("stop was asked for" in line for line in begun)


def test_the_presets_and_the_doctor_say_what_there_is(run: Run) -> None:
    listed, checked, cards = run("presets"), run("doctor", "--json"), run("devices")

    assert (listed.code, checked.code, cards.code) == (0, 0, 0)
    assert "nightfall" in listed.out
    assert "compile cache" in [row["name"] for row in json.loads(checked.out)["checks"]]
    assert "auto picks " in cards.out


def test_a_log_is_told_as_json_too(run: Run, log: Path) -> None:
    done = run("explain", log, "--json")
    told = [json.loads(line) for line in done.out.splitlines()]

    assert [one["text"] for one in told] == [line[10:] for line in TOLD.splitlines()]
    assert told[1] == {
        "t": 1.301,
        "position": "2.2.197",
        "kind": "state",
        "text": "the state place is now shelter (was road)",
    }


def test_what_plays_has_a_kind_of_its_own(run: Run, log: Path) -> None:
    first = json.loads(run("explain", log, "2.5", "--json").out.splitlines()[0])

    assert (first["kind"], first["t"], first["position"]) == ("playing", 2.5, None)


def test_the_channels_of_a_site_are_tested_one_by_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_test, "TURN_S", 0.05)
    site = tmp_path / "hall.toml"
    site.write_text('[[speakers]]\nchannel = 1\nat_m = [0, 2, 0]\n[[speakers]]\nchannel = 2\nkind = "sub"\n')
    done = run("devices", "--test-channels", "--site", site, "--sink", "null")

    assert (done.code, done.out.splitlines()) == (0, ["channel 1: speaker at [0, 2, 0] m", "channel 2: sub"])
    assert run("devices", "--channels", "4").code == 2
