"""Every program in `demos/` that uses the Python API runs to its end, and prints what it says it prints.

They run in this process, with the null sink, one bank of decoded audio for all, and their waits cut short: a
process, and a preset decoded anew, for each of them would take twenty seconds more.
"""

from __future__ import annotations

import asyncio
import runpy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import adaptive
from adaptive.api import rendering
from adaptive.api.message_receipts import MessageReceipts
from adaptive.api.opening import SINK_VARIABLE
from adaptive.api.session import Session
from adaptive.composer import registry
from tests.helpers.one_bank import play_from_one_bank

ROOT = Path(__file__).parents[2]
CLIENTS = {"game.py", "tap_the_beat.py"}
"""Demos that are clients of an engine in another process: tests/house/test_readme.py runs the first."""

DEMOS = sorted(path for path in (ROOT / "demos").glob("*.py") if path.name not in CLIENTS)
WAIT_S, RENDER_S, MOST_WAITS = 0.02, 2.0, 12
PRINTED = {
    "async_game": "ended: it was asked to end",
    "breathing": "#",
    "effects": "limiter ",
    "hello": "<music: Lanterns, ",
    "metronome": "the beginning → ",
    "mixing_desk": "the tune alone: <layer tune",
    "own_generator": "<parameter wind: 0.3, range 0 to 1>",
    "pause_menu": "the menu is open: <snapshots: pause on>",
    "places": "to the market: heard at",
    "seeds": "the busiest is seed",
    "sounds": "63 patches",
    "trailer": "trailer.flac: <take: Lanterns",
    "two_rooms": "cellar: <music: ",
}


@pytest.fixture
def shortened(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Null sink, one bank, short waits and short renders."""
    wait, wait_async, sounded = Session.wait, Session.wait_async, MessageReceipts.wait
    render, sleep = rendering.render, asyncio.sleep

    async def short_async(music: Session, seconds: float | None = None) -> bool:
        return await wait_async(music, WAIT_S)

    def short_render(*arguments: Any, **more: Any) -> adaptive.Take:
        return render(*arguments, **{**more, "seconds": min(RENDER_S, more["seconds"]), "ending": "cut"})

    monkeypatch.setenv(SINK_VARIABLE, "null")
    play_from_one_bank(monkeypatch)
    waits: Counter[Session] = Counter()

    def short_wait(music: Session, seconds: float | None = None) -> bool:
        waits[music] += 1
        if waits[music] > MOST_WAITS:  # of a loop
            music.stop()
        return wait(music, min(seconds or 1.0, WAIT_S))

    async def short_sleep(_seconds: float) -> None:
        await sleep(0.0)

    monkeypatch.setattr(Session, "wait", short_wait)
    monkeypatch.setattr(asyncio, "sleep", short_sleep)
    monkeypatch.setattr(Session, "wait_async", short_async)
    monkeypatch.setattr(MessageReceipts, "wait", lambda receipts, seconds=None: sounded(receipts, WAIT_S))
    monkeypatch.setattr(adaptive, "render", short_render, raising=False)
    yield
    for name in set(registry.GENERATORS) - set(registry.BUILT_IN):
        del registry._REGISTERED[name]


def test_there_are_ten_or_more_and_the_first_has_twelve_lines() -> None:
    assert {path.stem for path in DEMOS} == set(PRINTED)
    assert len(DEMOS) >= 10
    assert len((ROOT / "demos" / "hello.py").read_text(encoding="utf-8").splitlines()) == 12


@pytest.mark.usefixtures("shortened")
@pytest.mark.parametrize(
    "demo",
    [pytest.param(one, marks=pytest.mark.ci) if one.stem == "sounds" else one for one in DEMOS],
    ids=lambda path: path.stem,
)  # of those, `sounds` plays every patch: 4 s
def test_a_demo_runs_to_its_end(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(demo)])
    runpy.run_path(str(demo), run_name="__main__")

    assert PRINTED[demo.stem] in capsys.readouterr().out


def test_every_demo_says_in_its_first_line_what_it_shows() -> None:
    for demo in DEMOS:
        first = demo.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith('"""')
        assert first.endswith(('."""', "."))
