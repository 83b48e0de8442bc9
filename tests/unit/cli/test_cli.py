"""The command line: exit codes, and one sentence on stderr that anybody can act on; never a traceback."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from adaptive import cli
from adaptive.cli import common
from adaptive.errors import DeviceError
from adaptive.inputs.osc_codec import decode, flatten
from adaptive.sinks import choice as sink_choice
from adaptive.sinks import miniaudio_library, portaudio_library
from adaptive.sinks.devices import Device
from tests.helpers.presets import two_sections

FAULTS = Path(__file__).parents[2] / "golden" / "faults"


@dataclass
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> list[str]:
        return self.err.splitlines()


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, as `adaptive` would be run."""

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["adaptive", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            cli.main()
        told = capsys.readouterr()
        return Done(int(caught.value.code or 0), told.out, told.err)

    monkeypatch.setattr(common.console, "file", None, raising=False)
    return run


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    more = '[parameters.threat]\n[stingers.hit]\nstem = "blow.wav"\nfirst_beat_s = 0.1\n'
    return two_sections(tmp_path / "small", more=more).folder


USAGE = [
    (["play", "--osc", "nowhere"],
     "adaptive: --osc must be HOST:PORT, such as 127.0.0.1:9000, got 'nowhere'"),
    (["play", "--http", "1.2.3.4:99999"],
     "adaptive: --http must be HOST:PORT, such as 127.0.0.1:9000, got '1.2.3.4:"),
    (["play", "--tcp", "70000"],
     "adaptive: --tcp must be HOST:PORT, such as 127.0.0.1:9000, got '127.0.0.1:70000"),
    (["play", "--sink", "tape"], "adaptive: --sink must be one of auto, portaudio, "),
    (["play", "--block", "99999"], "adaptive: Invalid value for '--block'"),
    (["play", "--seconds", "-1"], "adaptive: Invalid value for '--seconds'"),
    (["play", "--seed", "-1"], "adaptive: Invalid value for '--seed'"),
    (["play", "--no-such"], "adaptive: No such option: --no-such"),
    (["render", "nightfall", "-o", "x.wav", "--seconds", "1", "--ending", "bang"],
     "adaptive: --ending must be one of cut, fade, cadence, got 'bang'"),
    (["render", "nightfall", "-o", "x.wav"], "adaptive: say how long: --seconds N, or --trace FILE"),
    (["render", "nightfall", "-o", "x.wav", "--seconds", "0"],
     "adaptive: --seconds must be from 0 to a week, got 0"),
    (["render", "nightfall"], "adaptive: Missing option '-o' / '--out'"),
    (["render"], "adaptive: Missing argument"),
    (["send"], "adaptive: nothing to send: give NAME=VALUE, --state or --event"),
    (["send", "threat"], "adaptive: 'threat' is no NAME=VALUE"),
    (["send", "threat=loud"], "adaptive: 'threat=loud': the value must be a number"),
    (["send", "threat=1", "--to", "http://x"],
     "adaptive: --to must be osc://HOST:PORT or tcp://HOST:PORT, got 'http://x'"),
    (["send", "threat=1", "--to", "osc://x:99999"], "adaptive: --to must be osc://HOST:PORT"),
    (["frobnicate"], "adaptive: No such command 'frobnicate'"),
    (["check"], "adaptive: Missing argument"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "expected"), USAGE, ids=[" ".join(a) for a, _ in USAGE])
def test_a_wrong_command_line_is_one_sentence_and_exit_code_2(
    run: Run, arguments: list[str], expected: str
) -> None:
    done = run(*arguments)

    assert done.code == 2
    assert len(done.sentences) == 1
    assert done.err.startswith(expected)
    assert "--help)" in done.err


def test_nothing_asked_for_is_answered_with_the_help(run: Run) -> None:
    done = run()

    assert done.code == 2
    assert "Usage" in done.out + done.err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["play", "--help"], ["render", "-h"]])
