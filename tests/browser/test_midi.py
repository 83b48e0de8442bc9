"""MIDI on the page, in a real browser with ports that the test makes: their bytes go through the page's code.

A machine without a MIDI system gives a browser no ports, so `navigator.requestMIDIAccess` is replaced.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.test_listen import ARGUMENTS
from tests.helpers.playing import Client, RunningEngine, playing, until
from tests.helpers.presets import make_preset
from tests.helpers.programs import require_program

pytestmark = pytest.mark.browser

BODY = """
[parameters.threat]
range = [0.0, 2.0]
rise_s = 0.02
fall_s = 0.02
[parameters.half]
value = "threat / 2"
[layers.lead]
generator = "melody"
instrument = "lead_soft"
[layers.pad]
generator = "melody"
instrument = "lead_soft"
[sections.calm]
layers = ["lead", "pad"]
length_bars = 4
[[select]]
section = "calm"
"""
NO_MIDI = "This browser has no Web MIDI; Chrome, Edge and Firefox have it."
REFUSED = "The browser refused MIDI to this page; it can be allowed in the browser's settings of this site."
NO_SYSTEM = "The browser could not open MIDI on this machine."
PORTS = """
window.ports = new Map();
const access = { inputs: window.ports, onstatechange: null };
const put = (id, name, state) => {
  const port = window.ports.get(id) || { id, name, type: "input", onmidimessage: null, close() {} };
  port.state = state;
  window.ports.set(id, port);
  if (access.onstatechange) access.onstatechange({ port });
};
put("a", "Keys", "connected");
window.put = put;
window.play = (id, ...bytes) => window.ports.get(id).onmidimessage({ data: new Uint8Array(bytes) });
navigator.requestMIDIAccess = async () => access;
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("midi") / "log"


@pytest.fixture(scope="module")
def engine(log: Path) -> Iterator[RunningEngine]:
    preset = make_preset(log.parent / "small", BODY).folder
    with playing(log.parent, preset, "--sink", "web", "--log", str(log)) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = require_program("chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


def opened(browser: Browser, engine: RunningEngine, script: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 800, "height": 1000})
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.add_init_script(
        script + "; const S = WebSocket.prototype.send; window.sent = [];"
        "WebSocket.prototype.send = function (text) { sent.push(JSON.parse(text)); S.call(this, text); };"
    )
    page.goto(f"http://127.0.0.1:{engine.ready['http']}/")
    page.wait_for_selector("#parameter-threat")
    page.click("#midi-open")
    yield page
    assert page.inner_text("#error") == ""
    page.close()
    assert troubles == []


@pytest.fixture
def page(browser: Browser, engine: RunningEngine) -> Iterator[Page]:
    yield from opened(browser, engine, PORTS)


def notes(page: Page) -> list[tuple[str, int, float]]:
    """Layer, pitch and velocity of each note that the page has sent."""
    found: list[dict[str, Any]] = page.evaluate(
        "window.sent.filter((one) => one.note).map((one) => one.note)"
    )
    return [(one["layer"], one["pitch"], round(one["velocity"], 3)) for one in found]


def play(page: Page, *data: int, port: str = "a") -> None:
    page.evaluate("([port, data]) => window.play(port, ...data)", [port, list(data)])


def wait_for_threat(client: Client, value: float) -> bool:
    return until(lambda: client.until("parameters")["parameters"]["threat"] == pytest.approx(value, abs=1e-3))


def test_keys_play_the_chosen_layer_and_each_note_ends_where_it_began(page: Page) -> None:
    assert page.inner_text("#midi-ports") == "Keys"
    assert page.locator("#midi-layer option").all_inner_texts() == ["nothing", "lead", "pad"]
    play(page, 0x90, 60, 127)
    page.select_option("#midi-layer", "pad")
    play(page, 0x90, 64, 64)
    play(page, 0x93, 64, 127)
    play(page, 0x80, 64, 0)
    play(page, 0x93, 64, 0)
    page.select_option("#midi-layer", "nothing")
    play(page, 0x90, 67, 100)
    for odd in ([0xF8], [0x90, 60], [0x90, 200, 1], [0x40, 60, 60], [0xF0, 1, 0xF7], []):
        play(page, *odd)

    first = [("lead", 60, 1.0), ("lead", 60, 0.0)]
    assert notes(page) == [*first, ("pad", 64, 0.504), ("pad", 64, 1.0), ("pad", 64, 0.0)]


