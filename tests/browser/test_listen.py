"""The Listen page in a real browser: it is heard, and what is moved there moves the music."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.helpers.playing import RunningEngine, playing, until
from tests.helpers.presets import make_preset
from tests.helpers.programs import require_program

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
BODY = """
[parameters.threat]
rise_s = 0.05
fall_s = 0.05
[parameters.twice]
value = "threat + threat"
range = [0.0, 2.0]
[states.place]
values = ["road", "shelter"]
[states.weather]
values = ["clear", "rain"]
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
[layers.both]
stem = "both.wav"
[sections.calm]
layers = ["calm"]
[sections.fight]
layers = ["fight"]
[sections.shelter]
layers = ["both"]
[[select]]
section = "shelter"
when = "place == 'shelter'"
[[select]]
section = "fight"
when = "threat > 0.6"
[[select]]
section = "calm"
[[transitions]]
from = "any"
to = "any"
exit_at = "beat"
[stingers.hit]
stem = "blow.wav"
"""
ANALYSE = """() => {
  const { context, player } = window.adaptive;
  const analyser = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 });
  player.connect(analyser);
  window.pitch = () => {
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let best = 0;
    for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
    return { hz: best * context.sampleRate / 16384, db: bins[best] };
  };
}"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    folder = tmp_path_factory.mktemp("listen")
    preset = make_preset(folder / "small", BODY).folder
    with playing(folder, preset, "--sink", "web") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = require_program("chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, ignore_default_args=["--mute-audio"], args=ARGUMENTS
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, engine: RunningEngine) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 800, "height": 1000})
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    opened.goto(f"http://127.0.0.1:{engine.ready['http']}/")
    opened.wait_for_selector("#parameter-threat")
    yield opened
    opened.close()
    assert troubles == []


def listen(page: Page) -> None:
    page.click("#listen")
    assert until(lambda: page.evaluate("window.adaptive?.context.state") == "running")
    page.evaluate(ANALYSE)


def pitch(page: Page, hz: float) -> bool:
    """Whether the page is heard playing a pitch."""
    heard = page.evaluate("window.pitch()")
    return heard["db"] is not None and heard["db"] > -40 and abs(heard["hz"] - hz) < 6


def move(page: Page, name: str, value: float) -> None:
    page.locator(f"#parameter-{name}").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }", value
    )


def test_the_page_shows_what_plays_and_what_can_be_moved(page: Page, tmp_path: Path) -> None:
    page.wait_for_selector("#now strong")
    page.screenshot(path=tmp_path / "page.png")

    assert page.title() == "Test"
    assert page.inner_text("#now").startswith("calm · bar ")
    assert page.inner_text("#now").endswith("240.0 bpm")
    assert page.locator("input[type=range]").count() == 1
    assert page.locator("progress").count() == 1  # what is derived can be seen, not moved
    assert page.locator("#states h3").all_inner_texts() == ["place", "weather"]
    assert page.locator("#states button.on").all_inner_texts() == ["road", "clear"]
    assert page.locator("#events button").all_inner_texts() == ["hit"]
    assert not page.is_visible("#error")


def test_the_button_is_heard_and_the_slider_moves_engine_and_sound(page: Page, engine: RunningEngine) -> None:
    client = engine.client()
    client.send({"subscribe": ["parameters"]})
    listen(page)

    assert until(lambda: pitch(page, 220)), page.evaluate("window.pitch()")
    move(page, "threat", 0.9)
    assert until(lambda: client.until("parameters")["parameters"]["threat"] == pytest.approx(0.9, abs=1e-3))
    assert until(lambda: pitch(page, 331)), page.evaluate("window.pitch()")
    assert until(lambda: page.inner_text("#now").startswith("fight"))
    assert "fight, because threat > 0.6" in page.inner_text("#why li:first-child")
    assert page.inner_text("label:has(#parameter-twice) output") == "1.80"
    move(page, "threat", 0.0)
    assert until(lambda: pitch(page, 220))
    client.close()


def test_a_state_is_a_button_and_an_event_another(page: Page, engine: RunningEngine) -> None:
    client = engine.client()
    client.send({"subscribe": ["section"]})
    listen(page)
    page.click("#states button:has-text('shelter')")
    client.until("section", target="shelter")

    assert until(lambda: pitch(page, 443)), page.evaluate("window.pitch()")
    assert page.locator("#states .row").first.locator("button.on").all_inner_texts() == ["shelter"]
    page.click("#events button")
    page.click("#states button:has-text('road')")
    client.until("section", target="calm")
    client.close()


def test_mute_is_silent_and_listen_is_heard_again(page: Page) -> None:
    listen(page)
    assert until(lambda: pitch(page, 220))
    page.click("#listen")
    assert page.inner_text("#listen") == "Listen"
    assert until(lambda: page.evaluate("window.adaptive.context.state") == "suspended")
    page.click("#listen")

    # the page has made itself another player by the time it is heard again
    assert until(lambda: page.evaluate(ANALYSE) or until(lambda: pitch(page, 220), 1.0))


def test_stop_and_play_are_heard(page: Page) -> None:
    page.wait_for_selector("#now strong")
    page.click("#stop")
    assert until(lambda: page.inner_text("#now").startswith("silence"))
    page.click("#play")

    assert until(lambda: page.inner_text("#now").startswith("calm"))


def test_a_slider_follows_another_program(page: Page, engine: RunningEngine) -> None:
    engine.osc("/adaptive/parameter/threat", 0.4)

    assert until(lambda: abs(float(page.locator("#parameter-threat").input_value()) - 0.4) < 1e-3)
    engine.osc("/adaptive/parameter/threat", 0.0)
    assert until(lambda: float(page.locator("#parameter-threat").input_value()) < 1e-3)


def test_an_engine_on_a_sound_card_says_how_to_listen_here(browser: Browser, tmp_path: Path) -> None:
    preset = make_preset(tmp_path / "small", BODY).folder
    with playing(tmp_path, preset, "--sink", "null") as engine:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{engine.ready['http']}/")
        page.wait_for_selector("#parameter-threat")
        page.click("#listen")

        assert until(lambda: "start it with --sink web" in page.inner_text("#error"))
        assert page.inner_text("#listen") == "Listen"
        page.close()


@pytest.mark.ci
def test_a_page_that_stays_open_finds_the_next_engine(browser: Browser, tmp_path: Path) -> None:
    preset = make_preset(tmp_path / "small", BODY).folder
    with playing(tmp_path / "a", preset, "--sink", "web") as engine:
        port = str(engine.ready["http"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector("#parameter-threat")
        listen(page)
        assert until(lambda: pitch(page, 220))
        assert engine.end() == 0
        assert until(lambda: "the engine is gone" in page.inner_text("#now"))
    with playing(tmp_path / "b", preset, "--sink", "web", "--http", f"127.0.0.1:{port}"):
        assert until(lambda: page.inner_text("#now").startswith("calm"), 15.0)
        # the page has made itself another player by the time it is heard again
        heard = until(lambda: page.evaluate(ANALYSE) or until(lambda: pitch(page, 220), 1.0), 15.0)
        page.close()

    assert heard
