from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

from adaptive.inputs.osc_codec import OscMessage, decode, encode_message, flatten
from tests.helpers.presets import two_sections
from tests.unit.cli.running import Run


def test_a_preset_without_faults_is_said_to_have_none(run: Run, preset: Path) -> None:
    done = run("check", preset)

    assert (done.code, done.out.splitlines()[-1]) == (0, f"{preset}: no faults")


def test_findings_are_told_as_json_too(run: Run, preset: Path) -> None:
    text = (preset / "preset.toml").read_text(encoding="utf-8")
    (preset / "preset.toml").write_text(text + '[[select]]\nsection = "calm"\nwhen = "threat > 2"\n')
    fine = json.loads(run("check", preset, "--json").out)
    (preset / "preset.toml").write_text(text + '[[select]]\nsection = "clam"\n')
    done = run("check", preset, "--json")
    wrong = json.loads(done.out)

    assert (fine["preset"], fine["ok"]) == (str(preset), True)
    assert {"warning"} == {one["severity"] for one in fine["findings"]}
    assert (done.code, wrong["ok"]) == (1, False)
    assert wrong["findings"] == [
        {
            "severity": "fault",
            "file": "preset.toml",
            "line": len(text.splitlines()) + 2,
            "at": "select[1].section",
            "text": "there is no section named `clam`; did you mean `calm`?",
        }
    ]


def test_send_puts_all_into_one_bundle_and_prints_what_is_answered(run: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5.0)
        received: list[OscMessage] = []

        def answer() -> None:
            for status in ("", "accepted"):  # the first packet is not answered, and is sent again
                packet, sender = listener.recvfrom(4096)
                received[:] = flatten(decode(packet))[1]
                for message in received[2:] if status else ():
                    receipt = encode_message("/adaptive/receipt", (message.arguments[-1], status))
                    listener.sendto(receipt, sender)

        engine = threading.Thread(target=answer)
        engine.start()
        to = f"osc://127.0.0.1:{listener.getsockname()[1]}"
        done = run(
            "send", "threat=0.5", "cadence=170", "--state", "place/shelter", "--event", "hit", "--to", to
        )
        engine.join()

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:2] == ["place/shelter: accepted", "hit: accepted"]
    assert [(message.address, message.arguments) for message in received[:2]] == [
        ("/adaptive/parameter/threat", (0.5,)),
        ("/adaptive/parameter/cadence", (170.0,)),
    ]
    assert [message.address for message in received[2:]] == [
        "/adaptive/state/place/shelter",
        "/adaptive/event/hit",
    ]


def test_send_to_an_engine_that_is_not_there_is_one_sentence(run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = run("send", "threat=0.5", "--to", f"tcp://127.0.0.1:{port}")

    assert (done.code, len(done.sentences)) == (1, 1)
    assert f"no engine answers at 127.0.0.1:{port}" in done.err


def test_what_is_sent_to_nobody_over_osc_is_told(run: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
        here = run("send", "threat=0.5", "--to", f"osc://127.0.0.1:{port}")
    gone = run("send", "threat=0.5", "--to", f"osc://127.0.0.1:{port}")

    assert (here.code, here.err) == (0, "")
    assert "OSC does not answer parameters" in here.out
    assert gone.code == 1
    assert f"no engine listens at 127.0.0.1:{port}" in gone.err


def test_a_site_file_is_checked_with_or_without_a_preset(run: Run, tmp_path: Path) -> None:
    site = tmp_path / "gallery.toml"
    site.write_text("[[speakers]]\nchannel = 1\nat_m = [0, 2, 0]\n")
    fine = run("check", "--site", site)
    site.write_text("channels = 2\n[[speakers]]\nchannel = 3\nat_m = [0, 2, 0]\n")
    wrong = run("check", "--site", site, "--json")

    assert (fine.code, fine.out) == (0, f"{site}: no faults\n")
    assert (wrong.code, json.loads(wrong.out)["findings"][0]["at"]) == (1, "speakers[1].channel")
    assert run("check").code == 2


def test_a_name_with_a_slash_is_sent_as_that_osc_address_and_refused_over_tcp(run: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5.0)
        done = run("send", "/sensor/1/presence=0.5", "--to", f"osc://127.0.0.1:{listener.getsockname()[1]}")
        message = flatten(decode(listener.recv(1 << 16)))[1][0]
    refused = run("send", "/sensor/1/presence=0.5", "--to", "tcp://127.0.0.1:1")

    assert (done.code, message.address, message.arguments) == (0, "/sensor/1/presence", (0.5,))
    assert (refused.code, "send it with --to osc://HOST:PORT" in refused.err) == (2, True)


def test_what_a_site_has_and_the_preset_does_not_is_told_by_check_too(run: Run, tmp_path: Path) -> None:
    two_sections(tmp_path / "small")
    site = tmp_path / "hall.toml"
    site.write_text("[places.nobody]\nazimuth_deg = 30.0\n[[inputs]]\nosc = '/camera'\nparameter = 'crowd'\n")
    done = run("check", tmp_path / "small", "--site", site)

    assert (done.code, "does not have: nobody" in done.err) == (0, True)
    assert "hall.toml:5 inputs[1].parameter: there is no parameter named `crowd`" in done.err
    assert done.err.endswith("; Test plays without it\n")