@pytest.mark.parametrize(
    "end",
    [
        "put('a', 'Keys', 'disconnected')",
        "play('a', 0xB0, 123, 0)",
        "document.querySelector('#midi-open').click()",
    ],
    ids=["unplugged", "all notes off", "switched off"],
)
def test_what_is_held_ends_when_the_port_goes(page: Page, end: str) -> None:
    play(page, 0x90, 60, 127)
    play(page, 0x90, 64, 127)
    page.evaluate(f"window.{end}" if end[0] == "p" else end)

    assert sorted(notes(page)[2:]) == [("lead", 60, 0.0), ("lead", 64, 0.0)]


def test_the_engine_plays_the_key_until_the_page_is_left(page: Page, log: Path) -> None:
    def told() -> list[str]:
        (file,) = log.iterdir()
        lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
        return [one["reason"] for one in lines if one["kind"] == "live_note" and one["midi"] == 99]

    play(page, 0x90, 99, 127)
    assert until(lambda: told() == ["played live"])
    page.reload()
    assert until(lambda: told() == ["played live", "ended"]), told()


def test_a_port_that_comes_later_is_used(page: Page) -> None:
    page.evaluate("put('a', 'Keys', 'disconnected')")
    assert page.inner_text("#midi-ports").startswith("No MIDI port is connected")
    page.evaluate("put('b', 'Pads', 'connected')")
    play(page, 0x99, 36, 127, port="b")

    assert page.inner_text("#midi-ports") == "Pads"
    assert notes(page) == [("lead", 36, 1.0)]


def test_a_knob_is_learned_and_moves_its_parameter_also_after_a_reload(
    page: Page, engine: RunningEngine
) -> None:
    client = engine.client()
    client.send({"subscribe": ["parameters"]})
    assert page.is_disabled("#midi-parameter")
    play(page, 0xB2, 74, 10)
    assert page.inner_text("#midi-knob") == "Keys, channel 3, controller 74"
    assert page.locator("#midi-parameter option").all_inner_texts() == ["nothing", "threat"]
    page.select_option("#midi-parameter", "threat")
    play(page, 0xB2, 74, 127)
    assert wait_for_threat(client, 2.0)
    play(page, 0xE0, 0, 64)  # the wheel is another knob, bound to nothing
    assert page.input_value("#midi-parameter") == "nothing"
    page.reload()
    page.wait_for_selector("#parameter-threat")
    page.click("#midi-open")
    play(page, 0xB2, 74, 0)
    assert wait_for_threat(client, 0.0)
    assert page.input_value("#midi-parameter") == "threat"
    page.select_option("#midi-parameter", "nothing")
    before = page.evaluate("window.sent.length")
    play(page, 0xB2, 74, 64)

    assert page.evaluate("window.sent.length") == before
    client.close()


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (
            "navigator.requestMIDIAccess = undefined",
            NO_MIDI,
        ),
        (
            "navigator.requestMIDIAccess = async () => { throw new DOMException('no', 'NotAllowedError'); }",
            REFUSED,
        ),
        (
            "navigator.requestMIDIAccess = async () => { throw new DOMException('', 'InvalidStateError'); }",
            NO_SYSTEM,
        ),
    ],
)
def test_a_browser_without_midi_is_one_sentence(
    browser: Browser, engine: RunningEngine, script: str, sentence: str
) -> None:
    for page in opened(browser, engine, script):
        assert until(lambda page=page: page.inner_text("#midi-trouble") == sentence)  # type: ignore[misc]
        assert not page.is_visible("#midi")


def test_the_browsers_own_answer_is_told(browser: Browser, engine: RunningEngine) -> None:
    for page in opened(browser, engine, ""):
        assert until(lambda page=page: page.inner_text("#midi-trouble") == REFUSED)  # type: ignore[misc]
        page.context.grant_permissions(["midi", "midi-sysex"])
        page.click("#midi-open")
        assert until(
            lambda page=page: page.is_visible("#midi") or page.inner_text("#midi-trouble") == NO_SYSTEM
        )  # type: ignore[misc]
