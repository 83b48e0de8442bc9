from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from adaptive.cli.play_command import status_line
from adaptive.session.performance import Performance
from adaptive.sinks import portaudio_library
from tests.helpers.presets import two_sections
from tests.unit.cli.running import Run


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


def test_the_status_line_says_what_is_missing(tmp_path: Path) -> None:
    performance = Performance(two_sections(tmp_path / "small"))
    sink = SimpleNamespace(trouble="")
    session = SimpleNamespace(
        performance=performance,
        sink=sink,
        clamp_report=SimpleNamespace(count=3),
        underruns=2,
        faults=7,
        loudness=SimpleNamespace(follow=lambda _engine: None, now=None),
    )
    before = status_line(session)  # type: ignore[arg-type]
    sink.trouble = "no sound from card"

    assert before.startswith("silence  ")
    assert before.endswith("underruns 2  clamped 3  faults 7")
    assert "  no sound from card  " in status_line(session)  # type: ignore[arg-type]


def test_the_status_line_tells_loudness_and_spectra(tmp_path: Path) -> None:
    performance = Performance(two_sections(tmp_path / "small"))
    performance.engine.memory["telemetry"][0]["stretch_hops"] = 9
    performance.engine.memory["telemetry"][0]["most_hops"] = 2
    now = SimpleNamespace(short_term_lufs=-18.34)
    session = SimpleNamespace(
        performance=performance, sink=None, clamp_report=SimpleNamespace(count=0), underruns=0, faults=0,
        loudness=SimpleNamespace(follow=lambda _engine: None, now=now),
    )  # fmt: skip

    assert "  -18.3 LUFS  stretches, 2 spectra a quantum at most" in status_line(session)  # type: ignore[arg-type]


def test_a_faulty_site_file_is_refused_line_by_line(run: Run, preset: Path, tmp_path: Path) -> None:
    site = tmp_path / "gallery.toml"
    site.write_text('channels = "two"\ndevice = 5\n')
    done = run("play", preset, "--sink", "null", "--site", site)

    assert (done.code, done.sentences) == (
        1,
        [
            'gallery.toml:1 channels: must be a whole number, got "two"',
            'gallery.toml:2 device: must be a string, got 5; write `device = "5"`',
        ],
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--ports", "stem"), "--ports must be one of master, stems, got 'stem'"),
        (("--ports", "stems", "--sink", "null"), "--ports stems goes with --sink jack, got --sink null"),
    ],
)
def test_ports_that_a_sink_does_not_have_are_refused(
    run: Run, preset: Path, options: tuple[str, ...], expected: str
) -> None:
    done = run("play", preset, *options)

    assert (done.code, done.sentences) == (2, [f"adaptive: {expected} (see adaptive play --help)"])
