from __future__ import annotations

import asyncio
import gc
import logging
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

import adaptive
from tests.unit.api.playing import until


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith(("adaptive", "sink"))}


def test_a_session_tells_what_plays(music: adaptive.Session) -> None:
    assert (music.preset, music.section, music.seed, music.sink) == ("Test", "calm", 1, "null")
    assert music.is_playing
    assert music.ended == ""
    assert music.tempo_bpm == 240.0
    assert music.position.startswith("1.")
    assert music.seconds > 0.0
    assert music.ports == {}
    assert repr(music).startswith("<music: Test, calm, ")


def test_a_state_leads_to_its_section_and_its_receipts_say_when(music: adaptive.Session) -> None:
    changes: list[adaptive.SectionChange] = []
    music.on("section", changes.append)
    music.states["place"] = "road"

    assert until(lambda: music.section == "fight")
    assert until(lambda: bool(changes))
    assert (changes[-1].section, changes[-1].before, music.states["place"]) == ("fight", "calm", "road")


def test_an_event_is_answered_with_the_moment_it_sounds(music: adaptive.Session) -> None:
    hit = music.fire("hit", velocity=0.5)
    at = hit.sounds_at

    assert at is not None
    assert at.seconds == at.frame / music.sample_rate
    assert at.heard_frame > at.frame
    assert hit.wait(3.0)
    assert music.seconds >= at.seconds - 0.06
    assert until(lambda: hit.is_done)
    assert [one["status"] for one in hit.all] == ["accepted", "started", "finished"]
    assert (hit.status, hit.reason) == ("finished", hit.reason)
    assert "finished" in repr(hit)


def test_bars_and_beats_are_told_in_order(music: adaptive.Session) -> None:
    bars, beats = [], []
    music.on("bar", bars.append)

    @music.on("beat")
    def hear(beat: adaptive.Beat) -> None:
        beats.append((beat.bar, beat.beat))

    assert until(lambda: len(beats) >= 6)
    music.off(hear)
    count = len(beats)
    music.wait(0.3)

    assert beats[:6] == sorted(beats[:6])
    assert len(beats) == count
    assert all(bar.beat == 1 for bar in bars)


def test_a_callback_that_raises_is_logged_once_and_counted_and_the_music_goes_on(
    music: adaptive.Session, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[adaptive.Beat] = []

    def broken(beat: adaptive.Beat) -> None:
        raise ValueError(f"no {beat.position}")

    music.on("beat", broken)
    music.on("beat", heard.append)
    with caplog.at_level(logging.WARNING, "adaptive"):
        assert until(lambda: len(heard) >= 3)
        music.stop()
    told = [record.getMessage() for record in caplog.records]

    assert sum("raised ValueError: no" in sentence for sentence in told) == 1
    assert next(iter(music.callback_faults.values())) >= 3
    assert any(sentence.endswith("×)") for sentence in told)


def test_a_callback_that_waits_gets_an_error_at_once(music: adaptive.Session) -> None:
    caught: list[BaseException] = []

    def impatient(_beat: adaptive.Beat) -> None:
        for wait in (lambda: music.wait(1.0), lambda: music.fire("hit").wait(1.0)):
            try:
                wait()
            except adaptive.CallbackError as error:
                caught.append(error)

    music.on("beat", impatient)

    assert until(lambda: len(caught) >= 2, 1.5)
    assert "must not wait" in str(caught[0])
    assert music.callback_faults == {}


def test_a_callback_that_stops_the_music_ends_it(preset: adaptive.Preset) -> None:
    music = adaptive.play(preset, sink="null")
    ends: list[str] = []
    music.on("beat", lambda _beat: music.stop())
    music.on("end", ends.append)

    assert music.wait(3.0) is False
    assert ends == ["it was asked to end"]
    assert threads() == set()


def test_a_session_that_nobody_keeps_plays_on(preset: adaptive.Preset) -> None:
    bars: list[adaptive.Beat] = []
    adaptive.play(preset, sink="null").on("beat", bars.append)
    gc.collect()
    before = len(bars)
    assert until(lambda: len(bars) > before + 2)
    from adaptive.api.session_thread import RUNNING, stop_all

    assert len(RUNNING) == 1
    stop_all()
    assert threads() == set()


def test_all_of_it_works_inside_a_running_event_loop(preset: adaptive.Preset) -> None:
    gaps: list[float] = []

    async def tick() -> None:
        before = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - before)
            before = time.monotonic()

    async def main() -> bool:
        ticker = asyncio.create_task(tick())
        async with await adaptive.play_async(preset, sink="null") as music:
            gaps.clear()
            music.parameters["threat"].ramp_to(1.0, seconds=0.2)
            hit = music.fire("hit")
            assert hit.sounds_at is not None
            assert await music.wait_async(0.5)
            is_reached = music.parameters["threat"].value > 0.9
        assert await music.wait_async() is False
        ticker.cancel()
        return is_reached

    assert asyncio.run(main())
    assert len(gaps) > 3  # a wait that held up the loop would leave one