def test_help_is_fine(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).code == 0


def test_a_preset_nobody_knows_is_told_with_the_nearest(run: Run) -> None:
    done = run("render", "nightfal", "-o", "x.wav", "--seconds", "1")

    assert (done.code, len(done.sentences)) == (1, 1)
    assert "there is no preset named" in done.err
    assert "nightfall" in done.err


@pytest.mark.parametrize("command", ["play", "check"])
def test_every_fault_of_a_preset_is_a_line_of_its_own(run: Run, command: str) -> None:
    done = run(command, FAULTS)
    told = (done.out + done.err).splitlines()

    assert done.code == 1
    assert told == (FAULTS / "expected.txt").read_text(encoding="utf-8").splitlines()


def test_a_preset_without_faults_is_said_to_have_none(run: Run, preset: Path) -> None:
    done = run("check", preset)

    assert (done.code, done.out.splitlines()[-1]) == (0, f"{preset}: no faults")


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


def test_a_port_that_is_taken_is_named_with_the_way_out(run: Run, preset: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        done = run("play", preset, "--sink", "null", "--osc", str(port), "--http", "0", "--tcp", "0")

    assert done.code == 3
    assert done.sentences[-1] == (
        f"adaptive: OSC port {port} on 127.0.0.1 is taken (another engine?); choose another with "
        "--osc 127.0.0.1:0"
    )


@pytest.mark.parametrize(
    ("option", "address", "expected"),
    [
        ("--http", "192.0.2.1:8080", "HTTP: there is no address called '192.0.2.1' on this machine"),
        (
            "--tcp",
            "no.such.host.invalid:1",
            "TCP: there is no address called 'no.such.host.invalid' on this machine",
        ),
    ],
)
def test_an_address_that_is_not_ours_is_named(
    run: Run, preset: Path, option: str, address: str, expected: str
) -> None:
    ports = {"--osc": "0", "--http": "0", "--tcp": "0"} | {option: address}
    done = run("play", preset, "--sink", "null", *[segment for pair in ports.items() for segment in pair])

    assert done.code == 3
    assert done.sentences[-1] == f"adaptive: {expected}"


def test_a_sound_card_that_is_not_there_is_one_sentence_and_exit_code_3(
    run: Run, preset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portaudio_library, "list_devices", list)
    done = run("play", preset, "--sink", "portaudio")

    assert (done.code, done.sentences) == (3, ["adaptive: there is no sound card here"])


def test_without_a_sound_card_auto_is_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portaudio_library, "list_devices", list)
    monkeypatch.setattr(miniaudio_library, "list_devices", list)
    choice = sink_choice.choose_sink("auto", None)

    assert (choice.name, choice.why) == ("web", "there is no sound card here: listen in the browser")
    with pytest.raises(DeviceError):
        sink_choice.choose_sink("auto", "Scarlett")


def test_auto_is_portaudio_then_miniaudio_then_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    card = Device(0, "Card", "Host", 2, 48000.0, is_default=True)
    for library in (portaudio_library, miniaudio_library):
        monkeypatch.setattr(library, "list_devices", lambda: [card])
    both = sink_choice.choose_sink("auto", None)
    monkeypatch.setattr(portaudio_library, "list_devices", list)
    second = sink_choice.choose_sink("auto", "car")

    assert (both.name, second.name) == ("portaudio", "miniaudio")
    assert second.why == "Card: its name holds 'car', and through PortAudio: there is no sound card here"