def test_in_a_coroutine_stop_does_not_hold_up_the_event_loop(preset: adaptive.Preset) -> None:
    async def main() -> tuple[float, bool]:
        with adaptive.play(preset, sink="null") as music:
            await music.wait_async(0.05)
            began = time.process_time()
            music.stop(fade_s=0.3)
            took = time.process_time() - began
            is_fading = music.is_playing
        assert await music.wait_async() is False
        return took, is_fading

    took, is_fading = asyncio.run(main())

    assert is_fading
    assert took < 0.1


def test_after_the_end_everything_says_so_in_a_sentence(preset: adaptive.Preset) -> None:
    music = adaptive.play(preset, sink="null")
    hit = music.fire("hit", expires_s=100.0)
    music.stop()
    music.stop()

    assert hit.is_done
    assert not music.is_playing
    assert music.wait() is False
    for call in (
        lambda: music.fire("hit"), lambda: music.parameters["threat"].set(1.0), lambda: music.position,
        lambda: music.layers["calm"].mute(),
    ):  # fmt: skip
        with pytest.raises(adaptive.EndedError, match="the session has ended: it was asked to end"):
            call()
    assert "ended" in repr(music)


def test_a_mistake_is_raised_where_it_is_made(music: adaptive.Session) -> None:
    for call, sentence in (
        (lambda: music.fire("hitt"), "there is no event 'hitt' (did you mean 'hit'?)"),
        (
            lambda: music.states.set("place", 1),  # type: ignore[arg-type]
            "place is set by the name of a value, got 1; there is inn, road",
        ),
        (lambda: music.fire("hit", velocity=-1), "velocity must be a number of at least 0, got -1"),
        (lambda: music.send({"event": "hit", "loud": 1}), "'loud' is no key of event"),
        (lambda: music.on("bra", print), "there is nothing to hear of 'bra' (did you mean 'bar'?)"),
        (lambda: music.on("bar", asyncio.sleep), "a callback is a plain function of one argument"),
        (lambda: music.set_tempo(7), "tempo must be from 20 to 400"),
    ):
        with pytest.raises(adaptive.InputError) as caught:
            call()  # type: ignore[no-untyped-call]
        assert sentence in str(caught.value)
    assert music.is_playing


def test_what_was_saved_goes_on(music: adaptive.Session) -> None:
    music.states["place"] = "road"
    assert until(lambda: music.section == "fight")
    saved = music.save()
    music.states["place"] = "inn"
    assert until(lambda: music.section == "calm")
    back = music.restore(saved)

    assert back.wait(5.0)
    assert music.section == "fight"


def test_pause_holds_the_time_and_volume_moves(music: adaptive.Session) -> None:
    music.pause()
    assert until(lambda: music.performance.engine.is_paused)
    at = music.seconds
    music.wait(0.2)
    assert music.seconds - at < 0.05
    assert music.fire("hit").sounds_at is None
    music.resume()
    music.set_volume(0.5, 0.1)
    assert until(lambda: music.seconds > at + 0.2)
    assert float(music.performance.engine.memory.head["volume_wanted"]) == pytest.approx(0.25)


def test_any_number_of_the_mixer_is_held_and_a_wrong_one_is_refused_at_once(music: adaptive.Session) -> None:
    path = "reverb.decay_s"
    assert music.mix_targets[path] == (0.1, 60.0)
    music.mix({path: 6.0}, seconds=0.1).wait(5.0)
    assert music.performance.conductor.mix.held == {path: 6.0}
    music.mix({path: None}).wait(5.0)
    assert music.performance.conductor.mix.held == {}
    with pytest.raises(adaptive.AdaptiveError, match=r"must be a number from 0\.1 to 60"):
        music.mix({path: 99.0})


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to one process there")
def test_ctrl_c_ends_wait_and_leaves_no_thread(preset: adaptive.Preset) -> None:
    program = textwrap.dedent(f"""
        import os, signal, threading, time
        import adaptive
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
        music = adaptive.play({str(preset.folder)!r}, sink="null")
        def interrupt():
            time.sleep(0.3)
            os.kill(os.getpid(), signal.SIGINT)
        try:
            threading.Thread(target=interrupt).start()
            music.wait()
        except KeyboardInterrupt:
            print([one.name for one in threading.enumerate()])
    """)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "['MainThread']"


def test_a_sink_that_does_not_start_is_an_error_of_play_and_leaves_nothing(preset: adaptive.Preset) -> None:
    class BrokenSink:
        name, latency_frames = "broken", 0

        def start(self) -> None:
            raise adaptive.DeviceError("there is no such card")

        def stop(self) -> None:
            pass

    from adaptive.session.sink_kinds import SINK_KINDS

    adaptive.register_sink("broken", lambda _engine: BrokenSink())
    try:
        with pytest.raises(adaptive.DeviceError, match="there is no such card"):
            adaptive.play(preset, sink="broken")
    finally:
        del SINK_KINDS["broken"]
    assert threads() == set()