def test_a_machine_without_portaudio_is_told_what_to_install() -> None:
    """In a process of its own: with a sounddevice that does not load."""
    code = (
        "import sys, types\n"
        "class Broken:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'sounddevice': raise OSError('PortAudio library not found')\n"
        "sys.meta_path.insert(0, Broken())\n"
        "sys.argv = ['adaptive', 'play', '--sink', 'portaudio']\n"
        "from adaptive.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert done.stderr.startswith("adaptive: PortAudio is not installed (apt-get install libportaudio2")
    assert len(done.stderr.splitlines()) == 1


def test_there_is_no_traceback_and_no_noise_from_sound_libraries_in_a_real_process(preset: Path) -> None:
    environment = os.environ | {"JACK_DEFAULT_SERVER": "nobody", "JACK_NO_START_SERVER": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "adaptive", "play", str(preset), "--sink", "portaudio", "--device", "x"],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip

    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("adaptive: ")


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


def test_send_puts_all_into_one_bundle(run: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5.0)
        to = f"osc://127.0.0.1:{listener.getsockname()[1]}"
        done = run(
            "send", "threat=0.5", "cadence=170", "--state", "place/shelter", "--event", "hit", "--to", to
        )
        _, messages = flatten(decode(listener.recv(4096)))

    assert (done.code, done.err) == (0, "")
    assert [(message.address, message.arguments) for message in messages] == [
        ("/adaptive/parameter/threat", (0.5,)),
        ("/adaptive/parameter/cadence", (170.0,)),
        ("/adaptive/state/place/shelter", ()),
        ("/adaptive/event/hit", ()),
    ]


def test_send_to_an_engine_that_is_not_there_is_one_sentence(run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = run("send", "threat=0.5", "--to", f"tcp://127.0.0.1:{port}")

    assert (done.code, len(done.sentences)) == (1, 1)
    assert f"no engine answers at 127.0.0.1:{port}" in done.err


LOG = [
    {"frame": 0, "t": 0.0, "position": "1.1.0", "kind": "transition", "source": None, "target": "calm",
     "reason": "select[1]: otherwise"},
    {"frame": 62464, "t": 1.301333, "position": "2.2.197", "kind": "state", "group": "place",
     "value": "shelter",
     "before": "road", "reason": "place set from outside"},
    {"frame": 96000, "t": 2.0, "position": "3.1.0", "kind": "transition", "source": "calm", "target": "fight",
     "status": "planned", "rule": "any → any (exit at bar, enter at start)", "decided_frame": 62464,
     "wait_s": 0.6987, "bound_by": "exit grid", "reason": "select[0]: threat > 0.6 (threat = 0.71)"},
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
0:00.000  calm begins, because select[1]: otherwise
0:01.301  the state place is now shelter (was road)
0:01.301  calm changes to fight at 3.1.0 (0:02.000, in 0.70 s, set by its exit grid), because \
select[0]: threat > 0.6 (threat = 0.71); by rule any → any (exit at bar, enter at start)
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


def test_what_is_sent_to_nobody_over_osc_is_told(run: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
        here = run("send", "threat=0.5", "--to", f"osc://127.0.0.1:{port}")
    gone = run("send", "threat=0.5", "--to", f"osc://127.0.0.1:{port}")

    assert (here.code, here.err) == (0, "")
    assert gone.code == 1
    assert f"no engine listens at 127.0.0.1:{port}" in gone.err


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
    assert any("the tempo stays" in line for line in begun)
    assert any("stop was asked for" in line for line in begun)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9000", ("127.0.0.1", 9000)),
        ("0", ("127.0.0.1", 0)),
        ("0.0.0.0:9000", ("0.0.0.0", 9000)),
        ("localhost:1", ("localhost", 1)),
        ("[::1]:9000", ("::1", 9000)),
    ],
)
def test_an_address_is_a_host_and_a_port_or_a_port(text: str, expected: tuple[str, int]) -> None:
    assert common.parse_address(text, "--osc") == expected


def test_the_presets_and_the_doctor_say_what_there_is(run: Run) -> None:
    listed, checked, cards = run("presets"), run("doctor"), run("devices")

    assert (listed.code, checked.code, cards.code) == (0, 0, 0)
    assert "nightfall" in listed.out
    assert "compile cache" in checked.out
    assert "auto picks " in cards.out
